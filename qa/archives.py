"""Files that hold other files: ZIP archives, and mailboxes (mbox), where a message is one.

A member is named like a file in a folder: ``papers.zip/2021/tide.md``, ``mail.mbox/00017.eml``.
Nothing is ever unpacked to disk.
"""

from __future__ import annotations

import re
import zipfile
import zlib
from collections.abc import Callable
from io import BufferedReader
from pathlib import PurePosixPath
from typing import NamedTuple, Protocol

from qa.errors import DocumentError

MOST_MEMBERS = 20_000
MOST_RATIO = 1000
"""Of unpacked to packed bytes; text reaches a tenth of it."""
_FROM = re.compile(rb"From \S.*\d:\d\d.*\b\d{4}\b")
"""A sender and a time, which sentences that begin so do not have."""
_LONGEST_FROM = 300
"""Bytes of it that are looked at."""
_SMALL = 1 << 20
"""Bytes up to which the ratio does not matter."""


class Member(NamedTuple):
    """A file in an archive."""

    name: str
    """With ``/``, as it stands there."""
    size: int
    """Bytes, unpacked."""


class Archive(Protocol):
    """An open archive."""

    def members(self) -> list[Member]:
        """What it holds, in its order.

        Raises:
            DocumentError: more than `MOST_MEMBERS`.
        """
        ...

    def read(self, name: str, most: int) -> bytes:
        """All bytes of a member.

        Raises:
            DocumentError: there is none of that name, it holds more than ``most`` bytes, is
                encrypted or damaged.
        """
        ...


def is_archive(name: str) -> bool:
    """Whether a file of this name holds other files."""
    return PurePosixPath(name).suffix.lower() in _KINDS


def parts_of(path: str) -> tuple[str, str]:
    """The file on disk and the member in it that a path names; the member is empty where it
    names a file."""
    parts = path.split("/")
    for number, part in enumerate(parts[:-1], start=1):
        if is_archive(part):
            return "/".join(parts[:number]), "/".join(parts[number:])
    return path, ""


def opened(stream: BufferedReader, name: str) -> Archive:
    """The archive in an open file.

    Raises:
        DocumentError: it is none.
    """
    return _KINDS[PurePosixPath(name).suffix.lower()](stream)


def is_safe(name: str) -> bool:
    """Whether a member's name stays within its archive."""
    parts = name.split("/")
    return bool(name) and "\\" not in name and not any(part in ("", ".", "..") for part in parts)


class _Zip:
    def __init__(self, stream: BufferedReader) -> None:
        try:
            self._zip = zipfile.ZipFile(stream)
            self._found = {info.filename: info for info in self._zip.infolist()}
        except (zipfile.BadZipFile, OSError, ValueError, NotImplementedError) as error:
            raise DocumentError("damaged archive: it cannot be opened") from error

    def members(self) -> list[Member]:
        if len(self._found) > MOST_MEMBERS:
            raise DocumentError(f"it holds more than {MOST_MEMBERS:,} files")
        return [
            Member(name, info.file_size)
            for name, info in self._found.items()
            if not name.endswith("/")
        ]

    def read(self, name: str, most: int) -> bytes:
        info = self._found.get(name)
        if info is None:
            raise DocumentError("the file is gone from the archive", lasting=False)
        if info.flag_bits & 1:
            raise DocumentError("encrypted: needs a password")
        if info.file_size > most:  # never more is unpacked than is said there
            raise DocumentError(f"larger than {most >> 20} MB when unpacked", lasting=False)
        if info.file_size > max(_SMALL, MOST_RATIO * info.compress_size):
            raise DocumentError(f"more than {MOST_RATIO} times as large when unpacked")
        try:
            return self._zip.read(info)
        except (zipfile.BadZipFile, zlib.error, OSError, EOFError, NotImplementedError) as error:
            raise DocumentError("damaged: it cannot be unpacked") from error
        except RuntimeError as error:  # what zipfile raises about passwords
            raise DocumentError("encrypted: needs a password") from error


class _Mailbox:
    """Messages that begin with a ``From `` line behind a blank one (RFC 4155)."""

    def __init__(self, stream: BufferedReader) -> None:
        self._stream = stream
        self._spans: dict[str, tuple[int, int]] = {}
        begin, at, blank = -1, 0, True
        stream.seek(0)
        for line in iter(lambda: stream.readline(_SMALL), b""):
            if blank and _FROM.match(line[:_LONGEST_FROM]):
                self._add(begin, at)
                begin = at + len(line)
            blank = not line.strip()
            at += len(line)
        self._add(begin, at)

    def _add(self, begin: int, end: int) -> None:
        if begin >= 0 and len(self._spans) <= MOST_MEMBERS:
            self._spans[f"{len(self._spans) + 1:05}.eml"] = begin, end

    def members(self) -> list[Member]:
        if not self._spans:
            raise DocumentError("no messages in it")
        if len(self._spans) > MOST_MEMBERS:
            raise DocumentError(f"it holds more than {MOST_MEMBERS:,} messages")
        return [Member(name, end - begin) for name, (begin, end) in self._spans.items()]

    def read(self, name: str, most: int) -> bytes:
        if name not in self._spans:
            raise DocumentError("the message is gone from the mailbox", lasting=False)
        begin, end = self._spans[name]
        if end - begin > most:
            raise DocumentError(f"larger than {most >> 20} MB", lasting=False)
        try:
            self._stream.seek(begin)
            data = self._stream.read(end - begin)
        except OSError as error:
            reason = error.strerror or error
            raise DocumentError(f"cannot be read: {reason}", lasting=False) from error
        return data.replace(b"\n>From ", b"\nFrom ")


_KINDS: dict[str, Callable[[BufferedReader], Archive]] = {".zip": _Zip, ".mbox": _Mailbox}
