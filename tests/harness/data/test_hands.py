import numpy as np
import pytest
from scipy import stats
from scipy.ndimage import map_coordinates

from harness.data.hand_flesh import GIRTHS, NAIL
from harness.data.hand_gestures import GESTURES
from harness.data.hand_model import FINGERS, JOINTS, LIMITS
from harness.data.hands import HandsOptions, known
from harness.data.hands_drawn import chunks, render
from harness.data.hands_factors import CONTENT, HELD, draw_factors
from harness.data.hands_posed import FOCAL, posed, projected, rods, rotations, visible
from harness.data.painting import View
from harness.data.pairs import draw_triplets
from harness.data.registry import load_dataset
from harness.data.rods_painted import Coat, paint_rods

N = 24
FACTORS = draw_factors("train", N)
PAPER, EVENING = 0, 4
Factors = dict[str, np.ndarray]


def held(n: int, gesture: str = "open", **changes: object) -> Factors:
    """One hand before the middle of the camera, its back to it and upright, ``n`` times."""
    still = {name: np.zeros(n) for name in HELD} | {"distance": np.full(n, 400.0)}
    angles = {name: np.full(n, np.radians(a)) for name, a in GESTURES[gesture].items()}
    first = {name: known[:1].repeat(n) for name, known in FACTORS.items()}
    changed = {name: np.asarray(value) for name, value in changes.items()}
    return {**first, **angles, **still, "scale": np.ones(n), **changed}


def opacity(factors: Factors) -> np.ndarray:
    """How much of what is behind a hand it hides, ``[N, 256, 256]``, as pictures tell it.

    Where two scenes differ, what the hand leaves of the difference is seen through it.
    """
    n = len(factors["frame"])
    seen, bare = [], []
    for scene in (PAPER, EVENING):
        behind = {**factors, "background": np.full(n, scene), "warmth": np.zeros(n)}
        seen.append(render(behind).astype(float))
        bare.append(render({**behind, "shift_x": np.full(n, 5000.0)}).astype(float))
    difference = np.abs(bare[0] - bare[1]).sum(1)
    left = np.abs(seen[0] - seen[1]).sum(1) / np.maximum(difference, 1)
    return np.asarray(np.where(difference > 120, 1 - left, np.nan))


def along(image: np.ndarray, start: np.ndarray, step: np.ndarray, reach: np.ndarray) -> np.ndarray:
    """Values of ``image`` at pixels ``start + reach * step`` (x, y), interpolated."""
    points = start[:, None] + step[:, None] * reach
    filled = np.where(np.isnan(image), 0.0, image)
    return np.asarray(map_coordinates(filled, points[::-1], order=1))


def pixels(factors: Factors) -> np.ndarray:
    """Where joints are, ``[N, 21, 2]``, by the labels."""
    labels, _ = known(factors)
    return np.stack([[labels[f"{name}_{a}"] for a in "xy"] for name in JOINTS]).transpose(2, 0, 1)


def test_an_image_depends_on_its_index_alone() -> None:
    whole = draw_factors("train", 150)  # more than a portion holds
    drawn = render(whole, 4)
    labels, modalities = known(whole, 4)
    for start, n in ((0, 20), (60, 9), (149, 1)):
        rows = slice(start, start + n)
        factors = draw_factors("train", n, start=start)
        for name, values in factors.items():
            np.testing.assert_array_equal(values, whole[name][rows])
        np.testing.assert_array_equal(render(factors, 4), drawn[rows])
        some = known(factors, 4)
        for found, all_of in zip(some, (labels, modalities), strict=True):
            for name, values in found.items():
                np.testing.assert_array_equal(values, all_of[name][rows])
    np.testing.assert_array_equal(np.concatenate(list(chunks(whole, 4))), drawn)


