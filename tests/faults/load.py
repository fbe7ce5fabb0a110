"""Very many and very large documents: memory, progress, and how soon indexing stops.

Usage: ``python tests/faults/load.py [EXPERIMENT …] [--scale 1.0] [--cancels 8] [--seed 0]``, with
the deterministic encoder. For each experiment it makes the documents, indexes them while it looks
at memory and progress, then does it again and stops it at random moments. Prints what was measured;
leaves with 1 where progress went backwards or stopping took longer than a second.

files: 100,000 small files in folders 40 deep.
text: one text of 1 GB, which is left out, and one of 60 MB, which is not.
pdf: a PDF of 5,000 pages (needs reportlab).
sheet: a workbook of 300,000 rows.
questions: 50 questions at once, asked of the files through the library.
"""

from __future__ import annotations

import argparse
import random
import resource
import shutil
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from qa import Assistant, FakeEncoder, Index, Settings
from qa.documents import FolderSource
from qa.errors import Cancelled
from qa.indexing import update
from qa.types import Progress

LIMIT_S = 1.0
WORDS = ["stone", "water", "mill", "wheel", "guild", "tower", "bridge", "river", "grain", "keeper"]


def sentences(rng: random.Random, count: int) -> str:
    """Lines of text."""
    return "\n".join(" ".join(rng.choices(WORDS, k=9)).capitalize() + "." for _ in range(count))


def files(folder: Path, scale: float, rng: random.Random) -> None:
    """Many, deep."""
    for number in range(int(100_000 * scale)):
        deep = folder.joinpath(*[f"d{number % 25}"] * (1 + number % 40))
        if number < 1_000:
            deep.mkdir(parents=True, exist_ok=True)
        (deep / f"f{number}.txt").write_text(f"File {number}. {sentences(rng, 2)}")


def text(folder: Path, scale: float, rng: random.Random) -> None:
    """One that is left out and one that is not."""
    part = sentences(rng, 20_000) + "\n"
    with (folder / "huge.txt").open("w") as file:
        for _ in range(int(1e9 * scale / len(part)) + 1):
            file.write(part)
    with (folder / "large.txt").open("w") as file:
        for _ in range(int(6e7 * scale / len(part)) + 1):
            file.write(sentences(rng, 20_000) + "\n")


def pdf(folder: Path, scale: float, rng: random.Random) -> None:
    """One of many pages."""
    from reportlab.pdfgen.canvas import Canvas

    canvas = Canvas(str(folder / "long.pdf"))
    for number in range(int(5_000 * scale)):
        for line, words in enumerate([f"Page {number}.", *sentences(rng, 40).split("\n")]):
            canvas.drawString(72, 780 - 17 * line, words)
        canvas.showPage()
    canvas.save()


def sheet(folder: Path, scale: float, rng: random.Random) -> None:
    """One of many rows."""
    import openpyxl

    book = openpyxl.Workbook(write_only=True)
    made = book.create_sheet("Mills")
    made.append(["Name", "Built", "Wheels"])
    for number in range(int(300_000 * scale)):
        made.append([f"Mill {number}", 1000 + number % 900, rng.randrange(9)])
    book.save(folder / "large.xlsx")


EXPERIMENTS = {one.__name__: one for one in (files, text, pdf, sheet)}


class Watched:
    """Looks at the progress that is told."""

    def __init__(self) -> None:
        self.last = (0, 0)
        self.backwards = 0
        self.told = 0
        self.longest = 0.0
        self.at = time.monotonic()

    def __call__(self, progress: Progress) -> None:
        now = time.monotonic()
        self.longest, self.at = max(self.longest, now - self.at), now
        done = (progress.documents_done, progress.passages_done)
        self.backwards += done < self.last or progress.documents_done > progress.documents_total
        self.last, self.told = done, self.told + 1


def indexed(folder: Path, where: Path, cancelled: Callable[[], bool] | None, watch: Watched) -> str:
    """Index a folder; what came of it."""
    with Index(where, FakeEncoder()) as index:
        try:
            report = update(index, FolderSource(folder), watch, cancelled)
        except Cancelled:
            return "stopped"
    told = f"{report.documents:,} documents, {report.passages:,} passages"
    return f"{told}, {len(report.skipped)} left out"


def stopped_after(folder: Path, where: Path, after: float) -> float:
    """Seconds from asking indexing to stop until it has; 0 where it was done before."""
    stop = threading.Event()
    asked: list[float] = []
    timer = threading.Timer(after, lambda: (asked.append(time.monotonic()), stop.set()))
    timer.start()
    said = indexed(folder, where, stop.is_set, Watched())
    timer.cancel()
    return time.monotonic() - asked[0] if said == "stopped" else 0.0


def questions(folder: Path, where: Path, rng: random.Random) -> Iterator[str]:
    """Fifty at once."""
    with Assistant(folder, where, settings=Settings(), encoder=FakeEncoder()) as assistant:
        asked = [f"Where is the {rng.choice(WORDS)} of the {rng.choice(WORDS)}?" for _ in range(50)]
        alone = [[hit.passage.passage_id for hit in assistant.search(one)] for one in asked]
        begun = time.monotonic()
        with ThreadPoolExecutor(50) as threads:
            found = list(threads.map(assistant.search, asked))
        yield f"50 at once in {time.monotonic() - begun:.2f} s"
        same = [[hit.passage.passage_id for hit in hits] for hits in found] == alone
        yield "the same as alone" if same else "NOT the same as alone"


def memory_mb() -> float:
    """The most that this process has taken."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def run(name: str, scale: float, cancels: int, seed: int) -> bool:
    """Do one; whether all was right."""
    rng = random.Random(seed)
    right = True
    with tempfile.TemporaryDirectory() as directory:
        folder, where = Path(directory, "docs"), Path(directory, "index")
        folder.mkdir()
        EXPERIMENTS[name](folder, scale, rng)
        before, begun, watch = memory_mb(), time.monotonic(), Watched()
        said = indexed(folder, where, None, watch)
        took = time.monotonic() - begun
        print(
            f"{name}: {said} in {took:.0f} s; memory {before:.0f} -> {memory_mb():.0f} MB; progress"
            f" told {watch.told:,} times, {watch.longest:.1f} s apart at most", flush=True,
        )  # fmt: skip
        right &= not watch.backwards
        if name == "files":
            for line in questions(folder, where, rng):
                print(f"{name}: {line}", flush=True)
                right &= "NOT" not in line
        waits = []
        for _ in range(cancels):
            shutil.rmtree(where)
            waits.append(stopped_after(folder, where, rng.uniform(0, took)))
        print(
            f"{name}: stopped after {', '.join(f'{wait:.2f}' for wait in sorted(waits))} s",
            flush=True,
        )
        return right and max(waits, default=0) <= LIMIT_S


def main() -> None:
    """Run it."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("experiments", nargs="*", default=list(EXPERIMENTS))
    parser.add_argument("--scale", type=float, default=1.0)
    parser.add_argument("--cancels", type=int, default=8)
    parser.add_argument("--seed", type=int, default=0)
    arguments = parser.parse_args()
    right = [
        run(name, arguments.scale, arguments.cancels, arguments.seed)
        for name in arguments.experiments
    ]
    sys.exit(not all(right))


if __name__ == "__main__":
    main()
