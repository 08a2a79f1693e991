"""Steps of a stack as CUDA graphs, where these give the same and are faster.

A step of small networks is a thousand short operations, and a GPU waits for the processor that
launches each. A graph of them is recorded once and launched at once. It does the same operations on
the same memory again, whatever Python would decide by then. So inputs are copied to where they were
when it was recorded, there is a graph for each set of phases that are due and each size of inputs,
and what cannot be recorded (a number that Python looks at, memory that is not the GPU's) or comes
out otherwise is left to Python.
"""

import statistics
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, NamedTuple, Protocol

import torch
from torch import Tensor

from harness.errors import in_a_line
from harness.training.agreement import State, differing
from models.method import Stats

WARM, TIMED = 4, 3
"""Steps by Python before a graph is recorded, and as many of each that are timed."""

SETTLED = 1 + WARM + 2 + TIMED
"""Steps of a kind after which it is known what is faster: one in which memory finds its place, one
that is recorded and one that is compared among them."""

WORTH = 1.05
"""Times as fast as Python, at least, that a graph has to be."""


class Given(NamedTuple):
    """What the objectives get in a step, of all trials: ``[K, ...]`` each."""

    batch: dict[str, Tensor]
    noise: dict[str, Tensor]
    values: dict[str, Tensor]


class Steps(Protocol):
    """What takes steps."""

    def by_python(self, due: Sequence[int], given: Given) -> Stats:
        """Take a step of the phases of some numbers; what it changes, it changes in place."""

    def state(self) -> State:
        """Return all tensors that steps change."""


Record = Callable[[Callable[[], Stats]], tuple[Callable[[], object], Stats]]
"""Records what a function does, without doing it; returns what does it, and where its statistics
are then."""


def cuda_graph(step: Callable[[], Stats]) -> tuple[Callable[[], object], Stats]:
    """Record a step on the current GPU."""
    graph = torch.cuda.CUDAGraph()
    with torch.cuda.graph(graph):
        stats = step()
    return graph.replay, stats


@dataclass
class _Kind:
    """Steps with the same phases and sizes.

    Attributes:
        python: seconds of such steps by Python.
        graph: seconds of such steps by the graph.
        inputs: where the graph reads.
        replay: runs the graph.
        stats: where it leaves the statistics.
        compared: it was found to give what Python gives.
    """

    python: list[float] = field(default_factory=list)
    graph: list[float] = field(default_factory=list)
    inputs: Given | None = None
    replay: Callable[[], object] | None = None
    stats: Stats = field(default_factory=dict)
    compared: bool = False

    def pays(self) -> bool:
        """Whether the graph is faster, as far as both have been timed."""
        if len(self.graph) < TIMED:
            return True
        return statistics.median(self.graph) * WORTH < statistics.median(self.python[1:])

    def forget(self) -> None:
        """Free the memory of the graph."""
        self.inputs, self.replay, self.stats = None, None, {}


