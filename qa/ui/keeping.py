"""What the app does with conversations: keep them, open them again, export them; and with
sources and answers outside: the editor, the viewer, the clipboard."""

from __future__ import annotations

import asyncio
import os
import subprocess
from collections.abc import Collection
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

from textual.app import App, SuspendNotSupported

from qa.archives import parts_of
from qa.citation_style import check_style
from qa.conversations import Conversations, SavedConversation
from qa.errors import QaError
from qa.text import one_line
from qa.types import Answer, Citation
from qa.ui import outside
from qa.ui.conversation import Conversation
from qa.ui.conversations_screen import ConversationsScreen
from qa.ui.export_screen import ExportScreen
from qa.ui.question import QuestionInput
from qa.ui.words import answer_quoted, quoted

if TYPE_CHECKING:
    from textual.theme import Theme

    from qa.config import Settings
    from qa.ui.session import Session

DARK_OWN, LIGHT_OWN = "ansi-dark", "ansi-light"
"""Themes of the colours that the terminal has set."""

NOTHING_ASKED = "There is nothing to export yet: ask a question first."
NO_TERMINAL = "The editor needs a terminal of its own; name one that opens a window (EDITOR)."
NO_EDITOR = "No editor is named: set EDITOR, or VISUAL, and start qa again."


