"""A method of one's own through the protocol of a leaderboard: which sweep it becomes."""

from pathlib import Path

import pytest

from harness.commands import add_method, sweep
from harness.config.sweep import Sweep, resolve
from harness.errors import UserError
from harness.planning import describe_sweep, plan_frame
from harness.results import Columns, RunDirectory

MINE = "tests.harness.helpers.toys.MeanImage"
SPACE = (
    *("space=leaderboard", "scale=smoke", "method=choice(vae,rodi)", "trials=2"),
    *("dataset=mannequin", "seeds=1", "keep=none"),
)


@pytest.fixture
def started(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> list[list[str]]:
    """The overrides of the sweeps that were started, none of which runs."""
    monkeypatch.chdir(tmp_path)
    overrides: list[list[str]] = []

    def start(planned: Sweep, arguments: list[str], *, drawn_next: bool) -> int:
        assert drawn_next, "the page is drawn behind it"
        assert arguments == ["sweep", *planned.arguments]
        overrides.append(arguments[1:])
        return 0

    monkeypatch.setattr(sweep, "start", start)
    return overrides


def begin(location: str, words: tuple[str, ...] = SPACE) -> None:
    planned = resolve([*words, f"run_dir={location}"])
    command = f"unbraid sweep {' '.join(map(repr, words))} run_dir={location}"
    plan = plan_frame(planned.trials)
    RunDirectory(location).create(describe_sweep(planned, command), plan, Columns(["mse"]))


def test_it_is_tuned_and_confirmed_as_the_methods_of_a_run_were(started: list[list[str]]) -> None:
    begin("runs/board")
    code, locations = add_method.run(MINE, "runs/board", [])
    assert (code, locations) == (0, ["runs/board", f"runs/board-{MINE}"])
    (mine,), theirs = (resolve(overrides) for overrides in started), resolve(SPACE)
    assert [searched.names for searched in mine.searches] == [[MINE, "mannequin"]]
    ours, other = mine.searches[0], theirs.searches[0]
    assert (ours.n, ours.confirm, ours.seeds) == (other.n, other.confirm, other.seeds)
    for group in ("dataset", "scale", "metrics"):
        assert ours.base[group] == other.base[group]
    assert mine.settings.run_dir == f"runs/board-{MINE}"
    assert mine.settings.keep == "best", "what the other run kept is its own matter"


def test_its_learning_rate_is_searched_where_nothing_else_is_said(
    started: list[list[str]],
) -> None:
    add_method.run(MINE, "leaderboard", ["scale=smoke"])
    add_method.run(MINE, "leaderboard", ["scale=smoke", "method.lr=choice(0.1,0.2)"])
    first, second = (resolve(overrides).searches[0].axes for overrides in started)
    default = resolve([f"method._target_={MINE}"]).trials[0].hyperparameters.lr
    axis = first["method.lr"]
    assert (axis.low, axis.high, axis.log) == pytest.approx((default / 10, default * 10, True))
    assert second["method.lr"].values == (0.1, 0.2)


def test_a_space_may_have_no_run_yet_or_one_where_sweeps_put_it(started: list[list[str]]) -> None:
    _, locations = add_method.run(MINE, "leaderboard", ["scale=smoke"])
    assert locations == [f"runs/leaderboard-{MINE}"]
    begin("runs/leaderboard")
    _, locations = add_method.run(MINE, "leaderboard", [])
    assert locations == ["runs/leaderboard", f"runs/leaderboard-{MINE}"]
    assert "method=choice(vae,rodi)" not in started[-1]


def test_a_method_of_ours_has_the_axes_of_the_space(started: list[list[str]]) -> None:
    add_method.run("beta_vae", "leaderboard", ["scale=smoke", "run_dir=runs/beta"])
    planned = resolve(started[0])
    assert set(planned.searches[0].axes) == {"method.lr", "method.beta"}
    assert planned.settings.run_dir == "runs/beta"


def test_like_a_grid_its_default_is_run_with_the_seeds_of_the_grid(
    started: list[list[str]],
) -> None:
    begin("runs/two", ("method=choice(vae,rodi)", "dataset=digits", "scale=smoke", "seeds=3"))
    add_method.run(MINE, "runs/two", [])
    add_method.run(MINE, "runs/two", ["method.lr=choice(0.1,0.2)"])
    default, grid = (resolve(overrides) for overrides in started)
    assert [trial.seed for trial in default.trials] == [0, 1, 2]
    assert default.swept == {}
    assert grid.swept == {"method.lr": [0.1, 0.2]}
    assert len(grid.trials) == 6


@pytest.mark.usefixtures("started")
def test_a_remedy_that_is_a_key_goes_behind_with() -> None:
    with pytest.raises(UserError, match=r"takes key=value behind --with"):
        add_method.run(MINE, "leaderboard", ["dataset=choice(", "scale=smoke"])


@pytest.mark.usefixtures("started")
def test_mistakes() -> None:
    with pytest.raises(UserError, match=r"no such run directory or search space\. Did you mean"):
        add_method.run(MINE, "leaderbord", [])
    with pytest.raises(UserError, match=r"There is no method .vaee.\. Did you mean .vae."):
        add_method.run("vaee", "leaderboard", [])
    with pytest.raises(UserError, match="mine"):
        add_method.run("mine.Method", "leaderboard", [])
