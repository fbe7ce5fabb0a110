"""Document to chunks: at most the encoder's window, cut where the author paused.

A chunk never crosses a heading, never cuts a sentence that fits the window, and never a
word that does. Sentences are packed greedily; a paragraph that no longer fits starts the
next chunk if the present one is at least half full. The last two chunks of a section are cut
again into two of like length.
"""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

from qa.formats.extracted import checkpoint
from qa.layout import paragraphs, sentences
from qa.text import has_words
from qa.types import Chunk, Document, Span

VERSION = "sentences-3"
"""Names this way of cutting; part of the manifest."""

CountTokens = Callable[[Sequence[str]], list[int]]

_PREFIX_SHARE = 0.15
_SPECIAL_TOKENS = 2
_CHARACTERS = 16  # most that one token may stand for
_WORD = re.compile(r"\S+")
_PARAGRAPH = 0.3  # of two chunks' length: how uneven they may be to keep a paragraph whole
_LONGEST_PARAGRAPH = 100_000
"""Characters of which the sentences are looked for at a time."""
_NEAR = 20_000
_LINE_OF_SENTENCE = re.compile(r"[.!?:;。！？][)\]}\"'”’]*[ \t]*\n")
_BATCH = 512  # sentences counted at once: bounds memory on a long document


def describe(max_tokens: int) -> str:
    """The chunking part of the manifest."""
    return f"{VERSION}/{max_tokens}"


def embedded_text(title: str, headings: Sequence[str], text: str) -> str:
    """What is embedded and full-text indexed for a passage: its title and headings on a
    line, then its words. A title that the text already starts with is not repeated."""
    parts = [
        part for part in dict.fromkeys((title, *headings)) if part and not text.startswith(part)
    ]
    return f"{' > '.join(parts)}\n{text}" if parts else text


