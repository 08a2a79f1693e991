"""What counts as divergence, and that training ends there."""

import math
from typing import Any

import pytest

from harness.training.means import EXPLODED, divergence
from models.declaration import DataSpec
from tests.harness.helpers import toys
from tests.harness.helpers.toys import EPOCHS, STEPS, KnownBound, build, training


@pytest.mark.parametrize(
    ("means", "first", "reason"),
    [
        ({"loss": math.nan}, 1.0, "loss is nan"),
        ({"loss": math.inf}, 1.0, "loss is inf"),
        ({"loss": 1.0, "kl": -math.inf}, 1.0, "kl is -inf"),
        ({"loss": 2.1 * EXPLODED}, 2.0, "more than .* times 2 at the start"),
        ({"loss": -2.1 * EXPLODED}, -2.0, "more than .* times 2 at the start"),
        ({"loss": 1.9 * EXPLODED}, 2.0, None),
        ({"loss": 1e9}, 1e9, None),  # large from the start, and stable
        ({"loss": 0.5 * EXPLODED}, 1e-3, None),  # grew from next to nothing to little
        ({"loss": 1.0, "log_likelihood": -1e12}, 1.0, None),  # losses alone are measured
        ({"loss": 0.0}, 0.0, None),
    ],
)
def test_what_counts_as_divergence(
    means: dict[str, float], first: float, reason: str | None
) -> None:
    found = divergence(means, {"loss": first})
    if reason is None:
        assert found is None
    else:
        with pytest.raises(AssertionError, match=reason):
            assert found is None, found


def test_divergence_is_found_in_every_phase() -> None:
    first = {"autoencoder/loss": 1.0, "critic/loss": 5.0}
    assert divergence({"autoencoder/loss": 1.0, "critic/loss": 5.0 * EXPLODED}, first) is None
    found = divergence({"autoencoder/loss": 1.0, "critic/loss": 6.0 * EXPLODED}, first)
    assert found is not None
    assert found.startswith("critic/loss is ")


def test_explosion_is_measured_against_the_first_step_not_the_first_epoch() -> None:
    """A method that explodes within its first epoch has no sane mean to be measured against."""

    class ExplodesAtOnce(toys.Explodes):
        def __init__(self, hyperparameters: Any, data: DataSpec) -> None:
            super().__init__(hyperparameters, data)
            self.steps += STEPS + 1  # the third step is the one that derails

    (epoch,) = training(build(ExplodesAtOnce))
    assert epoch.diverged is not None
    assert "times 0.3" in epoch.diverged


def test_training_stops_after_the_epoch_that_diverged() -> None:
    epochs = training(build(toys.Derails))
    assert [epoch.diverged for epoch in epochs] == [None, "loss is nan"]
    assert training(build(toys.Explodes))[-1].number == 2
    assert [epoch.diverged for epoch in training(build(KnownBound))] == [None] * EPOCHS
