"""Office files, books and tables.

The files in `fixtures/` were made by pandoc and LibreOffice (`make.sh` there); what those do not
write is put together here.
"""

import gzip
import io
import zipfile
from datetime import date, datetime
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from qa.citations import Citer, place
from qa.documents import load_file
from qa.errors import DocumentError
from qa.formats import LOADERS, extract
from qa.formats import xlsx as xlsx_module
from qa.formats.building import told_rows
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


def test_a_sheet_shows_what_it_showed(tmp_path: Path) -> None:
    import openpyxl

    book = openpyxl.Workbook()
    sheet = book.active
    sheet.title = "Budget 2021"
    sheet.append(["Spending of the year"])
    sheet.append([])
    sheet.append(["Item", "Euro", "Share", "Paid", "Day"])
    sheet.append(["Rope", 1200.5, 0.25, True, date(2021, 5, 3)])
    sheet.append(["Tar", 90, 0.1 + 0.2, False, datetime(2021, 5, 4, 13, 30)])
    sheet["C4"].number_format = sheet["C5"].number_format = "0%"
    for _ in range(3):
        sheet.append([])
    sheet.append(["Boat", "Length"])
    sheet.append(["Marie", 12])
    book.create_sheet("Other").append(["Alone", "here"])
    buffer = io.BytesIO()
    book.save(buffer)
    document = read(buffer.getvalue(), "accounts-2021.xlsx")
    assert "Item: Rope; Euro: 1200.5; Share: 25%; Paid: TRUE; Day: 2021-05-03" in document.text
    assert "Item: Tar; Euro: 90; Share: 30%; Paid: FALSE; Day: 2021-05-04 13:30" in document.text
    assert cite(document, "Boat: Marie; Length: 12").place == "Budget 2021, row 10"
    assert cite(document, "Alone; here").place == "Other, row 1"
    two = cite(document, document.text[document.text.index("Item: Rope") :][:90])
    assert two.place == "Budget 2021, row 4–5" and document.title == "accounts 2021"


def test_hidden_sheets_and_formulas_without_a_value_are_told() -> None:
    import openpyxl

    book = openpyxl.Workbook()
    sheet = book.active
    sheet.title = "Costs"
    for row in (["Item", "Euro"], ["Rope", 12], ["Total", "=SUM(B2:B2)"]):
        sheet.append(row)
    kept = book.create_sheet("Drafts")
    kept.append(["Nobody", "should see this"])
    kept.sheet_state = "hidden"
    buffer = io.BytesIO()
    book.save(buffer)
    document = read(buffer.getvalue(), "costs.xlsx")
    assert cite(document, "Item: Total; Euro: =SUM(B2:B2)").place == "Costs, row 3"
    assert cite(document, "Nobody; should see this").place == "Drafts (hidden), row 1"


@pytest.mark.parametrize("name", ["notes.ods", "notes.xlsx"])
def test_what_was_remarked_on_a_cell_stands_in_its_row(name: str) -> None:
    document = read((FIXTURES / name).read_bytes(), name)
    said = "Lot: A; Grams: 40 [note: Half of it is promised to the school garden.]"
    assert cite(document, said).place == "Seed, row 2"
    assert cite(document, "Lot: B; Grams: 55").place == "Seed, row 3"
    assert cite(document, "[note: Nothing of lot C came up.]").place == "Seed, row 4"


def test_of_a_conversation_about_a_cell_the_words_are_read() -> None:
    data = io.BytesIO()
    told = "[Threaded comment]&#10;&#10;Your version allows it.&#10;&#10;Comment:&#10;    Sold."
    with zipfile.ZipFile(FIXTURES / "notes.xlsx") as old, zipfile.ZipFile(data, "w") as new:
        for part in old.namelist():
            made = old.read(part)
            if part == "xl/comments1.xml":
                made = made.replace(b"Half of it is promised", told.encode())
            new.writestr(part, made)
    assert "Grams: 40 [note: Sold. to the school garden.]" in read(data.getvalue(), "a.xlsx").text


