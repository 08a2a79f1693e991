"""How many trials are stacked, by a clock that the tests move."""

import pytest
import torch

from harness.training.loop import Wanted
from harness.trial.stacked import pace as module
from harness.trial.stacked.pace import FEWEST_STEPS, TIMED, Known, Pace
from tests.harness.helpers.cases import training
from tests.models.test_contract import CASES


class Clock:
    def __init__(self) -> None:
        self.now = 0.0

    def process_time(self) -> float:
        return self.now


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    clock = Clock()
    monkeypatch.setattr(module, "time", clock)
    return clock


def wanted(left: int = 10_000) -> Wanted:
    updater = training(CASES["vae"]).updater
    return Wanted(updater, {"image": torch.zeros(1)}, {}, {}, left)


def steps(pace: Pace, clock: Clock, n: int, costs: dict[int, float], rounds: int) -> list[int]:
    """Take steps whose seconds are known by size; return the sizes that they had."""
    sizes, one = [], wanted()
    for _ in range(rounds):
        sizes.append(pace.size(n, one))
        clock.now += costs[sizes[-1]]
    return sizes


def test_the_fastest_size_goes_on(clock: Clock) -> None:
    known = Known()
    sizes = steps(Pace(None, known), clock, 20, {1: 20.0, 4: 8.0, 16: 3.0, 20: 4.0}, 40)
    assert list(dict.fromkeys(sizes)) == [1, 4, 16, 20]
    assert set(sizes[4 * (TIMED + 1) + 1 :]) == {16}
    assert known.seconds == {1: 1.0, 4: 0.4, 16: 0.15, 20: 0.2}
    assert known.told.endswith("stacks of 1: 1e+03 ms, 4: 400 ms, 16: 150 ms, 20: 200 ms")


@pytest.mark.parametrize("costs", [{1: 4.0, 4: 3.9}, {1: 4.0, 4: 7.0, 8: 1.0}])
def test_none_are_stacked_where_it_does_not_pay(costs: dict[int, float], clock: Clock) -> None:
    """By little, it might be chance; where a few are much slower, more are not tried."""
    pace = Pace(None, Known())
    n = max(costs)
    sizes = steps(pace, clock, n, costs, 30)
    assert set(sizes) == {1, 4}
    assert set(sizes[2 * (TIMED + 1) + 1 :]) == {1}
    assert pace.one_by_one


def test_trials_of_the_same_kind_go_by_what_is_known(clock: Clock) -> None:
    known = Known()
    steps(Pace(None, known), clock, 4, {1: 4.0, 4: 1.0}, 20)
    assert steps(Pace(None, known), clock, 4, {4: 1.0}, 3) == [4, 4, 4]


def test_short_trials_measure_nothing() -> None:
    pace = Pace(None, Known())
    assert pace.size(4, wanted(FEWEST_STEPS - 1)) == 1
    assert pace.one_by_one
    assert str(FEWEST_STEPS) in pace.reason


def test_what_comes_between_two_steps_is_not_timed(clock: Clock) -> None:
    known = Known()
    pace = Pace(None, known)
    for _ in range(30):
        steps(pace, clock, 4, {1: 4.0, 4: 1.0}, 2)
        pace.disturb()
        clock.now += 1000.0
    assert known.seconds == {1: 1.0, 4: 0.25}


def test_measuring_begins_again_when_a_trial_has_left(clock: Clock) -> None:
    known = Known()
    pace = Pace(None, known)
    steps(pace, clock, 5, {1: 5.0, 4: 9.0}, TIMED + 2)
    steps(pace, clock, 4, {1: 4.0, 4: 1.0}, 20)
    assert known.seconds == {1: 1.0, 4: 0.25}


def test_a_number_that_was_asked_for_is_taken(clock: Clock) -> None:
    pace = Pace(3, Known())
    assert steps(pace, clock, 8, {3: 1.0}, 3) == [3, 3, 3]
    assert pace.settled
    assert not pace.one_by_one
    assert Pace(1, Known()).one_by_one
