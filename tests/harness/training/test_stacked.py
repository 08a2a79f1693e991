"""Trials whose steps are taken as a stack are the trials that they are alone."""

from collections.abc import Callable, Sequence
from typing import Any

import pytest
import torch
from torch import Tensor

from harness.training.loop import Epoch, Training, Wanted
from harness.training.stacked import NotStackableError, Stack
from harness.trial.weights import state
from models.method import Batch, Noise, Phase, Stats, Values
from tests.harness.helpers.cases import different, training
from tests.models.helpers.method_case import Case
from tests.models.helpers.toy_adversarial import ToyAdversarial, ToyHyperparameters
from tests.models.test_contract import CASES

TRAINED = [name for name, case in CASES.items() if case.build().phases()]

EPS = torch.finfo(torch.float32).eps

TOY = CASES["toy_adversarial"]


def members(case: Case, n: int, **options: Any) -> list[Training]:
    """Trainings of the same method with numbers, weights, order and noise of their own."""
    return [training(different(case, i), seed=i, **options) for i in range(n)]


def together(
    trainings: Sequence[Training], stay: Callable[[int, int], bool] = lambda i, step: True
) -> list[list[Epoch]]:
    """Train in lockstep to the end; return what each training said of its epochs.

    Args:
        trainings: the members.
        stay: whether member ``i`` takes its step as one of the stack; once it does not, never more.
    """
    running = [each.steps() for each in trainings]
    said: list[list[Epoch]] = [[] for _ in trainings]
    left, stack, stacked = dict(enumerate(running)), None, list[int]()
    while left:
        wanted: dict[int, Wanted] = {}
        for i, each in list(left.items()):
            while isinstance(one := next(each, None), Epoch):
                said[i].append(one)
            if one is None:
                del left[i]
            elif stay(i, one.updater.steps):
                wanted[i] = one
        if len(wanted) > 1:
            if stacked != list(wanted):
                stacked, stack = list(wanted), Stack([w.updater for w in wanted.values()])
            stack.step(list(wanted.values()))
    return said


def off(method: Any, alone: Any) -> float:
    """How far all parameters and buffers of a method are from those of another, relative."""
    pairs = [(t.double(), state(alone)[name].double()) for name, t in state(method).items()]
    pairs = [(a, b) for a, b in pairs if b.isfinite().all()]
    distance = sum(float((a - b).detach().square().sum()) for a, b in pairs)
    return (distance / max(sum(float(b.square().sum()) for _, b in pairs), 1e-30)) ** 0.5


def worst(said: list[Epoch], alone: list[Epoch]) -> float:
    """How far the means of all epochs are from those of another training, relative."""
    assert [(e.number, e.step, e.diverged) for e in said] == [
        (e.number, e.step, e.diverged) for e in alone
    ]
    assert all(a.train.keys() == b.train.keys() for a, b in zip(said, alone, strict=True))
    pairs = [(a.train[k], v) for a, b in zip(said, alone, strict=True) for k, v in b.train.items()]
    return max((abs(a - b) / max(abs(b), 1e-3) for a, b in pairs), default=0.0)


@pytest.mark.parametrize("name", TRAINED)
def test_a_member_of_a_stack_is_the_trial_that_it_is_alone(name: str) -> None:
    """After three to six steps of different numbers and seeds: parameters, buffers, statistics.

    In float64, where an error is much larger than any rounding. Parameters agree less than
    statistics: of those that have no part in the loss, such as a bias before a normalisation, the
    gradient is nothing but rounding, which Adam makes as large as its learning rate.
    """
    epochs = 1 if "-" in name else 2  # a variant
    stacked, alone = (members(CASES[name], 3, epochs=epochs) for _ in range(2))
    said = together(stacked)
    for epochs_of_it, member, solo in zip(said, stacked, alone, strict=True):
        assert worst(epochs_of_it, list(solo.epochs())) < 1e-8
        assert off(member.updater.method, solo.updater.method) < 1e-5


class Picky(ToyAdversarial):
    """Its critic's gate opens at a place of its own number ``weight``: at 0 never, at 1 always."""

    def phases(self) -> tuple[Phase, ...]:
        autoencoder, critic = super().phases()
        return autoencoder, critic

    def judgement(self, batch: Batch, noise: Noise, values: Values) -> tuple[Tensor, Stats]:
        loss, stats = super().judgement(batch, noise, values)
        return loss, {**stats, "weight": values["weight"] + 0.0 * loss.detach()}

    def critic_is_behind(self, stats: Stats) -> Tensor:
        return stats["critic/weight"] > 0.5


