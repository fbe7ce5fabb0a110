"""Labelled questions to training examples for the sentence reader.

From each question that its set answers: the question with its passage; and, by chance, some
of these without an answer: a passage that ranks high (BM25) and does not hold the answer; its
own passage without the sentences that answer; its own passage and the question changed, so
that it asks for something else (another name, number or year, the opposite). Questions that
people wrote to have no answer in a passage stay as they are. Some questions become
keywords, some a statement or a question for yes or no that holds the answer.
"""

from __future__ import annotations

import json
import random
import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import tantivy
from reader_words import reworded

from qa.layout import sentences
from qa.lexical import analyzer, expand
from qa.text import STOP_WORDS
from qa.types import Span

SIZES = {
    "squad2-train": 6455, "squad1-train": 4557, "qed": 8527, "squadshifts": 27626,
    "selqa": 2375, "policyqa": 4000, "wice": 707,
}  # fmt: skip
"""Questions used of each set in one pass."""

WITHOUT_SPANS = {"selqa", "wice"}
"""Sets that say which sentences answer, not which words."""

MINED, CUT, CHANGED, STATED = 0.5, 0.25, 0.5, 0.15
"""How often a question is also used with a passage that only ranks high, with its passage
without the answer, changed, and as a statement."""

REWORDED = 0.4
"""How often a question is put in other words (`reader_words`), whether it has an answer or not."""

MOST, SHORT = 12, 0.4
"""Sentences of an example, and the share of examples with two to five."""

_NAME = re.compile(r"(?<=\s)[A-Z][\w’'-]+(?:\s+(?:of\s+)?[A-Z][\w’'-]+)*")
_YEAR = re.compile(r"\b(1[5-9]\d\d|20[0-2]\d)\b")
_COUNT = re.compile(r"(?<![\d.,])\d{1,3}(?![\d.,])")
_OPPOSITES = {
    one: other
    for pair in (
        "first last", "largest smallest", "biggest smallest", "highest lowest", "most least",
        "more less", "before after", "oldest youngest", "earliest latest", "best worst",
        "longest shortest", "increase decrease", "north south", "east west", "northern southern",
        "eastern western", "won lost", "buy sell", "began ended", "start end", "mother father",
        "son daughter", "above below", "allowed forbidden", "male female", "rural urban",
        "major minor", "support oppose", "join leave", "entered left", "early late", "upper lower",
    )
    for one, other in (pair.split(), pair.split()[::-1])
}  # fmt: skip
_DENIED = re.compile(r"\b(did|does|do|is|are|was|were|has|have|can|could|would|should)\b")
_ASKS_WHEN = re.compile(r"^(When|Where) (did|was|were|is|are|has|have|will|does|do|can) (.+?)\??$")
_ASKS_WHO = re.compile(
    r"^(?:Who (?!did\b|does\b|do\b)"
    r"|(?:What|Which) (?!kind|type|sort)[a-z]+ (?=(?:is|was|are|were|has|had|[a-z]+ed)\b))(.+?)\??$"
)


@dataclass(frozen=True)
class Example:
    """A question, a title, sentences, which of them answer, and the words that do."""

    question: str
    title: str
    sentences: tuple[str, ...]
    right: frozenset[int]
    words: tuple[tuple[int, int], tuple[int, int]] | None
    """Where the words begin and end: sentence and place in it, in code points; None where
    that is not known or there are none."""


