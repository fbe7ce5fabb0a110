"""Measures to probabilities: how surely a sentence answers, and how surely any does.

Each is a logistic model of what `qa.reader` measured, with weights fitted on labelled questions
(`tests/benchmarks/fit_reader.py`). Numbers in, numbers out.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from qa.types import Hit


@dataclass(frozen=True, slots=True)
class Weights:
    """A logistic model: probability = sigmoid(bias + Σ weight · feature)."""

    bias: float
    values: tuple[float, ...]

    def probability(self, features: NDArray[np.float64]) -> NDArray[np.float64]:
        """Probabilities, shape ``(n,)``, of features, shape ``(n, len(values))``."""
        logits = np.clip(features, -30, 30) @ np.array(self.values) + self.bias
        found: NDArray[np.float64] = 1.0 / (1.0 + np.exp(-logits))
        return found


FEATURES = (
    "words", "margin", "score", "passage_cosine", "meaning", "covered", "passage_covered",
    "unknown", "names_missing", "number", "date", "person", "place", "reason", "fragment",
    "names_missing_in_row", "lacking", "just_that", "right_row", "another",
)  # fmt: skip
"""Measures of a candidate sentence; the last five see `BY_HAND`."""
UNREAD = -8.0
"""Least score of the words of a sentence, and that of one without a second look."""
ALONE = 0.15
"""The mean of `stands_out` over the development sets."""
LEAST = 1e-3
"""Of what two vectors are beyond a third, squared: nothing is made of less."""

BY_HAND = (-1.0, 0.0, 0.5, 0.5, 3.0)
"""Weights of names that a row of a table does not hold; of lacking what would be an answer (none:
the sentence that comes instead has the telephone number of somebody else); of being about just what
the question pins down, of a row that is, and of being about another (which is less than nothing).
The questions of the development sets hardly ever pin anything down, there are no tables in them,
and prose seldom lacks what it answers: these are not fitted (tests/benchmarks/reader.md)."""
SURELY = (1.0, 3.0, -3.0)
"""The same of the last two and of what is lacking, in the confidence: of the questions whose best
sentence is the row asked for four in five have an answer, though rows are like no question in
meaning; of those whose best sentence is about another one in fifty; of those whose best sentence
lacks what would be an answer none of eighteen."""
SURE_ROWS = 2.0
"""How many rows a definition counts as, at most, in the confidence."""
SENTENCE = Weights(
    -3.8737,
    (0.1588, 0.1523, 1.8029, 1.7866, 0.2293, 0.8291, 0.2557,
     0.0704, -0.2281, 0.1129, 0.1119, 0.0708, 0.302, -0.1617, -0.4416, *BY_HAND),
)  # fmt: skip
"""Probability that a sentence holds an answer."""

ANSWERED = Weights(
    -0.5548,
    (-0.2679, 0.253, 0.2175, -0.0339, 0.3361, 0.0207, -2.447, -0.3934, 4.409,
     1.026, 2.6124, -0.1446, -0.0991, -0.4743, 0.887, -1.0198, *SURELY),
)  # fmt: skip
"""Probability that there is an answer, from `summary`."""


def summary(
    features: NDArray[np.float64], scores: NDArray[np.float64], passages: int, apart: float
) -> NDArray[np.float64]:
    """What is known of a question, shape ``(1, 19)``: the log odds of the best sentence and of the
    second; of the best the margin over "none", and of its words; the same two, the largest of any
    sentence; the size of the index (a third of its decimal logarithm), and times that, how well the
    best sentence's passage ranks, how near it is in meaning and how near the sentence: in a large
    collection that tells much, among a few documents on one subject little; last, how much the
    first passage stands out, whether the best sentence holds the number, person or reason asked
    for, how much of the question's words it and its passage hold, whether it is the row asked for,
    whether it is about another, and whether it lacks what would be an answer.

    Args:
        features: of the sentences, at least one, shape ``(n, len(FEATURES))``.
        scores: their probabilities, shape ``(n,)``.
        passages: in the index.
        apart: see `stands_out`.
    """
    best, *others = np.argsort(-scores, kind="stable")
    size = math.log10(max(1, passages)) / 3
    of_best = dict(zip(FEATURES, features[best], strict=True))
    return np.array(
        [
            [
                log_odds(scores[best]),
                log_odds(scores[others[0]]) if others else UNREAD,
                of_best["margin"],
                of_best["words"],
                features[:, FEATURES.index("margin")].max(),
                features[:, FEATURES.index("words")].max(),
                size,
                size * of_best["score"],
                size * of_best["passage_cosine"],
                size * of_best["meaning"],
                apart,
                of_best["number"],
                of_best["person"],
                of_best["reason"],
                of_best["covered"],
                of_best["passage_covered"],
                min(of_best["right_row"], SURE_ROWS),
                of_best["another"],
                of_best["lacking"],
            ]
        ]
    )


def stands_out(hits: Sequence[Hit]) -> float:
    """How much nearer to the question in meaning the first of the hits is than the two after it in
    other words, as a difference of cosines: what is about the question stands out from what is
    not. `ALONE` where there is nothing to compare it with."""
    words: set[str] = set()
    cosines: list[float] = []
    for hit in hits:
        if hit.passage.text not in words and len(cosines) < 3:  # copies say nothing new
            words.add(hit.passage.text)
            cosines.append(hit.cosine)
    if len(cosines) < 2:
        return ALONE
    first, *others = cosines
    return first - sum(others) / len(others)


def beyond(
    one: NDArray[np.float32], other: NDArray[np.float32], known: NDArray[np.float32] | None
) -> float:
    """The cosine of two unit vectors once what both share with a third is taken away: their partial
    correlation."""
    cosine = float(one @ other)
    if known is None:
        return cosine
    of_one, of_other = float(one @ known), float(other @ known)
    apart = (1 - of_one**2) * (1 - of_other**2)
    return (cosine - of_one * of_other) / math.sqrt(max(apart, LEAST))


def log_odds(probability: float) -> float:
    """Natural logarithm of the odds, of a probability held a millionth away from 0 and 1."""
    held = min(max(probability, 1e-6), 1 - 1e-6)
    return math.log(held / (1 - held))
