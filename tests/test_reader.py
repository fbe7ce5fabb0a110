from dataclasses import replace

import numpy as np
import pytest

from qa.asked import Asked
from qa.confidence import ALONE, ANSWERED, FEATURES, SENTENCE, beyond, stands_out, summary
from qa.indexing import index_folder
from qa.lexical import analyzer, expand
from qa.reader import FAR, SentenceReader
from qa.retriever import Retriever
from qa.sentence_batch import ABSENT, NO_WORDS, Score, Words, encode
from qa.sentence_network import SentenceNetwork
from qa.types import Hit, Passage, Reading, Span
from tests.conftest import write

TOKENS = analyzer()


def asked(question: str) -> Asked:
    return Asked.of(question, lambda text: list(TOKENS.analyze(expand(text))), lambda _: 5, 100)


@pytest.mark.parametrize(
    "question, kind",
    [
        ("How many employees does it have?", "number"),
        ("Huawei number of employees", "number"),
        ("When was it founded?", "date"),
        ("In what year did it start?", "date"),
        ("Who is Jake Williams?", "person"),
        ("In which city is it?", "place"),
        ("Why was it banned?", "reason"),
        ("What did it say?", ""),
    ],
)
def test_the_kind_of_thing_asked_for(question, kind):
    assert asked(question).kind == kind


def test_names_are_capitals_and_numbers_but_not_the_first_word():
    assert asked("Which firms in Sweden used 5G in 2019?").names == {"sweden", "5g", "2019"}


def test_a_sentence_of_the_kind_asked_for_measures_one_else_minus_one():
    question = asked("How many trees are there?")
    number = FEATURES.index("number") - FEATURES.index("covered")
    with_number = question.measures("There are 42 trees.", *[frozenset()] * 3)
    without = question.measures("There are trees.", *[frozenset()] * 3)
    assert (with_number[number], without[number]) == (1.0, -1.0)


def test_how_much_says_nothing_of_what():
    assert [stem for stem, _ in asked("How much flour is there?").terms] == ["flour"]
    assert [stem for stem, _ in asked("How many?").terms] == ["mani"]


def test_a_missing_name_is_measured():
    question = asked("What did Sweden decide?")
    missing = FEATURES.index("names_missing") - FEATURES.index("covered")
    in_row = FEATURES.index("names_missing_in_row") - FEATURES.index("covered")
    none, sweden = frozenset(), frozenset({"sweden"})
    assert question.measures("x", none, sweden, none)[missing] == 0
    assert question.measures("x", none, frozenset({"germani"}), none)[missing] == 1
    assert question.measures("x", none, none, none)[in_row] == 0
    assert question.measures("Land: x; Said: no; On: 1", none, sweden, none)[in_row] == 1
    assert question.measures("Land: x; Said: no; On: 1", none, none, sweden)[in_row] == 0


