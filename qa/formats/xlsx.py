"""Spreadsheets (Office Open XML): a line a row, each of which says its sheet and number."""

from __future__ import annotations

import datetime as dt
import io
import re
import warnings
from collections.abc import Container, Iterator
from itertools import zip_longest
from typing import Any

from qa.errors import Cancelled, DocumentError
from qa.formats.building import TextBuilder
from qa.formats.extracted import Extracted, checkpoint
from qa.formats.ooxml import core_properties, number_shown, relations_of
from qa.formats.zipped import Package, attribute, local
from qa.text import whole

MOST_CELLS = 5_000_000
_UNCOMPUTED = re.compile(
    rb"""<c(?![^<>]*\bt="str")[^<>]*>\s*+<f(?:[^<>]*/>|[^<>]*>[^<]*</f>)\s*+(?:<v\s*+/>|<v></v>)?\s*+</c>"""
)
"""A cell with a formula and no value; one whose value is an empty text says that it is text."""
_ADVERTISEMENT = re.compile(r"\A\[Threaded comment\].*?\bComment:\s*", re.DOTALL)
"""What Excel puts before a conversation, for programs that know none; other languages have it in
other words, which stay."""
MOST_ROWS = 1 << 20
"""Of a sheet, as the format has it; one that says it has more never ends."""


def extract(data: bytes, name: str) -> Extracted:
    """The text of a workbook: what its cells showed when it was saved; of formulas that no program
    has computed yet, the formula.

    Raises:
        DocumentError: it is damaged, encrypted, too large, or has no words.
    """
    package = Package(data)
    builder = TextBuilder()
    try:
        _add_sheets(builder, data, _has_uncomputed(package), _notes(package))
    except (DocumentError, Cancelled):
        raise
    except Exception as error:  # openpyxl lets through whatever a damaged file makes of it
        raise DocumentError("damaged: it cannot be opened") from error
    metadata = core_properties(package)
    return builder.extracted(name, "xlsx", metadata.pop("title", ""), metadata)


def _has_uncomputed(package: Package) -> bool:
    """Whether some formula has no value beside it, as in files that programs other than
    spreadsheets wrote."""
    names = (name for name in package.names if name.startswith("xl/worksheets/"))
    return any(_UNCOMPUTED.search(piece) for name in names for piece in package.windows(name))


def _notes(package: Package) -> dict[str, dict[int, list[str]]]:
    """What was remarked on cells: by title of the sheet and number of the row, in order. Of a
    conversation about a cell, the old kind of note beside it holds all, behind an advertisement."""
    root = package.tree("xl/workbook.xml")
    parts = relations_of(package, "xl/workbook.xml")
    found: dict[str, dict[int, list[str]]] = {}
    for sheet in root.iter() if root is not None else ():
        if local(sheet) != "sheet":
            continue
        of_sheet: dict[int, list[str]] = {}
        # With the name space: a sheet has an "id" of its own by another name only.
        key = next((v for k, v in sheet.attrib.items() if k.endswith("relationships}id")), "")
        part = parts.pop(key, ("", ""))[1]  # one that is named twice is read once
        for kind, name in relations_of(package, part).values() if part else ():
            comments = package.tree(name) if kind == "comments" else None
            authors: list[str] = []
            for one in comments.iter() if comments is not None else ():
                if local(one) == "author":
                    authors.append((one.text or "").strip())
                row = re.sub(r"[A-Z$]", "", attribute(one, "ref"))
                if local(one) == "comment" and row:
                    said = "".join(part.text or "" for part in one.iter() if local(part) == "t")
                    said = _ADVERTISEMENT.sub("", said).strip()
                    for author in filter(None, authors):  # Excel begins a note with its writer
                        said = said.removeprefix(f"{author}:").strip()
                    if said:
                        of_sheet.setdefault(whole(row), []).append(said)
        found[attribute(sheet, "name")] = of_sheet
    return found


def _add_sheets(
    builder: TextBuilder, data: bytes, uncomputed: bool, notes: dict[str, dict[int, list[str]]]
) -> None:
    import openpyxl

    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # about what openpyxl would not write again
        book = openpyxl.load_workbook(io.BytesIO(data), read_only=True, data_only=True)
        asked = openpyxl.load_workbook(io.BytesIO(data), read_only=True) if uncomputed else book
        try:
            left = MOST_CELLS
            for sheet, formulas in zip(book.worksheets, asked.worksheets, strict=True):
                sheet.reset_dimensions()  # some programs write wrong ones
                formulas.reset_dimensions()
                numbered = []
                remarks = notes.get(sheet.title, {})
                for number, row in _rows(sheet, formulas if uncomputed else None, remarks):
                    checkpoint()
                    left -= len(row)
                    if left < 0:
                        raise DocumentError(f"more than {MOST_CELLS:,} cells")
                    numbered.append((number, row))
                last = numbered[-1][0] if numbered else 0
                numbered += [(number, []) for number in sorted(remarks) if number > last]
                hidden = "" if sheet.sheet_state == "visible" else " (hidden)"
                _add(builder, sheet.title + hidden, numbered, remarks)
        finally:
            book.close()
            asked.close()


def _add(
    builder: TextBuilder,
    title: str,
    numbered: list[tuple[int, list[str]]],
    remarks: dict[int, list[str]],
) -> None:
    if numbered:
        builder.heading(title, 2, f"{title}, row {numbered[0][0]}")
    rows: list[list[str]] = []
    places, before = [], 0
    notes: dict[int, list[str]] = {}
    for number, row in numbered:
        if before and number > before + 1:  # blank rows end a table
            rows.append([])
            places.append("")
        notes[len(rows)] = remarks.get(number, [])
        rows.append(row)
        places.append(f"{title}, row {number}")
        before = number
    builder.table(rows, places, notes=notes)


def _rows(sheet: Any, formulas: Any, remarks: Container[int]) -> Iterator[tuple[int, list[str]]]:
    """Rows with words, or with remarks on them, by their number.

    Args:
        formulas: the same sheet with formulas rather than values; None where each has its value.
    """
    both = zip_longest(sheet.iter_rows(), formulas.iter_rows() if formulas else ())
    for number, (row, asked) in enumerate(both, start=1):
        if number > MOST_ROWS:
            raise DocumentError("damaged: a sheet of more rows than there can be")
        cells = [_shown(cell) for cell in row or ()]
        for at, (cell, source) in enumerate(zip(row or (), asked or (), strict=False)):
            if cell.value is None and cell.data_type == "n" and source.data_type == "f":
                told = getattr(source.value, "text", source.value)
                cells[at] = told if isinstance(told, str) else ""
        while cells and not cells[-1]:
            cells.pop()
        if cells or number in remarks:
            yield number, cells


def _shown(cell: Any) -> str:
    """A value much as the sheet shows it."""
    value = cell.value
    if value is None:
        return ""
    if isinstance(value, bool):
        return str(value).upper()
    if isinstance(value, dt.datetime):
        if value.time() == dt.time():
            return value.date().isoformat()
        return value.isoformat(" ", "seconds" if value.second else "minutes")
    if isinstance(value, dt.time):
        return value.isoformat("seconds" if value.second else "minutes")
    if isinstance(value, dt.date):
        return value.isoformat()
    if isinstance(value, int | float):
        return number_shown(value, str(cell.number_format))
    return str(value)
