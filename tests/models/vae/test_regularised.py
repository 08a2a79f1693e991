"""The regularised baselines: their losses written out, and where they fall together."""

import dataclasses

import torch
from torch import Tensor

from models.distributions.diagonal_gaussian import DiagonalGaussian
from models.vae.hyperparameters import DIPVAEIIHyperparameters
from models.vae.regularised import DIPVAEII, BetaTCVAE, BetaVAE, aggregate_covariance
from models.vae.vae import VAE
from tests.models.helpers.method_case import Case

VALUES = {"kl_weight": 0.5}


def loss_of(method: type[VAE], **numbers: float) -> Tensor:
    """The loss of one batch under initial weights that are the same for all."""
    hyperparameters = dataclasses.replace(method.Hyperparameters(), **numbers)
    case = Case(method, hyperparameters)
    built = case.build()
    loss, _ = built("objective", case.batch(), case.noise(built), {**built.values(), **VALUES})
    return loss


def test_all_are_the_vae_without_their_term() -> None:
    vae = loss_of(VAE)
    torch.testing.assert_close(loss_of(BetaVAE, beta=1.0), vae)
    torch.testing.assert_close(loss_of(BetaTCVAE, beta=1.0), vae)
    torch.testing.assert_close(loss_of(DIPVAEII, lambda_od=0.0, lambda_d=0.0), vae)


def test_defaults() -> None:
    assert BetaVAE.Hyperparameters().beta == 8
    assert BetaTCVAE.Hyperparameters().beta == 6
    assert DIPVAEIIHyperparameters().lambda_od == 10


def test_the_two_weights_of_dip_vae_ii_are_one_unless_told_apart() -> None:
    """As in disentanglement_lib's study, whose grid sweeps both together."""
    for weight in (1.0, 50.0):
        together = loss_of(DIPVAEII, lambda_od=weight)
        torch.testing.assert_close(together, loss_of(DIPVAEII, lambda_od=weight, lambda_d=weight))
    assert loss_of(DIPVAEII, lambda_od=50.0) != loss_of(DIPVAEII, lambda_od=50.0, lambda_d=10.0)


def test_each_term_is_linear_in_its_weight_and_warms_up() -> None:
    for method, name in ((BetaVAE, "beta"), (BetaTCVAE, "beta"), (DIPVAEII, "lambda_od")):
        losses = [loss_of(method, **{name: weight}) for weight in (1.0, 2.0, 3.0)]
        torch.testing.assert_close(losses[2] - losses[1], losses[1] - losses[0])
        assert losses[0] != losses[1]


def test_tc_is_told_and_weighed() -> None:
    case = Case(BetaTCVAE, BetaTCVAE.Hyperparameters(beta=3.0))
    method = case.build()
    loss, stats = method(
        "objective", case.batch(), case.noise(method), {**method.values(), "kl_weight": 1.0}
    )
    torch.testing.assert_close(loss, stats["kl"] + 2 * stats["tc"] - stats["log_likelihood"])


def test_dip_penalty_is_zero_for_the_prior() -> None:
    prior = DiagonalGaussian(torch.zeros(9, 4), torch.ones(9, 4))
    torch.testing.assert_close(aggregate_covariance(prior), torch.eye(4))
    case = Case(DIPVAEII, DIPVAEIIHyperparameters())
    method = case.build()
    inferred = method.infer(case.batch()["image"], case.noise(method))
    at_prior = dataclasses.replace(inferred, posteriors={"latent": prior})
    values = {"beta": 1.0, "lambda_od": 10.0, "lambda_d": 10.0}
    _, stats = method.regularizer(at_prior, torch.zeros(9), values)
    assert stats["penalty"] == 0


def test_dip_penalty_by_brute_force() -> None:
    generator = torch.Generator().manual_seed(0)
    mean = torch.randn(7, 3, generator=generator, dtype=torch.float64)
    variance = torch.rand(7, 3, generator=generator, dtype=torch.float64) + 0.1
    covariance = aggregate_covariance(DiagonalGaussian(mean, variance))
    for i in range(3):
        for j in range(3):
            centred = [sum(mean[:, k]) / 7 for k in (i, j)]
            expected = sum((m[i] - centred[0]) * (m[j] - centred[1]) for m in mean) / 7
            expected = expected + (sum(variance[:, i]) / 7 if i == j else 0)
            torch.testing.assert_close(covariance[i, j], expected)
