"""The threads behind the app, without the app."""

from __future__ import annotations

import dataclasses
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from queue import Empty, SimpleQueue
from typing import Any

import pytest
from fake_assistant import FakeAssistant, cite

from qa.errors import IndexDamagedError, IndexingError, IndexOutdatedError
from qa.ui import session as sessions
from qa.ui.news import (
    Answered,
    Failed,
    Indexed,
    Indexing,
    Listed,
    Looked,
    News,
    Opened,
    Ready,
    Unwatched,
    Verified,
)
from qa.ui.session import NEWS_INTERVAL_S, Session
from qa.ui.words import Failure


class Told:
    """What a session said, in order."""

    def __init__(self) -> None:
        self._queue: SimpleQueue[News] = SimpleQueue()
        self.seen: list[News] = []

    def __call__(self, item: News) -> None:
        self._queue.put(item)

    def until(self, kind: type, timeout_s: float = 5.0) -> Any:
        """The next news of a kind."""
        while True:
            try:
                item = self._queue.get(timeout=timeout_s)
            except Empty:
                pytest.fail(f"no {kind.__name__} after {self.seen}")
            self.seen.append(item)
            if isinstance(item, kind):
                return item


@contextmanager
def session(
    make: Any = FakeAssistant, previous: Session | None = None, **options: Any
) -> Iterator[tuple[Session, Told]]:
    told = Told()
    running = Session(
        Path("/documents"), lambda folder, **more: make(folder, **options, **more), told, previous
    )
    yield running, told
    running.close(5)


def test_opening_tells_what_is_going_on_in_order() -> None:
    with session() as (running, told):
        running.index()
        told.until(Ready)
    assert [type(item) for item in told.seen] == [Opened, Indexed, Ready]


class Changing(FakeAssistant):
    """A folder in which a file has changed since the last look."""

    def update(self, *arguments: Any, **more: Any) -> Any:
        report = super().update(*arguments, **more)
        return dataclasses.replace(report, changed=int(self.updates > 1))


def test_a_question_looks_for_changes_first() -> None:
    with session(Changing) as (running, told):
        running.index()
        told.until(Ready)
        running.ask(1, "Who was told?")
        told.until(Answered)
    assert [type(item) for item in told.seen[3:]] == [Indexed, Ready, Answered]


def test_an_unchanged_folder_is_no_news_to_a_question() -> None:
    with session() as (running, told):
        running.index()
        told.until(Ready)
        running.ask(1, "Who was told?")
        told.until(Answered)
    assert [type(item) for item in told.seen[3:]] == [Answered]


def test_a_question_is_asked_with_the_answers_before_it() -> None:
    with session() as (running, told):
        running.index()
        told.until(Ready)
        for ticket in range(6):
            running.ask(ticket, f"Question {ticket}?")
            told.until(Answered)
        assert running._assistant is not None
        earlier = running._assistant.earlier  # type: ignore[attr-defined]
    assert [answer.question for answer in earlier] == [f"Question {n}?" for n in (2, 3, 4)]


def test_what_takes_long_does_not_hold_up_an_answer(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sessions, "CATCH_UP_WAIT_S", 0.05)
    hold = threading.Event()
    hold.set()
    with session(hold=hold) as (running, told):
        running.index()
        told.until(Ready)
        hold.clear()
        running.ask(1, "Who was told?")
        assert told.until(Answered).partial
        hold.set()


def test_progress_is_told_ten_times_a_second_at_most() -> None:
    hold = threading.Event()
    with session(hold=hold) as (running, told):
        running.index()
        began = time.monotonic()
        for _ in range(4):
            told.until(Indexing)
        assert time.monotonic() - began > 3 * NEWS_INTERVAL_S
        hold.set()


def test_an_assistant_that_cannot_be_made_fails_the_questions_too() -> None:
    def broken(_folder: Path) -> FakeAssistant:
        raise OSError("no")

    with session(broken) as (running, told):
        running.ask(1, "q")
        running.index()
        assert not told.until(Failed).opened
        assert isinstance(told.until(Answered).outcome, Failure)


def test_indexing_again_opens_what_could_not_be_opened_before() -> None:
    tries: list[Path] = []

    def second_time(folder: Path) -> FakeAssistant:
        tries.append(folder)
        if len(tries) == 1:
            raise OSError("not yet")
        return FakeAssistant(folder)

    with session(second_time) as (running, told):
        running.index()
        told.until(Failed)
        running.index()
        told.until(Ready)


@pytest.mark.parametrize(
    ("error", "at_once"), [(IndexDamagedError, False), (IndexOutdatedError, True)]
)
def test_an_index_that_cannot_be_opened_is_begun_anew_at_once_or_when_indexing_again(
    error: type[IndexingError], at_once: bool
) -> None:
    asked: list[bool] = []

    def refused(folder: Path, anew: bool = False) -> FakeAssistant:
        asked.append(anew)
        if not anew:
            raise error("It cannot be opened.", "Index again.")
        return FakeAssistant(folder)

    with session(refused) as (running, told):
        running.index()
        if not at_once:
            told.until(Failed)
            running.index()
        told.until(Ready)
    assert asked == [False, True]


