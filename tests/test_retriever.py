import os

import numpy as np
import pytest

from qa import Index, Retriever
from qa.errors import ModelError, QuestionError
from qa.indexing import index_folder
from qa.retriever import bm25_scale, check_question, fuse
from tests.conftest import write


@pytest.fixture
def retriever(tmp_path, fake):
    folder = write(
        tmp_path / "docs",
        apples__txt="Apples grow on trees in autumn.",
        pears__txt="Pears are picked in late summer.",
        code__md="# Parser\n\nCall `parseHTMLDocument` first.",
        tokyo__txt="東京は日本の首都です。",
    )
    with index_folder(folder, tmp_path / "index", encoder=fake) as index:
        yield Retriever(index)


def test_an_index_that_may_only_be_read_is_searched_all_the_same(retriever, fake, monkeypatch):
    questions = ("when are pears picked?", "parseHTMLDocument", "日本の首都")
    before = [retriever.search(question) for question in questions]
    index = retriever.index.directory
    retriever.index.close()
    files = sorted(file for file in index.rglob("*") if file.is_file())
    for file in [index, *files, *(file.parent for file in files)]:
        file.chmod(0o500 if file.is_dir() else 0o400)
    if os.access(index, os.W_OK):  # the superuser may write everywhere
        real = os.access
        monkeypatch.setattr(os, "access", lambda p, mode: mode != os.W_OK and real(p, mode))
    with Index(index, fake) as found:
        assert [Retriever(found).search(question) for question in questions] == before
    left = sorted(file for file in index.rglob("*") if file.is_file())
    assert [file for file in left if "sqlite-" not in file.name] == files
    index.chmod(0o700)
    (index / "lexical").chmod(0o700)


def test_the_best_passage_comes_first(retriever):
    assert retriever.search("when are pears picked?")[0].passage.path == "pears.txt"


@pytest.fixture(scope="module")
def many_scripts(tmp_path_factory, model):
    folder = write(
        tmp_path_factory.mktemp("scripts"),
        tokyo__txt="東京は日本の首都です。人口は約一千四百万人。",
        kyoto__txt="京都には多くの寺があります。観光客が多い。",
        seoul__txt="서울의 인구는 약 940만 명이다. 한국의 수도이다.",
        busan__txt="부산은 항구 도시이다. 바다가 아름답다.",
        beijing__txt="北京是中国的首都。长城在北京附近。",
        shanghai__txt="上海是中国最大的城市，金融中心。",
        london__txt="London is the capital of England.",
        code__txt="The reader calls parseHTMLDocument and getUserById.",
    )
    with index_folder(folder, tmp_path_factory.mktemp("index"), encoder=model) as index:
        yield Retriever(index)


@pytest.mark.parametrize(
    "question, path",
    [
        ("日本の首都", "tokyo.txt"),
        ("京都の寺", "kyoto.txt"),
        ("서울 인구", "seoul.txt"),
        ("中国的首都是哪里", "beijing.txt"),
        ("金融中心", "shanghai.txt"),
        ("getUserById", "code.txt"),
        ("parse HTML document", "code.txt"),
    ],
)
def test_other_scripts_and_identifiers_find_their_passages(many_scripts, question, path):
    hit = many_scripts.search(question)[0]
    assert hit.passage.path == path and hit.lexical_rank == 1


def test_every_hit_is_scored_by_both_rankings(retriever):
    reach = retriever.index.lexical.reach("apples grow", 4)
    for hit in retriever.search("apples grow"):
        assert hit.score == pytest.approx(fuse(hit.cosine, hit.bm25, bm25_scale(4, reach)))
        assert hit.dense_rank is not None


def test_a_score_means_the_same_in_a_large_folder(tmp_path, fake):
    """The same question and passage, alone with one other and among 400."""
    pears = "Pears are picked in late summer."
    scores = []
    for count in (1, 400):
        folder = write(
            tmp_path / f"docs{count}",
            pears__txt=pears,
            **{f"n{i}__txt": f"Number {i} is a note on bridges, file {i}." for i in range(count)},
        )
        with index_folder(folder, tmp_path / f"index{count}", encoder=fake) as index:
            hit = Retriever(index).search("when are pears picked?", 1)[0]
            assert hit.passage.path == "pears.txt"
            scores.append(hit.score)
    assert scores[1] == pytest.approx(scores[0], rel=0.2)


