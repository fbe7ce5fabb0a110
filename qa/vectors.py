"""FAISS index over the passages' vectors, derived from the store. The only importer of faiss.

The file's name carries the generation it was made at, so a half-finished or outdated file
is never mistaken for a current one; what is missing is caught up from the store.
"""

from __future__ import annotations

import contextlib
import os
import re
import threading
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from qa.store import Store

_NAME = re.compile(r"vectors-(\d+)\.faiss")


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
            file = self._store.directory / f"vectors-{self.generation}.faiss"
            partial = file.with_suffix(".partial")
            faiss.write_index(self._index, str(partial))
            partial.replace(file)
            self._saved = self.generation
            for other in self._store.directory.glob("vectors-*"):
                if other != file:
                    with contextlib.suppress(OSError):  # still open elsewhere: next time
                        other.unlink()

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
        files = {
            int(match[1]): file
            for file in self._store.directory.glob("vectors-*.faiss")
            if (match := _NAME.fullmatch(file.name))
        }
        newest = max(files, default=0)
        if not newest or newest > self._store.generation:
            return None
        import faiss

        try:
            index = faiss.read_index(os.fspath(files[newest]))
            if index.d != self._dimension:
                return None
        except RuntimeError:
            return None  # damaged: it is derived, so it is made again from the store
        self.generation = self._saved = newest
        return index

    def _empty(self) -> Any:
        import faiss

        return faiss.IndexIDMap2(faiss.IndexFlatIP(self._dimension))


def is_saved(store: Store) -> bool:
    """Whether the file for the store's generation is there. Imports no faiss."""
    return (store.directory / f"vectors-{store.generation}.faiss").exists()


def remove_files(directory: Path) -> None:
    """Delete every vector file of an index directory."""
    for file in directory.glob("vectors-*"):
        file.unlink(missing_ok=True)
