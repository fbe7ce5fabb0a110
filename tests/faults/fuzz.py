"""What becomes of the program when what it reads is nonsense that looks like sense.

Usage: ``python tests/faults/fuzz.py [TARGET …] [--minutes 10] [--engine hypothesis] [--seed 0]``
gives each target of `targets.py` that many minutes of processor time, with atheris (guided by what
of the program was reached; ``pip install atheris``) or with hypothesis. Each kind of fault is
printed once, with the input that showed it, which is also written to ``--keep FOLDER``. Leaves
with 1 if there was any.
"""

from __future__ import annotations

import argparse
import hashlib
import os
import subprocess
import sys
import tempfile
import time
import traceback
import warnings
from collections.abc import Callable
from pathlib import Path

GUIDING = ["qa", "openpyxl", "email", "csv", "zipfile", "gzip"]
"""Packages in which what is reached guides atheris."""
SLOW_S = 10
"""Seconds for one input above which it is a fault."""


class Watch:
    """Calls a target, and keeps what it did wrong; stops the process when the time is up."""

    def __init__(self, name: str, call: Callable[[bytes], None], minutes: float, keep: Path | None):
        self.name, self.call, self.keep = name, call, keep
        self.until = time.process_time() + 60 * minutes
        self.runs = 0
        self.faults: set[str] = set()

    @property
    def over(self) -> bool:
        """Whether the time is up."""
        return time.process_time() > self.until

    def __call__(self, data: bytes) -> None:
        self.runs += 1
        begun = time.process_time()
        try:
            self.call(data)
        except RecursionError as error:
            self._fault("RecursionError", data, error)
        except Exception as error:
            frame = traceback.extract_tb(error.__traceback__)[-1]
            self._fault(
                f"{type(error).__name__} {Path(frame.filename).name}:{frame.lineno}", data, error
            )
        taken = time.process_time() - begun
        if taken > SLOW_S:
            self._fault("slow", data, TimeoutError(f"{taken:.0f} s for {len(data):,} bytes"))

    def _fault(self, kind: str, data: bytes, error: Exception) -> None:
        if kind in self.faults:
            return
        self.faults.add(kind)
        shown = repr(data[:200]) + ("…" if len(data) > 200 else "")
        print(f"{self.name}: {kind}: {str(error)[:200]}\n  {shown}", flush=True)
        if self.keep is not None:
            self.keep.mkdir(parents=True, exist_ok=True)
            digest = hashlib.sha256(data).hexdigest()[:8]
            (self.keep / f"{self.name}-{digest}").write_bytes(data)

    def finish(self) -> None:
        """Say how it went, and leave: libFuzzer has no way back."""
        print(f"{self.name}: {self.runs:,} runs, {len(self.faults)} kinds of fault", flush=True)
        os._exit(bool(self.faults))


def with_atheris(name: str, minutes: float, seed: int, keep: Path | None) -> None:
    """Guided by coverage."""
    import atheris  # type: ignore[import-not-found]

    for module in [one for one in sys.modules if one.split(".")[0] in GUIDING]:
        del sys.modules[module]  # imported again, so that what is reached in them counts
    with atheris.instrument_imports(include=GUIDING):
        from targets import MOST, targets

        target = targets()[name]
        for data in target.seeds:
            target.call(data)  # imports what it needs, instrumented
    watch = Watch(name, target.call, minutes, keep)

    def one(data: bytes) -> None:
        watch(data)
        if watch.over:
            watch.finish()

    corpus = Path(tempfile.mkdtemp(prefix="qa-fuzz-"))
    for number, data in enumerate(target.seeds):
        (corpus / f"seed{number}").write_bytes(data)
    options = [f"-max_len={MOST // 4}", f"-seed={seed + 1}", "-rss_limit_mb=6000", "-timeout=120"]
    atheris.Setup([sys.argv[0], *options, "-print_final_stats=0", "-verbosity=0", str(corpus)], one)
    atheris.Fuzz()


def with_hypothesis(name: str, minutes: float, seed: int, keep: Path | None) -> None:
    """Seeds, changed here and there."""
    import hypothesis
    from inputs import changed
    from targets import targets

    target = targets()[name]
    watch = Watch(name, target.call, minutes, keep)
    calm = hypothesis.settings(
        max_examples=400,
        database=None,
        deadline=None,
        suppress_health_check=list(hypothesis.HealthCheck),
    )
    while not watch.over:
        run = hypothesis.given(changed(target.seeds))(
            lambda data: None if watch.over else watch(data)
        )
        hypothesis.seed(seed)(calm(run))()
        seed += 1
    watch.finish()


def main() -> None:
    """Run it, each target in a process of its own."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("targets", nargs="*", default=[], metavar="TARGET")
    parser.add_argument("--minutes", type=float, default=10)
    parser.add_argument("--engine", choices=("atheris", "hypothesis"), default="atheris")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--keep", type=Path)
    parser.add_argument("--alone", action="store_true", help=argparse.SUPPRESS)
    arguments = parser.parse_args()
    if arguments.alone:
        warnings.simplefilter("ignore")
        engine = with_atheris if arguments.engine == "atheris" else with_hypothesis
        engine(arguments.targets[0], arguments.minutes, arguments.seed, arguments.keep)
    options = ["--alone", "--minutes", str(arguments.minutes), "--engine", arguments.engine]
    options += ["--seed", str(arguments.seed)]
    options += ["--keep", str(arguments.keep)] if arguments.keep else []
    from targets import targets

    failed = False
    for name in arguments.targets or targets():
        done = subprocess.run([sys.executable, __file__, name, *options], check=False)
        failed |= done.returncode != 0
    sys.exit(failed)


if __name__ == "__main__":
    main()
