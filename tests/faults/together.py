"""One index, many processes: writers, readers, and rebuilds under them.

Usage: ``python tests/faults/together.py [--minutes 10] [--readers 16] [--writers 1] [--seed 0]``.
Each writer changes, adds and deletes documents of a folder and indexes them, and now and then
indexes everything anew (``rebuild``) or throws the index away and makes it again (``anew``); each
reader asks and checks every quote. Documents have a version, and a quote names its own: what a
reader is shown must be something that the file has said, never older than what the index held when
the reader asked. Prints how often each thing was seen; leaves with 1 if there was any that must not
be. Not on Windows.
"""

from __future__ import annotations

import argparse
import contextlib
import json
import random
import re
import sqlite3
import sys
import tempfile
import time
import traceback
from collections import Counter
from collections.abc import Callable
from functools import partial
from pathlib import Path

from processes import begun, ended

from qa import Assistant, FakeEncoder, Settings
from qa.errors import IndexLockedError, IndexMismatchError, QaError

FILES = 60
_SAYS = re.compile(r"Bridge (\d+) has (\d+) arches in year (\d+)\.")
FINE = (
    "asked",
    "indexed",
    "rebuilt",
    "made anew",
    "another was writing",
    "told that it was replaced",
)


def text_of(number: int, version: int) -> str:
    """A document."""
    filler = " ".join(f"Stone {n} of bridge {number} is grey." for n in range(30))
    arches = (number * 7 + version * 13) % 1000
    return (
        f"# Bridge {number}\n\nBridge {number} has {arches} arches in year {version}.\n\n{filler}\n"
    )


def indexed(where: Path) -> dict[str, int]:
    """By number of a document, the version that is in the index at least."""
    found: dict[str, int] = {}
    for file in where.parent.glob("indexed-*.json"):
        found.update(json.loads(file.read_text()))
    return found


def wrong(quote: str, path: str, least: dict[str, int]) -> str:
    """What is wrong with a quote; nothing where it is right."""
    for number, arches, version in _SAYS.findall(quote):
        if int(arches) != (int(number) * 7 + int(version) * 13) % 1000:
            return "a mixed quote"
        if path != f"b{int(number):02}.md":
            return "a quote of another document"
        if int(version) < least.get(number, 0):
            return "an old quote"
    return ""


def assistant(folder: Path, where: Path, **options: bool) -> Assistant:
    """One with the deterministic encoder."""
    return Assistant(folder, where, settings=Settings(), encoder=FakeEncoder(), **options)


def write_for(
    folder: Path, where: Path, until: float, own: int, rng: random.Random
) -> Counter[str]:
    """What one writer saw; it changes files whose number leaves ``own`` when divided by two."""
    seen: Counter[str] = Counter()
    made: Assistant | None = None
    version, versions = 1, {}
    while time.time() < until:
        version += 1
        for number in rng.sample(range(own, FILES, 2), 6):
            file = folder / f"b{number:02}.md"
            if file.exists() and rng.random() < 0.2:
                file.unlink()
            else:
                unfinished = file.with_suffix(".partial")
                unfinished.write_text(text_of(number, version))
                unfinished.replace(file)
                versions[f"{number}"] = version
        kind = rng.random()
        try:
            if kind < 0.03:
                as_of_another_layout(where)
                made = None
            made = made or assistant(folder, where, anew=True)
            made.update(rebuild=kind < 0.1)
        except IndexLockedError:
            seen["another was writing"] += 1
            time.sleep(0.01)
            continue
        except IndexMismatchError:  # of another layout, as the other writer made it look
            seen["told that it was replaced"] += 1
            made = None
            continue
        seen["rebuilt" if kind < 0.1 else "indexed"] += 1
        unfinished = where.parent / f"indexed-{own}.partial"
        unfinished.write_text(json.dumps(versions))
        unfinished.replace(unfinished.with_suffix(".json"))
    return seen


