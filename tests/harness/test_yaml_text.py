"""What people write in YAML."""

from pathlib import Path

import pytest
import yaml

from harness.config.search_spaces import load_space, space_files
from harness.errors import UserError
from harness.yaml_text import read_yaml, told_by_yaml


@pytest.mark.parametrize(
    ("text", "line", "key"),
    [
        ("a: 1\nb: 2\na: 3\n", 3, "a"),
        ("a: {b: 1, c: 2,\n b: 1}\n", 2, "b"),
        ("- {x: 1}\n- {x: 1, y: 2}\n- x: 1\n  'x': 2\n", 4, "x"),
        ("<<: {a: 1}\n<<: {b: 1}\n", 2, "<<"),
    ],
)
def test_a_key_stands_once(text: str, line: int, key: str) -> None:
    with pytest.raises(yaml.YAMLError) as error:
        read_yaml(text)
    assert told_by_yaml(error.value).startswith(f"line {line}, column ")
    assert told_by_yaml(error.value).endswith(f"the key '{key}' stands there twice")


@pytest.mark.parametrize("text", ["day: 2020-13-45", "x: " + "[" * 3000])
def test_whatever_is_wrong_is_told_as_of_yaml(text: str) -> None:
    with pytest.raises(yaml.YAMLError):
        read_yaml(text)


def test_what_is_merged_may_be_written_anew() -> None:
    text = "base: &base {a: 1, b: 2}\nnext: &next {<<: *base, a: 3}\nlast: {<<: [*next, *base]}\n"
    assert read_yaml(text) == yaml.safe_load(text)
    assert read_yaml(text)["last"] == {"a": 3, "b": 2}


def test_all_that_comes_along_is_read_as_it_was() -> None:
    for path in space_files().values():
        assert read_yaml(path.read_text()) == yaml.safe_load(path.read_text())


def test_a_search_space_with_a_value_twice_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "twice.yaml"
    path.write_text(
        "title: T\nfixed: {method: vae}\nsweep:\n  method.d: choice(1,2)\n  method.d: 3\n"
    )
    with pytest.raises(UserError, match=r"twice.yaml .*line 5.*'method.d' stands there twice"):
        load_space(str(path))
