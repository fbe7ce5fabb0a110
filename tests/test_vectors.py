import os
import subprocess
import sys
from contextlib import closing

import faiss
import numpy as np
import pytest

import qa.vector_base
import qa.vectors
from qa.store import Store, embedding_hash
from qa.vector_file import ListsFile, mapped
from qa.vectors import VectorIndex, needs_saving
from tests.test_store import new

DIMENSION = 8


def put(store: Store, *texts: str) -> np.ndarray:
    rng = np.random.default_rng(len(texts))
    vectors = rng.standard_normal((len(texts), DIMENSION), dtype=np.float32)
    vectors /= np.linalg.norm(vectors, axis=1, keepdims=True)
    store.add_vectors([embedding_hash(text) for text in texts], vectors)
    store.replace([new(f"{text}.txt", text) for text in texts])
    return vectors


@pytest.fixture
def store(tmp_path):
    found = Store(tmp_path)
    yield found
    found.close()


def full(descriptor: int) -> None:
    raise OSError(28, "No space left on device")


def current(store: Store) -> VectorIndex:
    found = VectorIndex(store, DIMENSION)
    found.catch_up()
    return found


def test_the_nearest_is_the_one_with_the_largest_cosine(store):
    vectors = put(store, *(f"t{i}" for i in range(50)))
    ids, scores = current(store).search(vectors[7], 3)
    expected = np.argsort(-(vectors @ vectors[7]))[:3] + 1
    assert ids.tolist() == expected.tolist() and scores[0] == pytest.approx(1, abs=1e-3)


def test_fewer_passages_than_asked_for_are_no_error(store):
    vectors = put(store, "a", "b")
    assert len(current(store).search(vectors[0], 10)[0]) == 2
    assert VectorIndex(store, DIMENSION).search(vectors[0], 10)[0].size == 0


def test_cosines_of_chosen_passages(store):
    vectors = put(store, "a", "b", "c")
    found = current(store).cosines(vectors[0], [3, 99, 1])
    assert found == pytest.approx([vectors[0] @ vectors[2], 0, 1], abs=2e-3)


def test_it_catches_up_with_additions_and_deletions(store):
    put(store, "a", "b")
    found = current(store)
    put(store, "c")
    store.replace([], delete=[1])
    found.catch_up()
    assert sorted(found.search(np.ones(DIMENSION, np.float32), 9)[0].tolist()) == [2, 3]


def test_a_saved_index_is_read_again_and_caught_up(store):
    put(store, "a", "b")
    current(store).save()
    put(store, "c")
    found = VectorIndex(store, DIMENSION)
    assert len(found) == 2
    found.catch_up()
    assert len(found) == 3


def test_a_damaged_or_partial_file_is_made_again(store):
    put(store, "a", "b")
    found = current(store)
    found.save()
    [file] = store.directory.glob("vectors-*.faiss")
    file.write_bytes(file.read_bytes()[:40])
    assert needs_saving(store)
    found = VectorIndex(store, DIMENSION)
    found.save()
    assert len(found) == 2 and found.info.vectors == 2 and not needs_saving(store)


def test_a_file_that_the_disk_had_no_room_for_is_said_and_the_older_one_stays(tmp_path):
    """Written under a limit on the size of files, in a process of its own."""
    script = (
        "import resource, signal, sys\n"
        "from pathlib import Path\n"
        "from qa.errors import IndexingError\n"
        "from qa.store import Store\n"
        "from qa.vectors import VectorIndex\n"
        "signal.signal(signal.SIGXFSZ, signal.SIG_IGN)\n"
        "store = Store(Path(sys.argv[1]))\n"
        "resource.setrlimit(resource.RLIMIT_FSIZE, (64, 64))\n"
        "try: VectorIndex(store, 8).save()\n"
        "except IndexingError as error: print(error)\n"
    )
    with closing(Store(tmp_path)) as store:
        put(store, *(f"t{i}" for i in range(50)))
        current(store).save()
        before = sorted(store.directory.glob("vectors-*"))
        put(store, "more")
    result = subprocess.run(
        [sys.executable, "-c", script, tmp_path], capture_output=True, text=True, timeout=60
    )
    assert "cannot be written" in result.stdout, result.stderr
    assert sorted(tmp_path.glob("vectors-*")) == before


def test_an_emptied_store_leaves_no_base_behind(store):
    put(store, "a")
    current(store).save()
    store.replace([], delete=[1])
    assert needs_saving(store)
    current(store).save()
    assert not list(store.directory.glob("vectors-*"))
    put(store, "b")
    found = VectorIndex(store, DIMENSION)
    found.catch_up()
    store.replace([], delete=[2])
    found.catch_up()
    assert len(found) == 0


def test_a_base_written_while_catching_up_doubles_nothing(store, monkeypatch):
    vectors = put(store, "a", "b")
    found = current(store)
    real = qa.vectors.newest_base

    def meanwhile(_):
        monkeypatch.setattr(qa.vectors, "newest_base", real)
        put(store, "d")
        current(store).save()
        return real(store)

    put(store, "c")
    monkeypatch.setattr(qa.vectors, "newest_base", meanwhile)
    found.catch_up()
    found.catch_up()
    assert len(found) == 4
    assert sorted(found.search(vectors[0], 9)[0].tolist()) == [1, 2, 3, 4]


