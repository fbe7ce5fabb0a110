"""Ask the questions of a labelled set and say how good the answers are.

Every question is asked once, with the threshold at nothing; what a threshold would refuse is
worked out from the confidence afterwards, so that a saved run can be looked at with any. Each row
is kept as it is made: a run that was stopped goes on where it was.
"""

from __future__ import annotations

import hashlib
import itertools
import json
import time
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace
from importlib.metadata import version
from pathlib import Path
from typing import Any

from qa.assistant import Assistant
from qa.config import Settings
from qa.documents import FolderSource, Source, SourceFile
from qa.encoder import Encoder
from qa.errors import DocumentError, EvaluationError
from qa.figures import SCHEMA, Row, report
from qa.labelled import CorpusSource, EvaluationSet, Question, QuestionFile
from qa.measures import answer_words, evidence_words, ranking_metrics, word_f1
from qa.types import Answer, ProgressCallback

RANKED = 50
"""Passages ranked, so that ten documents are among them."""
_TOGETHER = 32
"""Questions whose citations are checked, and rows written, at once."""

Asking = Callable[[int, int, float | None], None]
"""Gets questions done, questions in all, and seconds left where that is known."""


def evaluate(
    labelled: Path,
    settings: Settings,
    corpus: Path | None = None,
    *,
    limit: int | None = None,
    conversations: bool = True,
    anew: bool = False,
    indexing: ProgressCallback | None = None,
    asking: Asking | None = None,
    encoder: Encoder | None = None,
) -> dict[str, Any]:
    """Index what a labelled set is about, ask its questions and report.

    Args:
        labelled: a BEIR folder or a YAML file (see `qa.labelled`).
        settings: the model, the index and the threshold that refuses.
        corpus: the folder that a YAML file is about, whatever it says itself.
        limit: only the first so many questions.
        conversations: see `run`.
        anew: forget what a stopped run of the same has left.
        indexing: called while the documents are indexed.
        asking: called while the questions are asked.
        encoder: left out, the model that the settings name.

    Returns:
        The documented form of ``qa eval --json``.

    Raises:
        QaError: the set, its documents or the index cannot be used.
    """
    labels: EvaluationSet | QuestionFile
    source: Source
    if not labelled.exists():
        raise EvaluationError(f"There is no {labelled}.", "See `qa eval --help` for the forms.")
    if labelled.is_dir():
        labels, source = EvaluationSet(labelled), CorpusSource(labelled)
    else:
        labels = QuestionFile(labelled)
        folder = corpus or labels.documents()
        if folder is None and settings.corpus:
            folder = Path(settings.corpus).expanduser()
        if folder is None:
            raise EvaluationError(
                f"{labelled} does not say which documents it is about.",
                "Use --corpus DIR, or `documents: DIR` in the file.",
            )
        source = FolderSource(folder, settings.max_file_mb)
    asked = replace(settings, threshold=0.0)
    with Assistant(source, settings=asked, encoder=encoder) as assistant:
        assistant.update(indexing)
        documents, passages = assistant.counts()
        questions = list(itertools.islice(labels.questions(), limit))
        kept = _rows_file(labelled, assistant, settings, conversations)
        if anew:
            kept.unlink(missing_ok=True)
        _check_questions(questions, assistant, own=isinstance(labels, QuestionFile))
        assistant.warm()
        pace = _Pace(len(questions), asking)
        rows = run(
            assistant, questions, conversations=conversations, kept=kept, progress=pace.reached
        )
    found = {
        "schema": SCHEMA,
        "version": version("qa"),
        "set": labelled.name,
        "model": settings.model,
        "reader": settings.reader,
        "reranker": settings.reranker,
        "top_k": settings.top_k,
        "conversations": conversations,
        "documents": documents,
        "passages": passages,
        **report(rows, settings.threshold),
        "rows": rows,
    }
    if limit is None:
        kept.unlink(missing_ok=True)
    return found


def _check_questions(questions: Sequence[Question], assistant: Assistant, own: bool) -> None:
    """Raise `EvaluationError` where two have one id or, in a file of one's own, a document is not
    there."""
    twice = [id_ for id_, count in Counter(one.id for one in questions).items() if count > 1]
    if twice:
        raise EvaluationError(f"There are two questions with the id {twice[0]!r}.")
    there = {source.path for source in assistant.sources()}
    for number, one in enumerate(questions if own else (), 1):
        for path in one.relevant:
            if path not in there:
                raise EvaluationError(
                    f"Question {number} is answered by {path}, which is not among the documents.",
                    "Paths are those that `qa sources` lists.",
                )


def _rows_file(
    labelled: Path, assistant: Assistant, settings: Settings, conversations: bool
) -> Path:
    """Where the rows of a run are kept until it is done: another for anything that changes them."""
    questions = labelled / "queries.jsonl" if labelled.is_dir() else labelled
    qrels = labelled / "qrels" / "test.tsv"
    parts = (
        hashlib.sha256(questions.read_bytes()).hexdigest(),
        hashlib.sha256(qrels.read_bytes()).hexdigest() if qrels.is_file() else "",
        assistant.index.encoder.fingerprint,
        f"{assistant.index.store.id} {assistant.index.store.generation}",
        f"{settings.reader}\n{settings.reranker}",
        f"{settings.top_k} {conversations} {version('qa')}",
    )
    digest = hashlib.sha256("\n".join(parts).encode()).hexdigest()[:20]
    return settings.data_path() / "evaluations" / f"{digest}.jsonl"


