import numpy as np
import pytest
from scipy import stats

from harness.datasets.people.dataset import PeopleOptions
from harness.datasets.people.drawn import (
    IMAGES_EACH,
    PLACING,
    SHAPES,
    TRAITS,
    Look,
    draw_factors,
    keypoints,
    render,
)
from harness.datasets.people.figure import SKIRT, TROUSERS
from harness.datasets.people.poses import (
    DIRECTIONS,
    POSES,
    angles_of,
    frames,
    seen,
)
from harness.datasets.registry import load_dataset
from harness.drawing.body import measures
from harness.drawing.skeleton import KEYPOINTS, joints

N = 60
STREET, STUDIO, SMALL = Look(), Look(square=True), Look(downscale=2)
FACTORS = draw_factors("train", N)
IMAGES = render(FACTORS, STREET)


def standing(n: int, **changes: object) -> dict[str, np.ndarray]:
    """One person, standing at ease and facing the first camera, ``n`` times, but for changes."""
    one = {name: known[:1].repeat(n) for name, known in FACTORS.items()}
    first = int(np.flatnonzero(frames()["action"] == list(POSES).index("stand"))[0])
    still = {name: np.zeros(n) for name in PLACING} | {"zoom": np.ones(n)}
    worn = {"backpack": 0, "print": 0, "bottom": TROUSERS, "sleeves": 0}
    plain = {name: np.full(n, value) for name, value in worn.items()}
    frame = {"frame": np.full(n, first), "camera": np.zeros(n, int)}
    return {**one, **still, **plain, **frame, **{k: np.asarray(v) for k, v in changes.items()}}


def test_the_first_factors_never_change() -> None:
    # Golden: a change here changes every result on people.
    np.testing.assert_array_equal(FACTORS["frame"][:5], [11, 76, 28, 109, 19])
    np.testing.assert_array_equal(FACTORS["camera"][:5], [4, 0, 5, 1, 3])
    shown = [FACTORS[name][0] for name in ("shape_1", "top_hue", "place")]
    np.testing.assert_allclose(shown, [-0.5512, 0.8738, 0.6163], atol=6e-5)


def test_identities_keep_their_looks_and_change_their_frames() -> None:
    factors = draw_factors("test", 20 * IMAGES_EACH)
    for person in range(20):
        rows = slice(IMAGES_EACH * person, IMAGES_EACH * (person + 1))
        assert set(factors["identity"][rows]) == {2 * person + 1}
        for name in (*TRAITS, *SHAPES):
            assert len(set(factors[name][rows])) == 1, name
        assert len(set(factors["frame"][rows])) == IMAGES_EACH
        asked = factors["camera"][rows][factors["query"][rows] == 1]
        assert sorted(asked) == sorted(set(factors["camera"][rows])), "a query for each camera"
    assert len({tuple(factors[name][::IMAGES_EACH]) for name in TRAITS}) == len(TRAITS)


def test_no_identity_is_in_both_splits_and_seeds_differ() -> None:
    test, other = draw_factors("test", 400), draw_factors("train", 400, seed=1)
    train = draw_factors("train", 400)
    assert not set(train["identity"]) & set(test["identity"])
    for name in (*SHAPES, *PLACING):
        assert not set(train[name]) & set(test[name])
        assert not set(train[name]) & set(other[name])


def test_factors_have_their_distributions() -> None:
    many = draw_factors("train", 30_000)
    people = {name: known[::IMAGES_EACH] for name, known in many.items()}  # 1,500 of them
    # The draws are fixed; a wrong distribution gives p-values far below 1e-3.
    for name in SHAPES:
        assert stats.kstest(people[name], "norm").pvalue > 1e-3, name
    for name in ("skin_tone", "top_hue", "bottom_value"):
        assert stats.kstest(people[name], "uniform").pvalue > 1e-3, name
    assert stats.chisquare(np.bincount(many["camera"], minlength=6)).pvalue > 1e-3
    assert stats.chisquare(np.bincount(many["frame"], minlength=128)).pvalue > 1e-3
    for name, share in (("backpack", 0.35), ("sleeves", 0.55), ("print", 0.4)):
        # 1,500 draws have a deviation of 0.013.
        assert people[name].mean() == pytest.approx(share, abs=0.05), name
    assert (people["hair_length"] == 0).mean() == pytest.approx(0.55, abs=0.05)


