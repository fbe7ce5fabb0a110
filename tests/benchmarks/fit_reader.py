"""Fit the weights of `qa.confidence` on labelled questions, and say how it does.

Usage: ``python tests/benchmarks/fit_reader.py DEV_DIR [CACHE]`` (the unpacked development
sets; CACHE keeps the measures between runs). Fits on one half of the questions of each set
and reports the other half; the weights printed go into `qa.confidence`. The network
never saw these sets. Needs scikit-learn (comes with sentence-transformers). Seed 0.
"""

from __future__ import annotations

import pickle
import random
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from sklearn.linear_model import LogisticRegression

from qa.compiled_encoder import CompiledEncoder
from qa.confidence import BY_HAND, FEATURES, SURELY, Weights, stands_out, summary
from qa.index import Index
from qa.indexing import update
from qa.labelled import CorpusSource, EvaluationSet, json_lines
from qa.measures import auroc, calibration_error, word_f1
from qa.reader import Candidate, SentenceReader, in_document
from qa.retriever import Retriever
from qa.text_reader import Reader

SETS = {"squad2-dev": 1600, "clapnq": 600}
BY_ARTICLE = "squad2-dev", 600
TOP_K = 6
HELD_SENTENCE, HELD_ANSWERED = 0.002, 0.3
"""How freely the weights follow these sets (LogisticRegression's C): held so they do as well on
them, and better on documents of another kind."""
MEANING = 0.3
"""How freely that of a sentence's meaning does, beside the others: the freer, the more short
answers are right on these sets, and the fewer golden questions on the reports."""


@dataclass
class Question:
    """What was measured for one question."""

    features: NDArray[np.float64]
    right: NDArray[np.bool_]
    """Which candidate sentences hold an answer."""
    answerable: bool
    f1: NDArray[np.float64]
    """Of the words of each candidate with the nearest answer."""
    passages: int
    """In the index."""
    apart: float
    """How much its first passage stands out."""


class Article(CorpusSource):
    """The passages of a set with one title: a small folder on one subject."""

    def __init__(self, folder: Path, title: str) -> None:
        super().__init__(folder)
        rows = json_lines(folder / "corpus.jsonl")
        self.ids = {row["_id"] for row in rows if row["title"] == title}
        self._places = {id_: place for id_, place in self._places.items() if id_ in self.ids}


def measured(folder: Path, count: int, encoder: CompiledEncoder) -> list[Question]:
    """Measure a random sample of the set's questions over its whole corpus."""
    queries = EvaluationSet(folder).queries()
    chosen = np.random.default_rng(0).permutation(len(queries))[:count]
    return over(CorpusSource(folder), [queries[i] for i in chosen], encoder)


