"""The terminal app, driven key by key over an assistant that answers from a table."""

from __future__ import annotations

import subprocess
import sys
import threading
from pathlib import Path

import pytest
from fake_assistant import FakeAssistant, answer_of, cite, make_document
from textual.command import CommandPalette
from textual.widgets import DataTable, Input
from ui_driver import NARROW, WIDE, Driver, check_snapshot, driving

from qa.config import Settings
from qa.errors import FolderError, IndexMismatchError, ModelError, NoDocumentsError, QuestionError
from qa.types import Progress, Skipped, Verification
from qa.ui.citation_line import CitationLine
from qa.ui.conversation import Conversation
from qa.ui.document_view import DocumentView
from qa.ui.folder_screen import FolderScreen
from qa.ui.help_screen import HelpScreen
from qa.ui.question import QuestionInput
from qa.ui.source_pane import SourcePane
from qa.ui.sources_screen import SourcesScreen

QUOTE = "Details went to the United Kingdom and Germany"


def source_open(driver: Driver) -> bool:
    return driver.app.query_one(SourcePane).display


# What the states look like.


@pytest.mark.parametrize(("name", "size"), [("wide", WIDE), ("narrow", NARROW)])
async def test_screen_answered(name: str, size: tuple[int, int]) -> None:
    async with driving(size) as driver:
        await driver.answered("Who was told, and when?")
        check_snapshot(f"answered-{name}", driver.screen)


@pytest.mark.parametrize(("name", "size"), [("wide", WIDE), ("narrow", NARROW)])
async def test_screen_source(name: str, size: tuple[int, int]) -> None:
    async with driving(size) as driver:
        await driver.answered("Who was told, and when?")
        await driver.press("1")
        await driver.shows(QUOTE, "report.md ── lines 7–8 of 74")
        check_snapshot(f"source-{name}", driver.screen)


async def test_screen_not_found() -> None:
    async with driving() as driver:
        await driver.answered("What is the share price?")
        check_snapshot("not-found", driver.screen)


async def test_screen_first_indexing() -> None:
    hold = threading.Event()
    async with driving(ready=False, hold=hold, indexed=False) as driver:
        await driver.shows("Indexing")
        check_snapshot("indexing", driver.screen)
        hold.set()


async def test_screen_failed() -> None:
    problem = ModelError("The model is damaged. Your documents are untouched.", "Install it again.")
    async with driving(
        ready=False, problem=None, make=lambda f: FakeAssistant(f, problem=problem)
    ) as driver:
        await driver.shows("Install it again.")
        check_snapshot("failed", driver.screen)


async def test_screen_empty_folder() -> None:
    async with driving(ready=False, documents=()) as driver:
        await driver.shows("There are no documents in /documents/corpus.", "^o")
        check_snapshot("empty-folder", driver.screen)


async def test_screen_before_the_first_question() -> None:
    async with driving() as driver:
        check_snapshot("empty", driver.screen)


async def test_screen_help() -> None:
    async with driving(WIDE) as driver:
        await driver.press("f1")
        check_snapshot("help", driver.screen)


# Asking.


async def test_an_empty_question_does_nothing() -> None:
    async with driving() as driver:
        await driver.press("enter", "space", "enter")
        assert driver.assistants[0].asked == []


async def test_a_question_asked_while_the_folder_is_being_opened_is_answered() -> None:
    opening = threading.Event()

    def slow(folder: Path) -> FakeAssistant:
        opening.wait(5)
        return FakeAssistant(folder)

    async with driving(ready=False, make=slow) as driver:
        await driver.ask("when?")
        await driver.shows("reading…")
        opening.set()
        await driver.shows(QUOTE)


async def test_a_question_asked_during_the_first_indexing_waits_for_a_passage() -> None:
    hold = threading.Event()
    async with driving(ready=False, hold=hold, indexed=False) as driver:
        await driver.shows("Indexing")
        assert "You can ask now" not in driver.screen
        await driver.ask("when?")
        await driver.shows("reading…")
        driver.assistants[0].indexed = True
        await driver.shows("You can ask now", QUOTE, "From what was indexed so far")
        hold.set()
        # Nothing had changed after all, so the answer was complete.
        await driver.hides("From what was indexed so far")


