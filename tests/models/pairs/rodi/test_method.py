"""RoDi: where gradients go, how its ablations differ, and its rules replayed beside it."""

import dataclasses
import math

import pytest
import torch
from torch import Tensor

from harness.training.loop import Updater
from models.method import Phase, Values
from models.pairs.rodi.augmented_lagrangian import penalty
from models.pairs.rodi.hyperparameters import (
    VARIANTS,
    GammaRule,
    RodiHyperparameters,
    VariantName,
)
from models.pairs.rodi.method import Rodi
from tests.models.helpers.method_case import DATA, Case

SMALL = RodiHyperparameters(network="tiny", d_pose=16, d_appearance=16, warmup=0.0)
CLASSIFIERS = "t.", "t_prime.", "t_eval."
MODEL = "appearance_encoder.", "pose_encoder.", "decoder."
VISIBLE = "appearance_decoder.", "pose_decoder."


def case_of(**changed: object) -> Case:
    return Case(Rodi, dataclasses.replace(SMALL, **changed), DATA)  # type: ignore[arg-type]


def built(case: Case) -> Rodi:
    """With a multiplier and classifiers that are not at their start, where slopes are 0."""
    method = case.build()
    assert isinstance(method, Rodi)
    method.multiplier.value.fill_(0.7)
    return method


def gradients(
    method: Rodi, case: Case, objective: str, **changed: float
) -> dict[str, Tensor | None]:
    values = {**case.values(method), **changed}
    loss, _ = method(objective, case.batch(), case.noise(method), values)
    names, parameters = zip(*method.named_parameters(), strict=True)
    found = torch.autograd.grad(loss, parameters, allow_unused=True)
    return dict(zip(names, found, strict=True))


def of(found: dict[str, Tensor | None], *prefixes: str) -> list[Tensor | None]:
    return [gradient for name, gradient in found.items() if name.startswith(prefixes)]


def same(first: list[Tensor | None], second: list[Tensor | None]) -> bool:
    return all(
        (a is None and b is None) or (a is not None and b is not None and torch.equal(a, b))
        for a, b in zip(first, second, strict=True)
    )


def test_constraint_reaches_the_pose_encoder_alone() -> None:
    """Another epsilon changes nothing but the term of T."""
    case = case_of()
    method = built(case)
    one, other = (gradients(method, case, "composition", epsilon=e) for e in (0.125, -9.0))
    assert not same(of(one, "pose_encoder."), of(other, "pose_encoder."))
    assert same(of(one, "appearance_encoder.", "decoder."), of(other, *MODEL[::2]))
    assert all(gradient is not None for gradient in of(one, *MODEL))


def test_bound_reaches_the_pose_encoder_alone() -> None:
    case = case_of(variant="d")
    method = built(case)
    fixed = gradients(method, case, "composition")
    without = gradients(built(case_of(variant="e")), case, "composition", gamma0=0.0)
    same_weight = gradients(built(case_of(variant="e")), case, "composition", gamma0=1.0)
    assert same(list(fixed.values()), list(same_weight.values()))
    assert not same(of(fixed, "pose_encoder."), of(without, "pose_encoder."))
    assert same(of(fixed, "appearance_encoder.", "decoder."), of(without, *MODEL[::2]))


def test_nothing_of_the_hidden_classifiers_is_in_the_models_loss() -> None:
    case = case_of()
    found = gradients(built(case), case, "composition")
    assert of(found, "t_prime.", "t_eval.") == [None] * len(of(found, "t_prime.", "t_eval."))


@pytest.mark.parametrize(
    ("objective", "learners"), [("estimation", CLASSIFIERS), ("visualisation", VISIBLE)]
)
def test_codes_are_detached_where_only_their_readers_learn(
    objective: str, learners: tuple[str, ...]
) -> None:
    case = case_of()
    found = gradients(built(case), case, objective)
    assert {name for name, gradient in found.items() if gradient is not None} == {
        name for name in found if name.startswith(learners)
    }


def test_each_classifier_learns_from_its_own_loss_alone() -> None:
    """Three that start alike stay alike."""
    case = case_of()
    method = built(case)
    method.t_prime.load_state_dict(method.t.state_dict())
    method.t_eval.load_state_dict(method.t.state_dict())
    updater = Updater(method)
    for step in range(3):
        updater.step(case.batch(), case.noise(method, step), case.values(method))
    for mine, prime, third in zip(
        *(c.parameters() for c in (method.t, method.t_prime, method.t_eval)), strict=True
    ):
        assert torch.equal(mine, prime)
        assert torch.equal(mine, third)


