"""What the app does with sources: open one at a quote, come back, hand it to other programs."""

from __future__ import annotations

from typing import TYPE_CHECKING

from textual import events, on
from textual.widget import Widget

from qa.types import Citation
from qa.ui.citation_line import CitationLine
from qa.ui.conversation import Conversation
from qa.ui.document_view import DocumentView
from qa.ui.exchange import Exchange
from qa.ui.keeping import KeepingApp
from qa.ui.question import QuestionInput
from qa.ui.source_pane import SourcePane

if TYPE_CHECKING:
    from qa.config import Settings
    from qa.conversations import Conversations
    from qa.ui.rows import SourceText
    from qa.ui.words import Failure


WIDE = 120
"""Columns from which on a source stands beside the conversation."""


class SourcingApp(KeepingApp, inherit_bindings=False):
    """The part of the app that deals with sources; arguments as for `KeepingApp`."""

    def __init__(self, settings: Settings, kept: Conversations | None = None) -> None:
        super().__init__(settings, kept)
        self._looking = 0
        self._opened: Exchange | None = None
        self._came_from: Widget | None = None

    @property
    def source_open(self) -> bool:
        """Whether a source is shown."""
        return self.query_one(SourcePane).display

    def on_resize(self, event: events.Resize) -> None:
        """Narrow: one thing at a time; wide: side by side."""
        self._make_room(event.size.width)

    def _make_room(self, width: int) -> None:
        # No class of the screen: that would style all that is on it anew, a fortieth of a second.
        talk = self.query_one("#talk")
        talk.display = width >= WIDE or not self.source_open
        focused = self.default_screen.focused
        if not talk.display and focused is not None and talk in focused.ancestors:
            self.query_one(SourcePane).view.focus()

    def current_exchange(self) -> Exchange | None:
        """The exchange that keys are about: that of the focused place, else the newest."""
        focused = self.default_screen.focused
        if isinstance(focused, DocumentView) and self._opened and self._opened.is_attached:
            return self._opened
        return self.query_one(Conversation).current(focused)

    @on(Exchange.Chosen)
    def _cited(self, message: Exchange.Chosen) -> None:
        self._open(message.exchange, message.citation)

    @on(QuestionInput.Picked)
    def _picked(self, message: QuestionInput.Picked) -> None:
        self.action_pick(message.key)

    @on(SourcePane.Wanted)
    def _wanted(self, message: SourcePane.Wanted) -> None:
        if self._opened is not None:
            self._open(self._opened, message.citation)

    @on(SourcePane.Elsewhere)
    def _elsewhere(self, message: SourcePane.Elsewhere) -> None:
        if self.session is not None:
            self._looking += 1
            self.session.look(self._looking, message.path)

    @on(QuestionInput.Left)
    def _into_answer(self, message: QuestionInput.Left) -> None:
        """From the question to what was answered last."""
        newest = self.query_one(Conversation).latest()
        lines = list(newest.query(CitationLine)) if newest is not None else []
        if lines:
            lines[0].focus()
        else:
            self.screen.focus_next()

    @on(CitationLine.Copied)
    @on(SourcePane.Copied)
    def _copied(self, message: CitationLine.Copied | SourcePane.Copied) -> None:
        self.copy_citation(message.citation)

    def _open(self, exchange: Exchange, citation: Citation) -> None:
        if self.session is None:
            return
        if not self.source_open:
            self._came_from = self.default_screen.focused
        self._opened = exchange
        pane = self.query_one(SourcePane)
        pane.display = True
        self._make_room(self.size.width)
        pane.view.focus()
        if pane.await_source(citation, exchange.cited):
            self._looking += 1
            self.session.look(self._looking, citation.path)
        self.session.verify(citation)

    def show_source(self, ticket: int, source: SourceText | Failure | None) -> None:
        """Show what was fetched, unless another was asked for meanwhile."""
        if ticket == self._looking:
            self.query_one(SourcePane).show(source)

    def forget_source(self) -> None:
        """Close the source: what it is a source of is gone."""
        if self.source_open:
            self.close_source()
        self._opened = None

    def close_source(self) -> None:
        """Return to where the source was opened."""
        self.query_one(SourcePane).end_search()
        self.query_one(SourcePane).display = False
        self._make_room(self.size.width)
        back_to = self._came_from
        if back_to is None or not back_to.is_attached:
            back_to = self.query_one(QuestionInput)
        self.default_screen.set_focus(back_to, scroll_visible=False)

    def action_pick(self, key: str) -> None:
        """Open a citation of the current exchange."""
        if (exchange := self.current_exchange()) and (line := exchange.line(key)):
            if key.isdigit():
                self.query_one(QuestionInput).opens(key)
            self._open(exchange, line.citation)

    @on(SourcePane.Typed)
    def _typed(self, message: SourcePane.Typed) -> None:
        """Give a number back that was the beginning of a question, and what follows it."""
        line = self.query_one(QuestionInput)
        if digits := line.given_back():
            line.value = digits + message.character
            line.cursor_position = len(line.value)
            self.default_screen.set_focus(line, scroll_visible=False)

    def action_copy_answer(self) -> None:
        """Copy the newest answer with its sources."""
        exchange = self.current_exchange()
        if exchange is not None and exchange.answer is not None:
            self.copy_answer(exchange.answer)

    def action_open_outside(self) -> None:
        """The source that is shown, in the editor or viewer."""
        citation = self.query_one(SourcePane).citation
        if citation is not None:
            self.open_outside(citation)
