"""Parts of a document that are asked for by number or name: a clause, a section, what a version of
a change log says. "What does clause 1.2 say?" has an answer by its place, whatever it is about.
Pure functions.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import NamedTuple

from qa.details import dates
from qa.layout import LINE, quotable
from qa.text import STOP_WORDS, one_line, trim
from qa.types import Document, Span

_LABEL = (
    r"(?:sub)?section|clause|article|paragraph|chapter|rule|annex|appendix|schedule|part|regulation"
    r"|requirement|(?:agenda )?item|question|task|abschnitt|artikel|kapitel|klausel|paragraf|ziffer"
    r"|anhang|regel|§+"
)
_NUMBER = r"\d{1,3}(?:\.\d{1,3})*[a-z]?|[IVXLC]{1,5}|[A-Z]"
_LETTER = r"\(?(?P<letter>[a-z]|[ivx]{1,4})\)"
_NUMBERED = rf"(?P<label>{_LABEL})\s*(?P<number>{_NUMBER})(?:\s*{_LETTER})?(?![\w.]*\w)"
_NAME = r"(?P<name>(?!the\b)[\w'’-]+(?: [\w'’&-]+){0,5}?)"
_USUAL = (
    r"(?P<usual>abstract|introduction|background|preface|foreword|summary|methods?|methodology|results"
    r"|discussion|limitations|conclusions?|acknowledge?ments|appendix|glossary)"
)
_BARE = r"(?P<bare>\d{1,3}(?:\.\d{1,3})+)(?:\s*\(?(?P<item>[a-z]|[ivx]{1,4})\))?(?![\w.]*\w)"
_PART = (
    rf"(?:(?:the )?{_NUMBERED}|{_BARE}|the {_NAME} (?:section|chapter|clause|part)|the {_USUAL})"
)
_OF = r"(?: (?:of|in|from) (?P<of>.+?))?"
_ASK = r"(?:please |can you |could you |would you |will you )*"
_QUESTIONS = tuple(
    re.compile(rf"{_ASK}{pattern}\W*", re.IGNORECASE)
    for pattern in (
        rf"what (?:do|does|did|is|are) {_PART}{_OF} (?:say|state|mean|contain|cover|require|provide"
        r"|regulate|include|about)",
        rf"what(?:['’]s| is| does it say| is said| is written| stands) in {_PART}{_OF}",
        rf"(?:summari[sz]e|sum up|outline|show|read|quote|cite|give|repeat)(?: me)?(?: out)?"
        rf" {_PART}{_OF}",
        rf"was (?:steht in|steht unter|sagt|besagt|regelt) (?:der |die |dem |das )?{_NUMBERED}"
        r"(?: (?:der|des|im|in der|von) (?P<of>.+?))?",
        rf"(?:what (?:is|are|was|were) (?:the )?)?{_NUMBERED}{_OF}",
        r"(?:what (?:are|were|is|was) )?(?:the )?(?P<usual>abstract|introduction|methods|results"
        r"|discussion|limitations|conclusions?|acknowledge?ments) (?:of|in|from) (?P<of>.+?)",
    )
)
_SHORTER = re.compile(rf"{_ASK}(?:summari|sum up|outline)", re.IGNORECASE)
_VERSION = re.compile(
    r"(?:\b(?:version|release|v)\s*)?(?<![\w.])v?(?P<number>\d+(?:\.\d+)+)\b(?!\.\d)", re.I
)
_CHANGE = re.compile(
    r"\b(?:chang(?:es?|ed)|changelog|new|differ(?:s|ent|ences?)|fix(?:es|ed)?|bug(?:s|fix|fixes)?|add(?:s|ed|itions?)?"
    r"|remov(?:es?|ed|als?)|deprecat(?:es?|ed|ions?)|improve[ds]?|improvements?|features?|broke|breaking"
    r"|release notes|security)\b",
    re.IGNORECASE,
)
_FILLS = STOP_WORDS | frozenset(
    ("s", "made", "bring", "brought", "brings", "come", "came", "comes", "get", "got", "things",
     "thing", "notes", "version", "release", "list", "show", "tell", "introduced", "introduce",
     "happened")
)  # fmt: skip
_RELEASED = re.compile(r"when\b.*\b(?:releas|publish|out\b)|.*\brelease date\b", re.IGNORECASE)
_OUT = frozenset(("released", "release", "published", "out", "date", "day"))
_WHEN = "when"
_NAME_WORDS = 3
"""Of what a version is of."""
_KINDS = ("fix", "bug", "add", "feature", "remov", "deprecat", "improve", "breaking", "security")
_SAME_KIND = {"bug": "fix", "feature": "add"}
_HEADED = re.compile(rf"\W*(?:(?P<label>{_LABEL})\s*)?(?P<number>{_NUMBER})(?![\w])(?!\.\d)", re.I)
_ITEM = re.compile(
    rf"[ \t>*_]*(?:(?P<label>{_LABEL})\s*)?(?P<number>\d{{1,3}}(?:\.\d{{1,3}})*)[.:)]?(?:\s|$)",
    re.I,
)
"""A line that begins with a number."""
_RELEASE = re.compile(
    r"\W*(?:version\s+|release\s+|v)?(?P<label>)(?P<number>\d+(?:\.\d+)+)(?![\w.])[^.!?]{0,40}$",
    re.I,
)
"""A line that begins what a version brought."""
_ITEM_LETTER = re.compile(r"^[ \t]*\(?([a-z]|[ivx]{1,4})\)", re.MULTILINE)
_ANY_LABEL = frozenset(
    ("section", "subsection", "clause", "paragraph", "chapter", "part", "item", "agenda item", "§",
     "§§", "abschnitt", "kapitel", "klausel", "ziffer", "version")
)  # fmt: skip
_BLANK = re.compile(r"(?:\r\n|\r|\n)[ \t]*(?:\r\n|\r|\n)")
_WORD = re.compile(r"[^\W\d_]{2,}")
_MORE_WORDS = 2
"""That a heading may have beside those that it is called by."""


class Part(NamedTuple):
    """What part of what document is asked for."""

    label: str
    """``clause``, ``section``, … in small letters; ``version``; empty of one with a name."""
    name: str
    """Its number (``1.2``), or what it is called."""
    letter: str = ""
    """Of an item in it: ``b``."""
    of: str = ""
    """Words for the document."""
    change: tuple[str, ...] = ()
    """Of a version, stems of the kinds of change asked for; ``when`` for its date."""
    shorter: bool = False
    """Whether a summary is asked for."""

    def named_in(self, text: str) -> bool:
        """Whether a text has the number, behind the label or in front; true where there is none."""
        label = "" if self.label == "version" else rf"(?:^|{re.escape(self.label)}s?)\W{{0,3}}"
        number = rf"{label}(?<![\w.]){re.escape(self.name)}(?!\w|\.\d)"
        of_a_list = self.label.endswith(("item", "question", "task"))  # whose mark is not quoted
        return not self.label or of_a_list or bool(re.search(number, text, re.IGNORECASE))


def part_asked(question: str) -> Part | None:
    """The part that a question asks for; None where it asks for something else."""
    question = one_line(question).strip()
    for pattern in _QUESTIONS:
        if match := pattern.fullmatch(question):
            found = match.groupdict()
            bare = found.get("bare") or ""
            number = found.get("number") or bare
            return Part(
                "clause" if bare else (found.get("label") or "").lower(),
                number or found.get("name") or found.get("usual") or "",
                (found.get("letter") or found.get("item") or "").lower(),
                found.get("of") or "",
                shorter=bool(_SHORTER.match(question)),
            )
    return _version_asked(question)


def _version_asked(question: str) -> Part | None:
    version = _VERSION.search(question)
    if version is None:
        return None
    rest = question[: version.start()] + " " + question[version.end() :]
    when = _RELEASED.match(question)
    asked = [match[0].lower() for match in _CHANGE.finditer(rest)]
    others = re.findall(r"[^\W_][\w.-]*", _CHANGE.sub(" ", rest))
    of = [word for word in others if word.lower() not in (_FILLS | _OUT if when else _FILLS)]
    if not (asked or when) or len(of) > _NAME_WORDS:
        return None
    if when:
        return Part("version", version["number"], of=" ".join(of), change=(_WHEN,))
    stems = (next((kind for kind in _KINDS if word.startswith(kind)), "") for word in asked)
    kinds = dict.fromkeys(_SAME_KIND.get(stem, stem) for stem in stems if stem)
    return Part("version", version["number"], of=" ".join(of), change=tuple(kinds))


def part_of(document: Document, part: Part) -> Span | None:
    """Where the part stands in a document, without its heading; None where there is none."""
    bare = _needs_no_label(document, part)
    for place, heading in enumerate(document.headings):
        if _is_called(heading.text, part, bare):
            end = _end(document, place)
            body = trim(document.text, heading.span.end, end)
            if part.change == (_WHEN,):
                if dates(heading.text):
                    return quotable(document.text, heading.span)
            elif len(body):
                return _within(document, part, body, place)
    span = next(_numbered(document, part), None) if part.label else None
    return _lettered(document.text, part, span) if span else None


def _end(document: Document, place: int) -> int:
    """Where what stands under a heading ends."""
    level = document.headings[place].level
    later = (one.span.start for one in document.headings[place + 1 :] if one.level <= level)
    return next(later, len(document.text))


def _needs_no_label(document: Document, part: Part) -> bool:
    """Whether a number alone may stand for the part: any section may be called so, but a rule is so
    only in a document of rules."""
    about = f"{document.path} {document.title}".lower()
    return part.label in _ANY_LABEL or part.label in about


def _is_called(heading: str, part: Part, bare: bool) -> bool:
    if part.label == "version":
        return bool(re.search(rf"(?<![\d.]){re.escape(part.name)}(?!\d|\.\d)", heading))
    if not part.label:
        own, asked = (set(_WORD.findall(one.lower())) for one in (heading, part.name))
        return bool(asked) and asked <= own and len(own) <= len(asked) + _MORE_WORDS
    match = _HEADED.match(heading)
    if match is None or match["number"].lower() != part.name.lower():
        return False
    if match["label"]:
        return match["label"].lower() == part.label
    if not bare:
        return False
    # "A proof" begins with no letter of a part.
    return not match["number"].isalpha() or heading[match.end() :][:1] in (".", ":", ")")


def _within(document: Document, part: Part, body: Span, place: int) -> Span | None:
    """Of a version the changes of the kind asked for, where they have a heading of their own."""
    if not part.change:
        return _lettered(document.text, part, body)
    for below, heading in enumerate(document.headings[place + 1 :], place + 1):
        if heading.span.start >= body.end:
            break
        if any(kind in heading.text.lower() for kind in part.change):
            own = trim(document.text, heading.span.end, min(_end(document, below), body.end))
            if len(own):
                return own
    return body


def _numbered(document: Document, part: Part) -> Iterator[Span]:
    """Stretches that begin with a line of the number, up to the next number that is not below it,
    or the next heading; the last one up to a blank line. A "2." is an item of any list, unless
    others are numbered 2.1."""
    text = document.text
    headings = [heading.span.start for heading in document.headings]
    begins = _RELEASE if part.label == "version" else _ITEM
    begun = [(one.start(), item) for one in LINE.finditer(text) if (item := begins.match(one[0]))]
    clauses = any("." in item["number"] for _, item in begun)
    for place, (start, item) in enumerate(begun):
        label = (item["label"] or "").lower()
        unlabelled = clauses and not label and _needs_no_label(document, part)
        if item["number"] != part.name or not (label == part.label or unlabelled):
            continue
        if part.change == (_WHEN,):
            line = LINE.match(text, start)
            yield Span(start, line.end() if line else start)
            continue
        after = (
            at for at, one in begun[place + 1 :] if not one["number"].startswith(f"{part.name}.")
        )
        blank = _BLANK.search(text, start)
        last = blank.start() if blank else len(text)
        end = min([next(after, last), *(at for at in headings if at > start)])
        yield trim(text, start, end)


def _lettered(text: str, part: Part, span: Span) -> Span | None:
    """The item with the letter that is asked for, where any is; None where there is none such."""
    if not part.letter:
        return span
    items = list(_ITEM_LETTER.finditer(text, span.start, span.end))
    ends = [*(item.start() for item in items[1:]), span.end]
    found = (
        trim(text, one.start(), end)
        for one, end in zip(items, ends, strict=False)
        if one[1] == part.letter
    )
    return next(found, None)
