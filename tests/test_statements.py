"""What several documents say: the same once, what differs side by side; and why nothing is said."""

from __future__ import annotations

import pytest

from qa.layout import sentences
from qa.output import answer_json, answer_text
from qa.records import answer_from_json
from qa.refusal import absent_words
from qa.statements import Said, facts, of_what_is_asked, with_what_follows
from qa.types import Evidence, Passage, Span
from qa.wording import emphasized, refusal_words, verdict


@pytest.fixture(scope="module")
def assistant(opened):
    return opened(
        a__txt="The old mill of Thun was built in 1620 by monks. It made paper.\n",
        b__txt="The old mill of Thun was built by monks in 1640. It stands by the river.\n",
        c__txt="The bridge of Spiez is open to lorries. It was painted green.\n",
        d__txt="The bridge of Spiez is not open to lorries. Snow fell for days.\n",
        e__txt="The harbour of Gunten has room for forty boats.\n",
        f__txt="The harbour of Gunten has room for forty boats. The harbour was dug in 1910.\n",
    )


@pytest.mark.parametrize(
    "question, quotes",
    [
        ("When was the old mill of Thun built?", ("1620", "1640")),
        ("Is the bridge of Spiez open to lorries?", ("is open", "is not open")),
    ],
)
def test_statements_that_differ_stand_side_by_side_as_such(assistant, question, quotes):
    answer = assistant.ask(question)
    first, second = (
        next(n for n, s in enumerate(answer.statements, 1) if words in s.text) for words in quotes
    )
    assert answer.statements[first - 1].against == (second,)
    assert answer.statements[second - 1].against == (first,)
    assert "These documents disagree: [1] and [2]." in answer_text(answer)
    assert verdict(answer).endswith("2 documents disagree")
    assert answer_json(answer, "", "")["statements"][0]["against"] == [2]


def test_what_two_documents_say_alike_is_said_once_and_is_no_difference(assistant):
    answer = assistant.ask("How many boats has the harbour of Gunten room for?")
    assert len(answer.statements[0].citations) == 2 and not answer.statements[0].against
    assert "disagree" not in answer_text(answer) and verdict(answer).endswith("2 documents agree")


def test_what_was_said_before_need_not_be_what_a_question_points_at(assistant):
    before = assistant.ask("what is the price of tea?")
    answer = assistant.ask("Who is he?", earlier=[before])
    assert answer.refusal.kind == "unsaid" and answer.refusal.words == ("he",)


@pytest.mark.parametrize(
    "question, kind, said",
    [
        ("Who won the chess championship?", "far", "Nothing in them is near the question. “won”"),
        ("Who painted the harbour of Gunten for Otto?", "near", "“Otto” stands nowhere in them."),
        ("What did she sing in Rome?", "unsaid", "something that was not said: “she”."),
    ],
)
def test_the_reason_for_a_refusal_is_said(assistant, question, kind, said):
    answer = assistant.ask(question)
    assert answer.refusal.kind == kind and said in refusal_words(answer)
    assert said in answer_text(answer)
    assert answer_json(answer, "", "")["refusal"]["kind"] == kind


def test_words_that_stand_nowhere_are_listed(assistant):
    answer = assistant.ask("Who sculpted Mona Lisa?")
    assert "“sculpted”, “Mona” and “Lisa” stand nowhere in them." in refusal_words(answer)


def test_an_answer_has_no_reason_for_a_refusal(assistant):
    answer = assistant.ask("Who built the old mill of Thun?")
    assert answer.found and answer.refusal is None and refusal_words(answer) == ""


def said(one, other, words=("", ""), paths=("0.txt", "1.txt")):
    evidence = []
    for number, (text, answer) in enumerate(zip((one, other), words, strict=True)):
        span = Span(0, len(text))
        at = text.index(answer)
        place = Span(at, at + len(answer)) if answer else None
        passage = Passage(number, number, paths[number], "", span, text)
        evidence.append(Evidence(passage, span, 0.9, place))
    return evidence


LOG = """2 June  Wind. Nobody came.
28 June  Thunderstorm from four to five. Lightning struck the cross; the link was dead. Cold.
4 July  Mrs Quill twisted her knee. She was flown out.
"""


