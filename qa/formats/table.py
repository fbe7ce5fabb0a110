"""Tables as text (CSV, TSV): a line a row, each of which says its number."""

from __future__ import annotations

import csv
import io
import re

from qa.formats.building import TextBuilder
from qa.formats.decode import decode
from qa.formats.extracted import Extracted

_SAMPLE = 1 << 16
_DELIMITERS = ",;\t|"


def extract(data: bytes, name: str) -> Extracted:
    """The text of a table.

    Raises:
        DocumentError: the bytes are not text, or have no words.
    """
    text = decode(data)
    delimiter = "\t" if name.lower().endswith((".tsv", ".tab")) else _delimiter(text[:_SAMPLE])
    builder = TextBuilder()
    rows, numbers = [], []
    before = 0
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter)
    try:
        for row in reader:
            rows.append(row)
            numbers.append(before + 1)
            before = reader.line_num
    except csv.Error:  # a cell of more than 128 kB: a quotation mark that nothing closes
        rest = re.split(r"\r\n|\n|\r", text)[before:]
        rows += [line.split(delimiter) for line in rest]
        numbers += range(before + 1, before + 1 + len(rest))
    builder.table(rows, [f"row {number}" for number in range(1, len(rows) + 1)], numbers)
    return builder.extracted(name, "table")


def _delimiter(sample: str) -> str:
    """The one that cuts the first rows into the most columns that are the same number."""
    best, columns = ",", 1.0
    for delimiter in _DELIMITERS:
        reader = csv.reader(io.StringIO(sample, newline=""), delimiter=delimiter)
        try:
            counts = [len(row) for row, _ in zip(reader, range(20), strict=False) if row]
        except csv.Error:
            continue
        usual = max(set(counts), key=counts.count) if counts else 0
        agreed = usual * counts.count(usual) / max(1, len(counts))
        if counts and counts[0] != usual:  # decimal commas stand in the rows, not in their head
            agreed /= 4
        if agreed > columns:
            best, columns = delimiter, agreed
    return best
