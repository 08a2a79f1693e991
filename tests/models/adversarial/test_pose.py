"""AIGN for poses: its networks to the parameter, who trains what, and what it refuses."""

import dataclasses

import pytest
import torch
from torch import nn

from harness.config.sweep import resolve
from harness.errors import UserError
from harness.training.loop import Updater
from models.adversarial.pose.declarations import PoseHyperparameters
from models.adversarial.pose.method import AIGNPose
from models.networks.aign.pose import SIZES, HeatmapEncoder, judge
from models.renderers.perspective import weights_of
from models.renderers.rotations import six_of_rotation
from tests.models.helpers.labelled import HANDS, smallest
from tests.models.helpers.method_case import Case


def case(**changed: object) -> Case:
    return Case(AIGNPose, PoseHyperparameters(**{**smallest(AIGNPose), **changed}), HANDS)


def parameters(network: nn.Module, *, without_norm: bool = False) -> int:
    norms = nn.BatchNorm1d | nn.BatchNorm2d
    return sum(
        p.numel()
        for module in network.modules()
        if not (without_norm and isinstance(module, norms))
        for p in module.parameters(recurse=False)
    )


def test_the_published_networks_have_their_parameters() -> None:
    generator = HeatmapEncoder("paper", 17, 60 + 6 + 4)
    assert parameters(generator) == pytest.approx(13.2e6, rel=0.005)
    assert generator(torch.zeros(2, 17, 64, 64)).shape == (2, 70)
    discriminator = judge(60 + 9 + 4, SIZES["paper"].judge)
    assert parameters(discriminator, without_norm=True) == 497_921


@pytest.mark.parametrize("size", ["tiny", "small"])
def test_smaller_networks_read_smaller_maps(size: str) -> None:
    side = SIZES[size].maps  # type: ignore[index]
    network = HeatmapEncoder(size, 5, 11)  # type: ignore[arg-type]
    assert network(torch.zeros(3, 5, side, side)).shape == (3, 11)


def test_60_components_of_17_joints_are_refused_before_anything_starts() -> None:
    sweep = ["method=aign_pose", "dataset=humans", "dataset.poses=procedural", "scale=smoke"]
    resolve([*sweep, "method.pca_k=51"])
    resolve([*sweep, "method.pca_k=60", "dataset.joints=32"])
    with pytest.raises(UserError, match=r"17 joints have 51 coordinates.*dataset\.joints=32"):
        resolve([*sweep, "method.pca_k=60"])
    with pytest.raises(UserError, match=r"32 joints have 96 coordinates\. Give method.pca_k=96"):
        resolve([*sweep, "method.pca_k=97", "dataset.joints=32"])


def test_a_dataset_without_a_basis_is_refused() -> None:
    with pytest.raises(
        UserError, match=r"'mannequin' does not say pose_basis\. Datasets that do: humans"
    ):
        resolve(["method=aign_pose", "dataset=mannequin", "scale=smoke"])


def test_an_option_that_takes_the_basis_away_is_named() -> None:
    asked = ["method=aign_pose", "dataset=humans", "dataset.priors=false", "metrics=[joint_error]"]
    with pytest.raises(UserError, match=r"pose_basis.*if it is asked to: dataset\.priors=true"):
        resolve(asked)


def test_a_generator_that_says_the_truth_renders_it() -> None:
    method = case(pca_k=51).build()
    given = case(pca_k=51).batch()
    true = given["joints_3d"] * method.away
    turn = torch.eye(3).double().expand(len(true), 3, 3)
    camera = torch.cat(
        [turn.flatten(1), torch.tensor([[0.1, -0.2, 5.0, 6.0]]).double().expand(len(true), 4)], 1
    )
    weights = weights_of(method.basis, true)
    torch.testing.assert_close(method.turned(weights, camera), true, atol=1e-6, rtol=0)
    x, y, z = true.unbind(-1)
    expected = 6 * torch.stack([(x + 0.1) / (z + 5), (y - 0.2) / (z + 5)], -1)
    torch.testing.assert_close(method.rendered(weights, camera), expected, atol=1e-6, rtol=0)
    assert torch.equal(six_of_rotation(turn), method.first.expand(len(true), 6))


def test_cameras_are_rotations_before_which_bodies_stand() -> None:
    method = case().build()
    _, camera = method.factors(torch.randn(8, 17, 2).double())
    turn = camera[:, :9].reshape(-1, 3, 3)
    torch.testing.assert_close(turn @ turn.mT, torch.eye(3).double().expand_as(turn))
    torch.testing.assert_close(torch.linalg.det(turn), torch.ones(8).double())
    assert (camera[:, 11] > 1).all()
    assert (camera[:, 12] > 0).all()


def test_each_phase_moves_its_own_network_alone() -> None:
    method = case(optimizer="adam").build()
    given, noise, values = case().batch(), case().noise(method), case().values(method)
    for update in Updater(method).phases:
        before = {name: p.clone() for name, p in method.named_parameters()}
        prefix = f"{update.phase.name}/"
        due = {
            "discriminator/d_skipped": torch.zeros(()),
            "discriminator/g_skipped": torch.zeros(()),
        }
        batch = {k: v[:, 0] if k.startswith("unpaired") else v for k, v in given.items()}
        update._run(batch, noise, values, due, prefix)
        moved = {n for n, p in method.named_parameters() if not torch.equal(p, before[n])}
        assert moved == {n for n in before if n.startswith(prefix.replace("/", "."))}


def test_plain_gradient_descent_takes_a_step_along_the_gradient() -> None:
    method = case(arm="reconstruction").build()
    given, values = case().batch(), case().values(method)
    loss, _ = method.generation(given, {}, values)
    weight = method.generator.layers[-1].bias
    (gradient,) = torch.autograd.grad(loss, [weight])
    before = weight.clone()
    fresh = case(arm="reconstruction").build()
    Updater(fresh).step(given, case().noise(fresh), values)
    moved = fresh.generator.layers[-1].bias - before
    torch.testing.assert_close(moved, -values["lr"] * gradient)


def test_arms_have_what_they_learn_from() -> None:
    plain = {name: v for name, v in case().batch().items() if name != "joints_3d"}
    for arm in ("adversarial", "reconstruction"):
        method = case(arm=arm).build()
        method.generation(plain, {}, case().values(method))
        assert hasattr(method, "discriminator") == (arm == "adversarial")
    method = case(arm="supervised").build()
    with pytest.raises(KeyError, match="joints_3d"):
        method.generation(plain, {}, case().values(method))
    assert dataclasses.asdict(PoseHyperparameters())["gate"] == "none"
