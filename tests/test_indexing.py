import os
import signal
import subprocess
import sys
import textwrap
import time
from dataclasses import replace
from pathlib import Path

import pytest

from qa import FakeEncoder, Index, Retriever
from qa.documents import FolderSource
from qa.errors import (
    Cancelled,
    FolderError,
    ForeignIndexError,
    IndexMismatchError,
    NoDocumentsError,
)
from qa.indexing import index_folder, update
from qa.types import Skipped
from tests.conftest import write


def build(folder: Path, index: Path, fake: FakeEncoder, **more):
    with Index(index, fake) as found:
        return update(found, FolderSource(folder), **more)


def paths(index: Path, fake: FakeEncoder) -> list[str]:
    with Index(index, fake) as found:
        return [source.path for source in found.store.sources()]


@pytest.fixture
def folder(tmp_path):
    return write(tmp_path / "docs", a__txt="Alpha beta.", b__md="# B\n\nGamma delta.")


@pytest.fixture
def where(tmp_path):
    return tmp_path / "index"


def test_a_folder_is_indexed_and_found(folder, where, fake):
    with index_folder(folder, where, encoder=fake) as index:
        hits = Retriever(index).search("gamma delta", 1)
    assert [hit.passage.path for hit in hits] == ["b.md"]


def test_an_unchanged_folder_embeds_nothing(folder, where, fake):
    assert build(folder, where, fake).embedded == 2
    report = build(folder, where, FakeEncoder())
    assert (report.embedded, report.unchanged, report.added) == (0, 2, 0)


def test_an_unchanged_folder_reads_no_file(folder, where, fake, monkeypatch):
    build(folder, where, fake)
    monkeypatch.setattr(FolderSource, "load", lambda *_: pytest.fail("loaded"))
    build(folder, where, fake)


def test_only_what_changed_is_embedded(folder, where, fake):
    build(folder, where, fake)
    write(folder, a__txt="Alpha other.")
    report = build(folder, where, fake)
    assert (report.changed, report.embedded) == (1, 1)


def test_a_touched_file_is_hashed_and_left_alone(folder, where, fake):
    build(folder, where, fake)
    os.utime(folder / "a.txt", ns=(1, 1))
    assert build(folder, where, fake).embedded == 0
    assert build(folder, where, fake).unchanged == 2


def test_deleted_and_renamed_files_leave_no_ghosts(folder, where, fake):
    build(folder, where, fake)
    (folder / "a.txt").unlink()
    (folder / "b.md").rename(folder / "c.md")
    report = build(folder, where, fake)
    assert (report.deleted, report.renamed, report.embedded) == (1, 1, 0)
    assert paths(where, fake) == ["c.md"]
    with Index(where, fake) as index:
        assert [hit.passage.path for hit in Retriever(index).search("alpha gamma", 9)] == ["c.md"]


def test_two_files_that_swap_names_are_both_right(tmp_path, where, fake):
    folder = write(tmp_path / "docs", a__txt="Alpha words.", b__txt="Beta words.")
    build(folder, where, fake)
    (folder / "a.txt").rename(folder / "x")
    (folder / "b.txt").rename(folder / "a.txt")
    (folder / "x").rename(folder / "b.txt")
    build(folder, where, fake)
    with Index(where, fake) as index:
        texts = [index.store.document(path).text for path in ("a.txt", "b.txt")]
        assert texts == ["Beta words.", "Alpha words."]
        assert len(Retriever(index).search("words", 9)) == 2


def test_a_folder_that_vanished_leaves_its_index_alone(folder, where, fake):
    with Index(where, fake) as index:
        source = FolderSource(folder)
        update(index, source)
        folder.rename(folder.with_name("elsewhere"))
        with pytest.raises(FolderError, match="cannot be listed"):
            update(index, source)
        assert index.store.counts() == (2, 2)


