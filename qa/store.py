"""SQLite, the one source of truth: documents, passages, vectors, manifest, locking.

Everything else in an index directory (FAISS file, full-text index) is derived from this
file and can be deleted. Each transaction that changes passages raises `generation`; the
derived indexes carry the generation they were made at and catch up from there.

Vectors are kept under the hash of the text that was embedded: the same words are embedded
once, whichever file they stand in, and work done before a crash is found again.
"""

from __future__ import annotations

import hashlib
import json
import sqlite3
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from qa.chunking import embedded_text
from qa.database import Database
from qa.errors import ForeignIndexError
from qa.index_files import damaged, explained
from qa.types import Chunk, Document, Heading, Manifest, Passage, Skipped, SourceInfo, Span

_BLOCK = 32_768
"""Code points of a document's text per row: a passage is read without its whole document."""


@dataclass(frozen=True, slots=True)
class FileRecord:
    """What the store remembers of a file, to tell whether it changed."""

    doc_id: int
    path: str
    size: int
    mtime_ns: int
    sha256: str


@dataclass(frozen=True, slots=True)
class NewDocument:
    """A document ready to be written, with the hash of each chunk's embedded text."""

    document: Document
    chunks: tuple[Chunk, ...]
    hashes: tuple[bytes, ...]
    size: int
    mtime_ns: int


def embedding_hash(text: str) -> bytes:
    """The key of an embedded text's vector: 16 bytes of BLAKE2b."""
    return hashlib.blake2b(text.encode(), digest_size=16).digest()


def text_sha256(text: str) -> str:
    """Hex SHA-256 of an extracted text in UTF-8."""
    return hashlib.sha256(text.encode()).hexdigest()


