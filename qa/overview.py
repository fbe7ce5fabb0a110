"""Questions about the documents as a whole, answered with sentences that stand in them.

"What are these documents about?", "summarise the second report": sentences near the middle of
what is said that do not repeat each other. Nearness is the cosine with the mean of the vectors
(Radev et al., 2004, "Centroid-based summarization of multiple documents"), repetition is held
down by maximal marginal relevance (Carbonell and Goldstein, 1998); what is near the title or the
beginning comes first (Edmundson, 1969, "New methods in automatic extracting"). "Which documents
mention X?": of each, the first sentence that does. "Compare A and B on X": the two subjects, to be
asked for one after the other. "What does clause 1.2 say?": that clause (`qa.parts`). How such
questions are told: `qa.whole`.
"""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Sequence
from dataclasses import replace
from itertools import zip_longest

import numpy as np
from numpy.typing import NDArray

from qa.index import Index
from qa.layout import STAMPED
from qa.parts import Part, names_part, part_of
from qa.reader import LEANS, quotable_sentences
from qa.text import normalized, one_line, subject_words
from qa.types import Evidence, Hit, Passage, SourceInfo, Span
from qa.whole import Whole, meant, telling

SENTENCES = 4
"""Of an overview."""
DOCUMENTS = 8
"""Shown of those that mention something."""
CENTRAL = 0.7
"""Weight of being central against not repeating; Carbonell and Goldstein's λ."""
_PASSAGES, _VECTORS = 6, 4_000
_GUESSED, _LONGEST_GUESS = 20, 600
"""Passages among which a section is looked for that may not be there, and its characters."""
_TOP = 600
"""Characters at the top of a document in which it may say what it is."""
_LONGEST_PART, _SHORT_PART = 2_500, 400
"""Characters of a part of a document that is quoted whole; of one of which a summary is asked."""
_FEWEST_WORDS = 6
_TITLED = 0.5
"""What nearness to the title is worth beside nearness to the middle."""
_EARLY, _OPENING = 0.15, 1_000
"""What standing at the beginning is worth as a cosine, and within how many characters it falls to a
third: most texts say first what they are about."""
_REPLIES = re.compile(r"[QA]:|(?:Yes|No|But|And|So|Then|However|Also)\b|[A-ZÄÖÜ]{2,20}:")
_LEANING = 0.5
"""What a sentence that cannot be told without those around it loses."""


def evidence_of(
    whole: Whole, index: Index, search: Callable[[str], list[Hit]], within: Sequence[str] = ()
) -> list[Evidence]:
    """What is quoted to answer a question about the whole; nothing where nothing fits.

    Args:
        whole: the question.
        index: of the documents.
        search: finds passages, among the documents of ``within`` where it names any.
        within: paths of documents.
    """
    if whole.part:
        return said_in(index, whole.part, within)
    if whole.kind == "summary":
        sources = [one for one in index.store.sources() if not within or one.path in within]
        return overview(index, meant(whole.subjects[0], sources))
    if whole.kind == "mentions":
        return mentions(index, whole.subjects[0], within)
    if whole.kind == "subject":
        return said_about(index, whole.subjects[0], search(whole.subjects[0]))
    one, other, also = whole.subjects
    return compared(index, search, one, other, also)