def test_documents_of_a_folder_that_cannot_be_listed_stay(folder, where, fake, monkeypatch):
    write(folder / "sub", c__txt="Epsilon.")
    build(folder, where, fake)
    listing = os.scandir

    def refuse(path):
        if str(path).endswith("sub"):
            raise PermissionError(13, "Permission denied")
        return listing(path)

    monkeypatch.setattr(os, "scandir", refuse)
    report = build(folder, where, fake)
    assert report.deleted == 0 and report.documents == 3
    assert [item.path for item in report.skipped] == ["sub"]


def test_an_index_is_not_taken_from_another_folder(folder, where, fake, tmp_path):
    build(folder, where, fake)
    other = write(tmp_path / "other", z__txt="Zeta.")
    with pytest.raises(ForeignIndexError, match="is that of"):
        build(other, where, fake)
    assert paths(where, fake) == ["a.txt", "b.md"]
    build(other, where, fake, rebuild=True)
    assert paths(where, fake) == ["z.txt"]


def test_a_raised_limit_is_heeded(tmp_path, where, fake):
    folder = write(tmp_path / "docs", a__txt="Alpha.", big__txt="word " * 300_000)
    with Index(where, fake) as index:
        assert len(update(index, FolderSource(folder, 1)).skipped) == 1
    big = write(tmp_path / "docs", big__txt="word. " * 300_000)
    with Index(where, fake) as index:
        assert update(index, FolderSource(big, 1)).skipped[0].reason.startswith("larger than 1 MB")
        assert update(index, FolderSource(big, 64)).skipped == ()


def test_a_file_that_breaks_a_library_stops_nobody_else(folder, where, fake, monkeypatch):
    import qa.formats

    extract = qa.formats.extract

    def broken(data, name):
        if name == "a.txt":
            raise UnicodeError("odd")
        return extract(data, name)

    monkeypatch.setattr(qa.formats, "extract", broken)
    report = build(folder, where, fake)
    assert report.documents == 1 and "UnicodeError: odd" in report.skipped[0].reason


def test_a_file_dated_beyond_what_the_store_holds_is_indexed(folder, where, fake):
    try:
        os.utime(folder / "a.txt", (2**34, 2**34))
    except OverflowError:
        pytest.skip("this file system holds no such date")
    assert build(folder, where, fake).documents == 2


def test_ten_thousand_unchanged_files_are_neither_read_nor_embedded(tmp_path, where, monkeypatch):
    folder = tmp_path / "docs"
    for number in range(10_000):
        file = folder / f"{number % 100:02}" / f"{number}.txt"
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(f"File {number}.")
    build(folder, where, FakeEncoder(8))
    monkeypatch.setattr(FolderSource, "load", lambda *_: pytest.fail("loaded"))
    again = FakeEncoder(8)
    assert build(folder, where, again).unchanged == 10_000 and again.encoded == 0


def test_a_file_that_became_unreadable_is_dropped_with_its_reason(folder, where, fake):
    build(folder, where, fake)
    (folder / "a.txt").write_bytes(b"\x00\x01\x02" * 100)
    report = build(folder, where, fake)
    assert paths(where, fake) == ["b.md"]
    assert [item.path for item in report.skipped] == ["a.txt"]


def test_a_skipped_file_is_not_read_again_until_it_changes(folder, where, fake, monkeypatch):
    (folder / "bad.txt").write_bytes(b"\x00" * 10)
    build(folder, where, fake)
    monkeypatch.setattr(FolderSource, "load", lambda *_: pytest.fail("loaded"))
    assert [item.path for item in build(folder, where, fake).skipped] == ["bad.txt"]


def test_the_same_words_in_two_files_are_embedded_once(tmp_path, where, fake):
    write(tmp_path / "docs", a__md="# T\n\nSame words here.", b__md="# T\n\nSame words here.")
    assert build(tmp_path / "docs", where, fake).embedded == 1


def test_an_empty_folder_says_so(tmp_path, where, fake):
    with pytest.raises(NoDocumentsError, match="empty"):
        build(write(tmp_path / "docs"), where, fake)


