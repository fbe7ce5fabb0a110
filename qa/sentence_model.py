"""The network of the reader: which sentence of a passage answers a question, and which words.

all-MiniLM-L6-v2 (from the default package) with its layers trained further and small heads.
A first look, half of the layers over a question and a passage, gives every token a score of
being part of a sentence that answers, and one for "nothing here answers". A second, the other
half over what the first has left of the tokens, gives three: of being part of a sentence that
answers, of beginning and of ending the words that answer; and the same three for "nothing
here answers". Trained by tests/benchmarks/train_reader.py. Imports torch; import it lazily.
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
"""Layers of the first look."""


class SentenceModel(nn.Module):
    """The network (see the module docstring)."""

    def __init__(self, body: Any, tokenizer: Any) -> None:
        super().__init__()
        self.body = body
        self.tokenizer = tokenizer
        self.size = size = 384
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

    def first_look(
        self, ids: Tensor, types: Tensor, positions: Tensor, item: Tensor
    ) -> tuple[Tensor, Tensor]:
        """States of the tokens half-way up, shape ``(rows, tokens, 384)``, and their scores:
        of being part of a sentence that answers and of "none", shape ``(rows, tokens, 2)``.
        From the inputs of a `qa.sentence_batch.Batch`."""
        states = self.body.embeddings(input_ids=ids, token_type_ids=types, position_ids=positions)
        states = self._layers(states, item, slice(MIDDLE))
        return states, self.head_middle(states)

    def second_look(self, states: Tensor, item: Tensor) -> tuple[Tensor, Tensor]:
        """Scores of "none" and of the token itself, each of shape ``(rows, tokens, 3)``: of
        being part of a sentence that answers, of beginning the words that answer, of ending
        them. From the states half-way up and the items of the tokens."""
        states = self._layers(states, item, slice(MIDDLE, None))
        return self.head_null(states), self.head_token(states)

    def _layers(self, states: Tensor, item: Tensor, part: slice) -> Tensor:
        apart = item[:, None, :, None] != item[:, None, None, :]
        # A mask in single precision would widen all of autocast's half-precision attention.
        half = torch.is_autocast_enabled(states.device.type)
        mask = apart.to(torch.bfloat16 if half else torch.float32) * ABSENT
        for layer in self.body.encoder.layer[part]:
            attended = _attention(layer.attention.self, states, mask)
            states = layer.attention.output(attended, states)
            states = layer.output(layer.intermediate(states), states)
        return states

    def scores(self, batch: Batch) -> tuple[Tensor, Tensor, Tensor]:
        """What to train with, of a batch with an item a row: scores of the sentences, those
        of the sentences half-way up, shape ``(rows, 1 + sentences)``, "none" first; and of
        beginning and ending the answer, shape ``(rows, tokens, 2)``, where the first token
        stands for "none"."""
        states, middle = self.first_look(*map(torch.from_numpy, batch.inputs))
        nones, tokens = self.second_look(states, torch.from_numpy(batch.item))
        none, tokens, middle = nones[:, 0].float(), tokens.float(), middle.float()
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


def _attention(part: Any, states: Tensor, mask: Tensor) -> Tensor:
    """As transformers has it, but one product for queries, keys and values: an eighth of a
    layer's time, compiled."""
    sources = (part.query, part.key, part.value)
    weight = torch.cat([source.weight for source in sources])
    bias = torch.cat([source.bias for source in sources])
    size = part.attention_head_size
    heads = nn.functional.linear(states, weight, bias)
    heads = heads.reshape(*heads.shape[:2], -1, size).transpose(1, 2)
    query, key, value = heads.chunk(3, 1)
    shares = torch.softmax(query @ key.transpose(2, 3) * size**-0.5 + mask, 3)
    attended: Tensor = (shares @ value).transpose(1, 2).flatten(2)
    return attended


class Look(nn.Module):
    """The first or second look of a model, as a module."""

    def __init__(self, model: SentenceModel, *, first: bool) -> None:
        super().__init__()
        self.model = model
        self.first = first

    def forward(self, *inputs: Tensor) -> tuple[Tensor, Tensor]:
        """See `SentenceModel.first_look` and `SentenceModel.second_look`."""
        return self.model.first_look(*inputs) if self.first else self.model.second_look(*inputs)
