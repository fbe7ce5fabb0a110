from __future__ import annotations

import re
from bisect import bisect_right
from itertools import pairwise
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from qa.errors import DocumentError
from qa.formats import Extracted, extract
from qa.layout import sentences
from qa.text import LineIndex

line_breaks = st.sampled_from(["\n", "\r\n", "\r"])


def html(source: str) -> Extracted:
    return extract(source.encode(), "page.html")


def line_at(extracted: Extracted, offset: int) -> int:
    """The line of the file that an extracted page gives for an offset."""
    offsets = [pair[0] for pair in extracted.lines]
    return extracted.lines[bisect_right(offsets, offset) - 1][1]


def test_menus_and_notices_are_left_out() -> None:
    page = html(
        "<body><nav><a href=/>Home</a></nav><div class='cookie-banner'>We use cookies.</div>"
        "<ul><li><a href=1>One</a><li><a href=2>Two</a><li><a href=3>Three</a></ul>"
        f"<p>{'Words that say something. ' * 5}</p><footer>Imprint</footer></body>"
    )
    assert page.text == ("Words that say something. " * 5).strip()


@pytest.mark.parametrize(
    "source, text",
    [
        ("<ol><li>a<li>b</ol><p>x</p><ol start=3><li>c<ul><li>d</ul><li>e</ol>",
         "1. a\n2. b\n\nx\n\n3. c\n- d\n4. e"),
        ("<ol start=x><li value=7>a<li>b</ol><li>c", "7. a\n8. b\n- c"),
        ("<dl><dt>Late fees<dd>20p a day.<dt>Two</dt><dt>Loans</dt><dd><p>Free.</p><p>All.</dl>",
         "Late fees\n20p a day.\n\nTwo\n\nLoans\nFree.\n\nAll."),
        ("<dl><dt>Alone</dt></dl><h2>Next</h2>Text", "Alone\n\nNext\n\nText"),
        ("<dl><dt>A</dt><dd><ul><li>x</ul></dd></dl>", "A\n\n- x"),
        ("<dl><div><dt>K</dt><dd>V</dd></div></dl><p>p", "K\nV\n\np"),
    ],
)  # fmt: skip
def test_items_keep_their_numbers_and_descriptions_their_terms(source: str, text: str) -> None:
    assert html(source).text == text


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


@pytest.mark.parametrize(
    ("head", "url"),
    [
        ("<link rel=canonical href='https://x.test/a'>", "https://x.test/a"),
        ("<meta property=og:url content='https://x.test/b'>", "https://x.test/b"),
        ("<link rel=canonical href='/a'><meta property=og:url content='http://x.test'>",
         "http://x.test"),
        ("<link rel=canonical href='javascript:x'>", None),
        ("", None),
    ],
)  # fmt: skip
def test_a_page_says_where_it_was_and_in_which_language(head: str, url: str | None) -> None:
    page = html(f"<html lang='de-CH'><head>{head}</head><body><p>Wörter.</p></body></html>")
    assert page.metadata == {"language": "de-CH"} | ({"url": url} if url else {})
