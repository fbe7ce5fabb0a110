import sqlite3

import pytest

from qa import Assistant, Settings
from qa.errors import FolderError, IndexMismatchError, IndexOutdatedError, QuestionError
from qa.followup import Turn
from qa.types import Citation, Span
from tests.conftest import write


@pytest.fixture(scope="module")
def orchard(tmp_path_factory, model):
    folder = write(
        tmp_path_factory.mktemp("orchard"),
        apples__md="# Apples\n\nThe harvest of apples began in September 2019. "
        "Mrs. Green owns 42 apple trees.\n",
        report__md="# Harvest report\n\nIn September 2019 the apple harvest began. "
        "Nothing is known about pears.\n",
        tools__txt="A ladder and a basket are needed to pick fruit.\n",
    )
    with Assistant.open(folder, tmp_path_factory.mktemp("index"), encoder=model) as assistant:
        yield assistant


def test_a_fact_is_answered_from_its_sentence(orchard):
    answer = orchard.ask("How many apple trees does Mrs. Green own?")
    assert answer.found
    assert answer.statements[0].text == "Mrs. Green owns 42 apple trees."
    assert answer.citations[0].path == "apples.md" and answer.citations[0].line_start == 3


def test_every_quote_stands_in_the_stored_text(orchard):
    for question in ("When did the harvest begin?", "What is needed to pick fruit?", "Who is he?"):
        answer = orchard.ask(question)
        for citation in answer.citations + answer.nearest:
            text = orchard.document(citation.path).text
            assert text[citation.span.start : citation.span.end] == citation.quote


def test_a_statement_of_two_documents_is_shown_once_with_both_citations(orchard):
    answer = orchard.ask("When did the apple harvest begin?")
    first = answer.statements[0]
    paths = {answer.citations[number - 1].path for number in first.citations}
    assert paths == {"apples.md", "report.md"}


def test_citation_numbers_are_those_of_the_statements(orchard):
    answer = orchard.ask("When did the apple harvest begin?")
    numbers = [number for statement in answer.statements for number in statement.citations]
    assert numbers == [citation.number for citation in answer.citations]
    assert numbers == list(range(1, len(numbers) + 1))


def test_no_more_than_four_statements(orchard):
    assert len(orchard.ask("apples harvest September fruit trees").statements) <= 4


def test_what_the_documents_do_not_hold_is_refused_with_the_nearest_passages(orchard):
    answer = orchard.ask("Who won the chess world championship in 1985?")
    assert not answer.found and not answer.statements and not answer.citations
    assert len(answer.nearest) == 3  # of passages, some of which are not read with the first


def test_timings_are_given(orchard):
    timings = orchard.ask("When did the harvest begin?").timings
    assert set(timings) == {"search", "read", "total"}
    assert timings["total"] == pytest.approx(sum(timings.values()) - timings["total"], abs=0.01)


def test_an_empty_question_is_refused(orchard):
    with pytest.raises(QuestionError):
        orchard.ask("  ")


def test_sources_and_counts(orchard):
    assert [source.path for source in orchard.sources()] == ["apples.md", "report.md", "tools.txt"]
    assert orchard.counts()[0] == 3 and orchard.skipped() == []


def test_a_stricter_threshold_refuses(orchard):
    strict = Assistant(
        orchard.folder,
        orchard.index.directory,
        settings=Settings(threshold=1.0),
        encoder=orchard.index.encoder,
    )
    assert not strict.ask("How many apple trees does Mrs. Green own?").found
    strict.close()


def test_a_document_deleted_while_asking_is_left_out(orchard, monkeypatch):
    """The passage was found, then its document went: no unchecked quote is shown."""
    found = orchard.retriever.search("apple trees")
    monkeypatch.setattr(orchard.retriever, "search", lambda *_, **__: found)
    monkeypatch.setattr(orchard.index.store, "document", lambda _: None)
    answer = orchard.ask("How many apple trees does Mrs. Green own?")
    assert not answer.citations and not answer.nearest and not answer.found


def test_a_citation_is_verified_against_the_file_as_it_is_now(tmp_path, fake):
    folder = write(tmp_path / "docs", a__txt="One sentence here. Another one there.")
    with Assistant.open(folder, tmp_path / "index", encoder=fake) as assistant:
        quote = "Another one there."
        citation = Citation(1, "a.txt", "", Span(19, 37), quote, 1, 1, None, "", "0" * 64, "")
        assert assistant.verify([citation])[0].state == "exact"
        write(folder, a__txt="New. Another one there.")
        assert assistant.verify([citation])[0].state == "moved"
        (folder / "a.txt").unlink()
        assert assistant.verify([citation])[0].state == "missing"


def test_a_citation_cannot_lead_out_of_the_folder(tmp_path, fake):
    folder = write(tmp_path / "docs", a__txt="Inside.")
    write(tmp_path, secret__txt="Secret words.")
    with Assistant.open(folder, tmp_path / "index", encoder=fake) as assistant:
        for path in ("../secret.txt", str(tmp_path / "secret.txt")):
            citation = Citation(
                1, path, "", Span(0, 13), "Secret words.", 1, 1, None, "", "0" * 64, ""
            )
            assert assistant.verify([citation])[0].state == "missing"


def test_the_folder_is_never_written_to(tmp_path, fake):
    folder = write(tmp_path / "docs", a__txt="Some words.")
    before = [(entry.name, entry.stat().st_mtime_ns) for entry in folder.iterdir()]
    with Assistant.open(folder, tmp_path / "index", encoder=fake) as assistant:
        assistant.ask("words?")
    assert [(entry.name, entry.stat().st_mtime_ns) for entry in folder.iterdir()] == before


