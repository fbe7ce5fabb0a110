import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from qa.layout import as_shown, by_field, paragraphs, quotable, sentences
from qa.text import (
    LineIndex,
    escaped,
    has_words,
    is_row,
    normalized,
    one_line,
    printable,
    shorten,
    trim,
)
from qa.types import Span

pieces = st.sampled_from(
    [
        *("Dr. Smith left. ", "He said no! ", "U.S. law. ", "华为否认了。", "它说没有！", "はい。"),
        *("👩‍👩‍👧 ok. ", "e\u0301te\u0301. ", "\u202e", "\ufeff", "\x1b[31m", "a" * 50, " ", "\t"),
        *("\r\n", "\n", "\r", "\n\n", "\r\n\r\n", "\x0c", "\u2028", "\x85"),
        *("- item\n", "# Head\n", "| a | b |\n", "> quoted. ", "1. one\n", "```\ncode\n```\n"),
        "---\nk: v\n---\n",
        "---\nk: >\n  v w\n  x.\n---\n",
    ]
)
texts = st.lists(pieces, max_size=30).map("".join) | st.text(max_size=200)


@given(texts)
def test_sentences_are_in_order_trimmed_and_never_overlap(text):
    last = 0
    for span in sentences(text):
        assert last <= span.start < span.end <= len(text)
        assert span.of(text) == span.of(text).strip()
        last = span.end


@given(texts)
def test_sentences_hold_every_visible_character(text):
    held = "".join(span.of(text) for span in sentences(text))
    assert re.sub(r"\s", "", held) == re.sub(r"\s", "", text)


@given(texts)
def test_a_sentence_never_crosses_a_paragraph(text):
    blocks = list(paragraphs(text))
    for span in sentences(text):
        assert any(block.start <= span.start and span.end <= block.end for block in blocks)


@given(texts, st.data())
def test_sentences_of_a_part_stay_inside_it(text, data):
    start = data.draw(st.integers(0, len(text)))
    end = data.draw(st.integers(start, len(text)))
    for span in sentences(text, Span(start, end)):
        assert start <= span.start < span.end <= end


@given(texts)
def test_line_numbers_are_those_of_an_editor(text):
    index = LineIndex(text)
    lines = re.split(r"\r\n|\n|\r", text)
    assert len(index) == len(lines)
    offset = 0
    for number, line in enumerate(lines, 1):
        assert index.line_of(offset) == number
        if line:
            assert index.line_of(offset + len(line) - 1) == number
        assert index.span_of(number).of(text).rstrip("\r\n") == line or "\r" in line
        offset += len(line)
        offset += 2 if text[offset : offset + 2] == "\r\n" else 1


def test_form_feed_and_unicode_separators_are_no_line_breaks():
    assert LineIndex("a\x0cb\u2028c\x85d").line_of(6) == 1


@given(texts)
def test_printable_text_has_no_control_characters(text):
    safe = printable(text)
    assert not re.search(
        r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u2028\u2029\u202a-\u202e\u2066-\u2069]", safe
    )


@given(texts, st.integers(5, 60))
def test_shortened_text_is_one_line_of_the_width(text, width):
    assert len(shorten(text, width)) <= width
    assert "\n" not in shorten(text, width)


@given(st.text(max_size=50))
def test_trim_takes_white_space_only(text):
    span = trim(text, 0, len(text))
    assert span.of(text) == text.strip()


