"""Bytes to text: which encoding a file is in, and whether it is text at all.

UTF-8 is tried first because other encodings almost never happen to be valid UTF-8.
"""

from __future__ import annotations

import codecs
import re

from qa.errors import DocumentError

_BOMS = (  # UTF-32 first: its little-endian mark starts with the one of UTF-16
    (codecs.BOM_UTF32_LE, "utf-32-le"),
    (codecs.BOM_UTF32_BE, "utf-32-be"),
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)
_MAGIC = (
    b"\x89PNG",
    b"PK\x03\x04",
    b"PK\x05\x06",
    b"\x7fELF",
    b"\x1f\x8b",
    b"\xfd7zXZ",
    b"\x28\xb5\x2f\xfd",
    b"7z\xbc\xaf",
    b"\xff\xd8\xff",
    b"GIF87a",
    b"GIF89a",
    b"%PDF-",
    b"\xd0\xcf\x11\xe0",
    b"\xca\xfe\xba\xbe",
)
# Labels that browsers read as a superset (WHATWG Encoding Standard, "names and labels").
_SUPERSETS = {
    "iso8859-1": "cp1252",
    "ascii": "cp1252",
    "iso8859-9": "cp1254",
    "tis-620": "cp874",
    "gb2312": "gb18030",
    "gbk": "gb18030",
    "shift_jis": "cp932",
    "euc_kr": "cp949",
}
_SEVEN_BIT = ("iso2022", "hz")  # valid ASCII byte for byte, so UTF-8 would always win
_CONTROLS = bytes(set(range(32)) - set(b"\t\n\r\f\v\x08\x1b")) + b"\x7f"
_MOST_CONTROLS = 0.05
_SAMPLE = 1 << 16
_FEW = 0.2
_KANA = re.compile("[\u3041-\u30fa]")  # in every Japanese sentence, in no Chinese one
_SURROGATES = re.compile("[\ud800-\udfff]")
# Bytes above 0x7F that Western European text in Windows-1252 is made of: quotation marks,
# dashes and letters with accents.
_WESTERN = frozenset(
    "€‚„…‘’“”•–—Œœ™§©«®°»¿¡£·ÀÁÂÃÄÅÆÇÈÉÊËÍÎÑÒÓÔÖØÙÚÜßàáâãäåæçèéêëìíîïñòóôõöøùúûü".encode("cp1252")
)


def decode(data: bytes, declared: str | None = None) -> str:
    """``data`` as text, without byte order mark and without lone surrogates.

    Args:
        data: the bytes of the file.
        declared: the encoding that the file itself names, if it does.

    Raises:
        DocumentError: the bytes are not text.
    """
    for mark, encoding in _BOMS:
        if data.startswith(mark):
            return _clean(data[len(mark) :].decode(encoding, "replace"))
    if data.startswith(_MAGIC):
        raise DocumentError("not text: binary data")
    if b"\0" in data:
        return _decode_utf16_without_mark(data)
    sample = data[:_SAMPLE]
    if len(sample) - len(sample.translate(None, _CONTROLS)) > _MOST_CONTROLS * len(sample):
        raise DocumentError("not text: binary data")
    label = _known_label(declared)
    if label and label.startswith(_SEVEN_BIT):
        return _clean(data.decode(label, "replace"))
    try:
        return data.decode("utf-8")
    except UnicodeDecodeError as error:
        encoding = label if label and label != "utf-8" else _guess(data, error.start)
        return _clean(data.decode(encoding, "replace"))


def _clean(text: str) -> str:
    return _SURROGATES.sub("\ufffd", text)


def _known_label(declared: str | None) -> str | None:
    try:
        name = codecs.lookup((declared or "").strip()).name
        "".encode(name)  # refuses codecs that are not text encodings, such as base64
    except (LookupError, ValueError):
        return None
    if name in {"idna", "punycode", "undefined"}:  # text, but no encoding of documents
        return None
    if name.startswith(("utf-16", "utf-32")):  # read as text already, so it cannot be
        return None
    return _SUPERSETS.get(name, name)


def _decode_utf16_without_mark(data: bytes) -> str:
    """Windows programs write UTF-16 without a mark: every second byte of Latin text is 0."""
    sample = data[: _SAMPLE & ~1]
    odd, even = sample[1::2].count(0), sample[0::2].count(0)
    half = len(sample) // 2 or 1
    if len(data) % 2 == 0 and max(odd, even) > half * 0.4 and min(odd, even) < half * 0.01:
        try:
            return data.decode("utf-16-le" if odd > even else "utf-16-be")
        except UnicodeDecodeError:
            pass
    raise DocumentError("not text: binary data")


def _guess(data: bytes, first: int) -> str:
    """The likely encoding of bytes that are not UTF-8 from ``first`` on."""
    start = data.rfind(b"\n", max(0, first - _SAMPLE), first) + 1
    sample = data[start : first + _SAMPLE]
    if start + len(sample) < len(data):  # no letter may be cut in two
        sample = sample[: max(sample.rfind(b"\n"), sample.rfind(b" ")) + 1] or sample
    high = [byte for byte in sample if byte > 0x7F]
    if len(high) < _FEW * len(sample) and _WESTERN.issuperset(high):
        return "cp1252"
    for encoding in ("cp932", "euc_jp"):
        text = sample.decode(encoding, "replace")
        letters = [character for character in text if character > "\x7f"]
        if len(_KANA.findall(text)) > _FEW * len(letters) and "\ufffd" not in text:
            return encoding
    from charset_normalizer import from_bytes

    best = from_bytes(sample).best()
    return best.encoding if best else "cp1252"
