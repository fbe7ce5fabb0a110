"""Where a conversation is written to a file for other programs."""

from __future__ import annotations

import asyncio
import re
from pathlib import Path
from typing import ClassVar

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.content import Content
from textual.screen import Screen
from textual.widgets import Input, OptionList, Static
from textual.widgets.option_list import Option

from qa.conversations import SavedConversation
from qa.export import FORMATS, SUFFIXES, format_of
from qa.text import one_line, shorten
from qa.ui.key_line import KeyLine

SAID = {
    "markdown": "Markdown, with footnotes",
    "html": "HTML, with links that scroll to the quote",
    "json": "JSON, everything",
    "w3c": "Web Annotations (W3C, JSON-LD)",
    "bibtex": "BibTeX, the documents cited",
    "csl": "CSL-JSON, the documents cited",
}


class ExportScreen(Screen[Path | None]):
    """Asks for a format and a file; gives the file back once it is written.

    Args:
        conversation: to be exported.
        style: template of the line that names a source.
    """

    BINDINGS: ClassVar[list[BindingType]] = [Binding("escape", "cancel", "cancel")]

    def __init__(self, conversation: SavedConversation, style: str) -> None:
        super().__init__()
        self._conversation = conversation
        self._style = style
        self._sure = ""

    def compose(self) -> ComposeResult:
        """The formats, then the file."""
        yield Static("Export this conversation", classes="screen-title")
        yield OptionList(*(Option(Content(words), id=key) for key, words in SAID.items()))
        yield Static("File (Enter writes it):", classes="paragraph")
        yield Input(self._file_for("markdown"), id="export-file", compact=True)
        yield Static("", id="problem")
        yield KeyLine()

    def on_mount(self) -> None:
        """Markdown until another is chosen."""
        self.query_one("#problem").display = False
        self.query_one(OptionList).highlighted = 0
        self.query_one(OptionList).focus()

    def _file_for(self, format_: str) -> str:
        slug = re.sub(r"\W+", "-", self._conversation.title.lower()).strip("-")[:40]
        return str(Path.cwd() / f"{slug.strip('-') or 'conversation'}{SUFFIXES[format_]}")

    @property
    def _format(self) -> str:
        at = self.query_one(OptionList).highlighted or 0
        return list(SAID)[at]

    @on(OptionList.OptionHighlighted)
    def _other_format(self, event: OptionList.OptionHighlighted) -> None:
        event.stop()
        line = self.query_one("#export-file", Input)
        for suffix in sorted(SUFFIXES.values(), key=len, reverse=True):
            if line.value.endswith(suffix):
                line.value = line.value.removesuffix(suffix) + SUFFIXES[self._format]
                break

    @on(Input.Changed)
    def _named(self, event: Input.Changed) -> None:
        """The ending of the name says the format."""
        event.stop()
        if format_ := format_of(event.value):
            self.query_one(OptionList).highlighted = list(SAID).index(format_)

    @on(OptionList.OptionSelected)
    def _format_chosen(self, event: OptionList.OptionSelected) -> None:
        event.stop()
        self.query_one("#export-file", Input).focus()

    @on(Input.Submitted)
    async def _write(self, event: Input.Submitted) -> None:
        event.stop()
        if not event.value.strip():
            return
        try:
            file = Path(event.value.strip()).expanduser()
            if file.exists() and self._sure != event.value:
                self._sure = event.value
                self._say(f"{one_line(str(file))} is there already. Enter writes over it.")
                return
            text = FORMATS[self._format](self._conversation, self._style)
            await asyncio.to_thread(file.write_bytes, text.encode())
        except (OSError, RuntimeError, ValueError) as error:
            reason = getattr(error, "strerror", None) or str(error)
            self._say(f"{shorten(event.value, 200)} cannot be written: {one_line(reason)}.")
            return
        self.dismiss(file)

    def _say(self, words: str) -> None:
        problem = self.query_one("#problem", Static)
        problem.update(Content(words))
        problem.display = True

    def action_cancel(self) -> None:
        """Write nothing."""
        self.dismiss(None)