@pytest.mark.parametrize(
    "text, expected",
    [
        ("The U.S. agreed. Mr. Brown left.", ["The U.S. agreed.", "Mr. Brown left."]),
        ("One.\nTwo\nlines. Three.", ["One.", "Two\nlines.", "Three."]),
        ("华为否认了。它说没有！", ["华为否认了。", "它说没有！"]),
        (
            "8 April: 1.4 kg.\n9 April: none.\nNo more.",
            ["8 April: 1.4 kg.", "9 April: none.", "No more."],
        ),
        (f"{'word ' * 13}for Dr.\nBrown. Yes.", [f"{'word ' * 13}for Dr.\nBrown.", "Yes."]),
        (
            "Er gilt ab dem 1. Januar. Nur der 2. Stock.",
            ["Er gilt ab dem 1. Januar.", "Nur der 2. Stock."],
        ),
        ("Am 3. bzw. am 4. Mai. I am 5. Yes.", ["Am 3. bzw. am 4. Mai.", "I am 5.", "Yes."]),
        ("# Head\nText one. Two.", ["# Head", "Text one.", "Two."]),
        ("- first\n- second. More.", ["- first", "- second.", "More."]),
        ("Title\n\nBody.\r\n\r\nEnd.", ["Title", "Body.", "End."]),
        ("---\na: 1\nb: 2\n---\nBody.", ["---", "a: 1", "b: 2", "---", "Body."]),
        ("| a | b |\n|---|---|\n| c | d |", ["| a | b |", "|---|---|", "| c | d |"]),
        (
            "[14.02., 18:05] Ben: At 7\nin town\n[14.02., 18:09] Mia: Who? I do",
            ["[14.02., 18:05] Ben: At 7\nin town", "[14.02., 18:09] Mia: Who?", "I do"],
        ),
        ("1.1 The rent\nis due\n1.2 Pets", ["1.1 The rent\nis due", "1.2 Pets"]),
        ("It rose to\n3.5 million.", ["It rose to\n3.5 million."]),
        ("3.5 million of\nthem left", ["3.5 million of\nthem left"]),
        ("In the year that we report on it rose from about\n3.5 million in May to no less than\n"
         "4.2 Million in June.",
         ["In the year that we report on it rose from about\n3.5 million in May to no less than\n"
          "4.2 Million in June."]),
        ("2 carrots\n1/4 leek\n1.2 l stock", ["2 carrots\n1/4 leek\n1.2 l stock"]),
        ("It failed on 06.04. (a spring was broken). Sold.",
         ["It failed on 06.04. (a spring was broken).", "Sold."]),
        ("Fee ........ £2\nWater ........ £4", ["Fee ........ £2", "Water ........ £4"]),
        ("## 4. Costs\nNone.", ["## 4. Costs", "None."]),
        ("Date  Place\n----  -----\nMay  Bern", ["Date  Place", "----  -----", "May  Bern"]),
        ("BOB: I'd take it. Or\nnot.\nANN: No.", ["BOB: I'd take it.", "Or\nnot.", "ANN: No."]),
        ("To do\n[ ] gutter\n[x] oil\nand gas", ["To do", "[ ] gutter", "[x] oil\nand gas"]),
        ("Name: Rosa Lee\nPhone: 496", ["Name: Rosa Lee\nPhone: 496"]),
        ("- ulcers\n- heart failure\nTalk to your doctor.",
         ["- ulcers", "- heart failure", "Talk to your doctor."]),
        (f"- {'word ' * 11}for\nAnna. Yes", [f"- {'word ' * 11}for\nAnna.", "Yes"]),
        ("- one\n  Two\nthree", ["- one\n  Two\nthree"]),
        ("> Could you bring\n> the key? I am\n> late.\n>\n> Bea\n>> I see.\nMe too.",
         ["> Could you bring\n> the key?", "I am\n> late.", ">", "> Bea", ">> I see.", "Me too."]),
        (">>> a = 1\n>>> b = 2", [">>> a = 1", ">>> b = 2"]),
        ("Unit     Price\n------------\nCall-out    65.00\nLabour     48.00\n---\nTotal",
         ["Unit     Price", "------------", "Call-out    65.00", "Labour     48.00", "---",
          "Total"]),
        ("a   b c\nd e f\ng h i", ["a   b c\nd e f\ng h i"]),
        ("\n".join(f"Tea {n}: £{n}" for n in range(9)), [f"Tea {n}: £{n}" for n in range(9)]),
        ("\n".join([*(f"tea_{n}: £{n}" for n in range(9)), "all:", "  milk: £1\n  more"]),
         [*(f"tea_{n}: £{n}" for n in range(9)), "all:", "milk: £1\n  more"]),
    ],
)  # fmt: skip
def test_sentences_of_common_text(text, expected):
    assert [span.of(text) for span in sentences(text)] == expected


@pytest.mark.parametrize(
    "text, expected",
    [
        ("- item", "item"),
        ("12. item", "item"),
        ("(iv) item", "item"),
        ("(see) item", "(see) item"),
        ("> said", "said"),
        ("### Head", "Head"),
        ("-5 C", "-5 C"),
    ],
)
def test_a_quote_leaves_the_list_mark_out(text, expected):
    assert quotable(text, Span(0, len(text))).of(text) == expected


@pytest.mark.parametrize("text", ["0.25 1e-05 3.1E+2", "12 | 42 | 7", "2019-03-12", "1_000"])
def test_numbers_are_no_words(text):
    assert not has_words(text) and has_words(f"{text} m")


@pytest.mark.parametrize("text", ["2019年3月5日。", "100人", "5m", "12V", "3D", "5일"])
def test_a_letter_beside_a_digit_is_a_word(text):
    assert has_words(text)


def test_has_words_needs_a_letter():
    assert has_words("— a") and has_words("字") and not has_words("---|—…")


@given(st.text("aA:- \t\r\n.\u2028\x00|*", max_size=60))
def test_fields_stand_where_one_line_has_them(text):
    assert by_field(text).replace("\n", " ").replace("\t", " ") == one_line(text)


def test_two_blanks_keep_cells_apart_where_others_are_wider():
    assert by_field("Gym         3 June 2018  1990") == "Gym\t3 June 2018\t1990"
    assert by_field("He came.  She went.") == "He came. She went."
    assert by_field("Note:  late   12") == "Note: late\t12"


