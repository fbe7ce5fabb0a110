import json
import os
import shutil
import subprocess
import sys
import threading

import numpy as np
import pytest
from filelock import FileLock

import qa.compiled
import qa.compiled_encoder
from qa.compiled import Recipe, Uncompiled, compile_network
from qa.compiled_encoder import CompiledEncoder
from qa.config import cache_directory
from qa.sentence_network import SentenceNetwork
from tests.conftest import CORPUS

TEXTS = [
    "one",
    "A committee met in Geneva.",
    "word " * 300,
    "東京は日本の首都です。",
    "",
    "x" * 4000,
]


def recipe(make, agreement=1.0) -> Recipe:
    found = agreement if callable(agreement) else lambda _: agreement
    return Recipe("n", make, lambda: [(np.ones((1, 4), np.float32),)], found)


def test_compiled_vectors_are_those_of_the_model(model):
    ours, theirs = model.encode(TEXTS), model.original.encode(TEXTS)
    assert ours.dtype == np.float32 and ours.shape == theirs.shape
    assert (ours * theirs).sum(1).min() > 0.999
    assert not model.note


def test_vectors_come_in_the_order_of_their_texts(model):
    texts = [f"{'long ' * (n % 7 * 20)} number {n}" for n in range(40)]
    together = model.encode(texts)
    for number in (0, 13, 39):
        assert together[number] @ model.encode([texts[number]])[0] > 0.999


def test_no_texts_make_no_vectors(model):
    assert len(model.encode([])) == 0


def test_the_compiled_reader_scores_as_the_original():
    compiled, original = SentenceNetwork(), SentenceNetwork()
    original.__dict__["_compiled"] = None
    passages = [
        ("Bridges", ["Geneva has 118 bridges.", "42 of them need work.", "It rained on Tuesday."]),
        ("", ["Nothing else is known. " * 60]),
    ]
    ours = compiled.score("How many bridges need work?", passages)
    theirs = original.score("How many bridges need work?", passages)
    margins = [[score.margin for part in found for score in part] for found in (ours, theirs)]
    assert np.corrcoef(margins)[0, 1] > 0.99  # 8 bits
    assert np.argsort(margins[0]).tolist() == np.argsort(margins[1]).tolist()
    for passage, passage_too in zip(ours, theirs, strict=True):
        for score, score_too in zip(passage, passage_too, strict=True):
            assert score.margin < 0 or score.words[:2] == score_too.words[:2]
    assert max(ours[0]).margin > 0
    assert not compiled.note


def test_once_compiled_neither_torch_nor_its_libraries_are_imported(corpus_assistant, tmp_path):
    corpus_assistant.ask("Who is Jake Williams?")  # now everything is in the cache
    script = (
        "import sys; from qa.__main__ import main\n"
        "try: main()\n"
        "except SystemExit: pass\n"
        "print(sorted({name.split('.')[0] for name in sys.modules} & "
        "{'torch', 'transformers', 'sentence_transformers', 'textual', 'openvino_telemetry'}))"
    )
    result = subprocess.run(
        [sys.executable, "-c", script, "ask", "Who is Jake Williams?", "--corpus", CORPUS,
         "--index", tmp_path / "index"],
        capture_output=True, text=True, timeout=100,
    )  # fmt: skip
    assert "NSA" in result.stdout, result.stderr
    # The name alone stands there, blocked.
    assert result.stdout.splitlines()[-1] in ("[]", "['openvino_telemetry']")
    assert "telemetry" not in result.stderr


def test_importing_openvino_reports_to_no_one():
    script = (
        "import sys, qa.compiled; qa.compiled._openvino()\n"
        "from openvino.tools.ovc import convert_model\n"
        "assert sys.modules['openvino_telemetry'] is None"
    )
    subprocess.run([sys.executable, "-c", script], check=True, timeout=60)


def test_models_load_side_by_side_with_nothing_in_the_cache(tmp_path):
    script = (
        "import sys\n"
        "from qa import Assistant, CompiledEncoder\n"
        "a = Assistant(sys.argv[1], sys.argv[2], encoder=CompiledEncoder())\n"
        "a.warm()\n"
        "print(repr(a.index.encoder.note), repr(a.reader.network.note))\n"
    )
    result = subprocess.run(
        [sys.executable, "-c", script, CORPUS, tmp_path / "index"], capture_output=True,
        text=True, timeout=110, env={**os.environ, "QA_CACHE_DIR": str(tmp_path / "cache")},
    )  # fmt: skip
    assert result.stdout.strip() == "'' ''", result.stderr


def test_a_network_that_fails_when_run_is_not_used_nor_tried_again(tmp_path):
    import torch

    class OneShape(torch.nn.Module):
        def forward(self, values):
            return values.reshape(2, 4) * 1.0

    made = []

    def make():
        made.append(1)
        return OneShape(), [torch.ones(2, 4)]

    def agreement(network):
        return network.run([(np.ones((3, 5), np.float32),)]) and 1.0

    for _ in range(2):
        with pytest.raises(Uncompiled):
            compile_network(tmp_path, recipe(make, agreement))
    assert len(made) == 1


def test_where_nothing_can_be_kept_the_original_is_used_and_says_so(tmp_path):
    (tmp_path / "cache").write_text("a file")
    encoder = CompiledEncoder(cache=tmp_path / "cache")
    assert encoder.encode(["a text"]).shape == (1, 384)
    assert "cache cannot be written" in encoder.note


def test_a_cache_that_may_not_be_looked_into_is_told(tmp_path):
    with pytest.raises(Uncompiled, match="the cache cannot be used"):
        compile_network(tmp_path / ("x" * 300), recipe(None, None))