async def test_questions_are_answered_in_order() -> None:
    hold = threading.Event()
    async with driving(hold_ask=hold) as driver:
        await driver.ask("one when")
        await driver.ask("two when")
        hold.set()
        await driver.until(lambda: driver.assistants[0].asked == ["one when", "two when"])
        await driver.hides("reading…")


async def test_a_question_understood_from_the_conversation_says_how() -> None:
    async with driving() as driver:
        await driver.answered("who was it told to")
        assert "understood as: who was told of the finding?" in driver.screen


async def test_up_and_down_bring_back_questions() -> None:
    async with driving() as driver:
        line = driver.app.query_one(QuestionInput)
        await driver.answered("when one")
        await driver.answered("when two")
        await driver.press("x", "up")
        assert line.value == "when two"
        await driver.press("up", "up")
        assert line.value == "when one"
        await driver.press("down", "down")
        assert line.value == "x"


async def test_a_pasted_text_becomes_one_line_without_control_characters() -> None:
    from textual import events

    async with driving() as driver:
        driver.app.post_message(events.Paste("who\x1b[31m\nwas told"))
        line = driver.app.query_one(QuestionInput)
        await driver.until(lambda: line.value)
        assert line.value == "who\ufffd[31m was told"


async def test_a_question_that_is_too_long_says_so() -> None:
    error = QuestionError("The question has 10,000 words.", "Ask with fewer.")
    async with driving(broken=error) as driver:
        driver.app.query_one(QuestionInput).value = "word " * 10_000
        await driver.press("enter")
        await driver.shows("The question has 10,000 words.", "Ask with fewer.")


async def test_page_keys_scroll_the_conversation_while_typing() -> None:
    async with driving() as driver:
        for _ in range(4):
            await driver.answered()
        conversation = driver.app.query_one(Conversation)
        end = conversation.scroll_y
        assert end > 0
        await driver.press("pageup")
        assert conversation.scroll_y < end
        await driver.press("pagedown", "pagedown")
        assert conversation.scroll_y == end


# Opening a source, and coming back.


@pytest.mark.parametrize("size", [NARROW, WIDE])
async def test_a_digit_opens_a_citation_and_escape_returns_to_the_question(
    size: tuple[int, int],
) -> None:
    async with driving(size) as driver:
        await driver.answered()
        before = driver.screen
        await driver.press("1")
        assert source_open(driver)
        assert isinstance(driver.app.focused, DocumentView)
        await driver.press("escape")
        assert not source_open(driver)
        assert isinstance(driver.app.focused, QuestionInput)
        await driver.until(lambda: driver.screen == before)


async def test_a_digit_that_opens_nothing_is_typed() -> None:
    async with driving() as driver:
        await driver.press("4")
        assert driver.app.query_one(QuestionInput).value == "4"
        await driver.press("backspace")
        await driver.answered()
        await driver.press("4", "1")
        assert driver.app.query_one(QuestionInput).value == "41"
        assert not source_open(driver)


async def test_enter_on_a_citation_opens_it_and_escape_returns_to_it() -> None:
    async with driving() as driver:
        await driver.answered()
        await driver.press("shift+tab", "shift+tab", "enter")
        await driver.shows("summary.md ── line 3")
        await driver.press("escape")
        focused = driver.app.focused
        assert isinstance(focused, CitationLine)
        assert focused.key == "2"
        await driver.press("down", "down")
        assert isinstance(driver.app.focused, QuestionInput)


async def test_escape_on_a_citation_returns_to_the_question() -> None:
    async with driving() as driver:
        await driver.answered()
        await driver.press("tab", "escape")
        assert isinstance(driver.app.focused, QuestionInput)


async def test_a_click_on_a_citation_opens_it() -> None:
    async with driving() as driver:
        await driver.answered()
        lines = list(driver.app.query(CitationLine))
        await driver.pilot.click(lines[1])
        await driver.shows("summary.md ── line 3")


async def test_a_click_on_a_number_in_the_answer_opens_it() -> None:
    async with driving() as driver:
        await driver.answered()
        rows = driver.screen.splitlines()
        y = next(y for y, row in enumerate(rows) if "[1][2]" in row)
        await driver.pilot.click(offset=(rows[y].index("[2]") + 1, y))
        await driver.shows("summary.md ── line 3")


