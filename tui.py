"""The terminal app: what is on the screen, which key does what, and who tells whom.

The application core is imported in a thread after the first frame is painted, because its
models take seconds to load. Widgets and screens live in :mod:`qa.ui`.
"""

from __future__ import annotations

import os
import sys
import time
from collections.abc import Callable, Iterable
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, ClassVar

from rich.text import Text
from textual import events, on
from textual.app import ComposeResult, SystemCommand
from textual.binding import Binding, BindingType
from textual.containers import Horizontal, Vertical
from textual.message import Message
from textual.screen import Screen
from textual.widgets import Static

import qa.ui
from qa.config import Settings, load_settings
from qa.errors import ConfigError
from qa.memory import collect_when_told, leave_alone, let_go, tidy
from qa.ui import news
from qa.ui.conversation import Conversation
from qa.ui.exchange import LETTERS, Exchange, Understood
from qa.ui.folder_screen import FolderScreen
from qa.ui.help_screen import HelpScreen
from qa.ui.key_line import KeyLine
from qa.ui.naming import named, unnamed
from qa.ui.question import QuestionInput
from qa.ui.question_screen import QuestionScreen
from qa.ui.session import Session
from qa.ui.source_pane import SourcePane
from qa.ui.sources_screen import SourcesScreen
from qa.ui.sourcing import WIDE, SourcingApp
from qa.ui.status import ELSEWHERE, Status
from qa.ui.top_bar import TopBar
from qa.ui.words import ANOTHER_FOLDER, crashed
from qa.wording import counted

if TYPE_CHECKING:
    from qa.assistant import Assistant
    from qa.conversations import Conversations, SavedConversation

ONLY_HERE = frozenset(
    (
        "pick",
        "leave",
        "scroll",
        "choose_folder",
        "help",
        "conversations",
        "new_conversation",
        "export",
        "write",
        "copy_answer",
    )
)
"""Actions of the conversation, not of a screen above it."""
UNWATCHED = "This folder cannot be watched ({reason}); it is looked through at each question."
AGAIN_S = 3.0
"""Seconds within which Ctrl+C is pressed twice."""
IDLE_S = 1.0
"""Nobody has typed for so long."""
LEFT = 5
"""From so many exchanges on, what left the screen is collected: a twentieth of a second."""
QUIT_WAIT_S = 0.3
"""Quitting waits this long for the threads to end by themselves."""


