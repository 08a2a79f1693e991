"""The flow of an affine velocity after unit time, in closed form.

VITAE's released code has such a formula (SkafteNicki/unsuper, ``unsuper/helper/expm.py``: a real, a
complex and a limiting case, chosen by the sign of a discriminant). ``ST_AffineDiff`` called it in
one commit (7e83595, October 2018); the next one (8c42371, "expm analytic is somewhat buggy") put a
Padé approximation back, which the review-time release and the last version have, too.
"""

import torch
from torch import Tensor


def flow_in_closed_form(velocity: Tensor) -> Tensor:
    """Return the first two rows of ``expm`` of ``[[A, b], [0, 0]]``.

    With ``h`` half the trace of ``A`` and the discriminant ``D = h^2 - det A``, whose root ``s``
    has the eigenvalues ``h + s`` and ``h - s``,

        expm(A) = e^h (cosh(s) I + sinh(s) / s (A - h I)),

    with cosine and sine of ``sqrt(-D)`` where ``D < 0`` (complex), and 1 and 1 where it is 0 (the
    limit). The translation is ``A^-1 (expm(A) - I) b``.

    As of the released formula, which divides by the same determinant, rounding errors grow as
    ``det A`` goes to 0, where the result is not finite. Both other cases are evaluated for every
    matrix and one is chosen, so that an overflow in the other one makes gradients NaN.

    Args:
        velocity: ``(A, b)``, ``[B, 2, 3]``.

    Returns:
        ``[B, 2, 3]``.
    """
    linear, shift = velocity[:, :, :2], velocity[:, :, 2:]
    a, b, c, d = linear.flatten(1).unbind(1)
    half, determinant = (a + d) / 2, a * d - b * c
    discriminant = ((a - d) / 2).square() + b * c
    limit = discriminant == 0
    root = torch.where(limit, torch.ones_like(a), discriminant.abs()).sqrt()
    one, real = torch.ones_like(root), discriminant > 0
    even = torch.where(limit, one, torch.where(real, root.cosh(), root.cos()))
    odd = torch.where(limit, one, torch.where(real, root.sinh(), root.sin()) / root)
    grown = half.exp()
    eye = torch.eye(2, dtype=velocity.dtype, device=velocity.device)
    traceless = linear - half[:, None, None] * eye
    matrix = (grown * even)[:, None, None] * eye + (grown * odd)[:, None, None] * traceless
    adjugate = torch.unflatten(torch.stack([d, -b, -c, a], 1), 1, (2, 2))
    moved = adjugate @ ((matrix - eye) @ shift) / determinant[:, None, None]
    return torch.cat([matrix, moved], 2)