def test_a_closed_gate_leaves_parameters_and_moments_of_its_member_untouched() -> None:
    cases = [Case(Picky, ToyHyperparameters(weight=weight)) for weight in (0.1, 0.9, 0.2)]
    stacked = [training(case, i) for i, case in enumerate(cases)]
    before = [
        [p.detach().clone() for p in each.updater.method.critic.parameters()] for each in stacked
    ]
    together(stacked)
    for i, (each, first) in enumerate(zip(stacked, before, strict=True)):
        critic = list(each.updater.method.critic.parameters())
        same = [torch.equal(a, b) for a, b in zip(critic, first, strict=True)]
        remembered = [each.updater.adams[1].state[p] for p in critic]
        if i == 1:
            assert not any(same)
            assert {float(r["step"]) for r in remembered} == {3}, "every second of six steps"
        else:
            assert all(same)
            assert all(not r["step"] and not r["exp_avg"].any() for r in remembered)


def test_a_member_that_is_not_finite_does_not_touch_the_others() -> None:
    stacked, alone = members(TOY, 3), members(TOY, 3)
    with torch.no_grad():
        next(stacked[1].updater.method.parameters()).fill_(torch.nan)
    said = together(stacked)
    assert [epoch.diverged is None for epoch in said[1]] == [False]
    for i in (0, 2):
        assert worst(said[i], list(alone[i].epochs())) < 1e-8
        assert off(stacked[i].updater.method, alone[i].updater.method) < 1e-5


@pytest.mark.parametrize("name", ["toy_adversarial", "lifting", "semix"])
def test_members_leave_a_stack_and_go_on_alone(name: str) -> None:
    """One leaves after two steps, another after four; what is left is alone from then on.

    Weights of SemiX's convolutions lie in memory with their channels last, and the fused Adam goes
    through weights and moments as they lie there.
    """
    stacked, alone = members(CASES[name], 3), members(CASES[name], 3)
    said = together(stacked, lambda i, step: step < 2 * (i + 1))
    for epochs, member, solo in zip(said, stacked, alone, strict=True):
        assert worst(epochs, list(solo.epochs())) < 1e-8
        assert off(member.updater.method, solo.updater.method) < 1e-5


class Sometimes(ToyAdversarial):
    """Its first phase trains all, and every second step does without the critic."""

    def phases(self) -> tuple[Phase, ...]:
        shared = ("",)
        return (
            Phase("autoencoder", "reconstruction", shared, shares=shared),
            Phase("critic", "judgement", shared, every=2, shares=shared, lr="critic_lr"),
        )


def test_what_gets_no_gradient_keeps_its_number_of_updates() -> None:
    """One Adam for both phases: of the encoder's parameters it has made more updates."""
    case = Case(Sometimes, ToyHyperparameters())
    stacked, alone = members(case, 2), members(case, 2)
    together(stacked)
    for member, solo in zip(stacked, alone, strict=True):
        list(solo.epochs())
        assert off(member.updater.method, solo.updater.method) < 1e-5
        (adam,), (adam_alone,) = member.updater.adams, solo.updater.adams
        steps = [float(adam.state[p]["step"]) for p in adam.parameters]
        assert steps == [float(adam_alone.state[p]["step"]) for p in adam_alone.parameters]
        assert len(set(steps)) > 1


def test_trials_that_differ_in_more_than_numbers_are_no_stack() -> None:
    wider = Case(TOY.method, TOY.hyperparameters, CASES["vae-conv-gaussian"].data)
    updaters = [training(TOY).updater, training(wider).updater]
    with pytest.raises(NotStackableError, match="differ in parameters"):
        Stack(updaters)
    further = training(TOY).updater
    further.steps = 1
    with pytest.raises(NotStackableError, match="differ in steps taken"):
        Stack([updaters[0], further])


class ReadsItsHyperparameters(ToyAdversarial):
    def reconstruction(self, batch: Batch, noise: Noise, values: Values) -> tuple[Tensor, Stats]:
        loss, stats = super().reconstruction(batch, noise, {"weight": 0.0})
        return loss * (1 + self.hyperparameters.weight), stats


def test_a_method_that_reads_a_number_past_its_arguments_is_found() -> None:
    trainings = members(Case(ReadsItsHyperparameters, ToyHyperparameters()), 2)
    wanted = [next(iter(each.steps())) for each in trainings]
    stack = Stack([each.updater for each in trainings])
    with pytest.raises(NotStackableError, match=r"loss of phase 'autoencoder' is .* alone"):
        stack.require_agreement(wanted, stack.due(wanted))


class Assigns(ToyAdversarial):
    """It forgets the buffer that it was given."""

    def __init__(self, *arguments: Any) -> None:
        super().__init__(*arguments)
        self.register_buffer("mean", torch.ones(()))

    def reconstruction(self, batch: Batch, noise: Noise, values: Values) -> tuple[Tensor, Stats]:
        self.mean = 0.9 * self.mean + 0.1 * batch["image"].mean()
        return super().reconstruction(batch, noise, values)


def test_a_buffer_that_is_assigned_anew_is_found() -> None:
    trainings = members(Case(Assigns, ToyHyperparameters()), 2)
    wanted = [next(iter(each.steps())) for each in trainings]
    stack = Stack([each.updater for each in trainings])
    with pytest.raises(NotStackableError, match=r"'autoencoder' leaves another buffer 'mean'"):
        stack.require_agreement(wanted, stack.due(wanted))


