"""``vkitti2``: cameras, depths and flow of its files, and files that are not as they should be."""

from pathlib import Path

import numpy as np
import pytest

from harness.data.dataset import Dataset
from harness.datasets.scenes.modalities import INTRINSICS
from harness.datasets.scenes.vkitti2 import FARTHEST, Vkitti2Options
from harness.errors import CorruptFileError, UserError
from tests.harness.datasets.helpers.vkitti2_files import CAMERA, HEIGHT, STEP, WIDTH, write_vkitti2


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    root = tmp_path_factory.mktemp("data")
    write_vkitti2(root)
    return root


@pytest.fixture(scope="module")
def loaded(folder: Path, tmp_path_factory: pytest.TempPathFactory) -> Dataset:
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("UNBRAID_CACHE", str(tmp_path_factory.mktemp("cache")))
        return Vkitti2Options().load(folder)


def test_pairs_of_frames_and_what_is_kept_for_the_memory(loaded: Dataset) -> None:
    assert loaded.train.images.shape == (7, 6, 64, 208), "two scenes of seven pairs, every second"
    assert len(loaded.test) == 4
    first, second = loaded.train.images[0, :3], loaded.train.images[0, 3:]
    assert not np.array_equal(first, second)
    own, others = (loaded.train.modalities[name] for name in ("depth", "unpaired_depth"))
    assert own[0, 0, -1, 0] == pytest.approx(12)
    assert others[0, 0, -1, 0] == pytest.approx(12 - STEP)


def test_depths_are_metres_and_the_sky_is_far(loaded: Dataset) -> None:
    depth = loaded.train.modalities["depth"]
    assert depth.dtype == np.float32
    assert (depth[:, 0, 0] == FARTHEST).all()
    assert (depth[:, 0, 20:] <= 12).all()


def test_intrinsics_are_those_of_the_resized_frames(loaded: Dataset) -> None:
    across, down = 208 / WIDTH, 64 / HEIGHT
    expected = [
        CAMERA[0] * across,
        CAMERA[1] * down,
        (CAMERA[2] + 0.5) * across - 0.5,
        (CAMERA[3] + 0.5) * down - 0.5,
    ]
    np.testing.assert_allclose(loaded.tables[INTRINSICS], expected, rtol=1e-6)


def test_the_flow_of_a_wall_that_comes_nearer(loaded: Dataset) -> None:
    of = loaded.train.modalities
    np.testing.assert_allclose(of["motion"][0], [1, 0, 0, 0, 1, 0, 0, 0, 1, 0, 0, -STEP], atol=1e-6)
    cx = loaded.tables[INTRINSICS][2]
    columns = np.arange(208)
    expected = (columns - cx) * (12 / (12 - STEP) - 1)
    np.testing.assert_allclose(of["flow"][0, 0, -1], expected, atol=1e-3)
    visible = of["visible"][0, 0, 40]
    assert visible[100] == 1
    assert visible[0] == visible[-1] == 0, "they leave the frame"


def test_fewer_pairs_are_the_first(
    folder: Path, loaded: Dataset, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("UNBRAID_CACHE", str(tmp_path))
    few = Vkitti2Options(n_train=2, n_test=1).load(folder)
    np.testing.assert_array_equal(few.train.images, loaded.train.images[:2])
    assert len(few.test) == 1


def test_one_scene_is_too_few(folder: Path) -> None:
    with pytest.raises(UserError, match="has 0 with a folder 'fog'"):
        Vkitti2Options(variation="fog").check(folder)


@pytest.mark.parametrize(
    ("name", "edit", "said"),
    [
        ("intrinsic.txt", lambda text: text.replace("72.5", "x"), "could not convert"),
        ("intrinsic.txt", lambda text: text.replace("\n3 0", "\n9 0"), "not of the same frames"),
        ("extrinsic.txt", lambda text: text.replace("1.0\n", "\n"), "18 numbers"),
    ],
)
def test_tables_of_another_form_are_named(
    tmp_path: Path, name: str, edit: "object", said: str
) -> None:
    write_vkitti2(tmp_path)
    path = tmp_path / "vkitti2/Scene02/clone" / name
    path.write_text(edit(path.read_text()))  # type: ignore[operator]
    with pytest.raises(CorruptFileError, match=said):
        Vkitti2Options().check(tmp_path)


def test_another_camera_in_a_scene_is_refused(tmp_path: Path) -> None:
    write_vkitti2(tmp_path)
    path = tmp_path / "vkitti2/Scene20/clone/intrinsic.txt"
    path.write_text(path.read_text().replace("72.5", "90.5"))
    with pytest.raises(UserError, match="different intrinsics"):
        Vkitti2Options().load(tmp_path)


def test_a_depth_of_eight_bits_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from PIL import Image

    monkeypatch.setenv("UNBRAID_CACHE", str(tmp_path / "cache"))
    path = write_vkitti2(tmp_path)[3]
    Image.fromarray(np.zeros((HEIGHT, WIDTH), np.uint8)).save(path)
    with pytest.raises(CorruptFileError, match="16 bits"):
        Vkitti2Options().load(tmp_path)
