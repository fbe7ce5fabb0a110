import pytest
from hypothesis import given
from hypothesis import strategies as st

from qa.reader import as_told
from qa.text import is_row
from qa.told import told

TABLE = "| Flat | Tenant | Rent |\n|---|:---|---|\n| 1 | Ada Menz | £610 |\n| 2 |  | £690 |"


def texts(passage):
    lines = [line for line in passage.split("\n") if line and "--" not in line]
    return [one.text for one in told(lines, passage)]


def test_rows_are_read_with_the_names_of_their_columns():
    assert texts(TABLE) == [
        "| Flat | Tenant | Rent |",
        "Flat: 1; Tenant: Ada Menz; Rent: £610",
        "Flat: 2; Rent: £690",
    ]
    assert texts("Item | 2022\n\nBy car, a mile | 33p\n\nBy bus | 35p")[1:] == [
        "By car, a mile | 33p",  # of words only, it may be no head
        "By bus | 35p",
    ]
    assert texts("Item | Price\n\nTea | 3.50\n\nCake | 4")[1:] == [
        "Item: Tea; Price: 3.50",
        "Item: Cake; Price: 4",
    ]


def test_what_the_columns_are_called_is_told_of_rows_only():
    lines = ["Intro.", *(line for line in TABLE.split("\n") if "--" not in line), "x | y | z | w"]
    columns = [one.columns for one in told(lines, f"Intro.\n\n{TABLE}\n\nx | y | z | w")]
    assert columns == ["", "", "Flat | Tenant | Rent", "Flat | Tenant | Rent", ""]


def test_a_record_is_read_as_a_row_and_a_box_in_words():
    [record] = told(["Name: Rosa Lee\nPhone: 496 0123"], "")
    assert record.text == "Name: Rosa Lee; Phone: 496 0123" and is_row(record.text)
    assert record.in_line(6, 14) == (6, 14) and record.in_line(23, 31) == (22, 30)
    line = "Name: Rosa Lee\nPhone: 496 0123"
    assert line[slice(*record.in_line(23, 31))] == "496 0123"
    asked, named = told(["Who?", "Name: A\nAge: 3", "x"], "", ["", "", "People:"])[1:]
    assert (asked.text, named.text) == ("Who? Name: A; Age: 3", "People: x")
    done, open_, neither = told(["[x] order oil", "[ ] fix gutter", "[y] no box"], "")
    assert (done.text, open_.text) == ("Done: order oil", "Still to do: fix gutter")
    assert neither.text == "[y] no box"
    assert open_.in_line(13, 23) == (4, 14) and open_.in_line(0, 5) is None


def test_rows_whose_cells_blanks_keep_apart_are_read_as_rows():
    lines = ["Item\tQty\tPrice", "Labour (hour)\t2\t48.00", "Subtotal\t96.00", "It is due."]
    head, labour, total, due = told(lines, "")
    assert labour.text == "Item: Labour (hour); Qty: 2; Price: 48.00"
    assert labour.columns == "Item | Qty | Price" and not head.answers
    assert (total.text, total.columns, due.text) == ("Subtotal: 96.00", "", "It is due.")
    assert labour.in_line(29, 34) is None and labour.in_line(36, 41) == (16, 21)
    assert lines[1][16:21] == labour.text[36:41] == "48.00"
    assert told(["He   said\tso."], "")[0].text == "He   said so."  # blanks, and no table
    [lone, _] = told(["Iron\t200 mg\tdaily", "Tea\t1 g\tdaily"], "", ["Drugs:", "Drugs:"])
    assert lone.text == "Drugs: Iron | 200 mg | daily" and is_row(lone.text)
    aligned = ["| Flat | Rent |", "| 1    | £610 |"]
    assert told([" ".join(line.split()) for line in aligned], "\n".join(aligned))[1].text
    corner, power = told(["Brisk 9\tBrisk 15", "Power\t7 kW\t11 kW"], "")
    assert power.text == "Power; Brisk 9: 7 kW; Brisk 15: 11 kW"
    assert power.columns == "Brisk 9 | Brisk 15" and corner.text == "Brisk 9\tBrisk 15"
    assert power.answers and not corner.answers


def test_a_row_above_the_sums_is_no_head():
    lines = ["House\t2020\t2021", "Quay\t1,912\t2,054", "Mill\t988\t1,033", "Total\t2,900\t3,087"]
    text = "\n".join((lines[0], "-----", *lines[1:3], "-----", lines[3])).replace("\t", "   ")
    read = [one.text for one in told(lines, text)]
    assert read[2:] == [
        "House: Mill; 2020: 988; 2021: 1,033",
        "House: Total; 2020: 2,900; 2021: 3,087",
    ]


def test_a_head_may_stand_below_other_lines_with_gaps():
    lines = ["PLAN\tas of March", "Drug\tStrength\tMorning", "Ramipril\t5 mg\t1", "Zocor\t20 mg\t0"]
    _, head, first, _ = told(lines, "")
    assert not head.answers and first.text == "Drug: Ramipril; Strength: 5 mg; Morning: 1"


def test_a_question_in_bold_answers_none_and_stands_before_what_does():
    asked, said = told(["**Q: Are dogs allowed?**", "Only on a lead."], "")
    assert not asked.answers and said.text == "**Q: Are dogs allowed?** Only on a lead."


