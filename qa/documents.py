"""A folder of files as Documents, and why a file is not one.

Nothing is ever written to the folder, no link is followed, and no file is opened before
its turn, except the ignore files (``.gitignore``, ``.ignore``, ``.qaignore``) and archives,
whose members are listed.
"""

from __future__ import annotations

import hashlib
import os
from collections.abc import Iterator
from dataclasses import dataclass
from operator import attrgetter
from pathlib import Path
from typing import Protocol

from qa import archives, formats
from qa.errors import Cancelled, DocumentError, FolderError
from qa.files import OpenArchive, opened
from qa.ignoring import IGNORE_FILES, Rule, read_rules, why_ignored
from qa.text import shorten
from qa.types import Document, Skipped

TOOL_FOLDERS = frozenset(["node_modules", "__pycache__"])
_LONGEST_TITLE = 200  # characters; an unclosed <title> swallows a page
_MB = 1 << 20
_MAX_MTIME = (1 << 63) - 1  # what the store can hold: the year 2262
_PICTURES_FACTOR = 16  # such a file is mostly pictures: the limit is on its text, this on memory


@dataclass(frozen=True, slots=True)
class SourceFile:
    """A file that may become a Document."""

    path: str
    """Relative to the folder, with ``/``."""
    size: int
    """Bytes."""
    mtime_ns: int


class Source(Protocol):
    """Where documents come from."""

    @property
    def name(self) -> str:
        """Whose documents these are; an index serves one source only."""
        ...

    def scan(self) -> tuple[list[SourceFile], list[Skipped]]:
        """The files there are now and those passed over, both sorted by path."""
        ...

    def load(self, file: SourceFile) -> Document:
        """The document of a scanned file.

        Raises:
            DocumentError: it cannot be read; the message is the reason.
        """
        ...


