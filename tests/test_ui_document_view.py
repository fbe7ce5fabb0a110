"""The source view, on documents of any size and kind."""

from __future__ import annotations

import re
from itertools import pairwise

import pytest
from fake_assistant import FakeAssistant, answer_of, cite, make_document
from ui_driver import NARROW, WIDE, Driver, driving

from qa.types import Answer, Citation, Document, Heading, Span
from qa.ui.document_view import DocumentView

LINES = 100_000
SHOWN = ("number", "quote", "match", "here")


def about(document: Document, *quotes: str) -> dict[str, object]:
    """Options of an assistant whose only answer cites ``quotes``."""

    def answers(_fake: FakeAssistant, question: str) -> Answer:
        cited = [cite(number, document, quote) for number, quote in enumerate(quotes, start=1)]
        return answer_of(question, *cited)

    other = make_document("other.md", "nothing")
    return {"documents": [document, other], "answers": answers}


async def open_quote(driver: Driver, number: int = 1) -> list[str]:
    await driver.answered()
    await driver.press(str(number))
    await driver.shows("▌")
    return driver.screen.splitlines()


def many_lines(quote_line: int) -> Document:
    lines = [f"This is line {n} and it says nothing at all of note" for n in range(1, LINES + 1)]
    lines[quote_line - 1] = "Here stands the quote."
    return make_document("big.md", "\n".join(lines))


