"""Documents named in a question: ``@report.md What happened?`` asks only that one.

Pure functions; `qa.ui.question` completes names with them.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

_NAMED = re.compile(r'(?<!\S)@(?:"([^"]+)"|(\S+))')
_BEGUN = re.compile(r'(?<!\S)@(?:"([^"]*)|([^\s"]*))$')
MOST = 50
"""Names offered for what was typed."""


def limited(question: str, paths: Sequence[str]) -> tuple[str, tuple[str, ...]]:
    """The question without the documents that it names, and their paths.

    A name is a path, or the end of just one, without regard to capitals; what names nothing
    stays in the question.
    """
    found: dict[str, None] = {}

    def take(match: re.Match[str]) -> str:
        path = meant(match[1] or match[2].rstrip(",;:"), paths)
        if path is None:
            return match[0]
        found[path] = None
        return ""

    rest = " ".join(_NAMED.sub(take, question).split())
    return (rest, tuple(found)) if rest else (question, tuple(found))


def meant(name: str, paths: Sequence[str]) -> str | None:
    """The path that is ``name``, or ends with it and is the only one that does; else None."""
    if name in paths:
        return name
    wanted = name.casefold()
    fitting = [path for path in paths if f"/{path.casefold()}".endswith(f"/{wanted}")]
    return fitting[0] if len(fitting) == 1 else None


def begun(text: str) -> str | None:
    """The name that is being typed at the end of ``text``; None where there is none."""
    match = _BEGUN.search(text)
    return None if match is None else match[1] or match[2] or ""


def completions(name: str, paths: Sequence[str]) -> list[str]:
    """Paths that ``name`` may stand for: those whose file name begins so, then those that begin
    so, then those that hold it."""
    wanted = name.casefold()
    ranked = []
    for path in paths:
        known = path.casefold()
        if wanted in known:
            file = known.rpartition("/")[2]
            rank = 0 if file.startswith(wanted) else 1 if known.startswith(wanted) else 2
            ranked.append((rank, path))
    return [path for _, path in sorted(ranked)[:MOST]]


def named(path: str) -> str:
    """How a question names a document, with a blank after it; empty where it cannot."""
    quoted = re.search(r"\s|^[\"]|[,;:]$", path)
    if quoted and '"' in path:
        return ""
    return f'@"{path}" ' if quoted else f"@{path} "


def unnamed(question: str) -> str:
    """The question without any ``@name``."""
    return " ".join(_NAMED.sub("", question).split())


def completed(text: str, path: str) -> str:
    """``text`` with the name at its end put in full."""
    match = _BEGUN.search(text)
    return text if match is None else text[: match.start()] + (named(path) or match[0])
