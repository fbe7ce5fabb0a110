"""Of the rows of a table those that have most or least of something: which column a question
means, which rows it speaks of, and whether that is certain. Pure functions.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import NamedTuple

from qa.details import SILENT, details, together
from qa.superlatives import Superlative
from qa.tables import CURRENCY, Row, Table, values
from qa.text import MONTHS, STOP_WORDS, WEEKDAYS, one_line, words_of_path
from qa.types import Span

_UNKNOWN = 0.4
"""Share of a question's words that nothing in or above the table need hold: people ask in their
own."""

_WHEN, _IN = r"(?:(?:year|date) (?:of )?)?", r"(?: (?:in|on|year|date))?"
_COLUMNS: Mapping[str, tuple[str, str]] = {
    "price": (
        r"prices?|costs?|fees?|rent|charges?|amount|rates?|tariff|fares?|preis|kosten|miete|gebühr",
        "",
    ),
    "length": (
        r"lengths?|distance|duration|länge|dauer"
        r"|^(?:km|miles?|m|metres?|meters?|hours?|h|minutes?|min|days|pages)$",
        r"^(?:since|member since|joined|started)$",
    ),
    "high": (r"heights?|elevation|altitude|höhe", ""),
    "weight": (r"weights?|mass|gewicht|^(?:kg|g|grams|lbs?|tons|tonnes)$", ""),
    "size": (r"sizes?|area|population|capacity|volume|größe|fläche|einwohner|^(?:ha|acres)$", ""),
    "age": (
        r"^(?:age|alter)$",
        rf"^{_WHEN}(?:born|birth|founded|founding|built|construction|established|year){_IN}$"
        r"|^(?:geboren|baujahr|jahr)$",
    ),
    "new": (
        rf"^{_WHEN}(?:born|birth|founded|built|opened|established|joined|year|date){_IN}$"
        r"|^(?:baujahr|datum|jahr)$",
        r"^age$",
    ),
    "date": (r"^(?:dates?|day|year|when|published|released|joined|datum|jahr|tag)$", ""),
    "heat": (r"temp|temperatures?|temperatur|^°[CF]$", ""),
    "depth": (r"depths?|tiefe", ""),
    "width": (r"widths?|breite", ""),
    "speed": (r"speed|^(?:mph|km/?h)$", r"^(?:finish(?:ing)? )?time$"),
}
"""What the columns are called that an adjective speaks of, and those in which less is more."""
_FILLS = frozenset(
    ("thing", "things", "item", "items", "one", "ones", "any", "give", "gave", "got", "get", "much")
) | {"many"}
"""Words of a question that say nothing of its subject, besides the usual."""
_FEW = 3
"""Words of a cell that says what kind its row is of, and is no remark."""
_GENERAL = frozenset(("", "high", "size"))
"""Kinds of adjectives that are said of anything: "the highest fee", "the largest donation"."""
_TELLING = frozenset(("length", "weight", "heat", "depth", "width", "speed"))
"""Those that tell what is compared, whatever else a question says."""
_OF_DATES = frozenset(("date", "new", "age"))
_IDENTIFIES = re.compile(
    r"\b(?:no|nr|num|numbers?|ids?|codes?|phones?|tel|fax|postcode|zip|isbn|rank|place|position)\b|#",
    re.IGNORECASE,
)
"""Names of columns whose numbers count nothing."""
_PERIOD = re.compile(r"\b(?:when|years?|months?|quarters?|days?|weeks?|seasons?)\b", re.IGNORECASE)
_PERIODS = re.compile(
    rf"(?:1\d|20)\d\d(?:[/–-]\d\d(?:\d\d)?)?|(?:{MONTHS}|{WEEKDAYS})(?: (?:1\d|20)\d\d)?"
    r"|(?:Q[1-4]|week \d+)(?: (?:1\d|20)\d\d)?",
    re.IGNORECASE,
)
"""Of names of columns: years, months, days, quarters."""
_NAME = re.compile(r"(?<!^)(?<![.!?] )\b[A-Z][\w'’-]*")
_SUMS = re.compile(
    r"\W*(?:(?:sub|grand|net|gross|overall)[ -]?)?(?:totals?|sums?|gesamt|summe)\b.*"
    r"|\W*(?:averages?|means?|medians?|all|overall|together|maximum|minimum|(?-i:max|min)|targets?|Σ)\W*",
    re.IGNORECASE,
)
_BEEN = re.compile(r"\b(?:been|served|stayed|there|here)\b", re.IGNORECASE)
_HEAD = re.compile(r"\s*(?:which|what|whose)\s+([\w'’-]+)", re.IGNORECASE)
_WORD = re.compile(r"\d+(?:[.,:/]\d+)+|\w(?:[\w'’&-]*\w)?")


class Compared(NamedTuple):
    """A row that has most or least."""

    row: Row
    words: Span | None
    """Of the cell, in the row on one line."""
    note: str
    """What was compared, in words."""
    named: bool
    """Whether the question names the column."""


class _Known(NamedTuple):
    """A table beside a question: their words as the index's terms."""

    rows: list[Row]
    of_rows: list[frozenset[str]]
    of_columns: dict[str, frozenset[str]]
    above: frozenset[str]
    wanted: frozenset[str]
    """Of the question."""

    @classmethod
    def of(cls, asked: Superlative, table: Table, tokens: Callable[[str], list[str]]) -> _Known:
        rows = [row for row in table.rows if not _SUMS.fullmatch(row.texts()[0])]
        above = "\n".join((words_of_path(table.above[0]), *table.above[1:]))
        names = dict.fromkeys(name for row in rows for name in row.cells)
        of_columns = {name: terms(name, tokens) for name in names}
        wanted = terms(asked.rest, tokens, silent=True)
        of_date = {unit for unit in wanted if unit.isdigit() or re.fullmatch(MONTHS, unit)}
        pinned = details(asked.rest)
        if of_date & frozenset[str]().union(*of_columns.values()):  # "in 2023": a column
            pinned = pinned._replace(dates=())
        if pinned.dates:
            wanted -= of_date
        if pinned:
            around = pinned.said(above)
            rows = [row for row in rows if min(together(pinned.said(row.text()), around)) > SILENT]
        of_rows = [
            terms(" ".join(cell for cell in row.texts() if len(cell.split()) <= _FEW), tokens)
            for row in rows
        ]
        return cls(rows, of_rows, of_columns, terms(above, tokens), wanted)

    def missing(self) -> frozenset[str]:
        """Terms of the question that the table does not know."""
        return self.wanted - self.above.union(*self.of_columns.values(), *self.of_rows)


