"""The update of a stack's parameters is that of each trial's own optimizer."""

import pytest
import torch

from harness.training.stacked_parameters import blocks
from harness.training.torch_private import SGD, Adam, Optimizer

STEPS, K = 6, 3


def parameters(seed: int) -> list[torch.nn.Parameter]:
    rng = torch.Generator().manual_seed(seed)
    shapes = ((4, 3), (5,))
    return [torch.nn.Parameter(torch.randn(s, generator=rng, dtype=torch.float64)) for s in shapes]


def optimizer(kind: str, own: list[torch.nn.Parameter], member: int) -> Optimizer:
    lr = 0.01 * (1 + member)
    return Adam(own, lr=lr, betas=(0.5, 0.999), fused=True) if kind == "adam" else SGD(own, lr=lr)


@pytest.mark.parametrize("kind", ["adam", "sgd"])
@pytest.mark.parametrize("gated", [False, True])
def test_it_is_torchs_of_each_trial(kind: str, gated: bool) -> None:
    """Of a closed gate nothing is updated, and no step counted. Double precision: to 1e-13."""
    alone = [parameters(i) for i in range(K)]
    theirs = [optimizer(kind, own, i) for i, own in enumerate(alone)]
    stacked = [torch.stack([own[j].detach() for own in alone]) for j in range(2)]
    own = [[torch.nn.Parameter(each[i]) for each in stacked] for i in range(K)]
    (block,) = blocks([optimizer(kind, o, i) for i, o in enumerate(own)], stacked)
    rng = torch.Generator().manual_seed(9)
    for step in range(STEPS):
        gradients = [
            torch.randn(e.shape, generator=rng, dtype=torch.float64) * 0.1 for e in stacked
        ]
        on = torch.tensor([i != step % K for i in range(K)]) if gated else None
        for i, (adam, mine) in enumerate(zip(theirs, alone, strict=True)):
            if on is None or on[i]:
                for parameter, gradient in zip(mine, gradients, strict=True):
                    parameter.grad = gradient[i].clone()
                adam.step()
        block.update([each.clone() for each in gradients], on)
    for j, each in enumerate(stacked):
        expected = torch.stack([mine[j].detach() for mine in alone])
        torch.testing.assert_close(each, expected, rtol=1e-13, atol=1e-13)
