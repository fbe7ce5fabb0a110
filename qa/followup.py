"""What a question owes to the ones before it.

Some questions lean on what was said: by a pronoun ("did he resign?"), by an opening ("and in
2019?", "what about the second?"), or by saying too little to stand alone ("Celts"). Such a
question is put into words of its own by rules, for the reader and to show what was understood;
and it is searched for together with what the conversation was about (`Leaning`), which bears a
wrong guess better than a rule does. No language model; pure functions.
"""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from qa.details import exchanged
from qa.superlatives import the_other
from qa.text import MONTHS, ORDINALS, STOP_WORDS, WEEKDAYS, subject_words

LAST_ANSWERS, LAST_QUESTION = (1.0, 0.5), 0.25
"""Weights in what a conversation was about (tests/benchmarks/followup.md)."""
FEW_WORDS = 4
"""A question with more words of a subject stands alone, however often they occur."""
SMALL, LARGE = 100, 10_000
"""Passages up to which a question that says little does not lean for that, for in a small folder
much is about the same; and from which it does as said below."""
LITTLE, ENOUGH = 1.0, 3.5
"""A question that says as much as one word found nowhere leans wholly, one that says as much as
three and a half not at all."""

_PERSON = re.compile(r"\b(he|she|him|his|hers?)\b(?!['’])", re.IGNORECASE)
_THING = re.compile(r"\b(?!(?-i:IT)\b)(it|its|they|them|theirs?)\b(?!['’])", re.IGNORECASE)
_NOTHING = re.compile(
    r"\b(?:is|was|does|did|will|would|can|could|may|might|should) it (?:rain|snow|matter|take|cost"
    r"|seem|[\w'-]+ (?:to|that|for)\b)|\bit (?:is|was|rains?|rained|snows?|snowed|takes?|took)\b",
    re.IGNORECASE,
)
"""An "it" that stands for nothing: "is it possible to", "when did it rain"."""
_OWN = re.compile(
    r"\b(?:an?|the|each|every|any|some|no|my|your|our)\s+[\w'-]+\b(?!\s+of\b)", re.IGNORECASE
)
"""What a pronoun after it may stand for."""
_OWN_PERSON = re.compile(
    r"\b(?:(?:an?|each|every|any|some|no|my|your|our)\s+[\w'-]+\b(?!\s+of\b)"
    r"|the\s+[\w'-]+\b.*\b(?:when|if|that|and|because|while|after|before|who|whether)\b)",
    re.IGNORECASE,
)
_POSSESSIVE = frozenset(("his", "its", "their", "theirs", "hers"))
_LEANS = re.compile(
    r"\b(it|its|he|she|him|his|hers?|they|them|theirs?|these|those|this|former|latter|the same"
    r"|that one|which one)\b|^(and|but|what about|how about|ok)\b|^(why|so)\W*$",
    re.IGNORECASE,
)
_ABOUT = re.compile(r"^(?:and |but |or |so |ok,? )*(?:what|how) about (?P<what>[^?]+?)\W*$", re.I)
_MORE = re.compile(
    r"^(?i:and|or|but)(?: also)? "
    r"(?P<what>(?:in|on|at|by|for|from|with|to|of|during|after|before) .+?"
    r"|the [\w' -]+?|[A-Z0-9][\w' -]*?)\W*$"
)
_AND = re.compile(r"^(?:and|or|but|so) (?P<what>[\w .-]{1,40}?)\W*$", re.IGNORECASE)
_ALONE = re.compile(
    r"^(?:and |but |so )?(?P<how>why not|why|how so|how come|how|when|where|since when|by whom"
    r"|who|how many|how much|which ones?)(?: (?:is|was) (?:that|this|it))?\W*$",
    re.IGNORECASE,
)
_HOW_MUCH_IT = re.compile(r"\W*(?:and |but |so )?how (?:much|many) .*\bit\W*$", re.IGNORECASE)
_ONE_WORD = ("When", "Where", "Why", "How")
_SAYS_LITTLE = re.compile(
    r"(?:and |but |so )?(?:how (?:much|many|long|often|far) (?:does|did|do|will|would|is|was|are"
    r"|were) (?:it|that|this|they|those|these)\b"
    r"|(?:is|was|are|were|does|did|has|have|had) (?:that|this) \w+\W*$)",
    re.IGNORECASE,
)
"""Of what, only the question before tells."""
_STEP = re.compile(
    rf"\b(?:{ORDINALS}|last|next) "
    r"(?:step|item|point|one)\b(?! (?:of|in|to|on|towards?|for)\b)"
    r"|\bstep \d+\b(?! (?:of|in|to|for)\b)",
    re.IGNORECASE,
)
"""One of the steps that were spoken of."""
_ASKS = re.compile(r"\b(?:who|whom|whose|what|which|when|where|why|how)\b|\bdid\b", re.IGNORECASE)
_LITTLE = 2
"""Words of a subject that a question hardly has one by."""
_FRAGMENT = 5
"""Words at most of a question that an opening alone makes lean."""
_POINTS = re.compile(
    r"^(?:(?:and|but|so|or) )*(?:what|how) about\b|^(?:and|but|so|or)\b"
    r"|^(?:why not|why|how so|how come|how|when|where|who)(?= *\?*$)",
    re.IGNORECASE,
)
_OPENS = re.compile(
    r"^(?:(?:and|but|so|or) |(?:why|how|when|where|since|by|who|which|what)[a-z ]*: )+", re.I
)
"""What a question may begin with that is of no use to the next one."""
_WHICH = re.compile(
    r"^(?:and |but |so )?which (?P<what>(?!(?:year|month|date|day|time|kind|sort|type|number|amount"
    r"|share|percentage|reason|way|name|age|price|colou?r|size|one|else|other)\b)[a-z]\w*[^\Ws]) "
    r"(?:did|does|was|is|has|had|will|can)\b",
    re.IGNORECASE,
)
"""A question for one of its kind, which is what the next one is about."""
_TO_WHAT = re.compile(
    r"\bwho (?!(?:did|do|does|was|is|were|are|else)\b)\w+"
    r" (?P<subject>the [\w’'-]+(?: of (?:the )?[\w’'-]+)?)$",
    re.I,
)
"""What somebody did something to, at the end of a question."""
_ASKED_HOW = re.compile(
    r"^(?:when|where|why|how)(?= (?:did|does|do|was|were|is|are|has|have|had|will|can)\b)", re.I
)
"""What can be asked in another way by exchanging its first word."""
_TITLE_WORDS = 4
"""A longer title is a headline, not the name of anything."""
_LONGEST_INITIALS = 6
_NO_NAMES = STOP_WORDS | frozenset(
    ("all", "every", "each", "both", "most", "many", "other", "another")
)
_SAME_PREPOSITION = re.compile(
    r",? (?P<of>for|with|from|to|by|at|on) (?:(?:the|an?|my|our) )?[\w'’-]+(?: \d+)?$",
    re.IGNORECASE,
)
"""What a question ends with."""
_OF_PEOPLE = re.compile(r" for (?P<who>[a-z]+(?:s|en))$")
"""For whom a question asks, at its end: ``for adults``."""
_TITLE = r"(?:(?:Mr|Mrs|Ms|Dr|Prof|St)\. )?"
_NAME = re.compile(
    rf"\b{_TITLE}[A-Z][\w’'&.-]*\w(?:\s+(?:(?:of|the|de|van|von|and)\s+)?[A-Z][\w’'&.-]*\w)*"
)
_ADDRESSED = re.compile(r"(?:Mr|Mrs|Ms|Dr|Prof)\. ")
_CALENDAR = re.compile(f"{MONTHS}|{WEEKDAYS}", re.IGNORECASE)
_WHO_DID = re.compile(
    r"(?:and |but )?who (?!(?:did|do|does|was|is|were|are|else|will|would|can)\b)\w+",
    re.IGNORECASE,
)
_YEAR = re.compile(r"\b(?:1\d|20)\d\d\b")
_SUBJECT = re.compile(
    r"\b(?:was|is|were|are|did|does|do|has|had|have|will|can)"
    r" (?P<subject>the(?: (?!(?:for|to|with|by|from|at|in|on|about)\b)[\w’'-]+)+?) [\w-]+"
    r"(?: (?:in|on|at|by|for|with|to|from|during) .+)?$",
    re.IGNORECASE,
)
"""A subject of a question, with "the"."""


