"""Exports: what people see is safe, what programs read is exact, and all of it can be verified."""

import html.parser
import json
import re
from datetime import UTC, datetime
from urllib.parse import unquote

import pytest
from hypothesis import given
from hypothesis import strategies as st
from markdown_it import MarkdownIt

from qa.bibliography import Name, bibtex, csl_json, date_parts, names
from qa.citation_style import DEFAULT_STYLE, check_style, source_line
from qa.citations import Citer
from qa.conversations import SavedConversation, SavedTurn, conversation_from_json
from qa.errors import CitationError, ConfigError
from qa.export import FORMATS, format_of, html_page, markdown, source_link
from qa.saved import read_saved
from qa.types import Document, Refusal, Span, Statement
from tests.conftest import document
from tests.fake_assistant import answer_of

NOW = datetime(2026, 11, 22, 12, 30, tzinfo=UTC)
HOSTILE = (
    "<script>alert(1)</script> --> ]]> \x1b[31mred\x1b]0;x\x07 \u202egnp.exe [a](javascript:b) "
    "![i](http://x/y) `code` *b* _i_ # h www.example.org a@b.example $x$ &amp; ~~s~~ | {=} \\"
)
CHECKED = ("markdown", "html", "json", "w3c")


def cited(text: str, quote: str, number: int = 1, path: str = "a.md", **metadata):
    more = {"metadata": metadata, "sha256": "ab" * 32}
    made = Citer(Document(path, metadata.pop("title", ""), text, **more), "cd" * 32, NOW, "qa 9")
    start = text.index(quote)
    return made.cite(Span(start, start + len(quote)), quote, number)


def conversation(*answers, corpus="/home/ann/papers", title="Who was told?"):
    turns = tuple(SavedTurn(NOW, answer) for answer in answers)
    return SavedConversation("20261122-123000-abcd", corpus, title, NOW, NOW, turns)


def two_turns(text="They were told in 2019. The rest followed.\n\nNobody else knew.", **more):
    first = cited(text, "They were told in 2019.", 1, **more)
    second = cited(text, "Nobody else knew.", 2, **more)
    statements = (Statement(first.quote, (1,), Span(18, 22)), Statement(second.quote, (2,)))
    refused = answer_of("Who paid?", nearest=(first,), found=False, refusal=Refusal("far"))
    return conversation(
        answer_of("When were they told?", first, second, statements=statements),
        refused,
        answer_of("And who else?", second, resolved_question="Who else was told?"),
    )


@pytest.mark.parametrize("format_", CHECKED)
def test_what_is_exported_can_be_read_again(format_):
    whole = two_turns(author="Ann Lee", date="2020-02-12", title="Report")
    saved = read_saved(FORMATS[format_](whole, DEFAULT_STYLE), "file")
    assert saved.corpus == whole.corpus
    assert [(one.id, one.quote, one.span, one.before, one.made) for one in saved.citations] == [
        (one.id, one.quote, one.span, one.before, one.made) for one in whole.citations
    ]


def test_what_the_columns_of_a_row_are_called_is_exported_and_kept():
    row = cited("| 2 | <b> |", "| 2 | <b> |")
    said = (Statement(row.quote, (1,), columns="Flat | <i>"),)
    whole = conversation(answer_of("Who?", row, statements=said))
    assert "*columns\\: Flat \\| \\<i\\>*" in FORMATS["markdown"](whole, DEFAULT_STYLE)
    page = FORMATS["html"](whole, DEFAULT_STYLE)
    assert '<p class="quiet">columns: Flat | &lt;i&gt;</p>' in page
    [turn] = conversation_from_json(json.loads(FORMATS["json"](whole, DEFAULT_STYLE))).turns
    assert turn.answer.statements == said


def test_a_list_is_exported_an_item_a_line():
    text = "Bring:\n\n- *boots*\n- a <hat>\n"
    items = cited(text, text.strip())
    whole = conversation(answer_of("What?", items, statements=(Statement(items.quote, (1,)),)))
    shown = "Bring\\:\\\n\\- \\*boots\\*\\\n\\- a \\<hat\\>[^1]"
    assert shown in FORMATS["markdown"](whole, DEFAULT_STYLE)
    page = FORMATS["html"](whole, DEFAULT_STYLE)
    assert "<p>Bring:<br>- *boots*<br>- a &lt;hat&gt; <sup>" in page


