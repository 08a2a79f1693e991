"""Spatial transformers against closed forms, a brute-force warp, and the facts about the published
inverses and the published initialisation.
"""

import math

import pytest
import torch
from torch import Tensor

from models.transformers.affine import (
    AFFINE_TRANSFORMERS,
    Affine,
    AffineDiffeo,
    InverseMode,
    invert,
)
from models.transformers.base import pixel_centres

EVERY = pytest.mark.parametrize("name", AFFINE_TRANSFORMERS)
IDENTITY = torch.eye(2, 3, dtype=torch.float64)


def transformer(name: str, inverse: InverseMode = "exact", identity_offset: bool = False) -> Affine:
    return AFFINE_TRANSFORMERS[name](inverse, identity_offset).double()


def normal(*shape: int, seed: int = 0) -> Tensor:
    generator = torch.Generator().manual_seed(seed)
    return torch.randn(shape, generator=generator, dtype=torch.float64)


def near_identity(name: str, n: int, spread: float = 0.3) -> Tensor:
    return torch.tensor(AFFINE_TRANSFORMERS[name].identity, dtype=torch.float64) + spread * normal(
        n, 6
    )


def homogeneous(matrix: Tensor) -> Tensor:
    last_row = torch.tensor([0.0, 0.0, 1.0], dtype=matrix.dtype).expand(len(matrix), 1, 3)
    return torch.cat([matrix, last_row], 1)


def blobs(size: int) -> Tensor:
    """One smooth image whose content stays inside when it is moved a little."""
    x, y = pixel_centres(torch.empty(size, size, dtype=IDENTITY.dtype)).mT.reshape(2, size, size)
    first = torch.exp(-((x - 0.15).square() + (y + 0.1).square()) / 0.02)
    second = 0.7 * torch.exp(-((x + 0.15).square() + (y - 0.1).square()) / 0.03)
    return (first + second)[None, None]


def test_affine_is_a_matrix_row_by_row() -> None:
    gamma = torch.arange(6, dtype=torch.float64)[None]
    assert transformer("affine").matrix(gamma).tolist() == [[[0, 1, 2], [3, 4, 5]]]
    point = torch.tensor([[10.0, 100.0]], dtype=torch.float64)
    assert transformer("affine").points(gamma, point).tolist() == [[[102, 435]]]


def test_affine_decomp_is_the_product_of_equation_2() -> None:
    sx, sy, angle, m, tx, ty = near_identity("affine_decomp", 1)[0].tolist()
    rotation = [[math.cos(angle), -math.sin(angle)], [math.sin(angle), math.cos(angle)]]
    product = torch.tensor(rotation) @ torch.tensor([[1.0, m], [0.0, 1.0]])
    product = product @ torch.tensor([[sx, 0.0], [0.0, sy]])
    matrix = transformer("affine_decomp").matrix(near_identity("affine_decomp", 1))[0]
    torch.testing.assert_close(matrix[:, :2], product.double(), atol=1e-6, rtol=0)
    assert matrix[:, 2].tolist() == pytest.approx([tx, ty])
    golden = torch.tensor([[2.0, 3.0, math.pi / 2, 0.5, 0.1, 0.2]], dtype=torch.float64)
    expected = torch.tensor([[[0.0, -3.0, 0.1], [2.0, 1.5, 0.2]]], dtype=torch.float64)
    torch.testing.assert_close(transformer("affine_decomp").matrix(golden), expected)


def test_affine_diffeo_in_closed_form() -> None:
    a = 0.7
    rotation = torch.tensor([[0.0, -a, 0.0, a, 0.0, 0.0]], dtype=torch.float64)
    scaling_and_shift = torch.tensor([[a, 0.0, 2.0, 0.0, 0.0, 3.0]], dtype=torch.float64)
    matrix = transformer("affine_diffeo").matrix(torch.cat([rotation, scaling_and_shift]))
    turned = [[math.cos(a), -math.sin(a), 0.0], [math.sin(a), math.cos(a), 0.0]]
    # The flow of x' = a x + 2 from 0 is 2 (exp(a) - 1) / a after unit time.
    scaled = [[math.exp(a), 0.0, 2 * math.expm1(a) / a], [0.0, 1.0, 3.0]]
    torch.testing.assert_close(matrix, torch.tensor([turned, scaled], dtype=torch.float64))


