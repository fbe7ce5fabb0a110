"""Keys that open citations and passages, the line that names the keys, and those of a terminal."""

from __future__ import annotations

import pytest
from fake_assistant import FakeAssistant, answer_of, cite
from ui_driver import WIDE, driving

from qa.types import Answer
from qa.ui.key_line import KeyLine
from qa.ui.question import QuestionInput
from tui import AGAIN_S


def nine(fake: FakeAssistant, question: str) -> Answer:
    """Nine citations, or as many passages near the question."""
    report = fake.documents["report.md"]
    cited = [
        cite(number, report, f"Filler paragraph number {number} says nothing of note.")
        for number in range(1, 10)
    ]
    if "near" in question:
        return answer_of(question, nearest=tuple(cited), found=False, confidence=0.1)
    return answer_of(question, *cited)


@pytest.mark.parametrize(
    ("question", "keys"), [("which?", "123456789"), ("which are near?", "abcdefgh")]
)
async def test_each_key_opens_its_citation(question: str, keys: str) -> None:
    async with driving(WIDE, answers=nine) as driver:
        await driver.answered(question)
        for number, key in enumerate(keys, 1):
            await driver.press(key)
            if key.isalpha():  # it may be the first letter of a question
                await driver.press("enter")
            pane = driver.app.query_one("SourcePane")
            await driver.until(lambda n=number, p=pane: p.citation and p.citation.number == n)
            await driver.press("escape")


async def test_the_keys_are_named_and_a_click_presses_one() -> None:
    async with driving() as driver:
        line = driver.app.query_one(KeyLine)
        await driver.until(lambda: "F1 help" in str(line.render()))
        assert "1-9" not in str(line.render())
        await driver.answered()
        await driver.until(lambda: "1-9 open" in str(line.render()))
        height = driver.app.size.height
        await driver.pilot.click(offset=(driver.screen.splitlines()[-1].index("F1"), height - 1))
        await driver.shows("Checking an answer")


async def test_ctrl_c_says_how_to_leave_and_does_when_pressed_again() -> None:
    async with driving() as driver:
        await driver.press("ctrl+c")
        await driver.shows("again to quit")
        assert driver.app.is_running
        driver.app._interrupted -= AGAIN_S
        await driver.press("ctrl+c", "x", "ctrl+c")
        assert driver.app.is_running
        await driver.press("ctrl+c")
        await driver.until(lambda: not driver.app.is_running)


async def test_ctrl_c_leaves_a_question_of_several_lines_too_but_copies_what_is_selected() -> None:
    async with driving() as driver:
        await driver.press(*"when", "ctrl+l", "shift+home", "ctrl+c", "ctrl+c")
        assert driver.app.is_running and driver.app.clipboard == "when"
        await driver.press("end", "ctrl+c")
        await driver.shows("again to quit")
        await driver.press("ctrl+c")
        await driver.until(lambda: not driver.app.is_running)


async def test_ctrl_s_asks_what_has_several_lines() -> None:
    async with driving() as driver:
        await driver.press(*"when", "ctrl+l", "ctrl+s")
        await driver.until(lambda: driver.assistants[0].asked == ["when"])


async def test_what_is_typed_right_after_enter_is_the_next_question() -> None:
    async with driving() as driver:
        line = driver.app.query_one(QuestionInput)
        line.value = "How many?"
        await line.action_submit()
        assert line.value == ""  # at once, not when a message has come round
        line.insert_text_at_cursor("And why")
        await driver.until(lambda: "How many?" in driver.screen)
        assert line.value == "And why"
