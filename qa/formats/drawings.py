"""Charts and diagrams (SmartArt) of Office Open XML: parts of their own, which a slide or a text
refers to."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterator
from typing import Any

from qa.errors import DocumentError
from qa.formats.building import TextBuilder
from qa.formats.extracted import checkpoint
from qa.formats.ooxml import Relations, number_shown
from qa.formats.zipped import Package, attribute, local
from qa.text import whole

DRAWINGS = ("chart", "relIds")
"""Names of the elements that refer to a chart or a diagram."""
_MOST_DEEP = 50
_MOST_CELLS = 200_000
"""Of all charts of a document, a label as often as it is said."""
_LONGEST = 300
"""Characters of a label."""
_FIRST_DAY = dt.datetime(1899, 12, 30)
_NO_SIGN = re.compile(r'"[^"]*"|\\.|_.|\*.|\[(?!h|m|s)[^\]]*\]', re.I)
"""What the shape of a number shows as it is, leaves room for, or says of its colour."""


class Drawings:
    """The charts and diagrams of one document; each is read once, however often it is named.

    Args:
        package: that they stand in.
        builder: that they are added to.
    """

    def __init__(self, package: Package, builder: TextBuilder) -> None:
        self._package, self._builder = package, builder
        self._seen: set[str] = set()
        self._left = _MOST_CELLS

    def add(self, element: Any, relations: Relations, place: str) -> None:
        """Add what a chart or a diagram says.

        Args:
            element: one of `DRAWINGS`.
            relations: of the part that holds it.
            place: where it stands.

        Raises:
            DocumentError: it is damaged, or too large.
        """
        is_chart = local(element) == "chart"
        name = "relationships}id" if is_chart else "relationships}dm"
        key = next((value for one, value in element.attrib.items() if one.endswith(name)), "")
        part = relations.get(key, ("", ""))[1]
        tree = self._package.tree(part) if part and part not in self._seen else None
        self._seen.add(part)
        if tree is not None:
            for words in self._chart(tree) if is_chart else _diagram(tree):
                self._builder.paragraph(words, place)

    def _chart(self, root: Any) -> Iterator[str]:
        """Its title, and each category with its values: ``2019; Wheat: 12; Barley: 7``."""
        chart = next((one for one in root if local(one) == "chart"), root)
        yield from (_told(one) for one in chart if local(one) == "title")
        shared: dict[int, str] = {}
        rows: dict[int, list[str]] = {}
        apart: list[str] = []
        for one in (one for one in chart.iter() if local(one) == "ser"):
            parts = {local(part): part for part in one}
            name = " ".join(self._points(parts.get("tx")).values())
            across = self._points(parts.get("cat", parts.get("xVal")))
            for at, value in self._points(parts.get("val", parts.get("yVal"))).items():
                told = f"{name}: {value}" if name else value
                if shared.setdefault(at, across.get(at, "")) == across.get(at, shared[at]):
                    rows.setdefault(at, []).append(told)
                else:  # other categories than the series before it
                    apart.append(f"{across[at]}; {told}")
        for at in sorted(rows):
            yield "; ".join(filter(None, [shared[at], *rows[at]]))
        yield from apart

    def _points(self, element: Any) -> dict[int, str]:
        """Values as they were last shown, by their place. Categories of several levels are read
        from the outermost in: ``2019 North``."""
        if element is None:
            return {}
        levels = [one for one in element.iter() if local(one) == "lvl"][:_MOST_DEEP]
        if not levels:
            return self._points_of(element, _shape(element))
        values = dict.fromkeys(self._points_of(levels[0], ""), "")
        for number, level in reversed(list(enumerate(levels))):
            own, held = self._points_of(level, ""), ""
            for at in sorted({*values, *own}):
                self._count(1)
                held = own.get(at, held if number else "")  # an outer one holds until the next
                values[at] = f"{values.get(at, '')} {held}".strip()
        return values

    def _points_of(self, element: Any, shape: str) -> dict[int, str]:
        values: dict[int, str] = {}
        for one in element.iter():
            tag = local(one)
            if tag == "pt":
                self._count(1)
                text = next((part.text or "" for part in one if local(part) == "v"), "").strip()
                if text:
                    shown = _shown(text[:_LONGEST], attribute(one, "formatCode") or shape)
                    values[whole(attribute(one, "idx"))] = shown
            elif tag == "v" and local(one.getparent()) != "pt" and one.text:
                values.setdefault(0, one.text.strip()[:_LONGEST])
        return values

    def _count(self, cells: int) -> None:
        checkpoint()
        self._left -= cells
        if self._left < 0:
            raise DocumentError(f"charts of more than {_MOST_CELLS:,} cells")


def _shape(element: Any) -> str:
    return next((one.text or "" for one in element.iter() if local(one) == "formatCode"), "")


def _told(element: Any) -> str:
    """The words of a title, which the file keeps as text or as a copy of a cell."""
    tags = ("t", "v")
    return " ".join("".join(one.text or "" for one in element.iter() if local(one) in tags).split())


def _shown(text: str, shape: str) -> str:
    """A value as its shape shows it: numbers, and days and times, which are numbers too."""
    try:
        value = float(text)
        signs = set(_NO_SIGN.sub("", shape.partition(";")[0]).lower())
        if "general" not in shape.lower() and signs & set("ymdhs"):
            moment = _FIRST_DAY + dt.timedelta(seconds=round(value * 86_400))
            timed = signs & set("hs")
            if "y" in signs or "d" in signs or ("m" in signs and not timed):
                return moment.isoformat(" ", "minutes") if timed else moment.date().isoformat()
            seconds = round(value * 86_400)
            return f"{seconds // 3600}:{seconds // 60 % 60:02}:{seconds % 60:02}"
        return number_shown(int(text) if text.lstrip("-").isdecimal() else value, shape)
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
            entry = whole(order), attribute(one, "destId")
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
