import re

import numpy as np
import pytest

from qa.followup import (
    Turn,
    goes_on,
    leaning,
    leans_wholly,
    memory,
    points_back,
    remembered,
    stand_alone,
    topic,
)

MILL = Turn(
    "How much profit did the mill of Anna Berg make in 2018?",
    "In 2018 the mill made a profit of 3 million. Ada Byrne kept the books.",
    ("The mills of Bern",),
)
REFUSED = Turn("who is the owner?", "", ())


@pytest.mark.parametrize(
    "question, understood",
    [
        ("And in 2019?", "How much profit did the mill of Anna Berg make in 2019?"),
        ("What about Otto Lang?", "How much profit did the mill of Otto Lang make in 2018?"),
        ("what about losses?", "How much profit did the mill of Anna Berg make in 2018, losses?"),
        ("Why?", "Why: How much profit did the mill of Anna Berg make in 2018?"),
        ("When did she sell it?", "When did Anna Berg sell it?"),
        ("Who was her partner?", "Who was Anna Berg's partner?"),
        ("Was it insured?", "Was Anna Berg insured?"),
        ("Who kept the books in Bern?", "Who kept the books in Bern?"),
        ("Did Otto say that he knew?", "Did Otto say that he knew?"),
        ("Speaking of mills, how are they built?", "Speaking of mills, how are they built?"),
        ("  When was that? ", "When: How much profit did the mill of Anna Berg make in 2018?"),
        ("", ""),
        # These stand alone.
        ("How does a computer store its data?", None),
        ("Can a tenant sublet if he pays his rent?", None),
        ("Is it possible to return the product?", None),
        ("Why is it illegal to import cheese?", None),
        ("When did it rain in Bern?", None),
        ("How large is the IT budget?", None),
        ("And in which year was Huawei founded?", None),
        ("And after the war, what did Anna Berg do?", None),
        ("Why did the committee say it met?", None),
        ("What did the president say when he resigned?", None),
        ("When was the harvest in her orchard?", "When was the harvest in Anna Berg's orchard?"),
        ("How many albums did they release?", "How many albums did Anna Berg release?"),
        ("What is the name of his wife?", "What is the name of Anna Berg's wife?"),
    ],
)
def test_questions_that_lean_on_the_one_before(question, understood):
    assert stand_alone(question, [MILL]) == (question if understood is None else understood)


@pytest.mark.parametrize(
    "question, understood",
    [
        ("and flat 3?", "How many kWh did flat 3 use in March 2024?"),
        ("and of flat 3?", "How many kWh did flat 3 use in March 2024?"),
        ("What about flat 3?", "How many kWh did flat 3 use in March 2024?"),
        ("and in May?", "How many kWh did flat 1 use in May 2024?"),
        ("and gas?", "and gas?"),
    ],
)
def test_the_same_is_asked_of_another_flat_or_month(question, understood):
    before = Turn("How many kWh did flat 1 use in March 2024?", "Flat: 1; Month: March; kWh: 120")
    assert stand_alone(question, [before]) == understood


def test_another_name_takes_the_place_of_a_name_not_of_a_month():
    before = Turn("How much honey did Agnes give in June 2022?", "14.5 kg", ())
    understood = "How much honey did Berta give in June 2022?"
    assert stand_alone("what about Berta?", [before]) == understood
    assert stand_alone("and in July?", [before]) == "How much honey did Agnes give in July 2022?"
    long = Turn("Which piece is the longest?", "A mass.", ())
    assert stand_alone("and the shortest?", [long]) == "Which piece is the shortest?"
    clause = Turn("What does clause 4.1 say?", "4.1 Dogs are allowed.", ())
    assert stand_alone("and 4.2?", [clause]) == "What does clause 4.2 say?"


def test_a_place_with_a_number_is_nobody():
    before = Turn("What fell in Bay 4?", "In Bay 4 a housing fell, and Marek Dudek jumped.")
    assert stand_alone("Was he in hospital?", [before]) == "Was Marek Dudek in hospital?"


