"""Watches a folder (watchfiles). Knows neither Textual nor the index."""

from __future__ import annotations

import threading
from collections.abc import Callable
from pathlib import Path

from qa.text import one_line

PAUSE_MS = 1_000
"""Changes that come together are told of together."""


def watch(
    folder: Path,
    changed: Callable[[], None],
    failed: Callable[[str], None],
    stop: threading.Event,
) -> None:
    """Tell of changes in a folder until ``stop`` is set, from a thread that does not outlive the
    program.

    Args:
        folder: to be watched, with all folders in it.
        changed: called after something changed.
        failed: called with the reason if the system cannot watch it (too many folders, a network
            drive).
        stop: ends it within half a second.
    """

    def run() -> None:
        try:
            import watchfiles

            for _ in watchfiles.watch(
                folder,
                watch_filter=None,
                debounce=PAUSE_MS,
                rust_timeout=500,
                stop_event=stop,
                raise_interrupt=False,
                ignore_permission_denied=True,
            ):
                changed()
        except (ImportError, OSError, RuntimeError) as error:
            if not stop.is_set():
                failed(one_line(str(error)))

    threading.Thread(target=run, name="qa-watch", daemon=True).start()
