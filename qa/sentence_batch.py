"""What goes into the sentence reader's network, and what its outputs mean. Pure numpy."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

ABSENT = -1e4
"""Score of a sentence that is not there."""
LENGTHS = 32
"""Rows are padded to multiples of it: a compiled network prepares itself anew for every
shape that it has not met, which takes as long as reading a passage."""
_MAX_QUESTION = 64
_MAX_TITLE = 24
_MAX_WORDS = 30
"""Tokens of the words that answer."""

Item = tuple[str, str, Sequence[str]]
"""Question, title (may be empty), sentences."""


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


def collate(tokenizer: Any, items: Sequence[Item], window: int, *, packed: bool = False) -> Batch:
    """Token ids of questions with their sentences; what is over ``window`` tokens of a
    passage is left out, whole sentences at a time where possible.

    Packed, all items share one row: nothing is read but what is there, yet every token attends to
    all others, so it serves some hundred tokens.
    """
    texts = [text for question, title, parts in items for text in (question, title, *parts)]
    encoded = iter(tokenizer.encode_batch(texts, add_special_tokens=False))
    start, separator = tokenizer.token_to_id("[CLS]"), tokenizer.token_to_id("[SEP]")
    rows: list[list[tuple[int, ...]]] = [[]] if packed else [[] for _ in items]
    for item, (_, _, parts) in enumerate(items):
        question, title = next(encoded).ids[:_MAX_QUESTION], next(encoded).ids[:_MAX_TITLE]
        ids = [start, *question, separator, *title]
        owner, offsets = [-1] * len(ids), [(0, 0)] * len(ids)
        left = window - len(title)
        for number, _ in enumerate(parts):
            part, count = next(encoded), max(0, left)
            ids += part.ids[:count]
            offsets += part.offsets[:count]
            owner += [number] * min(count, len(part.ids))
            left -= len(part.ids)
        ids.append(separator)
        owner.append(-1)
        offsets.append((0, 0))
        types = [0] * (len(question) + 2) + [1] * (len(ids) - len(question) - 2)
        starts, ends = zip(*offsets, strict=True)
        rows[0 if packed else item] += zip(
            ids, types, range(len(ids)), [item] * len(ids), owner, starts, ends, strict=True
        )
    longest = -(-max(map(len, rows)) // LENGTHS) * LENGTHS
    table = np.array([row + [(0, 0, 0, -1, -1, 0, 0)] * (longest - len(row)) for row in rows])
    return Batch(*np.ascontiguousarray(np.moveaxis(table, 2, 0)))


class Words(NamedTuple):
    """The likeliest answer in a sentence."""

    start: int
    """In the sentence, in code points."""
    end: int
    score: float
    """How much the scores of its first and last token are over those of "none"."""


NO_WORDS = Words(0, 0, ABSENT)


class Scores(NamedTuple):
    """What the network makes of an item. Scores are logits of one softmax."""

    none: float
    """Of "none of these sentences answers"."""
    sentences: list[float]
    words: list[Words]
    """Of each sentence."""


def item_scores(
    none: NDArray[np.float32], tokens: NDArray[np.float32], batch: Batch
) -> list[Scores]:
    """For each item its score of "none", and those of its sentences: log Σ exp over a
    sentence's tokens; and the words whose first and last token score best together. Sentences
    that were left out are missing at the end.

    Args:
        none: of "none" at each token, of which that at an item's first counts; the first is its
            score, shape ``(rows, tokens, 3)``.
        tokens: scores of the tokens: of answering, of being the first and the last word of the
            answer; same shape.
        batch: what was read.
    """
    there = batch.item >= 0
    first = there & (batch.positions == 0)
    nones = none[first][:, 0]  # items stand in order
    inside = there & (batch.owner >= 0)
    item, owner = batch.item[inside], batch.owner[inside]
    counts = np.zeros(len(nones), dtype=np.int64)
    np.maximum.at(counts, item, owner + 1)
    ends = np.cumsum(counts)
    place = (ends - counts)[item] + owner
    scored = tokens[inside].astype(np.float64)
    scores = np.full(int(counts.sum()), -np.inf)
    np.logaddexp.at(scores, place, scored[:, 0])
    begins, stops = _best_words(scored[:, 1], scored[:, 2], place, len(scores))
    margins = scored[begins, 1] + scored[stops, 2] - none[first][:, 1:].sum(1)[item[begins]]
    starts, finishes = batch.starts[inside][begins], batch.ends[inside][stops]
    words = [
        Words(*found)
        for found in zip(starts.tolist(), finishes.tolist(), margins.tolist(), strict=True)
    ]
    return [
        Scores(float(score), scores[end - count : end].tolist(), words[end - count : end])
        for score, count, end in zip(nones, counts, ends, strict=True)
    ]


def _best_words(
    begin: NDArray[np.float64], stop: NDArray[np.float64], place: NDArray[np.int64], sentences: int
) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """In each sentence the first and last token, at most `_MAX_WORDS` apart, whose scores
    together are best.

    Args:
        begin, stop: scores of the tokens of all sentences, shape ``(n,)``.
        place: number of the sentence of each; sentences stand in order, and have tokens.
        sentences: how many there are.
    """
    best, first = stop + begin, np.arange(len(begin))
    for apart in range(1, min(_MAX_WORDS, len(begin))):
        longer = begin[:-apart] + stop[apart:]
        better = (longer > best[apart:]) & (place[:-apart] == place[apart:])
        best[apart:][better] = longer[better]
        first[apart:][better] = np.arange(len(begin) - apart)[better]
    order = np.lexsort((-best, place))
    last = order[np.searchsorted(place[order], np.arange(sentences))]
    return first[last], last
