"""One training step of several trials at once: their tensors are stacked, their numbers too.

What each trial is given and keeps is its own: batch, noise, numbers, buffers, moments, gates. The
objectives are those of the methods (``torch.func.vmap`` of them), and a trial gets what it would
get alone but for roundings: matrix products of a stack sum in another order. The trials' own
updaters stay true throughout, because their tensors are views of the stacked ones.
"""

import copy
import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import partial
from itertools import chain
from operator import not_

import torch
from torch import Tensor
from torch.func import functional_call, vmap

from harness.training.loop import Updater, Wanted
from harness.training.precision import evaluated, kernels
from harness.training.recorded import Given, Record, Recorded
from harness.training.stackable import NotStackableError, require_alike
from harness.training.stacked_parameters import Block, blocks
from models.method import Method, Phase, Stats, sliced

LOSSES_AGREE = {"float32": 1e-3, "bfloat16": 3e-2}
"""Of a loss: how far what a stack computes may be from what a trial computes alone."""


class Stack:
    """Takes the steps of several trials whose methods differ in numbers and weights alone.

    Args:
        updaters: of the trials, two or more. They have taken equally many steps.
        graphs: whether steps are taken as CUDA graphs where the trials are on a GPU and that pays.
        record: how a step is recorded; None for a CUDA graph.

    Raises:
        NotStackableError: the trials have different phases or shapes.
    """

    def __init__(
        self, updaters: Sequence[Updater], *, graphs: bool = False, record: Record | None = None
    ) -> None:
        self.updaters = list(updaters)
        require_alike(updaters)
        first = updaters[0]
        tensors = chain(first.method.parameters(), first.method.buffers())
        self._device = next((each.device for each in tensors), torch.device("cpu"))
        self._base = _without_tensors(first.method)
        self._parameters = _stacked([dict(u.method.named_parameters()) for u in updaters])
        for name, parameter in first.method.named_parameters():
            self._parameters[name].requires_grad_(parameter.requires_grad)
        names: dict[Tensor, str] = {p: name for name, p in first.method.named_parameters()}
        self._blocks = [
            blocks(
                [each.adams[i] for each in updaters],
                [self._parameters[names[p]] for p in adam.parameters],
            )
            for i, adam in enumerate(first.adams)
        ]
        self._buffers = _stacked([dict(each.method.named_buffers()) for each in updaters])
        self._values = {
            name: self._numbers([each.values[name] for each in updaters]) for name in first.values
        }
        on_gpu = self._device.type == "cuda"
        # At whether gates are closed: a GPU would be waited for, and what is recorded is blind.
        self._looks = not on_gpu and record is None
        self._recorded: Recorded | None = None
        if graphs and on_gpu:
            self._recorded = Recorded()
        elif record:
            self._recorded = Recorded(record, lambda: None)

    @property
    def told(self) -> str:
        """What was found of CUDA graphs, in words."""
        return self._recorded.told if self._recorded else "no CUDA graphs: not on a GPU"

    @property
    def settled(self) -> bool:
        """Whether the last step was taken as later ones will be, so that it may be timed."""
        return self._recorded is None or self._recorded.settled

    def step(self, wanted: Sequence[Wanted]) -> None:
        """Take a step of every trial and fill in what each gets.

        Args:
            wanted: the steps, in the order of ``updaters``.
        """
        began = time.perf_counter()
        due, given = self.due(wanted), self.given(wanted)
        stats = self._recorded(self, due, given) if self._recorded else self.by_python(due, given)
        rows = {name: each.unbind() for name, each in stats.items()}
        seconds = (time.perf_counter() - began) / len(wanted)
        for i, each in enumerate(wanted):
            each.updater.steps += 1
            each.updater.stacked = max(each.updater.stacked, len(wanted))
            each.stats = {name: row[i] for name, row in rows.items()}
            each.seconds = seconds

    def due(self, wanted: Sequence[Wanted]) -> list[int]:
        """Return the numbers of the phases that are due in a step."""
        first = self.updaters[0]
        return first.due(first.steps, wanted[0].values)

    def require_agreement(self, wanted: Sequence[Wanted], due: Iterable[int]) -> None:
        """Look whether each trial's losses and buffers in a stack are those that it has alone.

        They are not where a method from outside reads numbers other than from its arguments, keeps
        something in neither a parameter nor a buffer, or assigns a buffer anew. Nothing changes.

        Args:
            wanted: the steps that are about to be taken.
            due: the numbers of phases that are due in them.

        Raises:
            NotStackableError: a loss or a buffer differs by more than roundings.
        """
        given = self.given(wanted)
        for phase in (self.updaters[0].phases[number].phase for number in due):
            buffers = {name: buffer.clone() for name, buffer in self._buffers.items()}
            losses = self._evaluated(phase, 0, given, buffers)[0].tolist()
            for i, each in enumerate(wanted):
                left = {name: buffer[i] for name, buffer in buffers.items()}
                self._require_as_alone(each, phase, losses[i], left)

    def _require_as_alone(
        self, each: Wanted, phase: Phase, stacked: float, buffers: Mapping[str, Tensor]
    ) -> None:
        own = copy.deepcopy(each.updater.method)
        parts = sliced(each.batch, phase, 0), sliced(each.noise, phase, 0)
        arguments = phase.objective, *parts, each.values
        alone = self._in_its_numbers(partial(own, *arguments))[0].item()
        agree = LOSSES_AGREE[each.updater.precision]
        if abs(stacked - alone) > agree * max(abs(alone), 1.0):
            raise NotStackableError(
                f"the loss of phase '{phase.name}' is {stacked:.6g} in a stack and "
                f"{alone:.6g} alone"
            )
        for name, buffer in own.named_buffers():
            away = (buffers[name].double() - buffer.double()).abs()
            if (away > agree * buffer.double().abs().max().clamp(min=1e-6)).any():
                raise NotStackableError(
                    f"phase '{phase.name}' leaves another buffer '{name}' in a stack than alone: "
                    "objectives update buffers in place"
                )

    def given(self, wanted: Sequence[Wanted]) -> Given:
        """Return what the objectives get in a step."""
        return Given(
            _together([each.batch for each in wanted]),
            _together([each.noise for each in wanted]),
            {**self._values, **self._of_the_step(wanted)},
        )

    def by_python(self, due: Sequence[int], given: Given) -> Stats:
        """Take a step of the phases of some numbers; what it changes, it changes in place."""
        stats: Stats = {}
        for number in due:
            prefix = self.updaters[0].prefix(number)
            stats.update(self._runs(number, given, stats, prefix))
        return stats

    def state(self) -> dict[str, list[Tensor]]:
        """Return all that steps change, by what it is."""
        parts = [block for place in self._blocks for block in place]
        return {
            "parameters": list(self._parameters.values()),
            "buffers": list(self._buffers.values()),
            "first moments": [moment for block in parts for moment in block.moments[:1]],
            "second moments": [moment for block in parts for moment in block.moments[1:]],
            "numbers of updates": [block.steps for block in parts if len(block.steps)],
        }

    def _runs(self, number: int, given: Given, so_far: Stats, prefix: str) -> Stats:
        """Run a phase as often as it repeats; return the last run's statistics."""
        first, stats = self.updaters[0], Stats()
        phase = first.phases[number].phase
        with kernels(first.precision, self._device):
            for run in range(phase.repeats):
                loss, found = self._evaluated(phase, run, given, self._buffers)
                stats = {f"{prefix}{key}": value.detach() for key, value in found.items()}
                stats[f"{prefix}loss"] = loss.detach()
                on = self._gate(phase, {**so_far, **stats})
                if on is None or not self._looks or on.any():
                    self._update(number, loss, on)
        return stats

    def _evaluated(
        self, phase: Phase, run: int, given: Given, buffers: Mapping[str, Tensor]
    ) -> tuple[Tensor, Stats]:
        def objective(own: dict[str, Tensor], each: Given) -> tuple[Tensor, Stats]:
            parts = sliced(each.batch, phase, run), sliced(each.noise, phase, run)
            arguments = phase.objective, *parts, each.values
            found: tuple[Tensor, Stats] = functional_call(self._base, own, arguments)
            return found

        tensors = {**self._parameters, **buffers}
        return self._in_its_numbers(lambda: vmap(objective)(tensors, given))

    def _in_its_numbers(
        self, objective: Callable[[], tuple[Tensor, Stats]]
    ) -> tuple[Tensor, Stats]:
        return evaluated(objective, self.updaters[0].precision, self._device)

    def _gate(self, phase: Phase, stats: Stats) -> Tensor | None:
        """Return of which trials the phase updates its parameters, bool ``[K]``; None for all."""
        if phase.gate is None:
            return None
        on: Tensor = vmap(getattr(self._base, phase.gate))(stats)
        return on

    def _update(self, number: int, loss: Tensor, on: Tensor | None) -> None:
        """Let the optimizers of a phase update what has a gradient of the loss."""
        adams = self.updaters[0].adams
        places = [adams.index(adam) for adam in self.updaters[0].phases[number].adams]
        parts = [block for place in places for block in self._blocks[place]]
        leaves = [leaf for block in parts for leaf in block.parameters]
        if not leaves:
            return
        # A trial's loss depends on its own parameters alone, so that the sum has its gradients.
        found = torch.autograd.grad(loss.sum(), leaves, allow_unused=True)
        gradients = dict(zip(map(id, leaves), found, strict=True))
        for place in places:
            self._blocks[place] = [
                part
                for block in self._blocks[place]
                for part in self._updated(
                    place, block, [gradients[id(p)] for p in block.parameters], on
                )
            ]

    def _updated(
        self, place: int, block: Block, gradients: list[Tensor | None], on: Tensor | None
    ) -> list[Block]:
        """Update a block; return it, or its parts if some of it has no gradient in this phase."""
        found = [gradient for gradient in gradients if gradient is not None]
        if not found:
            return [block]
        parts = [block]
        if len(found) < len(gradients):
            optimizers = [each.adams[place] for each in self.updaters]
            reached = [gradient is not None for gradient in gradients]
            parts = [block.part(optimizers, reached), block.part(optimizers, map(not_, reached))]
        parts[0].update(found, on)
        return parts

    def _of_the_step(self, wanted: Sequence[Wanted]) -> dict[str, Tensor]:
        """Return the numbers that the loop sets, by name."""
        names = wanted[0].values.keys() - self._values.keys()
        return {name: self._numbers([each.values[name] for each in wanted]) for name in names}

    def _numbers(self, numbers: list[float]) -> Tensor:
        """Return a number of each trial, in double precision as the loop has it."""
        if len(set(numbers)) == 1:  # made on the device, which need not be waited for
            return torch.full((len(numbers),), numbers[0], dtype=torch.float64, device=self._device)
        return torch.tensor(numbers, dtype=torch.float64, device=self._device)


def _without_tensors(method: Method) -> Method:
    """Return a method to call with tensors of others."""
    return copy.deepcopy(method).to("meta").train()


def _stacked(members: Sequence[Mapping[str, Tensor]]) -> dict[str, Tensor]:
    """Return tensors of each trial, ``[K, ...]`` by name; the trials' own become views of them.

    Matrices lie in memory transposed, as the gradients of a linear layer's weights in a stack do,
    which then need not be copied.
    """
    found = {}
    for name in members[0]:
        own = [each[name].detach() for each in members]
        matrix = own[0].ndim == 2
        found[name] = torch.stack([t.mT for t in own]).mT if matrix else torch.stack(own)
        for i, each in enumerate(members):
            each[name].data = found[name][i]
    return found


def _together(members: Sequence[Mapping[str, Tensor]]) -> dict[str, Tensor]:
    return {name: torch.stack([each[name] for each in members]) for name in members[0]}
