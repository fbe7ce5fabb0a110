import numpy as np
import pytest

import qa.encoder
from qa.encoder import DEFAULT_DIGEST, FakeEncoder, SentenceTransformerEncoder
from qa.errors import ModelError


def test_vectors_are_float32_of_unit_length(model):
    found = model.encode(["one", "two words", ""])
    assert found.dtype == np.float32 and found.shape == (3, 384)
    assert np.allclose(np.linalg.norm(found, axis=1), 1, atol=1e-5)


def test_like_texts_are_nearer_than_unlike_ones(model):
    a, b, c = model.encode(["The cat sleeps.", "A cat is sleeping.", "Tax law of 1986"])
    assert a @ b > 0.8 > 0.3 > a @ c


def test_the_window_is_the_models(model):
    assert model.max_tokens == 256


def test_the_fingerprint_of_the_default_model_reads_no_weights(monkeypatch):
    monkeypatch.setattr(qa.encoder, "_sha256", lambda _: pytest.fail("read"))
    assert DEFAULT_DIGEST[:16] in SentenceTransformerEncoder().fingerprint


def test_weights_that_are_not_the_published_ones_are_refused(monkeypatch):
    monkeypatch.setattr(qa.encoder, "_sha256", lambda _: "0" * 64)
    with pytest.raises(ModelError, match="not the published ones"):
        SentenceTransformerEncoder().load()


def test_a_missing_model_is_an_immediate_error():
    with pytest.raises(ModelError, match="no model 'no-such-model'"):
        SentenceTransformerEncoder("no-such-model")


def test_a_folder_that_holds_no_model_says_so(tmp_path):
    with pytest.raises(ModelError, match="cannot be loaded"):
        SentenceTransformerEncoder(str(tmp_path)).load()


def test_a_model_can_be_named_by_its_folder(model):
    other = SentenceTransformerEncoder(str(model.original.folder))
    assert other.fingerprint != model.fingerprint
    assert other.max_tokens == 256


def test_the_fake_is_deterministic_and_near_for_common_words():
    a, b, c = FakeEncoder().encode(["red green blue", "red green", "seven eight"])
    assert np.array_equal(a, FakeEncoder().encode(["red green blue"])[0])
    assert a @ b > 0.7 and abs(a @ c) < 0.5


def test_token_counts_leave_special_tokens_out(model):
    assert model.count_tokens(["hello", "hello there", ""]) == [1, 2, 0]
