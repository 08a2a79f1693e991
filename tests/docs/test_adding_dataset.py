"""The dataset of docs/adding.md, run as it is written there."""

import re
import sys
from pathlib import Path

import pytest

from harness.results import load
from tests.docs.helpers.examples import blocks, run


@pytest.fixture
def workplace(tmp_path: Path) -> Path:
    """A folder with ``my_data.py``."""
    (module,) = blocks("A dataset", "python")
    (tmp_path / "my_data.py").write_text(module)
    return tmp_path


@pytest.mark.slow  # several commands, of which each starts anew
def test_the_commands_run(workplace: Path) -> None:
    printed = run(workplace, *blocks("A dataset", "bash"))
    assert re.search(r"^dataset.side=28 +height and width of an image, pixels.$", printed, re.M)
    (row,) = load(workplace / "run").trials.to_dict("records")
    assert (row["status"], row["dataset"]) == ("ok", "my_data.Discs")
    assert "12 trials" in printed  # two methods, two sizes, three seeds


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
