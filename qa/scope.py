"""The documents to which a question limits itself: "What is a Larger Work in the MPL?" asks
"What is a Larger Work?" of one of them. Pure functions.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from typing import NamedTuple

from qa.text import one_line, subject_words
from qa.types import SourceInfo
from qa.whole import INITIALS, KINDS, meant

MOST = 3
"""Documents that a few words single out; where they name more they single out none."""
_LONGEST = 7
"""Words of a name."""
_KINDS = (
    rf"(?:{KINDS}|licen[cs]es?|agreements?|leases?|polic(?:y|ies)|regulations?|guides?|readme|faq"
    r"|change ?logs?|charters?|constitutions?|treat(?:y|ies)|statutes?|standards?|specifications?"
    r"|specs?|syllabus|transcripts?|interviews?|diar(?:y|ies)|lists?|invoices?|receipts?"
    r"|newsletters?|brochures?|leaflets?|catalogues?|deeds?|bylaws|presentations?|slides"
    r"|spreadsheets?|chats?|logs?|drafts?|proposals?|appendix|terms|rules|recipes?|glossary"
    r"|schedules?|reviews?)"
)
_KIND = re.compile(_KINDS, re.IGNORECASE)
_FILE = re.compile(r"\S+\.[A-Za-z]\w{1,4}")
_BY = r"(?P<by>according to|as per|in accordance with|under|in|within|inside)"
_NAME = rf"(?P<name>(?:[^\s,?!;]+ ){{0,{_LONGEST - 1}}}[^\s,?!;]+)"
_FIRST = re.compile(rf"{_BY} {_NAME}, (?P<rest>.+)", re.IGNORECASE)
_LAST = re.compile(rf"(?P<rest>.+?),? {_BY} {_NAME}", re.IGNORECASE)
_SAYS = re.compile(
    rf"(?:tell me )?what (?:does|do|did) {_NAME} (?:say|state|write|tell us|contain)"
    r" (?:about|on|regarding|concerning) (?P<what>.+)",
    re.IGNORECASE,
)
_CLOSELY = frozenset(("in", "within", "inside", "under"))
"""Words that also stand before places and times."""
_DETERMINED = re.compile(
    r"(?:(?:the|my|our|this|that|his|her|their|your)\b|\w+['’]s?$)", re.IGNORECASE
)


class Scope(NamedTuple):
    """A question, and of which documents it is asked."""

    question: str
    """Without the words that name them."""
    paths: tuple[str, ...]


def names_documents(question: str) -> bool:
    """Whether some words of a question may name documents: quick, and without knowing any."""
    return any(True for _ in _parted(one_line(question)))


def scope_of(question: str, sources: Sequence[SourceInfo]) -> Scope | None:
    """The documents that a question says it is about, at most `MOST` of several, and what it asks
    of them; None where it names none, or asks nothing else."""
    for rest, name in _parted(one_line(question)):
        found = meant(name, sources, _KIND)
        if 0 < len(found) <= MOST and len(found) < len(sources):
            return Scope(rest, tuple(one.path for one in found))
    return None


def _parted(question: str) -> Iterator[tuple[str, str]]:
    """Ways to part a question from the name of a document, the longest name first."""
    question = question.rstrip(" ?!.,;:…\"'”’)")
    if (match := _FIRST.fullmatch(question)) and _may_name(match["by"], match["name"]):
        yield f"{match['rest'][:1].upper()}{match['rest'][1:]}?", match["name"]
    if (match := _SAYS.fullmatch(question)) and _may_name("in", match["name"]):
        yield f"What do they say about {match['what']}?", match["name"]
    begin = 0
    while match := _LAST.fullmatch(question, begin):
        rest = question[: match.end("rest")]
        if _may_name(match["by"], match["name"]) and subject_words(rest):
            yield f"{rest.rstrip(' ,')}?", match["name"]
        begin = match.end("rest") + 1


def _may_name(by: str, name: str) -> bool:
    words = name.split()
    if by.lower() not in _CLOSELY:
        return True
    if any(_FILE.fullmatch(one) or INITIALS.fullmatch(one) for one in words):
        return True
    return bool(_DETERMINED.match(words[0])) and any(map(_KIND.fullmatch, words))
