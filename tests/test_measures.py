import math

import numpy as np
import pytest

from qa.measures import (
    auroc,
    calibration_error,
    differences,
    evidence_words,
    intervals,
    ranking_metrics,
    reliability,
    word_f1,
)


@pytest.mark.parametrize(
    "found, expected, f1",
    [
        ("the Mill", "mill.", 1.0),
        ("in May 1901", "May 1901", 0.8),
        ("a b b", "b b", 1.0),
        ("b", "b b", 2 / 3),
        ("", "", 1.0),
        ("", "mill", 0.0),
        ("river", "mill", 0.0),
    ],
)
def test_f1_of_a_short_answer(found, expected, f1):
    assert word_f1(found, expected) == pytest.approx(f1)


def test_figures_of_a_ranking():
    figures = ranking_metrics(["a", "b", "c"], {"b": 1, "z": 1})
    assert figures["recall@1"] == 0 and figures["recall@5"] == 0.5 and figures["mrr@10"] == 0.5
    ideal = 1 + 1 / math.log2(3)
    assert figures["ndcg@10"] == pytest.approx(1 / math.log2(3) / ideal)


def test_words_of_evidence_are_told_by_their_place():
    text = "the mill, the old mill"
    assert evidence_words(text, [(0, 8)], [(4, 17)]) == (2, 3, 1)
    assert evidence_words(text, [], [(0, 3)]) == (0, 1, 0)


def test_auroc_counts_pairs_and_halves_ties():
    rng = np.random.default_rng(0)
    scores = rng.integers(6, size=40).astype(float)
    positive = rng.random(40) < 0.4
    pairs = [(a > b) + 0.5 * (a == b) for a in scores[positive] for b in scores[~positive]]
    assert auroc(scores, positive) == pytest.approx(np.mean(pairs))
    assert math.isnan(auroc(scores, np.ones(40, bool)))


def test_confidence_that_is_a_probability_has_no_calibration_error():
    claimed = np.repeat([0.25, 0.75], 100)
    true = np.concatenate([np.arange(100) < 25, np.arange(100) < 75])
    assert calibration_error(claimed, true) == pytest.approx(0)
    assert calibration_error(claimed, ~true) == pytest.approx(0.5)
    assert [(b.confidence, b.share, b.questions) for b in reliability(claimed, true)] == [
        (0.25, 0.25, 100),
        (0.75, 0.75, 100),
    ]
    assert math.isnan(calibration_error(np.empty(0), np.empty(0, bool)))


def mean(table):
    return {"mean": float(np.nanmean(table["x"]))}


def test_an_interval_holds_the_mean_and_narrows_with_more_questions():
    rng = np.random.default_rng(1)
    widths = []
    for size in (50, 800):
        found = intervals({"x": rng.random(size)}, mean)["mean"]
        assert found.low < found.value < found.high and found.low < 0.5 < found.high
        widths.append(found.high - found.low)
    assert widths[1] < widths[0] / 3


def test_a_difference_is_judged_question_by_question():
    rng = np.random.default_rng(2)
    before = rng.random(200)
    better = differences(({"x": before}, mean), ({"x": before + 0.01}, mean))["mean"]
    assert better.value == pytest.approx(0.01) and better.p < 0.01
    other = differences(({"x": before}, mean), ({"x": rng.permutation(before)}, mean))["mean"]
    assert other.value == pytest.approx(0) and other.p > 0.5