def test_a_missing_folder_is_an_error(tmp_path, fake):
    with pytest.raises(FolderError, match="no folder"):
        Assistant(tmp_path / "nothing", encoder=fake)


def test_anew_begins_an_index_of_another_model_again(tmp_path, fake):
    from qa import FakeEncoder

    folder = write(tmp_path / "docs", a__txt="Some words.")
    Assistant.open(folder, tmp_path / "index", encoder=fake).close()
    with pytest.raises(IndexMismatchError):
        Assistant(folder, tmp_path / "index", encoder=FakeEncoder(32))
    with Assistant(folder, tmp_path / "index", encoder=FakeEncoder(32), anew=True) as assistant:
        assistant.update()
        assert assistant.counts() == (1, 1)


@pytest.mark.parametrize("older", [{"chunking": "another"}, {"schema": 0}])
def test_an_index_of_another_version_is_made_anew(tmp_path, fake, monkeypatch, older):
    folder = write(tmp_path / "docs", a__txt="Some words.")
    with monkeypatch.context() as then:
        if "chunking" in older:
            then.setattr("qa.index.describe", lambda _: older["chunking"])
        Assistant.open(folder, tmp_path / "index", encoder=fake).close()
    if "schema" in older:
        with sqlite3.connect(tmp_path / "index" / "index.sqlite") as database:
            database.execute(f"PRAGMA user_version = {older['schema']}")
    with pytest.raises(IndexOutdatedError):
        Assistant(folder, tmp_path / "index", encoder=fake)
    with Assistant.open(folder, tmp_path / "index", encoder=fake) as assistant:
        assert assistant.counts() == (1, 1)


def test_a_sentence_and_its_denial_are_not_merged(tmp_path, model):
    folder = write(
        tmp_path / "docs",
        a__txt="The committee approved the plan in 2019.",
        b__txt="The committee never approved the plan in 2019.",
    )
    with Assistant.open(folder, tmp_path / "index", encoder=model) as assistant:
        answer = assistant.ask("When did the committee approve the plan?")
    assert all(len(statement.citations) == 1 for statement in answer.statements)


def test_a_question_that_leans_on_an_answer_is_understood_with_it(orchard):
    first = orchard.ask("How many apple trees does Mrs. Green own?")
    alone = orchard.ask("When was the harvest in her orchard?")
    then = orchard.ask("When was the harvest in her orchard?", earlier=[first])
    assert alone.resolved_question == alone.question
    assert then.resolved_question == "When was the harvest in Mrs. Green's orchard?"
    assert then.question == alone.question


def test_what_was_said_before_moves_the_search(orchard):
    turns = [Turn("What is needed to pick fruit?", "A ladder and a basket are needed.")]

    def cosines(question, earlier):
        return {hit.passage.path: hit.cosine for hit in orchard.search(question, earlier=earlier)}

    leaning = cosines("and when?", turns)["tools.txt"] - cosines("and when?", [])["tools.txt"]
    assert leaning > 0.2
    alone = "In what month and year did the harvest of apples of Mrs. Green begin?"
    assert cosines(alone, turns) == pytest.approx(cosines(alone, []))


def test_a_question_may_be_limited_to_some_documents(opened):
    assistant = opened(
        a__md="The mill was built in 1890 by Hans Roth.",
        b__md="The mill was built in 1920 by Olga Beck.",
        c__md="Bees live in the garden.",
    )
    for path, name in (("a.md", "1890"), ("b.md", "1920")):
        answer = assistant.ask("When was the mill built?", within=[path])
        assert {citation.path for citation in answer.citations} == {path}
        assert name in answer.statements[0].text and answer.within == (path,)
    both = assistant.ask("When was the mill built?", within=["a.md", "b.md"])
    assert {citation.path for citation in both.citations} == {"a.md", "b.md"}
    assert not assistant.ask("When was the mill built?", within=["c.md"]).found
    assert assistant.search("mill", within=["gone.md"]) == []
    assert [hit.passage.path for hit in assistant.search("mill", within=["c.md"])] == ["c.md"]


@pytest.mark.parametrize(
    "question",
    [
        "What is this about?",
        "Which documents mention the mill?",
        "What do they say about the mill?",
    ],
)
def test_a_question_about_the_whole_may_be_limited_too(opened, question):
    assistant = opened(
        a__md="The mill was built in 1890 by Hans Roth for the town.",
        b__md="The mill was built in 1920 by Olga Beck for herself.",
    )
    answer = assistant.ask(question, within=["b.md"])
    assert {citation.path for citation in answer.citations} == {"b.md"}


def test_the_state_of_each_document_is_told(tmp_path, fake):
    folder = write(tmp_path / "docs", a__md="One.", b__md="Two.", c__md="Three.")
    with Assistant(folder, tmp_path / "index", encoder=fake) as assistant:
        assistant.update()
        assert set(assistant.states().values()) == {"indexed"}
        write(folder, b__md="Another two.")
        (folder / "c.md").unlink()
        assert assistant.states() == {"a.md": "indexed", "b.md": "changed", "c.md": "gone"}


def test_what_was_quoted_last_is_asked_first(opened):
    assistant = opened(
        cake__md="# Rye cake\n\nRye cake is made for feasts. Warm the butter."
        " Bake it in the tin at 160 degrees, without the fan.\n",
        faq__md="# Questions about honey\n\nWe strain it through a sieve and never warm it above a"
        " temperature of 38 degrees.\n",
    )
    asked = "at what temperature?"
    assert "38 degrees" in assistant.ask(asked).statements[0].text
    told = assistant.ask("What is rye cake made for?")
    assert "160 degrees" in assistant.ask(asked, earlier=[told]).statements[0].text
    assert (
        "38 degrees" in assistant.ask(asked, earlier=[told], within=["faq.md"]).statements[0].text
    )
