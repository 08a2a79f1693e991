"""Affine maps of the image plane, parametrised by gamma in three ways.

Sources: VITAE, supplement, equations (1)-(3), and its released code (SkafteNicki/unsuper,
``unsuper/helper/spatial_transformer.py``) for the inverses.
"""

import torch
import torch.nn.functional as F
from torch import Tensor

from models.choices import ExponentialName, InverseMode
from models.transformers.base import Transformer
from models.transformers.exponential import flow_in_closed_form


class Affine(Transformer):
    """A free 2x3 matrix, row by row (equation 1).

    At gamma = 0 all pixels read the centre, and there is no inverse. A new decoder of gamma ends in
    torch's default biases, so training starts near that point, not at it: the maps magnify greatly,
    their inverses shrink the image to a few pixels. A map whose determinant is exactly 0 has a
    non-finite exact inverse, the loss is then NaN, and the trial has diverged.

    Args:
        inverse: how ``inverse_matrix`` inverts. ``published`` is ``(A^-1, -b)`` for ``(A, b)``,
            which is wrong in the translation. ``released`` inverts the first four of the six
            numbers as if they were A, and negates the last two as if they were b; read row by row
            as 2x3 the four are ``A_11, A_12, b_1, A_21``, so that neither is inverted.
        identity_offset: add the identity's parameters to gamma, so that gamma = 0 is the identity.
    """

    dim = 6
    identity = (1.0, 0.0, 0.0, 0.0, 1.0, 0.0)
    offset: Tensor

    def __init__(self, inverse: InverseMode = "exact", identity_offset: bool = False) -> None:
        super().__init__()
        self.inverse = inverse
        offset = torch.tensor(self.identity) * identity_offset
        self.register_buffer("offset", offset, persistent=False)

    def matrix(self, gamma: Tensor) -> Tensor:
        """Return the 2x3 matrices ``[B, 2, 3]`` of ``T_gamma`` for gamma ``[B, 6]``."""
        return torch.unflatten(gamma + self.offset, 1, (2, 3))

    def inverse_matrix(self, gamma: Tensor) -> Tensor:
        """Return the 2x3 matrices ``[B, 2, 3]`` of the inverse of ``T_gamma`` (see ``inverse``)."""
        if self.inverse == "published":
            return self._published_inverse(gamma)
        if self.inverse == "released":
            return self._released_inverse(gamma)
        return invert(self.matrix(gamma))

    def _published_inverse(self, gamma: Tensor) -> Tensor:
        matrix = self.matrix(gamma)
        return torch.cat([invert(matrix)[:, :, :2], -matrix[:, :, 2:]], 2)

    def _released_inverse(self, gamma: Tensor) -> Tensor:
        numbers = gamma + self.offset
        four = _inverse_2x2(torch.unflatten(numbers[:, :4], 1, (2, 2))).flatten(1)
        return torch.unflatten(torch.cat([four, -numbers[:, 4:]], 1), 1, (2, 3))

    def points(self, gamma: Tensor, points: Tensor, inverse: bool = False) -> Tensor:
        """Map points ``[N, 2]`` to ``[B, N, 2]`` (see :class:`Transformer`)."""
        matrix = self.inverse_matrix(gamma) if inverse else self.matrix(gamma)
        # One product of [2B, 3] and [3, N], read through a transposed view, is several times as
        # fast as B products of [N, 2] and [2, 2].
        return (matrix @ F.pad(points, (0, 1), value=1.0).mT).mT


