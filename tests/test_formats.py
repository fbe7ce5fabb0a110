from __future__ import annotations

from itertools import pairwise
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from qa.errors import DocumentError
from qa.formats import LOADERS, Extracted, extract, is_known
from qa.formats.decode import decode
from qa.formats.extracted import title_from_name
from qa.formats.markdown import front_matter
from qa.text import LineIndex

ALPHABET = "ab zé\u0301中文あ🙂👩‍💻\u200d.\t\n"
texts = st.text(alphabet=ALPHABET, min_size=1, max_size=200)
line_breaks = st.sampled_from(["\n", "\r\n", "\r"])


# Registry


def test_every_loader_named_in_the_registry_exists() -> None:
    folder = Path(__file__).parents[1] / "qa" / "formats"
    assert all((folder / f"{module}.py").is_file() for module in LOADERS.values())


def test_an_extension_is_known_in_any_case() -> None:
    assert is_known("REPORT.PDF")


def test_a_file_without_extension_is_read_as_text() -> None:
    assert extract(b"All rights reserved.", "LICENSE").format == "text"


def test_an_unknown_extension_is_refused_by_name() -> None:
    with pytest.raises(DocumentError, match=r"format \.djvu is not read"):
        extract(b"x", "letter.djvu")


@pytest.mark.parametrize(
    ("name", "title"),
    [
        ("notes/2020-02-12-huawei_report.md", "2020-02-12 huawei report"),
        ("a-b-c.txt", "a b c"),
        ("---.txt", "---.txt"),
        ("日本語.txt", "日本語"),
    ],
)
def test_a_file_name_becomes_a_readable_title(name: str, title: str) -> None:
    assert title_from_name(name) == title


# Encodings


@pytest.mark.parametrize(
    "encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-32", "utf-16-be", "utf-16-le"]
)
def test_unicode_encodings_are_recognised(encoding: str) -> None:
    text = "Plain words, as they are mostly written, é and 中.\n" * 4
    marks = {"utf-16-be": b"\xfe\xff", "utf-16-le": b"\xff\xfe"}
    assert decode(marks.get(encoding, b"") + text.encode(encoding)) == text


def test_utf16_without_a_mark_is_recognised() -> None:
    assert (
        decode("Saved by an old editor.\r\n".encode("utf-16-le")) == "Saved by an old editor.\r\n"
    )


@pytest.mark.parametrize(
    ("text", "encoding"),
    [
        ("L’été dernier, la société a vendu son château à Besançon.", "cp1252"),
        ("Компания отрицает обвинения и молчит.", "cp1251"),
        ("同社は告発を否定した。報告書によると、アクセスは隠されていた。", "cp932"),
        ("同社は告発を否定した。報告書によると、アクセスは隠されていた。", "euc_jp"),
        ("公司否认指控。报告说访问是隐藏的，没有人知道。" * 3, "gb18030"),
    ],
)
def test_a_legacy_encoding_is_recognised(text: str, encoding: str) -> None:
    assert decode(text.encode(encoding)) == text


def test_a_legacy_encoding_is_recognised_far_inside_a_long_file() -> None:
    text = "All plain here.\n" * 20_000 + "La société a déjà vendu le château.\n"
    assert decode(text.encode("cp1252")) == text


@pytest.mark.parametrize(
    "data",
    [
        b"\x89PNG\r\n\x1a\n....",
        b"PK\x03\x04....",
        b"\x7fELF\x02\x01",
        b"\x1f\x8b\x08....",
        b"%PDF-1.7 in a text file",
        b"words\0and a zero byte",
        bytes(range(1, 32)) * 10,
    ],
)
def test_binary_data_is_refused(data: bytes) -> None:
    with pytest.raises(DocumentError, match="not text: binary data"):
        decode(data)


@given(texts)
def test_decoding_gives_back_every_character_of_utf8(text: str) -> None:
    assert decode(text.encode()) == text


@given(st.binary(max_size=300))
def test_decoded_text_never_holds_a_lone_surrogate(data: bytes) -> None:
    try:
        text = decode(data)
    except DocumentError:
        return
    assert text.encode("utf-8").decode() == text


@pytest.mark.parametrize("label", ["utf-7", "utf-16", "rot13", "base64", "nonsense", ""])
def test_a_strange_declared_encoding_does_no_harm(label: str) -> None:
    assert decode("Société".encode(), label) == "Société"


def test_a_byte_order_mark_is_not_part_of_the_text() -> None:
    assert extract(b"\xef\xbb\xbfHello.", "a.txt").text == "Hello."


