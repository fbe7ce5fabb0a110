from __future__ import annotations

import io
import re
from bisect import bisect_right
from concurrent.futures import ThreadPoolExecutor
from itertools import pairwise
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from reportlab.lib.pagesizes import A4
from reportlab.lib.pdfencrypt import StandardEncryption
from reportlab.lib.styles import getSampleStyleSheet
from reportlab.pdfgen.canvas import Canvas
from reportlab.platypus import Paragraph, SimpleDocTemplate

from qa.errors import DocumentError
from qa.formats import LOADERS, Extracted, extract, is_known
from qa.formats.decode import decode
from qa.formats.extracted import title_from_name
from qa.formats.markdown import front_matter
from qa.text import LineIndex, sentences

ALPHABET = "ab zé\u0301中文あ🙂👩‍💻\u200d.\t\n"
texts = st.text(alphabet=ALPHABET, min_size=1, max_size=200)
line_breaks = st.sampled_from(["\n", "\r\n", "\r"])


def html(source: str) -> Extracted:
    return extract(source.encode(), "page.html")


def line_at(extracted: Extracted, offset: int) -> int:
    """The line of the file that an extracted page gives for an offset."""
    offsets = [pair[0] for pair in extracted.lines]
    return extracted.lines[bisect_right(offsets, offset) - 1][1]


# Registry


def test_every_loader_named_in_the_registry_exists() -> None:
    folder = Path(__file__).parents[1] / "qa" / "formats"
    assert all((folder / f"{module}.py").is_file() for module in LOADERS.values())


def test_an_extension_is_known_in_any_case() -> None:
    assert is_known("REPORT.PDF")


def test_a_file_without_extension_is_read_as_text() -> None:
    assert extract(b"All rights reserved.", "LICENSE").format == "text"


def test_an_unknown_extension_is_refused_by_name() -> None:
    with pytest.raises(DocumentError, match=r"format \.docx is not read"):
        extract(b"x", "letter.docx")


@pytest.mark.parametrize(
    ("name", "title"),
    [
        ("notes/2020-02-12-huawei_report.md", "2020-02-12 huawei report"),
        ("a-b-c.txt", "a b c"),
        ("---.txt", "---.txt"),
        ("日本語.txt", "日本語"),
    ],
)
def test_a_file_name_becomes_a_readable_title(name: str, title: str) -> None:
    assert title_from_name(name) == title


# Encodings


@pytest.mark.parametrize(
    "encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-32", "utf-16-be", "utf-16-le"]
)
def test_unicode_encodings_are_recognised(encoding: str) -> None:
    text = "Plain words, as they are mostly written, é and 中.\n" * 4
    marks = {"utf-16-be": b"\xfe\xff", "utf-16-le": b"\xff\xfe"}
    assert decode(marks.get(encoding, b"") + text.encode(encoding)) == text


def test_utf16_without_a_mark_is_recognised() -> None:
    assert (
        decode("Saved by an old editor.\r\n".encode("utf-16-le")) == "Saved by an old editor.\r\n"
    )


@pytest.mark.parametrize(
    ("text", "encoding"),
    [
        ("L’été dernier, la société a vendu son château à Besançon.", "cp1252"),
        ("Компания отрицает обвинения и молчит.", "cp1251"),
        ("同社は告発を否定した。報告書によると、アクセスは隠されていた。", "cp932"),
        ("同社は告発を否定した。報告書によると、アクセスは隠されていた。", "euc_jp"),
        ("公司否认指控。报告说访问是隐藏的，没有人知道。" * 3, "gb18030"),
    ],
)
def test_a_legacy_encoding_is_recognised(text: str, encoding: str) -> None:
    assert decode(text.encode(encoding)) == text


def test_a_legacy_encoding_is_recognised_far_inside_a_long_file() -> None:
    text = "All plain here.\n" * 20_000 + "La société a déjà vendu le château.\n"
    assert decode(text.encode("cp1252")) == text


