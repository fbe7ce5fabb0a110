"""Evidence to statements: what says the same is said once with all its citations, what says
otherwise stands beside it."""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from itertools import combinations, islice, takewhile

from qa.asked import gives_reason, kind_of
from qa.citations import Citer
from qa.details import HAS, OTHER, Details, details
from qa.index import Index
from qa.layout import STAMPED, entries, paragraphs, quotable, sentences
from qa.list_answers import asked_by_name, asked_of
from qa.lists import list_of
from qa.store import Store
from qa.text import MONTHS, NUMBERS, STOP_WORDS, WEEKDAYS, asks, is_row, normalized, one_line, trim
from qa.types import Citation, Evidence, Passage, Span, Statement

SAME = 0.82
"""Cosine at which two sentences that share their numbers say the same."""
SHARED = 0.4
"""Share of the shorter one's words that two such sentences have in common at least, stop words
apart: so have 96 % of the pairs at that cosine, and a quarter of all."""
OTHERWISE, SHARED_OTHERWISE = 0.75, 0.6
"""The same for two that say otherwise, numbers apart: higher, for two sentences may well speak of
two things that only sound alike."""

_WORDS_FOR = {word: str(n) for n, word in enumerate(NUMBERS.split("|"), 1) if n > 1}
_WORDS_FOR |= {"twice": "2"}  # "one" is mostly no number
_TEENS = "thirteen fourteen fifteen sixteen seventeen eighteen nineteen"
_TENS = "twenty thirty forty fifty sixty seventy eighty ninety hundred"
_WORDS_FOR |= {word: str(n) for n, word in enumerate(_TEENS.split(), 13)}
_WORDS_FOR |= {word: str(10 * n) for n, word in enumerate(_TENS.split(), 2)}
_FACT = re.compile(
    rf"\d[\d.,]*\d|\d|\b(?:(?!may\b)(?:{MONTHS})|{WEEKDAYS}|{'|'.join(_WORDS_FOR)}|half)\b"
)
_THOUSANDS = re.compile(r"(?<=\d)[,\u2009\u202f ’'](?=\d{3}(?!\d))")
_YEAR = re.compile(r"(?:1\d|20)\d\d")
_LABEL = re.compile(r"(?:\*\*|__)[^*_]+(?:\*\*|__)[.:]?")
_INTENDS = re.compile(
    r"\b(?:propos|request|suggest|appl(?:y|ied) for|asks? for|asked for|moved that|should have)",
    re.I,
)
"""What was meant to be, of which the next sentence says what became."""
_HAPPENED = re.compile(
    r"\bwhat (?:all )?"
    r"(?:happened|(?:is|was|were|has been) (?:done|noted|recorded|written|reported))\b",
    re.I,
)
"""What the whole entry of that day tells."""
_CONCLUDES = re.compile(r"(?:So|Then|Thus|Hence|Therefore|That(?:['’]s| is) why|For this)\b")
_ELSE = re.compile(r"\W*(?:\*\*|__)|\s*(?:>|\[|[^\W\d_][\w .'’-]{0,24}:\s)")
_LABELS = re.compile(r"[a-z]|\d{1,3}[a-z]?")
_STATE = re.compile(
    r"(?<!\d)(?:19|20)\d\d(?:[-_.]?[01]\d)?(?:[-_.]?[0-3]\d)?(?!\d)"
    r"|(?<![^\W_])(?:v|ver|version|draft|rev|revision|edition)[ ._-]?\d+(?:\.\d+)*"
)
"""What tells one state of a document from another in the names of files."""
_FOLLOWING = 2
_LONGEST_DAY, _LONGEST_ENTRY = 24, 1_000
"""Characters of a day, and of what happened on it."""
_IS_CALLED = re.compile(
    r"(?P<who>(?:The|Our|My|Its) [^.;:,]{3,80}?) (?:is|are) "
    r"(?P<name>[A-Z][\w’'-]*(?: (?:[A-Z][\w’'.-]*|de|van|von|of|and))*)\.?"
)
_NEGATION = re.compile(r"\b(?:not?|never|none|nor|neither|without|nobody|nothing)\b|n[’']t\b", re.I)


