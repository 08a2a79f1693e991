"""Images too large for the device: the same batches, and none of the memory."""

import itertools
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
import pytest
import torch

from harness.data import images as images_module
from harness.data.batches.of_method import test_batches as batches_of_test
from harness.data.batches.sampler import Sampler
from harness.data.dataset import Split, WarpRange
from harness.data.images import AHEAD, Images, computed_ahead

RANGES = WarpRange(rotate=20, translate=0.1)
MAPPED_MIB = 96


def generator() -> torch.Generator:
    return torch.Generator().manual_seed(0)


def threads() -> list[str]:
    return [t.name for t in threading.enumerate() if t.name.startswith("unbraid-prefetch")]


@pytest.fixture(scope="module")
def mapped(tmp_path_factory: pytest.TempPathFactory) -> np.ndarray:
    """Random images ``[N, 3, 32, 32]``, memory-mapped."""
    path = tmp_path_factory.mktemp("mapped") / "images.npy"
    rng = np.random.default_rng(0)
    np.save(path, rng.integers(0, 256, (MAPPED_MIB * 2**20 // 3072, 3, 32, 32), dtype=np.uint8))
    images: np.ndarray = np.load(path, mmap_mode="r")
    return images


@pytest.mark.parametrize("warp", [None, RANGES])
@pytest.mark.parametrize("n", [1, 64, 500])
def test_a_streamed_pass_is_the_resident_one_bit_for_bit(
    mapped: np.ndarray, warp: WarpRange | None, n: int
) -> None:
    resident, streamed = (
        Sampler(Split(mapped[:n]), warp, "cpu", 64, resident_limit=resident_limit)
        for resident_limit in (None, 0)
    )
    draws = generator(), generator()
    for _ in range(2):  # the second pass has another order
        both = list(zip(*(s.epoch(g) for s, g in zip((resident, streamed), draws, strict=True)),
                        strict=True))  # fmt: skip
        assert len(both) == len(streamed) == -(-n // 64)
        for here, there in both:
            assert torch.equal(here["image"], there["image"])
    assert not threads()


def test_streamed_test_batches_are_the_resident_ones_bit_for_bit(mapped: np.ndarray) -> None:
    split = Split(mapped[:150])
    resident, streamed = (list(batches_of_test(split, "cpu", 64, limit)) for limit in (None, 0))
    assert [len(batch["image"]) for batch in streamed] == [64, 64, 22]
    for here, there in zip(resident, streamed, strict=True):
        assert torch.equal(here["image"], there["image"])
    whole = torch.cat([batch["image"] for batch in streamed])
    torch.testing.assert_close(whole, torch.tensor(split.images) / 255, atol=0, rtol=0)


def test_the_limit_is_the_size_from_which_images_are_streamed(mapped: np.ndarray) -> None:
    split = Split(mapped[:100])
    size = split.images.nbytes
    for limit, names in ((size, []), (size - 1, ["unbraid-prefetch_0"])):
        batches = Sampler(split, None, "cpu", 10, resident_limit=limit).epoch(generator())
        next(batches)
        assert threads() == names
        batches.close()  # type: ignore[attr-defined]


def private_bytes() -> int:
    """Memory of this process alone: pages of mapped files are not among it."""
    status = Path("/proc/self/status")
    if not status.exists():
        pytest.skip("needs Linux's /proc")
    (line,) = (s for s in status.read_text().splitlines() if s.startswith("RssAnon"))
    return int(line.split()[1]) * 1024


@pytest.mark.parametrize("resident_limit", [None, 0])
def test_a_pass_over_a_mapped_split_does_not_copy_it(
    mapped: np.ndarray, resident_limit: int | None
) -> None:
    before = private_bytes()
    most = 0
    for batches in (
        Sampler(Split(mapped), None, "cpu", 32, resident_limit=resident_limit).epoch(generator()),
        batches_of_test(Split(mapped), "cpu", 32, resident_limit=resident_limit),
    ):
        for i, _ in enumerate(batches):
            if i % 50 == 0:
                most = max(most, private_bytes() - before)
    # A few batches of float32, 0.4 MB each, and what the allocators keep of them.
    assert most < MAPPED_MIB * 2**20 / 4


def test_what_is_computed_ahead_keeps_its_order_and_waits_for_its_user() -> None:
    made: list[int] = []

    def make(item: int) -> int:
        made.append(item)
        return item * item

    results = computed_ahead(make, itertools.count())
    assert [next(results) for _ in range(5)] == [0, 1, 4, 9, 16]
    deadline = time.monotonic() + 10
    while len(made) < 5 + AHEAD and time.monotonic() < deadline:
        time.sleep(0.001)
    time.sleep(0.02)  # enough to make hundreds more, if nothing held the thread back
    assert made == list(range(5 + AHEAD))
    results.close()  # type: ignore[attr-defined]


def fails_at(item: int) -> int:
    if item == 3:
        raise OSError("the disk is gone")
    return item


@pytest.mark.parametrize("n", [4, 10])
def test_an_exception_comes_in_its_turn_and_ends_the_thread(n: int) -> None:
    results = computed_ahead(fails_at, range(n))
    assert [next(results) for _ in range(3)] == [0, 1, 2]
    with pytest.raises(OSError, match="the disk is gone"):
        next(results)
    assert not threads()


def closed(batches: Iterator[object]) -> None:
    batches.close()  # type: ignore[attr-defined]


def dropped(batches: Iterator[object]) -> None:
    pass


def consumer_raises(batches: Iterator[object]) -> None:
    with pytest.raises(ZeroDivisionError):
        sum(1 / 0 for _ in batches)


@pytest.mark.parametrize("end", [closed, dropped, consumer_raises])
def test_a_pass_ended_early_leaves_no_thread(
    mapped: np.ndarray, end: Callable[[Iterator[object]], None]
) -> None:
    batches = Sampler(Split(mapped), None, "cpu", 32, resident_limit=0).epoch(generator())
    next(batches)
    assert len(threads()) == 1
    end(batches)
    del batches
    assert not threads()


def test_nothing_is_gathered_before_the_first_batch_is_asked_for(
    mapped: np.ndarray, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(images_module, "ThreadPoolExecutor", None)
    Sampler(Split(mapped), None, "cpu", 32, resident_limit=0).epoch(generator())


@pytest.mark.skipif(not torch.cuda.is_available(), reason="needs a GPU")
@pytest.mark.parametrize("warp", [None, RANGES])
def test_a_streamed_pass_on_a_gpu_is_the_resident_one(
    mapped: np.ndarray, warp: WarpRange | None
) -> None:
    passes = [
        [
            b["image"].cpu()
            for b in Sampler(Split(mapped), warp, "cuda", 512, resident_limit=n).epoch(generator())
        ]
        for n in (2**40, 0)
    ]
    for here, there in zip(*passes, strict=True):
        assert torch.equal(here, there)


def test_images_are_on_a_device_once_for_all_who_use_them() -> None:
    """On ``meta``, a device that is not the host's; as long as somebody uses them."""
    pixels = np.zeros((4, 1, 2, 2), np.uint8)
    first, again = (Images(pixels[:3], "meta", 12) for _ in range(2))
    assert first._images is again._images
    assert Images(pixels[:3], "meta", 0).resident, "it takes no more of the device"
    assert Images(pixels[1:], "meta", 12)._images is not first._images
    del first, again
    assert not Images(pixels[:3], "meta", 0).resident
