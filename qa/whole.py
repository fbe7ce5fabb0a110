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

KINDS = (
    r"(?:documents?|reports?|files?|papers?|articles?|pages?|texts?|notes?|books?|folders?"
    r"|stud(?:y|ies)|trials?|thes[ie]s|handbooks?|surveys?"
    r"|collections?|corpus|manuals?|letters?|contracts?|minutes|memos?|e-?mails?|essays?"
    r"|everything|all of (?:it|this|them))"
)
"""Words for what documents are, for regular expressions."""
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
        rf"^(?:which|what)(?: of)?(?: the| these| my)? {KINDS} (?:(?:do |does )?(?:mentions?"
        r"|talks? (?:about|of)|speaks? (?:about|of)|discuss(?:es)?|refers? to)|(?:is|are) about)"
        r" (?P<what>[^?]+?)\W*$",
        re.IGNORECASE,
    ),
    re.compile(r"^where (?:is|are) (?P<what>[^?]+?) mentioned\W*$", re.IGNORECASE),
)
_ABOUT = re.compile(
    _ASK + r"(?:tell me )?what (?:can you tell me"
    rf"|(?:do|does|did) (?:they|it|this|(?:(?:the|these|my|all) )*{KINDS})"
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
_PLACE = re.compile(rf"\b(?P<place>{'|'.join(_PLACES)})(?= {KINDS}\b)", re.IGNORECASE)
_FILE = re.compile(r"[\w-]\.[A-Za-z]{2,5}\b(?! \w)")
_KIND = re.compile(KINDS, re.IGNORECASE)
INITIALS = re.compile(r"[A-Z]{3,8}")
"""Of the words of a title."""
_SAME = 4
"""Letters that all forms of a word share; a word of no more has no other."""
_MONTHS = frozenset(MONTHS.split("|"))
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
            or re.search(rf"\b{KINDS}\b", match["what"], re.I)
            or re.fullmatch(r"(?:this|these|that|those|it|all)", match["what"].strip(), re.I)
            or _FILE.search(match["what"])
        ):
            return Whole("summary", (match["what"].strip(),))
    if part := section_named(question):
        return Whole("part", (part.name,), part)
    return None


def meant(
    subject: str, sources: Sequence[SourceInfo], kind: re.Pattern[str] = _KIND
) -> list[SourceInfo]:
    """The documents that a few words mean: by their place in the list ("the second report"), by
    words of their title or name or the first letters of these; all where the words say no more than
    "these documents"; none where they say something else ("article 5 of the contract").

    Args:
        subject: the words.
        sources: all documents.
        kind: words for what kind of thing a document is, which need not be in its name.
    """
    lowered = subject.lower()
    if by_name := [one for one in sources if _names_file(lowered, one.path)]:
        return by_name
    place = _PLACE.search(subject)
    subject = _PLACE.sub(" ", re.sub(r"['’]s\b", "", subject))
    words = telling(subject)
    kinds = {word for word in words if kind.fullmatch(word)}
    initials = {word.lower() for word in subject.split() if INITIALS.fullmatch(word)}
    found = [source for source in sources if _is_called(source, words - kinds, initials)]
    # "The contract" is the one that is called so, if any is.
    of_kind = [source for source in found if _has_any(source, kinds)]
    if place is None:
        return of_kind or found
    number = _PLACES[place["place"].lower()]
    return of_kind[number:][:1] or found[number:][:1]


def _names_file(lowered: str, path: str) -> bool:
    """Whether a file's whole name stands in a text of small letters: "11.txt" is not "1.txt"."""
    name = path.rpartition("/")[2].lower()
    if name not in lowered:  # nearly always
        return False
    return bool(re.search(rf"(?<![\w.-]){re.escape(name)}(?!\w)", lowered))


def _is_called(source: SourceInfo, words: set[str], initials: set[str]) -> bool:
    """Whether a document's title or name has all the words, or forms of them, or begins those of
    its title with such letters: "MPL"."""
    text = f"{source.title} {source.path}".lower()
    titled = source.title.lower().split() if initials else []
    letters = "".join(word[0] for word in titled)
    letters += " " + "".join(word[0] for word in titled if word not in STOP_WORDS)
    rest = [word for word in words if word not in initials or word not in letters]
    if not all(word[:_SAME] in text or word in _MONTHS for word in rest):
        return False  # most are told apart at a glance
    known = _named(source) if rest else set()
    return all(any(_is_form(word, one) for one in known) for word in rest)


def _has_any(source: SourceInfo, words: set[str]) -> bool:
    """Whether any of the words is one of a document's title or name."""
    text = f"{source.title} {source.path}".lower()
    return any(word in text for word in words) and bool(words & _named(source))


def _is_form(word: str, other: str) -> bool:
    """Whether two words are the same, or forms of one ("supply", "supplier")."""
    short, long = sorted((word, other), key=len)
    return short == long or (len(short) > _SAME and long.startswith(short[:-1]))


def telling(subject: str) -> set[str]:
    """Words that tell one document from others."""
    words = re.findall(r"[^\W_]+", subject.lower())
    return {word for word in words if word not in STOP_WORDS and word not in _SAY_LITTLE}


def _named(source: SourceInfo) -> set[str]:
    """Words of a document's title and name; the month of a date in it by its name too."""
    name = source.path.rpartition(".")[0] or source.path
    words = set(re.findall(r"[^\W_]+", f"{source.title} {name}".lower()))
    months = re.findall(r"(?:1\d|20)\d\d-(0[1-9]|1[0-2])(?!\d)", name)
    return words | {MONTHS.split("|")[int(month) - 1] for month in months}
