"""Offsets and lines of a text, and texts made safe to show.

Everything here is a pure function of a string. Offsets are code points. Line numbers are
those of an editor: lines end at LF, CRLF or CR and nowhere else (``str.splitlines`` also
splits at form feed, U+0085, U+2028 and others, which editors do not count).
"""

from __future__ import annotations

import re
import unicodedata
from bisect import bisect_right

from qa.types import Span

LINE_BREAK = re.compile(r"\r\n|\n|\r")
_LETTER = re.compile(r"(?!(?<=\d)[eE][-+]?\d)[^\W\d_]")
_HEADED = re.compile(r"(?:^|; )[^:;\n]{1,60}: ")
_BIDI = "\u061c\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069"
_ADDRESS = re.compile(rf"""https?://[^\s<>"{{}}|\\^`\x00-\x1f\x7f-\x9f{_BIDI}]+""", re.IGNORECASE)
_LONGEST_ADDRESS = 2_000
_NOT_PRINTABLE = re.compile(f"[\x00-\x08\x0b-\x1f\x7f-\x9f\u2028\u2029\ufeff{_BIDI}\ud800-\udfff]")
_OPENERS = (
    "a an the of in on at by for to from with and or but if as than is are was were be been "
    "being do does did has have had can could would should will shall may might must what "
    "which who whom whose when where why how that this these those it its they them their "
    "there here i you he she we me my your our us his her him not no nor so such also ever "
    "any some about tell say give please name list describe explain according apart"
)
STOP_WORDS = frozenset(_OPENERS.split())
"""Words of a question that say nothing about its subject."""
MONTHS = "january|february|march|april|may|june|july|august|september|october|november|december"
NUMBERS = "one|two|three|four|five|six|seven|eight|nine|ten|eleven|twelve"
ORDINALS = "first|second|third|fourth|fifth|sixth|seventh|eighth|ninth|tenth"
WEEKDAYS = "(?:mon|tues|wednes|thurs|fri|satur|sun)day"
"""For regular expressions, in small letters."""
YEAR = r"(?:1[5-9]|20|21)\d\d"
"""For regular expressions."""


def subject_words(text: str) -> list[str]:
    """The words of a question that say what it is about."""
    return [word for word in re.findall(r"[\w'’-]+", text) if word.lower() not in STOP_WORDS]


class LineIndex:
    """Answers which line an offset stands on, in O(log lines)."""

    def __init__(self, text: str) -> None:
        self.starts = [0, *(match.end() for match in LINE_BREAK.finditer(text))]
        self._length = len(text)

    def line_of(self, offset: int) -> int:
        """The 1-based line of ``offset``."""
        return bisect_right(self.starts, offset)

    def lines_of(self, span: Span) -> tuple[int, int]:
        """First and last line (1-based, inclusive) of the characters of ``span``."""
        return self.line_of(span.start), self.line_of(max(span.start, span.end - 1))

    def span_of(self, line: int) -> Span:
        """The characters of a 1-based line, its line break included."""
        end = self.starts[line] if line < len(self.starts) else self._length
        return Span(self.starts[line - 1], end)

    def __len__(self) -> int:
        return len(self.starts)


def trim(text: str, start: int, end: int) -> Span:
    """``start..end`` without white space at either end."""
    while start < end and text[start].isspace():
        start += 1
    while end > start and text[end - 1].isspace():
        end -= 1
    return Span(start, end)


def has_words(text: str) -> bool:
    """Whether ``text`` holds any letter but the "e" of a number: a row of numbers says nothing
    by itself."""
    return _LETTER.search(text) is not None


def asks(text: str) -> bool:
    """Whether ``text`` is a question, whatever marks stand around it."""
    return text.rstrip("*_\"'”’) ").endswith("?")


def is_row(text: str) -> bool:
    """Whether ``text`` is a row of a table: cells parted by ``|``, or each with its column's name
    (``Lot: C; Grams: 40``)."""
    heads = len(_HEADED.findall(text))
    return "|" in text[:1] or " | " in text or heads > (2 if text.endswith(".") else 1)


def has_rows(text: str) -> bool:
    """Whether some of the lines of ``text`` may be rows of a table, as `is_row` tells of one."""
    return "|" in text or len(_HEADED.findall(text)) > 1


def printable(text: str) -> str:
    """``text`` made safe to show: control characters, line separators and bidirectional
    overrides become U+FFFD, tabs and line feeds stay."""
    return _NOT_PRINTABLE.sub("\ufffd", text.replace("\r\n", "\n").replace("\r", "\n"))


def escaped(json_text: str) -> str:
    """JSON whose strings hold no control character or bidirectional override as such."""
    return _NOT_PRINTABLE.sub(lambda match: f"\\u{ord(match[0]):04x}", json_text)


def one_line(text: str) -> str:
    """``text`` safe to show on a single line: white space runs become one space."""
    return " ".join(printable(text).split())


def whole(text: str, otherwise: int = 0) -> int:
    """A whole number that a file says, of at most nine digits; ``otherwise`` where it is none."""
    return int(text) if text.isdecimal() and len(text) < 10 else otherwise


def web_address(text: str) -> str:
    """``text`` if it is an address of the web (http or https), else nothing."""
    text = text.strip()
    return text if len(text) <= _LONGEST_ADDRESS and _ADDRESS.fullmatch(text) else ""


def words_of_path(path: str) -> str:
    """The name of a file with its words and numbers apart; a date in it stays one."""
    return re.sub(r"(?<=[^\W\d_])[-.](?=\d)|(?<=\d)-(?=[^\W\d_])|_", " ", path)


def shorten(text: str, width: int) -> str:
    """One line of at most ``width`` characters, cut at a word where one is near."""
    line = one_line(text)
    if len(line) <= width:
        return line
    cut = line[: max(1, width - 1)]
    head, _, _ = cut.rpartition(" ")
    return (head if len(head) > width // 2 else cut) + "…"


def normalized(text: str) -> str:
    """Words of ``text`` in a form in which the same statement compares equal:
    compatibility-normalized (Unicode NFKC), case-folded, punctuation and spacing dropped."""
    return " ".join(re.findall(r"\w+", unicodedata.normalize("NFKC", text).casefold()))
