"""The truth table of the update gate, what it remembers, and that stacked gates decide alone."""

import copy
import math
from typing import get_args

import pytest
import torch
from torch.func import functional_call, stack_module_state, vmap

from models.adversarial.gate import UpdateGate, decided
from models.choices import GateRule

THETAS = {"theta_d": 0.695, "theta_g": 0.75}
NAN, CHANCE, BLIND = math.nan, math.log(2), 0.70
"""No loss yet; D at chance, which is good enough; D just above θ_d."""

TABLE = [  # the rule, L_D, L_G, whether D and whether G is updated
    ("none", NAN, NAN, True, True),
    ("none", BLIND, 5.0, True, True),
    ("theta", NAN, NAN, True, False),
    ("theta", BLIND, 0.1, True, False),
    ("theta", BLIND, 5.0, True, False),
    ("theta", CHANCE, CHANCE, True, True),
    ("theta", CHANCE, 0.76, False, True),
    ("theta", 0.695, 0.75, True, True),
    ("theta_literal", NAN, NAN, True, False),
    ("theta_literal", BLIND, 5.0, True, False),
    ("theta_literal", CHANCE, 0.76, True, True),
    ("faces", NAN, NAN, True, True),
    ("faces", CHANCE, 0.1, True, True),
    ("faces", 0.5, 5.0, False, True),
    ("faces", 0.51, 5.0, True, True),
]


@pytest.mark.parametrize(("rule", "d_loss", "g_loss", "d", "g"), TABLE)
def test_the_table(rule: GateRule, d_loss: float, g_loss: float, d: bool, g: bool) -> None:
    losses = torch.tensor([d_loss, g_loss], dtype=torch.float64)
    assert [bool(each) for each in decided(rule, *losses, THETAS)] == [d, g]


@pytest.mark.parametrize("rule", get_args(GateRule))
def test_some_update_is_always_made(rule: GateRule) -> None:
    d_loss, g_loss = torch.meshgrid(*[torch.linspace(0, 2, 41)] * 2, indexing="ij")
    d, g = decided(rule, d_loss, g_loss, THETAS)
    assert (d | g).all()


def test_it_decides_by_the_last_losses_and_counts() -> None:
    gate = UpdateGate("theta")
    assert math.isnan(gate.skipped()["d"])
    found = []
    for d_loss, g_loss in [(CHANCE, 0.76), (BLIND, 0.1), (CHANCE, CHANCE)]:
        skipped = gate.decide(THETAS)
        found.append((float(skipped["d_skipped"]), float(skipped["g_skipped"])))
        gate.note(torch.tensor(d_loss), torch.tensor(g_loss))
    assert found == [(0, 1), (1, 0), (0, 1)]
    assert gate.skipped() == pytest.approx({"d": 1 / 3, "g": 2 / 3})


def test_what_it_remembers_is_in_its_state() -> None:
    gate, resumed = UpdateGate("theta"), UpdateGate("theta")
    gate.decide(THETAS)
    gate.note(torch.tensor(CHANCE), torch.tensor(0.9))
    resumed.load_state_dict(gate.state_dict())
    assert gate.decide(THETAS) == resumed.decide(THETAS) != UpdateGate("theta").decide(THETAS)
    assert gate.skipped() == resumed.skipped()


@pytest.mark.parametrize("rule", get_args(GateRule))
def test_stacked_gates_decide_as_each_does_alone(rule: GateRule) -> None:
    """Each has thresholds and losses of its own, over several steps."""
    losses = torch.rand((6, 3, 2), generator=torch.Generator().manual_seed(0)) + 0.3
    thetas = {"theta_d": torch.tensor([0.5, 0.695, 0.9]), "theta_g": torch.tensor([0.6, 0.75, 1])}
    alone = [UpdateGate(rule) for _ in range(3)]
    _, buffers = stack_module_state(alone)
    base = copy.deepcopy(alone[0]).to("meta")

    class Step(torch.nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.gate = base

        def forward(self, values: dict, pair: torch.Tensor) -> dict:
            skipped = self.gate.decide(values)
            self.gate.note(*pair)
            return skipped

    step = Step()

    def one(bufs: dict, values: dict, pair: torch.Tensor) -> dict:
        return functional_call(step, {f"gate.{k}": v for k, v in bufs.items()}, (values, pair))

    skips = set()
    for pairs in losses:
        found = vmap(one)(buffers, thetas, pairs)
        for i, gate in enumerate(alone):
            expected = gate.decide({name: float(theta[i]) for name, theta in thetas.items()})
            gate.note(*pairs[i])
            assert {name: float(values[i]) for name, values in found.items()} == expected
            skips.add(tuple(map(float, expected.values())))
    for i, gate in enumerate(alone):
        for name, buffer in gate.named_buffers():
            assert torch.equal(buffers[name][i], buffer)
    assert len(skips) > 1 or rule == "none"
