"""Codes as a table: the numbers of ``encode``, each beside what is known of its image."""

from dataclasses import replace

import numpy as np
import pytest
import torch

from harness.data.dataset import Dataset, WarpRange
from harness.errors import UserError
from harness.kept.codes import codes_table
from harness.methods import METHODS
from models.method import Method
from tests.harness.helpers import toys


@pytest.fixture
def vitae() -> Method:
    return toys.build(METHODS.load("c_vitae")).eval()


def dataset() -> Dataset:
    """Random images, of which the training split alone knows a shift."""
    plain = toys.dataset()
    label = {"label": np.arange(toys.N_TRAIN)}
    shift = {"shift": np.linspace(0, 1, toys.N_TRAIN, dtype=np.float32)}
    test = {"label": np.arange(toys.N_TEST)}
    files = np.array([f"a/{place}.png" for place in range(toys.N_TEST)])
    train = replace(plain.train, factors={**label, **shift})
    warp = WarpRange(90, 0.5)  # of training batches, and of no use here
    return replace(
        plain, train=train, test=replace(plain.test, factors=test, names=files), warp=warp
    )


def test_the_columns_are_codes_and_factors_of_every_image_in_order(vitae: Method) -> None:
    data = dataset()
    frame = codes_table(vitae, data).to_pandas()
    assert len(frame) == toys.N_TRAIN + toys.N_TEST
    assert frame["split"].tolist() == ["train"] * toys.N_TRAIN + ["test"] * toys.N_TEST
    assert frame["index"].tolist() == [*range(toys.N_TRAIN), *range(toys.N_TEST)]
    assert frame["factor.label"].tolist() == frame["index"].tolist()
    assert frame["name"].dropna().tolist() == [f"a/{place}.png" for place in range(toys.N_TEST)]
    assert frame["name"].notna().tolist() == (frame["split"] == "test").tolist()
    assert frame["factor.shift"].notna().tolist() == (frame["split"] == "train").tolist()
    for part in ("train", "test"):
        images = torch.from_numpy(getattr(data, part).images).float() / 255
        with torch.no_grad():
            expected = vitae.encode(images)
        assert set(expected) == {"appearance", "pose"}
        rows = frame[frame["split"] == part]
        for group, codes in expected.items():
            stored = rows[[f"{group}.{i}" for i in range(codes.shape[1])]].to_numpy()
            np.testing.assert_array_equal(stored, codes.numpy())


def test_one_split_is_enough(vitae: Method) -> None:
    table = codes_table(vitae, dataset().limited(test=5), ("test",))
    assert (table.num_rows, "factor.shift" in table.column_names) == (5, False)


def test_images_of_another_shape_are_refused(vitae: Method) -> None:
    with pytest.raises(UserError, match=r"'hands' are 3 x 16 x 16 .* trained on 1 x 6 x 6 .*list"):
        codes_table(vitae, toys.hands())


def test_a_method_without_codes_is_refused() -> None:
    with pytest.raises(UserError, match=r"KnownBound has no codes: it lacks `encode`"):
        codes_table(toys.build(toys.KnownBound), toys.dataset())