class Tied(ToyAdversarial):
    """Its critic's first weights are those of another layer, too."""

    def __init__(self, *arguments: Any) -> None:
        super().__init__(*arguments)
        self.twin = torch.nn.Linear(1, 1)
        self.twin.weight = next(self.critic.parameters())


def test_tied_weights_are_no_stack() -> None:
    """Copies on no device, by which a stack evaluates, are not tied: one would stay empty."""
    updaters = [each.updater for each in members(Case(Tied, ToyHyperparameters()), 2)]
    with pytest.raises(NotStackableError, match=r"'twin\.weight' is a tensor that has"):
        Stack(updaters)


class Frozen(ToyAdversarial):
    """Its critic's weights are what they are."""

    def __init__(self, *arguments: Any) -> None:
        super().__init__(*arguments)
        next(self.critic.parameters()).requires_grad = False


def test_what_is_frozen_stays_so_alone_and_in_a_stack() -> None:
    case = Case(Frozen, ToyHyperparameters())
    stacked, alone = members(case, 2), members(case, 2)
    before = [next(each.updater.method.critic.parameters()).clone() for each in alone]
    together(stacked)
    for i, member in enumerate(stacked):
        list(alone[i].epochs())
        assert off(member.updater.method, alone[i].updater.method) < 1e-5
        assert torch.equal(next(member.updater.method.critic.parameters()), before[i])


def test_agreement_is_asked_without_a_change() -> None:
    trainings = members(CASES["aign_digits"], 2)
    wanted = [next(iter(each.steps())) for each in trainings]
    stack = Stack([each.updater for each in trainings])
    before = [{n: t.clone() for n, t in state(e.updater.method).items()} for e in trainings]
    stack.require_agreement(wanted, stack.due(wanted))
    for each, known in zip(trainings, before, strict=True):
        assert all(torch.equal(t, known[n]) for n, t in state(each.updater.method).items())


def apart(some: list[Training], said: list[list[Epoch]], others: list[Training]) -> list[float]:
    """How far trainings that have ended are from others, which are trained here, one by one."""
    epochs = [list(each.epochs()) for each in others]
    return [
        max(worst(a, b), off(mine.updater.method, its.updater.method))
        for mine, a, its, b in zip(some, said, others, epochs, strict=True)
    ]


@pytest.mark.slow
@pytest.mark.parametrize("name", TRAINED)
def test_eight_members_are_the_trials_alone_after_a_hundred_steps(name: str) -> None:
    """Within 1e-5; what amplifies rounding as near as itself with weights off by a last digit.

    Games between networks do so, and a transformer of images whose convolutions see the result: of
    eight such trials one is off by up to 3e-4 then. In float64;
    ``test_float32_is_no_further_off_than_one_rounding`` says why.
    """
    stacked = members(CASES[name], 8, epochs=34)
    distances = apart(stacked, together(stacked), members(CASES[name], 8, epochs=34))
    if max(distances) < 1e-5:
        return
    assert name.startswith(("aign", "c_vitae-conv"))
    of_rounding = [distance for seed in range(3) for distance in off_by_a_digit(name, seed)]
    assert max(distances) < 10 * max(of_rounding)


def off_by_a_digit(name: str, seed: int) -> list[float]:
    """How far eight trials are after a hundred steps from those begun a last digit off."""
    nudged, signs = members(CASES[name], 8, epochs=34), torch.Generator().manual_seed(seed)
    with torch.no_grad():
        for parameter in (p for each in nudged for p in each.updater.method.parameters()):
            digits = torch.randint(-1, 2, parameter.shape, generator=signs, dtype=parameter.dtype)
            parameter.mul_(1 + torch.finfo(torch.float64).eps * digits)
    said = [list(each.epochs()) for each in nudged]
    return apart(nudged, said, members(CASES[name], 8, epochs=34))


@pytest.mark.slow
@pytest.mark.parametrize("name", TRAINED)
def test_float32_is_no_further_off_than_one_rounding(name: str) -> None:
    """After a hundred steps: within 1e-5, or as near as a trial is to one begun a rounding off.

    Some methods forget no rounding: where a parameter's true gradient is zero, Adam makes rounding
    as large as the learning rate, and games amplify it. Then not even the trial, with weights
    that differ in the last digit, comes within 1e-5; a stack can be asked for no more.
    """
    options = {"epochs": 34, "dtype": torch.float32}
    stacked, alone = (members(CASES[name], 3, **options) for _ in range(2))
    together(stacked)
    for each in alone:
        list(each.epochs())
    distances = [
        off(a.updater.method, b.updater.method) for a, b in zip(stacked, alone, strict=True)
    ]
    of_rounding = [1e-6]
    for nudge in (1 + EPS, 1 - EPS):
        for other, solo in zip(members(CASES[name], 3, **options), alone, strict=True):
            with torch.no_grad():
                for parameter in other.updater.method.parameters():
                    parameter.mul_(nudge)
            list(other.epochs())
            of_rounding.append(off(other.updater.method, solo.updater.method))
    assert max(distances) < 10 * max(of_rounding)