@given(
    st.text(st.characters(exclude_categories=()), min_size=1, max_size=40).filter(str.strip),
    st.sampled_from(CHECKED),
)
def test_any_quote_comes_back_exactly(quote, format_):
    text = f"before {quote} after"
    whole = conversation(answer_of(quote, cited(text, quote, path=f"{quote[:9]}.md")), title=quote)
    [found] = read_saved(FORMATS[format_](whole, DEFAULT_STYLE), "file").citations
    assert (found.quote, found.id) == (quote, whole.citations[0].id)


@pytest.mark.parametrize("format_", FORMATS)
@pytest.mark.parametrize("corpus", ["/home/ann/papers", ""])
def test_no_control_character_of_a_document_reaches_an_export(format_, corpus):
    one = cited(
        HOSTILE + " told", HOSTILE, path=f"{HOSTILE[:60]}.md", title=HOSTILE, author=HOSTILE
    )
    whole = conversation(
        answer_of(HOSTILE, one, resolved_question=HOSTILE + "?"), corpus=corpus, title=HOSTILE
    )
    text = FORMATS[format_](whole, DEFAULT_STYLE)
    assert not re.search("[\x00-\x09\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]", text)


class Page(html.parser.HTMLParser):
    def __init__(self):
        super().__init__()
        self.tags, self.links, self.said, self.data = [], [], "", ""
        self.inside = ""

    def handle_starttag(self, tag, attributes):
        self.tags.append(tag)
        self.inside = tag
        self.links += [value for name, value in attributes if name in ("href", "src")]

    def handle_data(self, data):
        if self.inside == "script":
            self.data += data
        else:
            self.said += data


def test_nothing_in_a_document_becomes_markup_in_html():
    one = cited(HOSTILE + " told", HOSTILE, title=HOSTILE)
    page = Page()
    page.feed(html_page(conversation(answer_of(HOSTILE, one), title=HOSTILE)))
    assert page.tags.count("script") == 1 and not {"img", "iframe", "b"} & set(page.tags)
    assert all(link.startswith(("#c", "file:///home/ann/papers/")) for link in page.links)
    assert json.loads(page.data)["citations"][0]["quote"] == HOSTILE
    assert "<script>alert(1)</script> --> ]]>" in page.said
    assert "default-src 'none'" in html_page(conversation())


def test_nothing_in_a_document_becomes_markup_in_markdown():
    one = cited(HOSTILE + " told", HOSTILE, title=HOSTILE)
    whole = conversation(answer_of(HOSTILE, one), answer_of("1. First", one), title=HOSTILE)
    shown = MarkdownIt("gfm-like", {"linkify": True}).render(markdown(whole))
    body = re.sub(r"<!--.*?-->", "", shown, flags=re.S)
    tags = set(re.findall(r"</?([a-z0-9]+)", body))
    assert tags <= {"h1", "h2", "p", "strong", "em"}, tags
    assert "&lt;script&gt;alert(1)&lt;/script&gt; --&gt;" in body


@pytest.mark.parametrize("quote", ["1. One of them", "- none", "+ more", "12) told", "= same"])
def test_a_quote_that_looks_like_a_list_stays_a_sentence(quote):
    shown = MarkdownIt().render(markdown(conversation(answer_of("?", cited(quote, quote)))))
    assert "<li>" not in shown and "<h1>" in shown and shown.count("<h") == 2


def test_markdown_has_a_footnote_for_every_citation_and_numbers_go_on():
    text = markdown(two_turns(title="Report", author="Ann Lee", date="2020"))
    assert "They were told in **2019**.[^1]" in text
    assert "*understood as: Who else was told?*" in text
    assert "Not in these documents. Nothing in them is near the question." in text
    assert "[^3]: “Nobody else knew.” — Ann Lee\\: Report, 2020, a\\.md\\:3" in text
    defined = re.findall(r"^\[\^(\d+)\]:", text, re.M)
    assert defined == ["1", "2", "3"]
    assert set(re.findall(r"\[\^(\d+)\](?!:)", text)) == set(defined)


