"""Spreadsheets (Office Open XML): a line a row, each of which says its sheet and number."""

from __future__ import annotations

import datetime as dt
import io
import re
import warnings
from collections.abc import Iterator
from typing import Any

from qa.errors import Cancelled, DocumentError
from qa.formats.building import TextBuilder
from qa.formats.extracted import Extracted, checkpoint
from qa.formats.ooxml import core_properties
from qa.formats.zipped import Package

_NAMED = r'"([^"]+)"|\[\$([^\]-]+)[^\]]*\]'
_UNIT = re.compile(rf"(?:{_NAMED})?\s?[#0,.?]+\s?(?:{_NAMED})?")
"""A shape of numbers with a unit: ``#,##0.00 "EUR"``."""
MOST_CELLS = 5_000_000
MOST_ROWS = 1 << 20
"""Of a sheet, as the format has it; one that says it has more never ends."""


def extract(data: bytes, name: str) -> Extracted:
    """The text of a workbook: what its cells showed when it was saved.

    Raises:
        DocumentError: it is damaged, encrypted, too large, or has no words.
    """
    package = Package(data)
    builder = TextBuilder()
    try:
        _add_sheets(builder, data)
    except (DocumentError, Cancelled):
        raise
    except Exception as error:  # openpyxl lets through whatever a damaged file makes of it
        raise DocumentError("damaged: it cannot be opened") from error
    metadata = core_properties(package)
    return builder.extracted(name, "xlsx", metadata.pop("title", ""), metadata)


def _add_sheets(builder: TextBuilder, data: bytes) -> None:
    import openpyxl

    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # about what openpyxl would not write again
        book = openpyxl.load_workbook(io.BytesIO(data), read_only=True, data_only=True)
        try:
            left = MOST_CELLS
            for sheet in book.worksheets:
                sheet.reset_dimensions()  # some programs write wrong ones
                numbered = []
                for number, row in _rows(sheet):
                    checkpoint()
                    left -= len(row)
                    if left < 0:
                        raise DocumentError(f"more than {MOST_CELLS:,} cells")
                    numbered.append((number, row))
                _add(builder, sheet.title, numbered)
        finally:
            book.close()


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


def _rows(sheet: Any) -> Iterator[tuple[int, list[str]]]:
    """Rows with words, by their number."""
    for number, row in enumerate(sheet.iter_rows(), start=1):
        if number > MOST_ROWS:
            raise DocumentError("damaged: a sheet of more rows than there can be")
        cells = [_shown(cell) for cell in row]
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
        return _number(value, str(cell.number_format))
    return str(value)


def _number(value: float, shape: str) -> str:
    """All digits that a sheet keeps, which is fifteen; percent and leading zeros as shown."""
    if shape.endswith("%"):
        return f"{value * 100:.12g}%"
    if (unit := _UNIT.fullmatch(shape)) and any(unit.groups()):
        before, after = unit[1] or unit[2] or "", unit[3] or unit[4] or ""
        return f"{before} {_number(value, '')} {after}".strip()
    if isinstance(value, int) or (value.is_integer() and abs(value) < 1e15):
        digits = str(int(value))
        return digits.zfill(len(shape)) if shape and not shape.strip("0") else digits
    return f"{value:.15g}"
