"""The one training loop: it runs any method's phases and says when training diverged."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass

import torch

from harness.data.batches.sampler import Sampler
from harness.training.means import Means, divergence
from harness.training.precision import evaluated, kernels
from harness.training.scale import Precision, Scale
from harness.training.torch_private import SGD, Adam, Optimizer
from models.method import Batch, Method, Noise, Phase, Stats, Values, device_of, sliced


@dataclass(frozen=True)
class Epoch:
    """One epoch of training.

    Attributes:
        number: counted from 1.
        step: steps taken so far.
        train: epoch means of the loss and of the objective's statistics, by name; with several
            phases each name is prefixed with ``<phase>/``.
        diverged: why training cannot go on; None while it can.
    """

    number: int
    step: int
    train: dict[str, float]
    diverged: str | None


def kl_weight(epoch: int, epochs: int, warmup_fraction: float) -> float:
    """Return ``w = min(epoch / warmup, 1)``, the weight of the KL terms, epochs counted from 1.

    Source: Detlefsen and Hauberg 2019, supplement, section 2. ``warmup`` is ``warmup_fraction`` of
    the epochs; there, one half.
    """
    warmup = epochs * warmup_fraction
    return 1.0 if warmup == 0 else min(epoch / warmup, 1.0)


class Updater:
    """Runs a method's phases on a batch, each with an Adam of its own and those that it shares.

    Args:
        method: on the device that it trains on.
        precision: in what its objectives are evaluated.

    Attributes:
        adams: all of them, each once, in the order of the phases.
        precision: in what its objectives are evaluated.
        steps: how many it has taken.
        stacked: with how many at most, itself among them, it took one.
        stack_choice: why with so many, in words; None where nobody chose.
    """

    def __init__(self, method: Method, precision: Precision = "float32") -> None:
        self.method, self.precision = method, precision
        self.values = method.values()
        shared: dict[tuple[str, ...], Optimizer] = {}
        self.phases = [
            _Update(method, phase, self.values, shared, precision) for phase in method.phases()
        ]
        self.adams = list(dict.fromkeys(adam for each in self.phases for adam in each.adams))
        self.steps, self.stacked = 0, 1
        self.stack_choice: str | None = None

    def step(self, batch: Batch, noise: Noise, values: Values) -> Stats:
        """Take one training step and return its statistics, detached."""
        stats: Stats = {}
        for number in self.due(self.steps, values):
            update = self.phases[number]
            stats.update(update.runs(batch, noise, values, stats, self.prefix(number)))
        self.steps += 1
        return stats

    def due(self, step: int, values: Values) -> list[int]:
        """Return the numbers of the phases that are due in a step, which is counted from 0."""
        return [number for number, each in enumerate(self.phases) if each.is_due(step, values)]

    def prefix(self, number: int) -> str:
        """Return what the names of a phase's statistics begin with."""
        return f"{self.phases[number].phase.name}/" if len(self.phases) > 1 else ""


class _Update:
    def __init__(
        self,
        method: Method,
        phase: Phase,
        values: dict[str, float],
        shared: dict[tuple[str, ...], Optimizer],
        precision: Precision,
    ) -> None:
        self.method, self.phase = method, phase
        self._precision, self._device = precision, device_of(method)
        trained = {
            name: parameter
            for name, parameter in method.named_parameters()
            if name.startswith(phase.trains) and parameter.requires_grad
        }
        if phase.trains and not trained:
            raise ValueError(f"phase '{phase.name}' trains no parameter: {phase.trains}")
        self.parameters = list(trained.values())
        own = [p for n, p in trained.items() if not n.startswith(phase.shares)]
        common = [p for n, p in trained.items() if n.startswith(phase.shares)]
        self.adams = [self._adam(own, values)] if own else []
        if common:
            if phase.shares not in shared:
                shared[phase.shares] = self._adam(common, values)
            self.adams.append(shared[phase.shares])

    def _adam(self, parameters: list[torch.nn.Parameter], values: dict[str, float]) -> Optimizer:
        phase = self.phase
        if phase.optimizer == "sgd":
            return SGD(parameters, lr=values[phase.lr])
        return Adam(parameters, lr=values[phase.lr], betas=phase.betas, fused=True)

    def is_due(self, step: int, values: Values) -> bool:
        start, end = self.phase.during
        in_time = start <= float(values.get("progress", 0.0)) < end
        return in_time and step % self.phase.every == 0

    def runs(self, batch: Batch, noise: Noise, values: Values, so_far: Stats, prefix: str) -> Stats:
        """Run as often as the phase repeats; return the last run's statistics."""
        stats: Stats = {}
        with kernels(self._precision, self._device):
            for i in range(self.phase.repeats):
                parts = sliced(batch, self.phase, i), sliced(noise, self.phase, i)
                stats = self._run(*parts, values, so_far, prefix)
        return stats

    def _run(self, batch: Batch, noise: Noise, values: Values, so_far: Stats, prefix: str) -> Stats:
        loss, stats = evaluated(
            lambda: self.method(self.phase.objective, batch, noise, values),
            self._precision,
            self._device,
        )
        stats = {f"{prefix}{key}": value.detach() for key, value in stats.items()}
        stats[f"{prefix}loss"] = loss.detach()
        gate = self.phase.gate
        if self.adams and (gate is None or getattr(self.method, gate)({**so_far, **stats})):
            # Gradients of this phase's parameters alone: others belong to other phases.
            gradients = torch.autograd.grad(loss, self.parameters, allow_unused=True)
            for parameter, gradient in zip(self.parameters, gradients, strict=True):
                parameter.grad = gradient
            for adam in self.adams:
                adam.step()
        return stats