@pytest.mark.parametrize(
    "question, quote",
    [
        ("What happened on 28 June?", LOG.split("\n")[1]),
        ("What was noted on 4 July?", LOG.split("\n")[2]),
        ("What was noted on 2 June?", LOG.split("\n")[0]),
        ("What struck the cross on 28 June?", None),
        ("What happened?", None),
    ],
)
def test_what_happened_on_a_day_is_told_by_its_whole_entry(question, quote):
    passage = Passage(1, 1, "log.txt", "", Span(0, len(LOG)), LOG)
    for span in sentences(LOG):
        words = Span(span.end - 5, span.end - 1)
        [found] = with_what_follows(question, [Evidence(passage, span, 0.9, words)])
        whole = quote is not None and span.of(LOG) in quote
        assert found.quote == (quote if whole else span.of(LOG))
        assert found.words == words  # these answer still


@pytest.mark.parametrize(
    "question, kept",
    [
        ("What did field 77 bring?", [0, 2]),
        ("What did field 77 bring in 2018?", [0, 2]),
        ("What did field 9 bring?", [0, 1, 2]),
        ("What did the fields bring?", [0, 1, 2]),
    ],
)
def test_sentences_about_another_number_of_the_same_are_left_out(question, kept):
    texts = "Field 77 brought rye.", "Field 727 brought oats.", "Much rye was brought in 1900."
    evidence = [said(text, text)[0] for text in texts]
    found = of_what_is_asked(question, evidence)
    assert found == [evidence[place] for place in kept]


@pytest.mark.parametrize(
    "question, texts",
    [
        ("What happened in May 2019?",
         ["In May 2019 the talks began.", "The treaty was signed on May 5, 2019."]),
        ("Which bridges are longer than 40 metres?",
         ["The bridge of Spiez is longer than 40 metres.", "That of Thun is longer than 120."]),
        ("What is new in version 1.5?", ["Version 1.5 is faster.", "Version 1.7 is smaller."]),
        ("What did field 77 bring?", ["Field 727 brought oats.", "Field 77 brought rye."]),
    ],
)  # fmt: skip
def test_a_number_that_names_nothing_leaves_all(question, texts):
    evidence = [said(text, text)[0] for text in texts]
    assert of_what_is_asked(question, evidence) == evidence


@pytest.mark.parametrize(
    "one, other, words, differ",
    [
        ("Huawei has 180,000 employees.", "Huawei has 180000 employees.", ("", ""), False),
        ("The board meets twice a year.", "The board meets 2 times a year.", ("", ""), False),
        ("The mill made a profit of 3 million in 2018.",
         "The mill made a profit of 5 million in 2018.", ("3 million", "5 million"), True),
        ("The mill made a profit of 3 million in 2018.",
         "The mill made a profit of 5 million in 2019.", ("3 million", "5 million"), False),
        ("The mill of Thun, sold in 1832, had two wheels.",
         "The mill of Thun, sold in 1840, had two wheels.", ("two wheels", "two wheels"), False),
        ("The mill of Thun was sold in 1832.",
         "The mill of Thun was sold in 1840.", ("1832", "1840"), True),
        ("Field 77 was sown in May and brought 539 sacks of rye.",
         "Field 727 was sown in May and brought 5089 sacks of rye.",
         ("539 sacks", "5089 sacks"), False),
        ("The mill was sold in July 1832.", "The mill was sold in June 1832.", ("", ""), True),
        ("The shop opens on Monday.", "The shop opens on Tuesday.", ("", ""), True),
        ("The bridge is open.", "The bridge is not open.", ("", ""), True),
    ],
)  # fmt: skip
def test_what_differs(assistant, one, other, words, differ):
    compared = Said(said(one, other, words), assistant.index)
    assert compared.otherwise(0, 1) is compared.otherwise(1, 0) is differ


@pytest.mark.parametrize(
    "one, other, paths, differ",
    [
        ("The treasurer of the club is Ada Menz.", "The treasurer of the club is Rosa Lee.",
         ("2022/rules.txt", "2025/rules.txt"), True),
        ("The treasurer of the club is Ada Menz.", "The chair of the club is Rosa Lee.",
         ("2022/rules.txt", "2025/rules.txt"), False),
        ("The treasurer is Ada Menz.", "The treasurer is not here.",
         ("rules v1.txt", "rules v2.txt"), False),
        ("The treasurer is Ada Menz.", "The treasurer is Rosa Lee.",
         ("rules_v1.2.txt", "rules_v2.txt"), True),
        ("The treasurer is Ada Menz.", "The treasurer is Rosa Lee.",
         ("minutes_2024-03-12.md", "minutes_20240514.md"), True),
        ("The treasurer is Ada Menz.", "The treasurer is Rosa Lee.",
         ("chess club.txt", "rowing club.txt"), False),
        ("The landlord is Ada Menz.", "The landlord is Rosa Lee.",
         ("lease_flat1.txt", "lease_flat2.txt"), False),
        ("The customer is Ada Menz.", "The customer is Rosa Lee.",
         ("2024/invoice_101.txt", "2024/invoice_102.txt"), False),
    ],
)  # fmt: skip
def test_names_differ_between_states_of_a_document_only(assistant, one, other, paths, differ):
    compared = Said(said(one, other, paths=paths), assistant.index)
    assert compared.otherwise(0, 1) is compared.otherwise(1, 0) is differ


