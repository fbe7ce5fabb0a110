"""Hits to evidence: which sentences answer, and how surely.

A small network reads the question with each passage and scores its sentences
(`qa.sentence_model`). How the sentence and its passage agree with the question otherwise
(meaning, shared words, names, the kind of thing asked for) is measured beside it, and all
of it is added up with weights fitted on labelled questions
(`tests/benchmarks/fit_reader.py`): once for the probability that a sentence holds the
answer, once for the probability that there is one. Anything with the same ``read`` can take
its place.
"""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import NamedTuple, Protocol

import numpy as np
from numpy.typing import NDArray

from qa.index import Index
from qa.sentence_batch import NO_WORDS, Words
from qa.sentence_network import Network, SentenceNetwork
from qa.text import MONTHS, STOP_WORDS, has_words, one_line, printable, quotable, sentences
from qa.types import Evidence, Hit, Passage, Reading, Span

_KINDS: tuple[tuple[str, re.Pattern[str]], ...] = (
    (
        "number",
        re.compile(
            r"\bhow (many|much|old|long|far|tall|big|large|high|fast|often)\b|\bnumber of\b"
            r"|\b(percentage|price|cost|population|profit|revenue|amount|figure)\b"
        ),
    ),
    ("date", re.compile(r"\bwhen\b|\b(what|which) (year|date|month|day|century)\b|\bmonth$")),
    ("person", re.compile(r"^who\b|\bwho\b(?! are you)|\bwhose\b|\bwhom\b|\bauthors?\b")),
    ("place", re.compile(r"^where\b|\b(what|which) (city|country|countries|state|town|place)\b")),
    ("reason", re.compile(r"\bwhy\b|\b(reason|motive|cause)s?\b")),
)
_NUMBER = re.compile(
    r"\d|\b(one|two|three|four|five|six|seven|eight|nine|ten|eleven|twelve|dozens?|hundreds?"
    r"|thousands?|millions?|billions?|half|twice|several|many)\b",
    re.IGNORECASE,
)
_DATE = re.compile(rf"\b(1\d|20)\d\d\b|\b({MONTHS})\b|\bcentur|\b\d+(st|nd|rd|th)\b", re.IGNORECASE)
_REASON = re.compile(
    r"\b(because|since|due|reason|so that|in order|as a result|caused?|to do with|owing|stems?"
    r"|fears?|therefore|comes? from)\b",
    re.IGNORECASE,
)
_NAME = re.compile(r"(?<![.!?]\s)(?<!^)\b[A-Z][\w'’-]*")
_HAS_DIGIT_OR_CAPS = re.compile(r"\w*\d\w*|[A-Z]{2,}\w*|\w+[a-z][A-Z]\w*")


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
    "words", "margin", "score", "passage_cosine", "covered", "passage_covered", "unknown",
    "names_missing", "number", "date", "person", "place", "reason", "fragment",
)  # fmt: skip
"""Measures of a candidate sentence."""
UNREAD = -8.0
"""Least score of the words of a sentence, and that of one without a second look."""
FAR = 0.12
"""A passage that scores so much less than the first is not read: it hardly ever answers better
(tests/benchmarks/reader.md)."""
ANSWERS = 0.1
"""What the log odds of its best sentence add to a passage's score when passages are ordered."""
FROM_FIRST, FROM_OTHERS = 4, 2
"""Sentences read of the first passage and of each other: those that share most with the
question."""
TELLING = 0.1
"""Where none shares this much of it, words do not tell, and the passage is read whole."""

SENTENCE = Weights(
    -3.8625,
    (0.1646, 0.1738, 1.8262, 1.7958, 0.8838, 0.2724,
     0.0765, -0.2423, 0.0814, 0.0832, 0.0602, 0.2758, -0.1972, -0.3805),
)  # fmt: skip
"""Probability that a sentence holds an answer."""

ANSWERED = Weights(
    -1.2791,
    (0.1738, 0.155, 0.0437, 0.0493, -1.6159, 1.1876, 3.6815,
     -0.2872, 0.0113, -0.2491, 0.191, -0.541),
)  # fmt: skip
"""Probability that there is an answer, from `summary`."""


class _Sentence(NamedTuple):
    """One that may be read, with how much of the question's subject it holds."""

    span: Span
    text: str
    stems: frozenset[str]
    covered: float


class Candidate(NamedTuple):
    """A sentence that may answer."""

    hit: Hit
    span: Span
    """Of the sentence in the document."""
    words: Words
    """Of the sentence as one line."""


def summary(features: NDArray[np.float64], best: int, passages: int) -> NDArray[np.float64]:
    """What is known of a question, shape ``(1, 12)``: of any sentence the largest margin over
    "none", and of words; of sentence ``best`` the same two; the size of the index (a third of its
    decimal logarithm), and times that, how well the sentence's passage ranks and how near it is in
    meaning: in a large collection that tells much, among a few documents on one subject little;
    last, whether the sentence holds the kind of thing asked for."""
    margin, words = FEATURES.index("margin"), FEATURES.index("words")
    size = math.log10(max(1, passages)) / 3
    return np.array(
        [
            [
                features[:, margin].max(),
                features[best, margin],
                features[best, words],
                features[:, words].max(),
                size,
                size * features[best, FEATURES.index("score")],
                size * features[best, FEATURES.index("passage_cosine")],
                *features[best, FEATURES.index("number") : FEATURES.index("reason") + 1],
            ]
        ]
    )


