import numpy as np
import pytest

from harness.data.dataset import Dataset
from harness.datasets.norb.dataset import TRAINING_INSTANCES, NorbOptions
from harness.datasets.norb.drawn import STEPS, drawn_toys, frames, render
from tests.harness.datasets.helpers.asking import loaded

TOYS = drawn_toys(1)
KNOWN = frames(1)
FEW = NorbOptions(n_train=200, n_test=150)


def frame(elevation: int = 0, azimuth: int = 0, lighting: int = 0) -> int:
    return int(np.ravel_multi_index((elevation, azimuth, lighting), tuple(STEPS.values())))


def drawn(toys: list[int], poses: list[int]) -> np.ndarray:
    """Every toy in every frame, ``[toys, poses, 96, 96]``."""
    images = TOYS.open()(np.repeat(toys, len(poses)), np.tile(poses, len(toys)))
    return images.reshape(len(toys), len(poses), 96, 96)


def load(options: NorbOptions = FEW) -> Dataset:
    return loaded(options, None)


def test_there_are_as_many_as_in_small_norb() -> None:
    assert len(TOYS.of_identity["identity"]) == 50
    assert len(KNOWN["frame"]) == 9 * 18 * 6 == 972
    for name in STEPS:
        assert np.unique(KNOWN[name]).tolist() == list(range(STEPS[name]))
    assert (
        frame(3, 5, 2)
        == KNOWN["frame"][
            (KNOWN["elevation"] == 3) & (KNOWN["azimuth"] == 5) & (KNOWN["lighting"] == 2)
        ]
    )


def test_an_image_depends_on_its_own_factors_alone() -> None:
    toys, poses = np.array([3, 41, 3, 17]), np.array([frame(1, 2, 3), 960, frame(1, 2, 5), 0])
    together = TOYS.open()(toys, poses)
    for k in range(4):
        np.testing.assert_array_equal(TOYS.open()(toys[k:][:1], poses[k:][:1])[0], together[k])
    known = {name: of[toys] for name, of in TOYS.of_identity.items()}
    places = {name: of[poses] for name, of in KNOWN.items()}
    np.testing.assert_array_equal(render({**known, **places}), together)


def test_toys_differ_from_all_others() -> None:
    images = drawn(list(range(50)), [frame(1, 3, 5)]).reshape(50, -1).astype(np.int64)
    squares = (images**2).sum(1)
    apart = squares[:, None] + squares - 2 * images @ images.T + 10**9 * np.eye(50, dtype=np.int64)
    assert apart.min() > 100_000  # about 400 pixels of 9,216 by 16 grey levels


@pytest.mark.parametrize("name", STEPS)
def test_every_step_of_a_pose_changes_the_picture(name: str) -> None:
    poses = [frame(**{name: step}) for step in range(STEPS[name])]
    images = drawn([2, 22, 38], poses).astype(int)
    for k in range(1, STEPS[name]):
        changes = np.abs(images[:, k] - images[:, k - 1]).mean((1, 2))
        assert changes.min() > 0.5, k


def test_lighting_changes_no_outline() -> None:
    """Only the toy is lit: the table around it is the same under all lamps."""
    images = drawn([5, 33], [frame(2, 4, light) for light in range(6)])
    same = (images == images[:, :1]).all(1)
    assert 0.6 < same.mean() < 0.95
    border = np.ones((96, 96), bool)
    border[1:-1, 1:-1] = False
    assert same[:, border].all()


def test_a_lamp_from_one_side_is_the_mirrored_other() -> None:
    """Lightings 0 and 1 mirror each other, and from the front so does a toy that is symmetric."""
    left, right = drawn([40], [frame(0, 0, 0), frame(0, 0, 1)])[0].astype(int)
    # The camera is a degree to the left of the middle, so the mirror is not exact at edges.
    assert np.abs(left - right[:, ::-1]).mean() < 0.7 * np.abs(left - right).mean()


def test_toys_stay_inside_the_image() -> None:
    poses = [frame(e, a, 3) for e in (0, 8) for a in (0, 2, 4)]
    images = drawn(list(range(50)), poses)
    lit = drawn(list(range(50)), [pose + 1 for pose in poses])  # frame + 1 is the next lighting
    changed = images != lit  # where the toy is, and not its shadow
    border = np.ones((96, 96), bool)
    border[1:-1, 1:-1] = False
    assert not changed[..., border].any()
    assert changed.mean((2, 3)).min() > 0.02


def test_the_right_camera_sees_a_little_more_of_one_side() -> None:
    pairs = drawn_toys(2)
    left = np.flatnonzero((pairs.of_frame["camera"] == 0) & (pairs.of_frame["lighting"] == 5))[:40]
    toys = np.full(40, 12)
    one, other = pairs.open()(toys, left), pairs.open()(toys, left + 1)
    np.testing.assert_array_equal(pairs.of_frame["camera"][left + 1], 1)
    apart = np.abs(one.astype(int) - other).mean((1, 2, 3))
    step = np.abs(one[:-1].astype(int) - one[1:]).mean((1, 2, 3))  # 20 degrees further
    assert apart.min() > 0
    assert apart.mean() < 0.5 * step.mean()
    singles = TOYS.open()(toys, pairs.of_frame["frame"][left] // 2)
    np.testing.assert_array_equal(one, singles)


def test_dataset() -> None:
    dataset = load()
    assert (dataset.name, dataset.source, dataset.warp) == ("norb", "procedural", None)
    assert dataset.train.images.shape == (200, 1, 96, 96)
    assert dataset.test.images.shape == (150, 1, 96, 96)
    assert (dataset.known_identity, dataset.known_frame) == ("identity", "frame")
    assert dataset.known_appearance == ("category", "instance")
    assert dataset.known_pose == tuple(STEPS)
    for split in (dataset.train, dataset.test):
        known = split.factors
        np.testing.assert_array_equal(split.images, TOYS.open()(known["identity"], known["frame"]))
        np.testing.assert_array_equal(known["identity"], 10 * known["category"] + known["instance"])
        for name in STEPS:
            np.testing.assert_array_equal(known[name], KNOWN[name][known["frame"]])


def test_instances_are_split_as_in_small_norb() -> None:
    dataset = load(NorbOptions(downscale=3, n_train=600, n_test=600))
    assert dataset.train.images.shape == (600, 1, 32, 32)
    assert set(dataset.train.factors["instance"]) <= set(TRAINING_INSTANCES) == {4, 6, 7, 8, 9}
    assert set(dataset.test.factors["instance"]) <= {0, 1, 2, 3, 5}
    for split in (dataset.train, dataset.test):
        # sqrt(600 / 24300) = 0.16 of 25 toys, each under all lamps in 0.16 of 162 views.
        assert len(np.unique(split.factors["identity"])) in (4, 5)
        assert len(np.unique(split.factors["lighting"])) == 6
        assert len(np.unique(split.factors["category"])) >= 3


def test_lamps_stay_on_their_side_while_the_toy_turns() -> None:
    lit = np.stack([drawn([12], [frame(0, a, k) for a in range(18)])[0] for k in (0, 1)])
    left, right = np.split((lit[0].astype(int) - lit[1]).sum(1), 2, axis=-1)
    # Lighting 0 is from the left of the viewer, 1 from the right; a raised arm may be on any side.
    assert (left.sum(-1) - right.sum(-1) > 5000).all()
