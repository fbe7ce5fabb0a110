"""Work done in a process of its own, which may die or be killed."""

from __future__ import annotations

import os
import traceback
from collections.abc import Callable


def begun(work: Callable[[], str]) -> tuple[int, int]:
    """Begin to do it in a child of this process; its number, and where it tells what came of it:
    what ``work`` returned, or ``failed: `` and a traceback. Not on Windows."""
    reading, writing = os.pipe()
    child = os.fork()
    if child:
        os.close(writing)
        return child, reading
    os.close(reading)
    try:
        said = work()
    except BaseException:
        said = "failed: " + traceback.format_exc()
    try:
        with os.fdopen(writing, "wb") as told:
            told.write(said.encode("utf-8", "backslashreplace"))
    finally:
        os._exit(0)  # nothing of the parent is to be cleaned up here


def ended(child: int, reading: int) -> tuple[str, int]:
    """Wait for its end: what it told, and its status (0, unless it died)."""
    with os.fdopen(reading, encoding="utf-8") as told:
        said = told.read()
    return said, os.waitpid(child, 0)[1]
