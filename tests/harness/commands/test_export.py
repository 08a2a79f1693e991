"""``unbraid export`` as users type it: what it writes, and what it refuses before it writes."""

import shutil
import sys
from pathlib import Path

import pandas as pd
import pytest

from harness.cli import main
from harness.export.formats import FORMATS
from harness.results import RunDirectory, load
from tests.harness.helpers.command_line import Capture, complaint, printed, snapshot
from tests.harness.results.helpers import synthetic

pytestmark = pytest.mark.usefixtures("workplace")


@pytest.fixture
def run(finished_run: Path, tmp_path: Path) -> Path:
    """A run directory of one trial to export from."""
    return Path(shutil.copytree(finished_run, tmp_path / "run"))


@pytest.mark.parametrize("name", [name for name in FORMATS if name not in ("mlflow", "wandb")])
def test_an_export_is_there_where_it_says(name: str, run: Path, capsys: Capture) -> None:
    before = snapshot(run)
    (said,) = printed(capsys, "export", str(run), "--format", name)
    assert said == str(run / FORMATS[name].target)
    assert Path(said).exists()
    assert {path: now for path, now in snapshot(run).items() if path in before} == before


def test_csv_and_parquet_agree_with_the_results(run: Path, tmp_path: Path, capsys: Capture) -> None:
    for name in ("csv", "parquet"):
        printed(capsys, "export", str(run), "--format", name, "--out", str(tmp_path / "t"))
    results = load(run)
    csv, parquet = pd.read_csv(tmp_path / "t/trials.csv"), tmp_path / "t/trials.parquet"
    assert csv["metric.elbo"].tolist() == results.trials["metric.elbo"].tolist()
    numbers = [name for name in results.trials if name.startswith(("metric.", "param.", "time."))]
    read = pd.read_parquet(parquet)
    assert list(read) == list(results.trials)
    pd.testing.assert_frame_equal(read[numbers], results.trials[numbers], check_dtype=False)
    (curves,) = printed(capsys, "export", str(run), "--format", "csv", "--curves")
    assert Path(curves).name == "curves.csv"
    assert pd.read_csv(curves)["value"].tolist() == results.curves["value"].tolist()


def test_what_exists_is_replaced_only_by_force(run: Path, capsys: Capture) -> None:
    for name in ("csv", "tensorboard"):
        printed(capsys, "export", str(run), "--format", name)
        again = complaint(capsys, "export", str(run), "--format", name)
        assert "exists. Replace it with --force, or name another with --out." in again
        printed(capsys, "export", str(run), "--format", name, "--force")
    assert len([*run.glob("tensorboard/*/events.out.tfevents.*")]) == 1


def test_the_results_themselves_are_no_target(run: Path, capsys: Capture) -> None:
    before = snapshot(run)
    for folder in (run, run / "trials"):
        arguments = ["--format", "tensorboard", "--out", str(folder), "--force"]
        said = complaint(capsys, "export", str(run), *arguments)
        assert "belongs to the run directory itself" in said
    for name in ("plan.parquet", "trials/x.parquet"):
        arguments = ["--format", "parquet", "--out", str(run / name), "--force"]
        said = complaint(capsys, "export", str(run), *arguments)
        assert "belongs to the run directory itself" in said
    assert snapshot(run) == before


MISTAKES = {
    "--format cvs": "There is no format 'cvs'. Did you mean 'csv'? Known: csv, parquet, latex,",
    "--format csv --out x.tex": "--format csv writes .csv: name x.csv rather than x.tex",
    "--format csv --out s3://bucket/x.csv": "name a file or folder of this machine",
    "--format csv --spread sd": "--spread says nothing to --format csv; it belongs to latex",
    "--format latex --curves": "--curves says nothing to --format latex; it belongs to csv and",
    "--format latex --spread std": "--spread std: write sd or interval.",
    "--format latex --decimals -1": "--decimals -1: write 0 to 12.",
    "--format latex --metrics elbo,mes": "--metrics mes: no trial has a value of it. Did you mean "
    "'mse'? Known: elbo, log_likelihood, kl, mse.",
    "--format latex --kind stability": "comparison or ablation",
    "--format csv --out /dev/null/x.csv": "Cannot write /dev/null/x.csv: a folder of it is a "
    "file. Name another place with --out.",
    "--format tensorboard --out /dev/null/x": "Cannot write /dev/null/x: a folder of it is a file.",
}