class KeepingApp(App[None], inherit_bindings=False):
    """The part of the app that deals with what lasts.

    Args:
        settings: where conversations are kept, and how a source is named.
        kept: the conversations; left out, those of the settings.
    """

    def __init__(self, settings: Settings, kept: Conversations | None = None) -> None:
        super().__init__()
        self.settings = settings
        self.kept = kept or Conversations(settings.conversations_path(), lambda: datetime.now(UTC))
        self.session: Session | None = None
        self._given_theme = ""
        """Set at the start, and not to be kept."""

    def open_folder(self, folder: Path, saved: SavedConversation | None = None) -> None:
        """Open a folder, and a conversation about it."""
        raise NotImplementedError

    def begin_conversation(self, saved: SavedConversation | None) -> None:
        """Clear the screen for a new conversation, or show one that was kept."""
        raise NotImplementedError

    # The theme, and the keys.

    def choose_theme(self) -> None:
        """That of the settings, else the one chosen here last; later choices are kept. Where a
        terminal has sixteen colours, its own: of others some would be grey on grey there."""
        theme = self.settings.theme or self._kept_theme()
        if theme and theme not in self.available_themes:
            self.notify(f"There is no theme {theme!r}; ^p, Theme lists them.", markup=False)
            theme = ""
        theme = theme or self.theme
        if self.console.color_system == "standard":
            theme = DARK_OWN if self.available_themes[theme].dark else LIGHT_OWN
        if theme != self.theme:
            self._given_theme = self.theme = theme
        self.theme_changed_signal.subscribe(self, self._theme_changed)

    def _theme_changed(self, chosen: Theme) -> None:
        """Keep what a person chose, not what was given at the start."""
        given, self._given_theme = self._given_theme, ""
        if chosen.name != given:
            self._keep_theme(chosen.name)

    @property
    def _theme_file(self) -> Path:
        return self.settings.data_path() / "theme"

    def _kept_theme(self) -> str:
        try:
            name = self._theme_file.read_text("utf-8")[:100].strip()
        except (OSError, UnicodeDecodeError):
            return ""
        return name if name in self.available_themes else ""

    def _keep_theme(self, name: str) -> None:
        try:
            self._theme_file.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            self._theme_file.write_text(name, "utf-8")
        except OSError as error:
            reason = error.strerror or str(error)
            self.notify(f"The theme cannot be kept: {reason}.", severity="warning", markup=False)

    def choose_keys(self, known: Collection[str]) -> None:
        """The keys of the settings, in place of our own."""
        wanted = dict(self.settings.keys)
        if unknown := sorted(wanted.keys() - set(known)):
            names = ", ".join(sorted(known))
            self.notify(
                f"keys: there is no action {', '.join(unknown)}. Actions: {names}.",
                severity="warning",
                markup=False,
            )
        self.set_keymap({name: key for name, key in wanted.items() if name in known})

    # Conversations.

    def action_conversations(self) -> None:
        """List the conversations that were kept."""
        if isinstance(self.screen, ConversationsScreen):
            return
        current = self.session.conversation if self.session else ""
        self.push_screen(ConversationsScreen(self.kept, current), self._picked_up)

    def _picked_up(self, saved: SavedConversation | None) -> None:
        if saved is not None:
            self.open_folder(Path(saved.corpus), saved)

    async def show_conversation(self, saved: SavedConversation) -> None:
        """Put a kept conversation on the screen, and have its citations checked."""
        line = self.query_one(QuestionInput)
        line.remember(turn.answer.question for turn in saved.turns)
        for conversation in self.query(Conversation):  # none when the app is ending
            await conversation.resume(saved)
        if self.session is not None and saved.citations:
            self.session.check(saved.citations)

    def action_new_conversation(self) -> None:
        """Begin a new conversation; the one on the screen is kept."""
        self.begin_conversation(None)

    async def action_export(self) -> None:
        """Write the conversation on the screen to a file."""
        if isinstance(self.screen, ExportScreen):
            return
        name = self.session.conversation if self.session else ""
        if not name:
            self.notify(NOTHING_ASKED, timeout=4)
            return
        try:
            style = check_style(self.settings.citation_style)
            saved = await asyncio.to_thread(self.kept.load, name)
        except QaError as error:
            self.notify(str(error), severity="error", markup=False)
            return
        self.push_screen(ExportScreen(saved, style), self._exported)

    def _exported(self, file: Path | None) -> None:
        if file is not None:
            self.notify(f"Written to {one_line(str(file))}.", markup=False)

    # Other programs.

    def copy_out(self, text: str, what: str) -> None:
        """To the terminal's clipboard (OSC 52), and to the desktop's where there is one."""
        self.copy_to_clipboard(text)
        self.run_worker(asyncio.to_thread(outside.copy_here, text, outside.environment()))
        self.notify(f"Copied {what}.", timeout=3)

    def copy_citation(self, citation: Citation) -> None:
        """Copy a quote with its source."""
        style = self.settings.citation_style
        try:
            text = quoted(citation, check_style(style) if style else "")
        except QaError as error:
            self.notify(str(error), severity="error", markup=False)
            return
        self.copy_out(text, "the quote with its place")

    def copy_answer(self, answer: Answer) -> None:
        """Copy the statements of an answer with their sources."""
        try:
            style = check_style(self.settings.citation_style)
        except QaError as error:
            self.notify(str(error), severity="error", markup=False)
            return
        self.copy_out(answer_quoted(answer, style), "the answer with its sources")

    def open_outside(self, citation: Citation) -> None:
        """The source in the user's editor at the line, or in a viewer at the page."""
        if self.session is None:
            return
        folder = Path(os.path.realpath(self.session.folder))
        on_disk, member = parts_of(citation.path)
        file = folder / on_disk
        if not file.resolve().is_relative_to(folder) or not file.is_file():
            self.notify(f"{one_line(str(file))} is not there any more.", markup=False)
            return
        edited = None
        if citation.line_start is not None and not member:
            edited = outside.editor_command(file, citation.line_start, outside.environment())
        try:
            if edited is None:
                command = outside.viewer_command(file, citation.page)
                if command is None:
                    self.notify(NO_EDITOR, severity="warning")
                    return
                outside.start(command)
            elif edited[1]:
                with self.suspend():
                    subprocess.run(edited[0], check=False)  # noqa: S603 - the user's own editor
                self.refresh(layout=True)
            else:
                outside.start(edited[0])
        except SuspendNotSupported:
            self.notify(NO_TERMINAL, severity="warning")
        except OSError as error:
            reason = error.strerror or str(error)
            self.notify(f"It cannot be opened: {reason}.", severity="error", markup=False)
