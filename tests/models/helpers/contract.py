"""The contract of methods: checks that any method must pass, ours or another's."""

import copy
import dataclasses
import io
import math
from collections.abc import Iterator, Mapping
from typing import Any

import torch
from torch import Tensor
from torch.func import functional_call, grad, stack_module_state, vmap

from harness.config.compose import options_of
from harness.training.loop import Updater
from models.hyperparameters import Value, describe, values_of
from models.method import Batch, Method, Noise, Phase, Values, sliced
from tests.models.helpers.method_case import BATCH, Case
from tests.models.helpers.protocol_checks import check_protocols

MEMBERS = 3


def phase_parameters(method: Method, phase: Phase) -> dict[str, Tensor]:
    return {
        name: parameter
        for name, parameter in method.named_parameters()
        if name.startswith(phase.trains)
    }


def check_hyperparameters(case: Case) -> None:
    """All described, and frozen; ``values()`` are those described as values; scales exist."""
    described = describe(case.method.Hyperparameters)
    assert all(info.meaning and info.source for info in described.values())
    defaults = case.method.Hyperparameters()
    assert defaults.__dataclass_params__.frozen
    numbers = {name for name, info in described.items() if isinstance(info, Value)}
    unset = {name for name in numbers if getattr(defaults, name) is None}
    assert case.build().values().keys() == numbers - unset == values_of(defaults).keys()
    for scale, values in case.method.at_scale.items():
        assert scale in options_of("scale")
        assert values.keys() <= described.keys()


class _Recorded(Mapping[str, float]):
    """Values that remember which of them were read."""

    def __init__(self, values: Mapping[str, float]) -> None:
        self._values, self.read = values, set[str]()

    def __getitem__(self, name: str) -> float:
        self.read.add(name)
        return self._values[name]

    def __iter__(self) -> Iterator[str]:
        return iter(self._values)

    def __len__(self) -> int:
        return len(self._values)


def check_values_are_consumed(case: Case) -> None:
    """No number can be swept that nothing reads, but those the case names."""
    method = case.build()
    values = _Recorded(case.values(method))
    for phase in method.phases():
        method(phase.objective, *_given(case, method, phase), values)
    used = values.read | {phase.lr for phase in method.phases() if phase.trains}
    assert method.values().keys() - used == case.idle


def check_phases(case: Case) -> None:
    """Names are unique and exist; every parameter is trained; what two phases share is declared."""
    method = case.build()
    phases = method.phases()
    assert len({phase.name for phase in phases}) == len(phases)
    for phase in phases:
        assert callable(getattr(method, phase.objective))
        assert phase.gate is None or callable(getattr(method, phase.gate))
        assert phase.lr in method.values() or not phase.trains
        for prefix in phase.trains:
            assert any(name.startswith(prefix) for name, _ in method.named_parameters()), prefix
    trained = [phase_parameters(method, phase).keys() for phase in phases]
    assert set().union(*trained) == dict(method.named_parameters()).keys()
    for i, first in enumerate(phases):
        for j, second in enumerate(phases[:i]):
            common = [prefix for prefix in first.trains if prefix in second.trains]
            declared = {name for name in trained[i] if name.startswith(tuple(common))}
            assert trained[i] & trained[j] <= declared, (first.name, second.name)


def check_every_parameter_gets_a_gradient(case: Case) -> None:
    """In some phase that trains it."""
    method = case.build()
    reached = set()
    for phase in method.phases():
        parameters = phase_parameters(method, phase)
        if not parameters:
            continue
        given = _given(case, method, phase, size=64)
        loss, _ = method(phase.objective, *given, case.values(method))
        gradients = torch.autograd.grad(loss, list(parameters.values()), allow_unused=True)
        pairs = zip(parameters, gradients, strict=True)
        reached |= {name for name, g in pairs if g is not None and g.abs().max() > 0}
    assert reached == dict(method.named_parameters()).keys()


def check_vmap_equals_solo(case: Case) -> None:
    """Three members stacked give each the loss, statistics, gradients and buffers it has alone."""
    members = [case.build(seed) for seed in range(MEMBERS)]
    values = [case.values(m, seed) for seed, m in enumerate(members)]
    for phase in members[0].phases():
        given = [_given(case, m, phase, seed=seed) for seed, m in enumerate(members)]
        batches, noises = ([each[part] for each in given] for part in (0, 1))
        parameters, buffers = stack_module_state(members)
        base = copy.deepcopy(members[0]).to("meta")

        def objective(
            params: dict[str, Tensor],
            bufs: dict[str, Tensor],
            batch: Batch,
            noise: Noise,
            vals: Values,
            base: Method = base,
            name: str = phase.objective,
        ) -> Any:
            loss, stats = functional_call(base, (params, bufs), (name, batch, noise, vals))
            return loss, {"loss": loss, **stats}

        stacked_values = {
            name: torch.tensor([v[name] for v in values], dtype=torch.float64) for name in values[0]
        }
        stacked = parameters, buffers, _stack(batches), _stack(noises), stacked_values
        if parameters:
            gradients, stats = vmap(grad(objective, has_aux=True))(*stacked)
        else:
            gradients, (_, stats) = {}, vmap(objective)(*stacked)
        for i, member in enumerate(members):
            _check_member(member, phase, (batches[i], noises[i], values[i]), i, gradients, stats)
            for name, buffer in member.named_buffers():
                torch.testing.assert_close(buffers[name][i], buffer)


