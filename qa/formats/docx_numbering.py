"""The numbers that Word puts before the items of lists and before headings: they stand nowhere in
the text, but "see 3(b)" means one of them."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any, NamedTuple

from qa.formats.zipped import attribute, inherited, local
from qa.text import whole

_PLACE = re.compile(r"%([1-9])")
_ROMAN = ((1000, "m"), (900, "cm"), (500, "d"), (400, "cd"), (100, "c"), (90, "xc"), (50, "l"),
          (40, "xl"), (10, "x"), (9, "ix"), (5, "v"), (4, "iv"), (1, "i"))  # fmt: skip
_MOST = 100_000
BULLET = "•"


class _Level(NamedTuple):
    format: str
    text: str
    start: int
    legal: bool = False
    """All its numbers are decimal, those of the levels above too."""


class Numbering:
    """Counts the items of all lists of a document, in its order.

    Args:
        numbering: root of ``numbering.xml``; None where there is none.
        styles: root of ``styles.xml``; None where there is none.
    """

    def __init__(self, numbering: Any, styles: Any) -> None:
        shapes: dict[str, dict[int, _Level]] = {}
        linked: dict[str, str] = {}  # shapes that are those of the list of a style
        self._levels: dict[str, dict[int, _Level]] = {}
        self._counted_as: dict[str, str] = {}
        self._counts: dict[str, dict[int, int]] = {}
        self._of_styles = _of_styles(styles)
        stands_for: dict[str, str] = {}
        for one in numbering if numbering is not None else ():
            if local(one) == "abstractNum":
                shapes[attribute(one, "abstractNumId")] = dict(_levels(one))
                for part in one:
                    if local(part) == "numStyleLink":
                        linked[attribute(one, "abstractNumId")] = attribute(part, "val")
            elif local(one) == "num":
                key = attribute(one, "numId")
                parts = {local(part): attribute(part, "val") for part in one}
                shape = parts.get("abstractNumId", "")
                own = {level: new for part in one if local(part) == "lvlOverride"
                       for level, new in _overridden(part, shapes.get(shape, {}))}  # fmt: skip
                self._levels[key] = {**shapes.get(shape, {}), **own}
                # Lists of one shape count on, unless one says where it begins.
                self._counted_as[key] = key if own else f"shape {shape}"
                if shape in linked:
                    stands_for[key] = linked[shape]
        for key, style in stands_for.items():
            other = self._of_styles.get(style, ("", 0))[0]
            self._levels[key] = {**self._levels.get(other, {}), **self._levels[key]}

    def label(self, properties: Any, style: str) -> str | None:
        """What stands before a paragraph: ``3.``, ``(b)``, ``•``; None where it is in no list, and
        nothing where its list shows nothing. Counts it.

        Args:
            properties: its ``pPr``; None where it has none.
            style: id of its style.
        """
        number, level = self._of_styles.get(style, ("", 0))
        for one in properties if properties is not None else ():
            if local(one) == "numPr":
                values = {local(part): attribute(part, "val") for part in one}
                number = values.get("numId", number)
                level = whole(values.get("ilvl", ""), level)
        if number in ("", "0"):
            return None
        shape = self._levels.get(number, {})
        if level not in shape:
            return BULLET
        counts = self._counts.setdefault(self._counted_as[number], {})
        counts[level] = min(_MOST, counts.get(level, shape[level].start - 1) + 1)
        for deeper in [one for one in counts if one > level]:
            del counts[deeper]
        if shape[level].format == "bullet":
            return BULLET

        def counted(match: re.Match[str]) -> str:
            at = int(match[1]) - 1
            known = shape.get(at, _Level("decimal", "", 1))
            form = "decimal" if shape[level].legal else known.format
            return _written(counts.setdefault(at, known.start), form)

        return _PLACE.sub(counted, shape[level].text).strip()


def _levels(parent: Any) -> Iterator[tuple[int, _Level]]:
    for level in parent:
        number = attribute(level, "ilvl")
        if local(level) == "lvl" and number.isdecimal():
            values = {local(one): attribute(one, "val") for one in level}
            start = values.get("start", "1")
            yield whole(number), _Level(
                values.get("numFmt", "decimal"), values.get("lvlText", "")[:40],
                min(_MOST, whole(start, 1)),
                values.get("isLgl", "0") not in ("0", "false"),
            )  # fmt: skip


def _overridden(part: Any, shape: dict[int, _Level]) -> Iterator[tuple[int, _Level]]:
    yield from _levels(part)
    number = attribute(part, "ilvl")
    for one in part:
        start = attribute(one, "val")
        known = shape.get(whole(number, -1))
        if local(one) == "startOverride" and start.isdecimal() and known:
            yield int(number), known._replace(start=min(_MOST, whole(start)))


def _of_styles(styles: Any) -> dict[str, tuple[str, int]]:
    """Styles whose paragraphs are numbered: id to list and level. Those without a list of their own
    have that of the style they are based on."""
    found: dict[str, tuple[str, int]] = {}
    above: dict[str, str] = {}
    for style in styles if styles is not None else ():
        key = attribute(style, "styleId")
        for one in style.iter() if local(style) == "style" else ():
            if local(one) == "basedOn":
                above[key] = attribute(one, "val")
            elif local(one) == "numPr":
                values = {local(part): attribute(part, "val") for part in one}
                level = values.get("ilvl", "0")
                found[key] = values.get("numId", ""), whole(level)
    return inherited(found, above)


def _written(number: int, format_: str) -> str:
    """A number as the list writes it."""
    if format_ in ("lowerLetter", "upperLetter") and number > 0:
        letter = chr(ord("a") + (number - 1) % 26) * min(20, 1 + (number - 1) // 26)
        return letter.upper() if format_[0] == "u" else letter
    if format_ in ("lowerRoman", "upperRoman") and 0 < number < 5000:
        told = ""
        for value, sign in _ROMAN:
            told += sign * (number // value)
            number %= value
        return told.upper() if format_[0] == "u" else told
    if format_ == "decimalZero":
        return f"{number:02}"
    return "" if format_ == "none" else str(number)
