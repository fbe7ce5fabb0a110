"""Charts and diagrams (SmartArt) of Office Open XML: parts of their own, which a slide or a text
refers to."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Iterator
from typing import Any

from qa.formats.building import TextBuilder
from qa.formats.ooxml import Relations, number_shown
from qa.formats.zipped import Package, attribute, local

_MOST_DEEP = 50
_MOST_POINTS = 100_000
_FIRST_DAY = dt.datetime(1899, 12, 30)
_DATED = frozenset("ymd")


DRAWINGS = ("chart", "relIds")
"""Names of the elements that refer to a chart or a diagram."""


def add_drawing(
    builder: TextBuilder,
    package: Package,
    relations: Relations,
    element: Any,
    place: str,
) -> None:
    """Add what a chart or a diagram says.

    Args:
        relations: of the part that holds the element.
        element: one of `DRAWINGS`.
        place: where it stands.

    Raises:
        DocumentError: it is damaged.
    """
    is_chart = local(element) == "chart"
    name = "relationships}id" if is_chart else "relationships}dm"
    key = next((value for one, value in element.attrib.items() if one.endswith(name)), "")
    part = relations.get(key, ("", ""))[1]
    tree = package.tree(part) if part else None
    if tree is None:
        return
    if is_chart:
        lines: Iterable[str] = _chart(tree)
    else:
        lines = _diagram(tree)
    for words in lines:
        builder.paragraph(words, place)


def _chart(root: Any) -> Iterator[str]:
    """Its title, and each category with its values: ``2019; Wheat: 12; Barley: 7``."""
    chart = next((one for one in root if local(one) == "chart"), root)
    yield from (_told(one) for one in chart if local(one) == "title")
    series = [one for one in chart.iter() if local(one) == "ser"]
    names: list[str] = []
    columns: list[dict[int, str]] = []
    categories: dict[int, str] = {}
    for one in series:
        parts = {local(part): part for part in one}
        named = _points(parts["tx"]) if "tx" in parts else {}
        names.append(" ".join(named.values()))
        across = parts["cat"] if "cat" in parts else parts.get("xVal")
        down = parts["val"] if "val" in parts else parts.get("yVal")
        categories = {**(_points(across) if across is not None else {}), **categories}
        columns.append(_points(down) if down is not None else {})
    for at in sorted({at for column in columns for at in column}):
        cells = [categories.get(at, "")]
        for name, column in zip(names, columns, strict=True):
            if at in column:
                cells.append(f"{name}: {column[at]}" if name else column[at])
        yield "; ".join(filter(None, cells))


def _told(element: Any) -> str:
    """The words of a title, which the file keeps as text or as a copy of a cell."""
    tags = ("t", "v")
    return " ".join("".join(one.text or "" for one in element.iter() if local(one) in tags).split())


def _points(element: Any) -> dict[int, str]:
    """Values as they were last shown, by their place. Categories of several levels are read from
    the outermost in: ``2019 North``."""
    values: dict[int, str] = {}
    levels = [one for one in element.iter() if local(one) == "lvl"]
    for level in reversed(levels):
        own = _points_of(level, "")
        held = ""
        for at in sorted(set(values) | set(own) | set(_points_of(levels[0], ""))):
            held = own.get(at, held)  # an outer one holds until the next
            values[at] = f"{values.get(at, '')} {held}".strip()
    if levels:
        return values
    shape = next((one.text or "" for one in element.iter() if local(one) == "formatCode"), "")
    return _points_of(element, shape)


def _points_of(element: Any, shape: str) -> dict[int, str]:
    values: dict[int, str] = {}
    for one in element.iter():
        tag = local(one)
        if tag == "pt" and len(values) < _MOST_POINTS:
            at = attribute(one, "idx")
            text = next((part.text or "" for part in one if local(part) == "v"), "").strip()
            if at.isdecimal() and text:
                values[int(at)] = _shown(text, attribute(one, "formatCode") or shape)
        elif tag == "v" and local(one.getparent()) != "pt" and one.text:
            values.setdefault(0, one.text.strip())
    return values


def _shown(text: str, shape: str) -> str:
    try:
        value = float(text)
        if not _DATED.isdisjoint(shape.lower()) and "general" not in shape.lower():
            return (_FIRST_DAY + dt.timedelta(days=value)).date().isoformat()
        return number_shown(int(text) if text.lstrip("-").isdigit() else value, shape)
    except (ValueError, OverflowError):  # words, or a number that is none
        return text


def _diagram(root: Any) -> Iterator[str]:
    """What its shapes say, each with those below it after it."""
    shapes: dict[str, Any] = {}
    below: dict[str, list[tuple[int, str]]] = {}
    tops: list[str] = []
    for one in root.iter():
        tag = local(one)
        if tag == "pt":
            kind, key = attribute(one, "type") or "node", attribute(one, "modelId")
            if kind == "doc":
                tops.append(key)
            elif kind in ("node", "asst"):
                shapes[key] = one
        elif tag == "cxn" and (attribute(one, "type") or "parOf") == "parOf":
            order = attribute(one, "srcOrd")
            entry = (int(order) if order.isdecimal() else 0, attribute(one, "destId"))
            below.setdefault(attribute(one, "srcId"), []).append(entry)
    todo = [(key, 0) for key in reversed(tops or list(shapes))]
    while todo:
        key, depth = todo.pop()
        shape = shapes.pop(key, None)  # one that is named twice is read once
        if shape is not None:
            for text in shape.iter():
                if local(text) == "p":
                    yield ("• " if depth > 1 else "") + _told(text)
        if depth < _MOST_DEEP:
            todo += [(one, depth + 1) for _, one in sorted(below.pop(key, ()), reverse=True)]
    for shape in shapes.values():
        yield _told(shape)
