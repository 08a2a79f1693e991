import itertools
import warnings
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
import torch

from harness.data.batches.of_method import test_batches as batches_of_test
from harness.data.batches.sampler import Sampler
from harness.data.dataset import Split, WarpRange
from harness.data.warp import scale_draws, warp_images

RANGES = WarpRange(rotate=20, translate=0.1)


def numbered(n: int) -> Split:
    """A split whose image i holds the two bytes of i, and whose arrays are read-only."""
    images = np.zeros((n, 2, 3, 4), np.uint8)
    images[:, 0] = (np.arange(n) // 256)[:, None, None]
    images[:, 1] = (np.arange(n) % 256)[:, None, None]
    images.flags.writeable = False
    return Split(images)


def number(batch: dict[str, torch.Tensor]) -> list[int]:
    high, low = (255 * batch["image"][:, :, 1, 1]).round().T
    return [int(i) for i in 256 * high + low]


def generator(seed: int = 0) -> torch.Generator:
    return torch.Generator().manual_seed(seed)


@pytest.mark.parametrize("n", [1, 7, 512, 1000])
def test_a_pass_has_every_image_once(n: int) -> None:
    sampler = Sampler(numbered(n), None, "cpu", 128)
    batches = [number(batch) for batch in sampler.epoch(generator())]
    assert sorted(itertools.chain(*batches)) == list(range(n))
    assert len(batches) == len(sampler) == -(-n // 128)
    assert all(len(batch) == 128 for batch in batches[:-1])


def test_images_are_float32_in_the_unit_range() -> None:
    split = numbered(300)
    (batch,) = Sampler(split, None, "cpu", 300).epoch(generator())
    assert batch["image"].dtype == torch.float32
    assert batch["image"].shape == (300, 2, 3, 4)
    values = torch.arange(256, dtype=torch.float32) / 255
    assert set(batch["image"].flatten().tolist()) == set(values.tolist())


def test_a_pass_depends_on_the_generator_alone() -> None:
    sampler = Sampler(numbered(500), None, "cpu", 100)
    shared = generator()
    first, second = ([number(b) for b in sampler.epoch(shared)] for _ in range(2))
    assert first != second
    torch.manual_seed(123)
    again = generator()
    assert [[number(b) for b in sampler.epoch(again)] for _ in range(2)] == [first, second]
    assert [number(b) for b in sampler.epoch(generator(1))] != first


def test_nothing_is_drawn_from_the_global_generator() -> None:
    before = torch.get_rng_state()
    list(Sampler(numbered(50), RANGES, "cpu", 20).epoch(generator()))
    assert torch.equal(torch.get_rng_state(), before)


def test_passes_at_once_do_not_disturb_each_other() -> None:
    sampler = Sampler(numbered(500), RANGES, "cpu", 100)
    alone = [[b["image"] for b in sampler.epoch(generator(seed))] for seed in (0, 1)]
    at_once = zip(sampler.epoch(generator(0)), sampler.epoch(generator(1)), strict=True)
    for i, (a, b) in enumerate(at_once):
        assert torch.equal(a["image"], alone[0][i])
        assert torch.equal(b["image"], alone[1][i])


def test_fresh_warps_belong_to_the_images_and_change_with_every_pass() -> None:
    rng = np.random.default_rng(0)
    split = Split(rng.integers(0, 256, (60, 1, 28, 28), dtype=np.uint8))
    sampler = Sampler(split, RANGES, "cpu", 25)
    shared = generator()
    passes = [torch.cat([b["image"] for b in sampler.epoch(shared)]) for _ in range(2)]
    replay = generator()
    for images in passes:
        order = torch.randperm(60, generator=replay)
        draws = scale_draws(torch.rand(3, 60, generator=replay), RANGES)
        plain = torch.tensor(split.images)[order].float() / 255
        torch.testing.assert_close(images, warp_images(plain, *draws))
        assert images.min() >= 0
        assert images.max() <= 1


def test_warps_cover_their_ranges() -> None:
    angle, dx, dy = scale_draws(torch.tensor([[0.0, 0.5, 1.0]] * 3), RANGES)
    assert angle.tolist() == [-20, 0, 20]
    torch.testing.assert_close(dx, torch.tensor([-0.1, 0, 0.1]))
    torch.testing.assert_close(dy, dx)


@pytest.fixture
def _warn_always() -> Iterator[None]:
    torch.set_warn_always(True)  # else torch warns once a process, perhaps in an earlier test
    yield
    torch.set_warn_always(False)


@pytest.mark.usefixtures("_warn_always")
def test_read_only_arrays_are_shared_without_a_warning(tmp_path: Path) -> None:
    np.save(tmp_path / "images.npy", numbered(500).images)
    mapped = np.load(tmp_path / "images.npy", mmap_mode="r")
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        sampler = Sampler(Split(mapped), None, "cpu", 100)
        assert sorted(itertools.chain(*map(number, sampler.epoch(generator())))) == list(range(500))
    assert sampler._images._images.data_ptr() == mapped.ctypes.data


def test_test_batches_keep_the_order() -> None:
    batches = [number(batch) for batch in batches_of_test(numbered(10), "cpu", 4)]
    assert batches == [[0, 1, 2, 3], [4, 5, 6, 7], [8, 9]]


@pytest.mark.skipif(not torch.cuda.is_available(), reason="needs a GPU")
def test_a_pass_is_the_same_on_a_gpu() -> None:
    split = Split(np.random.default_rng(0).integers(0, 256, (60, 1, 28, 28), dtype=np.uint8))
    on_cpu, on_gpu = (
        torch.cat([b["image"].cpu() for b in Sampler(split, RANGES, d, 25).epoch(generator())])
        for d in ("cpu", "cuda")
    )
    # Sines and bilinear weights are rounded differently in the last of float32's digits.
    torch.testing.assert_close(on_gpu, on_cpu, atol=1e-4, rtol=0)


def test_without_shuffling_every_pass_is_in_the_order_of_the_split() -> None:
    sampler, shared = Sampler(numbered(300), None, "cpu", 128, shuffle=False), generator()
    for _ in range(2):
        assert [number(b) for b in sampler.epoch(shared)] == [
            [*range(128)],
            [*range(128, 256)],
            [*range(256, 300)],
        ]
    assert [number(b) for b in sampler.epoch(shared, start=2)] == [[*range(256, 300)]]


def test_without_shuffling_the_images_of_a_part_come_in_turn() -> None:
    part = torch.tensor([4, 7, 9])
    sampler = Sampler(numbered(10), None, "cpu", 10, only=part, shuffle=False)
    (batch,) = sampler.epoch(generator())
    assert number(batch) == [4, 7, 9, 4, 7, 9, 4, 7, 9, 4]


def test_without_shuffling_warps_are_drawn_all_the_same() -> None:
    sampler = Sampler(numbered(4), RANGES, "cpu", 4, shuffle=False)
    shared = generator()
    (first,), (second,) = (list(sampler.epoch(shared)) for _ in range(2))
    assert not torch.equal(first["image"], second["image"])
