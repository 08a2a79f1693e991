"""The estimator of mutual information on Gaussians whose information is known."""

import math
from collections.abc import Callable

import pytest
import torch
import torch.nn.functional as F
from torch import Tensor

from models.choices import NetworkSize
from models.pairs.rodi.mutual_information import (
    Marginal,
    PairClassifier,
    classifier_loss,
    reordered,
)

Draw = Callable[[int, torch.Generator], tuple[Tensor, Tensor]]

D, BATCH = 8, 256


def correlated(n: int, rho: float, generator: torch.Generator) -> tuple[Tensor, Tensor]:
    """Return two standard normal codes ``[n, D]``, correlated by ``rho`` in each dimension."""
    first, noise = torch.randn(2, n, D, generator=generator)
    return first, rho * first + math.sqrt(1 - rho**2) * noise


def estimated(draw: Draw, size: NetworkSize, steps: int, lr: float) -> float:
    """Return the estimate on fresh codes of a classifier that has learnt from others."""
    torch.manual_seed(0)
    classifier = PairClassifier(size, D, D)
    adam = torch.optim.Adam(classifier.parameters(), lr=lr, betas=(0.5, 0.9), fused=True)
    generator = torch.Generator().manual_seed(1)
    for _ in range(steps):
        first, second = draw(BATCH, generator)
        loss = classifier_loss(
            classifier(first, second), classifier(first, reordered(second, "reverse"))
        )
        adam.zero_grad()
        loss.backward()
        adam.step()
    with torch.no_grad():
        return classifier(*draw(20_000, generator)).mean().item()


@pytest.mark.parametrize("rho", [0.0, 0.5])
def test_estimate_tends_to_the_information_of_gaussians(rho: float) -> None:
    estimate = estimated(lambda n, generator: correlated(n, rho, generator), "small", 500, 4e-4)
    known = -D / 2 * math.log(1 - rho**2)
    # The classifier is best in the limit: after 500 steps it misses by up to an eighth, and of
    # independent codes it has learnt 0 to the noise of the last batches.
    assert estimate == pytest.approx(known, rel=0.125, abs=0.03)


@pytest.mark.parametrize(("leaks", "known"), [(False, 0.0), (True, math.log(4))])
def test_pose_that_names_one_of_four_identities_tells_ln_4(leaks: bool, known: float) -> None:
    """An oracle's pose code tells nothing of the identity, a leaky one all."""

    def draw(n: int, generator: torch.Generator) -> tuple[Tensor, Tensor]:
        identity = F.one_hot(torch.randint(4, (n,), generator=generator), D).float()
        return torch.randn(n, D, generator=generator) + leaks * 20 * identity, identity

    # As above; the leaky one's cross-entropy is flat where pairs that cannot be are told apart.
    assert estimated(draw, "tiny", 500, 2e-3) == pytest.approx(known, rel=0.125, abs=0.03)


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
def test_no_code_of_an_even_batch_meets_its_own(marginal: Marginal) -> None:
    codes = torch.arange(6.0)[:, None]
    moved = reordered(codes, marginal)
    assert sorted(moved.flatten().tolist()) == codes.flatten().tolist()
    assert not (moved == codes).any()


def test_paper_classifier_has_the_released_size() -> None:
    classifier = PairClassifier("paper", 256, 256)
    assert sum(p.numel() for p in classifier.parameters()) == 2_889_728
