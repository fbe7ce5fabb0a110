"""The records that pass between the rooms.

Frozen and slotted. Offsets are half-open code-point offsets into ``Document.text``;
times are aware UTC; durations are in seconds.
"""

from __future__ import annotations

import uuid
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Literal


@dataclass(frozen=True, slots=True, order=True)
class Span:
    """A half-open range of code points: ``text[start:end]``."""

    start: int
    end: int

    def __post_init__(self) -> None:
        if not 0 <= self.start <= self.end:
            raise ValueError(f"not a span: {self.start}..{self.end}")

    def __len__(self) -> int:
        return self.end - self.start

    def of(self, text: str) -> str:
        """The words this span covers in ``text``."""
        return text[self.start : self.end]

    def shifted(self, by: int) -> Span:
        """The same as many code points further on."""
        return Span(self.start + by, self.end + by)


@dataclass(frozen=True, slots=True)
class Heading:
    """A heading of a document."""

    span: Span
    """Where the heading stands, marks (``##``) included; never part of a quote."""
    level: int
    """1 for the outermost."""
    text: str


@dataclass(frozen=True, slots=True)
class Document:
    """One file as text. ``text`` is fixed when the file is loaded."""

    path: str
    """Relative to the folder, with ``/``."""
    title: str
    text: str
    sha256: str
    """Hex digest of the file's bytes."""
    pages: tuple[int, ...] = ()
    """Offset at which each page starts (page 1 first); empty where a format has none."""
    headings: tuple[Heading, ...] = ()
    lines: tuple[tuple[int, int], ...] = ()
    """``(offset, line of the file)`` pairs, ascending, for formats whose text is not the
    file's own; from each offset on, the words stand at that line. Empty: count in ``text``."""
    places: tuple[tuple[int, str], ...] = ()
    """``(offset, name)`` pairs, ascending, for formats with neither pages nor lines that a person
    could go to: ``slide 3``, ``Budget, row 12``, ``0:01:23``. Each goes on to the next."""
    metadata: Mapping[str, str] = field(default_factory=dict)
    """Author, date, publisher and the like, where the file says."""
    format: str = "text"
    """``text``, ``markdown``, ``html``, ``pdf``, …"""


@dataclass(frozen=True, slots=True)
class Chunk:
    """A piece of a document, before the store has given it an identity."""

    span: Span
    headings: tuple[str, ...] = ()
    """The headings it stands under, outermost first."""


@dataclass(frozen=True, slots=True)
class Passage:
    """A piece of a document that is embedded and found as one.

    ``text == document.text[span.start:span.end]``; title and headings are embedded
    with it but are never quoted from here.
    """

    passage_id: int
    doc_id: int
    path: str
    title: str
    span: Span
    text: str
    headings: tuple[str, ...] = ()

    def words(self, span: Span) -> str:
        """The words of the passage at a span of its document."""
        return span.shifted(-self.span.start).of(self.text)


@dataclass(frozen=True, slots=True)
class Hit:
    """A passage that was found. Scores compare within one question only."""

    passage: Passage
    score: float
    cosine: float
    bm25: float
    dense_rank: int | None
    """1-based place in the dense ranking; None when only the full text found it."""
    lexical_rank: int | None


@dataclass(frozen=True, slots=True)
class Evidence:
    """Words of a passage that answer, with how surely (0 to 1)."""

    passage: Passage
    span: Span
    """In the document, not in the passage."""
    score: float
    words: Span | None = None
    """The part of it that a short answer would be, in the document; None where none is known."""
    columns: str = ""
    """Of a row of a table, what the columns are called, as it stands above."""

    @property
    def quote(self) -> str:
        """The exact words."""
        return self.passage.words(self.span)


@dataclass(frozen=True, slots=True)
class Reading:
    """What a reader made of a question and some passages."""

    evidence: tuple[Evidence, ...]
    """Surest first."""
    confidence: float
    """Probability that the passages answer at all, 0 to 1."""
    hits: tuple[Hit, ...] = ()
    """What was given to read, those that answer best first; empty where the order says nothing."""


@dataclass(frozen=True, slots=True)
class Citation:
    """Where a quote stands, so that it can be opened and checked later."""

    number: int
    path: str
    title: str
    span: Span
    quote: str
    line_start: int | None
    """1-based line of the file, as an editor shows it; None where the file has none."""
    line_end: int | None
    """Inclusive."""
    page: int | None
    heading: str
    sha256: str
    """Of the file when it was indexed."""
    text_sha256: str
    """Of the text extracted from it."""
    place: str = ""
    """Where the quote stands in a format with places of its own: ``slide 3``, ``cells 2–3``."""
    before: str = ""
    """Some words that stand before the quote, and `after` it: they tell one place from another
    that says the same (the prefix and suffix of a TextQuoteSelector, W3C Web Annotation)."""
    after: str = ""
    author: str = ""
    """Of the document, where the file says; so its ``date``."""
    date: str = ""
    language: str = ""
    """Of the document, where the file says: a tag as ``de`` or ``en-GB`` (BCP 47), or a name."""
    url: str = ""
    """Where on the web it was, for saved pages and documents that say so; never opened."""
    extractor: str = ""
    """What made the text from the file, with versions; empty where the index does not know."""
    made: datetime | None = None
    """When the citation was made (aware, UTC)."""
    made_by: str = ""
    """Program and version that made it."""

    @property
    def id(self) -> str:
        """The same for the same words at the same place of the same text, on any machine
        (a UUID of version 5, RFC 9562)."""
        named = f"{self.text_sha256 or self.sha256} {self.span.start} {self.span.end} {self.quote}"
        return str(uuid.uuid5(_IDS, named.encode("utf-8", "backslashreplace").decode()))


