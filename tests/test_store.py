import os
import sqlite3
from contextlib import closing

import numpy as np
import pytest

from qa.errors import (
    ForeignIndexError,
    IndexDamagedError,
    IndexingError,
    IndexLockedError,
    IndexMismatchError,
)
from qa.store import NewDocument, Store, embedding_hash
from qa.types import Chunk, Heading, Manifest, Span
from tests.conftest import document


def new(path: str, text: str, *spans: tuple[int, int]) -> NewDocument:
    chunks = tuple(Chunk(Span(*span), ("H",)) for span in spans or [(0, len(text))])
    hashes = tuple(embedding_hash(chunk.span.of(text)) for chunk in chunks)
    return NewDocument(document(text, path), chunks, hashes, len(text), 1)


def put(store: Store, *documents: NewDocument) -> None:
    hashes = [digest for item in documents for digest in item.hashes]
    store.add_vectors(hashes, np.eye(len(hashes), 4, dtype=np.float32))
    store.replace(documents)


@pytest.fixture
def store(tmp_path):
    found = Store(tmp_path / "index")
    yield found
    found.close()


def test_a_passages_text_is_that_of_its_document_at_its_span(store):
    text = "héllo 👩‍👩‍👧 wörld " * 9_000  # more than one block of stored text
    spans = [(0, 5), (32_760, 32_790), (65_000, 99_000), (len(text) - 3, len(text))]
    put(store, new("a.txt", text, *spans))
    for passage in store.passages([1, 2, 3, 4]).values():
        assert passage.text == passage.span.of(text)


def test_a_document_comes_back_as_it_was_written(store):
    written = document(
        "# A\r\nb\x00c\ud7ff", "x/ü.md", "Title", pages=(0, 3), lines=((0, 1), (4, 9)),
        headings=(Heading(Span(0, 3), 1, "A"),), metadata={"author": "Me"}, format="markdown",
    )  # fmt: skip
    store.replace([NewDocument(written, (), (), 9, 9)])
    assert store.document("x/ü.md") == written
    assert store.document("nothing") is None


def test_replacing_a_document_leaves_no_ghost(store):
    put(store, new("a.txt", "old words"))
    put(store, new("a.txt", "new words"))
    assert store.counts() == (1, 1)
    assert store.deleted_since(0) == [1]
    assert [passage.text for passage in store.passages_since(0)] == ["new words"]


def test_passage_ids_are_never_used_again(store):
    put(store, new("a.txt", "one"))
    store.replace([], delete=[1])
    put(store, new("b.txt", "two"))
    assert [passage.passage_id for passage in store.passages_since(0)] == [2]


def test_every_change_of_passages_raises_the_generation(store):
    generations = [store.generation]
    put(store, new("a.txt", "one"))
    generations.append(store.generation)
    store.replace([], delete=[1])
    generations.append(store.generation)
    assert generations == sorted(set(generations))


def test_a_failed_transaction_changes_nothing(store):
    put(store, new("a.txt", "one"))
    before = store.generation
    broken = NewDocument(document("two", "b.txt"), (Chunk(Span(0, 3)),), (), 3, 1)
    with pytest.raises(ValueError):
        store.replace([broken])
    assert store.counts() == (1, 1) and store.generation == before


def test_vectors_are_kept_by_the_text_they_embed(store):
    put(store, new("a.txt", "same words"), new("b.txt", "same words"))
    [(ids, vectors)] = store.vectors_since(0)
    assert ids.tolist() == [1, 2] and np.array_equal(vectors[0], vectors[1])
    digest = embedding_hash("same words")
    assert store.known_vectors([digest, embedding_hash("other")]) == {digest}


def test_vectors_nobody_uses_are_dropped(store):
    put(store, new("a.txt", "one"))
    store.replace([], delete=[1])
    store.drop_unused_vectors()
    assert store.known_vectors([embedding_hash("one")]) == set()


def test_only_one_process_writes_at_a_time(store):
    other = Store(store.directory)
    message = "Another process"
    with store.writing(), pytest.raises(IndexLockedError, match=message), other.writing():
        pass
    with other.writing():
        pass
    other.close()


def test_an_index_of_another_version_is_refused(store):
    store.close()
    with sqlite3.connect(store.file) as db:
        db.execute("PRAGMA user_version = 99")
    db.close()
    with pytest.raises(IndexMismatchError, match="layout 99"):
        Store(store.directory)


def test_a_file_that_is_no_database_is_damaged(tmp_path):
    (tmp_path / "index.sqlite").write_bytes(b"not a database at all" * 100)
    with pytest.raises(IndexDamagedError, match="damaged"):
        Store(tmp_path)


def test_somebody_elses_database_is_left_alone(tmp_path):
    with sqlite3.connect(tmp_path / "index.sqlite") as db:
        db.execute("CREATE TABLE theirs (x)")
    db.close()
    before = (tmp_path / "index.sqlite").read_bytes()
    with pytest.raises(ForeignIndexError, match="another program"):
        Store(tmp_path)
    assert (tmp_path / "index.sqlite").read_bytes() == before


def test_a_full_disk_says_what_is_safe(store):
    pages = store.connection().execute("PRAGMA page_count").fetchone()[0]
    store.connection().execute(f"PRAGMA max_page_count = {pages + 1}")
    with pytest.raises(IndexingError, match=r"full.*What was indexed before is safe"):
        put(store, new("a.txt", "word " * 50_000))
    assert store.counts() == (0, 0)


def test_a_directory_that_cannot_be_made_is_an_error(tmp_path):
    (tmp_path / "file").write_text("x")
    with pytest.raises(IndexingError, match="cannot be used"):
        Store(tmp_path / "file" / "index")


def test_the_manifest_comes_back(store):
    assert store.manifest is None
    store.set_manifest(Manifest(1, "model", 4, "chunks"))
    assert store.manifest == Manifest(1, "model", 4, "chunks")


def test_a_directory_with_somebody_elses_files_is_refused(tmp_path):
    (tmp_path / "thesis.txt").write_text("mine")
    with pytest.raises(ForeignIndexError, match="holds files but no index"):
        Store(tmp_path)
    assert [file.name for file in tmp_path.iterdir()] == ["thesis.txt"]


def test_a_threads_connection_goes_with_the_thread(store):
    import threading

    for _ in range(20):
        thread = threading.Thread(target=store.counts)
        thread.start()
        thread.join()
    assert len(store._holders) == 1


def test_an_index_serves_one_folder_only(store):
    store.claim("/a")
    store.claim("/a")
    with pytest.raises(ForeignIndexError, match="is that of /a, not of /b"):
        store.claim("/b")
    store.claim("/b", anew=True)
    store.claim("/b")


@pytest.mark.skipif(os.name == "nt", reason="modes are of POSIX")
def test_an_index_is_for_the_user_alone(tmp_path):
    (tmp_path / "open").mkdir(mode=0o755)
    for where in (tmp_path / "new" / "index", tmp_path / "open"):
        with closing(Store(where)) as store:
            store.set_manifest(Manifest(1, "model", 3, "sentences"))
            modes = {file.name: file.stat().st_mode & 0o777 for file in where.iterdir()}
        assert modes["index.sqlite"] == 0o600
        assert {mode for name, mode in modes.items() if "sqlite" in name} == {0o600}
    assert (tmp_path / "new" / "index").stat().st_mode & 0o777 == 0o700
