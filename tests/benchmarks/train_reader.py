"""Train the sentence reader's weights.

Usage: ``python tests/benchmarks/train_reader.py TRAIN_DIR OUT.safetensors [--examples N]
[--from WEIGHTS] [--seed N]`` (TRAIN_DIR: the unpacked training sets). About 40 examples a
second on two cores. The weights that are shipped are those of the defaults.

Starts from the weights of all-MiniLM-L6-v2; embeddings and the lowest layers stay as they
are and are not written. An example is a question with the title and some sentences of a
passage; the target is the sentences that hold the answer, or none. About half of the
examples have none (`reader_examples`).
"""

from __future__ import annotations

import argparse
import random
import time
from pathlib import Path

import torch
from reader_examples import SIZES, Example, load
from safetensors.torch import save_file

from qa.sentence_batch import ABSENT, collate
from qa.sentence_model import FIRST_TRAINED, SentenceModel

WINDOW = 150
BATCH = 32
LEARNING_RATE = 2e-4


def write(model: SentenceModel, out: Path, seen: int, seed: int) -> None:
    """Save what was trained, in half precision."""
    kept = {
        name: value.detach().half().contiguous()
        for name, value in model.state_dict().items()
        if name.startswith("head") or any(f"layer.{n}." in name for n in range(FIRST_TRAINED, 6))
    }
    save_file(kept, str(out), {"examples": str(seen), "seed": str(seed)})


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", type=Path)
    parser.add_argument("out", type=Path)
    parser.add_argument("--examples", type=int, default=160_000)
    parser.add_argument("--from", dest="begin", type=Path)
    parser.add_argument("--seed", type=int, default=0)
    arguments = parser.parse_args()
    folder, out = arguments.folder, arguments.out
    rng = random.Random(arguments.seed)
    torch.manual_seed(arguments.seed)
    examples = [item for name, size in SIZES.items() for item in load(folder / name, size, rng)]
    rng.shuffle(examples)
    print(
        len(examples), "examples", sum(1 for item in examples if not item.right), "without answer"
    )
    model = SentenceModel.load(arguments.begin) if arguments.begin else SentenceModel.untrained()
    model.eval()  # no dropout: it makes a step half as fast again, and few examples come twice
    model.body.set_attn_implementation("eager")  # twice as fast backwards, on a processor
    trained = [parameter for parameter in model.parameters() if parameter.requires_grad]
    optimizer = torch.optim.AdamW(trained, lr=LEARNING_RATE, weight_decay=0.01, fused=True)
    started, seen, losses = time.time(), 0, []
    pool: list[list[Example]] = []
    position = 0
    while seen < arguments.examples:
        share = seen / arguments.examples
        if not pool:  # batches of like length out of a large piece, in random order
            piece = [examples[(position + i) % len(examples)] for i in range(BATCH * 64)]
            position += BATCH * 64
            piece.sort(key=lambda item: sum(map(len, item.sentences)))
            pool = [piece[i : i + BATCH] for i in range(0, len(piece), BATCH)]
            rng.shuffle(pool)
        part = pool.pop()
        rate = LEARNING_RATE * min(1.0, share / 0.04) * (1 - share)
        for group in optimizer.param_groups:
            group["lr"] = rate
        batch = collate(
            model.tokenizer, [(item.question, item.title, item.sentences) for item in part], WINDOW
        )
        with torch.autocast("cpu", dtype=torch.bfloat16):
            null, logits = model.scores(batch)
        null, logits = null.float(), logits.float()
        right = torch.zeros_like(logits, dtype=torch.bool)
        for row, item in enumerate(part):
            for number in item.right:
                if number < right.shape[1]:
                    right[row, number] = True
        right &= logits > ABSENT / 2
        scores = torch.cat([null[:, None], logits], 1)
        target = torch.cat([~right.any(1, keepdim=True), right], 1)
        wanted = scores.masked_fill(~target, -1e9).logsumexp(1)
        loss = (scores.logsumexp(1) - wanted).mean()
        optimizer.zero_grad()
        loss.backward()
        torch.nn.utils.clip_grad_norm_(trained, 1.0)
        optimizer.step()
        seen += len(part)
        losses.append(loss.item())
        if len(losses) % 50 == 0:
            pace = seen / (time.time() - started)
            print(f"{seen} seen, {pace:.1f}/s, loss {sum(losses[-50:]) / 50:.3f}", flush=True)
        if len(losses) % 500 == 0:
            write(model, out, seen, arguments.seed)
    write(model, out, seen, arguments.seed)
    print("done", seen, out.stat().st_size)


if __name__ == "__main__":
    main()
