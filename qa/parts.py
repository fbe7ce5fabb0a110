"""Parts of a document that are asked for by number or name: a clause, a section, what a version of
a change log says. "What does clause 1.2 say?" has an answer by its place, whatever it is about.
Pure functions.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from typing import NamedTuple

from qa.details import dates
from qa.layout import LINE, quotable
from qa.text import NUMBERS, STOP_WORDS, one_line, trim
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
_PART = rf"(?:(?:the )?{_NUMBERED}|the {_NAME} (?:section|chapter|clause|part)|the {_USUAL})"
_OF = r"(?: (?:of|in|from) (?P<of>.+?))?"
_SAY = r"(?:say|state|mean|contain|cover|require|provide|regulate|include|about)"
_ASK = r"(?:please |can you |could you |would you |will you )*"
_QUESTIONS = tuple(
    re.compile(rf"{_ASK}{pattern}\W*", re.IGNORECASE)
    for pattern in (
        rf"what (?:do|does|did|is|are) {_PART}{_OF} {_SAY}",
        rf"what (?:do|does|did) {_BARE}{_OF} {_SAY}",
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
_PLAIN = re.compile(
    r"(?!.*\babout\b)what(?:['’]s| is| are| was| were) the"
    rf" (?P<name>[\w'’-]+(?: [\w'’-]+){{0,2}}?){_OF}\W*",
    re.I,
)
_SHORTER = re.compile(rf"{_ASK}(?:summari|sum up|outline)", re.IGNORECASE)
_VERSION = re.compile(
    r"(?P<label>\b(?:version|release|v)\s*)?(?<![\w.])v?(?P<number>\d+(?:\.\d+)+)(?![-.+]?\w)", re.I
)
_NO_VERSION = re.compile(r"\d{1,2}\.\d{1,2}\.\d{4}|\d+(?:\.\d+){3,}")
"""A date, or an address of a machine."""
_RANGE = re.compile(r"\b(?:between|after|before|since|until|from|than)\b", re.IGNORECASE)
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
_ANY_CHANGE = re.compile(r"\bwhat(?:['’]s| is| was)? (?:new|changed|different)\b", re.IGNORECASE)
_RELEASED = re.compile(r"when\b.*\b(?:releas|publish|out\b)|.*\brelease date\b", re.IGNORECASE)
_OUT = frozenset(("released", "release", "published", "out", "date", "day"))
_WHEN = "when"
_NAME_WORDS = 3
"""Of what a version is of."""
_KINDS = {
    "fix": r"fix(?:es|ed)?|bug ?fix(?:es)?|bugs?",
    "add": r"add(?:s|ed|itions?)?|new|features?",
    "remov": r"remov(?:e|es|ed|als?)|dropped",
    "deprecat": r"deprecat(?:e|es|ed|ions?)",
    "improve": r"improve(?:d|ments?)?|chang(?:es|ed)",
    "breaking": r"breaking|broke",
    "security": r"security",
}
"""Kinds of changes, as questions and headings name them."""
_HEADED = re.compile(
    rf"\W*(?:(?P<label>{_LABEL})\s*)?(?P<number>{_NUMBER})(?![\w%-])(?!\.\d)", re.I
)
_OPENS = re.compile(r"\s*(?:[.:)–—-]|$)|\s+[^\W\d_a-zà-ÿ]|\s+[\"“(]")
"""What stands behind the number of a heading; "3 men in a boat" is no chapter 3."""
_ALIKE = frozenset(
    (
        "section",
        "clause",
        "paragraph",
        "article",
        "§",
        "artikel",
        "abschnitt",
        "klausel",
        "paragraf",
    )
)
"""Labels of which one is often said for another."""
_ITEM = re.compile(
    rf"[ \t>*_]*(?:(?P<label>{_LABEL})\s*)?(?P<number>\d{{1,3}}(?:\.\d{{1,3}})*)"
    r"[*_]*(?P<stop>[.:)])?[*_]*(?:\s+(?P<small>(?-i:[a-zà-ÿ]))?|$)",
    re.I,
)
"""A line that begins with a number."""
_LISTED = re.compile(r"\.{3,}\s*\d+\s*$|\t\d+\s*$")
"""A line of a table of contents."""
_TITLED = re.compile(r"[.)]\s+[A-Z][^\W\d]*(?:[ -][^\W\d]+){0,5}\.\s+[A-Z]")
"""What follows the number of a paragraph that has a title ("8. Working from home. Papers …")."""
_ENDED = re.compile(r"[.;:!?)]\s*$")
_RELEASE = re.compile(
    r"\W*(?:version\s+|release\s+|v)?(?P<label>)(?P<number>\d+(?:\.\d+)+)(?![\w.])[^.!?]{0,40}$",
    re.I,
)
"""A line that begins what a version brought."""
_ITEM_LETTER = re.compile(r"(?<![^\r\n])(?P<indent>[ \t]*)\(?(?P<letter>[a-z]|[ivx]{1,4})\)")
_ANY_LABEL = frozenset(
    ("section", "subsection", "clause", "paragraph", "chapter", "part", "item", "agenda item", "§",
     "§§", "abschnitt", "kapitel", "klausel", "ziffer", "version")
)  # fmt: skip
_BLANK = re.compile(r"(?:\r\n|\r|\n)[ \t]*(?:\r\n|\r|\n)(?![ \t\r\n]*\(?(?:[a-z]|[ivx]{1,4})\))")
"""A blank line that no item with a letter follows."""
_WORD = re.compile(r"[^\W\d_]{2,}")
_MORE_WORDS = 2
"""That a heading may have beside those that it is called by."""
_OF_A_LIST = ("item", "question", "task")
"""Labels of what is marked with its number, which is not quoted."""
_ROMAN = "I II III IV V VI VII VIII IX X XI XII"
_WORDS_FOR = {
    str(number): both
    for number, both in enumerate(zip(NUMBERS.split("|"), _ROMAN.split(), strict=True), 1)
}


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
    sure: bool = True
    """Whether it can be nothing else: "2.3" may be a number of another kind than a version's, "the
    homework" no section."""

    def told_by(self, quote: str, headings: str) -> bool:
        """Whether a text is of the part, or speaks of it, as far as its number tells."""
        if not self.sure or not self.label or self.label.endswith(_OF_A_LIST):
            return True
        names = [self.name, *_WORDS_FOR.get(self.name, ())]
        number = rf"(?<![\w.])(?:{'|'.join(map(re.escape, names))})(?!\w|\.\d)"
        label = rf"(?:^|{re.escape(self.label)}s?(?: number| no\.?)?)\W{{0,3}}"
        own = number if self.label == "version" else f"{label}{number}"
        return bool(re.search(own, quote, re.I) or re.search(number, headings, re.I))


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


