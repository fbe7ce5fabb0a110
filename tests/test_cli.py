import json
import os
import re
import subprocess
import sys

import pytest
from click.testing import CliRunner

import qa.assistant
from qa import FakeEncoder
from qa.cli import main
from qa.errors import IndexReadOnlyError
from qa.terminal import progress_line
from qa.types import Progress
from tests.conftest import CORPUS, write


@pytest.fixture
def folder(tmp_path):
    return write(
        tmp_path / "docs",
        apples__md="# Apples\n\nThe harvest began in September 2019. Mrs. Green owns 42 trees.\n",
    )


def test_ask_prints_the_quote_and_a_place_that_editors_link(run, folder):
    result = run("ask", "How many trees does Mrs. Green own?", "--corpus", folder)
    assert result.exit_code == 0, result.stderr
    assert "Mrs. Green owns 42 trees. [1]" in result.stdout
    assert "[1] apples.md:3" in result.stdout


def test_an_index_that_cannot_be_written_is_asked_as_it_is(run, folder, monkeypatch):
    def update(*_args, **_options):
        raise IndexReadOnlyError("The disk that holds the index is full.", "Free some space.")

    first = run("ask", "How many trees does Mrs. Green own?", "--corpus", folder)
    (folder / "pears.md").write_text("# Pears\n\nMr. Brown owns 12 pear trees.\n")
    monkeypatch.setattr("qa.assistant.update", update)
    later = run("ask", "How many trees does Mrs. Green own?", "--corpus", folder)
    assert (later.exit_code, later.stdout) == (0, first.stdout)
    assert "is full. This is what was indexed before." in later.stderr
    empty = run("ask", "Why?", "--corpus", folder, "--index", folder.parent / "other")
    assert (empty.exit_code, "Free some space." in empty.stderr) == (1, True)


def test_ask_without_an_answer_exits_with_3(run, folder):
    result = run("ask", "Who won the chess championship in 1985?", "--corpus", folder)
    assert result.exit_code == 3
    assert "Not in these documents." in result.stdout


@pytest.mark.parametrize("command", ["ask", "search"])
def test_a_folder_behind_the_question_is_not_taken_for_a_word_of_it(run, folder, command):
    result = run(command, "Who built the mill?", folder)
    assert result.exit_code == 2 and f"--corpus {folder}" in result.stderr


def test_a_folder_of_one_word_behind_a_question_in_one_piece_is_none_of_it(
    run, folder, monkeypatch
):
    monkeypatch.chdir(folder.parent)
    for name in (folder.name, "."):
        result = run("ask", "Who built the mill?", name)
        assert result.exit_code == 2 and f"--corpus {name}" in result.stderr
    assert run("ask", "mill", folder.name, "--corpus", folder).exit_code != 2


def test_a_dash_reads_the_question_from_a_pipe(run, folder):
    asked = "How many trees\ndoes Mrs. Green own?\n"
    piped = run("ask", "-", "--corpus", folder, "--json", input=asked)
    assert json.loads(piped.stdout)["question"] == "How many trees does Mrs. Green own?"
    assert run("ask", "-", "--corpus", folder, input="").exit_code == 1


def test_answers_may_be_stricter_or_looser(run, folder):
    question = "When did Mrs. Green plant the trees?"  # near, and not answered
    found = {
        flag: json.loads(run("ask", question, "--corpus", folder, "--json", flag).stdout)["found"]
        for flag in ("--strict", "--loose")
    }
    assert found == {"--strict": False, "--loose": True}


def test_ask_json_has_the_documented_fields(run, folder):
    result = run("ask", "How many trees does Mrs. Green own?", "--corpus", folder, "--json")
    answer = json.loads(result.stdout)
    assert answer["schema"] == "qa.answer/1" and answer["found"] is True
    documented = CliRunner().invoke(main, ["ask", "--help"]).stdout
    for name in (*answer, *answer["citations"][0], *answer["hits"][0]):
        assert re.search(rf"\b{name}\b", documented), name


def test_no_colour_or_control_character_reaches_a_pipe(run, tmp_path):
    hostile = "# \x1b[31mRed\n\nThe \x1b]0;title\x07 answer [/] is \u202e42 trees in list[int]."
    folder = write(tmp_path / "docs", a__md=hostile)
    result = run("ask", "How many trees is the answer?", "--corpus", folder)
    assert "\x1b" not in result.stdout and "\u202e" not in result.stdout
    assert "list[int]" in result.stdout and "[/]" in result.stdout


