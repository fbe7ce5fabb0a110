import numpy as np
import pytest

from qa import Assistant
from qa.overview import central
from qa.types import SourceInfo
from qa.whole import Whole, about_the_whole, meant
from tests.conftest import write


@pytest.mark.parametrize(
    "question, kind, subjects",
    [
        ("What are these documents about?", "summary", ("these documents",)),
        ("what is this about", "summary", ("this",)),
        ("Summarise the second report.", "summary", ("the second report",)),
        ("please summarize everything", "summary", ("everything",)),
        ("Can you give me a short overview of my notes?", "summary", ("my notes",)),
        ("give me an overview", "summary", ("",)),
        ("TL;DR", "summary", ("",)),
        ("What are the main points of the paper?", "summary", ("the paper",)),
        ("What's in this folder?", "summary", ("this folder",)),
        ("Which documents mention the harbour?", "mentions", ("the harbour",)),
        ("what files talk about pears", "mentions", ("pears",)),
        ("What do they say about pears?", "subject", ("pears",)),
        ("what do the documents say about the price of tea?", "subject", ("the price of tea",)),
        ("Compare tea and coffee on price.", "compare", ("tea", "coffee", "price")),
        ("compare Bern with Thun", "compare", ("Bern", "Thun", "")),
        ("What does clause 1.2 say?", "part", ("clause 1.2",)),
        ("What is the homework?", "part", ("homework",)),
    ],
)
def test_questions_about_the_whole(question, kind, subjects):
    whole = about_the_whole(question)
    assert whole == Whole(kind, subjects, whole.part)
    assert (whole.part is not None) == (kind == "part")


@pytest.mark.parametrize(
    "question",
    [
        "What is the law about?",
        "Who wrote the report?",
        "When was the document signed?",
        "What did she say about the report?",
        "Which report was dated 2019?",
        "How does tea compare with coffee?",
        "What is in the box?",
        "Where is the harbour?",
        "Which reports about Germany were published in 2019?",
        "what documents are mentioned in the contract?",
        "Where does Smith talk about inflation?",
        "What do contracts of employment regulate?",
        "",
    ],
)
def test_questions_for_a_fact_are_not_about_the_whole(question):
    assert about_the_whole(question) is None


SOURCES = [
    SourceInfo(path, title, "text", 1, 0, 10)
    for path, title in (("a.md", "The mill"), ("b.md", "Harbour report"), ("c.txt", "c"))
]


@pytest.mark.parametrize(
    "subject, paths",
    [
        ("the second report", ["b.md"]),
        ("the last file", ["c.txt"]),
        ("the fifth report", []),
        ("article 5 of the contract", []),
        ("Annex B of the contract", []),
        ("the second paragraph of the letter", []),
        ("the report", ["b.md"]),
        ("b.md", ["b.md"]),
        ("the letter", ["a.md", "b.md", "c.txt"]),
        ("the report on the harbour", ["b.md"]),
        ("mill", ["a.md"]),
        ("these documents", ["a.md", "b.md", "c.txt"]),
        ("", ["a.md", "b.md", "c.txt"]),
    ],
)
def test_the_documents_that_are_meant(subject, paths):
    assert [source.path for source in meant(subject, SOURCES)] == paths


def test_what_is_central_does_not_repeat_itself():
    def unit(*values):
        return np.array(values, np.float32) / np.linalg.norm(values)

    vectors = np.array([unit(1, 0.6, 0), unit(1, 0.6, 0.01), unit(0.5, 1, 0), unit(0, 0, 1)])
    assert set(central(vectors, 2)) in ({0, 2}, {1, 2})
    assert sorted(central(vectors, 9)) == [0, 1, 2, 3]


@pytest.fixture(scope="module")
def harbour(opened):
    return opened(
        mill__md="# The mill\n\nThe mill of Thun was built by monks in 1620. It made paper for "
        "the whole valley. A fire destroyed the mill in 1832. Monks have good paper.\n",
        port__md="# The harbour\n\nThe harbour of Thun was dug in 1910 for the steamers. It has "
        "room for forty boats. The steamers brought coal and paper to the town.\n",
        tea__txt="Tea is grown on hills in the south. Most of the tea is sold in the spring.\n",
    )