def load(
    folder: Path, count: int, rng: random.Random, rewording: float = REWORDED
) -> Iterator[Example]:
    """Examples from a random ``count`` of a set's questions, a share of them reworded."""
    corpus = {row["_id"]: row for row in _lines(folder / "corpus.jsonl")}
    queries = list(_lines(folder / "queries.jsonl"))
    rng.shuffle(queries)
    names = [name for query in queries[:5000] for name in _NAME.findall(query["text"])]
    spans = {id_: sentences(row["text"]) for id_, row in corpus.items()}
    ranking = _Ranking(corpus)

    def example(
        question: str,
        id_: str,
        right: set[int],
        without: bool = False,
        answer: dict[str, Any] | None = None,
    ) -> Example:
        row = corpus[id_]
        parts = list(enumerate(spans[id_]))
        first = 0
        most = rng.randint(2, 5) if rng.random() < SHORT else MOST
        if len(parts) > most:  # a stretch that holds the answer, if there is one
            anchor = min(right) if right else rng.randrange(len(parts))
            first = max(0, min(anchor - rng.randrange(most), len(parts) - most))
        kept = [
            (number, span)
            for number, span in parts[first : first + most]
            if not (without and number in right)
        ]
        return Example(
            _as_typed(question, rng, rewording),
            row["title"] if rng.random() < 0.7 else "",
            tuple(_words(row["text"], span) for _, span in kept),
            frozenset(i for i, (number, _) in enumerate(kept) if number in right),
            _located(row["text"], [span for _, span in kept], answer) if answer else None,
        )

    for query in queries[:count]:
        question = query["text"]
        gold: dict[str, set[int]] = {}
        texts = [answer["text"].lower() for answer in query.get("answers", [])]
        for answer in query.get("answers", []):
            start, end = answer["start"], answer["start"] + len(answer["text"])
            for number, span in enumerate(spans.get(answer["doc_id"], [])):
                if start < span.end and end > span.start:
                    gold.setdefault(answer["doc_id"], set()).add(number)
        for id_, right in gold.items():
            answer = None
            if folder.name not in WITHOUT_SPANS:
                answer = _usual([one for one in query["answers"] if one["doc_id"] == id_])
            yield example(question, id_, right, answer=answer)
            if rng.random() < CUT:
                rest = example(question, id_, right, without=True)
                if len(rest.sentences) > 1 and not _holds(" ".join(rest.sentences), texts):
                    yield rest
            if rng.random() < CHANGED:
                changed = _changed(question, corpus[id_]["text"], names, rng)
                if changed:
                    yield example(changed, id_, set())
            if rng.random() < STATED and len(query["answers"][0]["text"].split()) < 7:
                stated = _stated(question, query["answers"][0]["text"], rng)
                if stated:
                    yield example(stated, id_, right, answer=answer)
        source = query.get("source_doc")
        if not query["answerable"] and source in corpus:
            yield example(question, source, set())
        if rng.random() < MINED:
            wrong = [
                id_
                for id_ in ranking.best(question)
                if id_ not in gold and id_ != source and not _holds(corpus[id_]["text"], texts)
            ]
            if wrong:
                yield example(question, rng.choice(wrong[:4]), set())


def _usual(answers: Sequence[dict[str, Any]]) -> dict[str, Any]:
    """Of the answers that people marked the one most of them did, the first of equals."""
    counts = Counter(answer["text"].lower() for answer in answers)
    return max(answers, key=lambda answer: counts[answer["text"].lower()])


def _located(
    text: str, spans: Sequence[Span], answer: dict[str, Any]
) -> tuple[tuple[int, int], tuple[int, int]] | None:
    """Where an answer begins and ends in the words of sentences (see `Example.words`)."""
    begin, end = answer["start"], answer["start"] + len(answer["text"].rstrip())
    found = []
    for place in (begin, end - 1):
        for number, span in enumerate(spans):
            if span.start <= place < span.end:
                before = len("".join(text[span.start : place].split()))
                found.append((number, _place(_words(text, span), before)))
    if len(found) != 2:
        return None
    (first, start), (last, stop) = found
    return (first, start), (last, stop + 1)


def _place(words: str, count: int) -> int:
    """Place of the character that ``count`` others stand before, blanks not counted."""
    places = [place for place, character in enumerate(words) if not character.isspace()]
    return places[count]


