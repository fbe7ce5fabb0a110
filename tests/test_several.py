"""Several questions in one."""

from dataclasses import replace

import pytest

from qa.output import answer_json, answer_text
from qa.records import answer_from_json
from qa.several import parts_of, together


@pytest.mark.parametrize(
    ("question", "parts"),
    [
        (
            "In what year was it founded, and who is its head?",
            ["In what year was it founded?", "who is its head?"],
        ),
        ("When was it built? Who sold it?", ["When was it built?", "Who sold it?"]),
        ("Who built the mill, and when was it sold?", ["Who built the mill?", "when was it sold?"]),
        ("What is the rent; what does it include?", ["What is the rent?", "what does it include?"]),
        (
            "In 1979, who won the cup and how many goals were scored?",
            ["In 1979, who won the cup?", "how many goals were scored?"],
        ),
        (
            "How many eggs were laid, and how many were eaten?",
            ["How many eggs were laid?", "how many eggs were eaten?"],
        ),
        (
            "How many people were there and how much was spent?",
            ["How many people were there?", "how much was spent?"],
        ),
    ],
)
def test_several_questions_are_parted(question, parts):
    assert parts_of(question) == parts


@pytest.mark.parametrize(
    "question",
    [
        "Who wrote it, and when?",
        "Who did I buy it from, and for how much?",
        "I live six miles away. What would delivery cost me?",
        "What did she say about what is needed and how it is done?",
        "What is the name of the man who was told and who did it?",
        "Compare what is said and what was done",
        "What and where is it?",
        "If the tenant leaves early, who is told and what is paid?",
        "What is meant by “who is responsible; what is due”?",
        "Who built the mill and the barn?",
        "Was it sold? Or was it given away? Who knows? And why is it so?",  # too many
        "",
    ],
)
def test_one_question_stays_one(question):
    assert parts_of(question) == [question]


@pytest.fixture(scope="module")
def assistant(opened):
    return opened(
        mill__md="# The mill of Thun\n\nThe mill of Thun was built by monks. It was sold in 1802.",
        barn__md="# The barn\n\nThe barn holds sixty sheep. The roof was mended in May.\n",
    )


def test_each_part_is_answered_and_the_next_leans_on_it(assistant):
    answer = assistant.ask("Who built the mill of Thun, and when was it sold?")
    said = [statement.text for statement in answer.statements]
    assert "The mill of Thun was built by monks." in said and "It was sold in 1802." in said
    assert [one.number for one in answer.citations] == list(range(1, len(answer.citations) + 1))
    assert len({one.span for one in answer.citations}) == len(answer.citations)  # none twice
    assert {n for one in answer.statements for n in one.citations} == {
        one.number for one in answer.citations
    }
    assert all(one.state == "exact" for one in assistant.verify(answer.citations))
    assert answer.found and not answer.unanswered


def test_a_part_without_an_answer_is_told(assistant):
    answer = assistant.ask("How many sheep does the barn hold and who won the chess championship?")
    assert answer.found and answer.unanswered == ("who won the chess championship?",)
    assert "Nothing answers “who won the chess championship?”" in answer_text(answer)
    assert answer_from_json(answer_json(answer, "", "")).unanswered == answer.unanswered


def test_documents_that_one_part_alone_names_are_not_those_of_the_whole(assistant):
    mill, barn = assistant.ask("Who built the mill?"), assistant.ask("When was the roof mended?")
    scoped = [replace(one, within=("mill.md",)) for one in (mill, barn)]
    assert together("?", [scoped[0], barn], 4).within == ()
    assert together("?", scoped, 4).within == ("mill.md",)


def test_nothing_is_found_where_no_part_is(assistant):
    answer = assistant.ask("Who won the chess championship? Where is Mount Everest?")
    assert not answer.found and answer.refusal and not answer.citations and not answer.unanswered
