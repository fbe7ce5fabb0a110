"""Subtitles (SRT, WebVTT): what is said as running text, each part with its time."""

from __future__ import annotations

import html
import re

from qa.errors import DocumentError
from qa.formats.building import TextBuilder
from qa.formats.decode import decode
from qa.formats.extracted import Extracted

_TIMES = re.compile(
    r"[ \t]*(?:(\d{1,3}):)?(\d{1,2}):(\d{2})[.,](\d{1,3})[ \t]*-->[ \t]*"
    r"(?:(\d{1,3}):)?(\d{1,2}):(\d{2})[.,](\d{1,3})"
)
_TAG = re.compile(r"<[^<>]{0,200}>|\{\\[^{}]{0,200}\}")
_VOICE = re.compile(r"<v(?:\.[^ \t>]*)?[ \t]+([^<>]{1,100})>")
_SENTENCE_END = (".", "!", "?", "…", "。", "！", "？", '"', "”", "♪")
_NOTE = re.compile(r"(?:NOTE|STYLE|REGION)\b")
_ROLLS_S = 0.2
"""Lines that roll up follow each other without a pause."""
_PAUSE_S = 2.0
"""Silence after which what is said begins a new paragraph."""
_LONGEST = 600
"""Characters of a paragraph, where nobody ends a sentence."""


def extract(data: bytes, name: str) -> Extracted:
    """The text of subtitles.

    Raises:
        DocumentError: there are no times in it, or no words.
    """
    lines = re.split(r"\r\n|\n|\r", decode(data))
    builder = TextBuilder()
    ended, length, said, seen = 0.0, 0, "", False
    at = 0
    while at < len(lines):
        times = _TIMES.match(lines[at])
        at += 1
        if times is None:
            continue
        seen = True
        first = at
        while at < len(lines) and not _TIMES.match(lines[at]) and not _NOTE.match(lines[at]):
            at += 1
        shown = lines[first:at]
        behind_blank = at < len(lines) and len(shown) > 1 and not shown[-2].strip()
        if behind_blank and (shown[-1].strip().isdigit() or name.lower().endswith(".vtt")):
            shown = shown[:-1]  # the number or name of the next one
        words = " ".join(filter(None, map(_plain, shown)))
        begin, end = _seconds(times.groups()[:4]), _seconds(times.groups()[4:])
        if begin - ended < _ROLLS_S:  # what rolls up is shown again
            words = _rest(said, words)
        if not words:
            ended = end
            continue
        apart = begin - ended > _PAUSE_S or length > _LONGEST
        apart = apart or (length > _LONGEST // 3 and said.endswith(_SENTENCE_END))
        builder.paragraph(words, clock(begin), first + 1, apart=apart)
        length = len(words) if apart else length + len(words)
        ended, said = end, " ".join(filter(None, map(_plain, shown)))
    if not seen:
        raise DocumentError("no subtitles in it: there are no times")
    return builder.extracted(name, "subtitles")


def _rest(said: str, words: str) -> str:
    """What is new, where lines roll up: two words at least, or all, were shown before."""
    before, now = said.split(), words.split()
    for count in range(min(len(before), len(now)), 0, -1):
        if before[-count:] == now[:count] and (count > 1 or count == len(before)):
            return " ".join(now[count:])
    return words


def clock(seconds: float) -> str:
    """``1:02:03``; ``0:02:03`` within the first hour."""
    whole = int(seconds)
    return f"{whole // 3600}:{whole // 60 % 60:02}:{whole % 60:02}"


def _seconds(parts: tuple[str | None, ...]) -> float:
    hours, minutes, seconds, fraction = (part or "0" for part in parts)
    return int(hours) * 3600 + int(minutes) * 60 + int(seconds) + float(f"0.{fraction}")


def _plain(line: str) -> str:
    line = _VOICE.sub(r"\1: ", line)
    return html.unescape(_TAG.sub("", line)).strip()
