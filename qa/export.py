"""Conversations as Markdown, HTML, JSON and W3C annotations.

What is shown is made safe for its format: documents are data, and nothing in them may
become markup, a link or a script. The citations stand in each of these once more as data,
exactly, so that `qa.saved` reads them and `qa verify` checks them.
"""

from __future__ import annotations

import html
import json
import re
import uuid
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from pathlib import PurePath
from typing import Any
from urllib.parse import quote as percent

from qa.archives import parts_of
from qa.bibliography import bibtex, csl_json
from qa.citation_style import DEFAULT_STYLE, source_line
from qa.citations import citation_to_json, place
from qa.conversations import SavedConversation, SavedTurn, conversation_to_json
from qa.text import escaped, one_line
from qa.types import Answer, Citation, Statement
from qa.wording import (
    as_understood,
    cautions,
    columns_words,
    confidence_words,
    emphasized,
    refusal_words,
)

CITATIONS_SCHEMA = "qa.citations/1"
ANNOTATION_CONTEXT = "http://www.w3.org/ns/anno.jsonld"
NOT_FOUND = "Not in these documents."
_MARKDOWN = re.compile(r"([\\`*_{}\[\]<>#|~&!$^:@])")
_MARKDOWN_START = re.compile(r"^(\d{1,9})([.)])|^([-+=])")
_DOTTED = re.compile(r"(?<=\w)\.(?=[^\W\d])")  # what looks like the name of a site
# Powers, which look other on a page, end it too.
_BLOCK_END = re.compile(r"[\r\n]+|\t|\s{2,}| \| |\S*(?:\d[\^_]|√)\S*")
_LONG_QUOTE, _FEW_WORDS, _TELLING = 300, 5, 3
_STYLE = """body{max-width:44em;margin:2em auto;padding:0 1em;line-height:1.5;font-family:serif}
h1{font-size:1.4em}h2{font-size:1.1em;margin-top:2em}.quiet{color:#666}q{quotes:"“" "”"}
li{margin:.4em 0}li:target{background:#ffc}"""


@dataclass(frozen=True, slots=True)
class _Cited:
    """A turn whose citations are numbered through the whole conversation."""

    turn: SavedTurn
    answer: Answer


def markdown(conversation: SavedConversation, style: str = DEFAULT_STYLE) -> str:
    """Questions, quotes, and a footnote for each citation."""
    parts = [
        f"# {_md(conversation.title)}",
        f"{_md(_about(conversation))}",
    ]
    notes = []
    for cited in _numbered(conversation):
        answer = cited.answer
        parts.append(f"## {_md(answer.question)}")
        parts += [f"*{told} {_md(what)}*" for told, what in as_understood(answer)]
        for statement in answer.statements:
            before, answering, after = (_md_part(part) for part in emphasized(statement))
            bold = f"**{answering}**" if answering.strip() else answering
            marks = "".join(f"[^{number}]" for number in statement.citations)
            lines = f"{before}{bold}{after}".split("\n")
            parts.append("\\\n".join(map(_md_start, lines)) + marks)
            if named := columns_words(statement):
                parts.append(f"*{_md(named)}*")
        parts += [_md(line) for line in _remarks(answer)]
        notes += [
            f"[^{one.number}]: “{_md(one.quote)}” — {_md(source_line(one, style))}"
            for one in answer.citations
        ]
    data = json.dumps(_data(conversation), ensure_ascii=True).replace("-", "\\u002d")
    data = data.replace("<", "\\u003c").replace(">", "\\u003e")
    return "\n\n".join([*parts, "\n".join(notes), f"<!-- {data} -->"]) + "\n"


