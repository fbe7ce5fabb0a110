"""The façade: open a folder, bring its index up to date, ask, verify."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from functools import cache
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import NamedTuple

from qa.compiled_encoder import CompiledEncoder
from qa.config import Settings, load_settings
from qa.documents import FolderSource, Source
from qa.encoder import Encoder
from qa.followup import Turn, stand_alone
from qa.index import open_index
from qa.indexing import update
from qa.overview import Whole, about_the_whole, evidence_of
from qa.parts import Part
from qa.reader import PassageReader, SentenceReader, nearest_sentence
from qa.refusal import absent_names, depends, refusal
from qa.retriever import Retriever, check_question
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
from qa.types import (
    Answer,
    BuildReport,
    Citation,
    Document,
    DocumentState,
    Evidence,
    Hit,
    ProgressCallback,
    Reading,
    Skipped,
    SourceInfo,
    Statement,
    Verification,
)
from qa.verification import loader, verify

MAX_STATEMENTS = 4
ENOUGH = 0.3
"""A further sentence joins the answer at this share of the best one's score: chosen on the
development sets (tests/benchmarks/reader.md)."""
NEAREST = 3
"""Passages shown when nothing answers."""


def utc_now() -> datetime:
    """The time, in UTC."""
    return datetime.now(UTC)


@cache
def program() -> str:
    """Name and version of this program."""
    try:
        return f"qa {version('qa')}"
    except PackageNotFoundError:  # run from a folder, not installed
        return "qa"


class Assistant:
    """Answers questions about a folder. Cheap to make: loads no model, reads no documents.

    Safe to use from any thread; `ask` works while `update` runs in another.

    Args:
        folder: of documents, or another source of them.
        index: where the index lives; left out, in the user's data directory.
        settings: left out, those of the config file and the environment.
        encoder: left out, the model that the settings name.
        reader: left out, those that the settings name, else `qa.reader.SentenceReader`.
        anew: begin an index that is damaged or was made otherwise again, rather than
            refuse it.
        clock: when a citation is made (aware).

    Raises:
        FolderError: there is no such folder.
        IndexMismatchError: the index was made by another model or version.
        ModelError: there is no such model on this machine.
    """

    def __init__(
        self,
        folder: Path | str | Source,
        index: Path | str | None = None,
        *,
        settings: Settings | None = None,
        encoder: Encoder | None = None,
        reader: PassageReader | None = None,
        anew: bool = False,
        clock: Callable[[], datetime] = utc_now,
    ) -> None:
        self.settings = settings or load_settings()
        self._clock = clock
        self.source: Source
        if isinstance(folder, Path | str):
            self.source = FolderSource(Path(folder), self.settings.max_file_mb)
            self.folder = self.source.folder
        else:
            self.source, self.folder = folder, Path(folder.name)
        directory = Path(index).expanduser() if index else self.settings.index_path(self.folder)
        encoder = encoder or CompiledEncoder(self.settings.model)
        self.index = open_index(directory, encoder, anew=anew)
        self.retriever = Retriever(self.index)
        try:
            self.reader = reader or self._configured_reader()
        except BaseException:
            self.index.close()
            raise

    def _configured_reader(self) -> PassageReader:
        settings = self.settings
        if not settings.reader and not settings.reranker:
            return SentenceReader(self.index)
        from qa.other_readers import AnsweringReader, Ranker, Reranking

        reader: PassageReader = SentenceReader(self.index)
        if settings.reader:
            reader = AnsweringReader(settings.reader)
        if settings.reranker:
            reader = Reranking(Ranker(settings.reranker), reader, settings.top_k)
        return reader

    @classmethod
    def open(
        cls,
        folder: Path | str,
        index: Path | str | None = None,
        *,
        settings: Settings | None = None,
        encoder: Encoder | None = None,
        progress: ProgressCallback | None = None,
    ) -> Assistant:
        """An assistant whose index is up to date with ``folder``.

        Raises:
            QaError: see the class and `update`.
        """
        assistant = cls(folder, index, settings=settings, encoder=encoder)
        try:
            assistant.update(progress)
        except BaseException:
            assistant.close()
            raise
        return assistant

    def update(
        self,
        progress: ProgressCallback | None = None,
        cancelled: Callable[[], bool] | None = None,
        rebuild: bool = False,
    ) -> BuildReport:
        """Bring the index in step with the folder (see `qa.indexing.update`)."""
        return update(self.index, self.source, progress, cancelled, rebuild=rebuild)

    def warm(self, *, thoroughly: bool = False) -> None:
        """Load the models now, side by side, rather than at the first question.

        Args:
            thoroughly: also take half a second for what makes the first few questions take
                longer than later ones; questions are answered meanwhile.

        Raises:
            ModelError: one cannot be loaded.
        """
        loads = [getattr(model, "load", None) for model in (self.index.encoder, self.reader)]
        with ThreadPoolExecutor(len(loads), "load") as threads:
            for done in [threads.submit(load) for load in loads if load]:
                done.result()
        if thoroughly and (practise := getattr(self.reader, "practise", None)):
            practise()

    def search(
        self,
        question: str,
        top_k: int | None = None,
        *,
        earlier: Sequence[Answer | Turn] = (),
        within: Sequence[str] = (),
    ) -> list[Hit]:
        """Passages that match, best first, without an answer.

        Args:
            question: in words; nothing in it is syntax.
            top_k: at most so many; left out, as in the settings.
            earlier: see `ask`.
            within: paths of documents; where there are any, only these are searched.

        Raises:
            QuestionError: the question is empty or too long.
            ModelError: the model cannot be loaded.
        """
        turns = [_turn(one) for one in earlier]
        wanted = top_k or self.settings.top_k
        return self.retriever.search(question, wanted, earlier=turns, within=within)

    def rerank(
        self,
        question: str,
        hits: Sequence[Hit],
        *,
        earlier: Sequence[Answer | Turn] = (),
        read: int = 20,
    ) -> list[Hit]:
        """The same passages, of the first ``read`` those that answer put before the others.

        Raises:
            QuestionError: the question is empty or too long.
            ModelError: the model cannot be loaded.
        """
        resolved = stand_alone(check_question(question), [_turn(one) for one in earlier])
        first = self.reader.read(resolved, hits[:read]).hits
        return [*(first or hits[:read]), *hits[read:]]

    def ask(
        self,
        question: str,
        *,
        top_k: int | None = None,
        earlier: Sequence[Answer | Turn] = (),
        within: Sequence[str] = (),
    ) -> Answer:
        """What the documents say to ``question``, or that they do not.

        Every quote was checked against the stored text. Below ``settings.threshold`` the
        answer is not found and the nearest passages are given apart.

        Args:
            question: in words; nothing in it is syntax.
            top_k: passages to read; left out, as in the settings.
            earlier: the answers of the conversation so far, oldest first, or what was said
                elsewhere. A question that leans on them is understood with them
                (`Answer.resolved_question`).
            within: paths of documents; where there are any, only these are asked.

        Raises:
            QuestionError: the question is empty or too long.
            ModelError: the model cannot be loaded.
        """
        started = time.perf_counter()
        question = check_question(question)
        turns = [_turn(one) for one in earlier]
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
        reading, evidence = found.reading, found.reading.evidence
        # What a question points at may also be nothing of what was said before it.
        unsaid = not turns or (found.resolved == question and not subject_words(question))
        hangs = unsaid and depends(question, reading.confidence)
        # Of a clause or version that is not there only what names it may tell.
        part = whole.part if whole else None
        hangs = hangs or bool(
            part and evidence and not any(_tells(part, one) for one in evidence[:3])
        )
        confidence = 0.0 if hangs else reading.confidence
        sure = bool(evidence) and confidence >= self.settings.threshold
        desk = self._desk()
        statements = self._statements(found.resolved, evidence, desk) if sure else ()
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
            absent=absent_names(found.resolved, self.index) if statements else (),
        )

    def _read(
        self, question: str, turns: Sequence[Turn], top_k: int | None, within: Sequence[str]
    ) -> _Read:
        started = time.perf_counter()
        resolved = stand_alone(question, turns)
        wanted = max(top_k or self.settings.top_k, getattr(self.reader, "passages", 0))
        hits = self.search(question, wanted, earlier=turns, within=within)
        searched = time.perf_counter() - started
        return _Read(resolved, hits, self.reader.read(resolved, hits), searched)

    def _desk(self) -> Desk:
        return Desk(self.index.store, self._clock(), program())

    def _of_the_whole(self, whole: Whole, within: Sequence[str]) -> list[Evidence]:
        def search(words: str) -> list[Hit]:
            return self.search(words, within=within)

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

    def counts(self) -> tuple[int, int]:
        """Documents and passages in the index."""
        return self.index.store.counts()

    def sources(self) -> list[SourceInfo]:
        """Every indexed document, by path."""
        return self.index.store.sources()

    def states(self) -> dict[str, DocumentState]:
        """What has become of the file of every indexed document since, by path; told by size and
        time of change, as `update` does."""
        now = {file.path: (file.size, file.mtime_ns) for file in self.source.scan()[0]}
        found: dict[str, DocumentState] = {}
        for path, known in self.index.store.files().items():
            there = now.get(path)
            same = there == (known.size, known.mtime_ns)
            found[path] = "indexed" if same else "changed" if there else "gone"
        return found

    def skipped(self) -> list[Skipped]:
        """Files that were not indexed, and why."""
        return self.index.store.skipped_files()

    def document(self, path: str) -> Document | None:
        """A document as it was indexed; None for an unknown path."""
        return self.index.store.document(path)

    def verify(self, citations: Iterable[Citation]) -> list[Verification]:
        """Check citations against the files as they are now. Renamed files are those that
        the index knows; where one was edited too, those with the quote's words."""
        citations = list(citations)

        def others() -> list[str]:
            here, lexical = self.index.store.files(), self.index.lexical
            ids = [
                id_
                for one in citations
                if one.path not in here
                for id_, _ in lexical.search(" ".join(one.quote.split()[:40]), 3)
            ]
            found = self.index.store.passages(list(dict.fromkeys(ids))).values()
            return list(dict.fromkeys(passage.path for passage in found))

        def renamed() -> Mapping[str, str]:
            return {record.sha256: path for path, record in self.index.store.files().items()}

        return verify(citations, loader(self.source), renamed, others)

    def close(self) -> None:
        """Close the index; the assistant must not be used after."""
        self.index.close()

    def __enter__(self) -> Assistant:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()


class _Read(NamedTuple):
    """A question that was searched for and read."""

    resolved: str
    hits: list[Hit]
    reading: Reading
    search_seconds: float


def _tells(part: Part, evidence: Evidence) -> bool:
    """Whether evidence is of the part of a document that a question asks for."""
    return part.told_by(evidence.quote, " > ".join(evidence.passage.headings))


def _turn(answer: Answer | Turn) -> Turn:
    """What later questions may lean on."""
    if isinstance(answer, Turn):
        return answer
    paths = {citation.path: citation.title for citation in answer.citations}
    quoted = " ".join(one_line(statement.text) for statement in answer.statements)
    return Turn(answer.resolved_question, quoted, tuple(title for title in paths.values() if title))
