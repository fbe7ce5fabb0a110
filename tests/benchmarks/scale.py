"""Cost against size: synthetic indexes of 1,000 to 1,000,000 passages.

Usage: ``python tests/benchmarks/scale.py DIR [--passages N] [--questions N]``. Builds an index
of N passages in DIR (kept there for the next run), then asks it questions with the real encoder
and reader, and prints a JSON line: times in milliseconds, memory and disk.

Texts are words drawn by Zipf's law, 110 a passage, 20 passages a document; vectors lie around
4,000 random centres, in 16 bits, as the store keeps them. Questions are made of words of a
passage and of common words. Recall@10 is that of the dense search against exact search, for
questions that lie between two passages.
"""

from __future__ import annotations

import argparse
import json
import re
import resource
import time
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from pydoc_data.topics import topics

import numpy as np

from qa import Assistant, Settings
from qa.store import NewDocument, embedding_hash
from qa.types import Chunk, Document, Span

DIMENSION = 384
CENTRES = 4_000
WORDS, PASSAGES = 110, 20


def vocabulary(rng: np.random.Generator) -> list[str]:
    """50,000 words: those of Python's own manual, commonest first, then pairs of them."""
    counted = Counter(re.findall(r"[a-z]{2,12}", " ".join(topics.values()).lower()))
    words = [word for word, _ in counted.most_common()]
    pairs = rng.choice(words[200:], size=(50_000 - len(words), 2))
    return [*words, *("".join(pair) for pair in pairs)]


class Synthetic:
    """As many documents as asked for, one at a time."""

    def __init__(self, passages: int) -> None:
        self.passages = passages
        self.rng = np.random.default_rng(0)
        self.words = np.array(vocabulary(self.rng))
        ranks = np.arange(1, len(self.words) + 1)
        self.cumulative = np.cumsum(1 / ranks) / np.sum(1 / ranks)
        self.centres = self.rng.standard_normal((CENTRES, DIMENSION), dtype=np.float32)

    def vectors(self, count: int) -> np.ndarray:
        """Vectors around the centres, of unit length, float32, shape ``(count, 384)``."""
        found = self.centres[self.rng.integers(CENTRES, size=count)]
        found = found + 0.9 * self.rng.standard_normal((count, DIMENSION), dtype=np.float32)
        return found / np.linalg.norm(found, axis=1, keepdims=True)

    def sentences(self, count: int) -> list[str]:
        """Sentences of 11 words."""
        chosen = np.searchsorted(self.cumulative, self.rng.random((count, 11)))
        return [" ".join(row).capitalize() + "." for row in self.words[chosen].tolist()]

    def documents(self) -> Iterator[tuple[NewDocument, np.ndarray]]:
        """Documents with the vectors of their passages."""
        for number in range(self.passages // PASSAGES):
            per_passage = WORDS // 11
            lines = self.sentences(PASSAGES * per_passage)
            parts = [
                " ".join(lines[i * per_passage : (i + 1) * per_passage]) for i in range(PASSAGES)
            ]
            text = "\n\n".join(parts)
            starts = np.cumsum([0, *(len(part) + 2 for part in parts[:-1])]).tolist()
            chunks = tuple(
                Chunk(Span(start, start + len(part)), ())
                for start, part in zip(starts, parts, strict=True)
            )
            document = Document(f"{number:06}.txt", "", text, f"{number:064x}")
            hashes = tuple(embedding_hash(part) for part in parts)
            yield NewDocument(document, chunks, hashes, len(text), 0), self.vectors(PASSAGES)


def build(assistant: Assistant, synthetic: Synthetic) -> float:
    """Write the passages; seconds."""
    started = time.perf_counter()
    index = assistant.index
    with index.store.writing():
        index.ensure_manifest(DIMENSION)
        batch: list[NewDocument] = []
        for new, vectors in synthetic.documents():
            index.store.add_vectors(list(new.hashes), vectors)
            batch.append(new)
            if len(batch) == 500:
                index.store.replace(batch)
                batch.clear()
                print(index.store.counts()[1], f"{time.perf_counter() - started:.0f} s", flush=True)
        index.store.replace(batch)
        written = time.perf_counter() - started
        index.lexical.catch_up()
        full_text = time.perf_counter() - started - written
        index.save()
        vectors_s = time.perf_counter() - started - written - full_text
    print(f"store {written:.0f} s, full text {full_text:.0f} s, vectors {vectors_s:.0f} s")
    return time.perf_counter() - started


def recall(assistant: Assistant, synthetic: Synthetic, questions: int) -> float:
    """Recall@10 of the dense search against exact search."""
    index = assistant.index
    one, other = synthetic.vectors(questions), synthetic.vectors(questions)
    asked = 0.75 * one + 0.66 * other
    asked = (asked / np.linalg.norm(asked, axis=1, keepdims=True)).astype(np.float32)
    scores = np.full((questions, 10), -2, np.float32)
    nearest = np.zeros((questions, 10), np.int64)
    for ids, vectors in index.store.vectors_since(0):
        both = np.concatenate([scores, asked @ vectors.T], axis=1)
        named = np.concatenate([nearest, np.broadcast_to(ids, (questions, len(ids)))], axis=1)
        best = np.argpartition(-both, 10, axis=1)[:, :10]
        scores, nearest = np.take_along_axis(both, best, 1), np.take_along_axis(named, best, 1)
    found = [index.vectors().search(vector, 10)[0] for vector in asked]
    return float(np.mean([np.isin(a, b).mean() for a, b in zip(nearest, found, strict=True)]))


def percentiles(times: list[float]) -> dict[str, float]:
    return {
        "p50": round(1000 * float(np.percentile(times, 50)), 2),
        "p95": round(1000 * float(np.percentile(times, 95)), 2),
    }


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("directory", type=Path)
    parser.add_argument("--passages", type=int, default=10_000)
    parser.add_argument("--questions", type=int, default=200)
    arguments = parser.parse_args()
    folder = arguments.directory / "empty"
    folder.mkdir(parents=True, exist_ok=True)
    directory = arguments.directory / f"index-{arguments.passages}"
    synthetic = Synthetic(arguments.passages)
    with Assistant(folder, directory, settings=Settings()) as assistant:
        built = None
        if assistant.counts()[1] < arguments.passages:
            built = build(assistant, synthetic)
        started = time.perf_counter()
        assistant.warm()
        assistant.search("warm up")
        opened = time.perf_counter() - started
        times: dict[str, list[float]] = {}
        for sentence in synthetic.sentences(arguments.questions):
            words = sentence[:-1].lower().split()
            question = f"What is the {' '.join(words[:4])} of the {words[5]}?"
            for step, seconds in assistant.ask(question).timings.items():
                times.setdefault(step, []).append(seconds)
        peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
        info = assistant.index.vectors().info
        size = sum(file.stat().st_size for file in directory.rglob("*") if file.is_file())
        print(
            json.dumps(
                {
                    "passages": arguments.passages,
                    "built_s": built and round(built, 1),
                    "open_s": round(opened, 2),
                    **{step: percentiles(values) for step, values in times.items()},
                    "peak_mb": None if built else round(peak),
                    "bytes_per_passage": round(size / arguments.passages),
                    "lists": info.lists,
                    "searched": info.searched,
                    "recall_at_10": round(recall(assistant, synthetic, 100), 4),
                }
            )
        )


if __name__ == "__main__":
    main()