def test_affine_diffeo_inverse_and_determinant() -> None:
    gamma = normal(200, 6)
    diffeo = transformer("affine_diffeo")
    forth, back = homogeneous(diffeo.matrix(gamma)), homogeneous(diffeo.inverse_matrix(gamma))
    eye = torch.eye(3, dtype=torch.float64).expand(200, 3, 3)
    torch.testing.assert_close(forth @ back, eye, atol=1e-11, rtol=0)
    trace = gamma[:, 0] + gamma[:, 4]
    torch.testing.assert_close(torch.linalg.det(forth), trace.exp())
    published = transformer("affine_diffeo", "published")
    assert torch.equal(published.inverse_matrix(gamma), diffeo.inverse_matrix(gamma))


@EVERY
def test_exact_inverse_brings_points_back(name: str) -> None:
    gamma, points = near_identity(name, 100, spread=0.2), normal(50, 2)
    map_ = transformer(name)
    moved = map_.points(gamma, points)
    for i in range(len(gamma)):
        returned = map_.points(gamma[i : i + 1], moved[i], inverse=True)[0]
        torch.testing.assert_close(returned, points, atol=1e-6, rtol=0)


def _published_error(name: str, gamma: Tensor) -> Tensor:
    """Distance of a point from where it returns to, ``[B, N]``."""
    points = 2 * torch.rand(50, 2, dtype=torch.float64, generator=torch.Generator()) - 1
    map_ = transformer(name, "published")
    cycle = homogeneous(map_.inverse_matrix(gamma)) @ homogeneous(map_.matrix(gamma))
    there_and_back = cycle @ homogeneous_points(points)
    return (there_and_back[:, :2] - points.mT).norm(dim=1)


def homogeneous_points(points: Tensor) -> Tensor:
    return torch.cat([points, torch.ones(len(points), 1, dtype=points.dtype)], 1).mT


def test_published_inverse_of_affine_misses_by_the_translation() -> None:
    """``A^-1 (A p + b) - b = p + (A^-1 b - b)``: the same error at every point."""
    gamma = near_identity("affine", 20_000)
    matrix = gamma.reshape(-1, 2, 3)
    b = matrix[:, :, 2:]
    expected = (torch.linalg.solve(matrix[:, :, :2], b) - b).norm(dim=1)
    error = _published_error("affine", gamma)
    torch.testing.assert_close(error, expected.expand_as(error), rtol=1e-6, atol=1e-9)
    # Near-singular A make the error heavy-tailed (means of samples lie around 0.26-0.29), so the
    # median is tested; its standard error at 20,000 draws is about 0.001.
    assert error.median().item() == pytest.approx(0.117, abs=0.005)


def test_published_inverse_of_affine_decomp_is_no_inverse() -> None:
    gamma = near_identity("affine_decomp", 20_000)
    gamma[:, :2] = (gamma[:, :2] - 1).exp()
    error = _published_error("affine_decomp", gamma)
    # Scales exp(0.3 N) keep the mean finite; measured 0.200, standard error about 0.001.
    assert error.mean().item() == pytest.approx(0.20, abs=0.01)
    scales_alone = gamma * torch.tensor([1.0, 1.0, 0.0, 0.0, 0.0, 0.0])
    assert _published_error("affine_decomp", scales_alone).max() < 1e-12


@EVERY
def test_inverting_leaves_gamma_as_it_was(name: str) -> None:
    gamma = near_identity(name, 4)
    before = gamma.clone()
    for mode in ("exact", "published"):
        transformer(name, mode).warp(blobs(8).expand(4, 1, 8, 8), gamma, inverse=True)
        assert torch.equal(gamma, before)


@EVERY
def test_identity_offset_makes_zero_the_identity(name: str) -> None:
    zero = torch.zeros(2, 6, dtype=torch.float64)
    image = torch.rand(2, 3, 5, 9, dtype=torch.float64, generator=torch.Generator())
    map_ = transformer(name, identity_offset=True)
    torch.testing.assert_close(map_.matrix(zero), IDENTITY.expand(2, 2, 3), rtol=0, atol=0)
    torch.testing.assert_close(map_.warp(image, zero), image, rtol=0, atol=1e-14)
    torch.testing.assert_close(map_.warp(image, zero, inverse=True), image, rtol=0, atol=1e-14)


