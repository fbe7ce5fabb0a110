"""Readers and rerankers of other makers: small ones made here, with weights that mean nothing, and
stand-ins with scores that do."""

from __future__ import annotations

import numpy as np
import pytest

from qa import Assistant, Settings
from qa.config import DEFAULT_MODEL
from qa.encoder import find_model
from qa.errors import ModelError
from qa.other_readers import AnsweringReader, Ranker, Reranking
from qa.types import Evidence, Hit, Passage, Reading, Span
from tests.conftest import write

TEXT = "The mill was built by monks. It burned down in 1832. Nobody was hurt, they say."


@pytest.fixture(scope="module")
def answering(tmp_path_factory):
    torch = pytest.importorskip("torch")
    from transformers import AutoTokenizer, BertConfig, BertForQuestionAnswering

    torch.manual_seed(0)
    folder = tmp_path_factory.mktemp("answering")
    tokenizer = AutoTokenizer.from_pretrained(str(find_model(DEFAULT_MODEL)), local_files_only=True)
    tokenizer.save_pretrained(folder)
    config = BertConfig(vocab_size=len(tokenizer), hidden_size=16, num_hidden_layers=1,
                        num_attention_heads=2, intermediate_size=16)  # fmt: skip
    BertForQuestionAnswering(config).save_pretrained(folder)
    return folder


@pytest.fixture(scope="module")
def ranking(tmp_path_factory, answering):
    from transformers import AutoTokenizer, BertConfig, BertForSequenceClassification

    folder = tmp_path_factory.mktemp("ranking")
    tokenizer = AutoTokenizer.from_pretrained(str(answering), local_files_only=True)
    tokenizer.save_pretrained(folder)
    config = BertConfig(vocab_size=len(tokenizer), hidden_size=16, num_hidden_layers=1,
                        num_attention_heads=2, intermediate_size=16, num_labels=1)  # fmt: skip
    BertForSequenceClassification(config).save_pretrained(folder)
    return folder


def hit(number, text, start=0):
    span = Span(start, start + len(text))
    return Hit(Passage(number, number, f"{number}.txt", "", span, text), 0.5, 0.5, 0.0, 1, 1)


def test_any_model_scores_sentences_and_words_where_they_stand(answering):
    reader = AnsweringReader(str(answering))
    reading = reader.read(
        "Who built the mill?", [hit(1, TEXT, start=100), hit(2, " ".join([TEXT] * 30))]
    )
    assert reading.confidence == reading.evidence[0].score
    assert {one.quote for one in reading.evidence} >= {"It burned down in 1832."}
    for one in reading.evidence:
        assert 0 <= one.score <= 1
        assert one.span.start <= one.words.start < one.words.end <= one.span.end
    assert len(reading.evidence) == 3 + 90  # long passages are read in windows
    assert [one.score for one in reading.evidence] == sorted(
        (one.score for one in reading.evidence), reverse=True
    )
    assert reader.read("Who?", []) == Reading((), 0.0)
    assert len(reader.read("mill " * 400, [hit(1, TEXT)]).evidence) == 3
    reader.window = 64
    assert len(reader.read("mill " * 400, [hit(1, " ".join([TEXT] * 9))]).evidence) == 27


def test_the_best_words_are_those_of_the_largest_scores(answering, monkeypatch):
    reader = AnsweringReader(str(answering))
    words = ["monks", "1832"]
    places = np.array(
        [[0, 0], *((TEXT.index(word), TEXT.index(word) + len(word)) for word in words)]
    )
    scores = np.array([1.0, 4.0, -3.0])
    monkeypatch.setattr(reader, "_windows", lambda *_: [(places, scores, scores, 2.0)])
    first, second = reader.read("Who?", [hit(1, TEXT)]).evidence
    assert first.quote == "The mill was built by monks." and first.words.of(TEXT) == "monks"
    assert first.score == pytest.approx(1 / (1 + np.exp(-6)))
    assert second.words.of(TEXT) == "1832" and second.score < 0.01


def test_passages_are_put_in_order_before_they_are_read():
    class Scores:
        def scores(self, question, texts):
            return np.array([len(text) for text in texts])

    class First:
        def read(self, question, hits):
            self.given = list(hits)
            return Reading(tuple(Evidence(h.passage, h.passage.span, 0.9) for h in hits), 0.9)

    short, long, longer = hit(1, "a."), hit(2, "aaa."), hit(3, "aaaa.")
    reader = First()
    reading = Reranking(Scores(), reader, 2).read("x?", [short, long, longer])
    assert reading.hits == (longer, long, short) and reader.given == [longer, long]
    assert Reranking(Scores(), reader, 2).read("x?", []).hits == ()


def test_both_are_named_in_the_settings(tmp_path, answering, ranking, fake):
    folder = write(tmp_path / "docs", a__txt=TEXT, b__txt="Rain fell for days on the old mill.")
    settings = Settings(
        reader=str(answering), reranker=str(ranking), threshold=0.0, data_dir=str(tmp_path)
    )
    with Assistant.open(folder, settings=settings, encoder=fake) as assistant:
        assistant.warm()
        answer = assistant.ask("Who built the mill?")
        assert answer.found and len(answer.hits) == 2
        for citation in answer.citations:
            text = assistant.document(citation.path).text
            assert citation.span.of(text) == citation.quote


def test_a_model_that_is_not_there_or_of_another_kind_is_said(tmp_path, answering, ranking):
    with pytest.raises(ModelError, match="no model 'nobody/nothing'") as caught:
        AnsweringReader("nobody/nothing")
    assert "leave out `reader`" in caught.value.hint
    with pytest.raises(ModelError, match="no weights for answering"):
        AnsweringReader(str(ranking)).load()
    with pytest.raises(ModelError, match="no weights for scoring passages"):
        Ranker(str(answering)).load()
    with pytest.raises(ModelError, match="cannot be used"):
        AnsweringReader(str(write(tmp_path / "empty", a__txt="x"))).load()