def test_frames_number_actions_phases_and_directions() -> None:
    known = frames()
    count = sum(map(len, POSES.values()))
    assert len(known["frame"]) == count * DIRECTIONS == 128
    table = np.stack([known[name] for name in ("action", "phase", "direction")], 1)
    assert len(np.unique(table, axis=0)) == 128
    for name in ("action", "phase", "direction"):
        np.testing.assert_array_equal(FACTORS[name], known[name][FACTORS["frame"]])
    np.testing.assert_allclose(
        angles_of(known["frame"])["yaw"], known["direction"] * 2 * np.pi / DIRECTIONS
    )


def test_limbs_have_their_lengths_in_every_frame() -> None:
    every = frames()["frame"]
    sizes = measures(np.random.default_rng(0).normal(size=(len(every), 10)))
    at = joints(sizes, angles_of(every))
    for side in ("left", "right"):
        for a, b, measure in (
            ("hip", "knee", "thigh"),
            ("knee", "ankle", "shin"),
            ("shoulder", "elbow", "upper_arm"),
            ("elbow", "wrist", "forearm"),
        ):
            long = np.linalg.norm(at[f"{side}_{a}"] - at[f"{side}_{b}"], axis=1)
            np.testing.assert_allclose(long, sizes[measure], err_msg=f"{side} {measure}")


def test_a_camera_that_looks_down_turns_what_it_sees() -> None:
    places = {"nose": np.array([[3.0, 4.0, 5.0], [3.0, 4.0, 5.0]])}
    turned = seen(places, np.array([0.0, np.pi / 2]))["nose"]
    # From straight above what is near the viewer is below, and what is low is far away.
    np.testing.assert_allclose(turned, [[3, 4, 5], [3, 5, -4]], atol=1e-12)


def test_opposite_directions_show_the_same_figure_mirrored() -> None:
    """Seen at eye level, a body that is turned around has its joints mirrored."""
    every = frames()
    sizes = measures(np.zeros((len(every["frame"]), 10)))
    at = joints(sizes, angles_of(every["frame"]))
    ahead = np.flatnonzero(every["direction"] == 1)
    for name in KEYPOINTS:
        np.testing.assert_allclose(at[name][ahead + 4] * [-1, 1, -1], at[name][ahead], atol=1e-9)


def test_keypoints_lie_on_the_figure() -> None:
    """Where a keypoint is, the picture differs from the same one without the person."""
    drawn = standing(6, camera=np.arange(6))
    image = render(drawn, STREET).astype(int)
    moved = render({**drawn, "shift_x": np.full(6, 0.5)}, STREET).astype(int)  # out of the crop
    found = keypoints(drawn, STREET)
    for name in KEYPOINTS:
        x, y = (np.rint(found[f"{name}_{axis}"]).astype(int) for axis in "xy")
        rows = np.arange(6)
        assert (np.abs(image - moved)[rows, :, y, x].sum(1) > 25).all(), name


@pytest.mark.parametrize("look", [SMALL, Look(downscale=4), Look(True, 2), Look(True, 4)])
def test_a_small_image_is_a_full_size_one_seen_from_afar(look: Look) -> None:
    some = {name: known[:6] for name, known in FACTORS.items()}
    full, small = render(some, Look(look.square)), render(some, look)
    assert small.shape == (6, 3, *look.size)
    d = look.downscale
    boxes = full.reshape(6, 3, look.size[0], d, look.size[1], d).mean((3, 5))
    # At outlines the linear edge is not quite the mean over a square.
    assert np.abs(boxes - small).mean() < 2.5
    for name, place in keypoints(some, look).items():
        large = keypoints(some, Look(look.square))[name]
        np.testing.assert_allclose((large + 0.5) / d - 0.5, place, atol=1e-4)


