"""Recorded steps are those of Python, or Python takes them.

A CPU records no CUDA graphs. What torch's tracer finds of a step is recorded in their place: it is
as blind as they are, operations on memory without anything of Python.
"""

import gc
import weakref
from collections.abc import Callable, Sequence
from typing import Any

import pytest
import torch
from torch import Tensor
from torch.fx.experimental.proxy_tensor import make_fx

from harness.training import recorded, stacked_parameters
from harness.training.loop import Epoch, Wanted
from harness.training.recorded import SETTLED, Given, Recorded
from harness.training.stacked import Stack
from harness.trial.weights import state
from models.method import Stats
from tests.harness.training.test_stacked import TRAINED, members
from tests.models.test_contract import CASES

NOT = ("u_vitae-cpab", "c_vitae-cpab-(2, 4)")
"""They follow paths from triangle to triangle, which NumPy counts."""

FEW = ("toy_adversarial", "vae", "c_vitae", "rodi")


class Traced:
    """Records what a stack's step does, by tracing it, and counts how often that is done."""

    stack: Stack

    def __init__(self) -> None:
        self.replays = 0

    def __call__(self, step: Callable[[], Stats]) -> tuple[Callable[[], object], Stats]:
        parts = self.stack.state()
        before = recorded._copies(parts)
        graph = make_fx(step)()  # takes the step, too
        with torch.no_grad():
            stats = {name: each.clone() for name, each in graph().items()}
        recorded._restore(parts, before)

        @torch.no_grad()
        def replay() -> None:
            self.replays += 1
            for name, each in graph().items():
                stats[name].copy_(each)

        return replay, stats


def steps(name: str, n: int, **options: Any) -> tuple[list[dict[str, Tensor]], Stack, list[Stats]]:
    """Take steps of three trials in a stack; return their tensors, it, and all statistics."""
    trainings = members(CASES[name], 3, epochs=100)
    running = [each.steps() for each in trainings]
    stack, said = None, list[Stats]()
    for _ in range(n):
        wanted: list[Wanted] = []
        for each in running:
            while isinstance(one := next(each), Epoch):
                pass
            wanted.append(one)
        if stack is None:
            stack = Stack([one.updater for one in wanted], **options)
            if "record" in options:
                options["record"].stack = stack
        stack.step(wanted)
        said += [dict(one.stats or {}) for one in wanted]
    assert stack is not None
    tensors = [dict(state(each.updater.method)) for each in trainings]
    return tensors, stack, said


