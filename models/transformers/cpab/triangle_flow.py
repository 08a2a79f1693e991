"""Displacements in unit time of points that do not leave their triangle, and their gradient.

The gradient is written by hand: autograd would record some hundred small operations.
"""

import torch
from torch import Tensor

from models.transformers.cpab.segments import invariants, product

TERMS = 9
"""Number of terms of the series of the exponential for a quarter of the time."""

Jet = Tensor
"""``[3, C, B]``: a number, and its derivatives with respect to trace and determinant of A."""


class UnitTime:
    """The displacement of positions ``(x, 1)`` by each triangle's flow in unit time.

    The integral of ``exp(s A)`` over the time is ``a I + b A``, so that the displacement is
    ``a (A | b) + b A (A | b)``.

    Args:
        velocity: ``[6, C, B]``, the columns of ``(A | b)`` one after another.

    Attributes:
        whole: ``[3, 2, C, B]``, the displacement.
        bow: ``[3, 2, C, B]``, that of the middle control point of the path, if the path is taken
            as a parabola through its position at half of the time. It has no gradient.
    """

    def __init__(self, velocity: Tensor) -> None:
        self._columns = columns = torch.unflatten(velocity, 0, (3, 2))
        trace, determinant = invariants(velocity)
        half = _twice(*_quarter(trace, determinant), trace, determinant)
        self._a, self._b = a, b = _twice(*half, trace, determinant)
        self._curved = curved = product(columns, columns)
        self.whole = torch.addcmul(a[0] * columns, b[0], curved)
        in_columns, in_curved = 2 * half[0][0] - a[0] / 2, 2 * half[1][0] - b[0] / 2
        self.bow = torch.addcmul(in_columns * columns, in_curved, curved)

    def gradient(self, at_whole: Tensor) -> Tensor:
        """Return the gradient ``[6, C, B]`` by the velocity, from that by ``whole``."""
        columns, a, b = self._columns, self._a, self._b
        at_a, at_b = (at_whole * columns).sum((0, 1)), (at_whole * self._curved).sum((0, 1))
        trace, determinant = torch.addcmul(at_a * a[1:], at_b, b[1:]).unbind()
        scaled = b[0] * at_whole
        gradient = product(columns[:2].transpose(0, 1), scaled).addcmul_(a[0], at_whole)
        for column, by in zip(columns, scaled, strict=True):
            gradient[:2].addcmul_(column[:, None], by)
        for i in range(2):
            gradient[i, i].add_(trace).addcmul_(determinant, columns[1 - i, 1 - i])
            gradient[i, 1 - i].addcmul_(determinant, columns[1 - i, i], value=-1)
        return torch.flatten(gradient, 0, 1)


def _quarter(trace: Tensor, determinant: Tensor) -> tuple[Jet, Jet]:
    """Return ``a`` and ``b`` of a quarter of the time by the series of the exponential.

    As in :func:`models.transformers.cpab.segments.integral`, but with derivatives.
    """
    time, zero = 1 / 4, torch.zeros_like(trace)
    x, y = trace * time, determinant * time**2
    a = b = one = torch.stack([torch.ones_like(trace), zero, zero])
    scale = 1 / TERMS
    for k in range(TERMS - 1, 1, -1):  # in which b lacks the factor ``scale``
        more = torch.addcmul(a, x, b, value=scale)
        more[1].add_(b[0], alpha=scale * time)
        less = torch.addcmul(one, y, b, value=-scale / k)
        less[2].add_(b[0], alpha=-scale / k * time**2)
        a, b, scale = less, more, 1 / k
    return a * time, b * (time**2 / 2)


def _twice(a: Jet, b: Jet, trace: Tensor, determinant: Tensor) -> tuple[Jet, Jet]:
    """Return ``a`` and ``b`` of twice the time.

    The integral is ``2 E + A E^2`` of this one, E, in which ``A^2 = trace A - determinant I``.
    """
    c, d = torch.addcmul(a, b, trace), b * determinant
    c[1].add_(b[0])
    d[2].add_(b[0])
    return _add(2 * a, d, a + c, -1), _add(_add(2 * b, c, c, 1), b, d, -1)


def _add(to: Jet, first: Jet, second: Jet, sign: int) -> Jet:
    """Add the product of two numbers with this sign, in place."""
    to.addcmul_(first, second[:1], value=sign)
    to[1:].addcmul_(first[:1], second[1:], value=sign)
    return to
