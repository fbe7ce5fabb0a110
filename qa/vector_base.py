"""The base of the vector index: a FAISS file over a store's vectors, built once and mapped.

Exact (16-bit vectors, as the store keeps them) while exact search is fast. From
`QUANTIZED_FROM` vectors on an inverted file of 8-bit vectors, of which so many lists are
searched that recall@10, measured against exact search when it is built, reaches `RECALL`.

A base's name carries the store and the generation it was made at, so a half-finished or foreign
file is never mistaken for a current one.
"""

from __future__ import annotations

import contextlib
import json
import math
import os
import re
from collections.abc import Iterator
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from qa.errors import IndexingError
from qa.memory import give_back_memory
from qa.store import Store

QUANTIZED_FROM = 100_000
"""Vectors from which on search is approximate; exact search of so many takes some 4 ms."""
RECALL = 0.98
"""Share of the ten nearest that must be among the candidates of an approximate search."""
CANDIDATES = 30
"""Of an approximate search, that are scored again."""

_NAME = re.compile(r"vectors-([0-9a-f]+)-(\d+)\.(faiss|json|partial)")
_SAMPLED = 200
"""Questions that recall is measured with."""
_PER_LIST = 50
"""Vectors that an inverted list's centre is trained on."""

Ids = NDArray[np.int64]
Vectors = NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class BaseInfo:
    """How a base was built; stands beside it as JSON."""

    vectors: int
    lists: int = 1
    """Inverted lists; 1: the search is exact."""
    searched: int = 1
    """Of them, how many a search looks through."""
    recall: float = 1.0
    """Recall@10 against exact search, when its lists were made."""
    trained: int = 0
    """Vectors there were then."""
    size: int = 0
    """Of the file, in bytes: a file of another size is damaged."""


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


def build_base(store: Store, dimension: int, total: int, quantized: bool) -> tuple[Any, BaseInfo]:
    """A base of everything in the store. Memory: the base, and the vectors trained on."""
    if not quantized:
        base = exact_index(dimension)
        for ids, vectors in store.vectors_since(0):
            base.add_with_ids(vectors, ids)
        return base, BaseInfo(int(base.ntotal))
    import faiss

    lists = 1 << round(math.log2(2 * math.sqrt(total)))
    rng = np.random.default_rng(0)
    sample = _sample(store, dimension, total, lists * _PER_LIST, rng)
    base = faiss.IndexIVFScalarQuantizer(
        faiss.IndexFlatIP(dimension), dimension, lists, faiss.ScalarQuantizer.QT_8bit,
        faiss.METRIC_INNER_PRODUCT, False,
    )  # fmt: skip
    base.cp.niter = 8
    base.cp.spherical = True
    base.train(sample)
    questions = _questions(sample, rng)
    del sample
    give_back_memory()
    nearest = _Nearest(questions)
    for ids, vectors in store.vectors_since(0):
        base.add_with_ids(vectors, ids)
        nearest.see(ids, vectors)
    searched, recall = _lists_to_search(base, store, questions, nearest.ids)
    return base, BaseInfo(int(base.ntotal), lists, searched, recall, int(base.ntotal))


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


def _lists_to_search(
    base: Any, store: Store, questions: Vectors, nearest: Ids
) -> tuple[int, float]:
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


def contents(index: Any) -> Iterator[tuple[Ids, Vectors]]:
    """Ids and vectors of an exact index, as it keeps them."""
    import faiss

    count = int(index.ntotal)
    if count:
        ids = faiss.rev_swig_ptr(index.invlists.get_ids(0), count).copy()
        raw = faiss.rev_swig_ptr(index.invlists.get_codes(0), count * index.code_size)
        yield ids, raw.view(np.float16).reshape(count, index.d).astype(np.float32)