def compared(
    index: Index, search: Callable[[str], list[Hit]], one: str, other: str, also: str
) -> list[Evidence]:
    """What is said of each of two sides, as much of either, nothing twice."""
    found: dict[tuple[int, Span], Evidence] = {}
    for side in (one, other):
        about = said_about(index, side, search(f"{side} {also}"), also)
        new = [item for item in about if (item.passage.doc_id, item.span) not in found]
        for item in new[: SENTENCES // 2]:
            found[item.passage.doc_id, item.span] = item
    return list(found.values())


def central(
    vectors: NDArray[np.float32], count: int, more: NDArray[np.float32] | float = 0.0
) -> list[int]:
    """Rows near the mean that do not repeat each other, best first.

    Args:
        vectors: unit vectors, shape ``(n, dimension)``.
        count: at most this many.
        more: added to how near each is, shape ``(n,)``.
    """
    mean = vectors.mean(0)
    near = vectors @ (mean / max(float(np.linalg.norm(mean)), 1e-9)) + more
    chosen: list[int] = []
    repeats = np.zeros(len(vectors))
    while len(chosen) < min(count, len(vectors)):
        worth = CENTRAL * near - (1 - CENTRAL) * repeats
        worth[chosen] = -np.inf
        chosen.append(int(worth.argmax()))
        repeats = np.maximum(repeats, vectors @ vectors[chosen[-1]])
    return chosen


def overview(index: Index, sources: Sequence[SourceInfo]) -> list[Evidence]:
    """Central sentences of some documents, in the order of the documents: of each as many as of
    the others, as far as it has that many; of more than `SENTENCES` one each."""
    each = [_central_sentences(index, one) for one in _central_documents(index, sources)]
    if len(each) > SENTENCES:
        return [some[0] for some in each if some]
    in_turn = [one for row in zip_longest(*each) for one in row if one is not None]
    chosen = list({normalized(one.quote): one for one in reversed(in_turn)}.values())[::-1]
    chosen = chosen[:SENTENCES]
    return [
        one
        for some in each
        for one in sorted(some, key=lambda one: one.span.start)
        if one in chosen
    ]


def mentions(index: Index, subject: str, within: Sequence[str] = ()) -> list[Evidence]:
    """Of documents that have all the words of ``subject`` in a passage, at most `DOCUMENTS`, the
    first such passage's sentence with most of them; those it matters most in come first. Where
    ``within`` names documents, only of these."""
    lexical = index.lexical
    wanted = _stems(index, subject)
    if within:
        among = [id_ for some in index.store.passage_ids(within) for id_ in some]
        scores = lexical.scores(subject, among)
        hits = sorted(scores, key=lambda id_: (-scores[id_], id_))
    else:
        hits = [id_ for id_, _ in lexical.search(subject, 50 * DOCUMENTS)]
    passages = index.store.passages(hits)
    first: dict[str, Passage] = {}
    for passage in (passages[id_] for id_ in hits if id_ in passages):
        known = first.get(passage.path)
        if known is None and len(first) == DOCUMENTS:
            continue
        earlier = known is None or passage.span.start < known.span.start
        if earlier and wanted <= set(lexical.tokens(passage.text)):
            first[passage.path] = passage
    found = []
    for passage in first.values():
        spans = quotable_sentences(passage)
        counts = [len(wanted & set(lexical.tokens(passage.words(span)))) for span in spans]
        if most := max(counts, default=0):
            found.append(Evidence(passage, spans[counts.index(most)], 1.0))
    return found


def said_about(index: Index, subject: str, hits: Sequence[Hit], also: str = "") -> list[Evidence]:
    """Sentences of some passages that name a subject, those nearest to it first, without
    repeating each other.

    Args:
        index: that the passages are of.
        subject: its words; a sentence with all of them names it.
        hits: passages found for it.
        also: what else the sentences should be about.
    """
    wanted = _stems(index, subject)
    found = [
        (len(wanted & set(index.lexical.tokens(hit.passage.words(span)))), hit.passage, span)
        for hit in hits
        for span in quotable_sentences(hit.passage)
        if _whole_sentence(hit.passage.words(span))
    ]
    named = [(passage, span) for count, passage, span in found if count == len(wanted)]
    if not named:
        return []
    texts = [one_line(passage.words(span)) for passage, span in named]
    *vectors, asked = index.sentence_vectors([*texts, f"{subject} {also}".strip()])
    near = np.array(vectors) @ asked
    chosen = central(np.array(vectors), SENTENCES, near)
    return [Evidence(*named[place], 1.0) for place in chosen]


def said_in(index: Index, part: Part, within: Sequence[str] = ()) -> list[Evidence]:
    """A part of some documents, of each that has one: as it stands there, or its central sentences
    where it is long, or a summary of it is asked for."""
    store = index.store
    guess = not (part.label or part.sure)  # of a section of that name
    count = _GUESSED if guess else 50 * DOCUMENTS
    ids = [id_ for id_, _ in index.lexical.search(f"{part.label} {part.name}", count)]
    known = store.passages(ids)
    ranked = list(dict.fromkeys(known[id_].path for id_ in ids if id_ in known))
    called = {one.path for one in known.values() if guess and names_part(one.headings, part)}
    if guess and not called:
        return []  # before all documents are listed, which takes long where there are many
    sources = {
        one.path: one
        for one in store.sources()
        if (not within or one.path in within) and (not guess or one.path in called)
    }
    named = {one.path for one in meant(part.of, list(sources.values()))} if part.of else None
    paths = [path for path in (ranked if len(sources) > DOCUMENTS else sources) if path in sources]
    paths = [path for path in sources if path in named] if named else paths
    words = telling(part.of) if named == set() else set()
    found: list[Evidence] = []
    for path in paths[: 4 * DOCUMENTS]:
        document = store.document(path)
        if document and not words <= set(re.findall(r"[^\W_]+", document.text[:_TOP].lower())):
            continue
        span = document and part_of(document, part)
        if not document or not span or (guess and len(span) > _LONGEST_GUESS):
            continue
        [ids] = store.passage_ids([path])
        passages = store.passages(ids).values()
        near = next((one for one in passages if one.span.end > span.start), None)
        if len(span) > (_SHORT_PART if part.shorter else _LONGEST_PART):
            found += _central_sentences(index, sources[path], span)
        elif near:
            whole = replace(near, span=span, text=span.of(document.text))
            found.append(Evidence(whole, span, 1.0))
        if len(found) >= SENTENCES:
            break
    return found[:SENTENCES]


def _stems(index: Index, subject: str) -> set[str]:
    """The index's terms of what a few words are about."""
    tokens = index.lexical.tokens
    return {stem for word in subject_words(subject) for stem in tokens(word)} or set(
        tokens(subject)
    )


def _central_documents(index: Index, sources: Sequence[SourceInfo]) -> list[SourceInfo]:
    if len(sources) <= DOCUMENTS:
        return list(sources)
    sources = sources[:: -(-len(sources) // _VECTORS)]
    ids = index.store.passage_ids([source.path for source in sources])
    step = max(1, -(-sum(map(len, ids)) // _VECTORS))
    vectors = index.store.vectors_of([id_ for some in ids for id_ in some[::step]])
    manifest = index.store.manifest
    dimension = manifest.dimension if manifest else 1
    means = []
    for some in ids:
        rows = [vectors[id_] for id_ in some[::step] if id_ in vectors]
        mean = np.mean(rows, 0) if rows else np.zeros(dimension)
        means.append(mean / max(float(np.linalg.norm(mean)), 1e-9))
    return [sources[place] for place in sorted(central(np.array(means, np.float32), DOCUMENTS))]


def _central_sentences(
    index: Index, source: SourceInfo, part: Span | None = None
) -> list[Evidence]:
    """At most `SENTENCES` of a document or a part of it, most central first."""
    [ids] = index.store.passage_ids([source.path])
    if part:
        ids = [id_ for id_, one in index.store.passages(ids).items() if _meet(one.span, part)]
    vectors = index.store.vectors_of(ids)
    ids = [id_ for id_ in ids if id_ in vectors]
    if not ids:
        return []
    best = central(np.array([vectors[id_] for id_ in ids]), _PASSAGES)
    passages = index.store.passages([ids[place] for place in dict.fromkeys([0, *best])])
    sentences = [
        Evidence(passage, span, 1.0)
        for passage in passages.values()
        for span in quotable_sentences(passage)
        if _whole_sentence(passage.words(span))
        and (part is None or (part.start <= span.start and span.end <= part.end))
    ]
    if not sentences:
        return []
    texts = [one_line(one.quote) for one in sentences]
    *own, title = index.sentence_vectors([*texts, source.title or source.path])
    begins = sentences[0].passage.span.start
    early = [math.exp((begins - one.span.start) / _OPENING) for one in sentences]
    alone = np.array([_stands_alone(one.quote) for one in sentences])
    more = (
        np.array(own) @ title * _TITLED
        + np.array(early, np.float32) * _EARLY
        - ~alone * np.float32(_LEANING)
    )
    return [sentences[place] for place in central(np.array(own), SENTENCES, more)]


def _stands_alone(text: str) -> bool:
    """Whether a sentence may be told without those around it: it is no entry of a log or chat, no
    answer, and does not go on with what was spoken of."""
    goes_on = LEANS.match(text.lstrip("*_ ")) or STAMPED.match(text) or _REPLIES.match(text)
    return not goes_on


def _meet(one: Span, other: Span) -> bool:
    return one.start < other.end and other.start < one.end


def _whole_sentence(text: str) -> bool:
    first = next((character for character in text if character.isalnum()), "")
    ends = text.rstrip("\"'”’)").endswith((".", "!", "。"))
    words = len(text.split()) if " " in text.strip() else len(text) / 2  # no blanks: Chinese, …
    return ends and not first.islower() and words >= _FEWEST_WORDS
