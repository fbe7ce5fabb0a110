"""Citations read from whatever holds them: saved answers, conversations, exports."""

from __future__ import annotations

import json
import re
from typing import Any, NamedTuple

from qa.citations import citation_from_json
from qa.conversations import SCHEMA as CONVERSATION_SCHEMA
from qa.conversations import conversation_from_json, read_lines
from qa.errors import CitationError
from qa.export import ANNOTATION_CONTEXT, CITATIONS_SCHEMA
from qa.types import Citation

_EMBEDDED = re.compile(
    r'<script type="application/json" id="qa-citations">(\{.*?\})</script>'
    r"|<!-- (\{.*?\}) -->",
    re.S,
)


class Saved(NamedTuple):
    """What a file holds."""

    corpus: str
    """Folder of the documents; empty where the file does not say."""
    citations: list[Citation]


def read_saved(text: str, name: str) -> Saved:
    """The citations of a saved answer, a conversation, or an export to Markdown, HTML, JSON or
    W3C annotations.

    Args:
        text: of the file.
        name: what to call it in an error.

    Raises:
        CitationError: it is none of these, or was changed beyond reading.
    """
    text = text.removeprefix("\ufeff")
    if text.lstrip()[:1] == "{":
        return _from_json(text, name)
    for one, other in _EMBEDDED.findall(text):
        data = _loaded(one or other, name)
        if isinstance(data, dict) and data.get("schema") == CITATIONS_SCHEMA:
            return _listed(data, name)
    raise _unreadable(name)


def _from_json(text: str, name: str) -> Saved:
    head = text.lstrip().split("\n", 1)[0]
    try:
        first = json.loads(head)
    except (ValueError, RecursionError):
        first = None
    known = isinstance(first, dict) and first.get("schema") == CONVERSATION_SCHEMA
    if known and "turns" not in first:
        kept = read_lines(text.lstrip())
        return Saved(kept.corpus, list(kept.citations))
    data = loaded_object(text, name)
    if data.get("schema") == CONVERSATION_SCHEMA:
        kept = conversation_from_json(data)
        return Saved(kept.corpus, list(kept.citations))
    context = data.get("@context")
    if ANNOTATION_CONTEXT in (context if isinstance(context, list) else [context]):
        return _annotated(data, name)
    return _listed(data, name)


def _listed(data: dict[str, Any], name: str) -> Saved:
    rows, corpus = data.get("citations"), data.get("corpus", "")
    if not isinstance(rows, list) or not isinstance(corpus, str):
        raise _unreadable(name)
    return Saved(corpus, [citation_from_json(row) for row in rows])


def _annotated(data: dict[str, Any], name: str) -> Saved:
    try:
        items = data["first"]["items"]
        citations = [citation_from_json(item["qa:citation"]) for item in items]
        sources = [item["target"]["source"] for item in items]
    except (KeyError, TypeError) as error:
        raise _unreadable(name) from error
    return Saved(_folder(sources, citations), citations)


def _folder(sources: list[object], citations: list[Citation]) -> str:
    """The folder, from the address of a document in it."""
    from urllib.parse import unquote, urlsplit

    for source, one in zip(sources, citations, strict=True):
        if isinstance(source, str) and source.startswith("file:///"):
            path = unquote(urlsplit(source).path)
            if path.endswith("/" + one.path):
                return path[: -len(one.path) - 1] or "/"
    return ""


def loaded_object(text: str, name: str) -> dict[str, Any]:
    """The JSON object of a file.

    Raises:
        CitationError: it holds none.
    """
    data = _loaded(text, name)
    if not isinstance(data, dict):
        raise _unreadable(name)
    return data


def _loaded(text: str, name: str) -> object:
    try:
        return json.loads(text)
    except (ValueError, RecursionError) as error:
        raise _unreadable(name) from error


def _unreadable(name: str) -> CitationError:
    return CitationError(
        f"{name} holds no citations that can be read.",
        "Save an answer with `qa ask … --json`, or export a conversation with `qa export` (BibTeX "
        "and CSL-JSON name documents only).",
    )
