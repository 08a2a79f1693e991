"""What configurations are judged by at a rung, of seeds that end in all ways."""

from types import SimpleNamespace
from typing import Any

import pytest

from harness.config.searched.halving import Halving
from harness.execution.rungs import Configurations, Member
from harness.results import Curves

HALVING = Halving("elbo", "higher", (1, 2), 2.0)


def advance(seed: str, epoch: int, scores: list[float], **more: Any) -> Any:
    curves = Curves()
    for at, score in enumerate(scores, 1):
        curves.add(at, at, "test", {"elbo": score})
    so_far = SimpleNamespace(trial_id=seed, curves=curves)
    return SimpleNamespace(epoch=epoch, test={"elbo": scores[-1]}, so_far=so_far, **more)


def two_seeds() -> tuple[Configurations, Member, Member]:
    nobody: Any = None
    first, second = Member("first", nobody), Member("second", nobody)
    return Configurations({"both": [first, second]}, HALVING), first, second


def test_a_configuration_is_judged_when_all_its_seeds_wait_and_by_their_mean() -> None:
    of, first, second = two_seeds()
    of.advance(first, advance("first", 1, [-1.0]))
    assert list(of.ready()) == ["second"]
    assert of.judgements() == []
    of.advance(second, advance("second", 1, [-3.0]))
    (judged,) = of.judgements()
    assert (judged.epoch, judged.score, judged.going) == (1, -2.0, ["first", "second"])
    assert list(of.ready()) == ["first", "second"]
    of.stop(judged.going)
    assert of.left() == []


def test_a_seed_that_was_lost_leaves_no_score() -> None:
    of, first, second = two_seeds()
    first.ended = first.lost = True
    of.advance(second, advance("second", 1, [-3.0]))
    (judged,) = of.judgements()
    assert (judged.score, judged.going) == (None, ["second"])
    assert judged.trial_ids == ["first", "second"]


def test_a_seed_that_is_trained_already_counts_by_its_curve() -> None:
    """Another process evaluates it; it has come from a checkpoint past all rungs."""
    of, first, second = two_seeds()
    of.advance(first, advance("first", 3, [-1.0, -2.0, -3.0]))
    first.ended = True
    of.advance(second, advance("second", 1, [-3.0]))
    (judged,) = of.judgements()
    assert (judged.score, judged.going) == (-2.0, ["second"])


@pytest.mark.parametrize("bad", [float("nan"), float("-inf")])
def test_what_is_no_number_is_no_score(bad: float) -> None:
    of, first, second = two_seeds()
    of.advance(first, advance("first", 1, [-1.0]))
    of.advance(second, advance("second", 1, [bad]))
    assert [judged.score for judged in of.judgements()] == [None]
