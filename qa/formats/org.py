"""Org: the words of the outline, each with its line; what only Emacs reads is left out."""

from __future__ import annotations

import re

from qa.formats.building import TextBuilder
from qa.formats.decode import decode
from qa.formats.extracted import Extracted
from qa.text import one_line

_HEADING = re.compile(r"(\*+)[ \t]+(?:(?:TODO|DONE|NEXT|WAITING)[ \t]+)?(?:\[#\w\][ \t]+)?(.*)")
_TAGS = re.compile(r"[ \t]+:[\w@#%:]+:[ \t]*$")
_KEYWORD = re.compile(r"[ \t]*#\+(\w+):[ \t]*(.*)", re.I)
_EDGE = re.compile(r"[ \t]*#\+(begin|end)_(\w+)", re.I)
_DRAWER = re.compile(r"[ \t]*:[\w-]+:[ \t]*")
_DRAWER_END = re.compile(r"[ \t]*:END:[ \t]*", re.I)
_COMMENT = re.compile(r"[ \t]*#(?:[ \t]|$)")
_TABLE = re.compile(r"[ \t]*\|")
_NOTE = re.compile(r"\[fn:[\w-]*\]")
_BEFORE, _AFTER = r"(?:(?<=[\s({'\"*/_+\-])|^)", r"(?=[\s.,:!?;'\")}\[*/_+\-]|$)"
"""What stands around a mark (Org syntax, "emphasis markers")."""
_CODE = re.compile(
    rf"{_BEFORE}(?:=(?P<code>\S|\S[^\n=]*[^\s=])=|~(?P<other>\S|\S[^\n~]*[^\s~])~){_AFTER}"
    r"|\[\[(?P<place>[^\]\[\n]*)\](?:\[(?P<words>[^\]\[]*)\])?\]"
    r"|(?P<address>\b[a-z][a-z0-9+.]{1,9}://[^\s\]>]+)"
)
_EMPHASIS = re.compile(rf"{_BEFORE}([*/_+])(?=\S)([^\n]*?(?<=\S))\1{_AFTER}")
_FIELDS = {"title": "title", "author": "author", "date": "date", "description": "description",
           "language": "language"}  # fmt: skip
_LONGEST = 2_000
"""Characters of a line in which marks are looked for."""


def extract(data: bytes, name: str) -> Extracted:
    """The text of an Org file.

    Raises:
        DocumentError: the bytes are not text, or have no words.
    """
    source = re.sub(r"\r\n?", "\n", decode(data))
    lines = source.split("\n")
    ends = _ends(lines)
    builder = TextBuilder()
    fields: dict[str, str] = {}
    paragraph: list[tuple[int, str]] = []
    table: list[tuple[int, list[str]]] = []
    block = ""
    drawer = False

    def flush() -> None:
        builder.lines(paragraph)
        if table:
            cells = [row for _, row in table]
            builder.table(cells, [""] * len(cells), [number for number, _ in table])
        paragraph.clear()
        table.clear()

    for number, line in enumerate(lines, start=1):
        edge = _EDGE.match(line)
        if edge or not line.strip():
            flush()
        if block:
            if edge and edge[1].lower() == "end" and edge[2].lower() == block:
                block = ""
            elif block != "comment":
                paragraph.append((number, line))
        elif drawer:
            drawer = not _DRAWER_END.fullmatch(line)
        elif edge:
            kind = edge[2].lower()
            known = edge[1].lower() == "begin" and kind in _AS_IT_IS
            block = kind if known and number <= ends.get(kind, 0) else ""
        elif keyword := _KEYWORD.match(line):
            key, value = keyword[1].lower(), one_line(keyword[2])
            if key in _FIELDS and value:
                fields.setdefault(_FIELDS[key], value)
                if key == "title":
                    builder.heading(value, 1, line=number)
            elif key == "caption":
                paragraph.append((number, _plain(value)))
        elif heading := _HEADING.fullmatch(line):
            flush()
            words = _plain(_TAGS.sub("", heading[2]))
            builder.heading(words, len(heading[1]) + ("title" in fields), line=number)
        elif _DRAWER.fullmatch(line) and number <= ends.get(number, 0):
            flush()
            drawer = True
        elif _TABLE.match(line):
            if not re.match(r"[ \t]*\|[-+|]+\s*$", line):
                row = line.strip().removeprefix("|").removesuffix("|")
                table.append((number, [_plain(cell) for cell in row.split("|")]))
        elif not _COMMENT.match(line):
            paragraph.append((number, _plain(line)))
    flush()
    return builder.extracted(name, "org", fields.pop("title", ""), fields)


def _ends(lines: list[str]) -> dict[str | int, int]:
    """Where the last block of each kind ends, and, by the line on which it begins, each drawer."""
    ends: dict[str | int, int] = {}
    drawer = 0
    for number, line in enumerate(lines, start=1):
        edge = _EDGE.match(line)
        if edge and edge[1].lower() == "end":
            ends[edge[2].lower()] = number
        elif _HEADING.fullmatch(line):
            drawer = 0
        elif _DRAWER_END.fullmatch(line):
            ends[drawer] = number
            drawer = 0
        elif _DRAWER.fullmatch(line) and not drawer:
            drawer = number
    ends.pop(0, None)
    return ends


_AS_IT_IS = ("src", "example", "comment", "export")


def _plain(line: str) -> str:
    """A line without links, notes and emphasis."""
    if len(line) > _LONGEST:
        return line
    line = _NOTE.sub("", line)
    done, parts = 0, []
    for code in _CODE.finditer(line):
        parts.append(_without_marks(line[done : code.start()]))
        parts.append(
            _without_marks(code["words"])
            if code["words"]
            else next(filter(None, code.groups()), "")
        )
        done = code.end()
    return "".join((*parts, _without_marks(line[done:])))


def _without_marks(words: str) -> str:
    words = re.sub(r"(?<!-)---(?!-)", "—", words)
    words = re.sub(r"(?<=\d)--(?=\d)|(?<= )--(?= )", "–", words)
    for _ in range(2):  # marks nest
        words = _EMPHASIS.sub(r"\2", words)
    return words