def html_page(conversation: SavedConversation, style: str = DEFAULT_STYLE) -> str:
    """A page without scripts, whose links open the source at the quote where a browser can."""
    title = _html(conversation.title)
    parts = [
        "<!DOCTYPE html>",
        '<html lang="en"><head><meta charset="utf-8">',
        '<meta http-equiv="Content-Security-Policy" '
        "content=\"default-src 'none'; style-src 'unsafe-inline'\">",
        '<meta name="referrer" content="no-referrer">',
        f"<title>{title}</title><style>{_STYLE}</style></head><body>",
        f"<h1>{title}</h1>",
        f'<p class="quiet">{_html(_about(conversation))}</p>',
    ]
    for cited in _numbered(conversation):
        answer = cited.answer
        parts.append(f"<section><h2>{_html(answer.question)}</h2>")
        parts += [
            f'<p class="quiet">{told} {_html(what)}</p>' for told, what in as_understood(answer)
        ]
        for statement in answer.statements:
            before, answering, after = (html.escape(part) for part in emphasized(statement))
            marks = "".join(
                f'<sup><a href="#c{number}">[{number}]</a></sup>' for number in statement.citations
            )
            strong = f"<strong>{answering}</strong>" if answering else ""
            shown = f"{before}{strong}{after}".replace("\n", "<br>")
            parts.append(f"<p>{shown} {marks}</p>")
            if named := columns_words(statement):
                parts.append(f'<p class="quiet">{_html(named)}</p>')
        parts += [f'<p class="quiet">{_html(line)}</p>' for line in _remarks(answer)]
        if answer.citations:
            parts.append("<ol>")
            for one in answer.citations:
                link = _html(source_link(conversation.corpus, one))
                parts.append(
                    f'<li id="c{one.number}" value="{one.number}"><q>{_html(one.quote)}</q> '
                    f'<a href="{link}">{_html(source_line(one, style))}</a></li>'
                )
            parts.append("</ol>")
        parts.append("</section>")
    data = json.dumps(_data(conversation), ensure_ascii=True)
    for character in "<>&":
        data = data.replace(character, f"\\u{ord(character):04x}")
    parts.append(f'<script type="application/json" id="qa-citations">{data}</script>')
    return "\n".join([*parts, "</body></html>"]) + "\n"


def source_link(corpus: str, citation: Citation) -> str:
    """Where a browser finds the source, scrolled to the quote: a text fragment (WICG), or
    the page of a PDF."""
    on_disk, member = parts_of(citation.path)
    file = file_uri(corpus, on_disk)
    if member or citation.place:  # no browser shows the inside of these
        return file
    if citation.page is not None:
        return f"{file}#page={citation.page}"
    # A browser finds words of one line, item or cell only, and blanks as they are; and the first
    # "The" of a page is not the one that is meant.
    parts = _BLOCK_END.split(citation.quote)
    lines = [words for part in parts if (words := part.removeprefix("- ").split())]
    if not lines:
        return file
    telling = [number for number, words in enumerate(lines) if len(words) >= _TELLING]
    begin = telling[0] if telling else max(range(len(lines)), key=lambda at: len(lines[at]))
    first, last = lines[begin], lines[-1]
    short = len(" ".join(first)) <= _LONG_QUOTE or len(first) <= 2 * _FEW_WORDS
    start = _fragment(first if short else first[:_FEW_WORDS])
    if first is last and short:
        return f"{file}#:~:text={start}"
    return f"{file}#:~:text={start},{_fragment(last[-_FEW_WORDS:])}"


def file_uri(corpus: str, path: str) -> str:
    """The address of a document of a folder."""
    base = PurePath(corpus).as_posix().rstrip("/") if PurePath(corpus).is_absolute() else None
    path = path.lstrip("/") if base is None else path  # never the name of a host
    shown = percent(path if base is None else f"{base}/{path}", errors="replace")
    return shown if base is None else f"file://{'' if shown.startswith('/') else '/'}{shown}"


def web_annotations(conversation: SavedConversation) -> str:
    """The citations as a collection of Web Annotations (W3C, 2017; JSON-LD)."""
    name = uuid.uuid5(uuid.NAMESPACE_URL, f"qa:{conversation.id}")
    items = []
    for cited in _numbered(conversation):
        for one in cited.answer.citations:
            items.append(_annotation(conversation, cited.answer, one, cited.turn))
    found = {
        "@context": [
            ANNOTATION_CONTEXT,
            {"qa": "urn:x-qa:", "qa:citation": {"@id": "qa:citation", "@type": "@json"}},
        ],
        "id": f"urn:uuid:{name}",
        "type": "AnnotationCollection",
        "label": one_line(conversation.title),
        "created": conversation.created.isoformat(),
        "total": len(items),
        "first": {
            "id": f"urn:uuid:{uuid.uuid5(name, 'page 1')}",
            "type": "AnnotationPage",
            "startIndex": 0,
            "items": items,
        },
    }
    return _json(found)


