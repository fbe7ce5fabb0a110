"""reStructuredText: the words that a reader of the page would see, each with its line.

Comments, targets, options and what only a program reads are left out; directives that are not
known are taken for remarks, whose words count.
"""

from __future__ import annotations

import csv
import re
from collections.abc import Sequence
from unicodedata import east_asian_width

from qa.formats.building import TextBuilder
from qa.formats.decode import decode
from qa.formats.extracted import Extracted
from qa.formats.formulas import LOWERED, RAISED, script
from qa.text import one_line

_RULE = re.compile(r"([!-/:-@[-`{-~])\1{2,}[ \t]*")
_EXPLICIT = re.compile(r"\.\.(?:[ \t]+(.*))?")
_DIRECTIVE = re.compile(r"(?:\|[^|]+\|[ \t]+)?([\w:+.-]+?)[ \t]?::(?:[ \t]+(.*))?")
_NOTE = re.compile(r"\[(?:#?[\w.-]*|\*)\](?:[ \t]+(.*))?")
_FIELD = re.compile(r":([^:\s][^:]*):(?:[ \t]+(.*))?")
_BULLET = re.compile(r"(?:[-*+•]|\(?(?:\d{1,3}|#|[a-zA-Z])[.)])[ \t]+(?=\S)")
_GRID = re.compile(r"\+[-=+]+\+[ \t]*")
_COLUMNS = re.compile(r"=+(?:[ \t]+=+)+[ \t]*")
_ROLE = re.compile(r":([\w:+.-]+):`([^`]+)`")
_ESCAPED = re.compile(r"\\(.)")
_MARKS = {"sup": RAISED, "superscript": RAISED, "sub": LOWERED, "subscript": LOWERED}
_REFERENCE = re.compile(r"`([^`]+)`__?")
_CODE = re.compile(r"``((?:[^\n]|\n(?!\n))+?)``")
_EMPHASIS = re.compile(
    r"(?<![\w*`|])(\*\*|\*|`|\|)(?=[^\s*`|])([^*`|]*[^\s*`|])\1(?![\w*`|])_{0,2}"
)
_NAMED = re.compile(r"\b([A-Za-z][\w.-]*[A-Za-z\d])__?(?![\w`])")
_NOTE_MARK = re.compile(r"[ ]?\[(?:#?[\w.-]*|\*)\]_(?!\w)")
_TARGET = re.compile(r"\s*<[^<>]*>$")
_UNREAD = frozenset([
    "toctree", "image", "contents", "include", "index", "raw", "highlight", "currentmodule",
    "module", "automodule", "autoclass", "autofunction", "autosummary", "meta", "role",
    "default-role",
    "tabularcolumns", "literalinclude", "sectnum", "target-notes", "unicode", "date", "replace",
    "bibliography", "testsetup", "testcleanup", "header", "footer", "py:module", "py:currentmodule",
])  # fmt: skip
_AS_IT_IS = frozenset([
    "code-block", "code", "sourcecode", "parsed-literal", "math", "doctest", "testcode", "prompt",
    "productionlist", "highlight-block", "graphviz", "digraph", "testoutput",
])  # fmt: skip
_PLACED = frozenset(["figure", "only", "class", "rst-class", "container", "cssclass"])
"""Directives whose argument is no words, but whose content is."""
_SINCE = {
    "versionadded": "Added in version", "versionchanged": "Changed in version",
    "deprecated": "Deprecated since version",
}  # fmt: skip
_LONGEST = 10_000
"""Characters of a paragraph or a line in which marks are looked for."""
_DEEPEST = 20
_FILLED = "\0"
"""Stands for the second column of a wide character."""
Line = tuple[int, str]


def extract(data: bytes, name: str) -> Extracted:
    """The text of a reStructuredText file.

    Raises:
        DocumentError: the bytes are not text, or have no words.
    """
    source = decode(data).replace("\r\n", "\n").expandtabs(8)
    reader = _Reader()
    reader.read(list(enumerate(source.split("\n"), start=1)))
    return reader.builder.extracted(name, "rst", "", reader.fields)


