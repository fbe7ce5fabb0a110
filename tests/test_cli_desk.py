"""Conversations kept, exported and verified from the command line."""

import json

import pytest

from tests.conftest import write

QUESTION = "How many trees does Mrs. Green own?"


@pytest.fixture(autouse=True)
def data(monkeypatch, tmp_path):
    monkeypatch.setenv("QA_DATA_DIR", str(tmp_path / "data"))


@pytest.fixture
def folder(tmp_path):
    return write(
        tmp_path / "docs",
        apples__md="# Apples\n\nThe harvest began in September 2019. Mrs. Green owns 42 trees.\n",
    )


@pytest.fixture
def kept(run, folder):
    """A conversation of two questions; its ID."""
    for question in (QUESTION, "When did the harvest begin?"):
        assert run("ask", "-c", question, "--corpus", folder).exit_code == 0
    [one] = json.loads(run("conversations", "--json").stdout)["conversations"]
    assert (one["turns"], one["citations"], one["title"]) == (2, 2, QUESTION)
    return one["id"]


def test_a_saved_answer_is_verified(run, folder, tmp_path):
    saved = tmp_path / "answer.json"
    saved.write_text(
        run("ask", "How many trees does Mrs. Green own?", "--corpus", folder, "--json").stdout
    )
    assert run("verify", saved).exit_code == 0
    write(folder, apples__md="# Apples\n\nMrs. Green owns 43 big trees.\n")
    result = run("verify", saved)
    assert result.exit_code == 3 and "changed" in result.stdout
    assert json.loads(run("verify", saved, "--json").stdout)["schema"] == "qa.verify/1"


def test_verify_says_which_of_several_files_holds_what(run, folder, kept, tmp_path):
    asked = run("ask", "Who won the 1985 chess cup?", "--corpus", folder, "--json").stdout
    write(tmp_path, refused__json=asked)
    told = run("verify", kept, tmp_path / "refused.json")
    assert told.exit_code == 0 and told.stdout.startswith(f"{kept}\nexact ")
    assert told.stdout.splitlines()[3].endswith("refused.json")
    assert "There is no citation in it." in told.stderr
    rows = json.loads(run("verify", kept, tmp_path / "refused.json", "--json").stdout)["citations"]
    assert [row["saved"] for row in rows] == [kept, kept]


def test_verify_refuses_what_is_no_saved_answer(run, tmp_path):
    (tmp_path / "x.json").write_text('{"a": 1}')
    result = run("verify", tmp_path / "x.json")
    assert result.exit_code == 1 and "holds no citations" in result.stderr


def test_an_answer_is_kept_only_where_that_is_asked_for(run, folder):
    run("ask", QUESTION, "--corpus", folder)
    assert run("conversations").stdout == ""


def test_a_question_goes_on_with_the_last_conversation(run, folder, kept):
    result = run("ask", "-c", "And when did it begin?", "--corpus", folder, "--json")
    assert "harvest" in json.loads(result.stdout)["resolved_question"]
    shown = run("conversations", "show", "last").stdout
    assert shown.count("›") == 3 and "[1] apples.md:3" in shown


