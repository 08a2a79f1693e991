"""Joints of LSP and MPII are where the photographs show them, in Human3.6M's order."""

from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from harness.datasets.wild.lsp import LspOptions
from harness.datasets.wild.mpii import MpiiOptions
from harness.drawing.skeleton import KEYPOINTS
from harness.errors import CorruptFileError, UserError
from tests.harness.datasets.helpers.wild_files import places, write_lsp, write_lspet, write_mpii


@pytest.fixture(autouse=True)
def _cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("UNBRAID_CACHE", str(tmp_path / "cache"))


def test_joints_are_where_the_photographs_show_them(tmp_path: Path) -> None:
    """A white square on the right ankle of every person is found at the right ankle's place."""
    folder = write_lsp(tmp_path)
    for number, at in enumerate(places(14), start=1):
        pixels = np.zeros((60, 80, 3), np.uint8)
        x, y = np.rint(at[0]).astype(int)
        pixels[y - 2 : y + 3, x - 2 : x + 3] = 255
        Image.fromarray(pixels).save(folder / f"images/im{number:04d}.jpg", quality=100)
    dataset = LspOptions().load(tmp_path)
    assert (len(dataset.train), len(dataset.test)) == (5, 5)
    for split in (dataset.train, dataset.test):
        light = split.images.min(1).astype(float) * (split.images.min(1) > 150)
        down, right = np.indices((64, 64))
        total = light.sum((1, 2))
        x, y = ((light * of).sum((1, 2)) / total for of in (right, down))
        np.testing.assert_allclose(x, split.factors["right_ankle_x"], atol=1)
        np.testing.assert_allclose(y, split.factors["right_ankle_y"], atol=1)


def test_what_is_not_labelled_is_said_so(tmp_path: Path) -> None:
    write_lsp(tmp_path)
    write_lspet(tmp_path)
    write_mpii(tmp_path)
    lsp = LspOptions(extended=True).load(tmp_path)
    assert len(lsp.train) == 5 + 10
    visible = lsp.train.modalities["visible_2d"]
    ankle, spine = KEYPOINTS.index("right_ankle"), KEYPOINTS.index("spine")
    assert visible[:, ankle].sum() == 5, "LSPET's people have none"
    assert not visible[:, spine].any()
    assert not lsp.train.modalities["joints_2d"][visible == 0].any()
    assert np.abs(lsp.train.modalities["joints_2d"]).max() <= 1 / 1.25 + 1e-5
    hips = [KEYPOINTS.index(name) for name in ("left_hip", "right_hip")]
    at = lsp.train.modalities["joints_2d"]
    np.testing.assert_allclose(at[:, 0], at[:, hips].mean(1), atol=1e-6)
    mpii = MpiiOptions().load(tmp_path).train
    left_hip = mpii.modalities["visible_2d"][:, KEYPOINTS.index("left_hip")]
    assert not left_hip.any()
    assert mpii.modalities["visible_2d"][:, 0].all(), "MPII labels the pelvis itself"


@pytest.mark.parametrize(
    "content", ["{}", "[1]", '[{"image": "a.jpg"}]', '[{"image": "../a", "joints": 1}]', "["]
)
def test_lists_of_another_form_are_named(tmp_path: Path, content: str) -> None:
    path = write_mpii(tmp_path) / "annot/train.json"
    path.write_text(content)
    with pytest.raises(CorruptFileError, match=str(path)):
        MpiiOptions().check(tmp_path)


@pytest.mark.parametrize("options", [LspOptions(), MpiiOptions()], ids=["lsp", "mpii"])
def test_missing_files_are_named_with_dataset_and_folder(
    options: LspOptions | MpiiOptions, tmp_path: Path
) -> None:
    folder = tmp_path / options.name
    where = folder / "annot" if options.name == "mpii" else folder
    with pytest.raises(UserError, match=rf"dataset '{options.name}' .*looked in {where}\b"):
        options.check(tmp_path)
