"""Books (EPUB): the chapters in their reading order, each a place."""

from __future__ import annotations

import posixpath
from typing import Any
from urllib.parse import unquote

from qa.errors import DocumentError
from qa.formats import html
from qa.formats.building import TextBuilder
from qa.formats.extracted import Extracted
from qa.formats.html_blocks import item_mark
from qa.formats.zipped import Package, attribute, local
from qa.text import one_line

_PAGES = ("application/xhtml+xml", "text/html", "application/x-dtbook+xml")
_FIELDS = {
    "title": "title", "creator": "author", "date": "date", "publisher": "publisher",
    "language": "language", "description": "description",
}  # fmt: skip
_FONTS = ("http://www.idpf.org/2008/embedding", "http://ns.adobe.com/pdf/enc#RC")
"""How fonts are obfuscated, which is no encryption of the words."""


def extract(data: bytes, name: str) -> Extracted:
    """The text of a book.

    Raises:
        DocumentError: it is damaged, encrypted, or has no words.
    """
    package = Package(data)
    _check_readable(package)
    container = package.tree("META-INF/container.xml")
    found = container.iter() if container is not None else ()
    main = next((attribute(one, "full-path") for one in found if local(one) == "rootfile"), "")
    root = package.tree(main)
    if root is None:
        raise DocumentError("damaged: it has no table of its parts")
    metadata: dict[str, str] = {}
    items: dict[str, tuple[str, str]] = {}
    order: list[str] = []
    for one in root.iter():
        tag = local(one)
        if tag in _FIELDS and (words := one_line("".join(one.itertext()))):
            metadata.setdefault(_FIELDS[tag], words)
        elif tag == "item":
            place = posixpath.join(posixpath.dirname(main), unquote(attribute(one, "href")))
            kind = attribute(one, "media-type")
            if "nav" not in attribute(one, "properties").split():  # a list of the chapters
                items[attribute(one, "id")] = posixpath.normpath(place), kind
        elif tag == "itemref":
            order.append(attribute(one, "idref"))
    builder = TextBuilder()
    for number, key in enumerate(dict.fromkeys(order), start=1):
        part, kind = items.get(key, ("", ""))
        page = package.read(part) if kind in _PAGES else b""
        if page:
            _add_chapter(builder, page, number)
    if "date" in metadata:
        metadata["date"] = metadata["date"][:10]
    return builder.extracted(name, "epub", metadata.pop("title", ""), metadata)


def _check_readable(package: Package) -> None:
    encryption = package.tree("META-INF/encryption.xml")
    for one in encryption.iter() if encryption is not None else ():
        if local(one) == "EncryptionMethod" and attribute(one, "Algorithm") not in _FONTS:
            raise DocumentError("protected by its publisher (DRM): it cannot be read")


def _add_chapter(builder: TextBuilder, page: bytes, number: int) -> None:
    found: list[Any] = html.blocks_of(page)
    title = next((block.text for block in found if block.kind == "heading"), "")
    place = f"chapter “{one_line(title)[:60]}”" if title.strip() else f"part {number}"
    for block in found:
        if block.kind == "heading":
            builder.heading(block.text, block.level, place)
        else:
            mark = item_mark(block, "•") if block.kind == "item" else ""
            words = f"{mark}{block.text}"
            builder.paragraph(words, place)
