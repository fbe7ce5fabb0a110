"""Several questions in one: "Who built it, and when was it sold?" is answered part by part.

A part is a whole question of its own; "who built it, and when?" is one, for what answers the one
half mostly answers the other. Pure functions.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace

from qa.types import Answer, Citation, Statement

_ASKS = r"(?:who|whom|whose|what|which|when|where|why|how)"
_HELPS = (
    r"(?:did|do|does|is|are|was|were|has|have|had|can|could|will|would|should|must|may)(?:n['’]t)?"
)
_NO_NOUN = (
    r"(?:it|he|she|they|we|you|i|this|that|these|those|the|an?|his|her|their|its|my|our|to)\b"
)
_CLAUSE = (
    rf"(?:(?:(?:in|on|at|by|from|to|for|with|of) )?{_ASKS}"
    rf"(?: (?!{_NO_NOUN})[^\s,;?]+){{0,3}}? {_HELPS} [^\s,;?]+"
    rf"|who (?!{_HELPS}\b)[\w'’]+ [^\s,;?]+)"
)
_JOINED = re.compile(
    rf"(?P<one>(?:(?!if\b|unless\b|when\b|after\b|before\b)[^,;?]+, )?{_CLAUSE}[^,;?]*?)"
    rf"(?:[,;]? and|;) (?P<other>{_CLAUSE}.*)",
    re.IGNORECASE,
)
_END = re.compile(r"(?<=\?)[\"”’)]*\s+(?=\w)")
_COUNTED = re.compile(rf"\bhow many (?P<what>[^?]+?) {_HELPS}\b", re.IGNORECASE)
_NOT_SAID = re.compile(rf"how many(?= {_HELPS}\b)", re.IGNORECASE)
MOST_PARTS = 3


def parts_of(question: str) -> list[str]:
    """The questions in a text, each with what stands before it; the text itself where there is one
    only, or more than `MOST_PARTS`.

    What is counted in the first is counted in the next: "How many eggs were laid and how many were
    eaten?" asks how many eggs were eaten.
    """
    found = list[str]()
    if re.search('["“”„«»]', question):  # it may be about what somebody asked
        return [question]
    for sentence in _END.split(question.strip()):
        joined = _JOINED.fullmatch(sentence)
        word = joined["other"].split()[0].lower() if joined else ""
        if joined and not re.search(rf"(?<!^)\b{word}\b", joined["one"], re.IGNORECASE):
            both: tuple[str, ...] = joined["one"].strip(" ,"), joined["other"]
        else:  # or it may be "the man who was told and who did it"
            both = (sentence,)
        found += [f"{part.rstrip(' ?')}?" for part in both]
    asked = [part for part in found if re.search(rf"\b{_ASKS}\b", part, re.IGNORECASE)]
    if not 1 < len(found) <= MOST_PARTS or len(asked) < len(found):
        return [question]
    counted = _COUNTED.search(found[0])
    if counted:
        said = f"how many {counted['what']}"
        found[1:] = [
            _NOT_SAID.sub(lambda _: said, part) if _NOT_SAID.match(part) else part
            for part in found[1:]
        ]
    return found


def together(question: str, answers: Sequence[Answer], most: int) -> Answer:
    """The answers to the parts of a question as one: their statements one part after the other, no
    quote twice, citations numbered through, as sure as the surest part; what has no answer is told
    (`Answer.unanswered`).

    Args:
        question: as it was asked.
        answers: to its parts, at least one.
        most: statements of each.
    """
    statements, citations = list[Statement](), list[Citation]()
    for answer in answers:
        known = {(one.path, one.span) for one in citations}
        mine = {one.number: one for one in answer.citations}
        kept = [
            one
            for one in answer.statements
            if (mine[one.citations[0]].path, mine[one.citations[0]].span) not in known
        ][:most]
        numbers = list(dict.fromkeys(number for one in kept for number in one.citations))
        new = {number: len(citations) + place for place, number in enumerate(numbers, 1)}
        places = {
            answer.statements.index(one) + 1: len(statements) + n for n, one in enumerate(kept, 1)
        }
        citations += [replace(mine[number], number=new[number]) for number in numbers]
        statements += [
            replace(
                one,
                citations=tuple(new[number] for number in one.citations),
                against=tuple(places[other] for other in one.against if other in places),
            )
            for one in kept
        ]
    found = [answer for answer in answers if answer.found]
    first = answers[0]
    hits = {hit.passage.passage_id: hit for one in reversed(answers) for hit in one.hits[::-1]}
    names = ("search", "read", "total")
    seconds = {name: sum(answer.timings.get(name, 0.0) for answer in answers) for name in names}
    return replace(
        first,
        question=question,
        resolved_question=" ".join(answer.resolved_question for answer in answers),
        statements=tuple(statements),
        citations=tuple(citations),
        hits=tuple(list(hits.values())[::-1]),
        nearest=() if found else first.nearest,
        confidence=max((answer.confidence for answer in found), default=first.confidence),
        found=bool(found),
        timings=seconds,
        within=first.within if len({answer.within for answer in answers}) == 1 else (),
        kind="answer",
        refusal=None if found else first.refusal,
        absent=tuple(dict.fromkeys(word for answer in found for word in answer.absent)),
        unanswered=tuple(one.question for one in answers if not one.found) if found else (),
    )
