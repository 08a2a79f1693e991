"""Random numbers that are a function of a key and an image's index alone."""

import hashlib

import numpy as np

_WORDS_PER_COUNT = 4  # Philox4x64 makes four 64-bit words of each value of its counter


def uniforms(key: str, n: int, width: int, start: int = 0) -> np.ndarray:
    """Return uniform draws in (0, 1) for the images ``start .. start + n - 1`` of a stream.

    A row is a function of ``key`` and the image's index alone. The raw words of Philox are used
    because numpy promises them, unlike ``Generator``'s distributions, never to change.

    Args:
        key: names the stream, such as ``"glyphs/train/0"``.
        n: number of images.
        width: draws an image.
        start: index of the first image.

    Returns:
        ``[n, width]`` float64, never exactly 0 or 1, so that inverse distribution functions apply.
    """
    counts = -(-width // _WORDS_PER_COUNT)
    digest = hashlib.sha256(key.encode()).digest()
    stream = np.random.Philox(key=int.from_bytes(digest[:16], "big"))
    stream.advance(start * counts)
    words = stream.random_raw(n * counts * _WORDS_PER_COUNT).reshape(n, -1)[:, :width]
    return np.asarray(((words >> np.uint64(12)) + 0.5) * 2.0**-52)