def _annotation(
    conversation: SavedConversation, answer: Answer, one: Citation, turn: SavedTurn
) -> dict[str, Any]:
    quoted = {"type": "TextQuoteSelector", "exact": one.quote}
    quoted |= {"prefix": one.before} if one.before else {}
    quoted |= {"suffix": one.after} if one.after else {}
    position = {
        "type": "TextPositionSelector", "start": one.span.start, "end": one.span.end
    }  # fmt: skip
    return {
        "id": f"urn:uuid:{uuid.uuid5(uuid.UUID(one.id), f'{conversation.id} {one.number}')}",
        "type": "Annotation",
        "motivation": "highlighting",
        "created": (one.made or turn.asked).isoformat(),
        "generator": {"type": "Software", "name": one.made_by or "qa"},
        "body": {
            "type": "TextualBody",
            "value": one_line(answer.question),
            "format": "text/plain",
            "purpose": "describing",
        },
        "target": {
            "source": file_uri(conversation.corpus, one.path),
            "selector": [quoted, position],
        },
        "qa:citation": citation_to_json(one),
    }


def as_json(conversation: SavedConversation) -> str:
    """The whole conversation (schema ``qa.conversation/1``)."""
    return _json(conversation_to_json(conversation))


FORMATS: dict[str, Callable[[SavedConversation, str], str]] = {
    "markdown": markdown,
    "html": html_page,
    "json": lambda conversation, _: as_json(conversation),
    "w3c": lambda conversation, _: web_annotations(conversation),
    "bibtex": lambda conversation, _: bibtex(conversation.citations),
    "csl": lambda conversation, _: csl_json(conversation.citations),
}
"""Every format, by name."""
SUFFIXES = {
    "markdown": ".md", "html": ".html", "json": ".json", "w3c": ".jsonld", "bibtex": ".bib",
    "csl": ".csl.json",
}  # fmt: skip


def format_of(name: str) -> str | None:
    """The format that a file name asks for; None where it says nothing."""
    lower = name.lower()
    fitting = [key for key, suffix in SUFFIXES.items() if lower.endswith(suffix)]
    return max(fitting, key=lambda key: len(SUFFIXES[key]), default=None)


def _numbered(conversation: SavedConversation) -> Iterator[_Cited]:
    """The turns, their citations numbered from 1 on through all of them."""
    last = 0
    for turn in conversation.turns:
        answer = turn.answer
        numbers = {one.number: last + n for n, one in enumerate(answer.citations, 1)}
        last += len(numbers)
        yield _Cited(
            turn,
            replace(
                answer,
                citations=tuple(
                    replace(one, number=numbers[one.number]) for one in answer.citations
                ),
                statements=tuple(_renumbered(one, numbers) for one in answer.statements),
            ),
        )


def _renumbered(statement: Statement, numbers: dict[int, int]) -> Statement:
    return replace(statement, citations=tuple(numbers[n] for n in statement.citations))


def _about(conversation: SavedConversation) -> str:
    made_by = next((one.made_by for one in conversation.citations if one.made_by), "qa")
    return (
        f"Asked of {conversation.corpus} on {conversation.created:%Y-%m-%d}. Every sentence is "
        f"quoted word for word; “qa verify” checks the citations in this file. Made by {made_by}."
    )


def _remarks(answer: Answer) -> Iterator[str]:
    if not answer.found:
        yield " ".join([NOT_FOUND, refusal_words(answer)]).strip()
        if answer.nearest:
            yield "Nearest: " + "; ".join(one_line(place(one)) for one in answer.nearest) + "."
        return
    yield from cautions(answer)
    if answer.kind == "answer":
        yield f"{confidence_words(answer.confidence).capitalize()}."


def _data(conversation: SavedConversation) -> dict[str, Any]:
    return {
        "schema": CITATIONS_SCHEMA,
        "corpus": conversation.corpus,
        "citations": [
            citation_to_json(one)
            for cited in _numbered(conversation)
            for one in cited.answer.citations
        ],
    }


def _json(data: object) -> str:
    return escaped(json.dumps(data, ensure_ascii=False, indent=2)) + "\n"


def _md(text: str) -> str:
    """A text on one line, as Markdown that shows it as it is."""
    return _md_part(one_line(text))


def _md_part(line: str) -> str:
    return _DOTTED.sub(r"\.", _MARKDOWN.sub(r"\\\1", line))


def _md_start(line: str) -> str:
    """A line that begins no list or heading."""
    return _MARKDOWN_START.sub(lambda match: f"{match[1] or ''}\\{match[2] or match[3]}", line)


def _html(text: str) -> str:
    """A text on one line, as HTML that shows it as it is."""
    return html.escape(one_line(text))


def _fragment(words: list[str]) -> str:
    return percent(" ".join(words), safe="", errors="replace").replace("-", "%2D")