def test_what_says_little_is_asked_with_the_question_before():
    before = Turn("Which roofer did the board choose?", "They took the cheapest.", ())
    cost = "how much did that cost: Which roofer did the board choose?"
    assert stand_alone("how much did that cost?", [before]) == cost
    assert stand_alone("Is this contract valid?", [before]) == "Is this contract valid?"
    alone = "how much did that old roof over the gym cost?"
    assert stand_alone(alone, [before]) == alone


@pytest.mark.parametrize(
    ("question", "resolved", "goes_on_with_it"),
    [
        ("why?", "Why was it shut?", True),
        ("at what temperature?", "at what temperature?", True),
        ("Did she sell the mill of Thun?", "Did Anna sell the mill of Thun?", True),
        ("Who built the old mill of Thun?", "Who built the old mill of Thun?", False),
    ],
)
def test_a_question_goes_on_where_it_leans_or_says_little(question, resolved, goes_on_with_it):
    assert goes_on(question, resolved) is goes_on_with_it
    assert leans_wholly(question, resolved) is goes_on_with_it


def test_two_words_of_its_own_are_a_subject():
    asked = "When does the work start?"
    assert goes_on(asked, asked) and not leans_wholly(asked, asked)
    assert leans_wholly("and heather honey?", "and heather honey?")


def test_a_first_question_stays_as_it_is():
    assert stand_alone(" And why did she? ", []) == "And why did she?"


def test_a_name_may_stand_further_back_or_in_a_title():
    assert stand_alone("Did she sell?", [MILL, REFUSED]) == "Did Anna Berg sell?"
    told = Turn("who built the mill?", "it was built by monks.", ("Abbey of Thun",))
    assert stand_alone("Did they sell it?", [told]) == "Did Abbey of Thun sell it?"
    assert stand_alone("Did they sell it?", [REFUSED]) == "Did they sell it?"


@pytest.mark.parametrize(
    "before, question, understood",
    [
        ("When was the old mill of Thun built?", "and the harbour?", "When was the harbour built?"),
        ("How much did the mill of Bern make in 2018?", "what about the barn?",
         "How much did the barn make in 2018?"),
        ("Who owns the mill?", "and the barn?", "Who owns the mill, the barn?"),
    ],
)  # fmt: skip
def test_another_subject_takes_the_place_of_the_one_before(before, question, understood):
    assert stand_alone(question, [Turn(before, "", ())]) == understood


def test_he_is_rather_who_was_asked_for():
    who = Turn("Who founded Huawei in Shenzhen?", "It was founded by Ren Zhengfei in 1987.", ())
    assert stand_alone("When was he born?", [who]) == "When was Ren Zhengfei born?"
    assert stand_alone("Where is it based?", [who]) == "Where is Huawei based?"


