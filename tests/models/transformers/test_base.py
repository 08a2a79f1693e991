"""Warps as pull-backs: shifts in pixels, bilinear interpolation by hand, and maps that overflow."""

import math

import pytest
import torch

from models.transformers.affine import Affine, AffineDiffeo
from models.transformers.base import pixel_centres


def test_centres_of_the_corner_pixels_are_the_corners_row_by_row() -> None:
    centres = pixel_centres(torch.empty(5, 1, 2, 3))
    assert centres.tolist() == [[-1, -1], [0, -1], [1, -1], [-1, 1], [0, 1], [1, 1]]


def test_a_warp_is_a_pull_back_in_pixels() -> None:
    """A shift of the map by one pixel to the right shows the picture one pixel to the left."""
    image = torch.rand(2, 1, 4, 6, dtype=torch.float64, generator=torch.Generator())
    shift = torch.zeros(2, 6, dtype=torch.float64)
    shift[0, 2] = 2 / 5
    shift[1, 5] = 2 / 3
    warped = Affine(identity_offset=True).double().warp(image, shift)
    left, up = torch.zeros_like(image[0]), torch.zeros_like(image[1])
    left[:, :, :-1] = image[0, :, :, 1:]
    up[:, :-1] = image[1, :, 1:]
    torch.testing.assert_close(warped, torch.stack([left, up]), atol=1e-12, rtol=0)


def test_warp_agrees_with_bilinear_interpolation_by_hand() -> None:
    image = torch.rand(1, 1, 5, 7, dtype=torch.float64, generator=torch.Generator())
    gamma = torch.tensor([[1.1, -0.3, 0.2, 0.25, 0.8, -0.1]], dtype=torch.float64)
    (a, b, tx), (c, d, ty) = gamma.reshape(2, 3).tolist()
    expected = torch.zeros_like(image)
    for row in range(5):
        for column in range(7):
            u, v = 2 * column / 6 - 1, 2 * row / 4 - 1
            x, y = (a * u + b * v + tx + 1) * 3, (c * u + d * v + ty + 1) * 2
            for j in (math.floor(y), math.floor(y) + 1):
                for i in (math.floor(x), math.floor(x) + 1):
                    if 0 <= j < 5 and 0 <= i < 7:
                        weight = (1 - abs(x - i)) * (1 - abs(y - j))
                        expected[0, 0, row, column] += weight * image[0, 0, j, i]
    torch.testing.assert_close(Affine().double().warp(image, gamma), expected)


@pytest.mark.parametrize("padding", ["zeros", "border"])
def test_an_overflowing_flow_is_no_picture(padding: str) -> None:
    diffeo, gamma = AffineDiffeo(), torch.full((1, 6), 1000.0)
    diffeo.padding = padding
    assert diffeo.warp(torch.ones(1, 1, 4, 4), gamma).isnan().all()
