"""What a question pins down (dates, codes, things with a number), and whether a text is about that
or about another: ``lot C``, ``WW-106`` and ``9 March 2022`` leave no room for what is near.

Dates are compared however they are written (``2022-03-09``, ``9.3.2022``, ``March 9th``), in
English and German. Pure functions.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from itertools import pairwise
from typing import NamedTuple

from qa.text import MONTHS, STOP_WORDS, WEEKDAYS, YEAR

HAS, NEAR, SILENT, OTHER = 1.0, 0.5, 0.0, -1.0
"""What a text says of a detail: just that; what stands around the text does; nothing; another."""

_GERMAN = "januar|februar|märz|april|mai|juni|juli|august|september|oktober|november|dezember"
_NUMBER_OF = {
    name: number
    for names in (MONTHS, _GERMAN)
    for number, full in enumerate(names.split("|"), 1)
    for name in (full, full[:3], full[:4] if full == "september" else full[:3])
}
_MONTH = rf"({'|'.join(sorted(_NUMBER_OF, key=len, reverse=True))})\b\.?"
_DAY = r"(?<![\d.,:/-])(\d{1,2})(?:st|nd|rd|th|\.)?"
_AND_YEAR = r"(?:,?\s+(\d{4})(?!\d))?"
_YEAR = rf"({YEAR})"
_BOUND = (
    r"(?:since|from|until|till|to|by|before|after|between|than|ab|seit|von|vom|bis|vor|nach"
    r"|zwischen)"
)
"""Words behind which a date, or a number, is one end of what is meant."""
_WHEN = rf"(?:in|of|on|the|year|for|during|early|late|mid|im|jahr|{_BOUND})"
_GERMAN_DAY = r"(?:am|vom|bis|den|dem|der|ab|zum|seit|und)"
_PATTERNS = tuple(
    (re.compile(pattern, re.IGNORECASE), order)
    for pattern, order in (
        (r"(?<!\d)(\d{4})-(\d\d)(?:-(\d\d))?(?![\d-])", "ymd"),
        (r"(?<![\d.])(\d{1,2})\.\s?(\d{1,2})\.\s?(\d{4})(?!\d)", "dmy"),
        (rf"\b{_GERMAN_DAY}\s+(\d{{1,2}})\.\s?(\d{{1,2}})\.(?!\d)", "dm"),
        (r"(?<![\d/])(\d{1,2})/(\d{1,2})/(\d{4})(?![\d/])", "dmy mdy"),
        (rf"{_DAY}\s+(?:of\s+)?{_MONTH}{_AND_YEAR}", "dmy"),
        (rf"\b{_MONTH}\s+(\d{{1,2}})(?:st|nd|rd|th)?(?!\d|[:.]\d){_AND_YEAR}", "mdy"),
        (rf"\b{_MONTH},?\s+(?:of\s+)?{_YEAR}(?!\d)", "my"),
        (rf"\b(?:in|of|since|until|by|for|during|this|last|next|im)\s+({MONTHS}|{_GERMAN})\b", "m"),
        (rf"\b((?!may\b|march\b|mai\b)(?:{MONTHS}|{_GERMAN}))\b", "m"),
        (rf"\b(?:Q[1-4]|[1-4]Q|H[12])[ /-]?{_YEAR}(?!\d)", "y"),  # quarters and halves
        (rf"\b{_WHEN}\s+{_YEAR}(?![\d/-]|s\b|[.,]\d|\s\d)", "y"),
        # As many books, or litres, are no year.
        (rf"(?<![\d.,/$€£-])(?<!\d\s){_YEAR}(?![\d/-]|s\b|[.,]\d|\s+[a-z\d])", "y"),
    )
)
_EITHER = re.compile(r"(?<!\d)(?:0?[1-9]|1[0-2])/(?:0?[1-9]|1[0-2])/\d{4}(?!\d)")
"""Of which it is not known what is the day."""
_SEASON = re.compile(rf"(?<!\d){_YEAR}\s?[/–-]\s?(\d\d)(?![\d-])")
"""``2011-12``: the two years, unless they do not follow one another."""
_SOME = rf"(?:\d[\d.:/-]*(?:st|nd|rd|th|\.)?|{_MONTH})"
_OPEN = re.compile(
    rf"(?<![^\W_]){_BOUND}:?\s+(?:\w+\s+)?{_SOME}"
    rf"|(?<![\w-]){_SOME}\s*(?:[–—-]|&|\b(?:to|and|or|until|bis|und|oder)\b)\s*{_SOME}",
    re.IGNORECASE,
)
"""A stretch or a list, which means more than the ends that it tells."""
_DAY_OF_ISO = re.compile(r"(?<!\d)\d{4}-\d\d-\d\d(?![\d-])")
_DAY_TO = r"(?:st|nd|rd|th|\.)?\s*(?:[–—-]|to|until|till|bis(?:\s+zum)?)\s*"
_TO = re.compile(r"\s*(?:[–—-]|to|until|till|bis(?:\s+zum)?)\s*", re.IGNORECASE)
_FROM = re.compile(r"\b(?:from|between|vom|von|zwischen)\s+(?:the\s+)?\Z", re.IGNORECASE)
_DAYS = tuple(
    (re.compile(pattern, re.IGNORECASE), order)
    for pattern, order in (
        (
            rf"(?<![\d.,:/-])(\d{{1,2}}){_DAY_TO}(\d{{1,2}})(?:st|nd|rd|th|\.)?\s+(?:of\s+)?"
            rf"{_MONTH}{_AND_YEAR}",
            "flmy",
        ),
        (rf"\b{_MONTH}\s+(\d{{1,2}}){_DAY_TO}(\d{{1,2}})(?![\d:]|\.\d){_AND_YEAR}", "mfly"),
    )
)
"""First and last day of a stretch within a month."""
_TO_BOUND = re.compile(
    rf"\b{_BOUND}\s+(?:the\s+)?\Z|\b(?:between|from|zwischen|von|vom)\b.*\b(?:and|to|until|und|bis)\s+\Z",
    re.IGNORECASE,
)

_CODE = re.compile(
    r"(?<![\w/.-])(?!\d+(?:[VAW]|[AP]M|[KMG]?[WB]|K[GMVN]|[MC]M|M[LGA]|[KMG]?HZ|TB)(?!\w))"
    r"(?=[\w-]*(?:\d|-))(?=[\w-]*[A-Z])(?:[A-Z]+\d[\w-]*|[A-Z]{1,5}-\w+(?:-\w+)*"
    r"|\d+[A-Z]+\w*)(?![\w-])"
)
"""``E04``, ``WW-106``, ``TM-D``, ``4G``: capitals with digits, or with a hyphen."""
_TYPED_CODE = re.compile(
    rf"{_CODE.pattern}|(?<![\w/.-])[a-z]{{1,4}}-?\d{{1,5}}[a-z]?(?:-\w{{1,6}})*(?![\w-])"
)
"""Also as people type them, in small letters: ``ww-106``."""
_IDENTIFIER = re.compile(
    r"(?<![\w.])[A-Za-z][a-z0-9]*(?:_[A-Za-z0-9]+)+(?!\w)|(?<!\w)_*[A-Za-z]\w*(?=\()"
)
"""What programs have for names: ``max_length``, and what is called: ``pause()``."""
_CALLED = re.compile(r"(?<![\w.])[A-Za-z_]\w+(?=\(\))")
_NUMBERED = re.compile(
    r"\b([^\W\d_]{3,})\s+(?:no\.?\s+|nr\.?\s+|#)?(\d{1,4}|[A-HJ-Z]|[b-hj-lnp-ru-z])\b"
    r"(?![.,:/%’'-]?\w)"
)
_CLAUSED = re.compile(
    r"(clause|section|article|paragraph|chapter|rule|annex|step|point|§|(?:version|release)"
    r"(?=\s*\d+\.\d+\.\d))\s*(\d{1,3}(?:\.\d{1,3})+)(?![\w.]*\w)",
    re.IGNORECASE,
)
_PARTS = frozenset(("clause", "section", "article", "paragraph", "chapter", "rule", "item", "step"))
_CLAUSE = re.compile(r"\W{0,4}(\d{1,3}(?:\.\d{1,3})+)(?:[.:)]|(?=\s+[^\W\d_a-zà-ÿ])|(?=\s*[(]|$))")
"""The number that a clause begins with."""
_VERSION = re.compile(r"(?<![\d.])\d{1,3}(?:\.\d{1,3}){2,}(?![\d]|\.\d)")
_NO_LABEL = STOP_WORDS | frozenset(
    (
        *MONTHS.split("|"), *_GERMAN.split("|"), "about", "above", "after", "around", "before",
        "below", "between", "least", "less", "more", "most", "nearly", "only", "over", "since",
        "some", "than", "top", "under", "until", "within", "exactly", "every", "these", "those",
        "next", "last", "first", "another", "other", "each", "all", "und", "oder", "der", "die",
        "das", "vor", "nach", "seit", "bis", "auf", "mit", "paid", "pays", "cost", "costs", "sold",
        "bought", "made", "got", "took", "held", "gave", "sent", "won", "lost", "ran", "needs",
        "need", "takes", "take", "lasts", "weighs", "earns", "wants", "find", "page", "pages",
        "worth",
    )
)  # fmt: skip
"""Words before a number of which it is no name."""

Date = tuple[int, int, int]
"""Year, month, day; 0 where it is not said."""


class Details(NamedTuple):
    """What a question pins down."""

    dates: tuple[Date, ...]
    codes: tuple[str, ...]
    numbered: tuple[tuple[str, str], ...]
    """Things with their number or letter: ``("lot", "C")``."""

    def __bool__(self) -> bool:
        return any(self)

    def said(self, text: str) -> list[float]:
        """For each detail what a text says of it: `HAS`, `SILENT` or `OTHER`."""
        found = []
        if self.dates:
            told = _Told.of(text)
            found = [told.of_date(date) for date in self.dates]
        found += [_code_said(code, text) for code in self.codes]
        return found + [_number_said(label, number, text) for label, number in self.numbered]


def together(own: Sequence[float], around: Sequence[float]) -> list[float]:
    """What a sentence says of details, with what it belongs to: `NEAR` where only that has one."""
    return [
        (HAS if one == HAS else NEAR) if HAS in (one, other) else min(one, other)
        for one, other in zip(own, around, strict=True)
    ]


def details(question: str) -> Details:
    """What ``question`` pins down."""
    programs = [one[0] for one in _IDENTIFIER.finditer(question) if "_" in one[0]]
    programs += _CALLED.findall(question)
    codes = tuple(dict.fromkeys(_TYPED_CODE.findall(question) + programs))
    versions = [("version", number) for number in _VERSION.findall(question)]
    labelled = _NUMBERED.findall(question) + _CLAUSED.findall(question)
    numbered = tuple(
        dict.fromkeys(
            (label, number)
            for label, number in labelled or versions
            if label.lower() not in _NO_LABEL
            and not label.endswith(("ed", "ing"))  # "ordered 3"
            and not re.fullmatch(WEEKDAYS, label.lower())
            and not re.fullmatch(_YEAR, number)
        )
    )
    pinned = _EITHER.sub(" ", question)
    told = (date for date, (at, _) in _dated(pinned) if not _TO_BOUND.search(pinned[:at]))
    return Details(tuple(dict.fromkeys(told)), codes, numbered)


def dates(text: str) -> list[Date]:
    """The dates in a text, in no order; each as far as it is told."""
    return list(dict.fromkeys(date for date, _ in _dated(text)))


def _dated(text: str) -> Iterator[tuple[Date, tuple[int, int]]]:
    """Dates with where they stand; what one pattern takes is not looked at by later ones."""
    for match in _SEASON.finditer(text):
        first, second = int(match[1]), int(match[2])
        if (first + 1) % 100 == second:
            yield from (((year, 0, 0), match.span()) for year in (first, first + 1))
            text = text[: match.start()] + " " * len(match[0]) + text[match.end() :]
    for pattern, orders in _PATTERNS:
        for match in pattern.finditer(text):
            read = [
                _date(dict(zip(order, match.groups(), strict=False))) for order in orders.split()
            ]
            found = [date for date in read if date]
            yield from ((date, (match.start(1), match.end())) for date in found)
            if found:
                text = text[: match.start()] + " " * len(match[0]) + text[match.end() :]


def exchanged(question: str, what: str) -> str:
    """The question about another day, code or number of the same thing, which ``what`` names:
    "the rent of flat 4" with "and of flat 2" is "the rent of flat 2". Empty where ``what`` names
    none, or the question none that could be exchanged for it."""
    if re.fullmatch(r"\d{1,3}(?:\.\d{1,3})*[a-z]?", what):
        for old in (*_CLAUSED.finditer(question), *_NUMBERED.finditer(question)):
            if old[1].lower() in _PARTS:
                return question[: old.start(2)] + what + question[old.end(2) :]
    pinned = details(what)
    if sum(map(len, pinned)) != 1:
        return ""
    for code in pinned.codes:
        for old in _TYPED_CODE.finditer(question):
            if _shape(old[0]) == _shape(code):
                return question[: old.start()] + code + question[old.end() :]
    for label, number in pinned.numbered:
        if label == "version" and (version := _VERSION.search(question)):
            return question[: version.start()] + number + question[version.end() :]
        for old in (*_NUMBERED.finditer(question), *_CLAUSED.finditer(question)):
            if old[1].lower() == label.lower():
                return question[: old.start(2)] + number + question[old.end(2) :]
    for date, (start, end) in _dated(what):
        for old_date, (begin, stop) in _dated(question):
            if _finest(old_date) != _finest(date):
                continue
            year = f" {old_date[0]}" if old_date[0] and not date[0] and date[1] else ""
            return question[:begin] + what[start:end] + year + question[stop:]
    return ""


def _date(parts: dict[str, str | None]) -> Date | None:
    month = (parts.get("m") or "0").lower()
    number = _NUMBER_OF.get(month) or (int(month) if month.isdecimal() else 0)
    date = int(parts.get("y") or 0), number, int(parts.get("d") or 0)
    zero = any(part is not None and not part.strip("0") for part in parts.values())
    good = any(date) and not zero and number <= 12 and date[2] <= 31 and bool(number or not date[2])
    return date if good and (not date[0] or 1500 <= date[0] < 2200) else None


def written_otherwise(question: str) -> str:
    """The words by which documents may have the dates of a question, other than its own:
    ``04 08`` for the eighth of April, and the other way about."""
    words: dict[str, None] = {}
    for _, month, day in dates(question):
        if month:
            words |= dict.fromkeys((MONTHS.split("|")[month - 1], f"{month:02}"))
            words |= dict.fromkeys((str(day), f"{day:02}") if day else ())
    own = set(re.findall(r"\w+", question.lower()))
    return " ".join(word for word in words if word not in own)


class _Told(NamedTuple):
    """The dates of a text."""

    dates: list[Date]
    stretches: list[tuple[Date, Date]]
    """First and last."""
    open: bool
    """Whether it tells of a list, or of one end of a stretch, so that others may be meant too."""

    @classmethod
    def of(cls, text: str) -> _Told:
        stretches: list[tuple[Date, Date]] = []
        for pattern, order in _DAYS:
            for match in pattern.finditer(text):
                part = dict(zip(order, match.groups(), strict=True))
                ends = [_date({**part, "d": part[which]}) for which in "fl"]
                if ends[0] and ends[1]:
                    stretches.append((ends[0], ends[1]))
                    text = _without(text, *match.span())
        places = sorted(_dated(text), key=lambda one: one[1])
        for (first, (begin, end)), (last, (start, stop)) in pairwise(places):
            if _TO.fullmatch(text[end:start]) and bool(first[1]) == bool(last[1]):
                stretches.append((first, last))
                text = _without(text, begin, stop)
        found = [date for date, _ in places] + [end for ends in stretches for end in ends]
        is_open = bool(_OPEN.search(_DAY_OF_ISO.sub("1", text)) or _SEASON.search(text))
        return cls(list(dict.fromkeys(found)), stretches, is_open)

    def of_date(self, asked: Date) -> float:
        """What is told of a date."""
        as_fine = [one for one in self.dates if one[_finest(asked)]]
        if any(_agree(asked, one) for one in as_fine):
            return HAS
        if any(_within(asked, *stretch) for stretch in self.stretches):
            return HAS
        agreeing = any(_agree(asked, one) for one in self.dates)
        another = bool(as_fine) or (bool(self.dates) and not agreeing)
        return OTHER if another and not self.open else SILENT


def _without(text: str, begin: int, end: int) -> str:
    """A text with blanks for a stretch and the word before it."""
    begin = next((match.start() for match in [_FROM.search(text, 0, begin)] if match), begin)
    return text[:begin] + " " * (end - begin) + text[end:]


def _within(asked: Date, first: Date, last: Date) -> bool:
    """Whether what is asked for lies in a stretch, as far as all three tell."""
    told = [place for place in range(3) if asked[place] and first[place] and last[place]]
    if not told or told[-1] != _finest(asked):
        return False
    low, one, high = (tuple(date[place] for place in told) for date in (first, asked, last))
    return low <= one <= high if low <= high else one >= low or one <= high


def _finest(date: Date) -> int:
    """The place of the last part that a date tells."""
    return max(place for place in range(3) if date[place])


def _agree(one: Date, other: Date) -> bool:
    return all(a == b or not a or not b for a, b in zip(one, other, strict=True))


def _code_said(code: str, text: str) -> float:
    if re.search(rf"(?<![\w-]){re.escape(code)}(?![\w-])", text, re.IGNORECASE):
        return HAS
    if "_" in code or not _TYPED_CODE.fullmatch(code):
        return OTHER if _IDENTIFIER.search(text) else SILENT
    shape = _shape(code)
    return OTHER if any(_shape(one) == shape for one in _CODE.findall(text)) else SILENT


def _clause_said(number: str, text: str) -> float:
    own = _CLAUSE.match(text)
    told = {clause for _, clause in _CLAUSED.findall(text)} | ({own[1]} if own else set())
    if number.count(".") > 1:  # of a version, wherever it stands
        told |= set(_VERSION.findall(text))
    if any(f"{one}.".startswith(f"{number}.") for one in told):  # 1.2.1 is of 1.2
        return HAS
    return OTHER if told else SILENT


def _shape(code: str) -> str:
    return re.sub(r"\d+", "9", re.sub(r"[A-Za-z]", "A", code))


def _number_said(label: str, number: str, text: str) -> float:
    if "." in number:
        return _clause_said(number, text)
    several = label[:-1] if label.endswith("s") and len(label) > 4 else label
    named = rf"(?<![^\W_])(?:{re.escape(label)}|{re.escape(several)})(?:e?s)?(?:\s*:)?"
    gap = "*" if number.isdecimal() else "+"  # "flat2" is flat 2, "plant" is no plan T
    said = rf"{named}[\s_:-]{gap}(?:no\.?\s+|nr\.?\s+|#)?"
    more = r"(?:\w{1,4}\s*(?:[,/&]|\b(?:and|und|or|oder|to)\b)\s*(?:(?:and|und|or|oder)\s+)?)*"
    this = rf"0*{number}" if number.isdecimal() else number
    if re.search(rf"{said}{more}{this}(?![\w]|[.,]\d)", text, re.IGNORECASE):
        return HAS
    another = r"\d{1,4}" if number.isdecimal() else r"(?-i:[A-HJ-Z])"
    end = r"(?!\w|[.,]\d)"
    on = rf"(?P<on>\s*(?:[,/&–—-]|\b(?:to|and|or|bis|und|oder)\b)\s*{another}{end})?"
    one = re.search(rf"{said}{another}{end}{on}", text, re.IGNORECASE)
    return OTHER if one and not one["on"] else SILENT
