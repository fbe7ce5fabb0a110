"""Charts and diagrams; python-pptx and LibreOffice made the files in `fixtures/` (`charts.py`)."""

import io
import zipfile
from pathlib import Path
from xml.sax.saxutils import escape

import pytest

from qa.citations import Citer
from qa.documents import load_file
from qa.errors import DocumentError
from qa.formats import extract
from qa.types import Span

FIXTURES = Path(__file__).parent / "fixtures"
OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
WORDS = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"
CHART = "http://schemas.openxmlformats.org/drawingml/2006/chart"
DIAGRAM = "http://schemas.openxmlformats.org/drawingml/2006/diagram"
TEXTS = "http://schemas.openxmlformats.org/drawingml/2006/main"


@pytest.mark.parametrize(
    ("name", "told"),
    [
        (
            "charts.pptx",
            [
                "Cancale; Oysters: 75%; Mussels: 25%",
                "Dinan; Oysters: 10%",
                "1.5; Height in metres: 13.5",
            ],
        ),
        ("writer/charts.odp", ["Cancale; Oysters: 0.75; Mussels: 0.25", "Dinan; Oysters: 0.1"]),
    ],
)
def test_what_a_chart_shows_is_cited_on_its_slide(name: str, told: list[str]) -> None:
    document = load_file(FIXTURES / name, name)
    for words in ["Share of the catch by town", *told]:
        start = document.text.index(words + "\n")
        cited = Citer(document, "").cite(Span(start, start + len(words)), words, 1)
        assert cited.place == ("slide 2" if "metres" in words else "slide 1")
    assert document.text.count("The shares are those of 1984.") == 1
    assert "<number>" not in document.text


def word(*paragraphs: str, **drawings: str) -> bytes:
    """A Word document whose paragraphs refer to drawings by their names."""
    body = "".join(f"<w:p>{one}</w:p>" for one in paragraphs)
    targets = "".join(
        f'<Relationship Id="{key}" Type="{OFFICE}/chart" Target="{key}.xml"/>' for key in drawings
    )
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as package:
        package.writestr("word/document.xml", f'<w:document xmlns:w="{WORDS}">{body}</w:document>')
        package.writestr(
            "word/_rels/document.xml.rels", f"<Relationships>{targets}</Relationships>"
        )
        for key, xml in drawings.items():
            package.writestr(f"word/{key}.xml", xml)
    return buffer.getvalue()


def run(text: str) -> str:
    return f"<w:r><w:t>{text}</w:t></w:r>"


def chart(key: str) -> str:
    return f'<w:drawing><c:chart xmlns:c="{CHART}" xmlns:r="{OFFICE}" r:id="{key}"/></w:drawing>'


def diagram(key: str) -> str:
    refers = f'<d:relIds xmlns:d="{DIAGRAM}" xmlns:r="{OFFICE}" r:dm="{key}" r:lo="x"/>'
    return f"<w:drawing>{refers}</w:drawing>"


def told(data: bytes) -> list[str]:
    return extract(data, "a.docx").text.split("\n\n")


def test_a_chart_of_a_text_stands_where_it_is_drawn() -> None:
    with zipfile.ZipFile(FIXTURES / "charts.pptx") as package:
        name = next(one for one in sorted(package.namelist()) if one.startswith("ppt/charts/chart"))
        xml = package.read(name).decode()
    data = word(run("Before."), run("With it.") + chart("a"), run("After."), a=xml)
    shown = [
        "Share of the catch by town", "Cancale; Oysters: 75%; Mussels: 25%",
        "Dinan; Oysters: 10%",
    ]  # fmt: skip
    assert told(data) == ["Before.", "With it.", *shown, "After."]
    assert extract(data, "a.docx").places == (
        (0, "paragraph 1"), (9, "paragraph 2"), (data_end(data), "paragraph 3"),
    )  # fmt: skip


def data_end(data: bytes) -> int:
    return extract(data, "a.docx").text.index("After.")


def of_series(categories: str, values: str) -> str:
    return (
        f'<c:chartSpace xmlns:c="{CHART}"><c:chart><c:plotArea><c:barChart><c:ser><c:tx><c:v>Rye'
        f"</c:v></c:tx><c:cat>{categories}</c:cat><c:val><c:numRef><c:numCache>{values}"
        "</c:numCache></c:numRef></c:val></c:ser></c:barChart></c:plotArea></c:chart>"
        "</c:chartSpace>"
    )


def points(*values: object) -> str:
    numbered = enumerate(values)
    return "".join(f'<c:pt idx="{at}"><c:v>{value}</c:v></c:pt>' for at, value in numbered)


@pytest.mark.parametrize(
    ("categories", "rows"),
    [
        (f"<c:strRef><c:strCache>{points('North', 'South')}</c:strCache></c:strRef>",
         ["North; Rye: 7", "South; Rye: 8.5"]),
        (f"<c:numRef><c:numCache><c:formatCode>yyyy\\-mm</c:formatCode>{points(43831, 43862)}"
         "</c:numCache></c:numRef>", ["2020-01-01; Rye: 7", "2020-02-01; Rye: 8.5"]),
        (f"<c:numRef><c:numCache><c:formatCode>General</c:formatCode>{points(2019, 2020)}"
         "</c:numCache></c:numRef>", ["2019; Rye: 7", "2020; Rye: 8.5"]),
        (f"<c:multiLvlStrRef><c:multiLvlStrCache><c:lvl>{points('spring', 'autumn')}</c:lvl>"
         f"<c:lvl>{points(2019)}</c:lvl></c:multiLvlStrCache></c:multiLvlStrRef>",
         ["2019 spring; Rye: 7", "2019 autumn; Rye: 8.5"]),
        ("", ["Rye: 7", "Rye: 8.5"]),
    ],
    ids=["words", "months", "years", "two levels", "none"],
)  # fmt: skip
def test_rows_of_a_chart_say_what_they_are_of(categories: str, rows: list[str]) -> None:
    assert told(word(chart("a"), a=of_series(categories, points(7, 8.5)))) == rows


