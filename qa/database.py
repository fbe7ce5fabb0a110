"""The index's SQLite file: opening it, following it, and transactions."""

from __future__ import annotations

import contextlib
import os
import re
import secrets
import sqlite3
import threading
import weakref
from collections.abc import Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager
from functools import partial
from pathlib import Path
from urllib.parse import quote

from qa.errors import (
    ForeignIndexError,
    IndexingError,
    IndexMismatchError,
    IndexOutdatedError,
)
from qa.index_files import WRITER_LOCK, explained, held

SCHEMA_VERSION = 1
APPLICATION_ID = 0x71612D69  # "qa-i"
"""Marks a SQLite file as ours (PRAGMA application_id)."""

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


_OURS = re.compile(
    r"(writer|lexical)\.lock|index\.sqlite-(wal|shm)|lexical|lexical\.(json|partial)"
    r"|vectors-[0-9a-f]+-\d+\.(faiss|json|partial)"
)
"""Names that an index directory may hold beside the database."""


class _Holder:
    """A thread's connection, closed when the thread or the database goes."""

    def __init__(self, db: sqlite3.Connection, followed: int) -> None:
        self.db, self.followed = db, followed

    def __del__(self) -> None:
        self.db.close()


class Database:
    """An index's database. Any thread may use it; each gets its own connection.

    Readers see the last finished transaction and never wait for a writer (WAL).

    Args:
        directory: the index directory; created when missing. One that may only be read can be
            searched.

    Raises:
        IndexMismatchError: written by another version of this program.
        IndexDamagedError: not a database.
        ForeignIndexError: a database or a directory of somebody else; nothing was touched.
        IndexingError: no permission, disk full.
    """

    def __init__(self, directory: Path) -> None:
        self.directory = directory
        self.file = directory / "index.sqlite"
        self.writable = True
        """Whether this user may write here at all."""
        self._local = threading.local()
        self._holders: weakref.WeakSet[_Holder] = weakref.WeakSet()
        self._lock, self._following = threading.Lock(), threading.Lock()
        self._followed = 0
        """How often another index was found; connections from before are replaced."""
        self._opened: tuple[object, ...] | None = None
        try:
            self._open()
        except BaseException:
            self.close()
            raise

    def _open(self) -> None:
        with explained(self.file):
            self._make_directory()
            self._prepare()
            self._opened = self._there()

    def _there(self) -> tuple[object, ...] | None:
        """Which index stands in the directory now."""
        try:
            status = self.file.stat()
            id_ = self.id
        except (OSError, IndexingError):  # to open it says why
            return None
        # Where others write and this user may not, nothing else tells that they did.
        changed = () if self.writable else (status.st_size, status.st_mtime_ns)
        return status.st_dev, status.st_ino, id_, *changed

    def follow(self) -> bool:
        """Use the index that is there now, where somebody made it anew or deleted it; whether it is
        another one. Errors as from the class."""
        with self._following:
            there = self._there()
            if there is not None and there == self._opened:
                return False
            self._followed += 1
            self._open()
            return True

    def _make_directory(self) -> None:
        """Take an empty or a new directory, or one that is an index already."""
        self.directory.mkdir(parents=True, exist_ok=True, mode=0o700)
        self.writable = os.access(self.directory, os.W_OK)
        if not self.file.exists() and any(
            not _OURS.fullmatch(entry.name) for entry in self.directory.iterdir()
        ):
            raise ForeignIndexError(
                f"{self.directory} holds files but no index.",
                "They were left as they are. Choose an empty or a new --index directory.",
            )
        if not self.writable and self.file.exists():
            return
        # For the user alone, in a directory that others may read too; SQLite's other files follow.
        with contextlib.suppress(FileExistsError):
            os.close(os.open(self.file, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600))

    def _prepare(self) -> None:
        if self._pragma("application_id") != APPLICATION_ID:
            if self._pragma("user_version") or self._pragma("schema_version"):
                raise ForeignIndexError(
                    f"{self.file} is a database of another program.",
                    "It was left as it is. Choose another --index directory.",
                )
            self._create()
        version = self._pragma("user_version")
        if version != SCHEMA_VERSION:
            older = version < SCHEMA_VERSION
            raise (IndexOutdatedError if older else IndexMismatchError)(
                f"The index in {self.directory} was written by another version of qa "
                f"(layout {version}, this one reads {SCHEMA_VERSION}).",
                "Your documents are untouched. Run `qa index --rebuild` to make it anew.",
            )

    def _pragma(self, name: str) -> int:
        return int(self.connection().execute(f"PRAGMA {name}").fetchone()[0])

    def _create(self) -> None:
        db = self.connection()
        db.execute("PRAGMA journal_mode = WAL")  # stays with the file
        db.execute("BEGIN IMMEDIATE")
        if self._pragma("application_id") == APPLICATION_ID:  # somebody was quicker
            db.execute("ROLLBACK")
            return
        _fill(db)
        db.execute("COMMIT")

    def connection(self) -> sqlite3.Connection:
        """This thread's connection, opened at first use."""
        holder: _Holder | None = getattr(self._local, "holder", None)
        if holder is None or (holder.followed != self._followed and not holder.db.in_transaction):
            db = self._connected()
            # Derived indexes are stamped with a generation: it must outlast a power cut.
            db.execute("PRAGMA synchronous = FULL")
            db.execute("PRAGMA foreign_keys = ON")
            holder = self._local.holder = _Holder(db, self._followed)
            with self._lock:
                self._holders.add(holder)
        return holder.db

    def _connected(self) -> sqlite3.Connection:
        place = self.file.absolute().as_posix()
        address = "file://" + "/" * (not place.startswith("/")) + quote(place)
        connect = partial(
            sqlite3.connect, timeout=30, isolation_level=None, check_same_thread=False, uri=True
        )
        if self.writable:
            return connect(
                f"{address}?mode=rw"
            )  # never an empty file in the place of one that went
        db = connect(f"{address}?mode=ro")
        try:
            db.execute("SELECT 1 FROM sqlite_schema").fetchone()
        except sqlite3.OperationalError:
            # SQLite makes files beside it, for writers. Where there is none, it need not.
            db.close()
            left = self.file.with_name("index.sqlite-wal")
            if left.exists() and left.stat().st_size:
                raise
            return connect(f"{address}?immutable=1")
        return db

    def close(self) -> None:
        """Close every thread's connection."""
        with self._lock:
            for holder in list(self._holders):
                holder.db.close()
            self._holders.clear()
        self._local = threading.local()

    def writing(self) -> AbstractContextManager[None]:
        """Hold the right to write this index, across processes (see `held`)."""
        return held(self.directory / WRITER_LOCK)

    @property
    def id(self) -> str:
        """Tells this index from one that was in its place before."""
        return str(self.rows("SELECT value FROM meta WHERE key = 'id'")[0][0])

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

    @contextmanager
    def snapshot(self) -> Iterator[None]:
        """What this thread reads within is all of one moment, whoever writes meanwhile."""
        with explained(self.file):
            db = self.connection()
            if db.in_transaction:
                yield
                return
            db.execute("BEGIN")
            try:
                yield
            finally:
                with contextlib.suppress(sqlite3.Error):  # nothing was written
                    db.execute("ROLLBACK")

    def rows(self, sql: str, values: Sequence[object] = ()) -> list[tuple[object, ...]]:
        """All rows of a query. Raises `IndexingError` and what is below it."""
        with explained(self.file):
            return self.connection().execute(sql, values).fetchall()

    def number(self, sql: str, values: Sequence[object] = ()) -> int:
        """The one whole number that a query gives."""
        value = self.rows(sql, values)[0][0]
        assert isinstance(value, int)
        return value