def test_a_formula_whose_value_is_empty_shows_nothing() -> None:
    import openpyxl

    buffer, changed = io.BytesIO(), io.BytesIO()
    book = openpyxl.Workbook()
    book.active.append(["Name"])
    book.save(buffer)
    cells = (
        '<c r="B1" t="str"><f>IF(1=1,"",5)</f><v></v></c><c r="C1"><f>A1*2</f></c>'
        '<c r="D1"><f t="dataTable" ref="D1"/></c>'
    )
    with zipfile.ZipFile(buffer) as old, zipfile.ZipFile(changed, "w") as new:
        for name in old.namelist():
            data = old.read(name)
            if name.endswith("sheet1.xml"):
                data = data.replace(b"</c></row>", f"</c>{cells}</row>".encode())
            new.writestr(name, data)
    assert read(changed.getvalue(), "a.xlsx").text.splitlines()[-1] == "Name; =A1*2"
    assert not xlsx_module._UNCOMPUTED.search(b"<c><f>1</f>" + b" " * 500_000)  # in linear time


@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|"])
@pytest.mark.parametrize("line_end", ["\n", "\r\n"])
def test_a_table_is_read_whatever_divides_it(delimiter: str, line_end: str) -> None:
    rows = [
        ["Name", "Born", "Note"],
        ["Ada", "1815", '"two' + line_end + 'lines"'],
        ["Kurt", "1906", ""],
    ]
    text = line_end.join(delimiter.join(row) for row in rows) + line_end
    document = read(text.encode(), "people.csv")
    assert document.text == (
        "Name; Born; Note\n\nName: Ada; Born: 1815; Note: two lines\n\nName: Kurt; Born: 1906"
    )
    cited = cite(document, "Name: Kurt; Born: 1906")
    assert (cited.place, cited.line_start) == ("row 3", 4)


def test_a_quotation_mark_that_nothing_closes_costs_no_row() -> None:
    text = "Name,Said\nAda,fine\n" + 'Bob,"never closed\n' + "Eve,more\n" * 30_000
    document = read(text.encode(), "a.csv")
    assert document.text.count("Eve") == 30_000


@pytest.mark.parametrize(
    ("rows", "told"),
    [
        ([["Thun", "44000"], ["Spiez", "13000"]], ["Thun; 44000", "Spiez; 13000"]),
        ([["a", "a"], ["b", "c"]], ["a; a", "b; c"]),
        ([["A", "B"], ["1", ""], ["", "2"]], ["A; B", "A: 1", "B: 2"]),
        ([["A", "B"], ["1", "2", "3"]], ["A; B", "A: 1; B: 2; 3"]),
        ([["A", "B"]], ["A; B"]),
        (
            [["Region", "2022", "2023"], ["North", "41.5", "45"]],
            ["Region; 2022; 2023", "Region: North; 2022: 41.5; 2023: 45"],
        ),
        ([["", "2010", "2020"], ["Rye", "7", "8"]], ["2010; 2020", "Rye; 2010: 7; 2020: 8"]),
        ([["Ann", "1990", "1995"], ["Bo", "1991", "1999"]], ["Ann; 1990; 1995", "Bo; 1991; 1999"]),
        ([["Ann", "1990", "7"], ["Bo", "1991", "8"]], ["Ann; 1990; 7", "Bo; 1991; 8"]),
        (
            [["Name", "Since"], ["Faber", "2020-01-07"]],
            ["Name; Since", "Name: Faber; Since: 2020-01-07"],
        ),
        (
            [["Name", "Since"], ["Faber", "7.1.2020"]],
            ["Name; Since", "Name: Faber; Since: 7.1.2020"],
        ),
        (
            [["2020-01-07", "Faber"], ["2020-01-08", "Riz"]],
            ["2020-01-07; Faber", "2020-01-08; Riz"],
        ),
    ],
)
def test_the_first_row_names_the_columns_where_it_can(rows, told) -> None:
    assert list(told_rows(rows)) == told


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


def test_words_of_a_form_are_not_taken_for_columns() -> None:
    form = [["Name", "Anna Meier"], ["City", "Thun"]]
    assert list(told_rows(form)) == ["Name; Anna Meier", "City; Thun"]
    assert list(told_rows(form, headed=True)) == [
        "Name; Anna Meier",
        "Name: City; Anna Meier: Thun",
    ]


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


