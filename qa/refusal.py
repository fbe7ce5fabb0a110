"""Why there is no answer: what a person can do about it depends on that."""

from __future__ import annotations

import re
from collections.abc import Sequence

from qa.config import CONFIDENT, THRESHOLDS
from qa.followup import points_back
from qa.index import Index
from qa.text import STOP_WORDS, subject_words
from qa.types import Hit, Refusal

NEAR = 0.25
"""Cosine of the best passage below which nothing is near. Over `corpus/`, 95 % of 200 questions
about other things (from squad2-dev and clapnq) stay below it, and 95 % of those that it answers are
above 0.3."""


_ASKING_WORDS = (
    "many much long old far often happen happened happens summarise summarize compare mention "
    "mentions mentioned document documents kind else still exactly year name names get gets "
    "got goes getting going went make makes take takes took anyone anybody anything someone "
    "somebody something done after before during between per each every other into over under "
    "use used using most least fewest best worst lowest highest largest smallest absent tell ask "
    "longest shortest biggest greatest cheapest oldest youngest newest latest earliest heaviest "
    "tallest dearest step steps"
)
_SAY_NOTHING = frozenset(_ASKING_WORDS.split())
"""Words by which a question asks, rather than what it asks about."""
_GERMAN_WORDS = (
    "ab an auf aus bei bis das dem den der des die dieser diese dieses ein eine einem einen "
    "einer es für alt gibt groß hoch lang weit haben hat heißt ich im ist kann lange mein "
    "meine mit nach oder sich sind soll steht über um und viel viele vom von wann warum "
    "welche welchem welchen welcher welches wem wen wer werden weshalb wessen wie wieso "
    "wieviel wird wo woher wohin worden wurde wurden zu zum zur"
)
_CODE = re.compile(r"(?=.*[A-Z\d])\w+(?:-\w+)+|\w*[a-z][A-Z]\w*|\d+(?:\.\d+){2,}")
"""A name in parts, which may stand elsewhere one by one."""
_LOOKED_AT = 200
"""Passages in which such a name is looked for; where there are more, it is taken to be there."""
_GERMAN = frozenset(_GERMAN_WORDS.split())
"""The same in German, for the questions of those whose documents are in English."""


def refusal(
    resolved: str, question: str, hits: Sequence[Hit], index: Index, *, first: bool
) -> Refusal:
    """Why a question has no answer.

    Args:
        resolved: the question as it was understood.
        question: as it was asked.
        hits: the passages found.
        index: where they were found.
        first: whether nothing was said before it that it could point at.
    """
    if first and (word := points_back(question)):
        return Refusal("unsaid", (word,))
    unknown = _unknown(question, index) or _unknown(resolved, index)
    near = max((hit.cosine for hit in hits), default=0.0) >= NEAR
    return Refusal("near" if near else "far", unknown)


def depends(question: str, confidence: float) -> bool:
    """Whether a first question points at what was not said, so that an answer to it would be one to
    any question: it has no subject of its own, or the answer is not sure."""
    return bool(points_back(question)) and (
        confidence < THRESHOLDS["strict"] or not subject_words(question)
    )


def absent_words(question: str, index: Index, confidence: float) -> tuple[str, ...]:
    """Its words that stand nowhere in the documents; where the answer is sure only its names and
    numbers. (A first word has a capital anyway, and other words may be there in other forms.)"""
    start = question.lstrip()
    unknown = _unknown(question, index)
    if confidence < CONFIDENT:
        return unknown
    return tuple(
        word
        for word in unknown
        if any(letter.isupper() or letter.isdigit() for letter in word)
        and not (word.istitle() and start.startswith(word))
    )


def _unknown(question: str, index: Index) -> tuple[str, ...]:
    """Words of a question that stand nowhere in the documents."""
    words = dict.fromkeys(re.findall(r"[^\W_](?:[\w'’&.-]*[^\W_])?", question))
    german = {word for word in words if word.lower() in _GERMAN}
    silent = STOP_WORDS | _SAY_NOTHING | (_GERMAN if len(german) > 1 else frozenset())
    found = []
    for word in words:
        bare = re.sub(r"['’]s$|(?<=\d)s$", "", word)
        stems = index.lexical.tokens(bare)
        if stems and word.lower() not in silent and not _stands(bare, stems, index):
            found.append(word)
    return tuple(found)


def _stands(word: str, stems: Sequence[str], index: Index) -> bool:
    """Whether a word is in the documents: "FreeBSD" and "X-500" as they are, not in parts."""
    known = [index.lexical.stands(stem) for stem in stems]
    if not _CODE.fullmatch(word) or not known[0]:
        return known[0] if _CODE.fullmatch(word) else any(known)
    if len(stems) == 1:
        return True
    ids = [id_ for id_, _ in index.lexical.search(word, _LOOKED_AT)]
    texts = (
        " ".join((one.path, one.title, *one.headings, one.text)).lower()
        for one in index.store.passages(ids).values()
    )
    parts = [re.escape(part) for part in re.split(r"\W+", word.lower()) if part]
    whole = re.compile(r"[\W_]*".join(parts).removesuffix("s") + r"s?(?!\w)")
    return any(whole.search(text) for text in texts) or len(ids) == _LOOKED_AT
