"""How the app says things."""

from __future__ import annotations

import pytest
from fake_assistant import answer_of

from qa.errors import ModelError
from qa.types import Citation, Span, Statement
from qa.ui.top_bar import TopBar
from qa.ui.words import DETAILS, crashed, failure_of, place, place_in_full, quoted
from qa.wording import (
    CONFIDENT,
    FAIRLY_SURE,
    confidence_words,
    counted,
    emphasized,
    time_left,
    verdict,
)


def citation(
    number: int = 1,
    path: str = "a.md",
    lines: tuple[int | None, int | None] = (31, 33),
    page: int | None = None,
) -> Citation:
    return Citation(number, path, "A", Span(0, 3), "abc", *lines, page, "", "", "")


@pytest.mark.parametrize(
    ("lines", "page", "short", "full"),
    [
        ((31, 33), None, "31–33", "lines 31–33"),
        ((12, 12), None, "12", "line 12"),
        ((12, None), None, "12", "line 12"),
        ((None, None), 4, "p. 4", "page 4"),
        ((None, None), None, "", ""),
    ],
)
def test_places(
    lines: tuple[int | None, int | None], page: int | None, short: str, full: str
) -> None:
    cited = citation(lines=lines, page=page)
    assert (place(cited), place_in_full(cited)) == (short, full)


@pytest.mark.parametrize(
    ("confidence", "words"),
    [
        (CONFIDENT, "confident"),
        (CONFIDENT - 0.001, "fairly sure"),
        (FAIRLY_SURE, "fairly sure"),
        (FAIRLY_SURE - 0.001, "not very sure"),
    ],
)
def test_confidence_in_words(confidence: float, words: str) -> None:
    assert confidence_words(confidence) == words


def test_documents_agree_when_one_statement_is_in_both() -> None:
    both = answer_of("q", citation(1, "a.md"), citation(2, "b.md"))
    assert verdict(both) == "confident · 2 documents agree"


def test_documents_do_not_agree_when_each_says_something_else() -> None:
    statements = (Statement("x", (1,)), Statement("y", (2,)))
    cited = (citation(1, "a.md"), citation(2, "b.md"))
    assert verdict(answer_of("q", *cited, statements=statements)) == "confident · from 2 documents"


def test_two_places_in_one_document_are_one_document() -> None:
    assert verdict(answer_of("q", citation(1), citation(2))) == "confident · from 1 document"


@pytest.mark.parametrize(
    ("seconds", "words"),
    [
        (None, ""),
        (3, "a few seconds left"),
        (42, "about 40 s left"),
        (130, "about 2 min left"),
        (9000, "about 2 h left"),
    ],
)
def test_time_left(seconds: float | None, words: str) -> None:
    assert time_left(seconds) == words


def test_counts() -> None:
    assert [counted(n, "file") for n in (0, 1, 41_000)] == ["0 files", "1 file", "41,000 files"]


def test_an_error_of_ours_says_what_to_do_and_has_no_details() -> None:
    failure = failure_of(ModelError("No model\x1b.", "Install it."))
    assert (failure.message, failure.hint, failure.details) == (
        "No model\ufffd.",
        "Install it.",
        "",
    )


def test_an_unexpected_error_keeps_its_traceback_as_details() -> None:
    try:
        raise ValueError("bad\nthing.")
    except ValueError as error:
        failure = failure_of(error)
    assert failure.message.startswith("Something went wrong: ValueError: bad thing. Your documents")
    assert "Traceback" in failure.details


def test_a_crash_is_told_in_one_line_and_in_full_when_asked(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.delenv(DETAILS, raising=False)
    told = crashed(ValueError("bad\nthing."))
    assert told.startswith("Something went wrong: ValueError: bad thing. Your documents are")
    assert "\n" not in told
    monkeypatch.setenv(DETAILS, "1")
    assert crashed(ValueError("bad")).splitlines()[-1] == "ValueError: bad"


def test_a_copied_quote_names_its_place() -> None:
    assert quoted(citation()) == "“abc”\n(a.md, lines 31–33)"


@pytest.mark.parametrize(
    "text, words, parts",
    [
        ("The mill burned.", Span(4, 8), ("The ", "mill", " burned.")),
        ("In\n 1901  the mill\nburned.", Span(10, 18), ("In 1901 ", "the mill", " burned.")),
        ("mill  mill", Span(6, 10), ("mill ", "mill", "")),
        ("No words.", None, ("No words.", "", "")),
        ("Name:  Rosa\nFee: 4", Span(17, 18), ("Name: Rosa\nFee: ", "4", "")),
        ("- a\n- b", None, ("- a\n- b", "", "")),
        ("Total      4", Span(11, 12), ("Total   ", "4", "")),
        ("Item    Price\n\nTea     4", None, ("Item   Price\nTea   4", "", "")),
    ],
)
def test_the_words_that_answer_stand_out(
    text: str, words: Span | None, parts: tuple[str, str, str]
) -> None:
    assert emphasized(Statement(text, (1,), words)) == parts


def test_news_may_come_before_the_bar_is_there() -> None:
    bar = TopBar()
    bar.show("papers", 3, 4)  # on a busy machine indexing is sooner than the layout
    assert "papers  3 documents, 4 passages" in str(next(iter(bar.compose())).render())