class QaApp(SourcingApp, inherit_bindings=False):
    """Ask a folder of documents.

    Args:
        folder: the folder to open; None asks for one.
        open_assistant: makes the assistant of a folder; called in a thread. Called with
            ``anew=True`` to begin an unusable index again, once a person asked for that.
        settings: the theme, for one.
        problem: why there is no folder, if there is none.
        saved: a conversation to go on with.
        kept: where conversations are kept; left out, as the settings say.
    """

    TITLE = "qa"
    CSS_PATH = Path(qa.ui.__file__).with_name("qa.tcss")
    HORIZONTAL_BREAKPOINTS = [(WIDE, "-wide")]  # noqa: RUF012 - as Textual types it
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("1", "pick('1')", "open", key_display="1-9"),
        *(Binding(str(digit), f"pick('{digit}')", show=False) for digit in range(2, 10)),
        Binding("a", "pick('a')", "look", key_display="a b … ⏎"),
        *(Binding(letter, f"pick('{letter}')", show=False) for letter in LETTERS[1:]),
        Binding("escape", "leave", "back", key_display="esc", id="leave"),
        Binding("pageup", "scroll(-1)", show=False, id="page_up"),
        Binding("pagedown", "scroll(1)", show=False, id="page_down"),
        Binding("ctrl+o", "choose_folder", "folder", show=False, id="choose_folder"),
        Binding("ctrl+r", "conversations", "conversations", show=False, id="conversations"),
        Binding(
            "ctrl+n", "new_conversation", "new conversation", show=False, id="new_conversation"
        ),
        Binding("ctrl+l", "write", "several lines", show=False, id="several_lines"),
        Binding("ctrl+y", "copy_answer", "copy answer", show=False, id="copy_answer"),
        Binding("ctrl+e", "export", "export", key_display="^e", priority=True, id="export"),
        Binding("f1", "help", "help", key_display="F1", id="help"),
        Binding("ctrl+q", "quit", "quit", key_display="^q", priority=True, id="quit"),
        Binding("ctrl+c", "help_quit", show=False, system=True),
    ]

    class Told(Message):
        """News from the session's threads."""

        def __init__(self, session: Session | None, item: news.News) -> None:
            super().__init__()
            self.session, self.item = session, item

    def __init__(
        self,
        folder: Path | None,
        open_assistant: Callable[..., Assistant],
        settings: Settings,
        problem: str = "",
        saved: SavedConversation | None = None,
        kept: Conversations | None = None,
    ) -> None:
        super().__init__(settings, kept)
        self.animation_level = "none"  # text that glides is harder to read, and slower
        self._folder = folder
        self._open_assistant = open_assistant
        self._problem = problem
        self._saved = saved
        self._waiting: dict[int, Exchange] = {}
        self._keyed = time.monotonic()
        self._interrupted = -AGAIN_S
        self._ticket = 0

    def compose(self) -> ComposeResult:
        """Conversation and source side by side; one of them when narrow."""
        yield TopBar()
        with Horizontal(id="panes"):
            with Vertical(id="talk") as talk:
                talk.border_title = "conversation"
                yield Conversation()
                yield Status()
                with Horizontal(id="ask"):
                    yield Static("▸", id="prompt")
                    yield QuestionInput()
            yield SourcePane()
        yield KeyLine()

    def on_mount(self) -> None:
        """Open the folder, or ask for one."""
        self.choose_theme()
        self.choose_keys(KEYS)
        self.set_interval(IDLE_S, self._tidy)
        self.query_one(QuestionInput).focus()
        if self._folder is None:
            self.query_one(TopBar).show("no folder is open")
            self.query_one(Conversation).welcome(f"No folder is open: {ANOTHER_FOLDER}")
            self.push_screen(FolderScreen(None, self._problem), self._chosen)
        else:
            self.open_folder(self._folder, self._saved)

    def open_folder(self, folder: Path, saved: SavedConversation | None = None) -> None:
        """Open a folder, in place of the one that is open; the same one is indexed again."""
        previous = self.session
        if previous is not None and previous.is_of(folder):
            if saved is not None:
                self.begin_conversation(saved)
            else:
                self.action_index_again()
            return
        if previous is not None:
            previous.leave()
            let_go()
            if isinstance(self.screen, SourcesScreen):
                self.pop_screen()
        make = self._open_assistant
        session = Session(
            folder,
            make,
            lambda item: self._tell(session, item),
            previous,
            self.kept,
            watch=self.settings.watch,
        )
        self.session, self._folder = session, folder
        self.query_one(SourcePane).forget()
        self.query_one(QuestionInput).forget_paths()
        self.query_one(TopBar).show(session.name)
        self.query_one(Status).say("Opening…")
        self.begin_conversation(saved)
        self.call_after_refresh(session.index)  # its imports would delay the first frame

    def begin_conversation(self, saved: SavedConversation | None) -> None:
        """Clear the screen for a new conversation, or show one that was kept."""
        if self.session is None:
            return
        for ticket in self._waiting:
            self.session.forget(ticket)
        self._waiting.clear()
        self.forget_source()
        line = self.query_one(QuestionInput)
        line.picks = ""
        line.focus()
        self.session.go_on(saved)
        self.query_one(Conversation).restart(self.session.name)
        self.call_after_refresh(self._offer_keys)
        if saved is not None:
            self.call_later(self.show_conversation, saved)

    @on(QuestionInput.Asked)
    async def _asked(self, message: QuestionInput.Asked) -> None:
        if self.session is None:
            self.action_choose_folder()
            return
        if self.query_one(Status).progress is None and not self._waiting:
            self.query_one(Status).say("")
        self._ticket += 1
        exchange = await self.query_one(Conversation).ask(message.question)
        self._waiting[self._ticket] = exchange
        self.session.ask(self._ticket, message.question)

    @on(Told)
    def _told(self, message: Told) -> None:
        if message.session is not self.session or self.session is None or not self.query(Status):
            return  # news of another folder, or of a session that outlives the screen
        settled = news.Ready | news.Failed | news.Locked | news.Empty
        if isinstance(message.item, settled) and isinstance(self.screen, SourcesScreen):
            self.session.list()
        status, bar = self.query_one(Status), self.query_one(TopBar)
        name = self.session.name
        match message.item:
            case news.Opened(documents, passages):
                bar.show(name, documents, passages)
                status.say("Looking for new and changed documents…")
            case news.Indexing(progress, documents, passages):
                bar.show(name, documents, passages)
                status.show(progress, passages > 0)
            case news.Indexed(report):
                bar.show(name, report.documents, report.passages)
                status.say("Loading the model; you can ask already.")
                self.query_one(QuestionInput).forget_paths()
                self.query_one(SourcePane).forget()
                self.query_one(Conversation).indexed(report)
            case news.Empty(failure):
                bar.show(name, 0, 0)
                status.say("")
                self.query_one(SourcePane).forget()
                self.query_one(Conversation).fail(failure, ANOTHER_FOLDER)
            case news.Locked(documents, passages):
                bar.show(name, documents, passages)
                self.query_one(Conversation).forgive()
                status.say(ELSEWHERE)
            case news.Ready(left_out):
                leave_alone()
                files = counted(left_out, "file")
                status.say(f"{files} skipped — ^p, Sources" if left_out else "")
            case news.Failed(failure):
                status.say("")
                self.query_one(Conversation).fail(failure, message.item.advice)
            case news.Answered(ticket, outcome, partial):
                if exchange := self._waiting.pop(ticket, None):
                    self.query_one(Conversation).settle(exchange, outcome, partial)
                    self._offer_keys()
            case news.Looked(ticket, source):
                self.show_source(ticket, source)
            case news.Verified(verification):
                self.query_one(SourcePane).verified(verification)
                self.query_one(Conversation).mark(verification)
            case news.Checked(conversation, verifications):
                if conversation == self.session.conversation:
                    self.query_one(Conversation).check(verifications)
                    self._offer_keys()
            case news.Unwatched(reason):
                status.say(UNWATCHED.format(reason=reason))
            case news.Named(paths):
                self.query_one(QuestionInput).take_paths(paths)
            case news.Unkept(failure):
                status.say(f"{failure.message} {failure.hint}")
            case news.Listed(sources, states, skipped, failure):
                if isinstance(self.screen, SourcesScreen):
                    self.screen.fill(sources, states, skipped, failure)

    def _offer_keys(self) -> None:
        latest = self.query_one(Conversation).latest()
        self.query_one(QuestionInput).picks = latest.keys if latest is not None else ""
        self.refresh_bindings()

    def _fatal_error(self) -> None:
        """Textual prints a traceback here, once the screen is given back."""
        if not self._exit_renderables:
            self.panic(Text(crashed(sys.exception())))

    def _tell(self, session: Session, item: news.News) -> None:
        with suppress(RuntimeError):  # the app may have ended while a thread was at work
            self.post_message(self.Told(session, item))

    @on(QuestionInput.NamesWanted)
    def _names_wanted(self) -> None:
        if self.session is not None:
            self.session.names()

    @on(Understood.Changed)
    def _change(self, message: Understood.Changed) -> None:
        line = self.query_one(QuestionInput)
        line.value = message.question
        line.focus()

    # Keys and commands.

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Keys of the conversation work only there, and only when they would do something."""
        if action in ONLY_HERE:
            if len(self.screen_stack) > 1:
                return False
            if action == "pick":
                current = self.current_exchange()
                return current is not None and current.line(str(parameters[0])) is not None
            if action == "export":
                return self.session is not None and bool(self.session.conversation)
            if action == "leave":
                focused = self.default_screen.focused
                waits = bool(self._waiting)
                return waits or self.source_open or not isinstance(focused, QuestionInput)
        return True

    def action_leave(self) -> None:
        """Close the source and return to where it was opened, or stop the questions that wait
        for an answer, or go to the question."""
        if self.source_open:
            self.close_source()
            return
        self._stop_waiting()
        self.query_one(QuestionInput).focus()

    def action_write(self) -> None:
        """Write the question on several lines."""
        if not isinstance(self.screen, QuestionScreen):
            line = self.query_one(QuestionInput)
            self.push_screen(QuestionScreen(line.value), self._written)

    def _written(self, written: tuple[str, bool] | None) -> None:
        text, asked = written or ("", False)
        line = self.query_one(QuestionInput)
        line.value = " ".join(text.split())
        line.cursor_position = len(line.value)
        if asked:
            line.ask()

    async def on_event(self, event: events.Event) -> None:
        """Note that somebody is there; widgets keep the keys they use to themselves."""
        if isinstance(event, events.Key):
            self._keyed = time.monotonic()
            if event.key != "ctrl+c":
                self._interrupted = -AGAIN_S
        await super().on_event(event)

    def _tidy(self) -> None:
        """Collect what left the screen, once much has and nobody is typing or waiting."""
        conversation = self.query_one(Conversation) if self.query(Conversation) else None
        idle = not self._waiting and time.monotonic() - self._keyed > IDLE_S
        if conversation is not None and idle and conversation.left >= LEFT:
            conversation.left = 0
            tidy()

    def _stop_waiting(self) -> None:
        for ticket, exchange in self._waiting.items():
            if self.session is not None:
                self.session.forget(ticket)
            exchange.stop()
        self._waiting.clear()

    def action_scroll(self, step: int) -> None:
        """Scroll the conversation a page."""
        self.query_one(Conversation).turn_page(step)

    def action_help(self) -> None:
        """Show what the keys do."""
        self.push_screen(HelpScreen())

    def action_choose_folder(self) -> None:
        """Ask for another folder."""
        if not isinstance(self.screen, FolderScreen):
            self.push_screen(FolderScreen(self._folder), self._chosen)

    def action_index_again(self) -> None:
        """Bring the index in step with the folder."""
        if self.session is None:
            self.action_choose_folder()
        else:
            self.query_one(Status).say("Looking for new and changed documents…")
            self.session.index()

    def action_sources(self) -> None:
        """List the documents, and the files that were left out."""
        if self.session is not None and not isinstance(self.screen, SourcesScreen):
            self.push_screen(SourcesScreen(), self._ask_only)
            self.session.list()

    def _ask_only(self, path: str | None) -> None:
        """Put the name of a document before the question, in the place of others."""
        if path is None:
            return
        line = self.query_one(QuestionInput)
        if name := named(path):
            line.value = name + unnamed(line.value)
            line.cursor_position = len(line.value)
        else:
            self.notify("A question cannot name this document: its name has quotation marks.")
        line.focus()

    async def action_quit(self) -> None:
        """Stop what is going on and leave."""
        if self.session is not None:
            self.session.cancel()
        self.exit()

    def action_help_quit(self) -> None:
        """Ctrl+C twice leaves, as in any terminal; once it says so, for it may be meant to copy."""
        before, self._interrupted = self._interrupted, time.monotonic()
        if self._interrupted - before < AGAIN_S:
            self.call_next(self.action_quit)
        else:
            self.notify("Press [b]ctrl+c[/b] again to quit.", timeout=AGAIN_S)

    def get_system_commands(self, screen: Screen[object]) -> Iterable[SystemCommand]:
        """What the command palette offers."""
        yield SystemCommand("Choose folder", "Ask other documents", self.action_choose_folder)
        yield SystemCommand(
            "Conversations", "Go on with one, rename, delete", self.action_conversations
        )
        yield SystemCommand(
            "New conversation", "The one here is kept", self.action_new_conversation
        )
        yield SystemCommand(
            "Export", "This conversation as Markdown, HTML, JSON, …", self.action_export
        )
        yield SystemCommand(
            "Copy answer", "The newest answer with its sources", self.action_copy_answer
        )
        yield SystemCommand("Index again", "Read new and changed files", self.action_index_again)
        yield SystemCommand("Sources", "What is indexed, what was left out", self.action_sources)
        yield SystemCommand("Help", "Keys, and what the words mean", self.action_help)
        yield SystemCommand("Theme", "Other colours", self.action_change_theme)
        yield SystemCommand("Quit", "Nothing is lost", self.action_quit)

    def close(self, timeout_s: float) -> bool:
        """End the session's threads; False when one is still at work (loading a model)."""
        return self.session is None or self.session.close(timeout_s)

    def _chosen(self, folder: Path | None) -> None:
        if folder is not None:
            self.open_folder(folder)