class _Pace:
    """Tells how far it is, and how long the rest will take."""

    def __init__(self, total: int, tell: Asking | None) -> None:
        self.total, self.tell = total, tell
        self._first: tuple[int, float] | None = None

    def reached(self, done: int) -> None:
        now = time.monotonic()
        first, since = self._first = self._first or (done, now)
        left = (self.total - done) * (now - since) / (done - first) if done > first else None
        if self.tell:
            self.tell(done, self.total, left)


def run(
    assistant: Assistant,
    questions: Iterable[Question],
    *,
    conversations: bool = True,
    kept: Path | None = None,
    progress: Callable[[int], None] | None = None,
) -> list[Row]:
    """A row for each question.

    Args:
        assistant: over an index of the set's documents, its threshold 0.
        questions: to be asked.
        conversations: whether questions are asked with what was said before them.
        kept: a file with the rows so far; what is there is not asked again.
        progress: called with the number of rows there are.

    Raises:
        QaError: as `Assistant.ask`.
    """
    known = {row["id"]: row for row in _kept_rows(kept)}
    rows: list[Row] = []
    waiting: list[tuple[Row, Answer]] = []

    def settle() -> None:
        _check_citations(assistant, waiting)
        new = [row for row, _ in waiting]
        waiting.clear()
        rows.extend(new)
        if kept is not None and new:
            kept.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            with kept.open("a", encoding="utf-8") as stream:
                stream.writelines(json.dumps(row) + "\n" for row in new)
        if progress is not None:
            progress(len(rows))

    try:
        for question in questions:
            if question.id in known:
                rows.append(known[question.id])
            else:
                waiting.append(_asked(assistant, question, conversations))
            if len(waiting) == _TOGETHER:
                settle()
    finally:
        settle()
    return rows


def _kept_rows(kept: Path | None) -> list[Row]:
    """The rows of a run that was stopped; one that is half written is cut off."""
    if kept is None or not kept.exists():
        return []
    lines = kept.read_text("utf-8").splitlines(keepends=True)
    if lines and not lines[-1].endswith("\n"):
        kept.write_text("".join(lines[:-1]), "utf-8")
    return [json.loads(line) for line in lines if line.endswith("\n")]


def _asked(assistant: Assistant, question: Question, conversations: bool) -> tuple[Row, Answer]:
    earlier = question.earlier if conversations else ()
    row: Row = {"id": question.id}
    if question.answerable is not None:
        row["answerable"] = question.answerable
    answer = assistant.ask(question.text, earlier=earlier)
    row |= {
        "found": answer.found,
        "confidence": answer.confidence,
        "citations": len(answer.citations),
        "ms": 1000 * answer.timings["total"],
    }
    if question.relevant:
        hits = assistant.search(question.text, RANKED, earlier=earlier)
        again = assistant.rerank(question.text, hits, earlier=earlier)
        for found, name in ((hits, ""), (again, " after reading")):
            ranking = list(dict.fromkeys(hit.passage.path for hit in found))
            figures = ranking_metrics(ranking, question.relevant)
            row |= {f"{key}{name}": value for key, value in figures.items()}
    if question.answers:
        texts = [one.text for one in question.answers]
        short = _short(answer)
        row["answer f1"] = max(word_f1(short, text) for text in texts)
        row["exact match"] = float(row["answer f1"] == 1)
        row["answer shown"] = float(
            any(_shows(citation.quote, text) for text in texts for citation in answer.citations)
        )
        if any(one.start is not None for one in question.answers):
            row["evidence f1"] = _evidence_f1(assistant, question, answer)
    return row, answer


def _short(answer: Answer) -> str:
    """The words of the first statement that a short answer would be."""
    if not answer.statements:
        return ""
    first = answer.statements[0]
    return first.words.of(first.text) if first.words else first.text


def _shows(quote: str, answer: str) -> bool:
    """Whether the words of an answer stand in a quote, one after another."""
    words, wanted = answer_words(quote), answer_words(answer)
    return any(words[n : n + len(wanted)] == wanted for n in range(len(words) - len(wanted) + 1))


def _evidence_f1(assistant: Assistant, question: Question, answer: Answer) -> float:
    ours = theirs = both = 0
    found: dict[str, list[tuple[int, int]]] = {}
    right: dict[str, list[tuple[int, int]]] = {}
    for citation in answer.citations:
        found.setdefault(citation.path, []).append((citation.span.start, citation.span.end))
    for one in question.answers:
        if one.start is not None:
            end = one.start + len(one.text)
            right.setdefault(one.document, []).append((one.start, end))
    for path in {*found, *right}:
        document = assistant.document(path)
        text = document.text if document else ""
        counts = evidence_words(text, found.get(path, ()), right.get(path, ()))
        ours, theirs, both = ours + counts[0], theirs + counts[1], both + counts[2]
    return 2 * both / (ours + theirs) if ours + theirs else 0.0


def _check_citations(assistant: Assistant, rows: Sequence[tuple[Row, Answer]]) -> None:
    """Count the citations that are not word for word what their document, loaded again, holds."""
    texts: dict[str, str] = {}
    for row, answer in rows:
        row["inexact"] = 0
        for citation in answer.citations:
            if citation.path not in texts:
                try:
                    document = assistant.source.load(SourceFile(citation.path, 0, 0))
                    texts[citation.path] = document.text
                except DocumentError:
                    texts[citation.path] = ""
            row["inexact"] += citation.span.of(texts[citation.path]) != citation.quote