def test_a_folder_with_nothing_readable_says_so(tmp_path, where, fake):
    folder = write(tmp_path / "docs")
    (folder / "a.txt").write_bytes(b"\x7fELF\x00\x00")
    (folder / "b.png").write_bytes(b"\x89PNG")
    with pytest.raises(NoDocumentsError, match="2 files were skipped"):
        build(folder, where, fake)


def test_a_folder_that_was_emptied_empties_the_index(folder, where, fake):
    build(folder, where, fake)
    for file in folder.iterdir():
        file.unlink()
    with pytest.raises(NoDocumentsError):
        build(folder, where, fake)
    assert paths(where, fake) == []


def test_another_model_asks_for_a_rebuild(folder, where, fake):
    build(folder, where, fake)
    with pytest.raises(IndexMismatchError, match="other model: fake-64 there, fake-32 here"):
        Index(where, FakeEncoder(32))


def test_another_window_asks_for_a_rebuild(folder, where, fake):
    build(folder, where, fake)
    with pytest.raises(IndexMismatchError, match="other passages"):
        Index(where, FakeEncoder(max_tokens=100))


@pytest.mark.skipif(os.name == "nt", reason="Windows has other permissions")
def test_what_is_made_of_the_documents_is_for_the_user_alone(folder, where, fake):
    where.mkdir(mode=0o755)  # made by the user, for others to look into
    build(folder, where, fake)
    for entry in where.iterdir():
        told = entry.name.endswith((".json", ".lock"))  # of which version it is, and whose turn
        assert told or not entry.stat().st_mode & 0o077, entry.name


def test_a_long_document_is_stopped_while_it_is_read(tmp_path, where, fake):
    folder = write(tmp_path / "docs", a__tex="A line.\n\n" * 5_000)
    asked = []

    def cancelled():
        asked.append(1)
        return len(asked) > 100

    with pytest.raises(Cancelled):
        build(folder, where, fake, cancelled=cancelled)
    assert len(asked) == 101


def test_a_rebuild_embeds_everything_and_gives_the_same_answers(folder, where, fake):
    build(folder, where, fake)
    report = build(folder, where, fake, rebuild=True)
    assert report.embedded == 2
    with Index(where, fake) as index:
        assert [hit.passage.path for hit in Retriever(index).search("alpha", 9)] == [
            "a.txt",
            "b.md",
        ]


def test_progress_ends_with_everything_done(folder, where, fake):
    seen = []
    build(folder, where, fake, progress=seen.append)
    assert (seen[-1].documents_done, seen[-1].documents_total, seen[-1].passages_done) == (2, 2, 2)
    assert [item.documents_done for item in seen] == sorted(item.documents_done for item in seen)


def test_progress_is_told_by_size_and_the_time_left_by_the_pace_of_late(tmp_path, where, fake):
    """The first hundred files take no time, as those whose vectors were kept do."""
    folder = write(
        tmp_path / "docs", **{f"f{i:03}__txt": f"Words of file {i:03}." for i in range(200)}
    )
    now, seen = 0.0, []

    def told(progress):
        nonlocal now
        now += 0.001 if progress.documents_done < 100 else 1.0
        seen.append(progress)

    build(folder, where, fake, progress=told, clock=lambda: now)
    half_way = next(one for one in seen if one.documents_done == 130)
    assert half_way.share == pytest.approx(130 / 200)
    assert half_way.seconds_left == pytest.approx(70, abs=5)
    assert seen[-1].share == 1.0


def test_the_time_left_is_told_also_of_files_that_take_long(tmp_path, where, fake):
    folder = write(tmp_path / "docs", **{f"f{i}__txt": f"Words of file {i}." for i in range(10)})
    now, seen = 0.0, []

    def told(progress):
        nonlocal now
        seen.append((now, progress))
        now += 300.0

    build(folder, where, fake, progress=told, clock=lambda: now)
    assert all(
        one.seconds_left == pytest.approx(300 * (10 - one.documents_done), rel=0.4)
        for _, one in seen[2:-2]
    )


