"""Settings: defaults < config file < environment < arguments.

The one place that knows where things live on this machine. Nothing is created here.
"""

from __future__ import annotations

import dataclasses
import hashlib
import os
import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import platformdirs

from qa.errors import ConfigError

DEFAULT_MODEL = "all-MiniLM-L6-v2"
DEFAULT_THRESHOLD = 0.115
"""On the development sets, what answers 97 to 99 % of the questions that have an answer;
tests/benchmarks/reader.md has the trade it makes."""
THRESHOLDS = {"loose": 0.05, "normal": DEFAULT_THRESHOLD, "strict": 0.3}
"""Thresholds in words. Strict answers nine in ten of the questions that have an answer there, and
refuses half of those that only look as if they had; loose refuses next to nothing."""


CONFIDENT = 0.6
"""From which an answer is called confident."""


@dataclass(frozen=True, slots=True)
class Settings:
    """Everything a person can set. Names are the keys of the config file; the
    environment variables are the same in capitals behind ``QA_``."""

    corpus: str = ""
    """Folder to open when none is named; empty: ``./corpus`` if it exists."""
    index: str = ""
    """Folder for the index; empty: one per corpus under the user's data directory."""
    model: str = DEFAULT_MODEL
    """A sentence-transformers model: name or path. Never downloaded."""
    reader: str = ""
    """A transformers model for extractive question answering, name or path; empty: ours."""
    reranker: str = ""
    """A sentence-transformers cross-encoder that puts passages in order before they are read."""
    top_k: int = 6
    """Passages read for an answer."""
    threshold: float = DEFAULT_THRESHOLD
    """Confidence below which the answer is "not in these documents": a number, or a word of
    `THRESHOLDS`."""
    max_file_mb: int = 64
    """A text file or an extracted text above this many MiB is skipped, with the reason."""
    citation_style: str = ""
    """Template of the line that names a source (see `qa.citation_style`); empty: the default."""
    theme: str = ""
    """Textual theme of the terminal app; empty: the one chosen there last."""
    keys: tuple[tuple[str, str], ...] = ()
    """Other keys for actions of the app; in the config file a table: ``export = "f5"``."""
    watch: bool = True
    """Whether the app watches the folder and indexes what changes."""
    data_dir: str = ""
    """Where indexes and conversations are kept; empty: the platform's user data directory."""

    def data_path(self) -> Path:
        """The directory that holds indexes and conversations."""
        return Path(self.data_dir or platformdirs.user_data_dir("qa", appauthor=False)).expanduser()

    def conversations_path(self) -> Path:
        """The directory that holds conversations."""
        return self.data_path() / "conversations"

    def index_path(self, folder: Path) -> Path:
        """Where the index of ``folder`` lives: named after it, told apart by its full path."""
        if self.index:
            return Path(self.index).expanduser().absolute()
        full = str(folder.expanduser().resolve())
        slug = re.sub(r"[^A-Za-z0-9._-]+", "-", folder.resolve().name).strip("-.")[:40] or "folder"
        digest = hashlib.sha256(os.fsencode(full)).hexdigest()[:12]
        return self.data_path() / "indexes" / f"{slug}-{digest}"


def cache_directory() -> Path:
    """Where what can be made again is kept: ``QA_CACHE_DIR``, else the user's cache directory."""
    named = os.environ.get("QA_CACHE_DIR")
    return Path(named or platformdirs.user_cache_dir("qa", appauthor=False)).expanduser()


def config_file() -> Path:
    """The config file: ``QA_CONFIG``, else ``config.toml`` in the user's config directory."""
    named = os.environ.get("QA_CONFIG")
    if named:
        return Path(named).expanduser()
    return Path(platformdirs.user_config_dir("qa", appauthor=False)) / "config.toml"


def load_settings(
    arguments: Mapping[str, Any] | None = None,
    environment: Mapping[str, str] | None = None,
    file: Path | None = None,
) -> Settings:
    """Settings from the four layers; ``None`` among the arguments means "not given".

    Raises:
        ConfigError: an unknown key, a value of the wrong type or out of range, or a
            config file that is not TOML.
    """
    environment = os.environ if environment is None else environment
    file = config_file() if file is None else file
    merged: dict[str, Any] = {}
    kinds = {f.name: type(f.default) for f in dataclasses.fields(Settings)}
    for key, value in _read_file(file).items():
        _check_known(key, kinds, str(file))
        merged[key] = _typed(key, value, kinds, str(file))
    for key in kinds:
        name = f"QA_{key.upper()}"
        if environment.get(name):
            merged[key] = _typed(key, environment[name], kinds, name)
    for key, value in (arguments or {}).items():
        if value is not None:
            merged[key] = _typed(key, value, kinds, f"--{key.replace('_', '-')}")
    settings = Settings(**merged)
    _check(settings)
    return settings


def _read_file(file: Path) -> dict[str, Any]:
    try:
        return tomllib.loads(file.read_text(encoding="utf-8"))
    except FileNotFoundError:
        return {}
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise ConfigError(
            f"The config file {file} cannot be read: {error}.", "Mend it or move it away."
        ) from error


def _check_known(key: str, kinds: Mapping[str, type], where: str) -> None:
    if key not in kinds:
        raise ConfigError(
            f"{where}: unknown setting {key!r}.",
            "Known settings: " + ", ".join(sorted(kinds)) + ".",
        )


def _typed(key: str, value: Any, kinds: Mapping[str, type], where: str) -> Any:
    kind = kinds[key]
    if kind is tuple:
        return _pairs(key, value, where)
    if kind is bool and str(value).lower() in _SWITCH:
        return _SWITCH[str(value).lower()]
    if key == "threshold" and isinstance(value, str) and value.strip().lower() in THRESHOLDS:
        return THRESHOLDS[value.strip().lower()]
    try:
        if (
            isinstance(value, bool)
            or kind is bool
            or (kind is str and not isinstance(value, str | os.PathLike))
        ):
            raise ValueError
        return kind(os.fspath(value) if isinstance(value, os.PathLike) else value)
    except (TypeError, ValueError):
        wanted = {
            str: "text", int: "a whole number", float: "a number", bool: "true or false",
        }[kind]  # fmt: skip
        if key == "threshold":
            wanted = "a number, " + ", ".join(list(THRESHOLDS)[:-1]) + " or strict"
        raise ConfigError(f"{where}: {key} must be {wanted}, not {value!r}.") from None


_SWITCH = {"true": True, "yes": True, "1": True, "false": False, "no": False, "0": False}


def _pairs(key: str, value: Any, where: str) -> tuple[tuple[str, str], ...]:
    """A table of names and texts, or ``name=text, name=text``."""
    if isinstance(value, str):
        value = dict(part.strip().partition("=")[::2] for part in value.split(",") if part.strip())
    if isinstance(value, tuple):
        value = dict(value)
    if not isinstance(value, dict) or not all(
        isinstance(one, str) and one for one in value.values()
    ):
        raise ConfigError(f"{where}: {key} must be a table of names and texts, not {value!r}.")
    return tuple(sorted((name.strip(), text.strip()) for name, text in value.items()))


def _check(settings: Settings) -> None:
    if not 1 <= settings.top_k <= 100:
        raise ConfigError(f"top_k must be between 1 and 100, not {settings.top_k}.")
    if not 0.0 <= settings.threshold <= 1.0:
        raise ConfigError(f"threshold must be between 0 and 1, not {settings.threshold}.")
    if settings.max_file_mb < 1:
        raise ConfigError(f"max_file_mb must be at least 1, not {settings.max_file_mb}.")
