"""What goes into the sentence reader's network, and what its outputs mean. Pure numpy."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

ABSENT = -1e4
"""Score of a sentence that is not there."""
LENGTHS = 16
"""Rows are padded to multiples of it: a compiled network prepares itself anew for every
length that it has not met."""
_MAX_QUESTION = 64
_MAX_TITLE = 24
_MAX_WORDS = 30
"""Tokens of the words that answer."""

Item = tuple[str, str, Sequence[str]]
"""Question, title (may be empty), sentences."""
Place = tuple[int, int]
"""A sentence: number of its item, and its own number there."""


class Encoded(NamedTuple):
    """An item as tokens."""

    question: list[int]
    title: list[int]
    sentences: list[Any]
    """Each as the tokenizer gives it, with ``ids`` and ``offsets``."""


@dataclass(frozen=True)
class Batch:
    """Inputs, each of shape ``(rows, tokens)``, int64. A row holds one item, or, packed, one
    after another."""

    ids: NDArray[np.int64]
    types: NDArray[np.int64]
    positions: NDArray[np.int64]
    """Place of a token in its item."""
    item: NDArray[np.int64]
    """Number of the item that a token belongs to, and attends to; -1 for padding."""
    owner: NDArray[np.int64]
    """Number of the sentence that a token belongs to; -1 for none."""
    starts: NDArray[np.int64]
    ends: NDArray[np.int64]
    """Place of a token in its sentence, in code points; 0 outside sentences."""

    @property
    def inputs(self) -> tuple[NDArray[np.int64], ...]:
        """What the network is given."""
        return self.ids, self.types, self.positions, self.item

    def of_sentences(self, chosen: Collection[Place]) -> NDArray[np.bool_]:
        """Which tokens are of these sentences, or of the question or title that they are read
        with; shape ``(rows, tokens)``."""
        kept = np.zeros(self.ids.shape, np.bool_)
        for item, owner in chosen:
            kept |= (self.item == item) & ((self.owner == owner) | (self.owner == -1))
        return kept

    def taken(self, kept: NDArray[np.bool_]) -> Batch:
        """One row of some of the tokens, padded."""
        return _padded([[part[kept] for part in self._columns]])

    @staticmethod
    def joined(batches: Sequence[Batch]) -> Batch:
        """One row of all their tokens, padding included."""
        if len(batches) == 1 and len(batches[0].ids) == 1:
            return batches[0]
        columns = zip(*(batch._columns for batch in batches), strict=True)
        return Batch(*(np.concatenate([part.ravel() for part in one])[None] for one in columns))

    @cached_property
    def sentences(self) -> tuple[list[Place], NDArray[np.bool_], list[int]]:
        """The sentences there are; which tokens are theirs; and where, among these, each
        begins."""
        inside = (self.item >= 0) & (self.owner >= 0)
        item, owner = self.item[inside], self.owner[inside]
        begins = [0] if len(item) else []
        begins += (np.flatnonzero((item[1:] != item[:-1]) | (owner[1:] != owner[:-1])) + 1).tolist()
        places = list(zip(item[begins].tolist(), owner[begins].tolist(), strict=True))
        return places, inside, begins

    def first(self, values: NDArray[np.float32]) -> dict[int, float]:
        """The value at the first token of each item."""
        first = (self.item >= 0) & (self.positions == 0)
        return dict(zip(self.item[first].tolist(), values[first].tolist(), strict=True))

    @property
    def _columns(self) -> tuple[NDArray[np.int64], ...]:
        return (*self.inputs, self.owner, self.starts, self.ends)


def encode(tokenizer: Any, items: Sequence[Item]) -> list[Encoded]:
    """The tokens of each item."""
    texts = [text for question, title, parts in items for text in (question, title, *parts)]
    texts = list(dict.fromkeys(texts))
    known = dict(zip(texts, tokenizer.encode_batch(texts, add_special_tokens=False), strict=True))
    return [
        Encoded(
            known[question].ids[:_MAX_QUESTION],
            known[title].ids[:_MAX_TITLE],
            [known[part] for part in parts],
        )
        for question, title, parts in items
    ]


def collate(tokenizer: Any, items: Sequence[Item], window: int) -> Batch:
    """Questions with their sentences, each in a row of its own; what is over ``window`` tokens
    of a passage is left out."""
    special = special_tokens(tokenizer)
    rows = [
        _columns(item, number, window, *special)
        for number, item in enumerate(encode(tokenizer, items))
    ]
    return _padded(rows)


def special_tokens(tokenizer: Any) -> tuple[int, int]:
    """Those that open a question and close it and a passage."""
    return tokenizer.token_to_id("[CLS]"), tokenizer.token_to_id("[SEP]")


def pack(items: Sequence[tuple[int, Encoded]], window: int, special: tuple[int, int]) -> Batch:
    """As `collate`, of items with their numbers, one after another in one row: nothing is read
    but what is there, yet every token attends to all others, so it serves some hundred tokens."""
    parts = [_columns(item, number, window, *special) for number, item in items]
    return _padded([[[value for part in parts for value in part[i]] for i in range(7)]])


def _columns(
    item: Encoded, number: int, window: int, start: int, separator: int
) -> list[list[int]]:
    """The fields of a `Batch` for one item."""
    ids = [start, *item.question, separator, *item.title]
    owner, offsets = [-1] * len(ids), [(0, 0)] * len(ids)
    left = window - len(item.title)
    for place, part in enumerate(item.sentences):
        found = part.ids[: max(0, left)]
        ids += found
        offsets += part.offsets[: len(found)]
        owner += [place] * len(found)
        left -= len(part)
    ids.append(separator)
    owner.append(-1)
    offsets.append((0, 0))
    asked = len(item.question) + 2
    types = [0] * asked + [1] * (len(ids) - asked)
    starts, ends = zip(*offsets, strict=True)
    return [ids, types, list(range(len(ids))), [number] * len(ids), owner, list(starts), list(ends)]


def _padded(rows: Sequence[Sequence[Sequence[int] | NDArray[np.int64]]]) -> Batch:
    """A batch of rows of the fields, padded to `LENGTHS`."""
    longest = -(-max(len(row[0]) for row in rows) // LENGTHS) * LENGTHS
    fields = []
    for number in range(7):
        field = np.full((len(rows), longest), -1 if number in (3, 4) else 0, dtype=np.int64)
        for place, row in enumerate(rows):
            field[place, : len(row[number])] = row[number]
        fields.append(field)
    return Batch(*fields)


class Words(NamedTuple):
    """The likeliest answer in a sentence."""

    start: int
    """In the sentence, in code points."""
    end: int
    score: float
    """How much the scores of its first and last token are over those of "none"."""


NO_WORDS = Words(0, 0, ABSENT)


class Score(NamedTuple):
    """What the network makes of a sentence."""

    margin: float
    """Logarithm of the odds that it answers rather than "nothing here does"."""
    words: Words
    """`NO_WORDS` where it was not looked at again."""


def margins(
    none: NDArray[np.float32], tokens: NDArray[np.float32], batch: Batch
) -> dict[Place, float]:
    """Of each sentence that was read, in order, log Σ exp over the scores of its tokens, less
    that of "none".

    Args:
        none: of "none" at each token, of which that at an item's first counts; shape
            ``(rows, tokens)``.
        tokens: scores of the tokens, same shape.
        batch: what was read.
    """
    places, inside, begins = batch.sentences
    if not places:
        return {}
    nones = batch.first(none)
    scored = tokens[inside].astype(np.float64)
    most = np.maximum.reduceat(scored, begins)
    sizes = np.diff(np.append(begins, len(scored)))
    sums = np.add.reduceat(np.exp(scored - np.repeat(most, sizes)), begins)
    scores = (most + np.log(sums)).tolist()
    return {place: score - nones[place[0]] for place, score in zip(places, scores, strict=True)}


def best_words(
    none: NDArray[np.float32], tokens: NDArray[np.float32], batch: Batch
) -> dict[Place, Words]:
    """Of each sentence that was read, the words whose first and last token score best together,
    at most `_MAX_WORDS` tokens.

    Args:
        none: of "none" at each token, of which that at an item's first counts: for the first
            and the last word; shape ``(rows, tokens, 2)``.
        tokens: of being the first and the last word of the answer; same shape.
        batch: what was read.
    """
    places, inside, begins = batch.sentences
    nones = batch.first(none.sum(2))
    starts, ends, scored = batch.starts[inside], batch.ends[inside], tokens[inside]
    found = {}
    for place, begin, end in zip(places, begins, [*begins[1:], len(scored)], strict=True):
        pairs = scored[begin:end, None, 0] + scored[None, begin:end, 1]
        size = end - begin
        allowed = np.tri(size, k=_MAX_WORDS - 1, dtype=np.bool_) & np.tri(size, dtype=np.bool_).T
        first, last = divmod(int(np.where(allowed, pairs, ABSENT).argmax()), size)
        score = float(pairs[first, last]) - nones[place[0]]
        found[place] = Words(int(starts[begin + first]), int(ends[begin + last]), score)
    return found
