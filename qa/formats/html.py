"""HTML pages: the main text without menus and other furniture, as plain paragraphs.

Words keep the line of the file they stand on, so that a citation opens the page's source
at the right place.
"""

from __future__ import annotations

import re
from typing import Any

from qa.errors import DocumentError
from qa.formats.decode import decode
from qa.formats.extracted import Extracted, title_from_name
from qa.formats.html_blocks import BLOCKS, Block, blocks, compose
from qa.formats.html_furniture import content
from qa.text import one_line, web_address
from qa.types import Heading, Span

_CHARSET = re.compile(
    rb"""<(?:meta|\?xml)[^>]*?(?:charset|encoding)\s*=\s*["']?\s*([\w.:-]+)""", re.I
)
_TAG = re.compile(r"</?(?!(?:script|style|title|head|meta)\b)([a-z][a-z0-9-]*)[^<>]*>", re.I)
_HEAD = 4096  # a page must declare its encoding near its start (HTML standard: 1024 bytes)
_META = {
    "author": (
        "author",
        "article:author",
        "dc.creator",
        "dcterms.creator",
        "citation_author",
        "byl",
    ),
    "date": (
        "date",
        "article:published_time",
        "dc.date",
        "dcterms.date",
        "datepublished",
        "citation_date",
    ),
    "publisher": ("publisher", "og:site_name", "dc.publisher", "application-name"),
    "description": ("description", "og:description", "dc.description"),
}


def extract(data: bytes, name: str) -> Extracted:
    """The main text of a page.

    Raises:
        DocumentError: the bytes are not text, or the page has no words.
    """
    declared = _CHARSET.search(data[:_HEAD])
    source = decode(data, declared[1].decode("ascii", "replace") if declared else None)
    root = _parse(source)
    if root is None:
        raise DocumentError("no text in this page")
    text, lines, headings = compose(_main_blocks(root))
    if not text:
        raise DocumentError("no text in this page")
    found = tuple(
        Heading(Span(start, end), level, text[start:end]) for start, end, level in headings
    )
    meta = _meta(root)
    metadata = _metadata(meta) | _where_and_how(root, meta)
    title = meta.get("og:title") or one_line("".join(root.xpath("//head/title[1]//text()")))
    if not title:
        title = next((one_line(heading.text) for heading in found if heading.level == 1), "")
    return Extracted(
        text=text,
        title=title or title_from_name(name),
        format="html",
        headings=found,
        lines=tuple(lines),
        metadata=metadata,
    )


def blocks_of(data: bytes, encoding: str | None = None) -> list[Block]:
    """The blocks of a page that is a part of another file; none where it has no words."""
    declared = _CHARSET.search(data[:_HEAD])
    named = encoding or (declared[1].decode("ascii", "replace") if declared else None)
    root = _parse(decode(data, named)) if data.strip() else None
    return [] if root is None else _main_blocks(root)


def _parse(source: str) -> Any:
    """The tree of a page, or None for one without any element."""
    from lxml import etree, html  # type: ignore[import-untyped]

    source = re.sub(r"\r\n?", "\n", source).replace("\0", "\ufffd")
    for text in (source, None):
        parser = html.HTMLParser(encoding="utf-8", huge_tree=True)
        try:
            root = html.document_fromstring((text or _flat(source)).encode(), parser=parser)
        except etree.ParserError:  # nothing but white space or comments
            return None
        if not any(error.type_name == "ERR_RESOURCE_LIMIT" for error in parser.error_log):
            break
    return root


def _flat(source: str) -> str:
    """A page nested more deeply than the parser goes, as paragraphs only; lines are kept."""

    def flatten(tag: re.Match[str]) -> str:
        kept = "<p>" if tag[1].lower() in BLOCKS else ""
        return kept + "\n" * tag[0].count("\n")

    return _TAG.sub(flatten, source)


def _main_blocks(root: Any) -> list[Block]:
    """The blocks that are not furniture, or all of them where that would leave nothing."""
    body = root.find("body")
    whole = root if body is None else body
    return blocks(*content(whole)) or blocks(whole)


def _meta(root: Any) -> dict[str, str]:
    fields: dict[str, str] = {}
    for element in root.iter("meta"):
        key = element.get("property") or element.get("name") or element.get("itemprop") or ""
        value = one_line(element.get("content") or "")
        if key and value:
            fields.setdefault(key.lower(), value)
    return fields


def _where_and_how(root: Any, meta: dict[str, str]) -> dict[str, str]:
    """The page's address on the web and its language, where it says."""
    links = [one.get("href") or "" for one in root.iter("link") if one.get("rel") == "canonical"]
    address = next(filter(None, map(web_address, [*links, meta.get("og:url", "")])), "")
    xml = "{http://www.w3.org/XML/1998/namespace}lang"
    language = one_line(root.get("lang") or root.get("xml:lang") or root.get(xml) or "")
    language = language or meta.get("dc.language") or meta.get("language") or ""
    return {key: value for key, value in (("url", address), ("language", language)) if value}


def _metadata(meta: dict[str, str]) -> dict[str, str]:
    found: dict[str, str] = {}
    for key, names in _META.items():
        value = next((meta[name] for name in names if name in meta), "")
        if value and not value.startswith(("http://", "https://")):
            found[key] = value
    return found
