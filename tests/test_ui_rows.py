"""A document as rows: nothing lost, nothing wider than the screen, offsets kept."""

from __future__ import annotations

import pytest
from fake_assistant import make_document
from hypothesis import given, settings
from hypothesis import strategies as st
from rich.cells import cell_len

from qa.text import printable
from qa.ui.rows import PIECE, TAB, Rows, SourceText, wrap

TEXTS = st.text(
    st.sampled_from("ab c.\n\r\t漢e\u0301\u2028\u202e\x1b\x85\u200b\u200d\ufe0f❤👩"), max_size=300
)


def rows_of(text: str, width: int, **more: object) -> list[str]:
    source = SourceText(make_document("a", text, **more))
    rows = Rows(source, width)
    for piece in range(len(source.pieces)):
        rows.breaks(piece)
    found = []
    for row in range(rows.total):
        start, end = rows.span_at(*rows.at(row))
        found.append(text[start:end])
    return found


def numbers_of(text: str, width: int, **more: object) -> list[int]:
    source = SourceText(make_document("a", text, **more))
    rows = Rows(source, width)
    for piece in range(len(source.pieces)):
        rows.breaks(piece)
    places = [rows.at(row) for row in range(rows.total)]
    return [source.number(piece, *rows.span_at(piece, sub)) for piece, sub in places]


@given(TEXTS, st.integers(4, 40))
@settings(max_examples=150, deadline=None)
def test_rows_hold_every_character_but_line_breaks(text: str, width: int) -> None:
    shown = "".join(rows_of(text, width))
    assert shown == text.replace("\r", "").replace("\n", "")


@given(TEXTS, st.integers(4, 40))
@settings(max_examples=150, deadline=None)
def test_no_row_is_wider_than_the_screen(text: str, width: int) -> None:
    for row in rows_of(text, width):
        # One space may hang over the edge, where it is not seen.
        assert cell_len(printable(row).replace("\t", TAB).removesuffix(" ")) <= width


@given(TEXTS, st.integers(4, 40), st.data())
@settings(max_examples=100, deadline=None)
def test_an_offset_is_found_in_its_row(text: str, width: int, data: st.DataObject) -> None:
    source = SourceText(make_document("a", text))
    rows = Rows(source, width)
    offset = data.draw(st.integers(0, max(0, len(text) - 1)))
    rows.settle(source.piece_of(offset), 1000)
    start, end = rows.span_at(*rows.at(rows.row_of(offset)))
    assert start <= offset
    assert offset < end or text[offset : offset + 1] in {"\n", "\r", ""}


def test_rows_break_at_spaces() -> None:
    assert rows_of("the quick brown fox", 10) == ["the quick ", "brown fox"]


def test_a_word_longer_than_a_row_is_broken() -> None:
    assert rows_of("abcdefghij", 4) == ["abcd", "efgh", "ij"]


def test_wide_characters_take_two_cells() -> None:
    assert wrap("漢字漢字", 4) == [0, 2]


def test_lines_end_where_an_editor_ends_them() -> None:
    assert rows_of("a\r\nb\rc\nd\x0ce\u2028f", 40) == ["a", "b", "c", "d\x0ce\u2028f"]


def test_only_the_first_row_of_a_line_is_numbered() -> None:
    assert numbers_of("abcdef\nx", 3) == [1, 0, 2]


def test_a_line_of_any_length_is_cut_into_pieces_numbered_once() -> None:
    source = SourceText(make_document("a", "word " * 10_000 + "\nlast"))
    assert max(end - start for start, end, *_ in source.pieces) <= PIECE
    assert [piece.number for piece in source.pieces if piece.number] == [1, 2]


def test_pages_are_marked_where_they_begin() -> None:
    source = SourceText(make_document("a", "one\ntwo three", pages=(0, 4, 8)))
    marks = [(piece.mark, piece.start) for piece in source.pieces if piece.mark]
    assert marks == [("page 1", 0), ("page 2", 4), ("page 3", 8)]
    assert source.number_width() == 0


@pytest.mark.parametrize("pages", [(0, 0, 3), (0, 3), (3,), (0, 99)])
def test_empty_and_late_pages_are_marked_too(pages: tuple[int, ...]) -> None:
    source = SourceText(make_document("a", "one", pages=pages))
    assert [piece.mark for piece in source.pieces if piece.mark] == [
        f"page {number}" for number in range(1, len(pages) + 1)
    ]


def test_a_text_that_is_not_the_files_own_shows_the_lines_of_the_file() -> None:
    lines = ((0, 5), (6, 9), (12, 10))
    assert numbers_of("title\n\nbody of words", 20, lines=lines) == [5, 0, 10]
    assert numbers_of("title\nab\ncdef gh", 20, lines=((0, 5), (6, 9))) == [5, 9, 0]


def test_an_empty_document_has_one_row() -> None:
    assert rows_of("", 10) == [""]


def test_wrapping_near_rows_leaves_far_ones_estimated() -> None:
    text = "\n".join("word " * 30 for _ in range(20_000))
    rows = Rows(SourceText(make_document("a", text)), 20)
    rows.settle(10_000, 50)
    assert len(rows._breaks) < 50


def test_places_are_marked_where_they_go_on_and_not_where_each_line_is_one() -> None:
    slides = make_document(
        "a", "One.\n\nTwo.\n\nThree.\n\nFour.", places=((0, "slide 1"), (12, "slide 2"))
    )
    marks = [piece.mark for piece in SourceText(slides).pieces if piece.mark]
    assert marks == ["slide 1", "slide 2"] and SourceText(slides).number_width() == 0
    rows = make_document("a", "One.\n\nTwo.", places=((0, "row 1"), (6, "row 2")))
    assert not [piece.mark for piece in SourceText(rows).pieces if piece.mark]
