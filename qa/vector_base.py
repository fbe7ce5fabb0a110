"""The base of the vector index: what its file holds.

Exact (16-bit vectors, as the store keeps them) while exact search is fast. From
`QUANTIZED_FROM` vectors on an inverted file of 8-bit vectors, of which so many lists are
searched that recall@10, measured against exact search while it is built, reaches `RECALL`.
"""

from __future__ import annotations

import math
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np

from qa.memory import give_back_memory
from qa.store import Store
from qa.vector_file import BaseInfo, Ids, ListsFile, Vectors

QUANTIZED_FROM = 100_000
"""Vectors from which on search is approximate; exact search of so many takes some 4 ms."""
RECALL = 0.99
"""Share of the ten nearest that must be among the candidates of an approximate search."""
CANDIDATES = 30
"""Of an approximate search, that are scored again."""

_SAMPLED = 200
"""Questions that recall is measured with."""
_PER_LIST = 32
"""Vectors that an inverted list's centre is trained on."""


def exact_index(dimension: int) -> Any:
    """An empty index that searches exactly: one inverted list of 16-bit vectors."""
    import faiss

    centre = faiss.IndexFlatIP(dimension)
    centre.add(np.zeros((1, dimension), dtype=np.float32))
    index = faiss.IndexIVFScalarQuantizer(
        centre, dimension, 1, faiss.ScalarQuantizer.QT_fp16, faiss.METRIC_INNER_PRODUCT, False
    )
    index.is_trained = True  # there is nothing to train
    return index


def build_base(store: Store, dimension: int, quantized: bool, file: Path) -> BaseInfo:
    """Write a base of everything in the store. Memory: the vectors trained on, then some 20
    bytes a vector."""
    if not quantized:
        written, head = _fill(store, exact_index(dimension), file)
        return BaseInfo(written, head=head)
    total = store.counts()[1]
    lists = 1 << round(math.log2(2 * math.sqrt(total)))
    rng = np.random.default_rng(0)
    sample = _sample(store, dimension, total, lists * _PER_LIST, rng)
    trained = _inverted(dimension, lists)
    trained.cp.min_points_per_centroid = 1  # or it warns
    trained.cp.niter = 8
    trained.cp.spherical = True
    trained.train(sample)
    trial = _Trial(_questions(sample, rng))
    del sample
    give_back_memory()
    written, head = _fill(store, trained, file, trial=trial)
    searched, recall = trial.lists_to_search(trained)
    return BaseInfo(written, lists, searched, recall, written, head)


def grown_base(store: Store, base: Any, info: BaseInfo, file: Path) -> BaseInfo:
    """Write a quantized base anew with what the store has gained and without what is gone,
    its lists as they were."""
    import faiss

    trained = _inverted(base.d, base.nlist)
    centres = faiss.downcast_index(base.quantizer)
    trained.quantizer.add(centres.reconstruct_n(0, base.nlist))
    trained.sq.trained = base.sq.trained
    trained.is_trained = True
    written, head = _fill(store, trained, file, known=list_of_ids(base))
    return replace(info, vectors=written, head=head)


def _inverted(dimension: int, lists: int) -> Any:
    import faiss

    return faiss.IndexIVFScalarQuantizer(
        faiss.IndexFlatIP(dimension), dimension, lists, faiss.ScalarQuantizer.QT_8bit,
        faiss.METRIC_INNER_PRODUCT, False,
    )  # fmt: skip


def _fill(
    store: Store,
    trained: Any,
    file: Path,
    *,
    trial: _Trial | None = None,
    known: tuple[Ids, Ids] | None = None,
) -> tuple[int, int]:
    """Write an index of all the store's vectors; how many, and the bytes before the first.

    Args:
        store: what to take them from, twice.
        trained: an index without vectors.
        file: to write.
        trial: to be shown every vector.
        known: ids in order and the lists these are in; others are looked up.

    Raises:
        RuntimeError: the store changed meanwhile.
    """
    generation = store.generation
    parts = [np.empty(0, np.int64)]
    for ids, vectors in store.vectors_since(0):
        numbers = _lists(trained, ids, vectors, known)
        parts.append(numbers)
        if trial:
            trial.exact.see(numbers, ids, vectors)
    lists = np.concatenate(parts)
    del parts
    with file.open("wb") as stream:
        target = ListsFile(stream, trained, np.bincount(lists, minlength=trained.nlist))
        done = 0
        for ids, vectors in store.vectors_since(0):
            numbers = lists[done : done + len(ids)]
            codes = trained.sq.compute_codes(vectors)
            target.add(numbers, ids, codes)
            if trial:
                trial.coded.see(numbers, ids, trained.sq.decode(codes))
            done += len(ids)
        if store.generation != generation:
            raise RuntimeError("the store changed while its vectors were written")
        target.finish()
    return done, target.head