def test_facing_away_hides_the_face_and_shows_the_bag() -> None:
    stand = standing(1)["frame"][0]
    both = standing(2, frame=stand + np.array([0, 4]), skin_tone=np.zeros(2), hair_tone=np.zeros(2))
    head = [np.rint(keypoints(both, STREET)[f"head_{a}"]).astype(int) for a in "xy"]
    faces = render(both, STREET)[np.arange(2), :, head[1], head[0]].mean(1)
    assert faces[0] > faces[1] + 60  # light skin, black hair
    bare, packed = (
        render({**both, "backpack": np.full(2, value)}, STREET).astype(int) for value in (0, 1)
    )
    changed = (np.abs(bare - packed).max(1) > 20).sum((1, 2))
    assert changed[1] > 4 * changed[0]
    assert changed[1] > 100


@pytest.mark.parametrize("name", [*TRAITS, *SHAPES])
def test_every_trait_changes_the_picture(name: str) -> None:
    worn = {"backpack": [1, 1], "print": [1, 1], "bottom": [SKIRT] * 2, "hair_length": [0.5, 0.5]}
    still = standing(2, **{k: np.array(v) for k, v in worn.items()})
    still = {**still, **{k: np.full(2, 0.7) for k in TRAITS if k.endswith("saturation")}}
    if name.startswith("backpack"):
        still["frame"] = still["frame"] + 4
    change = np.array([0, 1]) if name in worn or name == "sleeves" else np.array([0.2, 0.9])
    image = render({**still, name: change}, STREET).astype(int)
    assert np.abs(image[0] - image[1]).sum() > 1500


def test_cameras_have_their_own_colours_and_scenes() -> None:
    shown = render(standing(6, camera=np.arange(6)), STREET).astype(float)
    for a in range(6):
        for b in range(a):
            assert np.abs(shown[a] - shown[b]).mean() > 8, (a, b)
    near = render(standing(2, place=np.array([0.1, 0.7])), STREET).astype(float)
    assert np.abs(near[0] - near[1]).mean() > 3, "elsewhere in a scene something else is behind"
    studio = render(standing(6, camera=np.arange(6)), STUDIO)
    assert (studio[:, :, 5, 5] == studio[0, 0, 5, 5]).all(), "a studio's paper is grey everywhere"


def test_figures_fill_the_crop_without_leaving_it() -> None:
    factors = draw_factors("train", 1000)
    found = keypoints(factors, STREET)
    feet = np.maximum(found["left_ankle_y"], found["right_ankle_y"])
    tall = feet - found["head_y"]
    assert (tall > 60).all()
    assert (tall < 118).all()
    # Long strides and arms reach the border now and then, as in the real crops.
    x = np.stack([found[f"{name}_x"] for name in KEYPOINTS])
    assert ((x > 0) & (x < 63)).all(0).mean() > 0.93


def test_dataset() -> None:
    dataset = load_dataset(PeopleOptions(downscale=4, n_train=N, n_test=40), None)
    assert (dataset.name, dataset.source, dataset.warp) == ("people", "procedural", None)
    assert dataset.spec.image_shape == (3, 32, 16)
    assert dataset.spec.n_identities == 3
    np.testing.assert_array_equal(dataset.train.images, render(FACTORS, Look(downscale=4)))
    assert (dataset.known_identity, dataset.known_frame) == ("identity", "frame")
    assert (dataset.known_camera, dataset.known_keypoints) == ("camera", KEYPOINTS)
    assert dataset.known_appearance == (*TRAITS, *SHAPES)
    assert dataset.known_pose == ("action", "phase", "direction", "shift_x", "shift_y", "zoom")
    assert {known.dtype.name for known in dataset.test.factors.values()} == {"int64", "float32"}
    square = load_dataset(PeopleOptions(square=True, downscale=4, n_train=20, n_test=20), None)
    assert square.spec.image_shape == (3, 64, 64)