class Store(Database):
    """Documents, passages and vectors (see `Database` for opening, locking and threads)."""

    _counted: tuple[int, tuple[int, int]] = (-1, (0, 0))

    def follow(self) -> bool:
        """See `Database.follow`."""
        followed = super().follow()
        if followed:
            self._counted = (-1, (0, 0))
        return followed

    # -- manifest -------------------------------------------------------------------

    @property
    def generation(self) -> int:
        """Raised by every transaction that changes passages."""
        return self.number("SELECT CAST(value AS INTEGER) FROM meta WHERE key = 'generation'")

    @property
    def manifest(self) -> Manifest | None:
        """What the index was made with; None before the first passage."""
        rows = self.rows("SELECT value FROM meta WHERE key = 'manifest'")
        if not rows:
            return None
        try:
            return Manifest(**json.loads(str(rows[0][0])))
        except (ValueError, TypeError) as error:
            raise damaged(self.file, error) from error

    def set_manifest(self, manifest: Manifest) -> None:
        """Write the manifest of a new index."""
        value = json.dumps({name: getattr(manifest, name) for name in Manifest.__slots__})
        with self.transaction() as db:
            db.execute("INSERT OR REPLACE INTO meta VALUES ('manifest', ?)", (value,))

    @property
    def reading(self) -> int:
        """The `qa.formats.READING` by which the documents were read."""
        rows = self.rows("SELECT value FROM meta WHERE key = 'reading'")
        told = str(rows[0][0]) if rows else ""
        return int(told) if told.isdecimal() else 0

    def set_reading(self, number: int) -> None:
        """All documents are as these loaders read them."""
        with self.transaction() as db:
            db.execute("INSERT OR REPLACE INTO meta VALUES ('reading', ?)", (str(number),))

    def claim(self, name: str, *, anew: bool = False) -> None:
        """Note whose documents these are; with ``anew``, whoever's they were.

        Raises:
            ForeignIndexError: they are those of another folder.
        """
        rows = self.rows("SELECT value FROM meta WHERE key = 'source'")
        if rows and rows[0][0] != name and not anew:
            raise ForeignIndexError(
                f"The index in {self.directory} is that of {rows[0][0]}, not of {name}.",
                "Choose another --index directory, or run `qa index --rebuild` to give it over.",
            )
        if not rows or rows[0][0] != name:
            with self.transaction() as db:
                db.execute("INSERT OR REPLACE INTO meta VALUES ('source', ?)", (name,))

    def counts(self) -> tuple[int, int]:
        """Documents and passages in the index; counted once a generation."""
        generation = self.generation
        if self._counted[0] != generation:
            documents = self.number("SELECT count(*) FROM documents")
            self._counted = generation, (documents, self.number("SELECT count(*) FROM passages"))
        return self._counted[1]

    # -- writing --------------------------------------------------------------------

    def known_vectors(self, hashes: Sequence[bytes]) -> set[bytes]:
        """Which of ``hashes`` have a vector already."""
        found: set[bytes] = set()
        with explained(self.file):
            for part in _batched(hashes):
                marks = ",".join("?" * len(part))
                rows = self.connection().execute(
                    f"SELECT hash FROM vectors WHERE hash IN ({marks})",
                    part,
                )
                found.update(row[0] for row in rows)
        return found

    def add_vectors(self, hashes: Sequence[bytes], vectors: NDArray[np.float32]) -> None:
        """Keep vectors, shape ``(n, dimension)``, as float16 (cosines change by under 0.001)."""
        rows = zip(hashes, vectors.astype("<f2"), strict=True)
        with self.transaction() as db:
            db.executemany(
                "INSERT OR REPLACE INTO vectors VALUES (?, ?)",
                ((digest, vector.tobytes()) for digest, vector in rows),
            )

    def replace(self, documents: Iterable[NewDocument], delete: Iterable[int] = ()) -> None:
        """Write documents (replacing those at the same path) and drop others, at once."""
        with self.transaction() as db:
            generation = _next_generation(db)
            for doc_id in delete:
                _delete_document(db, doc_id, generation)
            for new in documents:
                for (doc_id,) in db.execute(
                    "SELECT doc_id FROM documents WHERE path = ?", (new.document.path,)
                ).fetchall():
                    _delete_document(db, doc_id, generation)
                _insert_document(db, new, generation)
                db.execute("DELETE FROM skipped WHERE path = ?", (new.document.path,))

    def rename(self, doc_id: int, path: str, size: int, mtime_ns: int) -> None:
        """The same bytes now stand at another path (or were only touched)."""
        with self.transaction() as db:
            db.execute(
                "UPDATE documents SET path = ?, size = ?, mtime_ns = ? WHERE doc_id = ?",
                (path, size, mtime_ns, doc_id),
            )
            db.execute("DELETE FROM skipped WHERE path = ?", (path,))

    def set_skipped(self, skipped: Mapping[str, tuple[str, int, int]]) -> None:
        """Replace the list of skipped files: path to reason, size and mtime."""
        with self.transaction() as db:
            db.execute("DELETE FROM skipped")
            db.executemany(
                "INSERT OR REPLACE INTO skipped VALUES (?, ?, ?, ?)",
                ((path, *rest) for path, rest in skipped.items()),
            )

    def drop_unused_vectors(self) -> None:
        """Forget vectors that no passage uses any more."""
        with self.transaction() as db:
            db.execute("DELETE FROM vectors WHERE hash NOT IN (SELECT hash FROM passages)")

    # -- reading --------------------------------------------------------------------

    def files(self) -> dict[str, FileRecord]:
        """Every indexed file by path."""
        rows = self.rows("SELECT doc_id, path, size, mtime_ns, sha256 FROM documents")
        return {str(row[1]): FileRecord(*row) for row in rows}  # type: ignore[arg-type]

    def skipped(self) -> dict[str, tuple[str, int, int]]:
        """Skipped files: path to reason, size and mtime when it was skipped."""
        rows = self.rows("SELECT path, reason, size, mtime_ns FROM skipped ORDER BY path")
        return {row[0]: row[1:] for row in rows}  # type: ignore[misc]

    def skipped_files(self) -> list[Skipped]:
        """Skipped files and why, by path."""
        return [Skipped(path, reason) for path, (reason, _, _) in self.skipped().items()]

    def sources(self) -> list[SourceInfo]:
        """Every document, by path."""
        rows = self.rows(
            "SELECT path, title, format, (SELECT count(*) FROM passages p"
            " WHERE p.doc_id = d.doc_id), json_array_length(layout, '$.pages'), characters,"
            " ifnull(json_extract(layout, '$.metadata.unread'), '')"
            " FROM documents d ORDER BY path"
        )
        return [SourceInfo(*row) for row in rows]  # type: ignore[arg-type]

    def document(self, path: str) -> Document | None:
        """A document as it was indexed, text and all; None for an unknown path.

        Raises:
            IndexDamagedError: it is not what was written.
        """
        with self.snapshot():
            rows = self.rows(
                "SELECT doc_id, path, title, format, sha256, layout, text_sha256 FROM documents"
                " WHERE path = ?",
                (path,),
            )
            if not rows:
                return None
            doc_id, path_, title, format_, sha256, layout, digest = rows[0]
            parts = self.rows("SELECT text FROM texts WHERE doc_id = ? ORDER BY start", (doc_id,))
        text = "".join(str(row[0]) for row in parts)
        if text_sha256(text) != digest:
            raise damaged(self.file, ValueError(f"another text of {path}"))
        try:
            return _document(text, str(path_), str(title), str(format_), str(sha256), str(layout))
        except (ValueError, TypeError, KeyError, AttributeError) as error:
            raise damaged(self.file, error) from error

    def text_digest(self, path: str) -> str:
        """SHA-256 of a document's extracted text; empty for an unknown path."""
        rows = self.rows("SELECT text_sha256 FROM documents WHERE path = ?", (path,))
        return str(rows[0][0]) if rows else ""

    def passage_ids(self, paths: Sequence[str]) -> list[list[int]]:
        """The ids of each document's passages, in order."""
        found: dict[str, list[int]] = {path: [] for path in paths}
        for part in _batched(paths):
            marks = ",".join("?" * len(part))
            for path, passage_id in self.rows(
                "SELECT d.path, p.passage_id FROM passages p JOIN documents d USING (doc_id)"
                f" WHERE d.path IN ({marks}) ORDER BY p.doc_id, p.start",
                part,
            ):
                found[str(path)].append(int(str(passage_id)))
        return [found[path] for path in paths]

    def passages(self, passage_ids: Sequence[int]) -> dict[int, Passage]:
        """Passages by id; ids that are gone are left out."""
        found: dict[int, Passage] = {}
        for part in _batched(passage_ids):
            for passage in self._passages(part):
                found[passage.passage_id] = passage
        return found

    def passages_since(self, generation: int) -> Iterator[Passage]:
        """Passages written after ``generation``, in bounded pieces, by id."""
        last = 0
        while True:
            ids = [
                int(str(row[0]))
                for row in self.rows(
                    "SELECT passage_id FROM passages WHERE generation > ? AND passage_id > ?"
                    " ORDER BY passage_id LIMIT 2000",
                    (generation, last),
                )
            ]
            if not ids:
                return
            last = ids[-1]
            yield from self.passages(ids).values()

    def _passages(self, ids: Sequence[object]) -> Iterator[Passage]:
        marks = ",".join("?" * len(ids))
        rows = self.rows(
            "SELECT p.passage_id, p.doc_id, d.path, d.title, p.start, p.end, p.headings"
            " FROM passages p JOIN documents d USING (doc_id) WHERE p.passage_id IN "
            f"({marks}) ORDER BY p.passage_id",
            ids,
        )
        block: tuple[int, int, str] = (-1, 0, "")
        for passage_id, doc_id, path, title, start, end, headings in rows:
            assert isinstance(passage_id, int) and isinstance(doc_id, int)
            assert isinstance(start, int) and isinstance(end, int)
            first = start // _BLOCK * _BLOCK
            if block[:2] != (doc_id, first) or end > first + len(block[2]):
                text = "".join(
                    str(row[0])
                    for row in self.rows(
                        "SELECT text FROM texts WHERE doc_id = ? AND start >= ? AND start < ?"
                        " ORDER BY start",
                        (doc_id, first, max(end, first + 1)),
                    )
                )
                block = (doc_id, first, text)
            words = block[2][start - first : end - first]
            if len(words) != end - start:
                continue  # its document was replaced between the two reads
            yield Passage(
                passage_id, doc_id, str(path), str(title), Span(start, end), words,
                tuple(json.loads(str(headings))),
            )  # fmt: skip

    def vectors_since(
        self, generation: int, batch: int = 2_000
    ) -> Iterator[tuple[NDArray[np.int64], NDArray[np.float32]]]:
        """Ids and vectors (float32, shape ``(n, dimension)``) of passages written after
        ``generation``, in bounded pieces."""
        last = 0
        while True:
            rows = self.rows(
                "SELECT p.passage_id, v.vector FROM passages p JOIN vectors v USING (hash)"
                " WHERE p.generation > ? AND p.passage_id > ? ORDER BY p.passage_id LIMIT ?",
                (generation, last, batch),
            )
            if not rows:
                return
            ids = np.array([row[0] for row in rows], dtype=np.int64)
            raw = b"".join(row[1] for row in rows)  # type: ignore[misc]
            yield ids, np.frombuffer(raw, dtype="<f2").reshape(len(rows), -1).astype(np.float32)
            last = int(ids[-1])

    def vectors_of(self, passage_ids: Sequence[int]) -> dict[int, NDArray[np.float32]]:
        """Vectors, float32, by passage id; ids that are gone are left out."""
        found: dict[int, NDArray[np.float32]] = {}
        for part in _batched(passage_ids):
            marks = ",".join("?" * len(part))
            for passage_id, raw in self.rows(
                "SELECT p.passage_id, v.vector FROM passages p JOIN vectors v USING (hash)"
                f" WHERE p.passage_id IN ({marks})",
                part,
            ):
                found[int(str(passage_id))] = np.frombuffer(raw, dtype="<f2").astype(np.float32)  # type: ignore[call-overload]
        return found

    def changes_since(self, generation: int) -> int:
        """Passages written and deleted after ``generation``."""
        return sum(
            self.number(f"SELECT count(*) FROM {table} WHERE generation > ?", (generation,))
            for table in ("passages", "deleted")
        )

    def deleted_since(self, generation: int) -> list[int]:
        """Ids of passages deleted after ``generation``."""
        rows = self.rows("SELECT passage_id FROM deleted WHERE generation > ?", (generation,))
        return [int(str(row[0])) for row in rows]