def shape(key: str, text: str, kind: str = "") -> str:
    kind = f' type="{kind}"' if kind else ""
    return f'<d:pt modelId="{key}"{kind}><d:t><a:p><a:r><a:t>{text}</a:t></a:r></a:p></d:t></d:pt>'


def test_a_diagram_is_read_from_the_top_down() -> None:
    joined = [("0", "2", 1), ("0", "1", 0), ("1", "3", 0), ("2", "9", 0), ("3", "1", 0)]
    xml = (
        f'<d:dataModel xmlns:d="{DIAGRAM}" xmlns:a="{TEXTS}"><d:ptLst>{shape("0", "", "doc")}'
        f"{shape('2', 'Millers')}{shape('1', 'The guild')}{shape('3', 'Clerks')}"
        f"{shape('7', 'layout only', 'pres')}{shape('8', 'Alone')}</d:ptLst><d:cxnLst>"
        + "".join(f'<d:cxn srcId="{a}" destId="{b}" srcOrd="{n}"/>' for a, b, n in joined)
        + '<d:cxn type="presOf" srcId="1" destId="7" srcOrd="0"/></d:cxnLst></d:dataModel>'
    )
    assert told(word(diagram("a"), a=xml)) == ["The guild", "• Clerks", "Millers", "Alone"]


def test_a_damaged_chart_is_told_and_a_missing_one_costs_nothing_else() -> None:
    with pytest.raises(DocumentError, match="a part of it cannot be read"):
        extract(word(run("Before."), chart("a"), a="<c:chart"), "a.docx")
    assert told(word(run("Before."), chart("b"), a="<x/>")) == ["Before."]


@pytest.mark.parametrize(
    ("shape_", "value", "shown"),
    [
        ('"$"#,##0_);[Red]\\("$"#,##0\\)', 41000, "41000"),
        ('#,##0 "days"', 12, "12 days"),
        ("[$USD] #,##0", 7, "USD 7"),
        ("0.0_ ;[Red]\\-0.0\\ ", 1.5, "1.5"),
        ("h:mm", 0.5, "12:00:00"),
        ("[h]:mm:ss", 1.25, "30:00:00"),
        ("mmm yyyy", 43831, "2020-01-01"),
        ("d/m/yyyy h:mm", 43831.75, "2020-01-01 18:00"),
        ("yyyy", -1e300, "-1e+300"),
        ("0%", 0.25, "25%"),
    ],
)
def test_values_of_a_chart_are_as_it_shows_them(shape_: str, value: float, shown: str) -> None:
    told_ = escape(shape_)
    xml = of_series("", f"<c:formatCode>{told_}</c:formatCode>{points(value)}")
    assert told(word(chart("a"), a=xml)) == [f"Rye: {shown}"]


def test_series_with_other_categories_stand_apart() -> None:
    def one(name: str, across: list[int], down: list[int]) -> str:
        return (
            f"<c:ser><c:tx><c:v>{name}</c:v></c:tx><c:xVal>{points(*across)}</c:xVal>"
            f"<c:yVal>{points(*down)}</c:yVal></c:ser>"
        )

    xml = (
        f'<c:chartSpace xmlns:c="{CHART}"><c:chart>{one("Boys", [5, 10], [110, 138])}'
        f"{one('Girls', [5, 12], [115, 150])}</c:chart></c:chartSpace>"
    )
    assert told(word(chart("a"), a=xml)) == [
        "5; Boys: 110; Girls: 115", "10; Boys: 138", "12; Girls: 150",
    ]  # fmt: skip


def test_a_chart_is_read_once_and_has_bounds() -> None:
    xml = of_series("", points(7))
    assert told(word(run("Before.") + chart("a") * 5000, a=xml)) == ["Before.", "Rye: 7"]
    level = "<c:lvl>" + points(*range(20)) + "</c:lvl>"
    deep = f"<c:multiLvlStrRef><c:multiLvlStrCache>{level * 3000}</c:multiLvlStrCache>"
    assert len(told(word(chart("a"), a=of_series(f"{deep}</c:multiLvlStrRef>", points(7))))) == 1
    wide = f"<c:lvl>{points(*['x'] * 60_000)}</c:lvl>"
    wide = f"<c:multiLvlStrRef><c:multiLvlStrCache>{wide * 4}</c:multiLvlStrCache>"
    with pytest.raises(DocumentError, match="more than 200,000 cells"):
        told(word(chart("a"), a=of_series(f"{wide}</c:multiLvlStrRef>", points(7))))
    assert told(word(chart("a"), a=of_series("", f'<c:pt idx="{"9" * 5000}"><c:v>7</c:v></c:pt>')))