class FolderSource:
    """The documents of one folder and the folders in it.

    Raises:
        FolderError: there is no such folder, or it may not be read.
    """

    def __init__(self, folder: Path, max_file_mb: int = 64) -> None:
        try:
            self.folder = folder.expanduser().resolve(strict=True)
            with os.scandir(self.folder):
                pass
        except FileNotFoundError:
            hint = "Check the spelling, or create it."
            raise FolderError(f"There is no folder {folder}.", hint) from None
        except NotADirectoryError:
            hint = "Name the folder that holds it."
            raise FolderError(f"{folder} is a file, not a folder.", hint) from None
        except PermissionError:
            hint = "Ask its owner for permission, or copy the documents to a folder of your own."
            raise FolderError(f"The folder {folder} may not be read.", hint) from None
        except (OSError, RuntimeError) as error:  # a loop of links, a device that fails
            hint = "Check that the disk is there."
            raise FolderError(f"The folder {folder} cannot be opened: {error}.", hint) from error
        self.name = str(self.folder)
        self.max_file_mb = max_file_mb
        self._archive = OpenArchive()

    def scan(self) -> tuple[list[SourceFile], list[Skipped]]:
        """The files there are now, those in archives too, and those passed over, both sorted by
        path."""
        listed: list[SourceFile | Skipped] = []
        for entry in _walk(self.folder):
            if isinstance(entry, SourceFile) and archives.is_archive(entry.path):
                listed += self._members(entry)
            else:
                listed.append(entry)
        self._archive.close()
        found = sorted(listed, key=attrgetter("path"))
        files = [entry for entry in found if isinstance(entry, SourceFile)]
        return files, [entry for entry in found if isinstance(entry, Skipped)]

    def load(self, file: SourceFile) -> Document:
        """The document of a scanned file.

        Raises:
            DocumentError: it cannot be read, has become a link, or has no text.
        """
        on_disk, member = self._parts(file.path)
        if member:
            return load_bytes(self._member(on_disk, member), file.path, self.max_file_mb)
        return load_file(self._place(file.path), file.path, self.max_file_mb)

    def digest(self, file: SourceFile) -> str:
        """Hex SHA-256 of a file's bytes; empty where it cannot be read."""
        on_disk, member = self._parts(file.path)
        try:
            if member:
                return hashlib.sha256(self._member(on_disk, member)).hexdigest()
            with opened(self._place(file.path))[0] as stream:
                return hashlib.file_digest(stream, "sha256").hexdigest()
        except (DocumentError, OSError):
            return ""

    def _parts(self, path: str) -> tuple[str, str]:
        """The file on disk and the member in it; a folder may be called like an archive."""
        begin = 0
        while True:
            on_disk, member = archives.parts_of(path[begin:])
            on_disk = path[:begin] + on_disk
            if not member or not (self.folder / on_disk.replace("\0", "\ufffd")).is_dir():
                return on_disk, member
            begin = len(on_disk) + 1

    def _place(self, path: str) -> Path:
        place = self.folder / path.replace("\0", "\ufffd")
        try:
            leads_out = not place.resolve().is_relative_to(self.folder)
        except (OSError, RuntimeError) as error:  # a link that went meanwhile; a loop of links
            raise DocumentError("the file is gone", lasting=False) from error
        if leads_out:  # since the scan
            raise DocumentError("link that leads out of the folder")
        return place

    def _member(self, on_disk: str, member: str) -> bytes:
        """The bytes of a file in an archive."""
        if not archives.is_safe(member):
            raise DocumentError("its name leads out of the archive")
        data = self._archive.read(self._place(on_disk), member, _limit(member, self.max_file_mb))
        if not data:
            raise DocumentError("empty file")
        return data

    def _members(self, archive: SourceFile) -> Iterator[SourceFile | Skipped]:
        """What an archive holds."""
        if archive.size > self.max_file_mb * _MB * _PICTURES_FACTOR:
            yield Skipped(archive.path, _too_large(self.max_file_mb))
            return
        try:
            members = self._archive.members(self._place(archive.path))
        except DocumentError as error:
            yield Skipped(archive.path, str(error))
            return
        for member in members:
            path = f"{archive.path}/{member.name}"
            parts = member.name.split("/")
            shown = _printable(path)
            if any(part.startswith(".") and part.strip(".") for part in parts):
                continue
            if any(part in TOOL_FOLDERS for part in parts):
                continue
            if not archives.is_safe(member.name):
                yield Skipped(shown, "its name leads out of the archive")
            elif shown != path:
                yield Skipped(shown, "the file name is not valid text")
            elif any(archives.is_archive(part) for part in parts):
                yield Skipped(path, "an archive in an archive")
            elif not formats.is_known(member.name):
                yield Skipped(path, f"format {formats.extension(member.name)} is not read")
            else:
                yield SourceFile(path, member.size, archive.mtime_ns)


def load_file(file: Path, path: str, max_file_mb: int = 64) -> Document:
    """Read one file, once.

    Args:
        file: where it is on this machine.
        path: the path the document is to carry; its extension chooses the loader.
        max_file_mb: text above this many MiB is refused.

    Raises:
        DocumentError: it cannot be read or has no text; the message is the reason.
    """
    return load_bytes(_read(file, path, max_file_mb), path, max_file_mb)


def load_bytes(data: bytes, path: str, max_file_mb: int = 64) -> Document:
    """The document that the bytes of a file are; arguments and errors as for `load_file`."""
    try:
        extracted = formats.extract(data, path)
    except (DocumentError, Cancelled):
        raise
    except Exception as error:  # whatever a file does to a library, the others are read
        raise DocumentError(f"cannot be read: {type(error).__name__}: {error}") from error
    if not extracted.text.strip():
        raise DocumentError("no text in this file")
    if len(extracted.text) > max_file_mb * _MB:
        raise DocumentError(_too_large(max_file_mb), lasting=False)
    return Document(
        path=path,
        title=shorten(extracted.title, _LONGEST_TITLE),
        text=extracted.text,
        sha256=hashlib.sha256(data).hexdigest(),
        pages=extracted.pages,
        headings=extracted.headings,
        lines=extracted.lines,
        places=extracted.places,
        metadata={**extracted.metadata, "extractor": formats.extractor(path)},
        format=extracted.format,
    )


