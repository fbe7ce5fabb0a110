"""Memory that the C library keeps."""

from __future__ import annotations

import contextlib
import ctypes


def give_back_memory() -> None:
    """To the system, what was freed after large work: the C library may keep it otherwise, for
    each thread, and it adds up to as much as all the rest while a large folder is indexed."""
    with contextlib.suppress(OSError, AttributeError, TypeError):  # another C library than glibc
        ctypes.CDLL(None).malloc_trim(0)