@dataclass
class Wanted:
    """A training step that is about to be taken; who takes it for its updater fills it in.

    Attributes:
        updater: what is to step; it has counted the step when that is taken.
        batch: its examples.
        noise: its random draws.
        values: its numbers.
        left: how many steps of the training are left, with this one.
        stats: the statistics of the step; None while it is not taken.
        seconds: the trial's share of the time that it took.
    """

    updater: Updater
    batch: Batch
    noise: Noise
    values: dict[str, float]
    left: int
    stats: Stats | None = None
    seconds: float = 0.0


class Training:
    """Trains a method in place; where it stands can be told and set between any two steps.

    Args:
        updater: of the method, which is on the device it trains on.
        sampler: the training images, on the same device.
        scale: epochs and warm-up.
        order: CPU generator of the data order and of fresh warps.
        noise: generator of the objectives' noise, on the method's device.

    Attributes:
        epoch: the one that is being trained, counted from 1.
        batch: how many of its batches are done.
        pass_began: state of ``order`` before it drew the epoch's batches.
        means: statistics of these batches.
        first: the losses of the first step, by name.
    """

    def __init__(
        self,
        updater: Updater,
        sampler: Sampler,
        scale: Scale,
        order: torch.Generator,
        noise: torch.Generator,
    ) -> None:
        self.updater, self.order, self.noise = updater, order, noise
        self._sampler, self._scale = sampler, scale
        self.epoch, self.batch = 1, 0
        self.pass_began = order.get_state()
        self.means = Means()
        self.first: dict[str, float] = {}

    def epochs(self, after_step: Callable[[], None] = lambda: None) -> Iterator[Epoch]:
        """Train to the end, yielding after every epoch; stop when training has diverged.

        Args:
            after_step: called after every step, with nothing of it left to do.
        """
        return (said for said in self.steps(after_step) if isinstance(said, Epoch))

    def steps(self, after_step: Callable[[], None] = lambda: None) -> Iterator[Epoch | Wanted]:
        """Train to the end, yielding before every step, and after every epoch as ``epochs`` does.

        A step that has not been taken when this goes on is taken then, by the updater.
        """
        updater, scale, n_batches = self.updater, self._scale, len(self._sampler)
        while self.epoch <= scale.epochs:
            weight = kl_weight(self.epoch, scale.epochs, scale.warmup_fraction)
            values = {**updater.values, "kl_weight": weight}
            self.pass_began = self.order.get_state()
            for batch in self._sampler.epoch(self.order, self.batch):
                size = len(batch["image"])
                values["progress"] = updater.steps / (scale.epochs * n_batches)
                noise = updater.method.draw(size, self.noise)
                left = scale.epochs * n_batches - updater.steps
                wanted = Wanted(updater, batch, noise, values, left)
                yield wanted
                taken = wanted.stats
                self.means.add(size, updater.step(batch, noise, values) if taken is None else taken)
                self.batch += 1
                after_step()
            # A phase may begin in a later epoch.
            self.first = {**self.means.first_losses(), **self.first}
            means = self.means.read()
            diverged = divergence(means, self.first)
            number, self.epoch, self.batch, self.means = self.epoch, self.epoch + 1, 0, Means()
            yield Epoch(number, updater.steps, means, diverged)
            if diverged:
                return


def train(
    updater: Updater, sampler: Sampler, scale: Scale, order: torch.Generator, noise: torch.Generator
) -> Iterator[Epoch]:
    """Train a method in place, yielding after every epoch (see :class:`Training`)."""
    return Training(updater, sampler, scale, order, noise).epochs()