class Desk:
    """Numbers the citations of one answer; documents are read once."""

    def __init__(self, store: Store, made: datetime | None = None, made_by: str = "") -> None:
        self._store = store
        self._made, self._made_by = made, made_by
        self._citers: dict[str, Citer | None] = {}
        self.citations: list[Citation] = []

    def cite(self, evidence: Evidence) -> Citation | None:
        """The checked citation; None when its document was deleted or replaced meanwhile."""
        citer = self._citer(evidence.passage.path)
        current = self._store.passages([evidence.passage.passage_id])
        if citer is None or not current:
            return None
        citation = citer.cite(evidence.span, evidence.quote, len(self.citations) + 1)
        self.citations.append(citation)
        return citation

    def text(self, path: str) -> str:
        """Of a document; empty where it was deleted meanwhile."""
        citer = self._citer(path)
        return citer.document.text if citer else ""

    def _citer(self, path: str) -> Citer | None:
        if path not in self._citers:
            with self._store.snapshot():
                document = self._store.document(path)
                digest = self._store.text_digest(path)
            self._citers[path] = (
                Citer(document, digest, self._made, self._made_by) if document else None
            )
        return self._citers[path]


class Said:
    """What sentences say, compared with each other."""

    def __init__(self, evidence: Sequence[Evidence], index: Index) -> None:
        self.evidence, self._index = evidence, index
        self._words = [normalized(item.quote) for item in evidence]
        tokens = index.lexical.tokens
        self._stems = [frozenset(tokens(item.quote)) - STOP_WORDS for item in evidence]
        self._facts = [facts(item.quote) for item in evidence]
        self._answers = [
            facts(item.words.shifted(-item.span.start).of(item.quote)) if item.words else None
            for item in evidence
        ]
        self._denies = [len(_NEGATION.findall(item.quote)) % 2 for item in evidence]

    def groups(self) -> list[list[int]]:
        """Sentences by what they say, in the order of each group's best.

        Two say the same when their words are the same, or when they stand in different
        documents, share words, are near in meaning, hold the same numbers and deny alike. A
        group holds at most one sentence of a document; repetitions within one are dropped.
        """
        found: list[list[int]] = []
        for place, item in enumerate(self.evidence):
            for group in found:
                if self._same(place, group[0]):
                    if item.passage.path not in {self.evidence[n].passage.path for n in group}:
                        group.append(place)
                    break
            else:
                found.append([place])
        return found

    def otherwise(self, one: int, other: int) -> bool:
        """Whether two sentences of different documents speak of the same and answer with other
        numbers or dates, or one denies what the other says. Lists say many things."""
        both = self._facts[one] | self._facts[other]
        if self._apart(one, other) and self._names_otherwise(one, other):
            return True
        return (
            self._apart(one, other)
            and not self._of_two_things(one, other)
            and not self._is_list(one)
            and not self._is_list(other)
            and (self._denies_only(one, other) or self._counts_otherwise(one, other))
            and self._shared(one, other, both) >= SHARED_OTHERWISE
            and self._cosine(one, other) >= OTHERWISE
        )

    def _names_otherwise(self, one: int, other: int) -> bool:
        """Whether two versions of a document say in the same words that somebody or something is
        of one name, and of another: "The treasurer is Ada Menz." """
        first, second = (
            _IS_CALLED.fullmatch(one_line(self.evidence[place].quote)) for place in (one, other)
        )
        return bool(
            first
            and second
            and self._versions(one, other)
            and first["who"].lower() == second["who"].lower()
            and first["name"] != second["name"]
        )

    def _versions(self, one: int, other: int) -> bool:
        """Whether the names of two files differ in a year, day or version alone."""
        paths = (self.evidence[place].passage.path.lower() for place in (one, other))
        first, second = (_STATE.sub("", path) for path in paths)
        return first == second

    def _denies_only(self, one: int, other: int) -> bool:
        return self._facts[one] == self._facts[other] and self._denies[one] != self._denies[other]

    def _counts_otherwise(self, one: int, other: int) -> bool:
        """Whether each has a number or date that the other has not, among the words that answer
        where these are known. If others differ too, they are about two things, and those
        of two different years about two times."""
        own, others = (
            self._facts[place] - self._facts[than] for place, than in ((one, other), (other, one))
        )
        answer, second = self._answers[one], self._answers[other]
        if answer is not None and second is not None and own - answer and others - second:
            return False
        years = [{fact for fact in part if _YEAR.fullmatch(fact)} for part in (own, others)]
        if any(own - years[0]) or any(others - years[1]):
            if all(years):
                return False
            own, others = own - years[0], others - years[1]
        return all(
            part and (words is None or part & words)
            for part, words in ((own, answer), (others, second))
        )

    def _same(self, one: int, other: int) -> bool:
        if self._words[one] == self._words[other]:
            return True
        return (
            self._apart(one, other)
            and self._facts[one] == self._facts[other]
            and self._denies[one] == self._denies[other]
            and self._shared(one, other) >= SHARED
            and self._cosine(one, other) >= SAME
        )

    def _apart(self, one: int, other: int) -> bool:
        return self.evidence[one].passage.path != self.evidence[other].passage.path

    def _of_two_things(self, one: int, other: int) -> bool:
        """Whether the names of two files differ in a letter or number alone: "flat-a.pdf" and
        "flat-b.pdf" are contracts of two flats. A year tells two states of the same."""
        first, second = (
            set(re.findall(r"[^\W_]+", self.evidence[place].passage.path.lower())[:-1])
            for place in (one, other)
        )
        only, others = first - second, second - first
        return bool(
            first & second
            and len(only) == len(others) == 1
            and all(_LABELS.fullmatch(word) for word in only | others)
        )

    def _is_list(self, place: int) -> bool:
        return len(list(paragraphs(self.evidence[place].quote))) > 1

    def _shared(self, one: int, other: int, without: frozenset[str] = frozenset()) -> float:
        """Share of the shorter one's words that both have."""
        stems, others = (self._stems[place] - without for place in (one, other))
        return len(stems & others) / max(1, min(len(stems), len(others)))

    def _cosine(self, one: int, other: int) -> float:
        """Embedding sentences takes longer than all the rest here, so it comes last."""
        texts = [one_line(self.evidence[place].quote) for place in (one, other)]
        first, second = self._index.sentence_vectors(texts)
        return float(first @ second)