def section_named(question: str) -> Part | None:
    """The section that a question may ask for by its name, if there is one: "What is the
    homework?"."""
    named = _PLAIN.fullmatch(one_line(question).strip())
    return Part("", named["name"], of=named["of"] or "", sure=False) if named else None


def _version_asked(question: str) -> Part | None:
    version = _VERSION.search(question)
    if version is None or _RANGE.search(question) or _NO_VERSION.fullmatch(version["number"]):
        return None
    before, behind = question[: version.start()], question[version.end() :]
    rest = f"{before} {behind}"
    when = _RELEASED.match(question)
    fills = _FILLS | _OUT if when else _FILLS
    after = re.match(r"\s+([A-Za-z]\w*)", behind)
    counts = after and after[1].lower() not in fills and not _CHANGE.match(after[1])
    if not version["label"] and (counts or re.search(r"\b(?:at|on)\s+$", before)):
        return None  # "2.5 years", "at 7.30"
    asked = [match[0].lower() for match in _CHANGE.finditer(rest)]
    of = [
        word
        for word in re.findall(r"[^\W_][\w.-]*", _CHANGE.sub(" ", rest))
        if word.lower() not in fills
    ]
    if not (asked or when) or len(of) > _NAME_WORDS:
        return None
    found = (kind for word in asked for kind, names in _KINDS.items() if re.fullmatch(names, word))
    kinds = tuple(kind for kind in dict.fromkeys(found) if not _ANY_CHANGE.search(rest))
    return Part(
        "version",
        version["number"],
        of=" ".join(of),
        change=(_WHEN,) if when else kinds,
        sure=bool(version["label"]) or version["number"].count(".") > 1,
    )


def part_of(document: Document, part: Part) -> Span | None:
    """Where the part stands in a document, without its heading; None where there is none."""
    bare = _needs_no_label(document, part)
    ranks = [_rank(heading.text, part, bare) for heading in document.headings]
    called = [(rank, place) for place, rank in enumerate(ranks) if rank is not None]
    for _, place in sorted(called):
        heading = document.headings[place]
        body = trim(document.text, heading.span.end, _end(document, place))
        if part.change == (_WHEN,):
            if dates(heading.text):
                return quotable(document.text, heading.span)
        elif len(body):
            return _within(document, part, body, place)
    if not part.label:
        return None
    found = (_lettered(document.text, part, span) for span in _numbered(document, part, bare))
    return next((span for span in found if span), None)


def names_part(headings: Iterable[str], part: Part) -> bool:
    """Whether one of some headings is what a part is called."""
    return any(_rank(heading, part, bare=True) is not None for heading in headings)


