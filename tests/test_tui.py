"""The terminal app, driven key by key over an assistant that answers from a table."""

from __future__ import annotations

import subprocess
import sys
import threading
from pathlib import Path

import pytest
from fake_assistant import FakeAssistant, answer_of, cite, make_document
from ui_driver import NARROW, QUOTE, WIDE, driving

from qa.config import Settings
from qa.errors import QuestionError
from qa.sentence_batch import NO_WORDS, Score
from qa.types import Progress, Skipped, Verification
from qa.ui.conversation import Conversation
from qa.ui.question import QuestionInput

# Asking.


async def test_an_empty_question_does_nothing() -> None:
    async with driving() as driver:
        await driver.press("enter", "space", "enter")
        assert driver.assistants[0].asked == []


async def test_a_question_asked_while_the_folder_is_being_opened_is_answered() -> None:
    opening = threading.Event()

    def slow(folder: Path) -> FakeAssistant:
        opening.wait(5)
        return FakeAssistant(folder)

    async with driving(ready=False, make=slow) as driver:
        await driver.ask("when?")
        await driver.shows("reading…")
        opening.set()
        await driver.shows(QUOTE)


async def test_a_question_asked_during_the_first_indexing_waits_for_a_passage() -> None:
    hold = threading.Event()
    async with driving(ready=False, hold=hold, indexed=False) as driver:
        await driver.shows("Indexing")
        assert "You can ask now" not in driver.screen
        await driver.ask("when?")
        await driver.shows("reading…")
        driver.assistants[0].indexed = True
        await driver.shows("You can ask now", QUOTE, "From what was indexed so far")
        hold.set()
        # Nothing had changed after all, so the answer was complete.
        await driver.hides("From what was indexed so far")


async def test_questions_are_answered_in_order() -> None:
    hold = threading.Event()
    async with driving(hold_ask=hold) as driver:
        await driver.ask("one when")
        await driver.ask("two when")
        hold.set()
        await driver.until(lambda: driver.assistants[0].asked == ["one when", "two when"])
        await driver.hides("reading…")


async def test_a_question_understood_from_the_conversation_says_how() -> None:
    async with driving() as driver:
        await driver.answered("who was it told to")
        assert "understood as: who was told of the finding?" in driver.screen


async def test_up_and_down_bring_back_questions() -> None:
    async with driving() as driver:
        line = driver.app.query_one(QuestionInput)
        await driver.answered("when one")
        await driver.answered("when two")
        await driver.press("x", "up")
        assert line.value == "when two"
        await driver.press("up", "up")
        assert line.value == "when one"
        await driver.press("down", "down")
        assert line.value == "x"


async def test_a_pasted_text_becomes_one_line_without_control_characters() -> None:
    from textual import events

    async with driving() as driver:
        driver.app.post_message(events.Paste("who\x1b[31m\nwas told"))
        line = driver.app.query_one(QuestionInput)
        await driver.until(lambda: line.value)
        assert line.value == "who\ufffd[31m was told"


async def test_a_question_that_is_too_long_says_so() -> None:
    error = QuestionError("The question has 10,000 words.", "Ask with fewer.")
    async with driving(broken=error) as driver:
        driver.app.query_one(QuestionInput).value = "word " * 10_000
        await driver.press("enter")
        await driver.shows("The question has 10,000 words.", "Ask with fewer.")


async def test_page_keys_scroll_the_conversation_while_typing() -> None:
    async with driving() as driver:
        for _ in range(4):
            await driver.answered()
        conversation = driver.app.query_one(Conversation)
        end = conversation.scroll_y
        assert end > 0
        await driver.press("pageup")
        assert conversation.scroll_y < end
        await driver.press("pagedown", "pagedown")
        assert conversation.scroll_y == end


# Quitting.


async def test_quitting_cancels_indexing() -> None:
    hold = threading.Event()
    async with driving(ready=False, hold=hold) as driver:
        await driver.shows("Indexing")
        await driver.press("ctrl+q")
    assert driver.assistants[0].closed.is_set()


def test_importing_the_app_loads_nothing_heavy() -> None:
    heavy = "numpy faiss torch tantivy sentence_transformers lxml sqlite3 nupunkt pypdfium2"
    code = f"import sys, tui; sys.exit(' '.join(set('{heavy}'.split()) & set(sys.modules)) or 0)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr) == (0, "")


# Hostile text stays in its place.

HOSTILE = (
    "\x1b[31m\x1b]0;owned\x07 list[int] [/] [bold]x[/bold] "
    "\u202e\u2066abc\x9b2J $accent [@click=app.quit]q[/]"
)


