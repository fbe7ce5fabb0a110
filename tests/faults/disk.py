"""What becomes of an index when its disk, or that of the documents, does not do what it should.

Usage: ``python tests/faults/disk.py [--runs 100] [--seed 0]``, as root on Linux (it mounts small
file systems). Prints a line for each experiment: how often all was right, how often a clear error
said what to do, and anything else. Leaves with 1 if there was anything else.

full: indexes onto a tmpfs that is too small, asks, makes it larger, goes on.
read-only: asks, indexes and keeps a turn where nothing may be written.
corpus: indexes documents that may only be read.
permission: indexes folders and files of somebody else's.
vanishing: indexes files that are cut short, replaced and deleted meanwhile.
clock: indexes, asks and keeps turns while the time of day jumps by years.
"""

from __future__ import annotations

import argparse
import contextlib
import os
import random
import shutil
import subprocess
import sys
import tempfile
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from unittest import mock

from crash import in_child, places, turn
from damage import QUESTIONS, make, use

from qa import Assistant, FakeEncoder, Index, Settings
from qa.conversations import Conversations
from qa.documents import FolderSource, load_file
from qa.errors import QaError
from qa.indexing import update

NOBODY = 65534
RIGHT = ("right", "told")


@contextlib.contextmanager
def small_disk(place: Path, kib: int, options: str = "") -> Iterator[None]:
    """A file system of so many KiB in memory."""
    place.mkdir(exist_ok=True)
    wanted = ["mount", "-t", "tmpfs", "-o", f"size={kib}k{options}", "tmpfs", str(place)]
    subprocess.run(wanted, check=True)
    try:
        yield
    finally:
        subprocess.run(["umount", "-l", str(place)], check=True)


def remount(place: Path, options: str) -> None:
    """Change it."""
    subprocess.run(["mount", "-o", f"remount,{options}", str(place)], check=True)


def attempt(work: Callable[[], object]) -> str:
    """What came of it: "right", "told" by one of our errors, or the error."""
    try:
        work()
    except QaError as error:
        return "told" if error.hint else f"no hint: {error}"
    except Exception as error:
        return f"{type(error).__name__}: {error}"
    return "right"


def indexed(folder: Path, where: Path) -> None:
    """Index it."""
    with Index(where, FakeEncoder()) as index:
        update(index, FolderSource(folder))


def asked(folder: Path, where: Path) -> None:
    """Ask, without indexing first; a quote that is not in the file is an error."""
    with Assistant(folder, where, settings=Settings(), encoder=FakeEncoder()) as assistant:
        for question in QUESTIONS:
            answer = assistant.ask(question)
            for one in (*answer.citations, *answer.nearest):
                text = (folder / one.path).read_text()
                assert text[one.span.start : one.span.end] == one.quote, "wrong quote"


def full(top: Path, rng: random.Random) -> Iterator[str]:
    """One run: which of the errors is fine, but what it left must be usable."""
    folder, disk = top / "docs", top / "disk"
    with small_disk(disk, rng.randrange(8, 900)):
        where = disk / "index"
        first = attempt(lambda: indexed(folder, where))
        yield first
        if where.is_dir() and (where / "index.sqlite").exists():
            yield attempt(lambda: asked(folder, where))
        kept = Conversations(disk / "kept", lambda: datetime.now(UTC))
        yield attempt(lambda: [kept.keep("20200212-000000-0000", "/d", turn(n)) for n in range(99)])
        turns = [one.answer.question for saved in kept.all() for one in saved.turns]
        yield "right" if turns == [turn(n).question for n in range(len(turns))] else "turns lost"
        remount(disk, "size=64m")
        yield attempt(lambda: asked(folder, where))
        again = attempt(lambda: indexed(folder, where))
        yield again if again != "told" else "not mended by space"
        yield "right" if places(where) == places(top / "sound") else "not what there should be"
        yield "right" if use(folder, where) == "right" else "not usable"


