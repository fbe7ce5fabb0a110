"""What the app says when something goes wrong."""

from __future__ import annotations

import threading
from pathlib import Path

import pytest
from fake_assistant import FakeAssistant
from ui_driver import QUOTE, driving

from qa.errors import (
    FolderError,
    IndexLockedError,
    IndexMismatchError,
    IndexReadOnlyError,
    ModelError,
)
from qa.types import Skipped
from qa.ui.failure_notice import FailureNotice
from qa.ui.words import DETAILS
from tui import QaApp


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


async def test_a_folder_that_has_become_empty_shows_that_nothing_is_indexed_any_more() -> None:
    async with driving() as driver:
        driver.assistants[0].documents.clear()
        driver.app.action_index_again()
        await driver.shows("qa  corpus  0 documents", "^o chooses another folder.")
        await driver.ask("when?")
        await driver.until(lambda: driver.screen.count("There are no documents in") == 2)
        assert driver.assistants[0].asked == []


async def test_a_folder_that_another_process_indexes_can_be_asked_meanwhile() -> None:
    warmed = threading.Event()

    class Locked(FakeAssistant):
        def warm(self, *, thoroughly: bool = False) -> None:
            warmed.set()

    error = IndexLockedError("Another process is writing the index in /data.", "Wait.")
    async with driving(ready=False, make=lambda f: Locked(f, problem=error)) as driver:
        said = "Another process is indexing this folder; answers come from what is indexed so far."
        await driver.until(lambda: said in " ".join(driver.screen.split()))
        assert warmed.wait(5)
        await driver.settle()
        assert said in " ".join(driver.screen.split())
        assert "2 documents, 41 passages" in driver.screen
        assert not driver.app.query(FailureNotice)
        await driver.answered()
        assert QUOTE in driver.screen


async def test_an_index_that_cannot_be_written_is_told_once_and_asked() -> None:
    error = IndexReadOnlyError("The index in /data cannot be written: Read-only.", "Check it.")
    async with driving(ready=False, make=lambda f: FakeAssistant(f, problem=error)) as driver:
        await driver.shows("The index in /data cannot be written: Read-only.", "Check it.")
        await driver.answered()
        await driver.settle()
        assert QUOTE in driver.screen
        assert driver.screen.count("cannot be written") == 1
        assert len(driver.app.query(FailureNotice)) == 1
        driver.assistants[0].problem = None
        driver.app.action_index_again()
        await driver.until(lambda: not driver.app.query(FailureNotice))


async def test_a_first_indexing_by_another_process_is_a_failure() -> None:
    error = IndexLockedError("Another process is writing the index in /data.", "Wait for it.")
    async with driving(
        ready=False, make=lambda f: FakeAssistant(f, problem=error, indexed=False)
    ) as driver:
        await driver.shows("Wait for it.", "^p, Index again tries once more.")


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
        await driver.press("escape")
        await driver.shows("Something went wrong: OSError: no.")
        await driver.press("2")
        await driver.shows("summary.md ── line 3")


async def test_a_fault_of_the_app_ends_it_with_one_plain_message(
    monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.delenv(DETAILS, raising=False)

    def broken(_self: QaApp) -> None:
        raise ZeroDivisionError("by [/] zero")

    monkeypatch.setattr(QaApp, "action_help", broken)
    with pytest.raises(ZeroDivisionError):
        async with driving() as driver:
            await driver.press("f1")
    assert driver.app.return_code == 1
    assert driver.app.close(5)
    told = " ".join(capfd.readouterr().err.split())
    assert told.startswith("Something went wrong: ZeroDivisionError: by [/] zero. Your documents")
    assert "Start qa again." in told
    assert "Traceback" not in told
