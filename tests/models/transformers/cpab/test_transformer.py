"""CPAB: flows that are known in closed form, the error of their integration, and gradients."""

from functools import cache

import pytest
import torch
import torch.nn.functional as F
from torch import Tensor

from models.transformers.cpab import paths
from models.transformers.cpab.paths import FREE
from models.transformers.cpab.segments import Front, Segments, next_segments
from models.transformers.cpab.transformer import CPAB


def lattice(n: int = 30) -> Tensor:
    """Points in [-1, 1], border included, ``[n * n, 2]``."""
    line = torch.linspace(-1, 1, n, dtype=torch.float64)
    return torch.cartesian_prod(line, line)


def build(*args: object, **options: object) -> CPAB:
    return CPAB(*args, **options).double()


def exact(cpab: CPAB) -> CPAB:
    """The same with the basis in float64, which the buffer rounds."""
    tessellation = cpab.tessellation
    cpab.basis = tessellation.basis(zero_boundary=True, volume_preserving=False)
    return cpab


@cache
def finely(cells: tuple[int, int]) -> Tensor:
    """Where three draws take the lattice, in so many steps that no error is left."""
    cpab = exact(build(cells, steps=3200))
    return cpab.points(draw(cpab, 3), lattice())


def draw(cpab: CPAB, n: int = 4, scale: float = 1.0) -> Tensor:
    generator = torch.Generator().manual_seed(0)
    return scale * torch.randn(n, cpab.dim, generator=generator, dtype=torch.float64)


def test_velocity_is_continuous_across_edges() -> None:
    cpab = exact(build((2, 4)))
    velocity = cpab.velocities(draw(cpab))
    tessellation = cpab.tessellation
    for vertex in range(len(tessellation.vertices)):
        point = torch.cat([tessellation.vertices[vertex], torch.ones(1, dtype=torch.float64)])
        around = (tessellation.triangles == vertex).any(1)
        there = velocity[:, around] @ point
        torch.testing.assert_close(there, there[:, :1].expand_as(there))


def test_zero_is_the_identity() -> None:
    cpab = build((2, 4))
    zero = torch.zeros(1, cpab.dim, dtype=torch.float64)
    torch.testing.assert_close(cpab.points(zero, lattice())[0], lattice())


@pytest.mark.parametrize("steps", [None, 50])
@pytest.mark.parametrize("cells", [(2, 4), (4, 4)])
def test_error_of_the_integration_and_of_the_inverse(
    cells: tuple[int, int], steps: int | None
) -> None:
    """In sides of the image (points here span two), for gamma ~ N(0, 1): measured up to 6e-4 in 240
    draws for the fast integration, and 1e-4 for 50 published steps."""
    cpab = exact(build(cells, steps=steps))
    gamma = draw(cpab, 3)
    there = cpab.points(gamma, lattice())
    assert (there - finely(cells)).abs().max() / 2 < 1e-3
    for g, moved in zip(gamma, there, strict=True):
        back = cpab.points(g[None], moved, inverse=True)[0]
        assert (back - lattice()).abs().max() / 2 < 1e-3
    assert (there - lattice()).abs().max() / 2 > 0.05, "something moved"


def test_points_on_the_border_stay_on_it_but_slide() -> None:
    cpab = exact(build((2, 4)))
    points = lattice()
    moved = cpab.points(draw(cpab), points)
    on_side = points.abs() == 1
    # What an edge that is crossed a little early or late moves the end by; measured 1.3e-6.
    torch.testing.assert_close(moved[:, on_side], points[on_side].expand(4, -1), rtol=0, atol=1e-5)
    left = on_side[:, 0] & ~on_side[:, 1]
    assert (moved[:, left, 1] - points[left, 1]).abs().max() > 0.01


def test_globally_affine_velocity_flows_as_its_exponential() -> None:
    """Without a boundary such a velocity is in the span of the basis, and no step misses."""
    cpab = CPAB((2, 4), zero_boundary=False).double()
    cpab.basis = cpab.tessellation.basis(zero_boundary=False, volume_preserving=False)
    matrix = torch.tensor([[0.2, -0.3, 0.05], [0.1, -0.25, 0.02]], dtype=torch.float64)
    wanted = matrix.expand(32, 2, 3).flatten()
    gamma = wanted @ cpab.basis
    assert (cpab.basis @ gamma - wanted).abs().max() < 1e-13
    unit = (lattice() + 1) / 2
    flow = torch.matrix_exp(F.pad(matrix, (0, 0, 0, 1)))[:2]
    expected = unit @ flow[:, :2].mT + flow[:, 2]
    moved = (cpab.points(gamma[None], lattice())[0] + 1) / 2
    torch.testing.assert_close(moved, expected, rtol=0, atol=1e-12)


