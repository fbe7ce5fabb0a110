import json
import os
import subprocess
import sys
from datetime import UTC, datetime, timedelta

import pytest

from qa.conversations import (
    Conversations,
    conversation_from_json,
    conversation_to_json,
    read_lines,
)
from qa.errors import CitationError, ConversationError
from qa.records import answer_from_json, answer_to_json
from qa.types import Refusal, Span, Statement
from tests.fake_assistant import FakeAssistant, answer_from_table, answer_of, cite


def answer(question="Who was told?"):
    return answer_from_table(FakeAssistant(None), question)


class Clock:
    def __init__(self):
        self.now = datetime(2026, 11, 22, 12, 0, tzinfo=UTC)

    def __call__(self):
        self.now += timedelta(seconds=1)
        return self.now


@pytest.fixture
def kept(tmp_path):
    return Conversations(tmp_path / "conversations", Clock())


def begun(kept, *questions, corpus="/documents"):
    id_ = kept.new_id()
    for question in questions or ("Who was told?",):
        kept.keep(id_, corpus, answer(question))
    return id_


@pytest.mark.parametrize(
    "question", ["Who was told?", "And when?", "What is the share price?", "who told it ?"]
)
def test_an_answer_comes_back_as_it_was(question):
    one = answer(question)
    assert answer_from_json(json.loads(json.dumps(answer_to_json(one)))) == one


def test_what_makes_an_answer_special_comes_back_too():
    report = FakeAssistant(None).documents["report.md"]
    told = cite(1, report, "The company sells phones.")
    statement = Statement(told.quote, (1,), Span(4, 11), (1,))
    one = answer_of("?", told, statements=(statement,), kind="summary")
    assert answer_from_json(answer_to_json(one)) == one
    none = answer_of("?", found=False, refusal=Refusal("far", ("zebra",)))
    assert answer_from_json(answer_to_json(none)) == none


@pytest.mark.parametrize(
    "row",
    [
        None,
        {},
        {**answer_to_json(answer()), "kind": "poem"},
        {**answer_to_json(answer()), "citations": []},
        {**answer_to_json(answer()), "confidence": "high"},
        {**answer_to_json(answer()), "refusal": {"kind": "no"}},
        {**answer_to_json(answer()), "question": 1},
        {**answer_to_json(answer()), "confidence": 10**400},
        {**answer_to_json(answer()), "statements": [{"text": "x", "citations": []}]},
        {
            **answer_to_json(answer()),
            "statements": [{"text": "x", "citations": [1], "against": [9]}],
        },
    ],
)
def test_what_is_no_answer_is_refused(row):
    with pytest.raises(CitationError, match="cannot be read"):
        answer_from_json(row)


def test_a_turn_is_kept_and_comes_back(kept):
    id_ = begun(kept, "Who was told?", "And when?")
    found = kept.load(id_)
    assert [turn.answer for turn in found.turns] == [answer("Who was told?"), answer("And when?")]
    assert (found.title, found.corpus, found.lost) == ("Who was told?", "/documents", 0)
    assert conversation_from_json(json.loads(json.dumps(conversation_to_json(found)))) == found


def test_only_the_user_may_read_them(kept):
    file = kept.directory / f"{begun(kept)}.jsonl"
    assert file.stat().st_mode & 0o777 == 0o600
    assert kept.directory.stat().st_mode & 0o777 == 0o700


def test_the_latest_comes_first_and_names_may_be_cut_short(kept):
    first, second = begun(kept), begun(kept, "And when?", corpus="/other")
    kept.keep(first, "/documents", answer())
    assert [one.id for one in kept.all()] == [first, second]
    assert kept.load("last").id == first and kept.load(second[:-1]).id == second
    assert kept.latest("/other").id == second and kept.latest("/none") is None
    for name in ("2026", "20251122", "", "../etc", "last "):
        with pytest.raises(ConversationError, match=r"conversation"):
            kept.load(name)


def test_search_finds_questions_quotes_and_titles(kept):
    who, when = begun(kept), begun(kept, "And when was it dated?")
    kept.rename(who, "Antennas & allies")
    assert [one.id for one in kept.search("antennas")] == [who]
    assert [one.id for one in kept.search("DATED when")] == [when]
    assert {one.id for one in kept.search("Germany")} == {who, when}
    assert kept.search("zebra germany") == []


def test_rename_and_delete(kept):
    id_ = begun(kept)
    kept.rename(id_, "  A \x1b[31m better\n name " + "x" * 200)
    title = kept.load(id_).title
    assert title.startswith("A \ufffd[31m better name") and len(title) <= 80
    with pytest.raises(ConversationError, match="title"):
        kept.rename(id_, " ")
    kept.delete(id_)
    assert kept.all() == [] and not list(kept.directory.iterdir())


