"""Documents named in a question."""

from __future__ import annotations

import pytest

from qa.ui.naming import begun, completed, completions, limited
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