def measured_by_article(folder: Path, count: int, encoder: CompiledEncoder) -> list[Question]:
    """Other questions, each over the passages of one article; a tenth are on other articles."""
    queries = EvaluationSet(folder).queries()
    order = np.random.default_rng(0).permutation(len(queries))[SETS[folder.name] :]
    queries = [queries[i] for i in order]
    rng = random.Random(0)
    titles = sorted({row["title"] for row in json_lines(folder / "corpus.jsonl")})
    found = []
    for title in titles:
        article = Article(folder, title)
        own = [query for query in queries if sources(query) & article.ids]
        others = [query for query in queries if not sources(query) & article.ids]
        each = count // len(titles)
        asked = own[:each] + [
            {**query, "answerable": False, "answers": []} for query in others[: each // 10]
        ]
        rng.shuffle(asked)
        found += over(article, asked, encoder)
    return found


def sources(query: dict[str, Any]) -> set[str]:
    """The passages that a question was written against."""
    return {item["doc_id"] for item in query.get("answers", [])} | {query.get("source_doc")}


def over(source: CorpusSource, queries: list[Any], encoder: CompiledEncoder) -> list[Question]:
    """Measure questions over an index of a source."""
    found = []
    with tempfile.TemporaryDirectory() as directory, Index(directory, encoder) as index:
        update(index, source)
        retriever, reader = Retriever(index), SentenceReader(index)
        passages = index.store.counts()[1]
        for query in queries:
            hits = retriever.search(query["text"], TOP_K)
            candidates, features = reader.measure(query["text"], hits)
            answers = [
                (item["doc_id"], item["start"], item["start"] + len(item["text"]))
                for item in query.get("answers", [])
            ]
            right = [
                any(
                    path == one.hit.passage.path and start < one.span.end and end > one.span.start
                    for path, start, end in answers
                )
                for one in candidates
            ]
            texts = [item["text"] for item in query.get("answers", [])]
            f1 = [
                max((word_f1(short(one), text) for text in texts), default=0.0)
                for one in candidates
            ]
            found.append(
                Question(
                    features,
                    np.array(right, bool),
                    bool(query["answerable"]),
                    np.array(f1),
                    passages,
                    stands_out(hits),
                )
            )
    return found


def in_text(folder: Path, count: int) -> tuple[NDArray[np.float64], NDArray[np.bool_]]:
    """What `qa.text_reader` knows of questions with the passage they were written against, and
    whether it answers."""
    corpus = {row["_id"]: row for row in json_lines(folder / "corpus.jsonl")}
    queries = EvaluationSet(folder).queries()
    reader = Reader.load()
    rows, answers = [], []
    for i in np.random.default_rng(1).permutation(len(queries))[:count]:
        query = queries[i]
        source = next((id_ for id_ in sources(query) if id_ in corpus), None)
        if source is not None:
            row = corpus[source]
            rows.append(reader.measure(query["text"], row["text"], row["title"]))
            answers.append(bool(query["answerable"]))
    return np.array(rows), np.array(answers)


def short(candidate: Candidate) -> str:
    """The words of a candidate that answer."""
    words = in_document(candidate)
    return candidate.hit.passage.words(words) if words else ""


def logistic(
    x: NDArray[np.float64],
    y: NDArray[np.bool_],
    worth: NDArray[np.float64] | None = None,
    c: float = 1.0,
    freedom: NDArray[np.float64] | None = None,
) -> Weights:
    """Weights of a logistic model on standardized features; ``worth`` of each row, ``c`` the less
    the more the weights are held to zero, ``freedom`` how far each may go beside the others."""
    x = np.clip(x, -30, 30)
    scale = x.std(0) + 1e-9
    if freedom is not None:
        scale /= freedom
    model = LogisticRegression(C=c, max_iter=3000).fit(x / scale, y, sample_weight=worth)
    values = tuple(round(float(value), 4) for value in model.coef_[0] / scale)
    return Weights(round(float(model.intercept_[0]), 4), values)


def fitted(samples: dict[str, list[Question]]) -> tuple[Weights, Weights]:
    """`SENTENCE` and `ANSWERED`; for the second each sample counts alike, whatever its size."""
    everything = [item for rows in samples.values() for item in rows]
    features = np.concatenate([item.features for item in everything])[:, : -len(BY_HAND)]
    freedom = np.ones(features.shape[1])
    freedom[FEATURES.index("meaning")] = MEANING
    right = np.concatenate([item.right for item in everything])
    sentence = logistic(features, right, c=HELD_SENTENCE, freedom=freedom)
    sentence = Weights(sentence.bias, (*sentence.values, *BY_HAND))
    known = []
    for item in everything:
        scores = sentence.probability(item.features)
        row = summary(item.features, scores, item.passages, item.apart)
        known.append(row[:, : -len(SURELY)])
    alike = len(everything) / len(samples)
    x, y = np.concatenate(known), np.array([item.answerable for item in everything])
    worth = np.concatenate([np.full(len(rows), alike / len(rows)) for rows in samples.values()])
    held = logistic(x, y, worth, HELD_ANSWERED)
    # Weights that are held make every confidence a middling one: stretched, they are calibrated.
    stretch = logistic((np.clip(x, -30, 30) @ np.array(held.values))[:, None], y)
    values = tuple(round(stretch.values[0] * value, 4) for value in held.values)
    return sentence, Weights(stretch.bias, (*values, *SURELY))


def guesses(
    questions: list[Question], sentence: Weights, answered: Weights
) -> list[tuple[NDArray[np.intp], float]]:
    """Of each question the order of its sentences, and the confidence."""
    found = []
    for item in questions:
        scores = sentence.probability(item.features)
        order = np.argsort(-scores, kind="stable")
        known = summary(item.features, scores, item.passages, item.apart)
        found.append((order, float(answered.probability(known)[0])))
    return found


def report(
    name: str, questions: list[Question], guessed: list[tuple[NDArray[np.intp], float]]
) -> None:
    """Print how often the first sentences answer, and what a threshold would refuse."""
    orders = [order for order, _ in guessed]
    confidence = np.array([surely for _, surely in guessed])
    answerable = np.array([item.answerable for item in questions])
    first = [
        np.mean(
            [
                item.right[order[:k]].any()
                for item, order in zip(questions, orders, strict=True)
                if item.answerable
            ]
        )
        for k in (1, 2, 3, 4)
    ]
    error = calibration_error(confidence, answerable)
    print(f"{name}: {len(questions)} questions")
    print("  answer in the first 1, 2, 3, 4 sentences:", *(f"{value:.3f}" for value in first))
    f1 = np.array(
        [
            item.f1[order[0]] if len(order) else 0.0
            for item, order in zip(questions, orders, strict=True)
        ]
    )
    overall = max(
        np.where(confidence >= threshold, f1 * answerable, ~answerable).mean()
        for threshold in np.linspace(0, 1, 101)
    )
    print(
        f"  words of the first sentence, F1 on answerable questions {f1[answerable].mean():.3f};"
        f" overall with the best refusal {overall:.3f}"
    )
    print(f"  answerable AUROC {auroc(confidence, answerable):.3f}; calibration error {error:.3f}")
    for threshold in (0.05, 0.08, 0.11, 0.15, 0.2, 0.3, 0.5):
        kept = confidence >= threshold
        print(
            f"  threshold {threshold:.2f}: answers {kept[answerable].mean():.3f} of the answerable,"
            f" refuses {(~kept[~answerable]).mean():.3f} of the others"
        )


def main() -> None:
    """Measure, fit, report."""
    folder = Path(sys.argv[1])
    cache = Path(sys.argv[2]) if len(sys.argv) > 2 else None
    if cache and cache.exists():
        data = pickle.loads(cache.read_bytes())
    else:
        encoder = CompiledEncoder()
        data = {name: measured(folder / name, n, encoder) for name, n in SETS.items()}
        name, count = BY_ARTICLE
        data[f"{name}, an article a folder"] = measured_by_article(folder / name, count, encoder)
        if cache:
            cache.write_bytes(pickle.dumps(data))
    # The second half with what the first taught, and the other way about.
    halves = [{name: rows[half::2] for name, rows in data.items()} for half in (0, 1)]
    weights = [fitted(half) for half in halves]
    for name, rows in data.items():
        guessed: list[Any] = [None] * len(rows)
        for half in (0, 1):
            guessed[half::2] = guesses(halves[half][name], *weights[1 - half])
        report(name, rows, guessed)
    sentence, answered = fitted(data)
    print("Fitted on all of them:")
    print("SENTENCE =", sentence)
    print("ANSWERED =", answered)
    print(
        "ALONE =", round(float(np.mean([np.mean([i.apart for i in r]) for r in data.values()])), 3)
    )
    rows, answers = in_text(folder / "squad2-dev", 1600)
    of_text = logistic(rows[::2], answers[::2])
    found = of_text.probability(rows[1::2])
    print("OF_TEXT =", of_text)
    print(f"  AUROC on the rest {auroc(found, answers[1::2]):.3f}")
    print(f"  calibration error {calibration_error(found, answers[1::2]):.3f}")


if __name__ == "__main__":
    main()
