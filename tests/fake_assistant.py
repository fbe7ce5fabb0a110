"""An assistant that answers from a table, for tests of what the terminal shows."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path

from qa.errors import Cancelled, NoDocumentsError, QaError
from qa.text import LineIndex
from qa.types import (
    Answer,
    BuildReport,
    Citation,
    Document,
    DocumentState,
    Progress,
    ProgressCallback,
    Skipped,
    SourceInfo,
    Span,
    Statement,
    Verification,
)

REPORT = """# Backdoor report

The report is dated 12 February 2020.

## Who was told

Details went to the United Kingdom and Germany
at the end of 2019, after years in which the
material had been kept closely held.

## About the company

The company sells phones.
""" + "".join(f"\nFiller paragraph number {n} says nothing of note.\n" for n in range(30))
SUMMARY = """Allies

Britain and Germany were told of the finding late in 2019.

The price of tea rose.
"""


class FakeAssistant:
    """Knows two documents and some questions.

    Args:
        hold: what :meth:`update` waits for after its first progress report.
        problem: raised by ``update``.
        broken: raised by ``ask``.
    """

    def __init__(
        self,
        folder: Path,
        *,
        documents: Iterable[Document] | None = None,
        hold: threading.Event | None = None,
        hold_ask: threading.Event | None = None,
        problem: Exception | None = None,
        broken: Exception | None = None,
        skipped: tuple[Skipped, ...] = (),
        indexed: bool = True,
        progress: Progress | None = None,
        state: str = "exact",
        answers: Callable[[FakeAssistant, str], Answer] | None = None,
    ) -> None:
        self.folder = folder
        made = [make_document("report.md", REPORT), make_document("summary.md", SUMMARY)]
        self.documents = {d.path: d for d in (made if documents is None else documents)}
        self.hold, self.hold_ask = hold, hold_ask
        self.problem, self.broken = problem, broken
        self._skipped = skipped
        self.indexed = indexed
        self.progress = progress or Progress(1, 2, 20, 41, 75.0, "summary.md", 20 / 41)
        self.state = state
        self.answers = answers
        self.updates = 0
        self.closed = threading.Event()
        self.asked: list[str] = []

    def update(
        self,
        progress: ProgressCallback | None = None,
        cancelled: Callable[[], bool] | None = None,
        rebuild: bool = False,
    ) -> BuildReport:
        self.updates += 1
        while self.hold is not None and not self.hold.wait(0.01):
            if progress:
                progress(self.progress)
            if cancelled and cancelled():
                raise Cancelled("Stopped.")
        if self.problem is not None:
            raise self.problem
        if not self.documents:
            raise NoDocumentsError("The folder is empty.", "Put documents into it.")
        self.indexed = True
        documents, passages = self.counts()
        return BuildReport(0, 0, 0, 0, 2, passages, documents, 0, self._skipped, 0.1)

    def warm(self, *, thoroughly: bool = False) -> None: ...

    def counts(self) -> tuple[int, int]:
        if not self.documents or not self.indexed:
            return 0, 0
        return len(self.documents), 41

    def ask(
        self,
        question: str,
        *,
        top_k: int | None = None,
        earlier: Sequence[Answer] = (),
        within: Sequence[str] = (),
    ) -> Answer:
        self.asked.append(question)
        self.earlier, self.within = earlier, tuple(within)
        if self.hold_ask is not None:
            self.hold_ask.wait(5)
        if self.broken is not None:
            raise self.broken
        return (self.answers or answer_from_table)(self, question)

    def sources(self) -> list[SourceInfo]:
        return [
            SourceInfo(d.path, d.title, d.format, 20, len(d.pages), len(d.text))
            for d in self.documents.values()
        ]

    def states(self) -> dict[str, DocumentState]:
        return dict.fromkeys(self.documents, "indexed")

    def skipped(self) -> list[Skipped]:
        return list(self._skipped)

    def document(self, path: str) -> Document | None:
        return self.documents.get(path)

    def verify(self, citations: Iterable[Citation]) -> list[Verification]:
        return [Verification(c, self.state, c.path, c.span, 40) for c in citations]  # type: ignore[arg-type]

    def close(self) -> None:
        self.closed.set()


def make_document(path: str, text: str, **more: object) -> Document:
    fields: dict[str, object] = {"title": path, "format": "markdown", **more}
    return Document(path=path, text=text, sha256="0" * 64, **fields)  # type: ignore[arg-type]


def cite(number: int, document: Document, quote: str, heading: str = "") -> Citation:
    start = document.text.index(quote)
    span = Span(start, start + len(quote))
    lines = LineIndex(document.text).lines_of(span) if not document.pages else (None, None)
    page = sum(at <= start for at in document.pages) or None
    return Citation(
        number, document.path, document.title, span, quote, *lines, page, heading, "0" * 64, ""
    )


def answer_of(question: str, *citations: Citation, **more: object) -> Answer:
    fields: dict[str, object] = {
        "question": question,
        "resolved_question": question,
        "statements": (Statement(citations[0].quote, tuple(c.number for c in citations)),)
        if citations
        else (),
        "citations": citations,
        "hits": (),
        "nearest": (),
        "confidence": 0.95,
        "found": True,
        "timings": {"total": 0.41},
    }
    return Answer(**{**fields, **more})  # type: ignore[arg-type]


def answer_from_table(fake: FakeAssistant, question: str) -> Answer:
    report, summary = fake.documents["report.md"], fake.documents["summary.md"]
    details = "Details went to the United Kingdom and Germany\nat the end of 2019"
    told = cite(1, report, details, "Who was told")
    britain = "Britain and Germany were told of the finding late in 2019."
    allies = cite(2, summary, britain, "Allies")
    dated = cite(3, report, "The report is dated 12 February 2020.", "Backdoor report")
    if "share price" in question:
        phones = cite(1, report, "The company sells phones.", "About the company")
        tea = cite(2, summary, "The price of tea rose.")
        nearest = (phones, tea)
        return answer_of(question, nearest=nearest, found=False, confidence=0.1)
    if "when" in question.lower():
        statements = (Statement(told.quote, (1, 2)), Statement(dated.quote, (3,)))
        return answer_of(question, told, allies, dated, statements=statements)
    if "it" in question.split():
        return answer_of(question, told, resolved_question="who was told of the finding?")
    if len(question) > 5000:
        raise QaError("The question is too long: 10,000 words.", "Ask in fewer words.")
    return answer_of(question, told, allies)