def test_a_hostile_file_name_reaches_no_stream_as_it_is(run, folder):
    (folder / "x\x1b]0;owned\x07.bin").write_bytes(b"\x00")
    for command in (["index", folder], ["sources", folder], ["sources", folder, "--json"]):
        result = run(*command)
        assert "\x1b" not in result.stdout + result.stderr
        assert "owned" in result.stdout + result.stderr


def test_on_a_terminal_a_place_is_a_link_to_the_file(folder):
    from qa.output import link

    assert link("a.md:3", folder / "a b.md").startswith("\x1b]8;;file:///")
    assert "a%20b.md" in link("a.md:3", folder / "a b.md")


def test_search_may_put_first_what_answers(run, tmp_path):
    folder = write(
        tmp_path / "docs",
        a__txt="Nobody knows the mill.",
        b__txt="The mill belongs to Anna Berg.",
    )
    plain, read = (
        [hit["path"] for hit in json.loads(run(*command).stdout)["hits"]]
        for command in (
            ("search", "Who owns the mill?", "--corpus", folder, "--json"),
            ("search", "Who owns the mill?", "--corpus", folder, "--json", "--rerank"),
        )
    )
    assert plain == ["a.txt", "b.txt"] and read == ["b.txt", "a.txt"]


def test_search_prints_passages(run, folder):
    result = run("search", "harvest", "--corpus", folder, "--json")
    hits = json.loads(result.stdout)["hits"]
    assert hits[0]["path"] == "apples.md" and "September 2019" in hits[0]["text"]


def test_index_says_what_it_did_and_why_files_were_skipped(run, folder):
    (folder / "broken.pdf").write_bytes(b"%PDF-1.7 broken")
    result = run("index", folder)
    assert result.exit_code == 0 and "1 document, 1 passage" in result.stdout
    assert "broken.pdf" in result.stderr
    assert "embedded" not in run("index", folder).stderr


def test_index_rebuild_makes_an_index_of_another_model_anew(run, folder, monkeypatch, model):
    monkeypatch.setattr(qa.assistant, "CompiledEncoder", lambda *_: FakeEncoder())
    run("index", folder)
    monkeypatch.setattr(qa.assistant, "CompiledEncoder", lambda *_: model)
    refused = run("index", folder)
    assert refused.exit_code == 1 and "--rebuild" in refused.stderr
    assert run("index", folder, "--rebuild").exit_code == 0


def test_an_index_of_another_version_is_made_anew_without_being_asked(run, folder, monkeypatch):
    with monkeypatch.context() as then:
        then.setattr("qa.index.describe", lambda _: "another")
        run("index", folder)
    result = run("ask", "--corpus", folder, "How many trees does Mrs. Green own?")
    assert result.exit_code == 0 and "another version" in result.stderr
    assert "another version" not in run("index", folder).stderr


def test_sources_lists_documents_and_skipped_files(run, folder):
    (folder / "x.bin").write_bytes(b"\x00")
    result = run("sources", folder, "--json")
    listed = json.loads(result.stdout)
    assert [item["path"] for item in listed["documents"]] == ["apples.md"]
    assert [item["path"] for item in listed["skipped"]] == ["x.bin"]


@pytest.mark.parametrize(
    "arguments, message",
    [
        (["ask", "Who?", "--corpus", "no-such-folder"], "There is no folder"),
        (["Who was told?"], "qa ask 'Who was told?'"),
        (["~nobody at all"], "There is no folder"),
        (["foo"], "`qa --help` lists the commands"),
        (["a long question " * 30], "There is no folder"),
        (["ask", " ", "--corpus", str(CORPUS)], "no question"),
        (["ask", "word " * 10_000, "--corpus", str(CORPUS)], "too long"),
        (["ask", "Who?", "--corpus", str(CORPUS), "--model", "no-such-model"], "no model"),
        (["eval", str(CORPUS)], "not an evaluation set"),
    ],
)
def test_bad_input_is_one_clear_error_without_a_traceback(arguments, message):
    result = CliRunner().invoke(main, arguments)
    assert result.exit_code == 1 and message in result.stderr and result.stdout == ""
    assert "Traceback" not in result.stderr


def test_wrong_usage_exits_with_2(run):
    assert run("ask").exit_code == 2
    assert run("ask", "x", "--no-such-option").exit_code == 2


@pytest.mark.parametrize(
    "command", ["ask", "search", "index", "sources", "verify", "eval", "doctor", "chat"]
)
def test_every_command_has_help_with_an_example(command):
    result = CliRunner().invoke(main, [command, "--help"])
    assert result.exit_code == 0 and re.search(r"^\s+(qa|echo) .*", result.stdout, re.M)


