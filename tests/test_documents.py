from __future__ import annotations

import hashlib
import os
import shutil
import socket
import subprocess
import sys
from pathlib import Path

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from qa.documents import FolderSource, SourceFile, load_file
from qa.errors import DocumentError, FolderError
from qa.types import Skipped

posix = pytest.mark.skipif(os.name == "nt", reason="needs POSIX files")
not_root = pytest.mark.skipif(
    hasattr(os, "geteuid") and os.geteuid() == 0, reason="root may read everything"
)


def write(folder: Path, path: str, text: str = "Some words.") -> Path:
    file = folder / path
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(text, encoding="utf-8")
    return file


def paths(folder: Path) -> list[str]:
    return [file.path for file in FolderSource(folder).scan()[0]]


def skipped(folder: Path) -> dict[str, str]:
    return {entry.path: entry.reason for entry in FolderSource(folder).scan()[1]}


# The folder


def test_a_missing_folder_is_an_error_that_names_it(tmp_path: Path) -> None:
    with pytest.raises(FolderError, match=r"no folder .*nowhere"):
        FolderSource(tmp_path / "nowhere")


def test_a_file_is_no_folder(tmp_path: Path) -> None:
    with pytest.raises(FolderError, match="is a file, not a folder"):
        FolderSource(write(tmp_path, "a.txt"))


@posix
@not_root
def test_a_folder_that_may_not_be_read_is_an_error(tmp_path: Path) -> None:
    closed = tmp_path / "closed"
    closed.mkdir(mode=0)
    try:
        with pytest.raises(FolderError, match="may not be read"):
            FolderSource(closed)
    finally:
        closed.chmod(0o700)


def test_an_error_about_the_folder_says_what_to_do(tmp_path: Path) -> None:
    with pytest.raises(FolderError) as caught:
        FolderSource(tmp_path / "nowhere")
    assert caught.value.hint


def test_an_empty_folder_is_no_error(tmp_path: Path) -> None:
    assert FolderSource(tmp_path).scan() == ([], [])


# What a scan finds


def test_files_come_sorted_with_posix_paths(tmp_path: Path) -> None:
    for path in ("b.md", "a/z.txt", "a/b/c.html", "README", "README.Debian", "d.PDF", "b.xyz",
                 "README.md~", "notice.doc", "README.png"):  # fmt: skip
        write(tmp_path, path)
    assert paths(tmp_path) == ["README", "README.Debian", "a/b/c.html", "a/z.txt", "b.md", "d.PDF"]


def test_a_file_carries_its_size_and_time(tmp_path: Path) -> None:
    status = write(tmp_path, "a.txt", "12345").stat()
    assert FolderSource(tmp_path).scan()[0] == [SourceFile("a.txt", 5, status.st_mtime_ns)]


def test_hidden_and_tool_folders_are_passed_over_silently(tmp_path: Path) -> None:
    for path in (".git/a.md", ".hidden.md", "node_modules/x/readme.md", "__pycache__/a.txt"):
        write(tmp_path, path)
    write(tmp_path, "env/pyvenv.cfg")
    write(tmp_path, "env/lib/a.txt")
    assert FolderSource(tmp_path).scan() == ([], [])


def test_an_unknown_format_is_skipped_by_name(tmp_path: Path) -> None:
    write(tmp_path, "letter.djvu")
    assert skipped(tmp_path) == {"letter.djvu": "format .djvu is not read"}


