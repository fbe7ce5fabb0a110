"""Spreadsheets (Office Open XML): a line a row, each of which says its sheet and number."""

from __future__ import annotations

import datetime as dt
import io
import re
import warnings
from collections.abc import Iterator
from itertools import zip_longest
from typing import Any

from qa.errors import Cancelled, DocumentError
from qa.formats.building import TextBuilder
from qa.formats.extracted import Extracted, checkpoint
from qa.formats.ooxml import core_properties, number_shown
from qa.formats.zipped import Package

MOST_CELLS = 5_000_000
_UNCOMPUTED = re.compile(
    rb"""<c(?![^<>]*\bt="str")[^<>]*>\s*+<f(?:[^<>]*/>|[^<>]*>[^<]*</f>)\s*+(?:<v\s*+/>|<v></v>)?\s*+</c>"""
)
"""A cell with a formula and no value; one whose value is an empty text says that it is text."""
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
        _add_sheets(builder, data, _has_uncomputed(package))
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


def _add_sheets(builder: TextBuilder, data: bytes, uncomputed: bool) -> None:
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
                for number, row in _rows(sheet, formulas if uncomputed else None):
                    checkpoint()
                    left -= len(row)
                    if left < 0:
                        raise DocumentError(f"more than {MOST_CELLS:,} cells")
                    numbered.append((number, row))
                hidden = "" if sheet.sheet_state == "visible" else " (hidden)"
                _add(builder, sheet.title + hidden, numbered)
        finally:
            book.close()
            asked.close()


def _add(builder: TextBuilder, title: str, numbered: list[tuple[int, list[str]]]) -> None:
    if numbered:
        builder.heading(title, 2, f"{title}, row {numbered[0][0]}")
    rows: list[list[str]] = []
    places, before = [], 0
    for number, row in numbered:
        if before and number > before + 1:  # blank rows end a table
            rows.append([])
            places.append("")
        rows.append(row)
        places.append(f"{title}, row {number}")
        before = number
    builder.table(rows, places)


def _rows(sheet: Any, formulas: Any) -> Iterator[tuple[int, list[str]]]:
    """Rows with words, by their number.

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
        if cells:
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