def compare(
    asked: Superlative, table: Table, tokens: Callable[[str], list[str]]
) -> tuple[tuple[float, int], list[Compared]]:
    """How much of a question a table knows, and how many of its words stand just above it; and of
    its rows those that have the most or least, none where it does not tell.

    Args:
        asked: the question.
        table: of a document.
        tokens: the index's terms of a text.
    """
    known = _Known.of(asked, table, tokens)
    missing = known.missing()
    names = (stem for word in _NAME.findall(asked.rest.strip()) for stem in tokens(word))
    exact = {unit for unit in missing if any(map(str.isdigit, unit))} | set(names)
    behind = terms(asked.behind, tokens, silent=True)
    most = max(1.0, _UNKNOWN * len(known.wanted))
    if asked.kind in _TELLING:
        most = max(most, len(known.wanted) - 1)
    elif asked.kind in _GENERAL:  # of what, nothing but these words tell
        exact |= behind
    if not known.rows or len(missing) > most or missing & exact:
        return (0.0, 0), []
    near = len(known.wanted & terms("\n".join(table.above[2:]), tokens))
    share = 1 - len(missing) / max(1, len(known.wanted)), near
    if _PERIOD.search(asked.rest) and (found := _across(asked, known)):
        return share, found
    heads = _HEAD.match(asked.before)
    head = terms(heads[1], tokens) if heads else frozenset[str]()
    column, less = _column(asked, known, behind, head, certain=not missing)
    return share, [] if column is None else _down(asked, known, column, less)


def _across(asked: Superlative, known: _Known) -> list[Compared]:
    """Of the row that a question names the cells that have most or least, where the columns are
    years, months or the like."""
    _, *periods = known.of_columns
    if len(periods) < 2 or not all(map(_PERIODS.fullmatch, periods)):
        return []
    held = [len(known.wanted & units) for units in known.of_rows]
    if not max(held) or held.count(max(held)) > 1:
        return []
    row = known.rows[held.index(max(held))]
    places, note = _in_place(asked, [row.cell(period) for period in periods], less=False)
    there = [periods[place] for place in places]
    words = row.cells[there[0]][1] if len(there) == 1 else None
    note = f"{note} columns: “{'”, “'.join(there)}”"
    return [Compared(row, words, note, True)] if there else []


