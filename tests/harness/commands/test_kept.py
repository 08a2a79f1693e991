"""Kept models on the command line: what to keep, further metrics, codes."""

import re
import shutil
from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
import torch

from harness.cli import main
from harness.commands.running import run_missing
from harness.config.schema import TrialConfig
from harness.config.sweep import resolve
from harness.datasets.registry import load_dataset
from harness.results import TrialRecord, load
from models.vae.vae import VAE
from tests.harness.helpers import toys
from tests.harness.helpers.command_line import Capture, complaint, printed, snapshot
from tests.harness.kept.helpers import runs

SMALL = ("dataset=digits", "scale=smoke", "scale.epochs=1", "scale.test_limit=40")
FEW = ("dataset.n_train=4", "dataset.n_test=4")


@pytest.fixture(scope="module")
def trained(tmp_path_factory: pytest.TempPathFactory) -> Path:
    run = tmp_path_factory.mktemp("trained") / "run"
    assert main(["train", "method=vae", *SMALL, f"run_dir={run}"]) == 0
    return run


@pytest.fixture
def run(trained: Path, workplace: Path) -> Path:
    """A finished run of one trial, in the working directory."""
    return Path(shutil.copytree(trained, workplace / "run"))


def test_train_keeps_its_model_always(run: Path, capsys: Capture) -> None:
    (trial_id,) = load(run).trials["trial_id"]
    assert [path.name for path in (run / "models").iterdir()] == [f"{trial_id}.safetensors"]
    said = complaint(capsys, "train", "method=vae", *SMALL, "keep=none", "run_dir=other")
    assert "`unbraid train` always keeps its model" in said
    assert "keep=some is not allowed" in complaint(capsys, "sweep", "keep=some")


@pytest.mark.usefixtures("workplace")
def test_evaluate_adds_what_training_would_have_come_to(run: Path, capsys: Capture) -> None:
    asked = "metrics=[elbo,mse,latents]"
    assert main(["train", "method=vae", *SMALL, asked, "run_dir=full"]) == 0
    before = load("run")
    lines = printed(capsys, "evaluate", "run", "metrics=[latents,mse]")
    after, full = load("run"), load("full")
    assert lines[0] == "run: 1 kept model, 1 to score on latents, mse"
    assert re.match(r"\w+  vae  active_units ", lines[1])
    assert lines[-1] == "Draw the report: unbraid report run"
    scored = full.trials.filter(regex=r"^metric\.")
    pd.testing.assert_frame_equal(after.trials[scored.columns], scored, check_exact=True)
    old = before.trials.columns
    pd.testing.assert_frame_equal(after.trials[old], before.trials, check_exact=True)
    assert after.problems == []
    assert main(["report", "run", "--out", "run.html"]) == 0
    label = next(m["label"] for m in after.sweep["metrics"] if m["name"] == "active_units")
    assert label in Path("run.html").read_text()
    files = snapshot(run / "trials")
    lines = printed(capsys, "evaluate", "run", "metrics=latents")
    assert lines[0] == "run: 1 kept model, 0 to score on latents"
    assert snapshot(run / "trials") == files


@pytest.mark.usefixtures("workplace")
def test_a_method_without_networks_is_scored_too(capsys: Capture) -> None:
    few = ("dataset=faces", "dataset.downscale=4", "dataset.n_train=8", "dataset.n_test=4")
    asked = ("method=bicubic", *few, "metrics=[super_resolution]", "run_dir=guess")
    assert main(["train", *asked]) == 0
    assert main(["evaluate", "guess", "metrics=[realism]"]) == 0
    assert "bicubic  frechet_distance " in capsys.readouterr().out


@pytest.mark.usefixtures("workplace")
def test_evaluate_goes_on_with_the_same_sweep(run: Path, capsys: Capture) -> None:
    printed(capsys, "evaluate", "run", "metrics=[log_px]", "device=cpu")
    lines = printed(capsys, "train", "method=vae", *SMALL, "run_dir=run")
    assert lines[0].startswith("run holds this trial already")
    assert load(run).trials["metric.log_px"].notna().all()


@pytest.mark.usefixtures("run")
@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        ((), "Say which metrics: metrics=[elbo]. There are elbo, bits_per_dimension, mse, "),
        (("metrics=[logpx]",), "There is no metric 'logpx'. Did you mean 'log_px'?"),
        (("metrics=[]",), "Say which metrics"),
        (("metrics=[pose_error]",), "The metric 'pose_error' needs images whose"),
        (("metrics=[log_px]", "seed=1"), "'seed=1': only metrics, device, data_root, mix_code"),
        (("metrics=[log_px]", "device=tpu"), "device=tpu: write auto, cpu, cuda"),
        (("metrics=[information]",), "The method 'vae' cannot be scored on information"),
    ],
)
def test_evaluate_refuses(capsys: Capture, arguments: tuple[str, ...], says: str) -> None:
    before = load("run").trials
    assert says in complaint(capsys, "evaluate", "run", *arguments)
    pd.testing.assert_frame_equal(load("run").trials, before)


