"""The update of a stack's parameters is that of each trial's own optimizer."""

import pytest
import torch

from harness.training import stacked_parameters
from harness.training.stacked_parameters import blocks
from harness.training.torch_private import SGD, Adam, Optimizer

STEPS, K = 6, 3


def parameters(seed: int) -> list[torch.nn.Parameter]:
    rng = torch.Generator().manual_seed(seed)
    shapes = ((4, 3), (5,), (2, 3, 2, 4))
    numbers = [torch.randn(s, generator=rng, dtype=torch.float64) for s in shapes]
    numbers[2] = numbers[2].contiguous(memory_format=torch.channels_last)
    return [torch.nn.Parameter(each) for each in numbers]


def optimizer(kind: str, own: list[torch.nn.Parameter], member: int) -> Optimizer:
    lr = 0.01 * (1 + member)
    return SGD(own, lr=lr) if kind == "sgd" else Adam(own, lr=lr, betas=(0.5, 0.999), fused=True)


@pytest.mark.parametrize("kind", ["adam", "sgd"])
@pytest.mark.parametrize("weights_lie", ["as written", "otherwise"])
def test_a_gradient_that_lies_otherwise_in_memory_is_the_same(kind: str, weights_lie: str) -> None:
    """Torch's fused Adam goes through memory; its plain one goes by the axes."""
    start, *gradients = torch.randn(4, 5, 6, generator=torch.Generator().manual_seed(0))
    as_written, otherwise = torch.nn.Parameter(start.clone()), torch.nn.Parameter(start.clone())
    if weights_lie == "otherwise":
        otherwise.data = start.mT.contiguous().mT
    plain = torch.optim.Adam([as_written], lr=0.1) if kind == "adam" else SGD([as_written], lr=0.1)
    ours = Adam([otherwise], lr=0.1, fused=True) if kind == "adam" else SGD([otherwise], lr=0.1)
    for i, gradient in enumerate(gradients):
        as_written.grad = gradient.clone()
        otherwise.grad = gradient.clone() if i == 1 else gradient.mT.contiguous().mT
        plain.step()
        ours.step()
    torch.testing.assert_close(otherwise, as_written)


@pytest.mark.parametrize("of", ["a part of its rows", "a number for all"])
def test_a_parameter_with_gaps_in_memory_is_trained_as_any_other(of: str) -> None:
    """The fused kernel would go on through what lies between, or behind, its numbers."""
    whole = torch.randn(4, 6, generator=torch.Generator().manual_seed(0))
    start = whole[:, :3] if of == "a part of its rows" else whole[:1, :1].expand(4, 3)
    ours, plain = torch.nn.Parameter(start), torch.nn.Parameter(start.clone())
    optimizers = Adam([ours], lr=0.1, fused=True), torch.optim.Adam([plain], lr=0.1)
    gradient = torch.randn(4, 3, generator=torch.Generator().manual_seed(1))
    for _ in range(3):
        for parameter, each in zip((ours, plain), optimizers, strict=True):
            parameter.grad = gradient.clone()
            each.step()
    torch.testing.assert_close(ours, plain)


@pytest.mark.parametrize("kind", ["adam", "adam of each", "sgd"])
@pytest.mark.parametrize("gated", [False, True])
def test_it_is_torchs_of_each_trial(
    kind: str, gated: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Of a closed gate nothing is updated, and no step counted. Double precision: to 1e-13,
    and to the bit where each trial has its own.
    """
    if kind == "adam":
        monkeypatch.setattr(stacked_parameters, "ONE_BY_ONE", ())
    alone = [parameters(i) for i in range(K)]
    theirs = [optimizer(kind, own, i) for i, own in enumerate(alone)]
    stacked = [torch.stack([own[j].detach() for own in alone]) for j in range(3)]
    stacked[2] = torch.stack([own[2].detach().permute(0, 2, 3, 1) for own in alone])
    stacked[2] = stacked[2].permute(0, 1, 4, 2, 3)  # as they lie in memory
    own = [[torch.nn.Parameter(each[i]) for each in stacked] for i in range(K)]
    (block,) = blocks([optimizer(kind, o, i) for i, o in enumerate(own)], stacked)
    rng = torch.Generator().manual_seed(9)
    for step in range(STEPS):
        gradients = [
            torch.randn(e.shape, generator=rng, dtype=torch.float64) * 0.1 for e in stacked
        ]
        # As of a layer's weights in a stack: in another order in memory.
        lying = gradients[0].mT.contiguous().mT
        assert lying.stride() != gradients[0].stride()
        on = torch.tensor([i != step % K for i in range(K)]) if gated else None
        for i, (adam, mine) in enumerate(zip(theirs, alone, strict=True)):
            if on is None or on[i]:
                for parameter, gradient in zip(mine, gradients, strict=True):
                    parameter.grad = gradient[i].clone()
                adam.step()
        block.update([lying, *gradients[1:]], on)
    near = 0.0 if kind == "adam of each" else 1e-13
    for j, each in enumerate(stacked):
        expected = torch.stack([mine[j].detach() for mine in alone])
        torch.testing.assert_close(each, expected, rtol=near, atol=near)
