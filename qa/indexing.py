"""Bring an index in step with a folder: load, chunk, encode, write.

While a batch is encoded, in a thread of its own, the next is loaded and cut.

Files are compared by size and mtime, then by hash, so an unchanged folder costs a walk and
loads no model. Vectors are committed as they are made and documents when all their vectors
are there: whatever stops the process, what was embedded is kept and the index stays whole.
"""

from __future__ import annotations

import contextlib
import itertools
import time
from collections import deque
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, field, replace
from pathlib import Path

from qa.chunking import chunk, embedded_text
from qa.documents import FolderSource, Source, SourceFile
from qa.encoder import Encoder, Vectors
from qa.errors import Cancelled, DocumentError, NoDocumentsError, QaError
from qa.formats import READING
from qa.formats.extracted import checking
from qa.index import Index
from qa.store import FileRecord, NewDocument, embedding_hash
from qa.types import BuildReport, Document, Progress, ProgressCallback

_BATCH = 64
"""Passages embedded and committed at a time: the most a crash can cost."""
_FULL_TEXT_EVERY = 10.0
"""Seconds between catching up the full text while a long build runs."""
_OF_LATE = 20.0
"""Seconds of late from whose pace the time left is told."""


def index_folder(
    folder: Path | str,
    index: Path | str,
    *,
    encoder: Encoder | None = None,
    progress: ProgressCallback | None = None,
) -> Index:
    """An open index in the directory ``index`` that holds what ``folder`` holds now.

    Raises:
        QaError: see `qa.documents.FolderSource`, `qa.index.Index` and `update`.
    """
    source = FolderSource(Path(folder))
    found = Index(index, encoder)
    try:
        update(found, source, progress)
    except BaseException:
        found.close()
        raise
    return found


def update(
    index: Index,
    source: Source,
    progress: ProgressCallback | None = None,
    cancelled: Callable[[], bool] | None = None,
    *,
    rebuild: bool = False,
    clock: Callable[[], float] = time.monotonic,
) -> BuildReport:
    """Make ``index`` hold what ``source`` holds now.

    Args:
        index: to be changed; may be searched meanwhile, from other threads and processes.
        source: a folder of documents.
        progress: called after each file and each batch, in this thread.
        cancelled: asked at the same moments; when true the work stops.
        rebuild: load and embed every file again; each stays answerable until it is replaced.
        clock: seconds, for tests.

    Raises:
        Cancelled: ``cancelled`` said so. What was finished is kept.
        NoDocumentsError: there is nothing to index; an index that held something is emptied.
        IndexLockedError: another process is writing this index.
        IndexReadOnlyError: the disk is full, or may not be written; what was indexed can be asked.
        ModelError: the model cannot be loaded.
    """
    with index.store.writing():
        index.follow()
        index.check()
        index.store.claim(source.name, anew=rebuild)
        return _Build(index, source, progress, cancelled, clock, rebuild).run()


