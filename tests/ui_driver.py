"""Drives the terminal app in tests: start it, wait for a state, read the screen."""

from __future__ import annotations

import asyncio
import os
import shutil
import tempfile
import time
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

from fake_assistant import FakeAssistant
from textual import events
from textual.pilot import Pilot

from qa.config import Settings
from qa.conversations import SavedConversation
from qa.ui.exchange import Exchange
from qa.ui.question import QuestionInput
from qa.ui.source_pane import SourcePane
from tui import QaApp

QUOTE = "Details went to the United Kingdom and Germany"
"""The first words of the fake assistant's first citation."""
SNAPSHOTS = Path(__file__).with_name("snapshots")
FOLDER = Path("/documents/corpus")
NARROW, WIDE = (80, 24), (160, 50)


class Driver:
    """A running app and the assistant behind it."""

    def __init__(self, app: QaApp, pilot: Pilot[None], assistants: list[FakeAssistant]) -> None:
        self.app, self.pilot, self.assistants = app, pilot, assistants

    @property
    def source_open(self) -> bool:
        """Whether a source is shown."""
        return self.app.query_one(SourcePane).display

    @property
    def screen(self) -> str:
        """The characters on the screen, without trailing blanks."""
        strips = self.app.screen._compositor.render_strips()
        return "\n".join(strip.text.rstrip() for strip in strips) + "\n"

    async def until(self, reached: Callable[[], Any], timeout_s: float = 5.0) -> None:
        """Let the app work until ``reached`` holds."""
        deadline = time.monotonic() + timeout_s
        while not reached():
            assert time.monotonic() < deadline, f"not reached; the screen:\n{self.screen}"
            await asyncio.sleep(0.02)
        await self.settle()

    async def shows(self, *words: str) -> None:
        """Wait until all of ``words`` are on the screen."""
        await self.until(lambda: (screen := self.screen) and all(w in screen for w in words))

    async def hides(self, *words: str) -> None:
        """Wait until none of ``words`` is on the screen."""
        await self.until(lambda: (screen := self.screen) and not any(w in screen for w in words))

    async def press(self, *keys: str) -> None:
        """Press keys one after the other. The pilot's own ``press`` waits for an idle
        processor, which takes several times as long."""
        for key in keys:
            character = key if len(key) == 1 else {"space": " "}.get(key)
            self.app.post_message(events.Key(key, character))
            await self.settle()

    async def settle(self) -> None:
        """Let messages, and those that they cause, be handled."""
        for _ in range(3):
            await self.pilot.pause(0)

    async def ask(self, question: str) -> None:
        """Enter a question."""
        self.app.query_one(QuestionInput).value = question
        await self.press("enter")

    async def answered(self, question: str = "when?") -> None:
        """Ask, and wait for the answer."""
        before = len(self.app.query(Exchange))
        await self.ask(question)
        await self.until(
            lambda: (
                (exchanges := self.app.query(Exchange))
                and len(exchanges) > before
                and exchanges.last().answer is not None
            )
        )


@asynccontextmanager
async def driving(
    size: tuple[int, int] = NARROW,
    folder: Path | None = FOLDER,
    *,
    ready: bool = True,
    theme: str = "",
    problem: str = "",
    make: Callable[..., FakeAssistant] = FakeAssistant,
    saved: SavedConversation | None = None,
    data: str = "",
    keys: tuple[tuple[str, str], ...] = (),
    style: str = "",
    **options: Any,
) -> AsyncIterator[Driver]:
    """An app over a fake assistant; ``options`` are those of :class:`FakeAssistant`. Without
    ``data``, a directory, nothing is kept when it ends."""
    assistants: list[FakeAssistant] = []

    def open_assistant(chosen: Path) -> FakeAssistant:
        assistants.append(make(chosen, **options))
        return assistants[-1]

    directory = data or tempfile.mkdtemp(prefix="qa-test-")
    settings = Settings(
        theme=theme, data_dir=directory, keys=keys, watch=False, citation_style=style
    )
    app = QaApp(folder, open_assistant, settings, problem, saved)  # type: ignore[arg-type]
    async with app.run_test(size=size, notifications=True) as pilot:
        driver = Driver(app, pilot, assistants)
        if ready and folder is not None:
            await driver.until(
                lambda: (
                    "2 documents, 41 passages" in (screen := driver.screen)
                    and not any(word in screen for word in ("Opening", "Looking", "Loading"))
                )
            )
        yield driver
    assert app.close(5), "a thread outlived the app"
    if not data:
        shutil.rmtree(directory)


def check_snapshot(name: str, screen: str) -> None:
    """Compare a screen with the one kept; QA_UPDATE_SNAPSHOTS=1 keeps the present one."""
    file = SNAPSHOTS / f"{name}.txt"
    if os.environ.get("QA_UPDATE_SNAPSHOTS"):
        file.parent.mkdir(exist_ok=True)
        file.write_text(screen, encoding="utf-8")
    assert screen == file.read_text(encoding="utf-8")
