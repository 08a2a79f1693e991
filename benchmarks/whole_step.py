"""A training step of several trials as one pure function that is mapped, as one writes it in JAX.

Weights, moments and counts go in and come out, for every trial its own, by ``torch.func.grad``
inside ``torch.func.vmap``; nothing is drawn and nothing kept. It is what a stack is compared with.
"""

from collections.abc import Callable, Mapping, Sequence
from typing import NamedTuple

import torch
from torch import Tensor
from torch.func import functional_call, grad, vmap

from harness.training.loop import Updater
from harness.training.recorded import Given
from models.method import Method, Phase, Stats, sliced

_EPS = 1e-8

Tensors = dict[str, Tensor]


class State(NamedTuple):
    """What a step changes, by name, ``[K, ...]``; moments and counts by phase and name."""

    parameters: Tensors
    buffers: Tensors
    first: Tensors
    second: Tensors
    counts: Tensors


def begin(updaters: Sequence[Updater]) -> State:
    """Return the state of trials that have taken no step."""
    methods = [each.method for each in updaters]
    parameters = _stacked([dict(each.named_parameters()) for each in methods])
    buffers = _stacked([dict(each.named_buffers()) for each in methods])
    own = {
        f"{update.phase.name}/{name}": each
        for update in updaters[0].phases
        for name, each in _trained(parameters, update.phase).items()
    }
    zeros = {name: torch.zeros_like(each) for name, each in own.items()}
    none = torch.zeros(len(methods), device=next(iter(parameters.values())).device)
    counts = {update.phase.name: none for update in updaters[0].phases}
    return State(parameters, buffers, zeros, dict(zeros), counts)


def mapped(
    updaters: Sequence[Updater], due: Sequence[int]
) -> Callable[[State, Given], tuple[State, Stats]]:
    """Return the step of all trials.

    Args:
        updaters: of the trials. Every phase has an Adam of its own and no gate, and runs once.
        due: the numbers of the phases that are due.

    Raises:
        ValueError: a phase is of another kind.
    """
    base: Method = updaters[0].method
    phases = [updaters[0].phases[number].phase for number in due]
    for phase in phases:
        if phase.repeats > 1 or phase.gate or phase.shares:
            raise ValueError(f"phase '{phase.name}' is more than one update by its own Adam")

    def one(state: State, given: Given) -> tuple[State, Stats]:
        stats: Stats = {}
        for phase in phases:
            state, found = _phase(base, phase, state, given)
            stats |= {f"{phase.name}/{name}": each for name, each in found.items()}
        return state, stats

    taken: Callable[[State, Given], tuple[State, Stats]] = vmap(one)
    return taken


def _phase(base: Method, phase: Phase, state: State, given: Given) -> tuple[State, Stats]:
    trained = _trained(state.parameters, phase)

    def loss_of(own: Tensors) -> tuple[Tensor, tuple[Tensors, Stats]]:
        # Objectives update buffers in place, which a pure function does with copies.
        buffers = {name: each.clone() for name, each in state.buffers.items()}
        tensors = {**state.parameters, **own, **buffers}
        parts = sliced(given.batch, phase, 0), sliced(given.noise, phase, 0)
        loss, stats = functional_call(base, tensors, (phase.objective, *parts, given.values))
        return loss, (buffers, {**stats, "loss": loss})

    if not trained:
        _, (buffers, stats) = loss_of({})
        return state._replace(buffers=buffers), stats
    gradients, (buffers, stats) = grad(loss_of, has_aux=True)(trained)
    b1, b2 = phase.betas
    count = state.counts[phase.name] + 1
    parameters, first, second = dict(state.parameters), dict(state.first), dict(state.second)
    for name, gradient in gradients.items():
        key = f"{phase.name}/{name}"
        first[key] = b1 * first[key] + (1 - b1) * gradient
        second[key] = b2 * second[key] + (1 - b2) * gradient.square()
        mean, square = first[key] / (1 - b1**count), second[key] / (1 - b2**count)
        change = given.values[phase.lr] * mean / (square.sqrt() + _EPS)
        parameters[name] = parameters[name] - change.to(gradient.dtype)
    counts = {**state.counts, phase.name: count}
    return State(parameters, buffers, first, second, counts), stats


def _trained(parameters: Mapping[str, Tensor], phase: Phase) -> Tensors:
    return {name: each for name, each in parameters.items() if name.startswith(phase.trains)}


def _stacked(members: Sequence[Mapping[str, Tensor]]) -> Tensors:
    return {n: torch.stack([each[n].detach() for each in members]) for n in members[0]}
