"""The two tasks: their weights, and the abilities that come with them."""

import torch
from torch import Tensor

from models.labelled.dvae import DVAEPose, DVAESynthesis
from models.method import Method, Values
from tests.models.helpers.labelled import labelled_case


def test_beta_is_of_the_task_and_the_loops_warm_up_is_not_used() -> None:
    assert labelled_case("dvae_synthesis").build().values()["beta"] == 100.0
    assert DVAESynthesis.at_scale["small"]["beta"] == 6.25, "of 64 x 64 pixels, not 256 x 256"
    assert DVAEPose.at_scale["small"].keys() == {"network", "lr", "pose_branch_pool", "w_x"}
    case = labelled_case("dvae_pose")
    method = case.build()
    assert method.values()["beta"] == 0.01

    def loss(kl_weight: float, **changed: float) -> Tensor:
        values: Values = {**case.values(method), "kl_weight": kl_weight, **changed}
        found: Tensor = method("embedding", case.batch(), case.noise(method), values)[0]
        return found

    assert torch.equal(loss(0.0), loss(1.0))
    assert not torch.equal(loss(1.0), loss(1.0, beta=5.0))


def test_what_a_task_does_not_have_it_does_not_promise() -> None:
    pose: type[Method] = DVAEPose
    assert not hasattr(pose, "swap")
    assert not hasattr(pose, "appearance")
