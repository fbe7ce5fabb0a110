import pytest

from qa.lexical import LexicalIndex, expand
from qa.store import Store
from tests.test_store import new, put


@pytest.fixture
def store(tmp_path):
    found = Store(tmp_path)
    yield found
    found.close()


def index_of(store: Store) -> LexicalIndex:
    found = LexicalIndex(store)
    with store.writing():
        found.catch_up()
    return found


def texts(store: Store, hits: list[tuple[int, float]]) -> list[str]:
    passages = store.passages([passage_id for passage_id, _ in hits])
    return [passages[passage_id].text for passage_id, _ in hits]


@pytest.mark.parametrize(
    "question, text",
    [
        ("东京的人口", "东京是日本的首都，人口约一千四百万。"),
        ("京都の寺", "京都には多くの寺があります。"),
        ("서울 인구", "서울의 인구는 약 940만 명이다."),
        ("parseHTMLDocument", "Call parseHTMLDocument to read a page."),
        ("parse html document", "Call parseHTMLDocument to read a page."),
        ("max_file_mb", "Set max_file_mb to raise the limit."),
        ("C++", "The kernel is written in C++ and assembler."),
        ("foo-bar", "Use foo-bar here."),
        ("don't", "They don't agree."),
        ("cafe", "The Café is closed."),
        ("ＦＵＬＬ", "full width letters"),
        ("running", "He runs daily"),
    ],
)
def test_a_question_finds_its_passage(store, question, text):
    decoys = [
        "大阪は商業の町です。",
        "부산은 항구 도시이다.",
        "C is older.",
        "They agree.",
        "Nothing else.",
    ]
    put(store, *(new(f"{i}.txt", words) for i, words in enumerate([*decoys, text])))
    assert texts(store, index_of(store).search(question, 1)) == [text]


@pytest.mark.parametrize(
    "question",
    ["AND OR NOT", "text:(", '"unclosed', "a^2 b~ [x TO y]", "*", "id:1", "\\", "+-!(){}:^"],
)
def test_no_character_of_a_question_is_syntax(store, question):
    put(store, new("a.txt", "some words and or not"))
    found = index_of(store)
    found.search(question, 5)
    assert found.scores(question, [1]) is not None


def test_scores_agree_with_the_ranking(store):
    put(store, *(new(f"{i}.txt", f"alpha {'beta ' * i} gamma {i}") for i in range(20)))
    found = index_of(store)
    ranking = dict(found.search("beta gamma", 20))
    assert found.scores("beta gamma", [3, 7]) == pytest.approx({i: ranking[i] for i in (3, 7)})


def test_deleted_passages_are_not_found(store):
    put(store, new("a.txt", "alpha"), new("b.txt", "alpha"))
    found = index_of(store)
    store.replace([], delete=[1])
    with store.writing():
        found.catch_up()
    assert [passage_id for passage_id, _ in found.search("alpha", 5)] == [2]


def test_an_index_without_its_stamp_is_made_again(store):
    put(store, new("a.txt", "alpha"))
    index_of(store)
    (store.directory / "lexical.json").unlink()
    assert len(index_of(store).search("alpha", 5)) == 1


def test_a_stamp_behind_the_index_gives_no_passage_twice(store):
    """As after a crash between writing the index and stamping it."""
    put(store, new("a.txt", "alpha"))
    index_of(store)
    stamp = (store.directory / "lexical.json").read_bytes()
    put(store, new("b.txt", "alpha beta"))
    index_of(store)
    (store.directory / "lexical.json").write_bytes(stamp)
    assert len(index_of(store).search("alpha", 5)) == 2


def test_damaged_files_are_made_again_from_the_store(store):
    put(store, new("a.txt", "alpha"))
    index_of(store)
    (store.directory / "lexical" / "meta.json").write_text("{")
    put(store, new("b.txt", "alpha beta"))
    assert len(index_of(store).search("alpha", 5)) == 2


def test_identifiers_are_indexed_by_parts_too():
    assert expand("parseHTMLDocument").split() == ["parseHTMLDocument", "parse", "HTML", "Document"]
    assert expand("東京都").split() == ["東京", "京都"]


def test_an_emptied_directory_beside_an_old_stamp_is_noticed(store):
    import shutil

    put(store, new("a.txt", "alpha"))
    index_of(store)
    shutil.rmtree(store.directory / "lexical")
    (store.directory / "lexical").mkdir()
    assert len(index_of(store).search("alpha", 5)) == 1


def test_the_stamp_of_an_earlier_index_in_its_place_is_not_believed(store):
    put(store, new("a.txt", "alpha"))
    index_of(store)
    stamp = store.directory / "lexical.json"
    stamp.write_text(stamp.read_text().replace(store.id, "0"))
    assert LexicalIndex(store).generation == -1


def test_in_a_large_index_words_that_stand_everywhere_are_not_searched_for(store, monkeypatch):
    monkeypatch.setattr("qa.lexical.COMMON_MATTERS_BELOW", 10)
    put(store, *(new(f"{i}.txt", f"the tree {'pear' if i == 7 else 'apple'}") for i in range(20)))
    found = index_of(store)
    assert texts(store, found.search("the pear", 20)) == ["the tree pear"]
    for question in ("the tree", "the zzyzx"):  # there is nothing else to search for
        assert len(found.search(question, 20)) == 20
    monkeypatch.setattr("qa.lexical.COMMON_MATTERS_BELOW", 100)
    assert len(found.search("the pear", 20)) == 20


def test_words_of_edited_passages_do_not_become_common(store, monkeypatch):
    monkeypatch.setattr("qa.lexical.COMMON_MATTERS_BELOW", 10)
    put(store, *(new(f"{i}.txt", f"{'mill' if i < 8 else 'barn'} number{i}") for i in range(20)))
    found = index_of(store)
    put(store, *(new(f"{i}.txt", f"mill number{i} again") for i in range(8)))
    with store.writing():
        found.catch_up()
    assert len(found.search("mill number3", 20)) == 8


def test_what_a_process_that_was_killed_had_begun_to_write_is_in_nobodys_way(store):
    put(store, *[new(f"d{n}.md", f"word{n} tower here") for n in range(30)])
    index_of(store)
    files = store.directory / "lexical"
    before = {file.name: file.read_bytes() for file in files.iterdir()}
    stamp = (store.directory / "lexical.json").read_bytes()
    store.replace([], delete=[record.doc_id for record in store.files().values()][:5])
    index_of(store)
    # As if it had been killed when the list of the deleted was written, before it counted.
    left = {file.name for file in files.iterdir()} - set(before)
    assert any(name.endswith(".del") for name in left)
    for name in set(before) - {".managed.json"}:
        (files / name).write_bytes(before[name])
    (store.directory / "lexical.json").write_bytes(stamp)
    assert len(index_of(store).search("tower", 50)) == 25
