"""Make citations, check them, say where they stand, write them down.

A citation is made from the stored text and checked against it before anyone sees it; what
becomes of it later is found out in `qa.verification`.
"""

from __future__ import annotations

from bisect import bisect_right
from datetime import datetime
from typing import Any

from qa.errors import CitationError
from qa.text import LineIndex, web_address
from qa.types import Citation, Document, Span

CONTEXT = 32
"""Characters of the words kept from before and after a quote."""


class Citer:
    """Makes the citations of one document; line numbers are computed once.

    Args:
        document: as it was indexed.
        text_sha256: hex SHA-256 of ``document.text`` in UTF-8.
        made: when (aware, UTC).
        made_by: program and version.
    """

    def __init__(
        self,
        document: Document,
        text_sha256: str,
        made: datetime | None = None,
        made_by: str = "",
    ) -> None:
        self.document = document
        self.text_sha256 = text_sha256
        self.made = made
        self.made_by = made_by
        self._lines: LineIndex | None = None

    def cite(self, span: Span, quote: str, number: int) -> Citation:
        """The citation of ``quote`` at ``span``.

        Raises:
            CitationError: the document does not say ``quote`` there. Nothing that fails
                this may be shown.
        """
        document = self.document
        if not quote or span.of(document.text) != quote:
            raise CitationError(
                f"A quote is not in {document.path} at {span.start}–{span.end}.",
                "This is a fault of the program or a damaged index: run `qa index --rebuild`.",
            )
        line_start, line_end = self.lines(span)
        before, after = around(document.text, span)
        metadata = document.metadata
        return Citation(
            number=number,
            path=document.path,
            title=document.title,
            span=span,
            quote=quote,
            line_start=line_start,
            line_end=line_end,
            page=page_of(document, span.start),
            place=place_of(document, span),
            heading=heading_of(document, span.start),
            sha256=document.sha256,
            text_sha256=self.text_sha256,
            before=before,
            after=after,
            author=metadata.get("author", ""),
            date=metadata.get("date", ""),
            language=metadata.get("language", ""),
            url=web_address(metadata.get("url", "")),
            extractor=metadata.get("extractor", ""),
            made=self.made,
            made_by=self.made_by,
        )

    def lines(self, span: Span) -> tuple[int | None, int | None]:
        """First and last line of the file; None for files that have none."""
        document = self.document
        if document.pages or (document.places and not document.lines):
            return None, None
        if document.lines:
            last = max(span.start, span.end - 1)
            return _mapped_line(document, span.start), _mapped_line(document, last)
        if self._lines is None:
            self._lines = LineIndex(document.text)
        return self._lines.lines_of(span)


def around(text: str, span: Span) -> tuple[str, str]:
    """The words before and after a span, some `CONTEXT` characters of either, whole words
    where that leaves any."""
    before = text[max(0, span.start - CONTEXT) : span.start]
    after = text[span.end : span.end + CONTEXT]
    if span.start > CONTEXT and not text[span.start - CONTEXT - 1].isspace():
        cut = next((i for i, c in enumerate(before) if c.isspace()), 0)
        before = before[cut:]
    if span.end + CONTEXT < len(text) and not text[span.end + CONTEXT].isspace():
        cut = next((i for i in range(len(after), 0, -1) if after[i - 1].isspace()), len(after))
        after = after[:cut]
    return before, after


def _mapped_line(document: Document, offset: int) -> int:
    place = bisect_right(document.lines, offset, key=lambda pair: pair[0])
    return document.lines[max(0, place - 1)][1]


def page_of(document: Document, offset: int) -> int | None:
    """The 1-based page of an offset; None where the format has no pages."""
    return max(1, bisect_right(document.pages, offset)) if document.pages else None


