"""The variational autoencoder with one latent group."""

from collections.abc import Mapping

import torch
from torch import Tensor

from models.declaration import DataSpec
from models.distributions.diagonal_gaussian import DiagonalGaussian
from models.method import Noise
from models.networks.vitae import GaussianEncoder, image_decoder
from models.vae.hyperparameters import VAEDeclaration, VAEHyperparameters
from models.vae.variational import Inference, VariationalMethod


class VAE(VAEDeclaration, VariationalMethod):
    """VAE: one latent space (Kingma & Welling, 2014; networks of VITAE's Tables 1, 3 and 4)."""

    def __init__(self, hyperparameters: VAEHyperparameters, data: DataSpec) -> None:
        super().__init__(hyperparameters, data)
        hp = hyperparameters
        shape, squash = data.image_shape, hp.likelihood == "bernoulli"
        self.encoder = GaussianEncoder(hp.network, shape, hp.encoder_widths, hp.d)
        self.decoder = image_decoder(hp.network, hp.d, hp.decoder_widths, shape, squash)

    def draw(self, batch_size: int, generator: torch.Generator) -> Noise:
        """Draw ``z``, ``[B, d]`` standard normal."""
        shape = batch_size, self.hyperparameters.d
        return {"z": torch.randn(shape, generator=generator, device=generator.device)}

    def infer(self, image: Tensor, noise: Noise) -> Inference:
        """Sample ``latent`` for images ``[B, C, H, W]`` and decode it."""
        posterior = self.encoder(image)
        z = posterior.sample(noise["z"])
        return Inference({"latent": posterior}, {"latent": z}, self.decoder(z))

    def posterior(self, image: Tensor) -> dict[str, DiagonalGaussian]:
        """Return the posterior as ``latent``, over ``[B, d]``."""
        return {"latent": self.encoder(image)}

    def encode(self, image: Tensor) -> dict[str, Tensor]:
        """Return the posterior mean as ``latent``, ``[B, d]``."""
        return {"latent": self.encoder(image).mean}

    def decode(self, codes: Mapping[str, Tensor]) -> Tensor:
        """Return ``[B, C, H, W]`` in ``[0, 1]`` for the codes ``latent`` ``[B, d]``."""
        images: Tensor = self.decoder(codes["latent"])
        return images.clamp(0, 1)

    def reconstruct(self, image: Tensor) -> Tensor:
        """Return ``[B, C, H, W]`` in ``[0, 1]``, decoded from the posterior mean."""
        return self.decode(self.encode(image))

    def sample(self, n: int, generator: torch.Generator) -> Tensor:
        """Return ``n`` images ``[n, C, H, W]`` in ``[0, 1]``, decoded from the prior."""
        return self.decode({"latent": self.draw(n, generator)["z"]})
