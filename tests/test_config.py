from pathlib import Path

import pytest

from qa.config import THRESHOLDS, Settings, load_settings
from qa.errors import ConfigError


@pytest.fixture
def file(tmp_path):
    return tmp_path / "config.toml"


def test_arguments_win_over_environment_over_file_over_defaults(file):
    file.write_text('model = "file"\ntop_k = 3\ntheme = "nord"')
    found = load_settings({"model": "argument", "top_k": None}, {"QA_TOP_K": "5"}, file)
    assert (found.model, found.top_k, found.theme) == ("argument", 5, "nord")
    assert found.max_file_mb == Settings().max_file_mb


def test_no_file_means_defaults(file):
    assert load_settings({}, {}, file) == Settings()


@pytest.mark.parametrize(
    "content, message",
    [
        ("modle = 'x'", "unknown setting 'modle'"),
        ("top_k = 'many'", "top_k must be a whole number"),
        ("top_k = 0", "between 1 and 100"),
        ("threshold = 1.5", "between 0 and 1"),
        ("threshold = 'sure'", "must be a number, loose, normal or strict"),
        ("top_k = true", "top_k must be"),
        ("watch = 'perhaps'", "watch must be true or false"),
        ("watch = 2", "watch must be true or false"),
        ("keys = 3", "keys must be a table"),
        ("[keys]\nexport = 5", "keys must be a table"),
        ("not toml", "cannot be read"),
    ],
)
def test_an_unusable_file_is_a_clear_error(file, content, message):
    file.write_text(content)
    with pytest.raises(ConfigError, match=message):
        load_settings({}, {}, file)


def test_keys_are_a_table_in_the_file_and_pairs_elsewhere(file):
    file.write_text('watch = false\n[keys]\nhelp = "f2"\nexport = "f5"\n')
    found = load_settings({}, {}, file)
    assert (found.keys, found.watch) == ((("export", "f5"), ("help", "f2")), False)
    found = load_settings({}, {"QA_KEYS": "export = f6, help=f7", "QA_WATCH": "yes"}, file)
    assert (found.keys, found.watch) == ((("export", "f6"), ("help", "f7")), True)


def test_an_unusable_variable_names_itself(file):
    with pytest.raises(ConfigError, match="QA_TOP_K: top_k must be a whole number, not 'x'"):
        load_settings({}, {"QA_TOP_K": "x"}, file)


def test_each_folder_has_its_own_index(tmp_path):
    settings = Settings(data_dir=str(tmp_path))
    a, b = (
        settings.index_path(tmp_path / "x" / "docs"),
        settings.index_path(tmp_path / "y" / "docs"),
    )
    assert a != b and a.name.startswith("docs-") and a.parent == tmp_path / "indexes"


def test_a_named_index_is_used_as_it_is():
    assert Settings(index="/somewhere").index_path(Path("/docs")) == Path("/somewhere")


def test_a_threshold_may_be_a_word(tmp_path):
    file = tmp_path / "config.toml"
    file.write_text('threshold = "strict"')
    assert load_settings({}, {}, file).threshold == THRESHOLDS["strict"]
    assert load_settings({}, {"QA_THRESHOLD": "Loose"}, file).threshold == THRESHOLDS["loose"]
    assert load_settings({"threshold": "normal"}, {}, file).threshold == Settings().threshold
