"""The network of the sentence reader: which sentence of a passage answers a question.

all-MiniLM-L6-v2 (from the default package) with its upper layers trained further and a small
head. One pass over a question and a passage gives a score per sentence and one for "none of
them". Trained by tests/benchmarks/train_reader.py. Imports torch; import it lazily.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import torch
from torch import Tensor, nn

from qa.encoder import SentenceTransformerEncoder, quiet_offline
from qa.errors import ModelError

FIRST_TRAINED = 2
"""Layers below this one are those of the encoder, unchanged and not shipped twice."""
WEIGHTS = Path(__file__).parent / "weights" / "reader.safetensors"
ABSENT = -1e4
_MAX_QUESTION = 64
_MAX_TITLE = 24


@dataclass(frozen=True)
class Batch:
    """Padded inputs, each of shape ``(rows, tokens)``, int64."""

    ids: Tensor
    types: Tensor
    mask: Tensor
    owner: Tensor
    """Number of the sentence that a token belongs to; -1 for none."""


Item = tuple[str, str, Sequence[str]]
"""Question, title (may be empty), sentences."""


def collate(tokenizer: Any, items: Sequence[Item], window: int) -> Batch:
    """Token ids of questions with their sentences; what is over ``window`` tokens of a
    passage is left out, whole sentences at a time where possible."""
    texts = [text for question, title, parts in items for text in (question, title, *parts)]
    encoded = iter(tokenizer.encode_batch_fast(texts, add_special_tokens=False))
    start, separator = tokenizer.token_to_id("[CLS]"), tokenizer.token_to_id("[SEP]")
    rows: list[tuple[list[int], list[int], list[int]]] = []
    for _, _, parts in items:
        ids = [start, *next(encoded).ids[:_MAX_QUESTION], separator]
        types, owner = [0] * len(ids), [-1] * len(ids)
        title = next(encoded).ids[:_MAX_TITLE]
        ids += title
        owner += [-1] * len(title)
        left = window - len(title)
        for number, _ in enumerate(parts):
            part = next(encoded).ids[: max(0, left)]
            left -= len(part)
            ids += part
            owner += [number] * len(part)
        ids.append(separator)
        owner.append(-1)
        types += [1] * (len(ids) - len(types))
        rows.append((ids, types, owner))
    longest = max(len(ids) for ids, _, _ in rows)

    def padded(column: int, fill: int) -> Tensor:
        return torch.tensor([row[column] + [fill] * (longest - len(row[0])) for row in rows])

    mask = torch.tensor([[1] * len(row[0]) + [0] * (longest - len(row[0])) for row in rows])
    return Batch(padded(0, 0), padded(1, 0), mask, padded(2, -1))


class SentenceModel(nn.Module):
    """The network (see the module docstring)."""

    def __init__(self, body: nn.Module, tokenizer: Any) -> None:
        super().__init__()
        self.body = body
        self.tokenizer = tokenizer
        size = 384
        self.head_token = nn.Sequential(nn.Linear(size, size), nn.GELU(), nn.Linear(size, 1))
        self.head_null = nn.Linear(size, 1)

    @classmethod
    def untrained(cls) -> SentenceModel:
        """The encoder's own weights and a random head; the lower layers are frozen."""
        encoder = SentenceTransformerEncoder()
        quiet_offline()
        from transformers import AutoModel

        body = AutoModel.from_pretrained(
            str(encoder.folder), local_files_only=True, add_pooling_layer=False
        )
        for name, parameter in body.named_parameters():
            parameter.requires_grad = any(
                f"layer.{number}." in name for number in range(FIRST_TRAINED, 6)
            )
        return cls(body, encoder.tokenizer)

    @classmethod
    def load(cls, file: Path = WEIGHTS) -> SentenceModel:
        """The trained network.

        Raises:
            ModelError: the weights are missing or do not fit.
        """
        from safetensors.torch import load_file

        model = cls.untrained()
        try:
            found = {name: value.float() for name, value in load_file(str(file)).items()}
        except (OSError, ValueError) as error:
            raise ModelError(
                f"The reader's weights {file.name} cannot be read.", "Reinstall the package."
            ) from error
        missing = [
            name
            for name, parameter in model.named_parameters()
            if parameter.requires_grad and name not in found
        ]
        if missing:
            raise ModelError("The reader's weights do not fit.", "Reinstall the package.")
        model.load_state_dict(found, strict=False)
        return model.eval()

    def forward(self, batch: Batch) -> tuple[Tensor, Tensor]:
        """Scores of "none", shape ``(rows,)``, and of the sentences, shape ``(rows,
        sentences)``, below `ABSENT` / 2 where a row has fewer."""
        states = self.body(
            input_ids=batch.ids, attention_mask=batch.mask, token_type_ids=batch.types
        ).last_hidden_state
        null = self.head_null(states[:, 0])[:, 0].float()
        tokens = self.head_token(states)[:, :, 0].float()
        count = int(batch.owner.max()) + 1
        scores = [
            tokens.masked_fill(batch.owner != number, ABSENT).logsumexp(1)
            for number in range(count)
        ]
        return null, torch.stack(scores, 1) if scores else tokens[:, :0]
