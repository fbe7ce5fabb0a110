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

    def __init__(self) -> None:
        super().__init__()
        self._told = Static(Content("qa"), id="open-folder")  # news may come before `compose`

    def compose(self) -> ComposeResult:
        """What is open at the left, the command palette's key at the right."""
        yield self._told
        opens = Style.from_meta({"@click": "app.command_palette"})
        yield Static(Content.assemble(("^p commands", opens)), id="commands")

    def show(self, folder: str, documents: int | None = None, passages: int = 0) -> None:
        """Name the folder and, once known, what was indexed of it."""
        parts = [("qa", "bold $text-accent"), (f"  {one_line(folder)}", "bold")]
        if documents is not None:
            held = f"  {counted(documents, 'document')}, {counted(passages, 'passage')}"
            parts.append((held, "$foreground-muted"))
        self._told.update(Content.assemble(*parts))
