from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from harness.data.dataset import Dataset
from harness.datasets.registry import load_dataset
from harness.datasets.sprites.dataset import SpritesOptions
from harness.datasets.sprites.lpc import FILE, read_lpc
from harness.errors import CorruptFileError, UserError
from tests.harness.datasets.helpers.asking import Ask, both, loaded
from tests.harness.datasets.helpers.identity_frame_files import lpc_arrays, write_lpc
from tests.helpers.real_data import real_data

REAL = SpritesOptions(source="real")


def load(root: Path, options: SpritesOptions = REAL) -> Dataset:
    return loaded(options, root)


def picture(n: int, action: int, direction: int, phase: int) -> np.ndarray:
    """What the format's definition says, ``[3, 64, 64]``."""
    arrays = lpc_arrays()
    index = arrays["index"][arrays["cell_of"][action, direction, phase], n]
    return np.moveaxis(arrays["palette"][index], -1, 0)


def test_every_image_is_the_one_its_factors_name(tmp_path: Path) -> None:
    write_lpc(tmp_path / "sprites_lpc")
    dataset = load(tmp_path)
    assert (dataset.name, dataset.source) == ("sprites", "real")
    assert len(dataset.train) + len(dataset.test) == 16 * 12
    assert dataset.known_appearance == ("body", "hair")
    assert dataset.known_pose == ("action", "direction", "phase")
    for split in (dataset.train, dataset.test):
        names = ("identity", "action", "direction", "phase")
        for image, *place in zip(
            split.images, *(split.factors[name] for name in names), strict=True
        ):
            np.testing.assert_array_equal(image, picture(*place))
        attributes = np.stack([split.factors["body"], split.factors["hair"]], axis=1)
        np.testing.assert_array_equal(
            attributes, lpc_arrays()["attributes"][split.factors["identity"]]
        )


def test_frames_that_look_the_same_are_one_frame(tmp_path: Path) -> None:
    write_lpc(tmp_path / "sprites")
    train = load(tmp_path).train
    frame, identity = train.factors["frame"], train.factors["identity"]
    assert len(np.unique(frame)) == 5  # cells, of twelve places
    one = identity == identity[0]
    pictures = [bytes(image) for image in train.images[one]]
    assert len(set(pictures)) == 5
    for label in range(5):
        assert len({pictures[k] for k in np.flatnonzero(frame[one] == label)}) == 1


def test_test_characters_are_others_and_always_the_same(tmp_path: Path) -> None:
    write_lpc(tmp_path / "sprites")
    dataset = load(tmp_path)
    who = [set(split.factors["identity"]) for split in (dataset.train, dataset.test)]
    assert (len(who[0]), len(who[1])) == (12, 4)
    assert who[0] | who[1] == set(range(16))
    again = load(tmp_path, SpritesOptions(source="real", downscale=2, n_test=9))
    assert set(again.test.factors["identity"]) <= who[1]
    assert again.test.images.shape == (9, 3, 32, 32)


@both
def test_missing_files_are_named_with_the_remedy(
    ask: Ask, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    remedy = f"data_root=FOLDER.*sprites_<n>.mat.*{FILE}.*source=procedural needs no files"
    with pytest.raises(UserError, match=f"need a folder with data.*{remedy}"):
        ask(REAL, None)
    (tmp_path / "sprites_lpc").mkdir()
    with pytest.raises(UserError, match=f"missing .looked in .*sprites_lpc, .*{remedy}"):
        ask(REAL, tmp_path)


@both
def test_several_sets_are_not_guessed_between(ask: Ask, tmp_path: Path) -> None:
    write_lpc(tmp_path / "sprites_lpc")
    (tmp_path / "sprites_reed").mkdir()
    (tmp_path / "sprites_reed" / "sprites_1.mat").touch()
    with pytest.raises(UserError, match=r"Li and Mandt's in .*lpc and Reed's in .*reed.*data_root"):
        ask(REAL, tmp_path)
    ask(REAL, tmp_path / "sprites_lpc")  # as the message says


Damage = Callable[[dict[str, np.ndarray]], dict[str, np.ndarray]]
WRONG: list[tuple[str, Damage]] = [
    ("holds no array 'cell_of'", lambda a: {k: v for k, v in a.items() if k != "cell_of"}),
    ("the array 'palette' has the shape", lambda a: {**a, "palette": a["palette"][:, 0]}),
    ("'attributes' .* are not 2 of 16", lambda a: {**a, "attributes": a["attributes"][1:]}),
    ("do not go together", lambda a: {**a, "index": a["index"][:4]}),
    ("do not go together", lambda a: {**a, "index": a["index"][:, :, :60]}),
]


@both
@pytest.mark.parametrize(("said", "damage"), WRONG)
def test_what_is_wrong_with_a_file_is_said(
    ask: Ask, tmp_path: Path, said: str, damage: Damage
) -> None:
    path = write_lpc(tmp_path / "sprites", damage(lpc_arrays()))
    with pytest.raises(CorruptFileError, match=said) as caught:
        ask(REAL, tmp_path)
    assert str(path) in str(caught.value)


def test_indices_beyond_the_palette_are_found_before_training(tmp_path: Path) -> None:
    arrays = lpc_arrays()
    write_lpc(tmp_path / "sprites", {**arrays, "palette": arrays["palette"][:39]})
    with pytest.raises(CorruptFileError, match="colours beyond the 39"):
        load_dataset(REAL, tmp_path)


@both
def test_too_few_characters_or_frames_are_refused(ask: Ask, tmp_path: Path) -> None:
    arrays = lpc_arrays()
    one = {"index": arrays["index"][:, :1], "attributes": arrays["attributes"][:1]}
    write_lpc(tmp_path / "sprites", {**arrays, **one})
    with pytest.raises(UserError, match=f"{FILE}: 1 found, at least 4 are needed"):
        ask(REAL, tmp_path)
    still = {"cell_of": np.full((1, 2, 2), 3, np.uint8)}  # four places that look the same
    write_lpc(tmp_path / "sprites", {**arrays, **still})
    with pytest.raises(UserError, match="each is shown in one frame only"):
        ask(REAL, tmp_path)


@pytest.mark.data
def test_real_sprites_of_li_and_mandt() -> None:
    folder = real_data("sprites_lpc") / "sprites_lpc"
    everything = read_lpc(folder / FILE)
    assert len(everything.of_identity["identity"]) == 6**4
    assert len(everything.of_frame["phase"]) == 3 * 3 * 8
    assert len(np.unique(everything.of_frame["frame"])) == 63
    dataset = load(folder, SpritesOptions(source="real", downscale=2, n_train=2000, n_test=1000))
    assert dataset.known_appearance == ("body", "bottomwear", "topwear", "hair")
    # Characters stand on black, in the lower middle of the image.
    black = (dataset.test.images == 0).mean(axis=(0, 1))
    assert black[:4].min() > 0.99
    assert black[16:28, 12:20].max() < 0.75
    # Two frames of one character share more of its colours than those of two characters do.
    colours = np.stack([np.bincount(image.ravel() // 16, minlength=16) for image in
                        dataset.test.images[:200]]).astype(float)  # fmt: skip
    apart = np.abs(colours[:, None] - colours).sum(-1)
    who = dataset.test.factors["identity"][:200]
    same = (who[:, None] == who) & ~np.eye(200, dtype=bool)
    assert apart[same].mean() < 0.8 * apart[who[:, None] != who].mean()
