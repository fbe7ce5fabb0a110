"""What the rows of an evaluation say: figures with intervals, and what changes between two runs."""

from __future__ import annotations

import json
import math
from collections.abc import Mapping, Sequence
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np

from qa.errors import EvaluationError
from qa.measures import (
    Difference,
    Table,
    auroc,
    calibration_error,
    differences,
    intervals,
    reliability,
)

SCHEMA = "qa.eval/2"
Row = dict[str, Any]
"""What was measured for one question; what does not apply is left out."""

_RANKING = ("recall@1", "recall@5", "recall@10", "ndcg@10", "mrr@10", "ndcg@10 after reading")
_MEANS = (*_RANKING, "answer f1", "exact match", "evidence f1")
_MADE = (
    "version", "set", "model", "reader", "reranker", "top_k", "threshold", "conversations",
    "documents", "passages",
)  # fmt: skip
"""What a saved run says of how it was made."""
_COLUMNS = (*_MEANS, "answerable", "found", "confidence", "answer shown", "citations", "inexact")


def table(rows: Sequence[Row]) -> Table:
    """The rows as columns."""
    return {name: np.array([float(row.get(name, math.nan)) for row in rows]) for name in _COLUMNS}


def figures(columns: Table, threshold: float) -> dict[str, float]:
    """What is printed, of the questions to which it applies; NaN where there is none.

    ``answer f1``, ``exact match`` and ``evidence f1`` are of the best guess, refused or not;
    ``overall f1`` counts a refusal as nothing where there is an answer and as right where there is
    none; beside it, what the best of a hundred thresholds would have made of it, chosen on these
    very questions.
    """
    found = {name: _mean(columns[name]) for name in _MEANS}
    known = ~np.isnan(columns["answerable"])
    answerable = columns["answerable"] == 1
    kept = (columns["found"] == 1) & (columns["confidence"] >= threshold)
    scored = known & (~answerable | ~np.isnan(columns["answer f1"]))
    if (~np.isnan(columns["answer f1"])).any():
        f1 = np.nan_to_num(columns["answer f1"])
        found["overall f1"] = _mean(np.where(answerable, kept * f1, ~kept)[scored])
        said = np.where(columns["found"] == 1, columns["confidence"], -1.0)
        found["overall f1, best threshold"] = max(
            _mean(np.where(answerable, (said >= at) * f1, said < at)[scored])
            for at in np.linspace(0, 1, 101)
        )
    found["answer shown"] = _mean(columns["answer shown"] * kept)
    refused, none = known & ~kept, known & ~answerable
    right = int((refused & none).sum())
    if none.any():
        precision = right / int(refused.sum()) if refused.any() else 0.0
        recall = right / int(none.sum())
        both = precision + recall
        found["refusal precision"] = precision
        found["refusal recall"] = recall
        found["refusal f1"] = 2 * precision * recall / both if both else 0.0
        found["answerable auroc"] = auroc(columns["confidence"][known], answerable[known])
        found["calibration error"] = calibration_error(
            columns["confidence"][known], answerable[known]
        )
    cited = columns["citations"].sum()
    found["citations exact"] = 1 - columns["inexact"].sum() / cited if cited else math.nan
    return found


def _mean(values: Any) -> float:
    there = values[~np.isnan(values)]
    return float(there.mean()) if len(there) else math.nan


def report(rows: Sequence[Row], threshold: float) -> dict[str, Any]:
    """Figures with their intervals, latency and calibration, as in ``qa eval --json``."""
    if not rows:
        raise EvaluationError("There are no questions in it.")
    columns = table(rows)
    known = ~np.isnan(columns["answerable"])
    bins = reliability(columns["confidence"][known], columns["answerable"][known] == 1)
    milliseconds = np.percentile([row["ms"] for row in rows], [50, 95, 99])
    return {
        "questions": len(rows),
        "threshold": threshold,
        "figures": {
            name: interval._asdict()
            for name, interval in intervals(columns, partial(figures, threshold=threshold)).items()
            if not math.isnan(interval.value)
        },
        "milliseconds": dict(zip(("p50", "p95", "p99"), milliseconds.tolist(), strict=True)),
        "reliability": [one._asdict() for one in bins],
    }


def compare(one: Mapping[str, Any], other: Mapping[str, Any]) -> dict[str, Difference]:
    """What changes from one saved run to another, over the questions of both.

    Raises:
        EvaluationError: they share no question.
    """
    rows = [{row["id"]: row for row in saved["rows"]} for saved in (one, other)]
    shared = [id_ for id_ in rows[0] if id_ in rows[1]]
    if not shared:
        raise EvaluationError("The two runs have no question in common.")
    tables = [table([part[id_] for id_ in shared]) for part in rows]
    ways = [partial(figures, threshold=float(saved["threshold"])) for saved in (one, other)]
    before, after = zip(tables, ways, strict=True)
    changes = differences(before, after)
    return {name: change for name, change in changes.items() if not math.isnan(change.value)}


def made_otherwise(one: Mapping[str, Any], other: Mapping[str, Any]) -> dict[str, tuple[Any, Any]]:
    """How the runs were made, where that differs: name to the values of one and of the other."""
    return {
        name: (one.get(name), other.get(name)) for name in _MADE if one.get(name) != other.get(name)
    }


def read_run(file: Path) -> dict[str, Any]:
    """A run saved by ``qa eval --json``.

    Raises:
        EvaluationError: the file is none.
    """
    try:
        saved = json.loads(file.read_text("utf-8"))
        if saved["schema"] != SCHEMA or not isinstance(saved["rows"], list):
            raise ValueError
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise EvaluationError(
            f"{file} is not a saved evaluation.", "Save one with `qa eval SET --json > run.json`."
        ) from error
    return dict(saved)
