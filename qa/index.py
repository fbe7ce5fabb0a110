"""An index as one thing: the store and the two indexes derived from it, kept in step."""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path

import numpy as np

from qa import lexical, vector_file, vectors
from qa.chunking import describe
from qa.compiled_encoder import CompiledEncoder
from qa.config import DEFAULT_MODEL
from qa.database import SCHEMA_VERSION, renew
from qa.encoder import Encoder, Vectors
from qa.errors import (
    IndexDamagedError,
    IndexLockedError,
    IndexMismatchError,
    IndexOutdatedError,
    IndexReadOnlyError,
)
from qa.index_files import WRITER_LOCK, held
from qa.lexical import LexicalIndex
from qa.store import Store
from qa.types import Manifest
from qa.vectors import VectorIndex

_REMEMBERED = 4096  # sentences, of about 2 kB each


class Index:
    """Open an index directory (an empty one is made when there is none).

    Opening loads no model and, for an unchanged index, reads no vectors until the first
    search.

    Args:
        directory: where the index lives.
        encoder: what embeds; the default model when left out.

    Raises:
        IndexMismatchError: made by another model, other chunking or another version.
        IndexDamagedError: its database is damaged.
        ModelError: there is no such model on this machine.
    """

    def __init__(self, directory: Path | str, encoder: Encoder | None = None) -> None:
        self.directory = Path(directory).expanduser().absolute()
        self.encoder: Encoder = encoder or CompiledEncoder(DEFAULT_MODEL)
        self.store = Store(self.directory)
        self._lock = threading.Lock()
        self._vectors: VectorIndex | None = None
        self._lexical: LexicalIndex | None = None
        self._sentences: OrderedDict[str, Vectors] = OrderedDict()
        try:
            self.check()
        except BaseException:
            self.store.close()
            raise

    def check(self) -> None:
        """Raise `IndexMismatchError` unless the index was made as this program would."""
        manifest = self.store.manifest
        if manifest is None:
            return
        chunking = describe(self.encoder.max_tokens)
        for name, has, wanted, error in (
            ("model", manifest.model, self.encoder.fingerprint, IndexMismatchError),
            ("passages", manifest.chunking, chunking, IndexOutdatedError),
        ):
            if has != wanted:
                raise error(
                    f"The index in {self.directory} was made with other {name}: "
                    f"{has} there, {wanted} here.",
                    "Run `qa index --rebuild` to make it anew, or name the model it was made "
                    "with (--model), or choose another --index directory.",
                )

    def ensure_manifest(self, dimension: int) -> None:
        """Write the manifest of a new index; ``dimension`` is that of its vectors."""
        if self.store.manifest is None:
            self.store.set_manifest(
                Manifest(
                    SCHEMA_VERSION,
                    self.encoder.fingerprint,
                    dimension,
                    describe(self.encoder.max_tokens),
                )
            )

    @property
    def lexical(self) -> LexicalIndex:
        """The full-text index, as far as it has caught up."""
        with self._lock:
            if self._lexical is None:
                self._lexical = LexicalIndex(self.store)
            return self._lexical

    def vectors(self) -> VectorIndex | None:
        """The vector index, caught up; None while nothing is indexed."""
        found = self._opened_vectors()
        if found is not None:
            found.catch_up()
        return found

    def _opened_vectors(self) -> VectorIndex | None:
        with self._lock:
            if self._vectors is None and (manifest := self.store.manifest):
                self._vectors = VectorIndex(self.store, manifest.dimension)
            return self._vectors

    def follow(self) -> None:
        """Use the index that is there now, where another process has made it anew.

        Raises:
            IndexMismatchError: another version has, or with another model.
        """
        with self._lock:
            followed = self.store.follow()
            if followed:
                self._vectors = self._lexical = None
        if followed:
            self.check()

    def refresh(self) -> None:
        """Bring the full text in step with the store, unless another process is at it or nothing
        may be written."""
        if self.lexical.generation == self.store.generation:
            return
        try:
            if self.store.writable:
                self.lexical.catch_up(wait=False)
                return
        except (IndexLockedError, IndexReadOnlyError):
            pass  # another process is at it, or the disk is full: use what is there
        self.lexical.reload()

    def save(self) -> None:
        """Bring the derived indexes in step and keep them; needs `Store.writing`."""
        self.lexical.catch_up()
        if not vectors.needs_saving(self.store):
            return  # and faiss need not be imported
        found = self._opened_vectors()
        if found is not None:
            found.save()

    def drop_derived(self) -> None:
        """Forget what can be made again from the store; needs `Store.writing`."""
        with self._lock:
            self._vectors = self._lexical = None
            vector_file.remove_files(self.directory)
            lexical.remove_files(self.directory)

    def sentence_vectors(self, texts: Sequence[str]) -> Vectors:
        """Unit vectors of sentences, float32, shape ``(len(texts), dimension)``. The last
        few thousand are remembered: one conversation reads the same passages again."""
        with self._lock:
            known = {text: self._sentences[text] for text in texts if text in self._sentences}
        missing = [text for text in dict.fromkeys(texts) if text not in known]
        if missing:
            known.update(zip(missing, self.encoder.encode(missing), strict=True))
        with self._lock:
            for text in texts:
                self._sentences[text] = known[text]
                self._sentences.move_to_end(text)
            while len(self._sentences) > _REMEMBERED:
                self._sentences.popitem(last=False)
        return np.array([known[text] for text in texts], dtype=np.float32)

    def close(self) -> None:
        """Close the database; the object must not be used after."""
        self.store.close()

    def __enter__(self) -> Index:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()


def open_index(directory: Path, encoder: Encoder, *, anew: bool = False) -> Index:
    """The index in ``directory``.

    Args:
        directory: where it lives.
        encoder: what embeds.
        anew: an index that is damaged or was made otherwise is deleted and begun again
            rather than refused.
    """
    try:
        return Index(directory, encoder)
    except (IndexMismatchError, IndexDamagedError) as error:
        if not anew:
            raise
        with held(directory / WRITER_LOCK):
            with suppress(IndexMismatchError, IndexDamagedError):
                return Index(directory, encoder)  # another process was first
            # The database last: what is derived from it must never outlive it.
            vector_file.remove_files(directory)
            lexical.remove_files(directory)
            try:
                if isinstance(error, IndexDamagedError):
                    raise error
                renew(directory / "index.sqlite")
            except IndexDamagedError:
                for name in ("index.sqlite-wal", "index.sqlite-shm", "index.sqlite"):
                    (directory / name).unlink(missing_ok=True)
        return Index(directory, encoder)