def facts(text: str) -> frozenset[str]:
    """Numbers, months and days of a text, each written in one way."""
    found = _FACT.findall(_THOUSANDS.sub("", text.lower()))
    return frozenset(_WORDS_FOR.get(fact, fact) for fact in found)


def of_what_is_asked(question: str, evidence: Sequence[Evidence]) -> list[Evidence]:
    """Evidence without sentences about another of what the question pins down: "Field 727 was
    sown" where it asks about field 77 and the best sentence names that."""
    pinned = details(question)
    if not pinned or not evidence:
        return list(evidence)
    said = [pinned.said(one_line(item.quote)) for item in evidence]
    asked = [place for place, state in enumerate(said[0]) if state == HAS]
    return [
        item
        for item, states in zip(evidence, said, strict=True)
        if not any(states[place] == OTHER for place in asked)
    ]


def with_what_follows(question: str, evidence: Sequence[Evidence]) -> list[Evidence]:
    """Evidence with the sentences around, where it alone would be none: behind a label in bold;
    behind a first sentence that holds what a question asks the reason of, but no reason ("Why was
    it rejected?", "It was rejected in May."), which stands before what begins with "So"; and behind
    one that says what was asked for or proposed, of which the next says what became; and behind the
    first of the entry of a day, where a question asks what happened then. What is part of another
    then is left out."""
    found: list[Evidence] = []
    why = kind_of(question) == "reason"
    day = details(question if _HAPPENED.search(question) else "")
    if why:  # a row repeats the question, a sentence may go on with the reason
        evidence = sorted(evidence, key=lambda one: _is_row(one) and not gives_reason(one.quote))
    for place, item in enumerate(evidence):
        text = item.passage.text
        own = item.span.shifted(-item.passage.span.start)
        label = bool(_LABEL.fullmatch(one_line(item.quote)))
        intends = _INTENDS.search(item.quote)
        open_ = why and not gives_reason(item.quote)
        open_ = open_ or bool(intends and intends[0][:3].lower() not in question.lower())
        alone = label or (open_ and not place)
        wider = own
        if own != Span(0, len(text)):  # that is a whole list
            wider = _entry_of(text, own, day) if day.dates else _wider(text, own) if alone else own
        if wider != own:
            item = replace(item, span=wider.shifted(item.passage.span.start))
        if not any(one.passage.path == item.passage.path and _in(item, one) for one in found):
            found = [one for one in found if not _in(one, item)]
            found.append(item)
    return found


def _entry_of(text: str, sentence: Span, day: Details) -> Span:
    """The entry of a day in which a sentence of a text stands; that alone where there is none."""
    for block in paragraphs(text):
        if block.start <= sentence.start < block.end:
            starts = [one.start for one in entries(text, block)]
            place = bisect_right(starts, sentence.start)
            end = starts[place] if place < len(starts) else block.end
            entry = trim(text, starts[place - 1], end) if place else sentence
            told = day.said(text[entry.start : entry.start + _LONGEST_DAY])
            if HAS in told and len(entry) <= _LONGEST_ENTRY:
                return entry
    return sentence


def _is_row(one: Evidence) -> bool:
    return bool(one.columns) or is_row(one_line(one.quote))


def _in(one: Evidence, other: Evidence) -> bool:
    same = one.passage.path == other.passage.path
    return same and other.span.start <= one.span.start and one.span.end <= other.span.end


