"""What a conversation does for a question that leans on it.

Usage: ``python tests/benchmarks/followup.py DEV_DIR`` (the unpacked development sets). On mtrag-dev
the retrieval of the last turn as it is, as a person rewrote it, and with the conversation; on
squad2-dev and clapnq, whose questions stand alone, the same questions as they are and after two
questions on another subject or on the same; on canard-dev, how much of a person's rewriting
`qa.followup.stand_alone` gets. Seed 0.
"""

from __future__ import annotations

import random
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np

from qa.compiled_encoder import CompiledEncoder
from qa.followup import Turn, stand_alone
from qa.index import Index
from qa.indexing import update
from qa.labelled import CorpusSource, EvaluationSet, conversation, json_lines
from qa.layout import sentences
from qa.measures import ranking_metrics, word_f1
from qa.retriever import Retriever

ALONE = {"squad2-dev": 400, "clapnq": 300}


def figures(
    retriever: Retriever,
    asked: Sequence[tuple[str, Sequence[Turn], dict[str, int]]],
) -> dict[str, np.ndarray]:
    """Of each question with its conversation and its relevant documents."""
    rows = []
    for question, earlier, relevant in asked:
        hits = retriever.search(question, 50, earlier=earlier)
        rows.append(ranking_metrics(list(dict.fromkeys(h.passage.path for h in hits)), relevant))
    return {name: np.array([row[name] for row in rows]) for name in rows[0]}


def leaning(folder: Path, encoder: CompiledEncoder) -> None:
    """Questions of conversations."""
    with tempfile.TemporaryDirectory() as directory, Index(directory, encoder) as index:
        update(index, CorpusSource(folder))
        retriever, labelled = Retriever(index), EvaluationSet(folder)
        relevant = labelled.relevant()
        queries = [query for query in labelled.queries() if query["_id"] in relevant]
        follow = np.array([bool(query.get("history")) for query in queries])
        ways = {
            "as asked": lambda query: (query["text"], ()),
            "as a person rewrote it": lambda query: (query.get("rewrite") or query["text"], ()),
            "with the conversation": lambda query: (
                query["text"],
                conversation(query.get("history", [])),
            ),
        }
        for name, way in ways.items():
            found = figures(retriever, [(*way(query), relevant[query["_id"]]) for query in queries])
            print(
                f"{folder.name}, {name}: nDCG@10 {found['ndcg@10'].mean():.4f}, of {follow.sum()} "
                f"follow-ups {found['ndcg@10'][follow].mean():.4f}, their recall@5 "
                f"{found['recall@5'][follow].mean():.4f}",
                flush=True,
            )


def alone(folder: Path, count: int, encoder: CompiledEncoder) -> None:
    """Questions that stand alone, after others."""
    rng = random.Random(0)
    labelled = EvaluationSet(folder)
    corpus = {
        row.path: row for row in map(CorpusSource(folder).load, CorpusSource(folder).scan()[0])
    }
    relevant = labelled.relevant()
    queries = [query for query in labelled.queries() if query.get("answers")]
    rng.shuffle(queries)

    def title(query: dict[str, Any]) -> str:
        return corpus[query["answers"][0]["doc_id"]].title

    def turn(query: dict[str, Any]) -> Turn:
        answer = query["answers"][0]
        text = corpus[answer["doc_id"]].text
        quoted = next(s for s in sentences(text) if s.start <= answer["start"] < s.end)
        return Turn(query["text"], quoted.of(text), (title(query),))

    def before(query: dict[str, Any], same: bool) -> list[Turn]:
        others = [
            one for one in queries if one is not query and (title(one) == title(query)) == same
        ]
        return [turn(rng.choice(others or queries)) for _ in range(2)]

    with tempfile.TemporaryDirectory() as directory, Index(directory, encoder) as index:
        update(index, CorpusSource(folder))
        retriever = Retriever(index)
        for name in ("alone", "after others on another subject", "after others on the same"):
            asked = [
                (
                    query["text"],
                    [] if name == "alone" else before(query, name.endswith("same")),
                    relevant[query["_id"]],
                )
                for query in queries[:count]
            ]
            found = figures(retriever, asked)
            print(f"{folder.name}, {name}: nDCG@10 {found['ndcg@10'].mean():.4f}", flush=True)


def rewriting(folder: Path) -> None:
    """Questions in words of their own."""
    rows = []
    for query in json_lines(folder / "queries.jsonl"):
        mine = stand_alone(query["text"], conversation(query.get("history", [])))
        scores = [word_f1(text, query["rewrite"]) for text in (query["text"], mine)]
        rows.append((*scores, mine != query["text"].strip()))
    table = np.array(rows, dtype=float)
    better, worse = table[:, 1] > table[:, 0], table[:, 1] < table[:, 0]
    print(
        f"{folder.name}: word F1 with a person's rewriting {table[:, 0].mean():.4f} as asked, "
        f"{table[:, 1].mean():.4f} as understood; {int(table[:, 2].sum())} changed, "
        f"{better.sum()} for the better, {worse.sum()} for the worse"
    )


def main() -> None:
    folder, encoder = Path(sys.argv[1]), CompiledEncoder()
    rewriting(folder / "canard-dev")
    leaning(folder / "mtrag-dev", encoder)
    for name, count in ALONE.items():
        alone(folder / name, count, encoder)


if __name__ == "__main__":
    main()
