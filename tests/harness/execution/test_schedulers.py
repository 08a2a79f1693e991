"""Which trials run next, and which are stopped."""

from pathlib import Path
from types import SimpleNamespace

import pandas as pd
import pytest

from harness.config.searched.halving import Halving
from harness.config.sweep import Sweep, resolve
from harness.execution.rungs import Judgement
from harness.results import Results, load
from harness.search.standing import Standing, standing, together
from tests.harness.execution.conftest import Start

METHOD = '''
import os, time
from pathlib import Path

from models.vae.vae import VAE

HERE = Path(__file__).parent


def trained():
    return sum(len(file.read_text()) for file in HERE.glob("trained-*"))


before = len(list(HERE.glob("imported-*")))
(HERE / f"imported-{os.getpid()}").touch()
while before == 2 and trained() < 3:  # the driver and one worker were there before this worker
    time.sleep(0.01)


class Noted(VAE):
    """A VAE that notes which process trains it."""

    def __init__(self, hyperparameters, data):
        super().__init__(hyperparameters, data)
        with (HERE / f"trained-{os.getpid()}").open("a") as file:
            file.write(".")
'''


@pytest.mark.slow  # a sweep
def test_a_worker_that_is_starting_is_kept(start: Start, tmp_path: Path) -> None:
    # Tune's own order gives the second trial to the first worker as soon as that is idle, and
    # kills the second worker.
    (tmp_path / "noted.py").write_text(METHOD)
    command = start(
        *("sweep", "method=noted.Noted", "dataset=digits", "scale=smoke", "scale.epochs=1"),
        *("scale.train_limit=32", "scale.test_limit=16", "seeds=80", "ray.num_cpus=2"),
        f"run_dir={tmp_path / 'run'}",
        cwd=tmp_path,
    )
    assert command.wait() == 0, command.err
    assert len(list(tmp_path.glob("trained-*"))) == 2


HALVING = Halving("mse", "lower", (1, 3), 3.0)
KNOWN = {str(i): {1: float(i), 3: i / 10} for i in range(6)}
CONTINUE, STOP = "CONTINUE", "STOP"


def judged(name: str, epoch: int, score: float | None) -> Judgement:
    """A configuration of two seeds that waits at a rung."""
    return Judgement(name, [f"{name}-a", f"{name}-b"], epoch, score, [], [])


def decided(of: Standing, *waiting: Judgement, unjudged: int = 0) -> tuple[str, list[bool]]:
    """What Tune is told of a worker, and which of its configurations are stopped."""
    from harness.execution.schedulers import SuccessiveHalving

    scheduler, trial = SuccessiveHalving(of), SimpleNamespace(trial_id="tune's")
    scheduler.on_trial_add(None, trial)
    said = scheduler.on_trial_result(None, trial, {"judged": [*waiting], "unjudged": unjudged})
    return said, [each.stopped for each in waiting]


def known(spared: tuple[str, ...] = (), stopped: tuple[str, ...] = ()) -> Standing:
    return Standing(HALVING, KNOWN, frozenset(spared), frozenset(stopped))


@pytest.mark.parametrize(
    ("of", "epoch", "score", "expected"),
    [
        (Standing(HALVING, {}, frozenset(), frozenset()), 1, 9.0, CONTINUE),  # the first to come
        (known(), 1, 9.0, STOP),
        (known(), 1, 1.0, CONTINUE),  # among the best third
        (known(), 1, 2.0, STOP),
        (known(), 2, 9.0, STOP),  # judged by the rung it has passed
        (known(), 3, 0.1, CONTINUE),
        (known(), 1, None, STOP),  # a seed diverged
        (known(spared=("new-b",)), 1, 9.0, CONTINUE),
        (known(spared=("new-b",)), 1, None, CONTINUE),
        (known(stopped=("new-a",)), 1, 0.0, STOP),
    ],
)
def test_who_goes_on(of: Standing, epoch: int, score: float | None, expected: str) -> None:
    assert decided(of, judged("new", epoch, score)) == (expected, [expected == STOP])


def test_a_worker_goes_on_with_those_that_are_not_stopped() -> None:
    two = [judged("bad", 1, 9.0), judged("good", 1, 0.0)]
    assert decided(known(), *two) == (CONTINUE, [True, False])
    assert decided(known(), judged("bad", 1, 9.0), unjudged=2) == (CONTINUE, [True])
    assert decided(known(), judged("bad", 1, 9.0), judged("worse", 1, 10.0)) == (STOP, [True] * 2)


