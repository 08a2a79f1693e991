"""Hidden parts and memories of CelebA: from its own landmarks and attributes."""

from pathlib import Path

import numpy as np
import pytest

from harness.datasets.celeba.dataset import CelebaOptions
from harness.errors import UserError
from tests.harness.datasets.helpers.celeba_files import write_celeba


def test_boxes_are_made_of_the_landmarks_of_the_resized_image(tmp_path: Path) -> None:
    write_celeba(tmp_path)
    train = CelebaOptions(obscured="mouth").load(tmp_path).train
    half = CelebaOptions(obscured="mouth", downscale=2).load(tmp_path).train
    corners = [train.factors[f"{side}_mouth_x"] for side in ("left", "right")]
    middle = sum(corners) / 2 + 0.5
    left, _, wide, _ = train.modalities["hidden"].T
    np.testing.assert_allclose(left + wide / 2, middle, rtol=1e-5)
    np.testing.assert_allclose(half.modalities["hidden"] * 2, train.modalities["hidden"], atol=1e-4)


def test_a_memory_is_of_one_of_the_forty_attributes(tmp_path: Path) -> None:
    write_celeba(tmp_path)
    options = CelebaOptions(memory="not_young", memory_share=0.9)
    options.check(tmp_path)
    dataset = options.load(tmp_path)
    np.testing.assert_array_equal(
        dataset.train.factors["wanted"], 1 - dataset.train.factors["young"]
    )
    with pytest.raises(UserError, match=r"memory=nobody.*male.*not_NAME"):
        CelebaOptions(memory="nobody").check(tmp_path)


def test_without_landmarks_nothing_can_be_hidden(tmp_path: Path) -> None:
    write_celeba(tmp_path, with_landmarks=False)
    CelebaOptions().check(tmp_path)
    with pytest.raises(UserError, match=r"obscured=nose.*list_landmarks_align_celeba.txt"):
        CelebaOptions(obscured="nose").check(tmp_path)
