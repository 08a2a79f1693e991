"""Which model is meant, and what is said where none is."""

from pathlib import Path

import pytest

import harness
from harness.errors import UserError
from harness.kept.choosing import choose
from harness.results import RunDirectory, load
from tests.harness.kept.helpers import runs


def refusal(run: RunDirectory, trial_id: str | None = None) -> str:
    with pytest.raises(UserError) as refused:
        choose(load(run.location), trial_id)
    return str(refused.value)


def test_the_only_model_or_the_best_is_meant(tmp_path: Path) -> None:
    planned = runs.trials(3)
    run = runs.create(tmp_path / "run", planned, keep="all")
    run.write(runs.record(planned[0], elbo=-3.0))
    assert choose(load(run.location), None).trial_id == planned[0].trial_id
    run.write(runs.record(planned[2], elbo=-1.0))
    run.write(runs.record(planned[1], elbo=-2.0))
    assert choose(load(run.location), None).trial_id == planned[2].trial_id
    assert choose(load(run.location), planned[1].trial_id).score == "elbo -2"


def test_of_several_methods_or_datasets_one_must_be_named(tmp_path: Path) -> None:
    planned = [*runs.trials(2, warp="none"), *runs.trials(1, warp="fixed")]
    planned += runs.trials(1, method="beta_vae", warp="fixed")
    run = runs.create(tmp_path / "run", planned, keep="all")
    for place, trial in enumerate(planned):
        run.write(runs.record(trial, elbo=-10.5 - place))
    first, _, third, fourth = (trial.trial_id for trial in planned)
    assert refusal(run).splitlines() == [
        f"{run.location} keeps models of 3 methods or datasets, which are not compared with each "
        "other: name one by its trial.",
        f"  {first}  vae on digits warp=none, elbo -10.5",
        f"  {third}  vae on digits warp=fixed, elbo -12.5",
        f"  {fourth}  beta_vae on digits warp=fixed, elbo -13.5",
    ]
    assert choose(load(run.location), fourth).trial_id == fourth


def test_without_any_model_it_is_said_why(tmp_path: Path) -> None:
    planned = runs.trials(2)
    run = runs.create(tmp_path / "run", planned)
    run.write(runs.record(planned[0], "diverged"))
    said = refusal(run)
    assert "keeps no trained model: none of its 2 trials has ended well so far." in said
    assert said.endswith(f"can keep theirs: unbraid resume {run.location} keep=best.")
    run.write(runs.record(planned[1], model=None, elbo=1.0))
    said = refusal(run, planned[1].trial_id)
    assert "their files are not in the folder models any more" in said
    assert "run the command of its sweep.yaml with another run_dir" in said


def test_an_unknown_trial_and_one_without_a_model(tmp_path: Path) -> None:
    planned = runs.trials(4)
    run = runs.create(tmp_path / "run", planned)
    run.write(runs.record(planned[0], elbo=1.0))
    run.write(runs.record(planned[1], model=None, elbo=0.0))
    run.write(runs.record(planned[2], "failed"))
    known, worse, failed, waiting = (trial.trial_id for trial in planned)
    misspelt = known[:-1] + ("0" if known[-1] != "0" else "1")
    said = refusal(run, misspelt)
    assert f"has no trial '{misspelt}'. Did you mean '{known}'? Its kept models:" in said
    assert said.endswith(f"  {known}  vae on digits, elbo 1")
    for trial_id, why in {
        worse: "another one of its method and dataset is better (keep=all keeps every model)",
        failed: "it ended as failed, and only trials that end well keep theirs",
        waiting: "it has not ended",
    }.items():
        assert f"did not keep the model of trial {trial_id}: {why}." in refusal(run, trial_id)


def test_a_model_of_a_killed_worker_is_none(tmp_path: Path) -> None:
    planned = runs.trials(2)
    run = runs.create(tmp_path / "run", planned)
    (tmp_path / f"run/models/{planned[0].trial_id}.safetensors").write_bytes(b"whole")
    assert "keeps no trained model" in refusal(run)


def test_many_are_listed_in_part(tmp_path: Path) -> None:
    planned = [t for r in range(15) for t in runs.trials(1, rotate=float(r))]
    run = runs.create(tmp_path / "run", planned)
    for trial in planned:
        run.write(runs.record(trial, elbo=0.0))
    lines = refusal(run).splitlines()
    assert len(lines) == 14
    assert lines[-1] == "  and 3 more"


def test_what_is_no_run_is_refused(tmp_path: Path) -> None:
    with pytest.raises(UserError, match="does not exist or is empty"):
        harness.load_model(tmp_path / "nothing")
