"""Rows that have most or least of something."""

import re

import pytest

from qa.assistant import Assistant
from qa.comparison import compare
from qa.config import Settings
from qa.extremes import extremes
from qa.superlatives import superlative
from qa.tables import tables, values
from qa.types import Document

MARKS = """# Marks of 2023

| Pupil | Group | Absences | Fee |
|---|---|---|---|
| Ann | A | 3 | £4.50 |
| Ben | B | 12 | £30 |
| Cid | A | 7 | free |
| Total | | 22 | |
"""
INCOME = """# Income

| Source | 2021 | 2022 | 2023 |
|---|---|---|---|
| Tolls | 6,100 | 5,900 | 8,250 |
| Rent | 900 | 1,200 | 850 |
"""


def stems(text):
    return [word.rstrip("s") for word in re.findall(r"\w+", text.lower())]


def found(question, text, path="notes.md", **more):
    """The first cells of the rows that have most or least, and what was said of them."""
    asked = superlative(question)
    if asked is None:
        return None
    document = Document(path, "Notes", text, "0" * 64, **more)
    rows = [one for table in tables(document) for one in compare(asked, table, stems)[1]]
    return [(one.row.texts()[0], one.note) for one in rows]


@pytest.mark.parametrize(
    ("question", "rows"),
    [
        ("Who had the most absences?", [("Ben", "most of 3 rows by “Absences”")]),
        ("Who had the second most absences?", [("Cid", "second most of 3 rows by “Absences”")]),
        ("Who in group A had the fewest absences?", [("Ann", "fewest of 2 rows by “Absences”")]),
        ("Who pays the highest fee?", [("Ben", "highest of 3 rows by “Fee”")]),
        ("Which pupil costs the most?", [("Ben", "most of 3 rows by “Fee”")]),
        ("Which pupil is the cheapest?", [("Cid", "cheapest of 3 rows by “Fee”")]),
    ],
)
def test_the_row_with_most_or_least_is_found(question, rows):
    assert found(question, MARKS) == rows


@pytest.mark.parametrize(
    "question",
    [
        "Who had the most trophies?",  # no such column
        "Who had the most absences in 2019?",  # another year
        "Who of Class Z9 had the most absences?",  # a name that is nowhere
        "Who had the fourth most absences?",
    ],
)
def test_what_the_table_does_not_tell_is_not_found(question):
    assert not found(question, MARKS)


@pytest.mark.parametrize(
    "question",
    [
        "Why did Ben have the most absences?",
        "Is Ben the oldest pupil?",
        "How many pupils had at least 3 absences?",
        "Most of the pupils were there, when?",
        "Who had more absences than Cid?",
        "Who had the most absences and the lowest fee?",
    ],
)
def test_other_questions_ask_for_no_such_row(question):
    assert superlative(question) is None


@pytest.mark.parametrize(
    ("question", "table"),
    [
        # another thing than what the column says
        ("Which room has the most unexcused visits?", "Room|Visits\nA|3\nB|12"),
        ("Who has the highest premium?", "What|Cost\nA|3\nB|12"),
        ("Which year had the most rain?", "Year|Temp\n2021|3\n2022|12"),
        ("Which is the longest bridge?", "Bridge|In use since\nA|1903\nB|1950"),
        ("Which is the oldest car?", "Car|Year sold\nA|1903\nB|1950"),
        ("Which house costs the least to insure?", "House|Sum insured|Premium\nA|9 EUR|2 EUR"
         "\nB|5 EUR|3 EUR"),
        ("Who has the most orders?", "Name|Order number\nAnn|1001\nBen|1002"),
        # would have to be added up
        ("Who sold the most books?", "Day|Seller|Books\n1 May 2020|Anna|10\n2 May 2020|Ben|12"
         "\n3 May 2020|Anna|10"),
        # not certain
        ("Which shop had the highest profit?", "Shop|Profit\nA|(500)\nB|200"),
        ("Which town is the largest?", "Town|Population\nA|1.2 million\nB|900,000"),
        ("Which has the most sugar?", "Drink|Sugar\nA|~30\nB|20"),
        ("Which fee is the highest?", "Kind|Fee\nA|1,2\nB|1,100"),
        # another question
        ("Who did not have the most visits?", "Name|Visits\nA|3\nB|12"),
        ("Who had the eleventh most visits?", "Name|Visits\nA|3\nB|12"),
        ("Who were the two with most visits?", "Name|Visits\nA|3\nB|12"),
        ("Who had the most visits allowed?", "Name|Visits\nA|3\nB|12"),
    ],
)  # fmt: skip
def test_where_it_is_not_certain_nothing_is_found(question, table):
    head, *rows = (f"| {line.replace('|', ' | ')} |" for line in table.split("\n"))
    rule = "|---" * head.count(" | ") + "|---|"
    assert not found(question, "\n".join((head, rule, *rows)))