def read_only(top: Path, _rng: random.Random) -> Iterator[str]:
    """Asking needs no writing."""
    folder, disk = top / "docs", top / "disk"
    with small_disk(disk, 64 << 10):
        shutil.copytree(top / "sound", disk / "index")
        remount(disk, "ro")
        yield attempt(lambda: asked(folder, disk / "index"))
        (folder / "new.md").write_text("# New\n\nA new tower was built in 1999.")
        said = attempt(lambda: indexed(folder, disk / "index"))
        yield said if said == "told" else f"indexed where it cannot: {said}"
        (folder / "new.md").unlink()
        kept = Conversations(disk / "kept", lambda: datetime.now(UTC))
        said = attempt(lambda: kept.keep(kept.new_id(), "/d", turn(0)))
        yield said if said == "told" else f"kept where it cannot: {said}"
        said = attempt(lambda: indexed(folder, disk / "other"))
        yield said if said == "told" else f"made where it cannot: {said}"


def corpus(top: Path, _rng: random.Random) -> Iterator[str]:
    """Nothing is written beside the documents."""
    disk, where = top / "disk", top / "index"
    with small_disk(disk, 4096):
        shutil.copytree(top / "docs", disk / "docs")
        remount(disk, "ro")
        shutil.rmtree(where, ignore_errors=True)
        yield attempt(lambda: indexed(disk / "docs", where))
        yield attempt(lambda: asked(disk / "docs", where))


def permission(top: Path, rng: random.Random) -> Iterator[str]:
    """What may not be read is told, and what was read from it before stays."""
    folder, where = top / "shared", top / "index"
    shutil.rmtree(folder, ignore_errors=True)
    shutil.rmtree(where, ignore_errors=True)
    shutil.copytree(top / "docs", folder / "closed")
    (folder / "open.md").write_text("# Open\n\nThe open gate was built in 1800.")
    for entry in (top, folder, *folder.rglob("*")):
        entry.chmod(0o755)
    where.mkdir()
    os.chown(where, NOBODY, NOBODY)
    use(top / "docs", top / "sound")  # these import what may lie where nobody can read it
    load_file(folder / "open.md", "open.md")
    yield as_nobody(lambda: indexed(folder, where))
    before = set(places(where))
    file = rng.choice(sorted((folder / "closed").iterdir()))
    for closed in (folder / "closed", file):
        (folder / "closed").chmod(0o755)
        closed.chmod(0)
        yield as_nobody(lambda: indexed(folder, where))
        yield as_nobody(lambda: asked_open(folder, where))
        lost = {path for path, *_ in before - set(places(where))}
        allowed = set() if closed is not file else {f"closed/{file.name}"}
        yield "right" if lost <= allowed else f"lost {lost}"
    file.chmod(0o755)
    yield as_nobody(lambda: indexed(folder, where))
    yield "right" if set(places(where)) == before else "not what there should be"
    os.chown(where, 0, 0)
    where.chmod(0)
    said = as_nobody(lambda: asked_open(folder, where))
    yield said if said == "told" else f"opened what it may not: {said}"
    where.chmod(0o700)


def asked_open(folder: Path, where: Path) -> None:
    """Ask for what may be read."""
    with Assistant(folder, where, settings=Settings(), encoder=FakeEncoder()) as assistant:
        assert assistant.search("When was the open gate built?")


def as_nobody(work: Callable[[], object]) -> str:
    """What came of it with the rights of a user who has none."""

    def attempted() -> str:
        os.setgroups([])
        os.setgid(NOBODY)
        os.setuid(NOBODY)
        return attempt(work)

    return in_child(attempted)[0]