def test_long_numbers_codes_and_seconds_are_whole() -> None:
    import openpyxl

    book = openpyxl.Workbook()
    sheet = book.active
    sheet.append(["isbn", 9781234567897, 1.5e-07, datetime(2021, 5, 4, 12, 30, 45), 0.1 + 0.2])
    sheet.append(["code", 815, 1e20])
    sheet["B2"].number_format = "00000"
    buffer = io.BytesIO()
    book.save(buffer)
    text = read(buffer.getvalue(), "a.xlsx").text
    assert "isbn; 9781234567897; 1.5e-07; 2021-05-04 12:30:45; 0.3" in text
    assert "code; 00815; 1e+20" in text


def test_a_sheet_that_says_it_never_ends_is_told() -> None:
    import openpyxl

    book = openpyxl.Workbook()
    book.active["A1"] = "Words"
    buffer = io.BytesIO()
    book.save(buffer)
    out = io.BytesIO()
    with zipfile.ZipFile(buffer) as old, zipfile.ZipFile(out, "w") as new:
        for name in old.namelist():
            data = old.read(name)
            if name.endswith("sheet1.xml"):
                data = data.replace(b'<row r="1"', b'<row r="999999999"').replace(b'r="A1"', b"")
            new.writestr(name, data)
    with pytest.raises(DocumentError, match="more rows than there can be"):
        extract(out.getvalue(), "a.xlsx")


def sheet_of(rows: str) -> bytes:
    names = " ".join(
        f'xmlns:{short}="urn:oasis:names:tc:opendocument:xmlns:{short}:1.0"'
        for short in ("office", "table", "text", "draw")
    )
    content = (
        f"<office:document-content {names}><office:body><office:spreadsheet>"
        f'<table:table table:name="T">{rows}</table:table>'
        "</office:spreadsheet></office:body></office:document-content>"
    )
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as package:
        package.writestr("content.xml", content)
    return buffer.getvalue()


def test_repeated_rows_count_and_have_bounds() -> None:
    def row(words: str, rows: int, cells: int = 1) -> str:
        return (
            f'<table:table-row table:number-rows-repeated="{rows}"><table:table-cell '
            f'table:number-columns-repeated="{cells}"><text:p>{words}</text:p></table:table-cell>'
            "</table:table-row>"
        )

    document = read(sheet_of(row("same", 1500) + row("last", 1)), "a.ods")
    assert cite(document, "last").place == "T, row 1501"
    with pytest.raises(DocumentError, match="more than"):
        extract(sheet_of(row("x" * 400, 1000, 1000)), "a.ods")
    cell = '<table:table-cell table:number-columns-repeated="1000"/>'
    with pytest.raises(DocumentError, match="more than"):
        extract(sheet_of(f"<table:table-row>{cell * 20_000}</table:table-row>"), "a.ods")


def test_notes_and_tables_in_cells_are_read() -> None:
    cell = (
        "<table:table-row><table:table-cell><text:p>Outer<text:note><text:note-body><text:p>Foot."
        "</text:p></text:note-body></text:note></text:p><table:table><table:table-row>"
        "<table:table-cell><text:p>Inner</text:p></table:table-cell></table:table-row>"
        "</table:table></table:table-cell></table:table-row>"
    )
    assert "Outer Foot. Inner" in read(sheet_of(cell), "a.ods").text


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


def test_decimal_commas_do_not_divide() -> None:
    rows = "Zeit;Temp;Druck\n" + "0,5;20,25;1,0\n" * 5
    assert "Zeit: 0,5; Temp: 20,25; Druck: 1,0" in read(rows.encode(), "a.csv").text


# What a newcomer found.


def test_numbers_of_a_sheet_have_their_unit() -> None:
    import openpyxl

    book = openpyxl.Workbook()
    sheet = book.active
    sheet.append(["cup", 9600, 12.5, 7, 3])
    for cell, shape in (("B1", '#,##0.00 "EUR"'), ("C1", "[$€-407] 0.00"), ("D1", "#,##0")):
        sheet[cell].number_format = shape
    buffer = io.BytesIO()
    book.save(buffer)
    document = read(buffer.getvalue(), "a.xlsx")
    assert "cup; 9600 EUR; € 12.5; 7; 3" in document.text
    assert "author" not in document.metadata  # the program is none
