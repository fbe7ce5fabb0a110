"""The text of a document, with quotes marked. Renders only the rows on the screen."""

from __future__ import annotations

import re
from bisect import bisect_left, bisect_right
from collections.abc import Sequence
from itertools import islice, pairwise
from typing import ClassVar

from rich.segment import Segment
from rich.style import Style
from textual import events
from textual.geometry import Size
from textual.scroll_view import ScrollView
from textual.strip import Strip

from qa.text import printable
from qa.types import Span
from qa.ui.rows import TAB, Rows, SourceText

MARGIN_SCREENS = 3
"""Rows this many screens around the visible ones are wrapped ahead, so that scrolling never
meets an estimated height at its edge."""

MOST_MATCHES = 10_000
"""Places marked of what is searched for."""


class DocumentView(ScrollView, can_focus=True):
    """A document: line numbers at the left, the current quote and the others marked."""

    COMPONENT_CLASSES: ClassVar[set[str]] = {
        "document--number",
        "document--mark",
        "document--quote",
        "document--other",
        "document--heading",
        "document--page",
        "document--match",
        "document--here",
    }
    ALLOW_SELECT = False

    def __init__(self) -> None:
        super().__init__()
        self._source: SourceText | None = None
        self._rows: Rows | None = None
        self._quote: Span | None = None
        self._others: tuple[Span, ...] = ()
        self._matches: list[Span] = []
        self._match: Span | None = None
        self._headings: list[Span] = []
        self._wanted = False
        self._settling = False
        self._seen_height = 0

    def show(self, source: SourceText, quote: Span | None, others: Sequence[Span] = ()) -> None:
        """Show ``source`` with ``quote`` in the middle."""
        if source is not self._source:
            self._source, self._rows = source, None
            self._matches, self._match = [], None
            self._headings = sorted(heading.span for heading in source.document.headings)
        self._quote, self._others = quote, tuple(others)
        self._wanted = True
        self._lay_out()
        self.refresh()

    def find(self, words: str) -> int:
        """Mark every place of some words, without regard to capitals, and go to the first one
        below the top of the screen; how many there are, at most `MOST_MATCHES`."""
        self._matches, self._match = [], None
        if self._source is not None and words:
            found = re.finditer(re.escape(words), self._source.text, re.IGNORECASE)
            self._matches = [Span(*match.span()) for match in islice(found, MOST_MATCHES)]
        if self._matches and self._rows is not None:
            piece, sub = self._rows.at(self.scroll_offset.y)
            top = self._rows.span_at(piece, sub)[0]
            at = bisect_left(self._matches, Span(top, top)) % len(self._matches)
            self._show_match(self._matches[at])
        self.refresh()
        return len(self._matches)

    def step(self, by: int) -> int:
        """Go to the next or previous of the places found; its number, from 1, or 0 for none."""
        if not self._matches:
            return 0
        at = self._matches.index(self._match) + by if self._match in self._matches else 0
        self._show_match(self._matches[at % len(self._matches)])
        return at % len(self._matches) + 1

    def _show_match(self, match: Span) -> None:
        self._match = match
        self._go_to(match)
        self.refresh()

    def clear(self) -> None:
        """Forget the document."""
        self._source = self._rows = self._quote = None
        self._matches, self._match = [], None
        self.virtual_size = Size(0, 0)
        self.refresh()

    def on_resize(self, _event: events.Resize) -> None:
        """Wrap anew when the width changed; a quote that was seen stays so."""
        seen, self._seen_height = self._quote_is_seen(), self.size.height
        self._lay_out()
        if seen and self._quote is not None and self._rows is not None:
            self._go_to(self._quote)

    def _quote_is_seen(self) -> bool:
        rows, quote = self._rows, self._quote
        if rows is None or quote is None:
            return False
        begin = self.scroll_offset.y
        first, last = (
            rows.at(min(row, rows.total - 1))
            for row in (begin, begin + max(0, self._seen_height - 1))
        )
        return rows.span_at(*first)[0] < quote.end and quote.start < rows.span_at(*last)[1]

    def watch_scroll_y(self, old_value: float, new_value: float) -> None:
        """Wrap what has come near."""
        super().watch_scroll_y(old_value, new_value)
        if self._rows is not None and not self._settling:
            self._settle(*self._rows.at(round(new_value)))

    def action_scroll_end(self) -> None:
        """Go to the last row, wherever that is once what precedes it is wrapped."""
        if self._rows is not None:
            self._settle(*self._rows.at(self._rows.total - 1))

    def render_line(self, y: int) -> Strip:
        """One row of the screen."""
        width, style = self.size.width, self.rich_style
        row = self.scroll_offset.y + y
        if self._rows is None or self._source is None or row >= self._rows.total:
            return Strip.blank(width, style)
        piece, sub = self._rows.at(row)
        if mark := self._source.pieces[piece].mark:
            line = f"── {mark} " + "─" * width
            return Strip([Segment(line, self._look("page"))]).crop_extend(0, width, style)
        start, end = self._rows.span_at(piece, sub)
        segments = [*self._gutter(piece, start, end), *self._words(start, end)]
        return Strip(segments).crop_extend(0, width, style)

    def _look(self, name: str) -> Style:
        return self.get_component_rich_style(f"document--{name}")

    @property
    def _text_width(self) -> int:
        assert self._source is not None
        numbers = self._source.number_width()
        # Beside the number and the mark nothing is left free: lines that a file broke at 75
        # characters stay whole on 80 columns, up to line 999.
        return self.scrollable_content_region.width - numbers - 1

    def _lay_out(self) -> None:
        if self._source is None or not self.size.width or not self.size.height:
            return
        if self._rows is None or self._rows.width != max(1, self._text_width):
            top = self._rows.at(self.scroll_offset.y)[0] if self._rows is not None else 0
            self._rows = Rows(self._source, self._text_width)
            if not self._wanted:
                self._settle(top, 0)
        if self._wanted:
            self._wanted = False
            if self._quote is None:
                self._settle(0, 0)
            else:
                self._go_to(self._quote)

    def _go_to(self, span: Span) -> None:
        """Put a span in the middle of the screen."""
        assert self._rows is not None
        height = self.size.height
        self._rows.settle(self._rows.source.piece_of(span.start), MARGIN_SCREENS * height)
        first = self._rows.row_of(span.start)
        last = self._rows.row_of(max(span.start, span.end - 1))
        # A quote taller than the screen is shown from its first words on.
        above = max(1, (height - (last - first + 1)) // 2)
        self._settle(*self._rows.at(max(0, first - above)))

    def _settle(self, piece: int, sub: int) -> None:
        """Wrap what is near row ``sub`` of ``piece``, and keep that row on top."""
        rows = self._rows
        assert rows is not None
        self._settling = True
        try:
            rows.settle(piece, MARGIN_SCREENS * max(1, self.size.height))
            row = rows.top(piece) + min(sub, len(rows.breaks(piece)) - 1)
            self.virtual_size = Size(self.scrollable_content_region.width, rows.total)
            if row != self.scroll_offset.y:
                self.scroll_to(y=row, animate=False, force=True, immediate=True)
        finally:
            self._settling = False

    def _gutter(self, piece: int, start: int, end: int) -> list[Segment]:
        assert self._source is not None
        segments = []
        if columns := self._source.number_width():
            number = self._source.number(piece, start, end)
            shown = f"{number:>{columns}}" if number else " " * columns
            segments.append(Segment(shown, self._look("number")))
        mark = " "
        if self._quote is not None and self._quote.start < end and start < self._quote.end:
            mark = "▌"
        elif any(span.start < end and start < span.end for span in self._others):
            mark = "▏"
        return [*segments, Segment(mark, self._look("mark"))]

    def _words(self, start: int, end: int) -> list[Segment]:
        assert self._source is not None
        at = max(0, bisect_right(self._headings, Span(start, end)) - 1)
        marked = [(span, "heading") for span in self._headings[at : at + 2]]
        marked += [(span, "other") for span in self._others]
        if self._quote is not None:
            marked.append((self._quote, "quote"))
        near = max(0, bisect_left(self._matches, Span(start, start)) - 1)
        for match in self._matches[near:]:
            if match.start >= end:
                break
            marked.append((match, "here" if match == self._match else "match"))
        cuts = {start, end}
        for span, _ in marked:
            cuts.update(edge for edge in (span.start, span.end) if start < edge < end)
        segments = []
        for left, right in pairwise(sorted(cuts)):
            style = self.rich_style
            for span, name in marked:
                if span.start <= left and right <= span.end:
                    style = self._look(name)
            words = printable(self._source.text[left:right]).replace("\t", TAB)
            segments.append(Segment(words, style))
        return segments
