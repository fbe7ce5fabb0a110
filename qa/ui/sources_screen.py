"""Which documents are answered from, and which files were left out and why."""

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar

from rich.text import Text
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.content import Content
from textual.screen import Screen
from textual.widgets import DataTable, Static

from qa.text import shorten
from qa.types import Skipped, SourceInfo
from qa.ui.key_line import KeyLine
from qa.ui.words import Failure
from qa.wording import counted


class SourcesScreen(Screen[None]):
    """Two tables, filled when the list has been fetched."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape,q", "app.pop_screen", "back", key_display="esc"),
    ]

    def compose(self) -> ComposeResult:
        """Headings over tables."""
        yield Static("Sources: reading…", classes="screen-title", id="sources-title")
        yield DataTable[Text](id="sources", cursor_type="row", zebra_stripes=True)
        yield Static("", classes="screen-title", id="skipped-title")
        yield DataTable[Text](id="skipped", cursor_type="row", zebra_stripes=True)
        yield KeyLine()

    def on_mount(self) -> None:
        """Name the columns."""
        self._table("sources").add_columns("Title", "File", "Format", "Passages", "Pages")
        self._table("skipped").add_columns("File", "Why")
        self._hide_skipped(True)

    def fill(
        self,
        sources: Sequence[SourceInfo],
        skipped: Sequence[Skipped],
        failure: Failure | None = None,
    ) -> None:
        """Show what was fetched, or why it could not be."""
        title = failure.message if failure else f"Sources: {counted(len(sources), 'document')}"
        self.query_one("#sources-title", Static).update(Content(title))
        table = self._table("sources").clear()
        for source in sources:
            table.add_row(
                Text(shorten(source.title, 36)),
                Text(shorten(source.path, 48)),
                Text(shorten(source.format, 12)),
                Text(str(source.passages), justify="right"),
                Text(str(source.pages) if source.pages else "", justify="right"),
            )
        self._hide_skipped(not skipped)
        title = f"Skipped: {counted(len(skipped), 'file')}"
        self.query_one("#skipped-title", Static).update(Content(title))
        table = self._table("skipped").clear()
        for file in skipped:
            table.add_row(Text(shorten(file.path, 48)), Text(shorten(file.reason, 160)))

    def _table(self, name: str) -> DataTable[Text]:
        table: DataTable[Text] = self.query_one(f"#{name}", DataTable)
        return table

    def _hide_skipped(self, hidden: bool) -> None:
        self.query_one("#skipped-title").display = not hidden
        self._table("skipped").display = not hidden
