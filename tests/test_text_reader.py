import pytest

from qa import Reader
from qa.sentence_batch import NO_WORDS, Score, Words
from qa.types import Span

TEXT = "# Mill\n\nThe mill was  built by\nAnna Berg. It burned down on 4 May 1901.\n\n---\n"


class FakeNetwork:
    """Knows one sentence that answers."""

    def score(self, question, passages):
        self.given = passages
        return [[self.of(text) for text in texts] for _, texts in passages]

    def of(self, text):
        if "Anna" not in text:
            return Score(-3.0, NO_WORDS)
        start = text.index("Anna")
        return Score(4.0, Words(start, start + len("Anna Berg"), 6.0))


def test_evidence_has_its_place_in_the_text_and_the_surest_comes_first():
    network = FakeNetwork()
    reading = Reader(network).read("Who built it?", TEXT, title="The mill")
    first = reading.evidence[0]
    assert TEXT[first.start : first.end] == "The mill was  built by\nAnna Berg."
    assert first.words.of(TEXT) == "Anna Berg"
    assert first.score > 0.9 > 0.1 > reading.evidence[1].score
    assert reading.probability > 0.5
    assert network.given[0][0] == "The mill"


def test_words_that_are_not_known_are_none():
    reading = Reader(FakeNetwork()).read("Who?", "Nobody knows.")
    assert reading.evidence[0].words is None and reading.probability < 0.5


@pytest.mark.parametrize("text", ["", "\n\n", "--- * ---"])
def test_a_text_without_words_answers_nothing(text):
    reading = Reader(FakeNetwork()).read("Who?", text)
    assert reading.evidence == () and reading.probability == 0.0


def test_the_network_of_the_package_reads_any_text():
    reader = Reader.load()
    sure = reader.read("Who built the mill?", TEXT)
    assert sure.evidence[0].words.of(TEXT) == "Anna Berg"
    assert isinstance(sure.evidence[0].words, Span)
    unsure = reader.read("Which team won the cup in 1998?", TEXT)
    assert unsure.probability < 0.3 < 0.7 < sure.probability


def test_a_long_text_is_read_to_its_end():
    text = "Nothing much is said here at all. " * 200 + "The treaty was signed in Vienna. "
    [first, *_] = Reader.load().read("Where was the treaty signed?", text * 1).evidence
    assert "Vienna" in text[first.start : first.end]


def test_rows_are_read_with_the_names_of_their_columns():
    text = "| Year | Warden |\n|---|---|\n| 1901 | Anna Berg |\n| 1902 | 77 |\n"
    network = FakeNetwork()
    reading = Reader(network).read("Who was warden in 1901?", text)
    assert "Year: 1901; Warden: Anna Berg" in network.given[0][1]
    first = reading.evidence[0]
    assert text[first.start : first.end] == "| 1901 | Anna Berg |"
    assert first.words.of(text) == "Anna Berg"
    assert any(text[one.start : one.end] == "| 1902 | 77 |" for one in reading.evidence)
