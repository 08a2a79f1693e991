"""The form of one shoe: surfaces of its upper, insole, sole and heel, as points in space.

Lengths are in those of the foot; x leads from the heel, at 0, to the tip of the toes, at 1, y up
from the ground and z to the viewer, who looks at the shoe's side.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from scipy.interpolate import PchipInterpolator

SNEAKER, HIGH_TOP, LOAFER, PUMP, BOOT = range(5)

_BACK_AT = (0.0, 0.3, 0.7, 1.0)
_BLOCK = 0.14  # half the length of a heel


@dataclass(frozen=True)
class Shoe:
    """A shoe's measures.

    Attributes:
        kind: a number of ``factors.KINDS``.
        heel: by how much the heel is higher than the ball.
        toe: 0 for round toes, 1 for pointed ones.
        collar: height of the opening at the back.
        sole: thickness of the sole.
    """

    kind: int
    heel: float
    toe: float
    collar: float
    sole: float

    @classmethod
    def of(cls, factors: Mapping[str, np.ndarray], row: int) -> "Shoe":
        """Return the shoe of one row of the factors."""
        kind = int(factors["kind"][row])
        heel, toe, collar, sole = (
            float(factors[name][row]) for name in ("heel", "toe", "collar", "sole")
        )
        low, high = (
            np.array([0.0, 0.0, 0.04, 0.2, 0.03])[kind],
            np.array([0.05, 0.04, 0.1, 0.36, 0.2])[kind],
        )
        least, most = (
            np.array([0.2, 0.4, 0.18, 0.17, 0.62])[kind],
            np.array([0.29, 0.55, 0.25, 0.24, 1.0])[kind],
        )
        thin, thick = (
            np.array([0.05, 0.04, 0.02, 0.012, 0.025])[kind],
            np.array([0.13, 0.09, 0.04, 0.03, 0.06])[kind],
        )
        return cls(
            kind,
            low + (high - low) * heel,
            toe,
            least + (most - least) * collar,
            thin + (thick - thin) * sole,
        )

    @property
    def laced(self) -> bool:
        """Whether there are laces."""
        return self.kind in (SNEAKER, HIGH_TOP)

    @property
    def on_a_block(self) -> bool:
        """Whether the heel is a body of its own, and not a part of the sole."""
        return self.kind in (LOAFER, PUMP, BOOT)

    @cached_property
    def _throat(self) -> tuple[float, float]:
        """Where the foremost point of the opening is, x and height."""
        return {
            SNEAKER: (0.46, 0.27),
            HIGH_TOP: (0.40, 0.92 * self.collar),
            LOAFER: (0.56, 0.19),
            PUMP: (0.76, 0.1),
            BOOT: (0.37, self.collar),
        }[self.kind]

    @cached_property
    def _topline(self) -> PchipInterpolator:
        """Height of the opening by x."""
        x, height = self._throat
        side = {SNEAKER: 0.8, HIGH_TOP: 0.9, LOAFER: 0.72, PUMP: 0.62, BOOT: 0.97}[self.kind]
        middle = min(side * self.collar, height + 0.3 * self.collar)
        return PchipInterpolator(
            [-0.2, 0.0, 0.45 * x, x, 1.2], [self.collar] * 2 + [middle] + [height] * 2
        )

    @cached_property
    def _front(self) -> PchipInterpolator:
        """Where the front is, x by the height as a share of the opening's."""
        x, height = self._throat
        box = (0.125 - 0.03 * self.toe) / height  # of the toes
        if self.kind == PUMP:
            return PchipInterpolator([0, 0.3, 0.7, 1], [1.0, 0.99, 0.9, x])
        if self.kind in (HIGH_TOP, BOOT):
            ankle = 0.3 / height
            return PchipInterpolator(
                [0, 0.4 * box, box, (box + ankle) / 2, ankle, 1.0],
                [0.985, 1.0, 0.9, 0.62, x + 0.07, x],
            )
        return PchipInterpolator(
            [0, 0.4 * box, box, (1 + box) / 2, 1.0], [0.985, 1.0, 0.9, 0.68, x]
        )

    @cached_property
    def _back(self) -> PchipInterpolator:
        lean = 0.05 if self.kind == BOOT else 0.03
        return PchipInterpolator(_BACK_AT, [0.02, 0.0, lean, lean + 0.01])

    def upper(self, h: np.ndarray, a: np.ndarray) -> np.ndarray:
        """Return points of the upper, ``[..., 3]``.

        Args:
            h: share of the height of the opening, 0 at the sole and 1 at the rim.
            a: the way around, radians: 0 at the toes, pi / 2 at the viewer's side.
        """
        x, along = self._at(h, a)
        z = self._half_width(h, along) * np.sign(np.sin(a)) * self._round(a)
        y = h * self._topline(x) + self.lift(x)
        return np.stack([x, y, z], axis=-1)

    def around(self, h: np.ndarray, x: np.ndarray) -> np.ndarray:
        """Return the way around on the viewer's side at which the upper is at ``x``; nan if not."""
        front, back = self._front(h), self._back(h)
        cosine = (x - (front + back) / 2) / ((front - back) / 2)
        return np.where(np.abs(cosine) < 1, np.arccos(np.clip(cosine, -1, 1)), np.nan)

    def bottom(self, v: np.ndarray, a: np.ndarray) -> np.ndarray:
        """Return points of the sole's side; ``v`` is 0 at its upper edge and 1 at its lower."""
        edge = self.upper(np.zeros_like(a), a)
        wide = 1.0 + (0.07 if self.sole > 0.03 else 0.02)
        x = 0.5 + (edge[..., 0] - 0.5) * (1 + 0.1 * (wide - 1))
        lower = self.lift(x) if self.on_a_block else 0.0 * x
        y = (1 - v) * (self.lift(x) + 0.012) + v * (lower - self.sole)
        y = y + 0.05 * v * np.maximum(x - 0.82, 0)  # its tip is off the ground
        return np.stack([x, y, edge[..., 2] * wide], axis=-1)

    def inside(self, r: np.ndarray, a: np.ndarray) -> np.ndarray:
        """Return points of the insole; ``r`` is 0 in its middle and 1 at its edge."""
        edge = self.upper(np.zeros_like(a), a)
        x = 0.5 + (edge[..., 0] - 0.5) * r
        return np.stack([x, self.lift(x) + 0.015, edge[..., 2] * r], axis=-1)

    def block(self, v: np.ndarray, a: np.ndarray) -> np.ndarray:
        """Return points of the heel's side; ``v`` is 0 at the sole and 1 on the ground."""
        thin = 1 - 0.75 * np.clip(self.heel / 0.3, 0, 1) if self.kind == PUMP else 0.88
        share = 1 - (1 - thin) * np.sqrt(v)
        middle = _BLOCK + 0.02 - 0.05 * v * (1 - thin)
        x = middle + _BLOCK * share * np.cos(a)
        top = self.lift(x) - self.sole + 0.02  # inside of it
        return np.stack([x, (1 - v) * top - v * self.sole, 0.088 * share * np.sin(a)], axis=-1)

    def lift(self, x: np.ndarray) -> np.ndarray:
        """Return how far above the ball the sole is."""
        t = np.clip((0.72 - x) / 0.5, 0, 1)
        return np.asarray(self.heel * t * t * (3 - 2 * t) + 0.12 * np.maximum(x - 0.75, 0) ** 2)

    def _at(self, h: np.ndarray, a: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        front, back = self._front(h), self._back(h)
        along = (1 + np.cos(a)) / 2
        return back + (front - back) * along, along

    def _round(self, a: np.ndarray) -> np.ndarray:
        """Return the outline's relative width around a slice: blunter or more pointed in front."""
        power = np.where(np.cos(a) > 0, 0.62 + 0.55 * self.toe * np.maximum(np.cos(a), 0), 0.8)
        return np.asarray(np.abs(np.sin(a)) ** power)

    def _half_width(self, h: np.ndarray, along: np.ndarray) -> np.ndarray:
        ball = 0.115 + 0.055 * np.exp(-(((along - 0.68) / 0.28) ** 2))
        leg = np.clip(h * self._throat[1] / 0.3, 0, 1)
        return np.asarray(ball * (1 - 0.3 * leg))