def test_a_label_of_what_follows_answers_nothing():
    lines = ["summary: >-", "One week.", "Officers:", "Chair: Ada", "At 9:40:"]
    assert [one.answers for one in told(lines, "\n\n".join(lines))] == [False, True] * 2 + [True]


def test_aligned_tables_and_tables_one_after_the_other_keep_their_heads():
    aligned = "Intro.\n\n| Flat | Tenant   |\n| ---- | :------ |\n| 1    | Ada Menz |"
    lines = [" ".join(line.split()) for line in aligned.split("\n") if line and "--" not in line]
    assert told(lines, aligned)[-1].text == "Flat: 1; Tenant: Ada Menz"
    two = "| a | b |\n|---|---|\n| 1 | 2 |\n\n| x | y |\n|---|---|\n| 3 | 4 |"
    assert texts(two) == ["| a | b |", "a: 1; b: 2", "| x | y |", "x: 3; y: 4"]


@pytest.mark.parametrize(
    "passage",
    [
        "No table.\nA line | with a bar.",
        "| 1 | Ada Menz | £610 |\n| 2 |  | £690 |",  # the head is in another passage
        "| a |\n|---|\n| b |",
    ],
)
def test_what_has_no_head_is_read_as_it_is(passage):
    assert texts(passage) == [line for line in passage.split("\n") if "--" not in line]


def test_words_that_were_read_are_found_in_the_row():
    row = told(TABLE.split("\n")[::2], TABLE)[1]
    start = row.text.index("Ada")
    place = row.in_line(start, start + 3)
    assert place is not None and "| 1 | Ada Menz | £610 |"[slice(*place)] == "Ada"
    assert row.in_line(0, 4) is None  # the name of a column
    whole = row.in_line(row.text.index("1"), row.text.index("£610") + 4)
    assert whole is not None and "| 1 | Ada Menz | £610 |"[slice(*whole)] == "1 | Ada Menz | £610"


@given(st.lists(st.text("ab1|-: ", max_size=20), max_size=6))
def test_parts_stand_in_the_line(lines):
    for one, line in zip(told(lines, "\n".join(lines)), lines, strict=True):
        for at, place, size in one.parts:
            assert one.text[at : at + size] == line[place : place + size]


def test_what_answers_a_question_is_read_with_it():
    passage = (
        "How long does a wall last?\nAbout forty years.\nSome stand longer.\nDo they? Do they?"
    )
    assert texts(passage) == [
        "How long does a wall last?",
        "How long does a wall last? About forty years.",
        "Some stand longer.",
        "Do they? Do they?",
    ]
    [_, answer, *_] = told(passage.split("\n"), passage)
    start = answer.text.index("forty")
    assert answer.in_line(start, start + 5) == (6, 11)
    assert answer.in_line(0, 3) is None


TITLES = """2. Grant of Licence. Each person grants You a licence.

6. Trademarks. This Licence does not cover
   trade names. It never did.

**Storage.** Keep it cool.

Nobody. There was nobody.

7. Rome.
"""


def test_a_title_before_the_first_sentence_is_read_with_its_paragraph_and_answers_none():
    read = [(line.text, line.answers) for _, line in as_told(TITLES)]
    assert read == [
        ("Grant of Licence.", False),
        ("Grant of Licence. Each person grants You a licence.", True),
        ("Trademarks.", False),
        ("Trademarks. This Licence does not cover trade names.", True),
        ("Trademarks. It never did.", True),
        ("**Storage.**", False),
        ("Storage. Keep it cool.", True),
        ("Nobody.", True),
        ("There was nobody.", True),
        ("Rome.", True),
    ]


def read(text):
    return [(line.text, line.answers) for _, line in as_told(text)]


def test_titles_in_small_letters_are_those_of_clauses_or_of_all_numbered_paragraphs():
    assert read("2.4 Night work. Nobody works alone.") == [
        ("2.4 Night work.", False),
        ("Night work. Nobody works alone.", True),
    ]
    policy = "7. Laptops. They lock.\n\n8. Working from home. No papers.\n\n9. Visits. None."
    assert ("Working from home. No papers.", True) in read(policy)
    for said in ("The deposit is ninety euros.", "Dogs are allowed.", "Nobody smokes here."):
        assert read(f"3.2 {said} More of it.")[0] == (f"3.2 {said}", True)
    assert read("1. Ada Menz. Director since 2011.")[0] == ("Ada Menz.", True)
    recipe = (
        "1. Heat the oven. Wait.\n\n2. Mix two eggs with all of the flour. Stir.\n\n3. Bake. Eat."
    )
    assert ("Heat the oven.", True) in read(recipe)


@pytest.mark.parametrize(
    ("line", "answers"),
    [
        ("socket.setTimeout(3000); socket.on('end', () => { close(); });", False),
        ("const { nextTick } = require('process');", False),
        ("def double(number): return 2 * number", False),
        ("for (const line of lines) {", False),
        ("(a) the tenant pays the rent;", True),
        ("sudo apt install larkspur", True),
        ("the annual fee is 45 euros (reduced: 20 euros);", True),
        ("import duties are paid by the buyer (in full);", True),
        ("private rooms (12) cost 40 euros", True),
        ("let it cool (20 minutes) then cut.", True),
        ("The password is 'sunflower';", True),
        ("@book{lee, author = {Rosa Lee}, }", True),
        ("We export (nearly all) grain; we import (some) rice.", True),
    ],
)
def test_lines_of_programs_answer_none_but_commands_and_records_may(line, answers):
    assert told([line], line)[0].answers is answers
