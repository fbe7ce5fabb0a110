"""E-mail messages (EML): what the sender wrote, and the texts that were attached."""

from __future__ import annotations

import re
from email import message_from_bytes, policy
from email.message import EmailMessage
from email.utils import parseaddr, parsedate_to_datetime

from qa.errors import DocumentError
from qa.formats import html
from qa.formats.building import TextBuilder
from qa.formats.decode import decode
from qa.formats.extracted import Extracted
from qa.text import one_line

_QUOTED = re.compile(r"((?:^>[^\n]*(?:\n|\Z))+)", re.MULTILINE)
"""Lines of somebody else, in an answer to them."""
MOST_PARTS = 1000
LONGEST_HEADER = 10_000
"""Characters of a header that is decoded."""
_STUB = 4
"""A text of which the HTML beside it has so many times as much only says that it is there."""


def extract(data: bytes, name: str) -> Extracted:
    """The text of a message.

    Raises:
        DocumentError: it is none, or has no words.
    """
    message = message_from_bytes(data, policy=policy.default)
    assert isinstance(message, EmailMessage)
    named = {key.lower() for key, _ in message.raw_items()}
    if not named & {"from", "to", "subject", "date", "received"}:
        raise DocumentError("not an e-mail message, though its name says so")
    subject = _field(message, "subject")
    sender = parseaddr(_field(message, "from"))
    builder = TextBuilder()
    if subject:
        builder.heading(subject, 1, "header")
    told = {"From": "from", "To": "to", "Cc": "cc", "Date": "date"}
    lines = [f"{label}: {value}" for label, key in told.items() if (value := _field(message, key))]
    builder.paragraph("\n".join(lines), "header")
    _add_parts(builder, message, "message", MOST_PARTS)
    metadata = {"author": sender[0] or sender[1], "date": _date(message)}
    return builder.extracted(name, "email", subject, metadata)


def _field(message: EmailMessage, name: str) -> str:
    raw = next((value for key, value in message.raw_items() if key.lower() == name), "")
    if len(raw) > LONGEST_HEADER:  # to decode it would take memory by the gigabyte
        return one_line(raw[:LONGEST_HEADER])
    try:
        return one_line(str(message.get(name, "")))
    except (ValueError, AttributeError, TypeError, LookupError, ArithmeticError):  # a broken header
        return one_line(raw)


def _date(message: EmailMessage) -> str:
    try:
        return parsedate_to_datetime(_field(message, "date")).date().isoformat()
    except (ValueError, TypeError, ArithmeticError):
        return ""


def _add_parts(builder: TextBuilder, message: EmailMessage, place: str, left: int) -> int:
    """Add the words of a message and of those within; how many parts may still come."""
    if message.is_multipart():
        parts = [part for part in message.iter_parts() if isinstance(part, EmailMessage)]
        if message.get_content_subtype() == "alternative":
            parts = _best(parts)
        for part in parts:
            left -= 1
            if left < 0:
                return left
            inner = place
            if message.get_content_type() == "message/rfc822":
                inner = f"forwarded message “{_field(part, 'subject')[:60]}”"
                builder.heading(_field(part, "subject"), 2, inner)
            left = _add_parts(builder, part, inner, left)
        return left
    if message.get_content_maintype() not in ("text", "multipart"):  # one without its parts
        return left
    if message.is_attachment():
        place = f"attachment {one_line(message.get_filename() or '')[:60]}".rstrip()
    try:
        data = message.get_payload(decode=True)
    except (ValueError, AssertionError):
        return left
    assert isinstance(data, bytes)
    if message.get_content_subtype() == "html":
        for block in html.blocks_of(data, message.get_content_charset()):
            if block.kind == "heading":
                builder.heading(block.text, block.level + 1, place)
            else:
                builder.paragraph(block.text, place)
    else:
        text = re.sub(r"\r\n?", "\n", decode(data, message.get_content_charset()))
        for paragraph in _QUOTED.split(text):
            if paragraph.startswith(">"):
                builder.paragraph(paragraph, f"quoted in the {place}")
            else:
                for words in paragraph.split("\n\n"):
                    builder.paragraph(words, place)
    return left


def _best(parts: list[EmailMessage]) -> list[EmailMessage]:
    """Of the forms of one text the plain one, or the HTML where that says far more."""
    plain = next((one for one in parts if one.get_content_type() == "text/plain"), None)
    others = [one for one in parts if one is not plain]
    if plain is None or not others:
        return others[-1:] or parts
    html_parts = [one for one in others if one.get_content_type() == "text/html"] or others
    said, more = (len(" ".join(_words_of(one).split())) for one in (plain, html_parts[-1]))
    return html_parts[-1:] if more > _STUB * said else [plain]


def _words_of(part: EmailMessage) -> str:
    """Roughly what it says; nothing for one with parts of its own."""
    try:
        data = part.get_payload(decode=True)
    except (ValueError, AssertionError):
        return ""
    if not isinstance(data, bytes):
        return ""
    if part.get_content_type() == "text/html":
        return " ".join(block.text for block in html.blocks_of(data, part.get_content_charset()))
    return data.decode("latin-1")
