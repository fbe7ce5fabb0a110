"""What becomes of an index whose files are damaged.

Usage: ``python tests/faults/damage.py [--runs 3000] [--seed 0]``. Makes a small index with the
deterministic encoder, then damages one file at a time, in a process of its own each: bytes
flipped, a stretch zeroed or overwritten with noise, the end cut off. After each it asks two
questions and updates the index. Prints how often all was right, how often a clear error told what
to do, and anything else: a process that died, an error that is none of ours, a quote that the
document does not hold. Not on Windows.
"""

from __future__ import annotations

import argparse
import os
import random
import shutil
import sys
import tempfile
import traceback
from collections import Counter
from pathlib import Path

from processes import begun, ended

from qa import Assistant, FakeEncoder, Settings
from qa.errors import QaError
from qa.types import Citation

WORDS = [f"Tower number {n} was built in {1500 + n} by the guild of {n} masons." for n in range(60)]
QUESTIONS = ("Who built tower number 17?", "When was tower number 42 built?")
TIMEOUT_S = 30
FAULTS = ("died", "foreign error", "wrong quote")
"""Outcomes that must not be."""


def make(folder: Path, where: Path) -> None:
    """Documents, and their index."""
    folder.mkdir()
    for number in range(6):
        part = WORDS[number * 10 : number * 10 + 10]
        (folder / f"part{number}.md").write_text(f"# Part {number}\n\n" + "\n\n".join(part))
    with Assistant(folder, where, settings=Settings(), encoder=FakeEncoder()) as assistant:
        assistant.update()
        for question in QUESTIONS:
            assistant.ask(question)


def harm(file: Path, rng: random.Random) -> str:
    """Damage a file; what was done."""
    data = bytearray(file.read_bytes())
    at = rng.randrange(len(data))
    kind = rng.choice(("flip", "flip", "zero", "noise", "cut"))
    if kind == "flip":
        data[at] ^= 1 << rng.randrange(8)
    elif kind == "cut":
        del data[at:]
    else:
        stretch = slice(at, min(len(data), at + rng.choice((16, 512, 4096))))
        length = stretch.stop - stretch.start
        data[stretch] = bytes(length) if kind == "zero" else rng.randbytes(length)
    file.write_bytes(data)
    return f"{file.name} {kind} at {at}"


def holds(folder: Path, citation: Citation) -> bool:
    """Whether the file says so."""
    text = (folder / citation.path).read_text()
    return text[citation.span.start : citation.span.end] == citation.quote


def use(folder: Path, where: Path) -> str:
    """Ask and update; what came of it."""
    try:
        with Assistant(folder, where, settings=Settings(), encoder=FakeEncoder()) as assistant:
            for _ in range(2):
                for question in QUESTIONS:
                    answer = assistant.ask(question)
                    for citation in (*answer.citations, *answer.nearest):
                        if not holds(folder, citation):
                            return "wrong quote"
                assistant.update()
    except QaError as error:
        return "told" if error.hint else "foreign error"
    except Exception:
        traceback.print_exc()
        return "foreign error"
    return "right"


def outcome(folder: Path, where: Path) -> str:
    """The same in a process of its own, which may die."""

    def quietly() -> str:
        os.dup2(os.open(os.devnull, os.O_WRONLY), 1)
        return use(folder, where)

    return ended(*begun(quietly))[0] or "died"


def run(runs: int, seed: int) -> Counter[str]:
    """How often each outcome was; what must not be is printed."""
    rng = random.Random(seed)
    count: Counter[str] = Counter()
    with tempfile.TemporaryDirectory() as directory:
        top = Path(directory)
        folder, sound, where = top / "docs", top / "sound", top / "index"
        ended(*begun(lambda: str(make(folder, sound))))  # the libraries' threads stay in the child
        files = sorted(file for file in sound.rglob("*") if file.is_file() and file.stat().st_size)
        assert files
        for _ in range(runs):
            shutil.rmtree(where, ignore_errors=True)
            shutil.copytree(sound, where)
            file = where / rng.choice(files).relative_to(sound)
            done = harm(file, rng)
            said = outcome(folder, where)
            count[said] += 1
            if said in FAULTS:
                print(f"{said}: {done}", flush=True)
    return count


def main() -> None:
    """Run it."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--runs", type=int, default=3000)
    parser.add_argument("--seed", type=int, default=0)
    arguments = parser.parse_args()
    count = run(arguments.runs, arguments.seed)
    print(dict(count))
    sys.exit(any(count[fault] for fault in FAULTS))


if __name__ == "__main__":
    main()
