"""How well the text of web pages and PDF files is extracted, and how fast.

Give it a folder with the files named in ``extraction.md`` (pages named in ``REFERENCES``,
pages with a ``.json`` of the same name that holds ``expected.cleaned_text``, PDF files)::

    python tests/benchmarks/extraction.py FOLDER

It prints the tables of ``extraction.md``. Trafilatura (with lxml_html_clean) and pdftotext are
needed only here, to compare with, and Readability, which makes Firefox' reader view, where
``npm install @mozilla/readability jsdom`` was run in the folder.
"""

from __future__ import annotations

import json
import logging
import re
import subprocess
import sys
import time
import unicodedata
from collections import Counter
from collections.abc import Callable
from importlib.metadata import version
from pathlib import Path

from qa.formats import extract
from qa.formats.decode import decode
from qa.formats.html import _parse
from qa.formats.html_blocks import blocks, compose

REFERENCES = {
    "node-esm.html": "//div[@id='apicontent']",
    "rust-book-ownership.html": "//main",
    "rust-std-vec.html": "//section[@id='main-content']",
    "rust-error-E0382.html": "//main",
    "npm-scripts.html": "//div[@id='_content']",
    "valgrind-manual-core.html": "//div[@class='chapter']",
    "valgrind-quick-start.html": "//div[@class='article']",
    "idle-help.html": "//div[@class='body']",
    "expat-reference.html": "//body",
    "libffi-basics.html": "//body",
    "libxslt-faq.html": "//td[@bgcolor='#fffacd']",
    "mime-info-spec.html": "//body",
    "test_wikipedia1.html": "//div[@id='bodyContent']",
    "test_bbc_chinese.html": "//div[contains(@class,'bodytext')]",
    "test_cnn1.html": "//div[contains(@class,'cnn_strycntntlft')]",
    "test_github1.html": "//article",
    "test_elpais.html": "//div[@id='cuerpo_noticia']",
    "test_politico.html": "//div[contains(@class,'story-text')]",
    "test_sec1.html": "//body",
}
"""Where the content stands in each page, found by hand."""
NOT_PAGES = ("test_guardian1.html",)  # plain text under the name of a page
LEAST_REFERENCE = 700  # characters; shorter expected texts are only the start of an article
SENTENCE_END = re.compile(r"[.!?:;。！？：；…][)\]}\"'”’»」』）]*$")


def words(text: str) -> Counter[str]:
    """Words of a text, every CJK character as one."""
    text = unicodedata.normalize("NFKC", text).casefold()
    return Counter(re.findall(r"[\u2e80-\u9fff]|[^\W\u2e80-\u9fff]+", text))


def compare(reference: str, text: str) -> tuple[float, float]:
    """Recall and precision of the words of ``text``."""
    wanted, got = words(reference), words(text)
    common = (wanted & got).total()
    return common / max(1, wanted.total()), common / max(1, got.total())


def body_text(data: bytes, path: str = "//body") -> str:
    """All text of the elements that ``path`` names."""
    root = _parse(decode(data))
    return "\n\n".join(compose(blocks(element))[0] for element in root.xpath(path))


def with_trafilatura(**options: bool) -> Callable[[bytes], str]:
    import trafilatura

    def run(data: bytes) -> str:
        return trafilatura.extract(data, include_comments=False, **options) or ""

    return run


READER_VIEW = """
const {Readability} = require('@mozilla/readability'), {JSDOM} = require('jsdom');
const all = require('fs').readFileSync(0), {window} = new JSDOM(all, {url: 'https://x.test/'});
const found = new Readability(window.document, {charThreshold: 0}).parse();
console.log(found ? `<h1>${found.title}</h1>` + found.content : '');
"""


def reader_view(folder: Path) -> Callable[[bytes], str]:
    """What a browser's reader view shows; its time is mostly that of starting Node."""

    def run(data: bytes) -> str:
        page = decode(data).encode()
        command = ["node", "-e", READER_VIEW]
        shown = subprocess.run(command, input=page, check=True, capture_output=True, cwd=folder)
        return body_text(b"<meta charset=utf-8>" + shown.stdout) if shown.stdout.strip() else ""

    return run


