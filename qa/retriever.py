"""Question to ranked hits: dense and lexical rankings, fused.

Score = 0.5 · cosine + 0.5 · BM25 / (9 ln(1 + N)) over N passages, where every candidate of
either ranking that may be among the best is scored by both. A convex combination of scores
generalizes better than fusing ranks (Bruch, Gai and Ingber, 2023, "An Analysis of Fusion
Functions for Hybrid Retrieval"). BM25 grows with the logarithm of N, as the rarest words' inverse
document frequency does; divided by it, a score means the same in a small folder and in a large
one. Tantivy's BM25 includes the factor k1 + 1 = 2.2. Measured in tests/benchmarks/retrieval.md.
"""

from __future__ import annotations

import heapq
import math
from collections.abc import Iterable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import partial

import numpy as np
from numpy.typing import NDArray

from qa.details import written_otherwise
from qa.errors import QuestionError
from qa.followup import LARGE, Turn, leaning, memory, remembered, topic
from qa.index import Index
from qa.text import subject_words
from qa.types import Hit

DENSE_WEIGHT = 0.5
BM25_SCALE = 9.0
FEW_WORDS = 2
"""Words of a subject up to which the scale of BM25 is what the question can reach, in folders that
are not `LARGE` (tests/benchmarks/retrieval.md)."""
CANDIDATES = 100
"""How many of each ranking are scored by both."""
MEMORY_WEIGHT, TOPIC_WEIGHT = 0.6, 0.15
"""How much what the conversation was about counts beside a question that leans on it wholly, in
the vector and in the full text (tests/benchmarks/followup.md)."""
_SIDE_BY_SIDE = 100_000
"""Passages from which the question is embedded while the full text is searched: fewer are
searched before the one has made way for the other."""
_SPARE = 8
"""Passages taken beyond those asked for: some may be deleted meanwhile. Of these some scores may
be too low."""

MAX_WORDS = 500
"""Longest question; the encoder reads less than that."""


def check_question(question: str) -> str:
    """The question without white space around it.

    Raises:
        QuestionError: it is empty or longer than `MAX_WORDS`.
    """
    question = question.encode(errors="replace").decode().strip()
    if not question or not any(character.isalnum() for character in question):
        raise QuestionError("There is no question.", "Type a few words to ask about.")
    words = len(question.split())
    if words > MAX_WORDS or len(question) > MAX_WORDS * 20:
        raise QuestionError(
            f"The question is too long ({words:,} words; at most {MAX_WORDS} can be used).",
            "Ask for one thing at a time.",
        )
    return question


