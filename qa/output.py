"""Answers as text for a terminal and as JSON for programs."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from qa.archives import parts_of
from qa.citations import citation_to_json, place
from qa.records import ANSWER_SCHEMA, answer_to_json
from qa.text import one_line, shorten
from qa.types import Answer, BuildReport, Citation, Progress, Verification
from qa.verification import difference
from qa.wording import (
    as_understood,
    cautions,
    columns_words,
    counted,
    emphasized,
    refusal_words,
    time_left,
)

if TYPE_CHECKING:
    from qa.conversations import SavedConversation
    from qa.measures import Difference

SEARCH_SCHEMA = "qa.search/1"
VERIFY_SCHEMA = "qa.verify/1"

Style = Callable[[str, str], str]
"""Gives a text a role: ``place``, ``number``, ``quiet``, ``title`` or ``warning``."""


def plain(text: str, _role: str) -> str:
    """No style: what stands in a pipe or a file."""
    return text


def ansi(text: str, role: str) -> str:
    """The basic sixteen colours; the terminal's theme decides what they look like."""
    codes = {"place": "36", "number": "1;36", "quiet": "2", "title": "1", "warning": "33"}
    return f"\x1b[{codes[role]}m{text}\x1b[0m"


def link(text: str, file: Path) -> str:
    """``text`` as a link to ``file`` (OSC 8), for terminals."""
    return f"\x1b]8;;{file.as_uri()}\x1b\\{text}\x1b]8;;\x1b\\"


def answer_text(answer: Answer, style: Style = plain, folder: Path | None = None) -> str:
    """The answer, then its citations one a line, as ``file:line``.

    Args:
        answer: to be shown.
        style: colours.
        folder: of the documents, where places are to be links.
    """
    lines = []
    for statement in answer.statements:
        marks = "".join(style(f"[{number}]", "number") for number in statement.citations)
        parts = emphasized(statement)
        lines.append(f"{parts[0]}{style(parts[1], 'title')}{parts[2]} {marks}")
        if named := columns_words(statement):
            lines.append(style(named, "quiet"))
    if not answer.found:
        lines.append(style("Not in these documents.", "title"))
        if reason := refusal_words(answer):
            lines.append(reason)
        if answer.nearest:
            lines.append("Nearest passages:")
    for caution in cautions(answer):
        lines += ["", style(caution, "warning")]
    cited = answer.citations if answer.found else answer.nearest
    if cited:
        lines.append("")
    for citation in cited:
        mark = style(f"[{citation.number}]", "number") if answer.found else style("-", "quiet")
        where = style(one_line(place(citation)), "place")
        if folder is not None:
            where = link(where, folder / parts_of(citation.path)[0])
        lines.append(f"{mark} {where}  {_quoted(citation)}")
    return "\n".join(lines)


def conversation_text(conversation: SavedConversation, style: Style = plain) -> str:
    """Questions and answers, one under the other."""
    parts = [style(one_line(conversation.title), "title")]
    for turn in conversation.turns:
        asked = f"{turn.asked.astimezone():%Y-%m-%d %H:%M}"
        parts.append(
            f"{style('›', 'number')} {one_line(turn.answer.question)}  {style(asked, 'quiet')}"
        )
        for line in map(" ".join, as_understood(turn.answer)):
            parts[-1] += "\n  " + style(line, "quiet")
        parts.append(answer_text(turn.answer, style))
    return "\n\n".join(parts)


def _quoted(citation: Citation) -> str:
    heading = f"  ({one_line(citation.heading)})" if citation.heading else ""
    return f"“{shorten(citation.quote, 160)}”{heading}"


def answer_json(answer: Answer, folder: str, version: str) -> dict[str, Any]:
    """The documented form of ``qa ask --json`` (see `qa ask --help`)."""
    return {
        "schema": ANSWER_SCHEMA,
        "version": version,
        "corpus": folder,
        **answer_to_json(answer),
    }