@dataclass(frozen=True, slots=True)
class Turn:
    """An earlier question with what was said to it."""

    question: str
    """In words of its own (see `stand_alone`)."""
    answer: str
    """The words quoted; empty where nothing was found."""
    titles: tuple[str, ...] = ()
    """Of the documents quoted."""
    paths: tuple[str, ...] = ()
    """The same documents."""


def stand_alone(question: str, turns: Sequence[Turn]) -> str:
    """The question in words of its own; as it is where it does not lean, or no rule fits.

    Args:
        question: as asked.
        turns: of the conversation so far, oldest first.
    """
    question = question.strip()
    if not turns:
        return question
    before = _OPENS.sub("", turns[-1].question.rstrip(" ?!."))
    match = _ABOUT.match(question) or _MORE.match(question)
    if match and not _ASKS.search(match["what"]):
        return _with(before, match["what"].strip())
    if (match := _AND.match(question)) and (changed := exchanged(before, match["what"])):
        return f"{changed}?"
    match = _ALONE.match(question)
    if match and not _HOW_MUCH_IT.match(question):
        how = match["how"].capitalize()
        if how in _ONE_WORD and _ASKED_HOW.match(before):
            return f"{_ASKED_HOW.sub(how, before)}?"
        return f"{how}: {before}?"
    if _is_a_step(question):
        return f"{question.rstrip(' ?!.')}: {before}?"
    if pronoun := _leaning_pronoun(question):
        person = bool(_PERSON.fullmatch(pronoun[0]))
        name = _spoken_of(turns, person, several=pronoun[0].lower().startswith("the"))
        if name:
            return question[: pronoun.start()] + _form(name, pronoun) + question[pronoun.end() :]
    if _SAYS_LITTLE.match(question) and len(subject_words(question)) <= _LITTLE:
        return f"{question.rstrip(' ?!.')}: {before}?"
    return question


