"""Where a question is typed."""

from __future__ import annotations

import time
from collections.abc import Iterable
from typing import ClassVar

from textual import events
from textual.binding import Binding, BindingType
from textual.message import Message
from textual.widgets import Input

from qa.text import one_line
from qa.ui.naming import begun, completed, completions

AT_ONCE_S = 1.0
"""What is typed so soon after a digit that opened a citation belongs to it: ``1861 …``."""
PASTED = 100_000
"""Characters taken from the clipboard, far more than a question may have."""


class QuestionInput(Input):
    """A line for the question, with the questions asked before under the up and down keys.

    An empty line lets keys through that open citations: digits at once; letters on Enter, for one
    may be the first of a question that is typed slowly.
    """

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("up", "recall(-1)", "history", key_display="↑↓"),
        Binding("down", "recall(1)", show=False),
        Binding("tab", "complete", show=False),
    ]

    class Asked(Message):
        """A question was entered."""

        def __init__(self, question: str) -> None:
            super().__init__()
            self.question = question

    class Picked(Message):
        """A letter was typed that opens a passage."""

        def __init__(self, key: str) -> None:
            super().__init__()
            self.key = key

    class Left(Message):
        """On to the next widget."""

    class NamesWanted(Message):
        """The paths of the documents are needed to complete one."""

    def __init__(self) -> None:
        super().__init__(
            placeholder="Ask about these documents…",
            id="question",
            compact=True,
            select_on_focus=False,
        )
        self.picks = ""
        """Keys that open something while the line is empty."""
        self._history: list[str] = []
        self._at = 0
        self._draft = ""
        self._digits = ""
        """That opened citations one after the other, and when the last did."""
        self._digit_at = -AT_ONCE_S
        self._noted = 0
        """Of them, those that have not opened anything yet."""
        self.paths: tuple[str, ...] | None = None
        """Of the documents, once somebody has typed an ``@`` and they have come (`take_paths`)."""
        self._completes = ""
        """The line that Tab was pressed on before they had come."""
        self._offered: list[str] = []
        self._before = ""

    def remember(self, questions: Iterable[str]) -> None:
        """Questions asked before, oldest first, for the up and down keys."""
        self._history = [one_line(question) for question in questions]
        self._at, self._draft = len(self._history), ""

    def check_consume_key(self, key: str, character: str | None) -> bool:
        """Let the footer name the keys that open something while the line is empty."""
        opens = not self.value and key in self.picks
        return not opens and super().check_consume_key(key, character)

    def on_key(self, event: events.Key) -> None:
        """Keep a digit that opens a citation out of the line; the app's binding gets it."""
        if not self.value and event.key.isdigit() and event.key in self.picks:
            event.prevent_default()
            self._note(event.key)
            self._noted += 1

    def opens(self, digit: str) -> None:
        """A digit opens a citation; it may have been typed here, or beside an open source."""
        if self._noted:
            self._noted -= 1
        elif not self.value:
            self._note(digit)

    def _note(self, digit: str) -> None:
        now = time.monotonic()
        self._digits = (self._digits if now - self._digit_at < AT_ONCE_S else "") + digit
        self._digit_at = now

    def given_back(self) -> str:
        """The digits that what is typed now belongs to, if it is typed so soon."""
        digits, self._digits = self._digits, ""
        return digits if time.monotonic() - self._digit_at < AT_ONCE_S else ""

    def on_paste(self, event: events.Paste) -> None:
        """Paste several lines as one question, without control characters."""
        event.prevent_default()
        event.stop()
        self.insert_text_at_cursor(one_line(event.text[:PASTED]))

    def insert_text_at_cursor(self, text: str) -> None:
        """Put what is typed into the line, behind the number that began the question."""
        digits = self.given_back()
        super().insert_text_at_cursor(text if self.value else digits + text)

    def on_input_changed(self) -> None:
        """Show the keys that fit, and have the names at hand that an ``@`` may mean."""
        if len(self.value) < 2:
            self.refresh_bindings()
        if self.paths is None and begun(self.value) is not None:
            self.post_message(self.NamesWanted())
        if not (self._offered and self.value == completed(self._before, self._offered[0])):
            self._offered = []

    def forget_paths(self) -> None:
        """The documents are other ones."""
        self.paths, self._completes, self._offered = None, "", []

    def take_paths(self, paths: tuple[str, ...]) -> None:
        """The paths of the documents have come: complete what was to be completed."""
        self.paths = paths
        if self._completes and self._completes == self.value:
            self.action_complete()
        self._completes = ""

    def action_complete(self) -> None:
        """Put a document's name in full; again, the next one. Elsewhere on to the next widget."""
        if self._offered:
            self._offered = [*self._offered[1:], self._offered[0]]
        elif (name := begun(self.value)) is not None:
            if self.paths is None:
                self._completes = self.value
                self.post_message(self.NamesWanted())
            self._before, self._offered = self.value, completions(name, self.paths or ())
        if self._offered:
            self.value = completed(self._before, self._offered[0])
            self.cursor_position = len(self.value)
        elif "@" not in self.value[self.value.rfind(" ") + 1 :]:  # no name that is being typed
            self.post_message(self.Left())

    async def action_submit(self) -> None:
        """Ask at once: what is typed while a message is on its way would become part of it."""
        self.ask()

    def ask(self) -> None:
        """Ask what stands in the line, or open the passage whose letter stands there."""
        question = self.value.strip()
        if len(question) == 1 and question in self.picks:
            self._pick()
        elif question:
            self._digits = ""
            if self._history[-1:] != [question]:
                self._history.append(question)
            self._at, self._draft = len(self._history), ""
            self.value = ""
            self.post_message(self.Asked(question))

    def action_recall(self, step: int) -> None:
        """Show an earlier or later question; the line being typed comes after the last."""
        if self._at == len(self._history):
            self._draft = self.value
        self._at = min(max(self._at + step, 0), len(self._history))
        with self.prevent(Input.Changed):
            self.value = [*self._history, self._draft][self._at]
        self.cursor_position = len(self.value)
        self.refresh_bindings()

    def _pick(self) -> None:
        key = self.value.strip()
        self.value = ""
        self.post_message(self.Picked(key))
