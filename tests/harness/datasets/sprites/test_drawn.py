import numpy as np
import pytest

from harness.data.dataset import Dataset
from harness.data.identity_order import split_off
from harness.datasets.sprites.dataset import SpritesOptions
from harness.datasets.sprites.drawn import N_CHARACTERS, drawn_sprites, frames, render
from harness.datasets.sprites.figure import ARMED, CHOICES
from harness.datasets.sprites.poses import FRAMES, VIEWS
from tests.harness.datasets.helpers.asking import loaded

ALL = drawn_sprites(np.arange(N_CHARACTERS))
KNOWN = frames()
FEW = SpritesOptions(n_train=300, n_test=200)


def drawn(characters: np.ndarray | list[int], poses: np.ndarray | list[int]) -> np.ndarray:
    """Every character in every pose, ``[characters, poses, 3, 64, 64]``."""
    n, m = len(characters), len(poses)
    images = ALL.open()(np.repeat(np.array(characters), m), np.tile(np.array(poses), n))
    return images.reshape(n, m, *images.shape[1:])


def poses_of(action: str, view: str) -> np.ndarray:
    of = KNOWN["action"] == list(FRAMES).index(action)
    return np.flatnonzero(of & (KNOWN["direction"] == VIEWS.index(view)))


def load(options: SpritesOptions = FEW) -> Dataset:
    return loaded(options, None)


def test_there_are_as_many_as_of_reeds() -> None:
    assert N_CHARACTERS == 3 * 7 * 4 * 4 * 2 == 672
    assert len(KNOWN["frame"]) == 4 * (7 + 8 + 9 + 6 + 13) == 172
    known = np.stack([KNOWN[name] for name in ("action", "direction", "phase")])
    assert np.unique(known, axis=1).shape[1] == 172
    attributes = np.stack([ALL.of_identity[name] for name in CHOICES])
    assert np.unique(attributes, axis=1).shape[1] == 672


def test_an_image_depends_on_its_own_factors_alone() -> None:
    characters, poses = np.array([5, 610, 333, 5]), np.array([171, 0, 60, 99])
    together = ALL.open()(characters, poses)
    for k in range(4):
        np.testing.assert_array_equal(ALL.open()(characters[k:][:1], poses[k:][:1])[0], together[k])
    known = {name: of[characters] for name, of in ALL.of_identity.items()}
    np.testing.assert_array_equal(
        render({**known, **{name: of[poses] for name, of in KNOWN.items()}}), together
    )


def test_every_frame_of_a_character_looks_different_from_every_other() -> None:
    images = drawn([0], list(range(172)))[0].reshape(172, -1).astype(np.int64)
    squares, products = (images**2).sum(1), images @ images.T
    apart = squares[:, None] + squares - 2 * products + 10**9 * np.eye(172, dtype=np.int64)
    # The least a limb moves: some pixels of an outline change by some grey levels.
    assert apart.min() > 3000


def test_every_attribute_changes_the_picture() -> None:
    shape = tuple(CHOICES.values())
    for axis, (name, count) in enumerate(CHOICES.items()):
        place = np.zeros((len(shape), count), np.int64)
        place[axis] = np.arange(count)
        poses = poses_of("slash", "right")[2:4]
        images = drawn(np.ravel_multi_index(tuple(place), shape), poses).astype(int)
        for k in range(1, count):
            assert np.abs(images[k] - images[k - 1]).sum() > 2000, (name, k)


def test_twins_differ_where_a_weapon_is_drawn_and_nowhere_else() -> None:
    one, other = drawn([40, 41], list(range(172)))
    differ = (one != other).any(axis=(1, 2, 3))
    armed = np.isin(KNOWN["action"], [list(FRAMES).index(action) for action in ARMED])
    assert not differ[~armed].any()
    sides = np.isin(KNOWN["direction"], [VIEWS.index("left"), VIEWS.index("right")])
    assert differ[armed & sides].all()  # from the front and from behind the body may hide it


@pytest.mark.parametrize("action", ["walk", "jump"])
def test_a_side_view_is_the_mirrored_other_one_half_a_step_later(action: str) -> None:
    """Left and right limbs move alike half a period apart, or together; light is from the left."""
    left, right = (drawn([0], poses_of(action, view))[0] for view in ("left", "right"))
    plain = np.array([110, 135, 115])[:, None, None]
    shapes = [np.abs(images.astype(int) - plain).max(1) > 20 for images in (left, right)]
    for k in range(len(left)):
        overlap = [(shapes[0][k, :, ::-1] & other).sum() / (shapes[0][k] | other[:, ::-1]).sum()
                   for other in shapes[1]]  # fmt: skip
        assert max(overlap) > 0.85


def test_figures_stay_inside_the_image() -> None:
    images = drawn(list(range(0, N_CHARACTERS, 61)), list(range(172)))
    border = np.concatenate(
        [images[..., 0, :], images[..., -1, :], images[..., 0], images[..., -1]], axis=-1
    )
    assert (border == border[..., :1]).all()


def test_splits_are_of_different_characters_and_twins_stay_together() -> None:
    for weapons, n in (("one", 336), ("both", 672)):
        dataset = load(SpritesOptions(weapons=weapons, n_train=90, n_test=90))  # type: ignore[arg-type]
        assert dataset.spec.n_train == 90
        numbers = np.arange(0, 672, 672 // n)
        chosen = split_off("sprites", numbers // 2, 0.25)
        pairs = [set(numbers[rows] // 2) for rows in chosen.values()]
        assert [len(rows) for rows in chosen.values()] == [3 * n // 4, n // 4]
        assert not pairs[0] & pairs[1]
        for split, of in ((dataset.train, pairs[0]), (dataset.test, pairs[1])):
            assert set(split.factors["identity"] // 2) <= of


def test_dataset() -> None:
    dataset = load()
    assert (dataset.name, dataset.source, dataset.warp) == ("sprites", "procedural", None)
    assert dataset.train.images.shape == (300, 3, 64, 64)
    assert isinstance(dataset.train.images.base, np.memmap)
    assert (dataset.known_identity, dataset.known_frame) == ("identity", "frame")
    assert dataset.known_appearance == ("body", "hair", "topwear", "bottomwear")  # one weapon
    assert dataset.known_pose == ("action", "direction", "phase")
    for split in (dataset.train, dataset.test):
        identity, frame = split.factors["identity"], split.factors["frame"]
        np.testing.assert_array_equal(split.images, ALL.open()(identity, frame))
        for name, known in split.factors.items():
            of = ALL.of_identity[name][identity] if name in CHOICES else None
            of = KNOWN[name][frame] if name in KNOWN else of
            np.testing.assert_array_equal(known, identity if of is None else of, err_msg=name)


def test_half_the_size_is_the_mean_of_squares() -> None:
    full = load().test.images
    half = load(SpritesOptions(downscale=2, n_train=300, n_test=200)).test.images
    squares = full.reshape(200, 3, 32, 2, 32, 2).mean((3, 5))
    np.testing.assert_array_equal(half, np.rint(squares))


@pytest.mark.parametrize(("view", "side"), [("left", -1), ("right", 1)])
def test_a_thrust_goes_to_where_the_figure_looks(view: str, side: int) -> None:
    images = drawn([0], poses_of("thrust", view))[0].astype(int)
    shown = np.abs(images - images[:, :, :1, :1]).max(1) > 20
    columns = np.flatnonzero(shown.any((0, 1))) + 0.5 - 32
    assert side * (columns.max() + columns.min()) > 6