@pytest.mark.parametrize(
    ("question", "lacking", "holding"),
    [
        (
            "What is Ana's phone number?",
            "Name: Ana Email: a@b.example Born: 9 May",
            "Ana: 0161 496",
        ),
        (
            "What is Ana's telephone number?",
            "Ana, room 4, 3 April 2024, 10.15 to 10.50.",
            "Ana: ext. 41",
        ),
        ("What is the email address of Ana?", "Ana: 0161 496 0123", "Write to ana@b.example."),
        ("How many boats are there?", "The boats are in the shed.", "There are two."),
        ("How much was the Otter sold for?", "The Otter was sold.", "It was given away for free."),
        ("In what year was it built?", "It was built by monks.", "Built in 1832."),
        ("What day is the meeting?", "Ana prepares the meeting.", "It is on Monday."),
        ("What time do we meet?", "We meet at the gate.", "At noon."),
        ("What time does it leave?", "It runs for three weeks in 2024.", "1641 from Hexley"),
        ("What percentage passed?", "Those who passed were glad.", "Half of them."),
        ("What did the accident cost?", "Six men were hurt.", "It cost ninety pounds."),
        ("What is the fine for smoking?", "Smoking is forbidden.", "Who smokes pays 20."),
        ("What was the rent in May?", "The rent fell due in May.", "It was three crowns."),
        ("How tall is the mast?", "The mast is tall.", "It rises to ten metres."),
        ("How tall is the mast?", "The mast is tall.", "It is no higher than the house."),
        ("How many pupils are going?", "A trip for Year 6", "There are 28 pupils in Year 6."),
        ("How many boats came?", "The boats came on 3 May 2021.", "In 2021, 16 boats came."),
        ("How many chapters are left?", "The chapters are short.", "I am in chapter 12."),
        ("How many dogs are there?", "The dogs of flat 4 bark.", "Flat 4 dogs bark."),
        ("How many may enter?", "They enter on 3 May.", "Up to 40 may enter."),
        ("How many members came?", "Members came on May 3.", "In May 50 members came."),
        ("How many members left?", "Members left in March 2019.", "In March 14 members left."),
        ("How many sleep there?", "They sleep in room 4.", "Per room 4 people sleep."),
        ("How many sit there?", "They sit at table 8.", "At a table 8 people sit."),
        ("How many are going?", "Year 6 is going.", "Year 6 pupils are going."),
        ("How many are going?", "Year 6 goes on 2021-05-03.", "Thirty are going."),
        ("How many came?", "They came on 03.05.2021.", "They came on 03.05.2021: 12."),
        ("How many came?", "They came in 2021 from Thun.", "They came in 1200 boats."),
        ("How many came?", "They came on the 3rd of May.", "The 3 of them."),
        ("How many classes are there?", "Some in the canteen.", "We end with class 9."),
        ("How many localities were dug?", "Those of site 3.", "The last is locality 7."),
        ("What is the rent of the flat?", "Three tenants share it.", "It is twelve zloty."),
        ("What is the deposit?", "The deposit is paid back.", "Three months' rent."),
        ("What is the fee?", "The fee is due in May.", "Members pay fifty a week."),
        ("What is the fee?", "The fee is due in May.", "There is no fee for members."),
        ("What is the fee?", "The fee is due in May.", "A fiver."),
        ("How much did the stove cost?", "The stove is to be 12 kW, not 21 kW.", "It cost 90."),
        ("What is the rent?", "The rent is due on 3 May 2021.", "Rent: 950/month"),
        ("What is the deposit?", "The deposit is paid on 2021-05-03.", "It is 2 months."),
        ("How much did it cost?", "It took from 18:30 to 19:15.", "The bill came to 300-350."),
        ("How much did they spend?", "They spent a night 5 m under.", "They spent 5m on it."),
        ("How much does he earn?", "He earns it with 3 dogs.", "He earns 15/hour"),
        ("When was Leo born?", "Leo wrote on 3 May.", "Leo arrived on 3 May."),
        ("When did Grandpa die?", "He wrote in 2010.", "We said goodbye to him in 2010."),
        ("How much does it cost?", "It holds 8,000 litres since 3 May.", "8,000 for the two."),
        ("How much is paid by guests?", "24 guests paid by 18:30.", "They pay 12, guides 9."),
        ("What time is the last bus?", "It takes three and a half hours.", "It runs all hours."),
        ("When was Ana born?", "Ana wrote on 23 April 2026.", "Ana (1871-1940) wrote it."),
        ("What is Ana's date of birth?", "Ana wrote on 23 April.", "Born: 3 May 1971"),
        ("When did Ana die?", "Ana wrote on 23 April 1940.", "Ana passed away in 1940."),
        ("What is the account number?", "Pay into our bank account.", "Pay into 44 120."),
        ("What's the gate code?", "The gate has a code.", "Four ones."),
        ("What is the price of a map?", "A map has two sides.", "Maps are gratis."),
    ],
)
def test_a_sentence_lacks_what_is_told_by_certain_signs_only(question, lacking, holding):
    place = FEATURES.index("lacking") - FEATURES.index("covered")
    measured = [
        asked(question).measures(text, *[frozenset()] * 3)[place] for text in (lacking, holding)
    ]
    assert measured == [1.0, 0.0]
    other = asked("What did Ana say?").measures(lacking, *[frozenset()] * 3)
    assert other[place] == 0.0


