"""The row of a table that has most or least of something: "Who had the most absences?", "Which is
the cheapest ticket?".

No sentence says so, but all rows of the table do: the column that the question means is compared,
and the row quoted, with how many were compared. Where a cell cannot be compared with certainty (a
range, another unit), where something stands in several rows, so that they would have to be added
up, or where the question says something that the table does not know, nothing is found.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from qa.comparison import Compared, compare, terms
from qa.index import Index
from qa.layout import by_field
from qa.reader import words_in
from qa.sentence_batch import Words
from qa.superlatives import Superlative, superlative
from qa.tables import tables
from qa.text import is_row, words_of_path
from qa.types import Evidence, Hit

LONGEST = 200_000
"""Characters of the documents whose tables are compared, which takes some 0.2 s."""
MOST_LISTED = 5_000
"""Documents among whose names words of the question are looked for."""
DOCUMENTS, MOST_ROWS = 4, 3
"""Documents, of those found first, whose tables are looked at; rows that are quoted."""


def extremes(
    question: str, hits: Sequence[Hit], index: Index, within: Sequence[str] = ()
) -> list[tuple[Evidence, Compared]]:
    """The rows that a question asks for; none where it asks for no such thing, or the tables of the
    documents found do not tell for certain.

    Args:
        question: in words of its own.
        hits: found for it.
        index: that they are of.
        within: paths of the documents that are asked; empty where all are.
    """
    asked = superlative(question)
    if asked is None:
        return []
    best: list[tuple[tuple[float, int], Compared, str]] = []
    room = LONGEST
    for path in _paths(asked, hits, index, within):
        document = index.store.document(path)
        if document is None or len(document.text) > room:
            continue
        room -= len(document.text)
        for table in tables(document):
            known, compared = compare(asked, table, index.lexical.tokens)
            best += [(known, one, path) for one in compared]
    most = max((known for known, _, _ in best), default=None)
    chosen = [(one, path) for known, one, path in best if known == most][:MOST_ROWS]
    return [(found, one) for one, path in chosen if (found := _evidence(one, path, index))]


def _paths(
    asked: Superlative, hits: Sequence[Hit], index: Index, within: Sequence[str]
) -> list[str]:
    """The documents whose tables are looked at: those found first, and those that have a word of
    the question in their name."""
    tokens = index.lexical.tokens
    wanted = terms(asked.rest, tokens, silent=True)
    found = list(dict.fromkeys(hit.passage.path for hit in hits))[:DOCUMENTS]
    if index.store.counts()[0] <= MOST_LISTED:
        paths = (one.path for one in index.store.sources() if not within or one.path in within)
        named = {path: len(wanted & terms(words_of_path(path), tokens)) for path in paths}
        found += sorted((path for path in named if named[path]), key=lambda path: -named[path])
    return list(dict.fromkeys(found))[: 2 * DOCUMENTS]


def says_so(question: str, evidence: Evidence) -> bool:
    """Whether evidence is a sentence with the word by which a question asks for the most or least:
    that is an answer without anything compared."""
    asked = superlative(question)
    return bool(asked and asked.words in evidence.quote.lower() and not _is_row(evidence))


def is_any_row(question: str, evidence: Evidence) -> bool:
    """Whether a question asks for the most or least of something and evidence is a row of a table
    that says nothing of that: any of them would do as well."""
    asked = superlative(question)
    if asked is None or not _is_row(evidence):
        return False
    return asked.words not in f"{evidence.quote} {evidence.columns}".lower()


def _is_row(evidence: Evidence) -> bool:
    line = by_field(evidence.quote)
    return bool(evidence.columns) or is_row(line) or "\t" in line


def _evidence(one: Compared, path: str, index: Index) -> Evidence | None:
    """A row as evidence; None where its document was deleted meanwhile."""
    span = one.row.span
    [ids] = index.store.passage_ids([path])
    passages = index.store.passages(ids).values()
    near = next((it for it in passages if it.span.start <= span.start < it.span.end), None)
    document = index.store.document(path)
    if near is None or document is None:
        return None
    quote = span.of(document.text)
    words = words_in(quote, Words(one.words.start, one.words.end, 0.0)) if one.words else None
    words = words and words.shifted(span.start)
    whole = replace(near, span=span, text=quote)
    return Evidence(whole, span, 1.0, words, one.row.columns)
