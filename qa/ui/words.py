"""How the app says things: places, counts, confidence, time and what went wrong.

Pure functions, apart from the widgets, so that one wording serves every screen.
"""

from __future__ import annotations

import os
import traceback
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from rich.cells import cell_len

from qa.citation_style import source_line
from qa.errors import QaError
from qa.layout import as_shown
from qa.text import one_line, printable
from qa.types import Answer, Citation, Verification
from qa.wording import counted

MARKS = {
    "exact": ("✓", ""), "moved": ("→", "moved"), "changed": ("≠", "changed"),
    "missing": ("✗", "gone"),
}  # fmt: skip
"""What has become of a source: a sign and, unless all is well, a word."""
DETAILS = "QA_DETAILS"
ANOTHER_FOLDER = "^o chooses another folder."
STILL_ASKED = "What was indexed before can still be asked."
TRY_AGAIN = "^p, Index again tries once more."
SAFE = "Your documents are untouched and the index is safe"


@dataclass(frozen=True, slots=True)
class Failure:
    """Something that did not work, ready to show."""

    message: str
    """What happened and what is safe."""
    hint: str
    """What to do next."""
    details: str = ""
    """For a bug report; shown only when asked for."""


def failure_of(error: BaseException) -> Failure:
    """What to tell a person about ``error``."""
    if isinstance(error, QaError):
        return Failure(printable(error.message), printable(error.hint))
    reason = one_line(str(error))
    what = f"{type(error).__name__}: {reason}" if reason else type(error).__name__
    details = "".join(traceback.format_exception(error))
    return Failure(
        f"Something went wrong: {what.rstrip('.')}. {SAFE}; you can go on asking.",
        "If it happens again, index again (^p), and please report it with the details.",
        printable(details),
    )


def crashed(error: BaseException | None) -> str:
    """What to say after a fault of the app itself ended it."""
    what = type(error).__name__
    if reason := one_line(str(error)):
        what += f": {reason.rstrip('.')}"
    told = (
        f"Something went wrong: {what}. {SAFE}; conversations on screen are lost. Start qa again."
    )
    if error is not None and os.environ.get(DETAILS):
        return f"{told}\n{printable(''.join(traceback.format_exception(error)))}"
    return f"{told} If it happens again, {DETAILS}=1 shows the details for a report."


def tail(name: str, width: int) -> str:
    """A path in so many cells: its end tells more than its beginning."""
    if cell_len(name) <= width:
        return name
    while cell_len(name) > width - 1:
        name = name[1:]
    return "…" + name


def place(citation: Citation) -> str:
    """Where a citation stands, as short as can be: ``31–33``, ``12``, ``p. 4``, ``slide 3``."""
    if citation.place:
        return one_line(citation.place)
    if citation.line_start is None:
        return f"p. {citation.page}" if citation.page is not None else ""
    if citation.line_end is None or citation.line_end == citation.line_start:
        return str(citation.line_start)
    return f"{citation.line_start}–{citation.line_end}"


def place_in_full(citation: Citation) -> str:
    """The same with its unit: ``lines 31–33``, ``line 12``, ``page 4``."""
    if citation.line_start is None or citation.place:
        return f"page {citation.page}" if citation.page is not None else one_line(citation.place)
    short = place(citation)
    return f"lines {short}" if "–" in short else f"line {short}"


def quoted(citation: Citation, style: str = "") -> str:
    """A quote with its place, to be pasted elsewhere.

    Args:
        citation: of the quote.
        style: template of the line that names the source; empty for path and place.
    """
    where = [one_line(citation.path), place_in_full(citation)]
    source = ", ".join(part for part in where if part)
    return f"“{printable(citation.quote)}”\n({source_line(citation, style) if style else source})"


def answer_quoted(answer: Answer, style: str) -> str:
    """Statements with their numbers, then the sources, one a line."""
    lines = [
        f"{as_shown(statement.text)} {''.join(f'[{number}]' for number in statement.citations)}"
        for statement in answer.statements
    ]
    cited = [f"[{one.number}] {source_line(one, style)}" for one in answer.citations]
    return "\n".join([one_line(answer.question), "", *lines, "", *cited])


def nothing_to_read(folder: str, skipped: int) -> Failure:
    """What to say of a folder without a document."""
    if skipped:
        files = counted(skipped, "file")
        return Failure(
            f"Nothing in {folder} can be read ({files} skipped).", "^p, Sources says why."
        )
    return Failure(f"There are no documents in {folder}.", "What is put there is read at once.")


def measured(answer: Answer, citation: Citation) -> str:
    """The number behind the words, how a citation was found, and how long it took."""
    parts = [f"confidence {answer.confidence:.2f}", found_by(answer, citation)]
    seconds = answer.timings.get("total")
    parts.append("" if seconds is None else f"{seconds:.2f} s")
    return " · ".join(part for part in parts if part)


def found_by(answer: Answer, citation: Citation) -> str:
    """``[2] was 1st by meaning, 4th by words``; empty where that was not kept."""
    for hit in answer.hits:
        span = hit.passage.span
        if hit.passage.path == citation.path and span.start <= citation.span.start < span.end:
            ranks = ((hit.dense_rank, "meaning"), (hit.lexical_rank, "words"))
            said = [f"{_ordinal(rank)} by {what}" for rank, what in ranks if rank is not None]
            return f"[{citation.number}] was {', '.join(said)}" if said else ""
    return ""


def _ordinal(number: int) -> str:
    last = {1: "st", 2: "nd", 3: "rd"}.get(number % 10, "th")
    return f"{number}{'th' if number % 100 in (11, 12, 13) else last}"


def states(verifications: Sequence[Verification]) -> str:
    """``5 citations: 4 hold, 1 changed.``; empty where there is none."""
    if not verifications:
        return ""
    count = Counter(item.state for item in verifications)
    holding = count["exact"] + count["moved"]
    said = [f"{holding} {'holds' if holding == 1 else 'hold'}"]
    said += [
        f"{count[state]} {MARKS[state][1]}"
        for state in ("moved", "changed", "missing")
        if count[state]
    ]
    return f"{counted(len(verifications), 'citation')}: {', '.join(said)}."


def state_notice(verification: Verification) -> str:
    """The line above a source that is no longer what it was."""
    again = "^p, Index again reads it anew."
    if verification.state == "moved":
        cited = verification.citation.path
        where = one_line(verification.path or cited)
        if verification.place:
            where += f", {one_line(verification.place)}"
        elif verification.line_start is not None:
            where += f", line {verification.line_start}"
        if verification.path not in (None, cited):
            return f"{one_line(cited)} is gone or is another file now; the words stand at {where}."
        return f"The file has changed since this was quoted; these words now stand at {where}."
    if verification.state == "changed":
        return f"The words have changed since they were indexed; this is how they were. {again}"
    if verification.state == "missing":
        return f"These words are gone from the folder; this is the text as it was indexed. {again}"
    return ""
