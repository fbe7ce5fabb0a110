"""Formulas of Word on one line."""

import pytest
from lxml import etree

from qa.formats.formulas import formula

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
