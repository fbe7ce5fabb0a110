"""Files on the disk, opened as a folder of somebody else's documents has to be; and the archive
among them that was read last."""

from __future__ import annotations

import contextlib
import errno
import os
import stat
import threading
import weakref
from collections.abc import Iterator
from io import BufferedReader
from pathlib import Path

from qa import archives
from qa.errors import DocumentError


def opened(file: Path) -> tuple[BufferedReader, os.stat_result]:
    """A regular file, open for reading, and what the system says of it.

    Raises:
        DocumentError: it is gone, may not be read, or is a link or no regular file.
    """
    # Neither a link nor a pipe that took the file's place since the scan is followed.
    flags = os.O_RDONLY | getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_NONBLOCK", 0)
    flags |= getattr(os, "O_BINARY", 0)
    try:
        stream = os.fdopen(os.open(file, flags), "rb")
    except FileNotFoundError:
        raise DocumentError("the file is gone", lasting=False) from None
    except PermissionError:
        raise DocumentError("no permission to read", lasting=False) from None
    except OSError as error:
        if error.errno == errno.ELOOP:
            raise DocumentError("a link, which is not followed") from None
        raise DocumentError(f"cannot be read: {error.strerror or error}", lasting=False) from error
    status = os.fstat(stream.fileno())
    if not stat.S_ISREG(status.st_mode):
        stream.close()
        raise DocumentError("not a regular file")
    return stream, status


class OpenArchive:
    """The archive that was read last stays open: its list of members is read once. Safe to use
    from several threads."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._key: tuple[str, int, int] | None = None
        self._archive: archives.Archive | None = None
        self._streams: list[BufferedReader] = []
        weakref.finalize(self, _close, self._streams)

    def members(self, file: Path) -> list[archives.Member]:
        """See `archives.Archive`, from which the errors come."""
        with self._lock, _told_as_damage():
            return self._reopened(file).members()

    def read(self, file: Path, member: str, most: int) -> bytes:
        """See `archives.Archive`, from which the errors come."""
        with self._lock, _told_as_damage():
            return self._reopened(file).read(member, most)

    def close(self) -> None:
        """Close the file; it is opened again where it is needed."""
        with self._lock:
            self._forget()

    def _reopened(self, file: Path) -> archives.Archive:
        stream, status = opened(file)
        try:
            key = str(file), status.st_size, status.st_mtime_ns
            if self._archive is not None and key == self._key:
                stream.close()
                return self._archive
            self._forget()
            self._archive, self._key = archives.opened(stream, file.name), key
        except BaseException:
            stream.close()
            raise
        self._streams.append(stream)
        return self._archive

    def _forget(self) -> None:
        self._archive = self._key = None
        _close(self._streams)


@contextlib.contextmanager
def _told_as_damage() -> Iterator[None]:
    """Whatever an archive does to the libraries, the other files are read."""
    try:
        yield
    except DocumentError:
        raise
    except Exception as error:
        raise DocumentError(f"damaged archive: {type(error).__name__}") from error


def _close(streams: list[BufferedReader]) -> None:
    while streams:
        streams.pop().close()