class PassageReader(Protocol):
    """Finds the words that answer in passages of an index."""

    def read(self, question: str, hits: Sequence[Hit]) -> Reading:
        """Evidence from the hits' passages, and how surely there is an answer among it.

        Args:
            question: as asked.
            hits: passages to read, best first.
        """
        ...


class SentenceReader:
    """Scores whole sentences (see the module docstring). Safe to use from any thread.

    Args:
        index: for how common a word is.
        network: scores sentences; left out, the one that comes with the package, loaded at
            first use.
    """

    def __init__(self, index: Index, network: Network | None = None) -> None:
        self.index = index
        self.network = network or SentenceNetwork()

    def load(self) -> None:
        """Load the network now rather than at the first question."""
        if load := getattr(self.network, "load", None):
            load()

    def practise(self) -> None:
        """Let the network meet what it may be given, so that the first questions take no longer
        than others."""
        if practise := getattr(self.network, "practise", None):
            practise()

    def read(self, question: str, hits: Sequence[Hit]) -> Reading:
        """See `PassageReader.read`."""
        candidates, features = self.measure(question, hits)
        if not candidates:
            return Reading((), 0.0, tuple(hits))
        scores = SENTENCE.probability(features)
        order = np.argsort(-scores, kind="stable")
        passages = self.index.store.counts()[1]
        confidence = ANSWERED.probability(summary(features, int(order[0]), passages))
        evidence = (
            Evidence(one.hit.passage, one.span, float(scores[i]), in_document(one))
            for i, one in ((i, candidates[i]) for i in order)
        )
        return Reading(tuple(evidence), float(confidence[0]), _reordered(hits, candidates, scores))

    def measure(
        self, question: str, hits: Sequence[Hit]
    ) -> tuple[list[Candidate], NDArray[np.float64]]:
        """The sentences that were read with their measures, shape ``(n, len(FEATURES))``: see
        `FAR`, `FROM_OTHERS` and `TELLING`."""
        lexical = self.index.lexical
        asked = Asked.of(question, lexical.tokens, lexical.frequency, self.index.store.counts()[1])
        read: list[tuple[Hit, list[_Sentence], frozenset[str]]] = []
        for hit in hits:
            if read and hit.score < read[0][0].score - FAR:
                continue
            found = []
            for span in quotable_sentences(hit.passage):
                text = one_line(hit.passage.words(span))
                stems = frozenset(lexical.tokens(text))
                found.append(_Sentence(span, text, stems, asked.covered(stems)))
            around = frozenset(lexical.tokens(_heading(hit))).union(*(one.stems for one in found))
            found = _sharing_most(found, FROM_OTHERS if read else FROM_FIRST)
            if found:
                read.append((hit, found, around))
        if not read:
            return [], np.empty((0, len(FEATURES)))
        readings = self.network.score(
            question, [(_heading(hit), [one.text for one in found]) for hit, found, _ in read]
        )
        candidates, rows = [], []
        for (hit, found, around), scores in zip(read, readings, strict=True):
            for one, (margin, words) in zip(found, scores, strict=True):
                measures = asked.measures(one.text, one.stems, around)
                candidates.append(Candidate(hit, one.span, words))
                rows.append([max(words.score, UNREAD), margin, hit.score, hit.cosine, *measures])
        return candidates, np.array(rows, dtype=np.float64)


def _reordered(
    hits: Sequence[Hit], candidates: Sequence[Candidate], scores: NDArray[np.float64]
) -> tuple[Hit, ...]:
    """Hits by how they rank and how well they answer; those that were not read come last."""
    best: dict[int, float] = {}
    for one, score in zip(candidates, scores, strict=True):
        id_ = one.hit.passage.passage_id
        best[id_] = max(best.get(id_, 0.0), float(score))

    def worth(hit: Hit) -> tuple[bool, float]:
        score = best.get(hit.passage.passage_id)
        return (False, hit.score) if score is None else (True, hit.score + ANSWERS * _logit(score))

    return tuple(sorted(hits, key=worth, reverse=True))


def _logit(probability: float) -> float:
    held = min(max(probability, 1e-6), 1 - 1e-6)
    return math.log(held / (1 - held))


