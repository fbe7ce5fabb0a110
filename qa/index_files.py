"""The files of an index directory: locks across processes, and what goes wrong, in words."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from filelock import FileLock, Timeout

from qa.errors import (
    IndexDamagedError,
    IndexingError,
    IndexLockedError,
    IndexReadOnlyError,
)

WRITER_LOCK = "writer.lock"
"""Who holds it may write the index of a directory."""


@contextmanager
def held(file: Path, *, wait: bool = False) -> Iterator[None]:
    """Hold the lock that a file of an index directory is, across processes.

    Raises:
        IndexLockedError: another process holds it and ``wait`` is false. The lock goes with its
            process, however that ends.
        IndexReadOnlyError: nothing may be written there.
    """
    directory = file.parent
    lock = FileLock(file, timeout=-1 if wait else 0)
    try:
        lock.acquire()
    except Timeout:
        raise IndexLockedError(
            f"Another process is writing the index in {directory}.",
            "Wait until it is done; asking works meanwhile.",
        ) from None
    except OSError as error:
        raise IndexReadOnlyError(
            f"The index in {directory} cannot be written: {error.strerror or error}.",
            "What it holds is safe. Check its permissions and the free space, or choose another "
            "--index directory.",
        ) from error
    try:
        yield
    finally:
        lock.release()


@contextmanager
def explained(file: Path) -> Iterator[None]:
    """Turn SQLite's and the system's errors into ours."""
    try:
        yield
    except sqlite3.OperationalError as error:
        text = str(error)
        if "full" in text:
            raise IndexReadOnlyError(
                f"The disk that holds the index {file.parent} is full.",
                "What was indexed before is safe. Free some space, or choose another --index "
                "directory, and run it again: it goes on where it stopped.",
            ) from error
        if "readonly" in text:
            raise IndexReadOnlyError(
                f"The index {file.parent} cannot be written: it may only be read.",
                "What it holds is safe. Check its permissions, or choose another --index folder.",
            ) from error
        if "locked" in text or "busy" in text:
            raise IndexLockedError(
                f"Another process is writing the index in {file.parent}.", "Try again in a moment."
            ) from error
        if "malformed" in text or "disk I/O" in text:
            raise damaged(file, error) from error
        raise IndexingError(
            f"The index {file} cannot be used: {text}.",
            "Check the permissions of that directory, or choose another with --index.",
        ) from error
    except (sqlite3.IntegrityError, sqlite3.ProgrammingError):
        raise  # a fault of this program, not of the file
    except sqlite3.DatabaseError as error:
        raise damaged(file, error) from error
    except OSError as error:
        raise _os_error(error, file.parent) from error


def _os_error(error: OSError, directory: Path) -> IndexingError:
    return IndexingError(
        f"The index directory {directory} cannot be used: {error.strerror or error}.",
        "Check its permissions and the free space, or choose another with --index.",
    )


def damaged(file: Path, error: Exception) -> IndexDamagedError:
    """The error for an index whose content makes no sense."""
    return IndexDamagedError(
        f"The index {file} is damaged ({error}).",
        "Your documents are untouched. Run `qa index --rebuild` to make it anew.",
    )
