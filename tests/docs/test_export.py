"""The commands and programs of docs/export.md run as they stand."""

import importlib.util
import re
from pathlib import Path

import pytest

from harness.commands.running.run_directory import planned
from harness.commands.running.run_missing import load_datasets
from harness.config.sweep import resolve
from tests.docs.helpers.examples import ROOT, blocks, run
from tests.harness.helpers import toys

DOCUMENT = "docs/export.md"


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with the document's sweep, run without Ray."""
    folder = tmp_path_factory.mktemp("export")
    (command,) = re.findall(r"^unbraid sweep '(method=choice.*?)' (.*)$", read(), re.MULTILINE)
    arguments = [command[0], *command[1].split()]
    arguments[-1] = f"run_dir={folder / 'runs/three'}"
    sweep = resolve([*arguments, "scale.epochs=1"])
    with planned(sweep, ["sweep", *arguments]) as directory:
        datasets = load_datasets(directory, sweep.trials, sweep.settings)
        for trial in sweep.trials:
            directory.write(toys.run(trial, datasets[trial.dataset])[1])
    return folder


def read() -> str:
    return (ROOT / DOCUMENT).read_text()


def test_tables(folder: Path) -> None:
    run(folder, blocks("CSV and Parquet", "bash", DOCUMENT)[0])
    (program,) = blocks("CSV and Parquet", "python", DOCUMENT)
    (folder / "read.py").write_text(program)
    said = run(folder, "python read.py")
    assert re.search(r"^beta_vae +-\d+\.\d+ +\d+\.\d+ +3$", said, re.MULTILINE)
    assert "0 null 0 NaN" in said
    assert re.search(r"^value +float64$", said, re.MULTILINE)


def test_latex(folder: Path) -> None:
    run(folder, blocks("LaTeX", "bash", DOCUMENT)[0])
    assert r"\begin{tabular}" in (folder / "paper/three.tex").read_text()


def test_tensorboard(folder: Path) -> None:
    run(folder, blocks("TensorBoard", "bash", DOCUMENT)[0])
    assert len([*folder.glob("boards/three/*/events.out.tfevents.*")]) == 9


@pytest.mark.skipif(not importlib.util.find_spec("mlflow"), reason="needs the extra mlflow")
def test_mlflow(folder: Path) -> None:
    run(folder, blocks("MLflow", "bash", DOCUMENT)[0])
    (program,) = blocks("MLflow", "python", DOCUMENT)
    (folder / "search.py").write_text(program)
    assert run(folder, "python search.py").count("beta_tcvae") == 3


@pytest.mark.skipif(not importlib.util.find_spec("wandb"), reason="needs the extra wandb")
def test_wandb(folder: Path) -> None:
    run(folder, blocks("Weights & Biases", "bash", DOCUMENT)[0])
    assert len([*folder.glob("runs/three/wandb/wandb/offline-run-*")]) == 9


def test_the_table_names_every_format() -> None:
    from harness.export.formats import FORMATS

    for name, each in FORMATS.items():
        (line,) = re.findall(rf"^\| \[`{name}`\].*$", read(), re.MULTILINE)
        assert f"`{each.target}" in line
