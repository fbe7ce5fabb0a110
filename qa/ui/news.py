"""What the threads of a session tell the app."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from qa.types import Answer, BuildReport, DocumentState, Progress, Skipped, SourceInfo, Verification
from qa.ui.rows import SourceText
from qa.ui.words import ANOTHER_FOLDER, STILL_ASKED, TRY_AGAIN, Failure


@dataclass(frozen=True, slots=True)
class Opened:
    """The folder is open; so much was indexed before."""

    documents: int
    passages: int


@dataclass(frozen=True, slots=True)
class Indexing:
    """How far indexing has come, and how much can be asked already."""

    progress: Progress
    documents: int
    passages: int


@dataclass(frozen=True, slots=True)
class Indexed:
    """The index is in step with the folder."""

    report: BuildReport


@dataclass(frozen=True, slots=True)
class Empty:
    """There is nothing to read in the folder, and nothing in the index any more."""

    failure: Failure


@dataclass(frozen=True, slots=True)
class Locked:
    """Another process is indexing the folder; so much can be asked already."""

    documents: int
    passages: int


@dataclass(frozen=True, slots=True)
class Ready:
    """Nothing is being loaded or indexed any more."""

    skipped: int
    """Files that were left out."""


@dataclass(frozen=True, slots=True)
class Failed:
    """Opening, indexing, loading or checking did not work."""

    failure: Failure
    opened: bool
    """Whether what was indexed before can still be asked."""
    folder: bool
    """Whether it is the folder's fault, so that another one would help."""

    @property
    def advice(self) -> str:
        """What can be done now."""
        if self.folder:
            return ANOTHER_FOLDER
        return STILL_ASKED if self.opened else TRY_AGAIN


@dataclass(frozen=True, slots=True)
class Answered:
    """The answer to a question, or why there is none."""

    ticket: int
    outcome: Answer | Failure
    partial: bool
    """Whether indexing was still going on."""


@dataclass(frozen=True, slots=True)
class Looked:
    """A document as it was indexed; None when the index does not hold it."""

    ticket: int
    source: SourceText | Failure | None


@dataclass(frozen=True, slots=True)
class Verified:
    """What has become of a citation."""

    verification: Verification


@dataclass(frozen=True, slots=True)
class Checked:
    """What has become of all citations of a conversation that was opened again."""

    conversation: str
    """Its ID."""
    verifications: tuple[Verification, ...]


@dataclass(frozen=True, slots=True)
class Unkept:
    """An answer that could not be saved."""

    failure: Failure


@dataclass(frozen=True, slots=True)
class Unwatched:
    """The system cannot watch the folder."""

    reason: str


@dataclass(frozen=True, slots=True)
class Named:
    """The paths of all documents."""

    paths: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Listed:
    """Everything in the index, and what was left out."""

    sources: tuple[SourceInfo, ...]
    states: Mapping[str, DocumentState]
    """By path."""
    skipped: tuple[Skipped, ...]
    failure: Failure | None = None


News = (
    Opened
    | Indexing
    | Indexed
    | Empty
    | Locked
    | Ready
    | Failed
    | Answered
    | Looked
    | Verified
    | Checked
    | Unkept
    | Named
    | Unwatched
    | Listed
)
