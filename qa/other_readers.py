"""Readers and rerankers of other makers, by name or path: models for extractive question answering
of transformers, and cross-encoders of sentence-transformers. Loaded at first use, by torch."""

from __future__ import annotations

import math
import threading
from collections.abc import Sequence
from dataclasses import replace
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray

from qa.encoder import find_model, import_quietly
from qa.errors import ModelError
from qa.reader import PassageReader, quotable_sentences
from qa.types import Evidence, Hit, Reading, Span


class _Kept:
    """A model that is loaded at first use and kept.

    Args:
        model: a folder, or the name of a model in the local Hugging Face cache.
        setting: that names it.
    """

    def __init__(self, model: str, setting: str) -> None:
        self.model, self._folder = model, str(find_model(model, setting))
        self._lock = threading.Lock()

    def load(self) -> None:
        """Load the model now rather than at the first question.

        Raises:
            ModelError: it cannot be used.
        """
        with self._lock:
            _ = self._network

    @cached_property
    def _network(self) -> Any:
        try:
            import_quietly()
            return self._open()
        except ModelError:
            raise
        except Exception as error:  # any failure of the libraries means: no model
            raise self._unusable(f"{type(error).__name__}: {error}") from error

    def _open(self) -> Any:
        raise NotImplementedError

    def _unusable(self, reason: str) -> ModelError:
        return ModelError(
            f"The model {self.model} cannot be used: {reason}.",
            "Run `qa doctor` to see what is installed.",
        )


