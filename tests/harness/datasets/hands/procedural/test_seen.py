"""A test of hands that training has seen, in other contents: as if images were split by chance."""

from typing import Any

import numpy as np
import pytest

from harness.config.sweep import resolve
from harness.datasets.hands.procedural.dataset import HandsOptions
from harness.datasets.hands.procedural.factors import CONTENT, HELD, draw_factors
from harness.datasets.hands.procedural.kinematics import LIMITS
from harness.errors import UserError

SIZES: dict[str, Any] = {"n_train": 640, "n_test": 192}


def pairs(factors: dict[str, np.ndarray]) -> set[tuple[int, int]]:
    return set(zip(factors["frame"].tolist(), factors["content"].tolist(), strict=True))


def test_by_default_nothing_of_the_test_is_seen_in_training() -> None:
    options = HandsOptions(**SIZES)
    assert options.tested == "new"
    test = options.draw_factors("test", 192)
    for name, values in draw_factors("test", 192).items():
        np.testing.assert_array_equal(test[name], values)
    train = options.draw_factors("train", 640)
    assert not set(test["frame"]) & set(train["frame"])
    assert not set(test["content"]) & set(train["content"])


def test_seen_hands_are_the_trainings_own_in_its_contents_but_no_image_is_in_both() -> None:
    options = HandsOptions(tested="seen", **SIZES)
    train, test = (options.draw_factors(split, n) for split, n in (("train", 640), ("test", 192)))
    assert set(test["frame"]) <= set(train["frame"])
    assert set(test["content"]) <= set(train["content"])
    assert not pairs(test) & pairs(train)
    block = {frame: {c for f, c in pairs(train) if f == frame} for frame in set(test["frame"])}
    for frame, shown in block.items():
        tested = {c for f, c in pairs(test) if f == frame}
        assert len(shown) == len(tested) == 4
        assert len(shown | tested) == 8, "the eight contents of its block"


@pytest.mark.parametrize(
    ("label", "names"), [("frame", ("gesture", *LIMITS, *HELD, "scale")), ("content", CONTENT)]
)
def test_what_a_label_stands_for_is_the_same_in_both_splits(
    label: str, names: tuple[str, ...]
) -> None:
    options = HandsOptions(tested="seen", **SIZES)
    train, test = (options.draw_factors(split, n) for split, n in (("train", 640), ("test", 192)))
    at = {value: i for i, value in enumerate(train[label])}
    rows = [at[value] for value in test[label]]
    for name in names:
        np.testing.assert_array_equal(test[name], train[name][rows])


def test_training_is_the_same_either_way() -> None:
    new, seen = (HandsOptions(tested=tested, **SIZES) for tested in ("new", "seen"))
    for name, values in new.draw_factors("train", 640).items():
        np.testing.assert_array_equal(seen.draw_factors("train", 640)[name], values)


@pytest.mark.parametrize(
    ("options", "message"),
    [
        (["dataset.crossed=true"], "dataset.tested=seen and dataset.crossed=true.*Give one of"),
        (
            ["dataset.n_train=64", "dataset.n_test=65"],
            "n_test=65: the test has the frames of the 64",
        ),
    ],
)
def test_what_cannot_be_is_refused(options: list[str], message: str) -> None:
    asked = ["method=dvae_synthesis", "dataset=hands", "scale=smoke", "dataset.tested=seen"]
    with pytest.raises(UserError, match=message):
        resolve([*asked, *options])