def _is_a_step(question: str) -> bool:
    """Whether a question asks for one of the steps that were spoken of."""
    return bool(_STEP.search(question)) and len(subject_words(question)) <= _FRAGMENT


def _leaning_pronoun(question: str) -> re.Match[str] | None:
    """The first pronoun that nothing before it in the question can be what it stands for."""
    for pattern, own in ((_PERSON, _OWN_PERSON), (_THING, _OWN)):
        pronoun = pattern.search(question)
        before = question[: pronoun.start()] if pronoun else ""
        if pronoun and "," not in before and not _names(before) and not own.search(before):
            return None if pattern is _THING and _NOTHING.search(question) else pronoun
    return None


def goes_on(question: str, resolved: str) -> bool:
    """Whether a question goes on with what was said before it: it was understood with that, or
    says little itself."""
    return resolved != question or len(subject_words(question)) <= _LITTLE


def leans_wholly(question: str, resolved: str) -> bool:
    """Whether nothing but what was said before it tells what a question is about."""
    opens = _POINTS.match(question.strip())
    return resolved != question or bool(opens) or len(subject_words(question)) <= 1


def points_back(question: str) -> str:
    """The words by which a question points at what was said before it; empty where there are
    none, or where they may mean something in the question itself."""
    question = question.strip()
    match = _POINTS.match(question)
    if match and (len(question.split()) <= _FRAGMENT or "about" in match[0].lower()):
        return match[0]
    pronoun = _leaning_pronoun(question)
    return pronoun[0] if pronoun and not subject_words(question[: pronoun.start()]) else ""