class AnsweringReader(_Kept):
    """A transformers model for extractive question answering, trained to say "none" too (as on
    SQuAD 2.0). A sentence scores by the best words within it against "none"; the confidence is
    that of the best, as the model gives it: nobody has calibrated it.

    Args:
        model: a folder, or the name of a model in the local Hugging Face cache.

    Raises:
        ModelError: there is no such model on this machine.
    """

    window, stride = 384, 128
    """Tokens read at once, question included, and how many of them are read twice."""
    most_question = 128
    """Tokens of a question; what is over is not read."""
    most_tokens = 30
    """Of the words that answer."""

    def __init__(self, model: str) -> None:
        super().__init__(model, "reader")

    def _open(self) -> tuple[Any, Any]:
        from transformers import AutoModelForQuestionAnswering, AutoTokenizer

        tokenizer = AutoTokenizer.from_pretrained(self._folder, local_files_only=True)
        network, loaded = AutoModelForQuestionAnswering.from_pretrained(
            self._folder, local_files_only=True, output_loading_info=True
        )
        if loaded["missing_keys"]:
            raise self._unusable("it has no weights for answering questions")
        if not tokenizer.is_fast:
            raise self._unusable("its tokenizer does not say where words stand")
        return tokenizer, network.eval()

    def read(self, question: str, hits: Sequence[Hit]) -> Reading:
        """See `qa.reader.PassageReader.read`."""
        evidence: list[Evidence] = []
        best: dict[int, float] = {}
        for hit in hits:
            found = self._read_passage(question, hit)
            evidence += found
            best[hit.passage.passage_id] = max((one.score for one in found), default=0.0)
        evidence.sort(key=lambda one: -one.score)
        ranked = sorted(hits, key=lambda hit: -best[hit.passage.passage_id])
        return Reading(tuple(evidence), evidence[0].score if evidence else 0.0, tuple(ranked))

    def _read_passage(self, question: str, hit: Hit) -> list[Evidence]:
        offset = hit.passage.span.start
        spans = [span.shifted(-offset) for span in quotable_sentences(hit.passage)]
        found: dict[int, tuple[float, Span]] = {}
        for places, first, last, none in self._windows(question, hit.passage.text):
            for number, span in enumerate(spans):
                inside = (places[:, 0] >= span.start) & (places[:, 1] <= span.end)
                inside &= places[:, 1] > places[:, 0]
                if not inside.any():
                    continue
                chosen = np.flatnonzero(inside)
                score, words = _best(first[chosen], last[chosen], self.most_tokens)
                place = Span(int(places[chosen[words[0]], 0]), int(places[chosen[words[1]], 1]))
                if number not in found or score - none > found[number][0]:
                    found[number] = score - none, place
        return [
            Evidence(
                hit.passage,
                spans[number].shifted(offset),
                1 / (1 + math.exp(-max(-30.0, min(30.0, score)))),
                words.shifted(offset),
            )
            for number, (score, words) in found.items()
        ]

    def _windows(
        self, question: str, text: str
    ) -> list[tuple[NDArray[np.int64], NDArray[np.float64], NDArray[np.float64], float]]:
        """Of each window the places of its tokens in the text, shape ``(tokens, 2)``, 0 to 0 for
        those of the question; their scores as first and as last word; and that of "none"."""
        import torch

        with self._lock:
            tokenizer, network = self._network
            window = min(self.window, tokenizer.model_max_length)
            asked = tokenizer(
                question,
                truncation=True,
                max_length=min(self.most_question, window // 2),
                add_special_tokens=False,
                return_offsets_mapping=True,
            )
            end = max((end for _, end in asked["offset_mapping"]), default=0)
            left = window - len(asked["input_ids"]) - 8  # special tokens among them
            read = tokenizer(
                question[:end],
                text,
                truncation="only_second",
                max_length=window,
                stride=max(0, min(self.stride, left // 2)),
                return_overflowing_tokens=True,
                return_offsets_mapping=True,
                padding=True,
                return_tensors="pt",
            )
            offsets = read.pop("offset_mapping").numpy()
            read.pop("overflow_to_sample_mapping", None)
            with torch.inference_mode():
                logits = network(**read)
        found = []
        for row in range(len(offsets)):
            own = np.array([part == 1 for part in read.sequence_ids(row)])
            first, last = (
                part[row].numpy().astype(np.float64)
                for part in (logits.start_logits, logits.end_logits)
            )
            places = np.where(own[:, None], offsets[row], 0)
            found.append((places, first, last, float(first[0] + last[0])))
        return found


class Ranker(_Kept):
    """A sentence-transformers cross-encoder.

    Args:
        model: a folder, or the name of a model in the local Hugging Face cache.

    Raises:
        ModelError: there is no such model on this machine.
    """

    def __init__(self, model: str) -> None:
        super().__init__(model, "reranker")

    def _open(self) -> Any:
        from sentence_transformers import CrossEncoder

        network = CrossEncoder(self._folder, local_files_only=True)
        made = getattr(network.config, "architectures", None) or [""]
        if network.num_labels != 1 or not made[0].endswith("ForSequenceClassification"):
            raise self._unusable("it has no weights for scoring passages")
        return network

    def scores(self, question: str, texts: Sequence[str]) -> NDArray[np.float32]:
        """How well each text answers, higher is better, shape ``(len(texts),)``."""
        with self._lock:
            return np.asarray(
                self._network.predict(
                    [(question, text) for text in texts], batch_size=8, show_progress_bar=False
                ),
                dtype=np.float32,
            )


class Reranking:
    """A reader that is given the passages which another model puts first.

    Args:
        ranker: puts them in order.
        reader: reads.
        read: at most so many.
    """

    passages = 20
    """Put in order for an answer."""

    def __init__(self, ranker: Ranker, reader: PassageReader, read: int) -> None:
        self.ranker, self.reader, self._read = ranker, reader, read

    def load(self) -> None:
        """Load the models now rather than at the first question."""
        self.ranker.load()
        if load := getattr(self.reader, "load", None):
            load()

    def read(self, question: str, hits: Sequence[Hit]) -> Reading:
        """See `qa.reader.PassageReader.read`."""
        scores = self.ranker.scores(question, [hit.passage.text for hit in hits]) if hits else ()
        ranked = [hits[place] for place in np.argsort(-np.asarray(scores), kind="stable")]
        return replace(self.reader.read(question, ranked[: self._read]), hits=tuple(ranked))


def _best(
    first: NDArray[np.float64], last: NDArray[np.float64], most: int
) -> tuple[float, tuple[int, int]]:
    """The best pair of a first and a last token, at most ``most`` tokens, and its score."""
    size = len(first)
    allowed = np.tri(size, k=most - 1, dtype=bool) & np.tri(size, dtype=bool).T
    pairs = np.where(allowed, first[:, None] + last[None, :], -np.inf)
    start, end = divmod(int(pairs.argmax()), size)
    return float(pairs[start, end]), (start, end)
