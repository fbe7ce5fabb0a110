"""Times that the interface promises, each a process of its own measured from its start.

Usage: ``python tests/benchmarks/timings.py``. The first frame; an unchanged folder of 10,000 files;
`qa ask` on `corpus/` and the smallest sentence-transformers script that does the same. Prints the
median, least and most of five runs of each, in seconds, as a JSON line.
"""

from __future__ import annotations

import json
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
CORPUS = Path(__file__).parents[2] / "corpus"
QUESTION = "Who is Jake Williams?"
SCRIPT = r"""
import re, sys
from pathlib import Path
import faiss
from sentence_transformers import SentenceTransformer
from qa.encoder import SentenceTransformerEncoder  # knows where the weights are
model = SentenceTransformer(str(SentenceTransformerEncoder().folder))
texts = [part for file in Path(sys.argv[1]).iterdir()
         for part in re.split(r"\n\n", file.read_text()) if len(part) > 40]
index = faiss.IndexFlatIP(384)
index.add(model.encode(texts, normalize_embeddings=True))
_, found = index.search(model.encode([sys.argv[2]], normalize_embeddings=True), 3)
print(*(texts[number] for number in found[0]), sep="\n")
"""
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


def ask(directory: Path) -> float:
    """Seconds of ``qa ask`` from start to exit; the index is there after the first."""
    environment = {**os.environ, "QA_DATA_DIR": str(directory)}
    command = [sys.executable, "-m", "qa", "ask", QUESTION, "--corpus", str(CORPUS)]
    return whole(command, environment)


def script() -> float:
    """Seconds of the script that embeds the paragraphs of `corpus/` and prints the nearest."""
    return whole([sys.executable, "-c", SCRIPT, str(CORPUS), QUESTION], dict(os.environ))


def whole(command: list[str], environment: dict[str, str]) -> float:
    started = time.perf_counter()
    result = subprocess.run(command, capture_output=True, text=True, check=True, env=environment)
    taken = time.perf_counter() - started
    assert "Williams" in result.stdout, result.stdout
    return taken


def timed(run: Callable[[], float]) -> list[float]:
    """Median, least and most of the runs."""
    times = [run() for _ in range(RUNS)]
    return [round(value, 3) for value in (statistics.median(times), min(times), max(times))]


def main() -> None:
    with tempfile.TemporaryDirectory() as scratch:
        root = Path(scratch)
        folder = root / "files"
        for number in range(FILES):
            file = folder / f"{number // 100:03}" / f"{number:05}.txt"
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_text(f"Text of file number {number}.\n")
        unchanged(folder, root / "index")  # builds it
        ask(root / "data")  # and this one
        found = {
            "unchanged_s": timed(lambda: unchanged(folder, root / "index")),
            "first_frame_s": timed(lambda: first_frame(root / "empty")),
            "ask_s": timed(lambda: ask(root / "data")),
            "script_s": timed(script),
        }
    print(json.dumps(found))


if __name__ == "__main__":
    main()