async def test_the_keys_of_an_older_answer_work_while_it_is_focused() -> None:
    async with driving(WIDE) as driver:
        await driver.answered()
        await driver.answered("share price")
        next(iter(driver.app.query(CitationLine))).focus()
        await driver.press("3")
        await driver.shows("report.md ── line 3 of 74")


async def test_a_letter_opens_a_nearest_passage_when_nothing_follows() -> None:
    async with driving() as driver:
        await driver.answered("share price")
        await driver.press("b")
        await driver.shows("summary.md ── line 5")
        assert driver.app.query_one(QuestionInput).value == ""


async def test_a_letter_and_enter_opens_a_nearest_passage() -> None:
    async with driving() as driver:
        await driver.answered("share price")
        await driver.press("a", "enter")
        assert source_open(driver)
        assert driver.assistants[0].asked == ["share price"]


async def test_a_question_may_begin_with_the_letter_of_a_passage() -> None:
    async with driving() as driver:
        await driver.answered("share price")
        await driver.press("a", "r", "e")
        await driver.pilot.pause(0.6)
        assert driver.app.query_one(QuestionInput).value == "are"
        assert not source_open(driver)


async def test_a_letter_opens_at_once_outside_the_question_line() -> None:
    async with driving() as driver:
        await driver.answered("share price")
        await driver.press("tab", "b")
        assert source_open(driver)


@pytest.mark.parametrize("size", [NARROW, WIDE])
async def test_n_and_p_go_through_the_quotes_of_the_answer(size: tuple[int, int]) -> None:
    async with driving(size) as driver:
        await driver.answered()
        await driver.press("1", "n")
        await driver.shows("summary.md ── line 3 of 6")
        await driver.press("n")
        await driver.shows("report.md ── line 3 of 74")
        await driver.press("n", "p", "p")
        await driver.shows("summary.md ── line 3 of 6")


async def test_a_narrower_window_keeps_the_source_and_a_wider_one_shows_both() -> None:
    async with driving(WIDE) as driver:
        await driver.answered()
        await driver.press("1")
        await driver.shows("confident", "lines 7–8")
        await driver.pilot.resize_terminal(*NARROW)
        await driver.hides("confident")
        await driver.shows("lines 7–8", QUOTE)
        await driver.pilot.resize_terminal(*WIDE)
        await driver.shows("confident", "lines 7–8")


async def test_beside_an_open_source_keys_open_the_newest_answer() -> None:
    async with driving(WIDE) as driver:
        await driver.answered()
        await driver.press("3")
        driver.app.query_one(QuestionInput).focus()
        await driver.answered("share price")
        await driver.press("b", "enter")
        await driver.shows("summary.md ── line 5")


@pytest.mark.parametrize(
    ("state", "mark", "words"),
    [
        ("changed", "changed", "The words have changed since they were indexed"),
        ("moved", "moved", "these words now stand at report.md, line 40"),
        ("missing", "gone", "These words are gone from the folder"),
    ],
)
async def test_a_source_that_is_no_longer_the_same_says_so(
    state: str, mark: str, words: str
) -> None:
    async with driving(state=state) as driver:
        await driver.answered()
        await driver.press("1")
        await driver.until(lambda: words in " ".join(driver.screen.split()))
        await driver.press("escape")
        row = next(row for row in driver.screen.splitlines() if row.strip().startswith("1  "))
        assert mark in row


async def test_a_document_that_left_the_index_shows_the_quote() -> None:
    async with driving() as driver:
        await driver.answered()
        driver.assistants[0].documents.clear()
        await driver.press("1")
        await driver.shows("no longer in the index", "Details went to")


async def test_a_quote_is_never_marked_where_the_text_says_something_else() -> None:
    async with driving() as driver:
        await driver.answered()
        driver.assistants[0].documents["report.md"] = make_document("report.md", "Other.\n" * 90)
        await driver.press("1")
        await driver.shows("these words are not in it any more")
        assert "▌" not in driver.screen


# Copying and the number behind the words.


@pytest.mark.parametrize("keys", [("tab", "c"), ("tab", "y"), ("1", "c")])
async def test_a_quote_is_copied_with_its_place(keys: tuple[str, ...]) -> None:
    async with driving() as driver:
        await driver.answered()
        await driver.press(*keys)
        assert driver.app.clipboard == (f"“{QUOTE}\nat the end of 2019”\n(report.md, lines 7–8)")


