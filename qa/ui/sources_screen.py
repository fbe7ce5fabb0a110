"""Which documents are answered from, and which files were left out and why."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import ClassVar

from rich.text import Text
from textual import on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.content import Content
from textual.screen import Screen
from textual.widgets import DataTable, Input, Static

from qa.text import one_line, shorten
from qa.types import DocumentState, Skipped, SourceInfo
from qa.ui.key_line import KeyLine
from qa.ui.words import Failure, tail
from qa.wording import counted

ROWS = 500
"""Lines of a table: a longer one takes longer than a key press to fill."""
STATES: dict[DocumentState, str] = {
    "indexed": "indexed",
    "changed": "! changed since",
    "gone": "! gone since",
}


class SourcesScreen(Screen[str | None]):
    """Two tables, filled when the list has been fetched; gives back the path of a document that
    is to be asked."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("slash", "search", "search", key_display="/"),
        Binding("r", "index_again", "index again"),
        Binding("escape,q", "leave", "back", key_display="esc"),
    ]

    def __init__(self) -> None:
        super().__init__()
        self._sources: Sequence[SourceInfo] = ()
        self._states: Mapping[str, DocumentState] = {}
        self._skipped: Sequence[Skipped] = ()
        self._failure: Failure | None = None

    def compose(self) -> ComposeResult:
        """Headings over tables."""
        yield Static("Sources: reading…", classes="screen-title", id="sources-title")
        yield Input(placeholder="words of a title, name or reason", id="sources-line", compact=True)
        yield DataTable[Text](id="sources", cursor_type="row", zebra_stripes=True)
        yield Static("", classes="screen-title", id="skipped-title")
        yield DataTable[Text](id="skipped", cursor_type="row", zebra_stripes=True)
        yield KeyLine()

    def on_mount(self) -> None:
        """Name the columns."""
        self._line.display = False
        self._table("sources").add_columns("File", "State", "Passages", "Pages", "Format", "Title")
        self._table("skipped").add_columns("File", "Why")
        self._hide_skipped(True)
        self._table("sources").focus()

    def fill(
        self,
        sources: Sequence[SourceInfo],
        states: Mapping[str, DocumentState],
        skipped: Sequence[Skipped],
        failure: Failure | None = None,
    ) -> None:
        """Show what was fetched, or why it could not be."""
        self._sources, self._states, self._skipped = sources, states, skipped
        self._failure = failure
        self._show(self._line.value)

    def _show(self, words: str) -> None:
        """List what holds every one of the words."""
        wanted = words.casefold().split()

        def holds(*parts: str) -> bool:
            return all(word in " ".join(parts).casefold() for word in wanted)

        shown = [one for one in self._sources if holds(one.title, one.path)]
        skipped = [file for file in self._skipped if holds(file.path, file.reason)]
        told = _told("Sources", "document", len(shown), len(self._sources))
        if shown:
            told += " · Enter asks only that one"
        self._title("sources", self._failure.message if self._failure else told)
        self._title("skipped", _told("Skipped", "file", len(skipped), len(self._skipped)))
        table = self._table("sources")
        at = table.cursor_row
        before = table.ordered_rows[at].key.value if at < len(table.ordered_rows) else None
        table.clear()
        for source in shown[:ROWS]:
            state = self._states.get(source.path, "indexed")
            table.add_row(
                Text(tail(one_line(source.path), 40)),
                Text(f"{source.unread} not read" if source.unread else STATES[state]),
                Text(str(source.passages), justify="right"),
                Text(str(source.pages) if source.pages else "", justify="right"),
                Text(shorten(source.format, 12)),
                Text(shorten(source.title, 36)),
                key=source.path,
            )
        paths = [source.path for source in shown[:ROWS]]
        if before in paths:
            table.move_cursor(row=paths.index(before))
        self._hide_skipped(not self._skipped)
        table = self._table("skipped").clear()
        for file in skipped[:ROWS]:
            table.add_row(Text(shorten(file.path, 48)), Text(shorten(file.reason, 160)))

    @property
    def _line(self) -> Input:
        return self.query_one("#sources-line", Input)

    def _table(self, name: str) -> DataTable[Text]:
        table: DataTable[Text] = self.query_one(f"#{name}", DataTable)
        return table

    def _title(self, name: str, words: str) -> None:
        self.query_one(f"#{name}-title", Static).update(Content(words))

    def _hide_skipped(self, hidden: bool) -> None:
        self.query_one("#skipped-title").display = not hidden
        self._table("skipped").display = not hidden

    @on(Input.Changed)
    def _search(self, event: Input.Changed) -> None:
        event.stop()
        self._show(event.value)

    @on(Input.Submitted)
    def _searched(self, event: Input.Submitted) -> None:
        event.stop()
        self._table("sources").focus()

    @on(DataTable.RowSelected, "#sources")
    def _chosen(self, event: DataTable.RowSelected) -> None:
        event.stop()
        self.dismiss(event.row_key.value)

    def action_search(self) -> None:
        """Show only what holds some words."""
        self._line.display = True
        self._line.focus()

    def action_index_again(self) -> None:
        """Look for new and changed documents; the list follows."""
        self._title("sources", "Sources: indexing…")
        self.app.action_index_again()  # type: ignore[attr-defined]

    def action_leave(self) -> None:
        """Close the line, else the screen."""
        if self._line.display:
            self._line.value, self._line.display = "", False
            self._table("sources").focus()
        else:
            self.dismiss(None)


def _told(what: str, noun: str, shown: int, all_of_them: int) -> str:
    told = f"{what}: {counted(all_of_them, noun)}"
    if shown < all_of_them:
        told += f", {shown:,} of them with these words"
    return told + (f" (the first {ROWS} are listed; / searches all)" if shown > ROWS else "")
