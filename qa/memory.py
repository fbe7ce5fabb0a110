"""Memory that the C library keeps, and when Python looks for what nobody uses any more."""

from __future__ import annotations

import contextlib
import ctypes
import gc


def give_back_memory() -> None:
    """To the system, what was freed after large work: the C library may keep it otherwise, for
    each thread, and it adds up to as much as all the rest while a large folder is indexed."""
    with contextlib.suppress(OSError, AttributeError, TypeError):  # another C library than glibc
        ctypes.CDLL(None).malloc_trim(0)


def collect_when_told() -> None:
    """No full garbage collection but by `tidy`: over the widgets of a long conversation it stops
    every thread for a third of a second, in the middle of a word that is being typed."""
    young, middle, _ = gc.get_threshold()
    gc.set_threshold(young, middle, 1_000_000)


def leave_alone() -> None:
    """What was made till now (modules, models) stays: collections pass it by, and take a third of
    the time. What comes later may go, and all of it once it is `let_go`."""
    if not gc.get_freeze_count():
        gc.freeze()


def let_go() -> None:
    """What was left alone may go: its folder is closed."""
    gc.unfreeze()


def tidy() -> None:
    """A full garbage collection now."""
    gc.collect()
