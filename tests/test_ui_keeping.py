"""Conversations in the app: kept, resumed, renamed, deleted, exported; other programs."""

from __future__ import annotations

import json
import threading
from datetime import UTC, datetime
from pathlib import Path

import pytest
from textual.widgets import DataTable, Input

from qa.conversations import Conversations
from qa.saved import read_saved
from qa.ui import outside
from qa.ui.citation_line import CitationLine
from qa.ui.conversation import KEPT, Conversation
from qa.ui.conversations_screen import ConversationsScreen
from qa.ui.exchange import Exchange
from qa.ui.export_screen import ExportScreen
from qa.ui.question import QuestionInput
from tests.fake_assistant import FakeAssistant, answer_from_table
from tests.ui_driver import FOLDER, QUOTE, driving


@pytest.fixture
def kept(tmp_path: Path) -> Conversations:
    return Conversations(tmp_path / "conversations", lambda: datetime.now(UTC))


def begun(kept: Conversations, *questions: str, folder: Path = FOLDER) -> str:
    id_ = kept.new_id()
    for question in questions:
        kept.keep(id_, str(folder), answer_from_table(FakeAssistant(folder), question))
    return id_


async def test_every_turn_is_kept_when_it_ends(kept: Conversations, tmp_path: Path) -> None:
    async with driving(data=str(tmp_path)) as driver:
        assert kept.all() == []
        await driver.answered("when?")
        [one] = kept.all()
        await driver.answered("What is the share price?")
        [one] = kept.all()
        assert [turn.answer.question for turn in one.turns] == ["when?", "What is the share price?"]
        assert one.corpus == str(FOLDER)


async def test_a_kept_conversation_is_shown_again_and_goes_on(
    kept: Conversations, tmp_path: Path
) -> None:
    id_ = begun(kept, "when?", "What is the share price?")
    async with driving(
        (160, 50), data=str(tmp_path), saved=kept.load(id_), state="moved"
    ) as driver:
        await driver.shows(
            "› when?", QUOTE, "Not in these documents", "3 citations: 3 hold, 3 moved."
        )
        assert [line.sign for line in driver.app.query(CitationLine)] == ["→"] * 3 + [""] * 2
        await driver.press("up")
        assert driver.app.query_one(QuestionInput).value == "What is the share price?"
        await driver.answered("And who else?")
        assert [answer.question for answer in driver.assistants[0].earlier] == [
            "when?", "What is the share price?",
        ]  # fmt: skip
        assert len(kept.load(id_).turns) == 3


async def test_a_conversation_of_another_folder_opens_that_folder(
    kept: Conversations, tmp_path: Path
) -> None:
    begun(kept, "when?", folder=tmp_path)
    async with driving(data=str(tmp_path)) as driver:
        await driver.press("ctrl+r")
        await driver.shows("Conversations: 1", "when?", str(tmp_path)[:20])
        await driver.press("enter")
        await driver.shows("› when?", QUOTE, f"qa  {tmp_path.name}")
        await driver.until(lambda: len(driver.assistants) == 2)
        assert [Path(assistant.folder) for assistant in driver.assistants] == [FOLDER, tmp_path]


async def test_conversations_are_searched_renamed_and_deleted(
    kept: Conversations, tmp_path: Path
) -> None:
    told, price = begun(kept, "Who was told?"), begun(kept, "What is the share price?")
    async with driving(data=str(tmp_path)) as driver:
        await driver.press("ctrl+r")
        await driver.shows("Conversations: 2")
        await driver.press("slash", *"germany")
        await driver.shows("Conversations: 1 of 2", "Who was told?")
        await driver.press("enter", "f2")
        driver.app.screen.query_one(Input).value = "Told [b]allies"
        await driver.press("enter")
        await driver.shows("Told [b]allies")
        assert kept.load(told).title == "Told [b]allies"
        table = driver.app.screen.query_one(DataTable)
        table.move_cursor(row=0)
        await driver.press("delete")
        await driver.shows("Press delete again")
        await driver.press("down")
        await driver.hides("Press delete again")
        table.move_cursor(row=[one.id for one in kept.all()].index(price))
        await driver.press("delete", "delete")
        await driver.until(lambda: [one.id for one in kept.all()] == [told])
        await driver.press("escape")
        await driver.until(lambda: not isinstance(driver.app.screen, ConversationsScreen))


