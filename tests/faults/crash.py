"""What a process that is killed leaves behind.

Usage: ``python tests/faults/crash.py [--kills 250] [--seed 0]``. Kills (SIGKILL) a process at
random moments while it indexes a folder for the first time, indexes changes, indexes that documents
are gone, makes the index of another version anew, and saves the turns of a conversation. After each
kill another process looks: the index opens, every passage is of the old or of the new state of its
file, none stands there twice; then it finishes, which must embed only what no batch before had, and
leave what an index made at once has. A conversation must hold every turn that was said to be kept.
Prints what was found. Not on Windows.
"""

from __future__ import annotations

import argparse
import ast
import contextlib
import os
import random
import shutil
import signal
import sqlite3
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

from processes import begun, ended

from qa import FakeEncoder, Index
from qa.conversations import Conversations
from qa.documents import FolderSource
from qa.errors import IndexMismatchError
from qa.index import open_index
from qa.indexing import update
from qa.types import Answer

FILES = 240
PHASES = ("first", "changed", "deleted", "upgraded", "turn")
Place = tuple[str, int, int, str]


class Slow(FakeEncoder):
    """Takes as long as a fast model would."""

    def encode(self, texts: object) -> object:  # type: ignore[override]
        time.sleep(0.01)
        return super().encode(texts)  # type: ignore[arg-type]


def write(folder: Path, version: int) -> None:
    """The documents: version 1 changes every third, version 2 lacks every fourth."""
    folder.mkdir(exist_ok=True)
    for number in range(FILES):
        file = folder / f"f{number:03}.txt"
        if version == 2 and number % 4 == 0:
            file.unlink()
        else:
            told = "new" if version and number % 3 == 0 else "old"
            file.write_text(f"Words of number {number} are {told}.\n\nA second one of {number}.")


def places(where: Path) -> list[Place]:
    """All passages of an index."""
    with Index(where, FakeEncoder()) as index:
        ids = [int(row[0]) for row in index.store.rows("SELECT passage_id FROM passages")]
        found = index.store.passages(ids)
        return sorted((p.path, p.span.start, p.span.end, p.text) for p in found.values())


def made_at_once(folder: Path, where: Path) -> list[Place]:
    with Index(where, FakeEncoder()) as index:
        update(index, FolderSource(folder))
    return places(where)


def in_child(work: Callable[[], str], kill_after: float | None = None) -> tuple[str, float]:
    """Do it in a process of its own, killed after a while; what it told, and how long it lived."""
    started = time.monotonic()
    child, reading = begun(work)
    if kill_after is not None:
        time.sleep(kill_after)
        os.kill(child, signal.SIGKILL)
    said, _ = ended(child, reading)
    return said, time.monotonic() - started


def index_once(folder: Path, where: Path) -> str:
    with Index(where, Slow()) as index:
        update(index, FolderSource(folder))
    return "done"


def index_anew(folder: Path, where: Path) -> str:
    with open_index(where, Slow(), anew=True) as index:
        update(index, FolderSource(folder))
    return "done"


def look_at_upgraded(folder: Path, where: Path, new: list[Place]) -> str:
    """What is wrong with an index that was being made anew; nothing where all is well."""
    try:
        left = places(where)
    except IndexMismatchError:  # it was not begun: the old one is told as such
        left = []
    if len({(path, start) for path, start, _, _ in left}) < len(left) or not set(left) <= set(new):
        return "a passage twice, or of the other version"
    with open_index(where, FakeEncoder(), anew=True) as index:
        update(index, FolderSource(folder))
    return "" if places(where) == new else "not what an index made at once has"


def look(folder: Path, where: Path, old: list[Place], new: list[Place]) -> str:
    """What is wrong with an index that was left behind; nothing where all is well."""
    left = places(where)
    if len({(path, start) for path, start, _, _ in left}) < len(left):
        return "a passage twice"
    if not set(left) <= set(old) | set(new):
        return "a passage of neither state"
    fake = FakeEncoder()
    with Index(where, fake) as index:
        before = {bytes(row[0]) for row in index.store.rows("SELECT hash FROM vectors")}
        update(index, FolderSource(folder))
        wanted = {bytes(row[0]) for row in index.store.rows("SELECT hash FROM passages")}
    if fake.encoded > len(wanted - before):
        return f"embedded {fake.encoded} where {len(wanted - before)} were left"
    return "" if places(where) == new else "not what an index made at once has"


