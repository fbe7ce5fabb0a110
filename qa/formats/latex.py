"""LaTeX: the words that would be printed, each with its line of the source.

What stands before ``\\begin{document}`` is left out but for title, author and date; of commands
that are not known the arguments in braces are words. Formulas stay as they are written, with
the commonest signs as such.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator

from qa.formats.building import TextBuilder
from qa.formats.decode import decode
from qa.formats.extracted import Extracted
from qa.formats.formulas import script
from qa.formats.latex_commands import (
    ACCENTS,
    DROPPED,
    FORMULAS,
    LETTERS,
    LOOKS,
    MARKS,
    NOT_PRINTED,
    PRINTED_AS_IT_IS,
    QUANTITIES,
    SCRIPTS,
    SECTIONS,
    SIGNS,
    TABLES,
    TAKES,
    UNITS,
    WIDE,
    greek,
)
from qa.text import LineIndex, one_line, whole

_TOKEN = re.compile(
    r"(?P<comment>%[^\n]*)"
    r"|\\(?:url|path|nolinkurl)\s*\{(?P<address>[^{}\s]*)\}"
    r"|\\(?:verb\*?|lstinline)(?P<fence>[^a-zA-Z\s*\[{])(?P<typed>[^\n]{0,300}?)(?P=fence)"
    r"|(?P<formula>\$\$?|\\[()\[\]])"
    r"|\\(?P<edge>begin|end)\s*\{(?P<name>[^{}\n]*)\}"
    r"|\\(?P<accent>['`^\"~=.](?=\s*(?:\{?\\?[a-zA-Z]))|[uvHcdbkr](?=\s*\{|\s+[a-zA-Z]))"
    r"\s*(?:\{\\?(?P<letter>[a-zA-Z]?)\s*\}|\\?(?P<bare>[a-zA-Z]))"
    r"|\\(?P<command>[a-zA-Z@]+(?![a-zA-Z@]))\*?(?:[ \t]*\n(?![ \t]*\n))?[ \t]*"
    r"|\\(?P<sign>.|\n)"
    r"|(?P<blank>\n[ \t]*\n\s*)"
    r"|(?P<break>\n)"
    r"|(?P<mark>---?|``|''|~|[{}&])"
    r"|(?P<words>[^\\%\n{}&$~`'-]+|.)",
    re.DOTALL,
)
_BRACE = re.compile(
    r"\\(?:href|url|path|nolinkurl)\s*(?P<address>\{[^{}\s]*\})|\\.|%[^\n]*|[{}]", re.DOTALL
)
_GAP = re.compile(r"[ \t]*\n?[ \t]*")
_GAP_BELOW = re.compile(r"\*?\[-?[\d.][^\]\n]{0,20}\]")
_OPTION = re.compile(r"\[[^\]\[]{0,400}\]|\([lr.]{1,3}\)")
_NAME = re.compile(r"\\[a-zA-Z@]+")
_MEANT = re.compile(
    r"\\(?:newcommand|renewcommand|providecommand|def)\s*\{?\\([a-zA-Z]+)\}?\s*\{([^{}#\\]{1,200})\}"
)
"""A command of one's own that stands for words."""
_SHORT_FRACTION = re.compile(r"\s*([\da-zA-Z])\s*([\da-zA-Z])?(?=(\w)?)")
_BARE = re.compile(r"\s*(\w)")
_MOST_COLUMNS = 64
_LABEL = re.compile(r"[ \t]*\n?[ \t]*\[([^\]\[\n]{0,400})\]")
"""What stands in brackets behind a command."""
_DEEPEST = 3
"""Footnotes in footnotes, or in headings."""


def extract(data: bytes, name: str) -> Extracted:
    """The text of a LaTeX file.

    Raises:
        DocumentError: the bytes are not text, or nothing in them would be printed.
    """
    text = re.sub(r"\r\n?", "\n", decode(data))
    source = _Source(text)
    begin = re.search(r"^[^%\n]*\\begin\s*\{document\}", text, re.MULTILINE)
    end = text.rfind(r"\end{document}")
    builder = TextBuilder()
    fields = {key: _field(source, key) for key in ("title", "author", "date")}
    title = fields.pop("title")
    if begin and title:
        builder.heading(title, 1, line=source.index.line_of(max(0, text.find(r"\title"))))
    reader = _Reader(source, end if end > 0 else len(text), builder)
    reader.read(begin.end() if begin else 0)
    return builder.extracted(name, "latex", title, fields)