@pytest.mark.parametrize(
    ("still", "stays"),
    [({"t_lr": 1e-30}, CLASSIFIERS), ({"lr": 1e-30}, (*MODEL, *VISIBLE))],
)
def test_steps_move_what_their_phase_trains(
    still: dict[str, float], stays: tuple[str, ...]
) -> None:
    """T never follows the model's loss: without a rate of its own it stays where it is."""
    case = case_of(**still)
    method = built(case)
    before = {name: parameter.clone() for name, parameter in method.named_parameters()}
    updater = Updater(method)
    for step in range(3):
        updater.step(case.batch(), case.noise(method, step), case.values(method))
    for name, parameter in method.named_parameters():
        moved = (parameter - before[name]).abs().max().item()
        assert (moved < 1e-25) == name.startswith(stays), name


class Replay:
    """Lambda and gamma as Table 1 has them, from the estimates that a method reports."""

    def __init__(self, variant: VariantName, rule: GammaRule, values: Values) -> None:
        self.variant, self.rule, self.values = variant, rule, values
        self.multiplier, self.gamma = 0.0, 0.0 if variant == "b" else 1.0
        self.means, self.weight = [0.0, 0.0], 0.0

    def follow(self, i_t: float, i_t_prime: float) -> None:
        v = {name: float(value) for name, value in self.values.items()}
        if self.variant != "a":
            self.multiplier = max(0.0, self.multiplier + v["mu"] * (i_t - v["epsilon"]))
        self.weight = 0.99 * self.weight + 0.01
        self.means = [
            0.99 * m + 0.01 * i for m, i in zip(self.means, (i_t, i_t_prime), strict=True)
        ]
        least, largest = (0.0, 10.0) if self.rule == "released" else (-math.inf, math.inf)
        mine, prime = (max(least, m / self.weight) for m in self.means)
        difference = min(max(prime - mine, least), largest)
        if self.variant == "a":
            drive = prime - v["epsilon"]
        elif self.variant == "c":
            drive = difference
        elif self.variant == "e":
            drive = difference - v["b_gamma"]
        else:
            return
        self.gamma = min(max(0.0, self.gamma + v["l_gamma"] * drive), v["gamma_max"])


@pytest.mark.parametrize(
    ("variant", "rule"),
    [(variant, "paper") for variant in VARIANTS] + [(variant, "released") for variant in "ace"],
)
def test_each_ablation_follows_its_rules(variant: VariantName, rule: GammaRule) -> None:
    """The loss is made of the terms of Table 1, with the weights of the rules, step by step."""
    # Large steps of gamma and lambda, and a lively T, so that every term weighs something.
    case = case_of(variant=variant, gamma_rule=rule, l_gamma=3.0, mu=2.0, t_lr=1e-2)
    method = case.build()
    values = {**case.values(method), "epsilon": -0.5}  # which a T that knows nothing exceeds
    replay, updater = Replay(variant, rule, values), Updater(method)
    for step in range(12):
        gamma = replay.gamma
        stats = updater.step(case.batch(step), case.noise(method, step), values)
        told = {name: float(value) for name, value in stats.items()}
        assert ("model/kl" in told) == (variant != "b")
        assert ("model/mi_penalty" in told) == (variant != "a")
        expected = told["model/rec"] + gamma * told.get("model/kl", 0.0)
        expected += told.get("model/mi_penalty", 0.0)
        assert told["model/loss"] == pytest.approx(expected, rel=1e-9)
        replay.follow(told["classifiers/i_t"], told["classifiers/i_t_prime"])
        for name, mine, has in (
            ("lambda", replay.multiplier, variant != "a"),
            ("gamma", replay.gamma, variant != "b"),
        ):
            assert (f"classifiers/{name}" in told) == has
            if has:
                assert told[f"classifiers/{name}"] == pytest.approx(mine, rel=1e-9, abs=1e-12)
    assert (replay.gamma != 1.0) == (variant in "abce")
    assert (replay.multiplier > 0) == (variant != "a")