def _check_member(
    member: Method,
    phase: Phase,
    arguments: tuple[Batch, Noise, Values],
    i: int,
    gradients: dict[str, Tensor],
    stats: dict[str, Tensor],
) -> None:
    loss, solo_stats = member(phase.objective, *arguments)
    assert stats.keys() == {"loss", *solo_stats}
    for name, value in {"loss": loss, **solo_stats}.items():
        torch.testing.assert_close(stats[name][i], value)
    parameters = dict(member.named_parameters())
    if not parameters:
        return
    solo = torch.autograd.grad(loss, list(parameters.values()), allow_unused=True)
    for (name, parameter), gradient in zip(parameters.items(), solo, strict=True):
        expected = torch.zeros_like(parameter) if gradient is None else gradient
        torch.testing.assert_close(gradients[name][i], expected, rtol=1e-7, atol=1e-9)


def check_gates_under_vmap(case: Case) -> None:
    """A gate is a function of the statistics alone: of stacked trials it says what it says of each.

    As in training, it is given the statistics of the step so far.
    """
    members = [case.build(seed) for seed in range(MEMBERS)]
    so_far: list[dict[str, Tensor]] = [{} for _ in members]
    for phase in members[0].phases():
        for seed, (member, stats) in enumerate(zip(members, so_far, strict=True)):
            given = _given(case, member, phase, seed=seed)
            loss, found = member(phase.objective, *given, case.values(member, seed))
            found = {**found, "loss": loss}
            stats |= {f"{phase.name}/{name}": value.detach() for name, value in found.items()}
        if phase.gate is None:
            continue
        alone = [getattr(m, phase.gate)(s) for m, s in zip(members, so_far, strict=True)]
        stacked = vmap(getattr(members[0], phase.gate))(_stack(so_far))
        assert all(each.dtype == torch.bool and each.shape == () for each in alone)
        assert torch.equal(stacked, torch.stack(alone))


def _stack(members: list[Any]) -> dict[str, Tensor]:
    return {name: torch.stack([member[name] for member in members]) for name in members[0]}


def _given(
    case: Case, method: Method, phase: Phase, size: int = BATCH, seed: int = 0
) -> tuple[Batch, Noise]:
    """Return the batch and the noise of a phase's first run."""
    given = case.batch(seed, size), case.noise(method, seed, size)
    return sliced(given[0], phase, 0), sliced(given[1], phase, 0)


def check_pure(case: Case) -> None:
    """Drawing and objectives repeat to the bit and leave torch's global generator alone."""
    before = torch.random.get_rng_state()
    method, twin = case.build(), case.build()
    noise = case.noise(method)
    for name, tensor in case.noise(twin).items():
        assert torch.equal(noise[name], tensor)
    for phase in method.phases():
        given = sliced(case.batch(), phase, 0), sliced(noise, phase, 0)
        arguments = (phase.objective, *given, case.values(method))
        loss, stats = method(*arguments)
        again, stats_again = twin(*arguments)
        assert torch.equal(loss, again)
        assert all(torch.equal(stats[name], stats_again[name]) for name in stats)
    assert torch.equal(torch.random.get_rng_state(), before)


def check_checkpoint(case: Case) -> None:
    """Saved and loaded into a fresh method, training goes on the same to the bit."""
    method = case.build()
    updater = Updater(method)
    _train(case, updater, range(2))
    file = io.BytesIO()
    adams = [adam.state_dict() for adam in updater.adams]
    torch.save({"method": method.state_dict(), "adams": adams, "steps": updater.steps}, file)
    file.seek(0)
    state = torch.load(file, weights_only=True)
    resumed = Updater(case.build(seed=1))
    resumed.method.load_state_dict(state["method"])
    for adam, stored in zip(resumed.adams, state["adams"], strict=True):
        adam.load_state_dict(stored)
    resumed.steps = state["steps"]
    _train(case, updater, range(2, 4))
    _train(case, resumed, range(2, 4))
    for name, tensor in method.state_dict().items():
        assert torch.equal(tensor, resumed.method.state_dict()[name]), name


def check_loss_falls(case: Case) -> None:
    """By a tenth at least, within 150 steps on 24 images, for the first phase's loss.

    Or for another statistic that the case names.

    The noise is the same again every five steps, so that the loss falls by learning alone.
    """
    faster = dataclasses.replace(case.hyperparameters, lr=1e-2)
    updater = Updater(dataclasses.replace(case, hyperparameters=faster).build())
    losses: list[float] = []
    for _ in range(30):  # most need but a few of them
        losses += _train(case, updater, range(5), size=24)
        first, last = sum(losses[:5]), sum(losses[-5:])
        if last < first - 0.1 * abs(first):
            return
    raise AssertionError(f"losses of the first and the last steps: {losses[:5]}, {losses[-5:]}")


def _train(case: Case, updater: Updater, steps: range, size: int = BATCH) -> list[float]:
    """Take steps on one batch with fresh noise; return of each step what should fall."""
    losses = []
    batch, values = case.batch(size=size), case.values(updater.method)
    for step in steps:
        stats = updater.step(batch, case.noise(updater.method, step, size), values)
        first = (value for key, value in stats.items() if key.endswith(case.falls))
        losses.append(float(next(first, math.nan)))  # a reference has none
    return losses


CHECKS = (
    check_hyperparameters,
    check_values_are_consumed,
    check_phases,
    check_every_parameter_gets_a_gradient,
    check_vmap_equals_solo,
    check_gates_under_vmap,
    check_pure,
    check_checkpoint,
    check_loss_falls,
    check_protocols,
)