def leaning(
    question: str,
    tokens: Callable[[str], list[str]],
    frequency: Callable[[str], int],
    passages: int,
) -> float:
    """How much a question leans on what was said before, 0 to 1: wholly where a word of it
    points there, else the more the less it says itself.

    Args:
        question: as asked.
        tokens: the index's terms of a text.
        frequency: in how many passages a term occurs.
        passages: how many there are.
    """
    words = subject_words(question)
    if _LEANS.search(question.strip()) or _is_a_step(question):
        return 1.0
    if len(words) > FEW_WORDS:
        return 0.0
    stems = {stem for word in words for stem in tokens(word)}
    most = _idf(0, passages)
    said = sum(_idf(frequency(stem), passages) for stem in stems) / most
    broad = math.log(max(1, passages) / SMALL) / math.log(LARGE / SMALL)
    return _share((ENOUGH - said) / (ENOUGH - LITTLE)) * _share(broad)


def _share(value: float) -> float:
    return min(1.0, max(0.0, value))


def _idf(found: int, passages: int) -> float:
    return math.log(1 + (passages + 1) / (found + 0.5))


def memory(
    vectors: Mapping[str, NDArray[np.float32]], turns: Sequence[Turn]
) -> NDArray[np.float32]:
    """What the conversation was about: the last two answers and the last question, as a unit
    vector; zeros where there was none.

    Args:
        vectors: of the texts that `remembered` names, of unit length.
        turns: of the conversation so far, oldest first.
    """
    found = sum(weight * vectors[text] for text, weight in remembered(turns).items())
    length = float(np.linalg.norm(found))
    return np.asarray(found / length if length else found, dtype=np.float32)


def remembered(turns: Sequence[Turn]) -> dict[str, float]:
    """Texts of a conversation, with how much each counts."""
    wanted = [
        (turn.answer, weight) for turn, weight in zip(turns[::-1], LAST_ANSWERS, strict=False)
    ]
    wanted.append((turns[-1].question, LAST_QUESTION))
    found: dict[str, float] = {}
    for text, weight in wanted:
        if text:
            found[text] = found.get(text, 0.0) + weight
    return found


def topic(question: str, turns: Sequence[Turn], tokens: Callable[[str], list[str]]) -> str:
    """Words of the last question that its answer took up and this one does not have.

    Args:
        question: as asked.
        turns: of the conversation so far, oldest first.
        tokens: the index's terms of a text.
    """
    if not turns:
        return ""
    asked, answered = set(tokens(question)), set(tokens(turns[-1].answer))
    found: dict[str, str] = {}
    for word in subject_words(turns[-1].question):
        stems = tokens(word)
        if stems and stems[0] in answered and stems[0] not in asked:
            found.setdefault(stems[0], word)
    return " ".join(found.values())


def _with(before: str, what: str) -> str:
    """The question before, about something else of the same kind, or with it at the end."""
    if changed := exchanged(before, what) or the_other(before, what):
        return f"{changed}?"
    for pattern in (_YEAR, _NAME):
        new = pattern.search(what)
        old = [match for match in pattern.finditer(before) if match.start()]
        if pattern is _NAME and not (new and _CALENDAR.match(new[0])):
            old = [match for match in old if not _CALENDAR.match(match[0])]
        if new and new[0] == what.removeprefix("in ") and old:
            return before[: old[-1].start()] + new[0] + before[old[-1].end() :] + "?"
    if alike := _alike(before, what):
        return f"{alike}?"
    if what.lower().startswith("the ") and (match := _SUBJECT.search(before)):
        return before[: match.start("subject")] + what + before[match.end("subject") :] + "?"
    kind = _OF_PEOPLE.search(before)
    if kind and re.fullmatch(r"[a-z]+(?:s|en)", what):
        return f"{before[: kind.start('who')]}{what}?"
    ends = [match for match in _SAME_PREPOSITION.finditer(before) if match.end() == len(before)]
    if ends and what.lower().startswith(f"{ends[-1]['of'].lower()} "):
        return f"{before[: ends[-1].start()]} {what}?"
    return f"{before}, {what}?"


def _alike(before: str, what: str) -> str:
    """The question about another of the same: "the plum cake" where it asks about the apple cake,
    or "the standard one" where it ends with "the late fee"; empty where it asks about none."""
    words = what.split()
    if len(words) < 2 or words[0].lower() != "the":
        return ""
    if words[-1].lower() == "one":
        match = re.search(r"\bthe (?:[\w'’-]+ )([\w'’-]+)$", before, re.IGNORECASE)
        return f"{before[: match.start()]}{' '.join(words[:-1])} {match[1]}" if match else ""
    pattern = rf"\bthe (?:[\w'’-]+ ){{1,3}}{re.escape(words[-1])}\b"
    found = list(re.finditer(pattern, before, re.IGNORECASE))
    return f"{before[: found[-1].start()]}{what}{before[found[-1].end() :]}" if found else ""


