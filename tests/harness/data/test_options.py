"""Options of datasets: drawing in portions, names, and what their docstrings say of them."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import partial
from types import ModuleType
from typing import Any, ClassVar

import numpy as np
import pytest

from harness.data.dataset import SplitName
from harness.data.options import Arrays, ProceduralOptions, field_meanings, in_portions
from harness.datasets import bodies
from harness.datasets.faces import dataset as faces
from harness.datasets.hands.procedural import drawn as hands_drawn
from harness.datasets.hands.procedural import factors as hands_factors
from harness.datasets.people import drawn as people

SMALL: dict[str, tuple[ModuleType, Any, int]] = {
    "bodies": (bodies, partial(bodies.render, downscale=4), 256),
    "faces": (faces, partial(faces.render, downscale=4), 256),
    "hands": (hands_factors, partial(hands_drawn.render, downscale=4), 64),
    "people": (people, partial(people.render, look=people.Look(downscale=2)), 200),
}
"""Where factors are drawn, what draws the images, and how many of them in a portion."""


@pytest.mark.parametrize(("of", "draw", "portion"), SMALL.values(), ids=SMALL)
def test_an_image_depends_on_its_index_alone(of: ModuleType, draw: Any, portion: int) -> None:
    total = portion + 44
    whole = of.draw_factors("train", total)
    drawn = draw(whole)
    for start, n in ((0, 20), (portion - 6, 12), (total - 1, 1)):
        rows = slice(start, start + n)
        factors = of.draw_factors("train", n, start=start)
        assert factors.keys() == whole.keys()
        for name, values in factors.items():
            np.testing.assert_array_equal(values, whole[name][rows])
        np.testing.assert_array_equal(draw(factors), drawn[rows])
    portions = list(in_portions(draw, whole, portion))
    assert [len(images) for images in portions] == [portion, 44]
    np.testing.assert_array_equal(np.concatenate(portions), drawn)


@dataclass(frozen=True)
class Greys(ProceduralOptions):
    """Images of one grey level each.

    Attributes:
        side: height and width, pixels; a meaning that
            goes on in a second line.
        n_test: fewer of them.
    """

    appearance_factors: ClassVar[tuple[str, ...]] = ("level",)
    pose_factors: ClassVar[tuple[str, ...]] = ()
    at_once: ClassVar[int] = 4

    n_test: int = 3
    side: int = 2
    undescribed: int = 0

    @property
    def image_shape(self) -> tuple[int, int, int]:
        return 1, self.side, self.side

    def draw_factors(self, split: SplitName, n: int) -> Arrays:
        return {"level": np.arange(n) + 100 * (split == "test")}

    def draw(self, factors: Mapping[str, np.ndarray]) -> np.ndarray:
        level = factors["level"].astype(np.uint8)
        assert len(level) <= self.at_once
        return np.broadcast_to(level[:, None, None, None], (len(level), *self.image_shape))

    def labels(self, factors: Mapping[str, np.ndarray]) -> tuple[Arrays, Arrays]:
        halves = factors["level"].astype(np.float32) / 2
        return {"half": halves}, {"pair": np.stack([halves, -halves], axis=1)}


def test_a_procedural_dataset_is_put_together() -> None:
    dataset = Greys(n_train=9).load(None)
    for split, levels in ((dataset.train, range(9)), (dataset.test, range(100, 103))):
        assert split.images.shape == (len(levels), 1, 2, 2)
        assert split.images[:, 0, 1, 0].tolist() == split.factors["level"].tolist() == [*levels]
        assert split.factors["half"].tolist() == [level / 2 for level in levels]
        assert split.modalities["pair"][:, 1].tolist() == [-level / 2 for level in levels]
    assert (dataset.name, dataset.source, dataset.known_appearance) == (
        f"{__name__}.Greys", "procedural", ("level",)
    )  # fmt: skip


def test_every_option_that_changes_an_image_makes_another_cache_entry() -> None:
    assert Greys(n_train=9, side=3).load(None).train.images.shape == (9, 1, 3, 3)
    assert len(Greys(n_train=8).load(None).train) == 8


def test_meanings_of_fields_are_read_from_the_docstrings_of_all_bases() -> None:
    assert field_meanings(Greys) == {
        "n_train": "training images.",
        "n_test": "fewer of them.",
        "seed": "another seed draws other images. Image i depends on the seed, its split and i "
        "alone.",
        "side": "height and width, pixels; a meaning that goes on in a second line.",
    }


def test_without_a_name_of_its_own_a_dataset_goes_by_its_dotted_path() -> None:
    class Named(Greys):
        name: ClassVar[str] = "named"

    class Unnamed(Named):
        pass

    assert Named.name == "named"
    assert Unnamed.name.endswith("<locals>.Unnamed"), "a name is not inherited"
