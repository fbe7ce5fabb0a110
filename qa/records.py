"""Answers written down and read again; citations have theirs in `qa.citations`."""

from __future__ import annotations

from typing import Any, cast, get_args

from qa.citations import citation_from_json, citation_to_json
from qa.errors import CitationError
from qa.types import Answer, AnswerKind, Citation, Hit, Refusal, Span, Statement

ANSWER_SCHEMA = "qa.answer/1"


def answer_to_json(answer: Answer, *, hits: bool = True) -> dict[str, Any]:
    """An answer as it stands in ``qa ask --json`` (see `qa ask --help`).

    Args:
        answer: to be written down.
        hits: whether the passages found, with their texts, are part of it.
    """
    return {
        "question": answer.question,
        "resolved_question": answer.resolved_question,
        "within": list(answer.within),
        "kind": answer.kind,
        "refusal": answer.refusal and {"kind": answer.refusal.kind, "words": answer.refusal.words},
        "found": answer.found,
        "confidence": round(answer.confidence, 4),
        "statements": [
            {
                "text": statement.text,
                "citations": list(statement.citations),
                "words": statement.words.of(statement.text) if statement.words else "",
                "words_start": statement.words.start if statement.words else None,
                "against": list(statement.against),
                "columns": statement.columns,
                "compared": statement.compared,
            }
            for statement in answer.statements
        ],
        "unanswered": list(answer.unanswered),
        "absent": list(answer.absent),
        "citations": [citation_to_json(citation) for citation in answer.citations],
        "nearest": [citation_to_json(citation) for citation in answer.nearest],
        **({"hits": [hit_to_json(hit) for hit in answer.hits]} if hits else {}),
        "seconds": {name: round(value, 6) for name, value in answer.timings.items()},
    }


def hit_to_json(hit: Hit) -> dict[str, Any]:
    """A passage as it stands in ``--json`` output."""
    return {
        "path": hit.passage.path,
        "title": hit.passage.title,
        "headings": list(hit.passage.headings),
        "start": hit.passage.span.start,
        "end": hit.passage.span.end,
        "text": hit.passage.text,
        "score": round(hit.score, 6),
        "cosine": round(hit.cosine, 6),
        "bm25": round(hit.bm25, 6),
        "dense_rank": hit.dense_rank,
        "lexical_rank": hit.lexical_rank,
    }


def answer_from_json(row: object) -> Answer:
    """The other way round, without the hits.

    Raises:
        CitationError: ``row`` is no answer.
    """
    try:
        if not isinstance(row, dict):
            raise TypeError
        citations = tuple(citation_from_json(item) for item in row["citations"])
        nearest = tuple(citation_from_json(item) for item in row.get("nearest", ()))
        kind, refusal = row.get("kind", "answer"), row.get("refusal")
        if kind not in get_args(AnswerKind):
            raise ValueError
        statements = tuple(_statement(item, citations) for item in row["statements"])
        others = {number for one in statements for number in one.against}
        if not others <= set(range(1, len(statements) + 1)):
            raise ValueError
        return Answer(
            question=_text(row["question"]),
            resolved_question=_text(row.get("resolved_question", row["question"])),
            statements=statements,
            citations=citations,
            hits=(),
            nearest=nearest,
            confidence=min(1.0, max(0.0, float(row["confidence"]))),
            found=bool(row["found"]),
            timings={
                _text(name): float(value) for name, value in dict(row.get("seconds", {})).items()
            },
            kind=kind,
            refusal=_refusal(refusal) if refusal else None,
            within=tuple(_text(path) for path in row.get("within", ())),
            absent=tuple(_text(word) for word in row.get("absent", ())),
            unanswered=tuple(_text(part) for part in row.get("unanswered", ())),
        )
    except (KeyError, TypeError, ValueError, AttributeError, ArithmeticError) as error:
        raise CitationError(
            "An answer in the file cannot be read.",
            "Save one with `qa ask … --json > answer.json`, or export a conversation.",
        ) from error


def _statement(row: dict[str, Any], citations: tuple[Citation, ...]) -> Statement:
    text, start = _text(row["text"]), row.get("words_start")
    words = _text(row.get("words", ""))
    numbers = tuple(int(number) for number in row["citations"])
    if not numbers or not {citation.number for citation in citations}.issuperset(numbers):
        raise ValueError
    span = Span(start, start + len(words)) if words and isinstance(start, int) else None
    if span is not None and span.of(text) != words:
        span = None
    against = tuple(int(number) for number in row.get("against", ()))
    columns, compared = _text(row.get("columns", "")), _text(row.get("compared", ""))
    return Statement(text, numbers, span, against, columns, compared)


def _refusal(row: dict[str, Any]) -> Refusal:
    if row["kind"] not in ("far", "near", "unsaid"):
        raise ValueError
    return Refusal(cast(Any, row["kind"]), tuple(_text(word) for word in row.get("words", ())))


def _text(value: object) -> str:
    if not isinstance(value, str):
        raise TypeError
    return value