def _field(source: _Source, name: str) -> str:
    """What a command of the preamble was given, as words."""
    found = re.search(rf"^[^%\n]*\\{name}\s*(?:\[[^\]\n]*\])?\s*(?=\{{)", source.text, re.MULTILINE)
    if not found:
        return ""
    return _words(re.sub(r"\s*\\and\b", ",", source.braced(found.end())[1]))


def _words(source: str, depth: int = 0) -> str:
    """A piece of LaTeX as words on one line."""
    if depth > _DEEPEST:
        return one_line(source)
    builder = TextBuilder()
    _Reader(_Source(source), len(source), builder, depth).read(0)
    return one_line(builder.text)


class _Source:
    """A text, the lines of its characters, and where its braces end."""

    def __init__(self, text: str) -> None:
        self.text = text
        self.index = LineIndex(text)
        self.closing: dict[int, int] = {}
        self.meant = dict(_MEANT.findall(text))
        opened: list[int] = []
        for match in _BRACE.finditer(text):
            if match["address"]:
                self.closing[match.start("address")] = match.end() - 1
            elif match[0] == "{":
                opened.append(match.start())
            elif match[0] == "}" and opened:
                self.closing[opened.pop()] = match.start()

    def braced(self, at: int) -> tuple[int, str]:
        """Where the braces that begin at ``at`` end, and what stands in them; ``at`` and nothing
        where none do, or where they do not end."""
        end = self.closing.get(at)
        return (at, "") if end is None else (end + 1, self.text[at + 1 : end])