def test_names_are_no_sums_and_lists_of_prices_stay_apart():
    dogs = "| Dog | Walks |\n|---|---|\n| Max | 9 |\n| Bella | 3 |\n| Net total | 12 |\n"
    assert found("Which dog had the most walks?", dogs) == [("Max", "most of 2 rows by “Walks”")]
    lists = "# Tickets\n\n- Adults £8\n- Children £4\n\n# Hire\n\n- Locker £1\n- Towel £2\n"
    [(tickets, _), (hire, _)] = found("Which is the cheapest?", lists)
    assert (tickets, hire) == ("Children", "Locker")


def test_a_remark_is_no_reason_to_lose_a_row():
    table = "| Room | Beds |\n|---|---|\n| A | 3 |\n| B | ? |\n| C | 5 |\n| D | 4 |\n"
    assert found("Which room has the most beds?", table) == [("C", "most of 3 of 4 rows by “Beds”")]


def test_a_sentence_that_says_so_comes_before_what_is_compared(tmp_path, model):
    (tmp_path / "village.md").write_text(
        "# Village\n\nThe oldest building of the village is the mill, built in 1650.\n\n"
        "| Building | Built |\n|---|---|\n| Church | 1700 |\n| School | 1950 |\n"
    )
    with Assistant.open(tmp_path, tmp_path / "index", encoder=model) as assistant:
        answer = assistant.ask("What is the oldest building of the village?")
        assert "the mill" in answer.statements[0].text and not answer.statements[0].compared


def test_only_the_documents_asked_are_compared(tmp_path, model):
    (tmp_path / "absences.md").write_text(MARKS)
    (tmp_path / "other.md").write_text("# Other\n\nThe pupils of the school wear blue.\n")
    with Assistant.open(tmp_path, tmp_path / "index", encoder=model) as assistant:
        assert not assistant.ask("Who had the most absences?", within=["other.md"]).statements
        strict = Settings(threshold=0.95)
    with Assistant(tmp_path, tmp_path / "index", encoder=model, settings=strict) as assistant:
        assert not assistant.ask("Who had the most absences?").found


def test_years_may_be_columns():
    assert found("In which year were tolls lowest?", INCOME) == [
        ("Tolls", "lowest of 3 columns: “2022”")
    ]
    assert found("When was the rent highest?", INCOME) == [("Rent", "highest of 3 columns: “2022”")]
    assert found("Which source brought the most in 2023?", INCOME) == [
        ("Tolls", "most of 2 rows by “2023”")
    ]


def test_what_would_have_to_be_added_up_is_not_found():
    log = "hive,kg\n\n" + "\n\n".join(
        f"date: {day}; hive: {hive}; honey kg: {kg}"
        for day, hive, kg in (
            ("2022-06-24", "Agnes", 17.3),
            ("2023-06-24", "Agnes", 9.5),
            ("2023-06-24", "Berta", 15),
            ("2023-08-02", "Agnes", 9),
        )
    )
    assert found("Which hive gave the most honey in 2023?", log) == []
    one = [("2023-06-24", "most of 3 rows by “honey kg”")]
    assert found("Which hive gave the most honey in a single visit in 2023?", log) == one
    assert found("Which hive gave the most honey in June 2023?", log) == [
        ("2023-06-24", "most of 2 rows by “honey kg”")
    ]


