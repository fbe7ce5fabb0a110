"""Scores sentences with the reader's network; loads it, and torch, at first use."""

from __future__ import annotations

import threading
from collections.abc import Sequence
from functools import cached_property
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from qa.sentence_model import SentenceModel

Scores = tuple[float, list[float]]
"""Score of "none of these answers", and of each sentence; logits of one softmax."""


class Network(Protocol):
    """What scores the sentences of passages against a question."""

    def score(self, question: str, passages: Sequence[tuple[str, Sequence[str]]]) -> list[Scores]:
        """The scores of each passage, given as heading and sentences; a sentence that could not
        be read scores far below the others."""
        ...


class SentenceNetwork:
    """The network that comes with the package. Safe to use from any thread."""

    window = 224
    """Tokens of a passage read at once; a longer one is read in pieces."""

    def __init__(self) -> None:
        self._lock = threading.Lock()

    @cached_property
    def _model(self) -> SentenceModel:
        from qa.sentence_model import SentenceModel

        return SentenceModel.load()

    def load(self) -> None:
        """Load the weights now rather than at the first question."""
        with self._lock:
            _ = self._model

    def score(self, question: str, passages: Sequence[tuple[str, Sequence[str]]]) -> list[Scores]:
        """See `Network.score`."""
        import torch

        from qa.sentence_model import collate

        with self._lock, torch.inference_mode():
            model = self._model
            pieces = [
                (number, heading, piece)
                for number, (heading, sentences) in enumerate(passages)
                for piece in self._pieces(sentences)
            ]
            found: list[Scores] = [(0.0, []) for _ in passages]
            if not pieces:
                return found
            batch = collate(
                model.tokenizer, [(question, heading, piece) for _, heading, piece in pieces], 256
            )
            none, scores = model(batch)
        for (number, _, piece), missing, row in zip(
            pieces, none.tolist(), scores.tolist(), strict=True
        ):
            before_none, before = found[number]
            least = min(before_none, missing) if before else missing
            found[number] = (least, before + row[: len(piece)])
        return found

    def _pieces(self, sentences: Sequence[str]) -> list[list[str]]:
        """Sentences in groups of at most `window` tokens; a longer one stands alone."""
        encoded = self._model.tokenizer.encode_batch_fast(list(sentences), add_special_tokens=False)
        groups: list[list[str]] = []
        left = 0
        for sentence, tokens in zip(sentences, encoded, strict=True):
            if not groups or len(tokens.ids) > left:
                groups.append([])
                left = self.window
            groups[-1].append(sentence)
            left -= len(tokens.ids)
        return groups