@posix
def test_no_file_is_opened_by_a_scan(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    write(tmp_path, "a.txt")
    source = FolderSource(tmp_path)

    def refuse(*_: object, **__: object) -> None:
        raise AssertionError("opened")

    monkeypatch.setattr("builtins.open", refuse)
    monkeypatch.setattr(os, "open", refuse)
    assert source.scan()[0]


def test_every_file_of_nested_folders_is_scanned(tmp_path: Path) -> None:
    for folder in range(20):
        inner = tmp_path / f"a{folder % 4}" / f"b{folder}"
        inner.mkdir(parents=True)
        for number in range(20):
            (inner / f"{number}.md").touch()
    write(tmp_path, ".gitignore", "*.log\nbuild/\n/tmp/**\n")
    assert len(FolderSource(tmp_path).scan()[0]) == 400


# Ignore files


@pytest.mark.parametrize("name", [".gitignore", ".ignore", ".qaignore"])
def test_ignored_files_are_skipped_with_the_file_that_says_so(tmp_path: Path, name: str) -> None:
    write(tmp_path, name, "*.log\n")
    write(tmp_path, "a.log")
    assert skipped(tmp_path) == {"a.log": f"ignored by {name}"}


def test_an_ignored_folder_is_one_entry_and_is_not_entered(tmp_path: Path) -> None:
    write(tmp_path, ".gitignore", "build/\n")
    write(tmp_path, "build/.gitignore", "!*\n")
    write(tmp_path, "build/a.md")
    write(tmp_path, "build/b.md")
    assert FolderSource(tmp_path).scan() == ([], [Skipped("build", "ignored by .gitignore")])


def test_a_deeper_ignore_file_overrides_an_outer_one(tmp_path: Path) -> None:
    write(tmp_path, ".gitignore", "*.md\n")
    write(tmp_path, "in/.gitignore", "!keep.md\n")
    write(tmp_path, "in/keep.md")
    write(tmp_path, "in/lose.md")
    assert paths(tmp_path) == ["in/keep.md"]
    assert skipped(tmp_path)["in/lose.md"] == "ignored by .gitignore"


@pytest.mark.parametrize(
    "glob", ["*a" * 40 + "b", "**/a/" * 40 + "b", "**/*a*a*a*a*a/" * 9 + "b", "[" + "\\a" * 60]
)
def test_no_ignore_pattern_takes_long(tmp_path: Path, glob: str) -> None:
    """Not one that a naive matcher would try in more ways than there are atoms."""
    write(tmp_path, ".gitignore", glob)
    write(tmp_path, "/".join(["a" * 80] * 12 + ["a"] * 12 + ["a.txt"]))
    assert len(FolderSource(tmp_path).scan()[0]) == 1


def test_qaignore_overrides_gitignore(tmp_path: Path) -> None:
    write(tmp_path, ".gitignore", "*.md\n")
    write(tmp_path, ".qaignore", "!notes.md\n")
    write(tmp_path, "notes.md")
    assert paths(tmp_path) == ["notes.md"]


def test_an_ignore_file_with_windows_line_ends_and_a_mark_is_read(tmp_path: Path) -> None:
    (tmp_path / ".gitignore").write_bytes(b"\xef\xbb\xbf*.log\r\n*.tmp.md\r\n")
    write(tmp_path, "a.log")
    write(tmp_path, "b.tmp.md")
    assert paths(tmp_path) == []


PATTERNS = [
    "*.md", "!keep.md", "build/", "/a", "a/", "docs/*", "!docs/keep.md", "**/b", "b/**", "*",
    "a/**/foo.md", "foo*", "!foo.md", "!*/", "!*.txt", "x y.txt", "#c", "\\!x", "*.txt  ", "[ab]",
    "?oo.md", "!/a/", "docs/**/bar.txt", "!", "a/b", "[!ab]", "f[a-o]o.md", "\\*", "**", "/*",
    "[a", "a]", "[z-a]", "**/", "a/**", "\\", "/", "!!a", "***.md", "*o*.*d", "**/docs/**",
    "d*s/**/f*o.m*", "**/a/**/b*", "*e*p*.md", "a/**/**/foo.md", "**/**", "docs\\/*.txt",
    "d[o/x]cs", "a/[b/c]/foo.md",
]  # fmt: skip
NAMES = ["a", "b", "docs", "build", "foo.md", "bar.txt", "keep.md", "x y.txt"]


@pytest.mark.skipif(shutil.which("git") is None, reason="compares with git")
@example({"": ["d[o/x]cs"]})
@settings(
    max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(
    st.dictionaries(
        st.sampled_from(["", "a/", "a/b/", "docs/"]),
        st.lists(st.sampled_from(PATTERNS), max_size=4),
    )
)
def test_ignore_patterns_mean_what_they_mean_to_git(
    tmp_path: Path, ignore: dict[str, list[str]]
) -> None:
    shutil.rmtree(tmp_path, ignore_errors=True)
    for folder in ("", "a/", "a/b/", "a/docs/", "docs/", "docs/build/", "b/"):
        for name in NAMES[4:]:
            write(tmp_path, folder + name)
        write(tmp_path, f"{folder}.gitignore", "\n".join(ignore.get(folder, [])))
    subprocess.run(["git", "init", "-q", tmp_path], check=True)
    listing = subprocess.run(
        ["git", "-C", tmp_path, "ls-files", "-o", "--exclude-per-directory=.gitignore", "-z"],
        check=True,
        capture_output=True,
    ).stdout.decode()
    expected = [path for path in listing.split("\0") if path and not path.endswith(".gitignore")]
    assert paths(tmp_path) == sorted(expected)


# Links and special files


@posix
def test_links_are_not_followed_and_each_says_why(tmp_path: Path) -> None:
    outside = write(tmp_path, "outside/secret.md")
    folder = tmp_path / "folder"
    write(folder, "a/b.md")
    (folder / "out.md").symlink_to(outside)
    (folder / "out").symlink_to(outside.parent)
    (folder / "in.md").symlink_to("a/b.md")
    (folder / "a" / "loop").symlink_to(folder)
    (folder / "gone.md").symlink_to("nothing.md")
    assert paths(folder) == ["a/b.md"]
    assert skipped(folder) == {
        "out.md": "link that leads out of the folder",
        "out": "link that leads out of the folder",
        "in.md": "link to a/b.md",
        "a/loop": "link to .",
        "gone.md": "broken link",
    }


@posix
def test_a_link_put_in_place_of_a_file_after_the_scan_is_not_followed(tmp_path: Path) -> None:
    outside = write(tmp_path, "secret.md")
    folder = tmp_path / "folder"
    file = write(folder, "a.md")
    source = FolderSource(folder)
    (scanned,) = source.scan()[0]
    file.unlink()
    file.symlink_to(outside)
    with pytest.raises(DocumentError, match="link"):
        source.load(scanned)


@posix
def test_a_link_is_not_followed_when_one_file_is_loaded(tmp_path: Path) -> None:
    (tmp_path / "b.md").symlink_to(write(tmp_path, "a.md"))
    with pytest.raises(DocumentError, match="a link, which is not followed"):
        load_file(tmp_path / "b.md", "b.md")


@posix
def test_a_folder_that_became_a_link_after_the_scan_is_not_followed(tmp_path: Path) -> None:
    write(tmp_path, "outside/a.md", "Secret.")
    folder = tmp_path / "folder"
    write(folder, "in/a.md")
    source = FolderSource(folder)
    (scanned,) = source.scan()[0]
    shutil.rmtree(folder / "in")
    (folder / "in").symlink_to(tmp_path / "outside")
    with pytest.raises(DocumentError, match="out of the folder"):
        source.load(scanned)


@posix
def test_pipes_and_sockets_are_never_opened(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)  # socket paths must be short
    os.mkfifo("pipe.md")
    with socket.socket(socket.AF_UNIX) as server:
        server.bind("socket.md")
        assert skipped(tmp_path) == {
            "pipe.md": "not a regular file",
            "socket.md": "not a regular file",
        }
        with pytest.raises(DocumentError, match="not a regular file"):
            load_file(tmp_path / "pipe.md", "pipe.md")


@posix
@not_root
def test_what_may_not_be_read_is_skipped_with_that_reason(tmp_path: Path) -> None:
    write(tmp_path, "closed/a.md")
    write(tmp_path, "b.md").chmod(0)
    (tmp_path / "closed").chmod(0)
    try:
        assert skipped(tmp_path) == dict.fromkeys(("closed", "b.md"), "no permission to read")
    finally:
        (tmp_path / "closed").chmod(0o700)


@pytest.mark.skipif(sys.platform != "linux", reason="other systems refuse such names")
def test_a_name_that_is_not_unicode_is_skipped_under_a_printable_name(tmp_path: Path) -> None:
    Path(os.fsdecode(os.fsencode(tmp_path) + b"/caf\xe9.md")).write_text("x")
    assert skipped(tmp_path) == {"caf\ufffd.md": "the file name is not valid text"}


# Loading


def test_a_document_carries_text_title_format_and_digest(tmp_path: Path) -> None:
    file = write(tmp_path, "sub/a.md", "# Title\n\nWords.\n")
    source = FolderSource(tmp_path)
    document = source.load(source.scan()[0][0])
    assert (document.path, document.title, document.format) == ("sub/a.md", "Title", "markdown")
    assert document.sha256 == hashlib.sha256(file.read_bytes()).hexdigest()


def test_line_ends_are_kept_as_they_are_in_the_file(tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_bytes(b"one\r\ntwo\rthree\n")
    assert load_file(tmp_path / "a.txt", "a.txt").text == "one\r\ntwo\rthree\n"


def test_a_title_of_any_length_is_cut_to_a_line(tmp_path: Path) -> None:
    file = write(tmp_path, "a.html", f"<title>{'word ' * 500}</title><p>text")
    assert len(load_file(file, "a.html").title) <= 200


def test_the_path_given_chooses_the_format(tmp_path: Path) -> None:
    file = write(tmp_path, "moved", "# Title\n")
    assert load_file(file, "was.md").format == "markdown"


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        (b"", "empty file"),
        (b" \n\t\n", "no text in this file"),
        (b"\xef\xbb\xbf", "no text in this file"),
        (b"\x7fELF\0\0", "not text: binary data"),
    ],
)
def test_a_file_without_text_is_refused(tmp_path: Path, data: bytes, reason: str) -> None:
    (tmp_path / "a.txt").write_bytes(data)
    with pytest.raises(DocumentError, match=reason):
        load_file(tmp_path / "a.txt", "a.txt")


def test_a_text_file_over_the_limit_is_refused_with_the_setting_to_raise(tmp_path: Path) -> None:
    write(tmp_path, "a.txt", "x" * (1 << 20) + "x")
    with pytest.raises(DocumentError, match="larger than 1 MB; raise max_file_mb to index it"):
        load_file(tmp_path / "a.txt", "a.txt", max_file_mb=1)


def test_a_text_file_at_the_limit_is_read(tmp_path: Path) -> None:
    write(tmp_path, "a.txt", "x" * (1 << 20))
    assert len(load_file(tmp_path / "a.txt", "a.txt", max_file_mb=1).text) == 1 << 20


def test_a_pdf_over_the_limit_is_judged_by_its_text(tmp_path: Path) -> None:
    from reportlab.pdfgen.canvas import Canvas

    canvas = Canvas(str(tmp_path / "a.pdf"))
    canvas.drawString(72, 700, "A page with a picture.")
    canvas.save()
    with (tmp_path / "a.pdf").open("ab") as file:
        file.write(b"%" + b"x" * (2 << 20))
    assert load_file(tmp_path / "a.pdf", "a.pdf", max_file_mb=1).text == "A page with a picture."


def test_a_file_that_vanished_is_refused(tmp_path: Path) -> None:
    with pytest.raises(DocumentError, match="the file is gone"):
        FolderSource(tmp_path).load(SourceFile("a.txt", 1, 0))


def test_a_file_that_shrinks_while_it_is_read_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = write(tmp_path, "a.txt", "Twelve bytes")
    look = os.fstat

    def look_and_shrink(descriptor: int) -> os.stat_result:
        status = look(descriptor)
        os.truncate(file, 3)
        return status

    monkeypatch.setattr(os, "fstat", look_and_shrink)
    with pytest.raises(DocumentError, match="changed while it was read"):
        load_file(file, "a.txt")


def test_every_reason_is_one_plain_line(tmp_path: Path) -> None:
    for name in ("a.docx", "b.txt", "c.pdf", "d.html"):
        (tmp_path / name).write_bytes(b"\0\n")
    source = FolderSource(tmp_path)
    files, passed_over = source.scan()
    reasons = [entry.reason for entry in passed_over]
    for file in files:
        with pytest.raises(DocumentError) as caught:
            source.load(file)
        reasons.append(str(caught.value))
    assert len(reasons) == 4
    assert all(reason and "\n" not in reason for reason in reasons)


def test_importing_the_room_loads_no_heavy_library() -> None:
    heavy = "{'trafilatura', 'lxml', 'pypdfium2', 'charset_normalizer', 'torch', 'nupunkt'}"
    code = f"import sys, qa.documents, qa.formats; print({heavy} & set(sys.modules))"
    output = subprocess.run([sys.executable, "-c", code], check=True, capture_output=True)
    assert output.stdout.decode().strip() == "set()"
