"""What VITAE's released code does to invert and to exponentiate, against worked examples."""

import pytest
import torch
from torch import Tensor

from models.transformers.affine import AFFINE_TRANSFORMERS, AffineDiffeo
from models.transformers.base import pixel_centres
from models.transformers.exponential import flow_in_closed_form
from tests.models.transformers.test_affine import normal

CENTRES = pixel_centres(torch.empty(3, 3, dtype=torch.float64))


def rows(*numbers: float) -> Tensor:
    return torch.tensor([numbers], dtype=torch.float64)


def released(name: str, identity_offset: bool = False) -> torch.nn.Module:
    return AFFINE_TRANSFORMERS[name]("released", identity_offset).double()


def series(velocity: Tensor) -> Tensor:
    square = torch.nn.functional.pad(velocity, (0, 0, 0, 1))
    return torch.linalg.matrix_exp(square)[:, :2]


def test_affine_inverts_neither_matrix_nor_shift() -> None:
    """[[2, 1, 3], [1, 5, 7]]: the four numbers are 2, 1, 3, 1, whose 2x2 has determinant -1."""
    gamma = rows(2, 1, 3, 1, 5, 7)
    inverse = released("affine").inverse_matrix(gamma)
    assert inverse.tolist() == [[[-1, 1, 3], [-2, -5, -7]]]
    exact = AFFINE_TRANSFORMERS["affine"]().double().inverse_matrix(gamma)
    assert (inverse - exact).abs().min() > 0.1


def test_affine_leaves_the_forward_map_as_it_is() -> None:
    gamma = rows(2, 1, 3, 1, 5, 7)
    affine = released("affine")
    assert torch.equal(affine.after_inverse(gamma), gamma)
    forth, _ = affine.both_points(gamma, CENTRES)
    assert torch.equal(forth, affine.points(gamma, CENTRES))


@pytest.mark.parametrize("identity_offset", [False, True])
def test_affine_decomp_inverts_in_place_so_that_both_maps_are_one(identity_offset: bool) -> None:
    """Scales 2 and 4, shift (0.5, -0.25): both maps then have scales 1/2 and 1/4, and -shift."""
    gamma = rows(2, 4, 0, 0, 0.5, -0.25)
    map_ = released("affine_decomp", identity_offset)
    gamma = gamma - map_.offset
    expected = torch.tensor([[[0.5, 0, -0.5], [0, 0.25, 0.25]]], dtype=torch.float64)
    torch.testing.assert_close(map_.inverse_matrix(gamma), expected)
    torch.testing.assert_close(map_.matrix(map_.after_inverse(gamma)), expected)
    forth, back = map_.both_points(gamma, CENTRES)
    torch.testing.assert_close(forth, back)
    assert (forth - map_.points(gamma, CENTRES)).abs().max() > 1, "that of gamma is another"


def test_affine_decomp_in_place_as_a_tensor_that_is_written_to() -> None:
    """The same by assignment: angle and shear are negated, and the order of the product stays."""
    gamma = normal(20, 6)
    written = gamma.clone()
    written[:, :2] = 1 / written[:, :2]
    written[:, 2:] = -written[:, 2:]
    map_ = released("affine_decomp")
    torch.testing.assert_close(map_.after_inverse(gamma), written)
    torch.testing.assert_close(map_.inverse_matrix(gamma), map_.matrix(written))


@pytest.mark.parametrize("name", AFFINE_TRANSFORMERS)
def test_what_is_published_or_exact_leaves_gamma(name: str) -> None:
    gamma = normal(4, 6)
    for inverse in ("exact", "published"):
        assert AFFINE_TRANSFORMERS[name](inverse).after_inverse(gamma) is gamma


def test_affine_diffeo_has_a_true_inverse_in_every_mode() -> None:
    gamma = normal(50, 6)
    exact = AffineDiffeo("exact").inverse_matrix(gamma)
    assert torch.equal(AffineDiffeo("released").inverse_matrix(gamma), exact)
    assert torch.equal(AffineDiffeo("released").after_inverse(gamma), gamma)


def test_closed_form_is_the_exponential_of_both_signs() -> None:
    velocity = 2 * normal(2000, 2, 3)
    a, b, _, c, d, _ = velocity.flatten(1).unbind(1)
    discriminant = ((a - d) / 2).square() + b * c
    assert (discriminant > 0).sum() > 500
    assert (discriminant < 0).sum() > 300
    torch.testing.assert_close(
        flow_in_closed_form(velocity), series(velocity), rtol=1e-8, atol=1e-8
    )


@pytest.mark.parametrize(
    "velocity",
    [
        [[0.7, 0.0, 2.0], [0.0, 0.7, 3.0]],  # a multiple of the identity
        [[0.5, 1.0, -1.0], [0.0, 0.5, 0.3]],  # a shear: one eigenvector
        [[2.0, 1.0, 0.4], [-1.0, 0.0, 0.2]],  # the same with all numbers at work
    ],
)
def test_closed_form_in_the_limit_of_equal_eigenvalues(velocity: list[list[float]]) -> None:
    flow = torch.tensor([velocity], dtype=torch.float64, requires_grad=True)
    torch.testing.assert_close(flow_in_closed_form(flow), series(flow))
    (gradient,) = torch.autograd.grad(flow_in_closed_form(flow).sum(), flow)
    assert gradient.isfinite().all()


def test_closed_form_has_the_gradient_of_the_exponential() -> None:
    velocity = normal(8, 2, 3).requires_grad_()
    assert torch.autograd.gradcheck(flow_in_closed_form, velocity)


def test_closed_form_is_not_finite_where_the_matrix_is_singular() -> None:
    """As of the released formula, whose denominator it is: the series has no such place."""
    velocity = torch.zeros(1, 2, 3, dtype=torch.float64)
    assert not flow_in_closed_form(velocity)[:, :, 2].isfinite().any()
    assert series(velocity).isfinite().all()


def test_affine_diffeo_takes_the_form_it_is_given() -> None:
    gamma = normal(50, 6)
    series_, closed = AffineDiffeo(), AffineDiffeo(exponential="closed_form")
    assert not torch.equal(series_.matrix(gamma), closed.matrix(gamma)), "or nothing is chosen"
    torch.testing.assert_close(series_.matrix(gamma), closed.matrix(gamma))
    forth, back = closed.both_points(gamma, CENTRES)
    for i in range(len(gamma)):
        returned = closed.points(gamma[i : i + 1], forth[i], inverse=True)[0]
        torch.testing.assert_close(returned, CENTRES, atol=1e-7, rtol=0)
    assert forth.shape == back.shape
