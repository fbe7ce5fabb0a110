"""Rich Text Format: paragraphs, headings, rows of tables and notes.

Reads the tokens itself (Microsoft, "Rich Text Format Specification", 1.9.1): the libraries that
turn RTF into text take rows apart and leave out notes and headings.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field, replace

from qa.errors import DocumentError
from qa.formats.building import TextBuilder
from qa.formats.extracted import Extracted
from qa.formats.formulas import LOWERED, RAISED, on_one_line

_TOKEN = re.compile(
    rb"\\([a-zA-Z]{1,32})(-?\d{1,10})? ?|\\'([0-9a-fA-F]{2})|\\([^a-zA-Z])|([{}])|([\r\n]+)"
    rb"|([^\\{}\r\n]+)"
)
_SILENT = frozenset(
    b"colortbl stylesheet pict object themedata colorschememapping datastore generator "
    b"listtable listoverridetable rsidtbl xmlnstbl mmathPr latentstyles filetbl revtbl private "
    b"header headerl headerr headerf footer footerl footerr footerf pntext listtext fldinst "
    b"shpinst shprslt nonshppict annotation atnid atnauthor bkmkstart bkmkend "
    b"xe tc txe rxe ftnsep ftnsepc aftnsep aftnsepc docvar userprops falt panose".split()
)
"""Destinations whose words are not the document's."""
_INFO = {b"title": "title", b"author": "author", b"subject": "description", b"keywords": "keywords"}
_SIGNS = {
    b"emdash": "—", b"endash": "–", b"lquote": "‘", b"rquote": "’", b"ldblquote": "“",
    b"rdblquote": "”", b"bullet": "•", b"emspace": " ", b"enspace": " ", b"tab": " ",
    b"line": "\n",
}  # fmt: skip
_SYMBOLS = {b"~": " ", b"_": "-", b"\\": "\\", b"{": "{", b"}": "}", b"-": ""}
_SCRIPTS = {b"super": RAISED, b"sub": LOWERED, b"nosupersub": "", b"plain": "", b"up": RAISED,
            b"dn": LOWERED}  # fmt: skip
_PARAGRAPH_ENDS = frozenset([b"par", b"page", b"sect", b"column"])
_MOST_DEEP = 1000
_STYLE, _HEADING = re.compile(rb"\\s(\d{1,5})\b"), re.compile(rb"[Hh]eading ([1-9])\b")
_HEAD_OF_STYLE = 300
_CHARSETS = {
    77: "mac_roman", 128: "cp932", 129: "cp949", 130: "johab", 134: "gbk", 136: "big5",
    161: "cp1253", 162: "cp1254", 163: "cp1258", 177: "cp1255", 178: "cp1256", 186: "cp1257",
    204: "cp1251", 222: "cp874", 238: "cp1250", 255: "cp437",
}  # fmt: skip
"""Numbers of ``\\fcharset`` and the code pages that they stand for."""


@dataclass(slots=True)
class _Group:
    """What holds until its brace is closed."""

    silent: bool = False
    info: bytes = b""
    note: bool = False
    fonts: bool = False
    """In the table of fonts, which says in which code page a font's letters are."""
    encoding: str = ""
    """Of the font; empty for the document's."""
    script: str = ""
    """`RAISED`, `LOWERED` or neither."""
    fallback: int = 1
    """Characters after each Unicode character, for programs that know none (``\\uc``)."""


@dataclass(slots=True)
class _Flow:
    """The paragraph, and the row, that is being read: the text has one, each note another."""

    words: list[tuple[str, str]] = field(default_factory=list)
    """Each with `_Group.script`."""
    cells: list[str] = field(default_factory=list)
    level: int | None = None
    listed: bool = False
    in_table: bool = False


def extract(data: bytes, name: str) -> Extracted:
    """The text of an RTF file.

    Raises:
        DocumentError: it is none, or has no words.
    """
    if not data.lstrip().startswith(b"{\\rtf"):
        raise DocumentError("not Rich Text Format, though its name says so")
    reader = _Reader(_levels(data))
    reader.read(data)
    title = reader.metadata.pop("title", "")
    return reader.builder.extracted(name, "rtf", title, reader.metadata)


def _levels(data: bytes) -> dict[int, int]:
    """Numbers of the styles that are headings, with their level."""
    begin = data.find(b"{\\stylesheet")
    if begin < 0:
        return {}
    levels = {}
    for style in data[begin : begin + (1 << 18)].split(b"}"):
        number = _STYLE.search(style[:_HEAD_OF_STYLE])
        level = _HEADING.search(style[-_HEAD_OF_STYLE:])
        if number and level:
            levels[int(number[1])] = int(level[1])
    return levels