async def test_the_number_behind_the_words_is_shown_on_request() -> None:
    async with driving() as driver:
        await driver.answered()
        assert "0.91" not in driver.screen
        await driver.press("tab", "i")
        assert "confident · 2 documents agree · confidence 0.91 · 0.41 s" in driver.screen


# Failures.


async def test_an_unexpected_error_says_what_is_safe_and_hides_the_traceback() -> None:
    async with driving(broken=ZeroDivisionError("by [/] zero")) as driver:
        await driver.ask("when?")
        await driver.shows("Something went wrong: ZeroDivisionError: by [/] zero.")
        flat = " ".join(driver.screen.replace("▌", " ").split())
        assert "Your documents are untouched and the index is safe" in flat
        assert "Traceback" not in driver.screen
        await driver.press("shift+tab", "enter")
        await driver.press("pagedown")
        assert "fake_assistant.py" in driver.screen
        await driver.press("enter")
        assert "fake_assistant.py" not in driver.screen


async def test_a_folder_that_is_gone_names_the_key_for_another() -> None:
    def gone(folder: Path) -> FakeAssistant:
        raise FolderError(f"There is no folder {folder}.", "Was it moved?")

    async with driving(ready=False, make=gone) as driver:
        await driver.shows("There is no folder /documents/corpus.", "^o chooses another folder.")
        await driver.ask("when?")
        await driver.until(lambda: driver.screen.count("There is no folder") == 2)


async def test_a_folder_where_nothing_can_be_read_says_how_many_were_skipped() -> None:
    skipped = (Skipped("a.bin", "not a document"),)
    async with driving(ready=False, documents=(), skipped=skipped) as driver:
        await driver.shows("Nothing in /documents/corpus can be read (1 file skipped).")


async def test_a_folder_without_documents_may_be_an_error_too() -> None:
    error = NoDocumentsError("It holds nothing that can be read.", "Add some.")
    async with driving(ready=False, make=lambda f: FakeAssistant(f, problem=error)) as driver:
        await driver.shows("It holds nothing that can be read.", "^o chooses another folder.")


async def test_what_was_indexed_before_can_be_asked_when_indexing_fails() -> None:
    error = ModelError("The disk is full.", "Make room.")
    async with driving(ready=False, make=lambda f: FakeAssistant(f, problem=error)) as driver:
        await driver.shows("The disk is full.", "What was indexed before can still be asked.")
        await driver.answered()
        assert QUOTE in driver.screen


async def test_indexing_again_after_a_mismatch_rebuilds_and_takes_the_failure_away() -> None:
    rebuilt: list[bool] = []

    class Mismatched(FakeAssistant):
        def update(self, progress=None, cancelled=None, rebuild=False):  # type: ignore[no-untyped-def]
            rebuilt.append(rebuild)
            if not rebuild:
                raise IndexMismatchError("Made by another model.", "Index again.")
            return super().update(progress, cancelled, rebuild)

    async with driving(ready=False, make=Mismatched) as driver:
        await driver.shows("Made by another model.")
        driver.app.action_index_again()
        await driver.hides("Made by another model.")
        assert rebuilt == [False, True]


async def test_an_error_while_fetching_a_source_is_shown_in_its_place() -> None:
    class Broken(FakeAssistant):
        def document(self, path: str):  # type: ignore[no-untyped-def]
            raise OSError("disk [b]gone")

    async with driving(make=Broken) as driver:
        await driver.answered()
        await driver.press("1")
        await driver.shows("Something went wrong: OSError: disk [b]gone.")


async def test_a_failing_check_of_a_source_leaves_it_shown() -> None:
    class Broken(FakeAssistant):
        def verify(self, citations):  # type: ignore[no-untyped-def]
            raise OSError("no")

    async with driving(make=Broken) as driver:
        await driver.answered()
        await driver.press("1")
        await driver.shows(QUOTE)


# Screens and commands.


async def test_help_opens_and_closes() -> None:
    async with driving() as driver:
        await driver.press("f1")
        assert isinstance(driver.app.screen, HelpScreen)
        await driver.press("1")
        assert isinstance(driver.app.screen, HelpScreen)
        await driver.press("escape")
        assert not isinstance(driver.app.screen, HelpScreen)


