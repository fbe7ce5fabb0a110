"""Scores sentences with the reader's network, compiled where it can be; loaded at first use."""

from __future__ import annotations

import hashlib
import threading
from collections.abc import Sequence
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol

import numpy as np
from numpy.typing import NDArray

from qa.compiled import Arrays, CompiledNetwork, Recipe, Uncompiled, compile_network
from qa.config import cache_directory
from qa.encoder import SentenceTransformerEncoder
from qa.sentence_batch import ABSENT, NO_WORDS, Batch, Item, Scores, collate, item_scores

if TYPE_CHECKING:
    from qa.sentence_model import SentenceModel

WEIGHTS = Path(__file__).parent / "weights" / "reader.safetensors"


class Network(Protocol):
    """What scores the sentences of passages against a question."""

    def score(self, question: str, passages: Sequence[tuple[str, Sequence[str]]]) -> list[Scores]:
        """The scores of each passage, given as heading and sentences; a sentence that could not
        be read scores far below the others, and no words of it answer."""
        ...


class SentenceNetwork:
    """The network that comes with the package. Safe to use from any thread.

    Args:
        cache: where the compiled network is kept; left out, the user's cache directory.
    """

    window = 224
    """Tokens of a passage read at once; a longer one is read in pieces."""
    batch_tokens = 320
    """Tokens read at once: enough to fill the processor, few enough that attending to all of
    them costs little."""

    def __init__(self, cache: Path | None = None) -> None:
        self.cache = cache or cache_directory()
        self.note = ""
        """Why torch runs the network; empty while it does not."""
        self._lock = threading.Lock()

    @cached_property
    def _tokenizer(self) -> Any:
        return SentenceTransformerEncoder().tokenizer

    @cached_property
    def _model(self) -> SentenceModel:
        from qa.sentence_model import SentenceModel

        return SentenceModel.load(WEIGHTS)

    @cached_property
    def _compiled(self) -> CompiledNetwork | None:
        try:
            digest = hashlib.sha256(WEIGHTS.read_bytes()).hexdigest()
        except OSError:
            return None  # the model's own message says it
        try:
            name = f"reader of words {digest}"
            recipe = Recipe(name, self._traceable, self._examples, self._agreement)
            return compile_network(self.cache, recipe)
        except Uncompiled as reason:
            self.note = str(reason)
            return None

    def load(self) -> None:
        """Load the weights now rather than at the first question.

        Raises:
            ModelError: they are missing or do not fit.
        """
        with self._lock:
            if self._compiled is None:
                _ = self._model

    def score(self, question: str, passages: Sequence[tuple[str, Sequence[str]]]) -> list[Scores]:
        """See `Network.score`."""
        pieces = [
            (number, (question, heading, piece), tokens)
            for number, (heading, sentences) in enumerate(passages)
            for piece, tokens in self._pieces(sentences)
        ]
        with self._lock:
            readings = self._read([piece[1:] for piece in pieces])
        found = [Scores(0.0, [], []) for _ in passages]
        for (number, _, _), more in zip(pieces, readings, strict=True):
            before = found[number]
            least = min(before.none, more.none) if before.sentences else more.none
            found[number] = Scores(
                least, before.sentences + more.sentences, before.words + more.words
            )
        return found

    def _read(self, items: Sequence[tuple[Item, int]]) -> list[Scores]:
        """Scores of each item, all of its sentences; given with the tokens of these."""
        network, found = self._compiled, []
        batches = self._packed(items)
        outputs = (
            network.run(batch.inputs for batch in batches)
            if network
            else [self._run_original(batch) for batch in batches]
        )
        for batch, (none, tokens) in zip(batches, outputs, strict=True):
            found += item_scores(none, tokens, batch)
        read = []
        for part, ((_, _, sentences), _) in zip(found, items, strict=True):
            left = len(sentences) - len(part.sentences)
            absent = [ABSENT] * left, [NO_WORDS] * left
            read.append(Scores(part.none, part.sentences + absent[0], part.words + absent[1]))
        return read

    def _packed(self, items: Sequence[tuple[Item, int]]) -> list[Batch]:
        """Items, in order, in rows of at most about `batch_tokens`."""
        parts: list[list[Item]] = []
        left = 0
        for item, tokens in items:
            length = tokens + (len(item[0]) + len(item[1])) // 4
            if not parts or length > left:
                parts.append([])
                left = self.batch_tokens
            parts[-1].append(item)
            left -= length
        return [collate(self._tokenizer, part, 256, packed=True) for part in parts]

    def _run_original(self, batch: Batch) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
        import torch

        with torch.inference_mode():
            none, tokens = self._model(*map(torch.from_numpy, batch.inputs))
        return none.numpy(), tokens.numpy()

    def _traceable(self) -> tuple[Any, Sequence[Any]]:
        import torch

        example = torch.ones(2, 8, dtype=torch.long)
        return self._model, (example, example, example, example)

    def _examples(self) -> list[Arrays]:
        batches = [collate(self._tokenizer, [item], 256) for item in _samples()]
        return [batch.inputs for batch in batches]

    def _agreement(self, network: CompiledNetwork) -> float:
        """Share of the variance of all scores that is the same (R²)."""
        batches = self._packed([(item, 100) for item in _samples()])
        ours = network.run(batch.inputs for batch in batches)
        theirs = [self._run_original(batch) for batch in batches]
        one, other = (
            np.array(
                [
                    score
                    for batch, (none, tokens) in zip(batches, outputs, strict=True)
                    for first, part, _ in item_scores(none, tokens, batch)
                    for score in (first, *part)
                ]
            )
            for outputs in (ours, theirs)
        )
        return float(1 - np.square(one - other).sum() / np.square(other - other.mean()).sum())

    def _pieces(self, sentences: Sequence[str]) -> list[tuple[list[str], int]]:
        """Sentences in groups of at most `window` tokens, and how many these are; a longer
        sentence stands alone."""
        encoded = self._tokenizer.encode_batch_fast(list(sentences), add_special_tokens=False)
        groups: list[tuple[list[str], int]] = []
        for sentence, tokens in zip(sentences, encoded, strict=True):
            count = len(tokens.ids)
            if groups and groups[-1][1] + count <= self.window:
                groups[-1] = [*groups[-1][0], sentence], groups[-1][1] + count
            else:
                groups.append(([sentence], count))
        return groups


