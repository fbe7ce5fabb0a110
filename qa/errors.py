"""The exceptions a caller may catch.

::

    QaError
    ├── ConfigError           a setting that cannot be used
    ├── QuestionError         nothing to ask, or too much at once
    ├── FolderError           the folder of documents cannot be used
    │   └── NoDocumentsError  it holds nothing that can be read
    ├── DocumentError         one file cannot be read (indexing skips it and says so)
    ├── ModelError            the embedding model is missing, damaged or unusable
    ├── IndexingError         the index cannot be written or read
    │   ├── IndexLockedError  another process is writing it
    │   ├── IndexMismatchError  made by another model, chunking or version
    │   │   └── IndexOutdatedError  of these, by another version: made anew at once
    │   ├── IndexDamagedError its files are not what was written
    │   └── ForeignIndexError the directory is in use for something else
    ├── CitationError         a quote or a saved answer that does not hold
    ├── ConversationError     a conversation cannot be kept or found
    └── Cancelled             the user stopped it

Every message says what happened; ``hint`` says what to do next.
"""

from __future__ import annotations


class QaError(Exception):
    """Base of every error this program raises on purpose.

    Args:
        message: what happened and what is safe, one or two sentences.
        hint: what the person can do next; may be empty.
    """

    def __init__(self, message: str, hint: str = "") -> None:
        super().__init__(message)
        self.message = message
        self.hint = hint

    def __str__(self) -> str:
        return f"{self.message} {self.hint}".strip()


class ConfigError(QaError):
    """A setting from the config file, the environment or an argument is unusable."""


class QuestionError(QaError):
    """The question is empty or too long."""


class FolderError(QaError):
    """The folder of documents does not exist, is no folder or may not be read."""


class NoDocumentsError(FolderError):
    """The folder holds no document that can be read."""


class DocumentError(QaError):
    """One file cannot be turned into a document; ``message`` is the reason shown.

    ``lasting``: it is the content's fault, so the file need not be tried again until it
    changes.
    """

    def __init__(self, message: str, hint: str = "", *, lasting: bool = True) -> None:
        super().__init__(message, hint)
        self.lasting = lasting


class ModelError(QaError):
    """The embedding model is missing, damaged or cannot be loaded."""


class IndexingError(QaError):
    """The index cannot be written or read (disk full, no permission, …)."""


class IndexLockedError(IndexingError):
    """Another process is writing this index."""


class IndexReadOnlyError(IndexingError):
    """Nothing can be written where the index is: it may only be read, or its disk is full."""


class IndexMismatchError(IndexingError):
    """The index was made by another model, with other passages or by another version."""


class IndexOutdatedError(IndexMismatchError):
    """The index was made by another version of the program: nothing is lost by making it anew."""


class IndexDamagedError(IndexingError):
    """The files of the index are not what was written."""


class ForeignIndexError(IndexingError):
    """The index directory holds somebody else's files, or the index of another folder."""


class CitationError(QaError):
    """A quote is not in its source, or a saved answer cannot be read."""


class ConversationError(QaError):
    """A conversation cannot be saved, or there is none of that name."""


class EvaluationError(QaError):
    """There is nothing to measure, or a saved run cannot be read."""


class Cancelled(QaError):  # noqa: N818 - it is no fault
    """The user stopped the work; what was finished is kept."""
