"""The index's SQLite file: opening it, transactions, locking, and its errors in words."""

from __future__ import annotations

import sqlite3
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from filelock import FileLock, Timeout

from qa.errors import IndexDamagedError, IndexingError, IndexLockedError, IndexMismatchError

SCHEMA_VERSION = 1

_SCHEMA = """
CREATE TABLE meta (key TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID;
CREATE TABLE documents (
    doc_id INTEGER PRIMARY KEY AUTOINCREMENT,
    path TEXT NOT NULL UNIQUE,
    title TEXT NOT NULL,
    format TEXT NOT NULL,
    sha256 TEXT NOT NULL,
    text_sha256 TEXT NOT NULL,
    characters INTEGER NOT NULL,
    size INTEGER NOT NULL,
    mtime_ns INTEGER NOT NULL,
    layout TEXT NOT NULL
);
CREATE TABLE texts (
    doc_id INTEGER NOT NULL REFERENCES documents ON DELETE CASCADE,
    start INTEGER NOT NULL,
    text TEXT NOT NULL,
    PRIMARY KEY (doc_id, start)
) WITHOUT ROWID;
CREATE TABLE passages (
    passage_id INTEGER PRIMARY KEY AUTOINCREMENT,
    doc_id INTEGER NOT NULL REFERENCES documents ON DELETE CASCADE,
    start INTEGER NOT NULL,
    end INTEGER NOT NULL,
    headings TEXT NOT NULL,
    generation INTEGER NOT NULL,
    hash BLOB NOT NULL
);
CREATE INDEX passages_of_document ON passages (doc_id);
CREATE INDEX passages_by_generation ON passages (generation);
CREATE INDEX passages_by_hash ON passages (hash);
CREATE TABLE vectors (hash BLOB PRIMARY KEY, vector BLOB NOT NULL);
CREATE TABLE deleted (passage_id INTEGER PRIMARY KEY, generation INTEGER NOT NULL);
CREATE TABLE skipped (
    path TEXT PRIMARY KEY, reason TEXT NOT NULL, size INTEGER NOT NULL, mtime_ns INTEGER NOT NULL
) WITHOUT ROWID;
"""


class Database:
    """An index's database. Any thread may use it; each gets its own connection.

    Readers see the last finished transaction and never wait for a writer (WAL).

    Args:
        directory: the index directory; created when missing.

    Raises:
        IndexMismatchError: written by another version of this program.
        IndexDamagedError: not a database, or not one of ours.
        IndexingError: no permission, disk full.
    """

    def __init__(self, directory: Path) -> None:
        self.directory = directory
        self.file = directory / "index.sqlite"
        self._local = threading.local()
        self._connections: list[sqlite3.Connection] = []
        self._lock = threading.Lock()
        with explained(self.file):
            directory.mkdir(parents=True, exist_ok=True, mode=0o700)
            self._prepare()

    def _prepare(self) -> None:
        db = self.connection()
        version = db.execute("PRAGMA user_version").fetchone()[0]
        if version == 0:
            db.execute("BEGIN IMMEDIATE")
            if db.execute("PRAGMA user_version").fetchone()[0] == 0:  # nobody was quicker
                if db.execute("SELECT count(*) FROM sqlite_master").fetchone()[0]:
                    db.execute("ROLLBACK")
                    raise IndexDamagedError(
                        f"{self.file} is not an index of this program.",
                        "Choose another --index directory.",
                    )
                for statement in _SCHEMA.split(";"):
                    db.execute(statement)
                db.execute(f"PRAGMA user_version = {SCHEMA_VERSION}")
                db.execute("INSERT INTO meta VALUES ('generation', '0')")
            db.execute("COMMIT")
        elif version != SCHEMA_VERSION:
            raise IndexMismatchError(
                f"The index in {self.directory} was written by another version of qa "
                f"(layout {version}, this one reads {SCHEMA_VERSION}).",
                "Your documents are untouched. Run `qa index --rebuild` to make it anew.",
            )

    def connection(self) -> sqlite3.Connection:
        """This thread's connection, opened at first use."""
        db: sqlite3.Connection | None = getattr(self._local, "db", None)
        if db is None:
            db = sqlite3.connect(
                self.file, timeout=30, isolation_level=None, check_same_thread=False
            )
            db.execute("PRAGMA journal_mode = WAL")
            db.execute("PRAGMA synchronous = NORMAL")
            db.execute("PRAGMA foreign_keys = ON")
            self._local.db = db
            with self._lock:
                self._connections.append(db)
        return db

    def close(self) -> None:
        """Close every thread's connection."""
        with self._lock:
            for db in self._connections:
                db.close()
            self._connections.clear()
        self._local = threading.local()

    @contextmanager
    def writing(self) -> Iterator[None]:
        """Hold the right to write this index, across processes.

        Raises:
            IndexLockedError: another process holds it. The lock goes with its process,
                however that ends.
        """
        lock = FileLock(self.directory / "writer.lock", timeout=0)
        try:
            lock.acquire()
        except Timeout:
            raise IndexLockedError(
                f"Another process is writing the index in {self.directory}.",
                "Wait until it is done; asking works meanwhile.",
            ) from None
        except OSError as error:
            raise _os_error(error, self.directory) from error
        try:
            yield
        finally:
            lock.release()

    @contextmanager
    def transaction(self) -> Iterator[sqlite3.Connection]:
        """All or nothing."""
        with explained(self.file):
            db = self.connection()
            db.execute("BEGIN IMMEDIATE")
            try:
                yield db
                db.execute("COMMIT")
            except BaseException:
                if db.in_transaction:
                    db.execute("ROLLBACK")
                raise

    def rows(self, sql: str, values: Sequence[object] = ()) -> list[tuple[object, ...]]:
        """All rows of a query. Raises `IndexingError` and what is below it."""
        with explained(self.file):
            return self.connection().execute(sql, values).fetchall()

    def number(self, sql: str, values: Sequence[object] = ()) -> int:
        """The one whole number that a query gives."""
        value = self.rows(sql, values)[0][0]
        assert isinstance(value, int)
        return value


@contextmanager
def explained(file: Path) -> Iterator[None]:
    """Turn SQLite's and the system's errors into ours."""
    try:
        yield
    except sqlite3.OperationalError as error:
        text = str(error)
        if "full" in text:
            raise IndexingError(
                f"The disk that holds the index {file.parent} is full.",
                "What was indexed before is safe. Free some space, or choose another --index "
                "directory, and run it again: it goes on where it stopped.",
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