def _column(
    asked: Superlative,
    known: _Known,
    behind: frozenset[str],
    head: frozenset[str],
    *,
    certain: bool,
) -> tuple[str | None, bool]:
    """The column that is to be compared, and whether less in it is more of what is asked; None
    where that is not certain.

    Args:
        asked: the question.
        known: the table.
        behind: terms of what is asked the most of.
        head: of what kind of thing is asked for ("which year").
        certain: whether the table knows all words of the question.
    """
    read = {
        name: values([row.cell(name) for row in known.rows])
        for name in known.of_columns
        if not _IDENTIFIES.search(name) and not (head and known.of_columns[name] <= head)
    }
    comparable = {name: found for name, found in read.items() if found is not None}
    shared = {name: len(known.of_columns[name] & known.wanted) for name in comparable}
    named = [name for name in comparable if shared[name] == max(shared.values()) > 0]
    more, less = (_called(pattern, comparable) for pattern in _COLUMNS.get(asked.kind, ("", "")))
    for spoken_of, turned in ((more, False), (less, True)):
        found = _plainest([name for name in spoken_of if shared[name]])
        if len(found) == 1:
            return found[0], turned
    dated = asked.kind in _OF_DATES
    if dated:
        named = [name for name in named if all(map(_is_dated, comparable[name]))]
    if len(named) == 1:
        what = behind & known.of_columns[named[0]]  # "the longest guarantee"
        if what or dated or asked.kind in _GENERAL:
            return named[0], False
    if not named and asked.kind in _GENERAL and behind and behind <= known.above:
        found = [name for name in comparable if not any(map(_is_date, comparable[name]))]
        return (found[0] if len(found) == 1 else None), False
    if dated and not certain:
        return None, False
    if asked.kind == "length" and not _BEEN.search(asked.rest):
        less = []
    for spoken_of, turned in ((more, False), (less, True)):
        found = _plainest(spoken_of)
        if len(found) == 1 and not (asked.kind in _GENERAL and named):
            return found[0], turned
    if asked.kind == "price":
        money = [
            name
            for name in comparable
            if CURRENCY.search(" ".join(row.cell(name) for row in known.rows))
        ]
        return (money[0] if len(money) == 1 else None), False
    return None, False


def _called(pattern: str, names: Iterable[str]) -> list[str]:
    """Names of columns that hold one of some words."""
    word = re.compile(rf"(?<!\w)(?:{pattern or '(?!)'})(?!\w)", re.IGNORECASE)
    return [name for name in names if word.search(name)]


def _plainest(names: Sequence[str]) -> list[str]:
    """Of some names of columns those of the fewest words: "Price" rather than "Price from 10"."""
    fewest = min((len(name.split()) for name in names), default=0)
    return [name for name in names if len(name.split()) == fewest]


def _down(asked: Superlative, known: _Known, column: str, less: bool) -> list[Compared]:
    """Of the rows that a question speaks of those that have most or least in a column."""
    telling = known.wanted - known.of_columns[column]
    telling -= frozenset.intersection(*known.of_rows)
    held = [len(telling & units) for units in known.of_rows]
    rows = [row for row, own in zip(known.rows, held, strict=True) if own == max(held)]
    if asked.adds_up and _repeat(rows, known, column):
        return []
    places, note = _in_place(asked, [row.cell(column) for row in rows], less=less)
    alike = f"; {len(places)} have it" if len(places) > 1 else ""
    note = f"{note} rows by “{column}”{alike}"
    named = bool(known.of_columns[column] & known.wanted)
    return [Compared(rows[place], rows[place].cells[column][1], note, named) for place in places]


def _repeat(rows: Sequence[Row], known: _Known, column: str) -> bool:
    """Whether the things that rows are about stand in several of them, so that what is counted
    would have to be added up: in the columns that the question names, or where no column of words
    has another thing in each row."""
    things = {
        name: [one_line(row.cell(name)).lower() for row in rows]
        for name in known.of_columns
        if name != column
    }
    again = {name for name, some in things.items() if 1 < len(set(some)) < len(some)}
    words = {name for name, some in things.items() if values(some) is None}
    named = {name for name in words if known.of_columns[name] & known.wanted}
    return bool(named & again) or bool(words and words <= again) or (not words and bool(again))


def _in_place(asked: Superlative, cells: Sequence[str], *, less: bool) -> tuple[list[int], str]:
    """Which cells are in the place that is asked for, and that in words; none where they cannot be
    compared, or all say the same."""
    found = values(cells) or []
    ordered = sorted({one for one in found if one}, reverse=asked.most != less)
    if len(ordered) < 2 or asked.place >= len(ordered):
        return [], ""
    places = [place for place, one in enumerate(found) if one == ordered[asked.place]]
    there = sum(one is not None for one in found)
    among = f"{there}" if there == len(found) else f"{there} of {len(found)}"
    return places, f"{asked.words} of {among}"


def _is_dated(value: tuple[float, ...] | None) -> bool:
    """Whether a value is a date, a year, or none."""
    return value is None or len(value) == 3 or (len(value) == 1 and 1500 <= value[0] < 2200)


def _is_date(value: tuple[float, ...] | None) -> bool:
    return value is not None and len(value) == 3


def terms(text: str, tokens: Callable[[str], list[str]], *, silent: bool = False) -> frozenset[str]:
    """Stems of the words of a text, and its numbers as they are; without those that say nothing of
    a subject where it is a question."""
    words = [re.sub(r"['’]s$", "", word) for word in _WORD.findall(text)]
    if silent:
        words = [word for word in words if word.lower() not in STOP_WORDS | _FILLS]
    return frozenset(
        stem for word in words for stem in ([word.lower()] if word[0].isdigit() else tokens(word))
    )
