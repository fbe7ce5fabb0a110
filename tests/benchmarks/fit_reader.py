"""Fit the weights of `qa.reader.SentenceReader` on labelled questions.

Usage: ``python tests/benchmarks/fit_reader.py TRAIN_DIR DEV_DIR`` (the unpacked evaluation
data). Prints the weights to put into `qa.reader.FITTED`, and how they do on the development
sets, which the fit never sees. Needs scikit-learn (comes with sentence-transformers).
Seed 0; logistic regression, C = 1; sets and sizes below.
"""

from __future__ import annotations

import pickle
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path

import numpy as np
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import roc_auc_score

from qa.encoder import SentenceTransformerEncoder, Vectors
from qa.evaluation import CorpusSource, EvaluationSet
from qa.index import Index
from qa.indexing import update
from qa.reader import FEATURES, SentenceReader
from qa.retriever import Retriever

TRAIN = {"squad2-train": 1500, "squad1-train": 700, "selqa": 500, "qed": 500}
DEV = {"squad2-dev": 1200, "clapnq": 600}
MAX_DOCUMENTS = 1500
TOP_K = 8


class Remembering:
    """An encoder that encodes each text once."""

    def __init__(self) -> None:
        self.inner = SentenceTransformerEncoder()
        self.fingerprint = self.inner.fingerprint
        self.max_tokens = self.inner.max_tokens
        self.count_tokens = self.inner.count_tokens
        self.known: dict[str, np.ndarray] = {}

    def encode(self, texts: Sequence[str]) -> Vectors:
        missing = [text for text in dict.fromkeys(texts) if text not in self.known]
        if missing:
            self.known.update(zip(missing, self.inner.encode(missing), strict=True))
        return np.stack([self.known[text] for text in texts])


class Limited(CorpusSource):
    """The first documents of a corpus."""

    def scan(self):  # type: ignore[no-untyped-def]
        files, skipped = super().scan()
        return files[:MAX_DOCUMENTS], skipped


def examples(folder: Path, count: int, encoder: Remembering) -> list[dict[str, object]]:
    """Per question: features of every candidate, which hold an answer, answerable or not."""
    rng = np.random.default_rng(0)
    queries = EvaluationSet(folder).queries()
    found = []
    with tempfile.TemporaryDirectory() as directory, Index(directory, encoder) as index:
        source = Limited(folder)
        update(index, source)
        inside = {file.path for file in source.scan()[0]}
        queries = [q for q in queries if q.get("source_doc") in inside]
        chosen = [queries[i] for i in rng.permutation(len(queries))[:count]]
        retriever, reader = Retriever(index), SentenceReader(index)
        for query in chosen:
            vector = encoder.encode([query["text"]])[0]
            hits = retriever.search(query["text"], TOP_K, vector=vector)
            candidates, features = reader.measure(query["text"], hits, vector)
            spans: dict[str, list[tuple[int, int]]] = {}
            for answer in query.get("answers", []):
                end = answer["start"] + len(answer["text"])
                spans.setdefault(answer["doc_id"], []).append((answer["start"], end))
            right = [
                any(a < span.end and b > span.start for a, b in spans.get(hit.passage.path, []))
                for hit, span in candidates
            ]
            found.append(
                {
                    "x": features,
                    "y": np.array(right, bool),
                    "answerable": bool(query["answerable"]),
                    "question": query["text"],
                }
            )
    return found


def report(name: str, data: list[dict[str, object]], weights: np.ndarray, bias: float) -> None:
    score = [1 / (1 + np.exp(-(row["x"] @ weights + bias))) for row in data]
    best = np.array([s.max(initial=0) for s in score])
    answerable = np.array([row["answerable"] for row in data])
    hits = {
        k: np.mean(
            [
                row["y"][np.argsort(-s)[:k]].any()
                for s, row in zip(score, data, strict=True)
                if row["answerable"]
            ]
        )
        for k in (1, 2, 3, 4)
    }
    right = np.array([row["y"][np.argmax(s)] for s, row in zip(score, data, strict=True)])
    auroc = roc_auc_score(answerable, best) if 0 < answerable.mean() < 1 else float("nan")
    print(
        f"{name:14} {len(data)} questions; answer in the first 1/2/3/4 sentences: "
        + " ".join(f"{value:.3f}" for value in hits.values())
        + f"; answerable AUROC {auroc:.3f}; mean confidence {best.mean():.3f},"
        + f" right {right.mean():.3f}"
    )
    for threshold in (0.1, 0.15, 0.2, 0.25, 0.3, 0.4):
        kept = best >= threshold
        print(
            f"    threshold {threshold:.2f}: answers {kept[answerable].mean():.3f} of the "
            f"answerable, refuses {(~kept[~answerable]).mean():.3f} of the others"
        )


def main() -> None:
    train, dev = Path(sys.argv[1]), Path(sys.argv[2])
    cache = Path(sys.argv[3]) if len(sys.argv) > 3 else None
    if cache and cache.exists():
        data = pickle.loads(cache.read_bytes())
    else:
        encoder = Remembering()
        data = {
            name: examples(folder / name, count, encoder)
            for folder, sets in ((train, TRAIN), (dev, DEV))
            for name, count in sets.items()
        }
        if cache:
            cache.write_bytes(pickle.dumps(data))
    x = np.concatenate([row["x"] for name in TRAIN for row in data[name]])
    y = np.concatenate([row["y"] for name in TRAIN for row in data[name]])
    mean, deviation = x.mean(0), x.std(0) + 1e-9
    model = LogisticRegression(C=1.0, max_iter=2000).fit((x - mean) / deviation, y)
    weights = model.coef_[0] / deviation
    bias = float(model.intercept_[0] - weights @ mean)
    for name, weight, coefficient in zip(FEATURES, weights, model.coef_[0], strict=True):
        print(f"{name:16} {weight:8.3f}   standardized {coefficient:6.3f}")
    print(f"bias {bias:.3f}; values ({', '.join(f'{w:.3f}' for w in weights)})")
    for name, rows in data.items():
        report(name, rows, weights, bias)


if __name__ == "__main__":
    main()
