"""What the fuzzer calls with bytes: everything of the program that reads what others wrote.

A target takes bytes, and raises anything but its own errors only where there is a fault: an error
of a library that gets through, a text that cannot be quoted, an output that cannot be read again.
"""

from __future__ import annotations

import gzip
import io
import json
import tempfile
import zipfile
from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from functools import cache
from itertools import pairwise
from pathlib import Path
from typing import NamedTuple

from qa import formats
from qa.chunking import chunk
from qa.citation_style import check_style, source_line
from qa.citations import Citer, citation_from_json, citation_to_json
from qa.config import load_settings
from qa.conversations import SavedConversation, SavedTurn, read_lines
from qa.errors import (
    CitationError,
    ConfigError,
    DocumentError,
    EvaluationError,
    FolderError,
    QuestionError,
)
from qa.export import FORMATS
from qa.files import OpenArchive
from qa.labelled import QuestionFile
from qa.output import answer_text
from qa.records import answer_from_json, answer_to_json
from qa.saved import read_saved
from qa.store import text_sha256
from qa.text import escaped
from qa.types import Answer, Citation, Document, Span, Statement

FIXTURES = Path(__file__).resolve().parents[1] / "fixtures"
NOW = datetime(2020, 2, 12, 12, tzinfo=UTC)
MOST = 1 << 20
"""Bytes of an input."""


class Target(NamedTuple):
    """What is called, and bytes to begin with."""

    call: Callable[[bytes], None]
    seeds: Sequence[bytes]