def test_tent_velocity_has_its_known_flow() -> None:
    """v = a x up to 1/2, a (1 - x) beyond, a = 0.8: 0.1 flows to 0.22255409, 0.3 to 0.62555920.

    The tent is in the span on two columns of cells whose rows share it: its value is 0 at both
    sides, 0.4 on the middle line, and 0.2 at the centres of the cells."""
    cpab = exact(build((2, 1), steps=4000))
    tessellation = cpab.tessellation
    tent = 0.8 * torch.minimum(tessellation.vertices[:, 0], 1 - tessellation.vertices[:, 0])
    corners = tessellation.vertices[tessellation.triangles]
    homogeneous = torch.cat([corners, torch.ones_like(corners[..., :1])], 2)
    matrices = torch.zeros(8, 2, 3, dtype=torch.float64)
    matrices[:, 0] = torch.linalg.solve(homogeneous, tent[tessellation.triangles])
    gamma = matrices.flatten() @ cpab.basis
    assert (cpab.basis @ gamma - matrices.flatten()).abs().max() < 1e-13
    start = torch.tensor([[0.1, 0.3], [0.3, 0.8]], dtype=torch.float64)
    moved = (cpab.points(gamma[None], 2 * start - 1)[0] + 1) / 2
    expected = torch.tensor([[0.22255409, 0.3], [0.62555920, 0.8]], dtype=torch.float64)
    torch.testing.assert_close(moved, expected, rtol=0, atol=1e-6)


@pytest.mark.parametrize("steps", [None, 20])
def test_gradient_is_that_of_finite_differences(steps: int | None) -> None:
    cpab = exact(build((2, 2), steps=steps))
    gamma = draw(cpab, 1, scale=0.5).requires_grad_()
    # Inner points whose paths stay away from edges by more than the differences.
    points = torch.tensor([[-0.31, -0.77], [0.44, 0.13], [0.62, -0.29]], dtype=torch.float64)
    assert torch.autograd.gradcheck(lambda g: cpab.points(g, points), gamma, atol=1e-4)


def test_gradient_of_points_that_change_triangles() -> None:
    """Against autograd through many published steps; edges are crossed without a jump."""
    gradients = []
    for steps in (None, 800):
        cpab = exact(build((2, 4), steps=steps))
        gamma = draw(cpab, 2).requires_grad_()
        weights = torch.linspace(-1, 1, 1800, dtype=torch.float64).view(900, 2)
        gradients.append(
            torch.autograd.grad((cpab.points(gamma, lattice()) * weights).sum(), gamma)
        )
    size = gradients[1][0].abs().max()
    assert (gradients[0][0] - gradients[1][0]).abs().max() < 0.02 * size


@pytest.mark.parametrize("steps", [None, 20])
def test_both_directions_at_once_are_the_two_of_them(steps: int | None) -> None:
    cpab = build((2, 4), steps=steps)
    gamma, weights = draw(cpab).requires_grad_(), torch.linspace(-1, 1, 7200).view(4, 900, 2)
    there, back = cpab.both_points(gamma, lattice())
    alone = cpab.points(gamma, lattice()), cpab.points(gamma, lattice(), inverse=True)
    torch.testing.assert_close((there, back), alone)
    gradients = [
        torch.autograd.grad((x * weights - 2 * y * weights).sum(), gamma)
        for x, y in ((there, back), alone)
    ]
    torch.testing.assert_close(*gradients)


def test_long_paths_and_their_shortest_segments(monkeypatch: pytest.MonkeyPatch) -> None:
    """Paths through so many small triangles that the least time of later segments is reached.

    Errors are in sides of the image, of which paths move by up to 0.34: against 2000 published
    steps, whose own error is 1e-6, at most 6e-4 and 3e-6 on average were measured. A least time of
    four times as much misses by 5e-3 and 1e-5 on average.
    """
    rounds: list[tuple[float, int]] = []

    def noted(
        at: Tensor, front: Front, opening: Tensor | None, least: float, room: Tensor
    ) -> tuple[Segments, Tensor]:
        segment, turn = next_segments(at, front, opening, least, room)
        rounds.append((least, int((segment.half == least).sum())))
        return segment, turn

    cpab = exact(build((8, 8)))
    gamma = draw(cpab, 2, scale=4)
    with monkeypatch.context() as patched:
        patched.setattr(paths, "next_segments", noted)
        moved = cpab.points(gamma, lattice())
    assert len(rounds) > FREE
    assert [least for least, _ in rounds[:FREE]] == [0.0] * FREE
    assert any(shortest for _, shortest in rounds[FREE:]), "segments of the least time"
    fine = exact(build((8, 8), steps=2000)).points(gamma, lattice())
    error = (moved - fine).abs() / 2
    assert error.max() < 1e-3
    assert error.mean() < 5e-6
    assert (fine - lattice()).abs().max() / 2 > 0.3