def test_those_of_a_worker_are_judged_one_after_another() -> None:
    """As if each had come by itself: by the scores of those before it alone."""
    nobody = Standing(HALVING, {}, frozenset(), frozenset())
    scores = [5.0, 9.0, 1.0, 4.0]  # the first; worse; better; not in the best third of those
    waiting = [judged(str(i), 1, score) for i, score in enumerate(scores)]
    assert decided(nobody, *waiting) == (CONTINUE, [False, True, False, True])


def test_between_rungs_nothing_is_decided() -> None:
    assert decided(known(), unjudged=1) == (CONTINUE, [])


def test_the_default_and_what_ran_to_its_end_are_spared(tmp_path: Path) -> None:
    arguments = ["method=vae", "dataset=digits", "scale=smoke", "scale.epochs=1", "seeds=2"]
    sweep = resolve([*arguments, "method.lr=choice(1e-4,1e-3,1e-2)"])
    default, better, _ = together(sweep.trials)
    from harness.cli import main

    run = ["train", *arguments[:-1], "method.lr=1e-3", f"run_dir={tmp_path / 'run'}"]
    assert main(run) == 0
    by = Halving("elbo", "higher", (1,), 3.0)
    of = standing(sweep.trials, sweep.swept, load(tmp_path / "run"), by, searched=False)
    assert of.spared == {*default, *better}
    assert of.stopped == frozenset()
    assert [list(scores) for scores in of.earlier.values()] == [[1]]
    first = standing(sweep.trials, sweep.swept, load(tmp_path / "run"), by, searched=True)
    assert first.spared == of.spared


@pytest.mark.parametrize(
    ("swept", "defaults"),
    [
        (["method.transform=choice(affine_diffeo,affine)"], {"vae", "c_vitae"}),
        ([], set()),  # several methods and nothing else: none is another's default
    ],
)
def test_the_default_of_methods_that_differ_in_what_they_have(
    swept: list[str], defaults: set[str], tmp_path: Path
) -> None:
    from harness.cli import main

    small = ["dataset=digits", "scale=smoke", "scale.epochs=2"]
    assert main(["train", "method=vae", "seed=9", *small, f"run_dir={tmp_path / 'run'}"]) == 0
    sweep = resolve(["method=choice(vae,c_vitae)", "seeds=1", *small, *swept])
    by = Halving("elbo", "higher", (1,), 3.0)
    of = standing(sweep.trials, sweep.swept, load(tmp_path / "run"), by, searched=False)
    spared = [trial for trial in sweep.trials if trial.trial_id in of.spared]
    assert {trial.method for trial in spared} == defaults
    assert len(spared) == len(defaults)


def stands(sweep: Sweep, ended: dict[str, tuple[str, list[float]]]) -> Standing:
    """How configurations stand after a session in which trials ended so, with these curves."""
    trials = pd.DataFrame({"trial_id": [*ended], "status": [how for how, _ in ended.values()]})
    points = [
        (trial_id, epoch, "test", "elbo", value)
        for trial_id, (_, scores) in ended.items()
        for epoch, value in enumerate(scores, 1)
    ]
    curves = pd.DataFrame(points, columns=["trial_id", "epoch", "split", "metric", "value"])
    results = Results(trials, curves, pd.DataFrame(), {}, [], "")
    by = Halving("elbo", "higher", (1, 2), 2.0)
    return standing(sweep.trials, ["method.lr"], results, by, searched=False)


def test_a_seed_that_was_lost_speaks_for_all_in_the_next_session_too() -> None:
    sweep = resolve(
        ["method=vae", "dataset=digits", "scale=smoke", "seeds=2", "method.lr=choice(2e-2,3e-2)"]
    )
    (a, b), (c, d) = together(sweep.trials)
    early = stands(sweep, {a: ("diverged", [-1.0])})
    assert early.stopped == {a, b}
    assert [list(scores) for scores in early.earlier.values()] == [[1]]
    # Stopped for the other's sake at the first rung: no rung holds what it scored there.
    both = stands(sweep, {a: ("failed", []), b: ("pruned", [-9.0])})
    assert both.stopped == {a, b}
    assert both.earlier == {}
    late = stands(sweep, {c: ("diverged", [-1.0, -1.0]), d: ("ok", [-1.0, -1.0])})
    assert (late.stopped, late.spared) == (frozenset(), {c, d})
    assert stands(sweep, {c: ("diverged", [-1.0, -1.0])}).stopped == frozenset()