@pytest.mark.parametrize(
    "name",
    [name if name in FEW else pytest.param(name, marks=pytest.mark.slow) for name in TRAINED],
)
def test_recorded_steps_are_those_of_python(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """To the bit: both are the same operations, in the same order, on the same memory."""
    monkeypatch.setattr(stacked_parameters, "ONE_BY_ONE", ())  # as on a GPU
    monkeypatch.setattr(recorded, "WORTH", 0.0)  # whatever is faster
    n = 6 * SETTLED
    expected, _, by_python = steps(name, n)
    found, stack, said = steps(name, n, record=(traced := Traced()))
    if name in NOT:
        assert stack.told.startswith("no CUDA graphs: ")
        assert traced.replays == 1
    else:
        assert stack.told.startswith("a step of the stack by Python and as a CUDA graph: ")
        assert traced.replays > n / 2
    for mine, its in zip(found, expected, strict=True):
        assert mine.keys() == its.keys()
        assert all(torch.equal(mine[key], its[key]) for key in its)
    for mine, its in zip(said, by_python, strict=True):
        assert mine.keys() == its.keys()
        assert all(torch.equal(mine[key], its[key]) for key in its)


class Faulty(Traced):
    """What it has recorded forgets something, or does it twice."""

    def __init__(self, what: str, keep: Callable[[Tensor, Tensor], None]) -> None:
        super().__init__()
        self.what, self.keep = what, keep

    def __call__(self, step: Callable[[], Stats]) -> tuple[Callable[[], object], Stats]:
        replay, stats = super().__call__(step)

        @torch.no_grad()
        def wrong() -> None:
            parts = self.stack.state()[self.what]
            before = [each.detach().clone() for each in parts]
            replay()
            for each, old in zip(parts, before, strict=True):
                self.keep(each, old)

        return wrong, stats


def never(now: Tensor, before: Tensor) -> None:
    now.copy_(before)


def twice(now: Tensor, before: Tensor) -> None:
    now.add_(now - before)


def of_one_trial(now: Tensor, before: Tensor) -> None:
    now[1].copy_(before[1])


@pytest.mark.parametrize("fault", [never, twice, of_one_trial])
@pytest.mark.parametrize(
    "what", ["parameters", "first moments", "second moments", "numbers of updates"]
)
def test_a_fault_of_a_graph_is_found(
    what: str, fault: Callable[[Tensor, Tensor], None], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(stacked_parameters, "ONE_BY_ONE", ())
    expected, _, by_python = steps("vae", 2 * SETTLED)
    found, stack, said = steps("vae", 2 * SETTLED, record=(faulty := Faulty(what, fault)))
    assert stack.told == f"no CUDA graphs: they give other {what}"
    assert faulty.replays == 1
    for mine, its in zip((*found, *said), (*expected, *by_python), strict=True):
        assert all(torch.equal(mine[key], its[key]) for key in its)


def test_a_stack_that_is_dropped_frees_its_memory(monkeypatch: pytest.MonkeyPatch) -> None:
    """At once, and not when Python looks for garbage: its graphs hold memory of the GPU."""
    monkeypatch.setattr(recorded, "WORTH", 0.0)
    monkeypatch.setattr(stacked_parameters, "ONE_BY_ONE", ())
    traced = Traced()
    gc.disable()
    try:
        _, stack, _ = steps("vae", 2 * SETTLED, record=traced)
        left = weakref.ref(stack)
        del stack, traced.stack
        assert left() is None
    finally:
        gc.enable()


class Toy:
    """A step that adds its input to the state, and can be recorded in several ways."""

    def __init__(self) -> None:
        self.total, self.slow = torch.zeros(2), 1.0
        self.now, self.replays = 0.0, 0
        self.recorded = Recorded(self.record, lambda: None)

    def by_python(self, due: Sequence[int], given: Given) -> Stats:
        self.now += 1.0
        self.total += given.batch["x"]
        return {"loss": self.total.clone()}

    def state(self) -> dict[str, list[Tensor]]:
        return {"parameters": [self.total]}

    def record(self, step: Callable[[], Stats]) -> tuple[Callable[[], object], Stats]:
        assert step.__closure__ is not None
        inputs = next(
            c.cell_contents for c in step.__closure__ if isinstance(c.cell_contents, Given)
        )
        stats = {"loss": torch.zeros(2)}

        def replay() -> None:
            self.now += self.slow
            self.replays += 1
            self.total += self.reads(inputs)
            stats["loss"].copy_(self.total)

        return replay, stats

    def reads(self, inputs: Given) -> Tensor:
        return inputs.batch["x"]

    def take(self, n: int) -> list[Stats]:
        """Take steps, each with an input of its own; return the statistics."""
        inputs = [torch.tensor([i + 1.0, -i]) for i in range(n)]
        return [self.recorded(self, [0], Given({"x": x}, {}, {})) for x in inputs]


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Callable[[Toy], Toy]:
    def of(toy: Toy) -> Toy:
        monkeypatch.setattr(recorded.time, "perf_counter", lambda: toy.now)
        return toy

    return of


def right(said: list[Stats]) -> bool:
    sums = torch.stack([each["loss"] for each in said])
    n = torch.arange(len(said)) + 1.0
    return torch.equal(sums, torch.stack([n * (n + 1) / 2, -n * (n - 1) / 2], 1))


def test_a_graph_that_is_faster_goes_on(clock: Callable[[Toy], Toy]) -> None:
    toy = clock(Toy())
    toy.slow = 0.25
    assert right(toy.take(40))  # also that no later step changes what an earlier one said
    assert toy.replays == 40 - SETTLED + 1 + recorded.TIMED
    assert toy.recorded.told == (
        "a step of the stack by Python and as a CUDA graph: 1e+03 and 250 ms"
    )


def test_one_that_is_not_does_not(clock: Callable[[Toy], Toy]) -> None:
    toy = clock(Toy())
    assert right(toy.take(40))
    assert toy.replays == 1 + recorded.TIMED  # one was compared
    (kind,) = toy.recorded._kinds.values()
    assert kind.replay is None  # its memory is free
    assert kind.inputs is None


def test_what_a_graph_has_kept_of_python_is_found(clock: Callable[[Toy], Toy]) -> None:
    toy = clock(Toy())
    kept: list[Tensor] = []

    def reads(inputs: Given) -> Tensor:
        kept.append(inputs.batch["x"].clone())
        return kept[0] + 5.0

    toy.reads = reads  # type: ignore[method-assign]
    assert right(toy.take(40))
    assert toy.replays == 1
    assert toy.recorded.told == "no CUDA graphs: they give other loss, parameters"


def test_what_cannot_be_recorded_is_left_to_python(clock: Callable[[Toy], Toy]) -> None:
    toy = clock(Toy())

    def fails(step: Callable[[], Stats]) -> Any:
        raise RuntimeError("operation not permitted when stream is capturing\nand more")

    toy.recorded._record = fails
    assert right(toy.take(40))
    assert toy.recorded.told == (
        "no CUDA graphs: RuntimeError: operation not permitted when stream is capturing"
    )


def test_graphs_are_recorded_anew_when_memory_is_elsewhere(clock: Callable[[Toy], Toy]) -> None:
    toy = clock(Toy())
    toy.slow = 0.25
    first = toy.take(20)
    assert right(first)
    began = toy.replays
    toy.total = toy.total.clone()
    other = Given({"x": torch.ones(2)}, {}, {"kl_weight": torch.ones(2)})
    toy.recorded(toy, [0], other)  # another kind of step, which Python takes
    toy.total -= 1.0
    before = toy.total.clone()
    toy.recorded(toy, [0], Given({"x": torch.ones(2)}, {}, {}))
    assert torch.equal(toy.total, before + 1.0)
    assert toy.replays == began
