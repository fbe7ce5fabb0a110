from __future__ import annotations

import io
import re
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pypdfium2.raw as raw
import pytest
from reportlab.lib.pagesizes import A4
from reportlab.lib.pdfencrypt import StandardEncryption
from reportlab.lib.styles import getSampleStyleSheet
from reportlab.pdfgen.canvas import Canvas
from reportlab.platypus import Paragraph, SimpleDocTemplate

from qa import FakeEncoder, Index
from qa.documents import FolderSource
from qa.errors import DocumentError
from qa.formats import Extracted, extract
from qa.formats.pdf import page_ranges
from qa.formats.recognition import languages
from qa.indexing import update

FONT = "Helvetica"


def pdf(pages: list[list[tuple[float, float, str]]], **options: object) -> bytes:
    """A PDF with strings at places: for each page ``(x, y, text)``, points from below."""
    buffer = io.BytesIO()
    canvas = Canvas(buffer, pagesize=A4, **options)
    for page in pages:
        canvas.setFont(FONT, 11)
        for x, y, text in page:
            canvas.drawString(x, y, text)
        canvas.showPage()
    canvas.save()
    return buffer.getvalue()


def flowing(*paragraphs: str) -> bytes:
    """A PDF set by reportlab, lines broken as they fall."""
    buffer = io.BytesIO()
    style = getSampleStyleSheet()["BodyText"]
    SimpleDocTemplate(buffer, pagesize=A4).build([Paragraph(text, style) for text in paragraphs])
    return buffer.getvalue()


def read_pdf(data: bytes) -> Extracted:
    return extract(data, "paper.pdf")


@pytest.mark.parametrize("size", [float("inf"), float("nan")])
def test_words_of_no_finite_size_are_read(size: float, monkeypatch: pytest.MonkeyPatch) -> None:
    def boundless(_page: object, _index: int, box: raw.FS_RECTF) -> bool:
        box.right = size
        return True

    monkeypatch.setattr(raw, "FPDFText_GetLooseCharBox", boundless)  # found by fuzzing
    assert read_pdf(pdf([[(72, 700, "The light burns all night.")]])).text.startswith("The light")


def test_a_title_that_is_half_a_character_does_not_cost_the_text() -> None:
    buffer = io.BytesIO()
    canvas = Canvas(buffer)
    canvas.setTitle("AAAAAAAA")
    canvas.drawString(72, 700, "The light burns all night.")
    canvas.save()
    data = buffer.getvalue()
    assert b"(AAAAAAAA)" in data
    found = read_pdf(data.replace(b"(AAAAAAAA)", b"<FEFFD841>"))
    assert found.text.strip() == "The light burns all night."


LONG = "The committee met on the second Tuesday of every month and wrote down what was said. " * 5


def test_hard_wrapped_lines_become_one_paragraph() -> None:
    assert read_pdf(flowing(LONG)).text == LONG.strip()


def test_paragraphs_are_separated_by_a_blank_line() -> None:
    assert read_pdf(flowing(LONG, LONG)).text == f"{LONG.strip()}\n\n{LONG.strip()}"


def test_a_sentence_over_a_page_break_stays_one_paragraph() -> None:
    text = LONG * 20
    extracted = read_pdf(flowing(text))
    assert len(extracted.pages) > 1
    assert extracted.text == text.strip()


def test_pages_give_the_offset_at_which_each_page_starts() -> None:
    extracted = read_pdf(pdf([[(72, 700, "First page.")], [(72, 700, "Second page.")]]))
    assert [extracted.text[start:].split(".")[0] for start in extracted.pages] == [
        "First page",
        "Second page",
    ]


def test_an_empty_page_is_counted() -> None:
    extracted = read_pdf(pdf([[(72, 700, "One.")], [], [(72, 700, "Three.")]]))
    assert len(extracted.pages) == 3
    assert extracted.text[extracted.pages[2] :] == "Three."


def test_running_heads_and_page_numbers_are_left_out() -> None:
    pages = [
        [
            (72, 800, "Annual Report"),
            (72, 600, f"Page text {'abcd'[n]}."),
            (290, 30, f"- {n + 1} -"),
        ]
        for n in range(4)
    ]
    text = read_pdf(pdf(pages)).text
    assert text == "\n\n".join(f"Page text {letter}." for letter in "abcd")


def test_a_foot_that_names_the_section_and_counts_pages_is_left_out() -> None:
    pages = [
        [(72, 600, f"Body {word}."), (72, 30, f"2.{n} {word.title()} {n + 7}")]
        for n, word in enumerate(["apple", "pear", "plum", "fig"])
    ]
    assert "Pear" not in read_pdf(pdf(pages)).text


def test_lines_that_come_again_in_a_short_paper_are_kept() -> None:
    pages = [[(72, 800, "Invoice"), (72, 600, "Sum.")]] * 2
    assert read_pdf(pdf(pages)).text.count("Invoice") == 2


def wrapped(*lines: str) -> bytes:
    """Lines set tightly below one another."""
    return pdf([[(72, 700 - 13 * number, line) for number, line in enumerate(lines)]])


def test_a_word_hyphenated_at_a_line_end_is_put_together() -> None:
    data = wrapped("A long line with words that ends in the middle of a recom-", "mendation of it.")
    assert "recommendation of it." in read_pdf(data).text


def test_a_hyphen_that_belongs_to_the_word_is_kept() -> None:
    data = wrapped(
        "It was well-known that a line may end where a word has a well-",
        "known hyphen and that it stays.",
    )
    assert "a well-known hyphen" in read_pdf(data).text


def test_a_compound_of_two_known_words_keeps_its_hyphen() -> None:
    data = wrapped(
        "The table was of a decision nobody made, a decision-",
        "table as some call it.",
    )
    assert "decision-table" in read_pdf(data).text


