"""Charts and diagrams; python-pptx and LibreOffice made the files in `fixtures/` (`charts.py`)."""

import io
import zipfile
from pathlib import Path

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
