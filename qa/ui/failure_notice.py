"""What happened, what is safe, what to do; details only when asked for."""

from __future__ import annotations

from typing import ClassVar

from textual.binding import Binding, BindingType
from textual.content import Content
from textual.widgets import Static

from qa.ui.words import Failure


class FailureNotice(Static, can_focus=True):
    """A failure in the conversation. Enter or a click unfolds its details, if it has any."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("enter", "details", "details"),
        Binding("up", "app.focus_previous", show=False),
        Binding("down", "app.focus_next", show=False),
    ]

    def __init__(self, failure: Failure, more: str = "") -> None:
        super().__init__(_told(failure, more, unfolded=False))
        self._failure = failure
        self._more = more
        self._unfolded = False
        self.can_focus = bool(failure.details)

    def on_click(self) -> None:
        """Unfold with the mouse."""
        self.action_details()

    def action_details(self) -> None:
        """Unfold or fold the details."""
        if self._failure.details:
            self._unfolded = not self._unfolded
            self.update(_told(self._failure, self._more, self._unfolded))


def _told(failure: Failure, more: str, unfolded: bool) -> Content:
    parts: list[Content | tuple[str, str]] = [(failure.message, "$text-error")]
    parts += [(f"\n{line}", "") for line in (failure.hint, more) if line]
    if failure.details:
        how = "Details: click here, or shift+tab to this and Enter."
        details = f"\n{failure.details.rstrip()}" if unfolded else how
        parts.append((f"\n{details}", "$foreground-muted"))
    return Content.assemble(*parts)
