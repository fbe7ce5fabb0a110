"""Lists in a text: the lines that are marked as items, and the line above that says of what. Pure
functions; `qa.list_answers` says which of them a question asks for.
"""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Iterator, Sequence
from typing import NamedTuple

from qa.details import dates
from qa.layout import DATED, ITEM, LINE, STAMPED, entries, indent, is_table, paragraphs
from qa.text import NUMBERS, asks, one_line, trim
from qa.types import Span

_LONGEST_LEAD = 120
_DATE_WORDS = 4
"""Of a line that says no more than what day it was."""
_BARE_LEAD = 60
"""Characters of a line without a colon that may be what a list is called."""

_HEADING = re.compile(r"[ \t]*#{1,6}[ \t]+")
ENDS_SENTENCE = re.compile(r"[.!;,…]\W*$")
_SENTENCE_END = re.compile(r"[.!?;]\s+(?=\S)")
_FIELD = re.compile(r"(?P<indent>[ \t]*)(?P<name>[\w-]+):(?P<value>$|[ \t].*)")
_SPEAKER = re.compile(rf"{STAMPED.pattern}[^:\n]{{0,12}}(?::\d\d[^:\n]{{0,6}})?[^:\n]{{1,30}}:")
_NAMED = re.compile(r"[ \t]*[^\W\d_][\w .'’/-]{1,24}:(?=\s+\S)")
_TITLE = re.compile(
    r"(?P<mark>[*_]{0,3})(?P<words>[A-Z][\w’'-]*"
    r"(?:,? (?:[A-Z][\w’'-]*|and|or|of|the|to|for|in|on|with|by|an?)){0,7})"
    r"(?:\.(?P=mark)|(?P=mark)\.)"
)
"""What stands before the first sentence of a paragraph, as a heading would above it."""
_CLAUSE = re.compile(r"\d{1,3}(?:\.\d{1,3})+[.)]?\s+")
_SHORT_TITLE = re.compile(r"[A-Z][^\W\d]*(?:[ -][^\W\d]+){0,4}\.")
_SAYS_SOMETHING = re.compile(
    r"(?:Nobody|No one|Every(?:one|body)|Some(?:one|body)|You|We|They|It|He|She|I|There|This|That"
    r"|These|Those|All|No|Do|Please|Yes)\b"
    r"|.*\b(?:is|are|was|were|has|have|had|may|must|shall|can|cannot|will|would|should|costs?|does?|did"
    rf"|be|been|not?|never|{NUMBERS}|hundred|thousand|(?:thir|four|fif|six|seven|eigh|nine)teen"
    r"|(?:twen|thir|for|fif|six|seven|eigh|nine)ty)\b",
    re.IGNORECASE,
)
"""A sentence rather than a title, however short."""
_SOME_DO = re.compile(
    r"[^\W\d]+(?<!s)s (?!(?:and|or|of|in|on|to|for|with|by|from|at|as|under|without|des|der|und)\b)"
    r"[a-zäöüß]+(?<!s)(?<!ing)(?<!ment)\b.*"
    r"|[^\W\d]+ [a-zäöüß]+en [^\W\d]+\."
    r"|.* (?!(?:family|supply|assembly|reply|july|italy)\b)[a-zäöüß]+(?:ly|lich)\."
)
"""The same without one of those words: "Members pay quarterly.", "Hunde schlafen draußen." """
_MAY_BE_A_PERSON = re.compile(r"(?:[A-Z][\w’'.-]* ){1,2}[A-Z][\w’'-]*\.")
_FEWEST_TITLED = 3
"""Numbered paragraphs that all begin with a few words, for these to be titles whatever capitals
they have; those of a clause ("2.4 Night work.") are by themselves, a step of a recipe is none."""


