"""The arrays that a trial keeps for its figures."""

import dataclasses
from collections.abc import Mapping

import numpy as np
import pytest
import torch
from torch import Tensor

from harness.evaluation.artifacts import PICTURES, SWAPS, arrays_of, smaller
from harness.evaluation.latent_walks import MOST_DIMENSIONS, PAIRS, STEPS, WALK, between_images
from harness.methods import METHODS
from harness.metrics.data import EvaluationData
from tests.harness.evaluation.test_scores import data
from tests.harness.helpers import toys
from tests.harness.helpers.toys import KnownBound, MeanImage, build
from tests.harness.metrics.helpers.contract import Oracle
from tests.harness.metrics.helpers.contract import data as of_known
from tests.harness.metrics.helpers.contract import dataset as known_dataset

N = 37
OF_EACH_GROUP = [
    f"{kind}_{group}"
    for kind in ("walk", "dimensions", "kl", "between")
    for group in ("appearance", "pose")
] + ["ends_between"]


@pytest.mark.parametrize(
    ("name", "drawn"),
    [
        ("vae", {"reconstructions", "samples", "walk_latent", "dimensions_latent", "kl_latent"}),
        ("u_vitae", {"reconstructions", "samples", "appearance", *OF_EACH_GROUP}),
        ("c_vitae", {"reconstructions", "samples", "appearance", *OF_EACH_GROUP}),
    ],
)
def test_what_a_method_can_make_is_kept(name: str, drawn: set[str]) -> None:
    arrays = arrays_of(build(METHODS.load(name)), data(N), seed=0)
    assert arrays.keys() == {"test_images", *drawn}
    for key, array in arrays.items():
        kind, _, group = key.partition("_")
        if kind == "kl":
            assert array.dtype == np.float32
        elif kind == "dimensions":
            order = np.argsort(-arrays[f"kl_{group}"], kind="stable")
            np.testing.assert_array_equal(array, order[:MOST_DIMENSIONS])
            assert len(array) == len(arrays[f"walk_{group}"])
        else:
            assert array.dtype == np.uint8
            ends = {"walk": (WALK, 1, 6, 6), "between": (STEPS, 1, 6, 6), "ends": (2, 1, 6, 6)}
            assert array.shape[1:] == ends.get(kind, (1, 6, 6))
            assert len(array) == {
                "walk": len(arrays.get(f"kl_{group}", ())),
                "between": PAIRS,
                "ends": PAIRS,
            }.get(kind, PICTURES)
    np.testing.assert_array_equal(arrays["test_images"], toys.dataset(N).test.images[:PICTURES])
    assert len(np.unique(arrays["samples"], axis=0)) == PICTURES


@pytest.mark.parametrize(("side", "kept"), [(6, 6), (128, 128), (129, 64), (256, 128), (300, 100)])
def test_large_pictures_are_kept_as_means_of_squares(side: int, kept: int) -> None:
    given = torch.rand(2, 3, side, side, generator=torch.Generator().manual_seed(0))
    made = smaller(given)
    assert made.shape == (2, 3, kept, kept)
    times = side // kept
    # Float32: a mean of at most nine numbers below 1.
    torch.testing.assert_close(
        made[1, 2, 1, 2], given[1, 2, times : 2 * times, 2 * times :][:, :times].mean()
    )


def test_images_are_rounded_and_clipped() -> None:
    class Bright(KnownBound):
        def reconstruct(self, image: Tensor) -> Tensor:
            values = torch.tensor([-0.5, 0.0, 0.4 / 255, 0.6 / 255, 1.0, 7.0])
            return values.expand_as(image)

    arrays = arrays_of(build(Bright), data(3, n=3), seed=0)
    assert arrays["reconstructions"].shape == (3, 1, 6, 6), "as many as there are"
    assert arrays["reconstructions"][0, 0, 0].tolist() == [0, 0, 0, 1, 255, 255]


class LeftAndRight(MeanImage):
    """The left half of an image is its appearance, the right one its pose."""

    def swap(self, appearance_from: Tensor, pose_from: Tensor) -> Tensor:
        return torch.cat([appearance_from[..., :3], pose_from[..., 3:]], -1)

    def decode_groups(self, image: Tensor) -> dict[str, Tensor]:
        return {"appearance": image * 0, "pose": image}


