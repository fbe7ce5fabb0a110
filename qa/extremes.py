"""The row of a table that has most or least of something: "Who had the most absences?", "Which is
the cheapest ticket?".

No sentence says so, but all rows of the table do: the column that the question means is compared,
and the row quoted, with how many were compared. Where a cell cannot be compared with certainty (a
range, another unit), where something stands in several rows, so that they would have to be added
up, or where the question says something that the table does not know, nothing is found.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from typing import NamedTuple

from qa.details import SILENT, details, together
from qa.index import Index
from qa.layout import by_field
from qa.tables import CURRENCY, Row, Table, tables, values
from qa.text import MONTHS, ORDINALS, STOP_WORDS, WEEKDAYS, is_row, one_line, words_of_path
from qa.types import Evidence, Hit, Span

LONGEST = 200_000
"""Characters of a document whose tables are compared, which takes a tenth of a second."""
MOST_LISTED = 5_000
"""Documents among whose names words of the question are looked for."""
DOCUMENTS, MOST_ROWS = 4, 3
"""Documents, of those found first, whose tables are looked at; rows that are quoted."""
_UNKNOWN = 0.4
"""Share of a question's words that nothing in or above the table need hold: people ask in their
own."""

_MOST = {
    "most": "", "highest": "high", "largest": "size", "biggest": "size", "greatest": "",
    "longest": "length", "tallest": "high", "heaviest": "weight", "dearest": "price",
    "priciest": "price", "costliest": "price", "latest": "date", "newest": "new", "oldest": "age",
    "hottest": "heat", "warmest": "heat", "deepest": "depth", "widest": "width", "fastest": "speed",
}  # fmt: skip
_LEAST = {
    "least": "", "fewest": "", "lowest": "high", "smallest": "size", "shortest": "length",
    "lightest": "weight", "cheapest": "price", "earliest": "date", "youngest": "age",
    "coldest": "heat", "coolest": "heat", "shallowest": "depth", "narrowest": "width",
    "slowest": "speed",
}  # fmt: skip
_DEGREES = {"expensive": "price", "costly": "price", "recent": "date", "recently": "date"}
_ASKED = re.compile(
    rf"(?<!at )(?<!of )\b(?:(?P<place>{ORDINALS})[ -])?(?:(?P<degree>most|least)"
    rf" (?P<adjective>{'|'.join(_DEGREES)})|(?P<word>{'|'.join((*_MOST, *_LEAST))}))\b"
    r"(?! (?:of (?:the|these|those|all|my|our)|likely|important(?:ly)?|common(?:ly)?|often)\b)",
    re.IGNORECASE,
)
_NO_ENTITY = re.compile(
    r"\s*(?:why|how (?!much|many|old|long|far|high|tall|big|large)|is|are|was|were|do|does|did|has"
    r"|have|can|could|should|will|would|may|must)\b",
    re.IGNORECASE,
)
_COLUMNS: Mapping[str, tuple[str, str]] = {
    "price": (
        r"prices?|costs?|fees?|rent|charges?|amount|rates?|tariff|fares?|preis|kosten|miete|gebühr",
        "",
    ),
    "length": (
        r"lengths?|distance|duration|pages|time|länge|dauer"
        r"|^(?:km|miles?|m|metres?|meters?|hours?|h|minutes?|min|days)$",
        r"since|joined|start(?:ed)?",
    ),
    "high": (r"heights?|elevation|altitude|höhe", ""),
    "weight": (r"weights?|mass|gewicht|^(?:kg|g|grams|lbs?|tons|tonnes)$", ""),
    "size": (r"sizes?|area|population|capacity|volume|größe|fläche|einwohner|^(?:ha|acres)$", ""),
    "age": (
        r"age|ages|alter",
        r"born|birth|founded|built|opened|established|since|year|geboren|baujahr",
    ),
    "new": (r"born|founded|built|opened|established|since|joined|year|date|baujahr|datum", r"age"),
    "date": (r"dates?|day|year|when|published|released|joined|datum|jahr|tag", ""),
    "heat": (r"temp|temperatures?|temperatur|^°[CF]$", ""),
    "depth": (r"depths?|tiefe", ""),
    "width": (r"widths?|breite", ""),
    "speed": (r"speed|mph|kmh", r"times?|seconds?|minutes?"),
}
"""What the columns are called that an adjective speaks of, and those in which less is more."""
_FILLS = frozenset(
    (
        "thing",
        "things",
        "item",
        "items",
        "one",
        "ones",
        "any",
        "give",
        "gave",
        "got",
        "get",
        "much",
        "many",
    )
)
"""Words of a question that say nothing of its subject, besides the usual."""
_FEW = 3
"""Words of a cell that says what kind its row is of, and is no remark."""
_GENERAL = frozenset(("", "high", "size"))
"""Kinds of adjectives that are said of anything: "the highest fee", "the largest donation"."""
_ORDINALS = ORDINALS.split("|")
_AT_ONCE = re.compile(r"\b(?:(?:in|on|at|for) (?:a|any|any one) )?single\b(?: \w+)?", re.IGNORECASE)
_PERIOD = re.compile(r"\b(?:when|years?|months?|quarters?|days?|weeks?|seasons?)\b", re.IGNORECASE)
_PERIODS = re.compile(
    rf"(?:1\d|20)\d\d(?:[/–-]\d\d(?:\d\d)?)?|(?:{MONTHS}|{WEEKDAYS})(?: (?:1\d|20)\d\d)?"
    r"|(?:Q[1-4]|week \d+)(?: (?:1\d|20)\d\d)?",
    re.IGNORECASE,
)
"""Of names of columns: years, months, days, quarters."""
_NAME = re.compile(r"(?<!^)(?<![.!?] )\b[A-Z][\w'’-]*")
_SUMS = re.compile(
    r"\W*(?:(?:sub|grand )?totals?|sums?|averages?|means?|medians?|all|overall|gesamt|summe"
    r"|max(?:imum)?|min(?:imum)?|targets?)\b",
    re.IGNORECASE,
)
_WORD = re.compile(r"\d+(?:[.,:/]\d+)+|\w(?:[\w'’&-]*\w)?")


class Superlative(NamedTuple):
    """What a question asks the most or least of."""

    most: bool
    place: int
    """0 for the first, 1 for the second most."""
    kind: str
    """What its adjective speaks of: a key of `_COLUMNS`, or nothing."""
    adds_up: bool
    """Whether what stands in several rows counts together ("the most honey", but not "the highest
    weight")."""
    words: str
    """In which it asks for it: ``second highest``."""
    rest: str
    """The question without these."""


class Compared(NamedTuple):
    """A row that has most or least."""

    row: Row
    words: Span | None
    """Of the cell, in the row."""
    note: str
    """What was compared, in words."""


def superlative(question: str) -> Superlative | None:
    """What a question asks the most or least of; None where it asks something else."""
    match = _ASKED.search(question)
    if match is None or _NO_ENTITY.match(question) or len(_ASKED.findall(question)) > 1:
        return None
    place = _ORDINALS.index(match["place"].lower()) if match["place"] else 0
    word = (match["word"] or match["degree"]).lower()
    kind = _DEGREES.get((match["adjective"] or "").lower()) or {**_MOST, **_LEAST}[word]
    rest = f"{question[: match.start()]} {question[match.end() :]}"
    adds_up = not kind and not _AT_ONCE.search(rest)
    words = one_line(match[0]).lower()
    return Superlative(word in _MOST, place, kind, adds_up, words, _AT_ONCE.sub(" ", rest))


def extremes(question: str, hits: Sequence[Hit], index: Index) -> list[tuple[Evidence, str]]:
    """The rows that a question asks for, with what was compared, in words; none where it asks for
    no such thing, or the tables of the documents found do not tell for certain."""
    asked = superlative(question)
    if asked is None:
        return []
    best: list[tuple[tuple[float, int], Compared, str]] = []
    for path in _paths(asked, hits, index):
        document = index.store.document(path)
        if document is None or len(document.text) > LONGEST:
            continue
        for table in tables(document):
            known, compared = compare(asked, table, index.lexical.tokens)
            best += [(known, one, path) for one in compared]
    most = max((known for known, _, _ in best), default=None)
    chosen = [(one, path) for known, one, path in best if known == most][:MOST_ROWS]
    return [(found, one.note) for one, path in chosen if (found := _evidence(one, path, index))]


def _paths(asked: Superlative, hits: Sequence[Hit], index: Index) -> list[str]:
    """The documents whose tables are looked at: those found first, and those that have a word of
    the question in their name."""
    tokens = index.lexical.tokens
    wanted = _units(asked.rest, tokens, silent=True)
    found = list(dict.fromkeys(hit.passage.path for hit in hits))[:DOCUMENTS]
    if index.store.counts()[0] <= MOST_LISTED:
        paths = (one.path for one in index.store.sources())
        named = {path: len(wanted & _units(words_of_path(path), tokens)) for path in paths}
        found += sorted((path for path in named if named[path]), key=lambda path: -named[path])
    return list(dict.fromkeys(found))[: 2 * DOCUMENTS]


def is_any_row(question: str, evidence: Evidence) -> bool:
    """Whether a question asks for the most or least of something and evidence is a row of a table
    that says nothing of that: any of them would do as well."""
    match = _ASKED.search(question)
    if superlative(question) is None or match is None:
        return False
    row = bool(evidence.columns) or is_row(by_field(evidence.quote))
    return row and match[0].lower() not in f"{evidence.quote} {evidence.columns}".lower()


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
        rows = [row for row in table.rows if not _SUMS.match(row.texts()[0])]
        above = "\n".join((words_of_path(table.above[0]), *table.above[1:]))
        names = dict.fromkeys(name for row in rows for name in row.cells)
        of_columns = {name: _units(name, tokens) for name in names}
        wanted = _units(asked.rest, tokens, silent=True)
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
            _units(" ".join(cell for cell in row.texts() if len(cell.split()) <= _FEW), tokens)
            for row in rows
        ]
        return cls(rows, of_rows, of_columns, _units(above, tokens), wanted)

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
    if not known.rows or len(missing) > max(1, _UNKNOWN * len(known.wanted)) or missing & exact:
        return (0.0, 0), []
    near = len(known.wanted & _units("\n".join(table.above[2:]), tokens))
    share = 1 - len(missing) / max(1, len(known.wanted)), near
    if _PERIOD.search(asked.rest) and (found := _across(asked, known)):
        return share, found
    column, less = _column(asked, known)
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
    return [Compared(row, words, note)] if there else []


