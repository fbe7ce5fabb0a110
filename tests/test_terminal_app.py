"""The real app in a real terminal: tmux sends the keys and reads the screen."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import time
import uuid
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]

pytestmark = pytest.mark.skipif(
    shutil.which("tmux") is None or not Path("/proc/self").exists(),
    reason="needs tmux, on Linux",
)


class Terminal:
    """A tmux server of its own with the app in it."""

    def __init__(
        self,
        columns: int,
        rows: int,
        command: list[str],
        environment: dict[str, str],
        notes: Path,
    ):
        self._socket = f"qa-test-{uuid.uuid4().hex[:8]}"
        self._environment = environment
        self._notes = notes / self._socket
        # tmux does not always hear of the end of a program, so a shell writes it down.
        shell = f'echo $$ > {self._notes}.shell; "$@"; echo $? > {self._notes}.status; sleep 60'
        self._tmux("-f", os.devnull, "new-session", "-d", "-x", str(columns), "-y", str(rows),
                   "sh", "-c", shell, "sh", *command)  # fmt: skip

    def _tmux(self, *arguments: str) -> str:
        done = subprocess.run(
            ["tmux", "-L", self._socket, *arguments],
            capture_output=True, text=True, timeout=20, env=self._environment,
        )  # fmt: skip
        assert arguments[0] == "kill-server" or not done.returncode, done.stderr
        return done.stdout

    @property
    def screen(self) -> str:
        return self._tmux("capture-pane", "-p")

    def press(self, *keys: str) -> None:
        self._tmux("send-keys", *keys)

    def type(self, text: str) -> None:
        self._tmux("send-keys", "-l", text)

    def hides(self, words: str, timeout_s: float = 20.0) -> None:
        """Wait until words are gone from the screen."""
        deadline = time.monotonic() + timeout_s
        while words in self.screen:
            assert time.monotonic() < deadline, f"{words} stay:\n{self.screen}"
            time.sleep(0.05)

    def shows(self, *words: str, timeout_s: float = 60.0) -> str:
        """Wait until all words are on the screen."""
        deadline = time.monotonic() + timeout_s
        while not all(word in (screen := self.screen) for word in words):
            assert time.monotonic() < deadline, f"{words} did not appear:\n{screen}"
            time.sleep(0.05)
        return screen

    def kill_program(self) -> None:
        """As when the terminal's window is closed, but harder."""
        shell = Path(f"{self._notes}.shell").read_text().strip()
        [program] = Path(f"/proc/{shell}/task/{shell}/children").read_text().split()
        os.kill(int(program), 9)

    def ended(self, timeout_s: float = 20.0) -> str:
        """The exit status, once it has ended."""
        deadline = time.monotonic() + timeout_s
        status = Path(f"{self._notes}.status")
        while not (status.exists() and status.read_text().strip()):
            assert time.monotonic() < deadline, f"it goes on:\n{self.screen}"
            time.sleep(0.05)
        return status.read_text().strip()

    def close(self) -> None:
        self._tmux("kill-server")


@pytest.fixture
def terminal(tmp_path: Path) -> Iterator[Callable[..., Terminal]]:
    opened: list[Terminal] = []
    kept = {name: value for name, value in os.environ.items() if name != "TMUX"}
    environment = {
        **kept, "PYTHONPATH": str(ROOT), "QA_DATA_DIR": str(tmp_path / "data"),
        "LC_ALL": "C.UTF-8", "TERM": "xterm-256color",
    }  # fmt: skip

    def opening(columns: int, rows: int, *arguments: str) -> Terminal:
        command = [sys.executable, "-m", "qa", *arguments]
        opened.append(Terminal(columns, rows, command, environment, tmp_path))
        return opened[-1]

    yield opening
    for one in opened:
        one.close()


@pytest.fixture
def folder(tmp_path: Path, model: object) -> Path:
    """Two documents (and the model compiled)."""
    folder = tmp_path / "papers"
    folder.mkdir()
    (folder / "mill.md").write_text(
        "# The mill\n\nThe old mill of Thun was built in 1620 by monks. It made paper.\n"
    )
    (folder / "bridge.txt").write_text("The bridge of Spiez is 40 metres long.\n")
    return folder


@pytest.mark.parametrize(("columns", "rows"), [(80, 24), (160, 50)])
def test_a_question_is_asked_and_its_source_opened(
    terminal: Callable[..., Terminal], folder: Path, columns: int, rows: int
) -> None:
    app = terminal(columns, rows, str(folder))
    app.shows("2 documents", "F1 help")
    app.type("Who built the old mill of Thun?")
    app.press("Enter")
    screen = app.shows("built in 1620 by monks", "mill.md")
    assert all(len(line) <= columns for line in screen.splitlines())
    assert len(screen.splitlines()) <= rows
    app.press("1")
    beside = app.shows("mill.md ──", "3▌The old mill of Thun")
    assert ("› Who built" in beside) == (columns >= 120)
    app.press("Escape")
    app.hides("mill.md ──")
    app.shows("› Who built")
    app.press("F1")
    app.shows("Checking an answer")
    app.press("Escape")
    app.hides("Checking an answer")
    app.type("Who won the chess championship?")
    app.press("Enter")
    app.shows("Not in these documents.")
    app.press("C-q")
    assert app.ended() == "0"


def test_a_killed_app_goes_on_where_it_was(terminal: Callable[..., Terminal], folder: Path) -> None:
    app = terminal(80, 24, str(folder))
    app.shows("2 documents")
    app.type("How long is the bridge of Spiez?")
    app.press("Enter")
    app.shows("is 40 metres long. [1]")
    app.kill_program()
    again = terminal(80, 24, "--continue")
    again.shows("begun on", "is 40 metres long. [1]", "1 citation: 1 holds")