def test_the_first_factors_never_change() -> None:
    # Golden: a change here changes every result on hands.
    np.testing.assert_array_equal(FACTORS["content"][:6], [0, 2, 6, 12, 2, 4])
    np.testing.assert_array_equal(FACTORS["frame"][:6], [0, 0, 0, 0, 2, 2])
    assert [FACTORS[name][0] for name in ("gesture", "palm", "background")] == [1, 1, 0]
    shown = [FACTORS[name][0] for name in ("roll", "tilt", "skin_tone", "index_pip")]
    np.testing.assert_allclose(shown, [2.0682, 0.6480, 0.1740, 0.1430], atol=6e-5)


def test_contents_and_frames_are_mixed_and_of_one_split() -> None:
    train, test = draw_factors("train", 640), draw_factors("test", 640)
    for label in ("content", "frame"):
        assert not set(train[label]) & set(test[label])
    for name in ("skin_tone", "roll", "scale"):
        assert not set(train[name]) & set(test[name])
        assert not set(train[name]) & set(draw_factors("train", 640, seed=1)[name])
    for label, names, images in (
        ("content", CONTENT, 8),
        ("frame", ("gesture", *LIMITS, *HELD, "scale"), 4),
    ):
        _, first, of, count = np.unique(
            train[label], return_index=True, return_inverse=True, return_counts=True
        )
        assert (count == images).all()
        for name in names:  # it is what the label says
            np.testing.assert_array_equal(train[name], train[name][first][of])
    both = np.stack([train["content"], train["frame"]])
    assert np.unique(both, axis=1).shape[1] == 640, "no content is twice in a frame"
    found = draw_triplets(test["content"], test["frame"], 100)
    np.testing.assert_array_equal(test["frame"][found.pose], test["frame"][found.truth])
    assert set(train["background"]) == set(range(6))


def test_factors_have_their_distributions() -> None:
    many = draw_factors("train", 64 * 500)
    frames = {name: values[::4] for name, values in many.items()}  # 8,000 of them
    # The draws are fixed; a wrong distribution gives p-values far below 1e-3.
    assert stats.kstest(np.log(frames["scale"]), "norm", (0, 0.05)).pvalue > 1e-3
    assert stats.kstest(frames["roll"], "uniform", (-np.pi, 2 * np.pi)).pvalue > 1e-3
    assert stats.kstest(np.cos(frames["tilt"]), "uniform", (0.5, 0.5)).pvalue > 1e-3
    assert stats.chisquare(np.bincount(frames["palm"])).pvalue > 1e-3
    assert stats.chisquare(np.bincount(frames["gesture"])).pvalue > 1e-3
    _, first = np.unique(many["content"], return_index=True)
    assert stats.kstest(many["skin_tone"][first], "uniform").pvalue > 1e-3


def test_palms_and_backs_are_tilted_by_sixty_degrees_at_most() -> None:
    factors = draw_factors("train", 4000)
    turn = rotations(factors)
    np.testing.assert_allclose(
        turn @ turn.swapaxes(1, 2), np.broadcast_to(np.eye(3), turn.shape), atol=1e-12
    )
    np.testing.assert_allclose(np.linalg.det(turn), 1)
    towards = -turn[:, 2, 2]  # of the palm's normal and the way to the camera, the cosine
    np.testing.assert_allclose(np.abs(towards), np.cos(factors["tilt"]), atol=1e-6)
    assert np.abs(towards).min() > 0.5 - 1e-6
    np.testing.assert_array_equal(towards > 0, factors["palm"] == 1)


def test_uniform_rotations_are_uniform() -> None:
    turn = rotations(draw_factors("train", 64 * 400, rotation="uniform")).reshape(-1, 9)[::4]
    # Uniform rotations have mean 0 and variance 1/3 in every entry; 6,400 draws leave 0.01 of it.
    np.testing.assert_allclose(turn.mean(0), 0, atol=0.03)
    np.testing.assert_allclose(turn.var(0), 1 / 3, atol=0.02)
    assert turn.var(0).sum() == pytest.approx(3, abs=0.01)