@dataclass
class _Build:
    """One run of `update`."""

    index: Index
    source: Source
    progress: ProgressCallback | None
    cancelled: Callable[[], bool] | None
    clock: Callable[[], float]
    rebuild: bool
    again: bool = False
    """Whether other loaders than now read the documents: all are read anew."""
    pending: list[tuple[NewDocument, set[bytes]]] = field(default_factory=list)
    """Documents whose vectors are not all there yet, with the hashes of those that are not. (Not
    all that wait: a text that stands in a later document too waits again.)"""
    texts: dict[bytes, str] = field(default_factory=dict)
    """Texts of `pending` that wait to be embedded, by hash, in the order of their documents."""
    taken: list[bytes] = field(default_factory=list)
    """Hashes of the texts that were taken last; their vectors are known or being made."""
    flying: list[bytes] = field(default_factory=list)
    """Hashes of the texts that are being embedded."""
    vectors: Future[Vectors] | None = None
    """What will be their vectors."""
    added: int = 0
    changed: int = 0
    renamed: int = 0
    unchanged: int = 0
    embedded: int = 0
    done: int = 0
    total: int = 0
    passages: int = 0
    bytes_done: int = 0
    bytes_total: int = 0
    bytes_there: int = 0
    """Of files that are as they were."""
    marks: deque[tuple[float, int]] = field(default_factory=deque)
    """When how many bytes were done, of late: what was begun earlier goes on faster at first, for
    its vectors are there."""

    def run(self) -> BuildReport:
        """Do it."""
        with ThreadPoolExecutor(1, "encoder") as self.encoding:
            try:
                with checking(self._check):
                    return self._run()
            except (Cancelled, KeyboardInterrupt):
                with contextlib.suppress(QaError):  # that it was stopped is what to say
                    self._keep_vectors()
                raise

    def _run(self) -> BuildReport:
        store = self.index.store
        self.started = self.full_text_at = self.clock()
        files, found_skipped = self.source.scan()
        known = store.files()
        self.again = store.reading != READING
        refused = store.skipped()
        skipped = {item.path: (item.reason, -1, -1) for item in found_skipped}
        todo: list[SourceFile] = []
        for file in files:
            record = known.get(file.path)
            if self.rebuild or self.again:
                todo.append(file)
            elif record and (record.size, record.mtime_ns) == (file.size, file.mtime_ns):
                self.unchanged += 1
            elif refused.get(file.path, ("", -1, -1))[1:] == (file.size, file.mtime_ns):
                skipped[file.path] = refused[file.path]  # still the file that was refused
            else:
                todo.append(file)
        present = {file.path for file in files}
        unlisted = tuple(f"{item.path}/" for item in found_skipped if item.unlisted)
        gone = {
            path: record
            for path, record in known.items()
            if path not in present and not path.startswith(unlisted)
        }
        by_digest = {record.sha256: record for record in gone.values()}
        self.total, self.done = len(files), len(files) - len(todo)
        self.bytes_total = sum(file.size for file in todo)
        self.bytes_there = sum(file.size for file in files) - self.bytes_total
        self.passages = store.counts()[1]
        self._report("")
        for file in todo:
            self._report(file.path)
            try:
                document = self.source.load(file)
            except DocumentError as error:
                # What is not the file's own fault may pass: it is tried again next time.
                key = (file.size, file.mtime_ns) if error.lasting else (-1, -1)
                skipped[file.path] = (error.message, *key)
                if file.path in known:  # it was readable once; what it said is gone
                    gone[file.path] = known[file.path]
            else:
                if self.rebuild or not self._same_bytes(
                    document, file, known.get(file.path), by_digest, gone
                ):
                    self._add(document, file)
                    if file.path in known:
                        self.changed += 1
                    else:
                        self.added += 1
            self.done += 1
            self.bytes_done += file.size
        self._flush()
        if gone:
            store.replace([], delete=[record.doc_id for record in gone.values()])
        if skipped != refused:
            store.set_skipped(skipped)
        documents, passages = store.counts()
        if (todo or gone) and documents:
            store.drop_unused_vectors()
        if self.rebuild:
            self.index.drop_derived()
        self.index.save()
        kept = any(path.startswith(unlisted) for path in known) if unlisted else False
        if self.again and documents and not kept:  # what could not be listed was not read
            store.set_reading(READING)
        self.passages = passages
        if not documents:
            raise _nothing(len(files), len(skipped))
        self._report("")
        return BuildReport(
            added=self.added,
            changed=self.changed,
            renamed=self.renamed,
            deleted=len(gone),
            unchanged=self.unchanged,
            passages=passages,
            documents=documents,
            embedded=self.embedded,
            skipped=tuple(store.skipped_files()),
            seconds=self.clock() - self.started,
        )

    def _same_bytes(
        self,
        document: Document,
        file: SourceFile,
        record: FileRecord | None,
        by_digest: dict[str, FileRecord],
        gone: dict[str, FileRecord],
    ) -> bool:
        """Whether the file was only touched or renamed; if so, note that."""
        store = self.index.store
        if record and record.sha256 == document.sha256:
            if self.again and not _reads_the_same(store.document(record.path), document):
                return False
            store.rename(record.doc_id, file.path, file.size, file.mtime_ns)
            self.unchanged += 1
            return True
        before = by_digest.get(document.sha256)
        if record or not before or before.path not in gone:
            return False
        old = store.document(before.path)
        if old is None or (old.title, old.text, old.format) != (
            document.title,
            document.text,
            document.format,
        ):
            return False  # its name was part of what was embedded
        if self.again and not _reads_the_same(replace(old, path=document.path), document):
            return False
        store.rename(before.doc_id, file.path, file.size, file.mtime_ns)
        del gone[before.path]
        self.renamed += 1
        return True

    def _add(self, document: Document, file: SourceFile) -> None:
        encoder = self.index.encoder
        chunks = []
        hashes = []
        for piece in chunk(document, encoder.max_tokens, encoder.count_tokens):
            text = embedded_text(document.title, piece.headings, piece.span.of(document.text))
            digest = embedding_hash(text)
            chunks.append(piece)
            hashes.append(digest)
            self.texts[digest] = text
            if len(self.texts) >= 2 * _BATCH:
                self._embed(file.path)
        new = NewDocument(document, tuple(chunks), tuple(hashes), file.size, file.mtime_ns)
        missing = {digest for digest in hashes if digest in self.texts or digest in self.taken}
        self.pending.append((new, missing))
        if len(self.texts) >= _BATCH or len(self.pending) >= 4 * _BATCH:
            self._embed(file.path)

    def _flush(self) -> None:
        """Embed and write all that waits."""
        while self.texts:
            self._embed("")
        self._land("")

    def _embed(self, current: str) -> None:
        """Begin to embed the next texts, when the last are done and written."""
        self._land(current)
        self.taken = list(self.texts)[:_BATCH]
        known = set() if self.rebuild else self.index.store.known_vectors(self.taken)
        texts = {digest: self.texts.pop(digest) for digest in self.taken}
        self.flying = [digest for digest in texts if digest not in known]
        if self.flying:
            self.vectors = self.encoding.submit(
                self.index.encoder.encode, [texts[digest] for digest in self.flying]
            )

    def _land(self, current: str) -> None:
        """Commit the vectors that were being made, and the documents that waited for them."""
        self._keep_vectors()
        for _, missing in self.pending:
            missing.difference_update(self.taken)
        self.taken = []
        ready = [new for new, _ in itertools.takewhile(lambda one: not one[1], self.pending)]
        if ready:
            self.index.store.replace(ready)
            del self.pending[: len(ready)]
            self.passages += sum(len(new.chunks) for new in ready)
            now = self.clock()
            if now - self.full_text_at > _FULL_TEXT_EVERY and not self.rebuild:
                self.index.lexical.catch_up()
                self.full_text_at = now
        self._report(current)

    def _keep_vectors(self) -> None:
        """Commit the vectors that were being made."""
        if self.vectors is None:
            return
        vectors = self.vectors.result()
        self.index.ensure_manifest(vectors.shape[1])
        self.index.store.add_vectors(self.flying, vectors)
        self.embedded += len(self.flying)
        self.vectors, self.flying = None, []

    def _check(self) -> None:
        if self.cancelled is not None and self.cancelled():
            raise Cancelled(
                "Indexing was stopped.", "What was finished is kept; it goes on from there."
            )

    def _report(self, current: str) -> None:
        self._check()
        if self.progress is None:
            return
        now = self.clock()
        self.marks.append((now, self.bytes_done))
        while len(self.marks) > 2 and (
            self.marks[1][0] < now - _OF_LATE and self.marks[1][1] < self.bytes_done
        ):
            self.marks.popleft()
        elapsed, done = now - self.marks[0][0], self.bytes_done - self.marks[0][1]
        to_do = self.bytes_total - self.bytes_done
        left = to_do * elapsed / done if elapsed > 1 and done else None
        everything = self.bytes_there + self.bytes_total
        share = (self.bytes_there + self.bytes_done) / everything if everything else 1.0
        passages = self.passages + len(self.texts) + len(self.flying)
        self.progress(
            Progress(self.done, self.total, self.passages, passages, left, current, share)
        )


def _reads_the_same(before: Document | None, now: Document) -> bool:
    """Whether a file's words, places and all else are what they were when it was read before."""
    if before is None:
        return False
    told = [{**one.metadata, "extractor": ""} for one in (before, now)]
    return told[0] == told[1] and replace(before, metadata={}) == replace(now, metadata={})


def _nothing(files: int, skipped: int) -> NoDocumentsError:
    if files or skipped:
        return NoDocumentsError(
            f"Nothing in this folder can be read: {skipped} files were skipped.",
            "`qa sources` says why for each. Text, PDF, office files, web pages, books, mail and "
            "more are read.",
        )
    return NoDocumentsError(
        "The folder is empty.",
        "Put documents into it (text, PDF, office files, web pages, mail …), or choose another.",
    )