class ItemList(NamedTuple):
    """A list, or the rows of a table, in the text it was found in."""

    lead: Span
    """The line that says of what; empty where there is none. It stands before the first item."""
    items: tuple[Span, ...]
    """Each from its mark on, with the lines that it goes on in; those below others too."""
    kind: str
    """``1`` of numbered items, ``|`` of rows, else the mark of an item."""

    @property
    def span(self) -> Span:
        """From the first item to the last."""
        return Span(self.items[0].start, self.items[-1].end)


def item_lists(text: str) -> Iterator[ItemList]:
    """The lists and tables of a text, of two items at least."""
    lead, items = Span(0, 0), list[Span]()
    first = ""
    for block in paragraphs(text):
        words = block.of(text)
        indented = indent(text, block.start) > 0
        if is_table(words):
            yield from _found(lead, items, first)
            rows = (
                trim(text, *line.span()) for line in LINE.finditer(text, block.start, block.end)
            )
            yield from _found(Span(0, 0) if items else lead, [row for row in rows if len(row)], "|")
            lead, items = Span(0, 0), []
        elif kind := _kind(words):
            if items and not indented and kind != first:  # another list behind it
                yield from _found(lead, items, first)
                lead, items = Span(0, 0), []
            first = first if items else kind
            items.append(block)
        elif items and indented:
            items[-1] = Span(items[-1].start, block.end)
        else:
            yield from _found(lead, items, first)
            lead, items = _last_of(text, block), []
    yield from _found(lead, items, first)


def _kind(block: str) -> str:
    """What kind of list a block is an item of: ``1``, its mark, or ``|`` of a row; empty for
    others."""
    if mark := ITEM.match(block):
        numbered = any(letter.isdigit() for letter in mark["mark"])
        return "1" if numbered else str(mark["mark"][-1])
    return "|" if block[0] == "|" or " | " in block else ""


def _last_of(text: str, block: Span) -> Span:
    """The last line of a block, or the sentence that begins on it."""
    breaks = (text.rfind(line_break, block.start, block.end) for line_break in "\r\n")
    start = max(block.start, *(at + 1 for at in breaks))
    if heading := _HEADING.match(text, start, block.end):
        start = heading.end()
    ends = [match.end() for match in _SENTENCE_END.finditer(text, start, block.end)]
    return trim(text, ends[-1] if ends else start, block.end)


def _found(lead: Span, items: Sequence[Span], kind: str) -> Iterator[ItemList]:
    if len(items) > 1:
        yield ItemList(lead, tuple(items), kind)


def called(text: str, found: ItemList) -> str:
    """What a list is of, as the line above it says: a line that ends with a colon or asks, a
    heading, or one that is short and ends no sentence; empty where there is none such."""
    line = one_line(found.lead.of(text))
    if line.endswith(":") or asks(line):
        return line if len(line) <= _LONGEST_LEAD else ""
    short = 0 < len(line) <= _BARE_LEAD
    return f"{line}:" if short and not ENDS_SENTENCE.search(line) else ""


def leads(text: str, spans: Sequence[Span], heading: str = "") -> list[str]:
    """Of each sentence of a text what the list that it is an item of is called, the time and the
    speaker of the entry that it goes on with, or the title before the first sentence of its
    paragraph (that of the title is the title); empty for others.

    Args:
        text: of a passage.
        spans: of its sentences, in it.
        heading: above it.
    """
    found = [""] * len(spans)
    for one in item_lists(text):
        first = not text[: one.span.start].strip()
        name = f"{heading}:" if first and heading else called(text, one)
        for place, span in enumerate(spans if name else ()):
            if one.span.start <= span.start < one.span.end:
                found[place] = name
    blocks = [(block, _inside(block, spans)) for block in paragraphs(text)]
    openings = [
        one_line(spans[inside[0]].of(text))
        for block, inside in blocks
        if len(inside) > 1 and _has_number(text, block, spans[inside[0]])
    ]
    titled = len(openings) >= _FEWEST_TITLED and all(map(_SHORT_TITLE.fullmatch, openings))
    for block, inside in blocks:
        if title := _title(text, block, [spans[n] for n in inside], titled):
            found[inside[0]] = one_line(spans[inside[0]].of(text))  # it stands under itself
            for place in inside[1:]:
                found[place] = title
        for lead, entry in _entries(text, block):
            for place in inside:
                if entry.start + len(lead) < spans[place].start < entry.end:
                    found[place] = found[place] or lead
    under = _parents(text)
    for place, span in enumerate(spans if under else ()):
        line = span.start - indent(text, span.start)
        found[place] = found[place] or under.get(line, "")
    return found


