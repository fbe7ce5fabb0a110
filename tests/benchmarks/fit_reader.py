"""Fit the weights of `qa.reader.SentenceReader` on labelled questions, and say how it does.

Usage: ``python tests/benchmarks/fit_reader.py DEV_DIR [CACHE]`` (the unpacked development
sets; CACHE keeps the measures between runs). Fits on one half of the questions of each set
and reports the other half; the weights printed go into `qa.reader.FITTED`. The network
never saw these sets. Needs scikit-learn (comes with sentence-transformers). Seed 0.
"""

from __future__ import annotations

import pickle
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import roc_auc_score

from qa.encoder import SentenceTransformerEncoder
from qa.evaluation import CorpusSource, EvaluationSet
from qa.index import Index
from qa.indexing import update
from qa.reader import FEATURES, SentenceReader
from qa.retriever import Retriever

SETS = {"squad2-dev": 800, "clapnq": 600}
TOP_K = 6


@dataclass
class Question:
    """What was measured for one question."""

    features: NDArray[np.float64]
    right: NDArray[np.bool_]
    """Which candidate sentences hold an answer."""
    answerable: bool


def measured(folder: Path, count: int, encoder: SentenceTransformerEncoder) -> list[Question]:
    """Measure a random sample of the set's questions over its whole corpus."""
    found = []
    with tempfile.TemporaryDirectory() as directory, Index(directory, encoder) as index:
        update(index, CorpusSource(folder))
        queries = EvaluationSet(folder).queries()
        chosen = np.random.default_rng(0).permutation(len(queries))[:count]
        retriever, reader = Retriever(index), SentenceReader(index)
        for query in (queries[i] for i in chosen):
            hits = retriever.search(query["text"], TOP_K)
            candidates, features = reader.measure(query["text"], hits)
            answers = [
                (item["doc_id"], item["start"], item["start"] + len(item["text"]))
                for item in query.get("answers", [])
            ]
            right = [
                any(
                    path == hit.passage.path and start < span.end and end > span.start
                    for path, start, end in answers
                )
                for hit, span in candidates
            ]
            found.append(Question(features, np.array(right, bool), bool(query["answerable"])))
    return found


def fit(questions: list[Question]) -> tuple[NDArray[np.float64], float]:
    """Weights and bias of a logistic model of "this sentence holds an answer"."""
    x = np.concatenate([question.features for question in questions])
    y = np.concatenate([question.right for question in questions])
    x = np.clip(x, -30, 30)
    scale = x.std(0) + 1e-9
    model = LogisticRegression(C=1.0, max_iter=3000).fit(x / scale, y)
    return model.coef_[0] / scale, float(model.intercept_[0])


def report(name: str, questions: list[Question], weights: NDArray[np.float64], bias: float) -> None:
    """Print how often the first sentences answer, and what a threshold would refuse."""
    scores = [
        1 / (1 + np.exp(-(np.clip(item.features, -30, 30) @ weights + bias))) for item in questions
    ]
    best = np.array([score.max(initial=0.0) for score in scores])
    answerable = np.array([item.answerable for item in questions])
    first = {
        k: np.mean(
            [
                item.right[np.argsort(-score)[:k]].any()
                for item, score in zip(questions, scores, strict=True)
                if item.answerable
            ]
        )
        for k in (1, 2, 3, 4)
    }
    right = np.array(
        [item.right[np.argmax(score)] for item, score in zip(questions, scores, strict=True)]
    )
    bins = np.clip((best * 10).astype(int), 0, 9)
    error = sum(
        abs(best[bins == b].mean() - right[bins == b].mean()) * (bins == b).mean()
        for b in range(10)
        if (bins == b).any()
    )
    print(f"{name}: {len(questions)} questions")
    print("  answer in the first 1, 2, 3, 4 sentences:", *(f"{v:.3f}" for v in first.values()))
    print(
        f"  answerable AUROC {roc_auc_score(answerable, best):.3f}; calibration error {error:.3f}"
    )
    for threshold in (0.1, 0.15, 0.2, 0.25, 0.3, 0.4, 0.5):
        kept = best >= threshold
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
        encoder = SentenceTransformerEncoder()
        data = {name: measured(folder / name, n, encoder) for name, n in SETS.items()}
        if cache:
            cache.write_bytes(pickle.dumps(data))
    halves = {name: (rows[::2], rows[1::2]) for name, rows in data.items()}
    weights, bias = fit([row for first, _ in halves.values() for row in first])
    for name, weight in zip(FEATURES, weights, strict=True):
        print(f"{name:16} {weight:8.4f}")
    print(f"Weights({bias:.4f}, ({', '.join(f'{weight:.4f}' for weight in weights)}))")
    for name, (_, second) in halves.items():
        report(name, second, weights, bias)


if __name__ == "__main__":
    main()
