"""A generator that makes half of what differs spreads by a half."""

import pytest
from torch import Tensor

from harness.evaluation.scores import evaluate
from tests.harness.metrics.helpers.contract import Dead, Oracle, data, dataset, scores


class Shrunk(Oracle):
    """Its predictions are half as far from what is the same for all."""

    def predict(self, image: Tensor) -> dict[str, Tensor]:
        made = super().predict(image)
        root = made["depth"].sqrt()
        return {"joints_3d": made["joints_3d"] / 2, "motion": made["motion"] / 2, "depth": root}


def test_spread_is_the_share_of_the_deviation() -> None:
    found = evaluate(Shrunk(dataset()), data(), ["spread"], seed=0)
    assert found == pytest.approx(
        {"spread_joints": 0.5, "spread_depth": 0.5, "spread_motion": 0.5}, rel=1e-5
    )
    assert set(scores(Dead, "spread").values()) == {0.0}
