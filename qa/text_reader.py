"""Reads any text for what answers a question, without an index.

>>> from qa import Reader
>>> reading = Reader.load().read("Who built the mill?", "The mill was built by monks. It burned.")
>>> [(item.start, item.end) for item in reading.evidence][:1]
[(0, 28)]
"""

from __future__ import annotations

import math
from dataclasses import dataclass

from qa.reader import words_in
from qa.sentence_network import Network, SentenceNetwork
from qa.text import has_words, one_line, quotable, sentences
from qa.types import Span

BIAS, MARGIN, WORDS = -0.1, 0.45, 0.1
"""Probability that a text answers = sigmoid(BIAS + MARGIN · the largest margin of a sentence over
"nothing here answers" + WORDS · that of its words); fitted by tests/benchmarks/fit_reader.py."""


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
        spans = [quotable(text, span) for span in sentences(text)]
        spans = [span for span in spans if has_words(span.of(text))]
        lines = [one_line(span.of(text)) for span in spans]
        if not spans:
            return TextReading((), 0.0)
        [scores] = self.network.score(question, [(title, lines)])
        found = []
        for span, (margin, words) in zip(spans, scores, strict=True):
            place = words_in(span.of(text), words)
            if place is not None:
                place = Span(span.start + place.start, span.start + place.end)
            found.append(TextEvidence(span.start, span.end, _sigmoid(margin), place))
        found.sort(key=lambda item: -item.score)
        best = max(scores)
        probability = _sigmoid(BIAS + MARGIN * best.margin + WORDS * max(best.words.score, -8.0))
        return TextReading(tuple(found), probability)


def _sigmoid(value: float) -> float:
    return 1 / (1 + math.exp(-min(max(value, -30.0), 30.0)))
