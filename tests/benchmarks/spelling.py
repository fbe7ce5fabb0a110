"""What spelling mistakes cost, and what `qa.spelling` gets back.

Usage: ``python tests/benchmarks/spelling.py DEV_DIR`` (the unpacked development sets). Of 300
answerable questions of squad2-dev and clapnq each, one word of five letters or more gets one
mistake: a letter left out, doubled, changed with the next or replaced. Retrieval of the questions
as they were, with the mistake, and mended; and how many questions are changed as people wrote
them. Seed 0.
"""

from __future__ import annotations

import random
import re
import sys
import tempfile
from pathlib import Path

import numpy as np

from qa.compiled_encoder import CompiledEncoder
from qa.index import Index
from qa.indexing import update
from qa.labelled import CorpusSource, EvaluationSet
from qa.measures import ranking_metrics
from qa.retriever import Retriever
from qa.spelling import FEWEST_LETTERS, corrected
from qa.text import STOP_WORDS

QUESTIONS = 300


def misspelt(question: str, rng: random.Random) -> str:
    """The question with one mistake; the same where no word is long enough."""
    words = [
        match
        for match in re.finditer(r"[^\W\d_]+", question)
        if len(match[0]) >= FEWEST_LETTERS and match[0].lower() not in STOP_WORDS
    ]
    if not words:
        return question
    word = rng.choice(words)
    place = word.start() + rng.randrange(1, len(word[0]) - 1)
    before, letter, after = question[:place], question[place], question[place + 1 :]
    kinds = ["", letter * 2, rng.choice("aeinorst")]
    chosen = rng.randrange(4)
    if chosen == 3:
        return before + after[0] + letter + after[1:]
    return before + kinds[chosen] + after


def main() -> None:
    encoder = CompiledEncoder()
    for name in ("squad2-dev", "clapnq"):
        folder = Path(sys.argv[1]) / name
        questions = list(EvaluationSet(folder).questions())
        rng = random.Random(0)
        rng.shuffle(questions)
        asked = [one for one in questions if one.relevant][:QUESTIONS]
        with tempfile.TemporaryDirectory() as directory, Index(directory, encoder) as index:
            update(index, CorpusSource(folder))
            retriever = Retriever(index)
            wrong = {one.id: misspelt(one.text, rng) for one in asked}
            forms = {
                "as it was": lambda one: one.text,
                "with a mistake": lambda one, wrong=wrong: wrong[one.id],
                "mended": lambda one, wrong=wrong, index=index: corrected(wrong[one.id], index),
            }
            for form, of in forms.items():
                rows = []
                for one in asked:
                    hits = retriever.search(of(one), 50)
                    ranking = list(dict.fromkeys(hit.passage.path for hit in hits))
                    rows.append(ranking_metrics(ranking, one.relevant))
                means = {key: np.mean([row[key] for row in rows]) for key in rows[0]}
                print(name, form, *(f"{key} {value:.3f}" for key, value in means.items()))
            same = sum(corrected(wrong[one.id], index).lower() == one.text.lower() for one in asked)
            print(f"{name}: {same} of {len(asked)} are again what they were")
            for answerable in (True, False):
                kept = [one for one in questions if one.answerable is answerable][:1000]
                changed = [(one.text, corrected(one.text, index)) for one in kept]
                changed = [(a, b) for a, b in changed if a != b]
                print(f"{name}, answerable {answerable}: {len(changed)} of {len(kept)} changed")
                for pair in changed[:8]:
                    print("   ", *pair, sep=" | ")


if __name__ == "__main__":
    main()