def test_a_line_that_was_cut_off_costs_that_turn_only(kept):
    id_ = begun(kept, "Who was told?", "And when?")
    file = kept.directory / f"{id_}.jsonl"
    whole = file.read_bytes()
    lines = whole.splitlines(keepends=True)
    for length in range(len(lines[0]), len(whole), 97):
        file.write_bytes(whole[:length])
        found = kept.load(id_)
        assert len(found.turns) == sum(length >= len(b"".join(lines[:n])) - 1 for n in (2, 3))
    kept.keep(id_, "/documents", answer("And it ?"))  # after half a line
    assert [turn.answer.question for turn in kept.load(id_).turns][-1] == "And it ?"
    assert kept.load(id_).lost == 1


def test_a_file_that_is_no_conversation_stands_in_nobodys_way(kept):
    id_ = begun(kept)
    (kept.directory / "20200101-000000-0000.jsonl").write_text("something else\n")
    (kept.directory / "notes.txt").write_text("mine")
    assert [one.id for one in kept.all()] == [id_]
    with pytest.raises(ConversationError, match="cannot be read"):
        kept.load("20200101")


def test_a_disk_that_refuses_is_told_of(tmp_path):
    (tmp_path / "taken").write_text("a file")
    kept = Conversations(tmp_path / "taken", Clock())
    with pytest.raises(ConversationError, match="cannot be saved"):
        kept.keep(kept.new_id(), "/documents", answer())


@pytest.mark.parametrize("text", ["", "{}", "[]", '{"schema": "qa.answer/1"}', "\x00"])
def test_what_is_no_conversation_is_refused(text):
    with pytest.raises(CitationError):
        read_lines(text)


def test_a_process_that_is_killed_loses_at_most_the_turn_in_progress(tmp_path):
    program = """
import sys
from datetime import UTC, datetime
from pathlib import Path
from qa.conversations import Conversations
from tests.test_conversations import answer
kept = Conversations(Path(sys.argv[1]), lambda: datetime.now(UTC))
id_ = kept.new_id()
for number in range(100000):
    kept.keep(id_, "/documents", answer(f"Who was told {number}?"))
    print(number, flush=True)
"""
    for seen in (1, 7, 23):
        directory = tmp_path / str(seen)
        process = subprocess.Popen(
            [sys.executable, "-c", program, directory],
            stdout=subprocess.PIPE,
            env={**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)},
        )
        for _ in range(seen):
            told = int(process.stdout.readline())
        process.kill()
        told += len(process.communicate()[0].splitlines())
        [found] = Conversations(directory, Clock()).all()
        questions = [turn.answer.question for turn in found.turns]
        assert questions == [f"Who was told {n}?" for n in range(len(questions))]
        assert len(questions) in (told + 1, told + 2) and found.lost <= 1


def test_half_a_turn_is_not_left_on_a_full_disk(kept, monkeypatch):
    import resource
    import signal

    id_ = begun(kept)
    size = (kept.directory / f"{id_}.jsonl").stat().st_size
    signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (size + 100, before[1]))
    try:
        with pytest.raises(ConversationError, match="cannot be saved"):
            kept.keep(id_, "/documents", answer("And when?"))
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)
    assert kept.load(id_).lost == 0 and len(kept.load(id_).turns) == 1
    kept.keep(id_, "/documents", answer("And when?"))
    assert len(kept.load(id_).turns) == 2


def test_a_copied_file_is_a_conversation_of_its_own(kept):
    id_ = begun(kept)
    copy = id_[:-4] + ("ffff" if id_[-4:] != "ffff" else "0000")
    (kept.directory / f"{copy}.jsonl").write_bytes((kept.directory / f"{id_}.jsonl").read_bytes())
    assert {one.id for one in kept.all()} == {id_, copy}
    kept.delete(copy)
    assert [one.id for one in kept.all()] == [id_]


def test_a_line_that_is_nested_too_deeply_costs_that_turn_only(kept):
    id_ = begun(kept)
    with (kept.directory / f"{id_}.jsonl").open("a") as file:
        file.write("[" * 100_000 + "\n")
    assert [one.lost for one in kept.all()] == [1]


def test_conversations_that_begin_in_the_same_second_have_names_of_their_own(tmp_path):
    kept = Conversations(tmp_path, lambda: datetime(2020, 1, 1, tzinfo=UTC))
    assert len({kept.new_id() for _ in range(500)}) == 500
