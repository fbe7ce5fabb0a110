"""The network of the reader: which sentence of a passage answers a question, and which words.

all-MiniLM-L6-v2 (from the default package) with its layers trained further and small heads.
One pass over a question and a passage gives every token three scores: of being part of a
sentence that answers, of beginning and of ending the words that answer; and the same three
for "nothing here answers". Trained by tests/benchmarks/train_reader.py. Imports torch; import
it lazily.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import torch
from torch import Tensor, nn

from qa.encoder import SentenceTransformerEncoder, import_quietly
from qa.errors import ModelError
from qa.sentence_batch import ABSENT, Batch

MIDDLE = 3
"""Layers after which the first heads read."""


class SentenceModel(nn.Module):
    """The network (see the module docstring)."""

    def __init__(self, body: nn.Module, tokenizer: Any) -> None:
        super().__init__()
        self.body = body
        self.tokenizer = tokenizer
        size = 384
        self.head_token = nn.Sequential(nn.Linear(size, size), nn.GELU(), nn.Linear(size, 3))
        self.head_null = nn.Linear(size, 3)
        self.head_middle = nn.Linear(size, 2)

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
            parameter.requires_grad = "layer." in name
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
        """Scores of "none" and of the token itself at every token, each of shape
        ``(rows, tokens, 3)``: of being part of a sentence that answers, of beginning the words
        that answer, of ending them. From the inputs of a `qa.sentence_batch.Batch`."""
        states = self._states(ids, types, positions, item).last_hidden_state
        return self.head_null(states), self.head_token(states)

    def _states(self, *inputs: Tensor, middle: bool = False) -> Any:
        ids, types, positions, item = inputs
        apart = item[:, None, :, None] != item[:, None, None, :]
        # A mask in single precision would widen all of autocast's half-precision attention.
        mask = torch.bfloat16 if middle else torch.float32
        return self.body(
            input_ids=ids,
            token_type_ids=types,
            position_ids=positions,
            attention_mask=apart.to(mask) * ABSENT,
            output_hidden_states=middle,
        )

    def scores(self, batch: Batch) -> tuple[Tensor, Tensor, Tensor]:
        """What to train with, of a batch with an item a row: scores of the sentences, those
        of the sentences half-way up, shape ``(rows, 1 + sentences)``, "none" first; and of
        beginning and ending the answer, shape ``(rows, tokens, 2)``, where the first token
        stands for "none"."""
        found = self._states(*map(torch.from_numpy, batch.inputs), middle=True)
        none = self.head_null(found.last_hidden_state[:, 0]).float()
        tokens = self.head_token(found.last_hidden_state).float()
        middle = self.head_middle(found.hidden_states[MIDDLE]).float()
        owner = torch.from_numpy(batch.owner)
        words = tokens[:, :, 1:].masked_fill((owner < 0)[:, :, None], ABSENT)
        words = torch.cat([none[:, None, 1:], words[:, 1:]], 1)
        top = self._sentences(none[:, 0], tokens[:, :, 0], owner)
        return top, self._sentences(middle[:, 0, 1], middle[:, :, 0], owner), words

    @staticmethod
    def _sentences(none: Tensor, tokens: Tensor, owner: Tensor) -> Tensor:
        parts = [
            tokens.masked_fill(owner != number, ABSENT).logsumexp(1)
            for number in range(int(owner.max()) + 1)
        ]
        return torch.stack([none, *parts], 1)
