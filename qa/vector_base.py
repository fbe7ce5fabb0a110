"""The base of the vector index: what its file holds.

Exact (16-bit vectors, as the store keeps them) while exact search is fast. From
`QUANTIZED_FROM` vectors on an inverted file of 8-bit vectors, of which so many lists are
searched that recall@10, measured against exact search when it is built, reaches `RECALL`.
"""

from __future__ import annotations

import math
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np

from qa.memory import give_back_memory
from qa.store import Store
from qa.vector_file import BaseInfo, Ids, ListsFile, Vectors, mapped

QUANTIZED_FROM = 100_000
"""Vectors from which on search is approximate; exact search of so many takes some 4 ms."""
RECALL = 0.98
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
    """Write a base of everything in the store. Memory: the vectors trained on."""
    if not quantized:
        return BaseInfo(_fill(store, exact_index(dimension), file))
    total = store.counts()[1]
    lists = 1 << round(math.log2(2 * math.sqrt(total)))
    rng = np.random.default_rng(0)
    sample = _sample(store, dimension, total, lists * _PER_LIST, rng)
    trained = _inverted(dimension, lists)
    trained.cp.min_points_per_centroid = 1  # or it warns
    trained.cp.niter = 8
    trained.cp.spherical = True
    trained.train(sample)
    questions = _questions(sample, rng)
    del sample
    give_back_memory()
    nearest = _Nearest(questions)
    total = _fill(store, trained, file, nearest=nearest)
    searched, recall = _lists_to_search(mapped(file), questions, nearest.ids)
    return BaseInfo(total, lists, searched, recall, total)


def grown_base(store: Store, base: Any, info: BaseInfo, file: Path) -> BaseInfo:
    """Write a quantized base anew with what the store has gained and without what is gone,
    its lists as they were."""
    import faiss

    trained = _inverted(base.d, base.nlist)
    centres = faiss.downcast_index(base.quantizer)
    trained.quantizer.add(centres.reconstruct_n(0, base.nlist))
    trained.sq.trained = base.sq.trained
    trained.is_trained = True
    return replace(info, vectors=_fill(store, trained, file, known=list_of_ids(base)))


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
    nearest: _Nearest | None = None,
    known: tuple[Ids, Ids] | None = None,
) -> int:
    """Write an index of all the store's vectors; how many.

    Args:
        store: what to take them from, twice.
        trained: an index without vectors.
        file: to write.
        nearest: to be shown every vector.
        known: ids in order and the lists these are in; others are looked up.
    """
    parts = [np.empty(0, np.int64)]
    for ids, vectors in store.vectors_since(0):
        if nearest:
            nearest.see(ids, vectors)
        parts.append(_lists(trained, ids, vectors, known))
    lists = np.concatenate(parts)
    with file.open("wb") as stream:
        target = ListsFile(stream, trained, np.bincount(lists, minlength=trained.nlist))
        done = 0
        for ids, vectors in store.vectors_since(0):
            codes = trained.sq.compute_codes(vectors)
            target.add(lists[done : done + len(ids)], ids, codes)
            done += len(ids)
        target.finish()
    return done


def _lists(trained: Any, ids: Ids, vectors: Vectors, known: tuple[Ids, Ids] | None) -> Ids:
    if known is None or not len(known[0]):
        found: Ids = trained.quantizer.assign(vectors, 1)[:, 0]
        return found
    places = np.minimum(np.searchsorted(known[0], ids), len(known[0]) - 1)
    found = known[1][places]
    new = known[0][places] != ids
    if new.any():
        found[new] = trained.quantizer.assign(vectors[new], 1)[:, 0]
    return found


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
    """The ten nearest of each question, over vectors that are seen once."""

    def __init__(self, questions: Vectors) -> None:
        self.ids = np.zeros((len(questions), 0), dtype=np.int64)
        self._scores = np.zeros((len(questions), 0), dtype=np.float32)
        self._questions = questions

    def see(self, ids: Ids, vectors: Vectors) -> None:
        """Take more vectors into account."""
        scores = self._questions @ vectors.T
        all_ids = np.concatenate([self.ids, np.broadcast_to(ids, scores.shape)], axis=1)
        all_scores = np.concatenate([self._scores, scores], axis=1)
        best = np.argpartition(-all_scores, min(10, all_scores.shape[1] - 1), axis=1)[:, :10]
        self.ids = np.take_along_axis(all_ids, best, 1)
        self._scores = np.take_along_axis(all_scores, best, 1)


def _lists_to_search(base: Any, questions: Vectors, nearest: Ids) -> tuple[int, float]:
    """How many lists to search for `RECALL`, by doubling, and the recall reached. Measured
    for the candidates: scored again with exact vectors, those that are there come first."""
    import faiss

    searched = 4
    while True:
        parameters = faiss.SearchParametersIVF()
        parameters.nprobe = searched
        _, found = base.search(questions, CANDIDATES, params=parameters)
        recall = float(np.mean([np.isin(a, b).mean() for a, b in zip(nearest, found, strict=True)]))
        if recall >= RECALL or searched * 4 > base.nlist:
            return searched, round(recall, 4)
        searched = searched * 3 // 2


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