def verification_text(items: Iterable[Verification], style: Style = plain) -> str:
    """A line a citation: its state, where it stood, where or what it is now."""
    lines = []
    for item in items:
        state = style(f"{item.state:8}", "quiet" if item.state == "exact" else "warning")
        line = f"{state} {style(one_line(place(item.citation)), 'place')}"
        if item.state == "moved":
            where = one_line(item.path or item.citation.path)
            if item.place:
                where += f", {one_line(item.place)}"
            elif item.line_start:
                where += f":{item.line_start}"
            line += f"  now {where}"
        elif item.state == "changed":
            line += f"\n         “{_changes(item, style)}”"
        else:
            line += f"  “{shorten(item.citation.quote, 80)}”"
        lines.append(line)
    return "\n".join(lines)


def _changes(item: Verification, style: Style) -> str:
    """What went in [-brackets-], what came in {+braces+}, as `wdiff` writes it."""
    words = []
    for sign, some in difference(item.citation.quote, item.found):
        text = shorten(some, 240)
        if sign == "-":
            text = style(f"[-{text}-]", "warning")
        elif sign == "+":
            text = style(f"{{+{text}+}}", "title")
        words.append(text)
    return " ".join(words)


def verification_json(found: Mapping[str, Iterable[Verification]]) -> dict[str, Any]:
    """The documented form of ``qa verify --json``, of what each named file holds."""
    return {
        "schema": VERIFY_SCHEMA,
        "citations": [
            {
                "saved": name,
                "state": item.state,
                "citation": citation_to_json(item.citation),
                "path": item.path,
                "start": item.span.start if item.span else None,
                "end": item.span.end if item.span else None,
                "line_start": item.line_start,
                "page": item.page,
                "place": item.place,
                "found": item.found,
            }
            for name, items in found.items()
            for item in items
        ],
    }


def report_text(report: BuildReport) -> str:
    """What indexing did, in a line."""
    parts = [counted(report.documents, "document"), counted(report.passages, "passage")]
    for name in ("added", "changed", "renamed", "deleted"):
        if getattr(report, name):
            parts.append(f"{getattr(report, name)} {name}")
    if report.skipped:
        parts.append(f"{len(report.skipped)} skipped (`qa sources` says why)")
    return ", ".join(parts) + f" · {report.seconds:.1f} s"


def progress_text(progress: Progress) -> str:
    """How far indexing has come, in a line."""
    parts = [
        f"indexing: {progress.documents_done:,} of {counted(progress.documents_total, 'document')}",
        counted(progress.passages_done, "passage"),
        time_left(progress.seconds_left),
    ]
    return ", ".join(part for part in parts if part)


def evaluation_text(found: Mapping[str, Any]) -> str:
    """The figures of `qa.evaluation.evaluate`, with their intervals."""
    questions, passages = found["questions"], counted(found["passages"], "passage")
    lines = [f"{counted(questions, 'question')} over {passages}, threshold {found['threshold']}"]
    for name, one in found["figures"].items():
        lines.append(f"{name:27}{one['value']:7.3f}   {one['low']:.3f} to {one['high']:.3f}")
    spent = found["milliseconds"]
    lines.append(
        f"question to answer, ms: p50 {spent['p50']:.1f}, p95 {spent['p95']:.1f}, "
        f"p99 {spent['p99']:.1f}"
    )
    return "\n".join(lines)


def comparison_text(
    changes: Mapping[str, Difference], made_otherwise: Mapping[str, tuple[object, object]]
) -> str:
    """How two runs were made otherwise, then what changed between them, one figure a line."""
    lines = [f"{name}: {before} → {after}" for name, (before, after) in made_otherwise.items()]
    for name, change in changes.items():
        sure = "p < 0.01" if change.p < 0.01 else f"p = {change.p:.2f}"
        lines.append(
            f"{name:27}{change.value:+7.3f}   {change.low:+.3f} to {change.high:+.3f}   {sure}"
        )
    return "\n".join(lines)


def asking_text(done: int, total: int, seconds_left: float | None) -> str:
    """How far an evaluation has come, in a line."""
    parts = [f"asking: {done:,} of {counted(total, 'question')}", time_left(seconds_left)]
    return ", ".join(part for part in parts if part)
