import re

import pytest

from qa.parts import Part, part_asked, part_of
from qa.types import Document, Heading, Span

CHANGES = """# Changelog

## [2.3.0] - 2024-05-02

### Added
- A `--dry-run` flag.

### Fixed
- Times in UTC are no longer shifted.

## [2.2.1] - 2024-03-11

### Fixed
- A crash with empty files.
"""
LEASE = """TENANCY AGREEMENT

1. Term
1.1 The tenancy begins on 1 May.
1.2 Either party may end it
after twelve months.

2. Rent
2.1 The rent is 1,290.
2.2 It is due on the third.

Signed: P. Vogel
"""
HANDBOOK = """# Policy handbook

## 1. Leave

1.1 Everyone has 28 days.

1.2 Leave may be taken for:
(a) birth;
(b) death;
(c) moving.

## 2. Travel

By train it is second class.

## Section 3: Long matters

""" + " ".join(f"The {n}th rule of long matters is kept by everyone here." for n in range(4, 90))
HISTORY = "Gridkit\n\nVersion 1.4.0 (May 2022)\nFaster.\n\nVersion 1.3.0\nFirst release.\n"
BREAD = "# Bread\n\n1. Mix flour and water.\n2. Add the salt.\n3. Bake.\n"


@pytest.mark.parametrize(
    "question, part",
    [
        ("What does clause 1.2 say?", Part("clause", "1.2")),
        ("clause 4.2 (b)", Part("clause", "4.2", "b")),
        ("what does section 3 of the handbook cover?", Part("section", "3", of="the handbook")),
        ("Please summarise chapter 3.", Part("chapter", "3", shorter=True)),
        ("What's in appendix B?", Part("appendix", "B")),
        ("what is item 5 of the april minutes", Part("item", "5", of="the april minutes")),
        ("Was steht in § 3?", Part("§", "3")),
        ("What does the travel section say?", Part("", "travel")),
        ("Summarise the introduction of my thesis", Part("", "introduction", of="my thesis",
                                                         shorter=True)),
        ("What does 2.3 (c) of the handbook say?", Part("clause", "2.3", "c", "the handbook")),
        ("what are the limitations of the sleep trial?", Part("", "limitations",
                                                              of="the sleep trial")),
        ("What changed in 2.3.0?", Part("version", "2.3.0")),
        ("what's new in version 2.3.0", Part("version", "2.3.0")),
        ("Which bugs were fixed in v2.3.1?", Part("version", "2.3.1", change=("fix",))),
        ("What was added in gridkit 1.4.0?", Part("version", "1.4.0", of="gridkit",
                                                  change=("add",))),
        ("When was 2.2.1 released?", Part("version", "2.2.1", change=("when",))),
    ],
)  # fmt: skip
def test_parts_that_are_asked_for(question, part):
    assert part_asked(question) == part


@pytest.mark.parametrize(
    "question",
    [
        "What does section 3 say about dogs?",
        "What is the third step?",
        "How much is 2.5 kg?",
        "What did the committee say in section 3?",
        "What is the summary of the meeting?",
        "Who changed the 2.3.0 release script after the meeting with the sponsors?",
        "What part did she play?",
        "What changed on 12.3.2024?",
        "When was the 7.30 ferry added?",
        "What is new at 7.30?",
        "What changed after 2.5 years?",
        "How many new files are 1.5 MB?",
        "What changed between 2.2.0 and 2.3.0?",
        "What changed at 192.168.0.1?",
        "Show 1.5",
        "How does version 2.3.0 read files?",
        "",
    ],
)
def test_other_questions_ask_for_no_part(question):
    assert part_asked(question) is None


@pytest.fixture(scope="module")
def assistant(opened):
    return opened(
        CHANGELOG__md=CHANGES, lease__txt=LEASE, handbook__md=HANDBOOK, history__txt=HISTORY,
        bread__md=BREAD,
    )  # fmt: skip


@pytest.mark.parametrize(
    "question, said",
    [
        ("What does clause 1.2 of the lease say?",
         ["1.2 Either party may end it\nafter twelve months."]),
        ("What does clause 1.2 say?",
         ["1.2 Leave may be taken for:\n(a) birth;\n(b) death;\n(c) moving.",
          "1.2 Either party may end it\nafter twelve months."]),
        ("clause 1.2 (b)", ["(b) death;"]),
        ("What does clause 2.2 say?", ["2.2 It is due on the third."]),
        ("What does section 2 say?",
         ["By train it is second class.",
          "2. Rent\n2.1 The rent is 1,290.\n2.2 It is due on the third."]),
        ("What does the travel section say?", ["By train it is second class."]),
        ("What changed in 2.3.0?",
         ["### Added\n- A `--dry-run` flag.\n\n### Fixed\n- Times in UTC are no longer shifted."]),
        ("Which bugs were fixed in 2.3.0?", ["- Times in UTC are no longer shifted."]),
        ("When was 2.2.1 released?", ["[2.2.1] - 2024-03-11"]),
        ("What is new in gridkit 1.4.0?", ["Version 1.4.0 (May 2022)\nFaster."]),
        ("When did version 1.4.0 come out?", ["Version 1.4.0 (May 2022)"]),
        ("What is the travel?", ["By train it is second class."]),
    ],
)  # fmt: skip
def test_a_part_is_quoted_as_it_stands(assistant, question, said):
    answer = assistant.ask(question)
    assert answer.kind == "part"
    assert sorted(one.text for one in answer.statements) == sorted(said)
    assert all(one.state == "exact" for one in assistant.verify(answer.citations))


def test_of_a_long_part_central_sentences_are_quoted(assistant):
    answer = assistant.ask("What does section 3 of the handbook say?")
    assert answer.kind == "part" and 2 <= len(answer.statements) <= 4
    assert all(one.text.endswith("is kept by everyone here.") for one in answer.statements)


