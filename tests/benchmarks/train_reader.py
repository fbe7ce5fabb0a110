"""Train the sentence reader's weights.

Usage: ``python tests/benchmarks/train_reader.py TRAIN_DIR OUT.safetensors [--examples N]
[--from WEIGHTS] [--seed N]`` (TRAIN_DIR: the unpacked training sets). About 18 examples a
second on two cores. The weights that are shipped are those of the defaults; their learning
rate fell with the time spent rather than with the examples seen, so a run now differs a little.

Starts from the weights of all-MiniLM-L6-v2; embeddings and the lowest layers stay as they
are and are not written. An example is a question with the title and some sentences of a
passage; the target is the sentence that holds the answer, or none. A third of the examples
are questions with a passage that ranks high for them (BM25) and does not hold the answer,
or that a person wrote to have no answer there.
"""

from __future__ import annotations

import argparse
import json
import random
import time
from dataclasses import dataclass
from pathlib import Path

import tantivy
import torch
from safetensors.torch import save_file

from qa.lexical import analyzer, expand
from qa.sentence_model import ABSENT, FIRST_TRAINED, Batch, SentenceModel, collate
from qa.text import sentences

SIZES = {
    "squad2-train": 6455, "squad1-train": 4557, "qed": 8527, "squadshifts": 9000,
    "selqa": 2375, "policyqa": 1500,
}  # fmt: skip
NEGATIVES = 0.55
"""Mined negatives per answerable question."""
WINDOW = 150
BATCH = 32
LEARNING_RATE = 1.5e-4


@dataclass(frozen=True)
class Example:
    """A question, a title, sentences, and which of them answer."""

    question: str
    title: str
    sentences: tuple[str, ...]
    right: frozenset[int]


def load(folder: Path, count: int, rng: random.Random) -> list[Example]:
    corpus = {r["_id"]: r for r in map(json.loads, (folder / "corpus.jsonl").open())}
    queries = [json.loads(line) for line in (folder / "queries.jsonl").open()]
    rng.shuffle(queries)
    ids = list(corpus)
    schema = (
        tantivy.SchemaBuilder()
        .add_integer_field("id", fast=True)
        .add_text_field("text", tokenizer_name="qa", index_option="freq")
        .build()
    )
    index = tantivy.Index(schema)
    tokens = analyzer()
    index.register_tokenizer("qa", tokens)
    writer = index.writer(50_000_000, 1)
    for number, id_ in enumerate(ids):
        row = corpus[id_]
        document = tantivy.Document()
        document.add_integer("id", number)
        document.add_text("text", expand(row["title"] + "\n" + row["text"]))
        writer.add_document(document)
    writer.commit()
    index.reload()
    searcher = index.searcher()
    spans = {id_: sentences(row["text"]) for id_, row in corpus.items()}
    found: list[Example] = []

    def example(query: dict, id_: str, right: set[int]) -> Example:
        parts = spans[id_]
        first = 0
        if len(parts) > 12:  # a stretch that holds the answer, if there is one
            anchor = min(right) if right else rng.randrange(len(parts))
            first = max(0, min(anchor - rng.randrange(10), len(parts) - 12))
        kept = parts[first : first + 12]
        text = corpus[id_]["text"]
        title = corpus[id_]["title"] if rng.random() < 0.7 else ""
        question = query["text"]
        if rng.random() < 0.25:
            question = question.lower().rstrip("?")
        return Example(
            question, title, tuple(" ".join(span.of(text).split()) for span in kept),
            frozenset(i - first for i in right if 0 <= i - first < 12),
        )  # fmt: skip

    for query in queries[:count]:
        gold: dict[str, set[int]] = {}
        for answer in query.get("answers", []):
            start, end = answer["start"], answer["start"] + len(answer["text"])
            for number, span in enumerate(spans.get(answer["doc_id"], [])):
                if start < span.end and end > span.start:
                    gold.setdefault(answer["doc_id"], set()).add(number)
        for id_, right in gold.items():
            found.append(example(query, id_, right))
        if not query["answerable"] and query.get("source_doc") in corpus:
            found.append(example(query, query["source_doc"], set()))
        if rng.random() < NEGATIVES:
            terms = tokens.analyze(expand(query["text"]))
            should = tantivy.Occur.Should
            wanted = tantivy.Query.boolean_query(
                [(should, tantivy.Query.term_query(schema, "text", term, "freq")) for term in terms]
            )
            hits = searcher.search(wanted, limit=8, count=False).hits
            best = [
                ids[int(i)]
                for i in searcher.fast_field_values("id", [address for _, address in hits])
            ]
            texts = [answer["text"].lower() for answer in query.get("answers", [])]
            wrong = [
                id_
                for id_ in best
                if id_ not in gold
                and id_ != query.get("source_doc")
                and not any(text in corpus[id_]["text"].lower() for text in texts)
            ]
            if wrong:
                found.append(example(query, rng.choice(wrong[:4]), set()))
    return found


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", type=Path)
    parser.add_argument("out", type=Path)
    parser.add_argument("--examples", type=int, default=31_456)
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
    model.train()
    trained = [parameter for parameter in model.parameters() if parameter.requires_grad]
    optimizer = torch.optim.AdamW(trained, lr=LEARNING_RATE, weight_decay=0.01)
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
        batch: Batch = collate(
            model.tokenizer, [(item.question, item.title, item.sentences) for item in part], WINDOW
        )
        with torch.autocast("cpu", dtype=torch.bfloat16):
            null, logits = model(batch)
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
    kept = {
        name: value.detach().half().contiguous()
        for name, value in model.state_dict().items()
        if name.startswith("head") or any(f"layer.{n}." in name for n in range(FIRST_TRAINED, 6))
    }
    save_file(kept, str(out), {"examples": str(seen), "seed": str(arguments.seed)})
    print("done", seen, out.stat().st_size)


if __name__ == "__main__":
    main()
