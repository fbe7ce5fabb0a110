"""Numbers of lists and headings in Word documents, and the table of contents."""

import io
import zipfile

from qa.formats import extract

SPACE = 'xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"'
LEVELS = """
<w:abstractNum w:abstractNumId="0">
 <w:lvl w:ilvl="0"><w:start w:val="1"/><w:numFmt w:val="decimal"/><w:lvlText w:val="%1."/></w:lvl>
 <w:lvl w:ilvl="1"><w:start w:val="1"/><w:numFmt w:val="lowerLetter"/>
  <w:lvlText w:val="(%2)"/></w:lvl>
 <w:lvl w:ilvl="2"><w:start w:val="3"/><w:numFmt w:val="lowerRoman"/>
  <w:lvlText w:val="%1.%2.%3"/></w:lvl>
</w:abstractNum>
<w:abstractNum w:abstractNumId="1">
 <w:lvl w:ilvl="0"><w:numFmt w:val="bullet"/><w:lvlText w:val="\uf0b7"/></w:lvl>
</w:abstractNum>
<w:abstractNum w:abstractNumId="2">
 <w:lvl w:ilvl="0"><w:start w:val="1"/><w:numFmt w:val="upperRoman"/>
  <w:lvlText w:val="Article %1"/></w:lvl>
</w:abstractNum>
<w:abstractNum w:abstractNumId="3"><w:numStyleLink w:val="Outline"/></w:abstractNum>
<w:abstractNum w:abstractNumId="4"><w:styleLink w:val="Outline"/>
 <w:lvl w:ilvl="0"><w:start w:val="4"/><w:numFmt w:val="upperRoman"/>
  <w:lvlText w:val="%1."/></w:lvl>
 <w:lvl w:ilvl="1"><w:numFmt w:val="decimal"/><w:isLgl/><w:lvlText w:val="%1.%2"/></w:lvl>
</w:abstractNum>
<w:num w:numId="6"><w:abstractNumId w:val="4"/></w:num>
<w:num w:numId="7"><w:abstractNumId w:val="3"/></w:num>
<w:num w:numId="1"><w:abstractNumId w:val="0"/></w:num>
<w:num w:numId="2"><w:abstractNumId w:val="1"/></w:num>
<w:num w:numId="3"><w:abstractNumId w:val="0"/>
 <w:lvlOverride w:ilvl="0"><w:startOverride w:val="7"/></w:lvlOverride></w:num>
<w:num w:numId="4"><w:abstractNumId w:val="2"/></w:num>
<w:num w:numId="5"><w:abstractNumId w:val="0"/></w:num>
"""
STYLES = """
<w:style w:styleId="TOC1"><w:name w:val="toc 1"/></w:style>
<w:style w:styleId="Article"><w:name w:val="heading 1"/><w:pPr>
 <w:numPr><w:numId w:val="4"/></w:numPr></w:pPr></w:style>
<w:style w:styleId="Annex"><w:basedOn w:val="Clause"/></w:style>
<w:style w:styleId="Clause"><w:basedOn w:val="Article"/></w:style>
<w:style w:styleId="Bare"><w:basedOn w:val="Article"/><w:pPr><w:numPr><w:numId w:val="0"/></w:numPr>
</w:pPr></w:style>
<w:style w:styleId="Ring"><w:basedOn w:val="Gnir"/></w:style>
<w:style w:styleId="Gnir"><w:basedOn w:val="Ring"/></w:style>
<w:style w:type="numbering" w:styleId="Outline"><w:pPr>
 <w:numPr><w:numId w:val="6"/></w:numPr></w:pPr></w:style>
"""


def item(text: str, number: int | None = None, level: int = 0, style: str = "") -> str:
    listed = f'<w:numPr><w:ilvl w:val="{level}"/><w:numId w:val="{number}"/></w:numPr>'
    named = f'<w:pStyle w:val="{style}"/>' if style else ""
    properties = f"<w:pPr>{named}{listed if number is not None else ''}</w:pPr>"
    return f"<w:p>{properties}<w:r><w:t>{text}</w:t></w:r></w:p>"


def told(*items: str, numbering: str = LEVELS) -> list[str]:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as file:
        body = f"<w:document {SPACE}><w:body>{''.join(items)}</w:body></w:document>"
        file.writestr("word/document.xml", body)
        file.writestr("word/styles.xml", f"<w:styles {SPACE}>{STYLES}</w:styles>")
        if numbering:
            file.writestr("word/numbering.xml", f"<w:numbering {SPACE}>{numbering}</w:numbering>")
    return extract(buffer.getvalue(), "a.docx").text.split("\n\n")


def test_items_are_counted_by_list_and_level() -> None:
    assert told(
        item("one", 1), item("a", 1, 1), item("b", 1, 1), item("deep", 1, 2), item("", 1, 1),
        item("d", 1, 1), item("two", 1), item("a again", 1, 1), item("bullet", 2), item("plain"),
        item("three, of another list of this shape", 5), item("begins anew", 3), item("none", 0),
    ) == [
        "1. one", "(a) a", "(b) b", "1.b.iii deep", "(d) d", "2. two", "(a) a again", "• bullet",
        "plain", "3. three, of another list of this shape", "7. begins anew", "none",
    ]  # fmt: skip


def test_headings_are_numbered_by_their_style() -> None:
    assert told(
        item("Scope", style="Article"), item("Words.", 1), item("Terms", style="Article"),
        item("Not counted", 0, style="Article"),
    ) == ["Article I Scope", "1. Words.", "Article II Terms", "Not counted"]  # fmt: skip


def test_a_style_has_the_numbers_of_the_one_it_is_based_on() -> None:
    assert told(
        item("Scope", style="Article"), item("Terms", style="Clause"),
        item("More", style="Annex"), item("None", style="Bare"), item("Round", style="Ring"),
    ) == ["Article I Scope", "Article II Terms", "Article III More", "None", "Round"]  # fmt: skip


def test_a_list_may_be_that_of_a_style_and_its_numbers_decimal_throughout() -> None:
    assert told(item("Scope", 7), item("Terms", 7, 1), item("More", 7, 1)) == [
        "IV. Scope", "4.1 Terms", "4.2 More",
    ]  # fmt: skip


def test_the_table_of_contents_is_left_out() -> None:
    assert told(item("Scope 3", style="TOC1"), item("Scope", style="Article")) == [
        "Article I Scope"
    ]


def test_a_list_that_is_not_described_has_bullets() -> None:
    assert told(item("one", 9), item("two", 9, 8), numbering="") == ["• one", "• two"]
