"""Measure retrieval on a labelled set in the layout of the BEIR benchmark.

A set is a folder with ``corpus.jsonl`` (``_id``, ``title``, ``text``), ``queries.jsonl``
(``_id``, ``text``) and ``qrels/test.tsv`` (query, document, grade). Thakur et al., 2021.
"""

from __future__ import annotations

import hashlib
import json
import math
import string
import time
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from qa.documents import SourceFile
from qa.errors import DocumentError, FolderError
from qa.index import Index
from qa.retriever import Retriever
from qa.types import Document, Skipped

SCHEMA = "qa.eval/1"
_QUERY_BATCH = 64


@dataclass(frozen=True, slots=True)
class EvaluationSet:
    """A labelled set, its corpus read when needed.

    Raises:
        FolderError: the folder is not in that layout.
    """

    folder: Path

    def __post_init__(self) -> None:
        for name in ("corpus.jsonl", "queries.jsonl", "qrels/test.tsv"):
            if not (self.folder / name).is_file():
                raise FolderError(
                    f"{self.folder} is not an evaluation set: {name} is missing.",
                    "See `qa eval --help` for the layout.",
                )

    def queries(self) -> list[dict[str, Any]]:
        """The questions, as they stand in the file."""
        return list(json_lines(self.folder / "queries.jsonl"))

    def relevant(self) -> dict[str, dict[str, int]]:
        """Per question, the documents that answer it and their grade above 0."""
        grades: dict[str, dict[str, int]] = {}
        lines = (self.folder / "qrels" / "test.tsv").read_text("utf-8").splitlines()
        for number, line in enumerate(lines, 1):
            parts = line.split("\t")
            if number == 1 and not parts[-1].lstrip("-").isdigit():
                continue
            try:
                query, document, grade = parts[0], parts[-2], int(parts[-1])
            except (IndexError, ValueError):
                raise FolderError(
                    f"{self.folder}/qrels/test.tsv, line {number}: expected three columns."
                ) from None
            if grade > 0:
                grades.setdefault(query, {})[document] = grade
        return grades


class CorpusSource:
    """The corpus of a set as a source of documents (see `qa.documents.Source`)."""

    def __init__(self, folder: Path) -> None:
        self.name = str(folder.resolve())
        self._rows = {row["_id"]: row for row in json_lines(folder / "corpus.jsonl")}

    def scan(self) -> tuple[list[SourceFile], list[Skipped]]:
        """Every line is a file."""
        return [
            SourceFile(name, len(row["text"]), int(_digest(row)[:15], 16))
            for name, row in self._rows.items()
        ], []

    def load(self, file: SourceFile) -> Document:
        """The document of a line."""
        row = self._rows[file.path]
        if not row["text"].strip():
            raise DocumentError("empty document")
        return Document(file.path, row.get("title", ""), row["text"], _digest(row))


@dataclass(frozen=True, slots=True)
class RetrievalReport:
    """Retrieval figures of a set, averaged over its questions with a relevant document."""

    questions: int
    documents: int
    passages: int
    metrics: Mapping[str, float]
    """``recall@1``, ``recall@5``, ``recall@10``, ``ndcg@10``, ``mrr@10``."""
    seconds: float
    milliseconds: Mapping[str, float]
    """Search only, the question's embedding known: ``p50``, ``p95``."""

    def as_json(self) -> dict[str, Any]:
        """The documented form of ``qa eval --json``."""
        return {
            "schema": SCHEMA,
            "questions": self.questions,
            "documents": self.documents,
            "passages": self.passages,
            "metrics": dict(self.metrics),
            "search_ms": dict(self.milliseconds),
            "seconds": self.seconds,
        }


def evaluate(
    index: Index,
    evaluation_set: EvaluationSet,
    *,
    limit: int | None = None,
    progress: Callable[[int, int], None] | None = None,
) -> RetrievalReport:
    """Measure retrieval over an index of the set's corpus.

    A document's place is that of its best passage.

    Args:
        index: holds the set's corpus (see `CorpusSource`).
        evaluation_set: questions and labels.
        limit: only the first so many questions.
        progress: called with questions done and in total.

    Raises:
        FolderError: no question has a relevant document.
    """
    started = time.perf_counter()
    relevant = evaluation_set.relevant()
    queries = [query for query in evaluation_set.queries() if query["_id"] in relevant][:limit]
    if not queries:
        raise FolderError(f"No question of {evaluation_set.folder} has a relevant document.")
    retriever = Retriever(index)
    figures: list[dict[str, float]] = []
    spent: list[float] = []
    for start in range(0, len(queries), _QUERY_BATCH):
        part = queries[start : start + _QUERY_BATCH]
        vectors = index.encoder.encode([query["text"] for query in part])
        for query, vector in zip(part, vectors, strict=True):
            before = time.perf_counter()
            hits = retriever.search(query["text"], 50, vector=vector)
            spent.append(time.perf_counter() - before)
            ranking = list(dict.fromkeys(hit.passage.path for hit in hits))
            figures.append(ranking_metrics(ranking, relevant[query["_id"]]))
        if progress is not None:
            progress(len(figures), len(queries))
    documents, passages = index.store.counts()
    spent.sort()
    return RetrievalReport(
        questions=len(queries),
        documents=documents,
        passages=passages,
        metrics={name: sum(row[name] for row in figures) / len(figures) for name in figures[0]},
        seconds=time.perf_counter() - started,
        milliseconds={
            "p50": 1000 * spent[len(spent) // 2],
            "p95": 1000 * spent[min(len(spent) - 1, int(len(spent) * 0.95))],
        },
    )


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


def word_f1(found: str, expected: str) -> float:
    """Harmonic mean of precision and recall of the words of a short answer, repetitions
    counted; case, punctuation and English articles do not matter (Rajpurkar et al., 2016)."""
    one, other = (Counter(_answer_words(text)) for text in (found, expected))
    if not one or not other:
        return float(one == other)
    return 2 * (one & other).total() / (one.total() + other.total())


def _answer_words(text: str) -> list[str]:
    kept = "".join(character for character in text.lower() if character not in string.punctuation)
    return [word for word in kept.split() if word not in ("a", "an", "the")]


def _discounted(gains: Sequence[int]) -> float:
    return sum(gain / math.log2(place + 1) for place, gain in enumerate(gains, 1))


def _digest(row: Mapping[str, Any]) -> str:
    return hashlib.sha256(f"{row.get('title', '')}\0{row['text']}".encode()).hexdigest()


def json_lines(file: Path) -> Iterator[dict[str, Any]]:
    """The objects of a file with one a line, each with ``_id`` and ``text``."""
    with file.open(encoding="utf-8") as stream:
        for number, line in enumerate(stream, 1):
            if not line.strip():
                continue
            try:
                row = json.loads(line)
                if not isinstance(row["_id"], str) or not isinstance(row["text"], str):
                    raise TypeError
            except (ValueError, KeyError, TypeError):
                raise FolderError(
                    f"{file}, line {number}: expected a JSON object with _id and text."
                ) from None
            yield row