def test_a_link_scrolls_to_the_quote():
    long = " ".join(f"word{n}" for n in range(90))
    text = f"Intro – mid-way, & so on.\n\n{long}"
    short = source_link("/a b", cited(text, "mid-way, & so on.", path="x y/ö.html"))
    assert short == "file:///a%20b/x%20y/%C3%B6.html#:~:text=mid%2Dway%2C%20%26%20so%20on."
    [start, end] = source_link("/a", cited(text, long)).partition("text=")[2].split(",")
    assert unquote(start) == "word0 word1 word2 word3 word4" and end.endswith("word89")
    paged = document("One. Two.", "p.pdf", pages=(0, 5))
    two = Citer(paged, "").cite(Span(5, 9), "Two.", 1)
    assert source_link("/a", two) == "file:///a/p.pdf#page=2"


def test_annotations_have_the_selectors_of_the_model():
    whole = two_turns()
    found = json.loads(FORMATS["w3c"](whole, ""))
    assert found["@context"][0] == "http://www.w3.org/ns/anno.jsonld"
    assert found["type"] == "AnnotationCollection" and found["total"] == 3
    items = found["first"]["items"]
    assert len({item["id"] for item in items}) == 3
    quote, position = items[0]["target"]["selector"]
    assert quote["type"] == "TextQuoteSelector" and quote["exact"] == "They were told in 2019."
    assert quote["suffix"].startswith(" The rest") and "prefix" not in quote
    assert position == {"type": "TextPositionSelector", "start": 0, "end": 23}
    assert items[0]["target"]["source"] == "file:///home/ann/papers/a.md"


def test_the_format_follows_the_file_name():
    assert [format_of(f"x.{end}") for end in ("md", "HTML", "json", "csl.json", "bib", "txt")] == [
        "markdown", "html", "json", "csl", "bibtex", None,
    ]  # fmt: skip


def test_an_export_may_be_written_on():
    text = "[TOC]\n\n" + markdown(two_turns()) + "\nMy own words.\n"
    assert len(read_saved(text, "notes.md").citations) == 3


def test_no_link_leads_to_another_machine():
    one = cited("told", "told", path="//evil.example/x.md")
    page = Page()
    page.feed(html_page(conversation(answer_of("?", one), corpus="")))
    assert not any(link.startswith(("//", "http")) for link in page.links)


@pytest.mark.parametrize(
    "text", ["[" * 100_000, "", "# Title", "[]", "{}", '{"schema": 1}', "<!-- {} -->", "{x"]
)
def test_what_holds_no_citation_is_refused(text):
    with pytest.raises(CitationError, match="holds no citations"):
        read_saved(text, "notes.md")


def test_a_document_cannot_pass_off_citations_as_ours():
    forged = '<!-- {"schema": "qa.citations/1", "corpus": "/etc", "citations": []} -->'
    for format_ in ("markdown", "html"):
        whole = conversation(answer_of(forged, cited(forged, forged)), title=forged)
        saved = read_saved(FORMATS[format_](whole, DEFAULT_STYLE), "file")
        assert (saved.corpus, len(saved.citations)) == (whole.corpus, 1)


# The documents that are cited.

BIG = {"title": "The {Big} 50% & $5_Report~", "author": "Ann Lee; Bo Ek"}
LIBRARY = (
    cited("One. Two.", "One.", path="a.md", **BIG),
    cited("One. Two.", "Two.", path="a.md", **BIG),
    cited("Three.", "Three.", path="b/c_d.html", title="Über Größen", date="2020-02-12T10:00:00Z",
          language="de", url="https://x.test/a_b?c=%7B1%7D#d"),
    cited("Four.", "Four.", path="e.md", title="Über Größen", date="12 February 2020",
          author="World Health Organization of the United Nations"),
)  # fmt: skip


