"""While a sweep runs, and after: the best model is there, whatever came in which order."""

import random
from pathlib import Path

import pytest

from harness.config.schema import TrialConfig
from harness.kept.best import BestModels
from harness.results import RunDirectory, TrialRecord, load
from tests.harness.kept.helpers import runs

SCORES = (-5.0, -2.0, -7.0, -2.0, -9.0, -3.0)


@pytest.fixture
def planned() -> list[TrialConfig]:
    return [*runs.trials(6), *runs.trials(6, method="beta_vae")]


@pytest.fixture
def run(tmp_path: Path, planned: list[TrialConfig]) -> RunDirectory:
    return runs.create(tmp_path / "run", planned)


def records(planned: list[TrialConfig]) -> list[TrialRecord]:
    scores = [*SCORES, *(score / 2 for score in reversed(SCORES))]
    return [runs.record(t, elbo=score) for t, score in zip(planned, scores, strict=True)]


def expected(planned: list[TrialConfig]) -> set[str]:
    """The best two of each method are equals: the smaller id counts."""
    return {min(planned[place].trial_id for place in places) for places in ((1, 3), (6 + 2, 6 + 4))}


@pytest.mark.parametrize("seed", range(3))
def test_the_order_of_arrival_does_not_matter(
    run: RunDirectory, planned: list[TrialConfig], seed: int
) -> None:
    best, waiting = BestModels(run), records(planned)
    random.Random(seed).shuffle(waiting)
    written = [waiting.pop() for _ in range(2)]  # workers are ahead of what the driver has heard
    for record in written:
        run.write(record)
    while written:
        record = written.pop(0)
        best.add(record.trial_id, record.metrics)
        if waiting:
            written.append(waiting.pop())
            run.write(written[-1])
        assert len(runs.models(run)) <= 4
    assert runs.models(run) == expected(planned)
    assert set(load(run.location).kept()) == expected(planned)


def test_the_better_one_is_there_before_the_other_goes(
    run: RunDirectory, planned: list[TrialConfig], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Killed at any moment, the best of the finished trials has its model."""
    delete = RunDirectory.delete_model

    def watched(directory: RunDirectory, trial_id: str) -> None:
        delete(directory, trial_id)
        trials = load(directory.location).trials
        by_method = trials.groupby("method")["metric.elbo"].idxmax()
        top = trials.loc[by_method, ["method", "metric.elbo"]].itertuples(index=False)
        kept = trials[trials["trial_id"].isin(runs.models(directory))]
        assert set(top) <= set(kept[["method", "metric.elbo"]].itertuples(index=False))

    monkeypatch.setattr(RunDirectory, "delete_model", watched)
    best = BestModels(run)
    for record in records(planned):
        run.write(record)
        best.add(record.trial_id, record.metrics)
    assert runs.models(run) == expected(planned)


def test_a_later_session_goes_on_and_clears_up(
    run: RunDirectory, planned: list[TrialConfig]
) -> None:
    first, rest = records(planned)[:4], records(planned)[4:]
    for record in first:
        run.write(record)  # the driver was killed and heard of none
    best = BestModels(run)
    assert runs.models(run) == {min(planned[1].trial_id, planned[3].trial_id)}
    for record in rest:
        run.write(record)
        best.add(record.trial_id, record.metrics)
    assert runs.models(run) == expected(planned)
    BestModels(run)
    assert runs.models(run) == expected(planned)


def test_without_a_model_of_the_best_the_best_that_is_there_stays(
    run: RunDirectory, planned: list[TrialConfig]
) -> None:
    """An older version ran the first trials, and kept none."""
    run.write(runs.record(planned[0], model=None, elbo=-1.0))
    run.write(runs.record(planned[1], elbo=-3.0))
    best = BestModels(run)
    run.write(runs.record(planned[2], elbo=-2.0))
    best.add(planned[2].trial_id, {"elbo": -2.0})
    assert runs.models(run) == {planned[2].trial_id}


def test_a_trial_that_a_retry_writes_twice_is_kept_once(
    run: RunDirectory, planned: list[TrialConfig]
) -> None:
    best = BestModels(run)
    for place in (1, 1, 0, 0, 1):
        run.write(runs.record(planned[place], elbo=SCORES[place]))
        best.add(planned[place].trial_id, {"elbo": SCORES[place]})
    assert runs.models(run) == {planned[1].trial_id}


def test_a_deletion_that_fails_loses_nothing(
    run: RunDirectory,
    planned: list[TrialConfig],
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    def refuse(_: RunDirectory, trial_id: str) -> None:
        raise PermissionError("read-only")

    with monkeypatch.context() as patch:
        patch.setattr(RunDirectory, "delete_model", refuse)
        best = BestModels(run)
        for record in records(planned):
            run.write(record)
            best.add(record.trial_id, record.metrics)
    assert "cannot delete the model of" in capsys.readouterr().err
    assert len(runs.models(run)) == 12
    BestModels(run)
    assert runs.models(run) == expected(planned)
