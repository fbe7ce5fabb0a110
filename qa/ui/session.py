"""One open folder: the assistant, and the threads that use it.

The threads are daemons rather than Textual workers: loading a model cannot be interrupted,
and the executor behind Textual's thread workers is waited for at exit, which would hold the
terminal for seconds after "quit". Nothing here knows Textual; news goes out through a
callable, which may be called from any of the threads.
"""

from __future__ import annotations

import os
import threading
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from queue import SimpleQueue
from typing import TYPE_CHECKING

from qa.conversations import REMEMBERED, Conversations, SavedConversation
from qa.errors import (
    Cancelled,
    ConversationError,
    FolderError,
    IndexDamagedError,
    IndexLockedError,
    IndexMismatchError,
    IndexOutdatedError,
    IndexReadOnlyError,
    NoDocumentsError,
)
from qa.text import one_line
from qa.types import Answer, BuildReport, Citation, Document, Progress
from qa.ui.naming import limited
from qa.ui.news import (
    Answered,
    Checked,
    Empty,
    Failed,
    Indexed,
    Indexing,
    Listed,
    Locked,
    Looked,
    Named,
    News,
    Opened,
    Ready,
    Unkept,
    Unwatched,
    Verified,
)
from qa.ui.rows import SourceText
from qa.ui.watching import watch
from qa.ui.words import Failure, failure_of, nothing_to_read

if TYPE_CHECKING:
    from qa.assistant import Assistant

NEWS_INTERVAL_S = 0.1
"""Progress is told at most this often."""
LEAVE_WAIT_S = 600.0
"""A session that is left may be loading a model; it is closed once that is done."""
CATCH_UP_WAIT_S = 1.0
"""How long an answer waits for changed files to be indexed."""
PREVIOUS_WAIT_S = 30.0
"""The next session waits this long for the one before it to let go of the index."""


class Lane:
    """One daemon thread that does jobs in the order they come.

    Args:
        name: of the thread.
        failed: gets what a job raised; the lane goes on with the next job.
    """

    def __init__(self, name: str, failed: Callable[[Exception], None]) -> None:
        self._failed = failed
        self._jobs: SimpleQueue[Callable[[], None] | None] = SimpleQueue()
        self.thread = threading.Thread(target=self._run, name=name, daemon=True)
        self.thread.start()

    def put(self, job: Callable[[], None] | None) -> None:
        """Do ``job`` after those before it; None ends the thread."""
        self._jobs.put(job)

    def _run(self) -> None:
        while (job := self._jobs.get()) is not None:
            try:
                job()
            except Exception as error:
                self._failed(error)


