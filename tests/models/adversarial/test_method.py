"""The game of D and G: who is trained by what, what a skipped update leaves alone, and resuming."""

import copy
import math

import pytest
import torch

from harness.training.loop import Updater
from models.adversarial.gate import UpdateGate
from tests.models.helpers.contract import CHECKS
from tests.models.helpers.method_case import Case
from tests.models.helpers.toy_game import GameHyperparameters, ToyGame

D, G = "discriminator.", "generator."


def case(**options: object) -> Case:
    theta = options.get("gate") in ("theta", "theta_literal")
    idle = {"theta_d", "theta_g"} - ({"theta_d", "theta_g"} if theta else set())
    return Case(
        ToyGame, GameHyperparameters(**options), idle=frozenset(idle), falls="generator/rec"
    )


def step(updater: Updater, of: Case, number: int) -> dict[str, torch.Tensor]:
    method = updater.method
    return updater.step(of.batch(number), of.noise(method, number), of.values(method))


def state(updater: Updater, prefix: str) -> list[torch.Tensor]:
    """Parameters and all of Adam's state of D or G, as copies."""
    trained = [p for n, p in updater.method.named_parameters() if n.startswith(prefix)]
    (adam,) = [a for a in updater.adams if a.param_groups[0]["params"][0] is trained[0]]
    moments = [v for p in trained for v in adam.state.get(p, {}).values()]
    return copy.deepcopy([*trained, *moments])


def same(first: list[torch.Tensor], second: list[torch.Tensor]) -> bool:
    return len(first) == len(second) and all(map(torch.equal, first, second))


@pytest.mark.parametrize("check", CHECKS, ids=lambda check: check.__name__)
@pytest.mark.parametrize("gate", ["none", "theta", "faces"])
def test_contract(check, gate: str) -> None:
    check(case(gate=gate))


@pytest.mark.parametrize(("d_loss", "g_loss"), [(0.7, 0.1), (math.log(2), 0.76), (0.69, 0.7)])
def test_a_skipped_update_leaves_parameters_and_adam_as_they_are(
    d_loss: float, g_loss: float
) -> None:
    of = case(gate="theta")
    updater = Updater(of.build())
    step(updater, of, 0)
    step(updater, of, 1)
    updater.method.gate.note(torch.tensor(d_loss), torch.tensor(g_loss))
    before = {name: state(updater, name) for name in (D, G)}
    stats = step(updater, of, 2)
    skips = {D: d_loss <= 0.695 and g_loss > 0.75, G: d_loss > 0.695}
    for name in (D, G):
        assert same(state(updater, name), before[name]) == skips[name]
    assert stats["discriminator/d_skipped"] == skips[D]
    assert stats["discriminator/g_skipped"] == skips[G]


def test_at_first_the_discriminator_is_updated_and_the_generator_waits() -> None:
    of = case(gate="theta")
    updater = Updater(of.build())
    before = {name: state(updater, name) for name in (D, G)}
    step(updater, of, 0)
    assert same(state(updater, G), before[G])
    assert not same(state(updater, D), before[D])


def test_neither_side_is_trained_by_the_others_loss() -> None:
    """With one's learning rate at zero, a step moves the other alone."""
    for still, stays, moves in (("lr", G, D), ("d_lr", D, G)):
        of = case(**{still: 0.0})
        updater = Updater(of.build())
        before = [p.clone() for n, p in updater.method.named_parameters() if n.startswith(stays)]
        moved = [p.clone() for n, p in updater.method.named_parameters() if n.startswith(moves)]
        step(updater, of, 0)
        after = dict(updater.method.named_parameters())
        assert same([p for n, p in after.items() if n.startswith(stays)], before)
        assert not same([p for n, p in after.items() if n.startswith(moves)], moved)
    method = of.build()
    loss, _ = method.discrimination(of.batch(), of.noise(method), of.values(method))
    made = list(method.generator.parameters())
    assert torch.autograd.grad(loss, made, allow_unused=True) == (None,) * len(made)


def test_the_sum_is_twice_the_mean_and_the_gate_reads_the_mean() -> None:
    losses, noted = [], []
    for reduction in ("mean_of_two", "sum"):
        of = case(d_loss=reduction)
        method = of.build()
        losses.append(method.discrimination(of.batch(), of.noise(method), of.values(method))[0])
        noted.append(float(method.gate.d_loss))
    assert losses[1] == 2 * losses[0]
    assert noted[0] == noted[1] == pytest.approx(float(losses[0].detach()), rel=1e-6)


def test_a_flip_exchanges_the_labels_of_the_whole_batch() -> None:
    of = case(label_flip=0.5)
    method = of.build()
    values = of.values(method)
    by_flip = [
        float(method.discrimination(of.batch(), {"flip": torch.full((6,), u)}, values)[0].detach())
        for u in (0.4, 0.6)
    ]
    real, fake = method.answers(of.batch())[0]
    halves = [
        (torch.nn.functional.softplus(-a).mean() + torch.nn.functional.softplus(b).mean()) / 2
        for a, b in ((fake, real), (real, fake))
    ]
    assert by_flip == pytest.approx([float(half.detach()) for half in halves])


def test_the_share_of_skipped_updates_is_that_of_the_steps() -> None:
    of = case(gate="theta", theta_d=0.69)
    updater = Updater(of.build())
    stats = [step(updater, of, number) for number in range(30)]
    skipped = [float(each["discriminator/g_skipped"]) for each in stats]
    assert 0 < sum(skipped) < 30
    assert updater.method.skipped_updates()["g"] == pytest.approx(sum(skipped) / 30)
    assert isinstance(updater.method.gate, UpdateGate)
