"""DrNet for pairs of images (Denton & Birodkar, 2017), with RoDi's networks."""

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from models.declaration import DataSpec
from models.method import Batch, Noise, Phase, Stats, Values
from models.networks.residual import ImageEncoder
from models.pairs.hyperparameters import DrNetDeclaration, DrNetHyperparameters
from models.pairs.pair_method import PairMethod
from models.pictures import squared_error


class DrNet(DrNetDeclaration, PairMethod):
    """DrNet: similar contents within an identity, poses that do not reveal it to a discriminator.

    The paper learns from scenes of a video; an identity takes the place of a scene here.
    """

    def __init__(self, hyperparameters: DrNetHyperparameters, data: DataSpec) -> None:
        super().__init__(hyperparameters, data)
        hp, shape = hyperparameters, data.image_shape
        self.appearance_encoder = ImageEncoder(hp.network, shape, hp.d_appearance)
        self.pose_encoder = ImageEncoder(hp.network, shape, hp.d_pose)
        self.discriminator = nn.Sequential(
            nn.Linear(2 * hp.d_pose, hp.width),
            nn.ReLU(),
            nn.Linear(hp.width, hp.width),
            nn.ReLU(),
            nn.Linear(hp.width, 1),
        )

    def phases(self) -> tuple[Phase, ...]:
        """Return the update of encoders and decoder, then that of the discriminator."""
        model = "appearance_encoder.", "pose_encoder.", "decoder."
        return (
            Phase("model", "composition", model),
            Phase("discriminator", "discrimination", ("discriminator.",)),
        )

    def draw(self, batch_size: int, generator: torch.Generator) -> Noise:
        """Draw nothing: no code is sampled."""
        del batch_size, generator
        return {}

    def composition(self, batch: Batch, noise: Noise, values: Values) -> tuple[Tensor, Stats]:
        """Return the weighted sum of the reconstruction, the content and the adversarial loss.

        The first two are mean squared errors; the content of ``image`` is the target for that of
        ``same`` and gets no gradient. The third is the cross-entropy of the discriminator for the
        target 1/2, with gradient to the pose of ``image`` alone.
        """
        del noise
        image, same = batch["image"], batch["same"]
        content, pose = self.appearance_code(same), self.pose_code(image)
        rec = squared_error(self.compose(pose, content), image).mean() / self.data.n_pixels
        with torch.no_grad():
            target, pose_same = self.appearance_code(image), self.pose_code(same)
        distance = (content - target).square().mean()
        answer = self._answer(pose_same, pose)
        confusion = F.binary_cross_entropy_with_logits(answer, torch.full_like(answer, 0.5))
        loss = rec + values["content_weight"] * distance + values["adv_weight"] * confusion
        parts = {"rec": rec, "content": distance, "confusion": confusion}
        return loss, {name: part.detach() for name, part in parts.items()}

    def discrimination(self, batch: Batch, noise: Noise, values: Values) -> tuple[Tensor, Stats]:
        """Return the cross-entropy of classifying pairs of poses as of one identity or of two.

        Pairs of the first half of the batch are of one identity; in the second half, each pose is
        paired with that of the next row.
        """
        del noise, values
        with torch.no_grad():
            pose, pose_same = self.pose_code(batch["image"]), self.pose_code(batch["same"])
        half = len(pose) // 2
        second = torch.cat([pose[:half], pose[half:].roll(1, 0)])
        answer = self._answer(pose_same, second)
        target = torch.cat([torch.ones_like(answer[:half]), torch.zeros_like(answer[half:])])
        correct = ((answer.detach() > 0) == (target > 0)).to(answer.dtype).mean()
        return F.binary_cross_entropy_with_logits(answer, target), {"correct": correct}

    def appearance_code(self, image: Tensor) -> Tensor:
        """Return the content of images ``[B, C, H, W]``, ``[B, d_appearance]`` in ``(-1, 1)``."""
        code: Tensor = self.appearance_encoder(image)
        return code.tanh()

    def pose_code(self, image: Tensor) -> Tensor:
        """Return the pose of images ``[B, C, H, W]``, ``[B, d_pose]`` in ``(-1, 1)``."""
        code: Tensor = self.pose_encoder(image)
        return code.tanh()

    def _answer(self, first: Tensor, second: Tensor) -> Tensor:
        """Return the logit ``[B]`` that two poses ``[B, d_pose]`` are of one identity."""
        answer: Tensor = self.discriminator(torch.cat([first, second], 1))
        return answer.squeeze(1)