@pytest.mark.parametrize(
    "question", ["Who wrote to Ben?", "When was the mail sent?", "Which letters did Ana get?"]
)
def test_the_head_of_a_mail_tells_who_wrote_and_when(question):
    place = FEATURES.index("lacking") - FEATURES.index("covered")
    head = "From: Ana To: Ben Date: Wed, 22 April 2026 Subject: Boats"
    assert asked(question).measures(head, *[frozenset()] * 3)[place] == 0.0
    other = asked("How often does the boat sail?")
    assert other.measures(head, *[frozenset()] * 3)[place] == 1.0
    row = "From: Thun; To: Spiez; Date: 22 April"
    assert other.measures(row, *[frozenset()] * 3)[place] == 0.0


@pytest.mark.parametrize(
    "question",
    [
        "What was the deposit for?",
        "What is the rent based on?",
        "What is the price committee?",
        "What is the difference in price between them?",
        "What is the fine print?",
    ],
)
def test_what_is_no_price_may_be_answered_without_one(question):
    place = FEATURES.index("lacking") - FEATURES.index("covered")
    assert asked(question).measures("The keys.", *[frozenset()] * 3)[place] == 0.0


WAGES = [
    "Year: 1880; Weavers (women): 7.80; Dyers: 17.10",
    "Year: 1891; Weavers (women): 9.70; Dyers: 18.40",
    "Year: 1906; Weavers (women): 13.10; Dyers: 22.60",
    "Wages rose after 1905.",
]


@pytest.mark.parametrize(
    ("question", "found"),
    [
        ("What did women weavers earn in 1891?", [-1, 1, -1, 0]),
        ("dyers 1906", [-1, -1, 1, 0]),
        ("What did women weavers earn in 1900?", [0, 0, 0, 0]),  # no such row
        ("What did women tailors of Thun earn in 1891?", [0, 0, 0, 0]),  # a name not there
        ("What did the spinners get in 1891?", [0, 0, 0, 0]),  # no such column
        ("What did women weavers earn?", [0, 0, 0, 0]),
        ("When did wages rise?", [0, 0, 0, 0]),
        ("In which year did weavers earn more than in 1891?", [0, 0, 0, 0]),
        ("What did weavers earn before 1891?", [0, 0, 0, 0]),
    ],
)
def test_the_row_that_is_asked_for(question, found):
    around = "Harkort > Wages wages.md Table 4: wages earned at Harkort, in marks."
    assert asked(question).rows_asked(WAGES, around) == found


MEMBERS = [
    "name: Tom Ashworth; joined: 2009-03-01; fee: 180; storage: rack 4",
    "name: Tom Ashby; joined: 2018-06-24; fee: 45",
    "name: Ines Calloway; joined: 2018-07-02; fee: 180; storage: rack 2",
]


@pytest.mark.parametrize(
    ("question", "found"),
    [
        ("What rack does Tom Ashby have?", [-1, 0, -1]),  # rather than another Tom's
        ("What fee does the member who joined in June 2018 pay?", [-1, 1, -1]),
        ("What fee did Tom pay on 24 June 2018?", [-1, 1, -1]),
        ("What fee did Ines Calloway pay in May 2018?", [0, 0, 0]),
    ],
)
def test_a_row_is_told_by_a_whole_name_and_by_the_day_however_written(question, found):
    assert asked(question).rows_asked(MEMBERS, "members") == found


@pytest.mark.parametrize(
    ("question", "cell"),
    [
        ("What does a season ticket cost for a child?", "£48.00"),
        ("season ticket over 65", "£70.00"),
        ("What does a season ticket cost?", None),
        ("Is there a season ticket for an adult or a child?", None),
    ],
)
def test_the_cell_that_is_asked_for(question, cell):
    row = "Ticket: Season ticket; Adult: £92.00; Child (4-15): £48.00; Over 65: £70.00"
    place = asked(question).cell(row)
    assert (place and row[slice(*place)]) == cell


def test_what_has_but_one_form_is_held_as_it_is_or_not_at_all():
    rows = ["Name: max_jobs; Default: 1000", "Name: queues; Default: all"]
    assert asked("default of max_jobs").rows_asked(rows, "") == [1, -1]
    assert asked("default of max_length").rows_asked(rows, "") == [0, 0]
    rows = ["Species: Noctule; BatNet-S: 0.9", "Species: Common bat; BatNet-S: 0.8"]
    assert asked("BatNet-S for the noctule").rows_asked(rows, "") == [1, -1]
    assert asked("BatNet-M for the noctule").rows_asked(rows, "") == [0, 0]


