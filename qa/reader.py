"""Hits to evidence: which sentences answer, and how surely.

A small network reads the question with each passage and scores its sentences
(`qa.sentence_model`). How the sentence and its passage agree with the question otherwise
(meaning, shared words, names, the kind of thing asked for) is measured beside it;
`qa.confidence` makes probabilities of it all. Anything with the same ``read`` can take its
place.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import NamedTuple, Protocol

import numpy as np
from numpy.typing import NDArray

from qa.asked import ELSEWHERE, Asked
from qa.confidence import (
    ANSWERED,
    FEATURES,
    SENTENCE,
    UNREAD,
    beyond,
    log_odds,
    stands_out,
    summary,
)
from qa.details import HAS
from qa.index import Index
from qa.layout import by_field, quotable, sentences
from qa.lists import leads
from qa.sentence_batch import NO_WORDS, Score, Words
from qa.sentence_network import Network, SentenceNetwork
from qa.text import has_rows, has_words, is_row, one_line, printable, words_of_path
from qa.told import Told, told
from qa.types import Evidence, Hit, Passage, Reading, Span

FAR = 0.12
"""A passage that scores so much less than the first is not read: it hardly ever answers better
(tests/benchmarks/reader.md), but where it is about just what the question pins down."""
SAID_ABOVE = 0.95
"""A passage whose headings hold so much of the question is read however far it is behind. (Its
title is that of others too.)"""
ANSWERS = 0.1
"""What the log odds of its best sentence add to a passage's score when passages are ordered."""
FROM_FIRST, FROM_OTHERS = 4, 2
"""Sentences read of the first passage and of each other: those that share most with the
question."""
TELLING = 0.1
"""Where none shares this much of it, words do not tell, and the passage is read whole."""
LEANING = 0.6
"""What of that a sentence takes over from the one before, where it begins with a word for what was
spoken of there ("It takes place on 4 May"); more or less does about as well
(tests/benchmarks/reader.md)."""
LEANS = re.compile(
    r"(?:It|They|He|She|This|These|Those|That|His|Her|Its|Their|Both|There|Here|Then|Such)\b"
)


DEFINED = 4.0
"""What a definition that is asked for counts as, where a row that is counts 1: of 26 sentences that
define what a question of six sets asks for 25 answered (tests/benchmarks/reader.md)."""


class _Sentence(NamedTuple):
    """One that may be read, with how much of the question's subject it holds."""

    span: Span
    told: Told
    stems: frozenset[str]
    covered: float
    pinned: float
    """How much it is about just what the question pins down, -1 to 1 (see `qa.details`)."""
    row: float
    """See `Asked.rows_asked`; `DEFINED` of a definition that is asked for."""


class _Read(NamedTuple):
    """A passage that is read."""

    hit: Hit
    sentences: list[_Sentence]
    stems: frozenset[str]
    """Of all its sentences and headings."""
    named: frozenset[str]
    """Of its headings and the name of its file."""