def html_table(folder: Path) -> None:
    candidates: dict[str, Callable[[bytes], str]] = {
        "all text of the page": body_text,
        "qa": lambda data: extract(data, "page.html").text,
        **({"reader view": reader_view(folder)} if (folder / "node_modules").exists() else {}),
        "trafilatura": with_trafilatura(),
        "trafilatura, favor_recall": with_trafilatura(favor_recall=True),
        "trafilatura, fast": with_trafilatura(fast=True),
    }
    scores: dict[str, list[tuple[float, float]]] = {name: [] for name in candidates}
    seconds: Counter[str] = Counter()
    print("| page | " + " | ".join(candidates) + " |\n" + "|---" * (len(candidates) + 1) + "|")
    for file in sorted(folder.glob("*.html")):
        data = file.read_bytes()
        expected = file.with_suffix(".json")
        if file.name in REFERENCES:
            reference = body_text(data, REFERENCES[file.name])
        elif expected.exists() and file.name not in NOT_PAGES:
            reference = json.loads(expected.read_text("utf-8"))["expected"].get("cleaned_text", "")
        else:
            continue
        if len(reference) < LEAST_REFERENCE:
            continue
        for name, run in candidates.items():
            started = time.perf_counter()
            text = run(data)
            seconds[name] += time.perf_counter() - started
            scores[name].append(compare(reference, text))
        cells = [f"{found[-1][0]:.2f} / {found[-1][1]:.2f}" for found in scores.values()]
        print(f"| {file.stem} | " + " | ".join(cells) + " |")
    means = [
        tuple(sum(part) / len(found) for part in zip(*found, strict=True))
        for found in scores.values()
    ]
    print("| **mean** | " + " | ".join(f"**{r:.3f} / {p:.3f}**" for r, p in means) + " |")
    worst = [min(recall for recall, _ in found) for found in scores.values()]
    print("| lowest recall | " + " | ".join(f"{recall:.2f}" for recall in worst) + " |")
    times = [1000 * seconds[name] / len(scores[name]) for name in candidates]
    print("| ms a page | " + " | ".join(f"{milliseconds:.0f}" for milliseconds in times) + " |")


def whole(blocks_of_text: list[str]) -> float:
    """Share of the longer blocks that end where a sentence ends."""
    longer = [block for block in blocks_of_text if len(block) >= 60]
    return sum(SENTENCE_END.search(b.rstrip()) is not None for b in longer) / max(1, len(longer))


def pdf_table(folder: Path) -> None:
    print("| file | pages | recall / precision | whole | pdftotext | ms a page | pdftotext |")
    print("|---|---|---|---|---|---|---|")
    for file in sorted(folder.glob("*.pdf")):
        started = time.perf_counter()
        extracted = extract(file.read_bytes(), file.name)
        spent = time.perf_counter() - started
        started = time.perf_counter()
        command = ["pdftotext", "-enc", "UTF-8", str(file), "-"]
        output = subprocess.run(command, check=True, capture_output=True).stdout.decode()
        theirs = time.perf_counter() - started
        recall, precision = compare(re.sub(r"(\w)[-\xad]\n(\w)", r"\1\2", output), extracted.text)
        pages = len(extracted.pages)
        ours, plain = whole(extracted.text.split("\n\n")), whole(re.split(r"\n\n|\f", output))
        print(
            f"| {file.stem} | {pages} | {recall:.3f} / {precision:.3f}"
            f" | {ours:.2f} | {plain:.2f}"
            f" | {1000 * spent / pages:.1f} | {1000 * theirs / pages:.1f} |"
        )


def main() -> None:
    logging.disable(logging.CRITICAL)
    folder = Path(sys.argv[1])
    libraries = ("lxml", "pypdfium2", "trafilatura")
    print(", ".join(f"{name} {version(name)}" for name in libraries), "\n\n## Web pages\n")
    html_table(folder)
    print("\n## PDF files\n")
    pdf_table(folder)


if __name__ == "__main__":
    main()
