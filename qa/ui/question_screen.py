"""A question of several lines."""

from __future__ import annotations

from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.screen import ModalScreen
from textual.widgets import Static, TextArea

from qa.text import printable
from qa.ui.key_line import KeyLine
from qa.ui.question import PASTED


class QuestionArea(TextArea):
    """Lines of text; what is pasted holds no control characters."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("ctrl+j,ctrl+s", "screen.ask", "ask", key_display="^j", priority=True),
        Binding("ctrl+c", "leave_or_copy", show=False),
        Binding("escape", "screen.close", "back to one line", key_display="esc", priority=True),
    ]

    def action_leave_or_copy(self) -> None:
        """Ctrl+C copies what is selected. With nothing selected it is the app's, whose keys do not
        reach a modal screen."""
        if self.selected_text:
            self.action_copy()
        else:
            self.app.call_later(self.app.run_action, "help_quit")


class QuestionScreen(ModalScreen[tuple[str, bool]]):
    """Gives back what was written, and whether it is to be asked.

    Args:
        text: to begin with.
    """

    def __init__(self, text: str) -> None:
        super().__init__()
        self._text = text

    def compose(self) -> ComposeResult:
        """The text over what the keys do."""
        yield Static("A question of several lines", classes="screen-title")
        yield QuestionArea(self._text, soft_wrap=True, tab_behavior="focus")
        yield KeyLine()

    def on_mount(self) -> None:
        """Begin at the end."""
        area = self.query_one(QuestionArea)
        area.move_cursor(area.document.end)
        area.focus()

    def action_ask(self) -> None:
        """Ask it."""
        self._give_back(asked=True)

    def action_close(self) -> None:
        """Back to the line, nothing lost."""
        self._give_back(asked=False)

    def _give_back(self, asked: bool) -> None:
        text = printable(self.query_one(QuestionArea).text[:PASTED])
        self.dismiss((text, asked))
