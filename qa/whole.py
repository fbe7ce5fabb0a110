"""Questions about the documents as a whole, told by their form, and the documents that a few words
mean. Pure functions; `qa.overview` chooses what is quoted.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from qa.parts import Part, part_asked, section_named
from qa.text import MONTHS, ORDINALS, STOP_WORDS, one_line
from qa.types import SourceInfo

_KINDS = (
    r"(?:documents?|reports?|files?|papers?|articles?|pages?|texts?|notes?|books?|folders?"
    r"|stud(?:y|ies)|trials?|thes[ie]s|handbooks?|surveys?"
    r"|collections?|corpus|manuals?|letters?|contracts?|minutes|memos?|e-?mails?|essays?"
    r"|everything|all of (?:it|this|them))"
)
_ASK = r"^(?:please |can you |could you |would you |will you )*"
_SUMMARY = (
    re.compile(
        _ASK + r"(?:summari[sz]e|sum up|outline"
        r"|(?:give|write|show)(?: me)? (?:an? |the )?(?:\w+ )?(?:summary|overview|outline|gist)"
        r"(?: of)?|tl;?dr"
        r"|(?:an? |the )?(?:short |brief |quick )?(?:summary|overview|gist|main points|key points)"
        r"(?: of)?|what are the (?:main|key) (?:points|ideas|topics|subjects|themes)(?: of| in)?)"
        r"(?P<what>[^?]*?)\W*$",
        re.IGNORECASE,
    ),
    re.compile(
        _ASK + r"(?:tell me )?what(?:['’]s| is| are| do| does) (?P<what>[^?]*?)"
        r"(?: all)? (?:about|say|cover|contain|deal with)\W*$",
        re.IGNORECASE,
    ),
    re.compile(_ASK + r"what(?:['’]s| is) in (?P<what>[^?]*?)\W*$", re.IGNORECASE),
)
_MENTIONS = (
    re.compile(
        rf"^(?:which|what)(?: of)?(?: the| these| my)? {_KINDS} (?:(?:do |does )?(?:mentions?"
        r"|talks? (?:about|of)|speaks? (?:about|of)|discuss(?:es)?|refers? to)|(?:is|are) about)"
        r" (?P<what>[^?]+?)\W*$",
        re.IGNORECASE,
    ),
    re.compile(r"^where (?:is|are) (?P<what>[^?]+?) mentioned\W*$", re.IGNORECASE),
)
_ABOUT = re.compile(
    _ASK + r"(?:tell me )?what (?:can you tell me"
    rf"|(?:do|does|did) (?:they|it|this|(?:(?:the|these|my|all) )*{_KINDS})"
    r" (?:say|tell(?: us| me)?|write)) (?:about|on|of) (?P<what>[^?]+?)\W*$",
    re.IGNORECASE,
)
_COMPARE = re.compile(
    r"^(?:please )?compare (?P<one>.+?) (?:and|with|to) (?P<other>.+?)"
    r"(?: (?:on|in terms of|regarding|concerning|as to|about) (?P<what>.+?))?\W*$",
    re.IGNORECASE,
)
_SHORT = "1st|2nd|3rd|4th|5th|6th|7th|8th|9th|10th"
_PLACES = {
    word: place for words in (ORDINALS, _SHORT) for place, word in enumerate(words.split("|"))
} | {"last": -1}
_PLACE = re.compile(rf"\b(?P<place>{'|'.join(_PLACES)})(?= {_KINDS}\b)", re.IGNORECASE)
_FILE = re.compile(r"[\w-]\.[A-Za-z]{2,5}\b(?! \w)")
_SAY_LITTLE = frozenset(("these", "those", "this", "all", "whole", "entire", "both", "together"))


@dataclass(frozen=True, slots=True)
class Whole:
    """A question about the whole."""

    kind: Literal["summary", "mentions", "subject", "compare", "part"]
    subjects: tuple[str, ...]
    """The documents meant; what is mentioned, or said something about; the two sides, and on
    what they are compared (may be empty); what part."""
    part: Part | None = None


def about_the_whole(question: str) -> Whole | None:
    """What of the whole is asked for; None for a question of another kind."""
    question = one_line(question)
    if part := part_asked(question):
        return Whole("part", (f"{part.label} {part.name}".strip(),), part)
    if match := _ABOUT.match(question):
        return Whole("subject", (match["what"],))
    for pattern in _MENTIONS:
        if match := pattern.match(question):
            return Whole("mentions", (match["what"],))
    if match := _COMPARE.match(question):
        return Whole("compare", (match["one"], match["other"], match["what"] or ""))
    for pattern in _SUMMARY:
        match = pattern.match(question)
        if match and (
            not match["what"].strip()
            or re.search(rf"\b{_KINDS}\b", match["what"], re.I)
            or re.fullmatch(r"(?:this|these|that|those|it|all)", match["what"].strip(), re.I)
            or _FILE.search(match["what"])
        ):
            return Whole("summary", (match["what"].strip(),))
    if part := section_named(question):
        return Whole("part", (part.name,), part)
    return None


def meant(subject: str, sources: Sequence[SourceInfo]) -> list[SourceInfo]:
    """The documents that a few words mean: by their place in the list ("the second report"), by
    words of their title or name; all where the words say no more than "these documents"; none where
    they say something else ("article 5 of the contract")."""
    if by_name := [
        one for one in sources if one.path.rpartition("/")[2].lower() in subject.lower()
    ]:
        return by_name
    place = _PLACE.search(subject)
    words = telling(_PLACE.sub(" ", subject))
    kinds = {word for word in words if re.fullmatch(_KINDS, word, re.IGNORECASE)}
    found = [source for source in sources if words - kinds <= named_words(source)]
    if place is None:
        # "The contract" is the one that is called so, if any is.
        return [source for source in found if kinds & named_words(source)] or found
    number = _PLACES[place["place"].lower()]
    return found[number:][:1] if found else []


def telling(subject: str) -> set[str]:
    """Words that tell one document from others."""
    words = re.findall(r"[^\W_]+", subject.lower())
    return {word for word in words if word not in STOP_WORDS and word not in _SAY_LITTLE}


def named_words(source: SourceInfo) -> set[str]:
    """Words of a document's title and name; the month of a date in it by its name too."""
    name = source.path.rpartition(".")[0] or source.path
    words = set(re.findall(r"[^\W_]+", f"{source.title} {name}".lower()))
    months = re.findall(r"(?:1\d|20)\d\d-(0[1-9]|1[0-2])(?!\d)", name)
    return words | {MONTHS.split("|")[int(month) - 1] for month in months}