@pytest.mark.parametrize(
    "question",
    [
        "What does clause 7.1 say?",
        "What changed in 2.4.0?",
        "When was 2.2.0 released?",
        "What is new in version 28?",
        "What does rule 28 say?",
    ],
)
def test_a_part_that_is_not_there_is_refused(assistant, question):
    assert not assistant.ask(question).found


@pytest.mark.parametrize("question", ["What is the rent?", "What is the flag?"])
def test_what_is_no_section_is_read_for(assistant, question):
    assert assistant.ask(question).kind == "answer"


def test_only_the_documents_asked_are_looked_at(assistant):
    answer = assistant.ask("What does clause 1.2 say?", within=["lease.txt"])
    assert {citation.path for citation in answer.citations} == {"lease.txt"}


def test_another_part_is_asked_for_in_a_few_words(assistant):
    first = assistant.ask("What does clause 2.1 of the lease say?")
    then = assistant.ask("And clause 2.2?", earlier=[first])
    assert [one.text for one in then.statements] == ["2.2 It is due on the third."]


PRERELEASE = """# Changes

## Migrating from 3.1.0

Do it slowly.

## 3.1.0-beta.2 - 2024-01-01

### Fixed

- Beta crash.

## 3.1.0 - 2024-02-01

### Test fixtures

- Boxes.

### Added

- Maps.
"""
CONTRACT = """Contents
1.2 Deposit ........ 1

1.1 The term is a year.
1.2 The deposit is
3.5 times the monthly rent, as said in clause
2.1 below.

2.1 Either party may end it
(a) after a year, and then
  (i) in writing;
  (ii) by post;
(b) at once.

2.2 Fees

They are paid in May.
"""


@pytest.mark.parametrize(
    "text, headings, question, said",
    [
        (PRERELEASE, True, "When was 3.1.0 released?", "3.1.0 - 2024-02-01"),
        (PRERELEASE, True, "What was added in 3.1.0?", "- Maps."),
        (PRERELEASE, True, "What was fixed in 3.1.0?", None),
        ("# C\n\n## 2.3.0\n\nReleased on 2 May.\n", True, "When was 2.3.0 released?", None),
        ("7. Laptops. They lock.\n\n8. Working from home. No papers.\n\n9. Visits. None.", False,
         "clause 8", "8. Working from home. No papers."),
        ("1. Heat the oven.\n\n2. Wait.\n\n3. Eat.", False, "clause 2", None),
        (CONTRACT, False, "clause 1.2",
         "1.2 The deposit is\n3.5 times the monthly rent, as said in clause\n2.1 below."),
        (CONTRACT, False, "clause 2.1 (a)",
         "(a) after a year, and then\n  (i) in writing;\n  (ii) by post;"),
        (CONTRACT.replace("\n", "\r"), False, "clause 2.1 (b)", "(b) at once."),
        (CONTRACT, False, "clause 2.2", "2.2 Fees\n\nThey are paid in May."),
        ("# T\n\n## Payment methods\n\nCards.\n\n## Methods\n\nBeds.\n", True,
         "What does the methods section say?", "Beds."),
        ("# B\n\n## 3 men in a boat\n\nThey row.\n", True, "What does chapter 3 say?", None),
        ("# B\n\n## Chapter III\n\nThey row.\n", True, "What does chapter 3 say?", "They row."),
        ("# B\n\n## Section 3: Row\n\nThey row.\n", True, "What does clause 3 say?", "They row."),
        ("10.30 Opening\n11.15 Vote\n1. Roof\n2. Mill\n", False, "What does section 2 say?", None),
        ("**1.1** Term.\n\n**1.2** Rent is due.\n", False, "clause 1.2", "**1.2** Rent is due."),
    ],
)  # fmt: skip
def test_a_part_is_that_part_and_no_other(text, headings, question, said):
    found = re.finditer(r"^(#+) (.*)$", text, re.MULTILINE) if headings else ()
    told = tuple(Heading(Span(*one.span()), len(one[1]), one[2]) for one in found)
    part = part_asked(question)
    span = part_of(Document("a.md", "Statutes", text, "", headings=told), part)
    assert (span and span.of(text)) == said


@pytest.mark.parametrize(
    "part, quote, headings, told",
    [
        (Part("rule", "5"), "Rule number five is that no dogs come in.", "", True),
        (Part("article", "3"), "The bed shelves steeply (3).", "", False),
        (Part("section", "3"), "Ten francs.", "B > 3 Prices", True),
        (Part("version", "2.3.0"), "Version 2.3.1 is faster.", "", False),
        (Part("version", "2.3", sure=False), "It is faster.", "", True),
        (Part("", "travel"), "By train.", "", True),
    ],
)
def test_whether_a_quote_is_of_the_part(part, quote, headings, told):
    assert part.told_by(quote, headings) == told


def test_a_number_in_a_list_is_no_section():
    document = Document("bread.md", "Bread", BREAD, "")
    assert part_of(document, Part("section", "2")) is None
    assert (
        part_of(Document("bread.md", "Bread", "1.1 Mix.\n1.2 Bake.\n", ""), Part("rule", "1.2"))
        is None
    )
    rules = Document("rules.txt", "Rules of the bakery", "1.1 Mix.\n1.2 Bake.\n", "")
    assert part_of(rules, Part("rule", "1.2")) is not None
    labelled = Document("a.txt", "a", "Rule 1: no dogs.\nRule 2: no cats.\n", "")
    span = part_of(labelled, Part("rule", "2"))
    assert span and span.of(labelled.text) == "Rule 2: no cats."
