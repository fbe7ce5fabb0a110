"""How a question is answered: understood, searched, read, and what was found put together."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from functools import cache
from importlib.metadata import PackageNotFoundError, version
from typing import NamedTuple

from qa.asked import kind_of
from qa.comparison import Compared
from qa.config import Settings
from qa.definitions import introduces, term_asked
from qa.extremes import extremes, is_any_row, says_so
from qa.followup import Turn, goes_on, leans_wholly, stand_alone
from qa.index import Index
from qa.overview import evidence_of
from qa.parts import Part
from qa.reader import FAR, PassageReader, nearest_sentence
from qa.refusal import absent_words, depends, refusal
from qa.retriever import Retriever, check_question
from qa.scope import Scope, names_documents, scope_of
from qa.several import parts_of, together
from qa.spelling import corrected
from qa.statements import (
    Desk,
    in_full,
    of_what_is_asked,
    quoted,
    stated,
    with_what_follows,
)
from qa.text import one_line, subject_words
from qa.types import Answer, Citation, Evidence, Hit, Reading, Statement
from qa.whole import Whole, about_the_whole

MAX_STATEMENTS, MOST_OF_A_PART = 4, 2
"""Of an answer; of each of several questions in one."""
ENOUGH = 0.3
"""A further sentence joins the answer at this share of the best one's score: chosen on the
development sets (tests/benchmarks/reader.md)."""
COMPARED, COMPARED_BY_KIND = 0.9, 0.5
"""Confidence in rows of tables that were compared in a column that the question names, and in one
that only fits its adjective; nothing was fitted."""
SAYING = 3
"""Sentences of which one may say itself what has most or least."""
WHERE_INTRODUCED = 20
"""Passages in which the party of a contract may be introduced by name that a question asks for:
what it is called there ("the Tenant") stands in most of them."""
AGAIN, BESIDE = 2, 2.0
"""Where a question goes on with what was said: passages of the documents quoted last that are read
again, and how much more their sentences count; only where it has hardly a subject of its own."""
NEAREST = 3
"""Passages shown when nothing answers."""


@cache
def program() -> str:
    """Name and version of this program."""
    try:
        return f"qa {version('qa')}"
    except PackageNotFoundError:  # run from a folder, not installed
        return "qa"


@dataclass(frozen=True, slots=True)
class Answering:
    """What it takes to answer."""

    index: Index
    retriever: Retriever
    reader: PassageReader
    settings: Settings
    clock: Callable[[], datetime]

    def answer(
        self,
        question: str,
        turns: Sequence[Turn],
        *,
        top_k: int | None = None,
        within: Sequence[str] = (),
    ) -> Answer:
        """See `qa.assistant.Assistant.ask`."""
        question = check_question(question)
        parts = parts_of(question)
        if len(parts) == 1 or about_the_whole(question):
            return self._answer(question, turns, top_k, within)
        answers = list[Answer]()
        asked = list(turns)
        for part in parts:
            answers.append(self._answer(part, asked, top_k, within))
            asked.append(replace(turn_of(answers[-1]), paths=()))
        return together(question, answers, MOST_OF_A_PART)

    def _answer(
        self, question: str, turns: Sequence[Turn], top_k: int | None, within: Sequence[str]
    ) -> Answer:
        started = time.perf_counter()
        if not within and (scope := self._scope(question)) and about_the_whole(scope.question):
            said = self._answer(scope.question, turns, top_k, scope.paths)
            return replace(said, question=question, resolved_question=question)
        spelt = corrected(question, self.index)
        resolved = stand_alone(question, turns)
        whole = None
        for text in dict.fromkeys((question, spelt, resolved)):  # "they" may be the documents
            whole = about_the_whole(text) or whole
            if whole and (central := self._of_the_whole(whole, within)):
                return self._answer_of_the_whole(question, text, whole, central, within, started)
        if whole and whole.part and not whole.part.label:  # a word that is no heading
            whole = None
        found = self._read(question, turns, top_k, within)
        if spelt != question:  # it may be a word that only looks misspelt
            mended = self._read(spelt, turns, top_k, within)
            found = mended if mended.reading.confidence > found.reading.confidence else found
        if not within and (scope := self._scope(found.resolved)):
            found, within = self._of_scope(scope, found, top_k)
        reading, evidence = found.reading, found.reading.evidence
        ranked = [] if whole else extremes(found.resolved, found.hits, self.index, within)
        if any(says_so(found.resolved, one) for one in evidence[:SAYING]):
            ranked = []
        # What a question points at may also be nothing of what was said before it.
        unsaid = not turns or (found.resolved == question and not subject_words(question))
        hangs = unsaid and depends(question, reading.confidence)
        hangs = hangs or bool(evidence and is_any_row(found.resolved, evidence[0]))
        # Of a clause or version that is not there only what names it may tell.
        part = whole.part if whole else None
        hangs = hangs or bool(
            part and evidence and not any(_tells(part, one) for one in evidence[:3])
        )
        confidence = 0.0 if hangs else reading.confidence
        if ranked:
            confidence = COMPARED if ranked[0][1].named else COMPARED_BY_KIND
        desk = self._desk()
        sure = bool(evidence) and confidence >= self.settings.threshold
        statements: tuple[Statement, ...] = ()
        if sure and ranked:
            statements = _compared(ranked, desk)
        elif sure:
            statements = self._statements(found.resolved, evidence, desk)
        nearest = () if sure else self._nearest(found.resolved, found.hits, evidence, desk)
        why = None
        if not statements:
            about = " ".join(whole.subjects) if whole and not part else question
            resolved = found.resolved if about == question else about
            why = refusal(resolved, about, found.hits, self.index, first=unsaid)
        total = time.perf_counter() - started
        return Answer(
            question=question,
            resolved_question=found.resolved,
            statements=statements,
            citations=tuple(desk.citations) if statements else (),
            hits=reading.hits or tuple(found.hits),
            nearest=nearest,
            confidence=confidence,
            found=bool(statements),
            timings={
                "search": found.search_seconds,
                "read": total - found.search_seconds,
                "total": total,
            },
            refusal=why,
            within=tuple(within),
            absent=absent_words(found.resolved, self.index, confidence) if statements else (),
        )

    def _read(
        self, question: str, turns: Sequence[Turn], top_k: int | None, within: Sequence[str]
    ) -> _Read:
        started = time.perf_counter()
        resolved = stand_alone(question, turns)
        wanted = max(top_k or self.settings.top_k, getattr(self.reader, "passages", 0))
        party = term_asked(resolved) if kind_of(resolved) == "person" else ""
        width = max(wanted, WHERE_INTRODUCED) if party else wanted
        hits = self.retriever.search(question, width, earlier=turns, within=within)
        also = (hit for hit in hits[wanted:] if introduces(hit.passage.text, party))
        hits = [*hits[:wanted], *also]
        beside = turns[-1].paths if turns and goes_on(question, resolved) else ()
        if beside and not within:
            hits = _with(hits, self.retriever.search(resolved, AGAIN, within=beside))
        preferred = beside if leans_wholly(question, resolved) else ()
        searched = time.perf_counter() - started
        reading = self.reader.read(resolved, hits)
        evidence = sorted(
            reading.evidence,
            key=lambda one: -one.score * (BESIDE if one.passage.path in preferred else 1),
        )
        return _Read(resolved, hits, replace(reading, evidence=tuple(evidence)), searched)

    def _scope(self, question: str) -> Scope | None:
        if not names_documents(question):
            return None
        return scope_of(question, self.index.store.sources())

    def _of_scope(
        self, scope: Scope, found: _Read, top_k: int | None
    ) -> tuple[_Read, tuple[str, ...]]:
        """What the documents say that a question names, and these; where they do not answer it, or
        what was found in all of them is theirs and surer, that."""
        asked = (scope.question, found.resolved)  # the name may also tell what is asked for
        apart = max(
            (self._read(one, (), top_k, scope.paths) for one in asked),
            key=lambda one: one.reading.confidence,
        )
        sure, known = apart.reading.confidence, found.reading.confidence
        enough = self.settings.threshold
        theirs = [one.passage.path in scope.paths for one in found.reading.evidence[:1]]
        better = known > sure if all(theirs) else sure < enough
        return (found, ()) if better and known >= enough else (apart, scope.paths)

    def _desk(self) -> Desk:
        return Desk(self.index.store, self.clock(), program())

    def _of_the_whole(self, whole: Whole, within: Sequence[str]) -> list[Evidence]:
        def search(words: str) -> list[Hit]:
            return self.retriever.search(words, self.settings.top_k, within=within)

        return evidence_of(whole, self.index, search, within)

    def _answer_of_the_whole(
        self,
        question: str,
        resolved: str,
        whole: Whole,
        evidence: list[Evidence],
        within: Sequence[str],
        started: float,
    ) -> Answer:
        desk = self._desk()
        statements = tuple(said for item in evidence if (said := quoted([item], desk)))
        total = time.perf_counter() - started
        return Answer(
            question=question,
            resolved_question=resolved,
            statements=statements,
            citations=tuple(desk.citations),
            hits=(),
            nearest=(),
            confidence=1.0 if statements else 0.0,
            found=bool(statements),
            timings={"search": 0.0, "read": total, "total": total},
            kind=whole.kind,
            within=tuple(within),
        )

    def _statements(
        self, question: str, evidence: Sequence[Evidence], desk: Desk
    ) -> tuple[Statement, ...]:
        floor = evidence[0].score * ENOUGH
        good = [item for item in evidence if item.score >= floor][: 3 * MAX_STATEMENTS]
        good = of_what_is_asked(question, good)
        good = in_full(question, good, self.index, desk)
        good = with_what_follows(question, good)
        return tuple(stated(good, self.index, desk, MAX_STATEMENTS))

    def _nearest(
        self, question: str, hits: Sequence[Hit], evidence: Sequence[Evidence], desk: Desk
    ) -> tuple[Citation, ...]:
        """The best sentence of each of the first passages that have any."""
        best: dict[int, Evidence] = {}
        for one in evidence:
            best.setdefault(one.passage.passage_id, one)
        found: list[Citation] = []
        for hit in hits:
            item = best.get(hit.passage.passage_id)
            if item is None:  # not read: far behind the first
                item = nearest_sentence(question, hit, self.index)
            if item is not None and (citation := desk.cite(item)):
                found.append(citation)
            if len(found) == NEAREST:
                break
        return tuple(found)


class _Read(NamedTuple):
    """A question that was searched for and read."""

    resolved: str
    hits: list[Hit]
    reading: Reading
    search_seconds: float


def _compared(ranked: Sequence[tuple[Evidence, Compared]], desk: Desk) -> tuple[Statement, ...]:
    """Statements of rows that were compared with others."""
    said = (quoted([item], desk, one.note) for item, one in ranked)
    return tuple(one for one in said if one)


def _with(hits: Sequence[Hit], others: Sequence[Hit]) -> list[Hit]:
    """Passages with others behind them that are near enough to be read all the same."""
    enough = hits[0].score - FAR / 2 if hits else 0.0
    near = {one.passage.passage_id for one in hits if one.score >= enough}
    more = [one for one in others if one.passage.passage_id not in near]
    ids = {one.passage.passage_id for one in more}
    kept = [one for one in hits if one.passage.passage_id not in ids]
    return kept + [replace(one, score=enough) for one in more]


def _tells(part: Part, evidence: Evidence) -> bool:
    """Whether evidence is of the part of a document that a question asks for."""
    return part.told_by(evidence.quote, " > ".join(evidence.passage.headings))


def turn_of(answer: Answer | Turn) -> Turn:
    """What later questions may lean on."""
    if isinstance(answer, Turn):
        return answer
    paths = {citation.path: citation.title for citation in answer.citations}
    quoted = " ".join(one_line(statement.text) for statement in answer.statements)
    titles = tuple(title for title in paths.values() if title)
    return Turn(answer.resolved_question, quoted, titles, tuple(paths))
