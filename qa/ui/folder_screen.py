"""Where a folder of documents is chosen."""

from __future__ import annotations

import asyncio
import os
from pathlib import Path
from typing import ClassVar

from textual import events
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.content import Content
from textual.screen import Screen
from textual.suggester import Suggester
from textual.widgets import Input, Static

from qa.text import one_line, printable
from qa.ui.key_line import KeyLine

HOW = """Type the path of a folder that holds your documents: text, Markdown, HTML, PDF. \
Tab completes it, Enter opens it. The folder is only read, never written to.

Next time, name it at the start:  qa ~/Documents/reports"""


class FolderSuggester(Suggester):
    """Completes the last part of a path with a folder that exists."""

    def __init__(self) -> None:
        super().__init__(use_cache=False, case_sensitive=True)

    async def get_suggestion(self, value: str) -> str | None:
        """The first folder in the alphabet that begins so. Looked up in a thread: a
        network drive may take its time."""
        return await asyncio.to_thread(suggested, value)


def suggested(value: str) -> str | None:
    """``value`` with its last part completed to a folder, or None."""
    head, slash, part = value.rpartition("/")
    if not slash and value.startswith("~"):
        return None
    folder = Path(f"{head}{slash}" or ".").expanduser()
    try:
        with os.scandir(folder) as entries:
            names = sorted(
                entry.name
                for entry in entries
                if entry.name.startswith(part)
                and (part or not entry.name.startswith("."))
                and printable(entry.name) == entry.name
                and entry.is_dir()
            )
    except OSError:
        return None
    return f"{head}{slash}{names[0]}/" if names else None


class FolderInput(Input):
    """A line for a path, with Tab to complete."""

    BINDINGS: ClassVar[list[BindingType]] = [Binding("tab", "cursor_right", "complete")]

    def on_paste(self, event: events.Paste) -> None:
        """Paste no control characters."""
        event.prevent_default()
        event.stop()
        self.insert_text_at_cursor(one_line(event.text[:4096]))


class FolderScreen(Screen[Path | None]):
    """Asks for a folder; gives it back, or None when nothing was chosen.

    Args:
        start: path to begin with.
        problem: why a folder has to be chosen, if it has to.
    """

    BINDINGS: ClassVar[list[BindingType]] = [Binding("escape", "cancel", "cancel")]

    def __init__(self, start: Path | None, problem: str = "") -> None:
        super().__init__()
        self._start = start
        self._problem = problem

    def compose(self) -> ComposeResult:
        """What is wrong, the path, and how this works."""
        start = "" if self._start is None else one_line(str(self._start)).rstrip("/") + "/"
        yield Static("Choose a folder", classes="screen-title")
        yield Static(Content(printable(self._problem)), id="problem")
        yield FolderInput(
            start,
            placeholder="~/Documents/…",
            suggester=FolderSuggester(),
            id="folder",
            compact=True,
        )
        yield Static(Content(HOW), classes="paragraph")
        yield KeyLine()

    def on_mount(self) -> None:
        """No empty line where there is no problem."""
        self.query_one("#problem").display = bool(self._problem)

    def on_input_submitted(self, event: Input.Submitted) -> None:
        """Give the folder back if it is one, else say what is wrong with it."""
        event.stop()
        named = event.value.strip()
        if not named:
            return
        try:
            folder = Path(named).expanduser()
            if folder.is_dir():
                self.dismiss(folder)
                return
            there = folder.exists()
        except (OSError, RuntimeError, ValueError):
            there = False
        what = "is a file, not a folder" if there else "is not there"
        problem = self.query_one("#problem", Static)
        problem.update(Content(f"{one_line(named)} {what}."))
        problem.display = True

    def action_cancel(self) -> None:
        """Choose nothing."""
        self.dismiss(None)