def _lists(trained: Any, ids: Ids, vectors: Vectors, known: tuple[Ids, Ids] | None) -> Ids:
    if known is None or not len(known[0]):
        return _nearest_lists(trained, vectors)
    places = np.minimum(np.searchsorted(known[0], ids), len(known[0]) - 1)
    found = known[1][places]
    new = known[0][places] != ids
    if new.any():
        found[new] = _nearest_lists(trained, vectors[new])
    return found


def _nearest_lists(trained: Any, vectors: Vectors) -> Ids:
    found: Ids = trained.quantizer.assign(vectors, 1)[:, 0]
    return np.maximum(found, 0)  # -1: near to none, as what is not a number


def _sample(
    store: Store, dimension: int, total: int, wanted: int, rng: np.random.Generator
) -> Vectors:
    """About ``wanted`` random vectors of the store, at most."""
    found = np.empty((min(wanted, total), dimension), dtype=np.float32)
    filled = 0
    for _, vectors in store.vectors_since(0):
        chosen = vectors[rng.random(len(vectors)) < wanted / total][: len(found) - filled]
        found[filled : filled + len(chosen)] = chosen
        filled += len(chosen)
    return found[:filled]


def _questions(sample: Vectors, rng: np.random.Generator) -> Vectors:
    """What stands in for questions: between two passages, nearer to one, as a question is
    not as near to what answers it as passages on one thing are to each other."""
    one, other = rng.integers(len(sample), size=(2, _SAMPLED))
    mixed = 0.75 * sample[one] + 0.66 * sample[other]
    found: Vectors = mixed / np.linalg.norm(mixed, axis=1, keepdims=True)
    return found.astype(np.float32)


class _Nearest:
    """The ``k`` nearest of each question, over vectors that are seen once."""

    def __init__(self, questions: Vectors, k: int) -> None:
        self.ids = np.zeros((len(questions), 0), dtype=np.int64)
        self.lists = self.ids
        """Numbers of the lists that these are in."""
        self._scores = np.zeros((len(questions), 0), dtype=np.float32)
        self._questions, self._k = questions, k

    def see(self, lists: Ids, ids: Ids, vectors: Vectors) -> None:
        """Take more vectors into account."""
        scores = np.concatenate([self._scores, self._questions @ vectors.T], axis=1)
        best = np.argpartition(-scores, min(self._k, scores.shape[1]) - 1, axis=1)[:, : self._k]
        self._scores = np.take_along_axis(scores, best, 1)
        both = (self.ids, ids), (self.lists, lists)
        self.ids, self.lists = (
            np.take_along_axis(
                np.concatenate([old, np.broadcast_to(new, (len(old), len(new)))], axis=1), best, 1
            )
            for old, new in both
        )


class _Trial:
    """Measures recall while an index is made, without searching it.

    One of the ten nearest is found when its list is searched and it is among the first
    candidates there by its code; it is at least where it is among the first of all by its code.
    """

    def __init__(self, questions: Vectors) -> None:
        self.exact = _Nearest(questions, 10)
        self.coded = _Nearest(questions, CANDIDATES)
        self._questions = questions

    def lists_to_search(self, trained: Any) -> tuple[int, float]:
        """The fewest lists to search for `RECALL`, four at least and a quarter of all at most;
        and the recall reached."""
        most = max(1, trained.nlist // 4)
        _, order = trained.quantizer.search(self._questions, most)
        place = np.full((len(order), trained.nlist), trained.nlist)
        np.put_along_axis(place, order, np.arange(most)[None, :], 1)
        needed = np.take_along_axis(place, self.exact.lists, 1)
        there = (self.exact.ids[:, :, None] == self.coded.ids[:, None, :]).any(2)
        recall = np.array([(there & (needed < searched)).mean() for searched in range(1, most + 1)])
        enough = np.flatnonzero(recall >= RECALL)
        searched = max(int(enough[0]) + 1, min(4, most)) if len(enough) else most
        return searched, round(float(recall[searched - 1]), 4)


def list_of_ids(index: Any) -> tuple[Ids, Ids]:
    """The ids of an inverted file, in order, and the number of the list each is in."""
    import faiss

    lists = index.invlists
    sizes = [lists.list_size(number) for number in range(index.nlist)]
    parts = [
        faiss.rev_swig_ptr(lists.get_ids(number), size) for number, size in enumerate(sizes) if size
    ]
    if not parts:
        return np.empty(0, np.int64), np.empty(0, np.int64)
    ids = np.concatenate(parts)
    order = np.argsort(ids)
    return ids[order], np.repeat(np.arange(index.nlist), sizes)[order]
