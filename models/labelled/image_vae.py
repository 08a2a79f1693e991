"""Base of the variational autoencoders of an image whose code has parts that labels share.

dVAE, the cross-modal VAE and SemiX encode other things than images in parts of this code, and
decode them from it; what evaluation asks of the image's own autoencoder is here.
"""

from collections.abc import Mapping

import torch
from torch import Tensor, nn

from models.distributions.diagonal_gaussian import DiagonalGaussian, gaussian_of
from models.distributions.likelihoods import gaussian_log_likelihood
from models.method import Batch, Method, Noise, Stats
from models.pictures import from_unit_interval, to_unit_interval

IMAGE = "image"
"""Key of a batch: the image x."""

Posteriors = dict[str, DiagonalGaussian]
"""The posterior of each latent group, over ``[B, d]``."""


class ImageEncoding(Method):
    """An encoder of images to the posterior of every latent group.

    Attributes:
        image_encoder: from images ``[B, C, H, W]`` in [-1, 1] to ``[B, 2 * sum of d]``: the means
            of all groups, and the logarithms of their variances.
    """

    image_encoder: nn.Module

    def sizes(self) -> dict[str, int]:
        """Return the dimension of each latent group, in the order of the whole code."""
        raise NotImplementedError

    def draw_groups(self, source: str, size: int, generator: torch.Generator) -> Noise:
        """Draw standard normal ``<source>_<group>`` ``[B, d]`` for each latent group."""
        return {
            f"{source}_{group}": torch.randn(
                (size, d), generator=generator, device=generator.device
            )
            for group, d in self.sizes().items()
        }

    def posterior(self, image: Tensor) -> Posteriors:
        """Return the posterior of every latent group given the image, over ``[B, d]`` each."""
        return self.posteriors_of(self.image_encoder(from_unit_interval(image)))

    def posteriors_of(self, numbers: Tensor) -> Posteriors:
        """Return the posteriors that the encoder's output ``[B, 2 * sum of d]`` stands for."""
        sizes, whole = self.sizes(), gaussian_of(numbers)
        parts = (
            torch.split(each, list(sizes.values()), 1) for each in (whole.mean, whole.variance)
        )
        return {
            group: DiagonalGaussian(mean, variance)
            for group, mean, variance in zip(sizes, *parts, strict=True)
        }

    def encode(self, image: Tensor) -> dict[str, Tensor]:
        """Return the posterior mean of every latent group, ``[B, d]``."""
        return {group: posterior.mean for group, posterior in self.posterior(image).items()}


class ImageVAE(ImageEncoding):
    """An image's autoencoder: all latent groups are decoded into it.

    The bound (``Bounds``) is that of the image alone: ``q(z|x)`` is given nothing else, and a
    squared error of weight ``w`` in [-1, 1] is a normal pixel of variance ``1 / (8 w)`` in [0, 1].

    Attributes:
        image_decoder: from the whole code ``[B, sum of d]`` to images in [-1, 1].
    """

    image_decoder: nn.Module

    @property
    def w_pixel(self) -> float:
        """Weight of the squared error of a pixel on the scale [-1, 1]."""
        raise NotImplementedError

    def whole_code(self, codes: Mapping[str, Tensor]) -> Tensor:
        """Return the codes of all groups concatenated, ``[B, sum of d]``."""
        return torch.cat([codes[group] for group in self.sizes()], 1)

    def decode(self, codes: Mapping[str, Tensor]) -> Tensor:
        """Return ``[B, C, H, W]`` in ``[0, 1]`` for ``[B, d]`` of every latent group."""
        return to_unit_interval(self.image_decoder(self.whole_code(codes)))

    def reconstruct(self, image: Tensor) -> Tensor:
        """Return ``[B, C, H, W]`` in ``[0, 1]``, decoded from the posterior means."""
        return self.decode(self.encode(image))

    def sample(self, n: int, generator: torch.Generator) -> Tensor:
        """Return ``n`` images ``[n, C, H, W]`` in ``[0, 1]``, decoded from the prior."""
        drawn = self.draw_groups("prior", n, generator)
        return self.decode({group: drawn[f"prior_{group}"] for group in self.sizes()})

    def elbo(self, batch: Batch, noise: Noise) -> Stats:
        """Return ``elbo``, ``log_likelihood``, ``kl`` and ``kl_<group>``, ``[B]`` in nats."""
        posteriors = self.posterior(batch[IMAGE])
        codes = sample_posteriors(posteriors, IMAGE, noise)
        variance = 1 / (8 * self.w_pixel)
        likelihood = gaussian_log_likelihood(batch[IMAGE], self.decode(codes), variance)
        kls = {f"kl_{group}": posterior.kl() for group, posterior in posteriors.items()}
        kl = torch.stack(list(kls.values())).sum(0)
        return {"elbo": likelihood - kl, "log_likelihood": likelihood, "kl": kl, **kls}


def sample_posteriors(posteriors: Posteriors, source: str, noise: Noise) -> dict[str, Tensor]:
    """Return a sample ``[B, d]`` of each group's posterior, by the draws ``<source>_<group>``."""
    return {
        group: posterior.sample(noise[f"{source}_{group}"])
        for group, posterior in posteriors.items()
    }