async def test_no_conversation_says_what_to_do() -> None:
    async with driving() as driver:
        await driver.press("ctrl+r")
        await driver.shows("No conversation yet.")
        await driver.press("delete", "f2", "enter", "escape")
        await driver.hides("No conversation yet.")


async def test_a_new_conversation_begins_with_nothing_before_it(
    kept: Conversations, tmp_path: Path
) -> None:
    async with driving(data=str(tmp_path)) as driver:
        await driver.answered("when?")
        await driver.press("ctrl+n")
        await driver.shows("Ask a question about the documents")
        await driver.answered("And it ?")
        assert list(driver.assistants[0].earlier) == []
        assert [len(one.turns) for one in kept.all()] == [1, 1]


async def test_an_answer_that_cannot_be_saved_is_shown_all_the_same(tmp_path: Path) -> None:
    (tmp_path / "conversations").write_text("in the way")
    async with driving(data=str(tmp_path)) as driver:
        await driver.answered("when?")
        await driver.shows(QUOTE, "The conversation cannot be saved")


async def test_escape_stops_a_question_and_nothing_of_it_is_kept(
    kept: Conversations, tmp_path: Path
) -> None:
    hold = threading.Event()
    async with driving(data=str(tmp_path), hold_ask=hold) as driver:
        await driver.ask("when?")
        await driver.until(lambda: driver.assistants[0].asked)
        await driver.press("escape")
        await driver.shows("Stopped. ↑ brings the question back.")
        hold.set()
        await driver.answered("Who was told?")
        assert [turn.answer.question for one in kept.all() for turn in one.turns] == [
            "Who was told?"
        ]
        assert driver.app.query(Exchange).first().answer is None


