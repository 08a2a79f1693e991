import numpy as np
import pytest
import torch
from scipy import stats

from harness.config.sweep import resolve
from harness.config.trials import trial_from_dict
from harness.data.dataset import Dataset, Split
from harness.datasets.bodies import (
    ANGLES,
    SHAPE_FACTORS,
    BodiesOptions,
    assigned,
    draw_factors,
    render,
)
from harness.datasets.registry import load_dataset
from harness.drawing.body import joints, measures
from harness.metrics.data import EvaluationData
from harness.metrics.registry import METRICS

N = 40
FACTORS = draw_factors("train", N)
IMAGES = render(FACTORS, 2)[:, 0]


def mean_bodies(n: int, pose: int = 0) -> dict[str, np.ndarray]:
    """Bodies of mean shape in one pose."""
    angles = {name: np.full(n, each[pose]) for name, each in ANGLES.items()}
    return {**{name: np.zeros(n) for name in SHAPE_FACTORS}, **angles}


def joints_of(factors: dict[str, np.ndarray]) -> dict[str, np.ndarray]:
    return joints(measures(np.stack([factors[name] for name in SHAPE_FACTORS], -1)), factors)


def at(images: np.ndarray, places: np.ndarray, downscale: int) -> np.ndarray:
    """The pixels of images ``[N, H, W]`` that hold places ``[N, 2]`` of the full-size image."""
    columns, rows = np.floor(places / downscale).astype(int).T
    return np.asarray(images[np.arange(len(images)), rows, columns])


def heights(images: np.ndarray) -> np.ndarray:
    """Rows from the first to the last that a figure reaches, ``[N]``."""
    found = [np.flatnonzero((image > 40).any(1)) for image in images]
    return np.array([rows[-1] - rows[0] + 1 for rows in found])


def areas(images: np.ndarray) -> np.ndarray:
    return np.asarray(np.count_nonzero(images > 30, axis=(1, 2)))


def test_the_first_factors_never_change() -> None:
    # Golden: a change here changes every result on bodies.
    np.testing.assert_array_equal(FACTORS["pose"][:4], [2, 0, 0, 0])
    first = [FACTORS[name][0] for name in SHAPE_FACTORS]
    np.testing.assert_allclose(
        first,
        [1.9113, -1.5273, 0.3326, 0.6432, 0.8369, -1.0374, -0.681, -0.6529, -0.324, -0.1368],
        atol=6e-5,
    )


def test_factors_have_their_distributions() -> None:
    drawn = draw_factors("train", 4000)
    # The draws are fixed; at 4,000 a wrong deviation gives p-values far below 1e-3.
    for name in SHAPE_FACTORS:
        assert stats.kstest(drawn[name], "norm", (0, 1.25)).pvalue > 1e-3, name
    assert stats.chisquare(np.bincount(drawn["pose"], minlength=4)).pvalue > 1e-3


def test_the_angles_are_those_of_the_published_table() -> None:
    eighth, shallow, arm = np.pi / 8, np.pi / 16, np.pi / 3.5
    columns = {
        "left_shoulder": [-eighth, -shallow, shallow, eighth],
        "right_shoulder": [eighth, shallow, -shallow, -eighth],
        "left_arm": [-arm, -arm, arm, arm],
        "right_arm": [arm, arm, -arm, -arm],
    }
    for name, expected in columns.items():
        table = np.array(expected, np.float32)
        np.testing.assert_array_equal(FACTORS[name], table[FACTORS["pose"]])


