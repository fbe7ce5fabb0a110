"""The source beside (or in place of) the conversation: a document at a quote of an answer."""

from __future__ import annotations

from typing import ClassVar

from textual import events
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.content import Content
from textual.message import Message
from textual.widgets import Input, Static

from qa.text import one_line
from qa.types import Citation, Span, Verification
from qa.ui.document_view import DocumentView
from qa.ui.rows import SourceText
from qa.ui.words import Failure, place_in_full, state_notice
from qa.wording import counted


class FindInput(Input):
    """A line for words to find in the source."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("down,enter", "found(1)", "next, previous", key_display="↓↑", priority=True),
        Binding("up", "found(-1)", show=False, priority=True),
        Binding("escape", "leave_search", "end search", key_display="esc"),
    ]

    class Stepped(Message):
        """Another place is to be shown."""

        def __init__(self, by: int) -> None:
            super().__init__()
            self.by = by

    class Left(Message):
        """The search is over."""

    def __init__(self) -> None:
        super().__init__(placeholder="Find in this document…", id="find", compact=True)

    def action_found(self, by: int) -> None:
        """Go to the next place or the one before."""
        self.post_message(self.Stepped(by))

    def action_leave_search(self) -> None:
        """End the search."""
        self.post_message(self.Left())


_KEYS = frozenset(["n", "p", "c", "y", "o", "slash"])
"""Characters that mean something in the pane."""


class SourcePane(Vertical):
    """Shows one of the quotes of an answer in its document."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("n", "step(1)", "quotes", key_display="n/p"),
        Binding("p", "step(-1)", show=False),
        Binding("c", "copy", "copy"),
        Binding("y", "copy", show=False),
        Binding("o", "app.open_outside", "open"),
        Binding("slash", "find", "search", key_display="/"),
    ]

    class Wanted(Message):
        """Another quote of the same answer is to be shown."""

        def __init__(self, citation: Citation) -> None:
            super().__init__()
            self.citation = citation

    class Elsewhere(Message):
        """The document is gone, and the words stand in another."""

        def __init__(self, path: str) -> None:
            super().__init__()
            self.path = path

    class Typed(Message):
        """A character was typed that is no key of the pane."""

        def __init__(self, character: str) -> None:
            super().__init__()
            self.character = character

    class Copied(Message):
        """The quote is to be copied."""

        def __init__(self, citation: Citation) -> None:
            super().__init__()
            self.citation = citation

    def __init__(self) -> None:
        super().__init__(id="source")
        self.citation: Citation | None = None
        self._citations: tuple[Citation, ...] = ()
        self._source: SourceText | None = None
        self._gone = False
        """The index no longer has the document."""
        self._elsewhere = ""
        """The document in which its words stand now."""
        self._places = 0

    def on_key(self, event: events.Key) -> None:
        """Tell of characters that mean nothing here: they may go on with a question."""
        opens = event.key.isdigit() and self.app.check_action("pick", (event.key,))
        if event.character and event.is_printable and not opens and event.key not in _KEYS:
            self.post_message(self.Typed(event.character))

    def compose(self) -> ComposeResult:
        """A line for what has become of the source, and the source."""
        yield Static(id="source-notice")
        yield DocumentView()
        yield FindInput()

    @property
    def view(self) -> DocumentView:
        """The text itself."""
        return self.query_one(DocumentView)

    def await_source(self, citation: Citation, citations: tuple[Citation, ...]) -> bool:
        """Get ready to show ``citation``; whether its document has to be fetched."""
        self.citation, self._citations = citation, citations
        self._say("")
        self._entitle()
        if self._source is not None and self._source.document.path == citation.path:
            self.show(self._source)
            return False
        self._source, self._gone, self._elsewhere = None, False, ""
        self.view.clear()
        return True

    def show(self, source: SourceText | Failure | None) -> None:
        """Show the document that was fetched, or say why there is none."""
        assert self.citation is not None
        if isinstance(source, Failure):
            self._say(f"{source.message} {source.hint}")
            return
        if source is None:
            self._gone = True
            self._say(f"This document is gone. It said: “{one_line(self.citation.quote)}”")
            self._look_elsewhere()
            return
        if source.document.path not in (self.citation.path, self._elsewhere):
            return  # fetched for a quote that was left again
        self._source = source
        quote = _where(source, self.citation)
        if quote is None:
            self._say(
                "This text is newer than the answer. These words are not in it any more: "
                f"“{one_line(self.citation.quote)}”"
            )
        others = [
            span
            for other in self._citations
            if other is not self.citation and other.path == self.citation.path
            if (span := _where(source, other)) is not None and span != quote
        ]
        self.view.show(source, quote, others)
        self._entitle()

    def forget(self) -> None:
        """Drop the document: the index may hold another text of it now."""
        self._source = None

    def verified(self, verification: Verification) -> None:
        """Say what has become of the file since it was indexed."""
        if verification.citation != self.citation or verification.state == "exact":
            return
        if verification.state == "moved" and verification.path:
            self._elsewhere = verification.path
        newer = self._source is not None and _where(self._source, verification.citation) is None
        if newer and verification.state in ("changed", "missing"):
            return  # that, and what the words were, is said already
        if not self._gone or self._elsewhere:
            self._say(state_notice(verification))
        self._look_elsewhere()

    def _look_elsewhere(self) -> None:
        other = self.citation is not None and self._elsewhere not in ("", self.citation.path)
        if self._gone and other:
            self.post_message(self.Elsewhere(self._elsewhere))

    def action_step(self, step: int) -> None:
        """Go to the next or previous quote of the same answer."""
        if self.citation in self._citations and len(self._citations) > 1:
            at = self._citations.index(self.citation)
            self.post_message(self.Wanted(self._citations[(at + step) % len(self._citations)]))

    def action_copy(self) -> None:
        """Copy the quote."""
        if self.citation is not None:
            self.post_message(self.Copied(self.citation))

    def action_find(self) -> None:
        """Search the document."""
        line = self.query_one(FindInput)
        line.display = True
        line.focus()
        self._found(self.view.find(line.value))

    def on_input_changed(self, event: Input.Changed) -> None:
        """Show the places of what is typed."""
        event.stop()
        self._found(self.view.find(event.value))

    def on_find_input_stepped(self, event: FindInput.Stepped) -> None:
        """Show another place."""
        event.stop()
        if number := self.view.step(event.by):
            self._found(self._places, number)

    def on_find_input_left(self, event: FindInput.Left) -> None:
        """Back to the text, nothing marked."""
        event.stop()
        self.end_search()
        self.view.focus()

    def end_search(self) -> None:
        """Take the line away, and the marks."""
        line = self.query_one(FindInput)
        if line.display:
            line.display = False
            self.view.find("")
            self._entitle()

    def _found(self, places: int, number: int = 0) -> None:
        self._places = places
        words = self.query_one(FindInput).value
        which = f"place {number} of {places:,}" if number else counted(places, "place")
        if words and self.citation is not None:  # in the title: narrow, there is no other border
            self.border_title = Content(f"{one_line(self.citation.path)} ── {which}")
        else:
            self._entitle()

    def _say(self, text: str) -> None:
        notice = self.query_one("#source-notice", Static)
        notice.update(Content(text))
        notice.display = bool(text)

    def _entitle(self) -> None:
        citation = self.citation
        assert citation is not None
        where = place_in_full(citation)
        if self._source is not None and citation.line_start is not None:
            lines = self._source.line_count
            where += f" of {lines}" if lines else ""
        self.border_title = Content(f"{one_line(citation.path)} ── {where}".rstrip(" ─"))
        if len(self._citations) > 1 and citation in self._citations:
            at = self._citations.index(citation) + 1
            self.border_subtitle = Content(f"quote {at} of {len(self._citations)}")
        else:
            self.border_subtitle = None


def _where(source: SourceText, citation: Citation) -> Span | None:
    """Where the quote stands in the text at hand, which may be newer than the answer."""
    if citation.span.of(source.text) == citation.quote:
        return citation.span
    at = source.text.find(citation.quote) if citation.quote else -1
    return None if at < 0 else Span(at, at + len(citation.quote))