def _next_generation(db: sqlite3.Connection) -> int:
    db.execute("UPDATE meta SET value = CAST(value AS INTEGER) + 1 WHERE key = 'generation'")
    row = db.execute("SELECT CAST(value AS INTEGER) FROM meta WHERE key = 'generation'").fetchone()
    return int(row[0])


def _remember_deleted(
    db: sqlite3.Connection, generation: int, ids: str, values: Sequence[object] = ()
) -> None:
    db.execute(
        f"INSERT OR REPLACE INTO deleted SELECT passage_id, {generation} FROM ({ids})",
        values,
    )


def _delete_document(db: sqlite3.Connection, doc_id: int, generation: int) -> None:
    _remember_deleted(db, generation, "SELECT passage_id FROM passages WHERE doc_id = ?", (doc_id,))
    db.execute("DELETE FROM documents WHERE doc_id = ?", (doc_id,))


def _insert_document(db: sqlite3.Connection, new: NewDocument, generation: int) -> None:
    document = new.document
    doc_id = db.execute(
        "INSERT INTO documents (path, title, format, sha256, text_sha256, characters, size,"
        " mtime_ns, layout) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)",
        (
            document.path, document.title, document.format, document.sha256,
            text_sha256(document.text), len(document.text), new.size, new.mtime_ns,
            _layout(document),
        ),
    ).lastrowid  # fmt: skip
    db.executemany(
        "INSERT INTO texts VALUES (?, ?, ?)",
        (
            (doc_id, start, document.text[start : start + _BLOCK])
            for start in range(0, len(document.text), _BLOCK)
        ),
    )
    db.executemany(
        "INSERT INTO passages (doc_id, start, end, headings, generation, hash)"
        " VALUES (?, ?, ?, ?, ?, ?)",
        (
            (
                doc_id,
                chunk.span.start,
                chunk.span.end,
                json.dumps(chunk.headings),
                generation,
                digest,
            )
            for chunk, digest in zip(new.chunks, new.hashes, strict=True)
        ),
    )