def place_of(document: Document, span: Span) -> str:
    """The name of the place where a span stands, of the first and the last where it goes on;
    empty where the format has none."""
    if not document.places:
        return ""

    def at(offset: int) -> str:
        number = bisect_right(document.places, offset, key=lambda pair: pair[0])
        return document.places[max(0, number - 1)][1]

    first, last = at(span.start), at(max(span.start, span.end - 1))
    if first == last:
        return first
    (kind, _, _), (last_kind, _, number) = first.rpartition(" "), last.rpartition(" ")
    return f"{first}–{number}" if kind == last_kind else f"{first} – {last}"


def heading_of(document: Document, offset: int) -> str:
    """The nearest heading above an offset, behind the one that it stands under where others are
    called alike ("2.3.0 > Fixed"); empty when there is none."""
    above = [heading for heading in document.headings if heading.span.start <= offset]
    if not above:
        return ""
    nearest = above[-1]
    alike = sum(1 for heading in document.headings if heading.text == nearest.text)
    higher = [heading.text for heading in above if heading.level < nearest.level]
    return f"{higher[-1]} > {nearest.text}" if alike > 1 and higher else nearest.text


def place(citation: Citation) -> str:
    """Where a citation stands: ``notes.md:31-33`` (editors make that a link),
    ``paper.pdf, p. 4`` or ``talk.pptx, slide 3``."""
    if citation.page is not None:
        return f"{citation.path}, p. {citation.page}"
    if citation.place:
        return f"{citation.path}, {citation.place}"
    if citation.line_start is None:
        return citation.path
    if citation.line_end in (None, citation.line_start):
        return f"{citation.path}:{citation.line_start}"
    return f"{citation.path}:{citation.line_start}-{citation.line_end}"


def citation_to_json(citation: Citation) -> dict[str, Any]:
    """A citation as it stands in ``qa ask --json``."""
    return {
        "number": citation.number,
        "id": citation.id,
        "path": citation.path,
        "title": citation.title,
        "author": citation.author,
        "date": citation.date,
        "language": citation.language,
        "url": citation.url,
        "start": citation.span.start,
        "end": citation.span.end,
        "quote": citation.quote,
        "before": citation.before,
        "after": citation.after,
        "line_start": citation.line_start,
        "line_end": citation.line_end,
        "page": citation.page,
        "place": citation.place,
        "heading": citation.heading,
        "sha256": citation.sha256,
        "text_sha256": citation.text_sha256,
        "extractor": citation.extractor,
        "made": citation.made.isoformat() if citation.made else None,
        "made_by": citation.made_by,
    }


_TEXTS = (
    "title", "author", "date", "language", "url", "place", "before", "after", "heading",
    "text_sha256", "extractor", "made_by",
)  # fmt: skip


def citation_from_json(row: object) -> Citation:
    """The other way round; what an earlier version did not write is left empty.

    Raises:
        CitationError: ``row`` is no citation.
    """
    try:
        if not isinstance(row, dict):
            raise TypeError
        needed = [row["path"], row["quote"], row["sha256"]]
        texts = {name: row.get(name, "") for name in _TEXTS}
        numbers = [row.get(name) for name in ("line_start", "line_end", "page")]
        if not all(isinstance(value, str) for value in (*needed, *texts.values())):
            raise TypeError
        counts = (row["start"], row["end"], row.get("number", 0))
        counts += tuple(value for value in numbers if value is not None)
        if any(type(value) is not int for value in counts):
            raise TypeError
        made = row.get("made")
        return Citation(
            number=counts[2],
            path=row["path"],
            span=Span(row["start"], row["end"]),
            quote=row["quote"],
            sha256=row["sha256"],
            made=datetime.fromisoformat(made) if made is not None else None,
            line_start=numbers[0],
            line_end=numbers[1],
            page=numbers[2],
            **texts,
        )
    except (KeyError, TypeError, ValueError) as error:
        raise CitationError(
            "A citation in the file cannot be read: it needs path, quote, start, end and sha256.",
            "Save an answer with `qa ask … --json > answer.json`.",
        ) from error