class _Reader:
    """Goes through the lines once, deeper where they are indented."""

    def __init__(self) -> None:
        self.builder = TextBuilder()
        self.fields: dict[str, str] = {}
        self.levels: list[str] = []
        """The marks of headings, outermost first, as they came."""
        self.mark = ""
        """Of the item of a list that begins: ``2.``"""

    def read(self, lines: Sequence[Line], depth: int = 0) -> None:
        """Lines of the same page, or of one block of it."""
        at = 0
        while at < len(lines):
            line = lines[at][1]
            if not line.strip():
                at += 1
            elif not depth and (taken := self._heading(lines, at)):
                at += taken
            elif explicit := _EXPLICIT.fullmatch(line):
                alone = not explicit[1] and not "".join(text for _, text in lines[at + 1 : at + 2])
                end = at + 1 if alone else _indented(lines, at + 1)
                self._explicit(
                    (explicit[1] or "").strip(), lines[at][0], lines[at + 1 : end], depth
                )
                at = end
            elif _GRID.fullmatch(line.strip()) or _COLUMNS.fullmatch(line.strip()):
                end = _end_of_table(lines, at)
                self._table(lines[at:end])
                at = end
            elif field := _FIELD.fullmatch(line):
                end = _indented(lines, at + 1)
                self._field(field[1], [(lines[at][0], field[2] or ""), *lines[at + 1 : end]])
                at = end
            elif line[0] == " " and depth < _DEEPEST:
                end = _indented(lines, at)
                self.read(_dedented(lines[at:end]), depth + 1)
                at = end
            else:
                at = self._paragraph(lines, at, depth)

    def _heading(self, lines: Sequence[Line], at: int) -> int:
        """How many lines a heading takes, which is told; 0 where none begins."""
        texts = [text.rstrip() for _, text in lines[at : at + 3]] + ["", ""]
        over = _RULE.fullmatch(texts[0]) is not None
        title, under = texts[1:3] if over else texts[:2]
        rule = _RULE.fullmatch(under)
        if not rule or not title.strip() or len(under) < len(title.strip()) * 0.8:
            return int(over and not title.strip())  # a line between paragraphs
        indented = title[0] == " " and not over
        if indented or _RULE.fullmatch(title) or (over and texts[0] != under):
            return 0
        mark = rule[1] + "=" * over
        if mark not in self.levels:
            self.levels.append(mark)
        self.builder.heading(
            _plain(title.strip()), self.levels.index(mark) + 1, line=lines[at + over][0]
        )
        return 2 + over

    def _explicit(self, what: str, number: int, block: Sequence[Line], depth: int) -> None:
        """A comment, a target, a note or a directive."""
        inner = _dedented(block)
        if depth >= _DEEPEST:
            self.builder.lines([(number, what), *inner])
        elif note := _NOTE.fullmatch(what):
            self.read([(number, note[1] or ""), *inner], depth + 1)
        elif directive := _DIRECTIVE.fullmatch(what):
            kind, told = directive[1].lower(), directive[2] or ""
            if kind in _UNREAD or what.startswith("|"):
                return
            options = next(
                (n for n, (_, text) in enumerate(inner) if not _FIELD.fullmatch(text)), len(inner)
            )
            if kind in _AS_IT_IS:
                self.builder.lines([(number, told * (kind == "math")), *inner[options:]])
            elif kind in ("csv-table", "list-table"):
                self._listed(kind, number, told, inner[:options], inner[options:])
            else:
                told = f"{_SINCE[kind]} {told}:" if kind in _SINCE else told * (kind not in _PLACED)
                self.read([(number, told), *inner[options:]], depth + 1)

    def _listed(
        self, kind: str, number: int, title: str, options: Sequence[Line], block: Sequence[Line]
    ) -> None:
        """A table whose rows are lists, or lines of CSV."""
        self.builder.paragraph(_plain(title), line=number)
        rows: list[list[str]] = []
        places: list[int] = []
        if kind == "csv-table":
            heads = [_FIELD.fullmatch(text) for _, text in options]
            heading = [(number, one[2]) for one in heads if one and one[1] == "header" and one[2]]
            for place, text in [*heading, *block]:
                if text.strip():
                    rows += csv.reader([text], skipinitialspace=True)
                    places.append(place)
        else:
            for place, text in block:
                if text.startswith("* - "):
                    rows.append([text[4:]])
                    places.append(place)
                elif rows and text.startswith("  - "):
                    rows[-1].append(text[4:])
                elif rows and text.strip():
                    rows[-1][-1] += f" {text.strip()}"
        told = [[_plain(cell) for cell in row] for row in rows]
        self.builder.table(told, [""] * len(told), places)

    def _field(self, name: str, lines: Sequence[Line]) -> None:
        """``:Author: Anna``: of the page where it stands at its top, else a remark."""
        words = one_line(_plain(" ".join(text.strip() for _, text in lines)))
        key = name.lower()
        if key in ("author", "authors", "date", "language", "abstract") and words:
            self.fields.setdefault(
                {"authors": "author", "abstract": "description"}.get(key, key), words
            )
        if words and key not in ("orphan", "tocdepth", "nocomments", "nosearch"):
            self.builder.paragraph(f"{name}: {words}", line=lines[0][0])

    def _paragraph(self, lines: Sequence[Line], at: int, depth: int) -> int:
        """A paragraph or an item of a list; where to go on."""
        number, first = lines[at]
        bullet = _BULLET.match(first)
        if bullet and depth < _DEEPEST:
            end = _indented(lines, at + 1)
            self.mark = "" if first[0] in "-*+•" else bullet[0]
            self.read([(number, first[bullet.end() :]), *_dedented(lines[at + 1 : end])], depth + 1)
            return end
        end = at + 1
        while end < len(lines) and lines[end][1].strip() and lines[end][1][0] != " ":
            if _EXPLICIT.fullmatch(lines[end][1]):
                break
            end += 1
        paragraph = [(n, text.rstrip()) for n, text in lines[at:end]]
        literal = paragraph[-1][1].endswith("::")
        if literal:
            paragraph[-1] = paragraph[-1][0], paragraph[-1][1][:-1]
        mark, self.mark = self.mark, ""
        plain = _plain("\n".join(text for _, text in paragraph)).split("\n")
        plain[0] = mark + plain[0]
        numbers = [n for n, _ in paragraph]
        self.builder.lines(line for line in zip(numbers, plain, strict=True) if line[1] != ":")
        if not literal:
            return end
        code = _indented(lines, end)
        self.builder.lines(_dedented(lines[end:code]))
        return code

    def _table(self, lines: Sequence[Line]) -> None:
        """Rows between rules of dashes, or in columns under rules of equals signs."""
        rows: list[list[str]] = []
        places: list[int] = []
        lines = [(number, _by_column(text)) for number, text in lines]
        rule = lines[0][1]
        grid = rule.lstrip()[0] == "+"
        edges = [match.start() for match in re.finditer(r"\+" if grid else r"=+", rule)]
        fresh = True
        for place, (number, text) in enumerate(lines):
            if not text.strip(" =-+"):  # a rule, or a blank line between rows
                fresh = True
                continue
            under = lines[place + 1][1] if place + 1 < len(lines) else ""
            if grid or under.strip(" -") or not under.strip():
                cells = _cells(text, edges, grid)
            else:  # a rule that says which columns it is over
                runs = [match.start() for match in re.finditer("-+", under)]
                over = dict(zip(runs, _cells(text, runs, grid), strict=True))
                cells = [over.get(edge, "") for edge in edges]
            if fresh or (not grid and cells[0]):
                rows.append(cells)
                places.append(number)
            else:
                rows[-1] = [
                    f"{one} {more}".strip() for one, more in zip(rows[-1], cells, strict=True)
                ]
            fresh = False
        if rows:
            told = [[_plain(cell.replace(_FILLED, "")) for cell in row] for row in rows]
            self.builder.table(told, [""] * len(rows), places)