def test_a_row_is_shown_with_what_its_columns_are_called(opened):
    rows = "| 1 | Ada Moor | £565 |\n| 2 | Dario Menz | £610 |\n"
    assistant = opened(
        flats__md=f"# Candle Lane\n\n| Flat | Tenant | Rent |\n|---|---|---|\n{rows}"
    )
    answer = assistant.ask("What is the rent of flat 2?")
    assert answer.statements[0].text == "| 2 | Dario Menz | £610 |"
    assert answer.statements[0].columns == "Flat | Tenant | Rent"
    assert "[1]\ncolumns: Flat | Tenant | Rent\n" in answer_text(answer)
    assert answer_json(answer, "", "")["statements"][0]["columns"] == "Flat | Tenant | Rent"


def test_a_name_that_stands_nowhere_is_said_beside_the_answer(assistant):
    answer = assistant.ask("When was the old mill of Zurzach built?")
    assert answer.found and answer.absent == ("Zurzach",)
    assert "“Zurzach” stands nowhere in these documents." in answer_text(answer)
    told = answer_json(answer, "", "")
    assert told["absent"] == ["Zurzach"] and answer_from_json(told).absent == ("Zurzach",)
    assert not assistant.ask("When was the old mill of Thun erected?").absent


@pytest.mark.parametrize(
    "question, words",
    [
        ("Zurzach mill", ()),  # any first word has a capital
        ("ZBV mill", ("ZBV",)),
        ("When was mill 77 of Thun built?", ("77",)),
        ("Who of the 1620s erected it?", ()),
        ("Whose mill is Otto's?", ("Otto's",)),
        ("Is the mill on TheRiver?", ("TheRiver",)),  # not in parts
        ("What is in mill-A?", ("mill-A",)),
        ("What do Lor-ries carry?", ("Lor-ries",)),
        ("Where are the Mill-s?", ()),
        ("Who erected it?", ()),
        ("", ()),
    ],
)
def test_names_and_numbers_that_stand_nowhere(assistant, question, words):
    assert absent_words(question, assistant.index, 0.9) == words


def test_other_words_that_stand_nowhere_are_told_where_the_answer_is_not_sure(assistant):
    asked = "Who is the longest chess champion of Thun?"
    assert absent_words(asked, assistant.index, 0.2) == ("chess", "champion")
    assert absent_words(asked, assistant.index, 0.7) == ()


@pytest.mark.parametrize(
    "question, quote",
    [
        ("What is Rosa's phone number?", "Name: Rosa Lindqvist\nRole: plumber\nPhone: 496 0123"),
        ("Who is the electrician?", "Name: Dev Patel\nRole: electrician\nPhone: 496 0456"),
        ("Who brings the cake?", "[14.02.24, 18:11] Tariq: I do, lemon"),
        ("Is the gutter fixed?", "[ ] fix gutter"),
    ],
)
def test_records_entries_and_boxes_are_quoted_as_they_stand(notes, question, quote):
    statement = notes.ask(question).statements[0]
    assert statement.text == quote
    assert "".join(emphasized(statement)) == quote


@pytest.fixture(scope="module")
def notes(opened):
    return opened(
        contacts__txt="Contacts\n\nName: Rosa Lindqvist\nRole: plumber\nPhone: 496 0123\n\n"
        "Name: Dev Patel\nRole: electrician\nPhone: 496 0456\n",
        chat__txt="[14.02.24, 18:05] Ben: I booked for six\n[14.02.24, 18:09] Mia: Who brings the"
        " cake?\n[14.02.24, 18:11] Tariq: I do, lemon\n[14.02.24, 18:30] Mia: Good\n",
        house__txt="TODO\n[ ] fix gutter\n[x] order oil\n",
    )


def test_records_that_differ_are_told_as_such(opened):
    record = "Name: Rosa Lindqvist\nRole: plumber\nPhone: {}\n"
    both = opened(a__txt=record.format("496 0123"), b__txt=record.format("496 0999"))
    answer = both.ask("What is the phone number of Rosa Lindqvist?")
    assert [one.against for one in answer.statements] == [(2,), (1,)]


