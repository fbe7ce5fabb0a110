"""What goes into the sentence reader's network, and what its outputs mean. Pure numpy."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

ABSENT = -1e4
"""Score of a sentence that is not there."""
LENGTHS = 32
"""Rows are padded to multiples of it: a compiled network prepares itself anew for every
shape that it has not met, which takes as long as reading a passage."""
_MAX_QUESTION = 64
_MAX_TITLE = 24

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


def item_scores(
    none: NDArray[np.float32], tokens: NDArray[np.float32], batch: Batch
) -> list[tuple[float, list[float]]]:
    """For each item its score of "none", and those of its sentences: log Σ exp over a
    sentence's tokens. Sentences that were left out are missing at the end.

    Args:
        none: score of "none" at each token, of which that at an item's first counts; shape
            ``(rows, tokens)``.
        tokens: scores of the tokens, same shape.
        batch: what was read.
    """
    there = batch.item >= 0
    item, owner, position = batch.item[there], batch.owner[there], batch.positions[there]
    nones = none[there][position == 0]  # items stand in order
    inside = owner >= 0
    counts = np.zeros(len(nones), dtype=np.int64)
    np.maximum.at(counts, item[inside], owner[inside] + 1)
    ends = np.cumsum(counts)
    place = (ends - counts)[item[inside]] + owner[inside]
    scores = np.full(int(counts.sum()), -np.inf)
    np.logaddexp.at(scores, place, tokens[there][inside].astype(np.float64))
    return [
        (float(score), part.tolist())
        for score, part in zip(nones, np.split(scores, ends[:-1]), strict=True)
    ]
