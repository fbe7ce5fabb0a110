"""A question and what the documents say to it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar

from rich.cells import cell_len
from textual import events
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.content import Content
from textual.message import Message
from textual.style import Style
from textual.widget import Widget
from textual.widgets import Static

from qa.text import one_line, shorten
from qa.types import Answer, Citation, Verification
from qa.ui.citation_line import CitationLine
from qa.ui.failure_notice import FailureNotice
from qa.ui.words import MARKS, Failure, measured, place
from qa.wording import cautions, columns_words, emphasized, refusal_words, verdict

LETTERS = "abcdefgh"
"""Keys of the nearest passages when there is no answer."""
SHOWN = 300
"""Characters of a question that are shown; someone may paste a whole page."""
TRY = "Try other words, or add documents to the folder (^o chooses another)."
STOPPED = "Stopped. ↑ brings the question back."
PARTIAL = "From what was indexed so far; ask again when indexing is done."


class Understood(Static, can_focus=True):
    """A question as it was understood. Enter or a click puts it into the line, to be changed."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("enter", "change", "change the question"),
        Binding("up", "app.focus_previous", show=False),
        Binding("down", "app.focus_next", show=False),
    ]

    class Changed(Message):
        """The question is to be changed and asked again."""

        def __init__(self, question: str) -> None:
            super().__init__()
            self.question = question

    def __init__(self, question: str) -> None:
        super().__init__(
            Content(f"understood as: {shorten(question, SHOWN)}"), classes="understood"
        )
        self.question = question

    def on_click(self) -> None:
        """Change it with the mouse."""
        self.action_change()

    def action_change(self) -> None:
        """Put the question into the line."""
        self.post_message(self.Changed(one_line(self.question)))


class Exchange(Vertical):
    """The question, "reading…" until there is an answer, then the answer with its citations."""

    class Chosen(Message):
        """A citation of this exchange is to be opened."""

        def __init__(self, exchange: Exchange, citation: Citation) -> None:
            super().__init__()
            self.exchange, self.citation = exchange, citation

    def __init__(self, question: str, answer: Answer | None = None) -> None:
        super().__init__()
        self.question = question
        self.answer = answer

    def compose(self) -> ComposeResult:
        """What is known at once."""
        yield Static(
            Content.assemble(("› ", "$text-accent"), (shorten(self.question, SHOWN), "bold")),
            classes="question",
        )
        if self.answer is None:
            yield Static("reading…", classes="pending")
        else:
            yield from self._parts(self.answer, partial=False)

    def settle(self, outcome: Answer | Failure, partial: bool) -> None:
        """Put the answer, or why there is none, in the place of "reading…"."""
        if not self.is_attached:
            return  # a new conversation has begun meanwhile
        with self.app.batch_update():
            self.query(".pending").remove()
            if isinstance(outcome, Failure):
                self.mount(FailureNotice(outcome))
                return
            self.answer = outcome
            self.mount(*self._parts(outcome, partial))

    def stop(self) -> None:
        """Say that the question was stopped."""
        for pending in self.query(".pending").results(Static):
            pending.update(STOPPED)

    @property
    def cited(self) -> tuple[Citation, ...]:
        """What can be opened: the citations, or the nearest passages."""
        if self.answer is None:
            return ()
        if self.answer.found:
            return self.answer.citations
        return self.answer.nearest[: len(LETTERS)]

    @property
    def keys(self) -> str:
        """The keys that open them."""
        return "".join(line.key for line in self.query(CitationLine) if len(line.key) == 1)

    def line(self, key: str) -> CitationLine | None:
        """The line that a key opens."""
        return next((line for line in self.query(CitationLine) if line.key == key), None)

    def mark(self, verification: Verification) -> None:
        """Show on a citation what has become of its source."""
        for line in self.query(CitationLine):
            if line.citation == verification.citation:
                line.set_mark(*MARKS[verification.state])

    def on_click(self, event: events.Click) -> None:
        """Open the citation whose ``[1]`` was clicked."""
        line = self.line(str(event.style.meta.get("cited", "")))
        if line is not None:
            line.action_open()

    def on_citation_line_chosen(self, message: CitationLine.Chosen) -> None:
        """Say which exchange it is of."""
        message.stop()
        self.post_message(self.Chosen(self, message.line.citation))

    def on_citation_line_measured(self, message: CitationLine.Measured) -> None:
        """Show the number behind the words."""
        message.stop()
        if self.answer is not None:
            for line in self.query(".verdict").results(Static):
                told = measured(self.answer, message.citation)
                line.update(Content(f"{verdict(self.answer)} · {told}"))

    def _parts(self, answer: Answer, partial: bool) -> list[Widget]:
        parts: list[Widget] = []
        if one_line(answer.resolved_question) != one_line(answer.question):
            parts.append(Understood(answer.resolved_question))
        if answer.within:
            asked = shorten(", ".join(answer.within), SHOWN)
            parts.append(Static(Content(f"asked only of {asked}"), classes="understood"))
        if answer.found:
            parts += self._statements(answer)
            for caution in cautions(answer):
                parts.append(Static(Content(caution), classes="caution"))
            numbers = [str(citation.number) for citation in answer.citations]
            parts += _lines(numbers, answer.citations)
            parts.append(Static(Content(verdict(answer)), classes="verdict"))
        else:
            parts.append(Static("Not in these documents.", classes="statement"))
            if reason := refusal_words(answer):
                parts.append(Static(Content(reason), classes="hint"))
            if self.cited:
                parts.append(Static("Nearest passages:", classes="nearest"))
                parts += _lines(LETTERS, self.cited)
            parts.append(Static(TRY, classes="hint"))
        if partial:
            parts.append(Static(PARTIAL, classes="hint partial"))
        return parts

    def _statements(self, answer: Answer) -> list[Widget]:
        several = len(answer.statements) > 1
        paths = {one.number: one.path for one in answer.citations}
        shown: list[Widget] = []
        for number, statement in enumerate(answer.statements, start=1):
            words: list[Content | tuple[str, str]] = []
            before, answering, after = emphasized(statement)
            if several:  # a list begins below its number
                gap = "\n" if "\n" in before else " "
                words.append((f"{number}.{gap}", "$foreground-muted"))
            words += [(before, ""), (answering, "bold"), (after + " ", "")]
            for cited in statement.citations:
                opens = Style.from_meta({"cited": str(cited)})
                words.append(Content(f"[{cited}]").stylize("$text-accent").stylize(opens))
            said_by = len({paths[cited] for cited in statement.citations})
            if several and said_by > 1:
                words.append((f" in {said_by} documents", "$foreground-muted"))
            if named := columns_words(statement):
                words.append((f"\n{named}", "$foreground-muted"))
            shown.append(Static(Content.assemble(*words), classes="statement"))
        return shown


def _lines(keys: Sequence[str], citations: Sequence[Citation]) -> list[Widget]:
    """Citation lines with common columns."""
    columns = (
        max((cell_len(one_line(citation.path)) for citation in citations), default=0),
        max((len(place(citation)) for citation in citations), default=0),
        max((cell_len(one_line(citation.heading)) for citation in citations), default=0),
    )
    return [
        CitationLine(key, citation, columns) for key, citation in zip(keys, citations, strict=False)
    ]