def _end(document: Document, place: int) -> int:
    """Where what stands under a heading ends."""
    headings = document.headings
    for later in range(place + 1, len(headings)):
        if headings[later].level <= headings[place].level:
            return headings[later].span.start
    return len(document.text)


def _needs_no_label(document: Document, part: Part) -> bool:
    """Whether a number alone may stand for the part: any section may be called so, but a rule is so
    only in a document of rules."""
    about = f"{document.path} {document.title}".lower()
    return part.label in _ANY_LABEL or part.label in about


def _rank(heading: str, part: Part, bare: bool) -> int | None:
    """How far a heading is from being just what the part is called; None for another."""
    if part.label == "version":
        named = (
            rf"\W*(?:(?!(?:from|to|since)\b)[\w-]+ ){{0,2}}?v?{re.escape(part.name)}(?![-.+]?\w)"
        )
        return 0 if re.match(named, heading, re.IGNORECASE) else None
    if not part.label:
        own, asked = (set(_WORD.findall(one.lower())) for one in (heading, part.name))
        more = len(own) - len(asked)
        most = _MORE_WORDS if part.sure else 0
        return more if asked and asked <= own and more <= most else None
    match = _HEADED.match(heading)
    if match is None or part.name.upper() not in _names(match["number"]):
        return None
    label = (match["label"] or "").lower()
    if label == part.label:
        return 0
    if label:
        return 2 if {label, part.label} <= _ALIKE else None
    return 1 if bare and _OPENS.match(heading, match.end()) else None


def _names(number: str) -> set[str]:
    """A number as it is written, and a Roman one also as it is written else."""
    roman = _ROMAN.split()
    known = {str(roman.index(number.upper()) + 1)} if number.upper() in roman else set()
    return {number.upper(), *known}


def _within(document: Document, part: Part, body: Span, place: int) -> Span | None:
    """Of a version the changes of the kind asked for, where it has headings for such; None where
    none of them is for that."""
    if len(part.change) != 1:
        return _lettered(document.text, part, body)
    below = [one for one in document.headings[place + 1 :] if one.span.start < body.end]
    for number, heading in enumerate(below, place + 1):
        if re.search(rf"\b(?:{_KINDS[part.change[0]]})\b", heading.text, re.IGNORECASE):
            end = min(_end(document, number), body.end)
            return trim(document.text, heading.span.end, end) or None
    return None if below else body


def _numbered(document: Document, part: Part, bare: bool) -> Iterator[Span]:
    """Stretches that begin with a line of the number, up to the next number that is not below it,
    or the next heading; the last one up to a blank line. A "2." is an item of any list, unless
    others are numbered 2.1."""
    text = document.text
    headings = [heading.span for heading in document.headings]
    begins = _RELEASE if part.label == "version" else _ITEM
    begun: list[tuple[int, re.Match[str]]] = []
    before = ""
    for line in LINE.finditer(text):
        item = begins.match(line[0])
        small = item and item.groupdict().get("small") and not item["stop"]
        goes_on = small and before and not _ENDED.search(before)
        if item and not goes_on and not _LISTED.search(line[0]):
            begun.append((line.start(), item))
        gap = len(re.findall(r"\r\n|\r|\n", text[line.end() : line.end() + 4])) > 1
        before = "" if gap else line[0]
    parted = "." in part.name or any(one["number"].startswith(f"{part.name}.") for _, one in begun)
    for place, (start, item) in enumerate(begun):
        label = (item["label"] or "").lower()
        titled = _TITLED.match(text, start + item.end("number"))
        unlabelled = (parted or titled) and not label and bare
        if item["number"] != part.name or not (label == part.label or unlabelled):
            continue
        if any(one.start <= start < one.end for one in headings):
            continue
        if part.change == (_WHEN,):
            said = LINE.match(text, start)
            if said and dates(said[0]):
                yield Span(start, said.end())
            continue
        after = (
            at for at, one in begun[place + 1 :] if not one["number"].startswith(f"{part.name}.")
        )
        blank = _BLANK.search(text, start)
        if blank and not _ENDED.search(text[start : blank.start()]):  # what stands there is a name
            blank = _BLANK.search(text, blank.end())
        last = blank.start() if blank else len(text)
        end = min([next(after, last), *(one.start for one in headings if one.start > start)])
        yield trim(text, start, end)


def _lettered(text: str, part: Part, span: Span) -> Span | None:
    """The item with the letter that is asked for, where any is, with those below it; None where
    there is none such."""
    if not part.letter:
        return span
    items = list(_ITEM_LETTER.finditer(text, span.start, span.end))
    for place, one in enumerate(items):
        if one["letter"] == part.letter:
            after = (
                item.start()
                for item in items[place + 1 :]
                if len(item["indent"]) <= len(one["indent"])
            )
            return trim(text, one.start(), next(after, span.end))
    return None
