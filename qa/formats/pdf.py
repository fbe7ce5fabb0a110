"""PDF files: the text of their pages as paragraphs that read on.

pdfium gives the words of a page in reading order with a break after each printed line.
Lines are put back into paragraphs by their geometry (``pdf_layout``), so that a sentence
is one sentence, over page breaks too, and can be quoted.
"""

from __future__ import annotations

import math
import re
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from qa.errors import DocumentError
from qa.formats.extracted import Extracted, checkpoint, looks_like_title, title_from_name
from qa.formats.formulas import LOWERED, RAISED, on_one_line
from qa.formats.pdf_layout import Line, paragraphs_of
from qa.formats.recognition import MOST_PAGES, languages, lines_of_picture
from qa.text import one_line

_LOCK = threading.Lock()  # pdfium must not be called from two threads at once
_LINE_END = frozenset((0x0A, 0x0D))
_HYPHENS = frozenset((0x02, 0xFFFE))
_INVISIBLE = frozenset((*range(0x21), 0x7F, 0xA0, 0xAD, 0x200B, 0x3000))
_FIRST_CJK = 0x2E80
# Bullets of the Symbol and Wingdings fonts, which word processors write into the private
# use area of Unicode; soft hyphens and zero width spaces only say where a line may break.
_SYMBOLS = {0xF0B7: "•", 0xF0A7: "▪", 0xF0D8: "‣", 0xF02D: "-", 0xAD: None, 0x200B: None}
_SIGNS = "-+−–‐‑"
_NUMBERS = re.compile(rf"([)\d]\d*)([{_SIGNS}]\d+)?([ijkmnpqtxyz](?![^\W\d_]))?")
"""A number, and what may be raised or lowered beside it; not the letters of ``2nd``."""
_SMALLER = 0.85
"""Of the height of the number before: what is as large as that is no power of it."""
_SHIFT = 0.05
"""Of the number's height: on another line than the number."""
_NOT_TEXT = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\ufdd0-\ufdef\ufffe\uffff\ud800-\udfff]")
_FIELDS = {"Author": "author", "Subject": "description", "Keywords": "keywords"}
_USELESS_TITLE = re.compile(
    r"(?i)untitled\b.*|microsoft (?:word|powerpoint|excel) - .*"
    r"|.*\.(?:docx?|pdf|dvi|tex|indd|pptx?|rtf|odt)"
    r"|(?:document|title|slide|layout|print)\s*\d*|\W*|.{0,2}|.{300,}"
)
_LONGEST_TAG = 64
_DATE = re.compile(r"D:(\d{4})(\d{2})(\d{2})")


def extract(data: bytes, name: str) -> Extracted:
    """The text of a PDF file.

    Raises:
        DocumentError: it needs a password, is damaged, or has no text layer.
    """
    with _LOCK, _opened(data) as pdf:
        fields = {key: _field(pdf, key) for key in ("Title", "CreationDate", *_FIELDS)}
        fields["Lang"] = _language(pdf)
        pages = [_lines_of_page(pdf, number) for number in range(len(pdf))]
        empty = [number for number, lines in enumerate(pages) if not lines]
        scanned = [number for number in empty if _has_picture(pdf, number)]
        for number in scanned[:MOST_PAGES]:
            pages[number] = _recognized(pdf, number)
        unread = [number + 1 for number in scanned if not pages[number]]
    text, starts = paragraphs_of(pages)
    if not text.strip():
        reason = "no text layer (scanned pages?)"
        if scanned and not languages():
            reason += "; with Tesseract installed, `qa index --rebuild` reads it"
        raise DocumentError(reason)
    metadata = {key: fields[field] for field, key in _FIELDS.items() if fields[field]}
    if date := _DATE.match(fields["CreationDate"]):
        metadata["date"] = "-".join(date.groups())
    if fields["Lang"]:
        metadata["language"] = fields["Lang"]
    if unread:
        metadata["unread"] = page_ranges(unread)
    if len(unread) < len(scanned):
        known = set(unread)
        read = [number + 1 for number in scanned if number + 1 not in known]
        metadata["recognized"] = page_ranges(read)
    return Extracted(
        text=text,
        title=_title(fields["Title"], text) or title_from_name(name),
        format="pdf",
        pages=starts,
        metadata=metadata,
    )