def chunk(document: Document, max_tokens: int, count_tokens: CountTokens) -> Iterator[Chunk]:
    """The chunks of ``document``, in order, not overlapping, each with visible characters.

    Args:
        document: whose ``text`` is cut; offsets refer to it.
        max_tokens: the encoder's window, special tokens included.
        count_tokens: tokens of each text, special ones not counted.
    """

    def cost(texts: Sequence[str]) -> list[int]:
        # A tokenizer may read a long run of letters as one unknown token.
        counts = count_tokens(texts)
        return [max(n, len(t) // _CHARACTERS) for t, n in zip(texts, counts, strict=True)]

    for section, headings in _sections(document):
        prefix = embedded_text(document.title, headings, "")
        spent = min(count_tokens([prefix])[0], int(max_tokens * _PREFIX_SHARE)) if prefix else 0
        capacity = max(8, max_tokens - _SPECIAL_TOKENS - spent)
        for span in _pack(document.text, section, capacity, cost):
            yield Chunk(span, headings)


def _sections(document: Document) -> Iterator[tuple[Span, tuple[str, ...]]]:
    """Stretches between headings, each with the headings it stands under."""
    path: list[tuple[int, str]] = []
    start = 0
    for heading in document.headings:
        if heading.span.start > start:
            yield Span(start, heading.span.start), tuple(text for _, text in path)
        while path and path[-1][0] >= heading.level:
            path.pop()
        path.append((heading.level, heading.text))
        start = heading.span.end
    yield Span(start, len(document.text)), tuple(text for _, text in path)


@dataclass(frozen=True, slots=True)
class _Piece:
    """A sentence to be packed."""

    span: Span
    cost: int
    """Tokens."""
    opens_paragraph: bool
    paragraph_cost: int
    """Tokens of the paragraph that it opens."""
    leads: bool
    """Whether it is of no use without what follows: a rule below the head of a table, "Bring:"."""
    rule: bool
    """Whether it holds no words."""


def _pack(text: str, section: Span, capacity: int, count_tokens: CountTokens) -> Iterator[Span]:
    """Chunks of a section. The last two are held back, so that the rest of a section is not
    left as a scrap: a short chunk outranks longer ones on little evidence."""
    before: list[_Piece] = []
    present: list[_Piece] = []
    used = 0
    for piece in _measured(text, section, count_tokens):
        full = used + piece.cost > capacity
        # Prefer to break before a paragraph that would not fit as a whole.
        early = (
            piece.opens_paragraph
            and used * 2 >= capacity
            and used + piece.paragraph_cost > capacity
        )
        if present and (full or early):
            yield from _spans(before)
            before, present = _without_leads(present)
            used = sum(one.cost for one in present)
            if used + piece.cost > capacity:
                before, present, used = [*before, *present], [], 0
        if piece.cost > capacity:
            yield from _spans(*_balanced(before, present, capacity))
            before, present = [], []
            yield from _cut_long(text, piece.span, capacity, count_tokens)
            continue
        present.append(piece)
        used += piece.cost
    yield from _spans(*_balanced(before, present, capacity))


def _without_leads(pieces: list[_Piece]) -> tuple[list[_Piece], list[_Piece]]:
    """Pieces parted before those at their end that lead to what follows; nothing before, nothing
    parted."""
    at = len(pieces)
    while at > 0 and pieces[at - 1].leads:
        at -= 2 if pieces[at - 1].rule else 1  # a rule with the head above it
    return (pieces[:at], pieces[at:]) if at > 0 else (pieces, [])


def _spans(*chunks: Sequence[_Piece]) -> Iterator[Span]:
    return (Span(pieces[0].span.start, pieces[-1].span.end) for pieces in chunks if pieces)


def _balanced(
    before: list[_Piece], present: list[_Piece], capacity: int
) -> tuple[Sequence[_Piece], Sequence[_Piece]]:
    """Two chunks cut again where they come out most alike, at a paragraph if one is near."""
    if not before or not present:
        return before, present
    pieces = [*before, *present]
    total = sum(piece.cost for piece in pieces)
    best, at = math.inf, len(before)
    left = 0
    for position, piece in enumerate(pieces):
        if position and max(left, total - left) <= capacity:
            unlike = abs(total - 2 * left) / total - _PARAGRAPH * piece.opens_paragraph
            unlike += pieces[position - 1].leads or piece.rule
            if unlike < best:
                best, at = unlike, position
        left += piece.cost
    return pieces[:at], pieces[at:]


def _measured(text: str, section: Span, count_tokens: CountTokens) -> Iterator[_Piece]:
    """The sentences of a section."""
    batch: list[list[Span]] = []
    waiting = 0
    for paragraph in (part for one in paragraphs(text, section) for part in _parts(text, one)):
        checkpoint()
        batch.append(sentences(text, paragraph))
        waiting += len(batch[-1])
        if waiting >= _BATCH:
            yield from _counted(text, batch, count_tokens)
            batch, waiting = [], 0
    yield from _counted(text, batch, count_tokens)


def _parts(text: str, paragraph: Span) -> Iterator[Span]:
    """A paragraph, or where it is as long as a log without blank lines, some of its lines at a
    time, so that the work can be stopped; cut behind a line that ends a sentence."""
    start = paragraph.start
    while paragraph.end - start > _LONGEST_PARAGRAPH:
        limit = start + _LONGEST_PARAGRAPH
        ends = [match.end() for match in _LINE_OF_SENTENCE.finditer(text, limit - _NEAR, limit)]
        cut = ends[-1] if ends else text.find("\n", limit, paragraph.end) + 1
        if not cut:
            break
        yield Span(start, cut)
        start = cut
    yield Span(start, paragraph.end)


def _counted(text: str, batch: list[list[Span]], count_tokens: CountTokens) -> Iterator[_Piece]:
    spans = [span for paragraph in batch for span in paragraph]
    counts = iter(count_tokens([span.of(text) for span in spans]) if spans else [])
    for paragraph in batch:
        costs = [next(counts) for _ in paragraph]
        for position, (span, cost) in enumerate(zip(paragraph, costs, strict=True)):
            words = span.of(text)
            rule = not has_words(words)
            leads = rule or words.endswith(":")
            yield _Piece(span, cost, position == 0, 0 if position else sum(costs), leads, rule)


def _cut_long(text: str, span: Span, capacity: int, count_tokens: CountTokens) -> Iterator[Span]:
    """A sentence above the window, cut between words; a word above it, cut inside."""
    words = list(_words(text, span))
    start = end = -1
    used = 0
    for first in range(0, len(words), _BATCH):
        part = words[first : first + _BATCH]
        for word, cost in zip(part, count_tokens([word.of(text) for word in part]), strict=True):
            # No token is shorter than a character, so a word of `capacity` characters fits.
            for piece, tokens in [(word, cost)] if cost <= capacity else _pieces(word, capacity):
                if start >= 0 and used + tokens > capacity:
                    yield Span(start, end)
                    start = -1
                if start < 0:
                    start, used = piece.start, 0
                end, used = piece.end, used + tokens
    if start >= 0:
        yield Span(start, end)


def _words(text: str, span: Span) -> Iterator[Span]:
    for match in _WORD.finditer(text, span.start, span.end):
        yield Span(*match.span())


def _pieces(word: Span, size: int) -> Iterator[tuple[Span, int]]:
    for start in range(word.start, word.end, size):
        end = min(start + size, word.end)
        yield Span(start, end), end - start