def test_only_blanks_between_cells_are_told_apart():
    assert by_field("| 1     | Ada      | £610 |") == "| 1 | Ada | £610 |"
    assert by_field("Oil     4 kg\tred") == "Oil\t4 kg\tred"
    assert as_shown("Drugs\n Iron     2 mg\n Zinc     4 mg") == "Drugs\nIron   2 mg\nZinc   4 mg"
    assert (
        by_field("x" + "\t" * 50_000 + "\ny") == "x y"
    )  # quadratic, it took a quarter of a minute


def test_lines_of_a_record_are_kept():
    assert by_field("**Name**:  Rosa\n Lee - an  aunt") == "**Name**: Rosa\nLee - an aunt"
    assert by_field("Name: Rosa\nor somebody else") == "Name: Rosa or somebody else"
    assert by_field("Bring:\nan apron\nan old towel\na wooden spoon").count("\n") == 3
    wrapped = (
        "It was so that the\nmill made a profit of three\nmillion in all these years\nand more."
    )
    assert "\n" not in by_field(wrapped)


def test_one_line_folds_white_space():
    assert one_line(" a\r\n\tb\u00a0 c ") == "a b c"


def test_normalized_ignores_case_punctuation_and_width():
    assert normalized("The “Ｆｉｒｓｔ” one!") == normalized("the first one")


def test_escaped_json_means_the_same_and_holds_no_control_character():
    import json

    data = {"a": "\x9b \u202e \u2028 字 \n"}
    safe = escaped(json.dumps(data, ensure_ascii=False, indent=1))
    assert json.loads(safe) == data
    assert "字" in safe and not set("\x9b\u202e\u2028") & set(safe)


def test_a_value_of_a_front_matter_that_takes_several_lines_is_read_as_a_whole():
    text = (
        "---\ntitle: A long\n  title\ntags:\n  - red\n  - blue\nplace:\n  name: Hall\n"
        "about: >-\n  It tells of a Wall\n  Street paper. It is\n  old.\n\n  And new.\n---\n"
        "  Words are\nhere.\n"
    )
    assert [one_line(span.of(text)) for span in sentences(text)] == [
        *("---", "title: A long title", "tags:", "- red", "- blue", "place:", "name: Hall"),
        *("about: >-", "It tells of a Wall Street paper.", "It is old.", "And new.", "---"),
        "Words are here.",
    ]


@pytest.mark.parametrize(
    "fields, parts",
    [
        ("who:\n  first name: Ada\n  'last': Byron", ["who:", "first name: Ada", "'last': Byron"]),
        (
            "in: >\n  Room (small): 10\n  Room (big): 20",
            ["in: >", "Room (small): 10", "Room (big): 20"],
        ),
        ("do: |\n  * buy\n  1. sell", ["do: |", "* buy", "1. sell"]),
        (
            "at: &a |2\n  1 Main St\n  Thun\n\n  Home\n  now",
            ["at: &a |2", "1 Main St", "Thun", "Home", "now"],
        ),
        ("owner: Ada\n  # was Tom\nnext: 1", ["owner: Ada", "# was Tom", "next: 1"]),
        ("as: !!str > # folded\n  One\n  two", ["as: !!str > # folded", "One two"]),
    ],
)
def test_fields_lists_comments_and_kept_lines_of_a_front_matter_stay_apart(fields, parts):
    for end in ("\n", "\r\n"):
        text = f"---\n{fields}\n---\nBody.".replace("\n", end)
        assert [one_line(span.of(text)) for span in sentences(text)][1:-2] == parts


@pytest.mark.parametrize("value", ["a:{}x", "a: {}x", "a: >{}x", " {}x", '  "{}x'])
@pytest.mark.parametrize("part", [" ", "!x ", " #", '"', "a:", ": "])
def test_a_long_line_of_a_front_matter_is_read_in_linear_time(value, part):
    text = f"---\nk: v\n{value.format(part * 100_000)}\n---\nbody\n"
    assert len(list(paragraphs(text))) >= 3


def test_an_unclosed_front_matter_is_read_in_linear_time():
    text = "---\n" + "One line of it.\n\n" * 20_000  # took minutes when it was quadratic
    assert len(sentences(text)) == 20_001


@pytest.mark.parametrize(
    "text, row",
    [
        ("| a | b |", True),
        ("Lot | Grams", True),
        ("Lot: C; Grams: 40", True),
        ("BR-D; Packets: 50; Box: 2", True),
        ("Lot: C; Grams: 40; Note: Was lost.", True),
        ("Note: the shop is closed; exception: Monday.", False),
        ("He said: go; they went.", False),
        ("A sentence.", False),
    ],
)
def test_a_row_of_a_table(text, row):
    assert is_row(text) == row


def test_many_lines_of_a_paragraph_take_their_time_only_once():
    text = "It is so. It was not.\n" * 3000
    assert len(sentences(text)) == 6000
