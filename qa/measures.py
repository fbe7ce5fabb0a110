"""Figures of quality, from what was found and what is right. Pure numpy."""

from __future__ import annotations

import math
import re
import string
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

RESAMPLES = 1000
BINS = 10


class Interval(NamedTuple):
    """A figure with its 95 % interval."""

    value: float
    low: float
    high: float


class Difference(NamedTuple):
    """Of a figure, between two runs over the same questions."""

    value: float
    low: float
    high: float
    p: float
    """How often chance alone would make one as large, two-sided."""


def ranking_metrics(ranking: Sequence[str], relevant: Mapping[str, int]) -> dict[str, float]:
    """Figures of one ranking: recall at 1, 5 and 10, nDCG@10 (Järvelin and Kekäläinen,
    2002, gain = grade) and reciprocal rank at 10.

    Args:
        ranking: document ids, best first, each once.
        relevant: grade above 0 per relevant document; not empty.
    """
    gains = [relevant.get(document, 0) for document in ranking[:10]]
    ideal = sorted(relevant.values(), reverse=True)[:10]
    first = next((place for place, gain in enumerate(gains, 1) if gain), None)
    return {
        **{f"recall@{k}": sum(1 for gain in gains[:k] if gain) / len(relevant) for k in (1, 5, 10)},
        "ndcg@10": _discounted(gains) / _discounted(ideal),
        "mrr@10": 1 / first if first else 0.0,
    }


def _discounted(gains: Sequence[int]) -> float:
    return sum(gain / math.log2(place + 1) for place, gain in enumerate(gains, 1))


def word_f1(found: str, expected: str) -> float:
    """Harmonic mean of precision and recall of the words of a short answer, repetitions
    counted; case, punctuation and English articles do not matter (Rajpurkar et al., 2016)."""
    one, other = (Counter(answer_words(text)) for text in (found, expected))
    if not one or not other:
        return float(one == other)
    return 2 * (one & other).total() / (one.total() + other.total())


def answer_words(text: str) -> list[str]:
    """The words of a short answer as they are compared (see `word_f1`)."""
    kept = "".join(character for character in text.lower() if character not in string.punctuation)
    return [word for word in kept.split() if word not in ("a", "an", "the")]


def evidence_words(
    text: str, found: Sequence[tuple[int, int]], expected: Sequence[tuple[int, int]]
) -> tuple[int, int, int]:
    """Words of ``text`` in what was found, in what is right, and in both: their numbers.

    Args:
        text: of a document.
        found: places quoted, in code points, ends excluded.
        expected: places that hold the evidence.
    """
    words = [match.span() for match in re.finditer(r"\w+", text)]
    ours, theirs = (
        {n for n, (start, end) in enumerate(words) if any(a < end and start < b for a, b in places)}
        for places in (found, expected)
    )
    return len(ours), len(theirs), len(ours & theirs)


def auroc(scores: NDArray[np.float64], positive: NDArray[np.bool_]) -> float:
    """How often a positive scores above a negative, ties as half: the area under the ROC curve
    (Fawcett, 2006). NaN where there is none of either."""
    many, few = int(positive.sum()), int((~positive).sum())
    if not many or not few:
        return math.nan
    _, inverse, counts = np.unique(scores, return_inverse=True, return_counts=True)
    ranks = (np.cumsum(counts) - (counts - 1) / 2)[inverse]
    return float((ranks[positive].sum() - many * (many + 1) / 2) / (many * few))


class Bin(NamedTuple):
    """Questions whose confidence is alike."""

    confidence: float
    """Mean of what was claimed."""
    share: float
    """Of them that hold."""
    questions: int


def reliability(confidence: NDArray[np.float64], true: NDArray[np.bool_]) -> list[Bin]:
    """Claimed against true in ten bins of equal width; empty ones are left out."""
    bins = np.clip((confidence * BINS).astype(int), 0, BINS - 1)
    return [
        Bin(float(confidence[inside].mean()), float(true[inside].mean()), int(inside.sum()))
        for inside in (bins == number for number in range(BINS))
        if inside.any()
    ]


def calibration_error(confidence: NDArray[np.float64], true: NDArray[np.bool_]) -> float:
    """Expected calibration error over ten bins (Guo et al., 2017). NaN where there is nothing."""
    if not len(confidence):
        return math.nan
    parts = reliability(confidence, true)
    return sum(abs(b.confidence - b.share) * b.questions for b in parts) / len(confidence)


Table = dict[str, NDArray[np.float64]]
"""Of each question one value; NaN where it does not apply. All of one length."""
Figures = Callable[[Table], dict[str, float]]


def intervals(table: Table, figures: Figures, seed: int = 0) -> dict[str, Interval]:
    """Figures with 95 % intervals by the percentile bootstrap over questions (Efron and
    Tibshirani, 1993)."""
    values = figures(table)
    [samples] = _resampled([(table, figures)], seed)
    return {name: Interval(value, *_percentiles(samples[name])) for name, value in values.items()}


def differences(
    one: tuple[Table, Figures], other: tuple[Table, Figures], seed: int = 0
) -> dict[str, Difference]:
    """What changes from ``one`` to ``other``, whose rows are the same questions: a paired
    bootstrap."""
    before, after = (figures(table) for table, figures in (one, other))
    first, second = _resampled([one, other], seed)
    found = {}
    for name in before:
        if name in after:
            changes = second[name] - first[name]
            changes = changes[~np.isnan(changes)]
            # Never nothing: a thousand resamples cannot say that (Davison and Hinkley, 1997).
            fewer = min(int((changes <= 0).sum()), int((changes >= 0).sum()))
            beyond = (fewer + 1) / (len(changes) + 1)
            value = after[name] - before[name]
            found[name] = Difference(value, *_percentiles(changes), min(1.0, 2 * beyond))
    return found


def _resampled(parts: Sequence[tuple[Table, Figures]], seed: int) -> list[Table]:
    """The figures of each part over the same resamples of its rows."""
    size = len(next(iter(parts[0][0].values())))
    rng = np.random.default_rng(seed)
    samples: list[list[dict[str, float]]] = [[] for _ in parts]
    for _ in range(RESAMPLES):
        chosen = rng.integers(size, size=size)
        for (table, figures), found in zip(parts, samples, strict=True):
            found.append(figures({name: column[chosen] for name, column in table.items()}))
    names = [list(dict.fromkeys(name for row in found for name in row)) for found in samples]
    return [
        {name: np.array([row.get(name, math.nan) for row in found]) for name in own}
        for own, found in zip(names, samples, strict=True)
    ]


def _percentiles(samples: NDArray[np.float64]) -> tuple[float, float]:
    samples = samples[~np.isnan(samples)]
    if not len(samples):
        return math.nan, math.nan
    low, high = np.percentile(samples, [2.5, 97.5])
    return float(low), float(high)