class _Ranking:
    """BM25 over a set's passages."""

    def __init__(self, corpus: dict[str, Any]) -> None:
        self.ids = list(corpus)
        self.schema = (
            tantivy.SchemaBuilder()
            .add_integer_field("id", fast=True)
            .add_text_field("text", tokenizer_name="qa", index_option="freq")
            .build()
        )
        index = tantivy.Index(self.schema)
        self.tokens = analyzer()
        index.register_tokenizer("qa", self.tokens)
        writer = index.writer(50_000_000, 1)
        for number, row in enumerate(corpus.values()):
            document = tantivy.Document()
            document.add_integer("id", number)
            document.add_text("text", expand(row["title"] + "\n" + row["text"]))
            writer.add_document(document)
        writer.commit()
        index.reload()
        self.searcher = index.searcher()

    def best(self, question: str) -> list[str]:
        """Ids of the eight first passages."""
        query = tantivy.Query.boolean_query(
            [
                (tantivy.Occur.Should, tantivy.Query.term_query(self.schema, "text", term, "freq"))
                for term in self.tokens.analyze(expand(question))
            ]
        )
        hits = self.searcher.search(query, limit=8, count=False).hits
        found = self.searcher.fast_field_values("id", [address for _, address in hits])
        return [self.ids[int(number)] for number in found]


def _as_typed(question: str, rng: random.Random, rewording: float) -> str:
    """Some questions as people type them: in other words than the text, as keywords, without
    capitals or a question mark."""
    if rewording and rng.random() < rewording:
        question = reworded(question, rng)
    if rng.random() < 0.12:
        words = re.findall(r"[\w'’.-]*\w", question)
        kept = [word for word in words if word.lower() not in STOP_WORDS]
        if len(kept) > 2:
            question = " ".join(kept)
    return question.lower().rstrip("?") if rng.random() < 0.25 else question


def _changed(question: str, passage: str, names: Sequence[str], rng: random.Random) -> str:
    """The question asking for something else; empty where nothing can be changed."""
    ways = []
    asked = [name for name in _NAME.findall(question) if len(name) > 2]
    if asked:
        ways += ["name"] * 6
    if _YEAR.search(question) or _COUNT.search(question):
        ways += ["number"] * 6
    if any(word in _OPPOSITES for word in question.lower().split()):
        ways += ["opposite"] * 4
    if _DENIED.search(question):
        ways += ["denied"]
    way = rng.choice(ways) if ways else ""
    if way == "name":
        name = rng.choice(asked)
        near = [other for other in _NAME.findall(passage) if len(other) > 2]
        pool = near if near and rng.random() < 0.5 else names
        others = [
            other for other in rng.sample(list(pool), min(8, len(pool)))
            if other not in question and not set(other.split()) & set(name.split())
        ]  # fmt: skip
        return question.replace(name, others[0], 1) if others else ""
    if way == "number":
        if match := _YEAR.search(question):
            other = int(match[0]) + rng.choice((-1, 1)) * rng.randrange(1, 40)
        else:
            match = _COUNT.search(question)
            assert match
            other = int(match[0]) + rng.randrange(1, 30)
        return question[: match.start()] + str(other) + question[match.end() :]
    if way == "opposite":
        return re.sub(r"\w+", lambda match: _OPPOSITES.get(match[0].lower(), match[0]), question)
    if way == "denied" and rng.random() < 0.3:
        return _DENIED.sub(lambda match: f"{match[0]} not", question, count=1)
    return ""


def _stated(question: str, answer: str, rng: random.Random) -> str:
    """The question with its answer in it, as a statement or a question for yes or no."""
    question = question.strip()
    if match := _ASKS_WHEN.match(question):
        before = "" if re.match(r"(?:in|on|at|from|during|by)\b", answer, re.I) else "in "
        return f"{match[2].capitalize()} {match[3]} {before}{answer}?"
    if match := _ASKS_WHO.match(question):
        stated = f"{answer} {match[1]}"
        return rng.choice((stated, f"Is it true that {stated}?", f"{stated}, or not?"))
    return ""


def _holds(text: str, answers: Sequence[str]) -> bool:
    lowered = text.lower()
    return any(answer in lowered for answer in answers)


def _words(text: str, span: Span) -> str:
    return " ".join(span.of(text).split())


def _lines(file: Path) -> Iterator[dict[str, Any]]:
    with file.open(encoding="utf-8") as lines:
        for line in lines:
            yield json.loads(line)
