"""Colours of skin, hair and eyes, and mixtures; each ``[N, 3]`` in [0, 1]."""

import numpy as np

_SKIN = ((0.98, 0.85, 0.75), (0.90, 0.70, 0.55), (0.70, 0.48, 0.34), (0.40, 0.26, 0.18))
_HAIR = (
    (0.05, 0.045, 0.05),
    (0.13, 0.085, 0.06),
    (0.33, 0.20, 0.11),
    (0.56, 0.38, 0.19),
    (0.88, 0.73, 0.43),
)
_IRIS = ((0.20, 0.11, 0.06), (0.36, 0.24, 0.11), (0.29, 0.44, 0.30), (0.28, 0.48, 0.70))


def skin(tone: np.ndarray) -> np.ndarray:
    """Return the skin of ``tone`` ``[N]``, 0 the lightest and 1 the darkest."""
    return _along(_SKIN, tone)


def hair(tone: np.ndarray) -> np.ndarray:
    """Return the hair of ``tone`` ``[N]``: 0 is black, then brown, 1 is blond."""
    return _along(_HAIR, tone)


def iris(tone: np.ndarray) -> np.ndarray:
    """Return the iris of ``tone`` ``[N]``, from brown over green to blue."""
    return _along(_IRIS, tone)


def hue(turn: np.ndarray, saturation: float, value: np.ndarray) -> np.ndarray:
    """Return colours of hue ``turn`` ``[N]`` (0 and 1 are red) and brightness ``value`` ``[N]``."""
    wheel = np.abs((turn[:, None] + np.array([0, 2, 1]) / 3) % 1 * 6 - 3) - 1
    return np.asarray(value[:, None] * (1 - saturation + saturation * np.clip(wheel, 0, 1)))


def mixed(a: np.ndarray, b: np.ndarray | tuple[float, ...], share: float) -> np.ndarray:
    """Return ``a`` with a share of ``b`` in it."""
    return np.asarray(a + share * (np.asarray(b) - a))


def _along(palette: tuple[tuple[float, float, float], ...], place: np.ndarray) -> np.ndarray:
    """Return the colours at ``place`` ``[N]`` in [0, 1] between evenly spaced ones."""
    stops = np.linspace(0, 1, len(palette))
    channels = [np.interp(place, stops, channel) for channel in zip(*palette, strict=True)]
    return np.stack(channels, axis=-1)
