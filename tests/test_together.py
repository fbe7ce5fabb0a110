"""One index, several writers and readers; tests/faults/together.py does it for minutes."""

import contextlib
import shutil
import sqlite3
import threading
import time

import pytest

from qa import Index, Retriever
from qa.database import APPLICATION_ID
from qa.documents import FolderSource
from qa.errors import IndexLockedError, IndexMismatchError
from qa.index import open_index
from qa.index_files import held
from qa.indexing import update
from tests.conftest import write
from tests.test_indexing import build, folder, where

__all__ = ["folder", "where"]


def found_by(index, question):
    return [hit.passage.path for hit in Retriever(index).search(question, 9)]


def test_a_reader_follows_an_index_that_is_made_anew_under_it(folder, where, fake):
    build(folder, where, fake)
    with Index(where, fake) as reading, Index(where, fake) as writing:
        assert found_by(reading, "alpha")
        ids = set(reading.store.passages(range(1, 99)))
        with contextlib.closing(sqlite3.connect(where / "index.sqlite")) as db:
            db.execute("PRAGMA user_version = 99")
        write(folder, c__txt="Gamma comes third.")
        with open_index(where, fake, anew=True) as index:
            assert found_by(reading, "alpha") == []  # it is empty yet
            update(index, FolderSource(folder))
        assert found_by(reading, "gamma")[0] == "c.txt"
        assert not ids & set(reading.store.passages(range(1, 99)))  # none means another now
        assert update(writing, FolderSource(folder)).unchanged == 3


def test_a_reader_is_told_that_another_version_has_made_the_index_anew(folder, where, fake):
    build(folder, where, fake)
    with Index(where, fake) as reading:
        found_by(reading, "alpha")
        (where / "index.sqlite").unlink()
        with contextlib.closing(sqlite3.connect(where / "index.sqlite")) as db:
            db.executescript(f"PRAGMA application_id = {APPLICATION_ID}; PRAGMA user_version = 99")
        with pytest.raises(IndexMismatchError, match="layout 99"):
            found_by(reading, "alpha")


def test_an_index_that_is_deleted_while_it_is_open_is_made_again(folder, where, fake):
    build(folder, where, fake)
    with Index(where, fake) as index:
        assert found_by(index, "alpha")
        shutil.rmtree(where)
        assert found_by(index, "alpha") == []
        assert update(index, FolderSource(folder)).added == 2
        assert found_by(index, "alpha")


def test_a_reader_that_catches_up_is_in_no_writers_way(folder, where, fake):
    build(folder, where, fake)
    (folder / "a.txt").write_text("Delta comes last.")
    with Index(where, fake) as index:
        done = []
        writer = threading.Thread(target=lambda: done.append(update(index, FolderSource(folder))))
        with held(where / "lexical.lock"):
            writer.start()
            while not index.store.passages(range(3, 99)):
                time.sleep(0.01)
            with Index(where, fake) as reading:
                assert sorted(found_by(reading, "delta")) == ["a.txt", "b.md"]  # one by its vector
            assert not done
        writer.join()
    assert done[0].changed == 1


def test_two_indexers_at_once_are_told(folder, where, fake):
    with Index(where, fake) as first, Index(where, fake) as second:
        source = FolderSource(folder)
        errors = []

        def progress(_):
            if not errors:
                with pytest.raises(IndexLockedError) as caught:
                    update(second, source)
                errors.append(caught.value)

        update(first, source, progress)
        assert errors


def test_asking_works_while_another_process_indexes(folder, where, fake):
    build(folder, where, fake)
    write(folder, c__txt="Epsilon.")
    with Index(where, fake) as writer, Index(where, fake) as reader:
        found = []

        def progress(_):
            found.append(Retriever(reader).search("alpha", 9))

        update(writer, FolderSource(folder), progress)
    assert all(hits[0].passage.path == "a.txt" for hits in found)


def test_a_document_is_read_as_of_one_moment(folder, where, fake, monkeypatch):
    build(folder, where, fake)
    with Index(where, fake) as reading, Index(where, fake) as writing:
        rows = reading.store.rows

        def between(sql, values=()):
            found = rows(sql, values)
            if "text_sha256" in sql:
                (folder / "a.txt").write_text("Delta comes last.")
                update(writing, FolderSource(folder))
            return found

        monkeypatch.setattr(reading.store, "rows", between)
        assert reading.store.document("a.txt").text == "Alpha beta."
        monkeypatch.undo()
        assert reading.store.document("a.txt").text == "Delta comes last."
