"""What the driver keeps of trials that have ended."""

import json
import os
import subprocess
import sys
from pathlib import Path
from types import SimpleNamespace

import pytest

from tests.harness.execution.helpers.sweeps import ROOT

TRIALS, WORKERS = 350, 4


@pytest.mark.slow  # 350 trials through Ray; what is tidied up is tested below
def test_tune_keeps_no_more_trials_the_longer_a_sweep_lasts(
    tmp_path: Path, short_folder: Path
) -> None:
    from harness.execution.session.private import FORGET_EVERY

    module = "tests.harness.execution.helpers.fake_workers"
    done = subprocess.run(
        [sys.executable, "-m", module, str(TRIALS), str(WORKERS), str(tmp_path / "run")],
        env={**os.environ, "PYTHONPATH": str(ROOT), "TMPDIR": str(short_folder)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    measured = json.loads(done.stdout)
    assert measured["trials"][-1] == TRIALS  # all have ended
    assert max(measured["alive"]) <= FORGET_EVERY + WORKERS


def controller(ended: int) -> SimpleNamespace:
    """What of Tune's controller is tidied up: ended trials, one with its worker, two to come."""
    names = [Named(str(i)) for i in range(ended + 3)]
    stopped, failed = set(names[1 : ended + 1]), {names[0]}
    return SimpleNamespace(
        _trials=list(names),
        _trial_to_actor={names[1]: "worker"},
        _stopped_trials=stopped,
        _failed_trials=failed,
        _live_trials={names[0], *names[ended + 1 :]},
        _trials_to_cache=set(names),
        _trial_metadata=dict.fromkeys(map(str, range(ended + 3)), "{}"),
    )


class Named:
    """A trial, compared by identity as Tune's are."""

    def __init__(self, trial_id: str) -> None:
        self.trial_id = trial_id


def test_of_ended_trials_the_ones_with_a_worker_stay() -> None:
    from harness.execution.session.private import FORGET_EVERY, forget_ended

    of = controller(FORGET_EVERY)
    forget_ended(SimpleNamespace(_tune_controller=of))
    left = {"1", str(FORGET_EVERY + 1), str(FORGET_EVERY + 2)}
    assert [trial.trial_id for trial in of._trials] == sorted(left, key=int)
    assert {trial.trial_id for trial in of._stopped_trials} == {"1"}
    assert not of._failed_trials
    assert {trial.trial_id for trial in of._live_trials} == left - {"1"}
    assert {trial.trial_id for trial in of._trials_to_cache} == set(of._trial_metadata) == left


@pytest.mark.parametrize("lacking", ["_trials", "_stopped_trials", "_trial_metadata"])
def test_another_ray_keeps_everything(lacking: str) -> None:
    from harness.execution.session.private import FORGET_EVERY, forget_ended

    of = controller(FORGET_EVERY)
    delattr(of, lacking)
    before = {name: len(kept) for name, kept in vars(of).items()}
    forget_ended(of)
    assert {name: len(kept) for name, kept in vars(of).items()} == before


def test_the_newest_trial_stays() -> None:
    # Of an empty list Tune's analysis believes that it has to be read from a file.
    from harness.execution.session.private import FORGET_EVERY, forget_ended

    of = controller(FORGET_EVERY)
    of._stopped_trials.update(of._trials)
    of._trial_to_actor.clear()
    newest = of._trials[-1]
    forget_ended(of)
    assert of._trials == [newest]


def test_a_plan_is_handed_out_in_its_order() -> None:
    from ray.tune.search import Searcher

    from harness.execution.searcher import Planned

    search = Planned([["a", "b"], ["c"]])
    assert [search.suggest(str(i)) for i in range(3)] == [
        {"trial_ids": ["a", "b"]},
        {"trial_ids": ["c"]},
        Searcher.FINISHED,
    ]


def test_many_planned_and_some_suggested_trials_wait_for_a_cluster(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    import ray

    from harness.execution.session.ray_session import AHEAD, PENDING, several_pending

    name = "TUNE_MAX_PENDING_TRIALS_PG"
    monkeypatch.delenv(name, raising=False)
    for cpus, pending in ((8.0, PENDING), (1000.0, 1100)):
        monkeypatch.setattr(ray, "cluster_resources", lambda cpus=cpus: {"CPU": cpus})
        with several_pending(searched=False):
            assert os.environ[name] == str(pending)
        with several_pending(searched=True):
            assert os.environ[name] == str(AHEAD), "they are suggested without later results"
        assert name not in os.environ
    monkeypatch.setenv(name, "3")  # the user's
    with several_pending(searched=False):
        assert os.environ[name] == "3"
    assert os.environ[name] == "3"
