"""A few of the runs of `damage.py`."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

PROGRAM = Path(__file__).with_name("damage.py")


@pytest.mark.skipif(not hasattr(os, "fork"), reason="each run is a forked process")
def test_a_damaged_index_answers_right_or_says_what_to_do() -> None:
    environment = {**os.environ, "PYTHONPATH": str(PROGRAM.parents[2])}
    done = subprocess.run(
        [sys.executable, str(PROGRAM), "--runs", "25", "--seed", "7"],
        capture_output=True, text=True, timeout=110, env=environment,
    )  # fmt: skip
    assert done.returncode == 0, done.stdout + done.stderr[-2000:]