@pytest.mark.usefixtures("workplace")
def test_trials_without_a_model_are_named(capsys: Capture) -> None:
    planned = resolve(["method=vae", *SMALL, "seeds=4"]).trials
    run = runs.create("run", planned, keep="best")
    kept = trained_record(planned[0])
    run.write(kept)
    for trial in planned[1:3]:
        run.write(runs.record(trial, model=None, elbo=-9999.0))
    run.write(runs.record(planned[3], "diverged"))
    lines = printed(capsys, "evaluate", "run", "metrics=[latents]")
    assert lines[0] == "run: 1 kept model, 1 to score on latents"
    named = f"{planned[1].trial_id}, {planned[2].trial_id}"
    assert (
        lines[1] == f"left out, as their models were not kept (keep=all keeps every one): {named}"
    )
    assert lines[2].startswith(f"{kept.trial_id}  vae  active_units ")
    scored = load("run").trials.set_index("trial_id")["metric.active_units"].notna()
    assert scored[scored].index.tolist() == [kept.trial_id]


@pytest.mark.usefixtures("workplace")
def test_a_damaged_model_does_not_keep_the_others_from_being_scored(capsys: Capture) -> None:
    planned = resolve(["method=vae", *SMALL, "seeds=2"]).trials
    run = runs.create("run", planned, keep="all")
    for trial in planned:
        record = trained_record(trial)
        broken = record.model[:-1] if record.model and trial is planned[0] else record.model
        run.write(replace(record, model=broken))
    assert main(["evaluate", "run", "metrics=[latents]"]) == 2
    said = capsys.readouterr()
    first, second = (trial.trial_id for trial in planned)
    assert said.err.startswith(f"unbraid evaluate: run/models/{first}.safetensors: torn or altered")
    assert "another run_dir" in said.err
    assert f"{second}  vae  active_units" in said.out
    assert load("run").trials["metric.active_units"].notna().tolist() == [False, True]


def trained_record(trial: TrialConfig) -> TrialRecord:
    return toys.run(trial, load_dataset(trial.dataset, None), keep=True)[1]


@pytest.mark.usefixtures("run")
def test_encode_writes_the_codes_of_the_models_own_data(capsys: Capture) -> None:
    lines = printed(capsys, "encode", "run", "--out", "made/codes.parquet")
    assert lines[0] == "made/codes.parquet: 1797 images of digits by vae"
    frame = pd.read_parquet("made/codes.parquet")
    assert len(frame) == 1797
    assert list(frame.columns) == lines[1].split(", ")
    assert lines[1].startswith("split, index, latent.0, latent.1, latent.2, latent.3, factor.label")
    assert np.isfinite(frame["latent.0"]).all()


@pytest.mark.usefixtures("run")
def test_encode_takes_other_data_and_a_trial(capsys: Capture) -> None:
    (trial_id,) = load("run").trials["trial_id"]
    data = ("--data", "dataset=glyphs", "dataset.n_train=5", "dataset.n_test=7")
    out = ("--split", "test", "--out", "codes.parquet", "--device", "cpu")
    lines = printed(capsys, "encode", "run", trial_id, *data, *out)
    assert lines[0] == "codes.parquet: 7 images of glyphs by vae"
    assert "factor.rotation" in lines[1]


@pytest.mark.usefixtures("run")
@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (("--data", "dataset=bodies", *FEW), "'bodies' are 1 x 400 x 200 and the model"),
        (("--data", "folderr:/x"), "There is no dataset 'folderr'"),
        (("--data", "dataset=mnist"), "The dataset 'mnist' needs a folder with data"),
    ],
)
def test_encode_refuses(capsys: Capture, arguments: tuple[str, ...], says: str) -> None:
    out = ("--out", "codes.parquet")
    assert says in complaint(capsys, "encode", "run", *out, *arguments)
    assert "run has no trial '0123'" in complaint(capsys, "encode", "run", "0123", *out)
    assert not Path("codes.parquet").exists()


def test_encode_replaces_nothing_unasked(run: Path, capsys: Capture) -> None:
    plan = (run / "plan.parquet").read_bytes()
    for target in ("run/plan.parquet", "run/trials/x.parquet"):
        said = complaint(capsys, "encode", "run", "--out", target, "--force")
        assert "belongs to the run directory itself" in said
    assert (run / "plan.parquet").read_bytes() == plan
    assert "name a file ending .parquet" in complaint(capsys, "encode", "run", "--out", "codes.py")
    Path("codes.parquet").write_text("mine")
    assert "Replace it with --force" in complaint(capsys, "encode", "run", "--out", "codes.parquet")
    assert Path("codes.parquet").read_text() == "mine"
    printed(capsys, "encode", "run", "--out", "codes.parquet", "--force")
    assert len(pd.read_parquet("codes.parquet")) == 1797