@pytest.mark.parametrize("palm", [0, 1])
def test_projected_joints_are_in_the_middle_of_the_drawn_fingers(palm: int) -> None:
    """Measured on the picture, across straight fingers at their joints and beyond their tips."""
    n = 6
    roll = np.linspace(-np.pi, np.pi, n, endpoint=False) + 0.2
    shift = np.linspace(-12, 12, n)
    straight = {
        f"{finger}_{joint}": np.zeros(n) for finger in FINGERS[1:] for joint in ("mcp", "pip")
    }
    fan = {
        f"{f}_spread": np.full(n, np.radians(a))
        for f, a in zip(FINGERS[1:], (13, 4, -6, -15), strict=True)
    }
    factors = held(
        n, roll=roll, palm=np.full(n, palm), shift_x=shift, shift_y=-shift, **straight, **fan
    )
    hidden, at = opacity(factors), pixels(factors)
    scale = FOCAL / 400.0
    reach = np.linspace(-16, 16, 641)
    for i in range(n):
        for finger in FINGERS[1:]:
            tip, dip, pip = (at[i, JOINTS.index(f"{finger}_{j}")] for j in ("tip", "dip", "pip"))
            axis = (tip - pip) / np.linalg.norm(tip - pip)
            across = np.array([-axis[1], axis[0]])
            for place, girth in ((pip, GIRTHS[finger][1]), (dip, GIRTHS[finger][2])):
                seen = along(hidden[i], place, across, reach)
                run = reach[seen > 0.5]
                width = scale * 2 * girth
                # The parts of a finger are tapered, which makes them a little narrower at an end.
                assert np.ptp(run) == pytest.approx(width, rel=0.06), (finger, i)
                assert (run.max() + run.min()) / 2 == pytest.approx(0, abs=0.4), (finger, i)
            beyond = along(hidden[i], tip, axis, reach[320:])
            end = reach[320:][beyond > 0.5].max()
            assert end == pytest.approx(scale * (GIRTHS[finger][3] - 4.2), abs=0.6), (finger, i)


def test_every_joint_is_on_the_drawn_hand() -> None:
    factors = draw_factors("test", 96)
    factors = {name: values[::4] for name, values in factors.items()}
    hidden, at = opacity(factors), np.rint(pixels(factors)).astype(int)
    there = hidden[np.arange(len(at))[:, None], at[..., 1], at[..., 0]]
    assert np.isfinite(there).mean() > 0.8, "the two scenes differ there"
    assert (there[np.isfinite(there)] > 0.95).all()


def test_joints_are_seen_where_the_picture_shows_their_bones() -> None:
    """The bones that meet at a joint are painted white and all else black: it is seen if white."""
    factors = {name: values[::4] for name, values in draw_factors("train", 240).items()}
    scene = posed(factors)
    body, seen, n = rods(scene), visible(scene), len(scene.joints)
    nails = np.flatnonzero(scene.flesh.made_of == NAIL)
    at = np.rint(projected(scene.joints) / 2 + 63.5).astype(int)
    view = View(np.full((n, 2), 0.5), np.full((n, 2), 64.0))
    light = np.broadcast_to([0.0, 0.0, 1.0], (n, 3))
    agreed, shares = [], []
    for finger, nail in zip(FINGERS, nails, strict=True):
        first = 1 + 4 * FINGERS.index(finger)
        for j, bones in ((first, (-1, 0)), (first + 1, (-2, -1)), (first + 2, (-3, -2))):
            colour = np.zeros((n, len(body), 3))
            colour[:, [nail + bone for bone in bones]] = 1
            coat = Coat(colour, np.full((n, len(body)), 0.01), np.zeros((n, len(body))))
            black = np.zeros((n, 3, 128, 128), np.float32)
            image = paint_rods(black, body, coat, light, view, reach=1e-3)[:, 0]
            white = image[np.arange(n), at[:, j, 1], at[:, j, 0]] > 25
            agreed.append(white == seen[:, j])
            shares.append(white.mean())
    assert 0.3 < np.mean(shares) < 0.9, "both happen"
    # They may differ at outlines, where flesh touches, and where a bone hides its own joint.
    assert np.mean(agreed) > 0.95


