"""Memories of an attribute: who is remembered, who is an input, and what is refused."""

from dataclasses import replace

import numpy as np
import pytest
import torch

from harness.config.sweep import resolve
from harness.data.batches.of_method import make_sampler
from harness.data.dataset import Dataset
from harness.data.remembered import check_face_tasks, for_face_tasks
from harness.datasets.faces.dataset import ATTRIBUTES, FacesOptions
from harness.errors import UserError
from models.declaration import HIDDEN
from tests.harness.helpers import toys

FEW = FacesOptions(n_train=60, n_test=20, downscale=4)


def test_half_of_those_with_the_attribute_are_remembered_and_all_others_are_inputs() -> None:
    for memory, value in (("male", 1), ("not_male", 0)):
        train = replace(FEW, memory=memory).load(None).train
        wanted = train.factors["male"] == value
        remembered = train.modalities["remembered"] == 1
        np.testing.assert_array_equal(train.factors["wanted"], wanted)
        assert not remembered[~wanted].any()
        assert 0.25 < remembered[wanted].mean() < 0.75
        np.testing.assert_array_equal(train.modalities["observed"] == 1, ~remembered)


def test_the_control_has_the_same_inputs_and_a_memory_of_all() -> None:
    many = replace(FEW, n_train=400, memory="male")
    biased = many.load(None).train
    control = replace(many, memory_biased=False).load(None).train
    np.testing.assert_array_equal(biased.modalities["observed"], control.modalities["observed"])
    of_all = control.modalities["remembered"] == 1
    share = biased.factors["male"].mean()
    # Four standard deviations of a share of about 100 images, and of a number of them.
    assert abs(control.factors["male"][of_all].mean() - share) < 0.2
    assert abs(of_all.sum() - biased.modalities["remembered"].sum()) < 40
    assert biased.factors["male"][biased.modalities["remembered"] == 1].all()


def test_without_an_attribute_there_are_no_marks() -> None:
    dataset = FEW.load(None)
    assert dataset.train.modalities == {}
    assert dataset.known_wanted == ""
    assert replace(FEW, memory="young").load(None).known_wanted == "wanted"


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"memory": "happy"}, r"memory=happy.*male, young.*not_NAME"),
        ({"memory_biased": False}, r"memory_biased=false.*memory=NAME"),
        ({"obscured": "mouth"}, r"obscured=mouth.*landmarks.*list_landmarks"),
    ],
)
def test_what_cannot_be_had_is_refused_before_work_starts(changes: dict, said: str) -> None:
    with pytest.raises(UserError, match=said):
        check_face_tasks(replace(FEW, **changes), ATTRIBUTES, landmarks=False)


def test_a_memory_without_images_is_refused() -> None:
    options = replace(FEW, memory="young", memory_share=1e-9)
    with pytest.raises(UserError, match=r"memory=young.*no memory or no inputs"):
        for_face_tasks(FEW.load(None), options)


def test_batches_have_inputs_and_a_memory_that_do_not_belong_together() -> None:
    class Recalls(toys.MeanImage):
        only_where = ("observed",)
        recalls = ("remembered",)

    dataset = replace(FEW, memory="male").load(None)
    sampler = make_sampler(toys.build(Recalls), dataset, "cpu", 16)
    marks = dataset.train.modalities["observed"] == 1
    images = torch.from_numpy(dataset.train.images).float() / 255

    def rows(found: torch.Tensor) -> list[int]:
        return torch.cdist(found.flatten(1), images.flatten(1)).argmin(1).tolist()

    batches = list(sampler.epoch(torch.Generator().manual_seed(0)))
    assert len(batches) == len(sampler) == 4
    seen = [row for batch in batches for row in rows(batch["image"])]
    known = [row for batch in batches for row in rows(batch["memory"])]
    assert len(seen) == len(known) == 60
    assert marks[seen].all()
    assert not marks[known].any()
    assert set(seen) | set(known) == set(range(60))
    later = list(sampler.epoch(torch.Generator().manual_seed(0), start=2))
    for batch, again in zip(batches[2:], later, strict=True):
        assert torch.equal(batch["memory"], again["memory"])
        assert torch.equal(batch["image"], again["image"])


@pytest.mark.parametrize("part", ["mouth", "nose"])
def test_landmarks_of_other_images_are_refused_and_of_some_faces_forgiven(part: str) -> None:
    """Where most boxes lie outside, nothing would be hidden, and restored without an error."""
    plain, options = FEW.load(None), replace(FEW, obscured=part)

    def moved(n: int) -> Dataset:
        factors = {
            name: value + 500 * (np.arange(len(value)) < n) if name.endswith("_x") else value
            for name, value in plain.train.factors.items()
        }
        return replace(plain, train=replace(plain.train, factors=factors))

    assert HIDDEN in for_face_tasks(moved(5), options).train.modalities
    with pytest.raises(UserError, match=rf"40 of 60 images.*no {part} within.*32x32.*other images"):
        for_face_tasks(moved(40), options)


def test_a_rate_of_an_attribute_needs_a_memory_of_one() -> None:
    asked = ["method=aign_sr", "dataset=faces", "metrics=[attribute_rate]"]
    with pytest.raises(UserError, match=r"'attribute_rate' needs .*\(dataset\.memory=NAME\)"):
        resolve(asked)
    resolve([*asked, "dataset.memory=young"])
