"""Lists: found in a text, read with what they are called, and quoted whole where that is asked."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from qa.layout import as_shown, sentences
from qa.lexical import analyzer, expand
from qa.list_answers import WINDOW, asked_by_name, asked_of
from qa.lists import called, item_lists, leads, list_of
from qa.output import answer_text
from qa.statements import in_full
from qa.types import Evidence, Passage, Span

TOKENS = analyzer()

TRIP = """# School trip to Harrow Fell

We leave at 8:15 from the car park behind the library.

## What to bring

- sturdy boots
- a rain jacket
- packed lunch and one litre of water
- £12 for the chairlift

Phones stay at home.

## Afterwards

The leaders are:

* Mrs Oduya, who has
  the first-aid box
* Tom Belling
"""
LOAF = """# Rye loaf

Ingredients:

- 450 g strong flour
- 9 g salt

Method

1. Mix flour and water.
2. Add the salt.
   Knead for ten minutes.

3. Bake it.
"""


def tokens(text: str) -> list[str]:
    return list(TOKENS.analyze(expand(text)))


def found(text: str) -> list[tuple[str, list[str]]]:
    return [(called(text, one), [item.of(text) for item in one.items]) for one in item_lists(text)]


def test_lists_are_found_with_what_they_are_called():
    assert found(LOAF) == [
        ("Ingredients:", ["- 450 g strong flour", "- 9 g salt"]),
        (
            "Method:",
            [
                "1. Mix flour and water.",
                "2. Add the salt.\n   Knead for ten minutes.",
                "3. Bake it.",
            ],
        ),
    ]
    assert [one.kind for one in item_lists(LOAF)] == ["-", "1"]


@pytest.mark.parametrize(
    "text, expected",
    [
        ("- alone", []),
        ("- a\n- b\nOfficers:\n- c\n- d", [("", ["- a", "- b"]), ("Officers:", ["- c", "- d"])]),
        ("- a\n- b\n\n1. c\n2. d", [("", ["- a", "- b"]), ("", ["1. c", "2. d"])]),
        ("It rained.\n\n- a\n  - b\n- c", [("", ["- a", "- b", "- c"])]),
        ("- a\n- b\n| c | d |", [("", ["- a", "- b"])]),
        ("- - -\n\n* * *", []),
        ("Property: flat 2\n1. Term\n1.1 It begins.\n2. Rent\n2.1 It is due.", []),
        ("It is free. To book:\n1. Ask.\n2. Pay.", [("To book:", ["1. Ask.", "2. Pay."])]),
        ("Bring\r- a\r\r  more\r- c\r", [("Bring:", ["- a\r\r  more", "- c"])]),
        ("Drugs\n\nAspirin    75 mg\nIron     200 mg",
         [("Drugs:", ["Aspirin    75 mg", "Iron     200 mg"])]),
        ("How to claim:\nStep 1: Ring.\nStep 2: Wait.",
         [("How to claim:", ["Step 1: Ring.", "Step 2: Wait."])]),
        ("Codes\n\nA | b\n\nC | d", [("Codes:", ["A | b", "C | d"])]),
        ("Bring\r\n- a\r\n- b", [("Bring:", ["- a", "- b"])]),
        ("4.2 Leave is for:\n(a) birth;\n(b) death, or\n(c) moving.",
         [("4.2 Leave is for:", ["(a) birth;", "(b) death, or", "(c) moving."])]),
        ("Duties\n(i) sweep\n(ii) lock up", [("Duties:", ["(i) sweep", "(ii) lock up"])]),
        ("(a) birth\n\n(b) death", [("", ["(a) birth", "(b) death"])]),
        (f"It is given by {'long ' * 10} part\n(b) above.\n(c) of {'long ' * 10} part\n(d).", []),
        (f"{'long ' * 40}:\n- a\n- b", [("", ["- a", "- b"])]),
    ],
)  # fmt: skip
def test_where_a_list_begins_and_ends(text, expected):
    assert found(text) == expected


def test_items_are_read_with_what_their_list_is_called():
    spans = sentences(LOAF)
    named = dict(zip([span.of(LOAF) for span in spans], leads(LOAF, spans), strict=True))
    assert named["- 9 g salt"] == "Ingredients:"
    assert named["2. Add the salt."] == "Method:"
    assert named["Method"] == named["Ingredients:"] == ""
    assert leads("- a\n- b", [Span(0, 3), Span(4, 7)], "What to bring") == ["What to bring:"] * 2
    assert leads("So:\n- a\n- b", [Span(4, 7)], "What to bring") == ["So:"]


ALARM = """# Handbook