def test_a_sentence_is_about_what_stands_around_it_but_a_row_is_not():
    question = asked("What did lot C weigh?")
    prose = ["We weighed lot C.", "It was 40 grams.", "Lot D was lost."]
    assert question.pinned_in(prose, "notes.md") == [1.0, 0.5, -0.3]
    assert question.pinned_in(prose, "lot C.md") == [1.0, 0.5, 0.5]
    rows = ["Lot: C; Grams: 40; Box: 1", "Lot: D; Grams: 50; Box: 2", "Lot: ; Grams: 1; Box: 2"]
    assert question.pinned_in(rows, "seeds.csv") == [1.0, -1.0, 0.0]
    assert question.pinned_in(rows[2:], "lot C.csv") == [0.5]
    assert question.pinned_in(prose[1:2], "lot D.md") == [-1.0]
    dated = asked("What did lot C weigh in May 2023?")
    assert dated.pinned_in(["Lot: C; Day: 2023-05-02; Grams: 4"], "") == [1.0]
    assert dated.pinned_in(["Lot: C; Day: 2023-06-02; Grams: 4"], "") == [-1.0]
    assert dated.pinned_in(["Lot C was weighed."], "notes of 2021.md") == [pytest.approx(0.35)]
    assert asked("What did it weigh?").pinned_in(rows, "seeds.csv") == [0.0] * 3


def found(text: str) -> Words:
    place = text.find("answer")
    return Words(place, place + 6, 1.0) if place >= 0 else NO_WORDS


class FakeNetwork:
    """Prefers sentences with the word "answer"; remembers what it was given."""

    def score(self, question, passages):
        self.given = [list(texts) for _, texts in passages]
        return [
            [Score(5.0 if "answer" in text else -5.0, found(text)) for text in texts]
            for _, texts in passages
        ]


@pytest.fixture
def retriever(tmp_path, fake):
    folder = write(
        tmp_path / "docs",
        a__md="# Head\n\nFirst words. The answer stands here.\n\n- An answer in a list\n",
        b__txt="Nothing to see.",
    )
    with index_folder(folder, tmp_path / "index", encoder=fake) as index:
        yield Retriever(index)


def test_the_surest_sentence_comes_first_with_its_span_in_the_document(retriever):
    reader = SentenceReader(retriever.index, FakeNetwork())
    evidence = reader.read("where?", retriever.search("where is the answer?")).evidence
    assert "answer" in evidence[0].quote and evidence[0].score > evidence[-1].score
    for item in evidence:
        document = retriever.index.store.document(item.passage.path)
        assert item.span.of(document.text) == item.quote


@pytest.mark.parametrize(
    "text",
    ["The  answer\tis here.", "So\r\nthe answer\r\nis.", "\u202eThe\x1f answer.", "1. An answer"],
)
def test_the_words_that_answer_are_found_again_in_the_document(retriever, text):
    [hit] = ranked((0.5, text))
    [item] = SentenceReader(retriever.index, FakeNetwork()).read("where?", [hit]).evidence
    assert item.words.of(text) == "answer"


def test_a_sentence_without_words_that_answer_has_none(retriever):
    [hit] = ranked((0.5, "Nothing is here."))
    [item] = SentenceReader(retriever.index, FakeNetwork()).read("where?", [hit]).evidence
    assert item.words is None


def test_list_marks_are_not_quoted(retriever):
    reader = SentenceReader(retriever.index, FakeNetwork())
    quotes = [item.quote for item in reader.read("?", retriever.search("answer list")).evidence]
    assert "An answer in a list" in quotes


def ranked(*scores_and_texts):
    return [
        Hit(Passage(n, n, f"{n}.txt", "", Span(0, len(text)), text), score, score, 0.0, n, n)
        for n, (score, text) in enumerate(scores_and_texts, 1)
    ]


