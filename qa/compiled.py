"""Networks compiled for this machine's processor by OpenVINO. The only importer of openvino.

A torch module is converted once, compared with the original, and kept in the user's cache;
from then on neither torch nor its weights are read. What cannot be converted, or comes out
different, is an `Uncompiled`: the caller goes on with the original and says why.

Precision: 16-bit floating point where the processor computes in it, else 8-bit integers where
they agree with the original, else 32-bit. A recipe may ask for 8-bit integers first.
"""

from __future__ import annotations

import contextlib
import hashlib
import json
import os
import shutil
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property, partial
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any

import numpy as np
from filelock import FileLock
from numpy.typing import NDArray

from qa.quantized import quantize

Arrays = tuple[NDArray[Any], ...]

AGREEMENT = {"f32": 0.9999, "bf16": 0.999, "f16": 0.999, "int8": 0.98}
"""Least agreement with the original (1: the same) at each precision."""

_VERSION = 2
"""Raise it when networks come out differently from the same weights."""
_LOCK = threading.RLock()
"""Held while libraries are imported and networks made: neither bears two threads."""
_ACCEPTED, _REFUSED = "agreement.json", "disagreement.json"
_ABANDONED = 3600.0  # seconds: no conversion takes so long
_UNUSED = 60 * 86400.0  # seconds after which a network that nobody loads is not kept
_VERSIONS = ("openvino", "torch", "transformers", "sentence-transformers")


class Uncompiled(Exception):  # noqa: N818 - no failure of the program
    """The network cannot be used compiled; the message says why."""


@dataclass(frozen=True)
class Recipe:
    """How to make a compiled network."""

    name: str
    """Tells weights apart."""
    make: Callable[[], tuple[Any, Sequence[Any]]]
    """The torch module and example inputs to trace it with."""
    examples: Callable[[], Sequence[Arrays]]
    """Inputs like those to come, one row each."""
    agreement: Callable[[CompiledNetwork], float]
    """How well the outputs agree with the original's, at most 1."""
    integers: bool = False
    """Whether 8-bit integers are preferred to 16-bit floating point: a quarter faster."""


class CompiledNetwork:
    """A network ready to run. Not safe for several threads at once.

    Args:
        directory: where `compile_network` left it.

    Raises:
        Uncompiled: it cannot be loaded.
    """

    def __init__(self, directory: Path) -> None:
        openvino = _openvino()
        try:
            core = openvino.Core()
            network = core.compile_model(
                core.read_model(directory / "network.xml"),
                "CPU",
                {
                    "INFERENCE_PRECISION_HINT": _native(openvino),
                    # All cores on one batch: half the time for a question, and no longer for
                    # a folder, than a batch for each core.
                    "PERFORMANCE_HINT": "LATENCY",
                    "CACHE_DIR": str(directory),
                },
            )
            self._request = network.create_infer_request()
            self._overlapping = partial(openvino.AsyncInferQueue, network, 2)
        except RuntimeError as error:
            raise Uncompiled(f"OpenVINO cannot load it: {_first_line(error)}") from error
        self.precision = directory.name.rpartition("-")[2]

    @cached_property
    def _queue(self) -> Any:
        return self._overlapping()  # one runs, one waits

    def run_one(self, batch: Arrays) -> Arrays:
        """The outputs for one batch of inputs: a millisecond or two sooner than by `run`."""
        found = self._request.infer(dict(enumerate(batch)), share_inputs=True)
        return tuple(found[number] for number in range(len(found)))

    def run(self, batches: Iterable[Arrays]) -> list[Arrays]:
        """The outputs for each batch of inputs, in order. Batches are read as there is room
        for them, so making the next one overlaps with running the last."""
        found: dict[int, Arrays] = {}

        def keep(request: Any, number: int) -> None:
            found[number] = tuple(np.array(output.data) for output in request.output_tensors)

        self._queue.set_callback(keep)
        for number, batch in enumerate(batches):
            self._queue.start_async(dict(enumerate(batch)), number)
        self._queue.wait_all()
        return [found[number] for number in sorted(found)]


def compile_network(cache: Path, recipe: Recipe) -> CompiledNetwork:
    """The network of a recipe, from the cache or converted now.

    Args:
        cache: a directory of ours; made if it is not there.
        recipe: its functions are called only where the cache has nothing.

    Raises:
        Uncompiled: it cannot be converted, comes out different, or cannot be kept.
    """
    try:
        return _found_or_made(cache, recipe)
    except OSError as error:
        raise Uncompiled(f"the cache cannot be used: {error.strerror or error}") from error


def _found_or_made(cache: Path, recipe: Recipe) -> CompiledNetwork:
    native = _native(_openvino())
    precisions = ["int8", native] if recipe.integers or native == "f32" else [native]
    made: tuple[Any, Sequence[Any]] | None = None
    for precision in precisions:
        directory = cache / _key(recipe.name, precision)
        if (directory / _REFUSED).exists():
            continue
        if (directory / _ACCEPTED).exists():
            with contextlib.suppress(OSError):
                os.utime(directory / _ACCEPTED)  # it is in use: see `_tidy`
            try:
                return CompiledNetwork(directory)
            except Uncompiled:  # damaged: it is made again
                shutil.rmtree(directory, ignore_errors=True)
        with _LOCK, _making(directory):  # the processes that wait find it made
            accepted = (directory / _ACCEPTED).exists()
            if not accepted and not (directory / _REFUSED).exists():
                made = made or recipe.make()
                accepted = _convert(directory, *made, recipe, precision)
        if accepted:
            return CompiledNetwork(directory)
    raise Uncompiled("compiled, it does not agree with the original")


