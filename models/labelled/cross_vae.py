"""The cross-modal VAE that dVAE is compared with: one latent space for an image and its labels."""

import torch
from torch import Tensor

from models.distributions.diagonal_gaussian import DiagonalGaussian
from models.labelled.declarations import CrossVAEDeclaration, CrossVAESynthesisDeclaration
from models.labelled.image_vae import IMAGE
from models.labelled.labelled_vae import LabelledVAE
from models.labelled.tasks import PoseEstimation, Synthesis
from models.method import Batch, Noise, Stats, Values

LATENT = "latent"


class CrossModal(LabelledVAE):
    """Base of both cross-modal VAEs: image and labels are encoded in, and decoded from, one code.

    The paper scores its code, z_cross of Table 4, without saying how it was trained. Here the codes
    of the image and of each label are decoded into all three, with the errors of dVAE; the loss is
    the mean of the three bounds.
    """

    def sizes(self) -> dict[str, int]:
        """Return ``d`` for the only group, ``latent``."""
        return {LATENT: self.hyperparameters.d}

    def group_of(self, label: str) -> str:
        """Return the only group, ``latent``."""
        del label
        return LATENT

    def draw(self, batch_size: int, generator: torch.Generator) -> Noise:
        """Draw standard normal ``<source>_latent`` ``[B, d]`` for the image and each label."""
        drawn: dict[str, Tensor] = {}
        for source in (IMAGE, *self.labels):
            drawn.update(self.draw_groups(source, batch_size, generator))
        return drawn

    def objective(self, batch: Batch, noise: Noise, values: Values) -> tuple[Tensor, Stats]:
        """Return the mean of the weighted negative bounds for the codes of image, y1 and y2."""
        posteriors = [self.posterior(batch[IMAGE])[LATENT]]
        posteriors += [self.label_posterior(batch, label) for label in self.labels]
        draws = [noise[f"{source}_{LATENT}"] for source in (IMAGE, *self.labels)]
        # Decoded as one batch: BatchNorm then normalises by the statistics whose running means it
        # keeps, those of all three codes together.
        posterior = DiagonalGaussian(
            torch.cat([each.mean for each in posteriors]),
            torch.cat([each.variance for each in posteriors]),
        )
        decoded = self.decode_all({LATENT: posterior.sample(torch.cat(draws))})
        thrice = {name: torch.cat([batch[name]] * 3) for name in (IMAGE, *self.labels)}
        return self.weighted_loss(thrice, {LATENT: posterior}, decoded, values)


class CrossVAESynthesis(CrossVAESynthesisDeclaration, Synthesis, CrossModal):
    """Cross-modal VAE of images, their poses and tag images: one code for all three."""


class CrossVAE(CrossVAEDeclaration, PoseEstimation, CrossModal):
    """Cross-modal VAE of images, canonical poses and viewpoints: one code (z_cross, Table 4)."""