class Candidate(NamedTuple):
    """A sentence that may answer."""

    hit: Hit
    span: Span
    """Of the sentence in the document."""
    words: Words
    """Of the sentence as one line."""
    columns: str = ""
    """See `Evidence.columns`."""


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
        known = summary(features, scores, passages, stands_out(hits))
        confidence = ANSWERED.probability(known)
        evidence = (
            Evidence(one.hit.passage, one.span, float(scores[i]), in_document(one), one.columns)
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
        read: list[_Read] = []
        for hit in hits:
            far = bool(read) and hit.score < read[0].hit.score - FAR
            if far:
                headed = frozenset(lexical.tokens(" ".join(hit.passage.headings)))
                far = asked.covered(headed) < SAID_ABOVE
            if far and not (asked.pinned or asked.term or has_rows(hit.passage.text)):
                continue
            heading = hit.passage.headings[-1] if hit.passage.headings else ""
            told_lines = as_told(hit.passage.text, heading)
            lines = [line for _, line in told_lines]
            texts = [line.text for line in lines]
            named = f"{_heading(hit)} {words_of_path(hit.passage.path)}"
            pinned_in = asked.pinned_in(texts, named)
            rows = asked.rows_asked(texts, named)
            rows = [
                DEFINED if asked.is_defined(text) else row
                for text, row in zip(texts, rows, strict=True)
            ]
            if far and max(*pinned_in, *rows, 0.0) < HAS:
                continue
            found = []
            for (inside, line), pinned, row in zip(told_lines, pinned_in, rows, strict=True):
                if not has_words(line.text):  # numbers without names of columns
                    continue
                span = inside.shifted(hit.passage.span.start)
                stems = frozenset(lexical.tokens(line.text))
                found.append(_Sentence(span, line, stems, asked.covered(stems), pinned, row))
            around = frozenset(lexical.tokens(_heading(hit))).union(*(one.stems for one in found))
            found = _sharing_most(found, FROM_OTHERS if read else FROM_FIRST)
            if found:
                read.append(_Read(hit, found, around, frozenset(lexical.tokens(named))))
        if not read:
            return [], np.empty((0, len(FEATURES)))
        readings = self.network.score(
            question,
            [(_heading(one.hit), [part.told.text for part in one.sentences]) for one in read],
        )
        candidates = list[Candidate]()
        measured = list[list[float]]()
        meanings = self._meanings(question, read, readings)
        for (hit, found, around, names), scores in zip(read, readings, strict=True):
            for one, (margin, words) in zip(found, scores, strict=True):
                measures = asked.measures(one.told.text, one.stems, around, names)
                just_that, another = max(0.0, one.pinned), min(0.0, one.pinned)
                right_row = max(just_that * is_row(one.told.text), one.row)
                another = min(another, 2 * ELSEWHERE * (one.row < 0))
                measures += [just_that, right_row, another]
                cell = asked.cell(one.told.text) if is_row(one.told.text) else None
                place = one.told.in_line(*(cell or words[:2]))
                words_there = Words(*place, words.score) if place else NO_WORDS
                candidates.append(Candidate(hit, one.span, words_there, one.told.columns))
                meaning = meanings.get((hit.passage.passage_id, one.span), 0.0)
                of_network = max(words.score, UNREAD), margin
                measured.append([*of_network, hit.score, hit.cosine, meaning, *measures])
        return candidates, np.array(measured, dtype=np.float64)

    def _meanings(
        self, question: str, read: Sequence[_Read], readings: Sequence[Sequence[Score]]
    ) -> dict[tuple[int, Span], float]:
        """How near sentences are to the question in meaning, beyond what their heading is. Only of
        those with words that may answer: of others it tells nothing, and it takes time."""
        measured = [
            (one, _heading(one.hit), part)
            for one, scores in zip(read, readings, strict=True)
            for part, score in zip(one.sentences, scores, strict=True)
            if score.words.score > UNREAD
        ]
        if not measured:
            return {}
        # Apart, for what is embedded together takes as long as the longest.
        headings = {question, *(heading for _, heading, _ in measured)} - {""}
        texts = {part.told.text for _, _, part in measured}
        vectors = {
            text: vector
            for some in (sorted(headings), sorted(texts, key=len))
            for text, vector in zip(some, self.index.sentence_vectors(some), strict=True)
        }
        return {
            (one.hit.passage.passage_id, part.span): beyond(
                vectors[question], vectors[part.told.text], vectors[heading] if heading else None
            )
            for one, heading, part in measured
        }


def _reordered(
    hits: Sequence[Hit], candidates: Sequence[Candidate], scores: NDArray[np.float64]
) -> tuple[Hit, ...]:
    """Hits by how they rank and how well they answer; those that were not read come last."""
    best: dict[int, float] = {}
    for one, score in zip(candidates, scores, strict=True):
        id_ = one.hit.passage.passage_id
        best[id_] = max(best.get(id_, 0.0), float(score))

    def worth(hit: Hit) -> tuple[bool, float]:
        if (score := best.get(hit.passage.passage_id)) is None:
            return False, hit.score
        return True, hit.score + ANSWERS * log_odds(score)

    return tuple(sorted(hits, key=worth, reverse=True))


def quotable_sentences(passage: Passage) -> list[Span]:
    """Sentences of a passage that could be quoted, as spans of the document: with words, or rows of
    numbers, which the names of their columns may give a meaning."""
    return [span.shifted(passage.span.start) for span in _quotable(passage.text)]


def as_told(text: str, heading: str = "", *, listed: bool = True) -> list[tuple[Span, Told]]:
    """The sentences of a text that could be quoted, as they are read (see `qa.told`).

    Args:
        text: of a passage, or any other.
        heading: above it.
        listed: whether items are read with what their list is called, which takes long in texts
            that are much longer than a passage.
    """
    spans = _quotable(text)
    lines = [by_field(span.of(text)) for span in spans]
    names = leads(text, spans, heading) if listed else ()
    return list(zip(spans, told(lines, text, names), strict=True))


def _quotable(text: str) -> list[Span]:
    spans = (quotable(text, sentence) for sentence in sentences(text))
    return [
        span for span in spans if has_words(words := span.of(text)) or _is_row_of_numbers(words)
    ]


def _is_row_of_numbers(words: str) -> bool:
    line = by_field(words)
    return ("|" in line or "\t" in line) and any(map(str.isdigit, line))


def _sharing_most(sentences: list[_Sentence], count: int) -> list[_Sentence]:
    """Of a passage's sentences those worth reading, at most ``count``, in their order; what answers
    none only where there is nothing else."""
    sentences = [one for one in sentences if one.told.answers] or sentences
    worth = [one.covered + one.pinned + one.row for one in sentences]
    for place, one in enumerate(sentences[1:], 1):
        if LEANS.match(one.told.text):
            worth[place] = max(worth[place], LEANING * worth[place - 1])
    order = sorted(range(len(sentences)), key=lambda place: -worth[place])
    best = [sentences[place] for place in order[:count]]
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
