"""The real app in a real terminal: tmux sends the keys and reads the screen."""

from __future__ import annotations

import os
import re
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


XTERM = (
    (0, 0, 0), (205, 0, 0), (0, 205, 0), (205, 205, 0), (0, 0, 238), (205, 0, 205),
    (0, 205, 205), (229, 229, 229), (127, 127, 127), (255, 0, 0), (0, 255, 0), (255, 255, 0),
    (92, 92, 255), (255, 0, 255), (0, 255, 255), (255, 255, 255),
)  # fmt: skip
"""Its sixteen colours."""


def contrast(ink: int, paper: int) -> float:
    """Of two of the sixteen colours, from 1 to 21 (Web Content Accessibility Guidelines 2.1)."""

    def light(number: int) -> float:
        parts = [part / 255 for part in XTERM[number]]
        red, green, blue = (
            part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts
        )
        return 0.2126 * red + 0.7152 * green + 0.0722 * blue

    dark, bright = sorted((light(ink), light(paper)))
    return (bright + 0.05) / (dark + 0.05)


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

    def coloured(self, usual_ink: int, usual_paper: int) -> list[tuple[str, int, int]]:
        """What is on the screen: words, the number of their colour and of what is behind them;
        one that is not among the sixteen is an error. The usual ones stand where none is told."""
        runs, ink, paper = [], usual_ink, usual_paper
        for code, words in re.findall(r"\x1b\[([0-9;]*)m|([^\x1b\n]+)", self._tmux(
            "capture-pane", "-p", "-e"
        )):  # fmt: skip
            for number in map(int, (code or "").split(";")) if code else ():
                if number == 0:
                    ink, paper = usual_ink, usual_paper
                elif 30 <= number <= 37 or 90 <= number <= 97:
                    ink = number - 30 if number < 40 else number - 90 + 8
                elif 40 <= number <= 47 or 100 <= number <= 107:
                    paper = number - 40 if number < 50 else number - 100 + 8
                elif number in (39, 49):
                    ink, paper = (usual_ink, paper) if number == 39 else (ink, usual_paper)
                else:
                    assert number < 30, f"{code} is not among sixteen colours"
            if words.strip():
                runs.append((words.strip(), ink, paper))
        return runs

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
    ours = ("TMUX", "TEXTUAL_COLOR_SYSTEM", "COLORTERM", "NO_COLOR")
    kept = {name: value for name, value in os.environ.items() if name not in ours}
    environment = {
        **kept, "PYTHONPATH": str(ROOT), "QA_DATA_DIR": str(tmp_path / "data"),
        "LC_ALL": "C.UTF-8", "TERM": "xterm-256color",
    }  # fmt: skip

    def opening(columns: int, rows: int, *arguments: str, **variables: str) -> Terminal:
        told = [f"{name}={value}" for name, value in variables.items()]  # tmux sets its own TERM
        command = ["env", *told, sys.executable, "-m", "qa", *arguments]
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


@pytest.mark.parametrize(
    ("theme", "default"),
    [("", (7, 0)), ("nord", (7, 0)), ("textual-light", (0, 15)), ("ansi-light", (0, 15))],
)
def test_sixteen_colours_are_enough(
    terminal: Callable[..., Terminal],
    folder: Path,
    tmp_path: Path,
    theme: str,
    default: tuple[int, int],
) -> None:
    (tmp_path / "data").mkdir()
    config = tmp_path / "config.toml"
    config.write_text(f'theme = "{theme}"\n')
    app = terminal(160, 50, str(folder), TERM="xterm-16color", QA_CONFIG=str(config))
    app.shows("2 documents", "F1 help")
    app.type("Who built the old mill of Thun?")
    app.press("Enter")
    app.shows("built in 1620 by monks")
    app.press("1")
    app.shows("3▌The old mill of Thun")
    told = app.coloured(*default)
    assert len({(ink, paper) for _, ink, paper in told}) >= 3
    assert not (tmp_path / "data" / "theme").exists()  # nobody chose it
    faint = [(words, ink, paper) for words, ink, paper in told if contrast(ink, paper) < 3]
    assert not [run for run in faint if any(letter.isalnum() for letter in run[0])]


def test_a_killed_app_goes_on_where_it_was(terminal: Callable[..., Terminal], folder: Path) -> None:
    app = terminal(80, 24, str(folder))
    app.shows("2 documents")
    app.type("How long is the bridge of Spiez?")
    app.press("Enter")
    app.shows("is 40 metres long. [1]")
    app.kill_program()
    again = terminal(80, 24, "--continue")
    again.shows("begun on", "is 40 metres long. [1]", "1 citation: 1 holds")
