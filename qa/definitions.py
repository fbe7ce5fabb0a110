"""What a word means: "What is a Larger Work?" is answered by the sentence that says so in so many
words (“Larger Work” means …), before all that speak of one. Pure functions.
"""

from __future__ import annotations

import re

_TERM = r"(?P<term>[^?,;]{2,60}?)"
_ARTICLE = r"(?:(?:an?|the|meant by(?: an?| the)?|the (?:meaning|definition) of(?: an?| the)?) )?"
_QUESTIONS = tuple(
    re.compile(pattern, re.IGNORECASE)
    for pattern in (
        rf"what(?:['’]s| is| are) {_ARTICLE}{_TERM}\W*",
        rf"what (?:does|do) {_ARTICLE}{_TERM} (?:mean|stand for|refer to)\W*",
        rf"who(?:['’]s| is| are) (?:the|our|my) {_TERM}\W*",
        rf"(?:please )?(?:define|definition of|meaning of) {_ARTICLE}{_TERM}\W*",
    )
)
_NO_TERM = re.compile(r"(?:it|this|that|these|those|they|there|he|she|we|you)\b", re.IGNORECASE)
_MOST_WORDS = 5
_QUOTES = "\"“”„‟«»'‘’*_`"
_MEANS = (
    r"(?:shall |will )?(?:means?|refers? to|stands? for|denotes?|is (?:an?|when|where)\b"
    r"|describes?|is defined|designates?)\b"
)


def term_asked(question: str) -> str:
    """The word or words whose meaning a question asks for, or who is called so; empty where it asks
    for something else."""
    for pattern in _QUESTIONS:
        match = pattern.fullmatch(question.strip())
        few = match and len(match["term"].split()) <= _MOST_WORDS
        if match and few and not _NO_TERM.match(match["term"]):
            return match["term"].strip(_QUOTES)
    return ""


def defines(text: str, term: str) -> bool:
    """Whether a sentence begins by saying what a term means: with the term, as it is, and a verb
    for that, or with the term and a colon or dash, unless it refers elsewhere ("see clause 4")."""
    singular = re.escape(re.sub(r"(?<=[^\Ws])s$", "", term))
    opening = rf"(?:\d+(?:\.\d+)*[.)]? )?[{_QUOTES}]{{0,4}}(?:(?:an?|the) )?"
    opening += rf"[{_QUOTES}]{{0,4}}{singular}(?:e?s)?[{_QUOTES}]{{0,4}}"
    aside = r"(?: \([^)]{1,60}\)| or [^,.]{1,40},|,? as used (?:here|in this)[^,.]{0,40},?)?"
    elsewhere = r"(?:see|as|cf|refer|under|tba|tbc|n/a)\b"
    said = rf"{aside}(?: {_MEANS}|(?::| [–—-]) (?!{elsewhere})\S)"
    said += r"| \([^)]{1,60}\) (?:is|are) the\b"
    return bool(re.match(rf"{opening}(?:{said})", text, re.IGNORECASE))


def introduces(text: str, term: str) -> bool:
    """Whether a sentence says of whom or what it speaks as the term from there on: ``Rosa Lee ("the
    Tenant")``."""
    singular = re.escape(re.sub(r"(?<=[^\Ws])s$", "", term))
    quoted = rf"[{_QUOTES}]{{1,4}}(?:the )?{singular}(?:e?s)?[{_QUOTES}]{{1,4}}"
    onward = r"(?:hereinafter|hereafter|henceforth|nachfolgend|im folgenden)\b"
    pattern = (
        rf"\([^()]{{0,40}}{quoted}\)|{onward}(?: [\w,]+){{0,5}}?[ {_QUOTES}]{{1,4}}{singular}\b"
    )
    return bool(re.search(pattern, text, re.IGNORECASE))