def _by_column(text: str) -> str:
    """A line in which each character stands at its column: wide ones take two."""
    if text.isascii():
        return text
    wide = (one + _FILLED if east_asian_width(one) in "WF" else one for one in text)
    return "".join(wide)


def _end_of_table(lines: Sequence[Line], at: int) -> int:
    """Behind the rule that closes a table of columns, else at the next blank line."""
    columns, rules = _COLUMNS.fullmatch(lines[at][1].strip()), 0
    for number in range(at, len(lines)):
        text = lines[number][1].strip()
        rules += bool(columns and _COLUMNS.fullmatch(text))
        behind = lines[number + 1][1].strip() if number + 1 < len(lines) else ""
        if rules > 1 and not behind and _COLUMNS.fullmatch(text):
            return number + 1
        if not behind and not columns:
            return number + 1
    return next((n for n in range(at, len(lines)) if not lines[n][1].strip()), len(lines))


def _cells(text: str, edges: Sequence[int], grid: bool) -> list[str]:
    """What stands in each column; of a cell over several, in the first of them."""
    cells: list[str] = []
    begin = 0
    for place, edge in enumerate(edges):
        if grid:
            cut = text[edge : edge + 1] in ("|", "+", "")
        else:
            cut = not text[edge - 1 : edge].strip() if edge else True
        if not place or cut:
            begin = edge
            cells.append("")
        else:
            cells.append("")
            continue
        later = (
            one for one in edges[place + 1 :]
            if (text[one : one + 1] in ("|", "+", "") if grid else not text[one - 1 : one].strip())
        )  # fmt: skip
        inner = text[begin : next(later, len(text) + 1)].strip("|+ " if grid else " ")
        cells[-1] = "" if re.fullmatch(r"[-=+ ]*", inner) and grid else inner
    return cells[:-1] if grid else cells