@pytest.mark.parametrize("line", [1, 2, 50_000, LINES])
async def test_a_document_of_100_000_lines_opens_at_the_quote(line: int) -> None:
    async with driving(**about(many_lines(line), "Here stands the quote.")) as driver:
        rows = await open_quote(driver)
        shown = next(y for y, row in enumerate(rows) if "▌" in row)
        assert rows[shown].split()[:4] == [f"{line}▌Here", "stands", "the", "quote."]
        if 100 < line < LINES - 100:
            assert abs(shown - len(rows) // 2) <= 1


async def test_a_line_of_5_mb_opens_at_the_quote() -> None:
    text = "filler words " * 200_000 + "Here stands the quote. " + "more filler " * 200_000
    document = make_document("long.md", text)
    async with driving(**about(document, "Here stands the quote.")) as driver:
        rows = await open_quote(driver)
        shown = " ".join(row.partition("▌")[2].strip() for row in rows)
        assert "Here stands the quote." in shown


async def test_scrolling_shows_every_row_once_although_heights_are_estimates() -> None:
    text = "\n".join(f"{n:05d} " + "words that wrap " * (n % 23) for n in range(3000))
    document = make_document("wrapped.md", text)
    quote = "01500 words that wrap"
    async with driving(NARROW, **about(document, quote)) as driver:
        rows = await open_quote(driver)
        view = driver.app.query_one(DocumentView)
        seen = [numbered(rows)]
        for _ in range(12):
            top = view.scroll_y
            await driver.press("pageup")
            await driver.until(lambda top=top: view.scroll_y != top)
            seen.insert(0, numbered(driver.screen.splitlines()))
        for earlier, later in pairwise(seen):
            assert later[0] <= earlier[-1] + 1, "a line was jumped over"
            assert earlier[0] < later[0]


async def test_the_end_key_shows_the_last_row_although_heights_are_estimates() -> None:
    text = "The quote.\n" + "\n".join("words that wrap " * (n % 23) for n in range(3000)) + "last"
    async with driving(**about(make_document("wrapped.md", text), "The quote.")) as driver:
        await open_quote(driver)
        await driver.press("end")
        await driver.until(lambda: "last" in driver.screen.splitlines()[-2])
        await driver.press("home")
        await driver.until(lambda: "The quote." in driver.screen)


def numbered(rows: list[str]) -> list[int]:
    """Line numbers beside the rows of a narrow source view."""
    numbers = [re.match(r" *(\d{1,4})[ ▌]", row) for row in rows[2:-1]]
    return [int(number[1]) for number in numbers if number]


async def test_resizing_keeps_the_line_on_top() -> None:
    document = many_lines(50_000)
    async with driving(WIDE, **about(document, "Here stands the quote.")) as driver:
        await open_quote(driver)
        await driver.press("pagedown", "pagedown")
        await driver.settle()
        top = driver.screen.splitlines()[2].split("││")[1].split()[0]
        await driver.pilot.resize_terminal(100, 30)
        await driver.settle()
        assert driver.screen.splitlines()[2].split()[0] == top


async def test_quotes_keep_their_place_behind_carriage_returns_and_control_characters() -> None:
    text = "a\x1b[2J\r\nb\x0c\u2028\r\n\tThe \x9bquote\u202e here.\r\nend"
    document = make_document("odd.md", text)
    quote = "The \x9bquote\u202e here."
    async with driving(**about(document, quote)) as driver:
        rows = await open_quote(driver)
        row = next(row for row in rows if "▌" in row)
        assert row.strip() == "3▌    The �quote� here."
        assert "odd.md ── line 3 of 4" in driver.screen


async def test_pages_are_marked_and_named() -> None:
    text = "first page\n\nsecond page says it\n\nthird"
    document = make_document("paper.pdf", text, pages=(0, 12, 33), format="pdf")
    async with driving(**about(document, "second page says it")) as driver:
        rows = await open_quote(driver)
        assert "paper.pdf ── page 2" in rows[1]
        marks = [row.strip(" ─") for row in rows[2:] if "── page" in row]
        assert marks == ["page 1", "page 2", "page 3"]


async def test_lines_of_a_web_page_are_those_of_its_file() -> None:
    text = "Title\n\nThe quote stands here."
    document = make_document("page.html", text, lines=((0, 7), (7, 31)), format="html")
    start = text.index("The quote")
    citation = Citation(
        1, "page.html", "", Span(start, len(text)), text[start:], 31, 31, None, "", "", ""
    )
    options = about(document)
    options["answers"] = lambda _fake, question: answer_of(question, citation)
    async with driving(**options) as driver:
        rows = await open_quote(driver)
        assert "31▌The quote" in "\n".join(rows)
        assert "page.html ── line 31─" in rows[1]


async def test_other_quotes_of_the_answer_are_marked_too() -> None:
    document = make_document("two.md", "One thing.\n\nAnother thing.\n\nNothing.")
    async with driving(**about(document, "One thing.", "Another thing.")) as driver:
        rows = await open_quote(driver)
        assert [row.strip() for row in rows if "▌" in row or "▏" in row] == [
            "1▌One thing.",
            "3▏Another thing.",
        ]


async def test_headings_stand_out_in_bold() -> None:
    text = "# Title\n\nThe quote."
    document = make_document("h.md", text, headings=(Heading(Span(0, 7), 1, "Title"),))
    async with driving(**about(document, "The quote.")) as driver:
        await open_quote(driver)
        view = driver.app.query_one(DocumentView)
        bold = [s.text for s in view.render_line(0) if s.style and s.style.bold]
        assert bold == ["# Title"]


async def test_lines_that_were_broken_at_75_characters_stay_whole_on_80_columns() -> None:
    lines = [f"{number:03} " + "words here " * 6 + "to en" for number in range(1, 1000)]
    assert all(len(line) == 75 for line in lines)
    document = make_document("wrapped.txt", "\n".join(lines))
    async with driving(size=(80, 24), **about(document, lines[14])) as driver:
        rows = await open_quote(driver)
        assert f" 15▌{lines[14]}" in "\n".join(rows)
        assert f" 16 {lines[15]}" in "\n".join(rows)


async def test_every_theme_that_can_be_chosen_shows_a_quote_a_match_and_its_place() -> None:
    document = make_document("mill.md", "The mill.\n\nThe quote stands.\n\nThe mill again.")
    async with driving(**about(document, "The quote stands.")) as driver:
        await open_quote(driver)
        await driver.press("slash", *"mill", "enter")
        for theme in driver.app.available_themes:
            driver.app.theme = theme
            await driver.settle()
            view = driver.app.query_one(DocumentView)
            looks = [view.get_component_rich_style(f"document--{name}") for name in SHOWN]
            assert len(set(looks)) == len(SHOWN), theme
            assert "3▌The quote stands." in driver.screen
