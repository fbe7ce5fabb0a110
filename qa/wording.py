"""How this program says things to people, on the command line and in the app alike."""

from __future__ import annotations

from collections.abc import Sequence

from qa.config import CONFIDENT
from qa.layout import apart, as_shown, by_field
from qa.text import one_line, shorten
from qa.types import Answer, Statement

FAIRLY_SURE = 0.35


def counted(number: int, noun: str) -> str:
    """``1 document``, ``2 documents``."""
    return f"{number:,} {noun}" if number == 1 else f"{number:,} {noun}s"


def confidence_words(confidence: float) -> str:
    """How sure, in words; the number is for those who ask."""
    if confidence >= CONFIDENT:
        return "confident"
    return "fairly sure" if confidence >= FAIRLY_SURE else "not very sure"


def verdict(answer: Answer) -> str:
    """``confident · 2 documents agree``."""
    paths = {citation.number: citation.path for citation in answer.citations}
    agreeing = max(
        (len({paths[n] for n in s.citations if n in paths}) for s in answer.statements), default=0
    )
    said_by = len(set(paths.values()))
    if answer.kind == "summary":
        return f"central sentences · from {counted(said_by, 'document')}"
    if answer.kind in ("subject", "compare"):
        return f"sentences on it · from {counted(said_by, 'document')}"
    if answer.kind == "part":
        return f"the part that was asked for · from {counted(said_by, 'document')}"
    if answer.kind == "mentions":
        return f"mentions · in {counted(said_by, 'document')}"
    disagreeing = {paths[n] for s in answer.statements if s.against for n in s.citations}
    if disagreeing:
        support = f"{counted(len(disagreeing), 'document')} disagree"
    elif agreeing > 1:
        support = f"{agreeing} documents agree"
    else:
        support = f"from {counted(said_by, 'document')}"
    return f"{confidence_words(answer.confidence)} · {support}"


def as_understood(answer: Answer) -> list[tuple[str, str]]:
    """What a question was taken to ask, where that is not as it stands, and of which documents
    only: what is told, and that."""
    said = []
    if one_line(answer.resolved_question) != one_line(answer.question):
        said.append(("understood as:", one_line(answer.resolved_question)))
    if answer.within:
        said.append(("asked only of", one_line(", ".join(answer.within))))
    return said


def cautions(answer: Answer) -> list[str]:
    """What to mind in an answer: statements that say otherwise than others, what of several
    questions has no answer, and words that stand nowhere."""
    return [
        said
        for said in (
            _disagreement(answer),
            *(f"Nothing answers “{one_line(part)}”" for part in answer.unanswered),
            _nowhere(answer.absent, "these documents"),
        )
        if said
    ]


def _disagreement(answer: Answer) -> str:
    pairs = [
        f"[{statement.citations[0]}] and [{answer.statements[other - 1].citations[0]}]"
        for number, statement in enumerate(answer.statements, 1)
        for other in statement.against
        if number < other
    ]
    return f"These documents disagree: {'; '.join(pairs)}." if pairs else ""


def refusal_words(answer: Answer) -> str:
    """Why there is no answer, in a sentence or two."""
    refused = answer.refusal
    if refused is None:
        return ""
    if refused.kind == "unsaid":
        return f"The question depends on something that was not said: {_quoted(refused.words)}."
    said = ["Nothing in them is near the question."]
    if refused.kind == "near":
        said = ["Some passages are near the question, but none answers it."]
    return " ".join(filter(None, [*said, _nowhere(refused.words, "them")]))


def _nowhere(words: Sequence[str], where: str) -> str:
    verb = "stand" if len(words) > 1 else "stands"
    return f"{_quoted(words)} {verb} nowhere in {where}." if words else ""


def _quoted(words: Sequence[str]) -> str:
    named = [f"“{shorten(word, 40)}”" for word in words[:3]]
    return " and ".join(filter(None, (", ".join(named[:-1]), *named[-1:])))


def emphasized(statement: Statement) -> tuple[str, str, str]:
    """A statement on one line, or a line for each item of a list: what stands before the words that
    answer, these, what follows."""
    words = statement.words
    if words is None:
        return as_shown(statement.text), "", ""
    whole = by_field(statement.text)
    before, answering = one_line(statement.text[: words.start]), one_line(words.of(statement.text))
    start = one_line(statement.text).find(answering, len(before))
    end = start + len(answering)
    return apart(whole[:start]), apart(whole[start:end]), apart(whole[end:])


def columns_words(statement: Statement) -> str:
    """What the columns of a quoted row are called, and in what it was compared with others; ""
    where there is neither."""
    columns = f"columns: {one_line(statement.columns)}" if statement.columns else ""
    return " · ".join(filter(None, (columns, one_line(statement.compared))))


def time_left(seconds: float | None) -> str:
    """A duration as a person would say it; empty when nobody knows."""
    if seconds is None:
        return ""
    if seconds < 10:
        return "a few seconds left"
    if seconds < 90:
        return f"about {round(seconds / 10) * 10} s left"
    if seconds < 5400:
        return f"about {round(seconds / 60)} min left"
    return f"about {round(seconds / 3600)} h left"