def test_questions_are_read_from_a_pipe_one_a_line(run, folder):
    questions = "How many trees does Mrs. Green own?\n\n???\nWhen did the harvest begin?\n"
    result = run(folder, input=questions)
    assert "42 trees" in result.stdout and "September 2019" in result.stdout
    assert result.stdout.startswith("› How many trees does Mrs. Green own?\n")
    assert run("--corpus", folder, input="Who won the 1985 chess championship?").exit_code == 3


def test_eval_prints_the_figures_of_a_labelled_set(run, tmp_path, monkeypatch, fake):
    import qa.encoder

    monkeypatch.setattr(qa.compiled_encoder, "CompiledEncoder", lambda *_: fake)
    rows = [{"_id": f"d{i}", "title": "", "text": f"about topic{i} only"} for i in range(20)]
    write(tmp_path, corpus__jsonl="\n".join(json.dumps(row) for row in rows))
    write(tmp_path, queries__jsonl='{"_id": "q", "text": "topic7?"}\n{"_id": "r", "text": "x"}')
    write(tmp_path / "qrels", test__tsv="query-id\tcorpus-id\tscore\nq\td7\t1\n")
    saved = run("eval", tmp_path, "--json").stdout
    figures = json.loads(saved)["figures"]
    assert figures["recall@1"]["value"] == figures["citations exact"]["value"] == 1.0
    assert "answer f1" not in figures  # nothing is known of the words
    assert re.search(r"recall@1 +1\.000   1\.000 to 1\.000", run("eval", tmp_path).stdout)
    write(tmp_path, run__json=saved)
    other = json.dumps({**json.loads(saved), "threshold": 0.5})
    write(tmp_path, other__json=other)
    compared = run("eval", "--compare", tmp_path / "run.json", tmp_path / "other.json")
    assert "threshold: 0.115 → 0.5\n" in compared.stdout and "model:" not in compared.stdout
    found = json.loads(
        run("eval", "--json", "--compare", tmp_path / "run.json", tmp_path / "other.json").stdout
    )
    assert found["made otherwise"] == {"threshold": [0.115, 0.5]}
    assert found["figures"]["recall@1"]["value"] == 0.0
    assert re.search(r"recall@1 +\+0\.000   \+0\.000 to \+0\.000   p = 1\.00", compared.stdout)
    assert run("eval").exit_code == 2


@pytest.mark.parametrize("word", ["aks", "serach", "verfiy"])
def test_a_mistyped_command_is_named(run, word):
    result = run(word, "x")
    assert result.exit_code == 2 and f"There is no command {word}" in result.stderr


@pytest.mark.parametrize("word", ["docs", "reports", "--index", "archive"])
def test_a_folder_that_is_not_there_is_no_command(run, word, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    assert "There is no command" not in run(word, "x").stderr


def qa_process(*arguments, **more):
    return subprocess.run(
        [sys.executable, "-m", "qa", *map(str, arguments)],
        capture_output=True, text=True, timeout=100, **more,
    )  # fmt: skip


def test_the_real_program_answers_from_a_cold_start(folder):
    result = qa_process("ask", "How many trees does Mrs. Green own?", "--corpus", folder)
    assert result.returncode == 0, result.stderr
    assert "42 trees" in result.stdout and "\x1b" not in result.stdout + result.stderr


def test_a_reader_that_goes_away_is_no_traceback(folder):
    command = f"{sys.executable} -m qa sources {folder} | true"
    result = subprocess.run(["bash", "-c", command], capture_output=True, text=True, timeout=100)
    assert "Traceback" not in result.stderr


def test_nothing_reaches_the_network(folder, tmp_path):
    """The whole program with sockets forbidden."""
    write(
        tmp_path / "site",
        sitecustomize__py="import socket\n"
        "def refuse(*a, **k): raise RuntimeError('network')\n"
        "socket.socket.connect = refuse\nsocket.getaddrinfo = refuse\n",
    )
    result = qa_process(
        "ask", "How many trees does Mrs. Green own?", "--corpus", folder,
        env={**os.environ, "PYTHONPATH": str(tmp_path / "site")},
    )  # fmt: skip
    assert result.returncode == 0, result.stderr


def test_a_log_gets_a_line_of_progress_every_ten_seconds(capsys):
    times = iter([0.0, 5.0, 11.0, 12.0, 22.0])
    with progress_line(clock=lambda: next(times)) as show:
        for done in range(1, 5):
            show(Progress(done, 9, done * 10, 90, 30.0))
    lines = capsys.readouterr().err.splitlines()
    assert [line.split(" of ")[0] for line in lines] == ["indexing: 2", "indexing: 4"]