def sorted_ids(index: Any) -> Ids:
    """The ids of an inverted file."""
    import faiss

    lists = index.invlists
    parts = [
        faiss.rev_swig_ptr(lists.get_ids(number), lists.list_size(number)).copy()
        for number in range(index.nlist)
        if lists.list_size(number)
    ]
    return np.sort(np.concatenate(parts)) if parts else np.empty(0, np.int64)


def _mapped(file: Path) -> Any:
    """An index, its vectors left in the file until they are read."""
    import faiss

    if os.name == "nt":
        return _loaded(file)
    descriptor = os.open(file, os.O_RDONLY)
    try:  # by number: faiss opens no path with letters outside the locale's
        return faiss.read_index(f"/dev/fd/{descriptor}", faiss.IO_FLAG_MMAP)
    finally:
        os.close(descriptor)


def write_base(store: Store, generation: int, base: Any, info: BaseInfo) -> None:
    """Put a base beside the store, in place of earlier ones.

    Raises:
        IndexingError: the disk is full, or may not be written.
    """
    file = _file(store, generation)
    partial = file.with_suffix(".partial")
    try:
        info = replace(info, size=_write(base, partial))
        file.with_suffix(".json").write_text(json.dumps(asdict(info)), "utf-8")
        partial.replace(file)
    except (OSError, RuntimeError) as error:  # RuntimeError: faiss's own
        for part in (partial, file.with_suffix(".json")):
            with contextlib.suppress(OSError):
                part.unlink()
        reason = getattr(error, "strerror", "") or str(error)
        raise IndexingError(
            f"The vector index cannot be written: {reason}.",
            "Documents and vectors are safe; free some space and run it again.",
        ) from error
    remove_files(store.directory, keep=file)


def read_base(store: Store, *, mapped: bool = True) -> tuple[int, Any, BaseInfo] | None:
    """Generation, index and description of the newest sound base; nothing where there is
    none: it is derived, so it is made again."""
    found = newest_base(store)
    if found is None:
        return None
    generation, file, info = found
    try:
        base = _mapped(file) if mapped else _loaded(file)
    except (OSError, RuntimeError, MemoryError):
        return None
    return (generation, base, info) if base.ntotal == info.vectors else None


def newest_base(store: Store) -> tuple[int, Path, BaseInfo] | None:
    """Generation, file and description of the newest base of this store. Imports no faiss."""
    files = {
        int(match[2]): file
        for file in store.directory.glob("vectors-*.faiss")
        if (match := _NAME.fullmatch(file.name)) and match[1] == store.id
    }
    newest = max(files, default=0)
    if not newest or newest > store.generation:
        return None
    try:
        info = BaseInfo(**json.loads(files[newest].with_suffix(".json").read_text("utf-8")))
        sound = files[newest].stat().st_size == info.size
    except (OSError, ValueError, TypeError):
        return None
    return (newest, files[newest], info) if sound else None


def _write(index: Any, file: Path) -> int:
    """The index as a file; its size. Through Python: faiss opens no path with letters outside
    the locale's, and says nothing when a full disk takes no more."""
    import faiss

    with file.open("wb") as stream:
        writer = faiss.PyCallbackIOWriter(stream.write, 1 << 20)  # type: ignore[attr-defined]
        faiss.write_index(index, writer)
        stream.flush()
        os.fsync(stream.fileno())
        return stream.tell()


def _loaded(file: Path) -> Any:
    import faiss

    return faiss.deserialize_index(np.frombuffer(file.read_bytes(), dtype=np.uint8))


def _file(store: Store, generation: int) -> Path:
    return store.directory / f"vectors-{store.id}-{generation}.faiss"


def remove_files(directory: Path, keep: Path | None = None) -> None:
    """Delete the vector files of an index directory, but for ``keep`` and its description."""
    for file in directory.glob("vectors-*"):
        if _NAME.fullmatch(file.name) and (keep is None or file.stem != keep.stem):
            with contextlib.suppress(OSError):  # still open elsewhere: next time
                file.unlink()