class _Reader:
    def __init__(self, levels: dict[int, int]) -> None:
        self.builder = TextBuilder()
        self.metadata: dict[str, str] = {}
        self._levels = levels
        self._encoding = "cp1252"
        self._groups = [_Group()]
        self._flows = [_Flow()]
        self._notes: list[str] = []
        self._rows: list[list[str]] = []
        self._number = 0
        self._skip = 0
        self._bytes = bytearray()
        """Of letters that may be two bytes long."""
        self._font = 0
        self._fonts: dict[int, str] = {}

    def read(self, data: bytes) -> None:
        """All tokens in order."""
        at = 0
        while at < len(data):
            token = _TOKEN.match(data, at)
            if token is None:  # a backslash at the very end
                break
            at = token.end()
            word, number, code, symbol, brace, _, text = token.groups()
            if word or symbol or brace:
                self._decode()
            if brace:
                self._skip = 0
            if word == b"bin" and number:
                at += max(0, int(number))
            elif word:
                self._control(word, int(number) if number else None)
            elif code:
                self._letters(bytes.fromhex(code.decode()))
            elif symbol:
                self._symbol(symbol)
            elif brace == b"{":
                if len(self._groups) > _MOST_DEEP:
                    raise DocumentError("damaged: its groups never end")
                self._groups.append(replace(self._groups[-1], note=False))  # the rest goes on
            elif brace == b"}":
                self._close()
            elif text:
                self._letters(text)
        self._decode()
        while len(self._flows) > 1:  # notes that nothing closes
            self._notes.append(on_one_line(self._flows.pop().words))
        if self._flows[0].cells:
            self._rows.append(self._flows[0].cells)
        self._end_paragraph()
        self._end_table()

    def _close(self) -> None:
        group = self._groups.pop() if len(self._groups) > 1 else _Group()
        if group.note and len(self._flows) > 1:
            flow = self._flows.pop()
            self._notes.append(on_one_line(flow.words))

    def _control(self, word: bytes, number: int | None) -> None:
        group, flow = self._groups[-1], self._flows[-1]
        if word in _SCRIPTS:
            group.script = "" if number == 0 else _SCRIPTS[word]
        if word in _SILENT:
            group.silent = True
        elif word in _INFO and group.info:
            group.info, group.silent = word, False
            self.metadata[_INFO[word]] = ""  # some programs write it twice
        elif word == b"info":
            group.info, group.silent = word, True
        elif word in (b"footnote", b"shptxt"):
            above = self._groups[-2] if len(self._groups) > 1 else group
            group.note, group.silent = True, word == b"footnote" and above.silent
            self._flows.append(_Flow())
        elif word == b"fonttbl":
            group.fonts = group.silent = True
        elif word == b"f" and number is not None:
            self._font, group.encoding = number, self._fonts.get(number, "")
        elif word == b"fcharset" and number is not None and group.fonts:
            self._fonts[self._font] = _known(_CHARSETS.get(number, ""), "")
        elif word == b"plain":
            group.encoding = ""
        elif word == b"ansicpg" and number:
            self._encoding = _known(f"cp{number}", "cp1252")
        elif word == b"uc" and number is not None:
            group.fallback = number
        elif word == b"u" and number is not None:
            self._say(chr(number % 65536))
            self._skip = group.fallback
        elif word in (b"yr", b"mo", b"dy") and group.info and number:
            self._date(word, number)
        elif group.silent or group.info:
            return
        elif word in _SIGNS:
            self._say(_SIGNS[word])
        elif word in _PARAGRAPH_ENDS:
            if len(self._flows) > 1 or flow.in_table:
                flow.words.append((" ", ""))
            else:
                self._end_paragraph()
        elif word in (b"cell", b"nestcell"):
            flow.cells.append(on_one_line(flow.words))
            flow.words.clear()
        elif word in (b"row", b"nestrow"):
            self._rows.append(flow.cells)
            flow.cells = []
        elif word == b"pard":
            flow.level, flow.listed, flow.in_table = None, False, False
        elif word == b"intbl":
            flow.in_table = True
        elif word == b"s" and number is not None:
            flow.level = self._levels.get(number)
        elif word == b"outlinelevel" and number is not None and 0 <= number < 9:
            flow.level = number + 1
        elif word in (b"ls", b"pnlvlblt"):
            flow.listed = True

    def _date(self, word: bytes, number: int) -> None:
        before = self.metadata.get("date", "")
        if word == b"yr" or before.count("-") in (0, 1):
            self.metadata["date"] = f"{number:04}" if word == b"yr" else f"{before}-{number:02}"

    def _symbol(self, symbol: bytes) -> None:
        if symbol == b"*":
            self._groups[-1].silent = True
        elif symbol in (b"\n", b"\r"):
            self._control(b"par", None)
        elif symbol in _SYMBOLS:
            self._say(_SYMBOLS[symbol])

    def _letters(self, some: bytes) -> None:
        skipped = min(self._skip, len(some))
        self._skip -= skipped
        self._bytes += some[skipped:]

    def _decode(self) -> None:
        if self._bytes:
            encoding = self._groups[-1].encoding or self._encoding
            words = self._bytes.decode(encoding, "replace")
            self._bytes.clear()
            self._say(words)

    def _say(self, words: str) -> None:
        group = self._groups[-1]
        if group.info and not group.silent:
            key = _INFO[group.info]
            self.metadata[key] = self.metadata.get(key, "") + words
        elif not group.silent and not group.info:
            self._flows[-1].words.append((words, group.script))

    def _end_paragraph(self) -> None:
        flow = self._flows[0]
        words = _whole(on_one_line(flow.words))
        flow.words.clear()
        if words.strip():
            self._end_table()
            if flow.level is not None and len(words) < 300:
                self.builder.heading(words, flow.level, self._place())
            else:
                self.builder.paragraph(f"• {words}" if flow.listed else words, self._place())
        notes, self._notes = self._notes, []
        for note in notes:
            self.builder.paragraph(_whole(note), self._place())

    def _end_table(self) -> None:
        rows, self._rows = self._rows, []
        if rows:
            told = [[_whole(cell) for cell in row] for row in rows]
            self.builder.table(told, [self._place() for _ in rows])

    def _place(self) -> str:
        self._number += 1
        return f"paragraph {self._number}"


def _known(encoding: str, otherwise: str) -> str:
    try:
        "".encode(encoding)
    except LookupError:
        return otherwise
    return encoding


def _whole(words: str) -> str:
    """Letters beyond the first 65,536 are written as two halves."""
    return words.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "replace")
