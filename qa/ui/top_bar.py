"""The first line: what is open, and the key to everything else."""

from __future__ import annotations

from textual.app import ComposeResult
from textual.containers import Horizontal
from textual.content import Content
from textual.style import Style
from textual.widgets import Static

from qa.text import one_line
from qa.wording import counted


class TopBar(Horizontal):
    """Program, folder, and how much is indexed."""

    def compose(self) -> ComposeResult:
        """What is open at the left, the command palette's key at the right."""
        yield Static(Content("qa"), id="open-folder")
        opens = Style.from_meta({"@click": "app.command_palette"})
        yield Static(Content.assemble(("^p commands", opens)), id="commands")

    def show(self, folder: str, documents: int | None = None, passages: int = 0) -> None:
        """Name the folder and, once known, what was indexed of it."""
        parts = [("qa", "bold $text-accent"), (f"  {one_line(folder)}", "bold")]
        if documents is not None:
            held = f"  {counted(documents, 'document')}, {counted(passages, 'passage')}"
            parts.append((held, "$foreground-muted"))
        self.query_one("#open-folder", Static).update(Content.assemble(*parts))
