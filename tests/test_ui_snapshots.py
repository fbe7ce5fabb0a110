"""What the states of the app look like, in two sizes."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
from fake_assistant import FakeAssistant, answer_from_table
from ui_driver import FOLDER, NARROW, QUOTE, WIDE, check_snapshot, driving

from qa.conversations import Conversations
from qa.errors import ModelError
from qa.types import Skipped

Size = tuple[int, int]


@pytest.fixture(params=[WIDE, NARROW], ids=["wide", "narrow"])
def size(request: pytest.FixtureRequest) -> Size:
    found: Size = request.param
    return found


@pytest.fixture
def shot(size: Size) -> str:
    return "wide" if size == WIDE else "narrow"


@pytest.fixture
def kept(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Conversations]:
    """Two conversations, of a known time."""
    monkeypatch.setenv("TZ", "UTC")
    time.tzset()
    minutes = iter(range(60))

    def clock() -> datetime:
        return datetime(2020, 2, 12, 8, next(minutes), tzinfo=UTC)

    kept = Conversations(tmp_path / "conversations", clock)
    for questions in (["Who was told?", "when?"], ["What is the share price?"]):
        id_ = kept.new_id()
        for question in questions:
            kept.keep(id_, str(FOLDER), answer_from_table(FakeAssistant(FOLDER), question))
    yield kept
    monkeypatch.undo()
    time.tzset()


async def test_answered(size: Size, shot: str) -> None:
    async with driving(size) as driver:
        await driver.answered("Who was told, and when?")
        check_snapshot(f"answered-{shot}", driver.screen)


async def test_source(size: Size, shot: str) -> None:
    async with driving(size) as driver:
        await driver.answered("Who was told, and when?")
        await driver.press("1")
        await driver.shows(QUOTE, "report.md ── lines 7–8 of 74")
        check_snapshot(f"source-{shot}", driver.screen)


async def test_source_that_has_changed(size: Size, shot: str) -> None:
    async with driving(size, state="changed") as driver:
        await driver.answered("Who was told, and when?")
        await driver.press("2")
        await driver.shows("Britain", "changed")
        check_snapshot(f"changed-{shot}", driver.screen)


async def test_not_found(size: Size, shot: str) -> None:
    async with driving(size) as driver:
        await driver.answered("What is the share price?")
        check_snapshot(f"not-found-{shot}", driver.screen)


async def test_first_indexing(size: Size, shot: str) -> None:
    hold = threading.Event()
    async with driving(size, ready=False, hold=hold, indexed=False) as driver:
        await driver.shows("Indexing")
        check_snapshot(f"indexing-{shot}", driver.screen)
        hold.set()


async def test_failed(size: Size, shot: str) -> None:
    problem = ModelError("The model is damaged. Your documents are untouched.", "Install it again.")
    async with driving(
        size, ready=False, problem=None, make=lambda f: FakeAssistant(f, problem=problem)
    ) as driver:
        await driver.shows("Install it again.")
        check_snapshot(f"failed-{shot}", driver.screen)


async def test_empty_folder(size: Size, shot: str) -> None:
    async with driving(size, ready=False, documents=()) as driver:
        await driver.shows("There are no documents in /documents/corpus.", "^o")
        check_snapshot(f"empty-folder-{shot}", driver.screen)


async def test_before_the_first_question(size: Size, shot: str) -> None:
    async with driving(size) as driver:
        check_snapshot(f"empty-{shot}", driver.screen)


async def test_help(size: Size, shot: str) -> None:
    async with driving(size) as driver:
        await driver.press("f1")
        check_snapshot(f"help-{shot}", driver.screen)


async def test_several_lines(size: Size, shot: str) -> None:
    async with driving(size) as driver:
        await driver.press(*"who", "ctrl+l", "enter", *"was?")
        await driver.shows("was?")
        check_snapshot(f"several-lines-{shot}", driver.screen)


async def test_sources(size: Size, shot: str) -> None:
    skipped = (Skipped("scans/letter.pdf", "no text in it"), Skipped("old.doc", "unknown format"))
    async with driving(size, skipped=skipped) as driver:
        driver.app.action_sources()
        await driver.shows("Sources: 2 documents", "summary.md", "letter.pdf")
        check_snapshot(f"sources-{shot}", driver.screen)


async def test_conversations(size: Size, shot: str, kept: Conversations, tmp_path: Path) -> None:
    assert len(kept.all()) == 2
    async with driving(size, data=str(tmp_path)) as driver:
        await driver.press("ctrl+r")
        await driver.shows("Conversations: 2", "Who was told?")
        check_snapshot(f"conversations-{shot}", driver.screen)


async def test_a_conversation_opened_again(
    size: Size, shot: str, kept: Conversations, tmp_path: Path
) -> None:
    saved = max(kept.all(), key=lambda one: len(one.turns))
    async with driving(size, data=str(tmp_path), saved=saved, state="moved") as driver:
        await driver.shows("3 → report.md")
        check_snapshot(f"resumed-{shot}", driver.screen)


async def test_export(size: Size, shot: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir("/")
    async with driving(size) as driver:
        await driver.answered("Who was told, and when?")
        await driver.press("ctrl+e")
        await driver.shows("Export this conversation")
        check_snapshot(f"export-{shot}", driver.screen)