@pytest.mark.parametrize("arguments", MISTAKES)
def test_a_mistake_is_named_and_nothing_written(
    arguments: str, finished_run: Path, capsys: Capture
) -> None:
    before = snapshot(finished_run)
    assert MISTAKES[arguments] in complaint(capsys, "export", str(finished_run), *arguments.split())
    assert snapshot(finished_run) == before


def test_a_run_without_finished_trials_is_refused(tmp_path: Path, capsys: Capture) -> None:
    run = tmp_path / "run"
    synthetic.create(run, 4)
    for name in ("csv", "latex", "tensorboard"):
        said = complaint(capsys, "export", str(run), "--format", name)
        assert f"{run}: none of 4 trials has finished, so there is nothing to export" in said
        assert f"Run them: unbraid resume {run}" in said
        assert not (run / FORMATS[name].target).exists()
    said = complaint(capsys, "export", str(tmp_path / "no"), "--format", "csv")
    assert "does not exist or is empty" in said


@pytest.mark.parametrize(
    ("name", "module"), [("mlflow", "mlflow"), ("wandb", "wandb"), ("tensorboard", "tensorboardX")]
)
def test_a_missing_package_is_named_with_its_extra(
    name: str, module: str, run: Path, capsys: Capture, monkeypatch: pytest.MonkeyPatch
) -> None:
    import importlib.util

    found = importlib.util.find_spec
    monkeypatch.setattr(
        "harness.tracking.registry.find_spec", lambda m: None if m == module else found(m)
    )
    said = complaint(capsys, "export", str(run), "--format", name)
    assert f"--format {name} needs the package {module}, which is not installed" in said
    assert f"'.[{name}]'" in said
    said = complaint(capsys, "sweep", "method=vae", f"log=[{name}]", "run_dir=new")
    assert f"log=[{name}] needs the package {module}" in said
    assert not Path("new").exists()


def test_a_sweep_elsewhere_that_logs_needs_a_folder_here(capsys: Capture) -> None:
    said = complaint(capsys, "sweep", "method=vae", "log=[tensorboard]", "run_dir=s3://bucket/run")
    assert "is not on this machine. Name a folder that is, log_dir=FOLDER." in said


def test_a_torn_trial_is_named_and_the_others_exported(tmp_path: Path, capsys: Capture) -> None:
    directory: RunDirectory = synthetic.create(tmp_path / "run", 4)
    for index in range(4):
        directory.write(synthetic.record(index, points=4))
    part = tmp_path / "run" / "trials" / f"part-{synthetic.trial_id(1)}.parquet"
    part.write_bytes(part.read_bytes()[:-10])
    assert main(["export", str(tmp_path / "run"), "--format", "csv"]) == 0
    said = capsys.readouterr()
    assert "problem: trials/part-" in said.err
    assert len(pd.read_csv(said.out.strip())) == 3


def test_planning_with_a_log_imports_no_tracker(
    capsys: Capture, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "tensorboardX", None)  # to import it is an error
    monkeypatch.setattr("harness.tracking.registry.find_spec", lambda _: True)
    printed(capsys, "sweep", "method=vae", "log=[tensorboard,mlflow,wandb]", "dry_run=true")


def test_one_trial_is_logged_as_a_sweep_is(tmp_path: Path) -> None:
    from tensorboard.backend.event_processing.event_accumulator import EventAccumulator

    run = tmp_path / "run"
    arguments = ["train", "method=vae", "scale=smoke", "scale.epochs=2", f"run_dir={run}"]
    assert main([*arguments, "log=[tensorboard]"]) == 0
    (folder,) = (run / "logs" / "tensorboard").iterdir()
    events = EventAccumulator(str(folder))
    events.Reload()
    curves = load(run).curves
    test = curves[(curves["split"] == "test") & (curves["metric"] == "elbo")]
    assert [e.step for e in events.Scalars("test/elbo")] == test["step"].tolist()
    assert [e.value for e in events.Scalars("test/elbo")] == pytest.approx(test["value"].tolist())


def test_a_log_without_room_loses_no_trial(tmp_path: Path, capsys: Capture) -> None:
    (tmp_path / "file").touch()
    run, logs = tmp_path / "run", tmp_path / "file" / "logs"
    arguments = ["train", "method=vae", "scale=smoke", "scale.epochs=2", f"run_dir={run}"]
    lines = printed(capsys, *arguments, "log=[tensorboard]", f"log_dir={logs}")
    (said,) = [line for line in lines if line.startswith("log=[tensorboard] failed")]
    assert said.endswith(f"unbraid export {run} --format tensorboard")
    assert load(run).counts["ok"] == 1
