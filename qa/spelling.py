"""Words of a question spelt as they are in the documents."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable
from difflib import SequenceMatcher

from qa.index import Index

FEWEST_LETTERS = 5
NEAR = 0.82
"""Least likeness (`difflib.SequenceMatcher.ratio`) of a word and what it was meant to be: one
letter of six may be another, one of five left out or put in (tests/benchmarks/spelling.py)."""
NEARER = 0.9
"""The same of stems where the word is a part of another: a letter left out or put in."""
_PASSAGES = 20
_WORD = re.compile(r"[^\W\d_]+")


def corrected(question: str, index: Index) -> str:
    """The question with each word that stands nowhere in the index, but nearly so somewhere, as it
    stands there; the same question where there is none.

    A word that the encoder's tokenizer has in one piece is a common one, and stays.
    """
    lexical = index.lexical
    if all(map(lexical.frequency, lexical.tokens(question))):
        return question

    def mend(match: re.Match[str]) -> str:
        return _meant(match[0], index) or match[0]

    return _WORD.sub(mend, question)


def _meant(word: str, index: Index) -> str:
    """What stands in the index instead of ``word``; empty where that does, if only as a part of
    another word, or nothing near it."""
    lexical = index.lexical
    stems = lexical.tokens(word)
    if len(word) < FEWEST_LETTERS or len(stems) != 1 or lexical.stands(stems[0]):
        return ""
    if index.encoder.count_tokens([word]) == [1]:
        return ""
    passages = index.store.passages([id_ for id_, _ in lexical.nearly(stems[0], _PASSAGES)])
    seen = Counter(
        other
        for passage in passages.values()
        for other in _WORD.findall(f"{passage.title} {' '.join(passage.headings)} {passage.text}")
    )
    likeness = _likeness(word.lower())
    best = max(seen, key=lambda other: (likeness(other.lower()), seen[other]), default="")
    if not best or likeness(best.lower()) < NEAR:
        return ""
    of_stems = _likeness(stems[0])(lexical.tokens(best)[0])
    return best if of_stems >= NEARER or not lexical.stands_within(stems[0]) else ""


def _likeness(word: str) -> Callable[[str], float]:
    matcher = SequenceMatcher(autojunk=False)
    matcher.set_seq2(word)

    def of(other: str) -> float:
        # Hardly anybody misses the first letter; and "asynchronous" is not "synchronous".
        if abs(len(other) - len(word)) > 2 or other[:1] != word[:1]:
            return 0.0
        matcher.set_seq1(other)
        return matcher.ratio()

    return of
