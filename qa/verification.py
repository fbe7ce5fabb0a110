"""What has become of citations: their words looked for in the files as they are now.

Needs no index and no model. Words are compared without regard to how lines are broken: a
file that was saved with other line endings, in another encoding or with lines filled anew
still says the same.
"""

from __future__ import annotations

import difflib
import heapq
import re
from bisect import bisect_right
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping
from functools import cached_property

from qa.citations import Citer, page_of, place_of
from qa.documents import FolderSource, Source, SourceFile
from qa.errors import DocumentError
from qa.layout import sentences
from qa.text import normalized, trim
from qa.types import Citation, Document, Span, Verification, VerificationState

SIMILAR = 0.6
"""Least share of common words at which words elsewhere count as the changed quote."""
SIMILAR_IN_PLACE = 0.4
"""The same between the words that stood before and after the quote."""

_MAX_WORDS_COMPARED = 400
_PLACES = 1000
"""Occurrences of a quote that are looked at; more only where a file repeats itself."""
_CANDIDATES = 4
_KEPT = 4
"""Files held at once."""
_BLANKS = re.compile(r"\s+")
_FLUSH = re.compile(r"\r\n|\r")

LoadNow = Callable[[str], Document | None]
"""Loads the file at a relative path as it is now; None when it is gone or unreadable."""


def verify(
    citations: Iterable[Citation],
    load: LoadNow,
    renamed: Callable[[], Mapping[str, str]] = dict,
    others: Callable[[], Iterable[str]] = tuple,
) -> list[Verification]:
    """Check citations against the files as they are now (see `Verification`).

    Args:
        citations: to be checked, in any order; the results have the same.
        load: how a file is read now.
        renamed: path by SHA-256 of the files that are there now; called only when a cited
            file is gone or no longer holds the words.
        others: paths of the files that are there now; called only when a cited file is gone
            and no other has its bytes.
    """
    wanted = list(citations)
    found: list[Verification | None] = [None] * len(wanted)
    digests: Mapping[str, str] | None = None
    order = sorted(range(len(wanted)), key=lambda place: wanted[place].path)
    files = _Files(load)
    gone = []
    for place in order:  # file by file, so that few are held at once
        citation = wanted[place]
        now = files.now(citation.path)
        if now is None or now.is_another(citation):
            digests = renamed() if digests is None else digests
            now = files.now(digests.get(citation.sha256, "")) or now
        found[place] = now.check(citation) if now else Verification(citation, "missing")
        if now is None and (citation.before.strip() or citation.after.strip()):
            gone.append(place)
    if gone:
        for path in others():
            now = files.now(path) if gone else None
            if now is None:
                continue
            for place in [place for place in gone if now.holds(wanted[place])]:
                found[place] = now.check(wanted[place])
                gone.remove(place)
    return [item for item in found if item is not None]


def verify_in_folder(source: FolderSource, citations: Iterable[Citation]) -> list[Verification]:
    """Check citations against the files of a folder as they are now. Needs no index."""

    def renamed() -> Mapping[str, str]:
        found: dict[str, str] = {}
        for file in source.scan()[0]:
            found[source.digest(file)] = file.path
        found.pop("", None)
        return found

    def others() -> list[str]:
        return [file.path for file in source.scan()[0]]

    return verify(citations, loader(source), renamed, others)


def loader(source: Source) -> LoadNow:
    """How the documents of a source are read now."""

    def load(path: str) -> Document | None:
        try:
            return source.load(SourceFile(path, 0, 0))
        except (DocumentError, OSError, ValueError, RuntimeError):  # no name of a file at all
            return None

    return load


