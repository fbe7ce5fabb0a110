"""Workbooks and tables: rows with the names of their columns, cited by sheet and row."""

import io
import zipfile
from datetime import date, datetime
from pathlib import Path

import pytest

from qa.errors import DocumentError
from qa.formats import extract
from qa.formats import xlsx as xlsx_module
from qa.formats.building import told_rows
from tests.test_formats_office import FIXTURES, cite, read


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


def test_words_of_a_form_are_not_taken_for_columns() -> None:
    form = [["Name", "Anna Meier"], ["City", "Thun"]]
    assert list(told_rows(form)) == ["Name; Anna Meier", "City; Thun"]
    assert list(told_rows(form, headed=True)) == [
        "Name; Anna Meier",
        "Name: City; Anna Meier: Thun",
    ]


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


def test_decimal_commas_do_not_divide() -> None:
    rows = "Zeit;Temp;Druck\n" + "0,5;20,25;1,0\n" * 5
    assert "Zeit: 0,5; Temp: 20,25; Druck: 1,0" in read(rows.encode(), "a.csv").text


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


def test_notes_and_tables_in_cells_are_read() -> None:
    cell = (
        "<table:table-row><table:table-cell><text:p>Outer<text:note><text:note-body><text:p>Foot."
        "</text:p></text:note-body></text:note></text:p><table:table><table:table-row>"
        "<table:table-cell><text:p>Inner</text:p></table:table-cell></table:table-row>"
        "</table:table></table:table-cell></table:table-row>"
    )
    assert "Outer Foot. Inner" in read(sheet_of(cell), "a.ods").text
