"""Documents named in a question."""

from __future__ import annotations

import pytest

from qa.ui.naming import begun, completed, completions, limited, named, unnamed
from qa.ui.question import QuestionInput
from tests.ui_driver import driving

PATHS = ("a/report.md", "b/report.md", "my notes.md", "summary.md")


@pytest.mark.parametrize(
    ("question", "asked", "within"),
    [
        ("@summary.md who was told?", "who was told?", ("summary.md",)),
        ("who was told @SUMMARY.md @a/report.md", "who was told", ("summary.md", "a/report.md")),
        ('who @"my notes.md" and when?', "who and when?", ("my notes.md",)),
        ('@"my notes.md" who?', "who?", ("my notes.md",)),
        ("@report.md who?", "@report.md who?", ()),
        ("mail ann@summary.md?", "mail ann@summary.md?", ()),
        ("@summary.md", "@summary.md", ("summary.md",)),
        ("who is @nobody?", "who is @nobody?", ()),
    ],
)
def test_a_question_is_limited_to_what_it_names(
    question: str, asked: str, within: tuple[str, ...]
) -> None:
    assert limited(question, PATHS) == (asked, within)


def test_names_are_completed() -> None:
    assert [begun(text) for text in ("who @su", "@", 'x @"my n', "a@b", "who @su ")] == [
        "su", "", "my n", None, None,
    ]  # fmt: skip
    assert completions("REP", PATHS) == ["a/report.md", "b/report.md"]
    assert completions("b", PATHS) == ["b/report.md"]
    assert completed("who @su", "summary.md") == "who @summary.md "
    assert completed("@m", "my notes.md") == '@"my notes.md" '


@pytest.mark.parametrize("path", ["a.md", "my notes.md", "notes;", "q'.md", 'q".md'])
def test_a_named_document_is_the_one_that_is_asked(path: str) -> None:
    assert limited(named(path) + "when?", ("b.md", path)) == ("when?", (path,))
    assert unnamed(f"{named(path)} when {named('b.md')}") == "when"


def test_a_name_that_cannot_be_written_is_empty() -> None:
    assert named('my "x" notes.md') == named('"q".md') == ""


async def test_tab_completes_a_name_and_the_question_is_asked_of_that_document() -> None:
    async with driving() as driver:
        line = driver.app.query_one(QuestionInput)
        await driver.press(*"@r")
        await driver.until(lambda: line.paths)
        await driver.press("tab")
        assert line.value == "@report.md "
        line.value = "@"
        line.cursor_position = 1
        await driver.press("tab")
        assert line.value == "@report.md "
        await driver.press("tab")
        assert line.value == "@summary.md "
        await driver.answered(line.value + "when?")
        assert driver.assistants[0].asked == ["when?"]
        assert driver.assistants[0].within == ("summary.md",)
        await driver.press("tab")
        assert driver.app.focused is not line


async def test_tab_pressed_before_the_names_have_come_completes_once_they_have() -> None:
    async with driving() as driver:
        line = driver.app.query_one(QuestionInput)
        line.value, line.cursor_position = "@r", 2
        line.action_complete()
        assert line.value == "@r"
        await driver.until(lambda: line.paths)
        assert line.value == "@report.md " and driver.app.focused is line


async def test_tab_asks_again_for_names_that_are_old() -> None:
    async with driving() as driver:
        line = driver.app.query_one(QuestionInput)
        await driver.press(*"@r")
        await driver.until(lambda: line.paths)
        line.forget_paths()  # documents have changed
        await driver.press("tab")
        await driver.until(lambda: line.value == "@report.md ")
