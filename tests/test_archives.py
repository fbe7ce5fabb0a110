"""Archives: their members are documents, and nothing in them gets out."""

import gc
import io
import zipfile
from pathlib import Path

import pytest

from qa import archives
from qa.archives import parts_of
from qa.citations import Citer, place
from qa.documents import FolderSource
from qa.errors import DocumentError
from qa.export import source_link
from qa.types import Span
from qa.verification import verify_in_folder

MESSAGE = (
    "From: Ines <ines@example.org>\nSubject: {0}\nDate: Mon, 3 May 2021 10:00:00 +0200\n\n{1}\n"
)


def zipped(file: Path, **members: str | bytes) -> Path:
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in members.items():
            archive.writestr(name, data)
    return file


def mailbox(file: Path, *messages: tuple[str, str]) -> Path:
    told = [f"From ines Mon May  3 10:00:00 2021\n{MESSAGE.format(*one)}\n" for one in messages]
    file.write_text("".join(told))
    return file


def paths(source: FolderSource) -> list[str]:
    return [file.path for file in source.scan()[0]]


def test_members_are_documents_like_those_of_a_folder(tmp_path: Path) -> None:
    zipped(tmp_path / "Papers.ZIP", **{
        "2021/tide.md": "# Tide\n\nThe tide was high.\n", "2021/": "", "b.txt": "The mill stands.",
        ".hidden.md": "x", "__MACOSX/._b.txt": "x", "node_modules/a.md": "x",
        "image.png": b"\x89PNG",
    })  # fmt: skip
    source = FolderSource(tmp_path)
    files, skipped = source.scan()
    assert [file.path for file in files] == ["Papers.ZIP/2021/tide.md", "Papers.ZIP/b.txt"]
    assert [(one.path, one.reason) for one in skipped] == [
        ("Papers.ZIP/image.png", "format .png is not read")
    ]
    document = source.load(files[0])
    assert (document.title, document.path) == ("Tide", "Papers.ZIP/2021/tide.md")
    start = document.text.index("The tide")
    cited = Citer(document, "").cite(Span(start, start + 18), "The tide was high.", 1)
    assert place(cited) == "Papers.ZIP/2021/tide.md:3"
    assert source_link(str(tmp_path), cited).endswith("/Papers.ZIP")
    [found] = verify_in_folder(FolderSource(tmp_path), [cited])
    assert found.state == "exact"


def test_a_renamed_member_is_found_again(tmp_path: Path) -> None:
    text = "One thing.\n\nThe tide was high.\n"
    file = zipped(tmp_path / "a.zip", **{"tide.md": text})
    source = FolderSource(tmp_path)
    document = source.load(source.scan()[0][0])
    cited = Citer(document, "").cite(Span(12, 30), "The tide was high.", 1)
    zipped(file, **{"other.md": "x.", "deep/renamed.md": text})
    [found] = verify_in_folder(FolderSource(tmp_path), [cited])
    assert (found.state, found.path) == ("moved", "a.zip/deep/renamed.md")


def test_each_message_of_a_mailbox_is_a_document(tmp_path: Path) -> None:
    mailbox(
        tmp_path / "mail.mbox",
        ("First", "The tide was high.\n>From here on it fell."),
        ("Second", "A line\n\nFrom nowhere it came back."),
        ("Third", "From the start of the body."),
    )
    source = FolderSource(tmp_path)
    files = source.scan()[0]
    assert [source.load(file).title for file in files] == ["First", "Second", "Third"]
    first = source.load(files[0])
    assert first.path == "mail.mbox/00001.eml" and "\nFrom here on it fell." in first.text
    assert first.metadata["author"] == "Ines"


@pytest.mark.parametrize(
    "name", ["../out.md", "/etc/out.md", "a/../../out.md", "a\\..\\out.md", "./x.md"]
)
def test_a_name_that_leads_out_is_told_and_not_read(tmp_path: Path, name: str) -> None:
    zipped(tmp_path / "a.zip", **{name: "Words.", "good.md": "Good words."})
    source = FolderSource(tmp_path)
    files, skipped = source.scan()
    assert [file.path for file in files] == ["a.zip/good.md"]
    assert skipped[0].reason == "its name leads out of the archive"
    from qa.documents import SourceFile

    for wanted in (f"a.zip/{name}", "a.zip/../b.md", "../a.zip/good.md", "a.zip/none.md"):
        with pytest.raises(DocumentError):
            source.load(SourceFile(wanted, 1, 0))


