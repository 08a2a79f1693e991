"""What the commands that run no trial print, and that they leave everything as it was."""

import dataclasses
import hashlib
from pathlib import Path

import pytest

from harness import __version__
from harness.cli import main
from harness.commands import doctor
from harness.commands.running.preview import SMOKE
from harness.config.compose import options_of
from harness.config.sweep import resolve
from harness.datasets.grids.shapes3d.dataset import Shapes3dOptions
from harness.datasets.registry import DATASET_PATHS, DATASETS
from harness.methods import METHODS
from harness.metrics.registry import METRIC_PATHS
from harness.results import load
from harness.training.scale import Scale
from models.hyperparameters import describe
from models.registry import METHOD_PATHS
from reports import KIND_PATHS
from tests.harness.helpers.command_line import Capture, printed, snapshot


def test_dry_run_of_the_published_sweep(workplace: Path, capsys: Capture) -> None:
    arguments = ["sweep", "space=vitae_stability", "scale=smoke", "run_dir=run", "dry_run=true"]
    lines = printed(capsys, *arguments)
    assert lines[0] == "36 trials: C-VITAE, learning rate × affine parametrization"
    assert "  method.transform         affine, affine_decomp, affine_diffeo" in lines
    assert "  method.lr                0.0001, 0.001, 0.01, 0.1" in lines
    assert "  seeds                    0, 1, 2" in lines
    first = lines.index("first trials:") + 1
    assert lines[first].endswith("  c_vitae transform=affine lr=0.0001 seed=0")
    assert lines[-2].startswith("estimated training time: ")
    assert "from a few steps of each of 3 kinds of trial, timed " in lines[-2]
    assert lines[-1] == "dry_run=true: nothing was started, and no results were written."
    assert list(workplace.iterdir()) == []


@pytest.mark.usefixtures("workplace")
def test_a_dry_run_names_the_variants_that_go_together(capsys: Capture) -> None:
    asked = ["space=dvae_differences", "scale=smoke", "variants=[ours,length]", "ray.address=none"]
    lines = printed(capsys, "sweep", *asked, "dry_run=true")
    (place,) = (
        i for i, line in enumerate(lines) if line.split() == ["variants", "ours,", "length"]
    )
    assert lines[place + 1].strip() == "(what differs among these is not crossed)"


def test_dry_run_of_one_trial(workplace: Path, capsys: Capture) -> None:
    lines = printed(capsys, "train", "method=vae", "scale=smoke", "dry_run=true", "seed=4")
    assert lines[0] == "1 trial: vae on digits"
    assert "  seeds                    4" in lines
    assert list(workplace.iterdir()) == []


@pytest.mark.usefixtures("workplace")
def test_status_of_a_finished_run(finished_run: Path, capsys: Capture) -> None:
    before = snapshot(finished_run)
    lines = printed(capsys, "status", str(finished_run))
    assert lines[0] == f"{finished_run}: vae on mnist"
    assert lines[1].startswith("  command   unbraid train method=vae dataset=mnist data_root=")
    counts = [line.split() for line in lines[2:9]]
    assert counts == [
        ["planned", "1"],
        ["finished", "1"],
        ["missing", "0"],
        ["ok", "1"],
        ["diverged", "0"],
        ["pruned", "0"],
        ["failed", "0"],
    ]
    assert lines[9].startswith("  time      ")
    assert len(lines) == 10
    assert snapshot(finished_run) == before


@pytest.mark.usefixtures("workplace")
def test_resume_of_a_finished_run_starts_nothing(finished_run: Path, capsys: Capture) -> None:
    assert printed(capsys, "resume", str(finished_run), "ray.num_cpus=2") == [
        f"{finished_run}: 1 trial planned, 1 finished",
        "1 of 1 trial finished: 1 ok",
        SMOKE,
        f"Draw the report: unbraid report {finished_run}",
    ]


