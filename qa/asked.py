"""A question taken apart, and how a sentence agrees with it otherwise than in meaning: shared
words, names, the kind of thing asked for, and what the question pins down (`qa.details`)."""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from qa.definitions import defines, introduces, term_asked
from qa.details import HAS, NEAR, OTHER, SILENT, Details, details, together
from qa.signs import lacks_signs
from qa.text import MONTHS, STOP_WORDS, WEEKDAYS, is_row

_KINDS: tuple[tuple[str, re.Pattern[str]], ...] = (
    (
        "number",
        re.compile(
            r"\bhow (many|much|old|long|far|tall|big|large|high|fast|often)\b|\bnumber of\b"
            r"|\b(percentage|price|cost|population|profit|revenue|amount|figure)\b"
        ),
    ),
    ("date", re.compile(r"\bwhen\b|\b(what|which) (year|date|month|day|century)\b|\bmonth$")),
    ("person", re.compile(r"^who\b|\bwho\b(?! are you)|\bwhose\b|\bwhom\b|\bauthors?\b")),
    ("place", re.compile(r"^where\b|\b(what|which) (city|country|countries|state|town|place)\b")),
    ("reason", re.compile(r"\bwhy\b|\b(reason|motive|cause)s?\b")),
)
_NUMBER = re.compile(
    r"\d|\b(one|two|three|four|five|six|seven|eight|nine|ten|eleven|twelve|dozens?|hundreds?"
    r"|thousands?|millions?|billions?|half|twice|several|many)\b",
    re.IGNORECASE,
)
_DATE = re.compile(rf"\b(1\d|20)\d\d\b|\b({MONTHS})\b|\bcentur|\b\d+(st|nd|rd|th)\b", re.IGNORECASE)
_REASON = re.compile(
    r"\b(because|since|due|reason|so that|in order|as a result|caused?|to do with|owing|stems?"
    r"|fears?|therefore|comes? from)\b",
    re.IGNORECASE,
)
_GIVEN = re.compile(
    rf"{_REASON.pattern}|\b(?:reasons|to (?:save|avoid|prevent|make|keep|get)|for fear|in view of"
    r"|in case|blames?|thanks to)\b",
    re.IGNORECASE,
)
"""These and others: more than the weights were fitted with."""
_SINCE_WHEN = re.compile(
    rf"(?:since|due (?:on|by|in))\s+(?:\w+\s+)?(?:\d|{MONTHS}|{WEEKDAYS}|then|last|early|late|mid"
    r"|spring|summer|autumn|winter|\w+ (?:ago|year|month|week))",
    re.IGNORECASE,
)
_NAME = re.compile(r"(?<![.!?]\s)(?<!^)\b[A-Z][\w'’-]*")
_HAS_DIGIT_OR_CAPS = re.compile(r"\w*\d\w*|[A-Z]{2,}\w*|\w+[a-z][A-Z]\w*")
_FIELD = re.compile(r"(?:^|; )([^;:|]{1,80}): ([^;|]*)")
_UNIT = re.compile(r"\d+(?:[.,:]\d+)*|[^\W\d_](?:[\w'’&-]*\w)?")
_EXACT = re.compile(r"\w*[\d_].*|.*[A-Z].*-.*|.*-.*[A-Z].*|.*[a-z][A-Z].*")
"""A number, identifier or code, of which there is no other form."""
_COMPARES = re.compile(
    r"\b(?:than|before|after|except|without|not|other|between|above|below|until|since|over|under"
    r"|besides|most|least)\b|n['’]t\b",
    re.IGNORECASE,
)
"""Of a question with one of these the row that it names may be all but that which it asks for."""
_OF_DATES = re.compile(rf"\d+|{MONTHS}|{WEEKDAYS}")
_FEWEST_ROWS = 2
_WHOLE_NAME = 2
"""Words of a name by which a row is told, if no column is."""
_UNKNOWN = 0.4
"""Share of a question's words that neither the row that it asks for, nor what stands around that,
need hold: people ask in their own."""
_MEASURED = frozenset(("many", "much"))
"""Words that ask for a number and say nothing of what of."""

ELSEWHERE = -0.3
"""What a sentence says of a detail where what stands around it tells of another, or only that
tells of this one."""


def kind_of(question: str) -> str:
    """See `Asked.kind`."""
    lowered = question.lower().strip(" ?!.")
    return next((name for name, pattern in _KINDS if pattern.search(lowered)), "")


def gives_reason(text: str) -> bool:
    """Whether a text has one of the words by which a reason is given; "since January" is none."""
    return any(not _SINCE_WHEN.match(text, one.start()) for one in _GIVEN.finditer(text))


