"""The method of docs/adding.md, run as it is written there."""

from pathlib import Path
from typing import Any

import pytest

from harness.results import load
from models.registry import METHOD_PATHS
from tests.docs.helpers.examples import ROOT, blocks, run
from tests.models.helpers.contract import CHECKS

MODULE, CONTRACT = blocks("A method", "python")
COMMANDS, CHECKING = blocks("A method", "bash")


@pytest.fixture
def workplace(tmp_path: Path) -> Path:
    (tmp_path / "my_method.py").write_text(MODULE)
    (tmp_path / "test_my_method.py").write_text(CONTRACT)
    return tmp_path


@pytest.mark.slow  # several commands, of which each starts anew
def test_the_commands_run(workplace: Path) -> None:
    printed = run(workplace, COMMANDS)
    assert "method.lr=0.001  λ: Adam's learning rate [mine]" in printed
    assert "method.d=8       d: size of the code (fixed when the networks are built)" in printed
    assert "12 trials" in printed  # two methods, two learning rates, three seeds
    (row,) = load(str(workplace / "run")).trials.to_dict("records")
    assert (row["status"], row["method"]) == ("ok", "my_method.TinyAutoencoder")
    assert 0 < row["metric.mse"] < 0.2
    assert "my_method.TinyAutoencoder" in (workplace / "mine.html").read_text()


def test_it_keeps_the_contract(workplace: Path) -> None:
    assert f"{len(CHECKS)} passed" in run(workplace, CHECKING)


def test_the_readme_has_the_same_example() -> None:
    assert blocks("A method of your own", "python", "README.md") == [MODULE]


def test_the_line_of_the_registry_goes_where_it_says() -> None:
    (diff,) = blocks("A method", "diff")
    before, added = diff.splitlines()
    registry = (ROOT / "models" / "registry.py").read_text()
    assert registry.count(f"{before[1:]}\n") == 1
    changed: dict[str, Any] = {}
    exec(registry.replace(before[1:], f"{before[1:]}\n{added[1:]}"), changed)
    new = {"tiny_autoencoder": "models.vae.tiny_autoencoder.TinyAutoencoder"}
    assert changed["METHOD_PATHS"] == {**new, **METHOD_PATHS}
