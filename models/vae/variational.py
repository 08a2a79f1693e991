"""Base of the variational autoencoders of single images: the bound, its KL weight, and the loss."""

from dataclasses import dataclass

import torch
from torch import Tensor

from models.distributions.diagonal_gaussian import DiagonalGaussian, standard_log_density
from models.distributions.likelihoods import log_likelihood
from models.method import Batch, Method, Noise, Stats, Values


@dataclass(frozen=True)
class Inference:
    """A posterior sample of every latent group for a batch of images, and its decoded pixels.

    Attributes:
        posteriors: posterior of each latent group, over ``[B, d]``.
        samples: one sample of each, ``[B, d]``.
        mean: mean of the pixels given the samples, ``[B, C, H, W]``.
    """

    posteriors: dict[str, DiagonalGaussian]
    samples: dict[str, Tensor]
    mean: Tensor


class VariationalMethod(Method):
    """A method trained on the evidence lower bound; subclasses define ``draw`` and ``infer``."""

    def infer(self, image: Tensor, noise: Noise) -> Inference:
        """Sample the latents of images ``[B, C, H, W]`` and decode them."""
        raise NotImplementedError

    def regularizer(self, inferred: Inference, kl: Tensor, values: Values) -> tuple[Tensor, Stats]:
        """Return the regularising term of each image's loss, ``[B]``, and further statistics.

        Args:
            inferred: posteriors and samples of the batch.
            kl: divergence of the posterior from the prior, ``[B]`` in nats.
            values: the numeric hyperparameters of the step.
        """
        del inferred
        return values["beta"] * kl, {}

    def objective(self, batch: Batch, noise: Noise, values: Values) -> tuple[Tensor, Stats]:
        """Return ``kl_weight * regularizer - E[log p(x|z)]``, and the terms of the bound.

        ``values["kl_weight"]`` is the warm-up ``w`` of the epoch (VITAE, supplement, Section 2).
        The statistics are batch means of ``elbo``: there the KL term always has weight 1.
        """
        inferred = self.infer(batch["image"], noise)
        bound = self._bound(batch["image"], inferred)
        penalty, further = self.regularizer(inferred, bound["kl"], values)
        loss = (values["kl_weight"] * penalty - bound["log_likelihood"]).mean()
        means = {name: value.detach().mean() for name, value in bound.items()}
        return loss, {**means, **{name: value.detach() for name, value in further.items()}}

    def elbo(self, batch: Batch, noise: Noise) -> Stats:
        """Return the evidence lower bound and its terms, each ``[B]`` in nats per image.

        ``elbo``, ``log_likelihood``, ``kl``, and with several latent groups ``kl_<group>`` of each.
        One sample of each latent; the KL terms are in closed form, those of a group that depends on
        another at that one's sample (VITAE, supplement, Section 1).
        """
        return self._bound(batch["image"], self.infer(batch["image"], noise))

    def log_weight(self, batch: Batch, noise: Noise) -> Tensor:
        """Return ``log p(x, z) - log q(z | x)`` of one posterior sample ``z`` an image, ``[B]``."""
        inferred = self.infer(batch["image"], noise)
        weight = self._log_likelihood(batch["image"], inferred.mean)
        for group, z in inferred.samples.items():
            weight = weight + standard_log_density(z) - inferred.posteriors[group].log_density(z)
        return weight

    def _bound(self, image: Tensor, inferred: Inference) -> Stats:
        likelihood = self._log_likelihood(image, inferred.mean)
        kls = {f"kl_{group}": each.kl() for group, each in inferred.posteriors.items()}
        kl = torch.stack(list(kls.values())).sum(0)
        parts = kls if len(kls) > 1 else {}
        return {"elbo": likelihood - kl, "log_likelihood": likelihood, "kl": kl, **parts}

    def _log_likelihood(self, image: Tensor, mean: Tensor) -> Tensor:
        hp = self.hyperparameters
        return log_likelihood(hp.likelihood, image, mean, hp.sigma2)