def _wider(text: str, sentence: Span) -> Span:
    """A sentence with up to two that follow in its paragraph, or the one before it where it draws a
    conclusion; nothing that somebody else says."""
    block = next((one for one in paragraphs(text) if one.start <= sentence.start < one.end), None)
    within = sentences(text, block) if block else []
    places = [n for n, one in enumerate(within) if one.start <= sentence.start < one.end]
    if not places:
        return sentence
    place = places[0]
    if place and _CONCLUDES.match(sentence.of(text)):
        return Span(quotable(text, within[place - 1]).start, sentence.end)
    after = takewhile(lambda one: not _begins(one.of(text)), within[place + 1 :])
    ends = [one.end for one in islice(after, _FOLLOWING)]
    return Span(sentence.start, ends[-1]) if ends else sentence


def _begins(sentence: str) -> bool:
    """Whether a sentence begins something else: another label, entry, speaker or quotation; or is
    a question."""
    return bool(_ELSE.match(sentence)) or bool(STAMPED.match(sentence)) or asks(sentence)


def in_full(
    question: str, evidence: Sequence[Evidence], index: Index, desk: Desk
) -> list[Evidence]:
    """Evidence with the whole list, once, in the place of the items of a list that the question
    asks for (see `qa.lists`), before all else. Items of others behind it are left out."""
    found: list[Evidence] = []
    lists: dict[tuple[str, Span], Evidence] = {}
    listed = [_listed(item) for item in evidence]
    for item, own in zip(evidence, listed, strict=True):
        passage = item.passage
        if own is None:
            found.append(item)
            continue
        above = _above(passage)
        text = desk.text(passage.path)
        several = len({one for one in listed if one and one[0] == own[0]}) > 1
        span = asked_of(text, item.span, question, above, index.lexical.tokens, several=several)
        if span:
            lists.setdefault((passage.path, span), _widened(item, span, text))
        elif not lists:
            found.append(item)
    return [*lists.values(), *found] if lists else _named(question, found, index, desk)


def _named(question: str, evidence: Sequence[Evidence], index: Index, desk: Desk) -> list[Evidence]:
    """Evidence behind the list that the question asks for by its name, if there is one where some
    of it stands; without its items."""
    best = {item.passage.passage_id: item for item in reversed(evidence)}
    for item in reversed(best.values()):
        passage = item.passage
        text = desk.text(passage.path)
        span = asked_by_name(text, passage.span, question, _above(passage), index.lexical.tokens)
        if span:
            whole = _widened(item, span, text)
            return [whole, *(one for one in evidence if not _in(one, whole))]
    return list(evidence)


def _above(passage: Passage) -> str:
    """What a list in a passage stands under, a line each."""
    return "\n".join((passage.path, passage.title, *passage.headings))


def _listed(item: Evidence) -> tuple[tuple[str, int], int] | None:
    """Of which list of which document evidence is an item, and of which one; None of what is
    none."""
    start = item.passage.span.start
    own = item.span.shifted(-start)
    found = list_of(item.passage.text, own)
    if found is None:
        return None
    number = sum(1 for one in found.items if one.start <= own.start)
    return (item.passage.path, start + found.span.start), number


def _widened(item: Evidence, span: Span, text: str) -> Evidence:
    wider = replace(item.passage, span=span, text=span.of(text))
    return replace(item, passage=wider, span=span, words=None)


def stated(evidence: Sequence[Evidence], index: Index, desk: Desk, most: int) -> list[Statement]:
    """At most ``most`` statements of what the evidence says, best first."""
    said = Said(evidence, index)
    found: list[tuple[int, Statement]] = []
    for group in said.groups()[:most]:
        statement = quoted([evidence[place] for place in group], desk)
        if statement:
            found.append((group[0], statement))
    against: dict[int, list[int]] = {}
    for (one, (place, _)), (other, (second, _)) in combinations(enumerate(found, 1), 2):
        if said.otherwise(place, second):
            against.setdefault(one, []).append(other)
            against.setdefault(other, []).append(one)
    return [
        replace(statement, against=tuple(against.get(number, ())))
        for number, (_, statement) in enumerate(found, 1)
    ]


def quoted(group: Sequence[Evidence], desk: Desk, compared: str = "") -> Statement | None:
    """One statement of evidence that says the same; None where nothing of it stands any more."""
    cited = [(item, citation) for item in group if (citation := desk.cite(item))]
    if not cited:
        return None
    item, first = cited[0]
    words = item.words and item.words.shifted(-item.span.start)
    numbers = tuple(citation.number for _, citation in cited)
    return Statement(first.quote, numbers, words, columns=item.columns, compared=compared)