@pytest.mark.parametrize(
    "data",
    [
        b"\x89PNG\r\n\x1a\n....",
        b"PK\x03\x04....",
        b"\x7fELF\x02\x01",
        b"\x1f\x8b\x08....",
        b"%PDF-1.7 in a text file",
        b"words\0and a zero byte",
        bytes(range(1, 32)) * 10,
    ],
)
def test_binary_data_is_refused(data: bytes) -> None:
    with pytest.raises(DocumentError, match="not text: binary data"):
        decode(data)


@given(texts)
def test_decoding_gives_back_every_character_of_utf8(text: str) -> None:
    assert decode(text.encode()) == text


@given(st.binary(max_size=300))
def test_decoded_text_never_holds_a_lone_surrogate(data: bytes) -> None:
    try:
        text = decode(data)
    except DocumentError:
        return
    assert text.encode("utf-8").decode() == text


@pytest.mark.parametrize("label", ["utf-7", "utf-16", "rot13", "base64", "nonsense", ""])
def test_a_strange_declared_encoding_does_no_harm(label: str) -> None:
    assert decode("Société".encode(), label) == "Société"


def test_a_byte_order_mark_is_not_part_of_the_text() -> None:
    assert extract(b"\xef\xbb\xbfHello.", "a.txt").text == "Hello."


# Plain text


@given(texts, line_breaks)
def test_plain_text_is_the_file_itself(text: str, line_break: str) -> None:
    text = text.replace("\n", line_break)
    assert extract(text.encode(), "a.txt").text == text


def test_a_first_line_that_stands_apart_is_the_title() -> None:
    assert extract(b"Annual report\r\n\r\nIt was a year.", "a.txt").title == "Annual report"


def test_a_first_sentence_is_no_title() -> None:
    assert extract(b"It was a year.\n\nAnd another.", "old-notes.txt").title == "old notes"


def test_an_underlined_line_is_a_heading_with_its_underline() -> None:
    text = "Title\n=====\n\nWords.\n\nPart one\n--------\n\nMore."
    found = extract(text.encode(), "a.rst").headings
    assert [(h.span.of(text), h.text) for h in found] == [
        ("Title\n=====", "Title"),
        ("Part one\n--------", "Part one"),
    ]


@pytest.mark.parametrize(
    ("name", "line", "level"),
    [("a.org", "** Part", 2), ("a.adoc", "== Part", 2), ("a.tex", r"\subsection{Part}", 2)],
)
def test_marked_headings_are_found_where_the_extension_promises_them(
    name: str, line: str, level: int
) -> None:
    (heading,) = extract(f"Words.\n\n{line}\n\nMore.".encode(), name).headings
    assert (heading.level, heading.text) == (level, "Part")


# Markdown


def markdown(text: str) -> Extracted:
    return extract(text.encode(), "a.md")


@given(texts, line_breaks)
def test_markdown_is_the_file_itself(text: str, line_break: str) -> None:
    text = text.replace("\n", line_break)
    assert markdown(text).text == text


@pytest.mark.parametrize("line_break", ["\n", "\r\n", "\r"])
def test_headings_of_both_kinds_are_found(line_break: str) -> None:
    text = "# One #\n\nwords\n\nTwo\n===\n\n### *Three* [x](y) {#id}\n\nFour\n---\n"
    text = text.replace("\n", line_break)
    found = [(h.level, h.text) for h in markdown(text).headings]
    assert found == [(1, "One"), (1, "Two"), (3, "Three x"), (2, "Four")]


@pytest.mark.parametrize(
    "text",
    [
        "```\n# comment\n```\n",
        "~~~ sh\n# comment\n```\n# still\n~~~\n",
        "    # indented code\n",
        "#hashtag\n",
        "words\nmore words\n---\n",
        "- item\n---\n",
        "| a |\n---\n",
        "\n---\n",
    ],
)
def test_what_is_no_heading_is_not_taken_for_one(text: str) -> None:
    assert markdown(text).headings == ()