def test_an_overview_quotes_every_document_word_for_word(harbour):
    answer = harbour.ask("What are these documents about?")
    assert answer.found and answer.kind == "summary" and len(answer.statements) == 4
    assert {citation.path for citation in answer.citations} == {"mill.md", "port.md", "tea.txt"}
    for citation in answer.citations:
        document = harbour.document(citation.path)
        assert document.text[citation.span.start : citation.span.end] == citation.quote


def test_a_document_without_sentences_leaves_its_share_to_others(opened):
    assistant = opened(
        a__txt="The mill of Thun was built in 1620. It made paper for the whole valley. A fire "
        "destroyed the mill in the year 1832. The ruins were sold to a farmer soon after.",
        b__txt="1620\n1832\n",
    )
    answer = assistant.ask("What are these documents about?")
    assert len(answer.statements) == 4
    places = [citation.span.start for citation in answer.citations]
    assert places == sorted(places)


def test_what_two_copies_say_is_quoted_once(opened):
    text = "The mill of Thun was built in 1620. It made paper for the whole valley."
    answer = opened(a__txt=text, b__txt=text + " ").ask("What are these documents about?")
    assert len(answer.statements) == 2


def test_an_overview_of_one_document_stays_with_it(harbour):
    answer = harbour.ask("Summarise the second document.")
    assert {citation.path for citation in answer.citations} == {"port.md"}


def test_documents_that_mention_something_are_listed_with_the_sentence(harbour):
    answer = harbour.ask("Which documents mention paper?")
    assert answer.kind == "mentions"
    assert {citation.path for citation in answer.citations} == {"mill.md", "port.md"}
    assert all("paper" in citation.quote for citation in answer.citations)
    assert not harbour.ask("Which documents mention bananas?").found


def test_what_is_said_on_a_subject_names_it(harbour):
    answer = harbour.ask("What do they say about the steamers?")
    assert answer.kind == "subject" and len(answer.statements) == 2
    assert all("steamers" in citation.quote for citation in answer.citations)


def test_a_subject_that_is_only_half_there_is_read_for(harbour):
    answer = harbour.ask("What do they say about a change of the climate of Thun?")
    assert answer.kind == "answer"


def test_a_question_about_a_part_is_read_for(harbour):
    assert harbour.ask("What does article 5 of the report cover?").kind == "answer"


def test_nothing_is_made_of_an_empty_index(tmp_path, model):
    folder = write(tmp_path / "docs", a__txt="Tea.")
    with Assistant(folder, tmp_path / "index", encoder=model) as assistant:
        answer = assistant.ask("Summarise the last report.")
    assert not answer.found and answer.refusal.kind == "far"


def test_they_are_the_documents_also_after_another_question(harbour):
    before = harbour.ask("Which documents mention the harbour?")
    after = harbour.ask("What do they say about the steamers?", earlier=[before])
    assert after.kind == "subject" and after.resolved_question == after.question


def test_two_sides_are_compared_without_saying_anything_twice(harbour):
    answer = harbour.ask("Compare the mill and the harbour on when they were built.")
    quotes = [citation.quote for citation in answer.citations]
    assert answer.kind == "compare" and len(quotes) == len(set(quotes))
    assert {citation.path for citation in answer.citations} == {"mill.md", "port.md"}


PLACES = (
    "bridge", "road", "tower", "gate", "school", "church", "well", "market", "mill", "inn", "abbey",
    "wall",
)  # fmt: skip


def test_in_a_large_folder_a_few_documents_stand_for_all(tmp_path, model):
    texts = {
        f"note{number}__txt": f"The {word} was repaired by the town in {1900 + number}.\n"
        for number, word in enumerate(PLACES)
    }
    folder = write(tmp_path / "notes", **texts)
    with Assistant.open(folder, tmp_path / "index", encoder=model) as assistant:
        answer = assistant.ask("Give me an overview")
    assert len(answer.statements) == 8
    assert len({citation.path for citation in answer.citations}) == 8


def test_a_summary_prefers_what_stands_alone_near_the_title_or_the_beginning(opened):
    text = (
        "# Minutes of the mill society\n\nThe mill society of Thun met to decide on the new wheel."
        "\n\n[10:04] Ines said that she would rather say the second of July and be sure.\n\n"
        "[10:05] Otto said that he would rather say the third of July and be sure.\n\n"
        "It would rather be said in July and be sure, for sure.\n"
    )
    [first, *_] = opened(minutes__md=text).ask("Summarise the minutes").statements
    assert first.text == "The mill society of Thun met to decide on the new wheel."