def difference(was: str, now: str) -> list[tuple[str, str]]:
    """How words changed: pieces ``(" ", words)`` that stay, ``("-", words)`` that went and
    ``("+", words)`` that came, in reading order."""
    old, new = was.split(), now.split()
    pieces: list[tuple[str, str]] = []
    matcher = difflib.SequenceMatcher(None, old, new, autojunk=False)
    for what, i, j, k, end in matcher.get_opcodes():
        if what == "equal":
            pieces.append((" ", " ".join(old[i:j])))
            continue
        if i < j:
            pieces.append(("-", " ".join(old[i:j])))
        if k < end:
            pieces.append(("+", " ".join(new[k:end])))
    return pieces


class _Files:
    """The files as they are now, the last few kept."""

    def __init__(self, load: LoadNow) -> None:
        self._load = load
        self._kept: dict[str, _Now | None] = {}

    def now(self, path: str) -> _Now | None:
        if path and path not in self._kept:
            while len(self._kept) >= _KEPT:
                del self._kept[next(iter(self._kept))]
            document = self._load(path)
            self._kept[path] = _Now(document) if document else None
        return self._kept.get(path) if path else None


class _Now:
    """A document as it is now."""

    def __init__(self, document: Document) -> None:
        self.document = document
        self.text = document.text
        self._citer = Citer(document, "")

    def check(self, citation: Citation) -> Verification:
        """What has become of a citation of this document."""
        place = self.place(citation)
        if place is not None:
            exact = self._stays(citation, place)
            return self._found(citation, "exact" if exact else "moved", place)
        like = self._in_place(citation) or self._most_alike(citation.quote)
        if like is None:
            return Verification(citation, "missing", self.document.path)
        return self._found(citation, "changed", like)

    def _found(self, citation: Citation, state: VerificationState, place: Span) -> Verification:
        found = place.of(self.text) if state == "changed" else ""
        line, page = self._citer.lines(place)[0], page_of(self.document, place.start)
        name = place_of(self.document, place)
        return Verification(citation, state, self.document.path, place, line, found, page, name)

    def place(self, citation: Citation) -> Span | None:
        """Where the words stand: where they stood, else where most of what is around them is as
        it was, else nearest to there; None where they do not."""
        span = citation.span
        if span.end <= len(self.text) and span.of(self.text) == citation.quote:
            return span
        places = list(self._places(citation.quote))
        if not places:
            return None
        return max(
            places,
            key=lambda place: (self.likeness(citation, place), -abs(place.start - span.start)),
        )

    def is_another(self, citation: Citation) -> bool:
        """Whether it is not the file that was cited, by all that can be seen: other bytes, without
        the words, and without others in their place."""
        same = self.document.sha256 == citation.sha256
        return not same and self.place(citation) is None and self._in_place(citation) is None

    def holds(self, citation: Citation) -> bool:
        """Whether the words stand here between the same words: the file of another name."""
        place = self.place(citation)
        return place is not None and self.likeness(citation, place) == 2

    def likeness(self, citation: Citation, place: Span) -> int:
        """Of the words before and after, how many are as they were: 0, 1 or 2."""
        before, after = (_BLANKS.sub("", part) for part in (citation.before, citation.after))
        margin = 4 * (len(before) + len(after)) + 100
        now = _BLANKS.sub("", self.text[max(0, place.start - margin) : place.start])
        then = _BLANKS.sub("", self.text[place.end : place.end + margin])
        return now.endswith(before) + then.startswith(after)

    def _stays(self, citation: Citation, place: Span) -> bool:
        """Whether that is the same place: path, page or line, and offset but for line ends."""
        path, line = self.document.path, self._citer.lines(place)[0]
        if (path, line) != (citation.path, citation.line_start):
            return False
        if citation.page is not None and page_of(self.document, place.start) != citation.page:
            return False
        if citation.place and place_of(self.document, place) != citation.place:
            return False
        span = citation.span
        if place.start == span.start:
            return True
        ends = any(span.of(text) == citation.quote for text in self._other_line_ends)
        return ends and self.likeness(citation, place) == 2

    @cached_property
    def _other_line_ends(self) -> tuple[str, ...]:
        flush = _FLUSH.sub("\n", self.text)
        return flush, flush.replace("\n", "\r\n")

    def _places(self, quote: str) -> Iterator[Span]:
        if not quote:
            return
        at, count = self.text.find(quote), 0
        while at >= 0 and count < _PLACES:
            yield Span(at, at + len(quote))
            at, count = self.text.find(quote, at + 1), count + 1
        if count:
            return
        text, starts, gaps = self._squeezed
        wanted = " ".join(quote.split())
        at = text.find(wanted) if wanted else -1
        while at >= 0 and count < _PLACES:
            last = at + len(wanted) - 1
            yield Span(_unsqueezed(at, starts, gaps), _unsqueezed(last, starts, gaps) + 1)
            at, count = text.find(wanted, at + 1), count + 1

    @cached_property
    def _squeezed(self) -> tuple[str, list[int], list[int]]:
        """The text with every run of white space as one blank; where in it a run ended that had
        more, and how many characters are left out up to there."""
        starts, gaps, left_out = [0], [0], 0
        for match in _BLANKS.finditer(self.text):
            if (more := match.end() - match.start() - 1) > 0:
                left_out += more
                starts.append(match.end() - left_out)
                gaps.append(left_out)
        return _BLANKS.sub(" ", self.text), starts, gaps

    def _in_place(self, citation: Citation) -> Span | None:
        """What stands between the words that stood before and after, if it is alike."""
        before, after = " ".join(citation.before.split()), " ".join(citation.after.split())
        if not before or not after:
            return None
        text, starts, gaps = self._squeezed
        at = text.find(before)
        end = text.find(after, at + len(before)) if at >= 0 else -1
        at += len(before)
        if end < 0 or end - at > 3 * len(citation.quote) + 200:
            return None
        place = trim(self.text, _unsqueezed(at, starts, gaps), _unsqueezed(end, starts, gaps))
        alike = len(place) and _ratio(_words(citation.quote), _words(place.of(self.text)))
        return place if alike >= SIMILAR_IN_PLACE else None

    @cached_property
    def _sentences(self) -> tuple[list[Span], list[list[str]], dict[str, list[int]]]:
        """Sentences, their words, and in which sentences each word stands."""
        spans = sentences(self.text)
        words = [_words(span.of(self.text)) for span in spans]
        where: dict[str, list[int]] = {}
        for place, some in enumerate(words):
            for word in set(some):
                where.setdefault(word, []).append(place)
        return spans, words, where

    def _most_alike(self, quote: str) -> Span | None:
        """The sentence, or two that adjoin, with most words of ``quote``, if enough."""
        spans, words, where = self._sentences
        wanted = _words(quote)
        shared: dict[int, float] = {}
        for word in set(wanted):
            some = where.get(word, ())
            for place in some[:_PLACES]:
                shared[place] = shared.get(place, 0.0) + 1.0 / len(some)
        best, ratio = None, SIMILAR
        for place in heapq.nlargest(_CANDIDATES, shared, key=shared.__getitem__):
            for first, last in ((place, place), (place - 1, place), (place, place + 1)):
                if first < 0 or last >= len(spans):
                    continue
                alike = _ratio(wanted, [word for some in words[first : last + 1] for word in some])
                if alike > ratio or (alike == ratio and best is None):
                    best, ratio = Span(spans[first].start, spans[last].end), alike
        return best


def _unsqueezed(at: int, starts: list[int], gaps: list[int]) -> int:
    return at + gaps[bisect_right(starts, at) - 1]


def _words(text: str) -> list[str]:
    return normalized(text).split()[:_MAX_WORDS_COMPARED]


def _ratio(one: list[str], other: list[str]) -> float:
    """Twice the words in common, in order, to all words (Ratcliff and Obershelp's measure)."""
    most = 2 * sum((Counter(one) & Counter(other)).values()) / max(1, len(one) + len(other))
    if most < SIMILAR_IN_PLACE:
        return 0.0
    return difflib.SequenceMatcher(None, one, other, autojunk=False).ratio()
