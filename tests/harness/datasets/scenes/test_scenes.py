"""``scenes``: what rays meet is where it should be, and the renderers agree with it."""

from pathlib import Path

import numpy as np
import pytest
import torch

from harness.data.dataset import Dataset
from harness.datasets.scenes.dataset import ScenesOptions
from harness.datasets.scenes.drawn import Lens, depths, flows
from harness.datasets.scenes.layouts import BACKDROP, EYE_HEIGHT, MEAN_STEP, STEP, TURN, layouts
from harness.datasets.scenes.modalities import INTRINSICS
from harness.datasets.scenes.planes import Planes, cast
from models.renderers.rigid import rigid_flow, warped
from models.renderers.rotations import vector_of_rotation

LENS = Lens(32, 48)


@pytest.fixture(scope="module")
def few(tmp_path_factory: pytest.TempPathFactory) -> Dataset:
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("UNBRAID_CACHE", str(tmp_path_factory.mktemp("cache")))
        return ScenesOptions(size=32, n_train=40, n_test=4).load(None)


def test_rays_meet_the_nearest_rectangle_where_it_is() -> None:
    middle = np.array([[[0.0, 0, 5], [1, 0, 3], [0, 0, 2]]])
    across, along = (np.broadcast_to(of, (1, 3, 3)) for of in ([1.0, 0, 0], [0.0, 1, 0]))
    half = np.array([[[np.inf, np.inf], [0.5, 0.5], [-1, -1]]])
    rays = np.array([[[0.0, 0, 1], [0.4, 0.1, 1], [0.1, 0, 1], [0, 0, -1]]])
    met = cast(Planes(middle, across, along, half), np.zeros((1, 3)), rays)
    np.testing.assert_allclose(met.far, [[5, 3, 5, np.inf]])
    np.testing.assert_array_equal(met.which[0, :3], [0, 1, 0])
    np.testing.assert_allclose(met.at[0, 1], [0.2, 0.3])


def test_the_ground_is_as_far_as_the_camera_is_high() -> None:
    depth = depths(layouts("scenes/test", 0, 12), LENS)
    fx, fy, cx, cy = LENS.intrinsics
    assert (fx, cx, cy) == (pytest.approx(38.4), 23.5, 15.5)
    rows = np.arange(LENS.height)
    ground = np.where(rows > cy, EYE_HEIGHT * fy / np.maximum(rows - cy, 0.5), BACKDROP)
    nearest = np.minimum(ground, BACKDROP)[:, None]
    assert (depth[:, 0] <= nearest + 1e-4).all(), "nothing is below it or behind the wall"
    same = np.isclose(depth[:, 0], nearest, rtol=1e-5).mean()
    assert 0.3 < same < 0.95


def test_the_camera_moves_as_it_should_and_scenes_depend_on_their_place_alone() -> None:
    many = layouts("scenes/motion", 0, 600)
    np.testing.assert_allclose(many.step.mean(0), MEAN_STEP, atol=0.04)
    np.testing.assert_allclose(many.step.std(0), STEP, rtol=0.1)
    turns = vector_of_rotation(torch.from_numpy(many.turn)).numpy()
    np.testing.assert_allclose(turns.std(0), TURN, rtol=0.1)
    assert set(many.n_objects.tolist()) == set(range(3, 9))
    part = layouts("scenes/motion", 7, 2)
    np.testing.assert_array_equal(part.step, many.step[7:9])
    np.testing.assert_array_equal(part.paint.phase, many.paint.phase[7:9])


def test_rigid_flow_of_true_depth_and_motion_is_the_flow(few: Dataset) -> None:
    for split in (few.train, few.test):
        given = {k: torch.from_numpy(v.copy()).double() for k, v in split.modalities.items()}
        turn, step = given["motion"][:, :9].reshape(-1, 3, 3), given["motion"][:, 9:]
        camera = torch.from_numpy(few.tables[INTRINSICS]).double()
        flow = rigid_flow(given["depth"], turn, step, camera)
        torch.testing.assert_close(flow, given["flow"], atol=1e-4, rtol=0)
        assert 0.5 < flow.abs().mean() < 5, "pixels"


def test_the_second_frame_moved_back_is_the_first_where_it_is_visible(few: Dataset) -> None:
    frames = torch.from_numpy(few.train.images.copy()).double() / 255
    flow = torch.from_numpy(few.train.modalities["flow"].copy()).double()
    visible = torch.from_numpy(few.train.modalities["visible"].copy()).double()
    seen, inside = warped(frames[:, 3:], flow)
    assert (inside >= visible).all()
    off = ((seen - frames[:, :3]).abs().mean(1, keepdim=True) * visible).sum() / visible.sum()
    unmoved = ((frames[:, 3:] - frames[:, :3]).abs().mean(1, keepdim=True) * visible).sum()
    assert off < 0.45 * unmoved / visible.sum()
    assert 0.6 < visible.mean() < 0.98


def test_memories_are_of_other_scenes(few: Dataset) -> None:
    for split in (few.train, few.test):
        own, others = split.modalities["motion"], split.modalities["unpaired_motion"]
        assert not {tuple(row) for row in own.tolist()} & {tuple(row) for row in others.tolist()}
        assert (split.modalities["unpaired_depth"] > 0.1).all()


def test_a_still_camera_sees_no_flow() -> None:
    scenes = layouts("scenes/still", 0, 3)
    still = type(scenes)(
        scenes.n_objects,
        scenes.planes,
        scenes.paint,
        np.eye(3)[None].repeat(3, 0),
        np.zeros((3, 3)),
    )
    flow, visible = flows(still, LENS)
    np.testing.assert_allclose(flow, 0, atol=1e-9)
    assert visible.mean() > 0.99


def test_the_whole_camera_is_known(few: Dataset, tmp_path: Path) -> None:
    del tmp_path
    assert {k: v.shape for k, v in few.tables.items()} == ScenesOptions(size=32).tables
    assert few.spec.tables[INTRINSICS].dtype == np.float32
