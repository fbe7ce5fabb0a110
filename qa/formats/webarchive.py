"""Pages that a browser saved with all their parts in one file: MHTML (Chrome, Edge) and web
archives (Safari). The words are those of the page; pictures, styles and frames are left out."""

from __future__ import annotations

import plistlib
import re
from dataclasses import replace
from email import message_from_bytes, policy
from xml.parsers.expat import ExpatError

from qa.errors import DocumentError
from qa.formats import html
from qa.formats.decode import decode
from qa.formats.extracted import Extracted
from qa.text import web_address

_PARAGRAPH = re.compile(r"[^\n]+(?:\n[^\n]+)*")


def extract(data: bytes, name: str) -> Extracted:
    """The text of a saved page, with the paragraph in the place of the line: lines of the file are
    those of an encoded copy.

    Raises:
        DocumentError: it is damaged, or has no words.
    """
    if data.startswith(b"bplist") or b"<plist" in data[:1000]:
        page, address = _of_safari(data)
    else:
        page, address = _of_chrome(data)
    # Marked as UTF-8, which the bytes are now, whatever the page still says.
    found = html.extract(b"\xef\xbb\xbf" + page.encode(), name)
    places = tuple(
        (match.start(), f"paragraph {number}")
        for number, match in enumerate(_PARAGRAPH.finditer(found.text), start=1)
    )
    metadata = dict(found.metadata)
    if address:
        metadata.setdefault("url", address)
    return replace(found, format="webarchive", lines=(), places=places, metadata=metadata)


def _of_chrome(data: bytes) -> tuple[str, str]:
    """The page of a MIME message (RFC 2557), and its address."""
    try:
        message = message_from_bytes(data, policy=policy.compat32)
        parts = [one for one in message.walk() if one.get_content_type() == "text/html"]
    except RecursionError as error:
        raise DocumentError("damaged: its parts never end") from error
    if not parts:
        raise DocumentError("damaged: there is no page in it")
    page = parts[0].get_payload(decode=True)
    if not isinstance(page, bytes):
        raise DocumentError("damaged: there is no page in it")
    address = str(message.get("Snapshot-Content-Location", ""))
    return decode(page, parts[0].get_content_charset()), web_address(address)


def _of_safari(data: bytes) -> tuple[str, str]:
    try:
        main = plistlib.loads(data)["WebMainResource"]
        page, encoding = main["WebResourceData"], main.get("WebResourceTextEncodingName")
    except (ValueError, TypeError, AttributeError, OverflowError,
            ExpatError, LookupError, RecursionError) as error:  # fmt: skip
        raise DocumentError("damaged: there is no page in it") from error
    if not isinstance(page, bytes):
        raise DocumentError("damaged: there is no page in it")
    address = web_address(str(main.get("WebResourceURL", "")))
    return decode(page, encoding if isinstance(encoding, str) else None), address
