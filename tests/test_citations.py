import pytest
from hypothesis import given
from hypothesis import strategies as st

from qa.citations import (
    Citer,
    citation_from_json,
    citation_to_json,
    heading_of,
    page_of,
    place,
)
from qa.errors import CitationError
from qa.layout import sentences
from qa.text import LineIndex
from qa.types import Citation, Heading, Span
from tests.conftest import document
from tests.test_text import texts

TEXT = "# Trees\n\nApples grow on tall trees in autumn. Pears are picked in summer.\n\nPlums too.\n"
QUOTE = "Pears are picked in summer."


def cite(text: str = TEXT, quote: str = QUOTE, **more) -> Citation:
    start = text.index(quote)
    return Citer(document(text, "a.md", **more), "t").cite(
        Span(start, start + len(quote)), quote, 1
    )


@given(texts)
def test_every_sentence_can_be_cited_where_it_stands(text):
    citer = Citer(document(text), "t")
    lines = LineIndex(text)
    for span in sentences(text):
        citation = citer.cite(span, span.of(text), 1)
        assert text[citation.span.start : citation.span.end] == citation.quote
        assert lines.span_of(citation.line_start).start <= span.start
        assert lines.span_of(citation.line_end).end >= span.end


@given(texts, st.integers(0, 50), st.text(min_size=1, max_size=9))
def test_words_that_are_not_there_cannot_be_cited(text, start, quote):
    span = Span(start, start + len(quote))
    if text[span.start : span.end] != quote:
        with pytest.raises(CitationError, match=r"not in a\.txt"):
            Citer(document(text), "t").cite(span, quote, 1)


def test_an_empty_quote_cannot_be_cited():
    with pytest.raises(CitationError):
        Citer(document("a"), "t").cite(Span(0, 0), "", 1)


def test_lines_count_as_an_editor_does():
    text = "one\r\ntwo\rthree\x0cstill three\nfour"
    citation = cite(text, "still three")
    assert (citation.line_start, citation.line_end) == (3, 3)


def test_lines_of_extracted_text_are_those_of_the_file():
    citation = cite(lines=((0, 10), (20, 12), (60, 15)))
    assert (citation.line_start, citation.line_end) == (12, 15)


def test_a_document_with_pages_is_cited_by_page():
    citation = cite(pages=(0, 46))
    assert (citation.page, citation.line_start) == (2, None)
    assert place(citation) == "a.md, p. 2"


def test_the_heading_is_the_nearest_above():
    headings = (Heading(Span(0, 7), 1, "Trees"), Heading(Span(75, 76), 2, "Later"))
    assert heading_of(document(TEXT, headings=headings), 60) == "Trees"
    named = (("Changes", 1), ("2.3.0", 2), ("Fixed", 3), ("2.2.1", 2), ("Fixed", 3))
    several = tuple(
        Heading(Span(place, place + 1), level, text) for place, (text, level) in enumerate(named)
    )
    told = [heading_of(document(TEXT, headings=several), place) for place in range(5)]
    assert told == ["Changes", "2.3.0", "2.3.0 > Fixed", "2.2.1", "2.2.1 > Fixed"]
    assert page_of(document(TEXT), 60) is None


def test_a_place_is_one_that_editors_link():
    assert place(cite()) == "a.md:3"


def test_json_comes_back():
    citation = cite()
    assert citation_from_json(citation_to_json(citation)) == citation


@pytest.mark.parametrize(
    "row",
    [None, [], {}, {"path": 1}, {"path": "a", "quote": "b", "sha256": "c", "start": 5, "end": 1}],
)
def test_what_is_no_citation_is_refused(row):
    with pytest.raises(CitationError, match="cannot be read"):
        citation_from_json(row)


def test_the_language_and_the_address_of_a_document_go_with_the_quote():
    one = cite(metadata={"language": "de", "url": "https://x.test/a"})
    assert (one.language, one.url) == ("de", "https://x.test/a")
    assert citation_from_json(citation_to_json(one)) == one
    row = citation_to_json(one)
    del row["language"], row["url"]  # as an earlier version wrote it
    assert citation_from_json(row).url == ""


@pytest.mark.parametrize(
    "url",
    ["javascript:alert(1)", "file:///etc/passwd", "https://x.test/\x1b[31m", "http://a b", "//x",
     "https://x/\u202egnp", "https://x/" + "a" * 3000, 'https://x/"><script>'],
)  # fmt: skip
def test_what_is_no_address_of_the_web_is_left_out(url):
    assert cite(metadata={"url": url}).url == ""
