"""Word documents (Office Open XML): paragraphs, lists, tables, text boxes and notes.

Walks the XML itself: what was inserted with changes tracked, and what stands in content controls,
must not be lost, and the libraries that read paragraphs pass both over.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import partial
from typing import Any

from qa.formats.building import TextBuilder
from qa.formats.docx_numbering import Numbering
from qa.formats.drawings import DRAWINGS, Drawings
from qa.formats.extracted import Extracted
from qa.formats.formulas import LOWERED, RAISED, formula, on_one_line
from qa.formats.ooxml import core_properties, opened
from qa.formats.zipped import attribute, inherited, local
from qa.text import whole

_GONE = frozenset(["del", "moveFrom", "rPr", "pPr", "sectPr", "instrText", "Fallback", "rt"])
_BOX = "txbxContent"
_CONTENTS = -1
"""Level of the lines of a table of contents, which say nothing that the headings do not."""
_SCRIPTS = {"superscript": RAISED, "subscript": LOWERED}
_BREAKS = {"tab": " ", "br": "\n", "cr": "\n", "noBreakHyphen": "-", "ptab": " "}


def extract(data: bytes, name: str) -> Extracted:
    """The text of a Word document.

    Raises:
        DocumentError: it is damaged, encrypted, or has no words.
    """
    package, root, relations = opened(data, "word/document.xml")
    parts = dict(relations.values())
    styles = package.tree(parts.get("styles", "word/styles.xml"))
    numbering = Numbering(package.tree(parts.get("numbering", "word/numbering.xml")), styles)
    builder = TextBuilder()
    draw = partial(Drawings(package, builder).add, relations=relations)
    walker = _Walker(builder, _levels(styles), _scripts(styles), numbering, draw)
    walker.blocks(root)
    for kind in ("footnotes", "endnotes"):
        notes = package.tree(parts[kind]) if kind in parts else None
        if notes is not None:
            walker.blocks(notes)
    metadata = core_properties(package)
    return walker.builder.extracted(name, "docx", metadata.pop("title", walker.title), metadata)


def _levels(styles: Any) -> dict[str, int]:
    """Style ids that are headings, with their level; 0 is the title's (see `_CONTENTS`)."""
    levels: dict[str, int] = {}
    parents: dict[str, str] = {}
    for style in styles if styles is not None else ():
        if local(style) != "style":
            continue
        key = attribute(style, "styleId")
        for one in style.iter():
            tag, value = local(one), attribute(one, "val")
            if tag == "name" and value.lower() == "title":
                levels[key] = 0
            elif tag == "name" and value.lower().startswith("toc "):
                levels[key] = _CONTENTS
            elif tag == "name" and value.lower().startswith("heading ") and whole(value[8:]):
                levels[key] = whole(value[8:])
            elif tag == "outlineLvl" and whole(value, 9) < 9:
                levels.setdefault(key, whole(value) + 1)
            elif tag == "basedOn":
                parents[key] = value
    return inherited(levels, parents)


def _script(properties: Any) -> str | None:
    """Whether properties of words say that they are raised or lowered; None where they do not
    say. LibreOffice writes a distance from the line, for what it read from a web page."""
    for one in properties:
        tag, value = local(one), attribute(one, "val")
        if tag == "vertAlign":
            return _SCRIPTS.get(value, "")
        if tag == "position" and value.strip("-0"):
            return LOWERED if value.startswith("-") else RAISED
    return None


def _scripts(styles: Any) -> dict[str, str]:
    """Ids of styles of words that are raised or lowered, with their mark."""
    own: dict[str, str] = {}
    above: dict[str, str] = {}
    for style in styles if styles is not None else ():
        if local(style) == "style" and attribute(style, "type") == "character":
            key = attribute(style, "styleId")
            for one in style:
                mark = _script(one) if local(one) == "rPr" else None
                if mark is not None:
                    own[key] = mark
                elif local(one) == "basedOn":
                    above[key] = attribute(one, "val")
    return inherited(own, above)


