"""Office files and books.

The files in `fixtures/` were made by pandoc and LibreOffice (`make.sh` there); what those do not
write is put together here.
"""

import gzip
import io
import zipfile
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from qa.citations import Citer, place
from qa.documents import load_file
from qa.errors import DocumentError
from qa.formats import LOADERS, extract
from qa.types import Citation, Document, Span
from qa.verification import verify

FIXTURES = Path(__file__).parent / "fixtures"
BUILT = "The harbour of Saint-Malo was built by monks in 1155."
SUNK = "Twelve boats sank in the storm of 1984."
ROW = "City: Cancale; Inhabitants: 5,186; Founded: 1545"
PLACES = {
    "tidal.docx": (BUILT, "paragraph 5", SUNK, "paragraph 13"),
    "tidal.odt": (BUILT, "paragraph 5", SUNK, "paragraph 14"),
    "tidal.rtf": (BUILT, "paragraph 5", SUNK, "paragraph 14"),
    "tidal.pptx": (BUILT, "slide 2", SUNK, "slide 3"),
    "tidal.epub": (BUILT, "chapter “The harbour”", SUNK, "chapter “The boats”"),
    "tidal.ipynb": (BUILT[:-1], "cell 1", SUNK, "cell 1"),
    "tidal.csv": (ROW, "row 3", "City: Dinan", "row 2"),
    "writer/tidal.docx": (BUILT, "paragraph 5", SUNK, "paragraph 13"),
    "writer/tidal.rtf": (BUILT, "paragraph 5", SUNK, "paragraph 14"),
    "writer/tidal.odp": (BUILT[:-1], "slide 2", SUNK, "slide 3"),
    "writer/tidal.xlsx": (ROW.replace(",", ""), "tidal, row 3", "City: Dinan", "tidal, row 2"),
    "writer/tidal.ods": (ROW.replace(",", ""), "tidal, row 3", "City: Dinan", "tidal, row 2"),
    "writer/tidal.pdf": (BUILT[:-1], "p. 1", SUNK, "p. 1"),
}


def cite(document: Document, words: str) -> Citation:
    start = document.text.index(words)
    return Citer(document, "").cite(Span(start, start + len(words)), words, 1)


def read(data: bytes, name: str) -> Document:
    found = extract(data, name)
    return Document(
        name, found.title, found.text, "", found.pages, found.headings, found.lines,
        found.places, found.metadata, found.format,
    )  # fmt: skip


@pytest.mark.parametrize(("name", "expected"), PLACES.items(), ids=PLACES)
def test_sentences_are_cited_where_they_stand(name: str, expected: tuple[str, ...]) -> None:
    document = load_file(FIXTURES / name, name)
    for words, where in zip(expected[::2], expected[1::2], strict=True):
        assert place(cite(document, words)) == f"{name}, {where}"


@pytest.mark.parametrize("name", [name for name in PLACES if "csv" not in name])
def test_nothing_that_the_document_says_is_lost(name: str) -> None:
    document = load_file(FIXTURES / name, name)
    wanted = ["Dinan", "Cancale"]
    if not name.endswith(("xlsx", "ods")):
        wanted += [BUILT[:-1], SUNK, "Nobody was hurt — so they say.", "monks came from Redon."]
        wanted += ["The highest tide was 13.5 metres.", "The lowest tide was 0.4 metres."]
        wanted += ["14,222", "1545", "The boats"]
    for words in wanted:
        assert document.text.count(words) == 1 or words == "The boats", words


