"""E-mail messages (EML): what the sender wrote, and the texts that were attached."""

from __future__ import annotations

from email import message_from_bytes, policy
from email.message import EmailMessage
from email.utils import parseaddr, parsedate_to_datetime

from qa.errors import DocumentError
from qa.formats import html
from qa.formats.building import TextBuilder
from qa.formats.extracted import Extracted
from qa.text import one_line

MOST_PARTS = 1000


def extract(data: bytes, name: str) -> Extracted:
    """The text of a message.

    Raises:
        DocumentError: it is none, or has no words.
    """
    message = message_from_bytes(data, policy=policy.default)
    assert isinstance(message, EmailMessage)
    if not any(message[field] for field in ("from", "to", "subject", "date", "received")):
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
    try:
        return one_line(str(message.get(name, "")))
    except (ValueError, IndexError, AttributeError, TypeError, LookupError):  # a broken header
        return one_line(dict(message.raw_items()).get(name.title(), ""))


def _date(message: EmailMessage) -> str:
    try:
        return parsedate_to_datetime(_field(message, "date")).date().isoformat()
    except (ValueError, TypeError):
        return ""


def _add_parts(builder: TextBuilder, message: EmailMessage, place: str, left: int) -> int:
    """Add the words of a message and of those within; how many parts may still come."""
    if message.is_multipart():
        parts = [part for part in message.iter_parts() if isinstance(part, EmailMessage)]
        if message.get_content_subtype() == "alternative":
            parts = sorted(parts, key=_plainness)[:1]
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
    if message.get_content_maintype() != "text":
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
        for paragraph in _text(data, message.get_content_charset()).split("\n\n"):
            builder.paragraph(paragraph, place)
    return left


def _plainness(part: EmailMessage) -> int:
    order = ["text/plain", "text/html"]
    kind = part.get_content_type()
    return order.index(kind) if kind in order else len(order) - part.is_multipart()


def _text(data: bytes, charset: str | None) -> str:
    try:
        text = data.decode(charset or "utf-8")
    except (LookupError, UnicodeDecodeError):
        text = data.decode("utf-8", "replace")
    return text.replace("\r\n", "\n").replace("\r", "\n")
