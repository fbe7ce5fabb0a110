"""Make, check and verify citations.

A citation is made from the stored text and checked against it before anyone sees it. It
can be verified later against the file as it is then: no index and no model is needed.
"""

from __future__ import annotations

import difflib
from bisect import bisect_right
from collections.abc import Callable, Iterable, Mapping
from typing import Any

from qa.errors import CitationError
from qa.text import LineIndex, normalized, sentences
from qa.types import Citation, Document, Span, Verification

SIMILAR = 0.6
"""Least share of common words at which a sentence counts as the changed quote."""

_MAX_WORDS_COMPARED = 400


class Citer:
    """Makes the citations of one document; line numbers are computed once.

    Args:
        document: as it was indexed.
        text_sha256: hex SHA-256 of ``document.text`` in UTF-8.
    """

    def __init__(self, document: Document, text_sha256: str) -> None:
        self.document = document
        self.text_sha256 = text_sha256
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
        return Citation(
            number=number,
            path=document.path,
            title=document.title,
            span=span,
            quote=quote,
            line_start=line_start,
            line_end=line_end,
            page=page_of(document, span.start),
            heading=heading_of(document, span.start),
            sha256=document.sha256,
            text_sha256=self.text_sha256,
        )

    def lines(self, span: Span) -> tuple[int | None, int | None]:
        """First and last line of the file; None for formats that have pages instead."""
        document = self.document
        if document.pages:
            return None, None
        if document.lines:
            last = max(span.start, span.end - 1)
            return _mapped_line(document, span.start), _mapped_line(document, last)
        if self._lines is None:
            self._lines = LineIndex(document.text)
        return self._lines.lines_of(span)


def _mapped_line(document: Document, offset: int) -> int:
    place = bisect_right(document.lines, offset, key=lambda pair: pair[0])
    return document.lines[max(0, place - 1)][1]


def page_of(document: Document, offset: int) -> int | None:
    """The 1-based page of an offset; None where the format has no pages."""
    return max(1, bisect_right(document.pages, offset)) if document.pages else None


def heading_of(document: Document, offset: int) -> str:
    """The nearest heading above an offset; empty when there is none."""
    found = ""
    for heading in document.headings:
        if heading.span.start > offset:
            break
        found = heading.text
    return found


def place(citation: Citation) -> str:
    """Where a citation stands: ``notes.md:31-33`` (editors make that a link) or
    ``paper.pdf, p. 4``."""
    if citation.page is not None:
        return f"{citation.path}, p. {citation.page}"
    if citation.line_start is None:
        return citation.path
    if citation.line_end in (None, citation.line_start):
        return f"{citation.path}:{citation.line_start}"
    return f"{citation.path}:{citation.line_start}-{citation.line_end}"


LoadNow = Callable[[str], Document | None]
"""Loads the file at a relative path as it is now; None when it is gone or unreadable."""


def verify(
    citations: Iterable[Citation],
    load: LoadNow,
    renamed: Callable[[], Mapping[str, str]] = dict,
) -> list[Verification]:
    """Check citations against the files as they are now (see `Verification`).

    Args:
        citations: to be checked, in any order.
        load: how a file is read now.
        renamed: path by SHA-256 of the files that are there now; called only when a cited
            file is gone or no longer holds the words.
    """
    documents: dict[str, Document | None] = {}
    lines: dict[str, Citer] = {}
    by_digest: Mapping[str, str] | None = None

    def now(path: str) -> Document | None:
        if path not in documents:
            documents[path] = load(path)
        return documents[path]

    found = []
    for citation in citations:
        path = citation.path
        document = now(path)
        if document is None or (
            document.sha256 != citation.sha256 and citation.quote not in document.text
        ):
            if by_digest is None:
                by_digest = renamed()
            other = by_digest.get(citation.sha256, "")
            if other and now(other):
                path, document = other, now(other)
        if document is None:
            found.append(Verification(citation, "missing"))
            continue
        if path not in lines:
            lines[path] = Citer(document, "")
        found.append(_check(citation, document, lines[path]))
    return found


def _check(citation: Citation, document: Document, citer: Citer) -> Verification:
    span = citation.span
    if span.end <= len(document.text) and span.of(document.text) == citation.quote:
        line = citer.lines(span)[0]
        # What surrounds the text of a web page may grow: the same offset, another line.
        stays = (document.path, line) == (citation.path, citation.line_start)
        return Verification(citation, "exact" if stays else "moved", document.path, span, line)
    at = _nearest(document.text, citation.quote, span.start)
    if at is not None:
        span = Span(at, at + len(citation.quote))
        return Verification(citation, "moved", document.path, span, citer.lines(span)[0])
    like = _most_alike(document.text, citation.quote)
    if like is None:
        return Verification(citation, "missing", document.path)
    return Verification(
        citation, "changed", document.path, like, citer.lines(like)[0], like.of(document.text)
    )


def _nearest(text: str, quote: str, start: int) -> int | None:
    """Where ``quote`` stands in ``text``, nearest to where it stood."""
    before = text.rfind(quote, 0, start + len(quote))
    after = text.find(quote, start)
    places = [place for place in (before, after) if place >= 0]
    return min(places, key=lambda place: abs(place - start)) if places else None


def _most_alike(text: str, quote: str) -> Span | None:
    """The sentence of ``text`` that shares most words with ``quote``, if enough."""
    wanted = normalized(quote).split()[:_MAX_WORDS_COMPARED]
    matcher: difflib.SequenceMatcher[str] = difflib.SequenceMatcher(autojunk=False)
    matcher.set_seq2(wanted)
    best, best_ratio = None, SIMILAR
    for sentence in sentences(text):
        matcher.set_seq1(normalized(sentence.of(text)).split()[:_MAX_WORDS_COMPARED])
        if matcher.real_quick_ratio() < best_ratio or matcher.quick_ratio() < best_ratio:
            continue
        ratio = matcher.ratio()
        if ratio >= best_ratio:
            best, best_ratio = sentence, ratio
    return best


def citation_to_json(citation: Citation) -> dict[str, Any]:
    """A citation as it stands in ``qa ask --json``."""
    return {
        "number": citation.number,
        "path": citation.path,
        "title": citation.title,
        "start": citation.span.start,
        "end": citation.span.end,
        "quote": citation.quote,
        "line_start": citation.line_start,
        "line_end": citation.line_end,
        "page": citation.page,
        "heading": citation.heading,
        "sha256": citation.sha256,
        "text_sha256": citation.text_sha256,
    }


def citation_from_json(row: object) -> Citation:
    """The other way round.

    Raises:
        CitationError: ``row`` is no citation.
    """
    try:
        if not isinstance(row, dict):
            raise TypeError
        for name in ("path", "quote", "sha256"):
            if not isinstance(row[name], str):
                raise TypeError
        start, end = row["start"], row["end"]
        if not isinstance(start, int) or not isinstance(end, int):
            raise TypeError
        return Citation(
            number=int(row.get("number", 0)),
            path=row["path"],
            title=str(row.get("title", "")),
            span=Span(start, end),
            quote=row["quote"],
            line_start=row.get("line_start"),
            line_end=row.get("line_end"),
            page=row.get("page"),
            heading=str(row.get("heading", "")),
            sha256=row["sha256"],
            text_sha256=str(row.get("text_sha256", "")),
        )
    except (KeyError, TypeError, ValueError) as error:
        raise CitationError(
            "A citation in the file cannot be read: it needs path, quote, start, end and sha256.",
            "Save an answer with `qa ask … --json > answer.json`.",
        ) from error