def known(n: int = N) -> EvaluationData:
    """Each of three identities in each of many frames, once."""
    dataset = toys.dataset(n)
    factors = {"who": np.arange(n) % 3, "frame": np.arange(n) // 3}
    test = dataclasses.replace(dataset.test, factors=factors)
    dataset = dataclasses.replace(
        dataset, train=test, test=test, identity_factor="who", frame_factor="frame"
    )
    return EvaluationData(dataset, torch.device("cpu"), 5, test_batch_size=16)


def test_swaps_have_the_pose_of_their_row_and_the_appearance_of_their_column() -> None:
    arrays = arrays_of(build(LeftAndRight), known(), seed=0)
    assert arrays["swaps"].shape == (SWAPS * SWAPS, 1, 6, 6)
    for row in range(SWAPS):
        for column in range(SWAPS):
            shown = arrays["swaps"][row * SWAPS + column]
            np.testing.assert_array_equal(
                shown[..., :3], arrays["swap_appearance"][column][..., :3]
            )
            np.testing.assert_array_equal(shown[..., 3:], arrays["swap_pose"][row][..., 3:])
    assert len(np.unique(arrays["swap_pose"], axis=0)) == SWAPS


def test_what_each_code_shows_and_every_triplet_error_is_kept() -> None:
    arrays = arrays_of(build(LeftAndRight), known(), seed=0)
    np.testing.assert_array_equal(arrays["shown_by_pose"], arrays["test_images"])
    assert arrays["shown_by_appearance"].max() == 0
    assert arrays["triplet_errors"].shape == (1000,)
    assert arrays["triplet_errors"].dtype == np.float32
    first = toys.dataset(N).test.images[:PICTURES]
    assert not np.array_equal(arrays["test_images"], first), "neighbours are of one frame"


class Halves(LeftAndRight):
    """Encodes and decodes what it swaps."""

    def encode(self, image: Tensor) -> dict[str, Tensor]:
        return {"appearance": image[..., :3].flatten(1), "pose": image[..., 3:].flatten(1)}

    def decode(self, codes: Mapping[str, Tensor]) -> Tensor:
        halves = [codes[group].unflatten(1, (1, 6, 3)) for group in ("appearance", "pose")]
        return torch.cat(halves, -1)


def test_a_walk_between_images_changes_one_group_evenly_and_no_other() -> None:
    images = torch.rand(2 * PAIRS, 1, 6, 6, generator=torch.Generator().manual_seed(0))
    shown, poses = between_images(build(Halves), images, np.zeros(2 * PAIRS, bool))
    assert not poses
    start, end = images.chunk(2)
    torch.testing.assert_close(shown["ends_between"], torch.stack([start, end], 1))
    for group, half, other in (
        ("appearance", slice(0, 3), slice(3, 6)),
        ("pose", slice(3, 6), slice(0, 3)),
    ):
        walk = shown[f"between_{group}"]
        assert walk.shape == (PAIRS, STEPS, 1, 6, 6)
        torch.testing.assert_close(walk[:, 0], start)
        torch.testing.assert_close(walk[:, -1, ..., half], end[..., half])
        torch.testing.assert_close(
            walk[..., other], start[:, None, ..., other].expand(-1, STEPS, -1, -1, -1)
        )
        steps = walk.diff(dim=1)
        torch.testing.assert_close(steps, steps[:, :1].expand_as(steps))


def test_what_is_seen_restored_and_recovered_is_kept_with_changes_of_class() -> None:
    """Of a method that knows every image; the box it does not see is black in what it observes."""
    arrays = arrays_of(Oracle(known_dataset()), of_known(), seed=0)
    images = arrays["test_images"]
    np.testing.assert_array_equal(arrays["restored"], images)
    assert not arrays["observed"][..., 2:6, 2:6].any()
    np.testing.assert_array_equal(arrays["observed"][..., :2, :], images[..., :2, :])
    np.testing.assert_array_equal(arrays["recovered"], arrays["observed"])
    assert arrays["class_changed"].tolist() == [0] * PICTURES
