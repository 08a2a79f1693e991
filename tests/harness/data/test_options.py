"""What every dataset keeps that is drawn from the numbers of its images."""

from types import ModuleType
from typing import Any

import numpy as np
import pytest

from harness.datasets import bodies
from harness.datasets.faces import dataset as faces
from harness.datasets.hands.procedural import drawn as hands_drawn
from harness.datasets.hands.procedural import factors as hands_factors
from harness.datasets.people import drawn as people_drawn

DATASETS: dict[str, tuple[ModuleType, ModuleType, Any, int]] = {
    "bodies": (bodies, bodies, 4, 256),
    "faces": (faces, faces, 4, 256),
    "hands": (hands_factors, hands_drawn, 4, 64),
    "people": (people_drawn, people_drawn, people_drawn.Look(downscale=2), 200),
}
"""Where factors are drawn, where images are, how small, and how many of them in a portion."""


@pytest.mark.parametrize(("of", "drawing", "look", "portion"), DATASETS.values(), ids=DATASETS)
def test_an_image_depends_on_its_index_alone(
    of: ModuleType, drawing: ModuleType, look: Any, portion: int
) -> None:
    total = portion + 44
    whole = of.draw_factors("train", total)
    drawn = drawing.render(whole, look)
    for start, n in ((0, 20), (portion - 6, 12), (total - 1, 1)):
        rows = slice(start, start + n)
        factors = of.draw_factors("train", n, start=start)
        assert factors.keys() == whole.keys()
        for name, known in factors.items():
            np.testing.assert_array_equal(known, whole[name][rows])
        np.testing.assert_array_equal(drawing.render(factors, look), drawn[rows])
    portions = list(drawing.chunks(whole, look))
    assert [len(images) for images in portions] == [portion, 44]
    np.testing.assert_array_equal(np.concatenate(portions), drawn)
