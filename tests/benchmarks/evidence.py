"""How much of the evidence the reader finds when it is given the right passage.

Usage: ``python tests/benchmarks/evidence.py SET`` (a folder such as clapnq, whose answers are
sentences). F1 of words, each told by its place, of the sentences whose margin is at most so far
below the best one's, averaged over the answerable questions. The network has not seen clapnq.
"""

from __future__ import annotations

import math
import sys
from pathlib import Path

import numpy as np

from qa.labelled import CorpusSource, EvaluationSet
from qa.measures import evidence_words
from qa.text_reader import Reader

WITHIN = (0, 1, 2, 3, 4, 5, 6, 8, math.inf)


def main() -> None:
    folder = Path(sys.argv[1])
    source = CorpusSource(folder)
    files = {file.path: file for file in source.scan()[0]}
    reader = Reader.load()
    scores: list[list[float]] = []
    for question in EvaluationSet(folder).questions():
        right = [one for one in question.answers if one.start is not None]
        if not right:
            continue
        document = source.load(files[right[0].document])
        found = reader.read(question.text, document.text, title=document.title).evidence
        margins = [math.log(one.score / (1 - one.score)) for one in found]
        row = []
        for within in WITHIN:
            kept = [
                (one.start, one.end)
                for one, margin in zip(found, margins, strict=True)
                if margin >= margins[0] - within
            ]
            places = [
                (one.start, one.start + len(one.text)) for one in right if one.start is not None
            ]
            ours, theirs, both = evidence_words(document.text, kept, places)
            row.append(2 * both / (ours + theirs))
        scores.append(row)
    print(f"{folder.name}: {len(scores)} questions")
    for within, value in zip(WITHIN, np.mean(scores, axis=0), strict=True):
        print(f"  within {within} of the best margin: F1 {value:.3f}")


if __name__ == "__main__":
    main()
