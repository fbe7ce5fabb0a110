"""A moment of the runs of `fuzz.py`, and the inputs that once showed a fault."""

from __future__ import annotations

import hypothesis
import pytest
import targets
from inputs import changed

TARGETS = targets.targets()
EXAMPLES = {"question": 5}
FOUND = {
    "html": [b"<title></title><pre><h1>two\nlines"],
    "email": [b"Date: Wed, 12 Feb 44444444444444444444442020 12:02:00 +0000\n\nThe light burns."],
    "xlsx": [bytes([member]) + b"<x" for member in range(9)],
}


@pytest.mark.parametrize("name", TARGETS)
def test_nonsense_is_read_or_refused(name: str) -> None:
    target = TARGETS[name]
    for data in (*target.seeds, *FOUND.get(name, ()), b"", b"\0"):
        target.call(data)
    calm = hypothesis.settings(
        max_examples=EXAMPLES.get(name, 25), database=None, deadline=None, derandomize=True,
        suppress_health_check=list(hypothesis.HealthCheck),
    )  # fmt: skip
    calm(hypothesis.given(changed(target.seeds))(target.call))()
