"""Run directories of an earlier version: they load, resume, and their reports say the same.

``fixtures/schema_1`` holds one for each kind of report, written before the packages were laid out
as they are now, and in ``expected.json`` the numbers that were then in their trials and in their
reports' tables (of tables of 40 rows or more, the sum of each column).
"""

import json
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

from harness.cli import main
from harness.config.sweep import resolve
from harness.config.trials import trial_from_dict
from harness.planning import planned_trials
from harness.results import load
from tests.reports.helpers.reading_html import Document, undrawn

FOLDER = Path(__file__).parent / "fixtures" / "schema_1"
EXPECTED: dict[str, Any] = json.loads((FOLDER / "expected.json").read_text())

ADJUSTED = "p_holm"
"""Part of the names of columns that are no longer the same: p-values are adjusted within a metric,
over all comparisons of a page, and no more within each table."""
SHORTER = {("comparison", "differences")}
"""Tables that leave out rows which repeat another metric's numbers."""


@pytest.fixture
def copied(tmp_path: Path, request: pytest.FixtureRequest) -> Path:
    return shutil.copytree(FOLDER / request.param, tmp_path / request.param)


@pytest.mark.parametrize("kind", EXPECTED)
def test_it_loads_and_its_trials_have_the_same_ids(kind: str) -> None:
    results = load(str(FOLDER / kind))
    assert results.problems == []
    assert results.counts["missing"] == 0
    trials = results.trials.set_index("trial_id")
    for trial_id, metrics in EXPECTED[kind]["trials"].items():
        found = {name: float(trials.loc[trial_id, f"metric.{name}"]) for name in metrics}
        assert found == metrics
    planned = {trial.trial_id for trial in planned_trials(results)}
    assert planned == set(EXPECTED[kind]["trials"]), "ids computed anew from what was stored"


def rodi_of_before(variant: str) -> dict[str, Any]:
    """What was stored of RoDi when γ had one rule, and variant d the first weight of the others."""
    return {
        "method": {
            **{"name": "rodi", "lr": 0.001, "d_appearance": 256, "d_pose": 256, "network": "tiny"},
            **{"variant": variant, "epsilon": 0.125, "mu": 0.1, "gamma0": 0.1, "l_gamma": 0.01},
            **{"b_gamma": 0.01, "gamma_max": 1000.0, "t_lr": 0.002, "warmup": 0.05},
            **{"pose_covariance": "diag", "marginal": "reverse", "visible_every": 4},
        },
        "dataset": {
            **{"name": "sprites", "source": "procedural", "weapons": "one", "downscale": 1},
            **{"n_train": None, "n_test": None},
        },
        "scale": {
            **{"name": "smoke", "epochs": 4, "batch_size": 128, "warmup_fraction": 0.5},
            **{"eval_every": 1, "train_limit": 1000, "test_limit": 200, "budget": "fast"},
        },
        "metrics": ["elbo", "mse"],
        "seed": 0,
    }


@pytest.mark.parametrize(("variant", "trial_id"), [("c", "da11810c85f6"), ("d", "a0d55d76153d")])
def test_rodi_of_before_keeps_its_id_and_its_rule(variant: str, trial_id: str) -> None:
    stored = rodi_of_before(variant)
    trial = trial_from_dict(stored)
    assert trial.trial_id == trial_id
    assert (trial.hyperparameters.gamma_rule, trial.hyperparameters.gamma) == ("released", None)
    asked = ["method=rodi", f"method.variant={variant}", "dataset=sprites", "scale=smoke"]
    (now,) = resolve([*asked, "seeds=1"]).trials
    assert now.trial_id != trial_id, "what means something else has another name"
    (again,) = resolve(
        [*asked, "seeds=1", "method.gamma=null", "method.gamma_rule=released"]
    ).trials
    assert again.trial_id == trial_id


def test_trials_from_before_the_released_options_keep_their_ids() -> None:
    """Of VITAE's Figure 1: inverse in place, closed form, slope, input norm, order of batches."""
    trials = resolve(["space=vitae_stability", "scale=small"]).trials
    assert (trials[0].trial_id, trials[-1].trial_id) == ("ec9e434824a7", "7e7de2f16e60")
    stored = trials[0].as_dict()
    for group, names in _ADDED.items():
        for name in names:
            del stored[group][name]
    assert trial_from_dict(stored) == trials[0]
    for option in ("method.normalise_input=true", "scale.shuffle=false", "method.leaky_slope=0.01"):
        (other,) = resolve([f"method={stored['method']['name']}", "seeds=1", option]).trials
        assert other.trial_id not in {trial.trial_id for trial in trials}


_ADDED = {"method": ("exponential", "leaky_slope", "normalise_input"), "scale": ("shuffle",)}


@pytest.mark.parametrize(
    ("copied", "kind"), [(kind, kind) for kind in EXPECTED], indirect=["copied"]
)
@undrawn()
def test_its_report_says_the_same(copied: Path, kind: str, tmp_path: Path) -> None:
    out = tmp_path / "report.html"
    assert main(["report", str(copied), "--kind", kind, "--out", str(out)]) == 0
    document = Document(out.read_text(encoding="utf-8"))
    for table, columns in EXPECTED[kind]["tables"].items():
        found = document.csv(table)
        for column, values in columns.items():
            if ADJUSTED in column or (kind, table) in SHORTER:
                continue
            now = found[column].astype(float)
            now = now if len(now) == len(values) else pd.Series([now.sum()])
            wanted = [float("nan") if value is None else value for value in values]
            assert now.tolist() == pytest.approx(wanted, rel=1e-9, nan_ok=True), (table, column)


@undrawn()
def test_labels_of_metrics_are_those_of_now(tmp_path: Path) -> None:
    out = tmp_path / "report.html"
    assert main(["report", str(FOLDER / "comparison"), "--out", str(out)]) == 0
    words = Document(out.read_text(encoding="utf-8")).words
    assert "total KL (nats) Neither way is better, in [0, inf)." in words
    assert "MSE (squared intensity) Lower is better, in [0, 1]." in words


@pytest.mark.parametrize(
    ("copied", "kind"),
    [("stability", "stability"), pytest.param("tuning", "tuning", marks=pytest.mark.slow)],
    indirect=["copied"],
)
def test_what_is_missing_of_it_is_run(copied: Path, kind: str) -> None:
    """Another processor's kernels may differ in the last bits, hence 1e-4.

    A trial that learns slowly is run again: with a rate of 0.01 such bits become per cents.
    """
    plan = load(str(copied)).plan
    trial_id = plan["trial_id"][plan["param.method.lr"].idxmin()]
    for path in copied.rglob(f"*{trial_id}*"):
        path.unlink()
    assert load(str(copied)).counts["missing"] == 1
    resume = [sys.executable, "-m", "harness", "resume", str(copied), "ray.num_cpus=1"]
    subprocess.run(resume, check=True, capture_output=True, timeout=240)
    trials = load(str(copied)).trials.set_index("trial_id")
    assert set(trials.index) == set(EXPECTED[kind]["trials"])
    for name, value in EXPECTED[kind]["trials"][trial_id].items():
        assert float(trials.loc[trial_id, f"metric.{name}"]) == pytest.approx(value, rel=1e-4)
