import pytest
from hypothesis import given
from hypothesis import strategies as st

from qa.details import (
    HAS,
    NEAR,
    OTHER,
    SILENT,
    dates,
    details,
    exchanged,
    together,
    written_otherwise,
)  # fmt: skip


@pytest.mark.parametrize(
    "question, found",
    [
        ("What is the germination rate of lot TM-D?", ((), ("TM-D",), ())),
        ("Where did the van go on 9 March 2022?", (((2022, 3, 9),), (), ())),
        ("low tide on Wednesday 12 April", (((0, 4, 12),), (), ())),
        ("What does fault code E06 mean?", ((), ("E06",), ())),
        ("What rent does the tenant of flat 7 pay?", ((), (), (("flat", "7"),))),
        ("fault code e06 of ww-106", ((), ("e06", "ww-106"), ())),
        ("grams of lot c", ((), (), (("lot", "c"),))),
        ("What does Schedule C provide in 2019?", (((2019, 0, 0),), (), (("Schedule", "C"),))),
        ("Who may march in the 1980s for 200 pounds?", ((), (), ())),
        ("What happened on 03/04/2021?", ((), (), ())),  # which of them is the day?
        ("Who is the second of them, I wonder?", ((), (), ())),
    ],
)
def test_what_a_question_pins_down(question, found):
    assert tuple(details(question)) == found


@pytest.mark.parametrize(
    "text, date",
    [
        ("taken 2022-03-09, early", (2022, 3, 9)),
        ("rowing_minutes_2022-03-09.md", (2022, 3, 9)),
        ("am 9.3.2022", (2022, 3, 9)),
        ("den 9. März 2022", (2022, 3, 9)),
        ("on March 9th, 2022", (2022, 3, 9)),
        ("the 9th of March", (0, 3, 9)),
        ("9 Mar 2022", (2022, 3, 9)),
        ("14/03/2021", (2021, 3, 14)),
        ("since Sept. 2020", (2020, 9, 0)),
        ("in may", (0, 5, 0)),
        ("of 1987", (1987, 0, 0)),
    ],
)
def test_a_date_is_read_however_it_is_written(text, date):
    assert dates(text) == [date]


@pytest.mark.parametrize(
    "text", ["it may rain", "1,046 pounds", "62101", "$2000", "at 20:39", "99.1.2", "2021-45-99"]
)
def test_what_is_no_date(text):
    assert dates(text) == []


@pytest.mark.parametrize(
    "question, text, state",
    [
        ("the van on 9 March 2022", "date: 2022-03-09; driver: Ann", HAS),
        ("the van on 9 March 2022", "date: 2022-07-15; driver: Ann", OTHER),
        ("the van on 9 March 2022", "On 9 March it was lent.", HAS),
        ("the van in 2022", "date: 2022-07-15", HAS),
        ("the van on 9 March 2022", "It was driven in 2022.", SILENT),
        ("the van on 9 March 2022", "It was driven in 2021.", OTHER),
        ("the rule of 2016", "It was made in 2020.", OTHER),
        ("the rule of 2016", "In force since 2015.", SILENT),
        ("the rule of 2016", "From 2015 to 2019 it held.", HAS),
        ("lot TM-D", "lot: TM-B; crop: tomato", OTHER),
        ("sample ww-106", "sample_id: WW-106; depth: 2", HAS),
        ("sample ww-106", "sample_id: WW-107; depth: 2", OTHER),
        ("lot c", "Lot: C; grams: 40", HAS),
        ("lot c", "Lot: D; grams: 40", OTHER),
        ("lot TM-D", "lot: TM-D; crop: tomato", HAS),
        ("lot TM-D", "A-4711 is the invoice", SILENT),
        ("code E06", "| E04 | auger blocked |", OTHER),
        ("flat 7", "Flat: 7; Rent: 700", HAS),
        ("flat 7", "flats 6 and 7", HAS),
        ("clause 1.2", "1.2 Either party may end it.", HAS),
        ("section 1.2", "(1.2) Either party may end it.", HAS),
        ("clause 1.2", "see clause 1.2 and 1.3", HAS),
        ("clause 1.2", "clause 4.2 says she pays", OTHER),
        ("clause 1.2", "4.2 All other repairs", OTHER),
        ("clause 1.2", "It rose by 4.2 %.", SILENT),
        ("clause 1.2.3", "1.2 Either party may end it.", OTHER),
        ("clause 1.2", "1.2.1 The notice is in writing.", HAS),
        ("clause 1.2", "1.2: The notice", HAS),
        ("clause 1.2", "4.2 million were spent.", SILENT),
        ("version 2.3.0", "Changes > [2.3.0] - May > Added", HAS),
        ("version 2.3.0", "tidelog 2.4.0 is out", OTHER),
        ("default of max_length", "| `max_jobs` | 1000 |", OTHER),
        ("default of max_length", "at most `max_length` jobs", HAS),
        ("default of max_length", "It waits for a second.", SILENT),
        ("what does pause() return", "Job > cancel(force): None", OTHER),
        ("what does pause() return", "Job > pause(seconds)", HAS),
        ("flat 7", "flat 17, first floor", OTHER),
        ("flat 7", "a flat roof", SILENT),
        ("annex B", "Annex C lists it.", OTHER),
        ("on 20 August", "from 1 to 15 August", OTHER),
        ("on 6 June", "4 June: 6.0 kg, lot H-24-06.", OTHER),
        ("in June", "shown 2 to 20 September", OTHER),
        ("on 8 July 2023", "4-6 July", OTHER),
        ("sent pk-0093-y", "PK-0092-X went to Kiel", OTHER),
        ("the lease of flat 3", "lease_flat2.txt", OTHER),
        ("annex B", "annex a list", SILENT),
        ("gas in 2022", "Quarter: Q2 2021; Gas: 640", OTHER),
        ("gas in 2021", "2Q 2021: 640", HAS),
        ("plan T", "The plant is green.", SILENT),
        ("plan T", "Plan: T", HAS),
        ("lot C", "Lots:C", HAS),
    ],
)
def test_a_text_is_about_just_that_or_about_another(question, text, state):
    assert details(question).said(text) == [state]


