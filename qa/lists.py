"""Lists in a text: the lines that are marked as items, and the line above that says of what.

"What should I bring?" is answered by a whole list, "When is lunch?" by one item of it: which of the
two a question asks for is told by where its words stand. Pure functions.
"""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Callable, Iterator, Sequence
from typing import NamedTuple

from qa.details import dates
from qa.layout import ITEM, LINE, STAMPED, entries, indent, is_table, paragraphs
from qa.text import NUMBERS, ORDINALS, STOP_WORDS, asks, has_words, one_line, trim
from qa.types import Span

LONGEST, MOST_ITEMS = 2_500, 40
"""Characters and items of a list that is quoted whole."""
WINDOW, _EDGE = 3_000, 200
"""Characters on either side of a sentence in which its list is looked for, and how near to their
ends a list may have been cut."""
_MOSTLY = 0.6
"""Share of a question's words that the name of a list and what stands above it hold, where the
question asks for that list."""
_LONGEST_LEAD = 120
_DATE_WORDS = 4
"""Of a line that says no more than what day it was."""
_BARE_LEAD = 60
"""Characters of a line without a colon that may be what a list is called."""

_HEADING = re.compile(r"[ \t]*#{1,6}[ \t]+")
_ENDS = re.compile(r"[.!;,…]\W*$")
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
    rf"|be|been|not?|never|{NUMBERS}|\w+teen|\w+ty|hundred|thousand)\b",
    re.IGNORECASE,
)
"""A sentence rather than a title, however short."""
_MAY_BE_A_PERSON = re.compile(r"(?:[A-Z][\w’'.-]* ){1,2}[A-Z][\w’'-]*\.")
_FEWEST_TITLED = 3
"""Numbered paragraphs that all begin with a few words, for these to be titles whatever capitals
they have; those of a clause ("2.4 Night work.") are by themselves, a step of a recipe is none."""
_HOW_TO = re.compile(r"\bhow (?:to|(?:do|can|could|should|must) (?:i|we|you|one))\b", re.I)
_ONE_THING = re.compile(
    r"\b(?:when|where|who|whose|how (?!do|does|did|can|could|should|to)\w+)\b", re.I
)
_BOX = re.compile(r"[-*+]?\s*\[([ xX])\]")
_ASKS_WHAT = re.compile(r"^(?:and |so )?(?:what|which|list|name|show|give|tell)\b", re.IGNORECASE)
_DENIES = re.compile(r"\b(?:not|never|no|without)\b|n[’']t\b", re.IGNORECASE)
_ORDINAL = re.compile(
    rf"(?<!after the )(?<!before the )\b(?P<word>{ORDINALS}|last) (?:step|item|thing|rule)\b"
    r"|(?<!after )(?<!before )\b(?:step|item|rule) (?:no\.? |number )?(?P<number>\d{1,3})\b"
)
_OF_A_LIST = frozenset(("step", "item", "thing", "point", "list", "follow", "entri", "full", "all"))
"""Stems by which a question asks for a list, whatever it is of."""


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
    return f"{line}:" if short and not _ENDS.search(line) else ""


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
    if _SAYS_SOMETHING.match(words):
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
            if spoken := _SPEAKER.match(one.of(text)) or _NAMED.match(one.of(text)):
                yield spoken[0].strip(), Span(one.start, end)
    elif len(lines) > 1 and len(lines[0][0].split()) <= _DATE_WORDS and dates(lines[0][0]):
        yield f"{lines[0][0].strip().rstrip(':')}:", block
    elif lines and (spoken := _NAMED.match(lines[0][0])):
        yield spoken[0].strip(), block


def list_of(text: str, sentence: Span) -> ItemList | None:
    """The list or table in which a sentence of a text stands, or just above which."""
    return next((one for one in item_lists(text) if _holds(one, sentence.start)), None)


def _holds(one: ItemList, at: int) -> bool:
    return one.span.start <= at < one.span.end or one.lead.start <= at < one.lead.end