def test_a_cancelled_run_keeps_what_was_done_and_goes_on(tmp_path, where, fake):
    folder = write(
        tmp_path / "docs", **{f"f{i:03}__txt": f"Words of file {i}." for i in range(300)}
    )
    seen = []
    with pytest.raises(Cancelled):
        build(folder, where, fake, progress=seen.append,
              cancelled=lambda: bool(seen) and seen[-1].documents_done > 150)  # fmt: skip
    done = fake.encoded
    assert 0 < done < 300
    build(folder, where, fake)
    assert fake.encoded == 300 and len(paths(where, fake)) == 300


def test_a_long_document_is_committed_piece_by_piece(tmp_path, where, fake):
    text = "\n\n".join(f"# H{i}\n\nSentence number {i} stands here." for i in range(2_000))
    folder = write(tmp_path / "docs", a__md=text)
    with pytest.raises(Cancelled):
        build(folder, where, fake, cancelled=lambda: fake.encoded > 500)
    done = fake.encoded
    build(folder, where, fake)
    assert fake.encoded <= 2_000 and done > 500


KILLED = """
    import sys, time
    from pathlib import Path
    from qa import FakeEncoder, Index
    from qa.documents import FolderSource
    from qa.indexing import update

    class Slow(FakeEncoder):
        def encode(self, texts):
            time.sleep(0.02)
            return super().encode(texts)

    with Index(sys.argv[2], Slow()) as index:
        print("ready", flush=True)
        update(index, FolderSource(Path(sys.argv[1])))
        print("done", flush=True)
"""


@pytest.mark.parametrize("signal_number", [signal.SIGKILL, signal.SIGINT])
@pytest.mark.parametrize("delay", [0.03, 0.15, 0.4])
def test_a_process_stopped_at_any_moment_loses_nothing(tmp_path, where, fake, delay, signal_number):
    names = {f"f{i:04}__txt": f"Words of file number {i} are here." for i in range(1_500)}
    folder = write(tmp_path / "docs", **names)
    process = subprocess.Popen(
        [sys.executable, "-c", textwrap.dedent(KILLED), str(folder), str(where)],
        stdout=subprocess.PIPE, stderr=subprocess.DEVNULL,
    )  # fmt: skip
    process.stdout.readline()
    time.sleep(delay)
    process.send_signal(signal_number)
    process.wait()
    process.stdout.close()
    with Index(where, fake) as index:
        before = index.store.connection().execute("SELECT count(*) FROM vectors").fetchone()[0]
        assert index.store.connection().execute("PRAGMA integrity_check").fetchone() == ("ok",)
        update(index, FolderSource(folder))
        assert index.store.counts() == (1_500, 1_500)
        assert fake.encoded == 1_500 - before
        [hit] = Retriever(index).search("file number 1234", 1)
        assert hit.passage.path == "f1234.txt"


def test_ctrl_c_while_a_batch_is_embedded_keeps_the_batch(tmp_path, where):
    previous = signal.signal(signal.SIGINT, signal.default_int_handler)  # off in the background

    class Interrupting(FakeEncoder):
        def encode(self, texts):
            if not self.encoded:
                time.sleep(0.2)  # by then the main thread waits for it
                os.kill(os.getpid(), signal.SIGINT)
                time.sleep(0.2)
            return super().encode(texts)

    folder = write(tmp_path / "docs", **{f"f{i:03}__txt": f"Words of {i}." for i in range(200)})
    fake = Interrupting()
    try:
        with pytest.raises(KeyboardInterrupt):
            build(folder, where, fake)
    finally:
        signal.signal(signal.SIGINT, previous)
    done = fake.encoded
    build(folder, where, fake)
    assert done and fake.encoded == 200