@pytest.mark.parametrize(
    "before, answer, question, understood",
    [
        ("How much is a season ticket for adults?", "£80.", "What about children?",
         "How much is a season ticket for children?"),
        ("When was the price of tea raised in Bern?", "In 1990.", "Why was it raised?",
         "Why was the price of tea raised?"),
        ("What is the fine for lighting a fire in a park?", "£120.", "What if I pay it early?",
         "What if I pay it early?"),
        ("Who led the strike of 1890?", "Berta Kolb led it.", "How long did it last?",
         "How long did the strike of 1890 last?"),
        ("What changed in 2.2.0?", "Times are shown.", "And in 2.1.0?", "What changed in 2.1.0?"),
        ("When was version 2.2.0 released?", "In May.", "What about 2.1.0?",
         "When was version 2.1.0 released?"),
        ("Which book did Ines borrow?", "Ines borrowed it.", "When was it bought?",
         "When was the book bought?"),
        ("Which book did Ines borrow?", "Ines borrowed it.", "How much was it?",
         "How much was the book?"),
        ("What year did Otto leave Bern?", "He left in 1990.", "Was it cold?",
         "Was Otto cold?"),
        ("Which cities did King Crimson tour?", "They toured Bern.", "Did they improvise?",
         "Did King Crimson improvise?"),
        ("Who chose the pump?", "It was Karin Vance who chose it.", "What model is it?",
         "What model is the pump?"),
        ("Who chose the pump?", "It was Karin Vance who chose it.", "Where does she live?",
         "Where does Karin Vance live?"),
        ("When was the tap mended?", "On 3 March.", "why?", "Why was the tap mended?"),
        ("why was the tap mended?", "It dripped.", "and when?", "When was the tap mended?"),
        ("Who mended the tap?", "Tom did.", "When was that?", "When: Who mended the tap?"),
        ("How much water was used?", "388 litres.", "Why?", "Why: How much water was used?"),
        ("How do I bleed a radiator?", "1. Hold the jar.", "What is the third step?",
         "What is the third step: How do I bleed a radiator?"),
        ("Who owns the mill?", "Ann does.", "What is the first step of the recipe?",
         "What is the first step of the recipe?"),
        ("Who owns the mill?", "Ann does.", "Who took the first step towards peace?",
         "Who took the first step towards peace?"),
        ("What exactly is the rent?", "It is 4.", "When is it due?", "When is it due?"),
        ("In which town was the mill built?", "In Bern.", "When was it burnt?",
         "When was the mill burnt?"),
        ("What is the late excess?", "£2.", "what about the standard excess?",
         "What is the standard excess?"),
        ("What is the late fee?", "£2.", "What about the standard one?",
         "What is the standard fee?"),
        ("How long do I bake the apple cake?", "An hour.", "and the plum cake?",
         "How long do I bake the plum cake?"),
        ("What time does the train to York leave?", "At 9.", "and to Leeds?",
         "What time does the train to York leave, to Leeds?"),
        ("What is the fare to York for adults?", "£2.", "and for students?",
         "What is the fare to York for students?"),
    ],
)  # fmt: skip
def test_what_was_asked_for_is_what_the_next_question_is_about(
    before, answer, question, understood
):
    assert stand_alone(question, [Turn(before, answer, ())]) == understood


@pytest.mark.parametrize("title", ["TENANCY AGREEMENT", "diary", "Heating: what to do"])
def test_what_says_what_a_document_is_is_no_name(title):
    told = Turn("how high may it be?", "4.2 All other repairs are paid.", (title,))
    for question in ("Does it include water?", "Is she at home?"):
        assert stand_alone(question, [told]) == question


def test_another_of_the_same_takes_its_place():
    asked = Turn("How much is membership for adults?", "", ())
    assert stand_alone("and for students?", [asked]) == "How much is membership for students?"
    twice = Turn("How much is membership, for students?", "", ())
    assert stand_alone("What about for dogs?", [twice]) == "How much is membership for dogs?"
    other = Turn("How much is membership for adults?", "", ())
    assert stand_alone("and in Bern?", [other]) == "How much is membership for adults, in Bern?"


def test_a_month_is_no_name():
    told = Turn("What happened in March 2019 at Huawei?", "", ())
    assert stand_alone("Did it recover?", [told]) == "Did Huawei recover?"


def test_what_is_said_twice_counts_twice():
    twice = [Turn("Who?", "the same"), Turn("Who then?", "the same")]
    assert remembered(twice)["the same"] == 1.5


def test_a_thing_is_rather_what_was_asked_about():
    told = Turn("How much honey did the bees make?", "Ruth Ansell counted 40 kg.", ())
    assert stand_alone("What happened to them?", [told]) == "What happened to the bees?"
    assert stand_alone("What happened to it?", [told]) == "What happened to it?"


