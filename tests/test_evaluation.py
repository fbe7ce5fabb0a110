import pytest

from qa.evaluation import word_f1


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
