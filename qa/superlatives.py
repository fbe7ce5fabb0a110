"""What a question asks the most or least of: "the second highest fee". Pure functions."""

from __future__ import annotations

import re
from typing import NamedTuple

from qa.text import NUMBERS, ORDINALS, one_line

_MOST = {
    "most": "", "highest": "high", "largest": "size", "biggest": "size", "greatest": "",
    "longest": "length", "tallest": "high", "heaviest": "weight", "dearest": "price",
    "priciest": "price", "costliest": "price", "latest": "date", "newest": "new", "oldest": "age",
    "hottest": "heat", "warmest": "heat", "deepest": "depth", "widest": "width", "fastest": "speed",
}  # fmt: skip
_LEAST = {
    "least": "", "fewest": "", "lowest": "high", "smallest": "size", "shortest": "length",
    "lightest": "weight", "cheapest": "price", "earliest": "date", "youngest": "age",
    "coldest": "heat", "coolest": "heat", "shallowest": "depth", "narrowest": "width",
    "slowest": "speed",
}  # fmt: skip
_DEGREES = {"expensive": "price", "costly": "price", "recent": "date", "recently": "date"}
_ASKED = re.compile(
    rf"(?<!at )(?<!of )\b(?:(?P<place>{ORDINALS})[ -])?(?:(?P<degree>most|least)"
    rf" (?P<adjective>{'|'.join(_DEGREES)})|(?P<word>{'|'.join((*_MOST, *_LEAST))}))\b"
    r"(?! (?:of (?:the|these|those|all|my|our)|likely|important(?:ly)?|common(?:ly)?|often)\b)",
    re.IGNORECASE,
)
_NO_ENTITY = re.compile(
    r"\s*(?:why|how (?!much|many|old|long|far|high|tall|big|large)|is|are|was|were|do|does|did|has"
    r"|have|can|could|should|will|would|may|must)\b",
    re.IGNORECASE,
)
_ORDINALS = ORDINALS.split("|")
_AT_ONCE = re.compile(r"\b(?:(?:in|on|at|for) (?:a|any|any one) )?single\b(?: \w+)?", re.IGNORECASE)
_OTHERWISE = re.compile(
    r"\b(?:not|never|no|without|except|than|almost|nearly|among|one of)\b|n[’']t\b", re.IGNORECASE
)
"""By which a question asks for something else than what has most."""
_COSTS = re.compile(r"\bcosts? (?:(?:me|us|you|them) )?(?:the )?$", re.IGNORECASE)
_TO_DO = re.compile(r"\bto [\w'’-]+", re.IGNORECASE)
_COUNTED = re.compile(rf"\b(?:{NUMBERS}|\d+|\w+(?:st|nd|rd|th)) *$", re.IGNORECASE)


class Superlative(NamedTuple):
    """What a question asks the most or least of."""

    most: bool
    place: int
    """0 for the first, 1 for the second most."""
    kind: str
    """What its adjective speaks of (``price``, ``age``), or nothing."""
    adds_up: bool
    """Whether what stands in several rows counts together ("the most honey", but not "the highest
    weight")."""
    words: str
    """In which it asks for it: ``second highest``."""
    before: str
    behind: str
    """The rest of the question."""

    @property
    def rest(self) -> str:
        """The question without these."""
        return f"{self.before} {self.behind}"


def superlative(question: str) -> Superlative | None:
    """What a question asks the most or least of; None where it asks something else."""
    match = _ASKED.search(question)
    if match is None or _NO_ENTITY.match(question) or _OTHERWISE.search(question):
        return None
    before, behind = question[: match.start()], question[match.end() :]
    if len(_ASKED.findall(question)) > 1 or _COUNTED.search(before):
        return None
    place = _ORDINALS.index(match["place"].lower()) if match["place"] else 0
    word = (match["word"] or match["degree"]).lower()
    kind = _DEGREES.get((match["adjective"] or "").lower()) or {**_MOST, **_LEAST}[word]
    if _COSTS.search(before):
        kind = "price"
    if kind == "price" and _TO_DO.search(behind):  # what it costs to do something is one of many
        return None
    behind = _TO_DO.sub(" ", behind)
    adds_up = not kind and not _AT_ONCE.search(behind)
    words = one_line(match[0]).lower()
    return Superlative(
        word in _MOST, place, kind, adds_up, words, before, _AT_ONCE.sub(" ", behind)
    )


def the_other(question: str, what: str) -> str:
    """A question for what has most or least of something, about what ``what`` names in its place:
    "the shortest" rather than the longest. Empty where either names none."""
    new = _ASKED.fullmatch(what.removeprefix("the ").strip())
    old = _ASKED.search(question)
    return question[: old.start()] + new[0] + question[old.end() :] if new and old else ""
