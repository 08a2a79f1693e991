"""The flow of a triangle in unit time, and its gradient."""

import torch
import torch.nn.functional as F

from models.transformers.cpab.triangle_flow import UnitTime


def test_a_triangle_in_unit_time_against_its_matrix_exponential() -> None:
    """Value and gradient. Where the norm of A is 3, 9 terms leave (3/4)^9 / 9!, 2e-7, of a quarter
    of the time; the two doublings of the time make that 1e-5 at most."""
    generator = torch.Generator().manual_seed(0)
    velocity = torch.randn(6, 5, 4, generator=generator, dtype=torch.float64)
    ours, by_autograd = UnitTime(velocity), velocity.clone().requires_grad_()
    rows = torch.unflatten(by_autograd, 0, (3, 2)).permute(2, 3, 1, 0)
    flow = torch.matrix_exp(F.pad(rows, (0, 0, 0, 1)))[..., :2, :]
    added = (flow - torch.eye(3, dtype=torch.float64)[:2]).permute(3, 2, 0, 1)
    torch.testing.assert_close(ours.whole, added.detach(), rtol=0, atol=1e-5)
    weights = torch.randn(added.shape, generator=generator, dtype=torch.float64)
    (expected,) = torch.autograd.grad((added * weights).sum(), by_autograd)
    torch.testing.assert_close(ours.gradient(weights), expected, rtol=0, atol=1e-4)