def test_a_file_from_the_future_is_not_believed(store):
    put(store, "a")
    current(store).save()
    [file] = store.directory.glob("vectors-*.faiss")
    file.rename(file.with_name(f"vectors-{store.id}-99.faiss"))
    found = VectorIndex(store, DIMENSION)
    assert len(found) == 0


def test_saving_removes_the_older_file(store):
    put(store, "a")
    found = current(store)
    found.save()
    put(store, "b")
    found.catch_up()
    found.save()
    assert sorted(file.name for file in store.directory.glob("vectors-*")) == [
        f"vectors-{store.id}-{store.generation}.faiss",
        f"vectors-{store.id}-{store.generation}.json",
    ]


def test_the_file_of_an_earlier_index_in_its_place_is_not_believed(store):
    put(store, "a")
    current(store).save()
    [file] = store.directory.glob("vectors-*.faiss")
    file.rename(file.with_name(f"vectors-00ff-{store.generation}.faiss"))
    assert len(VectorIndex(store, DIMENSION)) == 0


def test_only_vector_files_of_ours_are_removed(store):
    (store.directory / "vectors-old.csv").write_text("mine")
    put(store, "a")
    current(store).save()
    assert (store.directory / "vectors-old.csv").exists()


def test_a_full_disk_is_said_in_words_and_leaves_no_partial_file(store, monkeypatch):
    from qa.errors import IndexingError

    put(store, "a")
    found = current(store)
    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(IndexingError, match="No space left"):
        found.save()
    assert not list(store.directory.glob("vectors-*"))


def test_after_a_full_disk_everything_is_found_once(store, monkeypatch):
    from qa.errors import IndexingError

    vectors = put(store, "a", "b")
    found = current(store)
    found.save()
    put(store, "c")
    found.catch_up()
    with monkeypatch.context() as patch, pytest.raises(IndexingError):
        patch.setattr(os, "fsync", full)
        found.save()
    found.catch_up()
    assert sorted(found.search(vectors[0], 9)[0].tolist()) == [1, 2, 3]


def test_vectors_that_change_while_they_are_written_are_an_error(tmp_path):
    trained = qa.vector_base.exact_index(4)
    codes = trained.sq.compute_codes(np.eye(4, dtype=np.float32))
    with (tmp_path / "file").open("wb") as stream:
        target = ListsFile(stream, trained, np.array([4]))
        target.add(np.zeros(3, np.int64), np.arange(3), codes[:3])
        with pytest.raises(RuntimeError, match="changed while"):
            target.finish()
        target.add(np.zeros(1, np.int64), np.arange(3, 4), codes[3:])
        target.finish()
    found = mapped(tmp_path / "file")
    assert found.ntotal == 4
    assert found.search(np.eye(4, dtype=np.float32), 1)[1][:, 0].tolist() == [0, 1, 2, 3]


@pytest.mark.parametrize("kind", ["exact", "quantized"])
def test_a_file_is_the_one_that_faiss_itself_would_write(tmp_path, kind):
    vectors = np.random.default_rng(0).standard_normal((500, 16), dtype=np.float32)
    ids = np.arange(500) * 3
    trained = qa.vector_base.exact_index(16)
    if kind == "quantized":
        trained = qa.vector_base._inverted(16, 8)
        trained.train(vectors)
    lists = trained.quantizer.assign(vectors, 1)[:, 0]
    with (tmp_path / "file").open("wb") as stream:
        target = ListsFile(stream, trained, np.bincount(lists, minlength=trained.nlist))
        for part in np.array_split(np.arange(500), 3):
            target.add(lists[part], ids[part], trained.sq.compute_codes(vectors[part]))
        target.finish()
    trained.add_with_ids(vectors, ids)
    assert (tmp_path / "file").read_bytes() == faiss.serialize_index(trained).tobytes()


def test_the_nearest_of_vectors_seen_once_are_those_of_brute_force():
    rng = np.random.default_rng(0)
    vectors, questions = (rng.standard_normal((n, 8), dtype=np.float32) for n in (300, 5))
    nearest = qa.vector_base._Nearest(questions, 10)
    for part in np.array_split(np.arange(300), [4, 7, 100]):
        nearest.see(part % 7, part + 1000, vectors[part])
    best = np.argsort(-(questions @ vectors.T), axis=1)[:, :10]
    assert np.array_equal(np.sort(nearest.ids - 1000), np.sort(best))
    assert np.array_equal(nearest.lists, (nearest.ids - 1000) % 7)


@pytest.mark.parametrize("error", [KeyboardInterrupt, MemoryError])
def test_whatever_stops_the_writing_leaves_no_partial_file(store, monkeypatch, error):
    def stopped(*_: object) -> None:
        raise error

    put(store, "a", "b")
    monkeypatch.setattr(ListsFile, "add", stopped)
    with pytest.raises(error):
        current(store).save()
    assert not list(store.directory.glob("vectors-*"))


