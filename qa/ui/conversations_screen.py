"""The conversations that were kept: find one, go on with it, rename it, delete it."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import ClassVar

from rich.text import Text
from textual import events, on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.content import Content
from textual.screen import Screen
from textual.widgets import DataTable, Input, Static

from qa.conversations import Conversations, SavedConversation, matching
from qa.errors import ConversationError
from qa.text import one_line, shorten
from qa.ui.key_line import KeyLine

ROWS = 500
"""Conversations listed: a longer table takes longer than a key press to fill."""
NONE_YET = "No conversation yet. Every question you ask is kept here, with its citations."
SURE = "Press delete again to delete “{title}” for good; any other key keeps it."


class ConversationsScreen(Screen[SavedConversation | None]):
    """A list, newest first; gives back the conversation to go on with.

    Args:
        kept: where they are.
        current: the ID of the one that is open.
    """

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("slash", "search", "search", key_display="/"),
        Binding("f2", "rename", "rename", key_display="F2"),
        Binding("delete", "delete", "delete", key_display="del"),
        Binding("escape", "leave", "back", key_display="esc"),
    ]

    def __init__(self, kept: Conversations, current: str = "") -> None:
        super().__init__()
        self._kept = kept
        self._current = current
        self._all: list[SavedConversation] = []
        self._shown: list[SavedConversation] = []
        self._renaming: SavedConversation | None = None
        self._deleting: SavedConversation | None = None

    def compose(self) -> ComposeResult:
        """A title, a line to search or rename in, the list."""
        yield Static("Conversations: reading…", classes="screen-title", id="conversations-title")
        yield Input(id="conversations-line", compact=True)
        yield DataTable[Text](id="conversations", cursor_type="row", zebra_stripes=True)
        yield Static("", id="conversations-notice")
        yield KeyLine()

    async def on_mount(self) -> None:
        """Read them in a thread: there may be thousands."""
        self._line.display = False
        self._say("")
        self._table.add_columns("Title", "Last question", "Questions", "Folder")
        self._table.focus()
        self._all = await asyncio.to_thread(self._kept.all)
        self._fill(self._all)

    @property
    def _table(self) -> DataTable[Text]:
        table: DataTable[Text] = self.query_one("#conversations", DataTable)
        return table

    @property
    def _line(self) -> Input:
        return self.query_one("#conversations-line", Input)

    def _say(self, words: str) -> None:
        notice = self.query_one("#conversations-notice", Static)
        notice.update(Content(words))
        notice.display = bool(words)

    def _fill(self, shown: list[SavedConversation]) -> None:
        at = self._chosen()
        self._shown = shown
        table = self._table.clear()
        for one in shown[:ROWS]:
            mark = "• " if one.id == self._current else ""
            table.add_row(
                Text(mark + shorten(one.title, 60)),
                Text(f"{one.updated.astimezone():%Y-%m-%d %H:%M}"),
                Text(str(len(one.turns)), justify="right"),
                Text(shorten(one.corpus, 48)),
            )
        ids = [one.id for one in shown]
        if at is not None and at.id in ids:
            table.move_cursor(row=ids.index(at.id))
        title = f"Conversations: {len(shown):,}"
        if len(shown) < len(self._all):
            title += f" of {len(self._all):,}"
        if len(shown) > ROWS:
            title += f" (the latest {ROWS} are listed; / searches all)"
        self.query_one("#conversations-title", Static).update(Content(title))
        if not self._all:
            self._say(NONE_YET)

    def _chosen(self) -> SavedConversation | None:
        row = self._table.cursor_row
        return self._shown[row] if 0 <= row < len(self._shown) else None

    @on(DataTable.RowSelected)
    def _go_on(self, event: DataTable.RowSelected) -> None:
        event.stop()
        if (chosen := self._chosen()) is not None:
            self.dismiss(chosen)

    @on(Input.Changed)
    async def _search(self, event: Input.Changed) -> None:
        event.stop()
        if self._renaming is None and event.value == self._line.value:  # not typed on meanwhile
            self._fill(await asyncio.to_thread(matching, self._all, event.value))

    @on(Input.Submitted)
    async def _entered(self, event: Input.Submitted) -> None:
        event.stop()
        if self._renaming is not None:
            await self._change(self._kept.rename, self._renaming.id, event.value)
            self._renaming = None
            self._line.display = False
        self._table.focus()

    def action_search(self) -> None:
        """Show only those that hold some words."""
        self._renaming = None
        self._line.placeholder = "Words of a title, a question or a quote…"
        self._open_line("")
        self._fill(self._all)

    def action_rename(self) -> None:
        """Give the chosen one another title."""
        self._renaming = self._chosen()
        if self._renaming is not None:
            self._line.placeholder = "Another title…"
            self._open_line(one_line(self._renaming.title))

    def _open_line(self, value: str) -> None:
        with self.prevent(Input.Changed):
            self._line.value = value
        self._line.display = True
        self._line.focus()

    async def action_delete(self) -> None:
        """Delete the chosen one, once asked for twice."""
        chosen = self._chosen()
        if chosen is None:
            return
        if self._deleting is chosen:
            self._deleting = None
            self._say("")
            await self._change(self._kept.delete, chosen.id)
            return
        self._deleting = chosen
        self._say(SURE.format(title=shorten(chosen.title, 50)))

    def on_key(self, event: events.Key) -> None:
        """Any other key than delete keeps the conversation."""
        if self._deleting is not None and event.key != "delete":
            self._deleting = None
            self._say("")

    async def _change(self, change: Callable[..., None], *arguments: str) -> None:
        try:
            await asyncio.to_thread(change, *arguments)
        except ConversationError as error:
            self._say(one_line(str(error)))
            return
        self._all = await asyncio.to_thread(self._kept.all)
        self._fill(self._all if not self._line.display else matching(self._all, self._searched))

    @property
    def _searched(self) -> str:
        return "" if self._renaming is not None else self._line.value

    def action_leave(self) -> None:
        """Close the line, else the screen."""
        if self._line.display:
            self._renaming = None
            self._line.display = False
            self._fill(self._all)
            self._table.focus()
        else:
            self.dismiss(None)