def asked_of(
    text: str,
    sentence: Span,
    question: str,
    above: str,
    tokens: Callable[[str], list[str]],
    *,
    several: bool = False,
) -> Span | None:
    """What a question asks for of the list or table in which a sentence stands: the whole, with the
    line above it where that ends with a colon or asks, or the item of the number that it names;
    None where it asks for that sentence.

    It asks for the list whose name shares a word with it, or how something is done that numbered
    steps below a heading do; it asks for an item if some of them hold a word of it that others do
    not.

    Args:
        text: of the document.
        sentence: in it.
        question: in words of its own.
        above: what the list stands under, a line each, the nearest last: name of the file, title,
            headings.
        tokens: the index's terms of a text.
        several: whether more of its items are thought to answer; of a list one word of its name
            is enough then.
    """
    start = max(0, sentence.start - WINDOW)
    part = text[start : sentence.end + WINDOW]
    here = sentence.start - start
    for one in item_lists(part):
        if not _holds(one, here):
            continue
        lead = one.lead.of(part).rstrip("*_ ")
        lettered = one.items[0].of(part).lstrip().startswith("(")
        # "Either party may end it", (a), (b): a sentence that goes on in the items.
        named = lead.endswith((":", "?")) or (lettered and not _ENDS.search(lead) and bool(lead))
        first = one.lead.start if named or here < one.lead.end else one.span.start
        cut = (start and first < _EDGE) or (
            sentence.end + WINDOW < len(text) and one.span.end > len(part) - _EDGE
        )
        short = one.span.end - first <= LONGEST and len(one.items) <= MOST_ITEMS
        if cut or not short:
            return None
        if item := _numbered(one, part, question):
            rest = set(tokens(_ORDINAL.sub("", question.lower()))) - _silent(tokens)
            held = set(tokens(f"{called(part, one)} {above} {item.of(part)}"))
            return item.shifted(start) if not rest or rest & held else None
        if _asks_for(one, part, question, above, tokens, several=several and _is_plain(one, part)):
            return Span(first, one.span.end).shifted(start)
        return None
    return None


def _is_plain(one: ItemList, text: str) -> bool:
    """Whether a list is no table, and none of which some is ticked off and the rest is not."""
    boxes = {mark[1].lower() for item in one.items if (mark := _BOX.match(item.of(text)))}
    return one.kind != "|" and len(boxes) < 2


def _numbered(one: ItemList, text: str, question: str) -> Span | None:
    """The item of a numbered list that a question names by its number, with those below it."""
    match = _ORDINAL.search(question.lower())
    if one.kind != "1" or match is None:
        return None
    margin = indent(text, one.items[0].start)
    top = [item for item in one.items if indent(text, item.start) <= margin]
    ends = [item.start for item in top[1:]] + [one.span.end]
    whole = [trim(text, item.start, end) for item, end in zip(top, ends, strict=True)]
    if match["word"] == "last":
        return whole[-1]
    number = match["number"] or str(ORDINALS.split("|").index(match["word"]) + 1)
    marks = (re.match(r"(?:Step )?0*(\d+)", item.of(text)) for item in whole)
    found = (item for item, mark in zip(whole, marks, strict=True) if mark and mark[1] == number)
    return next(found, None)


def _silent(tokens: Callable[[str], list[str]]) -> set[str]:
    """Stems of the words that say nothing of a question's subject."""
    return set(tokens(" ".join(STOP_WORDS)))


def asked_by_name(
    text: str, passage: Span, question: str, above: str, tokens: Callable[[str], list[str]]
) -> Span | None:
    """The list that a question asks for by its name: all words of the line above it are in the
    question ("What to pack:"), and all others of that around the list, or above it.

    Args:
        text: of the document.
        passage: in it; the list is looked for here and around.
        question, above, tokens: see `asked_of`.
    """
    start = max(0, passage.start - WINDOW)
    part = text[start : passage.end + WINDOW]
    if _ONE_THING.search(question) or not _ASKS_WHAT.search(question):
        return None
    known = set(tokens(f"{above} {part}"))
    said = set(tokens(question)) - _silent(tokens)
    for one in item_lists(part):
        name = set(tokens(called(part, one))) - _silent(tokens)
        short = one.span.end - one.lead.start <= LONGEST and len(one.items) <= MOST_ITEMS
        cut = (start and one.lead.start < _EDGE) or (
            start + len(part) < len(text) and one.span.end > len(part) - _EDGE
        )
        if not _is_plain(one, part) or cut or not short or not name or not name <= said <= known:
            continue
        if _asks_for(one, part, question, above, tokens, several=True):
            named = one.lead.of(part).rstrip("*_ ").endswith((":", "?"))
            first = one.lead.start if named else one.span.start
            return Span(first, one.span.end).shifted(start)
    return None


def _asks_for(
    one: ItemList,
    text: str,
    question: str,
    above: str,
    tokens: Callable[[str], list[str]],
    *,
    several: bool,
) -> bool:
    items = [item.of(text) for item in one.items]
    name = called(text, one)
    if one.kind == "|":  # the first row says of what the others are
        name += f" {items[0]}"
        items = [item for item in items[1:] if has_words(item)] or items
    said = set(tokens(question)) - _silent(tokens)
    subject = said - _OF_A_LIST or said
    named, headed = set(tokens(name)), set(tokens(above))
    of_items = subject - (headed - named)
    held = [of_items & set(tokens(item)) for item in items]
    if bool(_DENIES.search(name)) != bool(_DENIES.search(question)) and name:
        return False
    if subject <= named and subject not in held:  # an item may repeat a word of the name
        return True
    if len(max(held, key=len)) > len(min(held, key=len)):
        return False
    known = len(subject & (named | headed)) / max(1, len(subject))
    if subject & named:
        return known == 1 if _ONE_THING.search(question) else several or known >= _MOSTLY
    nearest = set(tokens(above.rpartition("\n")[2]))
    return one.kind == "1" and bool(_HOW_TO.search(question)) and bool(subject & nearest)