def test_a_passage_that_is_headed_by_what_is_asked_is_read(opened):
    letter = opened(
        letter__md="# Letter\n\n## Follow-up\n\nShe must not drive for a week after discharge.\n\n"
        "## Medication on discharge\n\nAspirin     75 mg     daily\nIron     200 mg     daily\n"
    )
    [first, *_] = letter.ask("What medication was she discharged on?").statements
    assert first.text == "Aspirin     75 mg     daily\nIron     200 mg     daily"


def evidence_at(text, quote):
    passage = Passage(1, 1, "a.txt", "a", Span(0, len(text)), text)
    return Evidence(passage, Span(text.index(quote), text.index(quote) + len(quote)), 0.9)


@pytest.mark.parametrize(
    "question, text, quote, shown",
    [
        ("Why was it rejected?", "It was rejected in May. The panel found it too dear. It rained.",
         "It was rejected in May.",
         "It was rejected in May. The panel found it too dear. It rained."),
        ("Why was it rejected?", "It was rejected because of its price. It rained.",
         "It was rejected because of its price.", "It was rejected because of its price."),
        ("Why are they dark?", "They have been dark since May. A cable is damaged.",
         "They have been dark since May.", "They have been dark since May. A cable is damaged."),
        ("When was it rejected?", "It was rejected in May. It rained.",
         "It was rejected in May.", "It was rejected in May."),
        ("Why is 10 % too much?", "There is a yellow phase. So 10 % is too much.",
         "So 10 % is too much.", "There is a yellow phase. So 10 % is too much."),
        ("What if the list is empty?", "**The list is empty.** Check the path. **No rights.** Ask.",
         "**The list is empty.**", "**The list is empty.** Check the path."),
        ("How much did the band get?", "The band asked for £1,200. The council granted £750.",
         "The band asked for £1,200.", "The band asked for £1,200. The council granted £750."),
        ("What did the band ask for?", "The band asked for £1,200. The council granted £750.",
         "The band asked for £1,200.", "The band asked for £1,200."),
        ("Why was the boat sold?", "[10:01] Ana: The boat was sold.\n[10:02] Otto: I hate rain.",
         "[10:01] Ana: The boat was sold.", "[10:01] Ana: The boat was sold."),
        ("Why was the bridge closed?", "MAYOR: The bridge was closed. REPORTER: And the tax?",
         "MAYOR: The bridge was closed.", "MAYOR: The bridge was closed."),
        ("Why was the well sealed?", "The well was sealed.\n\n> The dog barked.",
         "The well was sealed.", "The well was sealed."),
        ("Why was Otto fired?", "Ines was promoted. Otto was fired on Monday.",
         "Otto was fired on Monday.", "Otto was fired on Monday."),
        ("Why is there a list?", "- one\n- two", "- one\n- two", "- one\n- two"),
    ],
)  # fmt: skip
def test_what_stands_beside_a_sentence_is_quoted_where_it_is_none_without(
    question, text, quote, shown
):
    [found] = with_what_follows(question, [evidence_at(text, quote)])
    assert found.quote == shown


def test_a_reason_is_sought_beside_a_sentence_rather_than_a_row():
    row = evidence_at("| 11 July | Ford closed | yes |", "| 11 July | Ford closed | yes |")
    told = "The ford was closed on 11 July. Two children had been ill."
    found = with_what_follows("Why was the ford closed?", [row, evidence_at(told, "The ford was")])
    assert found[0].quote == told
    because = evidence_at(*["| 11 July | Closed because of illness |"] * 2)
    assert with_what_follows("Why?", [because, evidence_at(told, "The ford was")])[0] == because


def test_contracts_of_two_flats_do_not_disagree(opened):
    lease = "The lease of the flat.\n\nThe deposit for the flat is {} euros.\n"
    asked = "What is the deposit for the flat?"
    two = opened(flat_a__txt=lease.format("1,480"), flat_b__txt=lease.format("1,230"))
    assert not any(one.against for one in two.ask(asked).statements)
    years = opened(flat_2016__txt=lease.format("1,480"), flat_2023__txt=lease.format("1,230"))
    assert all(one.against for one in years.ask(asked).statements[:2])


def test_numbers_in_words_are_told_apart():
    assert facts("fifteen members") == {"15"} == facts("15 members")
    assert facts("twenty members") != facts("fifteen members")


def test_what_is_part_of_another_quote_is_left_out():
    text = "It was rejected in May. The panel found it too dear."
    both = [evidence_at(text, "It was rejected in May."), evidence_at(text, "The panel found it")]
    assert len(with_what_follows("Why was it rejected?", both)) == 1