async def test_a_conversation_is_exported(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    async with driving((160, 50)) as driver:
        await driver.press("ctrl+e")
        assert not isinstance(driver.app.screen, ExportScreen)
        await driver.answered("when?")
        await driver.press("ctrl+e")
        await driver.until(lambda: isinstance(driver.app.screen, ExportScreen))
        await driver.press("down", "enter", "enter")
        await driver.until(lambda: not isinstance(driver.app.screen, ExportScreen))
        [file] = tmp_path.glob("*.html")
        assert file.name == "when.html" and len(read_saved(file.read_text(), "x").citations) == 3
        await driver.press("ctrl+e")
        await driver.until(lambda: isinstance(driver.app.screen, ExportScreen))
        await driver.press("down", "enter", "enter")
        await driver.shows("is there already. Enter writes over it.")
        driver.app.screen.query_one("#export-file", Input).value = "/no/such/place/x.md"
        await driver.press("enter")
        await driver.shows("cannot be written")
        await driver.press("escape")


async def test_the_answer_is_copied_with_its_sources() -> None:
    async with driving() as driver:
        await driver.answered("when?")
        driver.app.action_copy_answer()
        text = driver.app.clipboard
        assert (
            text.startswith("when?\n\n") and "[1] report.md, report.md:7-8, “Who was told”" in text
        )


async def test_of_a_hundred_questions_the_last_come_back(
    kept: Conversations, tmp_path: Path
) -> None:
    saved = kept.load(begun(kept, *["when?"] * 100))
    async with driving(data=str(tmp_path), saved=saved) as driver:
        await driver.until(lambda: len(driver.app.query(Exchange)) == KEPT, 30)
        conversation = driver.app.query_one(Conversation)
        await driver.until(lambda: conversation.scroll_offset.y == conversation.max_scroll_y)


# Other programs.


@pytest.mark.parametrize(
    ("editor", "command", "waits"),
    [
        ("vim", ["vim", "+31", "/d/a b.md"], True),
        ("code --wait", ["code", "--wait", "--goto", "/d/a b.md:31"], False),
        ("/usr/bin/hx", ["/usr/bin/hx", "/d/a b.md:31"], True),
        ("'my editor' -x", ["my editor", "-x", "+31", "/d/a b.md"], True),
    ],
)
def test_the_editor_opens_at_the_line(editor: str, command: list[str], waits: bool) -> None:
    file = Path("/d/a b.md")
    assert outside.editor_command(file, 31, {"EDITOR": editor}) == (command, waits)
    assert outside.editor_command(file, 31, {"EDITOR": "ed", "VISUAL": editor}) == (command, waits)
    odd = outside.editor_command(Path("/d/a{line}.md"), 31, {"EDITOR": "vim"})
    assert odd == (["vim", "+31", "/d/a{line}.md"], True)


@pytest.mark.parametrize("editor", ["", " ", "'unbalanced"])
def test_no_editor_is_none(editor: str) -> None:
    assert outside.editor_command(Path("/a"), 1, {"EDITOR": editor}) is None


def test_a_pdf_opens_at_the_page_where_a_viewer_can() -> None:
    def only(*names: str) -> outside.Which:
        return lambda name: f"/bin/{name}" if name in names else None

    file = Path("/d/a.pdf")
    assert outside.viewer_command(file, 4, only("zathura", "xdg-open")) == [
        "/bin/zathura", "--page=4", "/d/a.pdf",
    ]  # fmt: skip
    assert outside.viewer_command(file, 4, only("xdg-open")) == ["/bin/xdg-open", "/d/a.pdf"]
    assert outside.viewer_command(file, None, only()) is None


def test_nothing_is_copied_to_a_desktop_that_is_not_there(tmp_path: Path) -> None:
    assert not outside.copy_here("x", {})
    assert not outside.copy_here("x", {"DISPLAY": ":0", "SSH_CONNECTION": "1"})
    log = tmp_path / "log"
    copier = tmp_path / "xclip"
    copier.write_text(f'#!/bin/sh\necho "$@" > {log}\ncat >> {log}\n')
    copier.chmod(0o755)
    which = {"xclip": str(copier)}.get
    assert outside.copy_here("the words", {"DISPLAY": ":0"}, which)
    assert log.read_text() == "-selection clipboard\nthe words"


async def test_the_source_is_opened_in_the_editor(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "report.md").write_text("x")
    started: list[list[str]] = []
    monkeypatch.setattr(outside, "environment", lambda: {"EDITOR": "code"})
    monkeypatch.setattr(outside, "start", lambda command: started.append(list(command)))
    async with driving((160, 50), tmp_path, data=str(tmp_path / "data")) as driver:
        await driver.answered("when?")
        await driver.press("1")
        await driver.shows("Who was told")
        await driver.press("o")
        assert started == [["code", "--goto", f"{tmp_path / 'report.md'}:7"]]
        (tmp_path / "report.md").unlink()
        await driver.press("o")
        await driver.shows("is not there any more")


def test_saved_conversations_hold_everything_the_screen_showed(kept: Conversations) -> None:
    id_ = begun(kept, "when?")
    lines = (kept.directory / f"{id_}.jsonl").read_text().splitlines()
    assert json.loads(lines[0])["schema"] == "qa.conversation/1" and len(lines) == 2


async def test_the_theme_that_was_chosen_is_there_the_next_time(tmp_path: Path) -> None:
    async with driving(data=str(tmp_path)) as driver:
        driver.app.theme = "nord"
        await driver.settle()
    async with driving(data=str(tmp_path)) as driver:
        assert driver.app.theme == "nord"
    async with driving(data=str(tmp_path), theme="textual-light") as driver:
        assert driver.app.theme == "textual-light"
    (tmp_path / "theme").write_bytes(b"\xff[b]")
    async with driving(data=str(tmp_path)) as driver:
        assert driver.app.theme == "textual-dark"


async def test_keys_may_be_other_ones() -> None:
    keys = (("conversations", "ctrl+g"), ("nonsense", "x"))
    async with driving((160, 50), keys=keys) as driver:
        await driver.shows("there is no action nonsense", "several_lines")
        await driver.press("ctrl+r")
        assert not isinstance(driver.app.screen, ConversationsScreen)
        await driver.press("ctrl+g")
        assert isinstance(driver.app.screen, ConversationsScreen)


async def test_a_question_may_have_several_lines() -> None:
    async with driving() as driver:
        await driver.press(*"and", "ctrl+l")
        await driver.shows("A question of several lines")
        await driver.press("enter", *"when", "?", "escape")
        assert driver.app.query_one(QuestionInput).value == "and when?"
        await driver.press("ctrl+l", "ctrl+j")
        await driver.until(lambda: driver.assistants[0].asked == ["and when?"])


async def test_a_style_that_is_none_is_told_and_nothing_is_copied() -> None:
    async with driving(style="{nobody}") as driver:
        await driver.answered("when?")
        await driver.press("ctrl+y")
        await driver.shows("citation_style: there is no")
        assert not driver.app.clipboard


async def test_an_editor_of_the_terminal_is_not_opened_where_there_is_none(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "report.md").write_text("x")
    monkeypatch.setattr(outside, "environment", lambda: {"EDITOR": "vim"})
    async with driving((160, 50), tmp_path, data=str(tmp_path / "data")) as driver:
        await driver.answered("when?")
        await driver.press("1", "o")
        await driver.shows("The editor needs a terminal of its own")


async def test_typing_is_noticed() -> None:
    async with driving() as driver:
        before = driver.app._keyed
        await driver.press(*"abc")
        assert driver.app._keyed > before


@pytest.mark.parametrize(
    ("kept", "shown"), [("nord", "ansi-dark"), ("textual-light", "ansi-light")]
)
async def test_a_terminal_of_sixteen_colours_leaves_the_kept_theme_alone(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, kept: str, shown: str
) -> None:
    (tmp_path / "theme").write_text(kept)
    monkeypatch.setattr("rich.console.Console.color_system", "standard")
    async with driving(data=str(tmp_path)) as driver:
        assert driver.app.theme == shown
        await driver.settle()
        assert (tmp_path / "theme").read_text() == kept
        driver.app.theme = "dracula"
        await driver.until(lambda: (tmp_path / "theme").read_text() == "dracula")


async def test_the_ending_of_the_exported_file_says_its_format(tmp_path: Path) -> None:
    async with driving(data=str(tmp_path)) as driver:
        await driver.answered()
        await driver.press("ctrl+e")
        await driver.shows("Export this conversation")
        line = driver.app.screen.query_one("#export-file", Input)
        line.focus()
        line.value = str(tmp_path / "mixed.html")
        await driver.settle()
        await driver.press("enter")
        await driver.until((tmp_path / "mixed.html").exists)
        assert (tmp_path / "mixed.html").read_text().startswith("<!DOCTYPE html>")


async def test_the_newest_answer_stays_in_view_when_the_width_changes() -> None:
    async with driving((160, 24)) as driver:
        for question in ("when?", "share?", "when was that?"):
            await driver.answered(question)
        for columns in (60, 160, 80):
            await driver.pilot.resize_terminal(columns, 24)
            conversation = driver.app.query_one(Conversation)
            await driver.until(
                lambda c=conversation: c.max_scroll_y > 0 and c.scroll_offset.y == c.max_scroll_y
            )
