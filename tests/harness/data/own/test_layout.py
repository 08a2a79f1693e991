"""Where the channels are is found where there is no doubt."""

import numpy as np
import pytest

from harness.data.own.layout import Layout, channels_first, find_layout, image_shape
from harness.errors import CorruptFileError, UserError


@pytest.mark.parametrize(
    ("shape", "stated", "layout", "image"),
    [
        ((9, 8, 7), "", "NHW", (1, 8, 7)),
        ((9, 3, 8, 7), "", "NCHW", (3, 8, 7)),
        ((9, 8, 7, 1), "", "NHWC", (1, 8, 7)),
        ((9, 3, 8, 3), "NHWC", "NHWC", (3, 3, 8)),
        ((9, 4, 8, 7), "NCHW", "NCHW", (4, 8, 7)),
    ],
)
def test_the_only_possible_layout_is_found(
    shape: tuple[int, ...], stated: Layout, layout: Layout, image: tuple[int, int, int]
) -> None:
    assert find_layout("it", shape, stated) == layout
    assert image_shape(shape, layout) == image
    assert channels_first(np.zeros(shape), layout).shape == (9, *image)


@pytest.mark.parametrize(
    ("shape", "stated", "said"),
    [
        ((9, 3, 8, 3), "", "channels may come first or last. State which: dataset.layout=NCHW or"),
        ((9, 1, 8, 3), "", "may come first or last"),
        ((9, 4, 8, 7), "", "neither the second nor the last axis is of 1 or 3 channels"),
        ((9, 8, 7), "NCHW", "dataset.layout=NCHW does not fit: it takes 4 axes"),
        ((9,), "", r"images are \[N, H, W\], \[N, C, H, W\] or \[N, H, W, C\]"),
        ((9, 1, 2, 3, 4), "", "images are"),
    ],
)
def test_doubt_is_refused(shape: tuple[int, ...], stated: Layout, said: str) -> None:
    with pytest.raises((UserError, CorruptFileError), match=said):
        find_layout("it", shape, stated)


def test_channels_come_first() -> None:
    last = np.arange(2 * 4 * 5 * 3).reshape(2, 4, 5, 3)
    first = channels_first(last, "NHWC")
    assert all(first[n, c, y, x] == last[n, y, x, c] for n, c, y, x in np.ndindex(2, 3, 4, 5))