def test_a_fist_hides_its_fingers_from_behind_and_shows_them_from_before() -> None:
    fists = held(2, "fist", palm=np.array([0, 1]))
    seen = dict(zip(JOINTS, visible(posed(fists)).T, strict=True))
    for finger in ("index", "middle", "ring"):
        assert not seen[f"{finger}_tip"][0]
    for finger in FINGERS[1:]:
        assert seen[f"{finger}_pip"][1]
        assert seen[f"{finger}_mcp"][0]
    assert visible(posed(held(2, "open", palm=np.array([0, 1])))).all()
    outside = visible(posed(held(1, shift_x=np.array([100.0]))))[0]
    gone = np.abs(projected(posed(held(1, shift_x=np.array([100.0]))).joints[0])).max(1) > 128
    assert gone.any()
    np.testing.assert_array_equal(outside, ~gone)


def test_contents_do_not_move_the_hand() -> None:
    frame = {name: values[4:8] for name, values in FACTORS.items()}
    assert len(set(frame["frame"])) == 1
    assert len(set(frame["skin_tone"])) == 4
    labels, modalities = known(frame)
    for values in (*labels.values(), *modalities.values()):
        np.testing.assert_array_equal(values, values[:1].repeat(4, axis=0))
    shown = opacity(frame)
    sure = np.isfinite(shown).all(0)
    # Colours are rounded twice, of differences of at least 120.
    assert np.ptp(shown[:, sure], axis=0).max() < 8 / 120
    pictures = render(frame).astype(int)
    for i in range(4):
        for j in range(i):
            assert np.abs(pictures[i] - pictures[j]).mean() > 5


@pytest.mark.parametrize("name", CONTENT)
def test_every_factor_of_the_content_changes_the_picture(name: str) -> None:
    ends = {"background": [1, 2], "light_x": [-0.5, 0.5], "light_y": [-0.6, 0.1], "warmth": [-1, 1]}
    still = held(2, background=np.full(2, 2), sleeve_value=np.full(2, 0.5))
    still[name] = np.array(ends.get(name, [0.1, 0.7]))
    image = render(still, 2).astype(int)
    assert np.abs(image[0] - image[1]).mean() > 0.3


def test_labels_are_those_of_a_pinhole_camera() -> None:
    """From pose, bone and place, with the focal length and the middle of the image."""
    labels, modalities = known(FACTORS)
    scene = posed(FACTORS)
    joints = modalities["pose"] * labels["bone_mm"][:, None, None] + scene.joints[:, :1]
    np.testing.assert_allclose(joints, scene.joints, atol=1e-3)
    place = 384 * joints[..., :2] / joints[..., 2:] + 128 - 0.5
    np.testing.assert_allclose(pixels(FACTORS), place, atol=1e-3)
    assert ((labels["bone_mm"] > 38) & (labels["bone_mm"] < 57)).all()  # 47 mm, 3 deviations of 5 %
    np.testing.assert_allclose(labels["bone_mm"] / 47, FACTORS["scale"], rtol=1e-5)
    bone = modalities["pose"][:, 11] - modalities["pose"][:, 12]
    np.testing.assert_allclose(np.linalg.norm(bone, axis=1), 1, rtol=1e-6)
    assert (modalities["pose"][:, 0] == 0).all()


def test_canonical_poses_know_nothing_of_how_the_hand_is_held() -> None:
    other = {name: FACTORS[name] for name in ("gesture", *LIMITS)}
    again = {**draw_factors("test", N, rotation="uniform"), **other}
    (_, one), (_, two) = known(FACTORS), known(again)
    np.testing.assert_allclose(one["cpose"], two["cpose"], atol=1e-6)
    assert np.abs(one["pose"] - two["pose"]).max() > 1
    # The viewpoint is what the rotation is, but for a turn within the hand.
    between = one["viewpoint"].swapaxes(1, 2) @ two["viewpoint"]
    turns = rotations(FACTORS) @ rotations(again).swapaxes(1, 2)
    np.testing.assert_allclose(between, turns, atol=1e-5)


