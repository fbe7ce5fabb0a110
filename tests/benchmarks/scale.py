"""Cost against size: indexes of 1,000 to 1,000,000 passages.

Usage: ``python tests/benchmarks/scale.py DIR [--passages N] [--questions N] [--set SET ...]
[--at-once N]``. Builds an index of N passages in DIR and stops, or, where an earlier run has built
it, asks it questions with the real encoder and reader and prints a JSON line: times in
milliseconds, memory and disk; with ``--at-once``, how that many threads fare that ask at once.

With labelled sets (see `qa.evaluation`), their first documents, about a third of the passages at
most, are indexed as they are and a sample of the questions on these is asked. The rest, or all, is
made up: words drawn by Zipf's law, 110 a passage, 20 passages a document; vectors around 4,000
random centres, in 16 bits, as the store keeps them. Without sets, questions are made of words of a
passage and of common words: nothing answers them, so all that is found is read. Recall@10 is that
of the dense search against exact search, for questions that lie between two passages.
"""

from __future__ import annotations

import argparse
import json
import re
import resource
import time
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path
from pydoc_data.topics import topics

import numpy as np

from qa import Assistant, Settings
from qa.documents import SourceFile
from qa.indexing import update
from qa.labelled import CorpusSource, EvaluationSet
from qa.store import NewDocument, embedding_hash
from qa.types import Answer, Chunk, Document, Skipped, Span

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
    """Made-up documents, one at a time. Seed 0."""

    def __init__(self) -> None:
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

    def documents(self, passages: int) -> Iterator[tuple[NewDocument, np.ndarray]]:
        """Documents with the vectors of their passages, in all so many passages."""
        for number in range(passages // PASSAGES):
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


class Sets:
    """The first documents of labelled sets as one source (see `qa.documents.Source`)."""

    def __init__(self, folders: list[Path], documents: int) -> None:
        self.name = "sets"
        self.sources = [CorpusSource(folder) for folder in folders]
        self.documents = documents // max(1, len(folders))

    def scan(self) -> tuple[list[SourceFile], list[Skipped]]:
        return [
            replace(file, path=f"{number}/{file.path}")
            for number, source in enumerate(self.sources)
            for file in source.scan()[0][: self.documents]
        ], []

    def load(self, file: SourceFile) -> Document:
        number, _, path = file.path.partition("/")
        found = self.sources[int(number)].load(replace(file, path=path))
        return replace(found, path=file.path)


def build(assistant: Assistant, passages: int, sets: list[Path]) -> float:
    """Write the passages; seconds."""
    started = time.perf_counter()
    index = assistant.index
    if sets:
        update(index, Sets(sets, passages // 4))
    real = time.perf_counter() - started
    with index.store.writing():
        index.ensure_manifest(DIMENSION)
        batch: list[NewDocument] = []
        for new, vectors in Synthetic().documents(passages - index.store.counts()[1]):
            index.store.add_vectors(list(new.hashes), vectors)
            batch.append(new)
            if len(batch) == 500:
                index.store.replace(batch)
                batch.clear()
                print(index.store.counts()[1], f"{time.perf_counter() - started:.0f} s", flush=True)
        index.store.replace(batch)
        written = time.perf_counter() - started
        index.lexical.catch_up()
        full_text = time.perf_counter() - started
        index.save()
    total = time.perf_counter() - started
    print(
        f"sets {real:.0f} s, store {written - real:.0f} s, full text {full_text - written:.0f} s, "
        f"vectors {total - full_text:.0f} s"
    )
    return total


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
    parser.add_argument("--set", type=Path, action="append", default=[])
    parser.add_argument("--at-once", type=int, help="ask so many questions at once, and compare")
    arguments = parser.parse_args()
    folder = arguments.directory / "empty"
    folder.mkdir(parents=True, exist_ok=True)
    directory = arguments.directory / f"index-{arguments.passages}"
    with Assistant(folder, directory, settings=Settings()) as assistant:
        if assistant.counts()[1] < arguments.passages // PASSAGES * PASSAGES - PASSAGES:
            seconds = build(assistant, arguments.passages, arguments.set)
            print(json.dumps({"passages": arguments.passages, "built_s": round(seconds, 1)}))
        elif arguments.at_once:
            print(json.dumps(asked_at_once(assistant, arguments.at_once)))
        else:
            count, sets = arguments.questions, arguments.set
            print(json.dumps(measured(assistant, directory, arguments.passages, count, sets)))


def asked_at_once(assistant: Assistant, count: int) -> dict[str, object]:
    """What becomes of questions that are asked from as many threads."""
    questions = [
        f"What is the {' '.join(words[:4])} of the {words[5]}?"
        for sentence in Synthetic().sentences(count)
        for words in [sentence[:-1].lower().split()]
    ]
    assistant.warm(thoroughly=True)
    assistant.search("warm up")
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    started = time.perf_counter()
    alone = [assistant.ask(question) for question in questions]
    one_by_one = time.perf_counter() - started
    started = time.perf_counter()
    with ThreadPoolExecutor(count) as threads:
        found = list(threads.map(assistant.ask, questions))
    together = time.perf_counter() - started

    def told(answer: Answer) -> list[object]:
        ids = [one.id for one in (*answer.citations, *answer.nearest)]
        return [answer.found, ids, [hit.passage.passage_id for hit in answer.hits]]

    return {
        "passages": assistant.counts()[1],
        "one_by_one_s": round(one_by_one, 2),
        "at_once_s": round(together, 2),
        "same": sum(told(one) == told(other) for one, other in zip(alone, found, strict=True)),
        "of": count,
        "peak_mb": [
            round(before),
            round(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024),
        ],
    }


def measured(
    assistant: Assistant, directory: Path, target: int, count: int, sets: list[Path]
) -> dict[str, object]:
    """What asking costs."""
    synthetic = Synthetic()
    questions = [
        f"What is the {' '.join(words[:4])} of the {words[5]}?"
        for sentence in synthetic.sentences(0 if sets else count)
        for words in [sentence[:-1].lower().split()]
    ]
    there = {file.path.partition("/")[2] for file in Sets(sets, target // 4).scan()[0]}
    for folder in sets:
        evaluation_set = EvaluationSet(folder)
        relevant = evaluation_set.relevant()
        queries = [
            query
            for query in evaluation_set.queries()
            if there & {query.get("source_doc"), *relevant.get(query["_id"], ())}
        ]
        chosen = np.random.default_rng(0).permutation(len(queries))[: count // len(sets)]
        questions += [queries[i]["text"] for i in chosen]
    started = time.perf_counter()
    assistant.warm(thoroughly=True)  # as the app does
    assistant.search("warm up")
    opened = time.perf_counter() - started
    times: dict[str, list[float]] = {}
    for question in questions:
        for step, seconds in assistant.ask(question).timings.items():
            times.setdefault(step, []).append(seconds)
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    info = assistant.index.vectors().info
    passages = assistant.counts()[1]
    size = sum(file.stat().st_size for file in directory.rglob("*") if file.is_file())
    return {
        "passages": passages,
        "questions": len(questions),
        "open_s": round(opened, 2),
        **{step: percentiles(values) for step, values in times.items()},
        "peak_mb": round(peak),
        "bytes_per_passage": round(size / passages),
        "lists": info.lists,
        "searched": info.searched,
        "recall_at_10": round(recall(assistant, synthetic, 100), 4),
    }


if __name__ == "__main__":
    main()