class Recorded:
    """Takes steps by Python, later by graphs.

    It keeps nothing of what takes them, so that memory is free as soon as that is.

    Args:
        record: records a step.
        wait: waits until the device has done what was asked of it.

    Attributes:
        given_up: why no graphs are used any more, in words; None while they may be.
        settled: the last step was taken as others of its kind will be.
    """

    def __init__(
        self, record: Record = cuda_graph, wait: Callable[[], None] = torch.cuda.synchronize
    ) -> None:
        self._record, self._wait = record, wait
        self._kinds: dict[Any, _Kind] = {}
        self._tensors: list[Tensor] = []
        self.given_up: str | None = None
        self.settled = False

    @property
    def told(self) -> str:
        """What was found, in words."""
        if self.given_up:
            return f"no CUDA graphs: {self.given_up}"
        timed = [kind for kind in self._kinds.values() if len(kind.graph) >= TIMED]
        if not timed:
            return "CUDA graphs not measured yet"
        return "a step of the stack by Python and as a CUDA graph: " + ", ".join(
            f"{1e3 * statistics.median(kind.python[1:]):.3g} and "
            f"{1e3 * statistics.median(kind.graph):.3g} ms"
            for kind in timed
        )

    def __call__(self, steps: Steps, due: Sequence[int], given: Given) -> Stats:
        """Take a step.

        Args:
            steps: takes it by Python.
            due: the numbers of the phases that are due.
            given: their inputs.

        Returns:
            Statistics ``[K]`` by name, which no later step changes.
        """
        kind = None if self.given_up else self._kinds.setdefault(_key(due, given), _Kind())
        self.settled = kind is None or len(kind.graph) >= TIMED
        if kind is None or not kind.pays():
            return self._by_python(steps, due, given)
        if len(kind.python) < WARM:
            return self._timed(kind.python, lambda: self._by_python(steps, due, given))
        if kind.replay is None:
            self._record_kind(steps, kind, due, given)
            return self._by_python(steps, due, given)
        if not kind.compared:
            return self._compared(steps, kind, due, given)
        if len(kind.graph) >= TIMED:
            return _replayed(kind, given)
        stats = self._timed(kind.graph, lambda: _replayed(kind, given))
        if not kind.pays():
            kind.forget()
        return stats

    def _by_python(self, steps: Steps, due: Sequence[int], given: Given) -> Stats:
        stats = steps.by_python(due, given)
        if self.given_up:
            return stats
        tensors = [each for part in steps.state().values() for each in part]
        if not _same(tensors, self._tensors):  # graphs would go on with the old ones
            self._tensors = tensors
            self._kinds = {}
        return stats

    def _timed(self, seconds: list[float], step: Callable[[], Stats]) -> Stats:
        self._wait()
        began = time.perf_counter()
        stats = step()
        self._wait()
        seconds.append(time.perf_counter() - began)
        return stats

    def _record_kind(self, steps: Steps, kind: _Kind, due: Sequence[int], given: Given) -> None:
        """Record a step, which does not take it; it is compared in the next, which has others."""
        kind.inputs = Given(*({name: each.clone() for name, each in p.items()} for p in given))
        inputs = kind.inputs
        try:
            kind.replay, kind.stats = self._record(lambda: steps.by_python(due, inputs))
        except Exception as error:
            self._give_up(in_a_line(error))

    def _compared(self, steps: Steps, kind: _Kind, due: Sequence[int], given: Given) -> Stats:
        """Take a step both ways from the same state; go on from that of Python."""
        parts = steps.state()
        try:
            before, expected = _copies(parts), _copies(parts)
        except torch.OutOfMemoryError:
            self._give_up("no memory to compare them with Python")
            return steps.by_python(due, given)
        stats = steps.by_python(due, given)
        _restore(expected, parts)
        _restore(parts, before)
        try:
            found = _replayed(kind, given)
            if other := differing(before, parts, expected, found, stats):
                self._give_up(f"they give other {', '.join(other)}")
        except Exception as error:
            self._give_up(in_a_line(error))
        _restore(parts, expected)
        kind.compared = True
        return stats

    def _give_up(self, why: str) -> None:
        self.given_up, self._kinds, self._tensors = why, {}, []


def _key(due: Sequence[int], given: Given) -> Any:
    sizes = ((name, each.shape, each.dtype) for part in given for name, each in part.items())
    return tuple(due), tuple(sizes)


def _replayed(kind: _Kind, given: Given) -> Stats:
    assert kind.inputs is not None
    assert kind.replay is not None
    with torch.no_grad():
        for inputs, part in zip(kind.inputs, given, strict=True):
            for name, each in part.items():
                inputs[name].copy_(each)
    kind.replay()
    return {name: each.clone() for name, each in kind.stats.items()}


def _copies(parts: Mapping[str, Sequence[Tensor]]) -> dict[str, list[Tensor]]:
    return {name: [each.detach().clone() for each in part] for name, part in parts.items()}


@torch.no_grad()
def _restore(parts: Mapping[str, Sequence[Tensor]], copies: Mapping[str, Sequence[Tensor]]) -> None:
    for name, part in parts.items():
        for each, copy in zip(part, copies[name], strict=True):
            each.copy_(copy)


def _same(tensors: Sequence[Tensor], others: Sequence[Tensor]) -> bool:
    return len(tensors) == len(others) and all(map(lambda a, b: a is b, tensors, others))
