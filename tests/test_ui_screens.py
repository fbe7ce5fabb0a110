"""The app's other screens, its commands, and the choice of a folder."""

from __future__ import annotations

import threading
from pathlib import Path

import pytest
from fake_assistant import FakeAssistant
from textual.command import CommandPalette
from textual.widgets import DataTable, Input
from ui_driver import QUOTE, driving

from qa.errors import IndexLockedError
from qa.types import Skipped
from qa.ui.failure_notice import FailureNotice
from qa.ui.folder_screen import FolderScreen
from qa.ui.help_screen import HelpScreen
from qa.ui.sources_screen import SourcesScreen


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
        assert offered == [
            "Choose folder", "Conversations", "New conversation", "Export", "Copy answer",
            "Index again", "Sources", "Help", "Theme", "Quit",
        ]  # fmt: skip


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


async def test_the_folder_that_is_open_is_indexed_again_however_it_is_named(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "corpus").mkdir()
    (tmp_path / "link").symlink_to("corpus")
    monkeypatch.chdir(tmp_path)
    async with driving(folder=Path("corpus")) as driver:
        await driver.answered()
        for name in (tmp_path / "corpus", tmp_path / "link"):
            before = driver.assistants[0].updates  # the question may have looked for changes too
            driver.app.open_folder(name)
            await driver.until(lambda before=before: driver.assistants[0].updates == before + 1)
        assert len(driver.assistants) == 1
        assert QUOTE in driver.screen


async def test_a_folder_reopened_while_it_is_still_written_waits_for_that(tmp_path: Path) -> None:
    first, second = tmp_path / "a", tmp_path / "b"
    embedding, done = threading.Event(), threading.Event()
    lock = threading.Lock()

    class Locking(FakeAssistant):
        def update(self, *args, **more):  # type: ignore[no-untyped-def]
            if lock.locked():
                raise IndexLockedError("Another process is writing the index.", "Wait.")
            with lock:
                if not embedding.is_set():
                    embedding.set()
                    done.wait(5)  # a batch is not interrupted
                return super().update(*args, **more)

    async with driving(folder=first, ready=False, make=Locking, indexed=False) as driver:
        await driver.until(embedding.is_set)
        driver.app.open_folder(second)
        driver.app.open_folder(first)
        await driver.shows("qa  a", "Opening")
        done.set()
        await driver.shows("qa  a  2 documents, 41 passages")
        await driver.hides("Opening", "Looking", "Loading")
        assert [fake.folder for fake in driver.assistants] == [first, first]
        assert not driver.app.query(FailureNotice)


async def test_the_theme_of_the_settings_is_used_and_an_unknown_one_is_mentioned() -> None:
    async with driving(theme="textual-light") as driver:
        assert driver.app.theme == "textual-light"
    async with driving(theme="no[/]ne") as driver:
        await driver.shows("There is no theme 'no[/]ne'")


async def test_a_picture_of_the_screen_can_be_made() -> None:
    async with driving() as driver:
        await driver.answered()
        assert driver.app.export_screenshot().startswith("<svg")
