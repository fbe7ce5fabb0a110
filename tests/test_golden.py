"""The golden questions: answered from the right place, or refused.

`golden.json` holds questions on `corpus/`, the words each answer must contain and the
documents it must come from, and questions that the corpus cannot answer. The same are
asked over the original reports, where these are at hand.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path

import pytest

from qa import Answer, Assistant, Settings
from tests.conftest import REPORTS

GOLDEN = json.loads((Path(__file__).parent / "golden.json").read_text("utf-8"))
ANSWERABLE = [row for row in GOLDEN if row.get("answerable", True)]
UNANSWERABLE = [row for row in GOLDEN if not row.get("answerable", True)]


@dataclass(frozen=True)
class Result:
    """Shares, and the ids of the questions that went wrong."""

    answered: float
    refused: float
    missed: list[str]
    wrongly_answered: list[str]


def is_right(answer: Answer, facts: list[list[str]], documents: list[str]) -> bool:
    """Whether quotes from the right documents hold a form of every fact."""
    quotes = [
        " ".join(citation.quote.split()).lower()
        for citation in answer.citations
        if citation.path in documents
    ]
    return answer.found and all(
        any(form.lower() in quote for form in forms for quote in quotes) for forms in facts
    )


def ask_all(assistant: Assistant, key: str) -> Result:
    missed = [
        row["id"]
        for row in ANSWERABLE
        if not is_right(assistant.ask(row["question"]), row["facts"], row[key])
    ]
    wrong = [row["id"] for row in UNANSWERABLE if assistant.ask(row["question"]).found]
    return Result(
        1 - len(missed) / len(ANSWERABLE), 1 - len(wrong) / len(UNANSWERABLE), missed, wrong
    )


@pytest.fixture(scope="module")
def corpus_result(corpus_assistant):
    return ask_all(corpus_assistant, "corpus")


@pytest.fixture(scope="module")
def reports_result(model, tmp_path_factory):
    if not REPORTS.is_dir():
        pytest.skip("the original reports are not here")
    directory = tmp_path_factory.mktemp("reports-index")
    with Assistant(REPORTS, directory, settings=Settings(), encoder=model) as assistant:
        assistant.update()
        return ask_all(assistant, "reports")


def test_there_are_enough_golden_questions():
    assert len(ANSWERABLE) >= 40 and len(UNANSWERABLE) >= 10


def test_golden_questions_are_answered_from_the_right_place(corpus_result):
    assert corpus_result.answered >= 0.95, corpus_result


def test_golden_questions_without_an_answer_are_refused(corpus_result):
    assert corpus_result.refused >= 0.80, corpus_result


def test_the_original_reports_come_within_five_points(reports_result):
    assert reports_result.answered >= 0.90, reports_result
    assert reports_result.refused >= 0.75, reports_result
