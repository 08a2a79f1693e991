"""Batches of pairs: who stands beside whom."""

import itertools

import numpy as np
import pytest
import torch

from harness.config.sweep import resolve
from harness.data.batches.pair_sampler import PairSampler
from harness.data.dataset import Split, WarpRange
from harness.errors import UserError
from models.method import Method
from tests.harness.data.batches.test_sampler import generator, number, numbered

PEOPLE = 6


def sampler(n: int, batch_size: int = 32, **options: object) -> PairSampler:
    """Identities 5, 15, 25 … in turn: images with the same remainder are of one."""
    split = Split(numbered(n).images, {"who": 5 + 10 * (np.arange(n) % PEOPLE)})
    return PairSampler(split, "who", None, "cpu", batch_size, **options)


def partner(batch: dict[str, torch.Tensor]) -> list[int]:
    return number({"image": batch["same"]})


@pytest.mark.parametrize("n", [2, 64, 65, 255])
def test_every_image_is_once_the_one_to_be_reconstructed(n: int) -> None:
    of = sampler(n)
    batches = list(of.epoch(generator()))
    images = list(itertools.chain(*map(number, batches)))
    assert len(images) == len(set(images)) == n - n % 2
    assert len(batches) == len(of)
    assert all(len(batch["image"]) % 2 == 0 for batch in batches)


def test_beside_it_stands_one_of_its_identity_any_of_them_alike() -> None:
    of, shared = sampler(60), generator()
    met = np.zeros((60, 60), int)
    for _ in range(200):
        for batch in of.epoch(shared):
            pairs = list(zip(number(batch), partner(batch), strict=True))
            assert batch["identity"].tolist() == [first % PEOPLE for first, _ in pairs]
            assert batch["identity"].dtype == torch.int64
            for first, second in pairs:
                met[first, second] += 1
    same = np.arange(60)[:, None] % PEOPLE == np.arange(60) % PEOPLE
    assert (met[~same] == 0).all()
    # 200 passes over 10 of an identity: 20 times each, and itself as often as another. The largest
    # of 600 binomial counts lies within 5 standard deviations of 4.2.
    assert np.abs(met[same] - 20).max() < 5 * np.sqrt(200 * 0.1 * 0.9)


def test_a_pass_depends_on_the_generator_alone_and_pairs_change_with_every_pass() -> None:
    of, shared = sampler(60), generator()
    first, second = ([(number(b), partner(b)) for b in of.epoch(shared)] for _ in range(2))
    assert first != second
    again = generator()
    assert [(number(b), partner(b)) for b in of.epoch(again)] == first
    before = torch.get_rng_state()
    list(of.epoch(generator()))
    assert torch.equal(torch.get_rng_state(), before)


def test_streamed_pairs_are_the_same_bit_for_bit() -> None:
    resident, streamed = sampler(100), sampler(100, resident_limit=0)
    for one, other in zip(resident.epoch(generator()), streamed.epoch(generator()), strict=True):
        for name, of in one.items():
            assert torch.equal(of, other[name])


def test_the_two_images_of_a_pair_are_warped_apart() -> None:
    images = np.random.default_rng(0).integers(0, 256, (8, 1, 9, 9), np.uint8)
    split = Split(images[:1].repeat(8, 0), {"who": np.zeros(8, np.int64)})
    (batch,) = PairSampler(split, "who", WarpRange(20, 0.1), "cpu", 8).epoch(generator())
    shown = torch.cat([batch["image"], batch["same"]]).flatten(1)
    assert len(torch.unique(shown, dim=0)) == 16


class Paired(Method):
    consumes = "pairs"


def test_what_cannot_give_pairs_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("harness.config.checks.declaration", lambda name: Paired)
    assert resolve(["method=vae", "dataset=digits"]).trials
    with pytest.raises(
        UserError, match=r"the dataset 'bodies' does not know. Choose one of .*digits, "
    ):
        resolve(["method=vae", "dataset=bodies"])
    with pytest.raises(UserError, match=r"needs an even number of pairs, .*: 8\."):
        resolve(["method=vae", "dataset=digits", "scale.batch_size=7"])


def test_without_shuffling_pairs_stand_in_the_order_of_the_split() -> None:
    of, shared = sampler(65, shuffle=False), generator()
    first, second = ([(number(b), partner(b)) for b in of.epoch(shared)] for _ in range(2))
    for batches in (first, second):
        assert list(itertools.chain(*(images for images, _ in batches))) == list(range(64))
    assert first != second, "who stands beside an image is drawn"
