"""Bicubic resampling against Pillow's."""

import numpy as np
import pytest
import torch
from PIL import Image

from models.renderers.resampling import bicubic, shrunk, weights


@pytest.mark.parametrize(("height", "width"), [(8, 12), (32, 48), (64, 96), (17, 23)])
def test_it_is_pillows(height: int, width: int) -> None:
    """Smaller, the same, larger, and by no whole factor; Pillow computes in float32."""
    image = np.random.default_rng(0).random((32, 48), np.float32)
    theirs = Image.fromarray(image).resize((width, height), Image.Resampling.BICUBIC)
    ours = bicubic(torch.from_numpy(image)[None, None], height, width)
    np.testing.assert_allclose(ours[0, 0].numpy(), np.asarray(theirs), atol=2e-6)


def test_a_constant_stays_and_weights_add_up_to_one() -> None:
    torch.testing.assert_close(shrunk(torch.full((1, 3, 8, 8), 0.3)), torch.full((1, 3, 2, 2), 0.3))
    np.testing.assert_allclose(weights(128, 32).sum(1), 1)


def test_small_images_stay_in_range_and_odd_ones_are_refused() -> None:
    step = (torch.arange(16) >= 8).float().expand(1, 1, 16, 16)
    assert bicubic(step, 4, 4).min() < 0
    assert shrunk(step).min() == 0
    with pytest.raises(ValueError, match=r"10x10.*multiples of 4"):
        shrunk(torch.zeros(1, 1, 10, 10))
