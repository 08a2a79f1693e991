"""The dataset of docs/adding.md, run as it is written there."""

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from harness.results import load

ROOT = Path(__file__).parents[2]


def section(title: str) -> str:
    text = (ROOT / "docs" / "adding.md").read_text()
    (found,) = re.findall(rf"^## {title}\n(.*?)(?=^## |\Z)", text, re.DOTALL | re.MULTILINE)
    return str(found)


def blocks(language: str) -> list[str]:
    return re.findall(rf"^```{language}\n(.*?)^```", section("A dataset"), re.DOTALL | re.MULTILINE)


@pytest.fixture
def workplace(tmp_path: Path) -> Path:
    """A folder with ``my_data.py`` and an ``unbraid`` that runs this repository."""
    (module,) = blocks("python")
    (tmp_path / "my_data.py").write_text(module)
    command = tmp_path / "bin" / "unbraid"
    command.parent.mkdir()
    command.write_text(f'#!/bin/sh\nexec {sys.executable} -m harness "$@"\n')
    command.chmod(0o755)
    return tmp_path


def test_the_commands_run(workplace: Path) -> None:
    (commands,) = blocks("bash")
    environment = {
        **os.environ,
        "PATH": f"{workplace / 'bin'}:{os.environ['PATH']}",
        "PYTHONPATH": str(ROOT),
        "UNBRAID_CACHE": str(workplace / "cache"),
    }
    ran = subprocess.run(
        ["bash", "-ec", commands],
        cwd=workplace,
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )
    assert ran.returncode == 0, ran.stderr
    assert re.search(r"^dataset.side=28 +height and width of an image, pixels.$", ran.stdout, re.M)
    (row,) = load(workplace / "run").trials.to_dict("records")
    assert (row["status"], row["dataset"]) == ("ok", "my_data.Discs")
    assert "12 trials" in ran.stdout  # two methods, two sizes, three seeds


def test_its_images_are_what_its_factors_say(
    workplace: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.syspath_prepend(workplace)
    monkeypatch.delitem(sys.modules, "my_data", raising=False)
    from harness.datasets.registry import DATASETS

    options = DATASETS.load("my_data.Discs")
    few, more = (options(n_train=n, n_test=5).load(None).train for n in (20, 30))  # type: ignore[call-arg]
    assert (more.images[:20] == few.images).all()
    brightest = few.images.max((1, 2, 3)) / 255
    assert abs(brightest - few.factors["grey"]).max() <= 0.5 / 255 + 1e-6
    area = (few.images[:, 0] > 0).sum((1, 2))
    assert area[few.factors["size"] == 0].max() < area[few.factors["size"] == 2].min()
