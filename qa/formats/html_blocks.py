"""An HTML tree as blocks of plain text that know their lines in the file.

The tree is walked once, in the order of the file. The line is known at every start tag
(from the parser) and counted on from there through text and comments, so each word's line
is exact without aligning anything afterwards.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from qa.formats.formulas import LOWERED, RAISED, mathml, script
from qa.formats.html_furniture import is_link_only, is_shown_again
from qa.text import whole

_SCRIPTS = frozenset(["script", "style", "noscript", "template", "head", "iframe", "object"])
_PICTURES = frozenset(["svg", "canvas", "audio", "video", "map", "meter", "progress"])
_CONTROLS = frozenset(["button", "input", "select", "option", "textarea", "datalist", "dialog"])
_DROPPED = _SCRIPTS | _PICTURES | _CONTROLS
_HEADINGS = {f"h{level}": level for level in range(1, 7)}
_SECTIONS = frozenset(["html", "body", "main", "article", "section", "header", "footer", "hgroup"])
_BOXES = frozenset(["div", "nav", "aside", "form", "fieldset", "legend", "center", "frameset"])
_TEXTS = frozenset(["p", "pre", "blockquote", "address", "hr", "details", "summary", "figure"])
_LIST_PARTS = frozenset(["ul", "ol", "li", "dl", "dt", "dd", "dir", "menu", "figcaption"])
_TABLE_PARTS = frozenset(["table", "caption", "thead", "tbody", "tfoot", "tr", "td", "th"])
BLOCKS = frozenset(_HEADINGS) | _SECTIONS | _BOXES | _TEXTS | _LIST_PARTS | _TABLE_PARTS
"""Elements that start and end a paragraph; all others stand within one."""
# Inside a table cell these mean that the table lays out a page instead of holding data.
_NOT_IN_CELLS = frozenset(["table", "ul", "ol", "dl", "pre", "blockquote", "article", *_HEADINGS])
_DESCRIPTIONS = frozenset(["dd", "p", "div"])
_CLOSING = frozenset(".,;:!?)]")
_MARKS = {"sup": RAISED, "sub": LOWERED}
_LINE_LIMIT = 65535  # libxml2 stops counting lines of elements here
_INVISIBLE = {0xAD: None, 0x200B: None}  # soft hyphen, zero width space: only break lines


@dataclass(slots=True)
class Block:
    """A paragraph, heading, list item, table row or preformatted text."""

    kind: str
    """``text``, ``heading``, ``item``, ``row`` or ``pre``."""
    level: int
    """Of a heading; of an item of a numbered list its number; 0 for the rest."""
    text: str
    marks: list[tuple[int, int]]
    """``(offset in text, line of the file)``, ascending."""


def blocks(root: Any, unwanted: frozenset[Any] = frozenset()) -> list[Block]:
    """The blocks of a tree, in order; ``unwanted`` elements are passed over whole."""
    from lxml import etree  # type: ignore[import-untyped]

    walker = _Walker()
    anchors = {one.get("id") or one.get("name") for one in root.getroottree().iter()}
    walk = etree.iterwalk(root, events=("start", "end", "comment", "pi"))
    skipping = None
    for event, element in walk:
        if event in ("comment", "pi"):
            walker.line = _line(element, walker.line)
            walker.add(element.tail or "")
        elif event == "start":
            walker.line = _line(element, walker.line)
            tag = element.tag
            if tag in ("math", "m:math", "mml:math"):
                walker.add(mathml(element))
                walker.line = _line_after(element, walker.line)
                walk.skip_subtree()
                skipping = element
                continue
            if (
                element in unwanted
                or tag in _DROPPED
                or is_link_only(element, anchors)
                or is_shown_again(element)
            ):
                walker.line = _line_after(element, walker.line)
                walker.left_out = True
                walk.skip_subtree()
                skipping = element
                if tag in BLOCKS:
                    walker.flush()
                continue
            walker.start(element, tag)
            walker.add(element.text or "")
        else:
            if element is not skipping:
                walker.end(element, element.tag)
            skipping = None
            if element is not root:
                walker.add(element.tail or "")
    walker.flush()
    return walker.found


def _line(node: Any, line: int) -> int:
    """The line at the end of a start tag or of a comment, where ``line`` is its own count.

    Line breaks inside tags are missed by the count alone, where the parser knows no lines.
    """
    known = node.sourceline
    if known and known < _LINE_LIMIT:
        return int(known)
    return line if isinstance(node.tag, str) else line + (node.text or "").count("\n")


def _line_after(element: Any, line: int) -> int:
    """The line at the end of an element that is passed over."""
    for node in element.iter():
        line = _line(node, line)
        if isinstance(node.tag, str):
            line += (node.text or "").count("\n")
        if node is not element:
            line += (node.tail or "").count("\n")
    return line


def _is_data_row(row: Any) -> bool:
    cells = 0
    for node in row.iterdescendants():
        if node.tag in _NOT_IN_CELLS:
            return False
        cells += node.tag in ("td", "th")
    return cells > 1


class _Walker:
    """Gathers the words of the current block until a block boundary is met."""

    def __init__(self) -> None:
        self.found: list[Block] = []
        self.line = 1
        self._pieces: list[str] = []
        self._length = 0
        self._marks: list[tuple[int, int]] = []
        self._space = False
        self.left_out = False
        """Whether something was passed over since the last words."""
        self._item = False  # a list item has opened and has no words yet
        self._numbers: list[int | None] = []
        """Of the lists that are open the number of the last item, None where they have none."""
        self._term = 0
        """Length of a term whose description has no words yet."""
        self._row: Any = None
        self._cell = False  # a table cell has opened and has no words yet
        self._pre = 0
        self._level = 0
        self._scripts: list[tuple[Any, int]] = []
        """Raised and lowered words that have opened, with the number of pieces before them."""
        self._script: tuple[str, int] | None = None
        """The mark of those that were closed last, and where they begin, until it is known what
        follows."""

    def start(self, element: Any, tag: Any) -> None:
        if tag == "br":
            self._break()
        elif tag in _MARKS:
            self._end_script("")
            self._scripts.append((element, len(self._pieces)))
        elif self._row is not None and tag in BLOCKS:
            self._space = True
            self._cell = self._cell or (tag in ("td", "th") and self._length > 0)
        elif tag in _DESCRIPTIONS and self._term and self._term >= self._length - 1:
            if self._length == self._term:
                self._break()
        elif tag in BLOCKS:
            self.flush()
            if tag == "li":
                self._item = True
                if self._numbers and self._numbers[-1] is not None:
                    self._numbers[-1] = whole(element.get("value", ""), self._numbers[-1] + 1)
            elif tag in ("ol", "ul"):
                first = whole(element.get("start", ""), 1) if tag == "ol" else None
                self._numbers.append(None if first is None else first - 1)
            elif tag == "pre":
                self._pre += 1
            elif tag in _HEADINGS:
                self._level = _HEADINGS[tag]
            elif tag == "tr" and _is_data_row(element):
                self._row = element

    def end(self, element: Any, tag: Any) -> None:
        if self._scripts and self._scripts[-1][0] is element:
            self._end_script("")
            self._script = _MARKS[element.tag], self._scripts.pop()[1]
        if self._row is not None and element is not self._row:
            self._space = self._space or tag in BLOCKS
        elif tag == "dt" and self._pieces and not self._item:
            self._term = self._length
        elif tag in BLOCKS:
            self.flush()
            if tag == "li":
                self._item = False
            elif tag in ("ol", "ul"):
                self._numbers = self._numbers[:-1]
            elif tag == "pre":
                self._pre = max(0, self._pre - 1)
            elif tag in _HEADINGS:
                self._level = 0
            self._row = None

    def _end_script(self, after: str) -> None:
        """Write what was raised or lowered on the line, now that it is known what follows."""
        if self._script is None:
            return
        (mark, begin), self._script = self._script, None
        before = self._pieces[begin - 1] if begin else ""
        words = "".join(self._pieces[begin:])
        told = script(before, words, mark, after)
        self._pieces[begin:] = [told] if told else []
        self._length += len(told) - len(words)

    def add(self, text: str) -> None:
        """Add the words of one text node, which starts on the current line."""
        if not text:
            return
        self._end_script("" if self._space else text)
        if self.left_out and text[0] in _CLOSING and not self._cell and not text[1:2].isalnum():
            self._space = False  # "a user [1], you": no blank before the comma
        self.left_out = False
        text = text.translate(_INVISIBLE)
        if self._pre:
            self._add_as_is(text)
            return
        for number, part in enumerate(text.split("\n")):
            if number:
                self.line += 1
                self._space = True
            words = " ".join(part.split())
            if not words:
                self._space = self._space or bool(part)
                continue
            if self._space or part[0].isspace():
                self._put_separator()
            self._put(words)
            self._space = part[-1].isspace()

    def _add_as_is(self, text: str) -> None:
        for number, part in enumerate(text.split("\n")):
            if number:
                self.line += 1
                if self._length:
                    self._pieces.append("\n")
                    self._length += 1
            if part.strip() or (part and self._length):
                self._put(part.rstrip("\r"))

    def _put_separator(self) -> None:
        if self._length and not self._pieces[-1].endswith("\n"):
            separator = " | " if self._cell else " "
            self._pieces.append(separator)
            self._length += len(separator)
        self._cell = False

    def _put(self, words: str) -> None:
        if not self._marks or self._marks[-1][1] != self.line:
            self._marks.append((self._length, self.line))
        self._pieces.append(words)
        self._length += len(words)

    def _break(self) -> None:
        """``<br>``: a new line; two of them: a new paragraph."""
        self._end_script("")
        if self._row is not None or self._level:
            self._space = True
        elif self._pre:
            self._pieces.append("\n")
            self._length += 1
        elif self._pieces and self._pieces[-1] == "\n":
            self.flush()
        elif self._length:
            self._pieces.append("\n")
            self._length += 1
            self._space = False

    def flush(self) -> None:
        """End the current block."""
        self._end_script("")
        self.left_out = False
        text = "".join(self._pieces).rstrip()
        if text:
            kind = "pre" if self._pre else "row" if self._row is not None else "text"
            if self._level:
                kind = "heading"
            elif self._item:
                kind = "item"
            level = (self._numbers[-1] or 0) if kind == "item" and self._numbers else self._level
            marks = [mark for mark in self._marks if mark[0] < len(text)]
            self.found.append(Block(kind, level, text, marks))
            self._item = False
        self._pieces, self._marks, self._length, self._term = [], [], 0, 0
        self._scripts = []
        self._space = self._cell = False


def item_mark(item: Block, bullet: str = "-") -> str:
    """What stands before an item: its number, or a bullet."""
    return f"{item.level}. " if item.level > 0 else f"{bullet} "


def compose(parts: list[Block]) -> tuple[str, list[tuple[int, int]], list[tuple[int, int, int]]]:
    """Blocks put together: the text, its ``(offset, line)`` pairs, and its headings as
    ``(start, end, level)``. A blank line between blocks, but none between list items."""
    pieces: list[str] = []
    lines: list[tuple[int, int]] = []
    headings: list[tuple[int, int, int]] = []
    length = 0
    before = ""
    for block in parts:
        separator = "" if not pieces else "\n" if before == block.kind == "item" else "\n\n"
        prefix = item_mark(block) if block.kind == "item" else ""
        start = length + len(separator)
        for number, (offset, line) in enumerate(block.marks):
            where = start if number == 0 else start + len(prefix) + offset
            if not lines or lines[-1][1] != line:
                lines.append((where, line))
        pieces += [separator, prefix, block.text]
        length = start + len(prefix) + len(block.text)
        if block.kind == "heading":
            headings.append((start, length, block.level))
        before = block.kind
    return "".join(pieces), lines, headings
