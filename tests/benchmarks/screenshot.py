"""Draw docs/screenshot.svg: the app over corpus/, an answer and its source side by side.

Usage: ``python tests/benchmarks/screenshot.py`` from the root of the repository.
"""

from __future__ import annotations

import asyncio
import os
import re
import tempfile
from pathlib import Path

os.environ["TEXTUAL_COLOR_SYSTEM"] = "truecolor"  # whatever the terminal that this runs in

from qa import Assistant, Settings
from tui import QaApp

QUESTION = "When was the United Kingdom told about Huawei's access?"


async def draw(directory: str) -> str:
    """The SVG of the app after a question was asked and its first citation opened."""
    settings = Settings(data_dir=directory)
    app = QaApp(
        Path("corpus"),
        lambda folder, **more: Assistant(folder, settings=settings, **more),
        settings,
    )
    async with app.run_test(size=(132, 34)) as pilot:
        await pilot.press(*QUESTION, "enter")
        for _ in range(600):
            await pilot.pause(0.1)
            if not app.query(".pending") and app.query("CitationLine"):
                break
        await pilot.press("1")
        await pilot.pause(1.0)
        return app.export_screenshot(title="qa")


def main() -> None:
    """Write the picture, without the web fonts that Textual would link to."""
    with tempfile.TemporaryDirectory() as directory:
        svg = asyncio.run(draw(directory))
    svg = re.sub(r"@font-face \{.*?\}\s*", "", svg, flags=re.DOTALL)
    Path("docs/screenshot.svg").write_text(svg, encoding="utf-8")


if __name__ == "__main__":
    main()