@pytest.mark.parametrize("size", [NARROW, WIDE])
async def test_hostile_text_is_shown_literally_everywhere(size: tuple[int, int]) -> None:
    text = f"# {HOSTILE}\r\n\r\n{HOSTILE}\r\nend"
    document = make_document(f"{HOSTILE}.md", text, title=HOSTILE)
    citation = cite(1, document, HOSTILE, HOSTILE)

    def answers(_fake: FakeAssistant, question: str):  # type: ignore[no-untyped-def]
        found = "share" not in question
        cited = (citation,) if found else ()
        return answer_of(
            question,
            *cited,
            nearest=(citation,),
            found=found,
            resolved_question=f"{question} {HOSTILE}",
        )

    skipped = (Skipped(HOSTILE, HOSTILE),)
    folder = Path("/documents") / HOSTILE.replace("/", "")
    progress = Progress(1, 2, 3, 4, None, HOSTILE)
    async with driving(
        size,
        folder,
        ready=False,
        documents=[document],
        answers=answers,
        skipped=skipped,
        progress=progress,
        state="moved",
        make=lambda f, **more: _with_path(FakeAssistant(f, **more), HOSTILE),
    ) as driver:
        await driver.shows("1 file skipped")
        for question in ("when?", "share?"):
            await driver.answered(question)
        assert "list[int] [/]" in driver.screen
        await driver.press("a", "enter")
        await driver.shows("the words stand at")
        flat = "".join(row.strip("│▌█▁▂▃▄▅▆▇ 13") for row in driver.screen.splitlines())
        assert "[@click=app.quit]" in flat
        assert_clean(driver.screen, size)
        await driver.press("escape")
        assert_clean(driver.screen, size)
        driver.app.action_sources()
        await driver.shows("list[int]")
        assert_clean(driver.screen, size)


def _with_path(fake: FakeAssistant, path: str) -> FakeAssistant:
    fake.verify = lambda citations: [  # type: ignore[method-assign]
        Verification(c, "moved", path, c.span, 4) for c in citations
    ]
    return fake


def assert_clean(screen: str, size: tuple[int, int]) -> None:
    assert not set(screen) & set("\x1b\x07\x9b\u202e\u2066\r\t")
    assert len(screen.splitlines()) == size[1]


# The real application core behind the app, without its models.


class KeeperNetwork:
    """Finds answers in sentences about a keeper."""

    def score(self, question, passages):  # type: ignore[no-untyped-def]
        return [
            [Score(5.0 if "keeper" in text else -5.0, NO_WORDS) for text in texts]
            for _, texts in passages
        ]


def real_assistant(folder: Path):  # type: ignore[no-untyped-def]
    from qa.assistant import Assistant
    from qa.encoder import FakeEncoder
    from qa.reader import SentenceReader

    settings = Settings(threshold=0.0)
    index = folder.with_name("index")
    assistant = Assistant(folder, index, settings=settings, encoder=FakeEncoder())
    assistant.reader = SentenceReader(assistant.index, KeeperNetwork())
    return assistant


async def test_a_folder_is_indexed_asked_and_its_source_opened_from_end_to_end(
    tmp_path: Path,
) -> None:
    folder = tmp_path / "papers"
    folder.mkdir()
    lighthouse = "The lighthouse keeper was named Ada Byrne."
    (folder / "harbour.md").write_text(
        f"# Harbour\n\n{lighthouse} She lit the lamp every evening.\n", encoding="utf-8"
    )
    (folder / "tea.md").write_text("# Tea\n\nTea is grown on hills.\n", encoding="utf-8")
    (folder / "broken.pdf").write_bytes(b"%PDF-1.7 nothing")

    async with driving(folder=folder, ready=False, make=real_assistant) as driver:
        await driver.shows("qa  papers  2 documents", "1 file skipped")
        await driver.answered("What was the name of the lighthouse keeper?")
        assert "Ada Byrne" in driver.screen
        await driver.press("1")
        await driver.shows("harbour.md ── line 3 of")
        assert "▌" in driver.screen
        await driver.press("escape")
        (folder / "harbour.md").write_text(
            f"# Harbour\n\n{lighthouse.replace('Ada', 'Eva')}\n", encoding="utf-8"
        )
        await driver.press("1")
        await driver.shows("have changed since they were indexed")
        driver.app.action_sources()
        await driver.shows("Sources: 2 documents", "broken.pdf")


async def test_a_folder_emptied_of_its_documents_says_so_and_counts_none(tmp_path: Path) -> None:
    folder = tmp_path / "p"
    folder.mkdir()
    (folder / "tea.txt").write_text("Tea is grown on hills.", encoding="utf-8")
    async with driving(folder=folder, ready=False, make=real_assistant) as driver:
        await driver.shows("qa  p  1 document, ")
        (folder / "tea.txt").unlink()
        driver.app.action_index_again()
        await driver.shows("qa  p  0 documents, 0 passages", "There are no documents in")
        (folder / "broken.pdf").write_bytes(b"%PDF-1.7 nothing")
        driver.app.action_index_again()
        await driver.until(lambda: "can be read (1 file skipped)" in flat(driver.screen))
        await driver.shows("qa  p  0 documents, 0 passages")


def flat(screen: str) -> str:
    return " ".join(screen.replace("▌", " ").split())
