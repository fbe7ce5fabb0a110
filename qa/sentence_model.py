"""The network of the sentence reader: which sentence of a passage answers a question.

all-MiniLM-L6-v2 (from the default package) with its upper layers trained further and a small
head. One pass over a question and a passage gives a score per sentence and one for "none of
them". Trained by tests/benchmarks/train_reader.py. Imports torch; import it lazily.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import torch
from torch import Tensor, nn

from qa.encoder import SentenceTransformerEncoder, import_quietly
from qa.errors import ModelError
from qa.sentence_batch import ABSENT, Batch

FIRST_TRAINED = 2
"""Layers below this one are those of the encoder, unchanged and not shipped twice."""


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
        import_quietly()
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
    def load(cls, file: Path) -> SentenceModel:
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

    def forward(
        self, ids: Tensor, types: Tensor, positions: Tensor, item: Tensor
    ) -> tuple[Tensor, Tensor]:
        """Scores of "none" and of being part of an answer at every token, each of shape
        ``(rows, tokens)``, from the inputs of a `qa.sentence_batch.Batch`."""
        apart = item[:, None, :, None] != item[:, None, None, :]
        states = self.body(
            input_ids=ids,
            token_type_ids=types,
            position_ids=positions,
            attention_mask=apart.to(torch.float32) * ABSENT,
        ).last_hidden_state
        return self.head_null(states)[:, :, 0], self.head_token(states)[:, :, 0]

    def scores(self, batch: Batch) -> tuple[Tensor, Tensor]:
        """Scores of "none", shape ``(rows,)``, and of the sentences, shape
        ``(rows, sentences)``, of a batch with an item a row, to train with."""
        none, tokens = self(*map(torch.from_numpy, batch.inputs))
        owner = torch.from_numpy(batch.owner)
        tokens = tokens.float()
        sentences = [
            tokens.masked_fill(owner != number, ABSENT).logsumexp(1)
            for number in range(int(batch.owner.max()) + 1)
        ]
        return none[:, 0].float(), torch.stack(sentences, 1) if sentences else tokens[:, :0]
