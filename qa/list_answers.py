"""Lists as answers: "What should I bring?" is answered by a whole list, "When is lunch?" by one
item of it. Which of the two a question asks for is told by where its words stand. Pure functions.
"""

from __future__ import annotations

import re
from collections.abc import Callable

from qa.layout import indent
from qa.lists import ENDS_SENTENCE, ItemList, called, holds, item_lists
from qa.text import ORDINALS, STOP_WORDS, has_words, trim
from qa.types import Span

LONGEST, MOST_ITEMS = 2_500, 40
"""Characters and items of a list that is quoted whole."""
WINDOW, _EDGE = 3_000, 200
"""Characters on either side of a sentence in which its list is looked for, and how near to their
ends a list may have been cut."""
_MOSTLY = 0.6
"""Share of a question's words that the name of a list and what stands above it hold, where the
question asks for that list."""
_NEAR = 400
"""Characters before a list in which stands what it is limited to."""

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
_WORD = re.compile(r"[^\W_][\w’'-]*")
_HELPS = frozenset(("should", "must", "do", "does", "did", "can", "could", "may", "shall", "will"))
_LIMITS = frozenset(
    [
        "for",
        "on",
        "in",
        "at",
        "of",
        "to",
        "from",
        "by",
        "with",
        "about",
        "under",
        "during",
        "before",
        "after",
    ]
)
"""Words that stand before what a question is limited to."""


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
    part, start = _around(text, sentence)
    here = sentence.start - start
    for one in item_lists(part):
        if not holds(one, here):
            continue
        whole = _quotable(one, part, start, len(text), here)
        if whole is None:
            return None
        if item := _numbered(one, part, question):
            rest = set(tokens(_ORDINAL.sub("", question.lower()))) - _silent(tokens)
            held = set(tokens(f"{called(part, one)} {above} {item.of(part)}"))
            return item.shifted(start) if not rest or rest & held else None
        if _asks_for(one, part, question, above, tokens, several=several and _is_plain(one, part)):
            return whole.shifted(start)
        return None
    return None


def _around(text: str, span: Span) -> tuple[str, int]:
    """The part of a text in which the lists of a span are looked for, and where it begins."""
    start = max(0, span.start - WINDOW)
    return text[start : span.end + WINDOW], start


def _quotable(
    one: ItemList, part: str, start: int, length: int, here: int | None = None
) -> Span | None:
    """A whole list: with the line above it where that ends with a colon or asks, goes on in the
    items ("Either party may end it", (a), (b)), or holds the place ``here``; None of a list that is
    long, or that the part of the text which begins at ``start`` may hold the half of only.
    ``length`` is that of the text."""
    lead = one.lead.of(part).rstrip("*_ ")
    lettered = one.items[0].of(part).lstrip().startswith("(")
    named = lead.endswith((":", "?")) or (lettered and not ENDS_SENTENCE.search(lead) and lead)
    led = named or (here is not None and here < one.lead.end)
    whole = Span(one.lead.start if led else one.span.start, one.span.end)
    is_cut = (start and whole.start < _EDGE) or (
        start + len(part) < length and whole.end > len(part) - _EDGE
    )
    is_short = len(whole) <= LONGEST and len(one.items) <= MOST_ITEMS
    return whole if is_short and not is_cut else None


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
    """The list that a question asks for by its name: all words of the line above it ("What to
    pack:") are in the question, as what that asks for ("What should we pack for the island?", not
    "What is the deadline to pack?"), and all others of that stand in the list, above it, or what
    it is under.

    Args:
        text: of the document.
        passage: in it; the list is looked for here and around.
        question, above, tokens: see `asked_of`.
    """
    if _ONE_THING.search(question) or not _ASKS_WHAT.search(question):
        return None
    part, start = _around(text, passage)
    silent = _silent(tokens)
    for one in item_lists(part):
        name = set(tokens(called(part, one))) - silent
        whole = _quotable(one, part, start, len(text))
        if whole is None or not _is_plain(one, part):
            continue
        others = _besides(question, name, silent, tokens)
        before = part[max(0, one.lead.start - _NEAR) : one.span.end]
        if others is None or not others <= set(tokens(f"{above} {before}")):
            continue
        if _asks_for(one, part, question, above, tokens, several=True):
            return whole.shifted(start)
    return None


def _besides(
    question: str, name: set[str], silent: set[str], tokens: Callable[[str], list[str]]
) -> set[str] | None:
    """Stems of a question besides the name of what it asks for: of who does it ("what should the
    children pack"), and of what it is limited to ("for the island"); None where it asks for
    something else, or lacks a word of the name."""
    words = _WORD.findall(_ASKS_WHAT.sub("", question))
    stems = [set(tokens(word)) - silent for word in words]
    places = [place for place, own in enumerate(stems) if own & name]
    if not places or not name <= set().union(*stems):
        return None
    first, behind = places[0], places[-1] + 1
    if any(own - name for own in stems[first:behind]):
        return None
    if any(stems[:first]) and not (
        words[0].lower() in _HELPS and not any(word.lower() in _LIMITS for word in words[:first])
    ):
        return None
    if any(stems[behind:]) and words[behind].lower() not in _LIMITS:
        return None
    return set().union(*stems) - name


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