async def test_skipped_files_are_mentioned_quietly_and_listed() -> None:
    skipped = (Skipped("a[/].bin", "not a [b]document"), Skipped("b.pdf", "encrypted"))
    async with driving(skipped=skipped) as driver:
        await driver.shows("2 files skipped — ^p, Sources")
        driver.app.action_sources()
        await driver.shows("Sources: 2 documents", "Skipped: 2 files")
        assert isinstance(driver.app.screen, SourcesScreen)
        assert "a[/].bin" in driver.screen
        assert "not a [b]document" in driver.screen
        assert driver.app.screen.query_one("#sources", DataTable).row_count == 2
        await driver.press("escape")
        await driver.ask("when?")
        await driver.hides("files skipped")


@pytest.mark.parametrize(
    ("typed", "screen"),
    [("sour", SourcesScreen), ("help", HelpScreen), ("folder", FolderScreen)],
)
async def test_the_command_palette_opens_screens(typed: str, screen: type) -> None:
    async with driving() as driver:
        await driver.press("ctrl+p")
        await driver.until(lambda: CommandPalette.is_open(driver.app))
        await driver.press(*typed)
        await driver.pilot.pause(0.2)
        await driver.press("enter")
        await driver.until(lambda: isinstance(driver.app.screen, screen))


async def test_the_command_palette_offers_what_there_is() -> None:
    async with driving() as driver:
        offered = [command.title for command in driver.app.get_system_commands(driver.app.screen)]
        assert offered == ["Choose folder", "Index again", "Sources", "Help", "Theme", "Quit"]


async def test_index_again_updates_the_index() -> None:
    async with driving() as driver:
        driver.app.action_index_again()
        await driver.until(lambda: driver.assistants[0].updates == 2)


async def test_without_a_folder_the_app_asks_for_one_and_opens_it(tmp_path: Path) -> None:
    (tmp_path / "reports").mkdir()
    async with driving(folder=None, problem="There is no folder corpus.") as driver:
        await driver.shows("Choose a folder", "There is no folder corpus.")
        await driver.press("enter")
        driver.app.screen.query_one(Input).value = str(tmp_path / "nowhere")
        await driver.press("enter")
        await driver.until(lambda: "nowhere is not there." in " ".join(driver.screen.split()))
        driver.app.screen.query_one(Input).value = str(tmp_path) + "/re"
        await driver.press("end")
        await driver.until(lambda: driver.app.screen.query_one(Input)._suggestion)
        await driver.press("tab")
        assert driver.app.screen.query_one(Input).value == f"{tmp_path}/reports/"
        await driver.press("enter")
        await driver.shows("qa  reports  2 documents, 41 passages")


async def test_no_folder_and_escape_says_how_to_choose_one() -> None:
    async with driving(folder=None) as driver:
        await driver.press("escape")
        await driver.shows("No folder is open: ^o chooses another folder.")
        await driver.ask("when?")
        assert isinstance(driver.app.screen, FolderScreen)


async def test_another_folder_starts_another_conversation(tmp_path: Path) -> None:
    async with driving() as driver:
        await driver.answered()
        await driver.press("1", "ctrl+o")
        driver.app.screen.query_one(Input).value = str(tmp_path)
        await driver.press("enter")
        await driver.shows("Ask a question about the documents in")
        assert QUOTE not in driver.screen
        assert driver.assistants[0].closed.wait(5)
        await driver.answered()


async def test_the_theme_of_the_settings_is_used_and_an_unknown_one_is_mentioned() -> None:
    async with driving(theme="textual-light") as driver:
        assert driver.app.theme == "textual-light"
    async with driving(theme="no[/]ne") as driver:
        await driver.shows("There is no theme 'no[/]ne'")


async def test_a_picture_of_the_screen_can_be_made() -> None:
    async with driving() as driver:
        await driver.answered()
        assert driver.app.export_screenshot().startswith("<svg")


# Quitting.


async def test_quitting_cancels_indexing() -> None:
    hold = threading.Event()
    async with driving(ready=False, hold=hold) as driver:
        await driver.shows("Indexing")
        await driver.press("ctrl+q")
    assert driver.assistants[0].closed.is_set()


def test_importing_the_app_loads_nothing_heavy() -> None:
    heavy = "numpy faiss torch tantivy sentence_transformers lxml sqlite3 nupunkt pypdfium2"
    code = f"import sys, tui; sys.exit(' '.join(set('{heavy}'.split()) & set(sys.modules)) or 0)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr) == (0, "")


