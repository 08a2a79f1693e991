"""What is given beside the images reaches the batches in the rows of its images."""

import numpy as np
import torch

from harness.data.batches import of_method
from harness.data.batches.pair_sampler import PairSampler
from harness.data.batches.sampler import Sampler
from harness.data.dataset import Dataset, Split
from tests.harness.data.batches.test_sampler import generator, number, numbered

N = 50


def split() -> Split:
    """Image i has a ``pose`` ``[2, 3]`` and a ``view`` ``[]`` that tell i."""
    pose = np.arange(N, dtype=np.float32)[:, None, None] + np.zeros((2, 3), np.float32)
    modalities = {"pose": pose, "view": -np.arange(N, dtype=np.float32)}
    return Split(numbered(N).images, {"who": np.arange(N) % 5}, modalities)


def test_of_shuffled_images_and_of_pairs_they_are_those_of_the_image() -> None:
    pairs = PairSampler(split(), "who", None, "cpu", 8, needs=("pose",))
    for sampler in (Sampler(split(), None, "cpu", 8, needs=("pose",)), pairs):
        for batch in sampler.epoch(generator()):
            assert "view" not in batch, "only what is needed"
            assert batch["pose"].shape[1:] == (2, 3)
            assert batch["pose"][:, 0, 0].tolist() == number(batch)


def test_a_split_is_scored_with_all_of_them_in_order() -> None:
    batches = list(of_method.test_batches(split(), "cpu", 16))
    assert torch.cat([batch["view"] for batch in batches]).tolist() == [-i for i in range(N)]
    assert all(batch["pose"].dtype == torch.float32 for batch in batches)


def test_the_first_images_keep_theirs_and_a_method_is_told_the_shapes() -> None:
    dataset = Dataset("numbers", "procedural", split(), split()).limited(train=7)
    assert dataset.train.modalities["pose"].shape == (7, 2, 3)
    assert dataset.spec.modalities == {"pose": (2, 3), "view": ()}
    assert dataset.train.nbytes > dataset.train.first(6).nbytes + 6 * 4