def test_dates_count_less_for_what_is_older():
    table = (
        "Name        Joined       Born\n"
        "Swim club   2 May 2019   1950\n"
        "Gym         3 June 2018  1990\n"
        "Tennis      1 July 2020  1930\n"
    )
    assert found("Who joined most recently?", table) == [
        ("Tennis", "most recently of 3 rows by “Joined”")
    ]
    assert found("Which is the oldest?", table) == [("Tennis", "oldest of 3 rows by “Born”")]
    assert found("Which is the youngest?", table) == [("Gym", "youngest of 3 rows by “Born”")]
    assert found("Who has been there the longest?", table) == [
        ("Gym", "longest of 3 rows by “Joined”")
    ]


def test_rows_that_are_alike_are_counted():
    table = "| Room | Beds |\n|---|---|\n" + "".join(f"| R{n} | {n // 6} |\n" for n in range(12))
    rows = found("Which room has the most beds?", table)
    assert [name for name, _ in rows] == [f"R{n}" for n in range(6, 12)]
    assert rows[0][1] == "most of 12 rows by “Beds”; 6 have it"


def test_a_list_of_prices_is_compared():
    text = "# Tickets\n\n- Adults: £8\n- Children £4.50\n- Family (two adults) £20\n"
    assert found("What is the cheapest ticket?", text) == [
        ("Children", "cheapest of 3 rows by “price”")
    ]


@pytest.mark.parametrize(
    ("cells", "expected"),
    [
        (["3", "12"], [(3.0,), (12.0,)]),
        (["1,204", "980"], [(1204.0,), (980.0,)]),
        (["£1,200.50", "free"], [(1200.5,), (0.0,)]),
        (["1,5", "2"], [(1.5,), (2.0,)]),
        (["4 500 kg", "900 kg"], [(4500.0,), (900.0,)]),
        (["−3 °C", "2 °C"], [(-3.0,), (2.0,)]),
        (["2", "–", "4", "5"], [(2.0,), None, (4.0,), (5.0,)]),
        (["2 May 2019", "2018-06-03"], [(2019.0, 5.0, 2.0), (2018.0, 6.0, 3.0)]),
        (["1:20", "0:59"], [(1.0, 20.0, 0.0, 0.0), (0.0, 59.0, 0.0, 0.0)]),
        (["900 g", "1.2 kg"], None),  # two units
        (["1.204", "12.5"], None),  # dots for thousands, or not
        (["3–5", "4"], None),
        (["12 (of 30)", "4"], None),
        (["H1", "H2"], None),
        (["2 May", "3 June 2018"], None),
        (["4", "n/a", "?", "–"], None),
    ],
)
def test_cells_are_compared_only_where_that_is_certain(cells, expected):
    assert values(cells) == expected


def test_the_row_is_quoted_and_what_was_compared_is_said(tmp_path):
    (tmp_path / "marks.md").write_text(MARKS)
    (tmp_path / "other.md").write_text("# Other\n\nThe pupils of the school wear blue.\n")
    with Assistant.open(tmp_path) as assistant:
        answer = assistant.ask("Who had the most absences?")
        [statement] = answer.statements
        assert statement.text == "| Ben | B | 12 | £30 |"
        assert statement.words.of(statement.text) == "12"
        assert statement.compared == "most of 3 rows by “Absences”"
        assert [one.state for one in assistant.verify(answer.citations)] == ["exact"]
        assert not assistant.ask("Who had the most trophies?").found
        assert extremes("Who wears blue?", answer.hits, assistant.index) == []