def test_an_index_of_other_loaders_is_read_anew_and_only_changes_are_embedded(
    folder, where, fake, monkeypatch
):
    (folder / "c.pdf").write_bytes(b"no PDF")
    build(folder, where, fake)
    monkeypatch.setattr("qa.indexing.READING", 9999)
    load = FolderSource.load
    seen = []

    def better(self, file):
        seen.append(file.path)
        if file.path == "c.pdf":  # which could not be read before
            return replace(load(self, replace(file, path="a.txt")), path="c.pdf", sha256="c")
        document = load(self, file)
        return replace(document, text="Alpha beta^2.") if file.path == "a.txt" else document

    monkeypatch.setattr(FolderSource, "load", better)
    report = build(folder, where, FakeEncoder())
    assert sorted(seen) == ["a.txt", "b.md", "c.pdf"]
    assert (report.added, report.changed, report.unchanged) == (1, 1, 1)
    assert report.embedded == 1 and not report.skipped  # the text of c.pdf is a known one
    seen.clear()
    assert build(folder, where, FakeEncoder()).unchanged == 3 and not seen


def test_reading_anew_goes_on_where_it_was_stopped(folder, where, fake, monkeypatch):
    build(folder, where, fake)
    monkeypatch.setattr("qa.indexing.READING", 9999)
    with pytest.raises(Cancelled):
        build(folder, where, fake, cancelled=lambda: True)
    load, seen = FolderSource.load, []
    monkeypatch.setattr(
        FolderSource, "load", lambda self, file: (seen.append(file.path), load(self, file))[1]
    )
    assert build(folder, where, fake).unchanged == 2
    assert len(seen) == 2


def test_what_could_not_be_listed_is_read_anew_later(folder, where, fake, monkeypatch):
    (folder / "sub").mkdir(exist_ok=True)
    (folder / "sub" / "b.txt").write_text("There are 106 cells.")
    build(folder, where, fake)
    monkeypatch.setattr("qa.indexing.READING", 9999)
    scan = FolderSource.scan

    def offline(self):
        files, skipped = scan(self)
        gone = Skipped("sub", "it cannot be listed", unlisted=True)
        return [one for one in files if not one.path.startswith("sub/")], [*skipped, gone]

    monkeypatch.setattr(FolderSource, "scan", offline)
    build(folder, where, fake)
    monkeypatch.setattr(FolderSource, "scan", scan)
    load, seen = FolderSource.load, []
    monkeypatch.setattr(
        FolderSource, "load", lambda self, file: (seen.append(file.path), load(self, file))[1]
    )
    build(folder, where, fake)
    assert "sub/b.txt" in seen


def test_a_file_renamed_since_other_loaders_read_it_has_the_places_of_now(
    folder, where, fake, monkeypatch
):
    build(folder, where, fake)
    monkeypatch.setattr("qa.indexing.READING", 9999)
    load = FolderSource.load
    monkeypatch.setattr(
        FolderSource, "load", lambda *given: replace(load(*given), places=((0, "slide 7"),))
    )
    (folder / "b.md").rename(folder / "d.md")  # its title is a heading, not its name
    build(folder, where, fake)
    with Index(where, fake) as index:
        for path in ("a.txt", "d.md"):
            assert index.store.document(path).places == ((0, "slide 7"),)


@pytest.mark.parametrize("rebuild", [False, True])
def test_what_stands_in_every_document_keeps_none_back(tmp_path, where, fake, rebuild):
    """A text that waits again for a later document is there for the earlier ones."""
    copies = {
        f"{number:03}__md": f"# Notes\n\nTold {number}.\n\n# End\n\nAlike." for number in range(400)
    }
    folder = write(tmp_path / "docs", **copies)
    seen = []
    build(folder, where, fake, progress=seen.append, rebuild=rebuild)
    half_way = next(one for one in seen if one.documents_done >= 300)
    assert half_way.passages_done >= 60