def vanishing(top: Path, rng: random.Random) -> Iterator[str]:
    """Files that change while they are read; when they rest, the index has what they say."""
    folder, where = top / "moving", top / "index"
    shutil.rmtree(folder, ignore_errors=True)
    shutil.rmtree(where, ignore_errors=True)
    folder.mkdir()
    files = [folder / f"f{number:02}.md" for number in range(40)]
    for number, file in enumerate(files):
        file.write_text(f"# File {number}\n\n" + f"Gate {number} was built by masons.\n\n" * 200)
    over = threading.Event()

    def disturb() -> None:
        while not over.is_set():
            file = rng.choice(files)
            kind = rng.randrange(4)
            with contextlib.suppress(OSError):
                if kind == 0:
                    file.unlink()
                elif kind == 1:
                    os.truncate(file, rng.randrange(0, file.stat().st_size + 1))
                elif kind == 2:
                    file.write_text(f"# Anew\n\nGate {rng.randrange(99)} fell.")
                else:
                    file.unlink()
                    file.symlink_to("/etc/passwd") if rng.random() < 0.5 else file.mkdir()
            if file.is_dir() and not file.is_symlink():
                file.rmdir()

    disturber = threading.Thread(target=disturb)
    disturber.start()
    try:
        for _ in range(3):
            yield attempt(lambda: indexed(folder, where))
    finally:
        over.set()
        disturber.join()
    (folder / "last.md").write_text("# Last\n\nThe last gate was built in 1900.")
    yield attempt(lambda: indexed(folder, where))
    shutil.rmtree(top / "anew", ignore_errors=True)
    indexed(folder, top / "anew")
    same = places(where) == places(top / "anew")
    yield "right" if same else "not what there should be"
    yield "right" if not any("root:" in text for *_, text in places(where)) else "read a link"


def clock(top: Path, rng: random.Random) -> Iterator[str]:
    """The time of day, forwards and backwards."""
    folder, where = top / "timed", top / "index"
    shutil.rmtree(folder, ignore_errors=True)
    shutil.rmtree(where, ignore_errors=True)
    shutil.rmtree(top / "kept", ignore_errors=True)
    shutil.copytree(top / "docs", folder)
    start = time.time()

    def jumping() -> float:
        return start + rng.uniform(-1, 1) * 20 * 365 * 86_400

    kept = Conversations(top / "kept", lambda: datetime.fromtimestamp(jumping(), UTC))
    id_ = kept.new_id()
    with mock.patch("time.time", jumping):
        for number in range(4):
            file = rng.choice(sorted(folder.iterdir()))
            file.write_text(
                f"# Changed {number}\n\nTower number {number} fell in {rng.randrange(1000, 2000)}."
            )
            moment = max(0, jumping())
            os.utime(file, (moment, moment))
            yield attempt(lambda: indexed(folder, where))
            yield attempt(lambda: asked(folder, where))
            kept.keep(id_, "/d", turn(number))
    shutil.rmtree(top / "anew", ignore_errors=True)
    indexed(folder, top / "anew")
    yield "right" if places(where) == places(top / "anew") else "not what there should be"
    [saved] = kept.all()
    questions = [one.answer.question for one in saved.turns]
    yield "right" if questions == [turn(n).question for n in range(4)] else "turns out of order"
    assert timedelta(0) <= saved.updated - saved.created or saved.updated
    yield "right"


EXPERIMENTS = {one.__name__: one for one in (full, read_only, corpus, permission, vanishing, clock)}


def run(name: str, runs: int, seed: int) -> Counter[str]:
    """How often each thing came of an experiment."""
    count: Counter[str] = Counter()
    rng = random.Random(seed)
    with tempfile.TemporaryDirectory() as directory:
        top = Path(directory)
        top.chmod(0o755)
        in_child(lambda: str(make(top / "docs", top / "sound")))
        for _ in range(runs):
            own = random.Random(rng.randrange(1 << 30))
            work = lambda own=own: "\n".join(EXPERIMENTS[name](top, own))  # type: ignore[misc] # noqa: E731
            said, _ = in_child(work)
            for line in (said or "died").splitlines():
                count[line] += 1
    return count


def main() -> None:
    """Run it."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("experiments", nargs="*", default=list(EXPERIMENTS))
    parser.add_argument("--runs", type=int, default=100)
    parser.add_argument("--seed", type=int, default=0)
    arguments = parser.parse_args()
    bad = False
    for name in arguments.experiments:
        count = run(name, arguments.runs, arguments.seed)
        print(f"{name}: {dict(count)}", flush=True)
        bad |= bool(set(count) - set(RIGHT))
    sys.exit(bad)


if __name__ == "__main__":
    main()