class Session:
    """Opens a folder, keeps its index in step and answers, without ever blocking the caller.

    Args:
        folder: the folder of documents.
        open_assistant: makes the assistant; called in a thread, may import heavy modules.
            Gets ``anew=True`` after an index was unusable and indexing again was asked for.
        tell: gets every piece of news; called from threads, must not block.
        previous: the session that this one replaces; the index may be the same, so it is
            left alone until the threads of the other have ended.
        kept: where every turn is saved; None saves nothing.
        watch: whether to watch the folder and index what changes.
    """

    def __init__(
        self,
        folder: Path,
        open_assistant: Callable[..., Assistant],
        tell: Callable[[News], None],
        previous: Session | None = None,
        kept: Conversations | None = None,
        *,
        watch: bool = False,
    ) -> None:
        self.folder = folder
        self._kept = kept
        self._watch = watch
        self.conversation = ""
        """The ID under which turns are saved; empty until there is one."""
        self._forgotten: set[int] = set()
        self._follows = False
        self._fixed = False
        """Whether the index stays as it is, because nothing can be written there."""
        self._changes = 0
        """Passages embedded so far: an answer from before may be one from a part only."""
        self._open_assistant = open_assistant
        self._tell = tell
        self._previous = previous
        self._assistant: Assistant | None = None
        self._problem: Failure | None = None
        self._rebuild = False
        self._stop = threading.Event()
        self._changed = threading.Condition()
        self._busy = True
        self._answerable = False
        self._index_lane = Lane("qa-index", self._failed)
        self._ask_lane = Lane("qa-ask", self._failed)
        self._earlier: list[Answer] = []
        self._look_lane = Lane("qa-look", self._failed)

    @property
    def name(self) -> str:
        """What to call the folder."""
        return one_line(Path(os.path.realpath(self.folder)).name or str(self.folder))

    def is_of(self, folder: Path) -> bool:
        """Whether ``folder`` is the one that is open, however it is named."""
        return os.path.realpath(self.folder) == os.path.realpath(folder)

    def index(self) -> None:
        """Open the folder if it is not, and bring its index in step."""
        self._index_lane.put(self._index)

    def ask(self, ticket: int, question: str) -> None:
        """Answer in turn, as soon as there is anything to answer from; of the documents that it
        names only (`qa.ui.naming`)."""
        self._ask_lane.put(lambda: self._ask(ticket, question))

    def names(self) -> None:
        """Fetch the paths of all documents."""
        self._look_lane.put(self._names)

    def forget(self, ticket: int) -> None:
        """Do not answer a question any more, or do not save the answer."""
        self._forgotten.add(ticket)

    def go_on(self, saved: SavedConversation | None) -> None:
        """Later questions belong to this conversation; None begins a new one."""
        self.conversation = saved.id if saved else ""
        earlier = [turn.answer for turn in saved.turns] if saved else []

        def change() -> None:
            self._earlier = earlier[-REMEMBERED:]

        self._ask_lane.put(change)

    def check(self, citations: Sequence[Citation]) -> None:
        """Compare all of them with the files as they are now, once the folder is open."""
        wanted, name = tuple(citations), self.conversation
        self._look_lane.put(lambda: self._check(name, wanted))

    def look(self, ticket: int, path: str) -> None:
        """Fetch the text of a document."""
        self._look_lane.put(lambda: self._look(ticket, path))

    def verify(self, citation: Citation) -> None:
        """Compare a citation with the file as it is now."""
        self._look_lane.put(lambda: self._verify(citation))

    def list(self) -> None:
        """Fetch the list of documents and of skipped files."""
        self._look_lane.put(self._list)

    def cancel(self) -> None:
        """Ask the threads to end; returns at once."""
        self._stop.set()
        with self._changed:
            self._changed.notify_all()
        for lane in self._lanes:
            lane.put(None)

    def leave(self) -> None:
        """Close without waiting for it."""
        self.cancel()
        threading.Thread(target=self.close, args=(LEAVE_WAIT_S,), daemon=True).start()

    @property
    def ended(self) -> bool:
        """Whether no thread of this session, or of those before it, is at work any more."""
        before = self._previous
        alive = any(lane.thread.is_alive() for lane in self._lanes)
        return not alive and (before is None or before.ended)

    def close(self, timeout_s: float) -> bool:
        """End the threads and close the assistant; False when a thread outlives the wait."""
        self.cancel()
        deadline = time.monotonic() + timeout_s
        for lane in self._lanes:
            lane.thread.join(max(0.0, deadline - time.monotonic()))
        if any(lane.thread.is_alive() for lane in self._lanes):
            return False
        if self._assistant is not None:
            self._assistant.close()
        return True

    @property
    def _lanes(self) -> tuple[Lane, ...]:
        return self._index_lane, self._ask_lane, self._look_lane

    def _set(self, *, busy: bool | None = None, answerable: bool | None = None) -> None:
        with self._changed:
            self._busy = self._busy if busy is None else busy
            self._answerable = self._answerable if answerable is None else answerable
            self._changed.notify_all()

    def _failed(self, error: Exception) -> None:
        self._tell(Failed(failure_of(error), self._answerable, isinstance(error, FolderError)))

    def _await_previous(self) -> None:
        deadline = time.monotonic() + PREVIOUS_WAIT_S
        while self._previous is not None and not self._previous.ended:
            if self._stop.wait(0.02):
                return
            if time.monotonic() > deadline:
                break
        self._previous = None

    def _index(self) -> None:
        self._await_previous()
        if self._stop.is_set():
            return
        self._set(busy=True)
        self._problem, self._fixed = None, False
        try:
            assistant = self._assistant or self._open()
            report = self._update(assistant)
            if self._answerable and not self._stop.is_set():
                assistant.warm(thoroughly=True)
            if report is not None:
                self._tell(Ready(len(report.skipped)))
            self._begin_to_watch()
        except Cancelled:
            return
        except Exception as error:
            self._rebuild = isinstance(error, IndexMismatchError | IndexDamagedError)
            self._problem = failure_of(error)
            self._failed(error)
        finally:
            self._set(busy=False)

    def _catch_up(self) -> None:
        """Look for changes in the folder before a question is answered, for a moment: what
        takes longer goes on while it is answered from what is there."""
        done = threading.Event()

        def look() -> None:
            try:
                self._follow()
            finally:
                done.set()

        self._index_lane.put(look)
        done.wait(CATCH_UP_WAIT_S)

    def _follow(self) -> None:
        """Index what has changed in the folder, in the lane for that."""
        assistant = self._assistant
        self._follows = False
        try:
            if assistant is not None and not self._stop.is_set() and not self._fixed:
                self._set(busy=True)
                report = assistant.update(self._progress(), self._stop.is_set)
                self._set(answerable=report.passages > 0)
                if report.added or report.changed or report.deleted or report.renamed:
                    self._problem = None
                    self._tell(Indexed(report))
                    self._tell(Ready(len(report.skipped)))
        except NoDocumentsError:
            self._emptied()
        except IndexLockedError:
            pass  # the other process does it
        except IndexReadOnlyError as error:
            self._fixed = True
            self._failed(error)
        except Cancelled:
            return
        except Exception as error:
            self._failed(error)
        finally:
            self._set(busy=False)

    def _begin_to_watch(self) -> None:
        if self._watch and not self._stop.is_set():
            self._watch = False  # once is enough
            watch(self.folder, self._seen, lambda why: self._tell(Unwatched(why)), self._stop)

    def _seen(self) -> None:
        """Something changed in the folder: look, unless a look is waiting already."""
        if not self._follows:
            self._follows = True
            self._index_lane.put(self._follow)

    def _open(self) -> Assistant:
        anew, self._rebuild = self._rebuild, False
        make = self._open_assistant
        try:
            self._assistant = make(self.folder, anew=True) if anew else make(self.folder)
        except IndexOutdatedError:  # nothing is lost
            self._assistant = make(self.folder, anew=True)
        documents, passages = self._assistant.counts()
        self._set(answerable=passages > 0)  # wakes those that wait for it
        self._tell(Opened(documents, passages))
        return self._assistant

    def _update(self, assistant: Assistant) -> BuildReport | None:
        """Bring the index in step; None where it is left as it is, or empty."""
        rebuild, self._rebuild = self._rebuild, False
        try:
            report = assistant.update(self._progress(), self._stop.is_set, rebuild)
        except NoDocumentsError:
            self._emptied()
            return None
        except IndexLockedError:
            documents, passages = assistant.counts()
            if not passages:
                raise
            self._set(busy=False, answerable=True)
            self._tell(Locked(documents, passages))
            return None
        except IndexReadOnlyError as error:
            if not assistant.counts()[1]:
                raise
            self._fixed = True
            self._set(busy=False, answerable=True)
            self._failed(error)
            return None
        self._changes += report.embedded + report.deleted
        self._set(busy=False, answerable=report.passages > 0)
        self._tell(Indexed(report))
        return report

    def _emptied(self) -> None:
        skipped = len(self._assistant.skipped()) if self._assistant else 0
        self._problem = nothing_to_read(one_line(str(self.folder)), skipped)
        self._set(busy=False, answerable=False)
        self._tell(Empty(self._problem))

    def _progress(self) -> Callable[[Progress], None]:
        last = time.monotonic()  # a look at an unchanged folder is no news
        begun = False

        def tell(progress: Progress) -> None:
            nonlocal last, begun
            now = time.monotonic()
            # The first batch may wait for the model: say at once that there is work.
            begins = not begun and progress.passages_done < progress.passages_total
            if self._assistant is None or (now - last < NEWS_INTERVAL_S and not begins):
                return
            last, begun = now, begun or begins
            documents, passages = self._assistant.counts()
            self._set(answerable=passages > 0)
            self._tell(Indexing(progress, documents, passages))

        return tell

    def _ask(self, ticket: int, question: str) -> None:
        with self._changed:
            self._changed.wait_for(
                lambda: self._answerable or not self._busy or self._stop.is_set()
            )
            partial = self._busy
        if not partial and self._answerable:
            self._catch_up()
            partial = self._busy  # still at it
        if self._stop.is_set() or ticket in self._forgotten:
            return
        changes = self._changes
        conversation = self.conversation
        outcome: Answer | Failure
        try:
            if self._problem is not None and not self._answerable:
                outcome = self._problem
            elif self._assistant is None:
                outcome = Failure("No folder is open.", "^o chooses one.")
            else:
                paths = self._paths() if "@" in question else ()
                asked, within = limited(question, paths)
                answer = self._assistant.ask(asked, earlier=self._earlier, within=within)
                if ticket in self._forgotten:
                    return
                if conversation == self.conversation:
                    self._earlier = [*self._earlier, answer][-REMEMBERED:]
                self._keep(conversation, answer)
                outcome = answer
        except Exception as error:
            outcome = failure_of(error)
        partial = partial and (self._busy or changes != self._changes)
        self._tell(Answered(ticket, outcome, partial))

    def _paths(self) -> tuple[str, ...]:
        assert self._assistant is not None
        return tuple(one.path for one in self._assistant.sources())

    def _names(self) -> None:
        self._wait_for_assistant()
        if self._assistant is not None and not self._stop.is_set():
            self._tell(Named(self._paths()))

    def _keep(self, conversation: str, answer: Answer) -> None:
        if self._kept is None:
            return
        name = conversation or self._kept.new_id()
        if not conversation and not self.conversation:
            self.conversation = name
        try:
            self._kept.keep(name, os.path.realpath(self.folder), answer)
        except ConversationError as error:
            self._tell(Unkept(failure_of(error)))

    def _wait_for_assistant(self) -> None:
        """Until there is one, or none will come."""
        with self._changed:
            self._changed.wait_for(
                lambda: self._assistant is not None or not self._busy or self._stop.is_set()
            )

    def _check(self, conversation: str, citations: tuple[Citation, ...]) -> None:
        self._wait_for_assistant()
        if self._assistant is None or self._stop.is_set() or conversation != self.conversation:
            return
        self._tell(Checked(conversation, tuple(self._assistant.verify(citations))))

    def _look(self, ticket: int, path: str) -> None:
        if self._assistant is None or self._stop.is_set():
            return
        try:
            document: Document | None = self._assistant.document(path)
            found = None if document is None else SourceText(document)
        except Exception as error:
            self._tell(Looked(ticket, failure_of(error)))
            return
        self._tell(Looked(ticket, found))

    def _verify(self, citation: Citation) -> None:
        if self._assistant is None or self._stop.is_set():
            return
        for verification in self._assistant.verify([citation]):
            self._tell(Verified(verification))

    def _list(self) -> None:
        if self._stop.is_set():
            return
        if self._assistant is None:
            self._tell(Listed((), {}, ()))
            return
        try:
            sources = tuple(self._assistant.sources())
            states = self._assistant.states()
            skipped = tuple(self._assistant.skipped())
        except Exception as error:
            self._tell(Listed((), {}, (), failure_of(error)))
            return
        self._tell(Listed(sources, states, skipped))
