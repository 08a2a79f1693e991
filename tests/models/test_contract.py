"""Every method of the registry, and an adversarial one of the tests, keeps the contract."""

import dataclasses
from collections.abc import Callable
from typing import get_args

import pytest
import torch
from torch import Tensor

from harness.methods import METHODS
from harness.training.loop import Updater
from models.choices import TransformName
from models.declaration import HIDDEN, DataSpec
from models.method import Batch, Noise, Phase, Stats, Values
from models.registry import METHOD_PATHS
from models.transformers.affine import AFFINE_TRANSFORMERS
from tests.models.helpers.contract import (
    CHECKS,
    check_checkpoint,
    check_gates_under_vmap,
    check_loss_falls,
    check_phases,
    check_pure,
    check_values_are_consumed,
    check_vmap_equals_solo,
)
from tests.models.helpers.labelled import HANDS, SPECS, smallest
from tests.models.helpers.method_case import DATA, Case
from tests.models.helpers.pairs import TINY
from tests.models.helpers.restoring import restoring_case
from tests.models.helpers.toy_adversarial import ToyAdversarial, ToyHyperparameters

CONV = DataSpec((2, 16, 16), n_train=64)
"""Images that the convolutions of Table 4 can halve."""

_RELEASED = {"normalise_input": True, "leaky_slope": 0.01}
"""What the encoders of VITAE's released code have beside their widths."""

VARIANTS = {
    "vae": [{"likelihood": "gaussian"}, {"network": "conv", "likelihood": "gaussian"}],
    "beta_tcvae": [{"tc_estimator": name} for name in ("mws", "mss_published")],
    "u_vitae": [{"transform": name} for name in get_args(TransformName)],
    "c_vitae": [
        {"transform": name, "inverse": inverse, "identity_offset": offset}
        for name in AFFINE_TRANSFORMERS
        for inverse, offset in (("exact", False), ("published", False), ("exact", True))
    ]
    + [
        {"transform": "cpab", "tessellation": (2, 4)},
        {"transform": "cpab", "published_axes": True, "volume_preserving": True, "steps": 5},
    ]
    + [{"likelihood": "gaussian"}, {"network": "conv", "likelihood": "gaussian"}]
    + [
        {"transform": name, "inverse": "released", **_RELEASED}
        for name in ("affine", "affine_decomp")
    ]
    + [{"exponential": "closed_form", **_RELEASED}]
    + [{"network": "conv", "normalise_input": True}],
    "rodi": [{"variant": name} for name in "abcd"]
    + [{"pose_covariance": "full"}, {"marginal": "roll"}, {"gamma_rule": "released"}],
    "dvae_synthesis": [{"d_u": 3}, {"joint": True}],
    "dvae": [{"d_u": 0}, {"joint": True}],
    "semix": [{"kl_once": True, "w_2d": 0}, {"w_cross": 0.0}],
    "aign_digits": [{"decoder": "parametric", "gate": "theta"}],
    "aign_sr": [{"d_loss": "sum"}],
    "aign_inpaint": [{"deconvolutions": 2, "d_hidden": 4}],
    "aign_pose": [
        {"optimizer": "adam"},
        {"arm": "reconstruction", "optimizer": "adam"},
        {"arm": "supervised", "optimizer": "adam"},
    ],
    "aign_sfm": [{"priors": name} for name in ("none", "depth", "motion")],
    "dvae_pose": [{"d_u": 3, "pose_branch_pool": True}, {"feature_layer": False}],
}
"""What is checked beside a method's defaults."""

_OF_THE_GAME = {"w_adv", "d_lr", "label_flip", "theta_d", "theta_g"}

IDLE = {
    "rodi": {"gamma"},
    "rodi-a": {"mu", "b_gamma", "gamma"},
    "rodi-b": {"gamma0", "l_gamma", "b_gamma", "gamma_max", "gamma"},
    "rodi-c": {"b_gamma", "gamma"},
    "rodi-d": {"gamma0", "l_gamma", "b_gamma", "gamma_max"},
    "rodi-full": {"gamma"},
    "rodi-roll": {"gamma"},
    "rodi-released": {"gamma"},
    "aign_pose": {"theta_d", "theta_g"},
    "aign_pose-adam": {"theta_d", "theta_g"},
    "aign_pose-reconstruction-adam": _OF_THE_GAME,
    "aign_pose-supervised-adam": _OF_THE_GAME,
    "aign_sfm-none": _OF_THE_GAME,
    "semix-0.0": {"w_cross"},
    "semix-True-0": {"w_2d"},
}
"""The numbers that an ablation does without (RoDi's Table 1, SemiX's Table 2)."""


FALLS = {
    "aign_sfm": "rec",
    "aign_pose": "detector/loss",  # plain gradient descent takes longer for the rest
    "aign_pose-adam": "rec",
    "aign_pose-reconstruction-adam": "rec",
    "aign_pose-supervised-adam": "rec",
}
"""The statistic that training lowers, of games in which no loss has to fall."""