## Fire alarm

1. Stop the machine.
2. Leave by the green door.
   1. Close it.
   2. Do not run.
3. Report to the fire warden.

## Prices

What not to bring:
- dogs
- glass

Bike rules:
- Bring the bike back by six.
- Helmets are worn.
"""
CODES = """## Error codes

| Code | Meaning |
|---|---|
| F.22 | too little water |
| F.28 | no ignition |

**Q: What should I wear?**
- a cap
- gloves
"""


def test_what_goes_on_with_an_entry_is_read_with_when_it_was_and_who_speaks():
    chat = "[14/02/2024, 18:05] Ben: Yes. I booked for six\n[14/02/2024, 18:09] Mia: Fine"
    diary = "Tue 12 March\nThey rang: I got it. Priya had two desserts.\n\nNo date here. None."
    for text, expected in (
        (chat, ["", "[14/02/2024, 18:05] Ben:", ""]),
        (diary, ["", "Tue 12 March:", "", ""]),
        ("1.1 Rent: It is due. On Monday.\n1.2 Pets: None.", ["", "1.1 Rent:", ""]),
        ("It rained on 3 May. We went. Home.", ["", "", ""]),
        ("3 May  Wind. Cold.\n4 May  Hail. It is\nwet.", ["", "3 May:", "", "4 May:"]),
        ("Log of 2025\nMay 3 Wind.\nMay 4 Hail. Wet.", ["", "", "", "May 4:"]),
        (
            "It rained and hailed all day. We stayed in the hut on the\n"
            "3 May. Rain fell until the\n4 May. It rained.",
            [""] * 4,
        ),
        ("BOB: I'd take Harker's. Dale did the church.\nANN: No.", ["", "BOB:", ""]),
        ("Finances: Sam reported. The rent rose.", ["", "Finances:"]),
    ):
        assert leads(text, sentences(text)) == expected


@pytest.mark.parametrize(
    "text, sentence, question, begins, ends",
    [
        (TRIP, "sturdy boots", "What should I bring?", "- sturdy", "chairlift"),
        (TRIP, "sturdy boots", "What do we bring on the school trip?", "- sturdy", "chairlift"),
        (TRIP, "Tom Belling", "Who are the leaders?", "The leaders are:", "Tom Belling"),
        (TRIP, "The leaders are:", "Who are the leaders?", "The leaders are:", "Tom Belling"),
        (LOAF, "9 g salt", "What are the ingredients of the rye loaf?", "Ingr", "salt"),
        (LOAF, "Bake it.", "How do I make the loaf?", "1. Mix", "it."),
        (LOAF, "Bake it.", "What are the steps of the method?", "1. Mix", "it."),
        (LOAF, "9 g salt", "How much salt?", None, None),
        (LOAF, "Bake it.", "What is the second step?", "2. Add", "ten minutes."),
        (LOAF, "Bake it.", "What is the last step of the loaf?", "3. Bake", "it."),
        (LOAF, "Bake it.", "What does step 1 say?", "1. Mix", "water."),
        (LOAF, "Bake it.", "What does step 7 say?", None, None),
        (ALARM, "1. Stop", "What do I do at a fire alarm?", "1. Stop", "warden."),
        (ALARM, "1. Stop", "What is the second step?", "2. Leave", "Do not run."),
        (ALARM, "1. Stop", "What is the last step?", "3. Report", "warden."),
        (ALARM, "1. Stop", "What comes after step 1?", None, None),
        (ALARM, "1. Stop", "What is the second step of the loaf?", None, None),
        (ALARM, "1. Stop", "Who is the first point of contact?", None, None),
        (ALARM, "- dogs", "What should I bring?", None, None),
        (ALARM, "- dogs", "What must I not bring?", "What not", "glass"),
        (ALARM, "- Helmets", "What are the bike rules?", "Bike rules", "worn."),
        (ALARM, "- Helmets", "When do hirers return under the bike rules?", None, None),
        (CODES, "| F.22", "What are the codes of the washing machine?", None, None),
        (CODES, "| F.22", "What are the error codes?", "| Code", "ignition |"),
        (CODES, "| F.22", "What does F.28 mean?", None, None),
        (CODES, "- a cap", "What should I wear?", "**Q: What", "gloves"),
        (TRIP, "£12 for the chairlift", "How much is the chairlift?", None, None),
        (TRIP, "packed lunch", "What should I bring for lunch?", None, None),
        (TRIP, "Phones stay", "What should I bring?", None, None),
        (LOAF, "9 g salt", "How much does the loaf weigh?", None, None),
        (LOAF, "9 g salt", "How do I make the loaf?", None, None),
    ],
)
def test_a_list_is_quoted_whole_where_the_question_asks_for_it(
    text, sentence, question, begins, ends
):
    at = text.index(sentence)
    span = asked_of(text, Span(at, at + len(sentence)), question, text.split("\n")[0], tokens)
    quote = span and span.of(text)
    assert (quote is None) == (begins is None)
    if quote is not None:
        assert quote.startswith(begins) and quote.endswith(ends)


@pytest.mark.parametrize(
    "question, several, whole",
    [
        ("What should the children pack?", False, False),
        ("What should the children pack?", True, True),
        ("What do the children need?", True, False),
        ("How much should the children pack?", True, False),
        ("Which boots should the children pack?", True, False),
    ],
)
def test_several_items_that_answer_are_a_list_that_is_asked_for(question, several, whole):
    text = "To pack:\n- boots\n- a torch\n- two towels\n"
    at = text.index("a torch")
    sentence = Span(at, at + 7)
    span = asked_of(text, sentence, question, "letter.txt", tokens, several=several)
    assert (span is not None) == whole


@pytest.mark.parametrize(
    "opening, titled",
    [
        ("4.1 Night work.", True),
        ("4.1 Fire safety.", True),
        ("4.1 Opening hours.", True),
        ("4.1 Pets and bicycles.", True),
        ("4.1 Sports equipment.", True),
        ("4.1 Members pay quarterly.", False),
        ("4.2 Guests leave early.", False),
        ("4.3 Pets need permission.", False),
        ("3.2 Mieter zahlen monatlich.", False),
        ("3.1 Hunde schlafen draußen.", False),
        ("3.1 Fourteen suffice.", False),
    ],
)
def test_a_short_sentence_of_a_clause_is_no_title(opening, titled):
    text = f"{opening} It is done so by all. It is written."
    assert any(leads(text, sentences(text))) == titled


@pytest.mark.parametrize(
    "question, begins",
    [
        ("What to pack for the island?", "To pack:"),
        ("What should we pack?", "To pack:"),
        ("Which boots should we pack for the island?", None),  # just that item
        ("What should we pack for the desert?", None),  # stands nowhere
        ("Who packs for the island?", None),
        ("Can we pack a knife?", None),
        ("What is the deadline to pack?", None),
        ("What is the fee for what to pack?", None),
        ("Which trip should we pack for?", None),
        ("What should we pack that is left?", None),
        ("Tell me when we should pack.", None),
        ("Should we pack for the island?", None),
        ("What do pack ponies eat?", None),
        ("What do pack ponies eat in winter?", None),
        ("What should we pack in winter?", "Pack in winter:"),
        ("What should the trip pack?", "To pack:"),
        ("What does it say on the island to pack?", None),
        ("Which may leave?", "Who may leave"),  # a sentence that goes on in them
        ("What is the trip to the island?", None),
        ("What jobs are left?", None),  # some of them are
        ("What is the price?", None),  # a table
    ],
)
def test_a_list_is_found_by_its_name(question, begins):
    text = (
        "A trip to the island. Ponies eat hay.\n\nPack in winter:\n- skis\n- wax\n\n"
        "To pack:\n- boots\n- a torch\n\n"
        "Jobs left:\n- [x] ring\n- [ ] pay\n\n"
        "Price:\n| a | 3 |\n| b | 4 |\n\nWho may leave\n(a) one\n(b) two\n\nSee you."
    )
    span = asked_by_name(text, Span(0, 21), question, "letter.txt", tokens)
    assert (span and span.of(text).split("\n")[0]) == begins
    assert asked_by_name("To pack:\n- a\n- b" * 500, Span(0, 9), question, "", tokens) is None


def test_fields_are_read_with_what_they_stand_under():
    text = "bells:\n  monday:\n    lunch: 12:00\n  tuesday:\n    lunch: 12:10\nend: 14:45\n"
    spans = [Span(at, at + 12) for at in (text.index("lunch"), text.rindex("lunch"))]
    spans.append(Span(text.index("end"), len(text)))
    assert leads(text, spans) == ["bells: monday:", "bells: tuesday:", ""]


def test_a_sentence_that_goes_on_in_items_is_quoted_with_them():
    text = "1.2 Either party may end it\n(a) after a year;\n(b) at once, if it burns.\n"
    for sentence in (Span(0, 27), Span(text.index("at once"), len(text))):
        span = asked_of(text, sentence, "How may either party end it?", "lease.txt", tokens)
        assert span and span.of(text) == text.rstrip()


def test_a_list_too_long_to_quote_is_left_in_items():
    text = "Bring:\n" + "\n".join(f"- thing {n}" for n in range(100))
    assert asked_of(text, Span(10, 15), "What should I bring?", "", tokens) is None
    text = "Steps\n" + "\n".join(f"{n}. {'turn the screw ' * 6}" for n in range(1, 61))
    assert asked_of(text, Span(10, 15), "What is the last step?", "", tokens) is None
    text = "x " * 4_000 + "\n\nBring:\n- a\n- b\n\n" + "y " * 4_000
    at = text.index("- a")
    assert asked_of(text, Span(at, at + 3), "What should I bring?", "", tokens) is not None


@given(st.text("ab -*1.:#|\n\r\t ", max_size=80), st.integers(0, 80))
def test_a_list_lies_in_its_text(text, start):
    for one in item_lists(text):
        assert one.lead.end <= one.span.start or one.lead == Span(0, 0)
        assert all(item.of(text).strip() == item.of(text) for item in one.items)
    span = Span(min(start, len(text)), len(text))
    whole = asked_of(text, span, "a b?", "a", tokens)
    assert whole is None or (0 <= whole.start < whole.end <= len(text))
    assert not list_of(text, Span(len(text), len(text)))


def test_a_list_is_shown_an_item_a_line():
    assert as_shown("Who:\r* Ann\r  - Bo") == "Who:\n* Ann\n  - Bo"
    assert as_shown("Who:\n\n* Ann\n  Lee\n  - Bo\u202e\n") == "Who:\n* Ann Lee\n  - Bo\ufffd"
    assert as_shown("One sentence\n on two lines.") == "One sentence on two lines."
    assert as_shown("Name:  Rosa\nPhone: 496") == "Name: Rosa\nPhone: 496"


@pytest.fixture(scope="module")
def assistant(opened):
    return opened(trip__md=TRIP, loaf__md=LOAF, other__txt="The mill of Thun made paper.\n")


def test_a_list_is_answered_as_one_checked_quote(assistant):
    answer = assistant.ask("What should I bring?")
    first = answer.statements[0]
    quote = TRIP[TRIP.index("- sturdy") : TRIP.index("\n\nPhones")]
    assert first.text == quote
    [citation] = [one for one in answer.citations if one.number in first.citations]
    assert (citation.quote, citation.line_start, citation.line_end) == (quote, 7, 10)
    assert [one.state for one in assistant.verify([citation])] == ["exact"]
    assert not any(one.text in quote for one in answer.statements[1:])
    assert answer_text(answer).startswith("- sturdy boots\n- a rain jacket\n")


def test_an_item_is_answered_alone(assistant):
    assert assistant.ask("How much is the chairlift?").statements[0].text == "£12 for the chairlift"
    assert assistant.ask("Who are the leaders?").statements[0].text.startswith("The leaders are:")


def test_items_of_other_lists_do_not_stand_behind_a_whole_one(assistant):
    answer = assistant.ask("How do I make the rye loaf?")
    assert answer.statements[0].text.startswith("1. Mix flour and water.")
    assert not any("450 g" in one.text for one in answer.statements[1:])


CLUB = """# The rowing club

