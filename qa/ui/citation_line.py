"""One line under an answer: a place that can be opened."""

from __future__ import annotations

from typing import ClassVar

from rich.cells import cell_len
from textual.binding import Binding, BindingType
from textual.content import Content
from textual.message import Message
from textual.widget import Widget

from qa.text import one_line
from qa.types import Citation
from qa.ui.words import place, tail

MINIMUM_QUOTE = 24
"""A quote is shown on the line only when this many columns are left for it."""


class CitationLine(Widget, can_focus=True):
    """Number or letter, document, place, heading, and the quote's first words if they fit."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("enter", "open", "open"),
        Binding("c", "copy('c')", "copy"),
        Binding("y", "copy('y')", show=False),
        Binding("i", "measure", "why", show=False),
        Binding("up", "app.focus_previous", show=False),
        Binding("down", "app.focus_next", show=False),
    ]
    ALLOW_SELECT = False

    class Chosen(Message):
        """The citation is to be opened."""

        def __init__(self, line: CitationLine) -> None:
            super().__init__()
            self.line = line

    class Copied(Message):
        """The citation is to be copied."""

        def __init__(self, citation: Citation) -> None:
            super().__init__()
            self.citation = citation

    class Measured(Message):
        """The number behind the words is asked for, and how this was found."""

        def __init__(self, citation: Citation) -> None:
            super().__init__()
            self.citation = citation

    def __init__(self, key: str, citation: Citation, columns: tuple[int, int, int]) -> None:
        super().__init__()
        self.key = key
        """The key that opens it."""
        self.citation = citation
        self.sign, self.mark = "", ""
        """What has become of the source, once that is known (see `qa.ui.words.MARKS`)."""
        self._columns = columns
        """Cells that the names, places and headings beside it need."""

    def set_mark(self, sign: str, mark: str) -> None:
        """Show what has become of the source: a sign, and a word unless all is well."""
        self.sign, self.mark = sign, mark
        self.refresh()

    def render(self) -> Content:
        """The line, cut to the width there is."""
        width = self.content_size.width
        citation = self.citation
        names, places, headings = self._columns
        names = min(names, max(16, width * 2 // 5))
        parts: list[Content | tuple[str, str]] = [
            (f"{self.key:>2} ", "$text-accent"),
            (f"{self.sign:1} ", "$text-warning" if self.mark else "$text-success"),
            _column(tail(one_line(citation.path), names), names),
            ("  ", ""),
            (f"{place(citation):<{places}}  ", "$foreground-muted"),
        ]
        if headings:
            headings = min(headings, max(12, width // 4))
            heading = Content(one_line(citation.heading)).truncate(headings, ellipsis=True)
            parts += [_column(heading.plain, headings), ("  ", "")]
        if self.mark:
            parts.append((f"{self.mark}  ", "$text-warning"))
        used = Content.assemble(*parts)
        left = width - used.cell_length
        if left >= MINIMUM_QUOTE:
            quote = Content(f"“{one_line(citation.quote)}”").truncate(left, ellipsis=True)
            return used + quote.stylize("$foreground-muted")
        return used.truncate(width, ellipsis=True)

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Where letters open passages, ``c`` is such a letter (``y`` copies everywhere)."""
        return not (action == "copy" and parameters == ("c",) and self.key.isalpha())

    def on_click(self) -> None:
        """Open with the mouse."""
        self.action_open()

    def action_open(self) -> None:
        """Open the source at the quote."""
        self.post_message(self.Chosen(self))

    def action_copy(self, _key: str) -> None:
        """Copy the quote with its place."""
        self.post_message(self.Copied(self.citation))

    def action_measure(self) -> None:
        """Show the confidence as a number, and how this was found."""
        self.post_message(self.Measured(self.citation))


def _column(text: str, width: int) -> Content:
    return Content(text + " " * max(0, width - cell_len(text)))