def cases() -> dict[str, Case]:
    found = {"toy_adversarial": Case(ToyAdversarial, ToyHyperparameters())}
    for name in METHOD_PATHS:
        method = METHODS.load(name)
        if method.recalls or HIDDEN in method.needs:
            for variant in [{}, *VARIANTS.get(name, [])]:
                key = "-".join([name, *map(str, variant.values())])
                found[key] = restoring_case(name, **variant)
            continue
        of_data = method.needs or method.tables
        sizes, spec = (smallest(method), SPECS.get(name, HANDS)) if of_data else ({}, DATA)
        if method.consumes == "pairs" and not method.needs:
            sizes = TINY
        idle, falls = frozenset(IDLE.get(name, ())), FALLS.get(name, "loss")
        found[name] = Case(method, method.Hyperparameters(**sizes), spec, idle, falls)
        for variant in VARIANTS.get(name, []):
            key = f"{name}-{'-'.join(str(value) for value in variant.values())}"
            data = CONV if variant.get("network") == "conv" else spec
            idle = frozenset(IDLE.get(key, ()))
            hyperparameters = method.Hyperparameters(**sizes, **variant)
            falls = FALLS.get(key, FALLS.get(name, "loss"))
            found[key] = Case(method, hyperparameters, data, idle, falls)
    return found


CASES = cases()


@pytest.mark.parametrize("name", CASES)
@pytest.mark.parametrize("check", CHECKS, ids=lambda check: check.__name__)
def test_contract(check: Callable[[Case], None], name: str) -> None:
    if check is check_loss_falls and not list(CASES[name].build().parameters()):
        pytest.skip("a reference, which has nothing to train")
    check(CASES[name])


def test_gate_and_period_decide_when_the_critic_learns() -> None:
    case = CASES["toy_adversarial"]
    method = case.build()
    updater = Updater(method)

    def learns() -> bool:
        before = [p.clone() for p in method.critic.parameters()]
        updater.step(case.batch(), case.noise(method), case.values(method))
        after = method.critic.parameters()
        return not all(torch.equal(a, b) for a, b in zip(after, before, strict=True))

    assert [learns() for _ in range(4)] == [True, False, True, False]
    method.critic_is_behind = lambda stats: torch.tensor(False)
    assert [learns() for _ in range(4)] == [False] * 4


class BranchesOnAValue(ToyAdversarial):
    def judgement(self, batch: Batch, noise: Noise, values: Values) -> tuple[Tensor, Stats]:
        loss, stats = super().judgement(batch, noise, values)
        return (loss if loss > 0 else -loss), stats


class DrawsByItself(ToyAdversarial):
    def judgement(self, batch: Batch, noise: Noise, values: Values) -> tuple[Tensor, Stats]:
        prior = torch.randn_like(noise["prior"])
        return super().judgement(batch, {**noise, "prior": prior}, values)


class KeepsStateOutsideItsBuffers(ToyAdversarial):
    calls = 0

    def reconstruction(self, batch: Batch, noise: Noise, values: Values) -> tuple[Tensor, Stats]:
        self.calls += 1
        loss, stats = super().reconstruction(batch, noise, values)
        return loss * 2**self.calls, stats


class RebindsItsBuffer(ToyAdversarial):
    def judgement(self, batch: Batch, noise: Noise, values: Values) -> tuple[Tensor, Stats]:
        self.mean_error = self.mean_error + 1
        return super().judgement(batch, noise, values)


class GateReadsItsBuffer(ToyAdversarial):
    def critic_is_behind(self, stats: Stats) -> Tensor:
        return self.mean_error > 0.1 * stats["autoencoder/error"] * 0.99


class LeavesTheCriticUntrained(ToyAdversarial):
    def phases(self) -> tuple[Phase, ...]:
        return super().phases()[:1]


class TrainsTheEncoderTwiceUndeclared(ToyAdversarial):
    def phases(self) -> tuple[Phase, ...]:
        autoencoder, critic = super().phases()
        return autoencoder, dataclasses.replace(critic, trains=("critic.", "encoder.0."))


class ReadsItsHyperparameters(ToyAdversarial):
    def reconstruction(self, batch: Batch, noise: Noise, values: Values) -> tuple[Tensor, Stats]:
        return super().reconstruction(batch, noise, {"weight": self.hyperparameters.weight})


@pytest.mark.parametrize(
    ("check", "method", "error"),
    [
        (check_vmap_equals_solo, BranchesOnAValue, RuntimeError),
        (check_vmap_equals_solo, RebindsItsBuffer, AssertionError),
        (check_gates_under_vmap, GateReadsItsBuffer, AssertionError),
        (check_checkpoint, KeepsStateOutsideItsBuffers, AssertionError),
        (check_pure, DrawsByItself, AssertionError),
        (check_phases, LeavesTheCriticUntrained, AssertionError),
        (check_phases, TrainsTheEncoderTwiceUndeclared, AssertionError),
        (check_values_are_consumed, ReadsItsHyperparameters, AssertionError),
    ],
)
def test_contract_finds_what_breaks_it(
    check: Callable[[Case], None], method: type[ToyAdversarial], error: type[Exception]
) -> None:
    with pytest.raises(error):
        check(Case(method, method.Hyperparameters()))
