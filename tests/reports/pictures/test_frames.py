"""Depth and flow in a report, and as the pictures that trials keep."""

import numpy as np
import torch

from harness.evaluation.frames import FAR, NEAR, directions, nearness
from reports.layout.grid import lay_out
from reports.layout.profiles import profiles
from reports.pictures.frames import frames
from tests.reports.helpers.synthetic import TRANSFORMS, results
from tests.reports.pictures.test_sections import kept

DEPTH, FLOW = np.full((3, 1, 8, 8), 90, np.uint8), np.full((3, 3, 8, 8), 90, np.uint8)


def test_each_group_has_its_depth_and_its_flow() -> None:
    laid = lay_out(results())
    arrays = kept(depth_true=DEPTH, depth_found=DEPTH, flow_true=FLOW, flow_found=FLOW)
    figure = frames(lambda _: arrays, laid, profiles(laid))
    assert figure is not None
    assert len(figure.data) == len(TRANSFORMS)
    assert figure.svg.count("<image") == 3 + 2 * len(TRANSFORMS)
    assert frames(lambda _: kept(depth_true=DEPTH), laid, profiles(laid)) is None


def test_what_is_nearer_is_brighter() -> None:
    depth = torch.tensor([NEAR / 2, NEAR, (NEAR * FAR) ** 0.5, FAR, 9e9])
    torch.testing.assert_close(nearness(depth), torch.tensor([1, 1, 0.5, 0, 0]))


def test_flow_to_the_right_is_red_and_none_is_white() -> None:
    flow = torch.tensor([[2.0, 0.0], [1.0, 0.0], [0.0, 0.0]])[:, :, None, None]
    colours = directions(flow, torch.full((3,), 2.0))[:, :, 0, 0]
    torch.testing.assert_close(colours, torch.tensor([[1.0, 0, 0], [1, 0.5, 0.5], [1, 1, 1]]))