def _field(pdf: Any, key: str) -> str:
    try:
        return one_line(_NOT_TEXT.sub("", pdf.get_metadata_value(key)))
    except UnicodeDecodeError:  # half a character: the pages can be read all the same
        return ""


def _language(pdf: Any) -> str:
    import ctypes

    import pypdfium2.raw as raw

    buffer = (ctypes.c_ushort * _LONGEST_TAG)()
    told = raw.FPDFCatalog_GetLanguage(pdf, buffer, ctypes.sizeof(buffer))  # bytes, a zero behind
    if told > ctypes.sizeof(buffer):  # nothing was written
        return ""
    words = bytes(buffer)[: max(0, told - 2)].decode("utf-16-le", "ignore")
    return one_line(_NOT_TEXT.sub("", words))


def page_ranges(pages: list[int]) -> str:
    """``page 3``, ``pages 3–5, 9``."""
    ranges: list[list[int]] = []
    for page in pages:
        if ranges and page == ranges[-1][-1] + 1:
            ranges[-1][1:] = [page]
        else:
            ranges.append([page])
    told = ", ".join("–".join(map(str, some)) for some in ranges)
    return f"page {told}" if len(pages) == 1 else f"pages {told}"


def _recognized(pdf: Any, number: int) -> list[Line]:
    checkpoint()
    page = pdf[number]
    try:
        return lines_of_picture(page)
    finally:
        page.close()


def _has_picture(pdf: Any, number: int) -> bool:
    import pypdfium2.raw as raw

    page = pdf[number]
    try:
        return any(True for _ in page.get_objects(filter=(raw.FPDF_PAGEOBJ_IMAGE,)))
    finally:
        page.close()


@contextmanager
def _opened(data: bytes) -> Iterator[Any]:
    import pypdfium2
    import pypdfium2.raw as raw

    try:
        pdf = pypdfium2.PdfDocument(data)
    except pypdfium2.PdfiumError as error:
        if getattr(error, "err_code", None) == raw.FPDF_ERR_PASSWORD:
            raise DocumentError("encrypted: needs a password") from None
        raise DocumentError("damaged PDF: it cannot be opened") from error
    try:
        yield pdf
    except pypdfium2.PdfiumError as error:
        raise DocumentError("damaged PDF: a page cannot be read") from error
    finally:
        pdf.close()


def _title(given: str, text: str) -> str:
    if given and not _USELESS_TITLE.fullmatch(given):
        return given
    first = one_line(text.lstrip().split("\n\n", 1)[0][:200])
    return first if looks_like_title(first) else ""


def _lines_of_page(pdf: Any, number: int) -> list[Line]:
    """The printed lines of a page with their boxes, in reading order."""
    checkpoint()
    page = pdf[number]
    text_page = page.get_textpage()
    try:
        return list(_lines(text_page.raw, text_page.count_chars()))
    finally:
        text_page.close()
        page.close()


def _lines(raw_page: Any, count: int) -> Iterator[Line]:
    """Lines end at a line break, and behind a hyphen that pdfium has marked as one at the
    end of a printed line: it leaves the break out there."""
    import pypdfium2.raw as raw

    codes = [raw.FPDFText_GetUnicode(raw_page, index) for index in range(count)]
    start = 0
    for index, code in enumerate([*codes, 0x0A]):
        if code in _LINE_END:
            yield from _line(raw_page, codes, start, index)
            start = index + 1
        elif code in _HYPHENS:
            codes[index] = 0x2D
            yield from _line(raw_page, codes, start, index + 1)
            start = index + 1


