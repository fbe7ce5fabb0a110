import pytest
from hypothesis import given
from hypothesis import strategies as st

from qa.citations import Citer
from qa.documents import FolderSource, SourceFile
from qa.layout import sentences
from qa.types import Citation, Document, Span
from qa.verification import difference, verify, verify_in_folder
from tests.conftest import document
from tests.test_citations import QUOTE, TEXT, cite


def check(text: str | None, citation: Citation | None = None, renamed=None):
    files = {} if text is None else {"a.md": document(text, "a.md")}
    if renamed:
        files[renamed] = document(TEXT, renamed)
    [found] = verify(
        [citation or cite()], files.get, lambda: {"0" * 64: renamed} if renamed else {}
    )
    return found


def test_an_untouched_file_is_exact():
    assert check(TEXT).state == "exact"


def test_words_elsewhere_in_the_file_are_moved():
    found = check("New first line.\n\n" + TEXT)
    assert (found.state, found.line_start) == ("moved", 5)


def test_the_same_extracted_words_on_another_line_of_the_file_are_moved():
    """Blank lines before a web page's text leave its extracted text as it was."""
    before = cite(lines=((0, 10), (20, 12)))
    [found] = verify([before], {"a.md": document(TEXT, "a.md", lines=((0, 14), (20, 16)))}.get)
    assert (found.state, found.line_start) == ("moved", 16)


def test_a_renamed_file_is_moved():
    found = check(None, renamed="b.md")
    assert (found.state, found.path) == ("moved", "b.md")


def test_other_words_are_changed_and_the_nearest_shown():
    found = check(TEXT.replace("in summer", "in late summer"))
    assert (found.state, found.found) == ("changed", "Pears are picked in late summer.")


def test_a_quote_without_a_trace_is_missing():
    assert check("Something else altogether.").state == "missing"


def test_a_file_that_is_gone_is_missing():
    assert check(None).state == "missing"


@given(
    st.lists(st.sampled_from(["Intro here.", "More text.", "", "Tail."]), max_size=6), st.booleans()
)
def test_inserted_text_moves_a_citation_and_never_breaks_it(lines, before):
    extra = "\n\n".join(lines)
    text = extra + TEXT if before else TEXT + extra
    found = check(text)
    assert found.state in ("exact", "moved") and found.span.of(text) == QUOTE


def test_a_renamed_file_whose_name_was_taken_is_moved():
    files = {"a.md": document("Something else.", "a.md"), "b.md": document(TEXT, "b.md")}
    files["a.md"] = Document("a.md", "", "Something else.", "1" * 64)
    [found] = verify([cite()], files.get, lambda: {"0" * 64: "b.md"})
    assert (found.state, found.path) == ("moved", "b.md")


# Any edit yields the right one of the four states.

SUBJECTS = ["The river", "Our harbour", "A lighthouse", "The old bridge", "That museum"]
VERBS = ["carries many boats", "was painted last spring", "opens at nine in the morning"]
PLACES = ["near the northern border", "behind the railway station", "under a grey sky"]
SENTENCES = [f"{a} {b} {c}." for a in SUBJECTS for b in VERBS for c in PLACES]

written = st.lists(st.sampled_from(SENTENCES), min_size=3, max_size=12, unique=True)
places = st.integers(0, 11)


def filed(some: list[str], per: int = 2) -> str:
    """Sentences as paragraphs of a few each."""
    return "\n\n".join(" ".join(some[i : i + per]) for i in range(0, len(some), per)) + "\n"


def state_of(before: str, quote: str, after: str) -> str:
    start = before.index(quote)
    one = Citer(document(before, "a.md"), "t").cite(Span(start, start + len(quote)), quote, 1)
    [found] = verify([one], {"a.md": document(after, "a.md", sha256="1" * 64)}.get)
    if found.state in ("exact", "moved"):
        assert found.span.of(after).split() == quote.split()
    if found.state == "changed":
        assert found.found == found.span.of(after)
    return found.state


@given(written, places, st.integers(0, 12), st.sampled_from(["Entirely new words here.", "1."]))
def test_inserting_a_sentence_moves_what_comes_after_and_nothing_else(some, cited, at, new):
    cited %= len(some)
    at = min(at, len(some))
    text = "\n".join(some)
    changed = "\n".join([*some[:at], new, *some[at:]])
    assert state_of(text, some[cited], changed) == ("moved" if at <= cited else "exact")


@given(written, places, places)
def test_deleting_another_sentence_moves_and_deleting_the_sentence_loses_it(some, cited, gone):
    cited, gone = cited % len(some), gone % len(some)
    left = [one for place, one in enumerate(some) if place != gone]
    state = state_of("\n".join(some), some[cited], "\n".join(left))
    if gone != cited:
        assert state == ("moved" if gone < cited else "exact")
    else:  # one that is left may be alike
        assert state in ("missing", "changed")


def test_a_deleted_sentence_among_others_that_are_not_like_it_is_missing():
    left = filed(["Coffee grows in shade.", "Nobody knows why it rained for weeks."])
    assert state_of(filed([SENTENCES[0], *left.split("\n\n")]), SENTENCES[0], left) == "missing"


@given(written, places, st.randoms())
def test_moved_sentences_are_found_wherever_they_went(some, cited, rng):
    quote = some[cited % len(some)]
    shuffled = list(some)
    rng.shuffle(shuffled)
    text, after = "\n".join(some), "\n".join(shuffled)
    assert state_of(text, quote, after) == (
        "exact" if text.index(quote) == after.index(quote) else "moved"
    )