def test_the_words_of_a_short_question_count_though_they_are_few(tmp_path, fake, monkeypatch):
    folder = write(
        tmp_path / "docs",
        plan__txt="Week 6: glazing, collecting of finished pieces.",
        **{f"n{i}__txt": f"When the bridge {i} is mended, the note says." for i in range(20)},
    )
    with index_folder(folder, tmp_path / "index", encoder=fake) as index:
        found, reach = Retriever(index).search("glazing", 3), index.lexical.reach("glazing", 21)
        monkeypatch.setattr("qa.retriever.LARGE", 21)
        in_large = {hit.passage.path: hit for hit in Retriever(index).search("glazing", 21)}
    hit = in_large["plan.txt"]
    assert hit.score == pytest.approx(fuse(hit.cosine, hit.bm25, bm25_scale(21)))
    assert found[0].passage.path == "plan.txt" and found[0].bm25 <= reach < bm25_scale(21)
    assert found[0].score == pytest.approx(fuse(found[0].cosine, found[0].bm25, reach))
    assert bm25_scale(21, 0.0) == bm25_scale(21, 1e9) == bm25_scale(21)


def test_scores_fall(retriever):
    scores = [hit.score for hit in retriever.search("trees in summer")]
    assert scores == sorted(scores, reverse=True)


def test_no_more_than_top_k(retriever):
    assert len(retriever.search("in", 2)) == 2


@pytest.mark.parametrize("question", ["", "   ", "?!"])
def test_an_empty_question_is_refused(question):
    with pytest.raises(QuestionError, match="no question"):
        check_question(question)


def test_a_question_of_ten_thousand_words_is_refused():
    with pytest.raises(QuestionError, match="10,000 words"):
        check_question("word " * 10_000)


def test_an_empty_index_gives_no_hits(tmp_path, fake):
    from qa import Index

    with Index(tmp_path, fake) as index:
        assert Retriever(index).search("anything") == []


def test_a_question_that_is_no_valid_unicode_is_searched_all_the_same(retriever):
    assert retriever.search("pears \udcff")[0].passage.path == "pears.txt"


def test_what_is_not_looked_up_could_not_have_been_among_the_best(tmp_path, fake, monkeypatch):
    monkeypatch.setattr("qa.retriever.CANDIDATES", 20)
    words = [
        "apple",
        "pear",
        "plum",
        "cherry",
        "orchard",
        "ladder",
        "basket",
        "harvest",
        "autumn",
        "frost",
    ]
    random = np.random.default_rng(0)
    texts = [" ".join(random.choice(words, size=random.integers(3, 30))) for _ in range(300)]
    folder = write(tmp_path / "docs", **{f"n{n}__txt": text for n, text in enumerate(texts)})
    with index_folder(folder, tmp_path / "index", encoder=fake) as index:
        ids = [passage.passage_id for passage in index.store.passages_since(0)]
        looked_up = []
        score = index.lexical.scores

        def counted(question, ids, score=score, **by):
            looked_up.append(len(ids))
            return score(question, ids, **by)

        monkeypatch.setattr(
            index.lexical,
            "scores",
            lambda q, ids, **by: (looked_up.append(len(ids)), score(q, ids, **by))[1],
        )
        for question in ("apple harvest", "frost in the orchard", "ladder and basket and plum"):
            vector = fake.encode([question])[0]
            cosines = index.vectors().cosines(vector, ids)
            bm25 = score(question, ids)
            reach = index.lexical.reach(question, len(ids)) if "ladder" not in question else 0.0
            scale = bm25_scale(len(ids), reach)
            expected = sorted(
                (-fuse(float(cosine), bm25.get(id_, 0.0), scale), id_)
                for id_, cosine in zip(ids, cosines, strict=True)
            )[:5]
            hits = Retriever(index).search(question, 5)
            found = [(-hit.score, hit.passage.passage_id) for hit in hits]
            assert [id_ for _, id_ in found] == [id_ for _, id_ in expected]
            assert [s for s, _ in found] == pytest.approx([s for s, _ in expected], abs=1e-5)
        assert min(looked_up) < 15  # of the 20 that the other ranking gave


@pytest.mark.parametrize("part", ["encoder.encode", "lexical.search"])
def test_what_goes_wrong_in_either_half_of_a_search_is_raised(tmp_path, fake, monkeypatch, part):
    folder = write(tmp_path / "docs", a__txt="Pears ripen late.")

    def broken(*_, **__):
        raise ModelError("broken")

    with index_folder(folder, tmp_path / "index", encoder=fake) as index:
        owner, name = part.split(".")
        monkeypatch.setattr(getattr(index, owner), name, broken)
        with pytest.raises(ModelError, match="broken"):
            Retriever(index).search("pears")
        monkeypatch.undo()
        assert Retriever(index).search("pears")