def test_the_last_conversation_knows_its_folder(run, kept, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    result = run("ask", "-c", "And when did it begin?")
    assert result.exit_code == 0 and "[1] apples.md:3" in result.stdout
    assert run("ask", "And when did it begin?").exit_code == 1


def test_conversations_are_listed_searched_renamed_and_deleted(run, kept):
    assert kept in run("conversations").stdout
    assert kept in run("conversations", "search", "harvest", "september").stdout
    assert run("conversations", "search", "zebra").exit_code == 3
    assert run("conversations", "rename", kept[:12], "Trees", "of", "Green").exit_code == 0
    assert "Trees of Green" in run("conversations").stdout
    assert run("conversations", "delete", kept, input="n\n").exit_code == 0
    assert kept in run("conversations").stdout
    assert run("conversations", "delete", "last", "--yes").exit_code == 0
    assert run("conversations").stdout == ""
    assert run("conversations", "show", kept).exit_code == 1


@pytest.mark.parametrize("name", ["a.md", "a.html", "a.json", "a.jsonld"])
def test_every_export_that_claims_it_can_be_verified(run, folder, kept, tmp_path, name):
    assert run("export", "-o", tmp_path / name).exit_code == 0
    result = run("verify", tmp_path / name)
    assert result.exit_code == 0 and result.stdout.count("exact") == 2
    write(folder, apples__md="New.\n\n# Apples\n\nThe harvest began in May 2019. "
          "Mrs. Green owns 42 trees.\n")  # fmt: skip
    result = run("verify", tmp_path / name)
    assert result.exit_code == 3
    assert "moved    apples.md:3  now apples.md:5" in result.stdout
    assert "in [-September-] {+May+} 2019." in result.stdout


@pytest.mark.parametrize(
    "format_, words",
    [
        ("markdown", "[^1]: “Mrs"),
        ("html", "#:~:text=Mrs"),
        ("json", '"schema": "qa.conversation/1"'),
        ("w3c", '"TextQuoteSelector"'),
        ("bibtex", "@misc{apples,"),
        ("csl", '"type": "document"'),
    ],
)
def test_a_conversation_is_exported_in_every_format(run, kept, format_, words):
    result = run("export", kept, "--format", format_)
    assert result.exit_code == 0 and words in result.stdout


def test_a_saved_answer_is_exported_and_verified_from_a_pipe(run, folder):
    saved = run("ask", QUESTION, "--corpus", folder, "--json").stdout
    page = run("export", "-", "--format", "html", input=saved).stdout
    assert run("verify", "-", input=page).exit_code == 0


def test_a_conversation_is_verified_by_its_name(run, folder, kept):
    assert run("verify", "last", kept).stdout.count("exact") == 4
    (folder / "apples.md").rename(folder / "pears.md")
    assert run("verify", "last").stdout.count("now pears.md:3") == 2
    (folder / "pears.md").unlink()
    write(folder, other__md="Something else.")
    assert run("verify", "last").exit_code == 3


def test_the_line_of_a_source_follows_the_setting(run, kept, monkeypatch):
    monkeypatch.setenv("QA_CITATION_STYLE", "{file}, line {lines}")
    assert "— apples\\.md, line 3" in run("export").stdout
    monkeypatch.setenv("QA_CITATION_STYLE", "{nobody}")
    result = run("export")
    assert result.exit_code == 1 and "no field {nobody}" in result.stderr


@pytest.mark.parametrize(
    "arguments, message",
    [
        (["verify", "no-such"], "neither a file nor a conversation"),
        (["export", "no-such"], "There is no conversation no-such"),
        (["export", "-o", "/no/such/folder/a.md"], "cannot be written"),
        (["conversations", "rename", "last", " "], "A title needs some words"),
    ],
)
def test_what_cannot_be_done_is_said(run, kept, arguments, message):
    result = run(*arguments)
    assert result.exit_code == 1 and message in result.stderr


def test_files_without_citations_are_passed_over_unless_there_is_nothing_else(run, kept, tmp_path):
    run("export", "-o", tmp_path / "b.md")
    (tmp_path / "plain.md").write_text("# notes\n")
    result = run("verify", tmp_path / "plain.md", tmp_path / "b.md")
    assert result.exit_code == 0 and result.stdout.count("exact") == 2
    assert "plain.md holds no citations" in result.stderr
    assert run("verify", tmp_path / "plain.md", tmp_path / "plain.md").exit_code == 1


def test_a_document_is_named_as_people_name_it(run, folder, monkeypatch):
    monkeypatch.chdir(folder.parent)
    write(folder / "more", pears__md="Pears are many.")
    for name in ("apples.md", "APPLES.md", "docs/apples.md", folder / "apples.md", folder):
        assert run("ask", QUESTION, "--corpus", folder, "--in", name).exit_code == 0
    for name in ("more", "docs/more"):
        assert run("ask", QUESTION, "--corpus", folder, "--in", name).exit_code == 3
        assert run("ask", "What are many?", "--corpus", folder, "--in", name).exit_code == 0
    assert run("ask", f"@Apples.md {QUESTION}", "--corpus", folder).exit_code == 0
    assert run("ask", f"{QUESTION} @pears.md", "--corpus", folder).exit_code == 3
    assert "pears.md" not in run("search", f"{QUESTION} @apples.md", "--corpus", folder).stdout
    piped = run("--corpus", folder, input=f"@pears.md {QUESTION}\n@apples.md {QUESTION}\n")
    assert piped.exit_code == 3 and piped.stdout.count("Not in these documents.") == 1
    result = run("ask", QUESTION, "--corpus", folder, "--in", "apple")
    assert result.exit_code == 1 and "Do you mean apples.md?" in result.stderr


def test_an_export_of_a_kind_that_there_is_not_is_refused(run, kept, tmp_path):
    result = run("export", "last", "-o", str(tmp_path / "last.pdf"))
    assert result.exit_code == 1
    assert "no export of the kind" in result.stderr and ".html" in result.stderr
    assert not (tmp_path / "last.pdf").exists()
