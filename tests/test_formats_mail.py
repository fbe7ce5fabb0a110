"""Mail, notebooks, subtitles, source code and compressed files."""

import gzip
import json
from email.message import EmailMessage

import pytest
from test_formats_office import cite, read

from qa.errors import DocumentError
from qa.formats import extract
from qa.formats.subtitles import clock


def message(**headers: str) -> EmailMessage:
    made = EmailMessage()
    made["From"] = "Ines Moreau <ines@example.org>"
    made["To"] = "harbour@example.org"
    made["Subject"] = "The tide of Monday"
    made["Date"] = "Mon, 03 May 2021 10:00:00 +0200"
    for name, value in headers.items():
        made[name] = value
    return made


def test_a_message_says_who_and_when_and_its_attachments_what_they_are() -> None:
    made = message()
    made.set_content(
        "The tide was high.\n\nCome at noon — not later.\n",
        charset="utf-8",
    )
    made.add_alternative("<p>The tide was <b>high</b>.</p>", subtype="html")
    made.add_attachment("The rope costs 12 euros.", filename="rope.txt")
    made.add_attachment(b"\x89PNG", maintype="image", subtype="png", filename="a.png")
    inner = message()
    inner.replace_header("Subject", "An older one")
    inner.set_content("Old words stand here.")
    made.add_attachment(inner)
    document = read(bytes(made), "a.eml")
    assert document.title == "The tide of Monday"
    assert document.metadata == {"author": "Ines Moreau", "date": "2021-05-03"}
    assert document.text.count("The tide was high.") == 1
    assert cite(document, "The tide was high.").place == "message"
    assert cite(document, "The rope costs 12 euros.").place == "attachment rope.txt"
    assert cite(document, "Old words stand here.").place == "forwarded message “An older one”"


def test_a_message_of_html_only_and_one_with_a_broken_header() -> None:
    made = message()
    made.set_content("<html><body><h1>News</h1><p>It rains.</p></body></html>", subtype="html")
    assert "It rains." in read(bytes(made), "a.eml").text
    broken = b"From: =?utf-9?q?x?= <<>\nSubject: =?bad\nDate: yesterday\n\nStill read.\n"
    assert "Still read." in read(broken, "a.eml").text
    with pytest.raises(DocumentError, match="not an e-mail"):
        extract(b"Just some text.\n", "a.eml")


def test_a_notebook_cites_its_cells() -> None:
    cells = [
        {"cell_type": "markdown", "source": ["# Tides\n", "\n", "A *short* text.\n"]},
        {
            "cell_type": "code", "source": "print(1)",
            "outputs": [
                {"output_type": "stream", "text": ["The mean is 4.2\n"]},
                {"data": {"text/plain": "\x1b[31mDone\x1b[0m"}}, {"data": []}, 3,
            ],
        },
    ]  # fmt: skip
    document = read(json.dumps({"cells": cells, "metadata": {}}).encode(), "a.ipynb")
    assert document.title == "Tides" and "\x1b" not in document.text
    assert cite(document, "The mean is 4.2").place == "cell 2"
    assert cite(document, "A *short* text.").place == "cell 1"
    for wrong in (b"[]", b"{}", b"3", b'{"cells": 3}', b"[" * 100_000):
        with pytest.raises(DocumentError):
            extract(wrong, "a.ipynb")


SRT = (
    "1\r\n00:00:01,000 --> 00:00:03,000\r\nThe harbour was\r\n<i>built by monks</i>\r\n\r\n"
    "2\r\n00:00:03,100 --> 00:00:05,000\r\nin the year 1155.\r\n\r\n"
    "3\r\n01:00:15,000 --> 01:00:17,000\r\nThat was long ago.\r\n"
)


VTT = (
    "WEBVTT\n\nNOTE nothing\n\nintro\n00:01.000 --> 00:03.000 align:start\n<v Ines>The harbour was "
    "built by monks</v>\n\n00:03.100 --> 00:05.000\nin the year 1155.\n\n"
    "01:00:15.000 --> 01:00:17.000\nThat was long ago.\n"
)


@pytest.mark.parametrize(("name", "text", "line"), [("a.srt", SRT, 12), ("a.vtt", VTT, 13)])
def test_subtitles_read_on_and_cite_their_time(name: str, text: str, line: int) -> None:
    document = read(text.encode(), name)
    said = "harbour was built by monks\nin the year 1155."
    assert said in document.text
    assert cite(document, said).place == "0:00:01–0:00:03" or (
        cite(document, said).place == "0:00:01 – 0:00:03"
    )
    late = cite(document, "That was long ago.")
    assert (late.place, late.line_start) == ("1:00:15", line)
    assert "\n\nThat was" in document.text
    assert clock(3723.9) == "1:02:03"


def test_a_compressed_file_is_what_it_holds() -> None:
    data = gzip.compress(b"# Mill\n\nThe mill ") + gzip.compress(b"stands.\n")
    document = read(data, "notes.md.gz")
    assert document.title == "Mill" and "The mill stands." in document.text
    assert cite(document, "The mill stands.").line_start == 3
    with pytest.raises(DocumentError, match=r"format \.bin\.gz is not read"):
        extract(data, "a.bin.gz")
    with pytest.raises(DocumentError, match="its end is missing"):
        extract(data[:-12], "notes.md.gz")


def test_a_comment_in_source_code_is_cited_at_its_line() -> None:
    document = read(b"import x\n\n# The port is 8080, as the harbour master wished.\n", "a.py")
    assert cite(document, "The port is 8080").line_start == 3


def test_the_html_of_a_mail_is_read_where_the_text_is_a_stub() -> None:
    made = message()
    made.set_content("See HTML.")
    made.add_alternative("<p>" + "The tide was high at noon. " * 9 + "</p>", subtype="html")
    assert "The tide was high at noon." in read(bytes(made), "a.eml").text
    bare = b"From: a@b.c\nContent-Type: multipart/mixed\n\nThe mill stands.\n"
    assert "The mill stands." in read(bare, "a.eml").text
    latin = "From: a@b.c\nSubject: x\n\nDie Mühle steht über der Aare, schön.\n".encode("latin-1")
    assert "Die Mühle steht über" in read(latin, "a.eml").text


def test_lines_that_roll_up_are_said_once_and_blank_lines_lose_none() -> None:
    rolls = (
        "1\n00:00:01,000 --> 00:00:02,000\nhello dear\n\n"
        "2\n00:00:02,000 --> 00:00:03,000\nhello dear\nfriends all\n\n"
        "3\n00:00:03,000 --> 00:00:04,000\nfriends all\nof the mill\n\n"
        "4\n00:00:09,000 --> 00:00:10,000\nOne line\n\nand another.\n"
    )
    text = read(rolls.encode(), "a.srt").text
    assert text == "hello dear\nfriends all\nof the mill\n\nOne line and another."


def test_what_a_mail_quotes_is_not_said_by_its_sender() -> None:
    made = message()
    made.set_content(
        "Dov here.\n\nPetra wrote:\n> I propose 8 July.\n>\n> At noon.\n\nRather 15 July.\n"
    )
    document = read(bytes(made), "a.eml")
    assert cite(document, "I propose 8 July.").place == "quoted in the message"
    assert cite(document, "Rather 15 July.").place == "message"


def test_a_program_is_called_as_its_file_is() -> None:
    assert read(b'"""Compute the fees."""\n\nX = 1\n', "fees.py").title == "fees"
