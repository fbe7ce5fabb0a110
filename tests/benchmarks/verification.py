"""How long 10,000 citations take to verify: nothing changed, all moved, much changed, all gone.

Usage: ``python tests/benchmarks/verification.py``. Makes 90 documents of 40 sentences each from a
list of words (seed 0) and cites 112 random sentences of each.
"""

from __future__ import annotations

import random
import time
from collections import Counter

from qa.citations import Citer
from qa.layout import sentences
from qa.types import Document
from qa.verification import verify

DOCUMENTS, SENTENCES, CITED = 90, 40, 112


def document(path: str, text: str) -> Document:
    """A document that is not the one before."""
    return Document(path, "", text, str(hash(text)))


def main() -> None:
    """Measure and print."""
    rng = random.Random(0)
    words = [
        "".join(rng.choices("abcdefghijklmnopqrstuvwxyz", k=rng.randint(2, 9))) for _ in range(4000)
    ]
    citations, texts = [], {}
    for number in range(DOCUMENTS):
        lines = [
            " ".join(rng.choices(words, k=rng.randint(8, 30))).capitalize() + "."
            for _ in range(SENTENCES)
        ]
        path = f"{number}.md"
        texts[path] = "\n\n".join(" ".join(lines[i : i + 4]) for i in range(0, SENTENCES, 4))
        made = Citer(document(path, texts[path]), "")
        for span in rng.choices(sentences(texts[path]), k=CITED):
            citations.append(made.cite(span, span.of(texts[path]), 1))

    def edited(text: str) -> str:
        parts = text.split(" ")
        for _ in range(len(parts) // 8):
            parts[rng.randrange(len(parts))] = "blue"
        return " ".join(parts)

    for label, change in (
        ("the same", lambda text: text),
        ("moved", lambda text: "A new beginning.\n\n" + text),
        ("every eighth word another", edited),
        ("gone", None),
    ):
        now = {path: document(path, change(text)) for path, text in texts.items()} if change else {}
        started = time.perf_counter()
        found = verify(citations, now.get)
        seconds = time.perf_counter() - started
        states = ", ".join(f"{n} {state}" for state, n in Counter(x.state for x in found).items())
        print(f"{len(citations):,} citations, {label}: {seconds:.2f} s ({states})")


if __name__ == "__main__":
    main()
