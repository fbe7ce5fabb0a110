"""Documents of any size and shape keep to their place: app, command line, exports, verification."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import pytest
from fake_assistant import FakeAssistant, answer_of, cite, make_document
from test_tui import HOSTILE, KeeperNetwork, assert_clean
from ui_driver import NARROW, WIDE, driving

from qa import Assistant, FakeEncoder, Settings
from qa.citation_style import DEFAULT_STYLE
from qa.conversations import SavedConversation, SavedTurn
from qa.documents import FolderSource
from qa.export import FORMATS
from qa.output import answer_text
from qa.saved import read_saved
from qa.types import Answer
from qa.verification import verify_in_folder

TITLE = ("A title that does not end " + HOSTILE + " ") * 45
"""Some 4,000 characters."""
FILLER = "Nothing of note happened on the hill that day. "
ANSWER = "The keeper of the light was called Anna."
LINES = [FILLER.strip()] * 100_000
TEXTS = {
    "title.md": f"# {TITLE}\n\n{ANSWER}\n",
    "line.txt": FILLER * 55_000 + ANSWER + " " + FILLER * 55_000,
    "word.txt": "x" * 5_000_000 + "\n\n" + ANSWER,
    "lines.txt": "\n".join([*LINES[:50_000], ANSWER, *LINES[50_000:]]),
}


@pytest.fixture(scope="module", params=TEXTS)
def asked(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> tuple[Path, Answer]:
    """A folder with one such document, and an answer from it."""
    folder = tmp_path_factory.mktemp("documents")
    (folder / request.param).write_text(TEXTS[request.param])
    encoder, index = FakeEncoder(), tmp_path_factory.mktemp("index")
    with Assistant(folder, index, settings=Settings(), encoder=encoder) as assistant:
        assistant.reader.network = KeeperNetwork()  # type: ignore[attr-defined]
        assistant.update()
        return folder, assistant.ask("What was the keeper of the light called?")


def test_it_is_answered_and_told_in_little(asked: tuple[Path, Answer]) -> None:
    _, answer = asked
    assert [citation.quote for citation in answer.citations[:1]] == [ANSWER]
    text = answer_text(answer)
    assert len(text) < 6_000 and not set(text) & set("\x1b\x07\x9b\u202e\u2066\r")


@pytest.mark.parametrize("format_", FORMATS)
def test_exports_stay_small_and_are_verified_again(
    asked: tuple[Path, Answer], format_: str, tmp_path: Path
) -> None:
    folder, answer = asked
    now = datetime(2020, 2, 12, tzinfo=UTC)
    saved = SavedConversation("20200212-000000-0000", str(folder), TITLE, now, now, (
        SavedTurn(now, answer),
    ))  # fmt: skip
    text = FORMATS[format_](saved, DEFAULT_STYLE)
    assert len(text.encode()) < 120_000 and not set(text) & set("\x1b\x07\x9b\u202e\u2066")
    if format_ in ("bibtex", "csl"):
        return
    read = read_saved(text, "exported")
    [first, *_] = verify_in_folder(FolderSource(folder), read.citations)
    assert (first.state, first.citation.quote) == ("exact", ANSWER)


@pytest.mark.parametrize("size", [NARROW, WIDE])
@pytest.mark.parametrize("path", TEXTS)
async def test_the_app_shows_it_in_its_place(size: tuple[int, int], path: str) -> None:
    document = make_document(path, TEXTS[path], title=TITLE)
    citation = cite(1, document, ANSWER, TITLE)

    def answers(_fake: FakeAssistant, question: str) -> Answer:
        return answer_of(question, citation, resolved_question=f"{question} {TITLE}")

    async with driving(size, ready=False, documents=[document], answers=answers) as driver:
        await driver.answered(f"{TITLE} when?")
        assert_clean(driver.screen, size)
        await driver.press("1")
        await driver.shows("The keeper of the light")
        assert_clean(driver.screen, size)
        await driver.press("escape")
        driver.app.action_sources()
        await driver.shows("Sources: 1 document")
        assert_clean(driver.screen, size)
        await driver.press("escape", "ctrl+e")
        await driver.shows("Export this conversation")
        assert_clean(driver.screen, size)
        await driver.press("escape", "ctrl+r")
        await driver.shows("Conversations: 1")
        assert_clean(driver.screen, size)