def _too_large(max_file_mb: int) -> str:
    return f"larger than {max_file_mb} MB; raise max_file_mb to index it"


def _limit(path: str, max_file_mb: int) -> int:
    return max_file_mb * _MB * (_PICTURES_FACTOR if formats.has_pictures(path) else 1)


def _read(file: Path, path: str, max_file_mb: int) -> bytes:
    stream, status = opened(file)
    try:
        with stream:
            if status.st_size > _limit(path, max_file_mb):
                raise DocumentError(_too_large(max_file_mb), lasting=False)
            data = stream.read(status.st_size + 1)
    except OSError as error:
        raise DocumentError(f"cannot be read: {error.strerror or error}", lasting=False) from error
    if len(data) != status.st_size:
        raise DocumentError("the file changed while it was read", lasting=False)
    if not data:
        raise DocumentError("empty file")
    return data


def _walk(top: Path) -> Iterator[SourceFile | Skipped]:
    """Every file below ``top`` that counts, and every entry that was passed over."""
    pending: list[tuple[str, str, tuple[Rule, ...]]] = [(str(top), "", ())]
    while pending:
        folder, prefix, rules = pending.pop()
        try:
            with os.scandir(folder) as listing:
                entries = list(listing)
        except OSError as error:
            if not prefix:
                raise FolderError(
                    f"The folder {top} cannot be listed: {_reason(error)}.",
                    "Its index was left as it is.",
                ) from error
            yield Skipped(_printable(prefix.rstrip("/")), _reason(error), unlisted=True)
            continue
        named = {entry.name: entry for entry in entries}
        if "pyvenv.cfg" in named:  # a virtual environment, whatever its name
            continue
        for name in IGNORE_FILES:
            if name in named and named[name].is_file(follow_symlinks=False):
                rules = (*rules, *read_rules(folder, prefix, name))
        for entry in entries:
            if entry.name.startswith("."):
                continue
            path = prefix + entry.name
            try:
                if entry.is_dir(follow_symlinks=False):
                    if entry.name in TOOL_FOLDERS:
                        continue
                    if ignored := why_ignored(path, True, rules):
                        yield Skipped(_printable(path), ignored)
                    else:
                        pending.append((entry.path, path + "/", rules))
                else:
                    yield _classify(entry, path, rules, top)
            except OSError as error:
                yield Skipped(_printable(path), _reason(error))


def _classify(
    entry: os.DirEntry[str], path: str, rules: tuple[Rule, ...], top: Path
) -> SourceFile | Skipped:
    shown = _printable(path)
    if ignored := why_ignored(path, False, rules):
        return Skipped(shown, ignored)
    if shown != path:
        return Skipped(shown, "the file name is not valid text")
    if entry.is_symlink():
        return Skipped(shown, _about_link(Path(entry.path), top))
    if not entry.is_file(follow_symlinks=False):
        return Skipped(shown, "not a regular file")
    if not formats.is_known(entry.name) and not archives.is_archive(entry.name):
        return Skipped(shown, f"format {formats.extension(entry.name)} is not read")
    status = entry.stat(follow_symlinks=False)
    if not os.access(entry.path, os.R_OK):
        return Skipped(shown, "no permission to read")
    mtime_ns = max(-_MAX_MTIME, min(status.st_mtime_ns, _MAX_MTIME))
    return SourceFile(path, status.st_size, mtime_ns)


def _about_link(link: Path, top: Path) -> str:
    try:
        target = link.resolve(strict=True)
    except (OSError, RuntimeError):  # RuntimeError: a loop of links, before Python 3.13
        return "broken link"
    if not target.is_relative_to(top):
        return "link that leads out of the folder"
    return f"link to {_printable(target.relative_to(top).as_posix())}"


def _printable(path: str) -> str:
    """A path as text; bytes that are no UTF-8 become U+FFFD."""
    handler = "replace" if os.name == "nt" else "surrogateescape"
    return path.encode("utf-8", handler).decode("utf-8", "replace")


def _reason(error: OSError) -> str:
    if isinstance(error, PermissionError):
        return "no permission to read"
    return f"cannot be read: {error.strerror or error}"