@pytest.mark.parametrize("name", ["affine", "affine_decomp"])
def test_without_offset_zero_sends_every_pixel_to_the_centre(name: str) -> None:
    image = torch.rand(1, 1, 7, 9, dtype=torch.float64, generator=torch.Generator())
    warped = transformer(name).warp(image, torch.zeros(1, 6, dtype=torch.float64))
    torch.testing.assert_close(warped, image[:, :, 3:4, 4:5].expand_as(image), rtol=0, atol=1e-15)


def test_without_offset_zero_is_the_identity_of_the_diffeomorphic_form() -> None:
    zero = torch.zeros(1, 6, dtype=torch.float64)
    assert torch.equal(transformer("affine_diffeo").matrix(zero)[0], IDENTITY)


def test_a_warp_is_a_pull_back_in_pixels() -> None:
    """A shift of the map by one pixel to the right shows the picture one pixel to the left."""
    image = torch.rand(2, 1, 4, 6, dtype=torch.float64, generator=torch.Generator())
    shift = torch.zeros(2, 6, dtype=torch.float64)
    shift[0, 2] = 2 / 5
    shift[1, 5] = 2 / 3
    warped = transformer("affine", identity_offset=True).warp(image, shift)
    left, up = torch.zeros_like(image[0]), torch.zeros_like(image[1])
    left[:, :, :-1] = image[0, :, :, 1:]
    up[:, :-1] = image[1, :, 1:]
    torch.testing.assert_close(warped, torch.stack([left, up]), atol=1e-12, rtol=0)


def test_warp_agrees_with_bilinear_interpolation_by_hand() -> None:
    image = torch.rand(1, 1, 5, 7, dtype=torch.float64, generator=torch.Generator())
    gamma = near_identity("affine", 1)
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
    torch.testing.assert_close(transformer("affine").warp(image, gamma), expected)


@EVERY
def test_warping_and_unwarping_a_smooth_image(name: str) -> None:
    gamma = near_identity(name, 10, spread=0.1)
    image = blobs(128).expand(10, 1, 128, 128)
    map_ = transformer(name)
    returned = map_.warp(map_.warp(image, gamma), gamma, inverse=True)
    # Two bilinear interpolations in two dimensions, each wrong by up to h^2 / 8 * |f''|, with
    # h = 2 / 127 and |f''| up to 2 / 0.02.
    assert (returned - image).abs().max() < 4 * (2 / 127) ** 2 / 8 * (2 / 0.02)
    assert (map_.warp(image, gamma) - image).abs().max() > 0.1


def test_a_singular_matrix_spoils_its_own_image_only() -> None:
    gamma = near_identity("affine", 3, spread=0.1)
    gamma[1] = torch.tensor([1.0, 2.0, 0.0, 2.0, 4.0, 0.0])
    inverse = invert(gamma.reshape(3, 2, 3))
    assert inverse.isfinite().all((1, 2)).tolist() == [True, False, True]
    image = torch.ones(3, 1, 4, 4, dtype=torch.float64)
    unwarped = transformer("affine").warp(image, gamma, inverse=True)
    assert unwarped.isnan().all((1, 2, 3)).tolist() == [False, True, False]
    assert unwarped.isnan().any((1, 2, 3)).tolist() == [False, True, False]


@pytest.mark.parametrize("padding", ["zeros", "border"])
def test_an_overflowing_flow_is_no_picture(padding: str) -> None:
    diffeo, gamma = AffineDiffeo(), torch.full((1, 6), 1000.0)
    diffeo.padding = padding
    assert diffeo.warp(torch.ones(1, 1, 4, 4), gamma).isnan().all()


@EVERY
@pytest.mark.parametrize("inverse", [False, True])
def test_gradients_of_points(name: str, inverse: bool) -> None:
    gamma = near_identity(name, 2).requires_grad_()
    points = normal(3, 2)
    map_ = transformer(name)
    assert torch.autograd.gradcheck(lambda g: map_.points(g, points, inverse), gamma)
