"""The app used for a long time: does memory stay flat, and does it ever stop answering keys?

Usage: ``python tests/benchmarks/soak.py [--questions 1000] [--resumes 200]``. Runs the real app
without a terminal (160x50) over `corpus/` with the real models: asks the golden questions over and
over, opens a source of every fifth answer, reads for a moment after every tenth and begins a new
conversation after every fiftieth; then opens kept conversations again, and reads. Prints the memory
of the process as it goes, and how long the interface did not handle messages (a task that wakes
every 5 ms tells).
"""

from __future__ import annotations

import argparse
import asyncio
import json
import os
import tempfile
import time
from pathlib import Path

import numpy as np

from qa.config import Settings
from qa.conversations import SavedConversation
from qa.memory import collect_when_told
from qa.ui.conversation import KEPT, Conversation
from qa.ui.exchange import Exchange
from qa.ui.question import QuestionInput
from tui import IDLE_S, QaApp

ROOT = Path(__file__).parents[2]
BEAT_S = 0.005
READING_S = 2.5 * IDLE_S
"""Long enough to collect what left the screen."""


def memory_mb() -> float:
    """Resident memory of this process, MB."""
    pages = int(Path("/proc/self/statm").read_text().split()[1])
    return pages * os.sysconf("SC_PAGE_SIZE") / 1e6


class Heart:
    """Measures by how much a task comes too late."""

    def __init__(self) -> None:
        self.late: list[float] = []
        self.task = asyncio.create_task(self._beat())

    async def _beat(self) -> None:
        while True:
            before = time.perf_counter()
            await asyncio.sleep(BEAT_S)
            self.late.append(time.perf_counter() - before - BEAT_S)

    def told(self) -> str:
        """Percentiles since the last time, ms."""
        late, self.late = np.array(self.late or [0.0]) * 1000, []
        return (
            f"p99 {np.percentile(late, 99):.0f} ms, longest {late.max():.0f} ms, "
            f"{int((late > 100).sum())} above 100 ms"
        )


async def until(reached: object, limit_s: float = 60.0) -> None:
    """Wait for something to hold."""
    deadline = time.monotonic() + limit_s
    assert callable(reached)
    while not reached():
        assert time.monotonic() < deadline, "stuck"
        await asyncio.sleep(0.01)


def answered(app: QaApp, question: str) -> bool:
    """Whether the newest exchange is that question, with its answer."""
    exchanges = app.query(Exchange)
    if not exchanges or app._waiting:
        return False
    newest = exchanges.last()
    return newest.question == question and newest.answer is not None


def shown(app: QaApp, saved: SavedConversation) -> bool:
    """Whether it is that conversation that is on the screen, with the state of its citations."""
    wanted = [turn.answer.question for turn in saved.turns[-KEPT:]]
    if [one.question for one in app.query(Exchange)] != wanted or not app.query("#resumed"):
        return False
    words = str(app.query_one("#resumed").render())
    return saved.title[:40] in words and (not saved.citations or "hold" in words)


async def soak(app: QaApp, questions: list[str], count: int, resumes: int) -> None:
    """Use the app; it is running."""
    await until(lambda: app.session is not None and app.session._answerable)
    await asyncio.sleep(5)  # models load
    heart = Heart()
    await asyncio.sleep(0.1)
    line = app.query_one(QuestionInput)
    for number in range(count):
        if number % 50 == 0:
            app.action_new_conversation()
            await until(lambda: not app.query(Exchange))
        if number % 100 == 0:
            print(f"{number} questions: {memory_mb():.0f} MB; {heart.told()}", flush=True)
        if number % 10 == 0:
            await asyncio.sleep(READING_S)
        app._keyed = time.monotonic()
        line.value = questions[number % len(questions)]
        line.ask()
        asked = questions[number % len(questions)]
        await until(lambda q=asked: answered(app, q))
        exchange = app.query(Exchange).last()
        if number % 5 == 0 and exchange.cited:
            app.action_pick(exchange.keys[0])
            await asyncio.sleep(0.05)
            app.action_leave()
    saved: list[SavedConversation] = app.kept.all()
    for number in range(resumes):
        if number % 20 == 0:
            print(f"{number} resumes: {memory_mb():.0f} MB; {heart.told()}", flush=True)
        one = saved[number % len(saved)]
        app.begin_conversation(one)
        await until(lambda s=one: shown(app, s))
        app.query_one(Conversation).turn_page(-1)
        await asyncio.sleep(READING_S)
    print(f"end: {memory_mb():.0f} MB; {heart.told()}", flush=True)
    heart.task.cancel()


async def main() -> None:
    """Run it."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--questions", type=int, default=1000)
    parser.add_argument("--resumes", type=int, default=200)
    arguments = parser.parse_args()
    collect_when_told()
    golden = json.loads((ROOT / "tests" / "golden.json").read_text("utf-8"))
    questions = [row["question"] for row in golden]
    with tempfile.TemporaryDirectory() as directory:
        settings = Settings(data_dir=directory)

        def open_assistant(folder: Path, anew: bool = False) -> object:
            from qa.assistant import Assistant

            return Assistant(folder, settings=settings, anew=anew)

        app = QaApp(ROOT / "corpus", open_assistant, settings)  # type: ignore[arg-type]
        async with app.run_test(size=(160, 50)):
            await soak(app, questions, arguments.questions, arguments.resumes)
        app.close(10)


if __name__ == "__main__":
    asyncio.run(main())