@pytest.mark.parametrize("downscale", [1, 2, 4])
def test_a_small_image_is_a_full_size_one_seen_from_afar(downscale: int) -> None:
    some = {name: known[:8] for name, known in FACTORS.items()}
    full, small = render(some)[:, 0], render(some, downscale)[:, 0]
    assert small.shape == (8, 400 // downscale, 200 // downscale)
    boxes = full.reshape(8, small.shape[1], downscale, -1, downscale).mean((2, 4))
    error = np.abs(boxes - small)
    # Shading is smooth; at the outline, and most where two of them are less than a pixel apart, the
    # linear edge is not quite the mean over a square.
    assert error.max() < 0.25 * 255
    assert error.mean() < 1


def test_a_larger_first_coefficient_makes_a_taller_body() -> None:
    bodies = mean_bodies(9)
    bodies["shape_0"] = np.linspace(-3, 3, 9)
    tall = heights(render(bodies)[:, 0])
    assert (np.diff(tall) > 0).all()
    # Legs, torso and neck grow by exp(0.04) a unit, the head and all radii a little less.
    assert tall[-1] / tall[0] == pytest.approx(np.exp(0.04 * 6), rel=0.02)


def test_the_second_coefficient_is_girth_and_the_third_legs_against_torso() -> None:
    bodies = mean_bodies(5)
    bodies["shape_1"] = np.linspace(-3, 3, 5)
    wide = render(bodies)[:, 0]
    assert (np.diff(areas(wide)) > 500).all()
    assert np.ptp(heights(wide)) <= 0.03 * 268
    bodies = mean_bodies(5)
    bodies["shape_2"] = np.linspace(-3, 3, 5)
    assert np.ptp(heights(render(bodies)[:, 0])) <= 0.06 * 268
    places = joints_of(bodies)
    legs = places["left_ankle"][:, 1] - places["left_hip"][:, 1]
    torso = places["pelvis"][:, 1] - places["neck"][:, 1]
    np.testing.assert_allclose(
        (legs / torso) / (0.48 / 0.3), np.exp(0.04 * 2.2 * bodies["shape_2"])
    )


def test_every_coefficient_changes_the_picture() -> None:
    still = render(mean_bodies(1), 2)
    for name in SHAPE_FACTORS:
        changed = {**mean_bodies(1), name: np.array([1.25])}
        assert np.abs(render(changed, 2).astype(int) - still).sum() > 5000, name


def test_a_mirrored_pose_mirrors_the_picture() -> None:
    drawn = {**FACTORS}
    rng = np.random.default_rng(0)
    for name in ANGLES:  # the published poses are symmetric
        drawn[name] = rng.uniform(-1.2, 1.2, N)
    mirrored = {
        **drawn,
        "left_shoulder": -drawn["right_shoulder"],
        "right_shoulder": -drawn["left_shoulder"],
        "left_arm": -drawn["right_arm"],
        "right_arm": -drawn["left_arm"],
    }
    images, other = (render(f, 2)[:, 0].astype(int) for f in (drawn, mirrored))
    assert np.abs(images - images[:, :, ::-1]).mean() > 5  # or the test would say nothing
    error = np.abs(images[:, :, ::-1] - other)
    # A smooth minimum depends on the order of its parts where three meet: at throat and crotch.
    assert (error > 2).mean() < 3e-4  # six pixels an image
    assert error.mean() < 0.01


def test_the_pose_moves_the_arms_alone() -> None:
    poses = [render(mean_bodies(1, pose), 2)[0, 0] for pose in range(4)]
    for image in poses[1:]:
        np.testing.assert_array_equal(image[150:], poses[0][150:])  # below the hands
    top = [np.flatnonzero((image > 40).any(1))[0] for image in poses]
    assert top[0] == top[1] > top[2] > top[3]  # the crown of the head, then raised hands


def test_a_turned_arm_keeps_its_area() -> None:
    bodies = mean_bodies(7)
    bodies["left_shoulder"] = bodies["right_shoulder"] = np.zeros(7)
    bodies["right_arm"] = np.zeros(7)
    bodies["left_arm"] = np.linspace(-0.35, 0.35, 7)  # nowhere near the trunk or the head
    area = render(bodies)[:, 0].astype(float).sum((1, 2))
    # Brightness too, but for the lamp, which is above.
    np.testing.assert_allclose(
        areas(render(bodies)[:, 0]), areas(render(bodies)[:, 0])[3], rtol=0.01
    )
    assert np.ptp(area) / area.mean() < 0.02


def test_joints_lie_on_the_figure_and_hands_end_it() -> None:
    places = joints_of({name: np.asarray(k, np.float64) for name, k in FACTORS.items()})
    for name, place in places.items():
        assert (at(IMAGES, place, 2) > 60).all(), name
    for side in ("left", "right"):
        wrist, hand = places[f"{side}_wrist"], places[f"{side}_hand"]
        along = (hand - wrist) / np.linalg.norm(hand - wrist, axis=1, keepdims=True)
        beyond = at(np.pad(IMAGES, ((0, 0), (20, 20), (20, 20))), hand + 14 * along + 40, 2)
        np.testing.assert_array_equal(beyond, 0)


def test_few_bodies_touch_the_border() -> None:
    drawn = render(draw_factors("train", 1000), 4)[:, 0]
    border = np.concatenate([drawn[:, 0], drawn[:, -1], drawn[:, :, 0], drawn[:, :, -1]], 1)
    assert (border > 0).any(1).mean() < 0.01


def test_dataset() -> None:
    dataset = load_dataset(BodiesOptions(downscale=4, n_train=N, n_test=10), None)
    np.testing.assert_array_equal(dataset.train.images, render(FACTORS, 4))
    np.testing.assert_array_equal(dataset.test.images, render(dataset.test.factors, 4))
    assert dataset.known_appearance == ("pose", *ANGLES)
    assert dataset.known_pose == SHAPE_FACTORS
    kinds = {name: known.dtype.name for name, known in dataset.test.factors.items()}
    assert kinds.pop("pose") == "int64"
    assert set(kinds.values()) == {"float32"}


class TwoCodes:
    """Codes of the pose and of the shape, by the names of an assignment."""

    def __init__(self, of: Dataset, appearance: str) -> None:
        test = of.test.factors
        pose = torch.tensor(np.stack([test[name] for name in ANGLES], 1))
        shape = torch.tensor(np.stack([test[name] for name in SHAPE_FACTORS], 1))
        codes = (pose, shape) if appearance == "pose" else (shape, pose)
        self.codes = dict(zip(("appearance", "pose"), codes, strict=True))

    def encode_known(self, rows: torch.Tensor, factors: object) -> dict[str, torch.Tensor]:
        del factors
        return {group: codes[rows] for group, codes in self.codes.items()}


@pytest.mark.parametrize("asked", ["pose", "shape"])
def test_the_posters_assignment_scores_high_where_its_numbers_stand(asked: str) -> None:
    """VITAE's poster: "disentangle body pose (appearance) and shape (perspective)"; 0.943."""
    options = BodiesOptions(appearance=asked)  # type: ignore[arg-type]
    test = Split(np.zeros((1000, 1, 2, 1), np.uint8), options.draw_factors("test", 1000))
    of = assigned(Dataset("bodies", "procedural", test, test), options.appearance)
    data = EvaluationData(of, torch.device("cpu"), 32)
    same, other = (
        METRICS.load("factor_scores").scores(TwoCodes(of, each), data)["d_score"]
        for each in (asked, "shape" if asked == "pose" else "pose")
    )
    assert same > 0.5
    assert other == pytest.approx(-same)


def test_spaces_beside_the_posters_numbers_have_its_assignment() -> None:
    trials = [*resolve(["space=vitae_bodies", "scale=smoke"]).trials]
    trials += resolve(["method=vae", "dataset=smpl", "scale=smoke"]).trials
    assert {trial.dataset.appearance for trial in trials} == {"pose"}


def test_bodies_of_before_keep_their_assignment() -> None:
    (now,) = resolve(["method=vae", "dataset=bodies", "scale=smoke", "seeds=1"]).trials
    stored = now.as_dict()
    del stored["dataset"]["appearance"]
    before = trial_from_dict(stored)
    assert before.dataset.appearance == "shape"
    assert before.trial_id != now.trial_id
    assert before.trial_id == "96e26b2d3f33"
