"""What a word means."""

import pytest

from qa.definitions import defines, introduces, term_asked


@pytest.mark.parametrize(
    ("question", "term"),
    [
        ("What is a Larger Work?", "Larger Work"),
        ("What does GDP mean?", "GDP"),
        ("What's “Covered Software”?", "Covered Software"),
        ("define tort", "tort"),
        ("What is meant by force majeure?", "force majeure"),
        ("Who is Anna?", ""),
        ("Who is the landlord?", "landlord"),
        ("who are the tenants", "tenants"),
        ("What is it?", ""),
        ("What are they?", ""),
        ("When is the meeting?", ""),
        ("What is the name of the man who came to see us last night?", ""),
    ],
)
def test_the_term_is_that_whose_meaning_is_asked_for(question, term):
    assert term_asked(question) == term


@pytest.mark.parametrize(
    ("text", "term"),
    [
        ("“Larger Work” means a work that combines others.", "larger work"),
        ('"Contribution" shall mean any work of authorship.', "contribution"),
        ("GDP (gross domestic product) is the sum of all that is made.", "GDP"),
        ("A tort is a civil wrong.", "tort"),
        ("“Torts” means civil wrongs.", "tort"),
        ("A class means what is taught together.", "class"),
        ("A tort is a civil wrong.", "torts"),
        ("1.3. “Contribution” means Covered Software.", "contribution"),
        ("**Pogies** — gloves with holes.", "pogies"),
        ("Pogies: gloves with holes.", "pogies"),
    ],
)
def test_a_definition_begins_with_its_term(text, term):
    assert defines(text, term)


@pytest.mark.parametrize(
    ("text", "term"),
    [
        ('"Contributor" means each who contributes.', "contribution"),
        ("A Larger Work is not allowed.", "larger work"),
        ("Under a tort law is a matter.", "tort"),
        ("A tort lawyer is a person.", "tort"),
        ("The tort was done.", "tort"),
        ("Opening hours are the most frequent question.", "opening hours"),
        ("The price is the reason why many left.", "price"),
        ("Deposit: see clause 4.", "deposit"),
        ('"' * 50_000, "deposit"),
    ],
)
def test_what_only_speaks_of_a_term_does_not_define_it(text, term):
    assert not defines(text, term)


def test_the_definition_is_quoted_first_among_sentences_that_only_use_the_term(tmp_path):
    from qa.assistant import Assistant

    folder = tmp_path / "documents"
    folder.mkdir()
    (folder / "licence.txt").write_text(
        '1.1. "Contributor" means each person that makes a Contribution.\n\n'
        '1.2. "Contributor Version" means the Contributions of a Contributor together.\n\n'
        '1.3. "Contribution" means Covered Software of one person.\n\n'
        "1.4. Each Contributor says that a Contribution is its own Contribution.\n"
    )
    with Assistant.open(folder, tmp_path / "index") as assistant:
        first = assistant.ask("What is a Contribution?").statements[0].text
    assert first == '"Contribution" means Covered Software of one person.'


@pytest.mark.parametrize(
    ("text", "term", "so"),
    [
        ("between Ada Menz (“the Landlord”) and Rosa Lee ('the Tenant')", "tenant", True),
        ("between Ada Menz (“the Landlord”) and Rosa Lee ('the Tenant')", "tenants", True),
        ('Rosa Lee, born in Thun (hereinafter referred to as "Tenant")', "tenant", True),
        ("Rosa Lee, hereinafter referred to as the Tenant,", "tenant", True),
        ("Rosa Lee, nachfolgend Mieter genannt,", "Mieter", True),
        ("between Ada Menz (“the Landlord”) and Rosa Lee", "tenant", False),
        ("It is paid by the tenant (monthly).", "tenant", False),
        ("The keys of the flat (see “The tenant pays”).", "tenant", False),
        ("hereinafter " * 20_000, "tenant", False),
    ],
)
def test_parties_are_introduced_by_what_they_are_called(text, term, so):
    assert introduces(text, term) is so


def test_a_party_is_found_where_its_name_stands_everywhere(opened):
    pages = {
        f"page{n}__txt": f"The tenant keeps tap {n} clean. Tap {n} is the tenant's to mend."
        for n in range(12)
    }
    lease = (
        "LEASE of the mill by the river, between Ada Menz (“the Landlord”) and Rosa Lee, weaver, "
    )
    lease += "of the village of Thun by the lake of that name (“the Tenant”)."
    answer = opened(lease__txt=lease, **pages).ask("Who is the tenant?")
    assert answer.statements[0].text == lease


def test_who_is_called_so_is_told_where_that_is_said(opened):
    lease = "between Ada Menz (“the Landlord”) and Rosa Lee, of Thun (“the Tenant”)."
    rules = "The Tenant is a tidy person. The Tenant pays the rent. The Landlord mends the roof."
    assistant = opened(lease__txt=f"LEASE\n\n{lease}\n\n{rules}\n")
    assert assistant.ask("Who is the tenant?").statements[0].text == lease
