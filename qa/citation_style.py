"""The line that names the source of a quote, by a template that a user can give."""

from __future__ import annotations

import re

from qa.citations import place
from qa.errors import ConfigError
from qa.text import one_line, web_address
from qa.types import Citation

DEFAULT_STYLE = "[{author}: ][{title}, ][{date}, ]{place}[, “{heading}”]"
"""What stands in square brackets is left out where a field in it is empty."""
FIELDS = (
    "author", "title", "date", "year", "path", "file", "place", "lines", "page", "heading",
    "quote", "number", "id", "sha256", "language", "url",
)  # fmt: skip
_FIELD = re.compile(r"\{([a-z0-9_]*)\}")
_PART = re.compile(r"\[([^\[\]]*)\]|([^\[\]]+)")
_YEAR = re.compile(r"\b(1[0-9]|20)[0-9]{2}\b")


def check_style(template: str) -> str:
    """The template, if it is one; the default where it is empty.

    Raises:
        ConfigError: a field is unknown, or a bracket or brace has no partner.
    """
    template = template or DEFAULT_STYLE
    known = ", ".join(FIELDS)
    for name in _FIELD.findall(template):
        if name not in FIELDS:
            raise ConfigError(f"citation_style: there is no field {{{name}}}.", f"Fields: {known}.")
    rest = _FIELD.sub("", template)
    if "{" in rest or "}" in rest or re.sub(r"\[[^\[\]]*\]|[^\[\]]", "", rest):
        raise ConfigError(
            f"citation_style: a bracket or brace in {template!r} has no partner.",
            f"Write it like the default: {DEFAULT_STYLE}",
        )
    return template


def source_line(citation: Citation, template: str = DEFAULT_STYLE) -> str:
    """The source of a citation on one line.

    Args:
        citation: of the quote.
        template: fields in braces (see `FIELDS`); a part in square brackets is left out where
            a field in it is empty.
    """
    values = _values(citation)
    found = []
    for optional, plain in _PART.findall(template):
        part = optional or plain
        if optional and not all(values[name] for name in _FIELD.findall(part)):
            continue
        found.append(_FIELD.sub(lambda match: values[match[1]], part))
    return " ".join("".join(found).split())


def _values(citation: Citation) -> dict[str, str]:
    first, last = citation.line_start, citation.line_end
    lines = "" if first is None else f"{first}" if last in (None, first) else f"{first}-{last}"
    year = _YEAR.search(citation.date)
    values = {
        "author": citation.author,
        "title": citation.title,
        "date": citation.date,
        "year": year[0] if year else "",
        "path": citation.path,
        "file": citation.path.rpartition("/")[2],
        "place": place(citation),
        "lines": lines,
        "page": "" if citation.page is None else str(citation.page),
        "heading": citation.heading,
        "quote": citation.quote,
        "number": str(citation.number),
        "id": citation.id,
        "sha256": citation.sha256,
        "language": citation.language,
        "url": web_address(citation.url),
    }
    return {name: one_line(value) for name, value in values.items()}
