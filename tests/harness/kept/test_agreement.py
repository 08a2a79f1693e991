"""UDR of kept models, by the command and by hand."""

from pathlib import Path

import pytest
import torch

from harness import load_model
from harness.cli import main
from harness.datasets.digits import DigitsOptions
from harness.datasets.registry import load_dataset
from harness.metrics.disentanglement.udr import udr
from harness.results import load
from harness.trial.method import build_method
from harness.trial.scoring import evaluation_data
from harness.trial.weights import encode_model
from tests.harness.helpers.command_line import Capture, printed
from tests.harness.kept.helpers import runs

CPU = torch.device("cpu")


@pytest.fixture
def run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Three models of one configuration that have not been trained, and one of another."""
    monkeypatch.chdir(tmp_path)
    planned = [*runs.trials(3), *runs.trials(1, warp="none")]
    directory = runs.create(tmp_path / "run", planned, keep="all")
    for trial in planned:
        data = evaluation_data(trial, load_dataset(trial.dataset, None), CPU)
        method = build_method(trial, data.dataset, CPU)
        directory.write(runs.record(trial, model=encode_model(method, trial), elbo=-1.0))
    return tmp_path / "run"


def test_a_model_is_compared_with_the_other_seeds_of_its_configuration(
    run: Path, capsys: Capture
) -> None:
    said = printed(capsys, "evaluate", str(run), "metrics=[udr]")
    rows = load(run).trials.set_index("trial_id")
    seeds, (alone,) = runs.trials(3), runs.trials(1, warp="none")
    images = torch.from_numpy(load_dataset(DigitsOptions(), None).test.images[:1000].copy())
    limit = seeds[0].scale.test_limit
    codes, divergences = [], []
    for trial in seeds:
        method = load_model(run, trial.trial_id)
        with torch.no_grad():
            posterior = method.posterior(images[:limit].float() / 255)
        (gaussian,) = posterior.values()
        codes.append(gaussian.mean.double().numpy())
        divergences.append(gaussian.kl_by_dimension().double().mean(0).numpy())
    expected = list(udr(codes, divergences).values())
    assert [rows.at[t.trial_id, "metric.udr"] for t in seeds] == pytest.approx(expected, abs=1e-6)
    assert len(set(expected)) == 3
    assert rows["metric.udr"].isna().sum() == 1
    assert rows.at[alone.trial_id, "env.unscored"] == (
        "udr: there is no other model to compare it with"
    )
    assert any(line.startswith(f"{alone.trial_id}  udr: there is no other") for line in said)


def test_no_trial_has_it_by_itself(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    arguments = ("method=vae", "dataset=digits", "scale=smoke", "scale.epochs=1")
    assert main(["train", *arguments, "metrics=[mse,udr]", "run_dir=run"]) == 0
    (row,) = load("run").trials.to_dict("records")
    assert "metrics=[udr], with keep=all" in row["env.unscored"]
