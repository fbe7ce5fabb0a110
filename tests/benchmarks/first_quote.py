"""How long after retrieval the first quote is on the screen.

Usage: ``python tests/benchmarks/first_quote.py [FOLDER QUESTIONS.json]``. Runs the real app without
a terminal (100x30) with the real models, over `corpus/` and the golden questions if nothing else is
given, asks each question twice and prints percentiles of the second of those that are answered:
from the end of the (last) search to when the answer is handed to the screen, and to when what would
be written to the terminal holds the first statement; and from the question to there.
"""

from __future__ import annotations

import asyncio
import json
import re
import sys
import tempfile
import time
from pathlib import Path

import numpy as np
from rich.console import RenderableType
from soak import ROOT, answered, until
from textual._compositor import CompositorUpdate
from textual.screen import Screen
from textual.widgets import Static

from qa.assistant import Assistant
from qa.config import Settings
from qa.memory import collect_when_told
from qa.ui.exchange import Exchange
from qa.ui.question import QuestionInput
from tui import QaApp

ESCAPES = re.compile(r"\x1b\[[0-9;?]*[A-Za-z]")
BEGINNING = 20
"""Characters of a quote's first line by which it is known."""


class Timed:
    """A retriever that remembers when it last found something."""

    def __init__(self, retriever: object) -> None:
        self.retriever = retriever
        self.found = 0.0

    def search(self, *arguments: object, **named: object) -> object:
        """See `qa.retriever.Retriever.search`."""
        hits = self.retriever.search(*arguments, **named)  # type: ignore[attr-defined]
        self.found = time.perf_counter()
        return hits

    def __getattr__(self, name: str) -> object:
        return getattr(self.retriever, name)


class TimedApp(QaApp):
    """Remembers when an answer was handed to the screen, and when its first quote stood there."""

    begun = stood = 0.0
    awaited: Exchange | None = None

    def remember(self) -> None:
        """Have the exchanges tell."""
        settle = Exchange.settle

        def remembered(exchange: Exchange, *arguments: object) -> None:
            self.begun, self.stood, self.awaited = time.perf_counter(), 0.0, exchange
            settle(exchange, *arguments)  # type: ignore[arg-type]

        Exchange.settle = remembered  # type: ignore[method-assign, assignment]

    def _display(self, screen: Screen, renderable: RenderableType | None) -> None:
        """Without a terminal nothing is written; what would be is made all the same."""
        super()._display(screen, renderable)
        if self.awaited is None or self._batch_count:
            return
        if not isinstance(renderable, CompositorUpdate):
            return
        written = ESCAPES.sub("", renderable.render_segments(self.console))
        statement = self.awaited.query(".statement").first(Static)
        lines = str(statement.content).splitlines()
        said = (line for line in lines if sum(map(str.isalpha, line)) > 2)  # "1." is everywhere
        begun = next(said, lines[0])
        if begun[:BEGINNING] in written:
            self.stood, self.awaited = time.perf_counter(), None


async def main() -> None:
    """Run it."""
    folder = Path(sys.argv[1]) if len(sys.argv) > 1 else ROOT / "corpus"
    file = Path(sys.argv[2]) if len(sys.argv) > 2 else ROOT / "tests" / "golden.json"
    questions = [row["question"] for row in json.loads(file.read_text("utf-8"))]
    collect_when_told()
    timed: list[Timed] = []
    figures: list[tuple[float, ...]] = []
    with tempfile.TemporaryDirectory() as directory:
        settings = Settings(data_dir=directory)

        def open_assistant(folder: Path, anew: bool = False) -> Assistant:
            assistant = Assistant(folder, settings=settings, anew=anew)
            timed.append(Timed(assistant.retriever))
            assistant.retriever = timed[-1]  # type: ignore[assignment]
            return assistant

        app = TimedApp(folder, open_assistant, settings)  # type: ignore[arg-type]
        app.remember()
        async with app.run_test(size=(100, 30)):
            await until(lambda: app.session is not None and app.session._answerable)
            await asyncio.sleep(5)  # models load
            line = app.query_one(QuestionInput)
            for number, question in enumerate(questions * 2):
                if number % 10 == 0:
                    app.action_new_conversation()
                    await until(lambda: not app.query(Exchange))
                line.value = question
                app.stood, begun = 0.0, time.perf_counter()
                line.ask()
                await until(lambda q=question: app.stood > 0 and answered(app, q))
                answer = app.query(Exchange).last().answer
                if number >= len(questions) and answer is not None and answer.found:
                    found = timed[-1].found
                    figures.append((app.begun - found, app.stood - found, app.stood - begun))
        app.close(10)
    half, most = np.percentile(np.array(figures) * 1000, [50, 95], axis=0)
    named = ("retrieval to answer", "retrieval to first quote", "question to first quote")
    for name, p50, p95 in zip(named, half, most, strict=True):
        print(f"{name}: p50 {p50:.0f} ms, p95 {p95:.0f} ms")
    print(f"{len(figures)} answered questions")


if __name__ == "__main__":
    asyncio.run(main())