class _Reader:
    """Goes through a source once, and tells a builder what would be printed."""

    def __init__(self, source: _Source, end: int, builder: TextBuilder, depth: int = 0) -> None:
        self.text, self.end, self.builder = source.text, end, builder
        self.source, self.depth = source, depth
        self.untitled = int(builder.empty)
        """How many levels the headings are higher than under a title."""
        self.parts: list[tuple[int, str]] = []
        """Of the paragraph, with their lines."""
        self.rows: list[tuple[int, list[str]]] | None = None
        """Of the table, with their lines."""
        self.spanned = 0
        """Columns behind its own that the cell is over."""
        self.formula = False
        """Whether a formula is being read: of those, commands that are not known are kept."""
        self.typed_until = 0
        """Up to where dashes and quotation marks are what was typed."""
        self.printed: dict[int, str] = {}
        """What is printed in the place of a brace, by where it stands."""
        self.skipped: dict[int, int] = {}
        """Where what is not printed begins, and where to go on behind it."""
        self.later: list[tuple[int, int]] = []
        """Footnotes of the paragraph: where they begin and end."""

    def read(self, at: int) -> None:
        """All from ``at`` on."""
        begun = at
        while at < self.end and (match := _TOKEN.match(self.text, at, self.end)):
            if at in self.skipped:
                at = self.skipped.pop(at)
                continue
            begun, at = at, match.end()
            kind = match.lastgroup or ""
            if kind == "name":
                at = self._edge(match["edge"], match["name"], at)
            elif kind in ("letter", "bare"):
                accent = ACCENTS[match["accent"]]
                letter = match["letter"] if match["bare"] is None else match["bare"]
                self._add(begun, unicodedata.normalize("NFC", letter + accent))
            elif kind == "command":
                at = self._command(match["command"], begun, at)
            elif kind == "sign":
                sign = match["sign"]
                if sign == "\\":
                    gap = _GAP_BELOW.match(self.text, at)
                    at = gap.end() if gap else at
                if sign == "\\" and self.rows is not None:
                    self._row(begun)
                else:
                    self._add(begun, LETTERS.get(sign, sign))
            elif kind in ("typed", "address"):
                self._add(begun, match[kind])
            elif kind == "formula":
                self.formula = not self.formula
            elif kind == "blank":
                self._flush()
            elif kind == "mark":
                if match[0] == "&" and self.rows is not None:
                    self.rows[-1][1].extend([""] * (1 + self.spanned))
                    self.spanned = 0
                elif match[0] in "{}":
                    self._brace(match[0], begun)
                else:
                    typed = begun < self.typed_until
                    self._add(begun, match[0] if typed else MARKS.get(match[0], match[0]))
            elif kind in ("words", "break"):
                self._add(begun, match[0] if kind == "words" else " ")
        self._end_table()
        self._flush()

    def _brace(self, brace: str, at: int) -> None:
        """What is printed for a brace: of a power or a fraction, that it belongs together."""
        close = self.source.closing.get(at)
        if brace == "{" and self.formula and close and self.text[at - 1] in "^_":
            self._keep_together(at, close)
        if at in self.printed:
            self._add(at, self.printed[at])

    def _keep_together(self, begin: int, close: int, behind: str = "") -> None:
        short = close - begin <= 2 or self.text[begin + 1 : close].strip().isalnum()
        self.printed[begin] = "" if short else "("
        self.printed[close] = ("" if short else ")") + behind

    def _add(self, at: int, words: str) -> None:
        if self.rows is not None:
            cells = self.rows[-1][1]
            if words.strip() and not any(cell.strip() for cell in cells):
                self.rows[-1] = self.source.index.line_of(at), cells
            cells[-1] += words
        else:
            self.parts.append((self.source.index.line_of(at), words))

    def _flush(self) -> None:
        """End the paragraph; its footnotes follow it."""
        if self.rows is not None:
            return
        self.formula = False
        parts, self.parts = self.parts, []
        later, self.later = self.later, []
        self.builder.lines(_by_line(parts))
        for begin, end in later:
            _Reader(self.source, end, self.builder, self.depth + 1).read(begin)

    def _row(self, at: int) -> None:
        assert self.rows is not None
        self.spanned = 0
        self.rows.append((self.source.index.line_of(at), [""]))

    def _end_table(self) -> None:
        rows, self.rows = self.rows or [], None
        kept = [(line, cells) for line, cells in rows if any(cell.strip() for cell in cells)]
        if kept:
            cells = [cells for _, cells in kept]
            self.builder.table(cells, [""] * len(kept), [line for line, _ in kept])

    def _edge(self, edge: str, name: str, at: int) -> int:
        """The begin or the end of an environment; where to go on."""
        starred, name = name.endswith("*"), name.rstrip("*")
        if name in NOT_PRINTED + PRINTED_AS_IT_IS and edge == "begin":
            end = self.text.find(f"\\end{{{name}", at, self.end)
            end = self.end if end < 0 else end
            self._flush()
            if name in PRINTED_AS_IT_IS:
                line = self.source.index.line_of(at)
                first, *others = self.text[at:end].split("\n")
                first = "" if first.lstrip()[:1] in ("[", "{") else first
                self.builder.lines(enumerate([first, *others], start=line))
            close = self.text.find("}", end, self.end)
            return close + 1 if close >= 0 else self.end
        if name in TABLES:
            if edge == "begin" and self.rows is None:
                self._flush()
                self.rows = [(self.source.index.line_of(at), [""])]
                return self._arguments(at, 2 if name in WIDE or starred else 1)
            if edge == "end":
                self._end_table()
        elif name in FORMULAS:
            self.formula = edge == "begin"
        elif self.rows is None and not self.formula:
            self._flush()
        if edge == "begin" and name in TAKES:
            return self._arguments(at, TAKES[name])
        return at

    def _command(self, name: str, begun: int, at: int) -> int:
        """A command; where to go on."""
        if name in SECTIONS:
            at = self._arguments(at, 0)
            end, inner = self.source.braced(at)
            self._flush()
            words = _words(inner, self.depth + 1)
            level = max(1, SECTIONS[name] - self.untitled)
            self.builder.heading(words, level, line=self.source.index.line_of(begun))
            return end
        if name == "multicolumn" and self.rows:
            columns = self.source.braced(self._arguments(at, 0))[1]
            self.spanned = min(whole(columns, 1), _MOST_COLUMNS) - 1
        if name in DROPPED:
            at = self._arguments(at, abs(DROPPED[name]))
            if self.parts and self.text[at : at + 1] in (*".,;:)",):  # "in Figure~\\ref{f}."
                self.parts[-1] = self.parts[-1][0], self.parts[-1][1].rstrip()
        elif name == "footnote":
            at = self._arguments(at, 0)
            end, inner = self.source.braced(at)
            if inner and self.depth < _DEEPEST:
                self.later.append((at + 1, min(end, self.end)))
                return end
        elif name in ("item", "par", "caption", "newline", "bibitem"):
            if name == "newline":
                self._add(begun, " ")
                return at
            self._flush()
            label = _LABEL.match(self.text, at, self.end)
            if name == "item" and label:
                self._add(begun, _words(label[1], self.depth + 1) + " ")
            at = label.end() if label else at
            at = self._arguments(at, 1) if name == "bibitem" else at
        elif name in ("frac", "dfrac", "tfrac"):
            close = self.source.closing.get(at)
            if self.text[max(0, begun - 2) : begun].rstrip("$")[-1:].isdigit():  # five and a half
                self._add(begun, " ")
            if close:
                self._keep_together(at, close, "/")
                below = self.source.closing.get(close + 1)
                if below:
                    self._keep_together(close + 1, below)
            elif short := _SHORT_FRACTION.match(self.text, at, self.end):
                self._add(begun, f"{short[1]}/{short[2] or ''}{' ' * bool(short[2] and short[3])}")
                below = None if short[2] else self.source.closing.get(short.end())
                if below:
                    self._keep_together(short.end(), below)
                return short.end()
        elif name in QUANTITIES:
            return self._quantity(name, begun, at)
        elif name in SCRIPTS and not self.formula:
            end, inner = self._argument(at)
            done = self.rows[-1][1] if self.rows else [words for _, words in self.parts[-1:]]
            words, after = _words(inner, self.depth + 1), self.text[end : end + 1]
            told = script(done[-1] if done else "", words, SCRIPTS[name], after)
            self._add(begun, told)
            return end
        elif name == "texorpdfstring":  # the second is for lists of bookmarks
            second = self.source.closing.get(at, at - 1) + 1
            if close := self.source.closing.get(second):
                self.skipped[second] = close + 1
        elif name == "texttt":
            self.typed_until = self.source.closing.get(at, 0)
        elif name in ("hspace", "linebreak", "pagebreak", "hfill"):
            self._add(begun, " ")
            return self._arguments(at, int(name == "hspace"))
        elif name in self.source.meant and self.depth < _DEEPEST:
            self._add(begun, _words(self.source.meant[name], self.depth + 1))
        elif name in SIGNS:
            self._add(begun, SIGNS[name])
        elif letter := greek(name):
            self._add(begun, letter)
        elif self.formula:
            self._add(begun, "" if name in LOOKS else f"\\{name} ")
        else:
            at = self._arguments(at, 0)
        return at

    def _quantity(self, name: str, begun: int, at: int) -> int:
        at = self._arguments(at, 0)
        parts = []
        for _ in range(QUANTITIES[name] + 1):
            at, inner = self.source.braced(at)
            parts.append(inner)
        unit = re.sub(r"\\([a-zA-Z]+)\s*", lambda one: UNITS.get(one[1], one[1]), parts.pop())
        self._add(begun, "–".join(parts) + (" " if parts else "") + unit.replace("~", " "))
        return at

    def _argument(self, at: int) -> tuple[int, str]:
        """What stands in braces, or the one letter or digit that stands there without."""
        bare = _BARE.match(self.text, at, self.end)
        return (bare.end(), bare[1]) if bare else self.source.braced(at)

    def _arguments(self, at: int, count: int) -> int:
        """Behind the options that stand directly behind a command, and as many arguments."""
        while (option := _OPTION.match(self.text, at, self.end)) and not self.text[
            at - 1
        ].isspace():
            at = option.end()
        for _ in range(count):
            here = _GAP.match(self.text, at)
            begin = here.end() if here else at
            name = _NAME.match(self.text, begin, self.end)  # \\setlength\\parindent{0pt}
            end = name.end() if name else self.source.braced(begin)[0]
            if end == begin:
                return at
            at = end
            while option := _OPTION.match(self.text, at, self.end) if count > 1 else None:
                at = option.end()
        return at


def _by_line(parts: list[tuple[int, str]]) -> Iterator[tuple[int, str]]:
    """Words that stand on the same line, together."""
    line, words = 0, ""
    for number, more in parts:
        if number != line and words:
            yield line, words
            words = ""
        line, words = number, words + more
    yield line, words