def _title(text: str, block: Span, inside: Sequence[Span], titled: bool) -> str:
    """The title of a paragraph that stands on its first line, with a stop: of a numbered one, or
    one that is set apart ("6. Trademarks. This License does not …"); empty where there is none.
    ``inside`` are its sentences; ``titled`` says whether all numbered ones have a title."""
    if len(inside) < 2:
        return ""
    line = one_line(inside[0].of(text))
    words = _CLAUSE.sub("", line)
    numbered = _has_number(text, block, inside[0])
    if _SAYS_SOMETHING.match(words) or _SOME_DO.fullmatch(words):
        return ""
    if _SHORT_TITLE.fullmatch(words) and (words != line or (numbered and titled)):
        return words if words != line or not _MAY_BE_A_PERSON.fullmatch(words) else ""
    match = _TITLE.fullmatch(words)
    if match is None or (numbered and _MAY_BE_A_PERSON.fullmatch(words)):
        return ""
    return f"{match['words']}." if numbered or match["mark"] or words != line else ""


def _inside(block: Span, spans: Sequence[Span]) -> range:
    """The places of the sentences that begin in a block."""
    first, behind = (
        bisect_left(spans, at, key=lambda span: span.start) for at in (block.start, block.end)
    )
    return range(first, behind)


def _has_number(text: str, block: Span, first: Span) -> bool:
    """Whether a number stands in a block before its first sentence."""
    return text[block.start : first.start].strip()[:1].isdigit()


def _parents(text: str) -> dict[int, str]:
    """Of the fields of settings that stand below others ("lunch" of "wednesday") what they stand
    under, by the beginnings of their lines."""
    found: dict[int, str] = {}
    above: list[tuple[int, str]] = []
    for line in LINE.finditer(text):
        field = _FIELD.match(line[0])
        if field is None:
            continue
        depth = len(field["indent"])
        above = [one for one in above if one[0] < depth]
        if above:
            found[line.start()] = " ".join(f"{name}:" for _, name in above)
        if not field["value"].strip():
            above.append((depth, field["name"]))
    return found


def _entries(text: str, block: Span) -> Iterator[tuple[str, Span]]:
    """Entries of a diary, log or chat, with when each was, and who speaks; or a paragraph that
    begins with the name of what it is on."""
    lines = list(LINE.finditer(text, block.start, block.end))
    begun = entries(text, block)
    if len(begun) > 1:
        ends = [one.start for one in begun[1:]] + [block.end]
        for one, end in zip(begun, ends, strict=True):
            line = one.of(text)
            if spoken := _SPEAKER.match(line) or _NAMED.match(line):
                yield spoken[0].strip(), Span(one.start, end)
            elif day := DATED.match(line):
                yield f"{day[0].strip()}:", Span(one.start, end)
    elif len(lines) > 1 and len(lines[0][0].split()) <= _DATE_WORDS and dates(lines[0][0]):
        yield f"{lines[0][0].strip().rstrip(':')}:", block
    elif lines and (spoken := _NAMED.match(lines[0][0])):
        yield spoken[0].strip(), block


def list_of(text: str, sentence: Span) -> ItemList | None:
    """The list or table in which a sentence of a text stands, or just above which."""
    return next((one for one in item_lists(text) if holds(one, sentence.start)), None)


def holds(one: ItemList, at: int) -> bool:
    """Whether a place of the text lies in a list, or in the line above it."""
    return one.span.start <= at < one.span.end or one.lead.start <= at < one.lead.end