def sentences_read(retriever, question, *scores_and_texts):
    network = FakeNetwork()
    SentenceReader(retriever.index, network).read(question, ranked(*scores_and_texts))
    return network.given


FILLER = "Rain fell all night. The river rose. Nobody slept. Morning came at last."


def test_the_first_passage_is_read_whole_and_of_the_others_what_shares_words(retriever):
    text = "Rain fell. The mill burned in 1832. Nobody slept. The old mill made paper. Day came."
    first, other = sentences_read(retriever, "When did the mill burn?", (0.6, FILLER), (0.55, text))
    assert len(first) == 4
    assert other == ["The mill burned in 1832.", "The old mill made paper."]


def test_a_passage_whose_words_do_not_tell_is_read_whole(retriever):
    given = sentences_read(retriever, "When did the mill burn?", (0.6, FILLER), (0.55, FILLER))
    assert [len(texts) for texts in given] == [4, 4]


def test_a_passage_far_behind_the_first_is_not_read(retriever):
    question = "When did the mill burn?"
    assert len(sentences_read(retriever, question, (0.6, FILLER), (0.6 - 2 * FAR, FILLER))) == 1
    assert len(sentences_read(retriever, question, (0.6, FILLER), (0.6 - FAR / 2, FILLER))) == 2


def test_a_passage_far_behind_is_read_where_it_is_about_just_what_was_asked_for(retriever):
    hits = ((0.6, "The rent of flat 4 is 645 pounds."), (0.6 - 2 * FAR, "Flat: 2; Rent: 610"))
    assert len(sentences_read(retriever, "What is the rent of flat 2?", *hits)) == 2
    assert len(sentences_read(retriever, "What is the rent of flat 3?", *hits)) == 1


def test_a_passage_without_a_sentence_puts_no_other_far_behind(retriever):
    hits = ((0.8, "044 123 45 67"), (0.8 - 2 * FAR, "Call Ann at 044 123 45 67."))
    assert sentences_read(retriever, "Ann's number?", *hits) == [["Call Ann at 044 123 45 67."]]


def test_passages_are_put_in_order_by_how_well_they_answer(retriever):
    texts = [(0.9, "Nothing here."), (0.88, "The mill has the answer."), (0.2, "the answer too")]
    hits = ranked(*texts)
    reading = SentenceReader(retriever.index, FakeNetwork()).read("the mill?", hits)
    assert [hit.score for hit in reading.hits] == [0.88, 0.9, 0.2]  # the last was not read
    assert SentenceReader(retriever.index, FakeNetwork()).read("x?", []).hits == ()


def test_names_of_columns_and_questions_are_no_answers(retriever):
    rows = "answer; grams\n\nanswer: C; grams: 40\n\nWhat is the answer?\n\nThe answer is C."
    evidence = SentenceReader(retriever.index, FakeNetwork()).read("answer?", ranked((0.9, rows)))
    told = [item.quote for item in evidence.evidence]
    assert sorted(told) == ["The answer is C.", "answer: C; grams: 40"]


def test_no_hits_no_evidence(retriever):
    assert SentenceReader(retriever.index, FakeNetwork()).read("where?", []) == Reading((), 0.0)


def test_probabilities_are_between_0_and_1():
    features = np.array([[1e9] * len(FEATURES), [-1e9] * len(FEATURES)])
    scores = SENTENCE.probability(features)
    for found in (scores, ANSWERED.probability(summary(features, scores, 100, 0.1))):
        assert ((found >= 0) & (found <= 1)).all()


def test_a_larger_margin_over_none_is_more_confidence():
    low, high = np.zeros((1, len(FEATURES))), np.zeros((1, len(FEATURES)))
    high[0, FEATURES.index("margin")] = 5
    confidence = [
        ANSWERED.probability(summary(some, SENTENCE.probability(some), 100, 0.0))
        for some in (high, low)
    ]
    assert confidence[0] > confidence[1]


def test_a_sentence_about_another_is_no_answer(retriever):
    """However well it would answer otherwise."""
    hits = ranked((0.9, "The answer for lot D is 40."))
    reader = SentenceReader(retriever.index, FakeNetwork())
    sure, other = (reader.read(f"What is the answer for lot {lot}?", hits) for lot in "DC")
    assert sure.confidence > max(0.5, 3 * other.confidence)
    assert sure.evidence[0].score > 5 * other.evidence[0].score


