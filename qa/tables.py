"""The tables of a document: rows with the names of their columns, and what their cells say where
that can be compared. Lists of things with their prices are tables of two columns. Pure functions.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from itertools import groupby
from typing import NamedTuple

from qa.details import dates
from qa.layout import ITEM
from qa.reader import as_told
from qa.told import Told
from qa.types import Document, Span

_LONGEST_ITEM = 120
"""Characters of a thing with its price."""
_COMPARABLE = 0.7
"""Share of a column's cells that must be comparable."""
CURRENCY = re.compile(r"[£$€¥]")
_NUMBER = re.compile(r"(?<![\w.,])[-−+]?(?:[£$€¥]\s?)?[-−]?\d[\d.,’' ]*(?<![., ’'])(?!\w)")
_CLOCK = re.compile(r"\d{1,3}(?::\d\d){1,2}")
_GROUPED = re.compile(r"\d{1,3}(?:[,’' ]\d{3})+(?:\.\d+)?")
_GROUPED_BY_DOTS = re.compile(r"\d{1,3}(?:\.\d{3})+(?:,\d+)?")
_NOTHING = re.compile(r"free|none|nil|zero|no charge|gratis|kostenlos|keine?", re.IGNORECASE)
_MISSING = re.compile(r"\W*|n/?a|tb[acd]|unknown|\?+", re.IGNORECASE)
_UNIT = re.compile(r"[^\W\d_]+|[%°]")
_FIELD = re.compile(r"(?:^|; )([^;:|]{1,80}): ([^;|]*)")
_AMOUNT = re.compile(r"[£$€¥]\s?\d[\d.,]*\d|[£$€¥]\s?\d|\d[\d.,]*\s?(?:[€£]|EUR\b|CHF\b)")


class Row(NamedTuple):
    """A row of a table."""

    span: Span
    cells: dict[str, tuple[str, Span | None]]
    """By the names of the columns: what stands there, and where in the row."""
    columns: str
    """See `Told.columns`."""

    def cell(self, column: str) -> str:
        """What stands in a column, without marks around it; empty where nothing does."""
        return self.cells.get(column, ("", None))[0].strip("*_ ")

    def texts(self) -> list[str]:
        """What stands in its cells."""
        return [self.cell(name) for name in self.cells]

    def text(self) -> str:
        """The row with the names of its columns."""
        return "; ".join(f"{name}: {self.cell(name)}" for name in self.cells)


class Table(NamedTuple):
    """Rows below each other."""

    rows: list[Row]
    above: tuple[str, ...]
    """What it stands under: name of the file, title, headings, the line before."""


def tables(document: Document) -> Iterator[Table]:
    """The tables of a document whose columns have names, and lists of things with their prices."""
    before = ""
    for is_table, group in groupby(as_told(document.text), lambda one: _head(one[1])):
        some = list(group)
        if is_table and len(some) > 1:
            rows = [_row(*one) for one in some]
        else:
            priced = () if is_table else (_priced(document.text, *one) for one in some)
            rows = [row for row in priced if row]
        if len(rows) > 1:
            yield Table(rows, _above(document, rows[0].span.start, before))
        before = some[-1][1].text


def _head(line: Told) -> str:
    """What the rows of one table have in common: the names of its columns, or where these stand in
    every row, the first; empty for what is none."""
    names = [match[1].strip() for match in _FIELD.finditer(line.text)] if line.answers else []
    return line.columns or names[0] if len(names) > 1 else ""


def _row(span: Span, line: Told) -> Row:
    cells: dict[str, tuple[str, Span | None]] = {}
    for match in _FIELD.finditer(line.text):
        value = match[2].strip()
        start = match.start(2) + len(match[2]) - len(match[2].lstrip())
        place = line.in_line(start, start + len(value)) if value else None
        cells.setdefault(match[1].strip(), (value, Span(*place) if place else None))
    return Row(span, cells, line.columns)


def _priced(text: str, span: Span, line: Told) -> Row | None:
    """An item of a list that says one amount of money, as a row of a thing and its price."""
    words = span.of(text)
    amounts = list(_AMOUNT.finditer(words))
    listed = ITEM.match(words) or not words.rstrip().endswith((".", "!", ";"))
    if len(amounts) != 1 or len(words) > _LONGEST_ITEM or not listed or not line.answers:
        return None
    thing = (words[: amounts[0].start()] + words[amounts[0].end() :]).strip()
    return Row(span, {"": (thing, None), "price": (amounts[0][0], None)}, "")


def _above(document: Document, at: int, before: str) -> tuple[str, ...]:
    headings = list[str]()
    level = 99
    for heading in reversed(document.headings):
        if heading.span.start <= at and heading.level < level:
            headings.append(heading.text)
            level = heading.level
    return (document.path, document.title, *reversed(headings), before)


def values(cells: Sequence[str]) -> list[tuple[float, ...] | None] | None:
    """What is to be compared of each cell, None of those that say nothing: a number alone, a time
    in four numbers, a date in three. None where the cells cannot be compared: a few say something
    else, or two units stand among them."""
    there = [cell for cell in cells if not _MISSING.fullmatch(cell)]
    if len(there) < 2 or len(there) < _COMPARABLE * len(cells):
        return None
    read = [None if _MISSING.fullmatch(cell) else _value(cell) for cell in cells]
    found = [one for one in read if one]
    units = {unit for _, unit in found if unit}
    kinds = {len(value) for value, _ in found}
    dotted = {bool(_GROUPED_BY_DOTS.fullmatch(cell)) for cell in there}
    if len(found) < len(there) or len(units) > 1 or len(kinds) > 1 or len(dotted) > 1:
        return None
    return [one and one[0] for one in read]


def _value(cell: str) -> tuple[tuple[float, ...], str] | None:
    """What a cell says, to be compared, and its unit: one number, or a date, or a time of day or
    duration; None where it says something else, or several."""
    if _NOTHING.fullmatch(cell):
        return (0.0,), ""
    if clock := _CLOCK.fullmatch(cell):
        parts = [float(part) for part in clock[0].split(":")]
        return (*parts, *(0.0,) * (4 - len(parts))), f":{len(parts)}"
    if not cell.isdigit() and (found := dates(cell)):
        whole = len(found) == 1 and (found[0][0] or found[0][1])
        kind = "date" + "".join("1" if part else "0" for part in found[0])
        return (tuple(map(float, found[0])), kind) if whole else None
    numbers = list(_NUMBER.finditer(cell))
    if len(numbers) != 1 or len(cell) > 40:
        return None
    number = CURRENCY.sub("", numbers[0][0]).replace("−", "-").lstrip("+").strip()
    digits = number.lstrip("- ")
    if _GROUPED.fullmatch(digits):
        digits = re.sub(r"[,’' ]", "", digits)
    elif _GROUPED_BY_DOTS.fullmatch(digits) and "," in digits:
        digits = digits.replace(".", "").replace(",", ".")
    elif digits.count(",") == 1 and "." not in digits:
        digits = digits.replace(",", ".")
    try:
        value = float(digits)
    except ValueError:
        return None
    rest = cell[: numbers[0].start()] + cell[numbers[0].end() :]
    unit = "".join(CURRENCY.findall(cell)) + " ".join(
        word.lower().rstrip("s") for word in _UNIT.findall(rest)
    )
    return (-value if number.startswith("-") else value,), unit
