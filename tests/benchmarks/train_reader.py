"""Train the reader's weights.

Usage: ``python tests/benchmarks/train_reader.py TRAIN_DIR OUT.safetensors [--examples N]
[--state FILE] [--seed N]`` (TRAIN_DIR: the unpacked training sets). About 35 examples a second on
two cores: three and a half hours for the defaults, those of the weights that are shipped. With a
FILE for its state, a first stage that was stopped goes on where it was. With
``GLIBC_TUNABLES=glibc.malloc.mmap_threshold=1073741824:glibc.malloc.trim_threshold=8589934592``
in the environment memory is kept between steps, which makes them half as fast again.

Starts from the weights of all-MiniLM-L6-v2; the embeddings stay as they are and are not
written. An example is a question with the title and some sentences of a passage; the target is
the sentences that hold the answer and the words that are it, or none (`reader_examples`). What
that gives (OUT.first) is trained further in four stages (OUT.1, …), and the mean of the weights of
all five knows more than any of them (OUT.merged). Two more stages have tables among their examples
(`reader_tables`); their mean and that of the five are shipped in equal parts. Stages that are there
already are not done again.
"""

from __future__ import annotations

import argparse
import random
import time
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

import numpy as np
import torch
from reader_examples import REWORDED, SIZES, Example, load
from reader_tables import examples as made_up
from safetensors.torch import load_file, save_file
from torch import Tensor

from qa.sentence_batch import ABSENT, Batch, collate
from qa.sentence_model import SentenceModel

WINDOW = 176
BATCH = 32
LEARNING_RATE = 2e-4
WARM_UP = 6400
"""Examples over which the learning rate rises; it stays, and falls over the last half."""
COOL_DOWN = 0.5
HUMAN = {
    "squad2-train": 6455, "squad1-train": 1100, "qed": 2200, "squadshifts": 2800,
    "selqa": 1200, "policyqa": 500, "wice": 707,
}  # fmt: skip
"""Questions a pass where more of them are those that people wrote to have no answer."""


TABLES = "tables"
"""Not a set: examples that are made up (`reader_tables`)."""


class Stage(NamedTuple):
    """What is trained further, from the mean of earlier stages."""

    seed: int
    """Also its name."""
    begins: tuple[str, ...]
    sizes: dict[str, int]
    number: int
    """Of its first pass; from 1 on some questions are put in other words."""


STAGES = (
    Stage(1, ("first",), SIZES, 1),
    Stage(2, ("first",), HUMAN, 1),
    Stage(3, ("2",), HUMAN, 2),
    Stage(4, ("2", "3"), HUMAN, 3),
)
FURTHER, FURTHER_RATE = 48_000, 1e-4
"""Examples of each, and the rate from which it falls to nothing."""
BROAD = {
    "squad2-train": 6455, "squad1-train": 4557, "qed": 4000, "squadshifts": 8000,
    "selqa": 2375, "policyqa": 1500, "wice": 707,
}  # fmt: skip
WITH_TABLES = (
    Stage(6, ("merged",), {**HUMAN, TABLES: 9000}, 4),
    Stage(7, ("merged", "6"), {**BROAD, TABLES: 6000}, 5),
)
LAST = 36_000
"""Examples of each of these."""
KEPT = 0.9
"""Share of the way from the start that the layers keep of what training did: between the two they
know more questions put in other words (Wortsman et al., 2022, "Robust fine-tuning of zero-shot
models")."""
WORDS, MIDDLE = 0.5, 0.3
"""Weights of the losses for the words that answer (each end) and for the sentences half-way
up, where that for the sentences has 1."""


def batches(
    folder: Path, seed: int, sizes: dict[str, int], number: int = 0
) -> Iterator[list[Example]]:
    """Batches of like length, without end; each pass draws its examples anew, pass 0 with the
    questions as they are."""
    while True:
        rng = random.Random(f"{seed} {number}")
        examples = [
            item
            for name, size in sizes.items()
            for item in (
                made_up(size, rng)
                if name == TABLES
                else load(folder / name, size, rng, REWORDED if number else 0.0)
            )
        ]
        rng.shuffle(examples)
        without = sum(1 for item in examples if not item.right)
        print(f"pass {number}: {len(examples)} examples, {without} without answer", flush=True)
        for begin in range(0, len(examples), BATCH * 64):
            piece = examples[begin : begin + BATCH * 64]
            piece.sort(key=lambda item: sum(map(len, item.sentences)))
            pool = [piece[i : i + BATCH] for i in range(0, len(piece), BATCH)]
            rng.shuffle(pool)
            yield from pool
        number += 1


def sentence_loss(scores: Tensor, right: Tensor) -> Tensor:
    """Minus the logarithm of the probability of all that is right; "none" stands first."""
    target = torch.cat([~right.any(1, keepdim=True), right], 1)
    wanted = scores.masked_fill(~target, -1e9).logsumexp(1)
    return (scores.logsumexp(1) - wanted).mean()


def word_targets(part: list[Example], batch: Batch) -> tuple[Tensor, Tensor]:
    """The tokens at which the words begin and end, 0 where there are none, shape
    ``(examples, 2)``; and whether that is known, shape ``(examples,)``."""
    targets, known = np.zeros((len(part), 2), np.int64), np.ones(len(part), np.bool_)
    for row, item in enumerate(part):
        if item.words is None:
            known[row] = not item.right
            continue
        for column, (sentence, place) in enumerate(item.words):
            before = place - 1 if column else place
            inside = (
                (batch.owner[row] == sentence)
                & (batch.starts[row] <= before)
                & (before < batch.ends[row])
            )
            if inside.any():
                targets[row, column] = int(inside.argmax())
        known[row] = bool(targets[row].all())
    return torch.from_numpy(targets), torch.from_numpy(known)