def check_document(document: Document) -> None:
    """What every loader promises of a text."""
    text = document.text
    text.encode()  # no halves of characters
    assert text.strip() and document.title.strip(), "no words"
    assert "\n" not in document.title, "title of several lines"
    for values in (
        document.pages,
        [at for at, _ in document.lines],
        [at for at, _ in document.places],
    ):
        assert all(one <= other for one, other in pairwise(values)), "offsets out of order"
        assert all(0 <= value <= len(text) for value in values), "offset out of the text"
    for one, other in pairwise(document.headings):
        assert one.span.end <= other.span.start, "headings out of order"
    assert all(heading.span.end <= len(text) for heading in document.headings)
    citer = Citer(document, text_sha256(text), NOW, "qa")
    end = 0
    for piece in chunk(document, 64, lambda texts: [len(one) // 4 + 1 for one in texts]):
        assert end <= piece.span.start <= piece.span.end <= len(text), "passages overlap"
        end = piece.span.end
        cited = citer.cite(piece.span, piece.span.of(text), 1)
        assert citation_from_json(json.loads(json.dumps(citation_to_json(cited)))) == cited


def loader(name: str) -> Callable[[bytes], None]:
    """Reads bytes as a file of that name."""

    def call(data: bytes) -> None:
        try:
            made = formats.extract(data, name)
        except DocumentError:
            return
        if not made.text.strip():  # told as such by `qa.documents`
            return
        check_document(
            Document(
                name, made.title, made.text, "0" * 64, made.pages, made.headings, made.lines,
                made.places, made.metadata, made.format,
            )
        )  # fmt: skip

    return call


def packed_loader(fixture: Path) -> Target:
    """The same of one member of a ZIP container; the first byte says which, the others stay."""
    with zipfile.ZipFile(fixture) as file:
        members = {name: file.read(name) for name in file.namelist()}
    names = [name for name in members if name.endswith((".xml", ".rels", ".opf", ".xhtml", ".ncx"))]
    read = loader(fixture.name)

    def call(data: bytes) -> None:
        if not data:
            return
        chosen = names[data[0] % len(names)]
        buffer = io.BytesIO()
        with zipfile.ZipFile(buffer, "w") as file:
            for name, content in members.items():
                file.writestr(name, data[1:] if name == chosen else content)
        read(buffer.getvalue())

    return Target(call, [bytes([at]) + members[name] for at, name in enumerate(names) if at < 256])


def archive(name: str) -> Callable[[bytes], None]:
    """Lists and reads all members."""
    opened = OpenArchive()

    def call(data: bytes) -> None:
        file = _scratch() / name
        file.write_bytes(data)
        opened.close()
        try:
            members = opened.members(file)
        except DocumentError:
            return
        for member in members[:50]:
            try:
                assert len(opened.read(file, member.name, MOST)) <= MOST
            except DocumentError:
                continue

    return call


@cache
def _scratch() -> Path:
    directory = tempfile.TemporaryDirectory(prefix="qa-fuzz-")
    _kept.append(directory)
    return Path(directory.name)


_kept: list[tempfile.TemporaryDirectory[str]] = []


def config(data: bytes) -> None:
    """A config file."""
    file = _scratch() / "config.toml"
    file.write_bytes(data)
    try:
        settings = load_settings(environment={}, file=file)
        check_style(settings.citation_style)
    except ConfigError:
        return


def question_file(data: bytes) -> None:
    """A YAML file of questions."""
    file = _scratch() / "questions.yaml"
    file.write_bytes(data)
    try:
        list(QuestionFile(file).questions())
    except (EvaluationError, FolderError):
        return


def saved(data: bytes) -> None:
    """What `qa verify` opens, and what is made of it again."""
    try:
        for citation in read_saved(data.decode("utf-8", "replace"), "saved").citations:
            _check_shown(citation)
    except CitationError:
        return


def _check_shown(citation: Citation) -> None:
    for text in (source_line(citation), escaped(citation.quote)):
        assert not set(text) & set("\x1b\x07\x9b\u202e\r"), "a control character is shown"


def conversation(data: bytes) -> None:
    """The file of a kept conversation, and its exports."""
    try:
        kept = read_lines(data.decode("utf-8", "replace"))
    except CitationError:
        return
    for write in FORMATS.values():
        write(kept, "{title}")
    for turn in kept.turns:
        answer_text(turn.answer)


def output(data: bytes) -> None:
    """An answer from any document: every form of it that can be read again says the same."""
    text = data.decode("utf-8", "replace").replace("\0", "")
    words = text.split()
    if len(words) < 4:
        return
    document = Document(words[0], words[1], text, "0" * 64)
    citer = Citer(document, text_sha256(text), NOW, "qa 0")
    middle = text.index(words[3])
    spans = [Span(middle, middle + len(words[3])), Span(middle, len(text.rstrip()))]
    cited = tuple(citer.cite(span, span.of(text), n) for n, span in enumerate(spans, start=1))
    statements = tuple(Statement(one.quote, (one.number,)) for one in cited)
    answer = Answer(text[:200], words[2], statements, cited, (), (), 0.5, True, {"total": 0.1})
    again = answer_from_json(json.loads(json.dumps(answer_to_json(answer, hits=False))))
    assert again == answer, "the JSON of an answer says something else"
    shown = answer_text(answer)
    assert not set(shown) & set("\x1b\x07\x9b\u202e\r"), "a control character is shown"
    kept = SavedConversation(
        "20200212-000000-0000", "/docs", words[2], NOW, NOW, (SavedTurn(NOW, answer),)
    )
    for name, write in FORMATS.items():
        made = write(kept, "{title}, {path}")
        if name not in ("bibtex", "csl"):
            read = [one.quote for one in read_saved(made, name).citations]
            assert read == [one.quote for one in cited], f"{name} says something else"


def question(data: bytes) -> None:
    """A question, alone and behind another, asked of a small folder."""
    assistant = _assistant()
    text = data.decode("utf-8", "replace")
    before, _, rest = text.partition("\n")
    answers: list[Answer] = []
    for one in (before, rest):
        try:
            answers.append(assistant.ask(one, earlier=answers))
        except QuestionError:
            continue
    for answer in answers:
        for one in (*answer.citations, *answer.nearest):
            document = assistant.document(one.path)
            assert document is not None and one.span.of(document.text) == one.quote


@cache
def _assistant():  # type: ignore[no-untyped-def]
    from qa import Assistant, FakeEncoder, Settings

    folder = _scratch() / "docs"
    folder.mkdir()
    for at in range(4):
        lines = [
            f"Mill number {n} was built in {1700 + n} by the guild." for n in range(at, at + 9)
        ]
        (folder / f"mills {at}.md").write_text(f"# Mills {at}\n\n" + "\n\n".join(lines))
    made = Assistant(folder, _scratch() / "index", settings=Settings(), encoder=FakeEncoder())
    made.update()
    return made


def _fixtures(*names: str) -> list[bytes]:
    return [(FIXTURES / name).read_bytes() for name in names]


def _written() -> list[bytes]:
    """Answers and conversations as the program writes them."""
    text = "The keeper of the light was called Anna. She came in 1904.\n"
    document = Document("a.md", "Light", text, "0" * 64)
    citer = Citer(document, text_sha256(text), NOW, "qa 0")
    cited = (citer.cite(Span(0, 40), text[:40], 1),)
    found = Answer(
        "Who?", "Who?", (Statement(text[:40], (1,)),), cited, (), (), 0.5, True, {"total": 0.1}
    )
    kept = SavedConversation(
        "20200212-000000-0000", "/docs", "Who?", NOW, NOW, (SavedTurn(NOW, found),)
    )
    lines = [
        {
            "schema": "qa.conversation/1",
            "id": kept.id,
            "corpus": "/docs",
            "created": NOW.isoformat(),
        },
        {"asked": NOW.isoformat(), "answer": answer_to_json(found, hits=False)},
        {"title": "Another"},
    ]
    return [
        "\n".join(map(json.dumps, lines)).encode(),
        *(write(kept, "{title}").encode() for write in FORMATS.values()),
        json.dumps(answer_to_json(found, hits=False)).encode(),
    ]  # fmt: skip


_MAIL = (
    b"From: Anna <a@example.org>\nTo: b@example.org\nSubject: =?utf-8?q?The_light?=\n"
    b"Date: Wed, 12 Feb 2020 12:00:00 +0000\nMIME-Version: 1.0\n"
    b"Content-Type: multipart/mixed; boundary=x\n\n--x\nContent-Type: text/plain; charset=latin-1\n"
    b"Content-Transfer-Encoding: quoted-printable\n\nThe light burns.=20\n> It does.\n--x\n"
    b"Content-Type: text/html\n\n<p>The light <b>burns</b>.</p>\n--x\n"
    b"Content-Type: text/csv; name=a.csv\nContent-Disposition: attachment; filename=a.csv\n\n"
    b"a,b\n1,2\n--x--\n"
)
_PAGE = (
    b"<!doctype html><html lang=en><head><title>Light</title><meta name=author content=Anna>"
    b"<base href=x><script>x()</script></head><body><nav><a href=/>Home</a></nav><main><h1>Light"
    b"</h1><p>It <em>burns</em> at night.<table><tr><th>a<td>b</table><ul><li>one<li>two</ul><pre>x"
    b"\n  y</pre></main><footer>&copy; 2020</footer>"
)
_TEXT = (
    b"Title\n=====\n\nThe keeper of the light was called Anna.\r\nShe came in 1904.\n\n"
    b"* one\n* two\n"
)
_MARKED = (
    b"---\ntitle: Light\nauthor: Anna\n---\n# Light\n\nIt burns.\n\n```\n# x\n```\n\nSub\n---\n\n"
    b"| a | b |\n|---|---|\n| 1 | 2 |\n\n- *one* [two](three)\n"
)
_TIMES = (
    b"WEBVTT\n\n1\n00:00:01.000 --> 00:00:03.000 align:start\n<v Anna>The light burns.\n\n"
    b"2\n00:04,0 --> 00:05,0\nYes.\n"
)
_CONFIG = (
    b'top_k = 6\nthreshold = "strict"\nwatch = true\ncitation_style = "{title}"\n'
    b'[keys]\nexport = "f5"\n'
)
_ASKED = (
    b"documents: docs\nquestions:\n- question: Who?\n  answer: [Anna]\n  document: a.md\n"
    b"- question: Why?\n  answerable: false\n"
)


def targets() -> dict[str, Target]:
    """All of them by name."""
    made = {
        "text": Target(loader("a.txt"), [_TEXT, "\ufeffÄ".encode("utf-16")]),
        "markdown": Target(loader("a.md"), [_MARKED, *_fixtures("tidal.md")]),
        "html": Target(loader("a.html"), [_PAGE]),
        "latex": Target(loader("a.tex"), _fixtures("tidal.tex")),
        "org": Target(loader("a.org"), _fixtures("tidal.org")),
        "rst": Target(loader("a.rst"), _fixtures("tidal.rst")),
        "pdf": Target(loader("a.pdf"), _fixtures("writer/tidal.pdf")),
        "rtf": Target(loader("a.rtf"), _fixtures("tidal.rtf", "writer/tidal.rtf")),
        "table": Target(loader("a.csv"), [*_fixtures("tidal.csv"), b'a;b\n1;"x\ny"\n']),
        "webarchive": Target(loader("a.mhtml"), _fixtures("tidal.mhtml")),
        "email": Target(loader("a.eml"), [_MAIL]),
        "notebook": Target(loader("a.ipynb"), _fixtures("tidal.ipynb")),
        "subtitles": Target(loader("a.vtt"), [_TIMES]),
        "gzipped": Target(loader("a.md.gz"), [gzip.compress(_MARKED, mtime=0)]),
        "mbox": Target(archive("a.mbox"), [b"From a@b Wed Feb 12 12:00:00 2020\n" + _MAIL]),
        "zip": Target(archive("a.zip"), _fixtures("tidal.epub")),
        "config": Target(config, [_CONFIG]),
        "questions": Target(question_file, [_ASKED]),
        "saved": Target(saved, _written()),
        "conversation": Target(conversation, _written()[:1]),
        "output": Target(output, [_TEXT, _MARKED]),
        "question": Target(question, [
            b"Who built mill number 3?\nAnd number 4?", b'what do they say about "the guild"?\nwhy',
            b"compare mills 1 and mills 2 on age\nsummarise the second document",
        ]),
    }  # fmt: skip
    for fixture in ("tidal.docx", "tidal.pptx", "tidal.odt", "tidal.epub", "writer/tidal.xlsx",
                    "writer/tidal.ods", "writer/tidal.odp"):  # fmt: skip
        made[Path(fixture).suffix[1:]] = packed_loader(FIXTURES / fixture)
    return made