@pytest.mark.usefixtures("workplace")
def test_training_again_says_that_it_is_done(finished_run: Path, capsys: Capture) -> None:
    before = snapshot(finished_run)
    data = ["dataset=mnist", f"data_root={finished_run.parent / 'data'}"]
    scale = ["scale=smoke", "scale.epochs=1"]
    lines = printed(capsys, "train", "method=vae", *data, *scale, f"run_dir={finished_run}")
    assert (
        lines[0] == f"{finished_run} holds this trial already, finished; delete it to train again"
    )
    assert snapshot(finished_run) == before


def test_train_prints_the_curve_and_the_scores(workplace: Path, capsys: Capture) -> None:
    lines = printed(
        capsys,
        "train",
        "method=vae",
        "dataset=digits",
        "scale=smoke",
        "scale.epochs=2",
        "run_dir=r",
    )
    (row,) = load(workplace / "r").trials.to_dict("records")
    assert lines[0].startswith(
        "vae on digits (real): 1000 of 1442 training and 200 of 355 test images, 2 epochs"
    )
    assert lines[-4].startswith("ok; total ")
    assert lines[-2] == SMOKE
    assert lines[-3] == "1 of 1 trial finished: 1 ok"
    epochs = [line for line in lines if line.startswith("epoch ")]
    assert epochs[-1].startswith(f"epoch    2  100%  test: elbo {row['metric.elbo']:.2f}  ")
    for name in ("elbo", "log_likelihood", "kl", "mse"):
        assert f"  {name:<16} {row[f'metric.{name}']:.4f}" in lines


@pytest.mark.parametrize(
    ("what", "names"),
    [
        ("methods", METHOD_PATHS),
        ("datasets", DATASET_PATHS),
        ("metrics", METRIC_PATHS),
        ("spaces", ["vitae_stability"]),
        ("scales", options_of("scale")),
        ("searches", options_of("search")),
        ("kinds", KIND_PATHS),
    ],
)
def test_list_has_a_line_for_each(capsys: Capture, what: str, names: list[str]) -> None:
    lines = printed(capsys, "list", what)
    assert {line.split()[0] for line in lines} >= set(names)
    assert all(len(line.split(maxsplit=1)) == 2 for line in lines), "each says what it is"


def test_the_list_of_methods_says_what_each_is_told(capsys: Capture) -> None:
    told = dict(line.split()[:2] for line in printed(capsys, "list", "methods"))
    assert {told[name] for name in ("vae", "beta_tcvae", "c_vitae")} == {"none"}
    assert {told[name] for name in ("rodi", "drnet", "atsdm")} == {"pairs"}
    assert told["dvae_synthesis"] == "labels", "more than the pairs that it consumes too"


@pytest.mark.parametrize("method", METHOD_PATHS)
def test_list_has_a_line_for_each_hyperparameter(capsys: Capture, method: str) -> None:
    told, *lines = printed(capsys, "list", "methods", method)
    assert told.split()[:2] == ["supervision", f"{METHODS.load(method).supervision}:"]
    described = describe(METHODS.load(method).Hyperparameters)
    assert [line.split("=")[0] for line in lines] == [f"method.{name}" for name in described]
    for line, info in zip(lines, described.values(), strict=True):
        assert info.meaning in line
        assert line.endswith(f"[{info.source}]")


@pytest.mark.parametrize("dataset", DATASET_PATHS)
def test_list_has_a_line_for_each_option_with_its_meaning(capsys: Capture, dataset: str) -> None:
    lines = printed(capsys, "list", "datasets", dataset)
    fields = dataclasses.fields(DATASETS.load(dataset))  # type: ignore[arg-type]
    assert [line.split("=")[0] for line in lines] == [f"dataset.{field.name}" for field in fields]
    assert not any("not described" in line for line in lines)
    (default,) = resolve([f"dataset={dataset}"], single=True).trials
    listed = [line.split()[0] for line in lines]
    (trial,) = resolve([f"dataset={dataset}", *listed], single=True).trials
    assert trial == default


