"""Times that the interface promises: the first frame, an unchanged folder of 10,000 files.

Usage: ``python tests/benchmarks/timings.py``. Prints the median of five runs of each; each
run is a process of its own, measured from its start.
"""

from __future__ import annotations

import os
import pty
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

RUNS = 5
FILES = 10_000
UPDATE = """
import sys
from pathlib import Path
from qa import FakeEncoder, Index
from qa.documents import FolderSource
from qa.indexing import update
with Index(sys.argv[2], FakeEncoder()) as index:
    print(update(index, FolderSource(Path(sys.argv[1]))).unchanged, "torch" in sys.modules)
"""


def first_frame(directory: Path) -> float:
    """Seconds from the start of ``qa`` in a terminal of 80x24 to the question line."""
    environment = {**os.environ, "QA_DATA_DIR": str(directory), "TERM": "xterm-256color"}
    started = time.perf_counter()
    process, terminal = pty.fork()
    if process == 0:
        os.environ.update(environment, LINES="24", COLUMNS="80")
        os.execv(sys.executable, [sys.executable, "-m", "qa"])
    seen = b""
    while b"sk about" not in seen:
        seen += os.read(terminal, 65536)
    taken = time.perf_counter() - started
    os.kill(process, 9)
    os.waitpid(process, 0)
    os.close(terminal)
    return taken


def unchanged(folder: Path, index: Path) -> float:
    """Seconds of a whole process that finds nothing to do."""
    started = time.perf_counter()
    command = [sys.executable, "-c", UPDATE, str(folder), str(index)]
    output = subprocess.run(command, capture_output=True, text=True, check=True).stdout
    taken = time.perf_counter() - started
    assert output.split() in ([str(FILES), "False"], ["0", "False"]), output
    return taken


def report(name: str, run: Callable[[], float]) -> None:
    """Print the median, least and most of the runs."""
    times = [run() for _ in range(RUNS)]
    print(f"{name}: median {statistics.median(times):.2f} s ({min(times):.2f}–{max(times):.2f})")


def main() -> None:
    """Measure both."""
    with tempfile.TemporaryDirectory() as scratch:
        root = Path(scratch)
        folder = root / "files"
        for number in range(FILES):
            file = folder / f"{number // 100:03}" / f"{number:05}.txt"
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_text(f"Text of file number {number}.\n")
        unchanged(folder, root / "index")  # builds it
        report(
            f"update of {FILES:,} unchanged files, no model",
            lambda: unchanged(folder, root / "index"),
        )
        report("first frame of the app", lambda: first_frame(root / "data"))


if __name__ == "__main__":
    main()
