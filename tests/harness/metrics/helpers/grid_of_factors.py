"""Codes and factors whose scores the reference library was measured on: sizes of dSprites."""

from collections.abc import Callable

import numpy as np

SIZES = np.array([3, 6, 40, 32, 32])
TURN = np.linalg.qr(np.random.RandomState(7).randn(5, 5))[0]

Encode = Callable[[np.ndarray], np.ndarray]


def ident(factors: np.ndarray) -> np.ndarray:
    """The factors themselves, in [-0.5, 0.5]."""
    return factors / (SIZES - 1) - 0.5


def rot(factors: np.ndarray) -> np.ndarray:
    """The same in other axes."""
    return ident(factors) @ TURN


CODES: dict[str, Encode] = {"ident": ident, "rot": rot}


def legacy() -> np.random.RandomState:
    """The generator that the numbers were measured with."""
    return np.random.RandomState(0)


def sample(n: int, rng: np.random.RandomState) -> np.ndarray:
    """Factors ``[n, 5]``, drawn in the reference's order."""
    return np.stack([rng.randint(size, size=n) for size in SIZES], 1)


def parts(encode: Encode, n_train: int, n_test: int) -> tuple[np.ndarray, ...]:
    """Codes and factors to learn from, and to test on, drawn 16 at a time."""
    rng = legacy()
    found: list[np.ndarray] = []
    for n in (n_train, n_test):
        sizes = [16] * (n // 16) + ([n % 16] if n % 16 else [])
        factors = np.concatenate([sample(size, rng) for size in sizes])
        found += [encode(factors), factors]
    return tuple(found)
