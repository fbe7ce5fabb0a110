"""What every loader gives back, and the little that all of them need to make it."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field
from pathlib import PurePosixPath

from qa.types import Heading

_CHECK: ContextVar[Callable[[], None]] = ContextVar("check", default=lambda: None)
_SEPARATORS = re.compile(r"[_\s]+|(?<!\d)-|-(?!\d)")
_LONGEST_TITLE = 100
_SENTENCE_END = ".!?;:,。！？"


@dataclass(frozen=True, slots=True)
class Extracted:
    """The text of one file; the fields mean what they mean in ``qa.types.Document``."""

    text: str
    title: str
    format: str
    pages: tuple[int, ...] = ()
    headings: tuple[Heading, ...] = ()
    lines: tuple[tuple[int, int], ...] = ()
    places: tuple[tuple[int, str], ...] = ()
    metadata: Mapping[str, str] = field(default_factory=dict)


@contextmanager
def checking(check: Callable[[], None]) -> Iterator[None]:
    """Within, loaders of this thread call ``check`` now and then; what it raises ends them."""
    token = _CHECK.set(check)
    try:
        yield
    finally:
        _CHECK.reset(token)


def checkpoint() -> None:
    """For loaders to call wherever a long file may take a while: a page, a row, a paragraph.

    Raises:
        Cancelled: nobody waits for the text any more.
    """
    _CHECK.get()()


def title_from_name(name: str) -> str:
    """A file name made readable: ``2020-02_annual-report.txt`` -> ``2020-02 annual report``."""
    stem = PurePosixPath(name).stem
    readable = " ".join(_SEPARATORS.sub(" ", stem).split())
    return readable or PurePosixPath(name).name


def looks_like_title(line: str) -> bool:
    """Whether a line is short, has words and does not end as a sentence does."""
    line = line.strip()
    return (
        0 < len(line) <= _LONGEST_TITLE
        and line[-1] not in _SENTENCE_END
        and any(character.isalpha() for character in line)
    )
