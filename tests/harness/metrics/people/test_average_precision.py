"""Average precision against scikit-learn, brute force and numbers worked out by hand."""

import numpy as np
import pytest
import torch
from sklearn.metrics import average_precision_score
from torch import Tensor

from harness.errors import UserError
from harness.metrics.people.average_precision import average_precision
from harness.metrics.people.reid import JUNK, mean_ap

Q, G = 40, 60


def drawn(ties: bool) -> tuple[Tensor, Tensor, Tensor]:
    rng = np.random.default_rng(0)
    distance = rng.integers(0, 8, (Q, G)) / 8 if ties else rng.random((Q, G))
    return (
        torch.from_numpy(distance),
        torch.from_numpy(rng.random((Q, G)) < 0.2),
        torch.from_numpy(rng.random((Q, G)) < 0.3),
    )


def brute_force(distance: np.ndarray, positive: np.ndarray, ignored: np.ndarray) -> float:
    """Walk down one ranking without ties."""
    hits, precisions = 0, []
    ranked = [i for i in np.argsort(distance) if not ignored[i]]
    for rank, i in enumerate(ranked, 1):
        if positive[i]:
            hits += 1
            precisions.append(hits / rank)
    return float(np.mean(precisions))


def test_it_is_that_of_a_walk_down_the_ranking() -> None:
    distance, positive, ignored = drawn(ties=False)
    found = average_precision(distance, positive, ignored)
    for q in range(Q):
        rows = (part[q].numpy() for part in (distance, positive, ignored))
        assert float(found[q]) == pytest.approx(brute_force(*rows), abs=1e-12)


@pytest.mark.parametrize("ties", [False, True])
def test_it_is_scikit_learns(ties: bool) -> None:
    distance, positive, ignored = drawn(ties)
    found = average_precision(distance, positive, ignored)
    for q in range(Q):
        kept = ~ignored[q]
        expected = average_precision_score(positive[q][kept].numpy(), -distance[q][kept].numpy())
        assert float(found[q]) == pytest.approx(expected, abs=1e-12)


def test_by_hand() -> None:
    distance = torch.tensor([[1.0, 2.0, 3.0, 4.0]])
    none = torch.zeros(1, 4, dtype=torch.bool)
    positive = torch.tensor([[True, False, True, False]])
    assert float(average_precision(distance, positive, none)) == pytest.approx((1 + 2 / 3) / 2)
    junk = torch.tensor([[False, True, False, False]])
    assert float(average_precision(distance, positive, junk)) == 1.0
    assert average_precision(distance, none, none).isnan().all()
    assert float(average_precision(0 * distance, positive, none)) == 0.5, "all alike: the share"


def test_the_order_of_the_gallery_does_not_matter() -> None:
    distance, positive, ignored = drawn(ties=True)
    order = torch.randperm(G, generator=torch.Generator().manual_seed(0))
    other = average_precision(distance[:, order], positive[:, order], ignored[:, order])
    torch.testing.assert_close(average_precision(distance, positive, ignored), other)


def test_mean_is_over_queries_with_something_to_find() -> None:
    gallery = torch.tensor([[0.0], [1.0], [5.0]])
    queries = torch.tensor([[0.1], [0.9], [4.0]])
    person, camera = np.array([3, 3, JUNK]), np.array([1, 2, 1])
    sought = np.array([3, 3, 4])[:, None] == person
    own = np.array([1, 1, 1])[:, None] == camera
    ignored = (sought & own) | (person == JUNK)
    # The first two find the second image, the only one by another camera; the third nothing.
    assert mean_ap(queries, gallery, sought, ignored) == 100.0
    with pytest.raises(UserError, match=r"nobody among 3 test images .* two cameras"):
        mean_ap(queries, gallery, sought, np.ones((3, 3), bool))
