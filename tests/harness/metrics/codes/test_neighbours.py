"""Neighbours against brute force, and what they say of codes that are or are not a factor."""

import numpy as np
import pytest
import torch

from harness.metrics.codes.neighbours import (
    nearest,
    nearest_others,
    predictability,
    r_squared,
    vote,
)


def test_nearest_by_brute_force() -> None:
    generator = torch.Generator().manual_seed(0)
    codes, queries = (torch.rand(n, 3, generator=generator) for n in (40, 700))
    found = nearest(queries, codes)
    for i in (0, 511, 512, 699):
        distances = ((codes - queries[i]) ** 2).sum(1)
        assert found[i].tolist() == distances.argsort()[:5].tolist()


def test_nearest_others_leaves_the_row_itself_out_even_among_equals() -> None:
    codes = torch.rand(30, 2, generator=torch.Generator().manual_seed(1))
    codes[10:] = codes[10]
    found = nearest_others(codes)
    assert found.shape == (30, 5)
    assert not (found == np.arange(30)[:, None]).any()


def test_vote_counts_and_takes_the_smallest_of_equals() -> None:
    labels = np.array([7, 7, 3, 3, 9])
    assert vote(labels, np.array([[0, 1, 2], [0, 2, 4], [0, 1, 2]])).tolist() == [7, 3, 7]


def test_explained_is_one_for_the_factor_itself_and_chance_for_noise() -> None:
    """500 images: the accuracy of guessing one of ten classes deviates by 0.013 around 0.1."""
    rng = np.random.default_rng(0)
    label, angle = rng.integers(0, 10, 500), rng.random(500).astype(np.float32)
    of_label = nearest_others(torch.from_numpy(label[:, None].astype(np.float32)))
    of_angle = nearest_others(torch.from_numpy(angle[:, None]))
    of_noise = nearest_others(torch.from_numpy(rng.random((500, 2))))
    assert predictability(label, of_label) == 1
    assert predictability(angle, of_angle) > 0.99
    assert abs(predictability(label, of_noise) - 0.1) < 0.06
    assert predictability(angle, of_noise) < 0.05


def test_r_squared() -> None:
    values = np.array([1.0, 2.0, 3.0, 4.0])
    assert r_squared(values, values) == 1
    assert r_squared(values, np.full(4, 2.5)) == 0
    assert r_squared(values, -values) == 0
    assert r_squared(np.ones(4), np.ones(4)) == 0
    off = np.array([0.5, -0.5, 0.5, -0.5])
    assert r_squared(values, values + off) == pytest.approx(1 - 0.25 / 1.25)