@pytest.mark.parametrize(
    "question, text",
    [
        ("in May", "Between March and June"),
        ("in 2026", "Valid from 1 January 2025"),
        ("on 5 May", "on 5 and 7 May"),
        ("flat 7", "Flats 5 to 9 and the yard"),
        ("flat 7", "Flats 5-9"),
        ("on 3 March", "The pH was 7.2. It cost €7.10."),
        ("in 2023", "about 2000 books, 1800 members"),
        ("in 2023", "Call 555 2020"),
        ("lot C", "Of the lot I kept most."),
        ("bus 3", "He buys 3 tickets"),
    ],
)
def test_a_stretch_a_list_or_a_mere_number_is_not_another(question, text):
    assert OTHER not in details(question).said(text)


@pytest.mark.parametrize(
    "question",
    [
        "What was done after 2015?", "Who came before 1950?", "between 2010 and 2020",
        "Which is due by 30 June 2023?", "Which pump gives 1500 litres?", "the 24V battery at 9AM",
        "Who paid 50 or ordered 3?", "What of the lot I bought?",
    ],
)  # fmt: skip
def test_a_bound_or_a_quantity_pins_nothing_down(question):
    assert not details(question)


@pytest.mark.parametrize(
    "question, text",
    [
        ("flat 7", "Flats 5/7"),
        ("flat 7", "Flats 5, 6, and 7"),
        ("flat 7", "Flat 07"),
        ("in 2012", "the 2011-12 season"),
        ("in 2024", "budget 2023–24"),
        ("April 8", "April 8: none"),
        ("on 5 August", "was shown from 1 to 15 August in the shed"),
        ("open on 5 August", "15 May to 10 September"),
        ("on 8 July 2023", "7-10 July"),
        ("on 3 January", "20 December to 6 January"),
        ("in 2023", "The lease runs from 1 May 2022 to 30 April 2024."),
        ("am 3. Mai", "vom 1. bis 5. Mai"),
        ("sent pk-0093-y", "PK-0093-Y went to Kiel"),
        ("the lease of flat 3", "lease_flat3.txt"),
    ],
)
def test_one_of_several_is_just_that(question, text):
    assert details(question).said(text) == [HAS]


def test_what_stands_around_counts_where_the_text_is_silent_or_says_another():
    assert together([HAS, SILENT, OTHER], [OTHER, HAS, HAS]) == [HAS, NEAR, NEAR]
    assert together([SILENT, SILENT, OTHER], [SILENT, OTHER, SILENT]) == [SILENT, OTHER, OTHER]


def test_dates_are_searched_for_as_documents_may_have_them():
    assert written_otherwise("the tide on 8 April 2023").split() == ["04", "08"]
    assert written_otherwise("the tide of 2023-04-08").split() == ["april", "8"]
    assert written_otherwise("March 2022 in 2021") == "03"
    assert written_otherwise("in 2021, may it rain?") == ""


@given(st.text(max_size=80), st.text(max_size=80))
def test_any_text_can_be_asked_of_any_other(question, text):
    pinned = details(question)
    assert set(pinned.said(text)) <= {HAS, SILENT, OTHER}
    assert len(pinned.said(text)) == sum(map(len, pinned))


@pytest.mark.parametrize(
    "question, what, changed",
    [
        ("What is the rent of flat 4?", "of flat 2", "What is the rent of flat 2?"),
        ("How many of lot BR-C are left?", "BR-D", "How many of lot BR-D are left?"),
        ("Where was it on 9 March 2022?", "on 27 October", "Where was it on 27 October 2022?"),
        ("Where was it on 9 March 2022?", "in 2021", ""),
        ("What happened in March?", "in May", "What happened in May?"),
        ("Where was it in 2019?", "on 2020-05-01", ""),
        ("What is the rent of flat 4?", "the garage", ""),
        ("What is the rent?", "of flat 2", ""),
        ("What does clause 4.1 say?", "4.2", "What does clause 4.2 say?"),
        ("What does rule 6 say?", "7", "What does rule 7 say?"),
        ("What is the rent of flat 4?", "7", ""),
        ("the rent of flat 4 in May", "flat 2 in June", ""),
    ],
)
def test_one_detail_is_exchanged_for_another(question, what, changed):
    assert exchanged(question, what) == changed