@pytest.mark.parametrize("scale", ["smoke", "paper"])
def test_list_has_a_line_for_each_setting_of_a_scale(capsys: Capture, scale: str) -> None:
    lines = printed(capsys, "list", "scales", scale)
    assert lines[0].split()[1:5] == ["passes", "over", "the", "training"]
    listed = [line.split()[0] for line in lines]
    fields = [f"scale.{field.name}" for field in dataclasses.fields(Scale)]
    assert [each.split("=")[0] for each in listed] == fields[1:]
    again, itself = (resolve([f"scale={scale}", *more], single=True) for more in (listed, []))
    assert [trial.scale for trial in again.trials] == [trial.scale for trial in itself.trials]


def test_list_has_a_line_for_each_setting_of_a_search(capsys: Capture) -> None:
    lines = printed(capsys, "list", "searches", "optuna")
    assert [line.split()[0] for line in lines] == [
        "search.objectives=null",
        "search.constraints=[]",
        "search.sampler=tpe",
        "search.storage=null",
        "search.confirm=0",
    ]
    assert "tree-structured Parzen estimator" in lines[2]
    assert printed(capsys, "list", "searches", "grid") == ["(nothing to set)"]
    (line,) = printed(capsys, "list", "kinds", "timing")
    assert "unbraid report RUN_DIR --kind timing" in line


def test_listed_defaults_are_overrides(capsys: Capture) -> None:
    (default,) = resolve(["method=c_vitae"], single=True).trials
    listed = [line.split()[0] for line in printed(capsys, "list", "methods", "c_vitae")[1:]]
    (trial,) = resolve(["method=c_vitae", *listed], single=True).trials
    assert trial == default


def test_version(capsys: Capture) -> None:
    with pytest.raises(SystemExit, match="0"):
        main(["--version"])
    assert capsys.readouterr().out == f"unbraid {__version__}\n"


@pytest.mark.usefixtures("workplace")
def test_doctor_looks_at_everything(capsys: Capture) -> None:
    """The one test that starts Ray here, in the process that the doctor asks."""
    code = main(["doctor", "--data-root", "nowhere"])
    lines = capsys.readouterr().out.splitlines()
    found = {line.split()[1]: line for line in lines}
    expected = {"unbraid", "packages", "cpu", "gpu", "data_root", "disk", "ray", "cluster"}
    assert found.keys() >= expected | DATASET_PATHS.keys()
    assert found["ray"].startswith("ok   ray        starts here; a worker answered")
    assert found["digits"] == "ok   digits     real images, found"
    assert found["hands"] == "ok   hands      procedural: needs no files"
    real = "ok   sprites    procedural; with dataset.source=real: not found: "
    assert found["sprites"].startswith(real)
    assert "not found: Files of the dataset 'mnist' are missing" in found["mnist"]
    assert code == any(line.startswith("BAD") for line in lines)


def test_doctor_compares_files_with_what_was_published(
    tmp_path: Path, capsys: Capture, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "shapes3d").mkdir()
    path = tmp_path / "shapes3d/3dshapes.h5"
    path.write_bytes(b"abc")
    published, found = "099a2078d58cec4daad0702c55d06868", hashlib.md5(b"abc").hexdigest()
    for check in ("_versions", "_processors", "_data", "_disk", "_ray"):
        monkeypatch.setattr(doctor, check, lambda *_: iter(()))
    asked = ["doctor", "--data-root", str(tmp_path)]
    assert main(asked) == 0
    assert not capsys.readouterr().out
    assert main([*asked, "--md5"]) == 1
    said = f"{path} has the MD5 sum {found}, the published file {published}. Fetch it again."
    assert capsys.readouterr().out == f"BAD  md5        {said}\n"
    monkeypatch.setattr(Shapes3dOptions, "md5s", {"3dshapes.h5": found})
    assert main([*asked, "--md5"]) == 0
    assert "is the published file" in capsys.readouterr().out
    path.unlink()
    assert main([*asked, "--md5"]) == main(["doctor", "--md5"]) == 0
    assert capsys.readouterr().out.count("no file was found of which") == 2
