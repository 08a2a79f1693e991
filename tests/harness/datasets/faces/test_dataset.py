from typing import Any

import numpy as np
import pytest
from scipy import stats

from harness.datasets.faces.dataset import (
    ATTRIBUTES,
    TRAITS,
    FacesOptions,
    attributes,
    draw_factors,
    render,
)
from harness.datasets.faces.layout import PERSPECTIVE, landmarks
from harness.datasets.registry import load_dataset

N = 40
FACTORS = draw_factors("train", N)
IMAGES = render(FACTORS)


def plain(n: int = 1, /, **traits: Any) -> dict[str, np.ndarray]:
    """Faces of mean traits without beard, wrinkles and glasses, lit and seen from the front."""
    mean = dict.fromkeys(TRAITS, 0.5)
    mean |= {"beard": 0.0, "glasses": 0.0, "wrinkles": 0.0}
    mean |= dict.fromkeys(PERSPECTIVE, 0.0) | {"face_scale": 1.0}
    return {name: np.broadcast_to(value, (n,)) for name, value in {**mean, **traits}.items()}


def at(images: np.ndarray, factors: dict[str, np.ndarray], name: str, dy: int = 0) -> np.ndarray:
    """The pixels ``[N, 3]`` nearest to a landmark, or ``dy`` below it."""
    known = landmarks(factors, 128 // images.shape[-1])
    columns, rows = (np.rint(known[f"{name}_{axis}"]).astype(int) for axis in "xy")
    return images[np.arange(len(images)), :, rows + dy, columns].astype(int)


def changed(one: dict[str, np.ndarray], other: dict[str, np.ndarray]) -> np.ndarray:
    """Which pixels ``[128, 128]`` of two faces differ visibly."""
    difference = render(one)[0].astype(int) - render(other)[0]
    return np.asarray(np.abs(difference).max(0) > 8)


def test_the_first_factors_never_change() -> None:
    # Golden: a change here changes every result on faces.
    assert [int(FACTORS[name][0]) for name in ATTRIBUTES] == [0, 0, 1, 1, 0, 0, 0, 0]
    first = [FACTORS[name][0] for name in (*TRAITS, *PERSPECTIVE)]
    np.testing.assert_allclose(
        first,
        [
            0.4052,
            0.3773,
            0.43,
            0.1878,
            0.4507,
            0.7674,
            0.1799,
            0.7365,
            0.7605,
            0.9221,
            0.4969,
            0.0611,
            0.7716,
            0.6809,
            0.9756,
            0.0946,
            0.0,
            0.8105,
            0.0,
            0.4551,
            0.4977,
            0.257,
            0.0572,
            -0.0889,
            -0.0171,
            0.0447,
            1.1302,
        ],
        atol=6e-5,
    )


def test_factors_have_their_distributions() -> None:
    drawn = draw_factors("train", 4000)
    ranges = {name: (0.0, 1.0) for name in TRAITS if name not in ("beard", "glasses")}
    ranges |= {"aspect": (-0.15, 0.3), "shift_x": (-0.07, 0.14), "shift_y": (-0.07, 0.14)}
    ranges["face_scale"] = (0.85, 0.3)
    # The draws are fixed; at 4,000 a wrong range gives p-values far below 1e-3.
    for name, args in ranges.items():
        assert stats.kstest(drawn[name], "uniform", args).pvalue > 1e-3, name
    for name, without in (("beard", 0.55), ("glasses", 0.8)):
        worn = drawn[name][drawn[name] > 0]
        assert 1 - len(worn) / 4000 == pytest.approx(without, abs=0.03)  # four deviations
        assert stats.kstest(worn, "uniform").pvalue > 1e-3, name
    for name in ATTRIBUTES:  # none is so rare that it could not be learned
        assert 0.15 < drawn[name].mean() < 0.65, name


def test_attributes_agree_with_their_thresholds() -> None:
    lowest, highest = attributes(plain(hair_tone=0.0)), attributes(plain(hair_tone=1.0))
    assert (lowest["black_hair"][0], lowest["blond_hair"][0]) == (1, 0)
    assert (highest["black_hair"][0], highest["blond_hair"][0]) == (0, 1)
    of_one_trait = {
        "young": ("wrinkles", 0.6, -1),
        "big_lips": ("lip_thickness", 0.65, 1),
        "big_nose": ("nose_width", 0.65, 1),
        "blond_hair": ("hair_tone", 0.75, 1),
        "black_hair": ("hair_tone", 0.25, -1),
        "smiling": ("smile", 0.5, 1),
        "eyeglasses": ("glasses", 0.0, 1),
    }
    for name, (trait, threshold, sign) in of_one_trait.items():
        expected = sign * (FACTORS[trait] - threshold) > 0
        np.testing.assert_array_equal(FACTORS[name], expected, err_msg=name)
    masculine = FACTORS["beard"] + FACTORS["jaw_width"] - FACTORS["hair_length"]
    np.testing.assert_array_equal(FACTORS["male"], masculine > 0.25)


def test_landmarks_fall_on_the_drawn_features() -> None:
    bare = {**FACTORS, "glasses": 0 * FACTORS["glasses"]}
    images = render(bare)
    for side in ("left", "right"):
        # The pupil, black but for what the iris gives to its outermost pixels...
        assert (at(images, bare, f"{side}_eye").max(1) < 100).all()
        known = landmarks(bare)
        x = np.rint(known[f"{side}_eye_x"]).astype(int)
        y = np.rint(known[f"{side}_eye_y"]).astype(int)
        # ... beside the white, which is grey, unlike the skin around it.
        near = np.stack([images[np.arange(N), :, y, x + dx] for dx in (-5, -4, 4, 5)], 1)
        grey = near.max(2).astype(int) - near.min(2) < 30
        assert (grey & (near.min(2) > 120)).any(1).all()
        # Lips are redder than the skin below the corner of the mouth.
        corner, chin = at(images, bare, f"{side}_mouth"), at(images, bare, f"{side}_mouth", 5)
        assert np.mean((corner[:, 0] - corner[:, 1]) > (chin[:, 0] - chin[:, 1])) > 0.9
    assert (at(images, bare, "nose").sum(1) > at(images, bare, "nose", 3).sum(1)).all()


def test_landmarks_of_small_images_are_those_of_the_large_ones() -> None:
    full, half = landmarks(FACTORS), landmarks(FACTORS, 2)
    for name, known in full.items():
        # The centre of a pixel of half the size lies between two of the full size.
        np.testing.assert_allclose((half[name] + 0.5) * 2 - 0.5, known, atol=1e-4)
        assert known.dtype == np.float32
        assert (known > 0).all()
        assert (known < 127).all()


@pytest.mark.parametrize("downscale", [2, 4])
def test_a_small_image_is_a_full_size_one_seen_from_afar(downscale: int) -> None:
    side = 128 // downscale
    small = render(FACTORS, downscale)
    assert small.shape == (N, 3, side, side)
    boxes = IMAGES.reshape(N, 3, side, downscale, side, downscale).mean((3, 5))
    # Not equal: features thinner than a pixel are painted a pixel wide, and layers that share an
    # edge cover one another there.
    assert np.abs(boxes - small).mean() < 3
    correlation = np.corrcoef(boxes.ravel(), small.ravel())[0, 1]
    assert correlation > 0.99


def test_a_shift_moves_the_face_over_the_background() -> None:
    still = plain(light=0.3, hair_parting=0.8)
    right, down = ({**still, name: np.array([8 / 128])} for name in ("shift_x", "shift_y"))
    before, after = render(still)[0].astype(int), render(right)[0].astype(int)
    np.testing.assert_allclose(after[:, :, 20:-1], before[:, :, 12:-9], atol=1)
    lowered = render(down)[0].astype(int)
    # Within the face: the background, which grows darker downwards, stays.
    np.testing.assert_allclose(lowered[:, 40:100, 52:76], before[:, 32:92, 52:76], atol=1)


def test_scale_and_aspect_stretch_the_face() -> None:
    seen = [plain(), plain(face_scale=1.15), plain(aspect=0.15)]
    wide, high = [], []
    for factors in seen:
        known = landmarks(factors)
        wide.append(float(known["right_eye_x"][0] - known["left_eye_x"][0]))
        high.append(float(known["left_mouth_y"][0] - known["left_eye_y"][0]))
    assert wide[1] / wide[0] == pytest.approx(1.15, rel=1e-5)
    assert high[1] / high[0] == pytest.approx(1.15, rel=1e-5)
    assert (wide[2] / high[2]) / (wide[0] / high[0]) == pytest.approx(np.exp(0.15), rel=1e-5)
    assert wide[2] * high[2] == pytest.approx(wide[0] * high[0], rel=1e-5)  # its area stays
    # What is drawn stretches as the landmarks do: the head at the height of the mouth.
    heads = []
    for factors in seen:
        row = round(float(landmarks(factors)["left_mouth_y"][0]))
        image = render({**factors, "hair_length": np.zeros(1)})[0, :, row].astype(int)
        heads.append(int((image[0] - image[2] > 20).sum()))  # skin, on a bluish background
    assert heads[1] / heads[0] == pytest.approx(1.15, abs=0.04)  # 1 pixel at each side
    assert heads[2] / heads[0] == pytest.approx(np.exp(0.075), abs=0.04)


def test_a_face_lit_from_the_front_and_parted_in_the_middle_is_symmetric() -> None:
    image = render(plain())[0].astype(int)
    differs = np.abs(image - image[:, :, ::-1]).max(0) > 2
    # But for the glints in the eyes, which are on the same side of both.
    rows, columns = np.nonzero(differs)
    known = landmarks(plain())
    assert np.abs(rows - known["left_eye_y"][0]).max(initial=0) < 6
    aside = np.abs(np.abs(columns - 63.5) - (known["right_eye_x"][0] - 63.5))
    assert aside.max(initial=0) < 6


@pytest.mark.parametrize("name", TRAITS)
def test_every_trait_changes_the_picture(name: str) -> None:
    assert changed(plain(**{name: 0.1}), plain(**{name: 0.9})).sum() > 20


def test_a_trait_changes_its_own_part_of_the_face_alone() -> None:
    eyes, mouth = np.s_[54:74, :], np.s_[80:104, :]
    places = {"eye_tone": eyes, "glasses": np.s_[48:84, :], "lip_thickness": mouth, "smile": mouth}
    for name, place in places.items():
        change = changed(plain(**{name: 0.0}), plain(**{name: 1.0}))
        assert change[place].sum() == change.sum(), name


def test_a_smile_lifts_the_corners_of_the_mouth_and_shows_teeth() -> None:
    neutral, smiling = plain(smile=0.0), plain(smile=1.0)
    for side in ("left", "right"):
        lifted = landmarks(smiling)[f"{side}_mouth_y"] - landmarks(neutral)[f"{side}_mouth_y"]
        assert lifted[0] < -4
    row = np.s_[0, :, 84:96, 58:70]
    white = [(render(f)[row].min(0) > 200).sum() for f in (neutral, smiling)]
    assert white[0] == 0
    assert white[1] > 10


def test_hair_is_as_light_as_its_tone() -> None:
    tones = np.linspace(0, 1, 6)
    crown = render(plain(6, hair_tone=tones))[:, :, 30, 64].astype(int).sum(1)
    assert (np.diff(crown) > 0).all()


def test_dataset() -> None:
    dataset = load_dataset(FacesOptions(n_train=N, n_test=10), None)
    np.testing.assert_array_equal(dataset.train.images, IMAGES)
    np.testing.assert_array_equal(dataset.test.images, render(dataset.test.factors))
    assert dataset.known_appearance == (*ATTRIBUTES, *TRAITS)
    assert dataset.known_pose == PERSPECTIVE
    for name, known in dataset.test.factors.items():
        assert known.dtype == (np.int64 if name in ATTRIBUTES else np.float32), name
    assert set(landmarks(FACTORS)) < dataset.test.factors.keys()
