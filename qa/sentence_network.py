"""Scores sentences with the reader's network, compiled where it can be; loaded at first use."""

from __future__ import annotations

import hashlib
import threading
from collections.abc import Sequence
from functools import cached_property, partial
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol

import numpy as np

from qa.compiled import Arrays, CompiledNetwork, Recipe, Uncompiled, compile_network
from qa.config import cache_directory
from qa.encoder import SentenceTransformerEncoder
from qa.sentence_batch import (
    ABSENT,
    LENGTHS,
    NO_WORDS,
    Batch,
    Encoded,
    Item,
    Place,
    Score,
    best_words,
    collate,
    encode,
    margins,
    pack,
    special_tokens,
)

if TYPE_CHECKING:
    from qa.sentence_model import SentenceModel

WEIGHTS = Path(__file__).parent / "weights" / "reader.safetensors"


class Network(Protocol):
    """What scores the sentences of passages against a question."""

    def score(
        self, question: str, passages: Sequence[tuple[str, Sequence[str]]]
    ) -> list[list[Score]]:
        """The scores of the sentences of each passage, given as heading and sentences; of one
        that could not be read, far below the others."""
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
    second = 5
    """Sentences that get a second look, at most: the best of the first."""
    behind = 4.0
    """One whose margin is so much less than the best one's gets none."""

    def __init__(self, cache: Path | None = None) -> None:
        self.cache = cache or cache_directory()
        self.note = ""
        """Why torch runs the network; empty while it does not."""
        self._lock = threading.Lock()

    @cached_property
    def _tokenizer(self) -> Any:
        return SentenceTransformerEncoder().tokenizer

    @cached_property
    def _special(self) -> tuple[int, int]:
        return special_tokens(self._tokenizer)

    @cached_property
    def _model(self) -> SentenceModel:
        from qa.sentence_model import SentenceModel

        return SentenceModel.load(WEIGHTS)

    @cached_property
    def _compiled(self) -> tuple[CompiledNetwork, CompiledNetwork] | None:
        """Both looks."""
        try:
            digest = hashlib.sha256(WEIGHTS.read_bytes()).hexdigest()
        except OSError:
            return None  # the model's own message says it
        try:
            first, second = (
                compile_network(
                    self.cache,
                    Recipe(
                        f"reader, look {number + 1}, {digest}",
                        partial(self._traceable, number),
                        partial(self._examples, number),
                        partial(self._agreement, number),
                        integers=True,
                    ),
                )
                for number in range(2)
            )
        except Uncompiled as reason:
            self.note = str(reason)
            return None
        return first, second

    def load(self) -> None:
        """Load the weights now rather than at the first question.

        Raises:
            ModelError: they are missing or do not fit.
        """
        with self._lock:
            if self._compiled is None:
                _ = self._model

    def practise(self) -> None:
        """Let a compiled network meet the lengths that it may be given: each takes it some
        milliseconds once.

        Raises:
            ModelError: see `load`.
        """
        self.load()
        if self._compiled is None:
            return
        for length in range(3 * LENGTHS, self.batch_tokens + 2 * LENGTHS, LENGTHS):
            row = np.zeros((1, length), dtype=np.int64)
            with self._lock:  # a question does not wait for all of them
                [(states, _)] = self._run(0, [(row + 1, row, row, row)])
                self._run(1, [(states, row)])

    def score(
        self, question: str, passages: Sequence[tuple[str, Sequence[str]]]
    ) -> list[list[Score]]:
        """See `Network.score`."""
        found = [[Score(ABSENT, NO_WORDS)] * len(sentences) for _, sentences in passages]
        pieces = [
            (number, first, piece)
            for number, item in enumerate(
                encode(self._tokenizer, [(question, *passage) for passage in passages])
            )
            for first, piece in self._pieces(item)
        ]
        with self._lock:
            scores = self._read([piece for _, _, piece in pieces])
        for (piece, sentence), score in scores.items():
            passage, first, _ = pieces[piece]
            found[passage][first + sentence] = score
        return found

    def _read(self, items: Sequence[Encoded]) -> dict[Place, Score]:
        """Scores of the sentences: all of them looked at once, the best again."""
        batches = self._packed(items)
        if not batches:
            return {}
        looks = self._run(0, [batch.inputs for batch in batches])
        batch = Batch.joined(batches)
        states, looked = (
            parts[0] if len(parts) == 1 else np.concatenate(parts, 1)
            for parts in zip(*looks, strict=True)
        )
        scores = margins(looked[:, :, 1], looked[:, :, 0], batch)
        if not scores:
            return {}
        best = sorted(scores, key=lambda place: -scores[place])[: self.second]
        best = [place for place in best if scores[place] > scores[best[0]] - self.behind]
        kept = batch.of_sentences(best)
        batch = batch.taken(kept)
        again = np.zeros((*batch.ids.shape, states.shape[2]), np.float32)
        again[0, : kept.sum()] = states[kept]
        [(none, tokens)] = self._run(1, [(again, batch.item)])
        scores |= margins(none[:, :, 0], tokens[:, :, 0], batch)
        words = best_words(none[:, :, 1:], tokens[:, :, 1:], batch)
        return {place: Score(score, words.get(place, NO_WORDS)) for place, score in scores.items()}

    def _run(self, look: int, batches: Sequence[Arrays]) -> list[Arrays]:
        compiled = self._compiled
        if compiled:
            return [compiled[look].run_one(batch) for batch in batches]
        return self._run_original(look, batches)

    def _run_original(self, look: int, batches: Sequence[Arrays]) -> list[Arrays]:
        import torch

        run = self._model.second_look if look else self._model.first_look
        with torch.inference_mode():
            return [
                tuple(part.numpy() for part in run(*map(torch.from_numpy, batch)))
                for batch in batches
            ]

    def _packed(self, items: Sequence[Encoded]) -> list[Batch]:
        """Items, in order, in rows of at most about `batch_tokens`."""
        parts: list[list[tuple[int, Encoded]]] = []
        left = 0
        for number, item in enumerate(items):
            length = len(item.question) + len(item.title) + 3
            length += sum(len(part) for part in item.sentences)
            if not parts or length > left:
                parts.append([])
                left = self.batch_tokens
            parts[-1].append((number, item))
            left -= length
        return [pack(part, 256, self._special) for part in parts]

    def _pieces(self, item: Encoded) -> list[tuple[int, Encoded]]:
        """The sentences in groups of at most `window` tokens, with the number of the first; a
        longer sentence stands alone."""
        groups: list[tuple[int, list[Any]]] = []
        left = 0
        for number, part in enumerate(item.sentences):
            if not groups or len(part) > left:
                groups.append((number, []))
                left = self.window
            groups[-1][1].append(part)
            left -= len(part)
        return [(first, item._replace(sentences=parts)) for first, parts in groups]

    def _traceable(self, look: int) -> tuple[Any, Sequence[Any]]:
        import torch

        from qa.sentence_model import Look

        ones = torch.ones(2, 8, dtype=torch.long)
        states = torch.ones(2, 8, self._model.size)
        return Look(self._model, first=not look), (states, ones) if look else (ones,) * 4

    def _examples(self, look: int) -> list[Arrays]:
        inputs = [collate(self._tokenizer, [item], 256).inputs for item in _samples()]
        if not look:
            return inputs
        return [
            (states, one[3])
            for one, (states, _) in zip(inputs, self._run_original(0, inputs), strict=True)
        ]

    def _agreement(self, look: int, network: CompiledNetwork) -> float:
        """Share of the variance of all scores that is the same (R²)."""
        inputs = self._examples(look)
        ours = np.concatenate([np.ravel(scores) for _, scores in network.run(inputs)])
        theirs = np.concatenate(
            [np.ravel(scores) for _, scores in self._run_original(look, inputs)]
        )
        return float(1 - np.square(ours - theirs).sum() / np.square(theirs - theirs.mean()).sum())


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
