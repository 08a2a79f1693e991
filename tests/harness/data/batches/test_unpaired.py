"""Batches of labelled images alone, and targets beside them that belong to no image."""

from collections import Counter

import numpy as np
import pytest
import torch

from harness.data.batches.of_method import make_sampler
from harness.data.batches.sampler import Sampler
from harness.data.dataset import Dataset, Split
from harness.errors import UserError
from models.declaration import DataSpec
from models.method import Method, Phase
from tests.harness.data.batches.test_sampler import generator, number, numbered

N, B = 50, 8
LABELLED = np.arange(0, N, 7)


def split(marked: np.ndarray = LABELLED) -> Split:
    """Image i has an unpaired target that is i, and is labelled if it is among ``marked``."""
    marks = np.isin(np.arange(N), marked).astype(np.float32)
    target = np.arange(N, dtype=np.float32)[:, None]
    modalities = {"labelled": marks, "y": target, "also": target, "others": target}
    return Split(numbered(N).images, {}, modalities)


def dataset(marked: np.ndarray = LABELLED) -> Dataset:
    return Dataset("numbers", "procedural", split(marked), split())


class Learner(Method):
    needs = ("labelled", "y")
    uses = ("also", "nowhere")
    only_where = ("labelled", "nowhere")
    unpaired = ("others",)
    repeats = 3

    def phases(self) -> tuple[Phase, ...]:
        inner = Phase("inner", "inner", repeats=self.repeats, over=("others",))
        return (Phase("outer", "outer"), *([inner] if self.repeats else []))


def sampler(marked: np.ndarray = LABELLED, repeats: int = 3) -> Sampler:
    learner = Learner(None, DataSpec((1, 4, 4), N))
    learner.repeats = repeats
    return make_sampler(learner, dataset(marked), "cpu", B)


def test_an_epoch_goes_over_the_labelled_images_as_often_as_fit_into_it() -> None:
    batches = list(sampler().epoch(generator()))
    assert len(batches) == len(sampler()) == -(-N // B)
    shown = Counter(i for batch in batches for i in number(batch))
    assert shown.keys() == set(LABELLED)
    assert sum(shown.values()) == N
    assert max(shown.values()) - min(shown.values()) <= 1
    assert all(batch["y"][:, 0].tolist() == number(batch) for batch in batches)
    assert all(batch["labelled"].all() for batch in batches)


def test_a_batch_has_the_asked_number_of_targets_for_each_image() -> None:
    """All targets come as often as one another, in an order of their own."""
    batches = list(sampler().epoch(generator()))
    assert all(batch["others"].shape == (len(batch["image"]), 3, 1) for batch in batches)
    shown = torch.cat([batch["others"].flatten() for batch in batches]).long().tolist()
    assert Counter(shown) == dict.fromkeys(range(N), 3)
    assert shown[:N] != sorted(shown[:N])
    assert "others" not in next(sampler(repeats=0).epoch(generator()))


def test_modalities_that_are_used_come_where_they_are_given() -> None:
    batch = next(sampler().epoch(generator()))
    assert batch.keys() == {"image", "labelled", "y", "also", "others"}


def test_a_pass_goes_on_in_its_middle_with_the_same_batches() -> None:
    whole, rest = list(sampler().epoch(generator())), list(sampler().epoch(generator(), 4))
    assert len(rest) == len(whole) - 4
    for batch, same in zip(whole[4:], rest, strict=True):
        assert all(torch.equal(batch[name], same[name]) for name in batch)


def test_where_all_images_are_labelled_their_order_is_that_of_any_method() -> None:
    ours = sampler(np.arange(N), repeats=0).epoch(generator())
    plain = Sampler(split(), None, "cpu", B).epoch(generator())
    assert [number(batch) for batch in ours] == [number(batch) for batch in plain]


def test_a_method_is_told_how_many_images_are_labelled() -> None:
    assert dataset().spec.n_labelled == len(LABELLED)
    assert dataset(np.arange(N)).spec.n_labelled is None
    assert Dataset("numbers", "procedural", numbered(N), numbered(N)).spec.n_labelled is None


def test_without_a_labelled_image_nothing_can_be_learnt() -> None:
    with pytest.raises(UserError, match=r"None of the 50 training images.*label_fraction"):
        sampler(np.array([], int))