def test_penalty_is_of_ts_estimate_of_this_batch() -> None:
    case = case_of()
    method = built(case)
    batch, noise, values = case.batch(), case.noise(method), case.values(method)
    _, stats = method("composition", batch, noise, values)
    pose = method.pose_encoder(batch["image"]).sample(noise["pose_penalty"])
    i_t = method.t(pose, method.appearance_encoder(batch["same"])).mean()
    torch.testing.assert_close(
        stats["mi_penalty"],
        penalty(i_t, method.multiplier.value, values["epsilon"], values["mu"]).detach(),
    )


@pytest.mark.parametrize("variant", ["a", "b", "c", "d", "e"])
def test_pose_is_sampled_where_there_is_a_bound(variant: VariantName) -> None:
    case = case_of(variant=variant)
    method = built(case)
    losses = [
        method("composition", case.batch(), case.noise(method, seed), case.values(method))[0]
        for seed in (0, 1)
    ]
    assert torch.equal(*losses) == (variant == "b")
    assert (method.posterior(case.batch()["image"]).keys() == set()) == (variant == "b")


def test_warm_up_has_no_constraint_and_keeps_the_weights() -> None:
    case = case_of(warmup=0.3, l_gamma=3.0)
    method = built(case)
    early, late = {"progress": 0.29}, {"progress": 0.3}
    one, other = (gradients(method, case, "composition", epsilon=e, **early) for e in (0.125, -9.0))
    assert same(list(one.values()), list(other.values()))
    values = {**case.values(method), **early}
    method("estimation", case.batch(), case.noise(method), values)
    assert method.multiplier.value == 0.7
    assert method.weight.value(1.0) == 1.0
    method("estimation", case.batch(), case.noise(method), {**values, **late})
    assert method.multiplier.value != 0.7
    assert method.weight.value(1.0) != 1.0


def test_one_update_of_the_classifiers_is_the_training_that_it_was() -> None:
    """The same phases, and the same draws from the same generator: the same bits."""
    method = built(case_of())
    betas = 0.5, 0.9
    assert method.phases() == (
        Phase("model", "composition", MODEL, betas=betas),
        Phase("classifiers", "estimation", CLASSIFIERS, lr="t_lr", betas=betas),
        Phase("visible", "visualisation", VISIBLE, every=4, betas=betas),
    )
    one, four = (torch.Generator().manual_seed(0) for _ in range(2))
    drawn = method.draw(6, one)
    assert list(drawn) == ["pose_decoder", "pose_penalty", "pose_classifiers", "pose_visible"]
    for noise in drawn.values():
        assert torch.equal(noise, torch.randn(6, 16, generator=four))


def test_more_updates_of_the_classifiers_come_before_the_one_that_adapts_the_weights() -> None:
    """Each of a new sample of the pose, by one Adam; lambda and gamma follow the last alone."""
    case = case_of(t_updates=3, l_gamma=3.0, mu=2.0, epsilon=0.0, t_lr=1e-2)
    method = case.build()
    assert isinstance(method, Rodi)
    noise, updater = case.noise(method), Updater(method)
    assert noise["pose_more"].shape == (len(case.batch()["image"]), 2, 16)
    alone = built(case_of(t_lr=1e-2))
    alone.load_state_dict(method.state_dict())
    told = updater.step(case.batch(), noise, case.values(method))
    classifiers = [adam for adam in updater.adams if adam is updater.phases[1].adams[0]]
    assert updater.phases[1].adams == updater.phases[2].adams == classifiers
    i_t, i_t_prime = (float(told[f"classifiers/{name}"]) for name in ("i_t", "i_t_prime"))
    assert float(told["classifiers/lambda"]) == pytest.approx(max(0.0, 2.0 * i_t))
    gamma = max(0.0, 1.0 + 3.0 * (i_t_prime - i_t - 0.01))
    assert float(told["classifiers/gamma"]) == pytest.approx(gamma)
    # By hand: the model's update, then three of the classifiers, each on the next noise.
    other = Updater(alone)
    values = case.values(alone)
    by_name = {update.phase.name: update for update in other.phases}
    by_name["model"].runs(case.batch(), noise, values, {}, "")
    for sample in (*noise["pose_more"].unbind(1), noise["pose_classifiers"]):
        by_name["classifiers"].runs(case.batch(), {"pose_classifiers": sample}, values, {}, "")
    for mine, its in zip(method.t.parameters(), alone.t.parameters(), strict=True):
        assert torch.equal(mine, its)
