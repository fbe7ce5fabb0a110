"""The documents to which a question limits itself."""

import pytest

from qa.output import conversation_text
from qa.scope import MOST, names_documents, scope_of
from qa.types import SourceInfo
from qa.wording import as_understood

LICENCES = [
    SourceInfo("MPL-2.0.txt", "Mozilla Public License Version 2.0", "text", 1, None, 1),
    SourceInfo("COPYING", "GNU GENERAL PUBLIC LICENSE", "text", 1, None, 1),
    SourceInfo("letters/2024-03-12_anna.eml", "The flat", "email", 1, None, 1),
    SourceInfo("berlin.md", "Berlin", "markdown", 1, None, 1),
    SourceInfo("minutes_2024-03-12.md", "Minutes of the choir", "markdown", 1, None, 1),
    SourceInfo("budget.csv", "Grant Budget", "table", 1, None, 1),
    SourceInfo("declaration.txt", "Universal Declaration of Human Rights", "text", 1, None, 1),
    SourceInfo("1.txt", "One", "text", 1, None, 1),
    SourceInfo("11.txt", "Eleven", "text", 1, None, 1),
    SourceInfo("notes", "Diary", "text", 1, None, 1),
    SourceInfo("minutes_2024-05-14.md", "Minutes of the choir", "markdown", 1, None, 1),
]


@pytest.mark.parametrize(
    ("question", "rest", "paths"),
    [
        ("What is a Larger Work in the MPL?", "What is a Larger Work?", ["MPL-2.0.txt"]),
        ("In the GPL, what is a covered work?", "What is a covered work?", ["COPYING"]),
        ("What is a work in the UDHR?", "What is a work?", ["declaration.txt"]),
        ("Who pays according to 11.txt?", "Who pays?", ["11.txt"]),
        ("What is a work under the Mozilla licence?", "What is a work?", ["MPL-2.0.txt"]),
        ("what is a work according to Mozilla", "what is a work?", ["MPL-2.0.txt"]),
        ("Who was ill in the second minutes?", "Who was ill?", ["minutes_2024-05-14.md"]),
        ("Who pays in berlin.md?", "Who pays?", ["berlin.md"]),
        (
            "Who moves in May in Anna's letter?",
            "Who moves in May?",
            ["letters/2024-03-12_anna.eml"],
        ),
        (
            "Who was absent according to the minutes of 12 March?",
            "Who was absent?",
            ["minutes_2024-03-12.md"],
        ),
        (
            "Who was absent in the minutes?",
            "Who was absent?",
            ["minutes_2024-03-12.md", "minutes_2024-05-14.md"],
        ),
    ],
)
def test_documents_are_told_by_title_file_or_first_letters(question, rest, paths):
    assert scope_of(question, LICENCES) == (rest, tuple(paths))


@pytest.mark.parametrize(
    "question",
    [
        "How many people live in Berlin?",  # a place, not the document on it
        "What happened in March 2024?",
        "What is written in the report?",  # none is called so
        "What does Anna want?",
        "In the MPL?",
        "How much is it per minute?",
        "Who wrote it according to the footnotes?",
        "According to what was said, who pays?",
        "What lies under Berlin?",
        "What was found under the choir?",
        "How big is the file in GB?",  # first letters of another's title
        "What did the choir sing in the hall?",
    ],
)
def test_places_and_times_are_no_documents(question):
    assert scope_of(question, LICENCES) is None


def test_words_that_all_documents_are_called_by_single_out_none():
    minutes = [one for one in LICENCES if "minutes" in one.path]
    assert scope_of("Who pays in the minutes?", minutes) is None


def test_words_that_many_documents_are_called_by_single_out_none():
    minutes = [
        SourceInfo(f"minutes_2024-0{n}-14.md", "Minutes of the choir", "markdown", 1, None, 1)
        for n in range(1, 1 + MOST)
    ]
    assert scope_of("Who pays in the minutes?", [*minutes, LICENCES[0]])
    assert scope_of("Who pays in the minutes?", [*LICENCES, *minutes]) is None


def test_most_questions_are_passed_over_without_a_look_at_the_documents():
    assert not names_documents("How many people live in Berlin?")
    assert names_documents("Who pays in the lease?")


NOTES = {
    "lease.txt": "The tenant pays for the water. Pets are not allowed in the flat.",
    "house_rules.txt": "The landlord pays for the water in the yard. Bicycles stand in the cellar.",
    "club.txt": "The club meets on Mondays. Members pay a fee of ten pounds.",
}


@pytest.fixture
def desk(tmp_path, monkeypatch):
    from qa.assistant import Assistant

    folder = tmp_path / "documents"
    folder.mkdir()
    for name, text in NOTES.items():
        (folder / name).write_text(text)
    with Assistant.open(folder, tmp_path / "index") as assistant:
        yield assistant


def test_a_question_is_asked_of_the_document_that_it_names(desk):
    answer = desk.ask("Who pays for the water in the house rules?")
    assert [one.path for one in answer.citations] == ["house_rules.txt"]
    assert answer.within == ("house_rules.txt",)
    assert as_understood(answer) == [
        ("understood as:", "Who pays for the water?"),
        ("asked only of", "house_rules.txt"),
    ]


def test_what_the_named_document_does_not_say_may_stand_in_another(desk):
    answer = desk.ask("How many pounds do members pay in the lease?")
    assert answer.found and {one.path for one in answer.citations} == {"club.txt"}


def test_what_a_named_document_says_about_something_is_told_of_it_alone(desk):
    answer = desk.ask("What do the house rules say about the water?")
    assert [one.path for one in answer.citations] == ["house_rules.txt"]
    assert not desk.ask("What does the lease say about the club?").found


def test_documents_that_somebody_chose_are_not_changed_by_the_question(desk):
    answer = desk.ask("Who pays for the water in the house rules?", within=["lease.txt"])
    assert answer.within == ("lease.txt",)


def test_a_saved_conversation_tells_what_was_asked_of_which_documents(desk):
    from datetime import UTC, datetime

    from qa.conversations import SavedConversation, SavedTurn

    answer = desk.ask("Who pays for the water in the house rules?")
    now = datetime(2026, 1, 1, tzinfo=UTC)
    saved = SavedConversation("1", "notes", "Water", now, now, (SavedTurn(now, answer),))
    assert "asked only of house_rules.txt" in conversation_text(saved)