@given(
    st.lists(st.sampled_from(["# a中", "b🙂", "===", "---", "", "```", "## é\u0301 ##"])),
    line_breaks,
)
def test_headings_stand_where_their_spans_say(lines: list[str], line_break: str) -> None:
    extracted = markdown(line_break.join(lines))
    index = LineIndex(extracted.text)
    for heading in extracted.headings:
        assert heading.text in heading.span.of(extracted.text)
        assert index.span_of(index.line_of(heading.span.start)).start == heading.span.start
    spans = [heading.span for heading in extracted.headings]
    assert all(first.end <= second.start for first, second in pairwise(spans))


def test_front_matter_is_metadata() -> None:
    text = '---\ntitle: "A: b"\nauthor: Ann\ntags:\n  - x\n---\n# Other\n'
    extracted = markdown(text)
    assert extracted.title == "A: b"
    assert extracted.metadata["author"] == "Ann"


def test_a_folded_field_is_one_line() -> None:
    assert front_matter("---\nnote: >-\n  first\n  second\n---") == {"note": "first second"}


def test_front_matter_has_no_headings() -> None:
    assert markdown("---\na: b\n# c\n---\n\ntext").headings == ()


def test_the_first_outer_heading_is_the_title() -> None:
    assert markdown("## Small\n\n# Large\n").title == "Large"


def test_a_heading_line_of_any_length_is_read_in_no_time() -> None:
    line = "# " + "*_[`" * 100_000 + " " * 100_000 + "x\n"
    assert len(markdown(line).headings) == 1


# HTML


def test_menus_and_notices_are_left_out() -> None:
    page = html(
        "<body><nav><a href=/>Home</a></nav><div class='cookie-banner'>We use cookies.</div>"
        "<ul><li><a href=1>One</a><li><a href=2>Two</a><li><a href=3>Three</a></ul>"
        f"<p>{'Words that say something. ' * 5}</p><footer>Imprint</footer></body>"
    )
    assert page.text == ("Words that say something. " * 5).strip()


def test_a_page_of_nothing_but_links_keeps_them() -> None:
    assert (
        "Two" in html("<ul><li><a href=1>One</a><li><a href=2>Two</a><li><a href=3>3</a></ul>").text
    )


def test_a_page_within_a_form_keeps_its_text() -> None:
    page = html("<body><form><p>A report from a page named home.aspx.</p></form></body>")
    assert page.text == "A report from a page named home.aspx."


def test_words_in_a_section_named_menu_are_kept() -> None:
    page = html(f"<p>{'Long. ' * 40}</p><section id=file-menu><p>Open a file.</p></section>")
    assert page.text.endswith("Open a file.")


def test_the_element_marked_as_main_is_the_content() -> None:
    page = html(f"<p>Site name</p><main><p>{'Said here. ' * 9}</p></main><div>See also</div>")
    assert page.text == ("Said here. " * 9).strip()


def test_blocks_become_paragraphs_items_and_rows() -> None:
    page = html(
        "<h1>Title</h1><p>One<br>two</p><ul><li>a<li><p>b</p></ul>"
        "<table><tr><th>Name<th>Age<tr><td>Ann<td>7</table><pre>x\n  y</pre>"
    )
    assert page.text == "Title\n\nOne\ntwo\n\n- a\n- b\n\nName | Age\n\nAnn | 7\n\nx\n  y"


def test_a_table_that_lays_out_a_page_is_no_row() -> None:
    page = html("<table><tr><td><ul><li>x</ul></td><td><h1>T</h1><p>Words.</p></td></tr></table>")
    assert page.text == "- x\n\nT\n\nWords."


def test_entities_are_decoded_and_invisible_characters_dropped() -> None:
    assert html("<p>a&amp;b &lt;i&gt; x&nbsp;y co&shy;op</p>").text == "a&b <i> x y coop"


def test_words_of_inline_elements_are_not_torn_apart() -> None:
    assert html("<p>un<b>believ</b>able <i>story</i>.</p>").text == "unbelievable story."


def test_headings_are_listed_with_spans_and_levels() -> None:
    page = html("<h1>One</h1><p>words</p><h3>Two <a href=#x>¶</a></h3><p>more</p>")
    assert [(h.level, h.span.of(page.text)) for h in page.headings] == [(1, "One"), (3, "Two")]


