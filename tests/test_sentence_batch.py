import itertools

import numpy as np
import pytest

from qa.encoder import SentenceTransformerEncoder
from qa.sentence_batch import _MAX_WORDS, collate, item_scores

ITEMS = [
    ("Who?", "Head", ["One two three.", "Four, five six seven."]),
    ("When was it?", "", ["A single one here."]),
]


@pytest.fixture(scope="module")
def tokenizer():
    return SentenceTransformerEncoder().tokenizer


@pytest.mark.parametrize("packed", [True, False])
def test_scores_and_words_are_the_best_of_all_there_could_be(tokenizer, packed):
    batch = collate(tokenizer, ITEMS, 64, packed=packed)
    rng = np.random.default_rng(0)
    none, tokens = rng.standard_normal((2, *batch.ids.shape, 3)).astype(np.float32)
    found = item_scores(none, tokens, batch)
    for number, (_, _, sentences) in enumerate(ITEMS):
        here = batch.item == number
        assert found[number].none == none[here & (batch.positions == 0)][0, 0]
        for place, _ in enumerate(sentences):
            inside = np.flatnonzero((here & (batch.owner == place)).ravel())
            scores = tokens.reshape(-1, 3)[inside].astype(float)
            assert found[number].sentences[place] == pytest.approx(
                np.logaddexp.reduce(scores[:, 0])
            )
            pairs = itertools.combinations_with_replacement(range(len(inside)), 2)
            first, last = max(pairs, key=lambda pair: scores[pair[0], 1] + scores[pair[1], 2])
            words = found[number].words[place]
            assert words.start == batch.starts.ravel()[inside[first]]
            assert words.end == batch.ends.ravel()[inside[last]]
            best = scores[first, 1] + scores[last, 2]
            nothing = none[here & (batch.positions == 0)][0, 1:].sum()
            assert words.score == pytest.approx(best - nothing, abs=1e-5)


def test_words_are_no_longer_than_an_answer(tokenizer):
    batch = collate(tokenizer, [("Who?", "", ["word " * 60])], 128)
    tokens = np.zeros((*batch.ids.shape, 3), np.float32)
    inside = np.flatnonzero(batch.owner[0] == 0)
    tokens[0, inside[0], 1] = tokens[0, inside[-1], 2] = 5.0
    [scores] = item_scores(np.zeros_like(tokens), tokens, batch)
    start, end, _ = scores.words[0]
    assert 0 < end - start <= 5 * _MAX_WORDS


def test_places_of_tokens_are_those_of_their_sentence(tokenizer):
    batch = collate(tokenizer, ITEMS, 64)
    for row, (_, _, sentences) in enumerate(ITEMS):
        for place, sentence in enumerate(sentences):
            inside = batch.owner[row] == place
            spans = zip(batch.starts[row][inside], batch.ends[row][inside], strict=True)
            assert "".join(sentence[a:b] for a, b in spans) == sentence.replace(" ", "")
