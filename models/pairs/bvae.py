"""beta-VAE of pairs: RoDi without classifiers, its KL term with a fixed weight (its Figure 7)."""

import torch
from torch import Tensor

from models.declaration import DataSpec
from models.distributions.diagonal_gaussian import DiagonalGaussian, gaussian_of
from models.method import Batch, Noise, Phase, Stats, Values
from models.networks.residual import ImageEncoder
from models.pairs.hyperparameters import BVAEDeclaration, BVAEHyperparameters
from models.pairs.pair_method import PairMethod
from models.pictures import squared_error


class BVAE(BVAEDeclaration, PairMethod):
    """beta-VAE of pairs: appearance from the other image, pose under a weighted KL term."""

    def __init__(self, hyperparameters: BVAEHyperparameters, data: DataSpec) -> None:
        super().__init__(hyperparameters, data)
        hp, shape = hyperparameters, data.image_shape
        self.appearance_encoder = ImageEncoder(hp.network, shape, hp.d_appearance)
        self.pose_encoder = ImageEncoder(hp.network, shape, 2 * hp.d_pose)

    def phases(self) -> tuple[Phase, ...]:
        """Return the only update, with the decay rates of RoDi's Adam."""
        return (Phase("train", "objective", betas=(0.5, 0.9)),)

    def draw(self, batch_size: int, generator: torch.Generator) -> Noise:
        """Draw ``pose``, ``[B, d_pose]`` standard normal."""
        return self.draw_poses(("pose",), batch_size, generator)

    def objective(self, batch: Batch, noise: Noise, values: Values) -> tuple[Tensor, Stats]:
        """Return ``L_rec + beta KL``, each a sum over its dimensions (Figure 7, bvae)."""
        posterior = self.posterior(batch["image"])["pose"]
        appearance = self.appearance_code(batch["same"])
        decoded = self.compose(posterior.sample(noise["pose"]), appearance)
        rec, kl = squared_error(decoded, batch["image"]).mean(), posterior.kl().mean()
        return rec + values["beta"] * kl, {"rec": rec.detach(), "kl": kl.detach()}

    def appearance_code(self, image: Tensor) -> Tensor:
        """Return the appearance of images ``[B, C, H, W]``, ``[B, d_appearance]``."""
        code: Tensor = self.appearance_encoder(image)
        return code

    def pose_code(self, image: Tensor) -> Tensor:
        """Return the mean of the pose of images ``[B, C, H, W]``, ``[B, d_pose]``."""
        return self.posterior(image)["pose"].mean

    def posterior(self, image: Tensor) -> dict[str, DiagonalGaussian]:
        """Return the posterior of ``pose``, over ``[B, d_pose]``."""
        return {"pose": gaussian_of(self.pose_encoder(image))}