_IDS = uuid.UUID("5b6f7a0e-5d0c-5c0e-9d55-6f1f6a1c9f1b")
"""The name space of citations."""


@dataclass(frozen=True, slots=True)
class Statement:
    """One sentence of an answer and every place that says it."""

    text: str
    citations: tuple[int, ...]
    """Numbers of the citations, the quoted one first."""
    words: Span | None = None
    """The part of the text that a short answer would be; None where none is known."""
    against: tuple[int, ...] = ()
    """Numbers, from 1, of the statements of the answer that say otherwise."""
    columns: str = ""
    """Of a row of a table, what the columns are called, as it stands above: no part of the quote,
    and not verified later."""
    compared: str = ""
    """Of a row that has most or least of something, in what, and of how many: ``most of 12 rows by
    “Absences”``. No part of the quote either."""


VerificationState = Literal["exact", "moved", "changed", "missing"]


@dataclass(frozen=True, slots=True)
class Verification:
    """What has become of a citation.

    ``exact``: the same words at the same place. ``moved``: the same words elsewhere in
    the file or in a renamed file. ``changed``: the file stands but the words are others.
    ``missing``: the file or anything like the quote is gone.
    """

    citation: Citation
    state: VerificationState
    path: str | None = None
    """Where the words stand now."""
    span: Span | None = None
    line_start: int | None = None
    found: str = ""
    """The nearest words now, when ``changed``."""
    page: int | None = None
    place: str = ""


AnswerKind = Literal["answer", "summary", "mentions", "subject", "compare", "part"]


@dataclass(frozen=True, slots=True)
class Refusal:
    """Why there is no answer."""

    kind: Literal["far", "near", "unsaid"]
    """Nothing is near the question; some passages are, but do not answer; or the question points at
    something that was not said."""
    words: tuple[str, ...] = ()
    """Of the question: those that stand nowhere in the documents; of ``unsaid``, what points."""


@dataclass(frozen=True, slots=True)
class Answer:
    """What the documents say to a question, or that they do not."""

    question: str
    resolved_question: str
    """The question as it was understood (the same unless it leaned on earlier turns)."""
    statements: tuple[Statement, ...]
    citations: tuple[Citation, ...]
    hits: tuple[Hit, ...]
    """The passages found, best first; shown apart when nothing answers."""
    nearest: tuple[Citation, ...]
    """Citations of the nearest passages when ``found`` is false."""
    confidence: float
    """0 to 1."""
    found: bool
    timings: Mapping[str, float]
    """Seconds per step: ``search`` (with the embedding of the question), ``read``, ``total``."""
    kind: AnswerKind = "answer"
    """What the statements are: an answer, or, to a question about the whole, its most central
    sentences, of each document the first that mentions something, sentences on a subject, or
    on two, or a part of it that it names."""
    refusal: Refusal | None = None
    """Why nothing was found; None where something was."""
    within: tuple[str, ...] = ()
    """Paths of the documents that were asked; empty where all were."""
    unanswered: tuple[str, ...] = ()
    """Of several questions in one, those that nothing answers, where others are answered."""
    absent: tuple[str, ...] = ()
    """Names and numbers of the question that stand nowhere in the documents, where something was
    found all the same: it may be about something else. Where that is not sure, all such words."""


@dataclass(frozen=True, slots=True)
class Skipped:
    """A file that was not indexed, and why."""

    path: str
    reason: str
    unlisted: bool = False
    """A folder whose content could not be listed: what was indexed from it stays."""


@dataclass(frozen=True, slots=True)
class Progress:
    """How far indexing has come. Totals grow until every file has been looked at."""

    documents_done: int
    documents_total: int
    passages_done: int
    passages_total: int
    seconds_left: float | None
    current: str = ""
    """The file being worked on."""
    share: float = 0.0
    """Of what is to be there, by size of the files: 0 to 1."""


ProgressCallback = Callable[[Progress], None]


@dataclass(frozen=True, slots=True)
class BuildReport:
    """What bringing an index up to date did."""

    added: int
    changed: int
    renamed: int
    deleted: int
    unchanged: int
    passages: int
    """Passages in the index now."""
    documents: int
    embedded: int
    """Passages that had to be embedded."""
    skipped: tuple[Skipped, ...]
    seconds: float


@dataclass(frozen=True, slots=True)
class Manifest:
    """What an index was made with; a mismatch asks for a rebuild."""

    schema: int
    model: str
    dimension: int
    chunking: str


DocumentState = Literal["indexed", "changed", "gone"]
"""What has become of a document's file since it was indexed."""


@dataclass(frozen=True, slots=True)
class SourceInfo:
    """A line of the list of documents."""

    path: str
    title: str
    format: str
    passages: int
    pages: int
    characters: int
    unread: str = ""
    """What of it could not be read: ``pages 3–5, 9``; empty where all was."""