def _names(text: str) -> list[str]:
    """Names in ``text``, the first word of a sentence only if it goes on in capitals."""
    found = []
    for match in _NAME.finditer(text):
        words = match[0].removesuffix("'s").removesuffix("’s").split()
        opens = text[: match.start()].rstrip(" \"'(")[-1:] in ("", ".", "?", "!", ":")
        words = [word for word in words if not _CALENDAR.fullmatch(word)]
        while words and (words[0].lower() in _NO_NAMES or (opens and len(words) == 1)):
            del words[0]
            opens = False
        if words:
            found.append(" ".join(words))
    return found


def _is_name(title: str) -> bool:
    """Whether a title may be the name of what a document is about, rather than say what it is:
    "Abbey of Thun", but not "diary", "TENANCY AGREEMENT" or "Heating: what to do"."""
    shouted = title.isupper() and len(title) > _LONGEST_INITIALS
    few = len(title.split()) <= _TITLE_WORDS
    return few and ":" not in title and not shouted and not title[:1].islower()


def _subjects(question: str, several: bool) -> list[str]:
    """What a question asks about, with "the", if its number fits: ``the harvest``."""
    question = question.rstrip(" ?!.")
    match = _SUBJECT.search(question) or _TO_WHAT.search(question)
    if match is None:
        return []
    plural = re.search(r"[^s]s$", match["subject"].split(" of ")[0]) is not None
    return [match["subject"]] if plural == several else []


def _spoken_of(turns: Sequence[Turn], person: bool, several: bool) -> str:
    """The name that was spoken of last; where it is to be a person's and somebody was asked for,
    rather the one that was the answer."""
    addressed = person and any(
        _ADDRESSED.match(name)
        for turn in turns
        for name in _names(turn.question) + _names(turn.answer)
    )
    people = {name for turn in turns for name in _who(turn)} if not person else set()
    for turn in reversed(turns):
        titles = () if addressed else turn.titles  # a title may be a fruit's name
        texts = (turn.question, *titles, turn.answer)
        named = any(title in turn.question for title in turn.titles)
        if person and not named and (new := _who(turn)):
            return new[0]
        if not (person or several) and (which := _WHICH.search(turn.question)):
            return f"the {which['what']}"
        for text in texts if person else texts[:-1]:
            if text not in turn.titles:
                names = [name for name in _names(text) if name not in people]
                names = [name for name in names if not (person and _is_numbered(name, text))]
                places = not person and all(_is_place(name, text) for name in names)
                if places and (subjects := _subjects(text, several)):
                    names = subjects
                if not names and not person:
                    names = _subjects(text, several)
            else:
                names = [text] if _is_name(text) else []
            if names:
                return names[0]
    return ""


def _is_place(name: str, text: str) -> bool:
    """Whether a name only says where or when something is."""
    before = re.escape(name)
    return bool(re.search(rf"\b(?:in|at|on|near|from|to) (?:the )?{before}", text))


def _is_numbered(name: str, text: str) -> bool:
    """Whether a name goes on with a number, as no person's does: "Bay 4"."""
    return bool(re.search(rf"\b{re.escape(name)} \d", text))


def _who(turn: Turn) -> list[str]:
    """The names of those that a question asked for, best first."""
    if not _WHO_DID.match(turn.question):
        return []
    names = (name for name in _names(turn.answer) if name not in turn.question)
    return [name for name in names if not _is_numbered(name, turn.answer)]


def _form(name: str, pronoun: re.Match[str]) -> str:
    word = pronoun[0].lower()
    after = pronoun.string[pronoun.end() :]
    owns = word in _POSSESSIVE or (word == "her" and re.match(r"\s+\w", after))
    return f"{name}'s" if owns else name