@contextlib.contextmanager
def _making(directory: Path) -> Iterator[None]:
    """Hold the lock on making a network, across processes."""
    lock = FileLock(f"{directory}.lock")
    try:
        directory.parent.mkdir(parents=True, exist_ok=True)
        lock.acquire()
    except OSError as error:
        raise Uncompiled(f"the cache cannot be written: {error.strerror or error}") from error
    try:
        yield
    finally:
        lock.release()


def _convert(
    directory: Path, module: Any, traced: Sequence[Any], recipe: Recipe, precision: str
) -> bool:
    """Convert and keep; whether it agrees with the original, which is kept too."""
    try:
        directory.parent.mkdir(parents=True, exist_ok=True)
        _tidy(directory.parent)
        unfinished = Path(
            tempfile.mkdtemp(prefix="partial-", suffix=f"-{precision}", dir=directory.parent)
        )
        try:
            reason, found = "", 0.0
            try:
                _make(unfinished, module, traced, recipe, precision)
                found = recipe.agreement(CompiledNetwork(unfinished))
            except Exception as error:  # whatever tracer, converter or network meets
                reason = f"it cannot be converted: {_first_line(error)}"
            agrees = found >= AGREEMENT[precision]
            if not agrees:
                for file in unfinished.iterdir():
                    file.unlink()
            note = {"name": recipe.name, "precision": precision, "agreement": found}
            (unfinished / (_ACCEPTED if agrees else _REFUSED)).write_text(json.dumps(note), "utf-8")
            with contextlib.suppress(OSError):  # another process was first; its work is as good
                unfinished.rename(directory)
        finally:
            shutil.rmtree(unfinished, ignore_errors=True)
    except OSError as error:
        raise Uncompiled(f"the cache cannot be written: {error.strerror or error}") from error
    if reason:
        raise Uncompiled(reason)
    if agrees and not (directory / _ACCEPTED).exists():
        raise Uncompiled("the cache cannot be written")
    return agrees


def _make(
    directory: Path, module: Any, traced: Sequence[Any], recipe: Recipe, precision: str
) -> None:
    import torch

    openvino = _openvino()
    from openvino.tools.ovc import convert_model

    with torch.inference_mode(), _quiet():
        network = convert_model(module, example_input=tuple(traced))
    if precision != "int8":
        openvino.save_model(network, str(directory / "network.xml"), compress_to_fp16=True)
        return
    # What is not quantized, the embeddings above all, is kept in 16 bits, as above: by its own
    # means OpenVINO does that only before anything is quantized.
    plain = directory / "plain.xml"
    openvino.save_model(network, str(plain), compress_to_fp16=True)
    network = openvino.Core().read_model(plain)
    quantize(openvino, network, recipe.examples())
    openvino.save_model(network, str(directory / "network.xml"), compress_to_fp16=False)
    del network  # it maps the file
    for file in directory.glob("plain.*"):
        file.unlink()


def _tidy(cache: Path) -> None:
    """Remove what conversions that were killed have left, and networks of other times."""
    now = time.time()
    for left in cache.glob("partial-*"):
        with contextlib.suppress(OSError):
            if now - left.stat().st_mtime > _ABANDONED:
                shutil.rmtree(left, ignore_errors=True)
    for note in cache.glob(f"*/{_ACCEPTED}"):
        with contextlib.suppress(OSError):
            if now - note.stat().st_mtime > _UNUSED:
                shutil.rmtree(note.parent, ignore_errors=True)


def _openvino() -> Any:
    """The package, without its conversion tools, which report each import to their maker
    (and take longer to import than the rest)."""
    try:
        with _LOCK:
            if "openvino" not in sys.modules:
                sys.modules.setdefault("openvino_telemetry", None)  # type: ignore[arg-type]
                sys.modules["openvino.tools.ovc"] = None  # type: ignore[assignment]
                try:
                    import openvino
                finally:
                    sys.modules.pop("openvino.tools.ovc", None)
            import openvino
    except ImportError as error:
        raise Uncompiled("openvino is not installed") from error
    return openvino


def _native(openvino: Any) -> str:
    """The fastest floating point that this processor computes in."""
    able = openvino.Core().get_property("CPU", "OPTIMIZATION_CAPABILITIES")
    return "bf16" if "BF16" in able else "f16" if "FP16" in able else "f32"


def _key(name: str, precision: str) -> str:
    versions = []
    for package in _VERSIONS:
        with contextlib.suppress(PackageNotFoundError):
            versions.append(f"{package}={version(package)}")
    digest = hashlib.sha256(
        "\n".join([str(_VERSION), name, precision, *versions]).encode()
    ).hexdigest()
    return f"{digest[:20]}-{precision}"


def _first_line(error: Exception) -> str:
    return f"{type(error).__name__}: {str(error).strip().splitlines()[0] if str(error) else ''}"


@contextlib.contextmanager
def _quiet() -> Any:
    """The tracer's warnings are for authors of networks."""
    import warnings

    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        yield
