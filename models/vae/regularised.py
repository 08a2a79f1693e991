"""Regularised VAEs: beta-VAE, beta-TCVAE and DIP-VAE-II, the VAE with another regularizer each."""

from torch import Tensor

from models.distributions.diagonal_gaussian import DiagonalGaussian
from models.method import Stats, Values
from models.vae.hyperparameters import BetaTCVAEDeclaration, BetaVAEDeclaration, DIPVAEIIDeclaration
from models.vae.total_correlation import total_correlation
from models.vae.vae import VAE
from models.vae.variational import Inference


class BetaVAE(BetaVAEDeclaration, VAE):
    """beta-VAE: the KL term weighs more (Higgins et al., 2017)."""


class BetaTCVAE(BetaTCVAEDeclaration, VAE):
    """beta-TCVAE: only the total correlation of the code weighs more (Chen et al., 2018)."""

    def regularizer(self, inferred: Inference, kl: Tensor, values: Values) -> tuple[Tensor, Stats]:
        """Return ``KL + (beta - 1) TC``, and the estimate of the total correlation as ``tc``.

        That is mutual information and dimension-wise KL with weight 1, total correlation with
        weight ``beta`` (Chen et al., equation 4).
        """
        posterior, z = inferred.posteriors["latent"], inferred.samples["latent"]
        estimator = self.hyperparameters.tc_estimator
        tc = total_correlation(posterior, z, self.data.n_train, estimator)
        return kl + (values["beta"] - 1) * tc, {"tc": tc}


class DIPVAEII(DIPVAEIIDeclaration, VAE):
    """DIP-VAE-II: the covariance of the aggregated posterior is drawn to I (Kumar et al., 2018)."""

    def regularizer(self, inferred: Inference, kl: Tensor, values: Values) -> tuple[Tensor, Stats]:
        """Return ``beta KL + lambda_od sum_{i!=j} C_ij^2 + lambda_d sum_i (C_ii - 1)^2``.

        ``C`` is the covariance of z, estimated from the batch (Kumar et al., equations 4 and 7).
        Without a ``lambda_d`` of its own, it is ``lambda_od``, as in disentanglement_lib's study.
        """
        weighted, stats = super().regularizer(inferred, kl, values)
        covariance = aggregate_covariance(inferred.posteriors["latent"])
        diagonal = covariance.diagonal()
        off_diagonal = covariance.square().sum() - diagonal.square().sum()
        distance = (diagonal - 1).square().sum()
        lambda_d = values["lambda_d" if "lambda_d" in values else "lambda_od"]
        penalty = values["lambda_od"] * off_diagonal + lambda_d * distance
        return weighted + penalty, {**stats, "penalty": penalty}


def aggregate_covariance(posterior: DiagonalGaussian) -> Tensor:
    """Return ``Cov(mean) + E[diag(variance)]`` over the batch (with 1/B), ``[d, d]``."""
    centred = posterior.mean - posterior.mean.mean(0)
    return centred.mT @ centred / len(centred) + posterior.variance.mean(0).diag()