def _fill(db: sqlite3.Connection) -> None:
    """Make the tables of a new index, in a transaction."""
    for statement in _SCHEMA.split(";"):
        db.execute(statement)
    db.execute(f"PRAGMA user_version = {SCHEMA_VERSION}")
    db.execute(f"PRAGMA application_id = {APPLICATION_ID}")
    db.execute("INSERT INTO meta VALUES ('generation', '0'), ('id', ?)", (secrets.token_hex(8),))


def renew(file: Path) -> None:
    """Empty the database of an index, whatever version wrote it. Who reads it meanwhile sees all of
    the old or all of the new: it stays the same file.

    Raises:
        IndexDamagedError: that cannot be done.
    """
    with explained(file), contextlib.closing(sqlite3.connect(file, isolation_level=None)) as db:
        db.execute("BEGIN IMMEDIATE")
        tables = db.execute("SELECT name FROM sqlite_schema WHERE type = 'table'").fetchall()
        numbers = []
        if ("sqlite_sequence",) in tables:
            numbers = db.execute("SELECT name, seq FROM sqlite_sequence").fetchall()
        for (name,) in tables:
            if not name.startswith("sqlite_"):
                db.execute('DROP TABLE "{}"'.format(name.replace('"', '""')))
        _fill(db)
        # Numbers that a reader holds never come to mean something else.
        db.executemany("INSERT INTO sqlite_sequence (name, seq) VALUES (?, ?)", numbers)
        db.execute("COMMIT")