def test_a_sentence_that_lacks_what_is_asked_for_is_no_answer(retriever):
    """And no other is put in its place: it would be somebody else's."""
    reader = SentenceReader(retriever.index, FakeNetwork())
    with_one, without = (
        reader.read("What is the answer's phone number?", ranked((0.9, f"The answer is {answer}.")))
        for answer in ("0161 496", "that of the shop")
    )
    assert with_one.confidence > 3 * without.confidence
    assert [one.quote for one in without.evidence] == ["The answer is that of the shop."]


@pytest.fixture(scope="module")
def network():
    return SentenceNetwork()


def test_the_network_prefers_the_sentence_that_answers(network):
    sentences = ["The mill was built by monks.", "It burned down in 1832.", "It made paper."]
    [scores] = network.score("When did the mill burn down?", [("The mill", sentences)])
    assert max(scores) == scores[1] and scores[1].margin > 0


def test_the_network_says_none_where_nothing_answers(network):
    sentences = ["The mill was built by monks.", "It made paper."]
    [scores] = network.score("Who won the 1998 cup final?", [("The mill", sentences)])
    assert max(scores).margin < 0


def test_a_long_passage_is_read_in_pieces_and_every_sentence_scored(network):
    sentences = [f"Sentence number {i} says nothing much at all." for i in range(80)]
    sentences[70] = "The treaty was signed in Vienna."
    [scores] = network.score("Where was the treaty signed?", [("", sentences)])
    assert len(scores) == 80 and max(scores) == scores[70]


@pytest.mark.parametrize(
    "question, words",
    [
        ("When did the mill burn down?", "4 May 1901"),
        ("Who built the mill?", "Anna Berg"),
        ("Why did the mill burn down?", "a lamp fell into the straw"),
    ],
)
def test_the_words_that_answer_are_the_short_answer(network, question, words):
    sentences = [
        "The mill was built by Anna Berg.",
        "It burned down on 4 May 1901, because a lamp fell into the straw.",
    ]
    [scores] = network.score(question, [("The mill", sentences)])
    best = scores.index(max(scores))
    start, end, _ = scores[best].words
    assert words in sentences[best][start:end] and end - start < 2 * len(words)


def test_the_most_promising_sentences_are_looked_at_again(network, monkeypatch):
    sentences = [f"The mill had {number} rooms." for number in range(8)]
    sentences[5] = "The mill burned down in 1832."

    def looked_at_again():
        [some, others] = network.score("When did the mill burn down?", [("", sentences)] * 2)
        again = [score for score in (*some, *others) if score.words != NO_WORDS]
        assert some[5] in again and others[5] in again
        return len(again)

    assert looked_at_again() == 2  # the others are far behind
    monkeypatch.setattr(network, "behind", 99)
    assert looked_at_again() == network.second


def test_a_sentence_of_which_no_token_is_left_cannot_be_read(network):
    assert network.score("Who?", [("Mill", ["\u200b"])]) == [[Score(ABSENT, NO_WORDS)]]


def test_passages_read_together_score_as_they_do_alone(network, monkeypatch):
    monkeypatch.setattr(network, "second", 99)
    monkeypatch.setattr(network, "behind", 99)
    texts = [
        "The mill burned down in 1832. It was never built again.",
        "Monks built the mill. It made paper for two hundred years and fed the village.",
        "Cats sleep all day. Dogs bark.",
    ]
    passages = [("", sentence.split(". ")) for sentence in texts]
    question = "When did the mill burn down?"
    together = network.score(question, passages)
    for passage, scores in zip(passages, together, strict=True):
        [alone] = network.score(question, [passage])
        # Half a per cent of the range of the scores: what 16 bits leave.
        margins = [[score.margin for score in part] for part in (scores, alone)]
        np.testing.assert_allclose(*margins, atol=0.15)
        assert [score.words[:2] for score in scores] == [score.words[:2] for score in alone]


def test_rows_hold_as_many_tokens_in_scripts_without_spaces(network):
    text = "東京は日本の首都であり人口は約千四百万人である。" * 3
    rows = network._packed(encode(network._tokenizer, [("人口は？", "", [text])] * 8))
    assert max(batch.ids.shape[1] for batch in rows) < 1.3 * network.batch_tokens


