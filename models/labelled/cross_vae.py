"""The cross-modal VAE that dVAE is compared with: one code for an image and its labels."""

import torch
from torch import Tensor

from models.distributions.diagonal_gaussian import DiagonalGaussian
from models.labelled.labelled_vae import IMAGE, ModalVAE
from models.labelled.uses import (
    BETA_AT_64,
    W_X_AT_64,
    PoseEstimation,
    Synthesis,
    smaller,
)
from models.method import Batch, Noise, Stats, Values

LATENT = "latent"


class CrossModal(ModalVAE):
    """One latent space, into which an encoder of each modality leads and out of which all decode.

    The paper prints its code, z_cross of Table 4, and not its training. Here the code of each of
    the three, image and labels, is decoded into all three, with the errors of dVAE; the loss is the
    mean of the three bounds.
    """

    def sizes(self) -> dict[str, int]:
        """Return ``d`` for the one group, ``latent``."""
        return {LATENT: self.hyperparameters.d}

    def group_of(self, label: str) -> str:
        """Return the one group."""
        del label
        return LATENT

    def draw(self, batch_size: int, generator: torch.Generator) -> Noise:
        """Draw standard normal ``<modality>_latent`` ``[B, d]`` for the image and each label."""
        drawn: dict[str, Tensor] = {}
        for source in (IMAGE, *self.labels):
            drawn.update(self.noise_of(source, batch_size, generator))
        return drawn

    def objective(self, batch: Batch, noise: Noise, values: Values) -> tuple[Tensor, Stats]:
        """Return the mean of the bounds of the codes of image, y1 and y2, negative and weighted."""
        found = [self.posterior(batch[IMAGE])[LATENT]]
        found += [self.label_posterior(batch, label) for label in self.labels]
        draws = [noise[f"{source}_{LATENT}"] for source in (IMAGE, *self.labels)]
        # Decoded at once: what BatchNorm normalises by is then what its running statistics are of.
        posterior = DiagonalGaussian(
            torch.cat([of.mean for of in found]), torch.cat([of.variance for of in found])
        )
        decoded = self.decoded({LATENT: posterior.sample(torch.cat(draws))})
        told = {name: torch.cat([batch[name]] * len(found)) for name in (IMAGE, *self.labels)}
        return self.weighed(told, {LATENT: posterior}, decoded, values)


class CrossVAESynthesis(Synthesis, CrossModal):
    """Cross-modal VAE of images, their poses and tag images: one code for all three."""

    at_scale = smaller(CrossModal, beta=BETA_AT_64)


class CrossVAE(PoseEstimation, CrossModal):
    """Cross-modal VAE of images, canonical poses and viewpoints: one code (z_cross, Table 4)."""

    at_scale = smaller(CrossModal, w_x=W_X_AT_64)
