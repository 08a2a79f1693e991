"""The variational autoencoder, and beta-VAE as the same with another ``beta``."""

from dataclasses import dataclass
from typing import Annotated

import torch
from annotated_types import Ge
from torch import Tensor

from models.hyperparameters import Structure
from models.likelihoods import bernoulli_log_likelihood
from models.method import Batch, DataSpec, Noise, Stats
from models.networks import GaussianEncoder, ImageDecoder, Widths
from models.variational import VariationalHyperparameters, VariationalMethod


@dataclass(frozen=True)
class VAEHyperparameters(VariationalHyperparameters):
    """The networks of the VAE (VITAE, supplement, Table 1)."""

    d: Annotated[int, Structure("d", "dimension of the latent space", "Table 1"), Ge(1)] = 4
    encoder_widths: Annotated[
        Widths, Structure("", "hidden widths of the mean and of the variance encoder", "Table 1")
    ] = (128, 64)
    decoder_widths: Annotated[Widths, Structure("", "hidden widths of the decoder", "Table 1")] = (
        64,
        64,
    )


class VAE(VariationalMethod):
    """VAE: one latent space, Bernoulli pixels (Kingma & Welling, 2014; nets of VITAE's Table 1)."""

    Hyperparameters = VAEHyperparameters

    def __init__(self, hyperparameters: VAEHyperparameters, data: DataSpec) -> None:
        super().__init__(hyperparameters, data)
        hp = hyperparameters
        self.encoder = GaussianEncoder(data.n_pixels, hp.encoder_widths, hp.d)
        self.decoder = ImageDecoder(hp.d, hp.decoder_widths, data.image_shape)

    def draw(self, batch_size: int, generator: torch.Generator) -> Noise:
        """Draw ``z``, ``[B, d]`` standard normal."""
        shape = batch_size, self.hyperparameters.d
        return {"z": torch.randn(shape, generator=generator, device=generator.device)}

    def elbo(self, batch: Batch, noise: Noise) -> Stats:
        """Return ``elbo``, ``log_likelihood`` and ``kl``, each ``[B]`` in nats per image."""
        posterior = self.encoder(batch["image"])
        mean = self.decoder(posterior.sample(noise["z"]))
        log_likelihood, kl = bernoulli_log_likelihood(batch["image"], mean), posterior.kl()
        return {"elbo": log_likelihood - kl, "log_likelihood": log_likelihood, "kl": kl}

    def encode(self, image: Tensor) -> dict[str, Tensor]:
        """Return the posterior mean as ``latent``, ``[B, d]``."""
        return {"latent": self.encoder(image).mean}

    def reconstruct(self, image: Tensor) -> Tensor:
        """Return ``[B, C, H, W]`` in ``[0, 1]``, decoded from the posterior mean."""
        reconstruction: Tensor = self.decoder(self.encoder(image).mean)
        return reconstruction

    def sample(self, n: int, generator: torch.Generator) -> Tensor:
        """Return ``n`` images ``[n, C, H, W]`` in ``[0, 1]``, decoded from the prior."""
        images: Tensor = self.decoder(self.draw(n, generator)["z"])
        return images
