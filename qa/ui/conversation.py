"""The conversation: exchanges one under the other, the newest in view."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence

from textual.app import ComposeResult
from textual.containers import VerticalScroll
from textual.content import Content
from textual.widget import Widget
from textual.widgets import Static

from qa.conversations import SavedConversation
from qa.text import shorten
from qa.types import Answer, BuildReport, Verification
from qa.ui.exchange import Exchange
from qa.ui.failure_notice import FailureNotice
from qa.ui.words import Failure, states
from qa.wording import counted

WELCOME = """Ask a question about the documents in {folder}.

The answer quotes them word for word, and every quote opens at its place. F1 explains the keys."""
KEPT = 16
"""Older exchanges leave the screen, so that a long day does not make it slow: laying out fifty
takes more than a tenth of a second (tests/benchmarks/soak.py). They are kept all the same."""
EARLIER = "{} earlier: ^e exports the whole conversation."


class Conversation(VerticalScroll, can_focus=False):
    """Everything asked since the folder was opened."""

    _shown = ""
    """The conversation that is being shown again."""
    _earlier = 0
    _at_end = True
    left = 0
    """Exchanges that have left the screen; `QaApp` sets it back when they were collected."""

    def compose(self) -> ComposeResult:
        """What to do, until there is something to show."""
        yield Static(id="welcome")

    def watch_scroll_y(self, old_value: float, new_value: float) -> None:
        """Know whether the end is in view."""
        super().watch_scroll_y(old_value, new_value)
        self._at_end = new_value >= self.max_scroll_y - 1

    def on_resize(self) -> None:
        """The end stays in view."""
        if self._at_end:
            self.call_after_refresh(self.scroll_end, animate=False)

    def welcome(self, text: str) -> None:
        """Say what can be done here; gone with the first question."""
        for shown in self.query("#welcome").results(Static):
            shown.update(Content(text))

    def restart(self, folder: str) -> None:
        """Empty the conversation for a folder."""
        self._shown = ""
        self.left += len(self.query(Exchange))
        self._tell_earlier(0)
        self.query("Exchange, FailureNotice, .resumed").remove()
        if not self.query("#welcome"):
            self.mount(Static(id="welcome"))
        self.welcome(WELCOME.format(folder=folder))

    async def resume(self, saved: SavedConversation) -> None:
        """Show a conversation that was kept, the last `KEPT` of its questions."""
        self._shown = saved.id
        self.left += len(self.query(Exchange))
        await self.query("#welcome, Exchange, FailureNotice, .resumed").remove()
        when = f"{saved.created.astimezone():%Y-%m-%d}"
        words = f"{shorten(saved.title, 80)} · begun on {when}"
        await self.mount(Static(Content(words), classes="resumed", id="resumed"))
        self._tell_earlier(max(0, len(saved.turns) - KEPT))
        for turn in saved.turns[-KEPT:]:
            if self._shown != saved.id:
                return  # another was opened meanwhile
            await self.mount(Exchange(turn.answer.question, turn.answer))
            await asyncio.sleep(0)  # keys are answered meanwhile
        self.call_after_refresh(self.scroll_end, animate=False)

    def _tell_earlier(self, count: int) -> None:
        self._earlier = count
        notes = list(self.query("#earlier").results(Static))
        if not count:
            self.query("#earlier").remove()
        elif notes:
            notes[0].update(EARLIER.format(counted(count, "question")))
        else:
            note = Static(
                EARLIER.format(counted(count, "question")), id="earlier", classes="resumed"
            )
            first = next(iter(self.query(Exchange)), None)
            self.mount(note, before=first) if first else self.mount(note)

    def check(self, verifications: Sequence[Verification]) -> None:
        """Show what has become of the citations of a resumed conversation."""
        known = {item.citation: item for item in verifications}
        for exchange in self.query(Exchange):
            for citation in exchange.cited:
                if citation in known:
                    exchange.mark(known[citation])
        if words := states(verifications):
            for shown in self.query("#resumed").results(Static):
                before = str(shown.content).split("\n")[0]
                shown.update(Content(f"{before}\n{words}"))

    async def ask(self, question: str) -> Exchange:
        """Add a question that waits for its answer."""
        await self.query("#welcome").remove()
        exchanges = list(self.query(Exchange))
        gone = exchanges[: max(0, len(exchanges) + 1 - KEPT)]
        for old in gone:
            old.remove()
        self._tell_earlier(self._earlier + len(gone))
        self.left += len(gone)
        exchange = Exchange(question)
        await self.mount(exchange)
        self.scroll_end(animate=False)
        return exchange

    def settle(self, exchange: Exchange, outcome: Answer | Failure, partial: bool) -> None:
        """Show the answer to a question."""
        exchange.settle(outcome, partial)
        self.call_after_refresh(self._bring_into_view, exchange)

    def fail(self, failure: Failure, more: str = "") -> None:
        """Show a failure that is no question's."""
        self.forgive()
        self.query("#welcome").set(display=False)
        self.mount(FailureNotice(failure, more))
        self.call_after_refresh(self.scroll_end, animate=False)

    def forgive(self) -> None:
        """Take away failures that are no question's."""
        for notice in self.query(FailureNotice):
            if notice.parent is self:
                notice.remove()
        self.query("#welcome").set(display=True)

    def indexed(self, report: BuildReport) -> None:
        """Take away what is settled now that the index is in step with the folder."""
        self.forgive()
        if not (report.added or report.changed or report.renamed or report.deleted):
            self.query(".partial").remove()

    def latest(self) -> Exchange | None:
        """The newest exchange that has an answer."""
        return next((e for e in reversed(self.query(Exchange)) if e.answer is not None), None)

    def current(self, focused: Widget | None) -> Exchange | None:
        """The exchange that holds the focused widget, else the newest with an answer."""
        for widget in focused.ancestors_with_self if focused is not None else ():
            if isinstance(widget, Exchange):
                return widget
        return self.latest()

    def turn_page(self, step: int) -> None:
        """Scroll a page up or down."""
        if step < 0:
            self.scroll_page_up(animate=False)
        else:
            self.scroll_page_down(animate=False)

    def mark(self, verification: Verification) -> None:
        """Show on every citation of it what has become of a source."""
        for exchange in self.query(Exchange):
            exchange.mark(verification)

    def _bring_into_view(self, exchange: Exchange) -> None:
        if not exchange.is_attached:
            return  # a new conversation has begun meanwhile
        if exchange.outer_size.height > self.size.height:
            self.scroll_to_widget(exchange, top=True, animate=False)
        elif exchange is self.query(Exchange).last():
            self.scroll_end(animate=False)