KEYS = frozenset(
    binding.id for binding in QaApp.BINDINGS if isinstance(binding, Binding) and binding.id
)
"""Actions whose keys the settings may change."""


def run(
    folder: Path | None,
    settings: Settings,
    saved: SavedConversation | None = None,
    problem: str = "",
) -> int:
    """Run the app in this terminal until the person quits; the exit status."""

    def open_assistant(chosen: Path, anew: bool = False) -> Assistant:
        from qa.assistant import Assistant

        return Assistant(chosen, settings=settings, anew=anew)

    collect_when_told()
    app = QaApp(folder, open_assistant, settings, problem, saved)
    app.run()
    code = app.return_code or 0
    if not app.close(QUIT_WAIT_S) or "torch" in sys.modules:
        # A thread inside a model or an import cannot be stopped, and ending the interpreter
        # under it may crash; without one, taking torch down still takes half a second.
        # Everything is closed, or safe to leave at any moment.
        sys.stdout.flush()
        sys.stderr.flush()
        os._exit(code)
    return code


def main() -> int:
    """``python tui.py [FOLDER]``."""
    try:
        settings = load_settings({"corpus": sys.argv[1] if len(sys.argv) > 1 else None})
    except ConfigError as error:
        return run(None, Settings(), problem=str(error))
    folder = Path(settings.corpus or "corpus").expanduser()
    problem = "" if folder.is_dir() else f"There is no folder {folder}."
    return run(None if problem else folder, settings, problem=problem)


if __name__ == "__main__":
    raise SystemExit(main())
