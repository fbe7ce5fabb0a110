"""Train the reader's weights.

Usage: ``python tests/benchmarks/train_reader.py TRAIN_DIR OUT.safetensors [--examples N]
[--state FILE] [--seed N]`` (TRAIN_DIR: the unpacked training sets). About 35 examples a second
on two cores: two hours for the defaults, those of the weights that are shipped. With a FILE for
its state, a run that was stopped goes on where it was, or further with a larger N. With
``GLIBC_TUNABLES=glibc.malloc.mmap_threshold=1073741824:glibc.malloc.trim_threshold=8589934592``
in the environment memory is kept between steps, which makes them half as fast again.

Starts from the weights of all-MiniLM-L6-v2; the embeddings stay as they are and are not
written. An example is a question with the title and some sentences of a passage; the target is
the sentences that hold the answer and the words that are it, or none (`reader_examples`).
"""

from __future__ import annotations

import argparse
import random
import time
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import torch
from reader_examples import REWORDED, SIZES, Example, load
from safetensors.torch import save_file
from torch import Tensor

from qa.sentence_batch import ABSENT, Batch, collate
from qa.sentence_model import SentenceModel

WINDOW = 176
BATCH = 32
LEARNING_RATE = 2e-4
WARM_UP = 6400
"""Examples over which the learning rate rises; it stays, and falls over the last half."""
COOL_DOWN = 0.5
KEPT = 0.9
"""Share of the way from the start that the layers keep of what training did: between the two they
know more questions put in other words (Wortsman et al., 2022, "Robust fine-tuning of zero-shot
models")."""
WORDS, MIDDLE = 0.5, 0.3
"""Weights of the losses for the words that answer (each end) and for the sentences half-way
up, where that for the sentences has 1."""


def batches(folder: Path, seed: int) -> Iterator[list[Example]]:
    """Batches of like length, without end; each pass draws its examples anew, the first one
    with the questions as they are."""
    number = 0
    while True:
        rng = random.Random(f"{seed} {number}")
        examples = [
            item
            for name, size in SIZES.items()
            for item in load(folder / name, size, rng, REWORDED if number else 0.0)
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


def write(model: SentenceModel, start: dict[str, Tensor], out: Path, seen: int, seed: int) -> None:
    """Save what was trained, in half precision, the layers `KEPT` of the way from ``start``."""
    kept = {}
    for name, value in model.state_dict().items():
        if name.startswith("head"):
            kept[name] = value.detach().half().contiguous()
        elif "layer." in name:
            mixed = KEPT * value.detach().half().float() + (1 - KEPT) * start[name]
            kept[name] = mixed.half().contiguous()
    save_file(kept, str(out), {"examples": str(seen), "seed": str(seed)})


def main() -> None:
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
    trained = [parameter for parameter in model.parameters() if parameter.requires_grad]
    optimizer = torch.optim.AdamW(trained, lr=LEARNING_RATE, weight_decay=0.01, fused=True)
    seen, losses = 0, []
    source = batches(arguments.folder, arguments.seed)
    if arguments.state and arguments.state.exists():
        state = torch.load(arguments.state)
        model.load_state_dict(state["model"])
        optimizer.load_state_dict(state["optimizer"])
        while seen < state["seen"]:
            seen += len(next(source))
    cooling = arguments.examples * (1 - COOL_DOWN)
    started, before = 0.0, seen
    while seen < arguments.examples:
        part = next(source)
        started = started or time.time()
        left = (arguments.examples - seen) / (arguments.examples - cooling)
        for group in optimizer.param_groups:
            group["lr"] = LEARNING_RATE * min(1.0, (seen + BATCH) / WARM_UP, left)
        batch = collate(
            model.tokenizer, [(item.question, item.title, item.sentences) for item in part], WINDOW
        )
        with torch.autocast("cpu", dtype=torch.bfloat16):
            sentences, middle, words = model.scores(batch)
        right = torch.zeros_like(sentences[:, 1:], dtype=torch.bool)
        for row, item in enumerate(part):
            for number in item.right:
                if number < right.shape[1]:
                    right[row, number] = True
        right &= sentences[:, 1:] > ABSENT / 2
        targets, known = word_targets(part, batch)
        at = torch.nn.functional.cross_entropy(words[known], targets[known], reduction="none")
        lost = sentence_loss(sentences, right), sentence_loss(middle, right), at.sum(1).mean()
        loss = lost[0] + MIDDLE * lost[1] + WORDS * at.sum() / len(part)
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
        if len(losses) % 500 == 0:
            write(model, start, arguments.out, seen, arguments.seed)
            if arguments.state and seen < cooling:
                state = {
                    "model": model.state_dict(),
                    "optimizer": optimizer.state_dict(),
                    "seen": seen,
                }
                torch.save(state, arguments.state)
    write(model, start, arguments.out, seen, arguments.seed)
    print("done", seen, arguments.out.stat().st_size)


if __name__ == "__main__":
    main()
