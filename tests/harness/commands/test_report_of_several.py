"""``unbraid report`` of several run directories: one kind reads them as one, others refuse."""

from pathlib import Path

import pytest

from harness.cli import main
from harness.results import load
from reports import merge

FOLDER = Path(__file__).parents[2] / "fixtures" / "schema_1"
ONE, OTHER = str(FOLDER / "stability"), str(FOLDER / "ablation")


def test_a_kind_of_one_run_refuses_several(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    out = tmp_path / "report.html"
    assert main(["report", ONE, OTHER, "--kind", "stability", "--out", str(out)]) == 2
    told = capsys.readouterr().err
    assert "'stability' is of one run directory, and these are 2" in told
    assert "differences" in told
    assert not out.exists()


def test_a_run_of_which_nothing_is_declared_is_told_which_are(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    out = tmp_path / "report.html"
    assert main(["report", ONE, OTHER, "--kind", "differences", "--out", str(out)]) == 2
    assert "vitae_stability_ablation" in capsys.readouterr().err


def test_stored_runs_are_merged_with_their_curves_and_problems() -> None:
    one, other = load(ONE), load(OTHER)
    other.problems.append("a torn file")
    merged = merge([one, other, one])
    ids = [*one.trials["trial_id"], *other.trials["trial_id"]]
    assert merged.trials["trial_id"].tolist() == ids
    assert len(merged.plan) == len(one.plan) + len(other.plan)
    assert len(merged.curves) == len(one.curves) + len(other.curves)
    assert merged.problems == [f"{OTHER}: a torn file"]
    assert merged.sweep["swept"].keys() >= one.sweep["swept"].keys() | other.sweep["swept"].keys()
    assert merge([one]) is one
