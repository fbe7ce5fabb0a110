"""Slides (Office Open XML): titles, texts and tables in order, and the speaker's notes."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from qa.formats.building import TextBuilder
from qa.formats.drawings import DRAWINGS, Drawings
from qa.formats.extracted import Extracted
from qa.formats.formulas import LOWERED, RAISED, formula, on_one_line
from qa.formats.ooxml import Relations, core_properties, opened, relations_of
from qa.formats.zipped import attribute, local

_NOT_TEXTS = ("sldNum", "dt", "ftr", "hdr", "sldImg")
"""Placeholders of what stands on every slide."""


def extract(data: bytes, name: str) -> Extracted:
    """The text of slides.

    Raises:
        DocumentError: the file is damaged, encrypted, or has no words.
    """
    package, root, relations = opened(data, "ppt/presentation.xml")
    builder = TextBuilder()
    drawings = Drawings(package, builder)
    title = ""
    slides = [one for one in root.iter() if local(one) == "sldId"]
    for number, slide in enumerate(slides, start=1):
        key = next((v for k, v in slide.attrib.items() if k.endswith("relationships}id")), "")
        part = relations.pop(key, ("", ""))[1]  # one that is named twice is read once
        tree = package.tree(part) if part else None
        if tree is not None:
            named = relations_of(package, part)
            first = _shapes(builder, tree, f"slide {number}", drawings, named)
            title = title or first
        for kind, notes in named.values() if tree is not None else ():
            tree = package.tree(notes) if kind == "notesSlide" else None
            if tree is not None:
                _shapes(builder, tree, f"notes of slide {number}", drawings, {})
    metadata = core_properties(package)
    given = metadata.pop("title", "")
    if given.lower() in ("powerpoint presentation", "presentation"):  # what the programs put there
        given = ""
    return builder.extracted(name, "pptx", given or title, metadata)


def _shapes(
    builder: TextBuilder, tree: Any, place: str, drawings: Drawings, relations: Relations
) -> str:
    """Add what a slide says; its title."""
    title = ""
    for shape in _of(tree, ("sp", "graphicFrame")):
        kind = next((attribute(one, "type") for one in shape.iter() if local(one) == "ph"), "")
        if kind in _NOT_TEXTS:
            continue
        for table in _of(shape, ("tbl",)):
            rows = [[_said(cell) for cell in _of(row, ("tc",))] for row in _of(table, ("tr",))]
            headed = any(attribute(one, "firstRow") in ("1", "true") for one in table)
            builder.table(rows, [place] * len(rows), headed=headed)
        if local(shape) == "graphicFrame":
            for drawing in _of(shape, DRAWINGS):
                drawings.add(drawing, relations, place)
            continue
        if kind in ("title", "ctrTitle"):
            title = title or _said(shape)
            builder.heading(_said(shape), 1 if kind == "ctrTitle" else 2, place)
            continue
        for text in _of(shape, ("p",)):
            builder.paragraph(_words(text), place)
    return title


def _of(parent: Any, wanted: tuple[str, ...]) -> Iterator[Any]:
    """Elements of those names, not one within another."""
    for one in parent:
        if local(one) in wanted:
            yield one
        elif local(one) != "Fallback":
            yield from _of(one, wanted)


def _said(shape: Any) -> str:
    return " ".join(filter(None, (_words(one).strip() for one in _of(shape, ("p",)))))


def _is_note_number(text: Any, ended: bool) -> bool:
    """Whether it is the raised number of a note behind the end of a sentence: ``1155.1`` is no
    number then, but ``m2`` is an area."""
    return _script(text) == RAISED and ended and (text.text or "").strip("[]() ").isdigit()


def _script(text: Any) -> str:
    """Whether it is raised or lowered, and by how much (ECMA-376, 21.1.2.3.9)."""
    shifts = (attribute(one, "baseline") for one in text.getparent())
    shift = next(filter(None, shifts), "0")
    return "" if not shift.strip("-0%") else LOWERED if shift[0] == "-" else RAISED


def _words(paragraph: Any) -> str:
    parts: list[tuple[str, str]] = []
    told: set[Any] = set()
    for one in paragraph.iter():
        tag = local(one)
        if one in told:
            continue
        ended = bool(parts) and parts[-1][0].rstrip().endswith((".", "!", "?", ",", ";", "”", '"'))
        if tag == "t" and not _is_note_number(one, ended):
            parts.append((one.text or "", _script(one)))
        elif tag == "oMath":
            parts.append((formula(one), ""))
            told.update(one.iter())
        elif tag == "br":
            parts.append(("\n", ""))
        elif tag == "tab":
            parts.append((" ", ""))
    return on_one_line(parts)
