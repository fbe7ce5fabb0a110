import pytest

from qa.spelling import corrected


@pytest.fixture(scope="module")
def assistant(opened):
    return opened(
        a__md="# Kilbrandon\n\nHuawei was founded in 1987 by Ren Zhengfei in Shenzhen.\n",
        b__txt="The asynchronous line by Ericsson is older. Otto Byrne opened it.\n",
        c__txt="Fatigue is a sign of hypothyroidism. Die Betriebskosten der Kisten in Kisttenau.\n",
    )


@pytest.mark.parametrize(
    "question, spelt",
    [
        ("When was Huwaei founded?", "When was Huawei founded?"),
        ("who is zhengfie", "who is Zhengfei"),
        ("What did Kllbrandon's report say?", "What did Kilbrandon's report say?"),
        ("Is Ericson older?", "Is Ericsson older?"),
        ("When was Huawei founded?", "When was Huawei founded?"),
        ("Who is Otto Borne?", "Who is Otto Borne?"),  # five letters, one other: another name
        ("Is it synchronous?", "Is it synchronous?"),
        ("What is hyperthyroidism?", "What is hyperthyroidism?"),  # two letters: another thing
        ("Where is the opera?", "Where is the opera?"),  # a common word, though "opened" is near
        ("Wie hoch sind die Kosten?", "Wie hoch sind die Kosten?"),  # a part of another word
        ("Was ist Kistten?", "Was ist Kisten?"),
        ("What is hypothyroidis?", "What is hypothyroidism?"),
        ("Wo sind die Kistne?", "Wo sind die Kisten?"),
        ("5G in 2019 ?!", "5G in 2019 ?!"),
        ("", ""),
    ],
)
def test_words_are_spelt_as_in_the_documents(assistant, question, spelt):
    assert corrected(question, assistant.index) == spelt


def test_what_was_understood_is_said(assistant):
    answer = assistant.ask("When was Huwaei founded?")
    assert answer.found and "1987" in answer.statements[0].text
    assert answer.question == "When was Huwaei founded?"
    assert answer.resolved_question == "When was Huawei founded?"


def test_words_of_deleted_documents_stand_nowhere(opened):
    assistant = opened(
        a__md="Huawei was founded in 1987.\n", b__md="The zebras of Huwaei sleep at night.\n"
    )
    assert corrected("When was Huwaei founded?", assistant.index) == "When was Huwaei founded?"
    (assistant.folder / "b.md").unlink()
    assistant.update()
    assert corrected("When was Huwaei founded?", assistant.index) == "When was Huawei founded?"
    refusal = assistant.ask("Wie lange gets zebras sleep?").refusal
    assert refusal is not None and refusal.words == ("zebras", "sleep")