def test_a_network_that_comes_out_different_is_not_used(tmp_path):
    import torch

    class Doubles(torch.nn.Module):
        def forward(self, values):
            return values * 2.0

    with pytest.raises(Uncompiled, match="does not agree"):
        compile_network(tmp_path, recipe(lambda: (Doubles(), [torch.ones(1)]), 0.5))
    # Nor tried again.
    with pytest.raises(Uncompiled, match="does not agree"):
        compile_network(tmp_path, recipe(lambda: pytest.fail("made again")))


@pytest.mark.parametrize("kind", [CompiledEncoder, SentenceNetwork])
def test_where_there_is_no_16_bit_arithmetic_8_bit_is_used(monkeypatch, tmp_path, kind):
    monkeypatch.setattr(qa.compiled, "_native", lambda _: "f32")
    found = kind(cache=tmp_path)
    found.load()
    assert not found.note
    notes = [json.loads(note.read_text()) for note in tmp_path.glob("*/agreement.json")]
    assert {note["precision"] for note in notes} == {"int8"}
    assert min(note["agreement"] for note in notes) >= 0.98


def test_where_there_is_16_bit_arithmetic_8_bit_is_used_if_a_recipe_prefers_it(tmp_path):
    import torch

    layer = torch.nn.Linear(4, 4)

    def chosen(integers):
        recipe = Recipe(
            "one layer",
            lambda: (layer, [torch.ones(2, 4)]),
            lambda: [(np.eye(4, dtype=np.float32),)],
            lambda network: 1.0,
            integers=integers,
        )
        return compile_network(tmp_path, recipe).precision

    assert chosen(integers=True) == "int8"
    native = qa.compiled._native(qa.compiled._openvino())
    assert chosen(integers=False) == ("int8" if native == "f32" else native)


def test_8_bit_that_does_not_agree_gives_way_to_floating_point(monkeypatch, tmp_path):
    import torch

    monkeypatch.setattr(qa.compiled, "_native", lambda _: "f32")
    chosen = recipe(
        lambda: (torch.nn.Linear(4, 4), [torch.ones(2, 4)]),
        lambda network: 0.9 if network.precision == "int8" else 1.0,
    )
    for _ in range(2):
        assert compile_network(tmp_path, chosen).precision == "f32"


def test_a_network_that_cannot_be_converted_is_not_used(tmp_path):
    import torch

    class Odd(torch.nn.Module):
        def forward(self, values):
            raise RuntimeError("no")

    with pytest.raises(Uncompiled, match="cannot be converted"):
        compile_network(tmp_path, recipe(lambda: (Odd(), [torch.ones(1)])))


def test_a_damaged_network_is_made_again(tmp_path):
    import torch

    made = []

    def make():
        made.append(1)
        return torch.nn.Linear(2, 2), [torch.ones(1, 2)]

    for _ in range(2):
        compile_network(tmp_path, recipe(make))
    assert len(made) == 1
    (directory,) = (one for one in tmp_path.iterdir() if one.is_dir())
    assert json.loads((directory / "agreement.json").read_text())["name"] == "n"
    for file in [directory / "network.xml", *directory.glob("*.blob")]:
        file.chmod(0o644)
        file.write_bytes(b"no network")
    network = compile_network(tmp_path, recipe(make))
    assert len(made) == 2
    assert network.run([(np.ones((1, 2), np.float32),)])[0][0].shape == (1, 2)


def test_with_a_graphics_processor_torch_is_used(monkeypatch, model):
    monkeypatch.setattr(qa.compiled_encoder, "has_graphics_processor", lambda: True)
    encoder = CompiledEncoder()
    encoder.original = model.original
    assert encoder.encode(["a text"]).shape == (1, 384)
    assert "graphics processor" in encoder.note


def test_other_versions_and_weights_have_their_own_place(monkeypatch):
    key = qa.compiled._key("encoder a", "bf16")
    assert key != qa.compiled._key("encoder b", "bf16")
    assert key != qa.compiled._key("encoder a", "f32")
    monkeypatch.setattr(qa.compiled, "version", lambda _: "0")
    assert key != qa.compiled._key("encoder a", "bf16")


def test_the_cache_is_the_users_unless_named(monkeypatch, tmp_path):
    monkeypatch.setenv("QA_CACHE_DIR", str(tmp_path))
    assert cache_directory() == tmp_path
    monkeypatch.delenv("QA_CACHE_DIR")
    assert cache_directory().name == "qa"


def test_networks_that_nobody_has_loaded_for_long_are_removed(tmp_path):
    import torch

    layer = torch.nn.Linear(4, 4)

    def kept(name):
        made = Recipe(
            name,
            lambda: (layer, [torch.ones(2, 4)]),
            lambda: [(np.eye(4, dtype=np.float32),)],
            lambda network: 1.0,
        )
        compile_network(tmp_path, made)
        return {json.loads(note.read_text())["name"]: note for note in tmp_path.glob("*/*.json")}

    notes = kept("old") | kept("used")
    for note in notes.values():
        os.utime(note, (0, 0))
    kept("used")  # loaded again
    assert set(kept("new")) == {"used", "new"}


def test_a_network_that_another_process_makes_is_waited_for(tmp_path):
    import torch

    made = []

    def make():
        made.append(1)
        return torch.nn.Linear(2, 2), [torch.ones(1, 2)]

    compile_network(tmp_path / "other", recipe(make))
    (network,) = (one for one in (tmp_path / "other").iterdir() if one.is_dir())
    here = tmp_path / "here"
    here.mkdir()
    with FileLock(here / f"{network.name}.lock"):  # as that process holds it
        waiting = threading.Thread(target=lambda: compile_network(here, recipe(make)))
        waiting.start()
        waiting.join(0.3)
        assert waiting.is_alive()
        shutil.copytree(network, here / network.name)
    waiting.join()
    assert len(made) == 1
