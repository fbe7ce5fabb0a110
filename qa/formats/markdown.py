"""Markdown: the text is the file, word for word; headings and front matter are read out."""

from __future__ import annotations

import re
from collections.abc import Iterator

from qa.formats.decode import decode
from qa.formats.extracted import Extracted, title_from_name
from qa.layout import FRONT_MATTER
from qa.text import LineIndex, one_line
from qa.types import Heading, Span

_ATX = re.compile(r" {0,3}(#{1,6})(?=[ \t]|$)")
_SETEXT = re.compile(r" {0,3}(?:(=+)|-+)[ \t]*$")
_FENCE = re.compile(r" {0,3}(`{3,}|~{3,})(.*)$")
# What a line cannot start with and still be the words of a setext heading.
_OTHER_BLOCK = re.compile(r" {0,3}(?:[-*+>|]|\d{1,9}[.)][ \t]|#{1,6}[ \t]|```|~~~|<|$)| {4}|\t")
_LINK = re.compile(r"!?\[([^\]]*)\](?:\([^)]*\)|\[[^\]]*\])")
_EMPHASIS = re.compile(r"(\*{1,3}|(?<!\w)_{1,3}|`+|~~)(?=\S)(.+?)(?<=\S)\1(?!\w)")
_ATTRIBUTES = re.compile(r"[ \t]*\{[#.:][^{}]*\}$")
_LONGEST_HEADING = 500  # characters; patterns must not see a file that is one long line
_OTHER_NAMES = {"lang": "language", "source": "url", "link": "url", "canonical": "url"}
"""Of fields of front matter."""
_FIELD = re.compile(r"([A-Za-z][\w -]*?)[ \t]*:(?:[ \t]+(.*))?$")


def extract(data: bytes, name: str) -> Extracted:
    """The text of a Markdown file.

    Raises:
        DocumentError: the bytes are not text.
    """
    text = decode(data)
    matter = FRONT_MATTER.match(text)
    metadata = front_matter(matter.group()) if matter else {}
    for other, key in _OTHER_NAMES.items():
        if other in metadata:
            metadata.setdefault(key, metadata[other])
    headings = tuple(_headings(text, matter.end() if matter else 0))
    first = next((heading.text for heading in headings if heading.level == 1 and heading.text), "")
    return Extracted(
        text=text,
        title=metadata.get("title") or metadata.get("headline") or first or title_from_name(name),
        format="markdown",
        headings=headings,
        metadata=metadata,
    )


def front_matter(block: str) -> dict[str, str]:
    """The flat ``key: value`` fields of a front matter block, keys in lower case.

    A value may run on over indented lines. Nested fields and lists are left out: this is
    for author, date and the like, not for YAML at large.
    """
    fields: dict[str, str] = {}
    key = ""
    for line in re.split(r"\r\n|\n|\r", block)[1:-1]:
        if line[:1] in (" ", "\t"):
            if key:
                fields[key] = f"{fields[key]} {line.strip()}".strip()
            continue
        match = _FIELD.match(line.rstrip())
        key = match[1].lower() if match else ""
        if match:
            value = (match[2] or "").strip()
            fields[key] = "" if re.fullmatch(r"[>|][-+\d]*", value) else value
    return {key: unquoted for key, value in fields.items() if (unquoted := _unquote(value))}


def _unquote(value: str) -> str:
    if len(value) > 1 and value[0] == value[-1] and value[0] in "\"'":
        value = value[1:-1]
    return one_line(value)


def _headings(text: str, start: int) -> Iterator[Heading]:
    index = LineIndex(text)
    fence = ""
    before: Span | None = None  # the one line of a paragraph so far, if it has only one
    paragraph = False
    for number in range(index.line_of(start), len(index) + 1):
        whole = index.span_of(number)
        line = whole.of(text).rstrip("\r\n")
        span = Span(whole.start, whole.start + len(line))
        if whole.start < start:
            continue
        match = _FENCE.match(line)
        if fence:
            if match and match[1].startswith(fence) and not match[2].strip():
                fence = ""
            continue
        if match and not (match[1][0] == "`" and "`" in match[2]):
            fence, before, paragraph = match[1], None, False
        elif atx := _ATX.match(line):
            yield Heading(span, len(atx[1]), plain(_without_closing_marks(line[atx.end() :])))
            before, paragraph = None, False
        elif before and (setext := _SETEXT.match(line)):
            level = 1 if setext[1] else 2
            yield Heading(Span(before.start, span.end), level, plain(before.of(text)))
            before, paragraph = None, False
        elif not line.strip():
            before, paragraph = None, False
        else:
            before = None if paragraph or _OTHER_BLOCK.match(line) else span
            paragraph = True


def _without_closing_marks(words: str) -> str:
    bare = words.rstrip().rstrip("#")
    return bare if not bare or bare[-1] in " \t" else words


def plain(words: str) -> str:
    """The words of a heading without links, emphasis and attributes."""
    words = _ATTRIBUTES.sub("", words.strip()[:_LONGEST_HEADING])
    words = _LINK.sub(r"\1", words)
    for _ in range(3):  # marks nest
        words = _EMPHASIS.sub(r"\2", words)
    return one_line(words)
