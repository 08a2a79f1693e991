"""A still scene before a moving camera: flows in closed form, warps that are the identity."""

import torch
from torch import Tensor
from torch.func import grad, vmap

from models.renderers.rigid import angle_field, back_projected, rigid_flow, warped
from models.renderers.rotations import rotation_of_vector

HEIGHT, WIDTH = 6, 8
K = torch.tensor([7.0, 6.0, 3.5, 2.5], dtype=torch.float64)
STILL = torch.eye(3).double()[None], torch.zeros(1, 3).double()


def drawn(*shape: int) -> Tensor:
    return torch.rand(shape, generator=torch.Generator().manual_seed(1), dtype=torch.float64)


def test_the_middle_is_seen_straight_ahead_and_the_edge_at_45_degrees() -> None:
    field = angle_field(torch.tensor([3.5, 2.5, 3.5, 2.5]).double(), HEIGHT, WIDTH)
    assert field.shape == (2, HEIGHT, WIDTH)
    torch.testing.assert_close(field[0, :, -1], torch.full((HEIGHT,), torch.pi / 4).double())
    torch.testing.assert_close(field[1, 0], torch.full((WIDTH,), -torch.pi / 4).double())
    torch.testing.assert_close(field[0].sum(), torch.tensor(0.0).double(), atol=1e-12, rtol=0)


def test_points_of_a_depth_map_are_seen_where_they_were() -> None:
    depth = 1 + drawn(2, 1, HEIGHT, WIDTH)
    points = back_projected(depth, K)
    torch.testing.assert_close(points[:, 2:], depth)
    x = K[0] * points[:, 0] / points[:, 2] + K[2]
    torch.testing.assert_close(x, torch.arange(WIDTH).double().expand(2, HEIGHT, WIDTH))


def test_a_wall_that_moves_aside_moves_by_focal_length_over_depth() -> None:
    depth = torch.full((1, 1, HEIGHT, WIDTH), 4.0).double()
    flow = rigid_flow(depth, STILL[0], torch.tensor([[0.8, -0.4, 0.0]]).double(), K)
    torch.testing.assert_close(flow[:, 0], torch.full((1, HEIGHT, WIDTH), 1.4).double())
    torch.testing.assert_close(flow[:, 1], torch.full((1, HEIGHT, WIDTH), -0.6).double())


def test_a_wall_that_comes_nearer_grows_around_the_middle() -> None:
    depth = torch.full((1, 1, HEIGHT, WIDTH), 4.0).double()
    flow = rigid_flow(depth, STILL[0], torch.tensor([[0.0, 0.0, -2.0]]).double(), K)
    torch.testing.assert_close(flow[0, 0, 0], torch.arange(WIDTH).double() - 3.5)


def test_a_turn_moves_pixels_alike_at_every_depth() -> None:
    turn = rotation_of_vector(torch.tensor([[0.02, -0.03, 0.01]]).double())
    flows = [
        rigid_flow(depth * torch.ones(1, 1, HEIGHT, WIDTH).double(), turn, STILL[1], K)
        for depth in (1.0, 30.0)
    ]
    torch.testing.assert_close(*flows)
    assert flows[0].abs().min() > 1e-3


def test_no_motion_is_no_flow_and_a_warp_by_it_is_the_identity() -> None:
    image, depth = drawn(2, 3, HEIGHT, WIDTH), 1 + drawn(2, 1, HEIGHT, WIDTH)
    flow = rigid_flow(depth, *(each.expand(2, *each.shape[1:]) for each in STILL), K)
    torch.testing.assert_close(flow, torch.zeros_like(flow), atol=1e-12, rtol=0)
    seen, inside = warped(image, torch.zeros_like(flow))
    torch.testing.assert_close(seen, image)
    assert inside.shape == (2, 1, HEIGHT, WIDTH)
    assert inside.all()


def test_a_warp_by_whole_and_half_pixels() -> None:
    image = drawn(1, 1, HEIGHT, WIDTH)
    flow = torch.zeros(1, 2, HEIGHT, WIDTH).double()
    flow[:, 0] = 1.0
    seen, inside = warped(image, flow)
    torch.testing.assert_close(seen[..., :-1], image[..., 1:])
    assert not inside[..., -1].any()
    assert inside[..., :-1].all()
    flow[:, 0] = 0.0
    flow[:, 1] = 0.5
    seen, _ = warped(image, flow)
    torch.testing.assert_close(seen[..., :-1, :], (image[..., :-1, :] + image[..., 1:, :]) / 2)


def test_trials_stack_and_gradients_reach_the_flow() -> None:
    image, flow = drawn(3, 1, 2, HEIGHT, WIDTH), drawn(3, 1, 2, HEIGHT, WIDTH)

    def brightness(flow: Tensor, image: Tensor) -> Tensor:
        return warped(image, flow)[0].square().sum()

    together = vmap(grad(brightness))(flow, image)
    alone = torch.stack([grad(brightness)(*each) for each in zip(flow, image, strict=True)])
    torch.testing.assert_close(together, alone)
    assert together.abs().max() > 0.01
