"""Formulas and raised numbers on one line; pandoc and LibreOffice made the files in `fixtures/`."""

import io
import zipfile
from pathlib import Path

import pytest
from lxml import etree

from qa.formats import extract
from qa.formats.formulas import LOWERED, RAISED, formula, mathml, on_one_line, script
from qa.text import one_line

FIXTURES = Path(__file__).parent / "fixtures"

SPACE = "http://schemas.openxmlformats.org/officeDocument/2006/math"


def run(text: str) -> str:
    return f"<m:r><m:t>{text}</m:t></m:r>"


def part(name: str, *inner: str) -> str:
    return f"<m:{name}>{''.join(inner)}</m:{name}>"


def e(*inner: str) -> str:
    return part("e", *inner)


@pytest.mark.parametrize(
    ("inner", "told"),
    [
        (part("sSup", e(run("10")), part("sup", run("2"))), "10^2"),
        (part("sSup", e(run("e")), part("sup", run("2"), run("x"))), "e^(2x)"),
        (run("1") + run("0"), "10"),  # Word takes numbers apart
        (run("5") + part("f", part("num", run("1")), part("den", run("2"))) + run("x"), "5 1/2 x"),
        (part("sSub", e(run("x")), part("sub", run("n+1"))), "x_(n+1)"),
        (part("sSubSup", e(run("x")), part("sub", run("1")), part("sup", run("2"))), "x_1^2"),
        (part("f", part("num", run("a+b")), part("den", run("2"))), "(a+b)/2"),
        (part("rad", part("deg"), e(run("2x+1"))), "√(2x+1)"),
        (part("d", e(run("a+b"))), "(a+b)"),
        (part("d", '<m:dPr><m:begChr m:val="["/><m:endChr m:val=""/></m:dPr>', e(run("a"))), "[a"),
        (
            part("nary", '<m:naryPr><m:chr m:val="∑"/></m:naryPr>', part("sub", run("k=1")),
                 part("sup", run("n")), e(run("k"))),
            "∑_(k=1)^n k",
        ),
        (part("limLow", e(run("lim")), part("lim", run("x→0"))), "lim_(x→0)"),
        (part("m", part("mr", e(run("1")), e(run("0"))), part("mr", e(run("0")), e(run("1")))),
         "1 0; 0 1"),
    ],
)  # fmt: skip
def test_powers_fractions_and_indices_are_told_apart(inner: str, told: str) -> None:
    root = etree.fromstring(f'<m:oMath xmlns:m="{SPACE}">{inner}</m:oMath>')
    assert formula(root) == told


MATHML = [
    ("<msup><mn>10</mn><mn>2</mn></msup>", "10^2"),
    ("<msup><mrow><mi>a</mi><mo>+</mo><mi>b</mi></mrow><mn>2</mn></msup>", "(a+b)^2"),
    ("<msubsup><mi>x</mi><mn>1</mn><mn>2</mn></msubsup>", "x_1^2"),
    ("<mfrac><mn>1</mn><mrow><mi>a</mi><mo>+</mo><mi>b</mi></mrow></mfrac>", "1/(a+b)"),
    ("<msqrt><mi>x</mi><mo>+</mo><mn>1</mn></msqrt>", "√(x+1)"),
    ("<mroot><mi>x</mi><mn>3</mn></mroot>", "3√x"),
    ("<mi>E</mi><mo>=</mo><mi>m</mi><mo>\u2062</mo><msup><mi>c</mi><mn>2</mn></msup>", "E = m·c^2"),
    ("<munder><mi>lim</mi><mi>n</mi></munder><mfenced><mi>n</mi><mn>1</mn></mfenced>", "lim_n(n,1)"),  # noqa: E501
    ("<munderover><mo>∑</mo><mi>k</mi><mi>n</mi></munderover><mi>k</mi>", "∑_k^n k"),
    ("<semantics><mn>1</mn><annotation>\\one</annotation></semantics>", "1"),
    ("<mtable><mtr><mtd><mn>1</mn></mtd><mtd><mn>0</mn></mtd></mtr><mtr><mtd><mn>0</mn></mtd>"
     "<mtd><mn>1</mn></mtd></mtr></mtable>", "1 0; 0 1"),
    ("<msup><mn>10</mn></msup>", "10"),  # damaged
    ("<mn>5</mn><mfrac><mn>1</mn><mn>2</mn></mfrac>", "5 1/2"),
    ("<msup><mi>e</mi><mn>2</mn></msup><mi>x</mi>", "e^2 x"),
    ("<msup><mi>e</mi><mrow><mn>2</mn><mi>x</mi></mrow></msup>", "e^(2x)"),
    ("<mfrac><mn>1</mn><mrow><mn>2</mn><mi>x</mi></mrow></mfrac>", "1/(2x)"),
    ("<mfrac><mn>1</mn><mn>2</mn></mfrac><mi>x</mi>", "1/2 x"),
    ("<msup><mn>10</mn><mn>2</mn></msup><mn>5</mn>", "10^2 5"),
    ("<msqrt><mn>2</mn></msqrt><mn>3</mn>", "√2 3"),
    ("<mmultiscripts><mn>10</mn><none/><mn>2</mn></mmultiscripts>", "10^2"),
    ("<mmultiscripts><mi>C</mi><mprescripts/><mn>6</mn><mn>14</mn></mmultiscripts>", "_6^14 C"),
    ("<mi>x</mi><mtext> if </mtext><mi>y</mi>", "x if y"),
    ("x + 2 <mi>y</mi> z", "x + 2yz"),
    ("<mrow>" * 1500 + "<mn>7</mn>" + "</mrow>" * 1500, "7"),
    ("<mi>f</mi><mo>\ue09e</mo><mi>\ue0b7</mi><mo>\ue09f</mo><mo>\ue083</mo><mi>\ue0c6</mi>",
     "f(α)+π"),
    ('<x:mfenced xmlns:x="a" x:open="[" x:close="["><mn>1</mn><mn>2</mn></x:mfenced>', "[1,2["),
]  # fmt: skip