def save(weights: dict[str, Tensor], out: Path, **about: str) -> None:
    """Write weights in half precision."""
    begun = out.with_name(f"{out.name}.begun")  # a stage that stands there is whole
    save_file({name: value.half().contiguous() for name, value in weights.items()}, begun, about)
    begun.replace(out)


def learnt(model: SentenceModel) -> dict[str, Tensor]:
    """What training changes: the layers and the heads."""
    return {
        name: value.detach()
        for name, value in model.state_dict().items()
        if name.startswith("head") or "layer." in name
    }


def mean(stages: list[dict[str, Tensor]]) -> dict[str, Tensor]:
    """The mean of their weights, in single precision."""
    return {
        name: torch.stack([stage[name].float() for stage in stages]).mean(0) for name in stages[0]
    }


def train(
    model: SentenceModel,
    source: Iterator[list[Example]],
    examples: int,
    rate: float,
    cooling: float,
    state_file: Path | None = None,
) -> None:
    """Train on so many examples, at a learning rate that falls to 0 from the ``cooling``-th on."""
    trained = [parameter for parameter in model.parameters() if parameter.requires_grad]
    optimizer = torch.optim.AdamW(trained, lr=rate, weight_decay=0.01, fused=True)
    seen, losses = 0, []
    if state_file and state_file.exists():
        state = torch.load(state_file)
        model.load_state_dict(state["model"])
        optimizer.load_state_dict(state["optimizer"])
        while seen < state["seen"]:
            seen += len(next(source))
    started, before = 0.0, seen
    while seen < examples:
        part = next(source)
        started = started or time.time()
        left = (examples - seen) / (examples - cooling)
        for group in optimizer.param_groups:
            group["lr"] = rate * min(1.0, (seen + BATCH) / WARM_UP, left)
        batch = collate(
            model.tokenizer, [(item.question, item.title, item.sentences) for item in part], WINDOW
        )
        lost = losses_of(model, batch, part)
        loss = lost[0] + MIDDLE * lost[1] + WORDS * lost[2]
        optimizer.zero_grad()
        loss.backward()
        torch.nn.utils.clip_grad_norm_(trained, 1.0)
        optimizer.step()
        seen += len(part)
        losses.append([value.item() for value in lost])
        if len(losses) % 50 == 0:
            pace = (seen - before) / (time.time() - started)
            means = " ".join(f"{value:.3f}" for value in np.nanmean(losses[-50:], axis=0))
            print(f"{seen} seen, {pace:.1f}/s, losses {means}", flush=True)
        if state_file and len(losses) % 500 == 0 and seen < cooling:
            torch.save(
                {"model": model.state_dict(), "optimizer": optimizer.state_dict(), "seen": seen},
                state_file,
            )


def losses_of(
    model: SentenceModel, batch: Batch, part: list[Example]
) -> tuple[Tensor, Tensor, Tensor]:
    """Of the sentences, of those half-way up, of the words."""
    with torch.autocast("cpu", dtype=torch.bfloat16):
        sentences, middle, words = model.scores(batch)
    right = torch.zeros_like(sentences[:, 1:], dtype=torch.bool)
    for row, item in enumerate(part):
        for number in item.right:
            if number < right.shape[1]:
                right[row, number] = True
    right &= sentences[:, 1:] > ABSENT / 2
    targets, known = word_targets(part, batch)
    at = torch.nn.functional.cross_entropy(words[known], targets[known], reduction="sum")
    return sentence_loss(sentences, right), sentence_loss(middle, right), at / len(part)


def main() -> None:
    """Train, train further, merge."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", type=Path)
    parser.add_argument("out", type=Path)
    parser.add_argument("--examples", type=int, default=208_000)
    parser.add_argument("--state", type=Path)
    parser.add_argument("--seed", type=int, default=0)
    arguments = parser.parse_args()
    torch.manual_seed(arguments.seed)
    model = SentenceModel.untrained()
    model.eval()  # no dropout: it makes a step half as fast again, and few examples come twice
    model.body.set_attn_implementation("eager")  # twice as fast backwards, on a processor
    start = {name: value.detach().clone() for name, value in model.state_dict().items()}
    first = arguments.out.with_suffix(".first")
    if not first.exists():
        source = batches(arguments.folder, arguments.seed, SIZES)
        cooling = arguments.examples * (1 - COOL_DOWN)
        train(model, source, arguments.examples, LEARNING_RATE, cooling, arguments.state)
        save(learnt(model), first)
    stages = {"first": load_file(first)}

    def further(stage: Stage, examples: int) -> None:
        file = arguments.out.with_suffix(f".{stage.seed}")
        if not file.exists():
            model.load_state_dict(mean([stages[name] for name in stage.begins]), strict=False)
            source = batches(arguments.folder, stage.seed, stage.sizes, stage.number)
            train(model, source, examples, FURTHER_RATE, 0.0)
            save(learnt(model), file)
        stages[str(stage.seed)] = load_file(file)

    for stage in STAGES:
        further(stage, FURTHER)
    held = {
        name: value if name.startswith("head") else KEPT * value + (1 - KEPT) * start[name].float()
        for name, value in mean(list(stages.values())).items()
    }
    merged = arguments.out.with_suffix(".merged")
    save(held, merged)
    stages["merged"] = load_file(merged)
    for stage in WITH_TABLES:
        further(stage, LAST)
    tables = mean([stages[str(stage.seed)] for stage in WITH_TABLES])
    seen = arguments.examples + len(STAGES) * FURTHER + len(WITH_TABLES) * LAST
    save(mean([stages["merged"], tables]), arguments.out, examples=str(seen))


if __name__ == "__main__":
    main()