def test_lines_ended_on_purpose_are_not_joined() -> None:
    data = wrapped("Ann Smith", "12 Long Street", "London", LONG[:84])
    assert "Ann Smith\n" in read_pdf(data).text


def test_bulleted_lines_start_lines_of_their_own() -> None:
    data = wrapped("The list holds two things that matter:", "- one of them", "- the other one")
    assert read_pdf(data).text.endswith("\n- one of them\n- the other one")


def test_two_columns_are_read_one_after_the_other() -> None:
    left = [(60, 700 - 13 * n, f"left line {n} goes on to the middle") for n in range(6)]
    right = [(320, 700 - 13 * n, f"right line {n} goes on to the end") for n in range(6)]
    text = read_pdf(pdf([[*left, *right]])).text
    assert text.index("left line 5") < text.index("right line 0")


def test_the_title_comes_from_the_file_or_its_first_line() -> None:
    buffer = io.BytesIO()
    canvas = Canvas(buffer)
    canvas.setTitle("On Quotation")
    canvas.drawString(72, 700, "Words.")
    canvas.save()
    assert read_pdf(buffer.getvalue()).title == "On Quotation"
    untitled = pdf([[(72, 700, "A First Line"), (72, 600, "Words.")]])
    assert read_pdf(untitled).title == "A First Line"


def test_an_encrypted_file_is_refused() -> None:
    data = pdf([[(72, 700, "Secret.")]], encrypt=StandardEncryption("open sesame"))
    with pytest.raises(DocumentError, match="encrypted: needs a password"):
        read_pdf(data)


@pytest.mark.parametrize("kept", [0.05, 0.3])
def test_a_file_cut_short_is_refused(kept: float) -> None:
    data = flowing(LONG)
    with pytest.raises(DocumentError, match=r"damaged PDF|no text layer"):
        read_pdf(data[: int(len(data) * kept)])


def test_a_file_that_is_no_pdf_is_refused() -> None:
    with pytest.raises(DocumentError, match="damaged PDF"):
        read_pdf(b"just words")


def test_a_file_of_pictures_is_refused() -> None:
    with pytest.raises(DocumentError, match="no text layer"):
        read_pdf(pdf([[]]))


def test_two_threads_may_read_pdfs_at_once() -> None:
    data = [flowing(LONG * 10), flowing(LONG[:170])]
    with ThreadPoolExecutor(4) as pool:
        texts_read = list(pool.map(lambda number: read_pdf(data[number % 2]).text, range(16)))
    assert texts_read == [(LONG * 10).strip(), LONG[:170].strip()] * 8


def test_extracted_text_of_a_pdf_has_no_control_characters() -> None:
    text = read_pdf(flowing(LONG, LONG)).text
    assert not re.search("[\x00-\x09\x0b-\x1f\x7f-\x9f\ufffe]", text)


def test_scanned_pages_among_others_are_told_page_by_page(tmp_path: Path) -> None:
    from PIL import Image

    file = io.BytesIO()
    canvas = Canvas(file, pagesize=A4)
    for page in range(1, 9):
        if page in (1, 7):
            canvas.drawString(72, 700, f"The words of page {page} stand here.")
        elif page != 6:  # an empty one
            canvas.drawInlineImage(Image.new("L", (80, 80), 90), 72, 300)
        canvas.showPage()
    canvas.save()
    extracted = read_pdf(file.getvalue())
    assert extracted.metadata["unread"] == "pages 2–5, 8" and len(extracted.pages) == 8
    assert page_ranges([3]) == "page 3"
    folder = tmp_path / "docs"
    folder.mkdir()
    (folder / "a.pdf").write_bytes(file.getvalue())
    with Index(tmp_path / "index", FakeEncoder()) as index:
        update(index, FolderSource(folder))
        [source] = index.store.sources()
    assert source.unread == "pages 2–5, 8"


def scanned(*pages: str) -> bytes:
    from PIL import Image, ImageDraw, ImageFont

    file = io.BytesIO()
    canvas = Canvas(file, pagesize=A4)
    for words in pages:
        picture = Image.new("L", (1600, 900), 255)
        ImageDraw.Draw(picture).multiline_text(
            (60, 60), words, fill=0, font=ImageFont.load_default(size=48), spacing=14
        )
        canvas.drawInlineImage(picture, 40, 400, 515, 290)
        canvas.showPage()
    canvas.save()
    return file.getvalue()


def test_scanned_pages_need_tesseract_and_say_so(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("qa.formats.pdf.languages", lambda: "")
    monkeypatch.setattr("qa.formats.recognition.languages", lambda: "")
    with pytest.raises(DocumentError, match="with Tesseract installed, `qa index"):
        read_pdf(scanned("The mill of Thun stands."))


@pytest.mark.skipif(not languages(), reason="needs Tesseract")
def test_scanned_pages_are_read_where_tesseract_is_installed() -> None:
    words = "The mill of Thun was built by monks\nin the year 1620. It made paper until\nthe war."
    extracted = read_pdf(scanned(words, "Another page of the same book."))
    assert "The mill of Thun was built by monks in the year 1620." in extracted.text
    assert extracted.text.index("Another page") == extracted.pages[1]
    assert extracted.metadata["recognized"] == "pages 1–2" and "unread" not in extracted.metadata


def test_the_language_of_a_file_is_known() -> None:
    made = (Path(__file__).parent / "fixtures" / "powers.pdf").read_bytes()
    assert extract(made, "a.pdf").metadata["language"] == "en-US"
    longer = made.replace(b"/Lang(en-US)", b"/Lang(" + b"x" * 300 + b")")
    assert longer != made and "language" not in extract(longer, "a.pdf").metadata
