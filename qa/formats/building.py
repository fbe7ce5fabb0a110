"""A text put together from paragraphs, headings and rows, for formats whose text is not the
file's own."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import islice, pairwise

from qa.errors import DocumentError
from qa.formats.extracted import Extracted, checkpoint, title_from_name
from qa.text import YEAR, one_line
from qa.types import Heading, Span

_BLANKS = re.compile(r"[^\S\n]+")
_NOT_TEXT = re.compile(
    "[\x00-\x08\x0b-\x1f\x7f-\x9f\ufdd0-\ufdef\ufffe\uffff\ud800-\udfff\u200b\xad]"
)
_NUMBER = re.compile(r"[-+(]?[$€£¥]?\s?\d[\d.,' ]*(?:[eE][-+]?\d+)?\s?[%€$£¥)]?")
_COUNTED = re.compile(
    rf"{_NUMBER.pattern}\s?(?:EUR|USD|GBP|CHF|k?g|mg|µg|m?l|[ckm]?m[²³]?|ha|min|h|s|[kM]?W(?:h|p)?|[VA]|°[CF]"
    r"|(?:hour|day|week|month|year|minute|pound|euro|mile|metre|page|piece)s?)"
)
"""A number with what is counted."""
_DATE = re.compile(r"\d{4}-\d\d-\d\d(?: [\d:]+)?|\d{1,2}[./]\d{1,2}[./]\d{2,4}")
MOST_CHARACTERS = 64 << 20
"""Of a text: a file of few bytes may say that a cell is repeated a million times."""
_LONGEST_HEAD = 60
"""Characters of the head of a column; what is longer is a cell."""
_LOOK_AHEAD = 5
"""Rows in which numbers are looked for."""


class TextBuilder:
    """Gathers what stands in a file, in order."""

    def __init__(self) -> None:
        self._parts: list[str] = []
        self._length = 0
        self._headings: list[Heading] = []
        self._places: list[tuple[int, str]] = []
        self._lines: list[tuple[int, int]] = []

    def paragraph(self, text: str, place: str = "", line: int = 0, *, apart: bool = True) -> None:
        """A paragraph; nothing where it has no words.

        Args:
            text: runs of blanks become one, line breaks stay.
            place: where it stands, for formats with places.
            line: of the file, for formats with lines.
            apart: whether a blank line goes before, else a line break.
        """
        checkpoint()
        cleaned = (_BLANKS.sub(" ", part).strip() for part in _NOT_TEXT.sub("", text).split("\n"))
        text = "\n".join(part for part in cleaned if part)
        if not text:
            return
        if self._parts:
            self._add("\n\n" if apart else "\n")
        if place and (not self._places or self._places[-1][1] != place):
            self._places.append((self._length, place))
        if line and (not self._lines or self._lines[-1][1] != line):
            self._lines.append((self._length, line))
        self._add(text)

    def lines(self, numbered: Iterable[tuple[int, str]]) -> None:
        """A paragraph of several lines, each with its line of the file."""
        apart = True
        for line, text in numbered:
            before = self._length
            self.paragraph(text, line=line, apart=apart)
            apart = apart and self._length == before

    @property
    def empty(self) -> bool:
        """Whether there is nothing yet."""
        return not self._parts

    @property
    def text(self) -> str:
        """All so far."""
        return "".join(self._parts)

    def heading(self, text: str, level: int, place: str = "", line: int = 0) -> None:
        """A heading, on one line."""
        words = one_line(_NOT_TEXT.sub("", text))
        if words:
            self.paragraph(words, place, line)
            span = Span(self._length - len(words), self._length)
            self._headings.append(Heading(span, level, words))

    def table(
        self,
        rows: Iterable[Sequence[str]],
        places: Sequence[str],
        lines: Sequence[int] = (),
        *,
        headed: bool = False,
        notes: Mapping[int, Sequence[str]] | None = None,
    ) -> None:
        """Rows of cells, a paragraph each (see `told_rows`), with the place of each, and its line
        where the format has lines; one column is paragraphs. ``headed``: the file says that the
        first row names the columns. ``notes``: what was remarked on cells of a row, by its number
        from 0; it stands behind the row."""
        rows = [[one_line(cell) for cell in row] for row in rows]
        one_column = all(sum(map(bool, row)) < 2 for row in rows)
        told = ("\n".join(row) for row in rows) if one_column else told_rows(rows, headed)
        for number, words in enumerate(told):
            if said := (notes or {}).get(number):
                words = " ".join((words, *(f"[note: {one_line(note)}]" for note in said))).strip()
            self.paragraph(words, places[number], lines[number] if lines else 0)

    def _add(self, text: str) -> None:
        if self._length + len(text) > MOST_CHARACTERS:
            raise DocumentError(f"more than {MOST_CHARACTERS >> 20} million characters of text")
        self._parts.append(text)
        self._length += len(text)

    def extracted(
        self, name: str, format_: str, title: str = "", metadata: Mapping[str, str] | None = None
    ) -> Extracted:
        """All of it.

        Raises:
            DocumentError: there are no words in it.
        """
        if not self._parts:
            raise DocumentError("no text in this file")
        first = next((one.text for one in self._headings if one.level == 1), "")
        kept = {key: one_line(value) for key, value in (metadata or {}).items()}
        return Extracted(
            text=self.text,
            title=one_line(title) or first or title_from_name(name),
            format=format_,
            headings=tuple(self._headings),
            lines=tuple(self._lines),
            places=tuple(self._places),
            metadata={key: value for key, value in kept.items() if value},
        )


def told_rows(rows: Sequence[Sequence[str]], headed: bool = False) -> Iterator[str]:
    """Rows as words that can be understood alone: ``City: Thun; Inhabitants: 44,000`` where the
    first row names the columns, ``Thun; 44,000`` where none does. A blank row ends a table: the
    row behind it may name columns anew. Blank rows are empty."""
    heads: Sequence[str] = ()
    begins = True
    for number, row in enumerate(rows):
        filled = [cell for cell in row if cell]
        if not filled:
            begins = True
        elif (
            begins
            and len(filled) > 1
            and ((headed and not number) or names_columns(row, rows, number))
        ):
            begins, heads = False, row
            yield "; ".join(filled)
            continue
        elif begins:
            # A line above a table, or one that goes on behind a gap with the same columns.
            begins = len(filled) == 1
            heads = heads if len(filled) > 1 else ()
        yield _told(row, heads)


def _told(row: Sequence[str], heads: Sequence[str]) -> str:
    parts = []
    for column, cell in enumerate(row):
        head = heads[column] if column < len(heads) else ""
        if cell:
            parts.append(f"{head.rstrip(':')}: {cell}" if head else cell)
    return "; ".join(parts)


_TIMES = re.compile(
    r"\d{1,2}[:.]\d\d(?: ?[ap]\.?m\.?)?(?: ?(?:-|–|to|bis) ?\d{1,2}[:.]\d\d(?: ?[ap]\.?m\.?)?)?"
)


_TELLS = (_NUMBER, _COUNTED, _DATE, _TIMES)


def is_counted(cell: str) -> bool:
    """Whether a cell is a number, alone or with what is counted; a year is none."""
    number = _NUMBER.fullmatch(cell) or _COUNTED.fullmatch(cell)
    return bool(number) and not re.fullmatch(YEAR, cell)


def names_columns(row: Sequence[str], rows: Sequence[Sequence[str]], number: int) -> bool:
    """Whether a row is the head of what follows: short, different words, no numbers but years, and
    numbers, amounts or dates below. Rows of words only may be a form (``Name; Anna Meier``), where
    it would be wrong."""
    names = [cell for cell in row if cell]
    below = (
        cell
        for later in islice(rows, number + 1, number + 1 + _LOOK_AHEAD)
        for column, cell in enumerate(later)
        if column < len(row) and row[column]
    )
    if len(set(names)) < len(names) or max(map(len, names)) > _LONGEST_HEAD:
        return False
    told = [cell for cell in below if any(one.fullmatch(cell) for one in _TELLS)]
    numbers = [cell for cell in names if any(one.fullmatch(cell) for one in _TELLS[:3])]
    if numbers:  # years that follow one another, over what are none
        years = [int(cell) for cell in numbers if re.fullmatch(YEAR, cell)]
        steps = {later - year for year, later in pairwise(years)}
        in_step = len(years) == len(numbers) > 1 and len(steps) == 1 and 0 not in steps
        told = [cell for cell in told if in_step and not re.fullmatch(YEAR, cell)]
    return bool(told)