def test_closing_closes_the_assistant() -> None:
    made: list[FakeAssistant] = []

    def make(folder: Path) -> FakeAssistant:
        made.append(FakeAssistant(folder))
        return made[0]

    with session(make) as (running, told):
        running.index()
        told.until(Ready)
        assert running.close(5)
    assert made[0].closed.is_set()


def test_closing_does_not_wait_for_a_thread_that_cannot_be_stopped() -> None:
    stuck, started = threading.Event(), threading.Event()

    def slow(folder: Path) -> FakeAssistant:
        started.set()
        stuck.wait(10)
        return FakeAssistant(folder)

    with session(slow) as (running, _told):
        running.index()
        started.wait(5)
        assert not running.close(0.1)  # comes back although the thread is still there
        assert not stuck.is_set()
        stuck.set()


def test_a_question_waiting_for_passages_does_not_hold_up_closing() -> None:
    hold = threading.Event()
    with session(hold=hold, indexed=False) as (running, told):
        running.index()
        told.until(Opened)
        running.ask(1, "q")
        assert running.close(5)


def test_a_job_that_raises_is_reported_and_the_next_is_done() -> None:
    class Broken(FakeAssistant):
        def verify(self, citations: Any) -> Any:
            if self.state == "broken":
                raise OSError("disk gone")
            return super().verify(citations)

    made: list[Broken] = []

    def make(folder: Path) -> FakeAssistant:
        made.append(Broken(folder, state="broken"))
        return made[0]

    with session(make) as (running, told):
        running.index()
        told.until(Ready)
        citation = cite(1, made[0].documents["report.md"], "The company sells phones.")
        running.verify(citation)
        failed = told.until(Failed)
        assert failed.failure.message.startswith("Something went wrong: OSError: disk gone.")
        assert failed.opened
        made[0].state = "exact"
        running.verify(citation)
        assert told.until(Verified).verification.citation == citation


def test_the_next_session_waits_until_the_one_before_has_ended() -> None:
    hold, opened = threading.Event(), threading.Event()

    def slow(folder: Path) -> FakeAssistant:
        opened.set()
        hold.wait(5)
        return FakeAssistant(folder)

    def make(folder: Path) -> FakeAssistant:
        assert hold.is_set()
        return FakeAssistant(folder)

    with session(slow) as (first, _), session(make, previous=first) as (second, _):
        first.index()
        assert opened.wait(5)
        first.leave()
        second.index()
        with session(make, previous=second) as (third, told):
            second.leave()
            third.index()
            hold.set()
            told.until(Ready)
            assert first.ended
            assert second.ended


def test_waiting_for_the_session_before_ends_some_time_and_can_be_cancelled(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    with session() as (first, _):  # is never left
        with session(previous=first) as (second, _):
            second.index()
            assert second.close(5)
        monkeypatch.setattr(sessions, "PREVIOUS_WAIT_S", 0.05)
        with session(previous=first) as (third, told):
            third.index()
            told.until(Ready)


def test_a_document_and_the_list_come_with_their_tickets() -> None:
    with session() as (running, told):
        running.list()
        assert told.until(Listed).sources == ()
        running.index()
        told.until(Ready)
        running.look(7, "report.md")
        looked = told.until(Looked)
        assert (looked.ticket, looked.source.document.path) == (7, "report.md")
        running.list()
        assert len(told.until(Listed).sources) == 2


def test_a_watched_folder_is_indexed_when_it_changes(tmp_path: Path) -> None:
    told: SimpleQueue[News] = SimpleQueue()
    assistants: list[FakeAssistant] = []

    def make(folder: Path) -> FakeAssistant:
        assistants.append(FakeAssistant(folder))
        return assistants[-1]

    session = Session(tmp_path, make, told.put, watch=True)  # type: ignore[arg-type]
    session.index()
    try:
        deadline = time.monotonic() + 30
        written = 0
        while not assistants or assistants[0].updates < 2:
            assert time.monotonic() < deadline
            (tmp_path / f"{written}.md").write_text("new")  # until the watch has begun
            written += 1
            time.sleep(0.2)
    finally:
        assert session.close(10)


def test_a_folder_that_cannot_be_watched_is_told_and_still_asked(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    import watchfiles

    def watch(*_: object, **__: object) -> None:
        raise OSError("too many")

    monkeypatch.setattr(watchfiles, "watch", watch)
    told: SimpleQueue[News] = SimpleQueue()
    session = Session(tmp_path, FakeAssistant, told.put, watch=True)  # type: ignore[arg-type]
    session.index()
    while not isinstance(item := told.get(timeout=10), Unwatched):
        pass
    assert item.reason == "too many"
    session.ask(1, "when?")
    while not isinstance(told.get(timeout=10), Answered):
        pass
    assert session.close(10)
