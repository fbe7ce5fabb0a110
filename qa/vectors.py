"""Search by vector: FAISS over the passages' vectors, derived from the store.

Two parts: a base (`qa.vector_base`), a file that is never changed once written and is mapped
into memory (`qa.vector_file`), and a delta of what the store has gained since, in memory.
Deletions are ids to pass over. So neither additions nor deletions rebuild anything until they
are a fair share of the whole. The first candidates of an approximate base are scored again with
the store's vectors.
"""

from __future__ import annotations

import threading
from functools import partial
from typing import Any

import numpy as np

from qa.store import Store
from qa.vector_base import (
    CANDIDATES,
    QUANTIZED_FROM,
    build_base,
    exact_index,
    grown_base,
    list_of_ids,
)
from qa.vector_file import (
    BaseInfo,
    Ids,
    Vectors,
    newest_base,
    read_base,
    remove_files,
    write_base,
)

_SMALL = 20_000
"""Bases up to this size are written anew at every change: that costs milliseconds."""
_SHARE = 0.02
"""Larger ones when this share of the vectors is new or gone."""
_GROWTH = 4
"""How many times the vectors it was trained on an inverted file may hold."""


class VectorIndex:
    """Inner-product search (cosine, as vectors are of unit length) over a store.

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
        self.info = BaseInfo(0)
        """Of the base."""
        self._base: Any = None
        self._base_generation = 0
        self._delta: Any = None
        self._ids: Ids | None = None
        self._gone = np.empty(0, np.int64)
        self._selector: Any = None
        self._read()

    def __len__(self) -> int:
        return self.info.vectors - len(self._gone) + int(self._delta.ntotal)

    @property
    def exact(self) -> bool:
        """Whether a search finds the nearest for certain."""
        return self.info.lists <= 1

    def catch_up(self) -> None:
        """Add and remove what the store has since; cheap when nothing changed."""
        with self._lock:
            if self._store.generation == self.generation:
                return
            newest = newest_base(self._store)
            if newest and newest[0] > max(self.generation, self._base_generation):
                self._read()  # another process did the work
            self._add_new()

    def _add_new(self) -> None:
        generation = self._store.generation  # after the base was chosen: it is not newer
        gone = np.array(self._store.deleted_since(self.generation), dtype=np.int64)
        if len(gone):
            self._delta.remove_ids(gone)
            self._pass_over(gone)
        for ids, vectors in self._store.vectors_since(self.generation):
            self._delta.remove_ids(ids)  # twice the same id is never right
            self._delta.add_with_ids(vectors, ids)
        self.generation = generation

    def save(self) -> None:
        """Write a new base of what the store holds; only while holding `Store.writing`.

        Raises:
            IndexReadOnlyError: the disk is full, or may not be written.
        """
        generation, total = self._store.generation, self._store.counts()[1]
        if not total:
            remove_files(self._store.directory)
        else:
            with self._lock:
                base, info = self._base, self.info
            quantized = total >= QUANTIZED_FROM
            if quantized and info.lists > 1 and total < _GROWTH * info.trained:
                write = partial(grown_base, self._store, base, info)
            else:
                write = partial(build_base, self._store, self._dimension, quantized)
            write_base(self._store, generation, write)  # searches go on meanwhile
        with self._lock:
            self._read()

    def search(self, vector: Vectors, k: int) -> tuple[Ids, Vectors]:
        """Passage ids and cosines of the ``k`` nearest, best first. Where the base is
        approximate, the cosines of all but the first are within some thousandths.

        Args:
            vector: the question, float32, shape ``(dimension,)``, of unit length.
            k: at most this many; fewer when the index is smaller.
        """
        with self._lock:
            ids, scores = self._nearest(vector, max(k, CANDIDATES))
            if not self.exact:
                scores[:CANDIDATES] = self._exact_cosines(vector, ids[:CANDIDATES])
            more, more_scores = _search(self._delta, vector, k)
        ids, scores = np.concatenate([ids, more]), np.concatenate([scores, more_scores])
        order = np.argsort(-scores, kind="stable")[:k]
        return ids[order], scores[order]

    def cosines(self, vector: Vectors, ids: list[int]) -> Vectors:
        """Cosine of each passage in ``ids`` with ``vector``; 0 for ids that are not here."""
        return self._exact_cosines(vector, np.array(ids, dtype=np.int64))

    def _exact_cosines(self, vector: Vectors, ids: Ids) -> Vectors:
        found = np.zeros(len(ids), dtype=np.float32)
        known = self._store.vectors_of(ids.tolist())
        for position, passage_id in enumerate(ids.tolist()):
            if passage_id in known:
                found[position] = known[passage_id] @ vector
        return found

    def _nearest(self, vector: Vectors, k: int) -> tuple[Ids, Vectors]:
        if self._base is None:
            return np.empty(0, np.int64), np.empty(0, np.float32)
        import faiss

        parameters = faiss.SearchParametersIVF()
        parameters.nprobe = self.info.searched
        if self._selector is not None:
            parameters.sel = self._selector
        return _search(self._base, vector, k, parameters)

    def _pass_over(self, ids: Ids) -> None:
        """Note which of ``ids`` the base has."""
        if not self.info.vectors:
            return
        import faiss

        if self._ids is None:
            self._ids, _ = list_of_ids(self._base)
        places = np.minimum(np.searchsorted(self._ids, ids), len(self._ids) - 1)
        self._gone = np.union1d(self._gone, ids[self._ids[places] == ids])
        self._selector = faiss.IDSelectorNot(faiss.IDSelectorBatch(self._gone))

    def _read(self) -> None:
        """Begin with the newest base."""
        found = read_base(self._store)
        if found is None or found[1].d != self._dimension:
            found = 0, None, BaseInfo(0)
        self.generation, self._base, self.info = found
        self._base_generation = self.generation
        self._delta = exact_index(self._dimension)
        self._ids, self._gone, self._selector = None, np.empty(0, np.int64), None


def needs_saving(store: Store) -> bool:
    """Whether much has changed since the base was built. Imports no faiss."""
    found = newest_base(store)
    total = store.counts()[1]
    if found is None or not total:
        return total > 0 or found is not None
    changed = store.changes_since(found[0])
    return changed > 0 and (total <= _SMALL or changed >= _SHARE * total)


def _search(index: Any, vector: Vectors, k: int, parameters: Any = None) -> tuple[Ids, Vectors]:
    k = min(k, int(index.ntotal))
    if not k:
        return np.empty(0, np.int64), np.empty(0, np.float32)
    scores, ids = index.search(vector[None, :], k, params=parameters)
    there = ids[0] >= 0
    return ids[0][there], scores[0][there]
