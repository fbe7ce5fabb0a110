"""Sentences as a reader understands them: a cell with the name of its column, and what answers a
question with that question.

Documents keep rows as they stand (``| 2 | Dario Menz | £705 |``), and they are quoted so; what a
cell means is told by a row above. Pure functions.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from itertools import groupby, pairwise
from typing import NamedTuple

from qa.formats.building import is_counted, names_columns
from qa.layout import LABELLED
from qa.text import asks

_CELLS = re.compile(r"(?<!\\)\|")
_BOX = re.compile(r"\[(?P<done>[ xX])\] ")
_FIELD = re.compile(r"[^\n]+")
_INDIRECT = re.compile(
    r"[^.;]*\b(?:asked|asks|wondered|wanted to know|enquired) (?:[\w’']+ ){0,3}?"
    r"(?:when|whether|why|if|how|what|who|where|which)\b"
    r"(?!.*\b(?:was told|answered|replied|said)\b).*"
    r"|\W*(?:\d+\W+)?(?:explain|describe|state|name|list|say|give)"
    r" (?:why|how|what|which|who|when|where|\w+ (?:reasons?|ways|examples?))\b.*",
    re.IGNORECASE,
)
"""A question that somebody asked, or a task."""
_LONGEST_QUESTION = 200
"""Characters; it takes the room of what is read."""
_LABEL = re.compile(r"[^:;|]{1,60}:(?: ?[>|][-+\d]*)?")
_RULE = re.compile(r"\|? ?:?-+:? ?(?:\|[ |:-]*|[- ]*)?")


_CODE = re.compile(
    r"//|.*(?:\w\([^()]*\);|\{|[;)]\s*\})$|(?>.*?\w\().*\)\s?\{|.*\)\s?=>"
    r"|(?:const|let|var)\s+[\w{\[][^.?!]*=|import\b.*\bfrom\s+['\"]"
    r"|(?:return|await)\b[^.?!]*\w\(|(?:export |async )*(?:def|function|class)\s+\w+(?:\(|\s*\{)"
)
"""A line of a program, or more."""


class Told(NamedTuple):
    """A sentence as it is read."""

    text: str
    parts: tuple[tuple[int, int, int], ...]
    """What stands in the line itself: where in ``text``, where there, how many code points."""
    answers: bool = True
    """False of questions, names of columns, titles, labels of what follows, and of programs, which
    are read only where there is nothing else."""
    columns: str = ""
    """The names of the columns, where they stand in a row above."""

    def in_line(self, start: int, end: int) -> tuple[int, int] | None:
        """Where words of ``text`` stand in the line; None where they do not."""
        first = next((one for one in self.parts if one[0] <= start < one[0] + one[2]), None)
        last = next((one for one in self.parts if one[0] < end <= one[0] + one[2]), None)
        if first is None or last is None:
            return None
        return start - first[0] + first[1], end - last[0] + last[1]


def told(lines: Sequence[str], passage: str, leads: Sequence[str] = ()) -> list[Told]:
    """The sentences of a passage, each on one line, as they are read: rows of tables of which the
    passage holds the head with the names of their columns, a sentence behind a question with that,
    an item with what its list is called, all else as it is.

    Args:
        lines: in their order, as `qa.layout.by_field` has them.
        passage: its text, with what is no sentence.
        leads: of each line what the list that it is an item of is called, empty for others
            (`qa.lists.leads`).
    """
    found: list[Told] = []
    whole = [" ".join(line.split()) for line in passage.splitlines()]
    ruled = {line for line, rule in pairwise(whole) if line and _RULE.fullmatch(rule)}
    before = ""
    for is_row, group in groupby(lines, lambda line: len(_cells(line)) > 1):
        some = list(group)
        if not is_row or (len(some) == 1 and "\t" in some[0]):  # blanks, and no table
            for line in (line.replace("\t", " ") for line in some):
                found.append(_behind(leads[len(found)] if leads else "", before, line))
                before = line
            before = ""
            continue
        rows = [[line[start:end] for start, end in _cells(line)] for line in some]
        names: Sequence[str] = ()
        for number, (line, row) in enumerate(zip(some, rows, strict=True)):
            if corner := "\t" in line and not number and _has_corner(rows):
                row = ["", *row]
            other = not number or len(rows[number - 1]) != len(row)
            opens = other and line[0] != "|" and names_columns(row, rows, number)
            opens = opens and not ("\t" in line and len(row) < 3)  # what stands left is a name
            headed = line.replace("\t", " ") in ruled and _may_be_head(row)
            if headed or opens or corner:
                names = row
                found.append(_as_it_is(line)._replace(answers=not corner))
            else:
                lead = leads[len(found)] if leads and not names else ""
                found.append(_as_read(line, names if len(row) == len(names) else (), lead))
    after = [one.text for one in found[1:]] + [""]
    return [
        one._replace(answers=one.answers and not _answers_none(one.text, below))
        for one, below in zip(found, after, strict=False)
    ]


def _asks(text: str) -> bool:
    return asks(text) or (len(text) <= _LONGEST_QUESTION and bool(_INDIRECT.fullmatch(text)))


def _answers_none(text: str, below: str) -> bool:
    if _asks(text) or _LABEL.fullmatch(text) or _names(text, below):
        return True
    return bool(_CODE.match(text))


def _names(text: str, below: str) -> bool:
    """Whether a row names the columns of the one below it, which begins with the first name."""
    first = re.split(r" \| |; |\t", text.strip("| "), maxsplit=1)[0]
    return first != text and below.startswith(f"{first}: ")


def _has_corner(rows: Sequence[Sequence[str]]) -> bool:
    """Whether the first of some rows has a cell less than all others: the first column has no
    name."""
    return len(rows) > 1 and all(len(row) == len(rows[0]) + 1 for row in rows[1:])


def _may_be_head(row: Sequence[str]) -> bool:
    """Whether a row above a rule may begin a table, rather than stand above the sums of its own:
    nothing is counted in it."""
    return not any(map(is_counted, row[1:]))


def _as_it_is(line: str) -> Told:
    return Told(line, ((0, 0, len(line)),))


def _behind(lead: str, before: str, line: str) -> Told:
    """A sentence with the name of its list, or with the question before it, if that is one and it
    is none itself; a record as a row of cells that have their names, a box that is ticked or not
    in words."""
    if lead == line:
        return _as_it_is(line)._replace(answers=False)
    answers = _asks(before) and not _asks(line) and len(before) <= _LONGEST_QUESTION
    text = f"{lead or before} " if lead or answers else ""
    box = _BOX.match(line)
    if box:
        text += "Done: " if box["done"].strip() else "Still to do: "
    parts = list[tuple[int, int, int]]()
    for field in _FIELD.finditer(line, box.end() if box else 0):
        text += ("; " if LABELLED.match(field[0]) else " ") * bool(parts)
        parts.append((len(text), field.start(), len(field[0])))
        text += field[0]
    return Told(text, tuple(parts))


def _as_read(line: str, names: Sequence[str], lead: str) -> Told:
    """A row with the names of its columns, or with what the table is called."""
    cells = _cells(line)
    if not names and "\t" not in line:
        return _as_it_is(line)
    text = ""
    parts = list[tuple[int, int, int]]()
    joint = "; " if names else ": " if len(cells) == 2 else " | "
    for name, (start, end) in zip(names or [""] * len(cells), cells, strict=True):
        if start == end:
            continue
        text += joint if text else f"{lead} " * bool(lead)
        text += f"{name.rstrip(':')}: " if name else ""
        parts.append((len(text), start, end - start))
        text += line[start:end]
    return Told(text, tuple(parts), columns=" | ".join(filter(None, names)))


def _cells(line: str) -> list[tuple[int, int]]:
    """Where the cells of a row stand, without the blanks around them; of other lines where all of
    it does."""
    if "\t" in line:
        return [match.span() for match in re.finditer(r"[^\t\n]+", line)]
    edges = [-1, *(match.start() for match in _CELLS.finditer(line)), len(line)]
    spans = [(a + 1, b) for a, b in pairwise(edges)]
    if line.startswith("|"):
        spans = spans[1:]
    if line.rstrip().endswith("|"):
        spans = spans[:-1]
    found = []
    for start, end in spans:
        words = line[start:end]
        left = start + len(words) - len(words.lstrip())
        found.append((left, max(left, end - (len(words) - len(words.rstrip())))))
    return found
