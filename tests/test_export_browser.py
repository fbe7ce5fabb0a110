"""Links of an exported page, followed in a browser."""

import json
import re
from datetime import UTC, datetime

import pytest

from qa.citations import Citer
from qa.conversations import SavedConversation, SavedTurn
from qa.documents import load_file
from qa.export import html_page
from qa.types import Span, Statement
from tests.browser import browsing, needs_chromium
from tests.fake_assistant import answer_of

NOW = datetime(2026, 11, 22, 12, 30, tzinfo=UTC)
QUOTES = {
    "a short one": "The mill - of 1712 - burnt, twice, & was rebuilt.",
    "one over three lines": "The mill of Thun was built\nby two sisters,\nwhose names are lost.",
    "one that a short line begins": "Mill\nof Thun, built by sisters,\nburnt.",
    "one with a twin line": "The price of tea rose sharply\nin the year 1712, they say.",
    "one with wide blanks": "The mill of 1712\tcost  the town forty crowns.",
    "a long one": "The mill " + "went round and round " * 30 + "until it stopped.",
    "one with a power": "The mill of the three lords kept 10<sup>2</sup> sacks of rye a year.",
    "one of other letters": "Die Mühle über der Aare — «Bälliz» genannt — steht noch.",
}
SCROLLED_TO = """(() => {
  const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  for (let node; (node = walker.nextNode()); ) {
    const at = node.data.indexOf(%s);
    if (at < 0) continue;
    const range = document.createRange();
    range.setStart(node, at); range.setEnd(node, at + 1);
    const box = range.getBoundingClientRect();
    return window.scrollY > 1000 && box.top >= 0 && box.top < window.innerHeight;
  }
  return false;
})()"""


@needs_chromium
@pytest.mark.parametrize("quote", QUOTES.values(), ids=QUOTES)
@pytest.mark.parametrize("name", ["mill & co.txt", "page.html"])
async def test_a_link_of_an_exported_page_scrolls_to_the_quote(tmp_path, name, quote):
    folder = tmp_path / "documents #1"
    folder.mkdir()
    filler = [f"Paragraph {number} says nothing of note." for number in range(150)]
    parts = ["The price of tea rose slowly.", *filler, quote, *filler]
    if name.endswith(".html"):
        body = "".join(f"<p>{part.replace('&', '&amp;')}</p>" for part in parts)
        page = f"<html><meta charset=utf-8><body><main>{body}</main></body></html>"
        (folder / name).write_text(page, "utf-8")
    else:
        (folder / name).write_text("\n\n".join(parts), "utf-8")
    document = load_file(folder / name, name)
    first = re.split(r"\n|\t", quote)[0][:26]
    start = document.text.index(first)
    last = quote.split()[-1]
    end = document.text.index(last, start) + len(last)
    cited = Citer(document, "cd" * 32, NOW, "qa 9").cite(
        Span(start, end), document.text[start:end], 1
    )
    answer = answer_of("What of it?", cited, statements=(Statement(cited.quote, (1,)),))
    turns = (SavedTurn(NOW, answer),)
    saved = SavedConversation("1", str(folder), "Mill", NOW, NOW, turns)
    exported = tmp_path / "exported.html"
    exported.write_text(html_page(saved), "utf-8")
    async with browsing(tmp_path / "browser") as tab:
        await tab.open(exported.as_uri())
        await tab.until("document.querySelector('a[href^=file]') !== null")
        await tab.value("document.querySelector('a[href^=file]').click()")
        await tab.until(SCROLLED_TO % json.dumps(first))
