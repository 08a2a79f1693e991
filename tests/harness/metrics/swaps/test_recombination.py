"""Recombined images, and what a code tells of the appearance."""

import numpy as np
import pytest
import torch
from torch import Tensor

from harness.evaluation.scores import evaluate
from harness.metrics.swaps.recombination import partners
from tests.harness.metrics.helpers.contract import Oracle, data, dataset, scores


@pytest.mark.parametrize("n", [2, 3, 17])
def test_partners_are_others_and_each_is_that_of_one(n: int) -> None:
    other = partners(n)
    assert sorted(other) == list(range(n))
    assert (other != np.arange(n)).all()
    np.testing.assert_array_equal(other, partners(n))
    assert partners(1).tolist() == [0]


class WithPoseOfAppearance(Oracle):
    """Takes the pose from the wrong image when it recombines two."""

    def swap(self, appearance_from: Tensor, pose_from: Tensor) -> Tensor:
        return super().swap(pose_from, appearance_from)


def test_errors_are_against_the_image_that_lent_its_pose() -> None:
    of = dataset()
    assert max(scores(Oracle, "recombination").values()) < 1e-4
    found = evaluate(WithPoseOfAppearance(of), data(of), ["recombination"], 0)
    assert found["recombined_mpjpe"] > 10
    assert found["recombined_chamfer"] > 1
    true = of.test.modalities["joints_3d"].astype(float)
    relative = 25 * (true - true[:, :1])
    expected = np.linalg.norm(relative - relative[partners(len(true))], axis=2).mean()
    assert found["recombined_mpjpe"] == pytest.approx(expected, rel=1e-4)


class Leaking(Oracle):
    """Has the appearance in the pose's code, too."""

    def tables(self) -> dict[str, Tensor]:
        codes = super().tables()
        return {**codes, "pose": torch.cat([codes["pose"], codes["appearance"]], 1)}


def test_a_probe_finds_the_appearance_where_it_is() -> None:
    of = dataset()
    clean, leaking = (
        evaluate(method(of), data(of), ["appearance_probe"], 0) for method in (Oracle, Leaking)
    )
    assert clean["factors_from_pose"] < clean["factors_chance"] + 0.2
    assert clean["factors_from_appearance"] == clean["factors_ceiling"] == 1
    assert leaking["factors_from_pose"] == 1