def test_bombs_and_locks_and_nests_are_told(tmp_path: Path) -> None:
    zipped(tmp_path / "bomb.zip", **{"a.txt": b" " * (30 << 20)})
    inner = io.BytesIO()
    with zipfile.ZipFile(inner, "w") as archive:
        archive.writestr("a.md", "x")
    zipped(tmp_path / "nest.zip", **{"inner.zip": inner.getvalue(), "x.zip/a.md": "x"})
    locked = bytearray(zipped(tmp_path / "locked.zip", **{"a.md": "Words."}).read_bytes())
    locked[6] |= 1
    locked[locked.index(b"PK\x01\x02") + 8] |= 1
    (tmp_path / "locked.zip").write_bytes(locked)
    (tmp_path / "no.zip").write_bytes(b"not an archive")
    (tmp_path / "no.mbox").write_bytes(b"not a mailbox")
    source = FolderSource(tmp_path)
    files, skipped = source.scan()
    reasons = {one.path: one.reason for one in skipped}
    assert reasons == {
        "nest.zip/inner.zip": "an archive in an archive",
        "nest.zip/x.zip/a.md": "an archive in an archive",
        "no.zip": "damaged archive: it cannot be opened",
        "no.mbox": "no messages in it",
    }
    for file, why in zip(files, ("1000 times", "needs a password"), strict=True):
        with pytest.raises(DocumentError, match=why):
            source.load(file)


def test_more_members_than_anybody_reads_are_one_entry(tmp_path: Path, monkeypatch) -> None:
    monkeypatch.setattr(archives, "MOST_MEMBERS", 3)
    zipped(tmp_path / "a.zip", **{f"{n}.md": "x" for n in range(4)})
    mailbox(tmp_path / "b.mbox", *[("S", "x")] * 4)
    files, skipped = FolderSource(tmp_path).scan()
    assert not files and {one.reason for one in skipped} == {
        "it holds more than 3 files", "it holds more than 3 messages",
    }  # fmt: skip


def test_a_flipped_byte_changes_no_word_unnoticed(tmp_path: Path) -> None:
    text = "The tide was high. " * 20
    data = zipped(tmp_path / "a.zip", **{"tide.md": text}).read_bytes()
    for at in range(len(data)):
        damaged = bytearray(data)
        damaged[at] ^= 0xFF
        (tmp_path / "a.zip").write_bytes(damaged)
        source = FolderSource(tmp_path)
        for file in source.scan()[0]:
            try:
                document = source.load(file)
            except DocumentError:
                continue
            assert document.text == text


def test_a_changed_archive_is_read_anew_and_none_stays_open(tmp_path: Path) -> None:
    file = zipped(tmp_path / "a.zip", **{"a.md": "Old words."})
    source = FolderSource(tmp_path)
    [one] = source.scan()[0]
    assert source.load(one).text == "Old words."
    file.unlink()
    zipped(file, **{"a.md": "New words, and more."})
    assert source.load(one).text == "New words, and more."
    del source
    gc.collect()
    held = [str(link.resolve()) for link in Path("/proc/self/fd").glob("*")]  # none elsewhere
    assert not [name for name in held if name.startswith(str(tmp_path))]


def test_a_folder_may_be_called_like_an_archive(tmp_path: Path) -> None:
    (tmp_path / "old.zip").mkdir()
    (tmp_path / "old.zip" / "a.md").write_text("Words.")
    source = FolderSource(tmp_path)
    [file] = source.scan()[0]
    assert source.load(file).text == "Words." and source.digest(file)


@pytest.mark.parametrize(
    ("path", "parts"),
    [
        ("a/b.zip/c/d.md", ("a/b.zip", "c/d.md")), ("b.md", ("b.md", "")),
        ("a/b.zip", ("a/b.zip", "")), ("M.MBOX/00001.eml", ("M.MBOX", "00001.eml")),
    ],
)  # fmt: skip
def test_a_path_names_a_file_and_a_member(path: str, parts: tuple[str, str]) -> None:
    assert parts_of(path) == parts


def test_one_odd_archive_stops_no_other(tmp_path: Path) -> None:
    (tmp_path / "good.md").write_text("Good words.")
    data = zipped(tmp_path / "odd.zip", **{"a.md": "Words.", "b.md": "More."}).read_bytes()
    for name in (b"\0.md", b"\xff.md"):
        (tmp_path / "odd.zip").write_bytes(data.replace(b"a.md", name))
        source = FolderSource(tmp_path)
        files = source.scan()[0]
        assert "good.md" in [file.path for file in files]
        for file in files:
            try:
                source.load(file)
            except DocumentError:
                assert file.path.startswith("odd.zip")


def test_an_archive_in_a_folder_that_is_called_like_one(tmp_path: Path) -> None:
    (tmp_path / "x.zip").mkdir()
    zipped(tmp_path / "x.zip" / "y.zip", **{"a.md": "Words."})
    source = FolderSource(tmp_path)
    [file] = source.scan()[0]
    assert file.path == "x.zip/y.zip/a.md" and source.load(file).text == "Words."


def test_a_line_that_nearly_begins_a_message_takes_no_time(tmp_path: Path) -> None:
    (tmp_path / "a.mbox").write_bytes(b"From x" + b"1:11" * 50_000 + b"\n\n" + b"y" * 3_000_000)
    assert FolderSource(tmp_path).scan()[1][0].reason == "no messages in it"
