"""The cycle-consistent VAE (Jha et al., 2018), with RoDi's networks."""

import torch
from torch import Tensor

from models.declaration import DataSpec
from models.distributions.diagonal_gaussian import DiagonalGaussian, gaussian_of
from models.method import Batch, Noise, Phase, Stats, Values
from models.networks.residual import ImageEncoder
from models.pairs.hyperparameters import CycleVAEDeclaration, CycleVAEHyperparameters
from models.pairs.pair_method import PairMethod
from models.pictures import squared_error, to_unit_interval


class CycleVAE(CycleVAEDeclaration, PairMethod):
    """Cycle-consistent VAE: appearances swapped within an identity, poses recovered after swaps."""

    def __init__(self, hyperparameters: CycleVAEHyperparameters, data: DataSpec) -> None:
        super().__init__(hyperparameters, data)
        hp = hyperparameters
        numbers = 2 * hp.d_pose + hp.d_appearance
        self.encoder = ImageEncoder(hp.network, data.image_shape, numbers)

    def phases(self) -> tuple[Phase, ...]:
        """Return the updates of the forward cycle, and of the reverse one, of the encoder alone."""
        return (
            Phase("forward", "forward_cycle", ("encoder.", "decoder.")),
            Phase("reverse", "reverse_cycle", ("encoder.",)),
        )

    def draw(self, batch_size: int, generator: torch.Generator) -> Noise:
        """Draw standard normal ``[B, d_pose]``: ``pose``, ``pose_same``, and ``prior``."""
        return self.draw_poses(("pose", "pose_same", "prior"), batch_size, generator)

    def forward_cycle(self, batch: Batch, noise: Noise, values: Values) -> tuple[Tensor, Stats]:
        """Return the loss of pairs, each image decoded with the appearance of the other.

        ``w (mse(D(s1, c2), x1) + mse(D(s2, c1), x2)) + v (KL1 + KL2)``, where ``mse`` and the KL
        terms are means over the batch and all values of the images.
        """
        image, same = batch["image"], batch["same"]
        pose, appearance = self._codes(image)
        pose_same, appearance_same = self._codes(same)
        decoded = self.compose(pose.sample(noise["pose"]), appearance_same)
        decoded_same = self.compose(pose_same.sample(noise["pose_same"]), appearance)
        n = self.data.n_pixels
        errors = squared_error(decoded, image) + squared_error(decoded_same, same)
        rec, kl = errors.mean() / n, (pose.kl() + pose_same.kl()).mean()
        loss = values["rec_weight"] * rec + values["kl_coefficient"] * kl / n
        return loss, {"rec": rec.detach(), "kl": kl.detach()}

    def reverse_cycle(self, batch: Batch, noise: Noise, values: Values) -> tuple[Tensor, Stats]:
        """Return the weighted distance of the poses encoded from two decodings of one pose.

        The pose is drawn from the prior, and decoded with the appearance of each image and with
        that of the one before. No gradient passes through the decoded images.
        """
        with torch.no_grad():
            appearance = self.appearance_code(batch["image"])
            decoded = to_unit_interval(self.compose(noise["prior"], appearance))
            decoded_other = to_unit_interval(self.compose(noise["prior"], appearance.roll(1, 0)))
        distance = (self.pose_code(decoded) - self.pose_code(decoded_other)).abs().mean()
        return values["reverse_weight"] * distance, {"distance": distance.detach()}

    def appearance_code(self, image: Tensor) -> Tensor:
        """Return the appearance of images ``[B, C, H, W]``, ``[B, d_appearance]``."""
        return self._codes(image)[1]

    def pose_code(self, image: Tensor) -> Tensor:
        """Return the mean of the pose of images ``[B, C, H, W]``, ``[B, d_pose]``."""
        return self._codes(image)[0].mean

    def posterior(self, image: Tensor) -> dict[str, DiagonalGaussian]:
        """Return the posterior of ``pose``, over ``[B, d_pose]``."""
        return {"pose": self._codes(image)[0]}

    def _codes(self, image: Tensor) -> tuple[DiagonalGaussian, Tensor]:
        hp = self.hyperparameters
        numbers = self.encoder(image)
        pose, appearance = torch.split(numbers, [2 * hp.d_pose, hp.d_appearance], 1)
        return gaussian_of(pose), appearance
