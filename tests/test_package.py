"""Promises about the package as a whole."""

import re
import subprocess
import sys
from pathlib import Path

import pytest

import qa

ROOT = Path(__file__).parent.parent


def loaded_by(code: str) -> set[str]:
    script = f"{code}\nimport sys; print(' '.join(sys.modules))"
    output = subprocess.run(
        [sys.executable, "-c", script], capture_output=True, text=True, check=True, cwd=ROOT
    ).stdout
    return set(output.split())


@pytest.mark.parametrize("code", ["import qa", "import qa.cli", "import tui"])
def test_importing_loads_no_heavy_library(code):
    heavy = {
        "torch",
        "sentence_transformers",
        "transformers",
        "faiss",
        "tantivy",
        "openvino",
        "lxml",
    }
    assert not heavy & loaded_by(code)


def test_importing_qa_loads_neither_textual_nor_numpy():
    assert not {"textual", "numpy", "click"} & loaded_by("import qa")


def test_the_retriever_needs_neither_textual_nor_the_command_line():
    assert not {"textual", "click"} & loaded_by("from qa import Retriever, Index")


def test_every_public_name_can_be_imported():
    for name in qa.__all__:
        assert getattr(qa, name) is not None
    with pytest.raises(AttributeError, match="no attribute 'nothing'"):
        _ = qa.nothing


def test_rooms_import_downwards_only():
    from importlinter.api import use_cases  # noqa: F401  (an error here is a missing extra)

    result = subprocess.run(
        [Path(sys.executable).parent / "lint-imports", "--no-cache"],
        capture_output=True, text=True, cwd=ROOT,
    )  # fmt: skip
    assert result.returncode == 0, result.stdout


def test_the_readmes_python_example_runs(tmp_path, monkeypatch, model):
    """Every python block of the README, in order, over a copy of corpus/."""
    import qa.assistant

    monkeypatch.setattr(qa.assistant, "CompiledEncoder", lambda *_: model)
    monkeypatch.chdir(ROOT)
    blocks = re.findall(r"```python\n(.*?)```", (ROOT / "README.md").read_text("utf-8"), re.S)
    assert blocks
    for block in blocks:
        exec(compile(block.replace("/tmp/qa-example-index", str(tmp_path)), "README", "exec"), {})


def test_the_corpus_shares_no_ten_words_with_the_reports():
    reports = ROOT.parent / "shared" / "documents"
    if not reports.is_dir():
        pytest.skip("the original reports are not here")

    def runs(text: str) -> set[tuple[str, ...]]:
        words = re.findall(r"\w+", text.lower())
        return {tuple(words[i : i + 10]) for i in range(len(words) - 9)}

    original = set().union(*(runs(file.read_text("utf-8")) for file in reports.glob("*.txt")))
    for file in (ROOT / "corpus").iterdir():
        assert not runs(file.read_text("utf-8")) & original