def test_passages_are_scored_each_for_itself(network):
    passages = [("", ["The harvest began in May."]), ("", []), ("", ["Cats sleep.", "Dogs bark."])]
    readings = network.score("When did the harvest begin?", passages)
    assert [len(scores) for scores in readings] == [1, 0, 2]


def test_meaning_is_what_question_and_sentence_share_beyond_the_heading():
    heading, question, sentence = np.array([[1, 0, 0], [0.6, 0.8, 0], [0.6, 0, 0.8]], np.float32)
    assert beyond(question, sentence, None) == pytest.approx(0.36)
    assert beyond(question, sentence, heading) == pytest.approx(0, abs=1e-6)
    assert beyond(question, question, heading) == pytest.approx(1, abs=1e-6)
    assert abs(beyond(question, heading, heading)) < 1e-3
    near = np.array([[1, 2e-4, 0], [1, -2e-4, 0], [1, 0, 0]], np.float32)
    assert abs(beyond(*near)) < 1e-3  # nothing is made of what rounding leaves


def test_a_sentence_is_no_nearer_for_what_its_heading_says(retriever):
    text = "The answer is a mill on a river. The answer is forty boats."
    plain = ranked((0.9, text))
    headed = [replace(plain[0], passage=replace(plain[0].passage, title="A mill on a river"))]
    reader = SentenceReader(retriever.index, FakeNetwork())
    without, under = (
        reader.measure("a mill on a river?", hits)[1][:, FEATURES.index("meaning")]
        for hits in (plain, headed)
    )
    assert under[0] < without[0] and under[0] - without[0] < under[1] - without[1]


def test_only_sentences_with_words_that_may_answer_are_measured_in_meaning(retriever):
    reader = SentenceReader(retriever.index, FakeNetwork())
    hits = retriever.search("where is the answer?")
    candidates, features = reader.measure("where is the answer?", hits)
    meaning = features[:, FEATURES.index("meaning")]
    assert [value != 0 for value in meaning] == [one.words != NO_WORDS for one in candidates]


def test_the_first_passage_stands_out_from_the_two_after_it():
    assert stands_out(ranked((0.9, "a"), (0.5, "b"), (0.3, "c"), (0.0, "d"))) == pytest.approx(0.5)
    assert stands_out(ranked((0.9, "a"), (0.5, "b"))) == pytest.approx(0.4)
    assert stands_out(ranked((0.9, "a"))) == stands_out([]) == ALONE


def test_copies_of_a_passage_do_not_hide_that_it_stands_out():
    hits = ranked((0.9, "a"), (0.9, "a"), (0.5, "b"), (0.5, "b"), (0.3, "c"))
    assert stands_out(hits) == pytest.approx(0.5)
    assert stands_out(hits[:2]) == ALONE


@pytest.mark.parametrize(
    "table",
    [
        "| Year | Inflow | Outflow |\n|---|---|---|\n| 2019 | 148 | 58 |\n| 2020 | 139 | 81 |\n",
        "Year    Inflow    Outflow\n2019       148         58\n2020       139         81\n",
    ],
)
def test_a_row_of_numbers_answers(opened, table):
    assistant = opened(filter__md=f"# Filter at Hallby\n\nPhosphate, in µg per litre.\n\n{table}")
    answer = assistant.ask("What was the outflow at Hallby in 2020?")
    assert answer.found and answer.statements[0].text in table
    assert "139" in answer.statements[0].text
    assert answer.statements[0].columns == "Year | Inflow | Outflow"


def test_what_goes_on_with_what_was_spoken_of_is_read(opened):
    text = (
        "Tom lives next door. He helps with everything. Ana teaches French and writes what the"
        " board decides.\n\nThe meeting of the board is being prepared by Ana. It takes place on 4"
        " May in the hall. Those on the board pay nothing. A man from Leeds has a boat on the lake."
    )
    answer = opened(board__md=text).ask("When is the meeting of the board?")
    assert answer.found and answer.statements[0].text == "It takes place on 4 May in the hall."
