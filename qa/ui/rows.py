"""A document as rows of a given width, however large it is.

A line can be 5 MB long and a document can have 100,000 lines, so nothing here wraps a whole
document. Lines are cut into pieces of bounded length once; a piece is wrapped only when it
comes near the screen. Until then its height is an estimate, corrected when it is wrapped.

Offsets are those of ``Document.text``: text is made printable a row at a time, character
for character, so that a quote's offsets stay true on the screen.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterator
from typing import NamedTuple

from rich.cells import cell_len

from qa.text import LineIndex, one_line, printable
from qa.types import Document

PIECE = 2000
"""Characters wrapped at a time. A longer line starts a new row after this many."""
TAB = "    "
_CHUNK = 256
"""Heights are summed in chunks of this many pieces, to find a row among 100,000."""


class Piece(NamedTuple):
    """A stretch of one line, or the mark where a page or place begins."""

    start: int
    end: int
    number: int
    """Line number of the file to show beside it; 0 for none."""
    mark: str = ""
    """What begins here: ``page 3``, ``slide 3``; empty for a stretch."""


class SourceText:
    """A document cut into pieces. Building it takes some 50 ms for 100,000 lines."""

    def __init__(self, document: Document) -> None:
        self.document = document
        self.text = document.text
        self.pieces: list[Piece] = []
        self.line_count = 0
        """Lines of the file; 0 where the text is not the file's own."""
        self._mapped = [offset for offset, _ in document.lines]
        self._cut()
        self._starts = [piece.start for piece in self.pieces]

    def piece_of(self, offset: int) -> int:
        """Index of the piece that holds ``offset``."""
        return max(0, bisect_right(self._starts, offset) - 1)

    def number_width(self) -> int:
        """Columns that the largest line number needs; 0 when there are none."""
        largest = self.document.lines[-1][1] if self._mapped else self.line_count
        return len(str(largest)) if largest else 0

    def number(self, piece: int, start: int, end: int) -> int:
        """The line number to show beside a row; 0 for none.

        Where the words are not the file's own lines, a row shows the line that begins in it.
        """
        if not self._mapped:
            return self.pieces[piece].number if start == self.pieces[piece].start else 0
        here = self._mapped_line(max(start, end - 1))
        return here if start < end and here != self._mapped_line(start - 1) else 0

    def _mapped_line(self, offset: int) -> int:
        at = bisect_right(self._mapped, offset)
        return self.document.lines[at - 1][1] if at else 0

    def _cut(self) -> None:
        text, marks = self.text, list(_marks(self.document))
        starts = LineIndex(text).starts
        ends = [*starts[1:], len(text)]
        if not marks and not self._mapped and not self.document.places:
            self.line_count = len(starts)
        at = 0
        for line, (start, end) in enumerate(zip(starts, ends, strict=True), start=1):
            stop = _without_break(text, start, end)
            while at < len(marks) and (marks[at][0] < end or end == len(text)):
                middle = min(max(marks[at][0], start), stop)
                if middle > start:
                    self._add(start, middle, 0)
                    start = middle
                self.pieces.append(Piece(start, start, 0, marks[at][1]))
                at += 1
            self._add(start, stop, line if self.line_count else 0)

    def _add(self, start: int, stop: int, number: int) -> None:
        while stop - start > PIECE:
            cut = self.text.rfind(" ", start + PIECE // 2, start + PIECE) + 1 or start + PIECE
            self.pieces.append(Piece(start, cut, number))
            start, number = cut, 0
        self.pieces.append(Piece(start, stop, number))


def _marks(document: Document) -> Iterator[tuple[int, str]]:
    """Pages, and places that go on over several paragraphs: with a mark for each row a table would
    be twice as long."""
    for number, offset in enumerate(document.pages, start=1):
        yield offset, f"page {number}"
    if 2 * len(document.places) <= document.text.count("\n\n") + 1:
        for offset, name in document.places:
            yield offset, one_line(name)


def _without_break(text: str, start: int, end: int) -> int:
    if end > start and text[end - 1] == "\n":
        end -= 1
    if end > start and text[end - 1] == "\r":
        end -= 1
    return end


def wrap(text: str, width: int) -> list[int]:
    """Offsets in ``text``, one line, at which its rows of at most ``width`` cells begin.

    Rows break after a space where there is one in their second half, else in the word.
    """
    text = printable(text)  # what is shown is what is measured
    simple = text.isascii() and "\t" not in text
    breaks = [0]
    start = 0
    while True:
        end = start + width if simple else _fitting(text, start, width)
        if end >= len(text):
            return breaks
        space = text.rfind(" ", start + (end - start) // 2, end + 1)
        start = end if space < 0 else space + 1
        if start >= len(text):
            return breaks
        breaks.append(start)


def _fitting(text: str, start: int, width: int) -> int:
    """End of the longest stretch from ``start`` that fits into ``width`` cells."""
    used = 0
    for at in range(start, len(text)):
        used += _cells(text[at])
        if used > width:
            return max(at, start + 1)
    return len(text)


def _cells(character: str) -> int:
    """The most cells that a character can add to a row."""
    if character == "\ufe0f":
        return 1  # makes the sign before it an emoji, which may be wider
    return len(TAB) if character == "\t" else cell_len(character)


class Rows:
    """Which row of the screen shows what, at one width."""

    def __init__(self, source: SourceText, width: int) -> None:
        self.source = source
        self.width = max(1, width)
        self._heights = [
            max(1, (piece.end - piece.start + self.width - 1) // self.width)
            for piece in source.pieces
        ]
        self._breaks: dict[int, list[int]] = {}
        self._sums = [
            sum(self._heights[at : at + _CHUNK]) for at in range(0, len(self._heights), _CHUNK)
        ]

    @property
    def total(self) -> int:
        """Rows of the whole document, estimates included."""
        return sum(self._sums)

    def top(self, piece: int) -> int:
        """The first row of a piece."""
        chunk = piece // _CHUNK
        return sum(self._sums[:chunk]) + sum(self._heights[chunk * _CHUNK : piece])

    def at(self, row: int) -> tuple[int, int]:
        """The piece shown at a row, and which of its rows that is."""
        chunk = 0
        while chunk < len(self._sums) - 1 and row >= self._sums[chunk]:
            row -= self._sums[chunk]
            chunk += 1
        piece = chunk * _CHUNK
        while piece < len(self._heights) - 1 and row >= self._heights[piece]:
            row -= self._heights[piece]
            piece += 1
        return piece, min(row, self._heights[piece] - 1)

    def breaks(self, piece: int) -> list[int]:
        """Offsets in the document at which the rows of a piece begin."""
        known = self._breaks.get(piece)
        if known is None:
            start, end, *_ = self.source.pieces[piece]
            known = [start + at for at in wrap(self.source.text[start:end], self.width)]
            self._breaks[piece] = known
            self._sums[piece // _CHUNK] += len(known) - self._heights[piece]
            self._heights[piece] = len(known)
        return known

    def settle(self, piece: int, margin: int) -> None:
        """Wrap the pieces within ``margin`` rows of a piece, so that they keep their height."""
        for step in (1, -1):
            at, rows = piece, 0
            while 0 <= at < len(self._heights) and rows <= margin:
                rows += len(self.breaks(at))
                at += step

    def row_of(self, offset: int) -> int:
        """The row that shows an offset; near pieces must be settled."""
        piece = self.source.piece_of(offset)
        return self.top(piece) + bisect_right(self.breaks(piece), offset) - 1

    def span_at(self, piece: int, row: int) -> tuple[int, int]:
        """First offset and end of a row of a piece."""
        breaks = self.breaks(piece)
        end = breaks[row + 1] if row + 1 < len(breaks) else self.source.pieces[piece].end
        return breaks[row], end
