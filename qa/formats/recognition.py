"""Words on pictures of pages, where Tesseract is installed (a program of its own, Apache-2.0)."""

from __future__ import annotations

import functools
import io
import os
import shutil
import subprocess
from collections.abc import Iterator
from typing import Any

from qa.formats.pdf_layout import Line

DPI = 300
MOST_PIXELS = 40_000_000
"""A page of 60 cm at `DPI`; larger ones are drawn more coarsely."""
MOST_PAGES = 200
"""Of one file: at some seconds a page, more would hold up all the others for too long."""
TIMEOUT_S = 90
_SURE = 30
"""Percent; below, what Tesseract gives is dirt rather than letters."""
_MOST_LANGUAGES = 3


@functools.cache
def languages() -> str:
    """Those that Tesseract has installed, as it takes them; empty where it is not there."""
    program = shutil.which("tesseract")
    if program is None:
        return ""
    try:
        told = subprocess.run(  # noqa: S603 - found on the path, by name
            [program, "--list-langs"], capture_output=True, text=True, timeout=20, check=False
        ).stdout
    except (OSError, subprocess.SubprocessError):
        return ""
    found = [name for name in told.split("\n")[1:] if name and name != "osd"]
    found.sort(key=lambda name: name != "eng")
    return "+".join(found[:_MOST_LANGUAGES])


def lines_of_picture(page: Any) -> list[Line]:
    """The printed lines on a page of pypdfium2, in points; none where there is no Tesseract, or it
    finds none."""
    if not languages():
        return []
    width, height = page.get_size()
    scale = min(DPI / 72, (MOST_PIXELS / max(1.0, width * height)) ** 0.5)
    picture = io.BytesIO()
    page.render(scale=scale, grayscale=True).to_pil().save(picture, "PNG")
    command = ["tesseract", "-", "-", "-l", languages(), "--dpi", str(round(72 * scale)), "tsv"]
    try:
        done = subprocess.run(  # noqa: S603 - the picture goes in through the pipe
            command, input=picture.getvalue(), capture_output=True, timeout=TIMEOUT_S, check=False,
            env={**os.environ, "OMP_THREAD_LIMIT": "2"},
        )  # fmt: skip
    except (OSError, subprocess.SubprocessError):
        return []
    return list(_lines(done.stdout.decode("utf-8", "replace"), scale, height))


def _lines(table: str, scale: float, height: float) -> Iterator[Line]:
    """Tesseract's table of words as lines."""
    rows: dict[tuple[str, ...], list[tuple[str, list[int]]]] = {}
    for row in table.split("\n")[1:]:
        cells = row.split("\t")
        if len(cells) == 12 and cells[0] == "5" and cells[11].strip() and float(cells[10]) > _SURE:
            rows.setdefault(tuple(cells[1:5]), []).append(
                (cells[11].strip(), [int(cell) for cell in cells[6:10]])
            )
    for words in rows.values():
        boxes = [box for _, box in words]
        yield Line(
            text=" ".join(word for word, _ in words),
            left=boxes[0][0] / scale,
            right=max(left + width for left, _, width, _ in boxes) / scale,
            bottom=height - max(top + tall for _, top, _, tall in boxes) / scale,
            top=height - min(top for _, top, _, _ in boxes) / scale,
            first_word=boxes[0][2] / scale,
        )
