"""The commands of docs/data.md, run as they are written there."""

from pathlib import Path

import pytest

from harness.results import load
from tests.docs.helpers.examples import blocks, run

DOCUMENT = "docs/data.md"
SECTIONS = {
    "A folder of PNG files": ("folder", 4, "factors: label"),
    "An npz file laid out like dSprites": ("npz", 4, "factors: shape, x, y"),
    "An HDF5 file of floats": ("h5", 4, "factors: labels_0, labels_1, labels_2"),
    "A Parquet file": ("parquet", 4, "identity: 0 person 0, 1 person 1, 2 person 2"),
}


@pytest.fixture(scope="module")
def workplace(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("data")
    (module,) = blocks("Images to try it with", "python", DOCUMENT)
    (folder / "make_examples.py").write_text(module)
    run(folder, "python make_examples.py")
    return folder


def commands(section: str) -> list[str]:
    (block,) = blocks(section, "bash", DOCUMENT)
    return block.splitlines()


def test_a_single_trial_runs(workplace: Path) -> None:
    section = "An npz file laid out like dSprites"
    printed = run(workplace, commands(section)[0])
    assert "factors: shape, x, y" in printed
    assert "1 of 1 trial finished: 1 ok" in printed


@pytest.mark.slow
def test_the_readme_shows_two_of_them(workplace: Path) -> None:
    printed = run(workplace, *blocks("Your own images", "bash", "README.md"))
    assert "1 of 1 trial finished: 1 ok" in printed
    assert "6 of 6 trials finished: 6 ok" in printed


@pytest.mark.slow
@pytest.mark.parametrize("section", SECTIONS)
def test_everything_runs_as_written(workplace: Path, section: str) -> None:
    name, n_trials, note = SECTIONS[section]
    printed = run(workplace, "\n".join(commands(section)))
    assert note in printed
    assert f"{n_trials} of {n_trials} trials finished: {n_trials} ok" in printed
    assert len(load(workplace / "runs" / name).trials) == n_trials
    assert (workplace / f"{name}.html").stat().st_size > 10_000