@pytest.mark.parametrize("name", [name for name in PLACES if not name.endswith(("csv", "pdf"))])
def test_rows_stay_together_and_headings_are_known(name: str) -> None:
    document = load_file(FIXTURES / name, name)
    if name.endswith(("ipynb", "epub")):
        assert "| 5,186 |" in document.text
    else:
        assert ROW in document.text or ROW.replace(",", "") in document.text
    headings = [heading.text for heading in document.headings]
    assert all(document.text[h.span.start : h.span.end] == h.text for h in document.headings)
    if not name.endswith(("xlsx", "ods")):
        assert "The harbour" in headings and "The boats" in headings
        untitled = name in ("tidal.ipynb", "tidal.rtf")  # pandoc writes none there
        assert document.title == ("The harbour" if untitled else "Tidal report")
    if "writer" in name and not name.endswith(("xlsx", "ods")):
        assert document.metadata["author"] == "Ines Moreau"


async def test_an_answer_from_each_of_them_is_cited_and_holds(tmp_path, model) -> None:
    from qa import Assistant, Settings

    folder = tmp_path / "papers"
    folder.mkdir()
    names = [name for name in PLACES if not name.endswith(("csv", "xlsx", "ods"))]
    for name in names:
        kind = Path(name).suffix[1:]
        (folder / f"{Path(name).parent.name}-{kind}.{kind}").write_bytes(
            (FIXTURES / name).read_bytes()
        )
    with Assistant(folder, tmp_path / "index", settings=Settings(), encoder=model) as assistant:
        report = assistant.update()
        assert not report.skipped
        for source in assistant.sources():
            answer = assistant.ask(
                "How many boats sank in the storm of 1984?", within=[source.path]
            )
            assert answer.found and SUNK in answer.citations[0].quote, source.path
            cited = answer.citations[0]
            assert cited.place or cited.page, source.path
            [verification] = assistant.verify([cited])
            assert verification.state == "exact", source.path


# Word.


def word(body: str, **parts: str) -> bytes:
    buffer = io.BytesIO()
    names = 'xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"'
    with zipfile.ZipFile(buffer, "w") as package:
        package.writestr(
            "word/document.xml", f"<w:document {names}><w:body>{body}</w:body></w:document>"
        )
        for name, text in parts.items():
            package.writestr(name.replace("__", "/") + ".xml", text)
    return buffer.getvalue()


def test_what_was_inserted_counts_and_what_was_deleted_does_not() -> None:
    body = (
        "<w:p><w:r><w:t>The mill </w:t></w:r><w:ins><w:r><w:t>of Thun </w:t></w:r></w:ins>"
        "<w:del><w:r><w:delText>of Bern </w:delText></w:r></w:del><w:r><w:t>stands.</w:t></w:r>"
        "</w:p>"
        "<w:sdt><w:sdtContent><w:p><w:r><w:t>In a control.</w:t></w:r></w:p></w:sdtContent></w:sdt>"
        "<w:p><w:r><w:instrText>PAGE 3</w:instrText></w:r><w:r><w:t>One</w:t><w:tab/><w:t>two</w:t>"
        "<w:br/><w:t>three.</w:t></w:r></w:p>"
    )
    assert read(word(body), "a.docx").text == (
        "The mill of Thun stands.\n\nIn a control.\n\nOne two\nthree."
    )


def test_a_text_box_is_read_once_and_apart() -> None:
    box = "<w:txbxContent><w:p><w:r><w:t>Boxed words.</w:t></w:r></w:p></w:txbxContent>"
    names = 'xmlns:mc="http://schemas.openxmlformats.org/markup-compatibility/2006"'
    body = (
        f"<w:p><w:r><w:t>Before. </w:t><mc:AlternateContent {names}><mc:Choice>{box}</mc:Choice>"
        f"<mc:Fallback>{box}</mc:Fallback></mc:AlternateContent><w:t>After.</w:t></w:r></w:p>"
    )
    assert read(word(body), "a.docx").text == "Before. After.\n\nBoxed words."