@given(written, places, st.integers(0, 6), st.sampled_from(["quite", "no longer", "1974"]))
def test_a_word_more_or_another_is_changed(some, cited, at, word):
    quote = some[cited % len(some)]
    words = quote.split()
    for new in ([*words[:at], word, *words[at:]], [*words[:at], word, *words[at + 1 :]]):
        sentence = " ".join(new)
        text, after = filed(some), filed([sentence if one == quote else one for one in some])
        assert state_of(text, quote, after) == ("moved" if quote in after else "changed")


@given(written, places, st.sampled_from(["\r\n", "\r"]))
def test_other_line_ends_change_nothing(some, cited, ends):
    text = filed(some, 3).replace(". ", ".\n", 1)
    after = text.replace("\n", ends)
    quote = some[cited % len(some)]
    assert state_of(text, quote, after) == state_of(after, quote, text) == "exact"


@given(written, places)
def test_a_quote_over_two_lines_is_found_when_lines_are_filled_anew(some, cited):
    quote = some[cited % len(some)].replace(" ", "\n", 1)
    text = filed([quote if one.split() == quote.split() else one for one in some])
    assert state_of(text, quote, filed(some)) in ("exact", "moved")


def saved(folder, name: str, text: str, encoding: str = "utf-8"):
    (folder / name).write_bytes(text.encode(encoding))


@pytest.fixture
def folder(tmp_path):
    saved(tmp_path, "a.md", filed(["Crème brûlée is served at nine.", *SENTENCES[:8]]))
    saved(tmp_path, "other.md", filed(SENTENCES[20:28]))
    return tmp_path


def checked(folder, change):
    source = FolderSource(folder)
    before = source.load(SourceFile("a.md", 0, 0))
    some = [
        Citer(before, "t").cite(span, span.of(before.text), 1) for span in sentences(before.text)
    ]
    change()
    return verify_in_folder(source, some)


@pytest.mark.parametrize("encoding", ["utf-16", "utf-8-sig", "cp1252"])
def test_a_file_in_another_encoding_says_the_same(folder, encoding):
    text = (folder / "a.md").read_text("utf-8")
    found = checked(folder, lambda: saved(folder, "a.md", text, encoding))
    assert {item.state for item in found} == {"exact"}


def test_a_renamed_file_is_found_by_its_bytes(folder):
    found = checked(folder, lambda: (folder / "a.md").rename(folder / "b.md"))
    assert {(item.state, item.path) for item in found} == {("moved", "b.md")}


@pytest.mark.parametrize("name", ["b.md", "b.txt", "deep/er.markdown"])
def test_a_file_that_was_renamed_and_edited_is_found_by_the_words_around(folder, name):
    def change():
        text = (folder / "a.md").read_text("utf-8")
        (folder / "a.md").unlink()
        (folder / name).parent.mkdir(exist_ok=True)
        saved(folder, name, "A new beginning.\n\n" + text)

    found = checked(folder, change)
    assert {(item.state, item.path) for item in found[1:]} == {("moved", name)}


def test_a_sentence_that_another_document_has_too_does_not_stand_in_for_a_file_that_is_gone(folder):
    saved(folder, "other.md", f"Here we repeat: {SENTENCES[3]} And so on.")
    found = checked(folder, (folder / "a.md").unlink)
    assert {item.state for item in found} == {"missing"}


def test_of_two_places_that_say_the_same_the_one_in_the_same_company_is_it():
    one = "It was closed."
    text = f"The mill burnt. {one} Nobody came.\n\nThe inn stood. {one} Guests left.\n"
    start = text.rindex(one)
    cited = Citer(document(text, "a.md"), "t").cite(Span(start, start + len(one)), one, 1)
    after = f"Before.\n\nThe inn stood. {one} Guests left.\n\nThe mill burnt. {one} Nobody came.\n"
    [found] = verify([cited], {"a.md": document(after, "a.md")}.get)
    assert (found.state, found.span.start) == ("moved", after.index(one))


def test_what_changed_is_told_word_by_word():
    assert difference("It opens at nine daily", "It opens at ten daily") == [
        (" ", "It opens at"),
        ("-", "nine"),
        ("+", "ten"),
        (" ", "daily"),
    ]


def test_a_path_that_no_file_can_have_is_missing(folder):
    cited = Citer(document("Words.", "\ud800.md"), "t").cite(Span(0, 6), "Words.", 1)
    [found] = verify_in_folder(FolderSource(folder), [cited])
    assert found.state == "missing"


def test_an_edit_is_told_although_a_copy_of_the_old_file_is_there(tmp_path):
    text = "One thing before.\n\nThe mill was built in 1743 by monks.\n\nOne thing after.\n"
    (tmp_path / "mill.txt").write_text(text)
    (tmp_path / "copy.txt").write_text(text)
    source = FolderSource(tmp_path)
    document = source.load(SourceFile("mill.txt", 0, 0))
    start = text.index("The mill")
    quote = "The mill was built in 1743 by monks."
    cited = Citer(document, "").cite(Span(start, start + len(quote)), quote, 1)
    (tmp_path / "mill.txt").write_text(text.replace("1743", "1744"))
    [found] = verify_in_folder(source, [cited])
    assert (found.state, found.path) == ("changed", "mill.txt") and "1744" in found.found
    (tmp_path / "mill.txt").write_text("Quite another text stands here now.\n")
    [found] = verify_in_folder(source, [cited])
    assert (found.state, found.path) == ("moved", "copy.txt")
