"""FAISS index over the passages' vectors, derived from the store. The only importer of faiss.

The file's name carries the generation it was made at, so a half-finished or outdated file
is never mistaken for a current one; what is missing is caught up from the store.
"""

from __future__ import annotations

import contextlib
import re
import threading
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from qa.errors import IndexingError
from qa.store import Store

_NAME = re.compile(r"vectors-([0-9a-f]+)-(\d+)\.(faiss|partial)")


class VectorIndex:
    """Exact inner-product search (cosine, as vectors are of unit length) over a store.

    Safe to use from any thread.

    Args:
        store: the truth.
        dimension: of the vectors.
    """

    def __init__(self, store: Store, dimension: int) -> None:
        self._store = store
        self._dimension = dimension
        self._lock = threading.Lock()
        self.generation = 0
        """Of the store, up to which this index is complete."""
        self._saved = 0
        self._index = self._read() or self._empty()

    def __len__(self) -> int:
        return int(self._index.ntotal)

    def catch_up(self) -> None:
        """Add and remove what the store has since; cheap when nothing changed."""
        with self._lock:
            generation = self._store.generation
            if generation == self.generation:
                return
            gone = self._store.deleted_since(self.generation)
            if gone:
                self._index.remove_ids(np.array(gone, dtype=np.int64))
            for ids, vectors in self._store.vectors_since(self.generation):
                self._index.remove_ids(ids)  # twice the same id is never right
                self._index.add_with_ids(vectors, ids)
            self.generation = generation

    def save(self) -> None:
        """Write the index beside the store; only while holding `Store.writing`."""
        import faiss

        with self._lock:
            if self._saved == self.generation:
                return
            file = _file(self._store, self.generation)
            partial = file.with_suffix(".partial")
            try:
                # Through Python: faiss opens no path with letters outside the locale's.
                partial.write_bytes(faiss.serialize_index(self._index).data)
                partial.replace(file)
            except OSError as error:
                with contextlib.suppress(OSError):
                    partial.unlink()
                raise IndexingError(
                    f"The vector index cannot be written: {error.strerror or error}.",
                    "Documents and vectors are safe; free some space and run it again.",
                ) from error
            self._saved = self.generation
            remove_files(self._store.directory, keep=file)

    def search(
        self, vector: NDArray[np.float32], k: int
    ) -> tuple[NDArray[np.int64], NDArray[np.float32]]:
        """Passage ids and cosines of the ``k`` nearest, best first.

        Args:
            vector: the question, float32, shape ``(dimension,)``, of unit length.
            k: at most this many; fewer when the index is smaller.
        """
        with self._lock:
            k = min(k, len(self))
            if k == 0:
                return np.empty(0, np.int64), np.empty(0, np.float32)
            scores, ids = self._index.search(vector[None, :], k)
        return ids[0], scores[0]

    def cosines(self, vector: NDArray[np.float32], ids: list[int]) -> NDArray[np.float32]:
        """Cosine of each passage in ``ids`` with ``vector``; 0 for ids that are not here."""
        found = np.zeros(len(ids), dtype=np.float32)
        with self._lock:
            for position, passage_id in enumerate(ids):
                with contextlib.suppress(RuntimeError):  # faiss: no such id
                    found[position] = self._index.reconstruct(passage_id) @ vector
        return found

    def _read(self) -> Any:
        ours = self._store.id
        files = {
            int(match[2]): file
            for file in self._store.directory.glob("vectors-*.faiss")
            if (match := _NAME.fullmatch(file.name)) and match[1] == ours
        }
        newest = max(files, default=0)
        if not newest or newest > self._store.generation:
            return None
        import faiss

        try:
            data = np.frombuffer(files[newest].read_bytes(), dtype=np.uint8)
            index = faiss.deserialize_index(data)
            if index.d != self._dimension:
                return None
        except (OSError, RuntimeError, MemoryError):
            return None  # damaged: it is derived, so it is made again from the store
        self.generation = self._saved = newest
        return index

    def _empty(self) -> Any:
        import faiss

        return faiss.IndexIDMap2(faiss.IndexFlatIP(self._dimension))


def is_saved(store: Store) -> bool:
    """Whether the file for the store's generation is there. Imports no faiss."""
    return _file(store, store.generation).exists()


def _file(store: Store, generation: int) -> Path:
    return store.directory / f"vectors-{store.id}-{generation}.faiss"


def remove_files(directory: Path, keep: Path | None = None) -> None:
    """Delete the vector files of an index directory, but for ``keep``."""
    for file in directory.glob("vectors-*"):
        if file != keep and _NAME.fullmatch(file.name):
            with contextlib.suppress(OSError):  # still open elsewhere: next time
                file.unlink()
