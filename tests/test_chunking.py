import itertools
import re

from hypothesis import given, settings
from hypothesis import strategies as st

from qa.chunking import chunk, embedded_text
from qa.encoder import FakeEncoder, SentenceTransformerEncoder
from qa.layout import sentences
from qa.types import Heading, Span
from tests.conftest import document
from tests.test_text import texts

FAKE = FakeEncoder()


@given(texts, st.integers(16, 60))
def test_chunks_hold_every_visible_character_once(text, window):
    chunks = list(chunk(document(text), window, FAKE.count_tokens))
    assert all(a.span.end <= b.span.start for a, b in itertools.pairwise(chunks))
    held = "".join(piece.span.of(text) for piece in chunks)
    assert re.sub(r"\s", "", held) == re.sub(r"\s", "", text)


@given(texts, st.integers(16, 60))
def test_no_word_that_fits_is_cut(text, window):
    cuts = {piece.span.start for piece in chunk(document(text), window, FAKE.count_tokens)}
    for word in re.finditer(r"\S+", text):
        if FAKE.count_tokens([word.group()])[0] <= window // 2:
            inside = [cut for cut in cuts if word.start() < cut < word.end()]
            starts = {span.start for span in sentences(text)}
            assert all(cut in starts for cut in inside)  # 。 ends a sentence inside a "word"


@settings(deadline=None, max_examples=60)
@given(texts)
def test_chunks_fit_the_real_models_window_with_title_and_heading(text):
    model = SentenceTransformerEncoder()
    found = document(
        text, title="A title of some words", headings=(Heading(Span(0, 0), 1, "The heading"),)
    )
    for piece in chunk(found, model.max_tokens, model.count_tokens):
        embedded = embedded_text(found.title, piece.headings, piece.span.of(text))
        assert model.count_tokens([embedded])[0] + 2 <= model.max_tokens


def test_a_chunk_never_crosses_a_heading_and_knows_its_headings():
    text = "intro\nH1\none\nH2\ntwo\nH3\nthree"
    marks = [("H1", 1), ("H2", 2), ("H3", 1)]
    headings = tuple(
        Heading(Span(text.index(name), text.index(name) + 2), level, name) for name, level in marks
    )
    found = [
        (piece.span.of(text), piece.headings)
        for piece in chunk(document(text, headings=headings), 256, FAKE.count_tokens)
    ]
    assert found == [
        ("intro", ()),
        ("one", ("H1",)),
        ("two", ("H1", "H2")),
        ("three", ("H3",)),
    ]


def test_a_paragraph_that_would_not_fit_starts_the_next_chunk():
    paragraph = "One two three four five six. Seven eight nine ten. "
    text = "\n\n".join([paragraph * 2] * 3)
    found = [piece.span.of(text) for piece in chunk(document(text), 40, FAKE.count_tokens)]
    assert all(piece.startswith("One") and piece.endswith(".") for piece in found)


def test_the_rest_of_a_section_is_no_scrap():
    """Eleven sentences of four words where ten fit: six and five, not ten and one."""
    text = " ".join("One two three four." for _ in range(11))
    found = [piece.span.of(text) for piece in chunk(document(text), 52, FAKE.count_tokens)]
    assert sorted(piece.count("One") for piece in found) == [5, 6]


def test_two_chunks_are_cut_between_paragraphs_where_one_is_near_the_middle():
    text = "\n\n".join(" ".join("One two three four." for _ in range(n)) for n in (4, 3, 4))
    found = [piece.span.of(text) for piece in chunk(document(text), 52, FAKE.count_tokens)]
    assert sorted(piece.count("One") for piece in found) == [4, 7]


def test_a_section_that_fits_is_not_cut():
    text = " ".join("One two three four." for _ in range(9))
    assert len(list(chunk(document(text), 52, FAKE.count_tokens))) == 1


def test_a_word_longer_than_the_window_is_cut():
    text = "x" * 5_000
    model = SentenceTransformerEncoder()
    spans = [piece.span for piece in chunk(document(text), 256, model.count_tokens)]
    assert len(spans) > 1 and spans[0].start == 0 and spans[-1].end == 5_000


def test_a_title_is_embedded_once():
    assert embedded_text("Oil", ("Oil", "Prices"), "They rose.") == "Oil > Prices\nThey rose."
    assert embedded_text("Oil", (), "Oil rose.") == "Oil rose."


def test_a_text_without_blank_lines_is_cut_behind_sentences():
    line = "The light of tower number {} burns\nall night long, as it has for years. So it was.\n"
    text = "".join(line.format(number) for number in range(6_000))
    pieces = list(chunk(document(text), 64, FakeEncoder().count_tokens))
    assert " ".join(piece.span.of(text) for piece in pieces).split() == text.split()
    assert all(piece.span.of(text).endswith(".") for piece in pieces)


def chunked(text: str, window: int) -> list[str]:
    return [piece.span.of(text) for piece in chunk(document(text), window, FAKE.count_tokens)]


def test_what_leads_to_what_follows_stays_with_it():
    filling = "\n\n".join(f"Sentence number {n} stands here." for n in range(4))
    items = "- a cap\n- two gloves\n- a coat for the rain\n- a torch\n- some bread\n- a map of it"
    rows = "Oil     4\nGas     5\nPeat     6\nWood     7\nCoke     8\nTar     9"
    for lead, below in (("Bring:", items), ("Item     Price\n---------------", rows)):
        for window in range(16, 60):
            for one in chunked(f"{filling}\n\n{lead}\n{below}", window):
                assert not one.endswith(lead), window