@dataclass(frozen=True, slots=True)
class Asked:
    """A question taken apart."""

    text: str
    terms: tuple[tuple[str, float], ...]
    """Stems that carry its subject, with their inverse document frequency."""
    unknown: float
    """Share of them that stands nowhere in the index."""
    names: frozenset[str]
    """Stems of its proper names and numbers."""
    kind: str
    """What is asked for: ``number``, ``date``, ``person``, ``place``, ``reason`` or nothing."""

    @classmethod
    def of(
        cls,
        question: str,
        tokens: Callable[[str], list[str]],
        frequency: Callable[[str], int],
        passages: int,
    ) -> Asked:
        """Take ``question`` apart with the index's tokenizer and word counts."""
        words = re.findall(r"[^\W_][\w'’&.-]*[^\W_]|[^\W_]", question)
        subject = [word for word in words if word.lower() not in STOP_WORDS] or words
        stems = list(dict.fromkeys(stem for word in subject for stem in tokens(word)))
        counts = {stem: frequency(stem) for stem in stems}
        terms = tuple((stem, math.log(1 + (passages + 1) / (counts[stem] + 0.5))) for stem in stems)
        names = {
            stem
            for position, word in enumerate(words)
            if word.lower() not in STOP_WORDS
            and (_HAS_DIGIT_OR_CAPS.fullmatch(word) or (position and word[0].isupper()))
            for stem in tokens(word)
            if stem != "s"
        }
        lowered = question.lower().strip(" ?!.")
        kind = next((name for name, pattern in _KINDS if pattern.search(lowered)), "")
        missing = sum(1 for stem in stems if not counts[stem])
        return cls(question, terms, missing / max(1, len(stems)), frozenset(names), kind)

    def covered(self, stems: frozenset[str]) -> float:
        """How much of the subject is among ``stems``, 0 to 1."""
        total = sum(weight for _, weight in self.terms) or 1.0
        return sum(weight for stem, weight in self.terms if stem in stems) / total

    def measures(self, text: str, stems: frozenset[str], passage: frozenset[str]) -> list[float]:
        """The measures of a sentence and its passage from ``covered``, the first, on (see
        `FEATURES`)."""
        missing = sum(1 for name in self.names if name not in passage and name not in stems)
        return [
            self.covered(stems),
            self.covered(passage),
            self.unknown,
            missing / max(1, len(self.names)),
            *self._kinds(text),
            1.0 if len(text.split()) < 4 or text.endswith(("?", ":")) else 0.0,
        ]

    def _kinds(self, text: str) -> list[float]:
        """1 where the kind of thing asked for is in ``text``, -1 where it is not, else 0."""
        has = {
            "number": lambda: bool(_NUMBER.search(text)),
            "date": lambda: bool(_DATE.search(text)),
            "person": lambda: self._new_name(text),
            "place": lambda: self._new_name(text),
            "reason": lambda: bool(_REASON.search(text)),
        }
        return [(1.0 if has[kind]() else -1.0) if kind == self.kind else 0.0 for kind in has]

    def _new_name(self, text: str) -> bool:
        asked = self.text.lower()
        return any(match[0].lower() not in asked for match in _NAME.finditer(text))


def quotable_sentences(passage: Passage) -> list[Span]:
    """Sentences of a passage that could be quoted, as spans of the document."""
    found = []
    for sentence in sentences(passage.text):
        span = quotable(passage.text, sentence)
        if has_words(span.of(passage.text)):
            found.append(Span(span.start + passage.span.start, span.end + passage.span.start))
    return found


def _sharing_most(sentences: list[_Sentence], count: int) -> list[_Sentence]:
    """Of a passage's sentences those worth reading, at most ``count``, in their order."""
    best = sorted(sentences, key=lambda one: -one.covered)[:count]
    if not best or best[0].covered < TELLING:
        return sentences
    return sorted(best, key=lambda one: one.span.start)


def in_document(candidate: Candidate) -> Span | None:
    """Where the words of a candidate stand in its document; None where there are none."""
    if candidate.words == NO_WORDS:
        return None
    found = words_in(candidate.hit.passage.words(candidate.span), candidate.words)
    return found and found.shifted(candidate.span.start)


def words_in(sentence: str, words: Words) -> Span | None:
    """Where words of a sentence as one line stand in it as it is; None where there are none."""
    line = one_line(sentence)
    first, last = (len("".join(line[:end].split())) for end in words[:2])
    if first >= last:
        return None
    # As `one_line` counts blanks; at most one character for each.
    shown = printable(sentence.replace("\r\n", " \n"))
    places = [place for place, character in enumerate(shown) if not character.isspace()]
    return Span(places[first], places[last - 1] + 1)


def nearest_sentence(question: str, hit: Hit, index: Index) -> Evidence | None:
    """The sentence of a passage that shares most with the question, without reading any; None
    where there is none."""
    lexical = index.lexical
    asked = Asked.of(question, lexical.tokens, lexical.frequency, index.store.counts()[1])
    spans = quotable_sentences(hit.passage)
    texts = [one_line(hit.passage.words(span)) for span in spans]
    shared = [asked.covered(frozenset(lexical.tokens(text))) for text in texts]
    return Evidence(hit.passage, spans[shared.index(max(shared))], 0.0) if spans else None


def _heading(hit: Hit) -> str:
    return " > ".join(dict.fromkeys((hit.passage.title, *hit.passage.headings)))