def test_the_model_of_another_trial_is_refused(run: Path, capsys: Capture) -> None:
    (mine,) = (run / "models").iterdir()
    assert main(["train", "method=vae", *SMALL, "seed=1", "run_dir=other"]) == 0
    (other,) = Path("other/models").iterdir()
    mine.write_bytes(other.read_bytes())
    capsys.readouterr()
    assert main(["evaluate", "run", "metrics=[latents]"]) == 2
    assert f"holds the model of trial {other.stem}" in capsys.readouterr().err
    assert "metric.active_units" not in load("run").trials or (
        load("run").trials["metric.active_units"].isna().all()
    )


@pytest.mark.parametrize("command", [("evaluate", "run", "metrics=[log_px]"), ("encode", "run")])
def test_damage_and_absence_are_refused(
    run: Path, capsys: Capture, command: tuple[str, ...]
) -> None:
    arguments = [*command, *(["--out", "codes.parquet"] if command[0] == "encode" else [])]
    (model,) = (run / "models").iterdir()
    model.write_bytes(model.read_bytes()[:1000])
    assert "torn or altered" in complaint(capsys, "encode", "run", "--out", "codes.parquet")
    model.unlink()
    assert "run keeps no trained model" in complaint(capsys, *arguments)
    shutil.rmtree(run)
    assert "does not exist or is empty" in complaint(capsys, *arguments)


def test_resume_with_another_keep_clears_up_and_remembers(workplace: Path, capsys: Capture) -> None:
    planned = runs.trials(3)
    run = runs.create("run", planned, keep="all")
    for place, trial in enumerate(planned):
        run.write(runs.record(trial, elbo=float(place)))
    printed_lines = printed(capsys, "resume", "run")
    assert printed_lines[1] == "3 of 3 trials finished: 3 ok"
    assert len(runs.models(run)) == 3, "keep=all was remembered"
    printed(capsys, "resume", "run", "keep=best")
    assert runs.models(run) == {planned[2].trial_id}
    assert run.sweep()["settings"]["keep"] == "best"
    printed(capsys, "resume", "run", "keep=none")
    assert runs.models(run) == {planned[2].trial_id}, "what is kept stays"


def test_more_seeds_go_on_with_what_the_run_directory_keeps(
    workplace: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[str] = []
    monkeypatch.setattr(
        run_missing,
        "finish",
        lambda run, trials, settings, *_, **__: asked.append(settings.keep) or 0,
    )
    sweep = ("sweep", "method=vae", "dataset=digits", "scale=smoke", "run_dir=run")
    for arguments in (("keep=all",), ("seeds=4",), ("keep=best", "seeds=5"), ("seeds=6",)):
        assert main([*sweep, *arguments]) == 0
    assert asked == ["all", "all", "best", "best"]


def test_a_method_that_raises_is_named(
    run: Path, capsys: Capture, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(*_: object) -> None:
        raise ZeroDivisionError("division by zero")

    monkeypatch.setattr("models.vae.vae.VAE.encode", broken)
    said = complaint(capsys, "encode", str(run), "--out", "codes.parquet")
    assert "The method 'vae' raises ZeroDivisionError: division by zero" in said


@pytest.mark.usefixtures("workplace")
def test_the_trials_own_reason_is_said_where_a_metric_has_no_value(
    capsys: Capture, monkeypatch: pytest.MonkeyPatch
) -> None:
    def lost(self: VAE, image: torch.Tensor) -> dict[str, torch.Tensor]:
        return {"latent": torch.full((len(image), self.hyperparameters.d), torch.nan)}

    monkeypatch.setattr(VAE, "encode", lost)
    asked = "metrics=[elbo,beta_vae_pairs,factor_vae_score,dci]"
    lines = printed(capsys, "train", "method=vae", *SMALL, asked, "run_dir=run")
    said = [line for line in lines if line.startswith("no trial was scored")]
    reason = "a code is not finite"
    assert f"factor_vae_eval: {reason}; " in load("run").trials["env.unscored"][0]
    assert said[0].startswith("no trial was scored on beta_vae_pairs, which takes a method with ")
    others = ("factor_vae_score", "dci")
    assert said[1:] == [f"no trial was scored on {metric}: {reason}" for metric in others]


@pytest.mark.usefixtures("workplace")
def test_a_metric_without_any_value_is_named(capsys: Capture) -> None:
    asked = "metrics=[elbo,beta_vae_pairs]"
    lines = printed(capsys, "train", "method=vae", *SMALL, asked, "run_dir=run")
    (said,) = [line for line in lines if "no trial was scored" in line]
    assert said.startswith("no trial was scored on beta_vae_pairs, which takes a method with ")
    assert said.endswith("a dataset with identities and frames")