def _indented(lines: Sequence[Line], at: int) -> int:
    """Where the lines from ``at`` on are no longer indented; blank ones are, between others."""
    end = at
    for number in range(at, len(lines)):
        text = lines[number][1]
        if text.strip():
            if text[0] != " ":
                break
            end = number + 1
    return end


def _dedented(lines: Sequence[Line]) -> list[Line]:
    """Without the blanks that all of them begin with."""
    filled = [text for _, text in lines if text.strip()]
    margin = min((len(text) - len(text.lstrip(" ")) for text in filled), default=0)
    return [(number, text[margin:]) for number, text in lines]


def _plain(words: str) -> str:
    """Words without roles, references and emphasis, on as many lines as before; what is typed as it
    is stays."""
    if len(words) > _LONGEST:
        lines = words.split("\n")
        return words if len(lines) == 1 else "\n".join(map(_plain, lines))
    done, parts, before = 0, [], ""
    for code in _CODE.finditer(words):
        parts += [_without_marks(words[done : code.start()], before), before := code[1]]
        done = code.end()
    return "".join((*parts, _without_marks(words[done:], before)))


def _without_target(words: str) -> str:
    """``words <target>`` without the target, on as many lines as before."""
    kept = _TARGET.sub("", words)
    return kept + "\n" * (words.count("\n") - kept.count("\n"))


def _of_role(match: re.Match[str], before: str) -> str:
    words = _without_target(match[2]).lstrip("~!")
    if match[1] == "math":
        return words.replace("\\", r"\\")  # they are no escapes
    mark = _MARKS.get(match[1])
    if mark is None:
        return words
    after = match.string[match.end() : match.end() + 9]
    return script(before.removesuffix("\\ ").rstrip("*`|"), words, mark, after.removeprefix("\\ "))


def _without_marks(words: str, before: str) -> str:
    told, done = before[-1:], 0
    kept = len(told)
    for match in _ROLE.finditer(words):
        told += words[done : match.start()]
        told += _of_role(match, told)
        done = match.end()
    words = told[kept:] + words[done:]
    words = _REFERENCE.sub(lambda match: _without_target(match[1]), words)
    words = _EMPHASIS.sub(r"\2", words)
    words = _NAMED.sub(r"\1", _NOTE_MARK.sub("", words))
    return _ESCAPED.sub(lambda match: match[1].strip(" "), words)
