"""`qa eval`: labelled sets, the rows measured, the figures made of them."""

from __future__ import annotations

import json
import math

import pytest

from qa import Settings
from qa.errors import EvaluationError, FolderError
from qa.evaluation import _shows, evaluate
from qa.figures import compare, figures, read_run, report, table
from qa.labelled import CorpusSource, EvaluationSet, QuestionFile
from tests.conftest import write

TEXTS = {
    "mill": "The mill of Thun was built by monks in 1620. A fire destroyed it in 1832.",
    "port": "The harbour of Thun was dug in 1910. It has room for forty boats.",
    "tea": "Tea is grown on hills in the south. Most of it is sold in the spring.",
}
QUESTIONS = [
    {"_id": "a", "text": "Who built the mill of Thun?", "answerable": True,
     "answers": [{"text": "monks", "doc_id": "mill", "start": TEXTS["mill"].index("monks")}]},
    {"_id": "b", "text": "When was the harbour dug?", "answerable": True,
     "history": [{"speaker": "user", "text": "Who built the mill?"},
                 {"speaker": "agent", "text": "Monks built it."}],
     "answers": [{"text": "1910", "doc_id": "port", "start": TEXTS["port"].index("1910")}]},
    {"_id": "c", "text": "Who won the chess championship of 1985?", "answerable": False},
]  # fmt: skip
QRELS = "query-id\tcorpus-id\tscore\na\tmill\t1\nb\tport\t1\nb\ttea\t0\n"


@pytest.fixture
def labelled(tmp_path):
    folder = tmp_path / "set"
    folder.mkdir()
    rows = [{"_id": name, "title": name, "text": text} for name, text in TEXTS.items()]
    write(folder, corpus__jsonl="\n".join(map(json.dumps, rows)))
    write(folder, queries__jsonl="\n".join(map(json.dumps, QUESTIONS)))
    (folder / "qrels").mkdir()
    write(folder / "qrels", test__tsv=QRELS)
    return folder


@pytest.fixture
def settings(tmp_path):
    return Settings(data_dir=str(tmp_path / "data"))


def test_a_set_says_what_is_known(labelled):
    first, second, third = EvaluationSet(labelled).questions()
    assert first.relevant == {"mill": 1} and first.answers[0].document == "mill"
    assert second.earlier[0].answer == "Monks built it." and second.relevant == {"port": 1}
    assert third.answerable is False and not third.relevant
    source = CorpusSource(labelled)
    [file] = [file for file in source.scan()[0] if file.path == "tea"]
    assert source.load(file).text == TEXTS["tea"]


@pytest.mark.parametrize(
    "name, content, said",
    [
        ("corpus__jsonl", '{"_id": "d", "text": "x"}\n\nno', "corpus.jsonl, line 3"),
        ("queries__jsonl", '{"_id": 1, "text": "x"}', "queries.jsonl, line 1"),
        ("qrels__tsv", "q\td\tgrade\na\tb\n", "line 2: expected three columns"),
    ],
)
def test_what_is_wrong_with_a_set_is_said_with_its_line(labelled, name, content, said, settings):
    if name == "qrels__tsv":
        write(labelled / "qrels", test__tsv=content)
    else:
        write(labelled, **{name: content})
    with pytest.raises(FolderError, match=said):
        evaluate(labelled, settings)


def test_a_labelled_set_is_asked_and_measured(labelled, settings, model):
    seen = []
    found = evaluate(
        labelled, settings, encoder=model, asking=lambda *how_far: seen.append(how_far)
    )
    assert found["questions"] == 3 and found["passages"] == 3 and seen[-1][:2] == (3, 3)
    assert [row["id"] for row in found["rows"]] == ["a", "b", "c"]
    value = {name: one["value"] for name, one in found["figures"].items()}
    assert value["recall@1"] == value["ndcg@10 after reading"] == 1
    assert value["citations exact"] == 1 and value["answer shown"] == 1
    assert value["refusal recall"] == 1 and value["answerable auroc"] == 1
    assert all(one["low"] <= one["value"] <= one["high"] for one in found["figures"].values())
    assert json.loads(json.dumps(found)) == found


def test_a_stopped_run_goes_on_where_it_was(labelled, settings, model, monkeypatch):
    from qa.assistant import Assistant

    asked, ask = [], Assistant.ask

    def stopping(self, question, **more):
        asked.append(question)
        if len(asked) == 2:
            raise KeyboardInterrupt
        return ask(self, question, **more)

    monkeypatch.setattr(Assistant, "ask", stopping)
    with pytest.raises(KeyboardInterrupt):
        evaluate(labelled, settings, encoder=model)
    found = evaluate(labelled, settings, encoder=model)
    assert found["questions"] == 3
    assert asked == [QUESTIONS[n]["text"] for n in (0, 1, 1, 2)]
    evaluate(labelled, settings, encoder=model)  # nothing is left of it
    assert len(asked) == 7


def test_what_was_kept_of_a_stopped_run_serves_no_other(labelled, settings, model, tmp_path):
    first = evaluate(labelled, settings, encoder=model, limit=2)
    [kept] = (tmp_path / "data" / "evaluations").glob("*.jsonl")
    kept.write_text(kept.read_text("utf-8") + '{"id": "c", "conf', "utf-8")  # killed meanwhile
    assert evaluate(labelled, settings, encoder=model, limit=1)["questions"] == 1
    assert kept.read_text("utf-8").count("\n") == 2
    whole = evaluate(labelled, settings, encoder=model)
    assert whole["rows"][:2] == first["rows"] and whole["questions"] == 3
    write(labelled / "qrels", test__tsv=QRELS.replace("port", "tea"))
    evaluate(labelled, settings, encoder=model, limit=1)
    [other] = (tmp_path / "data" / "evaluations").glob("*.jsonl")
    assert other != kept


