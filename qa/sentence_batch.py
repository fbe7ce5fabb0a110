"""What goes into the sentence reader's network, and what its outputs mean. Pure numpy."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

ABSENT = -1e4
"""Score of a sentence that is not there."""
_MAX_QUESTION = 64
_MAX_TITLE = 24

Item = tuple[str, str, Sequence[str]]
"""Question, title (may be empty), sentences."""


@dataclass(frozen=True)
class Batch:
    """Padded inputs, each of shape ``(rows, tokens)``, int64."""

    ids: NDArray[np.int64]
    types: NDArray[np.int64]
    mask: NDArray[np.int64]
    owner: NDArray[np.int64]
    """Number of the sentence that a token belongs to; -1 for none."""


def collate(tokenizer: Any, items: Sequence[Item], window: int) -> Batch:
    """Token ids of questions with their sentences; what is over ``window`` tokens of a
    passage is left out, whole sentences at a time where possible."""
    texts = [text for question, title, parts in items for text in (question, title, *parts)]
    encoded = iter(tokenizer.encode_batch_fast(texts, add_special_tokens=False))
    start, separator = tokenizer.token_to_id("[CLS]"), tokenizer.token_to_id("[SEP]")
    rows: list[tuple[list[int], list[int], list[int]]] = []
    for _, _, parts in items:
        ids = [start, *next(encoded).ids[:_MAX_QUESTION], separator]
        types, owner = [0] * len(ids), [-1] * len(ids)
        title = next(encoded).ids[:_MAX_TITLE]
        ids += title
        owner += [-1] * len(title)
        left = window - len(title)
        for number, _ in enumerate(parts):
            part = next(encoded).ids[: max(0, left)]
            left -= len(part)
            ids += part
            owner += [number] * len(part)
        ids.append(separator)
        owner.append(-1)
        types += [1] * (len(ids) - len(types))
        rows.append((ids, types, owner))
    longest = max(len(ids) for ids, _, _ in rows)

    def padded(column: int, fill: int) -> NDArray[np.int64]:
        return np.array([row[column] + [fill] * (longest - len(row[0])) for row in rows])

    mask = np.array([[1] * len(row[0]) + [0] * (longest - len(row[0])) for row in rows])
    return Batch(padded(0, 0), padded(1, 0), mask, padded(2, -1))


def sentence_scores(tokens: NDArray[np.float32], owner: NDArray[np.int64]) -> NDArray[np.float32]:
    """Scores of sentences, shape ``(rows, sentences)``, from those of their tokens, shape
    ``(rows, tokens)``: log Σ exp over a sentence's tokens; `ABSENT` or less where a row has
    fewer sentences."""
    rows, count = len(tokens), int(owner.max(initial=-1)) + 1
    highest = tokens.max(1, keepdims=True)
    sums = np.zeros((rows, count), dtype=np.float64)
    row, column = np.nonzero(owner >= 0)
    np.add.at(sums, (row, owner[row, column]), np.exp(tokens - highest)[row, column])
    with np.errstate(divide="ignore"):
        scores: NDArray[np.float32] = np.maximum(np.log(sums) + highest, ABSENT).astype(np.float32)
    return scores
