"""Printed lines back into paragraphs, by where they stand on the page.

The tests are those of a typesetter. A line was broken because the next word did not fit:
then the paragraph goes on. If the next word would have fitted, someone ended the line on
purpose. Wrong breaks at the end of a sentence do no harm to a quote; so in doubt a break is
made there, and none is made inside a sentence.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from math import inf
from statistics import median

_SENTENCE_END = re.compile(r"[.!?:;。！？：；…][)\]}\"'”’»」』）]*$")
_BULLET = re.compile(r"[•‣◦▪●○■□–*·-]\s")
_NUMBERED = re.compile(r"(?:\(?(?:\d{1,3}|[a-zA-Z])[.)]|\[\d+\])\s")
_TIGHT = re.compile(r"(?:[•‣◦–*-]|\d{1,3}[.)])\s")
"""Marks that ``qa.text`` knows to start a block, so that no blank line is needed."""
_LEADERS = re.compile(r"(?:\.\s?){4,}\s*[\divxlc]*$", re.I)
_NUMBER = re.compile(r"\d+")
_EDGE_NUMBER = re.compile(r"^\W*(\d{1,4})\b|\b(\d{1,4})\W*$")
_ROMAN = re.compile(r"[ivxlc]+", re.I)
_HYPHENATED = re.compile(r"(\w+)[-‐]$")
_WORD = re.compile(r"\w+(?:[-‐]\w+)*")
_CJK = re.compile(r"[\u2e80-\u9fff\uf900-\ufaff\uff00-\uffef]")  # no Hangul: it has spaces
_EDGE_LINES = 2  # a running head or foot has at most this many lines
_FEWEST_PAGES = 3  # on fewer pages than this nothing is a running line
_SAME_HEIGHT = 8.0  # points; a running line keeps its place on the page
_WIDE_GAP = 1.35  # times the usual distance of two lines: a new paragraph
_OTHER_SIZE = 1.15  # times the height of the line before: another kind of text
_RAGGED = 0.12  # of the width: how unevenly lines of one paragraph may end
_COLUMN = 8.0  # points; lines that start this near to one another are one column


@dataclass(frozen=True, slots=True)
class Line:
    """A printed line; lengths in points, from the lower left corner of the page."""

    text: str
    left: float
    right: float
    bottom: float
    top: float
    first_word: float
    """Width of what would have to fit on the line before: a word, or one CJK character."""

    @property
    def height(self) -> float:
        """Height of its font."""
        return self.top - self.bottom


def paragraphs_of(pages: Sequence[Sequence[Line]]) -> tuple[str, tuple[int, ...]]:
    """The text of all pages, and the offset at which each page starts."""
    kept = without_running_lines(pages)
    words = _whole_words(kept)
    pieces: list[str] = []
    starts: list[int] = []
    length = 0
    before: Line | None = None
    room = 0.0  # free space behind the line before
    for page in kept:
        leading = _leading(page)
        rooms = _rooms(page, leading)
        for number, line in enumerate(page):
            separator = ""
            if before is not None:
                fits = before.right + 0.3 * line.height + line.first_word < before.right + room
                step = before.bottom - line.bottom if number else -inf
                separator = _separator(before, line, fits, step, leading)
            if separator == " " and before is not None:
                cut, separator = _joint(before.text, line.text, words)
                if cut:
                    pieces[-1] = pieces[-1][:-cut]
                    length -= cut
            length += len(separator)
            if number == 0:
                starts.append(length)
            pieces += [separator, line.text]
            length += len(line.text)
            before, room = line, rooms[number]
        if not page:
            starts.append(length)
    return "".join(pieces), tuple(starts)


def without_running_lines(pages: Sequence[Sequence[Line]]) -> list[list[Line]]:
    """Pages without the heads, feet and page numbers that come again on other pages.

    A running line stands at the same height at the edge of at least three pages, and
    either says the same but for numbers, or has a number that counts the pages.
    """
    if len(pages) < _FEWEST_PAGES:
        return [list(page) for page in pages]
    edges = [_edge_lines(page, number) for number, page in enumerate(pages)]
    seen = Counter(key for edge in edges for key in {key for keys in edge.values() for key in keys})
    return [
        [
            line
            for index, line in enumerate(page)
            if all(seen[key] < _FEWEST_PAGES for key in edge.get(index, ()))
        ]
        for page, edge in zip(pages, edges, strict=True)
    ]


def _edge_lines(page: Sequence[Line], number: int) -> dict[int, list[tuple[str, int]]]:
    """Lines at the top and the bottom of a page, with what would come again elsewhere."""
    order = sorted(range(len(page)), key=lambda index: page[index].bottom)
    edge: dict[int, list[tuple[str, int]]] = {}
    for index in {*order[:_EDGE_LINES], *order[-_EDGE_LINES:]}:
        text, height = page[index].text, round(page[index].bottom / _SAME_HEIGHT)
        words = "#" if _ROMAN.fullmatch(text) else _NUMBER.sub("#", text)
        edge[index] = [(words, height)]
        edge[index] += [
            (f"page + {int(match[1] or match[2]) - number}", height)
            for match in _EDGE_NUMBER.finditer(text)
        ]
    return edge


def _leading(page: Sequence[Line]) -> float:
    """The usual distance from one line to the next, in points."""
    steps = [
        above.bottom - below.bottom
        for above, below in pairwise(page)
        if 0.5 * above.height < above.bottom - below.bottom < 4 * above.height
    ]
    return median(steps) if steps else 0.0


def _rooms(page: Sequence[Line], leading: float) -> list[float]:
    """The free space behind each line, in points.

    A run of lines that start at one place and mostly end at one place has its own margin:
    an indented quotation, a column. Other lines are measured by the lines that reach over
    where they start; the upper quartile ignores a title across two columns.
    """
    margins: dict[int, float] = {}
    for column in {round(line.left / _COLUMN) for line in page}:
        start = (column + 1) * _COLUMN
        over = [line.right for line in page if line.left <= start < line.right]
        rights = sorted(over or [line.right for line in page if line.left <= start])
        margins[column] = rights[len(rights) * 3 // 4]
    rooms = [margins[round(line.left / _COLUMN)] - line.right for line in page]
    start = 0
    for end in range(1, len(page) + 1):
        if end == len(page) or _starts_run(page[end - 1], page[end], leading):
            run = page[start:end]
            margin = max(line.right for line in run)
            width = margin - run[0].left
            full = sum(line.right > margin - _RAGGED * width for line in run[:-1])
            if len(run) >= 3 and full >= (len(run) - 1) * 2 / 3:
                rooms[start:end] = [margin - line.right for line in run]
                if start and _is_indented_first_line(page[start - 1], run[0], leading):
                    rooms[start - 1] = margin - page[start - 1].right
            start = end
    return rooms


def _starts_run(above: Line, below: Line, leading: float) -> bool:
    step = above.bottom - below.bottom
    return abs(above.left - below.left) > 2 or not 0 < step <= _WIDE_GAP * leading


def _is_indented_first_line(above: Line, below: Line, leading: float) -> bool:
    step = above.bottom - below.bottom
    indent = above.left - below.left
    return 0 < step <= _WIDE_GAP * leading and 0 < indent < 4 * below.height


def _whole_words(pages: Sequence[Sequence[Line]]) -> Counter[str]:
    """How often each word is printed on one line, in one piece."""
    words: Counter[str] = Counter()
    broken = False
    for page in pages:
        for line in page:
            found = _WORD.findall(line.text)
            if broken:
                del found[:1]
            broken = _HYPHENATED.search(line.text) is not None
            if broken:
                del found[-1:]
            words.update(word.casefold() for word in found)
    return words


def _separator(before: Line, line: Line, fits: bool, step: float, leading: float) -> str:
    """What goes between two lines: a space, a line feed or a blank line.

    Args:
        before: the line above.
        line: the line below.
        fits: whether the first word of ``line`` would have fitted behind ``before``.
        step: how far ``line`` is below ``before``, in points; minus infinity on another page.
        leading: the usual step on this page.
    """
    ended = _SENTENCE_END.search(before.text) is not None
    small, large = sorted((before.height, line.height))
    if abs(step) < 0.6 * large and line.left >= before.right - 1:
        return " "  # pieces of one printed line
    fits = fits and not (_HYPHENATED.search(before.text) and line.text[0].islower())
    if _BULLET.match(line.text) or (_NUMBERED.match(line.text) and (ended or fits)):
        return "\n" if _TIGHT.match(line.text) and 0 <= step <= _WIDE_GAP * leading else "\n\n"
    midway = not ended and not line.text[0].isupper() and not fits
    if large > _OTHER_SIZE * small and not midway:
        return "\n\n"
    if step > 4 * max(leading, large):  # past a figure
        return " " if midway else "\n\n"
    if step < 0:  # another column or page
        return "\n\n" if ended or fits else " "
    if step > _WIDE_GAP * leading:
        return "\n\n"
    if _LEADERS.search(before.text):
        return "\n"
    if fits:
        return "\n\n" if ended or line.text[0].isupper() else "\n"
    return "\n\n" if ended and abs(line.left - before.left) > line.height else " "


def _joint(before: str, line: str, words: Counter[str]) -> tuple[int, str]:
    """How two lines of one paragraph join: how many characters of the first to take away,
    and what to put between.

    Whether a hyphen belongs to the word is looked up in the document: in its other lines
    the word is written without a break.
    """
    if _CJK.match(before[-1]) and _CJK.match(line[0]):
        return 0, ""
    left, right = _HYPHENATED.search(before), _WORD.match(line)
    if left is None or right is None:
        return 0, " "
    if not line[0].islower():
        return 0, ""
    start, end = left[1].casefold(), right[0].casefold()
    together, hyphenated = words[start + end], words[f"{start}-{end}"]
    if together != hyphenated:
        return (1, "") if together > hyphenated else (0, "")
    return (0, "") if words[start] and words[end] else (1, "")