def test_labels_that_cannot_be_meant_are_refused(tmp_path, settings, model):
    write(tmp_path / "texts", a__txt="The mill was sold.")
    for content, said in (
        ("- {question: x, id: a}\n- {question: y, id: a}", "two questions with the id 'a'"),
        ("- {question: x, document: b.txt}", "b.txt, which is not among the documents"),
    ):
        write(tmp_path, own__yaml=content)
        with pytest.raises(EvaluationError, match=said):
            evaluate(tmp_path / "own.yaml", settings, tmp_path / "texts", encoder=model)


@pytest.mark.parametrize(
    "quote, answer, shown",
    [
        ("It was built in 1640.", "40", False),
        ("It was built in 1640.", "1640", True),
        ("Nothing is known.", "no", False),
        ("It cost 3.5 million, they say.", "3.5 million", True),
    ],
)
def test_an_answer_is_shown_word_by_word(quote, answer, shown):
    assert _shows(quote, answer) is shown


def test_questions_may_be_asked_without_what_was_said_before(labelled, settings, model):
    with_it = evaluate(labelled, settings, encoder=model)
    without = evaluate(labelled, settings, encoder=model, conversations=False)
    assert with_it["conversations"] and not without["conversations"]


def test_ones_own_questions_are_a_yaml_file(tmp_path, settings, model):
    write(tmp_path / "texts", **{f"{name}__txt": text for name, text in TEXTS.items()})
    write(
        tmp_path,
        own__yaml="""
documents: texts
questions:
- question: How many boats has the harbour of Thun room for?
  answer: [forty, "40"]
  document: port.txt
- question: Who won the chess championship of 1985?
  answerable: false
""",
    )
    found = evaluate(tmp_path / "own.yaml", settings, encoder=model)
    value = {name: one["value"] for name, one in found["figures"].items()}
    assert value["recall@1"] == value["answer shown"] == value["refusal f1"] == 1


@pytest.mark.parametrize(
    "content, said",
    [
        ("questions: 3", "holds no list of questions"),
        ("- question: [", "cannot be read"),
        ("- answer: x", "question 1: there is no `question`"),
        ("- question: x\n  answr: y", "unknown key 'answr'"),
        ("- question: x\n  answer: 1987", "answer 1987 is no text"),
        ("- question: x\n  answer: ['']", "is no text"),
        ("- question: x\n  answerable: 'no'", "answerable is true or false"),
    ],
)
def test_what_is_wrong_with_a_file_of_questions_is_said(tmp_path, content, said):
    write(tmp_path, own__yaml=content)
    with pytest.raises(FolderError, match=said):
        list(QuestionFile(tmp_path / "own.yaml").questions())


def test_a_file_that_names_no_documents_needs_them_named(tmp_path, settings):
    write(tmp_path, own__yaml="- question: x")
    with pytest.raises(EvaluationError, match="does not say which documents"):
        evaluate(tmp_path / "own.yaml", settings)


def row(id_, answerable, confidence, f1=math.nan, **more):
    found = {"id": id_, "answerable": answerable, "confidence": confidence, "found": True,
             "citations": 1, "inexact": 0, "ms": 1.0, **more}  # fmt: skip
    return found if math.isnan(f1) else {**found, "answer f1": f1}


ROWS = [row("a", True, 0.9, 1.0), row("b", True, 0.1, 0.5), row("c", False, 0.2),
        row("d", False, 0.6)]  # fmt: skip


def test_a_threshold_refuses_afterwards():
    found = figures(table(ROWS), 0.3)
    assert found["answer f1"] == 0.75
    assert found["overall f1"] == (1 + 0 + 1 + 0) / 4
    assert found["overall f1, best threshold"] == (1 + 0 + 1 + 1) / 4
    assert found["refusal precision"] == found["refusal recall"] == 0.5
    assert figures(table(ROWS), 0.0)["refusal recall"] == 0
    assert math.isnan(found["ndcg@10"]) and "ndcg@10" not in report(ROWS, 0.3)["figures"]


def test_a_citation_that_is_not_word_for_word_shows():
    assert (
        figures(table([row("a", True, 0.9, inexact=1), *ROWS[1:]]), 0.3)["citations exact"] == 0.75
    )


def test_two_runs_are_compared_over_the_questions_of_both(tmp_path):
    better = [{**one, "answer f1": 1.0} for one in ROWS[:2]] + [row("z", False, 0.1)]
    runs = [{"schema": "qa.eval/2", "threshold": 0.3, "rows": rows} for rows in (ROWS, better)]
    write(tmp_path, **{f"run{n}__json": json.dumps(run) for n, run in enumerate(runs)})
    changes = compare(*(read_run(tmp_path / f"run{n}.json") for n in range(2)))
    assert changes["answer f1"].value == 0.25
    with pytest.raises(EvaluationError, match="no question in common"):
        compare(runs[0], {**runs[1], "rows": better[2:]})
    write(tmp_path, other__json="{}")
    with pytest.raises(EvaluationError, match="not a saved evaluation"):
        read_run(tmp_path / "other.json")