def _column(asked: Superlative, known: _Known) -> tuple[str | None, bool]:
    """The column that is to be compared, and whether less in it is more of what is asked; None
    where that is not certain."""
    cells = {name: [row.cell(name) for row in known.rows] for name in known.of_columns}
    comparable = [name for name in cells if values(cells[name]) is not None]
    shared = {name: len(known.of_columns[name] & known.wanted) for name in comparable}
    named = [name for name in comparable if shared[name] == max(shared.values()) > 0]
    general = asked.kind in _GENERAL
    for pattern, less in zip(_COLUMNS.get(asked.kind, ()), (False, True), strict=False):
        called = re.compile(rf"(?<!\w)(?:{pattern or '(?!)'})(?!\w)", re.IGNORECASE)
        spoken_of = [name for name in comparable if called.search(name)]
        found = [name for name in spoken_of if shared[name]]
        found = found or ([] if general and named else spoken_of)
        found = _plainest(found)
        if len(found) == 1:
            return found[0], less
    if asked.kind == "price":
        named = _plainest([name for name in comparable if CURRENCY.search(" ".join(cells[name]))])
    elif not named and general and known.wanted & known.above:
        named = [name for name in comparable if not any(map(_is_date, values(cells[name]) or ()))]
    return (named[0] if len(named) == 1 else None), False


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
    others = [name for name in known.of_columns if name != column]
    keys = [name for name in others if known.of_columns[name] & known.wanted] or others[:1]
    for key in keys if asked.adds_up else ():
        things = [one_line(row.cell(key)).lower() for row in rows]
        if 1 < len(set(things)) < len(things):
            return []
    places, note = _in_place(asked, [row.cell(column) for row in rows], less=less)
    alike = f"; {len(places)} have it" if len(places) > 1 else ""
    return [
        Compared(rows[place], rows[place].cells[column][1], f"{note} rows by “{column}”{alike}")
        for place in places[:MOST_ROWS]
    ]


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


def _is_date(value: tuple[float, ...] | None) -> bool:
    return value is not None and len(value) == 3


def _units(
    text: str, tokens: Callable[[str], list[str]], *, silent: bool = False
) -> frozenset[str]:
    """Stems of the words of a text, and its numbers as they are; without those that say nothing of
    a subject where it is a question."""
    words = [re.sub(r"['’]s$", "", word) for word in _WORD.findall(text)]
    if silent:
        words = [word for word in words if word.lower() not in STOP_WORDS | _FILLS]
    return frozenset(
        stem for word in words for stem in ([word.lower()] if word[0].isdigit() else tokens(word))
    )


def _evidence(one: Compared, path: str, index: Index) -> Evidence | None:
    """A row as evidence; None where its document was deleted meanwhile."""
    span = one.row.span
    [ids] = index.store.passage_ids([path])
    passages = index.store.passages(ids).values()
    near = next((it for it in passages if it.span.start <= span.start < it.span.end), None)
    document = index.store.document(path)
    if near is None or document is None:
        return None
    words = one.words and one.words.shifted(span.start)
    whole = replace(near, span=span, text=span.of(document.text))
    return Evidence(whole, span, 1.0, words, one.row.columns)