@pytest.mark.parametrize(("inner", "told"), MATHML)
def test_formulas_of_pages_and_books_are_told_apart(inner: str, told: str) -> None:
    deep = etree.XMLParser(huge_tree=True)
    assert mathml(etree.fromstring(f"<math>{inner}</math>", deep)) == told


@pytest.mark.parametrize(
    ("before", "text", "mark", "after", "told"),
    [
        ("10", "2", RAISED, " metres", "^2"),
        ("10", "-3", RAISED, "", "^(-3)"),
        ("10", "‑3", RAISED, "", "^(‑3)"),
        ("10", "n", RAISED, "", "^n"),
        ("2", "n+1", RAISED, "", "^(n+1)"),
        ("2", "2n", RAISED, "", "^(2n)"),
        ("(1.05)", "10", RAISED, "", "^10"),
        ("SO4", "2−", RAISED, "", "^(2−)"),
        ("2020", "1, 2", RAISED, "", "^(1, 2)"),
        ("2019", "3)", RAISED, "", "^3)"),
        ("2019", "[3]", RAISED, "", "[3]"),
        ("2019", "*", RAISED, "", "*"),
        ("10", "2 ", LOWERED, "", "_2 "),
        ("5", "1", RAISED, "/", " 1"),  # five and a half
        ("5", "1", RAISED, " ⁄2", " 1"),
        ("1", "st", RAISED, "", "st"),
        ("2", "e", RAISED, "", "e"),
        ("3", "º", RAISED, "", "º"),
        ("km", "2", RAISED, "", "2"),
        ("H", "2", LOWERED, "O", "2"),
        ("log", "2", LOWERED, "8", "2 "),
        ("", "1", RAISED, "2015", "1 "),
        ("10", "6", RAISED, "5", "^6 "),
        ("10", " 2", RAISED, "", " 2"),
        ("", "2", RAISED, "", "2"),
        ("10", "", RAISED, "", ""),
    ],
)
def test_a_power_is_no_part_of_the_number(
    before: str, text: str, mark: str, after: str, told: str
) -> None:
    assert script(before, text, mark, after) == told


def test_runs_of_one_kind_belong_together() -> None:
    runs = [("1", ""), ("0", ""), ("1", RAISED), ("", ""), ("5", RAISED), (" W", "")]
    assert on_one_line(runs) == "10^15 W"


@pytest.mark.parametrize("made", sorted(FIXTURES.glob("powers.*")), ids=lambda path: path.suffix)
def test_raised_numbers_survive_every_format(made: Path) -> None:
    told = one_line(extract(made.read_bytes(), made.name).text)
    assert (
        "ground 10^3 sacks of H2O-milled rye on the 1st of May in 1977^3 and kept 10^(-2)" in told
    )
    assert "A word of 10_2 letters stood on the door." in told
    if made.suffix not in (
        ".rtf",
        ".rst",
        ".pdf",
    ):  # pandoc and LibreOffice write no formulas there
        assert "The stone turns by x^2 and the wheel by 1/(a+b) a tide." in told.replace(" + ", "+")


def test_what_a_page_shows_twice_is_read_once() -> None:
    page = b"""<p>It holds <span class="katex"><span><math><msup><mn>10</mn><mn>2</mn></msup></math>
        </span><span aria-hidden="true"><b>10</b><i>2</i></span></span> sacks.<sup><a
        href="#fn1">1</a></sup> It was built in 1901 <a href="page.html#n2"><sup>[2]</sup></a>. See
        <sup><a href="#more">the mill</a></sup>. It holds <span
        style="display: none"><math><mi>n</mi></math></span><img alt="n"> sacks.</p><p
        id="fn1"></p><p><a name="n2"></a></p>"""
    text = extract(page, "mill.html").text
    assert one_line(text) == (
        "It holds 10^2 sacks. It was built in 1901. See the mill. It holds n sacks."
    )