class AffineDecomp(Affine):
    """Rotation, shear, scales, translation: ``R(angle) Shear(m) diag(sx, sy) u + t`` (equation 2).

    Gamma is ``[sx, sy, angle, m, tx, ty]``, angle in radians. At gamma = 0 all pixels read the
    centre, as for :class:`Affine`. ``published`` inverts the parameters one by one (reciprocal
    scales, the rest negated) and composes them in the same order, which is not the inverse map.
    ``released`` does so in place: a forward map after it has the inverted parameters, too.
    """

    identity = (1.0, 1.0, 0.0, 0.0, 0.0, 0.0)

    def matrix(self, gamma: Tensor) -> Tensor:
        """Return the 2x3 matrices ``[B, 2, 3]`` of ``T_gamma`` for gamma ``[B, 6]``."""
        return _compose(gamma + self.offset)

    def after_inverse(self, gamma: Tensor) -> Tensor:
        """Return gamma ``[B, 6]``, or with ``released`` the gamma that the inverse left there."""
        return self._inverted(gamma) - self.offset if self.inverse == "released" else gamma

    def _published_inverse(self, gamma: Tensor) -> Tensor:
        return _compose(self._inverted(gamma))

    def _released_inverse(self, gamma: Tensor) -> Tensor:
        return self._published_inverse(gamma)

    def _inverted(self, gamma: Tensor) -> Tensor:
        """Return the parameters ``[B, 6]`` inverted one by one."""
        parameters = gamma + self.offset
        return torch.cat([parameters[:, :2].reciprocal(), -parameters[:, 2:]], 1)


class AffineDiffeo(Affine):
    """The flow of an affine velocity: ``expm`` of the 3x3 matrix with a zero last row (equation 3).

    At gamma = 0 this is the identity, so an identity offset changes nothing. The determinant is
    ``exp(gamma_11 + gamma_22) > 0``, and the inverse is the map of ``-gamma``, exactly: all ways
    to invert are one.

    Args:
        inverse: see :class:`Affine`; makes no difference.
        identity_offset: see :class:`Affine`; makes no difference.
        exponential: ``series`` is ``torch.linalg.matrix_exp``; ``closed_form`` is the formula of
            :mod:`models.transformers.exponential`, which is not finite where ``A`` is singular.
    """

    identity = (0.0,) * 6

    def __init__(
        self,
        inverse: InverseMode = "exact",
        identity_offset: bool = False,
        exponential: ExponentialName = "series",
    ) -> None:
        super().__init__(inverse, identity_offset)
        self.exponential = exponential

    def matrix(self, gamma: Tensor) -> Tensor:
        """Return the 2x3 matrices ``[B, 2, 3]`` of ``T_gamma`` for gamma ``[B, 6]``."""
        if self.exponential == "closed_form":
            return flow_in_closed_form(torch.unflatten(gamma, 1, (2, 3)))
        velocity = F.pad(torch.unflatten(gamma, 1, (2, 3)), (0, 0, 0, 1))
        flow: Tensor = torch.linalg.matrix_exp(velocity)
        return flow[:, :2]

    def inverse_matrix(self, gamma: Tensor) -> Tensor:
        """Return the 2x3 matrices ``[B, 2, 3]`` of the inverse of ``T_gamma``."""
        return self.matrix(-gamma)


AFFINE_TRANSFORMERS: dict[str, type[Affine]] = {
    "affine": Affine,
    "affine_decomp": AffineDecomp,
    "affine_diffeo": AffineDiffeo,
}


def invert(matrix: Tensor) -> Tensor:
    """Return ``(A^-1, -A^-1 b)`` of affine maps ``(A, b)``, ``[B, 2, 3]``.

    By adjugate and determinant: where ``torch.linalg.inv`` would raise for the whole batch, a
    singular ``A`` gives non-finite numbers in its own row alone.
    """
    inverse = _inverse_2x2(matrix[:, :, :2])
    return torch.cat([inverse, -inverse @ matrix[:, :, 2:]], 2)


def _inverse_2x2(matrix: Tensor) -> Tensor:
    """Return the inverses of ``[B, 2, 2]``."""
    a, b, c, d = matrix.flatten(1).unbind(1)
    adjugate = torch.unflatten(torch.stack([d, -b, -c, a], 1), 1, (2, 2))
    return adjugate / (a * d - b * c)[:, None, None]


def _compose(parameters: Tensor) -> Tensor:
    """Return ``(R(angle) Shear(m) diag(sx, sy), t)`` for ``[sx, sy, angle, m, tx, ty]``."""
    sx, sy, angle, m, tx, ty = parameters.unbind(1)
    cos, sin = angle.cos(), angle.sin()
    first_row = [cos * sx, (cos * m - sin) * sy, tx]
    second_row = [sin * sx, (sin * m + cos) * sy, ty]
    return torch.unflatten(torch.stack(first_row + second_row, 1), 1, (2, 3))
