"""Pages saved in one file; Chromium made ``tidal.mhtml`` (`fixtures/snapshot.py`)."""

import plistlib
from pathlib import Path

import pytest

from qa.citations import Citer, place
from qa.documents import load_file
from qa.errors import DocumentError
from qa.formats import extract
from qa.types import Span

FIXTURES = Path(__file__).parent / "fixtures"
PAGE = """<html><head><meta charset="windows-1252"><title>Mühle</title>
<meta name="author" content="Ines Moreau"></head><body><nav><a href="/">Home</a></nav>
<main><h1>Die Mühle</h1><p>Die Mühle von Thun steht seit 1712.</p></main></body></html>"""


def safari(page: object, encoding: object = "UTF-8", **options: object) -> bytes:
    main = {
        "WebResourceData": page,
        "WebResourceTextEncodingName": encoding,
        "WebResourceURL": "https://x.test/mill",
    }
    return plistlib.dumps({"WebMainResource": main}, **options)  # type: ignore[arg-type]


def test_what_chromium_saved_is_cited_by_paragraph() -> None:
    document = load_file(FIXTURES / "tidal.mhtml", "tidal.mhtml")
    words = "Twelve boats sank in the storm of 1984."
    start = document.text.index(words)
    cited = Citer(document, "").cite(Span(start, start + len(words)), words, 1)
    assert place(cited) == "tidal.mhtml, paragraph 9"
    assert (document.title, cited.author, cited.date, cited.url) == (
        "Tidal report", "Ines Moreau", "2021-05-03", "https://x.test/",
    )  # fmt: skip
    assert "Nobody was hurt — so they say." in document.text
    assert "Cancale | 5,186 | 1545" in document.text
    assert "=3D" not in document.text and "mhtml.blink" not in document.text


@pytest.mark.parametrize("binary", [True, False], ids=["binary", "XML"])
@pytest.mark.parametrize("encoding", ["utf-8", "windows-1252"])
def test_what_safari_saved_is_read(binary: bool, encoding: str) -> None:
    form = plistlib.FMT_BINARY if binary else plistlib.FMT_XML
    found = extract(safari(PAGE.encode(encoding), encoding, fmt=form), "a.webarchive")
    assert found.text == "Die Mühle\n\nDie Mühle von Thun steht seit 1712."
    assert found.title == "Mühle" and found.metadata["author"] == "Ines Moreau"
    assert found.metadata["url"] == "https://x.test/mill"
    assert found.places == ((0, "paragraph 1"), (11, "paragraph 2"))


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"From: <Saved by Blink>\nContent-Type: text/plain\n\nNo page.",
        b"Content-Type: multipart/related; boundary=x\n\n--x\nContent-Type: text/html\n\n\n--x--",
        b"bplist00" + b"\xff" * 40,
        b'<?xml version="1.0"?><plist version="1.0"><dict><key>WebMain',
        plistlib.dumps({"WebMainResource": [1]}),
        plistlib.dumps({}),
        plistlib.dumps([1]),
        safari("no bytes"),
        safari(b""),
    ],
)
def test_what_holds_no_page_is_told(data: bytes) -> None:
    with pytest.raises(DocumentError):
        extract(data, "a.mhtml")


def test_an_encoding_that_is_none_is_guessed() -> None:
    assert "Mühle" in extract(safari(PAGE.encode("windows-1252"), 7), "a.webarchive").text