def as_of_another_layout(where: Path) -> None:
    """Make an index look as if another version of the program had written it."""
    with contextlib.closing(sqlite3.connect(where / "index.sqlite", timeout=30)) as db:
        db.execute("PRAGMA user_version = 999")


def read_for(folder: Path, where: Path, until: float, rng: random.Random) -> Counter[str]:
    """What one reader saw."""
    seen: Counter[str] = Counter()
    made: Assistant | None = None
    while time.time() < until:
        number, least = rng.randrange(FILES), indexed(where)
        try:
            if made is None or rng.random() < 0.05:
                if made is not None:
                    made.close()
                made = assistant(folder, where)
            answer = made.ask(f"How many arches has bridge {number}?")
        except IndexMismatchError:
            seen["told that it was replaced"] += 1
            made = None
            continue
        seen["asked"] += 1
        for one in (*answer.citations, *answer.nearest):
            if bad := wrong(one.quote, one.path, least):
                seen[bad] += 1
            document = made.document(one.path)
            same = document is not None and document.sha256 == one.sha256
            if same and one.span.of(document.text) != one.quote:
                seen["a quote that is not there"] += 1
    return seen


def in_child(work: Callable[[], Counter[str]]) -> tuple[int, int]:
    """Do it in a process of its own; its number, and where it tells what it saw."""

    def counted() -> str:
        try:
            said = work()
        except QaError as error:
            said = Counter([f"an error: {type(error).__name__}: {error.message}"[:200]])
            traceback.print_exc()
        except BaseException as error:
            said = Counter([f"a foreign error: {type(error).__name__}"])
            traceback.print_exc()
        return json.dumps(said)

    return begun(counted)


def finished(folder: Path, where: Path) -> Counter[str]:
    """Whether in the end the index holds what the files say."""
    with assistant(folder, where, anew=True) as made:  # a writer may have just begun to
        made.update()
        for file in sorted(folder.glob("*.md")):
            document = made.document(file.name)
            if document is None or document.text != file.read_text():
                return Counter(["a document is not as its file"])
        ids = [int(row[0]) for row in made.index.store.rows("SELECT passage_id FROM passages")]
        found = made.index.store.passages(ids).values()
        places = {(one.path, one.span.start) for one in found}
        return Counter() if len(places) == len(ids) else Counter(["a passage twice"])


def run(minutes: float, readers: int, writers: int, seed: int) -> Counter[str]:
    """How often each thing was seen."""
    rng = random.Random(seed)
    total: Counter[str] = Counter()
    with tempfile.TemporaryDirectory() as directory:
        folder, where = Path(directory, "docs"), Path(directory, "index")
        folder.mkdir()
        for number in range(FILES):
            (folder / f"b{number:02}.md").write_text(text_of(number, 1))

        def first() -> Counter[str]:
            with assistant(folder, where) as made:
                made.update()
            return Counter()

        total += told(*in_child(first))
        until = time.time() + 60 * minutes
        works: list[Callable[[random.Random], Counter[str]]] = [
            partial(write_for, folder, where, until, number % 2) for number in range(writers)
        ]
        works += [partial(read_for, folder, where, until)] * readers
        children = [in_child(partial(work, random.Random(rng.random()))) for work in works]
        for child, reading in children:
            total += told(child, reading)
        total += told(*in_child(lambda: finished(folder, where)))
    return total


def told(child: int, reading: int) -> Counter[str]:
    """What a child said when it ended."""
    said, status = ended(child, reading)
    found = Counter(json.loads(said) if said else {})
    if status or not said:
        found["died"] += 1
    return found


def main() -> None:
    """Run it."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--minutes", type=float, default=10)
    parser.add_argument("--readers", type=int, default=16)
    parser.add_argument("--writers", type=int, default=1)
    parser.add_argument("--seed", type=int, default=0)
    arguments = parser.parse_args()
    seen = run(arguments.minutes, arguments.readers, arguments.writers, arguments.seed)
    print(dict(seen))
    sys.exit(bool(set(seen) - set(FINE)))


if __name__ == "__main__":
    main()