def test_bibtex_is_read_by_a_real_processor():
    from pybtex.database import parse_string

    entries = parse_string(bibtex(LIBRARY), "bibtex").entries
    assert list(entries) == ["leereport", "2020uber", "world2020uber"] or len(entries) == 3
    first, second, third = entries.values()
    assert [str(person) for person in first.persons["author"]] == ["Lee, Ann", "Ek, Bo"]
    assert second.fields["year"] == "2020" and second.fields["month"] == "February"
    assert first.fields["note"] == "SHA-256 " + "ab" * 32
    assert "url" not in first.fields and "language" not in first.fields
    assert second.fields["url"] == "https://x.test/a_b?c=%7B1%7D#d"
    assert second.fields["language"] == "de"
    assert third.persons["author"][0].last_names == [
        "{World Health Organization of the United Nations}"
    ]


def test_bibtex_is_formatted_by_a_real_style():
    from pybtex import format_from_string

    shown = format_from_string(bibtex(LIBRARY), "unsrt", output_backend="plaintext")
    assert "Ann Lee and Bo Ek." in shown and "Über Größen" in shown


def test_csl_json_is_formatted_by_a_real_processor():
    from citeproc import (
        Citation,
        CitationItem,
        CitationStylesBibliography,
        CitationStylesStyle,
        formatter,
    )
    from citeproc.source.json import CiteProcJSON

    items = json.loads(csl_json(LIBRARY))
    assert items[1]["issued"] == {"date-parts": [[2020, 2, 12]]}
    assert items[1]["URL"] == "https://x.test/a_b?c=%7B1%7D#d" and items[1]["language"] == "de"
    assert "URL" not in items[0] and "language" not in items[0]
    assert items[2]["author"] == [{"literal": "World Health Organization of the United Nations"}]
    style = CitationStylesStyle("harvard-cite-them-right", validate=False)
    shelf = CitationStylesBibliography(style, CiteProcJSON(items), formatter.plain)
    for item in items:
        shelf.register(Citation([CitationItem(item["id"])]))
    shown = [str(entry) for entry in shelf.bibliography()]
    assert len(shown) == 3 and any("Lee, A." in entry for entry in shown)
    assert any("2020" in entry and "Über Größen" in entry for entry in shown)


@pytest.mark.parametrize(
    ("author", "found"),
    [
        ("", ()),
        ("Ann Lee", (Name("Lee", "Ann"),)),
        ("Lee, Ann", (Name("Lee", "Ann"),)),
        ("Ann Lee, Bo van Ek", (Name("Lee", "Ann"), Name("Ek", "Bo van"))),
        ("Lee, Ann and Ek, Bo", (Name("Lee", "Ann"), Name("Ek", "Bo"))),
        ("Reuters", (Name("Reuters"),)),
        ("Ministry of Health and Welfare", (Name("Ministry of Health and Welfare"),)),
        ("the night desk", (Name("the night desk"),)),
    ],
)
def test_names_are_taken_apart_where_that_is_clear(author, found):
    assert names(author) == found


def test_dates_are_read_as_far_as_they_go():
    dates = ("2020-02-12", "2020-02", "in 2020", "soon", "", "20200212")
    assert [date_parts(date) for date in dates] == [
        (2020, 2, 12), (2020, 2), (2020,), (), (), (2020, 2, 12),
    ]  # fmt: skip


# The line that names a source.


def test_a_template_gives_the_line():
    one = cited("A.\nB. C.", "B.", path="d/a.md", title="Report", author="Lee", date="1 May 2020")
    assert source_line(one) == "Lee: Report, 1 May 2020, d/a.md:2"
    assert source_line(one, "{author} {year}[, p. {page}], l. {lines} of {file}") == (
        "Lee 2020, l. 2 of a.md"
    )
    assert source_line(cited("B.", "B.")) == "a.md:1"


@pytest.mark.parametrize("wrong", ["{autor}", "{title", "title}", "[{title}", "{title.__class__}"])
def test_a_template_that_is_none_is_refused(wrong):
    with pytest.raises(ConfigError, match="citation_style"):
        check_style(wrong)


def test_the_default_is_a_template():
    assert check_style(DEFAULT_STYLE) == DEFAULT_STYLE
