"""The documents that are cited, for reference managers: BibTeX and CSL-JSON."""

from __future__ import annotations

import json
import re
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from qa.text import escaped, one_line, web_address
from qa.types import Citation

_ISO = re.compile(
    r"\b((?:1[0-9]|20)[0-9]{2})(?:-?(0[1-9]|1[0-2])(?:-?(0[1-9]|[12][0-9]|3[01]))?)?(?![0-9])"
)
_SEVERAL = re.compile(r"\s*;\s*|\s+(?:and|&)\s+", re.IGNORECASE)
_TEX = {
    "\\": r"\textbackslash{}", "{": r"\{", "}": r"\}", "$": r"\$", "&": r"\&", "%": r"\%",
    "#": r"\#", "_": r"\_", "~": r"\textasciitilde{}", "^": r"\textasciicircum{}",
}  # fmt: skip
_MONTHS = ["jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"]


@dataclass(frozen=True, slots=True)
class Name:
    """Of a person, or as a whole (``given`` is empty) where it does not say what is what."""

    family: str
    given: str = ""


@dataclass(frozen=True, slots=True)
class Work:
    """A document that is cited."""

    key: str
    title: str
    authors: tuple[Name, ...]
    date: tuple[int, ...]
    """Year, month, day, as far as they are known."""
    path: str
    sha256: str
    language: str = ""
    url: str = ""


def works(citations: Iterable[Citation]) -> list[Work]:
    """Each cited document once, in the order in which they are cited, with keys that differ."""
    found: dict[tuple[str, str], Work] = {}
    taken: set[str] = set()
    for one in citations:
        if (one.path, one.sha256) in found:
            continue
        authors, date = names(one.author), date_parts(one.date)
        title = one_line(one.title) or one_line(one.path)
        key = _key(authors, date, title, taken)
        taken.add(key)
        found[one.path, one.sha256] = Work(
            key,
            title,
            authors,
            date,
            one_line(one.path),
            one.sha256,
            one_line(one.language),
            web_address(one.url),
        )
    return list(found.values())


def bibtex(citations: Iterable[Citation]) -> str:
    """A ``@misc`` entry a document; UTF-8, as biber and current BibTeX read it."""
    entries = []
    for work in works(citations):
        fields = {"title": f"{{{_tex(work.title)}}}"}
        if work.authors:
            fields["author"] = " and ".join(_tex_name(name) for name in work.authors)
        if work.date:
            fields["year"] = str(work.date[0])
        if len(work.date) > 1:
            fields["month"] = _MONTHS[work.date[1] - 1]
        fields["howpublished"] = f"File {_tex(work.path)}"
        if work.url:
            fields["url"] = work.url
        if work.language:
            fields["language"] = _tex(work.language)
        fields["note"] = f"SHA-256 {_tex(one_line(work.sha256))}"
        lines = [
            f"  {name} = {value if name == 'month' else '{' + value + '}'}"
            for name, value in fields.items()
        ]
        entries.append(f"@misc{{{work.key},\n" + ",\n".join(lines) + "\n}\n")
    return "\n".join(entries)


def csl_json(citations: Iterable[Citation]) -> str:
    """A list of CSL items (schema 1.0.2), of type ``document``."""
    items: list[dict[str, Any]] = []
    for work in works(citations):
        item: dict[str, Any] = {"id": work.key, "type": "document", "title": work.title}
        if work.authors:
            item["author"] = [
                {"family": name.family, "given": name.given}
                if name.given
                else {"literal": name.family}
                for name in work.authors
            ]
        if work.date:
            item["issued"] = {"date-parts": [list(work.date)]}
        if work.url:
            item["URL"] = work.url
        if work.language:
            item["language"] = work.language
        item["archive_location"] = work.path
        item["note"] = f"SHA-256 {work.sha256}"
        items.append(item)
    return escaped(json.dumps(items, ensure_ascii=False, indent=2)) + "\n"


def names(author: str) -> tuple[Name, ...]:
    """The names in a document's author field: ``Ann Lee; Bo Ek``, ``Lee, Ann and Ek, Bo``,
    ``Ann Lee, Bo Ek``; what is one word or unclear stays whole."""
    author = one_line(author).strip(" ,;")
    if not author:
        return ()
    parts = [part for part in _SEVERAL.split(author) if part]
    if ";" not in author and not all(_name(part.strip(" ,")).given for part in parts):
        parts = [author]  # "Ministry of Health and Welfare"
    if len(parts) == 1 and "," in author:
        listed = [part.strip() for part in author.split(",") if part.strip()]
        parts = listed if all(" " in part for part in listed) else parts
    return tuple(_name(part.strip(" ,")) for part in parts if part.strip(" ,"))


def _name(part: str) -> Name:
    family, comma, given = part.partition(",")
    if comma and given.strip() and "," not in given:
        return Name(family.strip(), given.strip())
    words = part.split()
    person = 2 <= len(words) <= 4 and all(word[0].isupper() for word in (words[0], words[-1]))
    return Name(words[-1], " ".join(words[:-1])) if person and not comma else Name(part)


def date_parts(date: str) -> tuple[int, ...]:
    """Year, month, day of a date as far as it says them in figures: ``2020-02-12``, ``2020``."""
    match = _ISO.match(date.strip().removeprefix("D:")) or _ISO.search(date)
    return tuple(int(part) for part in match.groups() if part) if match else ()


def _key(authors: tuple[Name, ...], date: tuple[int, ...], title: str, taken: set[str]) -> str:
    plain = [_letters(word) for word in title.split()]
    first = next((word for word in plain if len(word) > 3), "document")
    who = _letters(authors[0].family) if authors else ""
    stem = f"{who}{date[0] if date else ''}{first}"[:60] or "document"
    key, number = stem, 1
    while key in taken:
        number += 1
        key = f"{stem}-{number}"
    return key


def _letters(text: str) -> str:
    plain = unicodedata.normalize("NFKD", text).encode("ascii", "ignore").decode()
    return re.sub(r"[^a-z0-9]", "", plain.lower())


def _tex(text: str) -> str:
    return "".join(_TEX.get(character, character) for character in text)


def _tex_name(name: Name) -> str:
    if not name.given:
        return f"{{{_tex(name.family)}}}"
    return f"{_tex(name.family)}, {_tex(name.given)}"
