"""Why there is no answer: what a person can do about it depends on that."""

from __future__ import annotations

import re
from collections.abc import Sequence

from qa.followup import points_back
from qa.index import Index
from qa.text import STOP_WORDS
from qa.types import Hit, Refusal

NEAR = 0.25
"""Cosine of the best passage below which nothing is near. Over `corpus/`, 95 % of 200 questions
about other things (from squad2-dev and clapnq) stay below it, and 95 % of those that it answers are
above 0.3."""


def refusal(
    resolved: str, question: str, hits: Sequence[Hit], index: Index, *, first: bool
) -> Refusal:
    """Why a question has no answer.

    Args:
        resolved: the question as it was understood.
        question: as it was asked.
        hits: the passages found.
        index: where they were found.
        first: whether nothing was said before it.
    """
    word = points_back(question) if first else ""
    if word:
        return Refusal("unsaid", (word,))
    unknown = _unknown(question, index) or _unknown(resolved, index)
    near = max((hit.cosine for hit in hits), default=0.0) >= NEAR
    return Refusal("near" if near else "far", unknown)


def _unknown(question: str, index: Index) -> tuple[str, ...]:
    """Words of a question that stand nowhere in the documents."""
    words = dict.fromkeys(re.findall(r"[^\W_](?:[\w'’&.-]*[^\W_])?", question))
    found = []
    for word in words:
        stems = index.lexical.tokens(re.sub(r"['’]s$", "", word))
        known = any(index.lexical.frequency(stem) for stem in stems)
        if stems and not known and word.lower() not in STOP_WORDS:
            found.append(word)
    return tuple(found)
