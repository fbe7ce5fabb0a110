import itertools

import numpy as np
import pytest

from qa.encoder import SentenceTransformerEncoder
from qa.sentence_batch import (
    _MAX_WORDS,
    Batch,
    best_words,
    collate,
    encode,
    margins,
    pack,
    special_tokens,
)

ITEMS = [
    ("Who?", "Head", ["One two three.", "Four, five six seven."]),
    ("When was it?", "", ["A single one here."]),
]


@pytest.fixture(scope="module")
def tokenizer():
    return SentenceTransformerEncoder().tokenizer


def packed(tokenizer):
    items = list(enumerate(encode(tokenizer, ITEMS)))
    return pack(items, 64, special_tokens(tokenizer))


def in_rows(tokenizer):
    return collate(tokenizer, ITEMS, 64)


@pytest.mark.parametrize("make", [packed, in_rows])
def test_margins_and_words_are_the_best_of_all_there_could_be(tokenizer, make):
    batch = make(tokenizer)
    rng = np.random.default_rng(0)
    none, tokens = rng.standard_normal((2, *batch.ids.shape, 3)).astype(np.float32)
    scores = margins(none[:, :, 0], tokens[:, :, 0], batch)
    words = best_words(none[:, :, 1:], tokens[:, :, 1:], batch)
    places = [(item, place) for item, one in enumerate(ITEMS) for place, _ in enumerate(one[2])]
    assert list(scores) == list(words) == places
    for item, place in places:
        here = batch.item == item
        inside = np.flatnonzero((here & (batch.owner == place)).ravel())
        nothing = none[here & (batch.positions == 0)][0].astype(float)
        given = tokens.reshape(-1, 3)[inside].astype(float)
        expected = np.logaddexp.reduce(given[:, 0]) - nothing[0]
        assert scores[item, place] == pytest.approx(expected)
        pairs = itertools.combinations_with_replacement(range(len(inside)), 2)
        first, last = max(pairs, key=lambda pair: given[pair[0], 1] + given[pair[1], 2])
        start, end, score = words[item, place]
        assert start == batch.starts.ravel()[inside[first]]
        assert end == batch.ends.ravel()[inside[last]]
        best = given[first, 1] + given[last, 2] - nothing[1:].sum()
        assert score == pytest.approx(best, abs=1e-5)


def test_words_are_no_longer_than_an_answer(tokenizer):
    batch = collate(tokenizer, [("Who?", "", ["word " * 60])], 128)
    tokens = np.zeros((*batch.ids.shape, 2), np.float32)
    inside = np.flatnonzero(batch.owner[0] == 0)
    tokens[0, inside[0], 0] = tokens[0, inside[-1], 1] = 5.0
    [(start, end, _)] = best_words(np.zeros_like(tokens), tokens, batch).values()
    assert 0 < end - start <= 5 * _MAX_WORDS


def test_of_chosen_sentences_the_question_stays_and_other_sentences_go(tokenizer):
    batch = packed(tokenizer)
    kept = batch.of_sentences([(0, 1)])
    some = batch.taken(kept)
    whole = collate(tokenizer, [("Who?", "Head", ["Four, five six seven."])], 64)
    there, here = some.item[0] >= 0, whole.item[0] >= 0
    assert some.ids[0][there].tolist() == whole.ids[0][here].tolist()
    assert some.positions[0][there].tolist() != whole.positions[0][here].tolist()  # as they were
    tokens = np.zeros((*some.ids.shape, 2), np.float32)
    assert list(best_words(tokens, tokens, some)) == [(0, 1)]


def test_rows_joined_hold_what_they_held(tokenizer):
    apart = [collate(tokenizer, [item], 64) for item in ITEMS]
    joined = Batch.joined(apart)
    for field in ("ids", "owner", "starts"):
        one = [value for batch in apart for value in getattr(batch, field)[0].tolist()]
        assert getattr(joined, field).tolist() == [one]


def test_places_of_tokens_are_those_of_their_sentence(tokenizer):
    batch = collate(tokenizer, ITEMS, 64)
    for row, (_, _, sentences) in enumerate(ITEMS):
        for place, sentence in enumerate(sentences):
            inside = batch.owner[row] == place
            spans = zip(batch.starts[row][inside], batch.ends[row][inside], strict=True)
            assert "".join(sentence[a:b] for a, b in spans) == sentence.replace(" ", "")
