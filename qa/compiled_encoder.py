"""The encoder that is used: the sentence-transformers model, compiled for this processor."""

from __future__ import annotations

import threading
from collections.abc import Sequence
from functools import cached_property
from importlib.metadata import version
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from qa.compiled import CompiledNetwork, Recipe, Uncompiled, compile_network
from qa.config import DEFAULT_MODEL, cache_directory
from qa.encoder import SentenceTransformerEncoder, Vectors

_LENGTHS = 16
"""Batches are padded to multiples of it: a compiled network prepares itself anew for every
shape that it has not met."""


class CompiledEncoder:
    """The same model compiled for this processor: the same vectors to within rounding, several
    times sooner, and without importing torch once it is in the cache.

    Where it cannot be compiled, and where there is a graphics processor that torch may use,
    the sentence-transformers model is used, and `note` says so.

    Args:
        model: see `SentenceTransformerEncoder`.
        cache: where compiled networks are kept; left out, the user's cache directory.

    Raises:
        ModelError: there is no such model on this machine.
    """

    batch_tokens = 1536
    """Word pieces of a batch, padding included."""

    def __init__(self, model: str = DEFAULT_MODEL, cache: Path | None = None) -> None:
        self.original = SentenceTransformerEncoder(model)
        self.cache = cache or cache_directory()
        self.note = ""
        """Why the original is used; empty while it is not."""
        self._lock = threading.Lock()

    @property
    def fingerprint(self) -> str:
        """That of the original: its vectors and these may be compared."""
        return self.original.fingerprint

    @property
    def max_tokens(self) -> int:
        """See `Encoder.max_tokens`."""
        return self.original.max_tokens

    @property
    def tokenizer(self) -> Any:
        """See `SentenceTransformerEncoder.tokenizer`."""
        return self.original.tokenizer

    def count_tokens(self, texts: Sequence[str]) -> list[int]:
        """See `Encoder.count_tokens`."""
        return self.original.count_tokens(texts)

    @cached_property
    def _network(self) -> CompiledNetwork | None:
        if has_graphics_processor():
            self.note = "there is a graphics processor; torch uses it"
            return None
        try:
            return compile_network(self.cache, self._recipe())
        except Uncompiled as reason:
            self.note = str(reason)
            return None

    def load(self) -> None:
        """Load the network now rather than at the first text."""
        with self._lock:
            if self._network is None:
                self.original.load()

    def encode(self, texts: Sequence[str]) -> Vectors:
        """See `Encoder.encode`."""
        with self._lock:
            network = self._network
            if network is not None:
                return self._run(network, texts) if len(texts) else np.empty((0, 0), np.float32)
        return self.original.encode(texts)

    def _run(self, network: CompiledNetwork, texts: Sequence[str]) -> Vectors:
        ids = self._ids(texts)
        order = sorted(range(len(ids)), key=lambda number: len(ids[number]))
        groups: list[list[int]] = []
        for number in order:
            if not groups or (len(groups[-1]) + 1) * len(ids[number]) > self.batch_tokens:
                groups.append([])
            groups[-1].append(number)
        batches = (
            _padded([ids[number] for number in group], self._padding, self.max_tokens)
            for group in groups
        )
        single = len(groups) == 1
        found = [network.run_one(next(batches))] if single else network.run(batches)
        vectors = np.empty((len(texts), found[0][0].shape[1]), dtype=np.float32)
        for group, (part,) in zip(groups, found, strict=True):
            vectors[group] = part
        return vectors

    def _ids(self, texts: Sequence[str]) -> list[list[int]]:
        """Token ids of each text, special ones included, at most the window."""
        found = self._truncating.encode_batch_fast(list(texts), add_special_tokens=True)
        return [encoding.ids for encoding in found]

    @cached_property
    def _padding(self) -> int:
        ids = map(self.tokenizer.token_to_id, ("[PAD]", "<pad>"))
        return next((id_ for id_ in ids if id_ is not None), 0)

    @cached_property
    def _truncating(self) -> Any:
        from tokenizers import Tokenizer

        tokenizer = Tokenizer.from_str(self.tokenizer.to_str())
        tokenizer.enable_truncation(self.max_tokens)
        return tokenizer

    def _recipe(self) -> Recipe:
        return Recipe(
            f"encoder {self.fingerprint}",
            self.original.traceable,
            lambda: [_padded([row], 0, self.max_tokens) for row in self._ids(_samples())],
            self._agreement,
        )

    def _agreement(self, network: CompiledNetwork) -> float:
        """The least cosine with the original's vectors over texts of many lengths."""
        texts = _samples()
        ours, theirs = self._run(network, texts), self.original.encode(texts)
        return float((ours * theirs).sum(1).min())


def has_graphics_processor() -> bool:
    """Whether torch, as installed, could use an NVIDIA device. Imports no torch."""
    return not version("torch").endswith("+cpu") and Path("/dev/nvidiactl").exists()


def _padded(
    rows: Sequence[Sequence[int]], padding: int, most: int
) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Ids and mask, shape ``(rows, longest row)``, rounded up to `_LENGTHS` but not above
    ``most``."""
    longest = max(map(len, rows))
    longest = max(longest, min(most, -(-longest // _LENGTHS) * _LENGTHS))
    ids = np.full((len(rows), longest), padding, dtype=np.int64)
    mask = np.zeros_like(ids)
    for number, row in enumerate(rows):
        ids[number, : len(row)] = row
        mask[number, : len(row)] = 1
    return ids, mask


def _samples() -> list[str]:
    """Texts of many lengths and kinds, to compare two forms of a model on."""
    text = (
        "The committee met in Geneva on 12 March 2019 and told both governments what it had "
        "found: 42 of the 118 bridges needed work, at a cost of €3.5 million. Wer zahlt das? "
        "def parse(line): return line.split() 東京は日本の首都です。 "
    )
    words = (text * 6).split(" ")
    return [
        " ".join(words[start : start + n]) for n in (1, 3, 8, 20, 60, 150, 400) for start in (0, 17)
    ]
