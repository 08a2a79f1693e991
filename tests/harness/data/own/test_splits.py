"""Splits of images: every image in one of them, the same every time."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from harness.data.own.splits import Rows, Splitting
from harness.errors import UserError


def covers(rows: Rows, n: int) -> bool:
    return sorted([*rows["train"], *rows["test"]]) == list(range(n))


@given(st.integers(3, 200), st.floats(0.01, 0.99), st.integers(0, 5))
def test_every_image_is_in_one_split(n: int, fraction: float, seed: int) -> None:
    rows = Splitting("it", fraction, seed).at_random(n)
    assert covers(rows, n)
    assert len(rows["test"]) == min(max(round(fraction * n), 1), n - 1)
    again = Splitting("it", fraction, seed).at_random(n)
    assert all(np.array_equal(rows[split], again[split]) for split in rows)


def test_another_seed_is_another_split_in_another_order() -> None:
    one, other = (Splitting("it", 0.3, seed).at_random(100) for seed in (0, 1))
    assert set(one["test"]) != set(other["test"])
    assert np.any(np.diff(one["train"]) < 0), "the first few are a sample of all"


@given(st.lists(st.integers(0, 9), min_size=2, max_size=80), st.floats(0.01, 0.99))
def test_no_identity_is_in_both_splits(identities: list[int], fraction: float) -> None:
    of, splitting = np.array(identities), Splitting("it", fraction, 0)
    if len(set(identities)) < 2:
        with pytest.raises(UserError, match=r"shows 1 identity: .* at least 2"):
            splitting.by_identity(of)
        return
    rows = splitting.by_identity(of)
    assert covers(rows, len(of))
    train, test = (set(of[rows[split]]) for split in ("train", "test"))
    assert train
    assert test
    assert not train & test


def test_words_say_the_split() -> None:
    words = np.array(["train", "Test ", "val", "TRAIN", "test", "training"])
    rows, note = Splitting("it", 0.1, 0).by_words(words, "part")
    assert sorted(rows["train"]) == [0, 3, 5]
    assert sorted(rows["test"]) == [1, 4]
    assert note == "1 images for validation are left out"
    as_bytes = Splitting("it", 0.1, 0).by_words(words.astype("S"), "part")[0]
    assert sorted(as_bytes["test"]) == [1, 4]
    with pytest.raises(UserError, match=r"the column 'part' says 'tset' of some images"):
        Splitting("it", 0.1, 0).by_words(np.array(["train", "tset"]), "part")


def test_the_last_images_are_those_for_the_test() -> None:
    rows = Splitting("it", 0.1, 0).by_path(7, 3)
    assert sorted(rows["train"]) == list(range(7))
    assert sorted(rows["test"]) == [7, 8, 9]