def test_she_is_no_fruit_and_it_is_what_was_asked_about():
    asked = Turn("How many trees does Mrs. Green own?", "Mrs. Green owns 42 trees.", ("Apples",))
    then = Turn("When did the harvest begin?", "It began in September 2019.", ("Apples",))
    assert stand_alone("When was she born?", [asked, then]) == "When was Mrs. Green born?"
    assert stand_alone("And when did it end?", [asked, then]) == "And when did the harvest end?"


def test_a_headline_is_no_name():
    told = Turn("who built the mill?", "it was.", ("The mill is sold again after ten years",))
    assert stand_alone("Did they sell it?", [told]) == "Did they sell it?"


@pytest.mark.parametrize("before", ["And who owns the mill?", "Why: who owns the mill?"])
def test_what_a_question_began_with_is_not_said_again(before):
    turns = [Turn(before, "", ())]
    assert stand_alone("why?", turns) == "Why: who owns the mill?"
    assert stand_alone("and the barn?", turns) == "who owns the mill, the barn?"


def words(text):
    return re.findall(r"\w+", text.lower())


def frequency(word):
    return {"mill": 50, "the": 90}.get(word, 1)


def test_a_question_leans_less_the_more_it_says():
    questions = (
        "Did she?",
        "Profit",
        "mill profit",
        "profit of turbines in Bern",
        "yearly profit of steam turbines made in Bern",
    )
    small = [leaning(one, words, frequency, 100) for one in questions]
    shares = [leaning(one, words, lambda word: 9 * frequency(word), 10_000) for one in questions]
    assert small == [1.0, 0.0, 0.0, 0.0, 0.0]  # in a small folder only a word that points leans
    assert leaning("What is the third step?", words, frequency, 100) == 1.0
    assert leaning("What is the third step of the recipe?", words, frequency, 100) == 0.0
    assert shares[0] == 1.0 and shares[-1] == 0.0
    assert shares == sorted(shares, reverse=True) and len(set(shares)) > 3


def test_the_subject_is_what_question_and_answer_share():
    assert topic("and losses?", [MILL], words) == "profit mill 2018"
    assert topic("and profit?", [MILL], words) == "mill 2018"
    assert topic("and losses?", [], words) == ""
    assert topic("and losses?", [REFUSED], words) == ""


def test_the_last_answers_and_question_are_remembered_as_a_unit_vector():
    turns = [Turn("a", "one"), Turn("b", "two"), Turn("c", "three")]
    assert remembered(turns) == {"three": 1.0, "two": 0.5, "c": 0.25}
    vectors = dict(zip(("three", "two", "c"), np.eye(3, dtype=np.float32), strict=True))
    found = memory(vectors, turns)
    assert found.dtype == np.float32 and np.linalg.norm(found) == pytest.approx(1)
    assert found[0] > found[1] > found[2] > 0


def test_of_a_refusal_only_the_question_is_remembered():
    assert remembered([REFUSED]) == {"who is the owner?": 0.25}


@pytest.mark.parametrize(
    "question, words",
    [
        ("What did he say?", "he"),
        ("Is it banned?", "it"),
        ("And in 2019?", "And"),
        ("what about the mill?", "what about"),
        ("why?", "why"),
        ("Why was the mill sold?", ""),
        ("Is it possible to return the product?", ""),
        ("When did it rain in Bern?", ""),
        ("IT department's budget in 2019?", ""),
        ("So what is the capital of France?", ""),
        ("When did the mill burn, and who built it?", ""),
    ],
)
def test_what_points_at_what_was_not_said(question, words):
    assert points_back(question) == words


def test_who_was_asked_for_comes_before_who_was_addressed_earlier():
    smith = Turn("Who is Mr. Smith?", "Mr. Smith is the mayor.", ())
    letter = Turn("Who wrote the letter?", "The letter was written by Anna Lee.", ())
    assert stand_alone("When was she born?", [smith, letter]) == "When was Anna Lee born?"
