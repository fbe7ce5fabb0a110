"""Jupyter notebooks: the text and code of the cells, and what they printed."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from typing import Any

from qa.errors import DocumentError
from qa.formats.building import TextBuilder
from qa.formats.decode import decode
from qa.formats.extracted import Extracted
from qa.formats.markdown import plain

_HEADING = re.compile(r"[ ]{0,3}(#{1,6})[ \t]+(\S.*)")
_FENCE = re.compile(r" {0,3}(`{3,}|~{3,})")
_ESCAPE = re.compile(r"\x1b\[[0-9;?]*[A-Za-z]")
_ERROR = ("ename", "evalue")
_MOST_PRINTED = 4000
"""Characters of what a cell printed: the rest is a log."""


def extract(data: bytes, name: str) -> Extracted:
    """The text of a notebook.

    Raises:
        DocumentError: it is none, or has no words.
    """
    try:
        book = json.loads(decode(data))
        sheets = [book] if "cells" in book else book["worksheets"]  # version 3
        cells = [cell for sheet in sheets for cell in sheet["cells"] if isinstance(cell, dict)]
    except (ValueError, KeyError, TypeError, IndexError, AttributeError, RecursionError) as error:
        raise DocumentError("not a notebook, though its name says so") from error
    builder = TextBuilder()
    for number, cell in enumerate(cells, start=1):
        place = f"cell {number}"
        source = _joined(cell.get("source", cell.get("input", "")))
        if cell.get("cell_type") == "code":
            builder.paragraph(source, place)
            for printed in _printed(cell.get("outputs", ())):
                builder.paragraph(_ESCAPE.sub("", printed)[:_MOST_PRINTED], place)
        elif cell.get("cell_type") == "heading" and cell.get("level") in range(1, 7):
            builder.heading(source, cell["level"], place)
        else:
            _add_markdown(builder, source, place)
    metadata = book.get("metadata", {})
    metadata = metadata if isinstance(metadata, dict) else {}
    authors = metadata.get("authors")
    named = [one.get("name", "") for one in authors or () if isinstance(one, dict)]
    title = metadata.get("title")
    fields = {"author": ", ".join(map(str, named))}
    return builder.extracted(name, "notebook", title if isinstance(title, str) else "", fields)


def _joined(source: Any) -> str:
    parts = source if isinstance(source, list) else [source]
    return "".join(part for part in parts if isinstance(part, str))


def _printed(outputs: Any) -> Iterator[str]:
    for output in outputs if isinstance(outputs, list) else ():
        if isinstance(output, dict):
            data = output.get("data", output)
            data = data if isinstance(data, dict) else {}
            text = _joined(output.get("text", data.get("text/plain", "")))
            yield text or ": ".join(filter(None, (_joined(output.get(key)) for key in _ERROR)))


def _add_markdown(builder: TextBuilder, source: str, place: str) -> None:
    paragraph: list[str] = []
    fence = ""
    for line in [*source.split("\n"), ""]:
        mark = _FENCE.match(line)
        if mark and (not fence or mark[1].startswith(fence)):
            fence = "" if fence else mark[1]
        heading = None if fence else _HEADING.match(line)
        if heading or (not line.strip() and not fence):
            builder.paragraph("\n".join(paragraph), place)
            paragraph = []
        if heading:
            builder.heading(plain(heading[2].rstrip("# ")), len(heading[1]), place)
        elif line.strip():
            paragraph.append(line)
    builder.paragraph("\n".join(paragraph), place)