def test_title_and_metadata_come_from_the_head() -> None:
    page = html(
        "<head><title>A &amp; B</title><meta name=author content=Ann>"
        "<meta property=og:site_name content=Paper><meta name=date content=2020-02-12></head><p>x"
    )
    assert page.title == "A & B"
    assert page.metadata == {"author": "Ann", "publisher": "Paper", "date": "2020-02-12"}


def test_a_heading_is_the_title_where_the_head_has_none() -> None:
    assert html("<h1>Only here</h1><p>x").title == "Only here"


def test_a_declared_encoding_is_honoured() -> None:
    source = '<meta http-equiv=Content-Type content="text/html; charset=koi8-r"><p>Привет'
    assert extract(source.encode("koi8-r"), "a.htm").text == "Привет"


def test_an_xml_declaration_is_no_hindrance() -> None:
    source = '<?xml version="1.0" encoding="iso-8859-1"?><html><body><p>été</p></body></html>'
    assert extract(source.encode("latin-1"), "a.xhtml").text == "été"


@pytest.mark.parametrize("source", ["", "   ", "<!-- -->", "<body></body>", "<script>x</script>"])
def test_a_page_without_words_is_refused(source: str) -> None:
    with pytest.raises(DocumentError, match="no text in this page"):
        html(source)


@pytest.mark.parametrize("depth", [300, 3000, 50_000])
def test_a_page_nested_too_deeply_keeps_its_words(depth: int) -> None:
    page = html("<div>\n" * depth + "deep words" + "</div>" * depth + "<p>after</p>")
    assert page.text == "deep words\n\nafter"
    assert line_at(page, 0) == depth + 1


@pytest.mark.parametrize("source", ["<p>a<b>b<p>c</b>d", "<p>a<table><p>b", "<<p>>a"])
def test_malformed_pages_are_read(source: str) -> None:
    assert "a" in html(source + "<p>a").text


SNIPPETS = [
    "<p>", "</p>", "<div\n class='x'\n>", "</div>", "<b>", "</b>", "<br>", "\n", "\n\n", " ",
    "<!-- a\n comment -->", "<script>\nvar x;\n</script>", "<ul>\n<li>", "</ul>", "<pre>\n",
    "</pre>", "<table><tr><td>", "</td>\n<td>", "</table>", "<h2>", "</h2>", "&amp;", "</a>",
    "<a\nhref=x>", "<nav>\n", "</nav>", "<style>\n</style>", "<?php\n ?>", "<img\nalt='a\nb'>",
]  # fmt: skip


@settings(deadline=None)
@given(st.lists(st.sampled_from([*SNIPPETS, *["word "] * 12])), line_breaks)
def test_every_word_of_a_page_stands_on_the_line_given_for_it(
    parts: list[str], line_break: str
) -> None:
    source = "".join(
        part.replace("word", f"w{number}中🙂") for number, part in enumerate(["word ", *parts])
    ).replace("\n", line_break)
    page = html(source)
    index = LineIndex(source)
    for word in re.finditer(r"w\d+中", page.text):
        assert line_at(page, word.start()) == index.line_of(source.index(word.group()))


def test_the_line_offsets_of_a_page_ascend_strictly() -> None:
    page = html("<ul>\n<li>a\nb</li>\n<li>c<br>\nd</li></ul>\n<p>e</p>")
    assert all(first[0] < second[0] for first, second in pairwise(page.lines))


def test_each_sentence_of_a_real_page_stands_on_its_source_line() -> None:
    source = Path(__file__).parents[1] / "corpus" / "2020-02-huawei-network-access-evidence.html"
    text = source.read_text(encoding="utf-8")
    page = html(text)
    lines = text.split("\n")
    for sentence in sentences(page.text):
        first = sentence.of(page.text).removeprefix("- ").split()[0]
        assert first in lines[line_at(page, sentence.start) - 1]


def test_lines_are_right_beyond_the_count_of_the_parser() -> None:
    source = "".join(f"<p>w{number} <!-- \n -->x\n</p>\n" for number in range(30_000))
    page = html(source)
    assert line_at(page, page.text.index("w29999 ")) == 3 * 29_999 + 1


# PDF

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