def _samples() -> list[Item]:
    """Questions with passages that answer them and that do not, to compare two forms of the
    network on."""
    passages = [
        (
            "Bridges of Geneva",
            "The committee met in Geneva on 12 March 2019. It told both governments what it had "
            "found: 42 of the 118 bridges needed work, at a cost of 3.5 million. Nobody was hurt "
            "when the oldest, built in 1862 by the engineer Guillaume Dufour, was closed.",
        ),
        (
            "Maintenance manual",
            "Before opening the cover, disconnect the power supply. The filter is replaced every "
            "600 hours of use, or sooner where the air is dusty. To reset the counter, hold both "
            "buttons for five seconds; the lamp turns green because the pump has stopped.",
        ),
        (
            "",
            "I bought two of these in July. One broke after a week, but the seller sent another "
            "within days and would not take any money for it. It works well with my old camera.",
        ),
        (
            "Photosynthesis",
            "Plants take up carbon dioxide through pores called stomata. In the light, energy is "
            "stored as sugar, and oxygen is given off; at night the process runs the other way.",
        ),
    ]
    questions = [
        "How many bridges need work?",
        "Who built the oldest bridge, and when was it closed?",
        "how often is the filter replaced",
        "Why does the lamp turn green?",
        "seller sent replacement",
        "What do plants give off at night?",
        "What did the mayor of Lyon say about the cost of the power plant in 2004?",
    ]
    return [
        (question, title, [f"{part}." for part in text.removesuffix(".").split(". ")])
        for question in questions
        for title, text in passages
    ]
