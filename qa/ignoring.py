"""Ignore files (``.gitignore``, ``.ignore``, ``.qaignore``): what is not to be read."""

from __future__ import annotations

import contextlib
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from qa.errors import DocumentError

IGNORE_FILES = (".gitignore", ".ignore", ".qaignore")
"""Read in this order in every folder; a later one overrides an earlier one."""
_GLOB = re.compile(r"\*+|\?|\[[!^]?\]?(?:\\.|[^\]\\])*\]|\\?.", re.S)


@dataclass(frozen=True, slots=True)
class Rule:
    """A line of an ignore file: it speaks of entries below the file's folder."""

    file: str
    base: str
    pattern: re.Pattern[str]
    ignore: bool
    folders_only: bool


def read_rules(folder: str, base: str, name: str) -> Iterator[Rule]:
    """The rules of an ignore file; none where it cannot be read.

    Args:
        folder: where it is on this machine.
        base: the folder's path in the tree, with ``/`` at its end; empty for the top.
        name: one of `IGNORE_FILES`.
    """
    from qa.formats.decode import decode

    try:
        lines = re.split(r"\r?\n", decode(Path(folder, name).read_bytes()))
    except (OSError, DocumentError):
        return
    for line in lines:
        glob = re.sub(r"(?<!\\) +$", "", line)
        bare = glob.removeprefix("!").rstrip("/")
        if bare and not glob.startswith("#"):
            with contextlib.suppress(re.error):  # git passes over what is no pattern, too
                pattern = re.compile(_regex(bare), re.S)
                yield Rule(name, base, pattern, glob[0] != "!", glob[-1] == "/")


def _regex(glob: str) -> str:
    """The regular expression of a pattern, as gitignore(5) describes patterns.

    What stands between two stars may match where it first can, so each such part is an
    atomic group: no pattern makes matching slower than length of path times pattern.
    """
    parts: list[list[str]] = [[]]
    for atom in _GLOB.findall(glob.removeprefix("/")):
        if atom in ("/", "\\/"):
            parts.append([])
        else:
            parts[-1].append(atom)
    anywhere = "/" not in glob  # even within brackets, as in git
    inside = len(parts) > 1 and parts[-1] == ["**"]
    result, run = "", list[str]()
    for part in parts[:-1] if inside else parts:
        if part == ["**"] and len(parts) > 1:
            if run:
                result += _run(run, anywhere, last=False)
            anywhere, run = True, []
        else:
            run.append(_component(part))
    if inside:
        return result + (_run(run, anywhere, last=False) if run else "") + ".+"
    return result + _run(run, anywhere, last=True)


def _run(components: list[str], anywhere: bool, last: bool) -> str:
    """Parts of a path in a row, from here or from any folder below."""
    body = "/".join(components)
    if last:
        return f"(?:[^/]*/)*{body}" if anywhere else body
    return f"(?>(?:[^/]*/)*?{body}/)" if anywhere else f"{body}/"


def _component(atoms: list[str]) -> str:
    """One part of a path."""
    pieces = [""]  # between stars
    for atom in atoms:
        if atom.startswith("*"):
            pieces.append("")
        elif atom == "?":
            pieces[-1] += "[^/]"
        elif atom.startswith("[") and len(atom) > 1:
            letters = atom[1:-1].replace("[", r"\[")
            some = f"[^{letters[1:]}]" if letters[0] in "!^" else f"[{letters}]"
            pieces[-1] += f"(?!/){some}"
        elif atom == "\\":
            pieces[-1] += r"\\"
        else:
            pieces[-1] += re.escape(atom.removeprefix("\\"))
    if len(pieces) == 1:
        return pieces[0]
    middle = "".join(f"(?>[^/]*?{piece})" for piece in pieces[1:-1] if piece)
    return f"{pieces[0]}{middle}[^/]*{pieces[-1]}"


def why_ignored(path: str, is_folder: bool, rules: tuple[Rule, ...]) -> str:
    """Why a path is ignored, or nothing. The last rule of the deepest file decides."""
    for rule in reversed(rules):
        if rule.folders_only and not is_folder:
            continue
        if rule.pattern.fullmatch(path, len(rule.base)):
            return f"ignored by {rule.base}{rule.file}" if rule.ignore else ""
    return ""