@pytest.mark.parametrize(
    ("source", "told"),
    [
        ('<p>About <a href="#n6">10<sup>6</sup></a> cells.</p>', "About 10^6 cells."),
        ('<p>10<sup><a href="https://x.test/y#Nine">12</a></sup> Hz</p>', "10^12 Hz"),
        ('<p>x<sup><a href="#n6">n</a></sup> it is</p>', "xn it is"),
        ('<p>It is<sup class="reference"><a href="/wiki/X#note-3">[3]</a></sup>.</p>', "It is."),
        ('<table><tr><th>N<th>p<tr><td>12<sup><a href="#n6">1</a></sup></td><td>.05</table>',
         "N | p 12 | .05"),
        ("<p>12 <svg></svg>.5 mm</p>", "12 .5 mm"),
        ("<p><sup>1</sup>2015 = 100, log<sub>2</sub>8</p>", "1 2015 = 100, log2 8"),
        ("<p>10<sup>6<sup>2</sup></sup> of (10)<sup>−3</sup></p>", "10^(6^2) of (10)^(−3)"),
        ("<p>5<span><sup>1</sup></span>/<sub>2</sub> cups</p>", "5 1/2 cups"),
        ("<p>SO<sub>4</sub><sup>2−</sup> on the 4<sup>th</sup></p>", "SO4^(2−) on the 4th"),
        ('<p aria-hidden="true">Seen.</p><p>Now <math><mi>x</mi></math></p>', "Seen. Now x"),
        ("<p>10<sup>2</sup><br>lines</p>", "10^2 lines"),
    ],
)  # fmt: skip
def test_numbers_of_a_page_mean_what_they_say(source: str, told: str) -> None:
    page = f'<html><body><h1>T</h1>{source}<p id="n6"></p></body></html>'
    assert one_line(extract(page.encode(), "a.html").text) == f"T {told}"


def styled(styles: str, *runs: str) -> str:
    """A Word document of one paragraph, read."""
    space = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as package:
        package.writestr("word/styles.xml", f'<w:styles xmlns:w="{space}">{styles}</w:styles>')
        body = f"<w:body><w:p>{''.join(runs)}</w:p></w:body>"
        package.writestr("word/document.xml", f'<w:document xmlns:w="{space}">{body}</w:document>')
    return extract(buffer.getvalue(), "a.docx").text


def test_words_of_word_are_raised_by_style_and_by_position() -> None:
    def words(text: str, properties: str = "") -> str:
        return f"<w:r><w:rPr>{properties}</w:rPr><w:t>{text}</w:t></w:r>"

    styles = (
        '<w:style w:type="character" w:styleId="High"><w:rPr><w:vertAlign w:val="superscript"/>'
        '</w:rPr></w:style><w:style w:type="character" w:styleId="Note"><w:basedOn w:val="High"/>'
        "</w:style>"
    )
    note, high = '<w:rStyle w:val="Note"/>', '<w:position w:val="6"/>'
    none = f'{note}<w:vertAlign w:val="baseline"/>'
    text = styled(
        styles, words("10"), words("6", note), words(" 10"), words("7", high), words(" 10"),
        words("8", none), words(" 10"), words("2", '<w:position w:val="-6"/>'),
    )  # fmt: skip
    assert text == "10^6 10^7 108 10_2"


def test_words_of_other_files_are_raised_by_position_and_by_style() -> None:
    rtf = rb"{\rtf1 10{\up6 6} and 10{\dn4 2} and 10{\super 7\nosupersub 8} and 10{\up6\up0 9}}"
    assert extract(rtf, "a.rtf").text == "10^6 and 10_2 and 10^7 8 and 109"
    office = "urn:oasis:names:tc:opendocument:xmlns:"
    spaces = "".join(f' xmlns:{one}="{office}{one}:1.0"' for one in ("office", "style", "text"))
    named = (
        '<style:style style:family="text" style:name="High"><style:text-properties '
        'style:text-position="super 58%"/></style:style><style:style style:family="text" '
        'style:name="Note" style:parent-style-name="High"/><style:style style:family="text" '
        'style:name="Flat" style:parent-style-name="High"><style:text-properties '
        'style:text-position="0% 100%"/></style:style>'
    )
    body = (
        '10<text:span text:style-name="Note">6</text:span> and 10'
        '<text:span text:style-name="High"><text:span text:style-name="Flat">7</text:span>'
        "</text:span>"
    )
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as package:
        package.writestr("styles.xml", f"<office:document{spaces}>{named}</office:document>")
        text = f"<office:body><office:text><text:p>{body}</text:p></office:text></office:body>"
        package.writestr("content.xml", f"<office:document{spaces}>{text}</office:document>")
    assert extract(buffer.getvalue(), "a.odt").text == "10^6 and 107"
