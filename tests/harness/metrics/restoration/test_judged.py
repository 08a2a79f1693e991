"""Class changes and attributes: what the judges say of images with known answers."""

from dataclasses import replace

import numpy as np
import pytest
import torch
from torch import Tensor

from harness.data.dataset import Dataset
from harness.metrics.restoration.attribute_rate import attribute_rate
from harness.metrics.restoration.class_change import class_change
from harness.metrics.restoration.inpainting import inpainting
from models.method import Batch
from tests.harness.metrics.helpers.contract import Oracle, data, dataset


class Exchanges(Oracle):
    """Restores an image as the one of the identity five further, in the same frame."""

    def restore(self, batch: Batch) -> Tensor:
        rows = self.places(batch["image"])
        identity = (self.factors["label"][rows] + 5) % 10
        return self.picture(identity, self.factors["frame"][rows])

    def visible(self, batch: Batch) -> Tensor:
        return torch.zeros_like(batch["image"][:, :1])


def test_every_image_of_another_identity_is_a_change_of_class() -> None:
    found = class_change.scores(Exchanges(dataset()), data())
    assert found["class_change"] >= 0.9
    assert found["class_judge_error"] <= 0.6, "of ten classes, from 16 noisy images of each"


def test_those_without_the_attribute_get_it_and_keep_the_rest() -> None:
    """Identities 0 to 4 lack what 5 to 9 have; the camera depends on the frame alone."""
    moved, kept = (attribute_rate.scores(m(dataset()), data()) for m in (Exchanges, Oracle))
    assert moved["attribute_rate"] >= 0.9
    assert moved["attribute_rate_before"] <= 0.1
    assert moved["attribute_judge_error"] <= 0.1
    assert kept["attribute_rate"] == kept["attribute_rate_before"]
    assert kept["attributes_kept"] == 1


def test_where_all_have_the_attribute_no_rate_is_reported() -> None:
    of = dataset()
    test = replace(of.test, factors={**of.test.factors, "wanted": np.ones(len(of.test), int)})
    changed: Dataset = replace(of, test=test)
    found = attribute_rate.scores(Oracle(changed), data(changed))
    assert found == {}
    assert "every test image" in found.reasons["attribute_rate"]


@pytest.mark.parametrize("shown", [0, 1])
def test_a_filled_hole_keeps_what_is_seen(shown: int) -> None:
    """Where all is seen, the image shown is the true one, whatever was made of it."""

    class Sees(Exchanges):
        def visible(self, batch: Batch) -> Tensor:
            return torch.full_like(batch["image"][:, :1], shown)

    found = attribute_rate.scores(Sees(dataset()), data())
    assert (found["attribute_rate"] >= 0.9) != bool(shown)


@pytest.mark.parametrize("share", [0.0, 0.5, 1.0])
def test_the_share_of_the_input_that_is_recovered(share: float) -> None:
    """``share`` of the way from the mean test input to the true one: R² is 1 - (1 - share)²."""
    held_out = data()
    images = torch.cat([batch["image"] for batch in held_out.test_batches()])

    class Recovers(Exchanges):
        def recover(self, batch: Batch) -> Tensor:
            given = self.observe(batch)
            return images.mean(0) + share * (given - images.mean(0))

        def observe(self, batch: Batch) -> Tensor:
            return batch["image"]

    found = inpainting.scores(Recovers(dataset()), held_out)
    assert found["recovered_r2"] == pytest.approx(1 - (1 - share) ** 2, abs=1e-6)