class _Walker:
    def __init__(
        self,
        builder: TextBuilder,
        levels: dict[str, int],
        scripts: dict[str, str],
        numbering: Numbering,
        draw: Callable[..., None],
    ) -> None:
        self._scripts, self._numbering, self._draw = scripts, numbering, draw
        self.builder = builder
        self.title = ""
        self._levels = levels
        self._number = 0

    def blocks(self, parent: Any) -> None:
        """Paragraphs and tables below an element, whatever they are wrapped in."""
        for one in parent:
            tag = local(one)
            if tag == "p":
                self._paragraph(one)
            elif tag == "tbl":
                self._table(one)
            elif tag not in _GONE:
                self.blocks(one)

    def _paragraph(self, paragraph: Any) -> None:
        text = self._said(paragraph)
        boxes = list(_outermost(paragraph, (_BOX, *DRAWINGS)))
        level, label = self._look(paragraph)  # an empty item counts too
        if text.strip():
            self._number += 1
            place = f"paragraph {self._number}"
            if level == _CONTENTS:
                pass
            elif level is not None and len(text) < 300:
                self.title = self.title or (text if level == 0 else "")
                self.builder.heading(f"{label or ''} {text}", max(1, level), place)
            else:
                self.builder.paragraph(f"{label or ''} {text}", place)
        for box in boxes:
            if local(box) == _BOX:
                self.blocks(box)
            else:
                self._draw(box, place=f"paragraph {max(1, self._number)}")

    def _look(self, paragraph: Any) -> tuple[int | None, str | None]:
        """Its level where it is a heading, and what a list puts before it."""
        style, level = "", None
        properties = next((one for one in paragraph if local(one) == "pPr"), None)
        for one in properties if properties is not None else ():
            tag, value = local(one), attribute(one, "val")
            if tag == "pStyle":
                style = value
            elif tag == "outlineLvl" and whole(value, 9) < 9:
                level = whole(value) + 1
        known = self._levels.get(style)
        return known if known is not None else level, self._numbering.label(properties, style)

    def _table(self, table: Any) -> None:
        rows = [list(self._row(row)) for row in _of(table, "tr")]
        first_row = next(_of(table, "tr"), ())
        headed = any(local(one) == "tblHeader" for part in first_row for one in part.iter())
        self._number += 1
        first = self._number
        self._number += max(0, len(rows) - 1)
        places = [f"paragraph {first + at}" for at in range(len(rows))]
        self.builder.table(rows, places, headed=headed)

    def _row(self, row: Any) -> Iterator[str]:
        """Cells; one that is as wide as several is followed by empty ones."""
        for cell in _of(row, "tc"):
            yield " ".join(self._cell(cell))
            for one in cell.iter():
                if local(one) == "gridSpan":
                    yield from [""] * (min(whole(attribute(one, "val"), 1), 64) - 1)
                    break

    def _cell(self, cell: Any) -> Iterator[str]:
        for one in _inside(cell):
            if local(one) == "p":
                yield self._said(one).strip()

    def _said(self, paragraph: Any) -> str:
        return on_one_line(self._words(paragraph))

    def _words(self, paragraph: Any, mark: str = "") -> Iterator[tuple[str, str]]:
        """What a paragraph says, in runs that are raised, lowered or neither."""
        for one in paragraph:
            tag = local(one)
            if tag == "t":
                yield one.text or "", mark
            elif tag in _BREAKS:
                yield _BREAKS[tag], mark
            elif tag == "oMath":
                yield formula(one), ""
            elif tag == "r":
                yield from self._words(one, self._script(one))
            elif tag not in _GONE and tag != _BOX:
                yield from self._words(one, mark)

    def _script(self, run: Any) -> str:
        properties = next((one for one in run if local(one) == "rPr"), ())
        own = _script(properties)
        if own is not None:
            return own
        styles = (attribute(one, "val") for one in properties if local(one) == "rStyle")
        return self._scripts.get(next(styles, ""), "")


def _outermost(element: Any, wanted: tuple[str, ...]) -> Iterator[Any]:
    """Elements of those names, not those within one."""
    for one in element:
        tag = local(one)
        if tag in wanted:
            yield one
        elif tag not in _GONE:
            yield from _outermost(one, wanted)


def _of(parent: Any, wanted: str) -> Iterator[Any]:
    """Rows of a table or cells of a row, whatever they are wrapped in; not those of tables
    within."""
    for one in parent:
        tag = local(one)
        if tag == wanted:
            yield one
        elif tag in ("sdt", "sdtContent", "ins", "customXml", "moveTo"):
            yield from _of(one, wanted)


def _inside(element: Any) -> Iterator[Any]:
    """What is below an element and was not deleted."""
    for one in element:
        if local(one) not in _GONE:
            yield one
            yield from _inside(one)