def test_a_store_that_changes_while_it_is_written_is_an_error(store, monkeypatch):
    put(store, "a", "b")
    lists = qa.vector_base._lists

    def meanwhile(*arguments):
        monkeypatch.setattr(qa.vector_base, "_lists", lists)
        store.replace([new("c.txt", "b")], delete=[1])
        return lists(*arguments)

    found = current(store)
    monkeypatch.setattr(qa.vector_base, "_lists", meanwhile)
    with pytest.raises(RuntimeError, match="changed while"):
        found.save()
    assert not list(store.directory.glob("vectors-*"))


def test_it_is_searched_while_a_new_base_is_written(store, monkeypatch):
    vectors = put(store, "a", "b")
    found = current(store)
    seen = []
    real = ListsFile.finish

    def finish(self):
        seen.append(found.search(vectors[0], 5)[0].tolist())
        real(self)

    monkeypatch.setattr(ListsFile, "finish", finish)
    found.save()
    assert [sorted(ids) for ids in seen] == [[1, 2]]
    assert len(found) == 2


@pytest.fixture
def large(store, monkeypatch):
    """A store that counts as large: 3,000 vectors in clusters, its base quantized."""
    monkeypatch.setattr(qa.vectors, "QUANTIZED_FROM", 2000)
    monkeypatch.setattr(qa.vectors, "_SMALL", 1000)
    rng = np.random.default_rng(0)
    centres = rng.standard_normal((60, 32), dtype=np.float32)
    vectors = centres[rng.integers(60, size=3000)] + 0.6 * rng.standard_normal(
        (3000, 32), dtype=np.float32
    )
    vectors /= np.linalg.norm(vectors, axis=1, keepdims=True)
    names = [f"t{number}" for number in range(3000)]
    store.add_vectors([embedding_hash(name) for name in names], vectors)
    store.replace([new(f"{name}.txt", name) for name in names])
    found = VectorIndex(store, 32)
    found.catch_up()
    found.save()
    return found, vectors


def test_a_large_index_is_quantized_and_finds_what_exact_search_finds(large):
    found, vectors = large
    assert found.info.lists > 1 and found.info.recall >= 0.99 and found.info.vectors == 3000
    hits = []
    for number in range(0, 3000, 60):
        expected = np.argsort(-(vectors @ vectors[number]))[:10] + 1
        ids, scores = found.search(vectors[number], 10)
        hits.append(np.isin(expected, ids).mean())
        # Scores are exact whatever the base keeps.
        assert scores == pytest.approx(vectors[ids - 1] @ vectors[number], abs=2e-3)
    assert np.mean(hits) >= 0.97


def test_additions_and_deletions_do_not_rebuild_a_large_index(large, store):
    found, vectors = large
    before = sorted(store.directory.glob("vectors-*"))
    store.add_vectors([embedding_hash("more")], vectors[:1])
    store.replace([new("more.txt", "more")], delete=[1])
    assert not needs_saving(store)
    for index in (found, VectorIndex(store, 32)):
        index.catch_up()
        assert len(index) == 3000
        ids, scores = index.search(vectors[0], 5)
        assert ids[0] == 3001 and scores[0] == pytest.approx(1, abs=1e-3)
        assert 1 not in ids
    assert sorted(store.directory.glob("vectors-*")) == before


def test_a_large_index_grows_without_being_trained_again(large, store, monkeypatch):
    found, vectors = large
    names = [f"more{number}" for number in range(200)]
    store.add_vectors([embedding_hash(name) for name in names], vectors[:200])
    store.replace([new(f"{name}.txt", name) for name in names], delete=range(1, 101))
    found.catch_up()
    assert needs_saving(store)
    monkeypatch.setattr(qa.vectors, "build_base", lambda *_: pytest.fail("trained again"))
    found.save()
    assert not needs_saving(store)
    again = VectorIndex(store, 32)
    assert len(again) == 3100 and again.info.vectors == 3100 and again.info.trained == 3000
    ids, _ = again.search(vectors[150], 10)
    assert {151, 3151} <= set(ids.tolist())
    assert not set(again.search(vectors[50], 50)[0].tolist()) & set(range(1, 101))


def test_a_base_that_another_process_wrote_is_taken_over(store):
    put(store, "a", "b")
    mine, theirs = current(store), current(store)
    put(store, "c")
    theirs.catch_up()
    theirs.save()
    mine.catch_up()
    assert mine.info.vectors == 3 and len(mine) == 3


def test_what_was_added_and_deleted_since_the_base_is_not_counted_as_gone(store):
    vectors = put(store, "a", "b")
    current(store).save()
    found = VectorIndex(store, DIMENSION)
    put(store, "c")
    found.catch_up()
    store.replace([], delete=[3])
    found.catch_up()
    assert len(found) == 2
    assert sorted(found.search(vectors[0], 9)[0].tolist()) == [1, 2]
