"""Opening a citation's source in the app, coming back, copying."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
from fake_assistant import FakeAssistant, answer_from_table, make_document
from textual import events
from ui_driver import NARROW, QUOTE, WIDE, driving

from qa.errors import IndexingError
from qa.types import Answer, Hit, Passage, Span, Verification
from qa.ui.citation_line import CitationLine
from qa.ui.document_view import DocumentView
from qa.ui.exchange import Exchange, Understood
from qa.ui.question import QuestionInput
from qa.ui.sources_screen import SourcesScreen


@pytest.mark.parametrize("size", [NARROW, WIDE])
async def test_a_digit_opens_a_citation_and_escape_returns_to_the_question(
    size: tuple[int, int],
) -> None:
    async with driving(size) as driver:
        await driver.answered()
        before = driver.screen
        await driver.press("1")
        assert driver.source_open
        assert isinstance(driver.app.focused, DocumentView)
        await driver.press("escape")
        assert not driver.source_open
        assert isinstance(driver.app.focused, QuestionInput)
        await driver.until(lambda: driver.screen.replace("✓", " ") == before)


async def test_a_digit_that_opens_nothing_is_typed() -> None:
    async with driving() as driver:
        await driver.press("4")
        assert driver.app.query_one(QuestionInput).value == "4"
        await driver.press("backspace")
        await driver.answered()
        await driver.press("4", "1")
        assert driver.app.query_one(QuestionInput).value == "41"
        assert not driver.source_open


async def test_enter_on_a_citation_opens_it_and_escape_returns_to_it() -> None:
    async with driving() as driver:
        await driver.answered()
        await driver.press("shift+tab", "shift+tab", "enter")
        await driver.shows("summary.md ── line 3")
        await driver.press("escape")
        focused = driver.app.focused
        assert isinstance(focused, CitationLine)
        assert focused.key == "2"
        await driver.press("down", "down")
        assert isinstance(driver.app.focused, QuestionInput)


async def test_escape_on_a_citation_returns_to_the_question() -> None:
    async with driving() as driver:
        await driver.answered()
        await driver.press("tab", "escape")
        assert isinstance(driver.app.focused, QuestionInput)


async def test_a_click_on_a_citation_opens_it() -> None:
    async with driving() as driver:
        await driver.answered()
        lines = list(driver.app.query(CitationLine))
        await driver.pilot.click(lines[1])
        await driver.shows("summary.md ── line 3")


async def test_a_click_on_a_number_in_the_answer_opens_it() -> None:
    async with driving() as driver:
        await driver.answered()
        rows = driver.screen.splitlines()
        y = next(y for y, row in enumerate(rows) if "[1][2]" in row)
        await driver.pilot.click(offset=(rows[y].index("[2]") + 1, y))
        await driver.shows("summary.md ── line 3")


async def test_the_keys_of_an_older_answer_work_while_it_is_focused() -> None:
    async with driving(WIDE) as driver:
        await driver.answered()
        await driver.answered("share price")
        next(iter(driver.app.query(CitationLine))).focus()
        await driver.press("3")
        await driver.shows("report.md ── line 3 of 74")


async def test_a_letter_and_enter_open_a_nearest_passage_and_leave_the_line_empty() -> None:
    async with driving() as driver:
        await driver.answered("share price")
        await driver.press("b", "enter")
        await driver.shows("summary.md ── line 5")
        assert driver.app.query_one(QuestionInput).value == ""


async def test_a_number_that_begins_a_question_is_given_back() -> None:
    async with driving() as driver:
        await driver.answered("When were allies told?")
        await driver.press("1", "9", "space", "c", "r")
        assert driver.app.query_one(QuestionInput).value == "19 cr"


async def test_a_number_is_given_back_when_it_is_typed_faster_than_sources_open() -> None:
    async with driving() as driver:
        await driver.answered("When were allies told?")
        line = driver.app.query_one(QuestionInput)
        for character in "12 cr":  # no waiting between: the app has not opened anything yet
            key = "space" if character == " " else character
            driver.app.post_message(events.Key(key, character))
        await driver.pilot.pause(0.3)
        assert line.value == "12 cr"


async def test_a_letter_and_enter_opens_a_nearest_passage() -> None:
    async with driving() as driver:
        await driver.answered("share price")
        await driver.press("a", "enter")
        assert driver.source_open
        assert driver.assistants[0].asked == ["share price"]


async def test_a_question_may_begin_with_the_letter_of_a_passage() -> None:
    async with driving() as driver:
        await driver.answered("share price")
        await driver.press("a")
        await driver.pilot.pause(1.2)  # typed slowly: nothing opens that takes keys
        await driver.press("r", "e")
        assert driver.app.query_one(QuestionInput).value == "are"
        assert not driver.source_open


async def test_a_letter_opens_at_once_outside_the_question_line() -> None:
    async with driving() as driver:
        await driver.answered("share price")
        await driver.press("tab", "b")
        assert driver.source_open


@pytest.mark.parametrize("size", [NARROW, WIDE])
async def test_n_and_p_go_through_the_quotes_of_the_answer(size: tuple[int, int]) -> None:
    async with driving(size) as driver:
        await driver.answered()
        await driver.press("1", "n")
        await driver.shows("summary.md ── line 3 of 6")
        await driver.press("n")
        await driver.shows("report.md ── line 3 of 74")
        await driver.press("n", "p", "p")
        await driver.shows("summary.md ── line 3 of 6")


async def test_a_narrower_window_keeps_the_source_and_a_wider_one_shows_both() -> None:
    async with driving(WIDE) as driver:
        await driver.answered()
        await driver.press("1")
        await driver.shows("confident", "lines 7–8")
        await driver.pilot.resize_terminal(*NARROW)
        await driver.hides("confident")
        await driver.shows("lines 7–8", QUOTE)
        await driver.pilot.resize_terminal(*WIDE)
        await driver.shows("confident", "lines 7–8")


async def test_beside_an_open_source_keys_open_the_newest_answer() -> None:
    async with driving(WIDE) as driver:
        await driver.answered()
        await driver.press("3")
        driver.app.query_one(QuestionInput).focus()
        await driver.answered("share price")
        await driver.press("b", "enter")
        await driver.shows("summary.md ── line 5")


@pytest.mark.parametrize(
    ("state", "sign", "mark", "words"),
    [
        ("changed", "≠", "changed", "The words have changed since they were indexed"),
        ("moved", "→", "moved", "these words now stand at report.md, line 40"),
        ("missing", "✗", "gone", "These words are gone from the folder"),
    ],
)
async def test_a_source_that_is_no_longer_the_same_says_so(
    state: str, sign: str, mark: str, words: str
) -> None:
    async with driving(state=state) as driver:
        await driver.answered()
        await driver.press("1")
        await driver.until(lambda: words in " ".join(driver.screen.split()))
        await driver.press("escape")
        row = next(row for row in driver.screen.splitlines() if row.strip().startswith(f"1 {sign}"))
        assert mark in row


async def test_a_document_that_left_the_index_shows_the_quote() -> None:
    async with driving() as driver:
        await driver.answered()
        driver.assistants[0].documents.clear()
        await driver.press("1")
        await driver.shows("This document is gone.", "Details went to")


async def test_a_quote_is_never_marked_where_the_text_says_something_else() -> None:
    async with driving() as driver:
        await driver.answered()
        driver.assistants[0].state = "changed"
        driver.assistants[0].documents["report.md"] = make_document("report.md", "Other.\n" * 90)
        await driver.press("1")
        await driver.shows("newer than the answer")
        await driver.pilot.pause(0.2)
        assert "this is how they were" not in driver.screen  # the text is not how they were
        assert "“Details went to" in driver.screen  # but the words are told
        assert "▌" not in driver.screen


# Copying and the number behind the words.


@pytest.mark.parametrize("keys", [("tab", "c"), ("tab", "y"), ("1", "c")])
async def test_a_quote_is_copied_with_its_place(keys: tuple[str, ...]) -> None:
    async with driving() as driver:
        await driver.answered()
        await driver.press(*keys)
        assert driver.app.clipboard == (f"“{QUOTE}\nat the end of 2019”\n(report.md, lines 7–8)")


async def test_the_number_behind_the_words_is_shown_on_request() -> None:
    async with driving() as driver:
        await driver.answered()
        assert "0.95" not in driver.screen
        await driver.press("tab", "i")
        assert "confident · 2 documents agree · confidence 0.95 · 0.41 s" in driver.screen


async def test_a_source_is_searched() -> None:
    async with driving() as driver:
        await driver.answered()
        await driver.press("1")
        await driver.shows("Details went to")
        await driver.press("slash", *"FILLER")
        await driver.shows("30 places")
        await driver.press("enter")
        await driver.shows("place 2 of 30")
        await driver.press("up", "up")
        await driver.shows("place 30 of 30", "Filler paragraph number 29")
        await driver.press(*"[b]")
        await driver.shows("0 places")
        await driver.press("enter", "escape")
        await driver.hides("places")
        await driver.shows("lines 7–8")
        assert isinstance(driver.app.focused, DocumentView)
        await driver.press("slash", "escape", "escape")
        assert not driver.source_open


async def test_the_search_ends_with_the_source() -> None:
    async with driving((160, 50)) as driver:
        await driver.answered()
        await driver.press("1")
        await driver.press("slash", *"filler")
        await driver.shows("place")
        driver.app.action_leave()
        await driver.press("2")
        await driver.shows("quote 2 of 3")
        assert "Find in" not in driver.screen


async def test_a_question_as_understood_can_be_changed_and_asked_again() -> None:
    async with driving() as driver:
        await driver.answered("who told it ?")
        driver.app.query_one(Understood).focus()
        await driver.settle()
        await driver.press("enter")
        line = driver.app.query_one(QuestionInput)
        await driver.until(lambda: line.value == "who was told of the finding?")
        assert isinstance(driver.app.focused, QuestionInput)


async def test_why_a_passage_was_found_is_told_on_request() -> None:
    def found(fake: FakeAssistant, question: str) -> Answer:
        answer = answer_from_table(fake, question)
        report = answer.citations[0]
        passage = Passage(1, 1, report.path, "", Span(0, 999), "")
        return replace(answer, hits=(Hit(passage, 1.0, 0.5, 3.0, 2, None),))

    async with driving((160, 50), answers=found) as driver:
        await driver.answered()
        await driver.press("shift+tab", "shift+tab", "shift+tab", "i")
        await driver.shows("confidence 0.95 · [1] was 2nd by meaning · 0.41 s")


async def test_a_document_of_the_list_is_searched_for_and_asked_alone() -> None:
    async with driving(WIDE) as driver:
        driver.app.query_one(QuestionInput).value = "when?"
        driver.app.action_sources()
        await driver.shows("Sources: 2 documents", "indexed")
        await driver.press("slash", *"summ")
        await driver.shows("1 of them with these words")
        assert "report.md" not in driver.screen
        await driver.press("enter", "enter")
        assert driver.app.query_one(QuestionInput).value == "@summary.md when?"
        await driver.press("enter")
        await driver.until(lambda: driver.assistants[0].asked == ["when?"])
        assert driver.assistants[0].within == ("summary.md",)


async def test_the_list_says_what_became_of_a_file_and_follows_when_it_is_indexed_again() -> None:
    async with driving(WIDE) as driver:
        driver.assistants[0].states = lambda: {"report.md": "changed", "summary.md": "gone"}
        driver.app.action_sources()
        await driver.shows("! changed since", "! gone since")
        driver.assistants[0].states = dict
        await driver.press("r")
        await driver.hides("! changed since")
        assert driver.assistants[0].updates == 2
        await driver.press("slash", *"no such", "escape")
        await driver.shows("Sources: 2 documents", "report.md")
        await driver.press("escape")
        assert driver.app.query_one(QuestionInput).has_focus


async def test_a_name_from_the_list_stays_when_typing_goes_on() -> None:
    async with driving(WIDE) as driver:
        await driver.answered()
        await driver.press("1")  # the question is not in focus
        driver.app.action_sources()
        await driver.shows("Sources: 2 documents")
        driver.app.action_sources()
        assert sum(isinstance(one, SourcesScreen) for one in driver.app.screen_stack) == 1
        await driver.press("down", "enter", *"who")
        assert driver.app.query_one(QuestionInput).value == "@summary.md who"
        driver.app.action_sources()
        await driver.shows("Sources: 2 documents")
        await driver.press("enter")
        assert driver.app.query_one(QuestionInput).value == "@report.md who"


async def test_the_list_keeps_its_place_and_says_when_indexing_failed() -> None:
    async with driving(WIDE) as driver:
        driver.app.action_sources()
        await driver.shows("Sources: 2 documents")
        await driver.press("down")
        driver.assistants[0].problem = IndexingError("The disk is full.", "Make room.")
        await driver.press("r")
        await driver.until(lambda: driver.assistants[0].updates == 2)
        await driver.shows("Sources: 2 documents")
        await driver.press("enter")
        assert driver.app.query_one(QuestionInput).value == "@summary.md "


async def test_the_words_of_a_renamed_document_are_shown_where_they_stand_now() -> None:
    def renamed(folder: Path, **more: object) -> FakeAssistant:
        fake = FakeAssistant(folder, **more)
        fake.verify = lambda citations: [  # type: ignore[method-assign]
            Verification(one, "moved", "renamed.md", one.span, 7) for one in citations
        ]
        return fake

    async with driving(make=renamed) as driver:
        await driver.answered()
        documents = driver.assistants[0].documents
        text = documents.pop("report.md").text
        documents["renamed.md"] = make_document("renamed.md", text)
        await driver.press("1")
        await driver.shows("▌Details went to")
        said = " ".join(driver.screen.split())
        assert "report.md is gone or is another file now; the words stand at renamed.md" in said


async def test_a_quote_that_is_seen_stays_so_when_the_width_changes() -> None:
    async with driving((80, 24)) as driver:
        await driver.answered()
        await driver.press("1")
        await driver.shows("▌Details went to")
        for columns in (40, 80, 30, 100):
            await driver.pilot.resize_terminal(columns, 24)
            await driver.settle()
            assert "▌Details" in driver.screen, columns


async def test_tab_leads_from_the_question_to_the_newest_answer() -> None:
    async with driving() as driver:
        for question in ("when?", "when was that?"):
            await driver.answered(question)
        await driver.press("tab")
        newest = driver.app.query(Exchange).last()
        assert driver.app.focused is newest.query(CitationLine).first()


async def test_a_source_is_not_left_without_focus_when_it_takes_the_whole_width() -> None:
    async with driving(WIDE) as driver:
        await driver.answered()
        await driver.press("1")
        await driver.shows("▌Details went to")
        driver.app.query_one(QuestionInput).focus()
        await driver.pilot.resize_terminal(80, 24)
        await driver.settle()
        assert isinstance(driver.app.focused, DocumentView)