@pytest.mark.parametrize("name", ["tidal.docx", "tidal.odt", "tidal.epub", "tidal.pptx"])
def test_a_damaged_package_is_told(name: str, tmp_path: Path) -> None:
    data = (FIXTURES / name).read_bytes()
    for cut in range(1, 10):
        (tmp_path / name).write_bytes(data[: len(data) * cut // 10])
        with pytest.raises(DocumentError, match="damaged"):
            load_file(tmp_path / name, name)


@pytest.mark.parametrize("ending", sorted(set(LOADERS) - {""}))
def test_flipped_bytes_never_do_more_than_fail(ending: str, tmp_path: Path) -> None:
    found = [file for file in FIXTURES.rglob(f"*{ending}") if file.suffix == ending]
    data = bytearray(found[0].read_bytes() if found else f"{ending} text\n".encode() * 30)
    for at in range(0, len(data), max(1, len(data) // 12)):
        damaged = data.copy()
        damaged[at] ^= 0x5A
        (tmp_path / f"a{ending}").write_bytes(damaged)
        try:
            document = load_file(tmp_path / f"a{ending}", f"a{ending}")
        except DocumentError:
            continue
        assert document.text.strip()


@given(st.binary(max_size=400))
@settings(max_examples=60, deadline=None)
def test_any_bytes_are_a_document_or_are_told(data: bytes) -> None:
    for ending in LOADERS:
        try:
            found = extract(data, f"a{ending}")
        except DocumentError:
            continue
        except (ValueError, KeyError, TypeError, OSError):
            assert ending == ".xlsx" or ending == ".xlsm"  # `load_file` tells what openpyxl raises
            continue
        assert all(0 <= offset < max(1, len(found.text)) for offset, _ in found.places)


def test_entities_are_not_followed() -> None:
    secret = '<!DOCTYPE d [<!ENTITY x SYSTEM "file:///etc/passwd">]>'
    data = word("<w:p><w:r><w:t>&x;</w:t></w:r></w:p>")
    buffer = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(data)) as old, zipfile.ZipFile(buffer, "w") as new:
        new.writestr("word/document.xml", secret.encode() + old.read("word/document.xml"))
    with pytest.raises(DocumentError, match="entities"):
        extract(buffer.getvalue(), "a.docx")


def test_what_is_far_larger_unpacked_is_not_unpacked() -> None:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as package:
        package.writestr("word/document.xml", b" " * (65 << 20))
    with pytest.raises(DocumentError, match="larger than 64 MB when unpacked"):
        extract(buffer.getvalue(), "a.docx")
    bomb = gzip.compress(b"a " * (129 << 20), 9)
    with pytest.raises(DocumentError, match="larger than 256 MB when unpacked"):
        extract(bomb, "a.txt.gz")


def test_an_encrypted_file_is_told() -> None:
    with pytest.raises(DocumentError, match="needs a password"):
        extract(b"\xd0\xcf\x11\xe0" + bytes(600), "a.docx")


# Tables.


# Mail.


# Notebooks, subtitles, compressed files, source code.


def test_a_moved_slide_is_told(tmp_path: Path) -> None:
    document = load_file(FIXTURES / "tidal.pptx", "tidal.pptx")
    before = cite(document, SUNK)
    changed = Document(
        **{
            **{name: getattr(document, name) for name in Document.__slots__},
            "places": tuple((at, name.replace("3", "7")) for at, name in document.places),
            "sha256": "other",
        }
    )
    [found] = verify([before], lambda _path: changed, dict, list)
    assert (found.state, found.place) == ("moved", "slide 7")


# What a reviewer found.


def test_a_cell_as_wide_as_two_moves_no_other() -> None:
    def row(*cells: str) -> str:
        return "<w:tr>" + "".join(f"<w:tc>{cell}</w:tc>" for cell in cells) + "</w:tr>"

    def said(words: str) -> str:
        return f"<w:p><w:r><w:t>{words}</w:t></w:r></w:p>"

    wide = '<w:tcPr><w:gridSpan w:val="2"/></w:tcPr>' + said("Bern total")
    head = row(said("City"), said("Inhabitants"), said("Area"))
    body = head + row(said("Thun"), said("44000"), said("21")) + row(wide, said("52"))
    text = read(word(f"<w:tbl>{body}</w:tbl>"), "a.docx").text
    assert "City: Thun; Inhabitants: 44000; Area: 21" in text
    assert "City: Bern total; Area: 52" in text


def test_boxes_in_boxes_are_read_once() -> None:
    body = "<w:p><w:r><w:t>Core.</w:t></w:r></w:p>"
    for _ in range(18):
        body = f"<w:p><w:r><w:txbxContent>{body}</w:txbxContent></w:r></w:p>"
    assert read(word(body), "a.docx").text == "Core."


def test_letters_of_other_code_pages_are_read() -> None:
    fonts = rb"{\fonttbl{\f0\fcharset0 Arial;}{\f1\fcharset204 Arial;}{\f2\fcharset128 Gothic;}}"
    text = (
        rb"{\rtf1\ansi\ansicpg1252" + fonts + rb"\f1 \'cf\'f0\'e8\'e2\'e5\'f2\f0\par "
        rb"\f2 \'83e\'83X\'83g\f0\par {\uc1\u1055?}text {\u1056}kept {\footnote open"
    )
    assert read(text, "a.rtf").text == "Привет\n\nテスト\n\nПtext Рkept\n\nopen"
    box = rb"{\*\shpinst{\sp x}{\shptxt Boxed.\par}}{\shprslt Boxed.}"
    assert read(rb"{\rtf1 Before " + box + rb" end\par}", "a.rtf").text == "Before end\n\nBoxed."
    for odd in (rb"{\rtf1 \footnote x}", rb"{\rtf1 a\cell b\cell}"):
        assert read(odd, "a.rtf").text


@pytest.mark.parametrize(
    ("name", "data"),
    [
        ("a.rtf", b"{\\rtf1 " + b"\\'41" * 300_000 + b"}"),
        ("a.rtf", b"{\\rtf1 {\\stylesheet{" + b"\\s1" * 80_000 + b"}} x}"),
        ("a.txt.gz", b"".join([gzip.compress(b"")] * 100_000) + gzip.compress(b"x")),
        (
            "a.eml",
            b"Subject: " + b"=?utf-8?q?a?= " * 20_000 + b"\nTo: " + b"a@b.c, " * 40_000 + b"\n\nx",
        ),
    ],
    ids=["letters", "styles", "members", "header"],
)
def test_what_is_written_to_take_long_does_not(name: str, data: bytes) -> None:
    assert read(data, name).text  # the time limit of a test is the assertion


def test_raised_digits_are_numbers_but_behind_a_sentence() -> None:
    def run(words: str, raised: str = "") -> str:
        look = f'<a:rPr baseline="{raised}"/>' if raised else ""
        return f"<a:r>{look}<a:t>{words}</a:t></a:r>"

    from lxml import etree

    from qa.formats.pptx import _words

    names = 'xmlns:a="http://schemas.openxmlformats.org/drawingml/2006/main"'
    body = run("An area of 5 m") + run("2", "30000") + run(" in 1155.") + run("3", "30000")
    assert _words(etree.fromstring(f"<a:p {names}>{body}</a:p>")) == "An area of 5 m2 in 1155."


def test_damaged_xml_is_told_and_not_cut_short() -> None:
    with pytest.raises(DocumentError, match="damaged"):
        extract(word("<w:p><w:r><w:t>Before.</w:t></w:r></w:p><w:p>&nbsp;</w:p>"), "a.docx")
    deep = "<w:tbl><w:tr><w:tc>" * 100 + "<w:p><w:r><w:t>Deep.</w:t></w:r></w:p>"
    deep += "</w:tc></w:tr></w:tbl>" * 100 + "<w:p><w:r><w:t>After.</w:t></w:r></w:p>"
    text = read(word(deep), "a.docx").text
    assert "Deep." in text and "After." in text


# What a newcomer found.
