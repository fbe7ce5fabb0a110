"""The tables of a document: rows with the names of their columns, and what their cells say where
that can be compared. Lists of things with their prices are tables of two columns. Pure functions.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from itertools import groupby
from typing import NamedTuple

from qa.details import dates
from qa.layout import ITEM
from qa.reader import as_told
from qa.told import Told
from qa.types import Document, Span

_ABOVE = 3
"""Lines before a table that may say what it is of."""
_LONGEST_ITEM = 120
"""Characters of a thing with its price."""
_COMPARABLE = 0.7
"""Share of a column's cells that must be comparable."""
CURRENCY = re.compile(r"[£$€¥]|\b(?:EUR|USD|GBP|CHF)\b")
_NUMBER = re.compile(r"(?<![\w.,])[-−+]?(?:[£$€¥]\s?)?[-−]?\d[\d.,’' ]*(?<![., ’'])(?!\w)")
_CLOCK = re.compile(r"\d{1,3}(?::\d\d){1,2}")
_GROUPED = re.compile(r"\d{1,3}(?:[,’' ]\d{3})+(?:\.\d+)?")
_GROUPED_BY_DOTS = re.compile(r"\d{1,3}(?:\.\d{3})+(?:,\d+)?")
_BY_COMMAS = re.compile(r"(?<![\d,.])\d{1,3}(?:,\d{3})+(?!\d|,\d)")
_BY_DOTS = re.compile(r"(?<![\d,.])\d{1,3}(?:\.\d{3})+(?!\d|\.\d)")
_UNSURE = re.compile(
    r"[~<>≈±]|\(\s*[£$€¥]?\d[\d.,]*\s*\)|\d-$|\d\.$|\b(?:BCE?|ca|about|over|under|up to)\b"
)
"""What makes a number another than it looks, or not a certain one."""
_NOTHING = re.compile(r"free|nil|zero|no charge|gratis|kostenlos", re.IGNORECASE)
_MISSING = re.compile(r"\W*|n/?a|tb[acd]|unknown|\?+", re.IGNORECASE)
_UNIT = re.compile(r"[^\W\d_]+|[%°]")
_FIELD = re.compile(r"(?:^|; )([^;:|]{1,80}): (.*?)(?=; [^;:|]{1,80}: |$)")
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
    told = ((_head(line), span, line) for span, line in as_told(document.text, listed=False))
    for head, group in groupby(told, lambda one: one[0]):
        some = [(span, line) for _, span, line in group]
        if head:
            rows = [_row(*one) for one in some]
            if len(rows) > 1:
                yield Table(rows, _above(document, rows[0].span.start, before))
        else:
            yield from _priced_lists(document, some, before)
        before = " ".join(line.text for _, line in some[-_ABOVE:])


def _priced_lists(
    document: Document, lines: Iterable[tuple[Span, Told]], before: str
) -> Iterator[Table]:
    """Of lines those next to each other that name a thing with its price."""
    rows = list[Row]()
    for span, line in lines:
        if row := _priced(document.text, span, line):
            rows.append(row)
            continue
        if len(rows) > 1:
            yield Table(rows, _above(document, rows[0].span.start, before))
        rows, before = [], line.text
    if len(rows) > 1:
        yield Table(rows, _above(document, rows[0].span.start, before))


def _head(line: Told) -> str:
    """What the rows of one table have in common: the names of its columns, or where these stand in
    every row, the first; empty for what is none."""
    names = [match[1].strip() for match in _FIELD.finditer(line.text)]
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
    in four numbers, a date in three. None where the cells cannot be compared for certain: a few say
    something else, some have another unit or none, or commas and dots may mean either."""
    there = [cell for cell in cells if not _MISSING.fullmatch(cell)]
    if len(there) < 2 or len(there) < _COMPARABLE * len(cells):
        return None
    read = [None if _MISSING.fullmatch(cell) else _value(cell) for cell in cells]
    found = [one for one in read if one]
    units = {unit for value, unit in found if any(value) or unit}
    kinds = {len(value) for value, _ in found}
    if len(found) < len(there) or len(units) > 1 or len(kinds) > 1 or _either(there):
        return None
    return [one and one[0] for one in read]


def _either(cells: Sequence[str]) -> bool:
    """Whether the commas or dots of some numbers part thousands in one and decimals in another."""
    for mark, grouped in ((",", _BY_COMMAS), (".", _BY_DOTS)):
        marked = [cell for cell in cells if mark in cell]
        if len({bool(grouped.search(cell)) for cell in marked}) > 1:
            return True
    return len({bool(_BY_DOTS.search(cell)) for cell in cells}) > 1


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
    if len(numbers) != 1 or len(cell) > 40 or _UNSURE.search(cell):
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
