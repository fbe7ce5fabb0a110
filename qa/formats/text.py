"""Plain text and text with light marks: the text is the file, word for word."""

from __future__ import annotations

import re
from collections.abc import Iterator

from qa.formats.decode import decode
from qa.formats.extracted import Extracted, checkpoint, looks_like_title, title_from_name
from qa.text import LineIndex, one_line
from qa.types import Heading, Span

_UNDERLINE = re.compile(r"([=\-~^\"'#*+`:.])\1{2,}[ \t]*")
_UNDERLINE_LEVELS = "=-~^\"'#*+`:."
_FRAMED = re.compile(r"([*=~#-])\1+[ \t]+(\S.*?)[ \t]+\1{2,}[ \t]*")
_SHOUTED = re.compile(
    r"(?:\A|\n[ \t]*\n)(?=[^\n]*[A-Z]{4})(?:\d{1,2}[.)][ \t]+)?"
    r"[A-Z][A-Z ,&'’()/-]{3,58}[A-Z)](?=\n|\Z)"
)
_ASCIIDOC = re.compile(r"(={1,6})[ \t]+(\S.*)")


def extract(data: bytes, name: str) -> Extracted:
    """The text of a plain text file.

    Raises:
        DocumentError: the bytes are not text.
    """
    text = decode(data)
    index = LineIndex(text)
    headings = tuple(_headings(text, index, name))
    return Extracted(
        text=text,
        title=_title(text, index, headings, name) or title_from_name(name),
        format="text",
        headings=headings,
    )


def _title(text: str, index: LineIndex, headings: tuple[Heading, ...], name: str) -> str:
    """The first line with words, where it stands apart as a title does; none of source code."""
    from qa.formats import SOURCE_CODE  # which names this module

    if name.lower().endswith(SOURCE_CODE):
        return ""
    start = re.match(r"\s*", text)
    assert start is not None
    if headings and headings[0].span.start <= start.end():
        return headings[0].text
    number = index.line_of(start.end())
    line = index.span_of(number).of(text).strip()
    alone = number == len(index) or not index.span_of(number + 1).of(text).strip()
    return one_line(line) if alone and looks_like_title(line) else ""


def _headings(text: str, index: LineIndex, name: str) -> Iterator[Heading]:
    """Underlined and framed lines in any text, lines in capitals where there are several, and
    marked lines of AsciiDoc."""
    marked = name.lower().endswith(".adoc")
    plain = name.lower().endswith(".txt")
    shouted = plain and len(_SHOUTED.findall(text.replace("\r\n", "\n"))) > 1
    before = ""
    for number in range(1, len(index) + 1):
        checkpoint()
        span = index.span_of(number)
        line = span.of(text).rstrip("\r\n")
        end = span.start + len(line)
        if marked and (match := _ASCIIDOC.match(line)):
            yield Heading(Span(span.start, end), len(match[1]), one_line(match[2]))
        elif plain and (match := _FRAMED.fullmatch(line)) and looks_like_title(match[2]):
            yield Heading(Span(span.start, end), 1, one_line(match[2]))
        elif shouted and not before.strip() and _SHOUTED.match(f"\n\n{line}\n"):
            yield Heading(Span(span.start, end), 1, one_line(line))
        elif number < len(index) and not before.strip(_UNDERLINE_LEVELS + " \t"):
            rule = index.span_of(number + 1)
            under = rule.of(text).rstrip()
            if _is_underlined(line, under):
                level = 1 + _UNDERLINE_LEVELS.index(under[0])
                yield Heading(Span(span.start, rule.start + len(under)), level, one_line(line))
        before = line


def _is_underlined(line: str, under: str) -> bool:
    words = line.strip()
    return (
        looks_like_title(words)
        and "   " not in words  # the head of a table
        and line[0] not in " \t"
        and _UNDERLINE.fullmatch(under) is not None
        and len(words) <= len(under) <= 2 * len(words) + 8
    )