class Retriever:
    """Finds the passages of an index that match a question. Safe to use from any thread.

    Args:
        index: an open index.
    """

    def __init__(self, index: Index) -> None:
        self.index = index
        # Kept: in a new thread the network takes half a millisecond longer.
        self._meanwhile = ThreadPoolExecutor(1, "question")

    def search(
        self,
        question: str,
        top_k: int = 10,
        *,
        vector: NDArray[np.float32] | None = None,
        earlier: Sequence[Turn] = (),
        within: Sequence[str] = (),
    ) -> list[Hit]:
        """The ``top_k`` best passages, best first; empty when nothing is indexed.

        Args:
            question: in words; nothing in it is syntax.
            top_k: at most this many, at least 1.
            vector: the question's embedding where it is known already, float32, shape
                ``(dimension,)``, of unit length.
            earlier: the conversation so far, oldest first: a question that leans on it is
                searched for together with it (`qa.followup`).
            within: paths of documents; where there are any, only their passages are found.

        Raises:
            QuestionError: the question is empty or too long.
            ModelError: the model cannot be loaded.
        """
        question = check_question(question)
        self.index.follow()
        vectors, size = self.index.vectors(), self.index.store.counts()[1]
        if vectors is None or not size:
            return []
        self.index.refresh()
        lexical = self.index.lexical
        worded = f"{question} {written_otherwise(question)}"
        width = max(CANDIDATES, top_k)
        lean = leaning(question, lexical.tokens, lexical.frequency, size) if earlier else 0.0
        also = topic(question, earlier, lexical.tokens) if lean else ""
        by = TOPIC_WEIGHT * lean
        short = not lean and size < LARGE and len(subject_words(question)) <= FEW_WORDS
        scale = bm25_scale(size, lexical.reach(worded, size) if short else 0.0)
        if within:
            vector = self.index.sentence_vectors([question])[0] if vector is None else vector
            if lean:
                vector = self._towards(vector, earlier, MEMORY_WEIGHT * lean)
            ids = [id_ for some in self.index.store.passage_ids(within) for id_ in some]
            cosines = dict(zip(ids, vectors.cosines(vector, ids).tolist(), strict=True))
            bm25 = lexical.scores(worded, ids, also=also, weight=by)
            return self._best(cosines, bm25, _ranks(cosines), _ranks(bm25), scale, top_k)
        words = partial(lexical.search, worded, width, also=also, weight=by)
        embed = partial(self.index.sentence_vectors, [question])  # kept: it is read with, too
        if vector is not None or size < _SIDE_BY_SIDE:
            vector = embed()[0] if vector is None else vector
            bm25 = dict(words())
        else:
            embedded = self._meanwhile.submit(embed)
            bm25 = dict(words())
            vector = embedded.result()[0]
        if lean:
            vector = self._towards(vector, earlier, MEMORY_WEIGHT * lean)
        dense_ids, dense_scores = vectors.search(vector, width)
        cosines = dict(zip(dense_ids.tolist(), dense_scores.tolist(), strict=True))
        dense_rank = {id_: rank for rank, id_ in enumerate(cosines, 1)}
        lexical_rank = {id_: rank for rank, id_ in enumerate(bm25, 1)}
        # A passage that only one ranking found scores at most as much in the other as the last
        # one there (hardly more than the first, where that ranking may have missed some): those
        # that cannot be among the best are not looked up.
        enough = _nth(
            (fuse(cosine, bm25.get(id_, 0.0), scale) for id_, cosine in cosines.items()), top_k
        )
        last = 1.0
        if len(cosines) >= width:
            last = min(cosines.values()) if vectors.exact else max(cosines.values())
        only_lexical = [
            id_
            for id_, score in bm25.items()
            if id_ not in cosines and fuse(last, score, scale) >= enough
        ]
        cosines.update(
            zip(only_lexical, vectors.cosines(vector, only_lexical).tolist(), strict=True)
        )
        if len(bm25) >= width:  # else all that hold a word are there
            last = min(bm25.values())
            only_dense = [
                id_
                for id_, cosine in cosines.items()
                if id_ not in bm25 and fuse(cosine, last, scale) >= enough
            ]
            bm25.update(lexical.scores(worded, only_dense, also=also, weight=by))
        return self._best(cosines, bm25, dense_rank, lexical_rank, scale, top_k)

    def _best(
        self,
        cosines: Mapping[int, float],
        bm25: Mapping[int, float],
        dense_rank: Mapping[int, int],
        lexical_rank: Mapping[int, int],
        scale: float,
        top_k: int,
    ) -> list[Hit]:
        """The best of the passages in ``cosines`` once both scores are fused."""
        fused = {id_: fuse(cosine, bm25.get(id_, 0.0), scale) for id_, cosine in cosines.items()}
        best = sorted(fused, key=lambda id_: (-fused[id_], id_))[: top_k + _SPARE]
        passages = self.index.store.passages(best[:top_k])
        if len(passages) < top_k:  # some were deleted since the ranking was made
            passages |= self.index.store.passages(best[top_k:])
        return [
            Hit(
                passage=passages[id_],
                score=fused[id_],
                cosine=cosines[id_],
                bm25=bm25.get(id_, 0.0),
                dense_rank=dense_rank.get(id_),
                lexical_rank=lexical_rank.get(id_),
            )
            for id_ in best
            if id_ in passages
        ][:top_k]

    def _towards(
        self, vector: NDArray[np.float32], earlier: Sequence[Turn], weight: float
    ) -> NDArray[np.float32]:
        """The vector of a question, and of what the conversation was about."""
        texts = list(remembered(earlier))
        vectors = dict(zip(texts, self.index.sentence_vectors(texts), strict=True))
        found = vector + weight * memory(vectors, earlier)
        return np.asarray(found / np.linalg.norm(found), dtype=np.float32)


def _ranks(scores: Mapping[int, float]) -> dict[int, int]:
    """The place of each, from 1, the largest score first."""
    order = sorted(scores, key=lambda id_: (-scores[id_], id_))
    return {id_: rank for rank, id_ in enumerate(order, 1)}


def _nth(values: Iterable[float], n: int) -> float:
    """The ``n``-th largest; less than any where there are fewer."""
    largest = heapq.nlargest(n, values)
    return largest[-1] if len(largest) == n else -math.inf


def bm25_scale(passages: int, reach: float = 0.0) -> float:
    """What a BM25 score is divided by, in an index of that many passages (at least 1): it grows as
    the rarest words' inverse document frequency does, but is not more than the question can
    ``reach`` (where that is known), for the words of a short one cannot add up to much."""
    scale = BM25_SCALE * math.log1p(passages)
    return min(scale, reach) if reach > 0 else scale


def fuse(cosine: float, bm25: float, scale: float) -> float:
    """The fused score of a candidate; ``scale`` as of `bm25_scale`."""
    return DENSE_WEIGHT * cosine + (1 - DENSE_WEIGHT) * bm25 / scale