def test_canonical_poses_and_viewpoints_give_the_poses() -> None:
    _, found = known(FACTORS)
    cpose = found["cpose"]
    np.testing.assert_allclose(cpose @ found["viewpoint"], found["pose"], atol=1e-6)
    np.testing.assert_allclose(np.linalg.det(found["viewpoint"]), 1, rtol=1e-6)
    np.testing.assert_allclose(cpose[:, 12, [0, 2]], 0, atol=1e-6)
    assert (cpose[:, 12, 1] < 0).all()
    np.testing.assert_allclose(cpose[:, 20, 2], 0, atol=1e-6)
    assert (cpose[:, 20, 0] > 0).all()


@pytest.mark.parametrize("downscale", [2, 4])
def test_a_small_image_is_a_full_size_one_seen_from_afar(downscale: int) -> None:
    some = {name: values[:6] for name, values in FACTORS.items()}
    full, small = render(some), render(some, downscale)
    size = 256 // downscale
    assert small.shape == (6, 3, size, size)
    boxes = full.reshape(6, 3, size, downscale, size, downscale).mean((3, 5))
    # At outlines the linear edge is not quite the mean over a square.
    assert np.abs(boxes - small).mean() < 1.5
    large, here = known(some)[0], known(some, downscale)[0]
    np.testing.assert_allclose(
        (large["ring_tip_x"] + 0.5) / downscale - 0.5, here["ring_tip_x"], atol=1e-4
    )
    for name in JOINTS:
        np.testing.assert_array_equal(large[f"visible_{name}"], here[f"visible_{name}"])


def test_hands_are_in_the_image() -> None:
    for rotation in ("facing", "uniform"):
        at = projected(posed(draw_factors("train", 2000, rotation=rotation)).joints)  # type: ignore[arg-type]
        assert (np.abs(at) < 128).all(-1).mean() > 0.995
        assert np.median(np.ptp(at, axis=1).max(1)) > 90


def test_dataset() -> None:
    options = HandsOptions(downscale=4, n_train=N, n_test=12)
    dataset = load_dataset(options, None)
    assert (dataset.name, dataset.source, dataset.warp) == ("hands", "procedural", None)
    assert dataset.spec.image_shape == (3, 64, 64)
    assert dataset.spec.modalities == {"pose": (21, 3), "cpose": (21, 3), "viewpoint": (3, 3)}
    assert tuple(dataset.train.modalities) == options.modalities
    np.testing.assert_array_equal(dataset.train.images, render(FACTORS, 4))
    np.testing.assert_array_equal(dataset.test.images, render(dataset.test.factors, 4))
    assert (dataset.known_identity, dataset.known_frame) == ("content", "frame")
    assert dataset.known_keypoints == options.keypoints == JOINTS
    assert dataset.known_appearance == CONTENT
    assert dataset.known_pose == ("gesture", *LIMITS, *HELD, "scale")
    kinds = {name: values.dtype.name for name, values in dataset.test.factors.items()}
    labels = {name for name, kind in kinds.items() if kind == "int64"}
    assert labels == {"content", "frame", "background", "gesture", "palm"} | {
        f"visible_{name}" for name in JOINTS
    }
    assert set(kinds.values()) == {"int64", "float32"}
    assert {array.dtype.name for array in dataset.test.modalities.values()} == {"float32"}
    other = load_dataset(HandsOptions(downscale=2, n_train=4, n_test=4, rotation="uniform"), None)
    assert other.spec.image_shape == (3, 128, 128)
    assert np.abs(other.train.modalities["pose"] - dataset.train.modalities["pose"][:4]).max() > 0.1
