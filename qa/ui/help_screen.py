"""What the keys do, and what the words of an answer mean."""

from __future__ import annotations

from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import VerticalScroll
from textual.content import Content
from textual.screen import Screen
from textual.widgets import Static

from qa.ui.key_line import KeyLine

HELP = (
    (
        "Asking",
        (
            ("Enter", "ask; you can while documents are still being read"),
            ("↑ ↓", "questions asked before"),
            ("Tab", "to a question as it was understood: Enter, and change it"),
            ("@", "name a document to ask only that one; Tab puts its name in full"),
            ("PgUp PgDn", "scroll the conversation"),
        ),
    ),
    (
        "Checking an answer",
        (
            ("1-9", "open a citation, while the question line is empty"),
            ("a b … ⏎", "open a nearest passage when there is no answer"),
            ("Tab", "move to the citations and on; Enter or a click opens one"),
            ("c or y", "copy the quote with its place (on a citation or in a source)"),
            ("i", "on a citation: how sure, as a number, and why it was found"),
        ),
    ),
    (
        "In a source",
        (
            ("n p", "next and previous quote of the same answer"),
            ("o", "open it in your editor at the line, or a PDF in a viewer"),
            ("/", "search the source: ↓ or Enter the next place, ↑ the one before"),
            ("Esc", "back to the conversation; there, stop a question that waits"),
        ),
    ),
    (
        "Everything else",
        (
            ("^l", "write a question of several lines"),
            ("^y", "copy the answer with its sources"),
            ("^r ^n", "conversations: go on with one; begin a new one (all are kept)"),
            ("^e", "export this conversation: Markdown, HTML, JSON, BibTeX, …"),
            ("^o", "choose another folder"),
            ("^p", "all commands: index again, sources, theme, …"),
            ("F1", "this help"),
            ("^q", "quit; nothing is lost"),
        ),
    ),
)
MEANING = """Every sentence of an answer is quoted word for word from your documents, and every \
number in [brackets] is a place you can open and check. Nothing is written by a language model \
and nothing leaves this machine. When the documents do not hold the answer, you are told so and \
shown the nearest passages instead.

"confident" and "fairly sure" say how likely the quote answers the question. "2 documents agree" \
means that both say it.

Your folder is only read. What is indexed, and your conversations, are kept in your data \
directory, for you alone."""


class HelpScreen(Screen[None]):
    """Keys and meanings; Escape goes back."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape,f1,q", "app.pop_screen", "back", key_display="esc"),
    ]

    def compose(self) -> ComposeResult:
        """Everything on one scrolling page."""
        yield Static("Help", classes="screen-title")
        with VerticalScroll(can_focus=True, classes="page"):
            for title, keys in HELP:
                lines = [Content.assemble((title, "bold"))]
                lines += [
                    Content.assemble((f"  {key:<10}", "$text-accent"), words) for key, words in keys
                ]
                yield Static(Content("\n").join(lines), classes="paragraph")
            yield Static(Content(MEANING), classes="paragraph")
        yield KeyLine()
