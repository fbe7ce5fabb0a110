"""OpenDocument texts, sheets and slides (ODT, ODS, ODP)."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from qa.errors import DocumentError
from qa.formats.building import TextBuilder
from qa.formats.extracted import Extracted
from qa.formats.formulas import LOWERED, RAISED, mathml, on_one_line
from qa.formats.zipped import Package, attribute, inherited, local
from qa.text import whole

_GONE = frozenset(
    ["annotation", "annotation-end", "tracked-changes", "note-citation", "sequence-decls", "forms",
     "bibliography-configuration", "ruby-text", "variable-decls", "user-field-decls",
     "table-of-content"]
)  # fmt: skip
_OUTSIDE = frozenset(["note", "frame", "custom-shape", "text-box"])
"""What stands in a paragraph and is not of its sentence."""
_ON_EVERY_PAGE = frozenset(["page-number", "header", "footer", "date-time"])
_MOST_SAME = 1000
"""Cells or rows said to be repeated: an empty sheet ends with a million of them."""
_MOST_CELLS = 5_000_000
_MOST_SIGNS = 5_000_000
"""Of all formulas."""


def extract(data: bytes, name: str) -> Extracted:
    """The text of an OpenDocument file.

    Raises:
        DocumentError: it is damaged, encrypted, or has no words.
    """
    package = Package(data)
    root = package.tree("content.xml")
    if root is None:
        raise DocumentError("damaged: it has no text part")
    if b"encryption-data" in package.read("META-INF/manifest.xml"):
        raise DocumentError("encrypted: needs a password")
    metadata = _metadata(package.tree("meta.xml"))
    walker = _Walker(package, _scripts(package.tree("styles.xml"), root))
    body = next((one for one in root if local(one) == "body"), root)
    kind = next((local(one) for one in body if isinstance(one.tag, str)), "text")
    walker.blocks(body)
    format_ = {"spreadsheet": "ods", "presentation": "odp"}.get(kind, "odt")
    return walker.builder.extracted(name, format_, metadata.pop("title", ""), metadata)


def _metadata(root: Any) -> dict[str, str]:
    names = {
        "title": "title", "creator": "author", "initial-creator": "author",
        "subject": "description", "description": "description", "date": "date",
        "creation-date": "date", "language": "language",
    }  # fmt: skip
    fields: dict[str, str] = {}
    for one in root.iter() if root is not None else ():
        key, value = names.get(local(one)), (one.text or "").strip()
        if key and value:
            fields.setdefault(key, value[:10] if key == "date" else value)
    return fields


def _scripts(*roots: Any) -> dict[str, str]:
    """Styles that say whether words are raised or lowered (``super 58%``, ``-33% 58%``) or neither;
    those that do not say are as the style above them."""
    found: dict[str, str] = {}
    above: dict[str, str] = {}
    for root in roots:
        for style in root.iter() if root is not None else ():
            if local(style) != "style" or attribute(style, "family") != "text":
                continue
            name = attribute(style, "name")
            above[name] = attribute(style, "parent-style-name")
            for one in style:
                shift = attribute(one, "text-position").partition(" ")[0]
                if shift:
                    lowered = shift == "sub" or shift.startswith("-")
                    found[name] = (LOWERED if lowered else RAISED) if shift.strip("0%") else ""
    return inherited(found, above)


class _Walker:
    def __init__(self, package: Package, scripts: dict[str, str]) -> None:
        self._package = package
        self._scripts = scripts
        self.builder = TextBuilder()
        self._number = 0
        self._slide = 0
        self._within = False
        self._drawn: set[str] = set()
        self._formulas: dict[str, str] = {}
        self._left = _MOST_SIGNS
        self._part = ""

    def blocks(self, parent: Any) -> None:
        """Paragraphs, headings, lists and tables below an element."""
        for one in parent:
            tag = local(one)
            if tag in ("h", "p"):
                self._paragraph(one, tag == "h")
            elif tag == "table":
                self._table(one)
            elif tag == "page":
                self._slide += 1
                self.blocks(one)
            elif tag == "notes":
                self._part = "notes of "
                self.blocks(one)
                self._part = ""
            elif tag == "list-item":
                self._item(one)
            elif tag == "frame" and attribute(one, "class") == "title" and not self._part:
                words = " ".join(self._said(p).strip() for p in _of(one, "p", "h"))
                self.builder.heading(words, 2, self._place())
            elif tag == "frame" and attribute(one, "class") in _ON_EVERY_PAGE:
                continue
            elif tag == "object":
                self._drawing(one)
            elif tag and tag not in _GONE:
                self.blocks(one)

    def _drawing(self, element: Any) -> None:
        """A chart: its titles, and the table that it shows."""
        name = attribute(element, "href")
        tree = None if self._within or name in self._drawn else self._object(element)
        self._drawn.add(name)  # one that is named again is read once
        if tree is not None and local(tree) != "math":
            self._within = True  # a chart in a chart would never end
            self.blocks(tree)
            self._within = False

    def _place(self) -> str:
        if self._slide:
            return f"{self._part}slide {self._slide}"
        self._number += not self._within  # it stands at the paragraph before it
        return f"paragraph {max(1, self._number)}"

    def _paragraph(self, element: Any, heading: bool, mark: str = "") -> None:
        text = self._said(element)
        if text.strip() and heading:
            level = attribute(element, "outline-level")
            self.builder.heading(text, whole(level, 1), self._place())
        elif text.strip():
            self.builder.paragraph(mark + text, self._place())
        for one in _outside(element):
            self.blocks(one)

    def _item(self, item: Any) -> None:
        mark = "• "
        for one in item:
            if local(one) in ("p", "h"):
                self._paragraph(one, False, mark)
                mark = ""
            else:
                self.blocks([one])

    def _table(self, table: Any) -> None:
        name = attribute(table, "name")
        rows: list[list[str]] = []
        numbers: list[int] = []
        notes: dict[int, list[str]] = {}
        at, left = 0, _MOST_CELLS
        for row in _of(table, "table-row"):
            cells: list[str] = []
            for cell in _of(row, "table-cell", "covered-table-cell"):
                words = " ".join(filter(None, self._cell(cell)))
                if note := self._note(cell):
                    notes.setdefault(len(rows), []).append(note)
                words = "" if attribute(cell, "value") == "NaN" else words  # charts have gaps
                cells += [words] * min(_repeated(cell, "number-columns-repeated"), _MOST_SAME)
                left -= _MOST_SAME if len(cells) > _MOST_SAME else 1
                if left < 0:
                    raise DocumentError(f"more than {_MOST_CELLS:,} cells")
            while cells and not cells[-1]:
                cells.pop()
            repeated = _repeated(row, "number-rows-repeated")
            left -= len(cells) * min(repeated, _MOST_SAME)
            if left < 0:
                raise DocumentError(f"more than {_MOST_CELLS:,} cells")
            for again in range(min(repeated, _MOST_SAME) if cells else 1):
                rows.append(cells)
                numbers.append(at + again + 1)
            at += repeated
        headed = any(local(one) == "table-header-rows" for one in table)
        sheet = local(table.getparent()) == "spreadsheet"
        if sheet:
            if any(rows):
                self.builder.heading(name, 2, f"{name}, row 1")
            places = [f"{name}, row {number}" for number in numbers]
        else:
            places = [self._place() for _ in rows]
        self.builder.table(rows, places, headed=headed, notes=notes)

    def _cell(self, element: Any) -> Iterator[str]:
        """The paragraphs of a cell, those of notes, boxes and tables in it too."""
        for one in element:
            tag = local(one)
            if tag in ("p", "h"):
                yield self._said(one).strip()
                for outside in _outside(one):
                    yield from self._cell(outside)
            elif tag and tag not in _GONE:
                yield from self._cell(one)

    def _note(self, cell: Any) -> str:
        """What was remarked on a cell, without who did and when."""
        notes = (one for one in cell if local(one) == "annotation")
        words = (self._said(one).strip() for note in notes for one in note if local(one) == "p")
        return " ".join(filter(None, words))

    def _said(self, element: Any) -> str:
        return on_one_line(self._words(element))

    def _words(self, element: Any, mark: str = "") -> Iterator[tuple[str, str]]:
        yield element.text or "", mark
        for one in element:
            tag = local(one)
            if tag in ("s", "tab"):
                yield " ", mark
            elif tag == "line-break":
                yield "\n", mark
            elif tag == "frame":
                yield self._formula(one), ""
            elif tag and tag not in _GONE and tag not in _OUTSIDE:
                yield from self._words(one, self._scripts.get(attribute(one, "style-name"), mark))
            yield one.tail or "", mark

    def _formula(self, frame: Any) -> str:
        """What a frame within a sentence says, where it is a formula."""
        for one in frame:
            if local(one) != "object":
                continue
            name = attribute(one, "href")
            if name not in self._formulas:
                tree = self._object(one)
                is_formula = tree is not None and local(tree) == "math"
                self._formulas[name] = mathml(tree) if is_formula else ""
            self._left -= len(self._formulas[name])  # one may be named a thousand times
            if self._left < 0:
                raise DocumentError(f"formulas of more than {_MOST_SIGNS:,} characters")
            return self._formulas[name]
        return ""

    def _object(self, element: Any) -> Any:
        """The root of what was put into the document from another program; None where it has no
        text part."""
        folder = attribute(element, "href").removeprefix("./").strip("/")
        return self._package.tree(f"{folder}/content.xml") if folder else None


def _repeated(element: Any, name: str) -> int:
    value = attribute(element, name)
    return whole(value, 1)


def _of(parent: Any, *wanted: str) -> Iterator[Any]:
    """Elements of those names, not those of a table within."""
    for one in parent:
        tag = local(one)
        if tag in wanted:
            yield one
        elif tag and tag != "table" and tag not in _GONE:
            yield from _of(one, *wanted)


def _outside(element: Any) -> Iterator[Any]:
    for one in element:
        if local(one) in _OUTSIDE:
            yield one
        elif local(one) not in _GONE:
            yield from _outside(one)
