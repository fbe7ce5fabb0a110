"""Other programs: the editor, the desktop's viewer, the clipboard.

Nothing is passed through a shell, and a path that begins with a dash is made one that does
not. Which programs there are is asked of the system when one is needed.
"""

from __future__ import annotations

import os
import re
import shlex
import shutil
import subprocess
import sys
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

_AT_LINE: dict[str, tuple[str, ...]] = {
    "code": ("--goto", "{file}:{line}"),
    "codium": ("--goto", "{file}:{line}"),
    "cursor": ("--goto", "{file}:{line}"),
    "subl": ("{file}:{line}",),
    "hx": ("{file}:{line}",),
    "helix": ("{file}:{line}",),
    "zed": ("{file}:{line}",),
    "micro": ("{file}:{line}",),
    "kate": ("--line", "{line}", "{file}"),
    "gedit": ("+{line}", "{file}"),
}
"""How editors are told the line; others, vi and emacs among them, take ``+LINE FILE``."""
_AT_PAGE: dict[str, tuple[str, ...]] = {
    "evince": ("--page-index={page}", "{file}"),
    "okular": ("--page", "{page}", "{file}"),
    "zathura": ("--page={page}", "{file}"),
    "atril": ("--page-index={page}", "{file}"),
    "xpdf": ("{file}", "{page}"),
    "mupdf": ("{file}", "{page}"),
}
_OWN_WINDOW = frozenset(("code", "codium", "cursor", "subl", "zed", "kate", "gedit"))
_COPIERS = (("wl-copy",), ("xclip", "-selection", "clipboard"), ("xsel", "-ib"), ("pbcopy",))

Which = Callable[[str], str | None]


def editor_command(
    file: Path, line: int | None, environment: Mapping[str, str]
) -> tuple[list[str], bool] | None:
    """The user's editor at a line, and whether it needs this terminal; None where none is named
    (``VISUAL``, ``EDITOR``)."""
    named = environment.get("VISUAL") or environment.get("EDITOR") or ""
    try:
        words = shlex.split(named)
    except ValueError:
        return None
    if not words:
        return None
    name = Path(words[0]).name
    shape = ("{file}",) if line is None else _AT_LINE.get(name, ("+{line}", "{file}"))
    return [*words, *_filled(shape, file, line=line or 1)], name not in _OWN_WINDOW


def viewer_command(file: Path, page: int | None, which: Which = shutil.which) -> list[str] | None:
    """The desktop's viewer, at a page where one that takes a page is installed; None where
    there is none at all."""
    if page is not None:
        for name, shape in _AT_PAGE.items():
            if found := which(name):
                return [found, *_filled(shape, file, page=page)]
    for name in ("xdg-open", "open") if sys.platform != "win32" else ():
        if found := which(name):
            return [found, str(file)]
    return None


def _filled(shape: Sequence[str], file: Path, **numbers: int) -> list[str]:
    values = {"file": str(file), **{name: str(value) for name, value in numbers.items()}}
    return [re.sub(r"\{(\w+)\}", lambda match: values[match[1]], part) for part in shape]


def start(command: Sequence[str]) -> None:
    """Start a program of its own window and do not wait for it.

    Raises:
        OSError: it cannot be started.
    """
    subprocess.Popen(  # noqa: S603 - no shell; the program is the user's own choice
        command,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        start_new_session=True,
    )


def copy_here(text: str, environment: Mapping[str, str], which: Which = shutil.which) -> bool:
    """Put a text on this machine's clipboard; False where no program for that is installed, or
    there is no desktop."""
    desktop = sys.platform == "darwin" or any(
        environment.get(name) for name in ("WAYLAND_DISPLAY", "DISPLAY")
    )
    for command in _COPIERS if desktop and not environment.get("SSH_CONNECTION") else ():
        found = which(command[0])
        if not found:
            continue
        try:
            done = subprocess.run(  # noqa: S603 - no shell
                [found, *command[1:]],
                input=text.encode(),
                timeout=2,
                check=False,
                stdout=subprocess.DEVNULL,
                stderr=subprocess.DEVNULL,
            )
        except (OSError, subprocess.TimeoutExpired):
            continue
        if done.returncode == 0:
            return True
    return False


def environment() -> Mapping[str, str]:
    """Of this process."""
    return os.environ
