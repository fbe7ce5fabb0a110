import numpy as np
import pytest

from qa.store import Store, embedding_hash
from qa.vectors import VectorIndex
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
    assert len(current(store)) == 2


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
    assert [file.name for file in store.directory.glob("vectors-*")] == [
        f"vectors-{store.id}-{store.generation}.faiss"
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
    from pathlib import Path

    from qa.errors import IndexingError

    def full(self, data):
        self.touch()
        raise OSError(28, "No space left on device")

    put(store, "a")
    found = current(store)
    monkeypatch.setattr(Path, "write_bytes", full)
    with pytest.raises(IndexingError, match="No space left"):
        found.save()
    assert not list(store.directory.glob("vectors-*"))