@dataclass(frozen=True, slots=True)
class Asked:
    """A question taken apart."""

    text: str
    terms: tuple[tuple[str, float], ...]
    """Stems that carry its subject, with their inverse document frequency."""
    unknown: float
    """Share of them that stands nowhere in the index."""
    names: frozenset[str]
    """Stems of its proper names and numbers."""
    kind: str
    """What is asked for: ``number``, ``date``, ``person``, ``place``, ``reason`` or nothing."""
    pinned: Details
    """What it leaves no room for something near in."""
    term: str
    """The words whose meaning it asks for; empty where it asks for something else."""
    stems: Callable[[str], list[str]]
    """The index's terms of a text."""

    @classmethod
    def of(
        cls,
        question: str,
        tokens: Callable[[str], list[str]],
        frequency: Callable[[str], int],
        passages: int,
    ) -> Asked:
        """Take ``question`` apart with the index's tokenizer and word counts."""
        words = re.findall(r"[^\W_][\w'’&.-]*[^\W_]|[^\W_]", question)
        said = [word for word in words if word.lower() not in STOP_WORDS]
        subject = [word for word in said if word.lower() not in _MEASURED] or said or words
        stems = list(dict.fromkeys(stem for word in subject for stem in tokens(word)))
        counts = {stem: frequency(stem) for stem in stems}
        terms = tuple((stem, math.log(1 + (passages + 1) / (counts[stem] + 0.5))) for stem in stems)
        names = {
            stem
            for position, word in enumerate(words)
            if word.lower() not in STOP_WORDS
            and (_HAS_DIGIT_OR_CAPS.fullmatch(word) or (position and word[0].isupper()))
            for stem in tokens(word)
            if stem != "s"
        }
        kind = kind_of(question)
        missing = sum(1 for stem in stems if not counts[stem])
        return cls(
            question,
            terms,
            missing / max(1, len(stems)),
            frozenset(names),
            kind,
            details(question),
            term_asked(question),
            tokens,
        )

    def covered(self, stems: frozenset[str]) -> float:
        """How much of the subject is among ``stems``, 0 to 1."""
        total = sum(weight for _, weight in self.terms) or 1.0
        return sum(weight for stem, weight in self.terms if stem in stems) / total

    def pinned_in(self, texts: Sequence[str], named: str) -> list[float]:
        """How much each sentence of a passage is about just what the question pins down, rather
        than another such thing: 1 to -1, 0 where it pins nothing down or nothing is said of it.
        A sentence is also about what those around it are, a row of a table is not.

        Args:
            texts: the sentences.
            named: headings and the name of the file, which they are about too.
        """
        if not self.pinned:
            return [0.0] * len(texts)
        headed = self.pinned.said(named)
        beside = self.pinned.said("\n".join(texts))
        dated = len(self.pinned.dates)
        found = []
        for text in texts:
            said = self.pinned.said(text)
            if is_row(text):
                said = together(said, headed)
                # It is about one thing: another day of the same flat is another row.
                found.append(OTHER if OTHER in said else sum(said) / len(said))
                continue
            states = [
                _in_prose(*three, is_date=place < dated)
                for place, three in enumerate(zip(said, headed, beside, strict=True))
            ]
            found.append(sum(states) / len(states))
        return found

    def is_defined(self, text: str) -> bool:
        """Whether a sentence says what the word means whose meaning is asked for."""
        # "The tenant is a student" does not say who that is.
        says = introduces if self.kind == "person" else defines
        return bool(self.term) and says(text, self.term)

    def rows_asked(self, texts: Sequence[str], around: str) -> list[float]:
        """Of the rows of a passage which one the question asks for: 1 for that, -1 for the others
        of its table, 0 for what is no row, or where it names none; 0 also for a row that it names
        in full, but no column of.

        A row is asked for if it holds words or numbers of the question that the others do not, and
        nearly all the rest are names of its columns or stand around it.

        Args:
            texts: the sentences, as they are read.
            around: headings and the name of the file, which a row is about too.
        """
        rows = {place: _fields(text) for place, text in enumerate(texts) if is_row(text)}
        rows = {place: fields for place, fields in rows.items() if len(fields) > 1}
        found = [0.0] * len(texts)
        wanted = self._units(self.text, silent=True)
        if len(rows) < _FEWEST_ROWS or not wanted or _COMPARES.search(self.text):
            return found
        days = self.pinned._replace(codes=(), numbered=())
        names = {name for fields in rows.values() for name, _ in fields}
        of_days = {unit for unit in wanted if _OF_DATES.fullmatch(unit)}
        if of_days & self._units(" ".join(names)):  # "in 2022": a column
            days = days._replace(dates=())
        cells: dict[int, frozenset[str]] = {}
        for place, fields in rows.items():
            said = days.said(texts[place])
            own = wanted & self._units(" ".join(cell for _, cell in fields))
            own |= of_days if HAS in said else frozenset()  # however it is written
            cells[place] = own if OTHER not in said else frozenset()
        everywhere = frozenset.intersection(*cells.values())
        only = {place: own - everywhere for place, own in cells.items()}
        # Of two of the same first name the one whose whole name is asked for, whatever else.
        held = {place: (len(own & self.names), len(own)) for place, own in only.items()}
        most = max(held.values())
        best = [place for place in held if held[place] == most]
        if not any(most) or 2 * len(best) > len(rows):
            return found
        others = (text for place, text in enumerate(texts) if place not in rows)
        known = self._units(" ".join((around, *others)))
        told = 1.0
        for place in best:
            columns = self._units(" ".join(name for name, _ in rows[place]))
            missing = wanted - cells[place] - columns - known
            exact = any(_EXACT.fullmatch(unit) for unit in missing)
            if exact or missing & self.names or len(missing) > _UNKNOWN * len(wanted):
                return found
            if not wanted & columns:
                if most[0] < _WHOLE_NAME:
                    return found
                told = 0.0  # of that thing, but what is asked of it may not be there
        for place in rows:
            found[place] = told if place in best else -1.0
        return found

    def cell(self, row: str) -> tuple[int, int] | None:
        """Where in a row, as it is read, the cell stands whose column the question names; None
        where it names none, or several alike."""
        fields = [field for field in _FIELD.finditer(row) if field[2].strip()]
        wanted = self._units(self.text, silent=True)
        wanted -= self._units(" ".join(field[2] for field in fields))  # these tell the row
        named = [(len(wanted & self._units(field[1])), field.span(2)) for field in fields]
        most = max((count for count, _ in named), default=0)
        best = [span for count, span in named if count == most]
        return best[0] if most and len(best) == 1 and len(named) > 1 else None

    def _units(self, text: str, *, silent: bool = False) -> frozenset[str]:
        """Stems of the words of a text, and its numbers as they are; without those that say nothing
        of a subject where it is a question."""
        words = _UNIT.findall(text)
        if silent:
            words = [one for one in words if one.lower() not in STOP_WORDS | _MEASURED]
        found: set[str] = set()
        for word in words:
            found.update([word.lower()] if _EXACT.fullmatch(word) else self.stems(word))
        return frozenset(found)

    def measures(
        self, text: str, stems: frozenset[str], passage: frozenset[str], named: frozenset[str]
    ) -> list[float]:
        """The measures of a sentence and its passage from ``covered``, the first, to
        ``lacking`` (see `qa.confidence.FEATURES`).

        Args:
            text: the sentence.
            stems: its own.
            passage: those of the passage and its headings.
            named: those of its headings and the name of the file.
        """
        missing = len(self.names - passage - stems)
        in_row = len(self.names - named - stems) if is_row(text) else 0
        return [
            self.covered(stems),
            self.covered(passage),
            self.unknown,
            missing / max(1, len(self.names)),
            *self._kinds(text),
            1.0 if len(text.split()) < 4 or text.endswith(("?", ":")) else 0.0,
            in_row / max(1, len(self.names)),
            float(lacks_signs(self.text, text)),
        ]

    def _kinds(self, text: str) -> list[float]:
        """1 where the kind of thing asked for is in ``text``, -1 where it is not, else 0."""
        has = {
            "number": lambda: bool(_NUMBER.search(text)),
            "date": lambda: bool(_DATE.search(text)),
            "person": lambda: self._new_name(text),
            "place": lambda: self._new_name(text),
            "reason": lambda: bool(_REASON.search(text)),
        }
        return [(1.0 if has[kind]() else -1.0) if kind == self.kind else 0.0 for kind in has]

    def _new_name(self, text: str) -> bool:
        asked = self.text.lower()
        return any(match[0].lower() not in asked for match in _NAME.finditer(text))


def _fields(row: str) -> list[tuple[str, str]]:
    """The cells of a row with the names of their columns."""
    return [(match[1].strip(), match[2].strip()) for match in _FIELD.finditer(row)]


def _in_prose(own: float, headed: float, beside: float, *, is_date: bool) -> float:
    """What a sentence says of a detail, with its headings and what stands beside it."""
    if own == HAS:
        return HAS
    if headed == HAS:
        return NEAR
    if own == OTHER:
        return ELSEWHERE if beside == HAS else OTHER
    if beside == HAS:
        return NEAR
    if headed == OTHER and not is_date:  # a day in the name of a file is that of its writing
        return OTHER
    return ELSEWHERE if OTHER in (headed, beside) else SILENT
