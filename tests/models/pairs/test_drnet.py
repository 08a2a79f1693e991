"""DrNet's losses by hand, and where their gradients go."""

import math

import torch

from models.pairs.drnet import DrNet
from tests.models.helpers.pairs import reached, tiny_case

CASE = tiny_case("drnet")


def built() -> DrNet:
    method = CASE.build()
    assert isinstance(method, DrNet)
    return method


def bce(logit: torch.Tensor, target: float) -> torch.Tensor:
    p = logit.sigmoid()
    return -(target * p.log() + (1 - target) * (1 - p).log())


def test_composition_by_hand() -> None:
    method = built()
    batch = CASE.batch()
    weights = {"content_weight": 3.0, "adv_weight": 0.5}
    loss, _ = method("composition", batch, {}, weights)
    content, content_same = (method.appearance_encoder(batch[x]).tanh() for x in ("image", "same"))
    pose, pose_same = (method.pose_encoder(batch[x]).tanh() for x in ("image", "same"))
    decoded = method.decoder(torch.cat([pose, content_same], 1))
    expected = (decoded - (2 * batch["image"] - 1)).square().mean()
    expected = expected + 3 * (content_same - content).square().mean()
    answer = method.discriminator(torch.cat([pose_same, pose], 1))
    torch.testing.assert_close(loss, expected + 0.5 * bce(answer, 0.5).mean())


def test_confusion_reaches_the_pose_of_the_image_reconstructed_alone() -> None:
    """With its own pose detached the adversarial term would have no way to an encoder."""
    method = built()
    batch = CASE.batch()
    image = batch["image"].clone().requires_grad_()
    same = batch["same"].clone().requires_grad_()
    losses = [
        method("composition", {**batch, "image": image, "same": same}, {}, weights)[0]
        for weights in (
            {"content_weight": 0.0, "adv_weight": 1.0},
            {"content_weight": 0.0, "adv_weight": 0.0},
        )
    ]
    with_it, without = (torch.autograd.grad(loss, (image, same)) for loss in losses)
    assert (with_it[0] - without[0]).abs().max() > 0
    assert torch.equal(with_it[1], without[1])


def test_content_of_the_image_is_a_target_without_gradient() -> None:
    method = built()
    batch = CASE.batch()
    image = batch["image"].clone().requires_grad_()
    losses = [
        method("composition", {**batch, "image": image}, {}, weights)[0]
        for weights in (
            {"content_weight": 5.0, "adv_weight": 0.0},
            {"content_weight": 0.0, "adv_weight": 0.0},
        )
    ]
    with_it, without = (torch.autograd.grad(loss, image)[0] for loss in losses)
    assert torch.equal(with_it, without)


def test_discriminator_learns_from_detached_poses() -> None:
    assert reached(built(), CASE, "discrimination") == {"discriminator"}


def test_half_of_the_pairs_are_of_one_identity() -> None:
    """A discriminator that always says the odds 3:1 for one identity is right for half of them."""
    method = built()
    last = method.discriminator[-1]
    assert isinstance(last, torch.nn.Linear)
    torch.nn.init.zeros_(last.weight)
    torch.nn.init.constant_(last.bias, math.log(3))
    loss, stats = method("discrimination", CASE.batch(), {}, {})
    expected = -(math.log(0.75) + math.log(0.25)) / 2
    torch.testing.assert_close(loss.item(), expected)
    assert stats["correct"].item() == 0.5


def test_discriminator_pairs_what_belongs_together_with_target_1() -> None:
    method = built()
    batch = CASE.batch()
    loss, _ = method("discrimination", batch, {}, {})
    pose, pose_same = (method.pose_code(batch[x]) for x in ("image", "same"))
    moved = torch.tensor([0, 1, 2, 5, 3, 4])
    answer = method.discriminator(torch.cat([pose_same, pose[moved]], 1)).squeeze(1)
    expected = (bce(answer[:3], 1.0).sum() + bce(answer[3:], 0.0).sum()) / 6
    torch.testing.assert_close(loss, expected)