# Plain text


@given(texts, line_breaks)
def test_plain_text_is_the_file_itself(text: str, line_break: str) -> None:
    text = text.replace("\n", line_break)
    assert extract(text.encode(), "a.txt").text == text


def test_a_first_line_that_stands_apart_is_the_title() -> None:
    assert extract(b"Annual report\r\n\r\nIt was a year.", "a.txt").title == "Annual report"


def test_a_first_sentence_is_no_title() -> None:
    assert extract(b"It was a year.\n\nAnd another.", "old-notes.txt").title == "old notes"


def test_an_underlined_line_is_a_heading_with_its_underline() -> None:
    text = "Title\n=====\n\nWords.\n\nPart one\n--------\n\nMore."
    found = extract(text.encode(), "a.txt").headings
    assert [(h.span.of(text), h.text) for h in found] == [
        ("Title\n=====", "Title"),
        ("Part one\n--------", "Part one"),
    ]


@pytest.mark.parametrize(
    ("name", "line", "level"),
    [("a.org", "** Part", 2), ("a.adoc", "== Part", 2), ("a.tex", r"\subsection{Part}", 2)],
)
def test_marked_headings_are_found_where_the_extension_promises_them(
    name: str, line: str, level: int
) -> None:
    (heading,) = extract(f"Words.\n\n{line}\n\nMore.".encode(), name).headings
    assert (heading.level, heading.text) == (level, "Part")


# Markdown


def markdown(text: str) -> Extracted:
    return extract(text.encode(), "a.md")


@given(texts, line_breaks)
def test_markdown_is_the_file_itself(text: str, line_break: str) -> None:
    text = text.replace("\n", line_break)
    assert markdown(text).text == text


@pytest.mark.parametrize("line_break", ["\n", "\r\n", "\r"])
def test_headings_of_both_kinds_are_found(line_break: str) -> None:
    text = "# One #\n\nwords\n\nTwo\n===\n\n### *Three* [x](y) {#id}\n\nFour\n---\n"
    text = text.replace("\n", line_break)
    found = [(h.level, h.text) for h in markdown(text).headings]
    assert found == [(1, "One"), (1, "Two"), (3, "Three x"), (2, "Four")]


@pytest.mark.parametrize(
    "text",
    [
        "```\n# comment\n```\n",
        "~~~ sh\n# comment\n```\n# still\n~~~\n",
        "    # indented code\n",
        "#hashtag\n",
        "words\nmore words\n---\n",
        "- item\n---\n",
        "| a |\n---\n",
        "\n---\n",
    ],
)
def test_what_is_no_heading_is_not_taken_for_one(text: str) -> None:
    assert markdown(text).headings == ()


@given(
    st.lists(st.sampled_from(["# a中", "b🙂", "===", "---", "", "```", "## é\u0301 ##"])),
    line_breaks,
)
def test_headings_stand_where_their_spans_say(lines: list[str], line_break: str) -> None:
    extracted = markdown(line_break.join(lines))
    index = LineIndex(extracted.text)
    for heading in extracted.headings:
        assert heading.text in heading.span.of(extracted.text)
        assert index.span_of(index.line_of(heading.span.start)).start == heading.span.start
    spans = [heading.span for heading in extracted.headings]
    assert all(first.end <= second.start for first, second in pairwise(spans))


def test_front_matter_is_metadata() -> None:
    text = '---\ntitle: "A: b"\nauthor: Ann\ntags:\n  - x\n---\n# Other\n'
    extracted = markdown(text)
    assert extracted.title == "A: b"
    assert extracted.metadata["author"] == "Ann"


def test_a_folded_field_is_one_line() -> None:
    assert front_matter("---\nnote: >-\n  first\n  second\n---") == {"note": "first second"}


def test_front_matter_has_no_headings() -> None:
    assert markdown("---\na: b\n# c\n---\n\ntext").headings == ()


def test_the_first_outer_heading_is_the_title() -> None:
    assert markdown("## Small\n\n# Large\n").title == "Large"


def test_a_heading_line_of_any_length_is_read_in_no_time() -> None:
    line = "# " + "*_[`" * 100_000 + " " * 100_000 + "x\n"
    assert len(markdown(line).headings) == 1


def test_front_matter_says_where_a_text_was_and_in_which_language() -> None:
    source = b"---\nlang: de\nsource: https://x.test/a\n---\nWords."
    found = extract(source, "a.md").metadata
    assert (found["language"], found["url"]) == ("de", "https://x.test/a")
