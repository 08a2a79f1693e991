"""The three variants of disentanglement_lib, against its own arithmetic."""

from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from harness import keyed_random
from harness.data.dataset import Dataset
from harness.datasets.grids.dsprites.backgrounds import Background, painted
from harness.errors import CorruptFileError, UserError
from tests.harness.datasets.helpers.asking import Ask, both, loaded
from tests.harness.datasets.helpers.grid_files import SmallDsprites, pictures, write_dsprites

WHITE = np.zeros((64, 64), bool)
WHITE[10:20, 30:50] = True


def painting(root: Path, width: int = 400, height: int = 300) -> np.ndarray:
    """Write a picture; return it at the size that patches are cut from."""
    ramp = np.add.outer(np.arange(height), np.arange(width))[..., None] * [1, 2, 3] % 256
    picture = Image.fromarray(ramp.astype(np.uint8))
    picture.save(root / "scream.png")
    picture.thumbnail((350, 274))
    return np.asarray(picture)


def load(root: Path | None, background: Background, **options: object) -> Dataset:
    return loaded(SmallDsprites(background=background, **options), root)  # type: ignore[arg-type]


def test_color_multiplies_the_object_by_one_colour() -> None:
    image = painted("color", WHITE, "a")
    inside, outside = image[:, WHITE], image[:, ~WHITE]
    assert not outside.any()
    assert (inside == inside[:, :1]).all()
    of_many = np.stack([painted("color", WHITE, f"{k}")[:, 12, 35] for k in range(500)])
    assert of_many.min() >= 127
    np.testing.assert_allclose(of_many.mean(0), 255 * 0.75, atol=6)
    assert np.corrcoef(of_many.T)[0, 1] < 0.2, "three numbers, not a grey"


def test_noise_is_added_and_cut_off_at_white() -> None:
    image = painted("noise", WHITE, "a")
    noise = keyed_random.uniforms("a", 1, 3 * 64 * 64).reshape(3, 64, 64)
    expected = np.minimum(WHITE.astype(float) + noise, 1.0)
    np.testing.assert_array_equal(image, np.rint(255 * expected))
    assert (image[:, WHITE] == 255).all()
    assert abs(image[:, ~WHITE].mean() - 127.5) < 3


def test_scream_inverts_the_object_on_a_tinted_patch() -> None:
    picture = pictures(1, 96, 128, 3)[0]
    image = painted("scream", WHITE, "a", picture) / 255
    down, across, *color = keyed_random.uniforms("a", 1, 5)[0]
    top, left = int(down * 32), int(across * 64)
    background = (picture[top : top + 64, left : left + 64] / 255 + color) / 2
    background[WHITE] = 1 - background[WHITE]
    np.testing.assert_allclose(image.transpose(1, 2, 0), background, atol=0.5 / 255 + 1e-9)


def test_patches_are_from_anywhere_in_the_picture() -> None:
    picture = np.zeros((80, 100, 3), np.uint8)
    picture[..., 0], picture[..., 1] = np.arange(80)[:, None], np.arange(100)
    corners = set()
    for k in range(400):
        color = keyed_random.uniforms(f"{k}", 1, 5)[0, 2:]
        patch = painted("scream", np.zeros((64, 64), bool), f"{k}", picture)
        corners.add(tuple(2 * patch[:2, 0, 0].astype(int) - np.rint(255 * color[:2]).astype(int)))
    rows, columns = zip(*corners, strict=True)
    assert (min(rows), max(rows)) == pytest.approx((0, 15), abs=2)
    assert (min(columns), max(columns)) == pytest.approx((0, 35), abs=2)


@pytest.mark.parametrize("background", ["color", "noise", "scream"])
def test_the_background_follows_from_seed_and_image_alone(
    background: Background, tmp_path: Path
) -> None:
    painting(tmp_path)
    write_dsprites(tmp_path)
    whole = load(tmp_path, background)
    assert whole.train.images.shape == (44, 3, 64, 64)
    few = load(tmp_path, background, n_train=5, n_test=20)
    shown = SmallDsprites.grid.index(few.test.factors)
    everything = np.concatenate([whole.train.images, whole.test.images])
    places = np.concatenate(
        [SmallDsprites.grid.index(s.factors) for s in (whole.train, whole.test)]
    )
    np.testing.assert_array_equal(few.test.images, everything[np.argsort(places)][shown])
    other = load(tmp_path, background, seed=1)
    at = SmallDsprites.grid.index(other.test.factors)
    assert not (other.test.images == everything[np.argsort(places)][at]).all((1, 2, 3)).any()
    real = load(tmp_path, background, source="real")
    assert (real.source, whole.source) == ("real", "procedural")
    outside = (real.test.images == whole.test.images).all(1)
    assert 0.2 < outside.mean() < 1, "the same background behind other shapes"


@both
def test_scream_needs_a_picture_of_the_users(ask: Ask, tmp_path: Path) -> None:
    options = SmallDsprites(background="scream")
    said = r"missing: scream.jpg .*FOLDER/dsprites the picture scream.jpg or scream.png"
    for root in (None, tmp_path):
        with pytest.raises(UserError, match=said if root else "the picture scream.jpg"):
            ask(options, root)
    (tmp_path / "scream.jpg").write_bytes(b"no picture")
    with pytest.raises(
        CorruptFileError, match=f"{tmp_path}/scream.jpg is truncated, damaged or no"
    ):
        ask(options, tmp_path)
    (tmp_path / "scream.jpg").unlink()
    painting(tmp_path, 400, 70)
    with pytest.raises(UserError, match="350x61 pixels where it fits into 350x274: too small"):
        ask(options, tmp_path)


def test_another_picture_makes_other_images(tmp_path: Path) -> None:
    picture = painting(tmp_path)
    assert picture.shape[:2] == (263, 350)
    first = load(tmp_path, "scream").test.images.copy()
    Image.fromarray(pictures(1, 296, 400, 3)[0]).save(tmp_path / "scream.png")
    assert not np.array_equal(load(tmp_path, "scream").test.images, first)