def _line(raw_page: Any, codes: list[int], start: int, end: int) -> Iterator[Line]:
    visible = [index for index in range(start, end) if codes[index] not in _INVISIBLE]
    text = _clean(raw_page, codes, start, end)
    if not visible or not text:
        return
    first, last = visible[0], visible[-1]
    if codes[last] == 0x2D and last > first:
        last -= 1  # a hyphen that pdfium has marked has no box
    word_end = next((i - 1 for i in range(first, end) if codes[i] in _INVISIBLE), last)
    if codes[first] >= _FIRST_CJK:  # may be broken behind every character
        word_end = first
    left, first_right, bottom, top = _box(raw_page, first)
    _, right, last_bottom, last_top = _box(raw_page, last)
    yield Line(
        text=text,
        left=left,
        right=max(right, first_right),
        bottom=min(bottom, last_bottom),
        top=max(top, last_top),
        first_word=max(0.0, _box(raw_page, word_end)[1] - left),
    )


def _clean(raw_page: Any, codes: list[int], start: int, end: int) -> str:
    runs = []
    for first, behind, mark in _scripts(raw_page, codes, start, end):
        text = "".join(map(chr, codes[first:behind])).encode("utf-16-le", "surrogatepass")
        words = text.decode("utf-16-le", "replace").translate(_SYMBOLS)
        runs.append((_NOT_TEXT.sub("", words), mark))
    return " ".join(on_one_line(runs).split())


def _scripts(
    raw_page: Any, codes: list[int], start: int, end: int
) -> Iterator[tuple[int, int, str]]:
    """Runs of a line, with the mark of those that are raised or lowered behind a number. Only
    there does it change what is read, and boxes of characters take time."""
    done = start
    line = "".join(map(chr, codes[start:end]))
    for number in _NUMBERS.finditer(line):
        first, behind = start + number.start(), start + number.end()
        ends = {start + number.end(part) - 1 for part in (1, 2, 3) if number[part]} - {first}
        heights = {at: _height(raw_page, at) for at in {first, *ends}} if ends else {}
        full = max(heights.values(), default=0.0)
        if full <= 0 or min(heights.values()) >= _SMALLER * full or first < done:
            continue  # all of one size, as most are
        base = _base(raw_page, max(heights, key=heights.__getitem__))
        at = first
        while at < behind:
            mark = _mark(raw_page, codes, at, base, full)
            begin, at = at, at + 1
            while at < (end if mark else behind) and codes[at] not in _INVISIBLE:
                if _mark(raw_page, codes, at, base, full) != mark:
                    break
                at += 1
            while mark and at - 1 > begin and chr(codes[at - 1]) in ",;.":
                at -= 1
            if mark:
                yield done, begin, ""
                yield begin, at, mark
                done = at
    yield done, end, ""


def _mark(raw_page: Any, codes: list[int], at: int, base: float, full: float) -> str:
    """Whether a character is raised or lowered beside one on the line ``base`` that is ``full``
    high."""
    # Signs have fonts of their own, whose height says nothing.
    if chr(codes[at]) not in _SIGNS and not 0 < _height(raw_page, at) < _SMALLER * full:
        return ""
    shift = (_base(raw_page, at) - base) / full
    return RAISED if shift > _SHIFT else LOWERED if shift < -_SHIFT else ""


def _height(raw_page: Any, index: int) -> float:
    _, _, bottom, top = _box(raw_page, index)
    return top - bottom


def _base(raw_page: Any, index: int) -> float:
    """How high the line is that a character stands on, in points."""
    import ctypes

    import pypdfium2.raw as raw

    x, y = ctypes.c_double(), ctypes.c_double()
    raw.FPDFText_GetCharOrigin(raw_page, index, x, y)
    return y.value if math.isfinite(y.value) else 0.0


def _box(raw_page: Any, index: int) -> tuple[float, float, float, float]:
    """Left, right, bottom, top of a character's font box, in points."""
    import pypdfium2.raw as raw

    box = raw.FS_RECTF()
    if not raw.FPDFText_GetLooseCharBox(raw_page, index, box):
        return (0.0, 0.0, 0.0, 0.0)
    places = (box.left, box.right, box.bottom, box.top)
    return places if all(map(math.isfinite, places)) else (0.0, 0.0, 0.0, 0.0)