def turn(number: int) -> Answer:
    """One of many."""
    question = f"Question {number}? " + "More words. " * 400
    return Answer(question, question, (), (), (), (), 0.1, False, {"total": 0.1})


def save_turns(directory: Path, count: Path) -> str:
    """Keep turns, and after each how many there are."""
    kept = Conversations(directory, lambda: datetime.now(UTC))
    id_ = kept.new_id()
    for number in range(100_000):
        kept.keep(id_, "/papers", turn(number))
        count.write_text(f"{number + 1} ")
    return "done"


def look_at_turns(directory: Path, count: Path) -> str:
    """What is wrong with a conversation that was left behind."""
    told = int((count.read_text() if count.exists() else "").split(" ")[0] or 0)
    found = Conversations(directory, lambda: datetime.now(UTC)).all()
    turns = [one.answer.question for saved in found for one in saved.turns]
    if turns != [turn(number).question for number in range(len(turns))]:
        return "turns are wrong"
    # The count is emptied before it is written: then nothing is known of it.
    return f"{len(turns)} turns where {told} were kept" if told > len(turns) else ""


def run(kills: int, seed: int) -> Counter[str]:
    """Kill so often; how often each thing was wrong."""
    rng = random.Random(seed)
    wrong: Counter[str] = Counter()
    with tempfile.TemporaryDirectory() as directory:
        top = Path(directory)
        states = []
        for version in range(3):
            folder, sound = top / f"docs{version}", top / f"sound{version}"
            write(folder, 0)
            if version:
                write(folder, version)
            said, _ = in_child(lambda f=folder, s=sound: repr(made_at_once(f, s)))  # type: ignore[misc]
            states.append(ast.literal_eval(said))
        docs, where = top / "docs", top / "index"
        long = {}
        for number in range(kills + len(PHASES)):
            phase = PHASES[number % len(PHASES)]
            shutil.rmtree(where, ignore_errors=True)
            shutil.rmtree(docs, ignore_errors=True)
            limit = rng.uniform(0, long.get(phase, 0)) if number >= len(PHASES) else None
            if phase == "turn":
                count = top / "count"
                count.unlink(missing_ok=True)
                in_child(lambda c=count: save_turns(where, c), limit or 0.5)  # type: ignore[misc]
                long[phase] = 1.0
                found, _ = in_child(lambda c=count: look_at_turns(where, c))  # type: ignore[misc]
            elif phase == "upgraded":
                shutil.copytree(top / "docs0", docs)
                in_child(lambda: index_once(docs, where))
                with contextlib.closing(sqlite3.connect(where / "index.sqlite")) as db:
                    db.execute("PRAGMA user_version = 999")
                _, took = in_child(lambda: index_anew(docs, where), limit)
                if limit is None:
                    long[phase] = took
                found, _ = in_child(lambda: look_at_upgraded(docs, where, states[0]))
            else:
                version = PHASES.index(phase)
                old = states[0] if version else []
                shutil.copytree(top / "docs0", docs)
                if version:
                    in_child(lambda: index_once(docs, where))
                    write(docs, version)
                _, took = in_child(lambda: index_once(docs, where), limit)
                if limit is None:
                    long[phase] = took
                found, _ = in_child(
                    lambda o=old, n=states[version]: look(docs, where, o, n)  # type: ignore[misc]
                )
            if found:
                wrong[f"{phase}: {found}"] += 1
                print(f"{phase}, killed after {limit or 0:.3f} s: {found}", flush=True)
    print(f"killed {kills} times; wrong: {dict(wrong)}")
    return wrong


def main() -> None:
    """Run it."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--kills", type=int, default=250)
    parser.add_argument("--seed", type=int, default=0)
    arguments = parser.parse_args()
    bad = run(arguments.kills, arguments.seed)
    sys.exit(bool(bad))


if __name__ == "__main__":
    main()