def _layout(document: Document) -> str:
    return json.dumps(
        {
            "pages": document.pages,
            "headings": [
                (heading.span.start, heading.span.end, heading.level, heading.text)
                for heading in document.headings
            ],
            "lines": document.lines,
            "places": document.places,
            "metadata": dict(document.metadata),
        }
    )


def _document(text: str, path: str, title: str, format_: str, sha256: str, layout: str) -> Document:
    parts = json.loads(layout)
    return Document(
        path=path,
        title=title,
        text=text,
        sha256=sha256,
        pages=tuple(parts["pages"]),
        headings=tuple(
            Heading(Span(start, end), level, words)
            for start, end, level, words in parts["headings"]
        ),
        lines=tuple((offset, line) for offset, line in parts["lines"]),
        places=tuple((offset, name) for offset, name in parts.get("places", ())),
        metadata=parts["metadata"],
        format=format_,
    )


def passage_text(passage: Passage) -> str:
    """What is embedded and full-text indexed for a stored passage."""
    return embedded_text(passage.title, passage.headings, passage.text)


def _batched(values: Sequence[object], size: int = 500) -> Iterator[list[object]]:
    for start in range(0, len(values), size):
        yield [
            int(value) if isinstance(value, np.integer) else value
            for value in values[start : start + size]
        ]
