"""A search that was disturbed goes on, with a database and without, to what it would have done."""

from pathlib import Path
from random import Random

import optuna
import pytest

from harness.commands.running.run_directory import planned as in_a_session
from harness.config.sweep import resolve
from harness.errors import UserError
from harness.results import RunDirectory, load
from harness.search.growing_plan import GrowingPlan
from tests.harness.search.test_growing_plan import SPACE, planned, run

WITH_AND_WITHOUT = pytest.mark.parametrize("stored", [False, True], ids=["memory", "database"])


def arguments(where: Path, *, stored: bool, trials: int = 4, seeds: int = 2) -> list[str]:
    url = f"sqlite:///{where}.db"
    return [f"trials={trials}", f"seeds={seeds}", *([f"search.storage={url}"] if stored else [])]


def go_on(where: Path, words: list[str], n: int = 99) -> None:
    """Plan, or take up again, what a session finds, and run up to ``n`` trials."""
    directory, sweep = RunDirectory(where), resolve([*SPACE, *words])
    if not directory.holds_run():
        planned(where, *words)
    with directory.lock():
        directory.verify()
        run(GrowingPlan(directory, sweep.searches), directory, n)


def outcome(where: Path) -> list[tuple[str, str]]:
    """Return the learning rates with their seeds, in order, and how each ended."""
    trials = load(where).trials
    return sorted(zip(trials["param.method.lr"], trials["seed"], trials["status"], strict=True))


def rates(where: Path) -> list[float]:
    return [float(lr) for lr in load(where).trials["param.method.lr"].drop_duplicates()]


def whole(where: Path) -> bool:
    """Say whether four configurations have two seeds each, and all of them ended well."""
    trials = load(where).trials
    seeds = trials.groupby("param.method.lr")["seed"].apply(sorted)
    return len(seeds) == 4 and all(s == [0, 1] for s in seeds) and set(trials["status"]) == {"ok"}


@WITH_AND_WITHOUT
def test_more_seeds(tmp_path: Path, *, stored: bool) -> None:
    words = arguments(tmp_path / "run", stored=stored, seeds=1)
    go_on(tmp_path / "run", words)
    before = rates(tmp_path / "run")
    go_on(tmp_path / "run", arguments(tmp_path / "run", stored=stored))
    assert whole(tmp_path / "run")
    assert rates(tmp_path / "run") == before


@WITH_AND_WITHOUT
@pytest.mark.parametrize("torn", [3])
def test_a_torn_part(tmp_path: Path, torn: int, *, stored: bool) -> None:
    where = tmp_path / "run"
    go_on(where, arguments(where, stored=stored))
    undisturbed = outcome(where)
    part = sorted((where / "trials").glob("*.parquet"))[torn]
    part.write_bytes(part.read_bytes()[:100])
    go_on(where, arguments(where, stored=stored))
    assert outcome(where) == undisturbed


@WITH_AND_WITHOUT
def test_failed_trials_run_again(tmp_path: Path, *, stored: bool) -> None:
    where = tmp_path / "run"
    words = arguments(where, stored=stored)
    directory, sweep = planned(where, *words)
    run(GrowingPlan(directory, sweep.searches), directory, 3, "failed")
    go_on(where, words)
    failed = load(where).trials.query("status == 'failed'")["trial_id"]
    assert len(failed) == 3
    with directory.lock():
        directory.remove(list(failed))
    go_on(where, words)
    assert whole(where)


@pytest.mark.parametrize("seed", range(2))
def test_killed_at_random_a_database_changes_nothing(tmp_path: Path, seed: int) -> None:
    """Each session runs a few trials and is gone, with one given out that has not ended."""
    for stored in (False, True):
        where, random = tmp_path / f"run{stored}", Random(seed)
        words = arguments(where, stored=stored)
        for _ in range(4):
            go_on(where, words, random.randrange(4))
            GrowingPlan(RunDirectory(where), resolve([*SPACE, *words]).searches).next()
        go_on(where, words)
        assert whole(where)
    assert outcome(tmp_path / "runTrue") == outcome(tmp_path / "runFalse")
    (name,) = optuna.get_all_study_names(f"sqlite:///{tmp_path / 'runTrue'}.db")
    study = optuna.load_study(study_name=name, storage=f"sqlite:///{tmp_path / 'runTrue'}.db")
    assert [t.state.name for t in study.trials] == ["COMPLETE"] * 4, "each entered once"


@pytest.mark.parametrize("fewer", [["trials=3", "seeds=2"], ["trials=4", "seeds=1"]])
def test_a_search_is_not_made_smaller(tmp_path: Path, fewer: list[str]) -> None:
    where = f"run_dir={tmp_path / 'run'}"
    with in_a_session(resolve([*SPACE, "trials=4", "seeds=2", where]), ["sweep"]):
        pass
    smaller = resolve([*SPACE, *fewer, where])
    with (
        pytest.raises(UserError, match="holds a larger search: trials=4 seeds=2"),
        in_a_session(smaller, ["sweep"]),
    ):
        pass
    more = resolve([*SPACE, "trials=5", "seeds=3", where])
    with in_a_session(more, ["sweep"]) as directory:
        assert directory.sweep()["search"]["trials"] == 5
