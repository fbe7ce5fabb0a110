"""Reads any text for what answers a question, without an index.

>>> from qa import Reader
>>> reading = Reader.load().read("Who built the mill?", "The mill was built by monks. It burned.")
>>> [(item.start, item.end) for item in reading.evidence][:1]
[(0, 28)]
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from qa.confidence import UNREAD, Weights
from qa.reader import as_told, words_in
from qa.sentence_batch import NO_WORDS, Score, Words
from qa.sentence_network import Network, SentenceNetwork
from qa.text import has_words
from qa.types import Span

OF_TEXT = Weights(-0.4101, (0.4806, -0.0292))
"""Probability that a text answers, from `Reader.measure`; fitted by
tests/benchmarks/fit_reader.py."""


@dataclass(frozen=True, slots=True)
class TextEvidence:
    """A sentence that may answer. Places are code points of the text that was read."""

    start: int
    end: int
    score: float
    """Probability that it answers rather than nothing does, 0 to 1."""
    words: Span | None
    """What a short answer would be; None where none is known."""


@dataclass(frozen=True, slots=True)
class TextReading:
    """What a question finds in a text."""

    evidence: tuple[TextEvidence, ...]
    """Every sentence, surest first."""
    probability: float
    """That the text answers at all, 0 to 1."""


class Reader:
    """The package's reader, for any text. Safe to use from any thread.

    Args:
        network: scores sentences; left out, the one that comes with the package, loaded at first
            use.
    """

    def __init__(self, network: Network | None = None) -> None:
        self.network = network or SentenceNetwork()

    @classmethod
    def load(cls) -> Reader:
        """A reader with its network loaded.

        Raises:
            ModelError: the weights are missing or do not fit.
        """
        reader = cls()
        if load := getattr(reader.network, "load", None):
            load()
        return reader

    def read(self, question: str, text: str, *, title: str = "") -> TextReading:
        """The sentences of ``text`` by how surely they answer ``question``.

        Args:
            question: in words.
            text: of any length; it is read in pieces of about 200 words.
            title: what the text is about, where that is known.
        """
        spans, scores = self._scores(question, text, title)
        if not spans:
            return TextReading((), 0.0)
        found = []
        for span, (margin, words) in zip(spans, scores, strict=True):
            place = words_in(span.of(text), words) if words != NO_WORDS else None
            if place is not None:
                place = place.shifted(span.start)
            found.append(TextEvidence(span.start, span.end, _sigmoid(margin), place))
        found.sort(key=lambda item: -item.score)
        probability = OF_TEXT.probability(np.array([_measures(scores)]))
        return TextReading(tuple(found), float(probability[0]))

    def measure(self, question: str, text: str, title: str = "") -> list[float]:
        """What the probability is made of: the largest margin of a sentence over "nothing here
        answers", and of words. Raises `ValueError` for a text without words."""
        return _measures(self._scores(question, text, title)[1])

    def _scores(self, question: str, text: str, title: str) -> tuple[list[Span], list[Score]]:
        """The sentences that may answer, and what the network makes of them."""
        read = [(span, line) for span, line in as_told(text, title) if has_words(line.text)]
        if not read:
            return [], []
        scores = self.network.score(question, [(title, [line.text for _, line in read])])[0]
        found = []
        for (_, line), (margin, words) in zip(read, scores, strict=True):
            place = line.in_line(*words[:2])
            found.append(Score(margin, Words(*place, words.score) if place else NO_WORDS))
        return [span for span, _ in read], found


def _measures(scores: Sequence[Score]) -> list[float]:
    return [
        max(score.margin for score in scores),
        max(UNREAD, *(score.words.score for score in scores)),
    ]


def _sigmoid(value: float) -> float:
    return 1 / (1 + math.exp(-min(max(value, -30.0), 30.0)))