# Hostile text stays in its place.

HOSTILE = (
    "\x1b[31m\x1b]0;owned\x07 list[int] [/] [bold]x[/bold] "
    "\u202e\u2066abc\x9b2J $accent [@click=app.quit]q[/]"
)


@pytest.mark.parametrize("size", [NARROW, WIDE])
async def test_hostile_text_is_shown_literally_everywhere(size: tuple[int, int]) -> None:
    text = f"# {HOSTILE}\r\n\r\n{HOSTILE}\r\nend"
    document = make_document(f"{HOSTILE}.md", text, title=HOSTILE)
    citation = cite(1, document, HOSTILE, HOSTILE)

    def answers(_fake: FakeAssistant, question: str):  # type: ignore[no-untyped-def]
        found = "share" not in question
        cited = (citation,) if found else ()
        return answer_of(
            question,
            *cited,
            nearest=(citation,),
            found=found,
            resolved_question=f"{question} {HOSTILE}",
        )

    skipped = (Skipped(HOSTILE, HOSTILE),)
    folder = Path("/documents") / HOSTILE.replace("/", "")
    progress = Progress(1, 2, 3, 4, None, HOSTILE)
    async with driving(
        size,
        folder,
        ready=False,
        documents=[document],
        answers=answers,
        skipped=skipped,
        progress=progress,
        state="moved",
        make=lambda f, **more: _with_path(FakeAssistant(f, **more), HOSTILE),
    ) as driver:
        await driver.shows("1 file skipped")
        for question in ("when?", "share?"):
            await driver.answered(question)
        assert "list[int] [/]" in driver.screen
        await driver.press("a", "enter")
        await driver.shows("these words now stand at")
        flat = "".join(row.strip("│▌█▁▂▃▄▅▆▇ 13") for row in driver.screen.splitlines())
        assert "[@click=app.quit]" in flat
        assert_clean(driver.screen, size)
        await driver.press("escape")
        assert_clean(driver.screen, size)
        driver.app.action_sources()
        await driver.shows("list[int]")
        assert_clean(driver.screen, size)


def _with_path(fake: FakeAssistant, path: str) -> FakeAssistant:
    fake.verify = lambda citations: [  # type: ignore[method-assign]
        Verification(c, "moved", path, c.span, 4) for c in citations
    ]
    return fake


def assert_clean(screen: str, size: tuple[int, int]) -> None:
    assert not set(screen) & set("\x1b\x07\x9b\u202e\u2066\r\t")
    assert len(screen.splitlines()) == size[1]


# The real application core behind the app.


async def test_a_folder_is_indexed_asked_and_its_source_opened_from_end_to_end(
    tmp_path: Path,
) -> None:
    from qa.assistant import Assistant
    from qa.encoder import FakeEncoder

    folder = tmp_path / "papers"
    folder.mkdir()
    lighthouse = "The lighthouse keeper was named Ada Byrne."
    (folder / "harbour.md").write_text(
        f"# Harbour\n\n{lighthouse} She lit the lamp every evening.\n", encoding="utf-8"
    )
    (folder / "tea.md").write_text("# Tea\n\nTea is grown on hills.\n", encoding="utf-8")
    (folder / "broken.pdf").write_bytes(b"%PDF-1.7 nothing")

    def real(chosen: Path) -> Assistant:
        settings = Settings(threshold=0.0)
        return Assistant(chosen, tmp_path / "index", settings=settings, encoder=FakeEncoder())

    async with driving(folder=folder, ready=False, make=real) as driver:
        await driver.shows("qa  papers  2 documents", "1 file skipped")
        await driver.answered("What was the name of the lighthouse keeper?")
        assert "Ada Byrne" in driver.screen
        await driver.press("1")
        await driver.shows("harbour.md ── line 3 of")
        assert "▌" in driver.screen
        await driver.press("escape")
        (folder / "harbour.md").write_text(
            f"# Harbour\n\n{lighthouse.replace('Ada', 'Eva')}\n", encoding="utf-8"
        )
        await driver.press("1")
        await driver.shows("have changed since they were indexed")
        driver.app.action_sources()
        await driver.shows("Sources: 2 documents", "broken.pdf")
