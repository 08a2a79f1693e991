"""The exponential of many 2x2 matrices by its power series, in planes of their entries.

By the theorem of Cayley and Hamilton each power of A is a combination of I and A, so that the
series takes two numbers for each matrix.
"""

from collections.abc import Sequence

import torch
from torch import Tensor


def product(first: Tensor, second: Tensor) -> Tensor:
    """Return the columns of the product of A, given by columns ``[2, ...]``, and a matrix."""
    return first[0] * second[:, :1] + first[1] * second[:, 1:]


def integral(
    trace: Tensor,
    determinant: Tensor,
    time: Tensor | float,
    terms: int,
    room: Sequence[Tensor | None] = (None,) * 5,
) -> tuple[Tensor, Tensor]:
    """Return ``a`` and ``b`` of ``a I + b A``, the integral of ``exp(s A)`` over s in [0, time].

    By the first ``terms`` of the power series of the exponential of a 2x2 matrix A, which
    ``A^2 = trace A - determinant I`` reduces to two numbers. All results are in ``room``, if given.
    """
    x, y = torch.mul(trace, time, out=room[0]), torch.mul(determinant, time, out=room[1])
    y = torch.mul(y, time, out=room[1])
    a = b = one = torch.ones((), dtype=x.dtype, device=x.device)
    scale, spare, other = 1 / terms, room[2], room[3]
    for k in range(terms - 1, 1, -1):  # in which b lacks the factor ``scale``
        more = torch.addcmul(a, x, b, value=scale, out=spare)
        a, b = torch.addcmul(one, y, b, value=-scale / k, out=room[4]), more
        scale, spare, other = 1 / k, other, spare
    a, b = torch.mul(a, time, out=room[4]), torch.mul(b, time, out=other)
    return a, torch.mul(b, time / 2, out=other)


def invariants(
    planes: Tensor, room: Sequence[Tensor | None] = (None,) * 2
) -> tuple[Tensor, Tensor]:
    """Return trace and determinant of A from the planes of ``(A | b)``, in ``room`` if given."""
    determinant = torch.mul(planes[0], planes[3], out=room[1])
    determinant = torch.addcmul(determinant, planes[1], planes[2], value=-1, out=room[1])
    return torch.add(planes[0], planes[3], out=room[0]), determinant
