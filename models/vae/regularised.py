"""Regularised VAEs: beta-VAE, beta-TCVAE and DIP-VAE-II, the VAE with another regularizer each."""

from dataclasses import dataclass
from typing import Annotated

from annotated_types import Ge
from torch import Tensor

from models.distributions.diagonal_gaussian import DiagonalGaussian
from models.hyperparameters import Structure, Value
from models.method import Stats, Values
from models.vae.total_correlation import TCEstimator, total_correlation
from models.vae.vae import VAE, VAEHyperparameters
from models.vae.variational import Inference


@dataclass(frozen=True)
class BetaVAEHyperparameters(VAEHyperparameters):
    """The VAE's, with another default of ``beta``."""

    beta: Annotated[
        float,
        Value("β", "weight of the KL term", "8 in VITAE's released scripts; no value in the paper"),
        Ge(0),
    ] = 8.0


class BetaVAE(VAE):
    """beta-VAE: the KL term weighs more (Higgins et al., 2017)."""

    Hyperparameters = BetaVAEHyperparameters


@dataclass(frozen=True)
class BetaTCVAEHyperparameters(VAEHyperparameters):
    """The VAE's, with ``beta`` the weight of the total correlation."""

    beta: Annotated[
        float,
        Value("β", "weight of the total correlation", "6 in Chen et al.'s README; not in VITAE"),
        Ge(0),
    ] = 6.0
    tc_estimator: Annotated[
        TCEstimator,
        Structure("", "how the total correlation is estimated", "Chen et al., 2018, appendix C"),
    ] = "mss"


class BetaTCVAE(VAE):
    """beta-TCVAE: only the total correlation of the code weighs more (Chen et al., 2018)."""

    Hyperparameters = BetaTCVAEHyperparameters

    def regularizer(self, inferred: Inference, kl: Tensor, values: Values) -> tuple[Tensor, Stats]:
        """Return ``KL + (beta - 1) TC``, and the estimate of the total correlation as ``tc``.

        That is mutual information and dimension-wise KL with weight 1, total correlation with
        weight ``beta`` (Chen et al., equation 4).
        """
        posterior, z = inferred.posteriors["latent"], inferred.samples["latent"]
        estimator = self.hyperparameters.tc_estimator
        tc = total_correlation(posterior, z, self.data.n_train, estimator)
        return kl + (values["beta"] - 1) * tc, {"tc": tc}


@dataclass(frozen=True)
class DIPVAEIIHyperparameters(VAEHyperparameters):
    """The VAE's, and the weights of the two penalties."""

    lambda_od: Annotated[
        float,
        Value("λ_od", "weight of squared covariances", "disentanglement_lib: 1 to 50"),
        Ge(0),
    ] = 10.0
    lambda_d: Annotated[
        float,
        Value("λ_d", "weight of squared distances of variances from 1", "λ_od, for type II"),
        Ge(0),
    ] = 10.0


class DIPVAEII(VAE):
    """DIP-VAE-II: the covariance of the aggregated posterior is drawn to I (Kumar et al., 2018)."""

    Hyperparameters = DIPVAEIIHyperparameters

    def regularizer(self, inferred: Inference, kl: Tensor, values: Values) -> tuple[Tensor, Stats]:
        """Return ``beta KL + lambda_od sum_{i!=j} C_ij^2 + lambda_d sum_i (C_ii - 1)^2``.

        ``C`` is the covariance of z, estimated from the batch (Kumar et al., equations 4 and 7).
        """
        weighted, stats = super().regularizer(inferred, kl, values)
        covariance = aggregate_covariance(inferred.posteriors["latent"])
        diagonal = covariance.diagonal()
        off_diagonal = covariance.square().sum() - diagonal.square().sum()
        distance = (diagonal - 1).square().sum()
        penalty = values["lambda_od"] * off_diagonal + values["lambda_d"] * distance
        return weighted + penalty, {**stats, "penalty": penalty}


def aggregate_covariance(posterior: DiagonalGaussian) -> Tensor:
    """Return ``Cov(mean) + E[diag(variance)]`` over the batch (with 1/B), ``[d, d]``."""
    centred = posterior.mean - posterior.mean.mean(0)
    return centred.mT @ centred / len(centred) + posterior.variance.mean(0).diag()