Mr Oyelaran keeps the boats of the rowing club in the shed by the lake since the flood.

Boats:
- Heron, a skiff that takes two
- Otter, a skiff that takes four
- Plover, a skiff that takes one

The boats of the rowing club lie in the shed from May on.

The fee for boats is nine pounds a year.
"""


@pytest.fixture(scope="module")
def club(opened):
    return opened(club__md=CLUB, other__txt="The mill of Thun made paper.\n")


@pytest.mark.parametrize(
    "question", ["What boats does the rowing club have?", "What are the boats?"]
)
def test_a_list_is_answered_by_its_name(club, question):
    first, *others = club.ask(question).statements
    assert first.text == CLUB[CLUB.index("Boats:") : CLUB.index("\n\nThe boats of")]
    assert not any(one.text in first.text for one in others)


@pytest.mark.parametrize(
    "question, begins",
    [
        ("What is the fee for boats?", "The fee for boats"),
        ("How many does the boat Otter take?", "Otter, a skiff that takes four"),
        ("Who keeps the boats?", "Mr Oyelaran"),
    ],
)
def test_a_list_is_not_the_answer_to_what_else_is_asked(club, question, begins):
    assert club.ask(question).statements[0].text.startswith(begins)


def evidence_in(text, *words):
    passage = Passage(1, 1, "letter.txt", "", Span(0, len(text)), text)
    spans = [Span(text.index(word), text.index(word) + len(word)) for word in words]
    return [Evidence(passage, span, 0.9, None) for span in spans]


class Texts:
    def __init__(self, text):
        self._text = text

    def text(self, path):
        return self._text


@pytest.mark.parametrize(
    "words, whole",
    [
        (["- two towels.", "- a torch."], True),
        (["- a torch.", "It shines."], False),  # of one item
        (["- a torch."], False),
    ],
)
def test_two_items_that_answer_are_two_and_not_two_sentences_of_one(assistant, words, whole):
    text = "Things to pack:\n- boots.\n- a torch. It shines.\n- two towels.\n"
    question = "What should the children pack?"
    found = in_full(question, evidence_in(text, *words), assistant.index, Texts(text))
    assert (found[0].quote == text.strip()) == whole


def test_a_list_that_is_asked_for_by_its_name_stands_before_other_evidence(assistant):
    text = "We meet at the pier of the island.\n\nTo pack:\n- boots.\n- a torch.\n"
    found = evidence_in(text, "- a torch.", "We meet at the pier of the island.")
    for evidence in (found, found[1:]):
        whole = in_full("What to pack for the island?", evidence, assistant.index, Texts(text))
        assert [one.quote.split()[-1] for one in whole] == ["torch.", "island."]


def test_a_list_on_the_edge_of_what_is_looked_at_may_be_cut_off():
    text = "x\n\nThe neighbours are to pack:\n- boots\n- a torch\n\n" + "y. " * 2_000
    at = text.index("to pack") + WINDOW
    assert asked_by_name(text, Span(at, at + 9), "What to pack?", "", tokens) is None
    assert asked_by_name(text, Span(99, 108), "What are neighbours to pack?", "", tokens)
    text = "y. " * 1_000 + "\n\nTo pack:\n- boots\n- a torch\n- a hat\n\n" + "y. " * 2_000
    at = text.index("- a hat") - WINDOW
    assert asked_by_name(text, Span(at - 9, at), "What to pack?", "", tokens) is None
    assert asked_by_name(text, Span(999, 1_008), "What to pack?", "", tokens)


def test_rows_of_a_table_that_answer_are_not_all_of_it():
    text = "To pack:\n| boots | 2 |\n| a torch | 1 |\n| two towels | 1 |\n"
    at = text.index("a torch")
    asked = "What should the children pack?"
    assert asked_of(text, Span(at, at + 7), asked, "", tokens, several=True) is None


def test_what_is_long_is_not_quoted_whole():
    before, after = "y. " * 960 + "\n\n", "\n" + "y. " * 960
    lists = "To pack:\n- boots\n- a torch\n"

    def found(text):
        span = Span(text.index("- boots"), text.index("- boots") + 7)
        by_name = asked_by_name(text, span, "What to pack?", "", tokens)
        return by_name, asked_of(text, span, "What to pack?", "", tokens)

    assert all(found(lists)) and all(found(before[-600:] + lists + after[:600]))
    assert found("To pack:\n- boots\n" + "- a thing\n" * 38)[0] is not None
    assert found("To pack:\n- boots\n" + "- a thing\n" * 41) == (None, None)  # items
    assert found("To pack:\n- boots\n" + f"- {'a thing ' * 16}\n" * 20) == (None, None)  # long
