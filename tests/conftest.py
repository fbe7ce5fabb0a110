"""What the tests share. No test touches the user's own data or config directory."""

from __future__ import annotations

import os
from contextlib import ExitStack
from dataclasses import fields
from pathlib import Path

os.environ["TEXTUAL_COLOR_SYSTEM"] = "truecolor"  # whatever the terminal; Textual reads it once

import pytest
from click.testing import CliRunner

from qa import FakeEncoder, Settings
from qa.assistant import Assistant
from qa.cli import main
from qa.compiled_encoder import CompiledEncoder
from qa.types import Document

CORPUS = Path(__file__).parent.parent / "corpus"
REPORTS = Path(__file__).parent.parent.parent / "shared" / "documents"


@pytest.fixture(scope="session", autouse=True)
def _own_cache(tmp_path_factory: pytest.TempPathFactory):
    """Compiled once for all tests, and by this version."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("QA_CACHE_DIR", str(tmp_path_factory.mktemp("cache")))
        yield


@pytest.fixture(autouse=True)
def _own_directories(monkeypatch: pytest.MonkeyPatch, tmp_path_factory: pytest.TempPathFactory):
    home = tmp_path_factory.mktemp("home")
    monkeypatch.setenv("QA_DATA_DIR", str(home / "data"))
    monkeypatch.setenv("QA_CONFIG", str(home / "config.toml"))
    for name in (*(f"QA_{field.name.upper()}" for field in fields(Settings)), "NO_COLOR"):
        if name != "QA_DATA_DIR":
            monkeypatch.delenv(name, raising=False)


@pytest.fixture(scope="session")
def model() -> CompiledEncoder:
    """The real default model, loaded once."""
    return CompiledEncoder()


@pytest.fixture
def fake() -> FakeEncoder:
    return FakeEncoder()


@pytest.fixture(scope="session")
def corpus_assistant(model, tmp_path_factory):
    """The real assistant over corpus/."""
    directory = tmp_path_factory.mktemp("corpus-index")
    with Assistant(CORPUS, directory, settings=Settings(), encoder=model) as assistant:
        assistant.update()
        yield assistant


def write(folder: Path, **files: str) -> Path:
    """Write ``name__ext=text`` files into a folder."""
    folder.mkdir(parents=True, exist_ok=True)
    for name, text in files.items():
        (folder / name.replace("__", ".")).write_text(text, encoding="utf-8")
    return folder


def document(text: str, path: str = "a.txt", title: str = "", **more) -> Document:
    return Document(path, title, text, more.pop("sha256", "0" * 64), **more)


@pytest.fixture(scope="module")
def opened(model, tmp_path_factory):
    """Opens an assistant with the real models over files given as for `write`."""
    with ExitStack() as stack:

        def over(**files: str) -> Assistant:
            folder = write(tmp_path_factory.mktemp("documents"), **files)
            index = tmp_path_factory.mktemp("index")
            return stack.enter_context(Assistant.open(folder, index, encoder=model))

        yield over


@pytest.fixture
def run(monkeypatch, model):
    """Run a command in this process with the real model, loaded once."""
    monkeypatch.setattr("qa.assistant.CompiledEncoder", lambda *_: model)

    def call(*arguments, **more):
        return CliRunner().invoke(main, [str(item) for item in arguments], **more)

    return call
