"""The estimator of mutual information on Gaussians whose information is known."""

import math

import pytest
import torch
from torch import Tensor

from models.mutual_information import PairClassifier, classifier_loss, reordered

D, BATCH = 8, 256


def correlated(n: int, rho: float, generator: torch.Generator) -> tuple[Tensor, Tensor]:
    """Return two standard normal codes ``[n, D]``, correlated by ``rho`` in each dimension."""
    first, noise = torch.randn(2, n, D, generator=generator)
    return first, rho * first + math.sqrt(1 - rho**2) * noise


@pytest.mark.parametrize("rho", [0.0, 0.3, 0.5])
def test_estimate_tends_to_the_information_of_gaussians(rho: float) -> None:
    torch.manual_seed(0)
    classifier = PairClassifier("small", D, D)
    adam = torch.optim.Adam(classifier.parameters(), lr=4e-4, betas=(0.5, 0.9), fused=True)
    generator = torch.Generator().manual_seed(1)
    for _ in range(1000):
        first, second = correlated(BATCH, rho, generator)
        loss = classifier_loss(
            classifier(first, second), classifier(first, reordered(second, "reverse"))
        )
        adam.zero_grad()
        loss.backward()
        adam.step()
    with torch.no_grad():
        first, second = correlated(20_000, rho, generator)
        estimate = classifier(first, second).mean().item()
    known = -D / 2 * math.log(1 - rho**2)
    # The classifier is best in the limit: after 1,000 steps it misses up to an eighth, and of
    # independent codes it has learnt 0 to the noise of the last batches.
    assert estimate == pytest.approx(known, rel=0.125, abs=0.03)


def test_classifier_that_knows_nothing_loses_ln_2() -> None:
    assert classifier_loss(torch.zeros(5), torch.zeros(5)).item() == pytest.approx(math.log(2))


def test_loss_by_hand() -> None:
    joint, marginal = torch.tensor([2.0, 0.0]), torch.tensor([-1.0, 3.0])
    found = classifier_loss(joint, marginal).item()
    first = (math.log1p(math.exp(-2)) + math.log(2)) / 2
    second = (math.log1p(math.exp(-1)) + math.log1p(math.exp(3))) / 2
    assert found == pytest.approx((first + second) / 2, rel=1e-6)


def test_towers_meet_in_an_inner_product() -> None:
    classifier = PairClassifier("tiny", 3, 5)
    first, second = torch.randn(4, 3), torch.randn(4, 5)
    with torch.no_grad():
        by_hand = [
            float(classifier.first(a[None])[0] @ classifier.second(b[None])[0])
            for a, b in zip(first, second, strict=True)
        ]
        assert classifier(first, second).tolist() == pytest.approx(by_hand, rel=1e-5, abs=1e-6)


@pytest.mark.parametrize("marginal", ["reverse", "roll"])
def test_no_code_of_an_even_batch_meets_its_own(marginal: str) -> None:
    codes = torch.arange(6.0)[:, None]
    moved = reordered(codes, marginal)
    assert sorted(moved.flatten().tolist()) == codes.flatten().tolist()
    assert not (moved == codes).any()


def test_paper_classifier_has_the_released_size() -> None:
    classifier = PairClassifier("paper", 256, 256)
    assert sum(p.numel() for p in classifier.parameters()) == 2_889_728
