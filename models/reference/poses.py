"""Two guesses of joints in space that a method of poses must beat: the mean, and a neighbour's.

They have no networks, and are trained and scored as any method is: a pass over the training images
fills their buffers.
"""

import torch
from torch import Tensor
from torch.nn.functional import adaptive_avg_pool2d

from models.declaration import LABELLED, DataSpec
from models.method import Batch, Method, Noise, Phase, Stats, Values
from models.reference.declarations import (
    MeanPoseDeclaration,
    MeanPoseHyperparameters,
    NearestPoseDeclaration,
    NearestPoseHyperparameters,
)

JOINTS = "joints_3d"


def reduced(image: Tensor, side: int) -> Tensor:
    """Return images ``[B, C, H, W]`` averaged to ``side`` pixels a side, as rows to compare."""
    return adaptive_avg_pool2d(image, side).flatten(1)


class PoseGuess(Method):
    """Base of both: one phase, which trains no parameter, learns from each batch."""

    def phases(self) -> tuple[Phase, ...]:
        """Return the phase that looks at the batches."""
        return (Phase("look", "look", ()),)

    def draw(self, batch_size: int, generator: torch.Generator) -> Noise:  # noqa: ARG002
        """Draw nothing."""
        return {}


class MeanPose(MeanPoseDeclaration, PoseGuess):
    """Reference: the mean of the training poses, whatever the image shows."""

    total: Tensor
    count: Tensor

    def __init__(self, hyperparameters: MeanPoseHyperparameters, data: DataSpec) -> None:
        super().__init__(hyperparameters, data)
        self.register_buffer("total", torch.zeros(data.modalities[JOINTS]))
        self.register_buffer("count", torch.zeros(()))

    def look(self, batch: Batch, noise: Noise, values: Values) -> tuple[Tensor, Stats]:
        """Add the poses of a batch; return the squared error of the mean of all so far."""
        del noise, values
        joints, marks = batch[JOINTS], batch[LABELLED]
        self.total += (joints * marks[:, None, None]).sum(0)
        self.count += marks.sum()
        error = (joints - self._mean()).square().sum((1, 2))
        return (error * marks).sum() / marks.sum().clamp(min=1), {}

    def predict(self, image: Tensor) -> dict[str, Tensor]:
        """Return the mean pose as ``joints_3d`` of every image, ``[B, J, 3]``."""
        return {JOINTS: self._mean().expand(len(image), -1, -1)}

    def _mean(self) -> Tensor:
        return self.total / self.count.clamp(min=1)


class NearestPose(NearestPoseDeclaration, PoseGuess):
    """Reference: the pose of the training image that looks most alike, pixel by pixel.

    Images are averaged over squares of pixels first. The buffers have a row for each training image
    that has its pose, in the order in which they are first met, and one more that is never read.
    """

    pictures: Tensor
    poses: Tensor
    met: Tensor

    def __init__(self, hyperparameters: NearestPoseHyperparameters, data: DataSpec) -> None:
        super().__init__(hyperparameters, data)
        n = (data.n_labelled or data.n_train) + 1
        channels, side = data.image_shape[0], hyperparameters.side
        self.register_buffer("pictures", torch.zeros(n, channels * side * side))
        self.register_buffer("poses", torch.zeros(n, *data.modalities[JOINTS]))
        self.register_buffer("met", torch.zeros((), dtype=torch.int64))

    def look(self, batch: Batch, noise: Noise, values: Values) -> tuple[Tensor, Stats]:
        """Remember the images of a batch and their poses; return how many rows are still empty."""
        del noise, values
        marks = batch[LABELLED] > 0
        spare = len(self.pictures) - 1
        place = self.met + marks.cumsum(0) - 1
        rows = torch.where(marks & (place < spare), place, spare)
        self.pictures[rows] = reduced(batch["image"], self.hyperparameters.side)
        self.poses[rows] = batch[JOINTS]
        self.met += marks.sum()
        return (spare - self.met).clamp(min=0).to(batch[JOINTS].dtype), {}

    def predict(self, image: Tensor) -> dict[str, Tensor]:
        """Return the pose of each image's nearest neighbour as ``joints_3d``, ``[B, J, 3]``."""
        spare = len(self.pictures) - 1
        far = torch.cdist(reduced(image, self.hyperparameters.side), self.pictures[:spare])
        empty = torch.arange(spare, device=image.device) >= self.met
        return {JOINTS: self.poses[far.masked_fill(empty, torch.inf).argmin(1)]}
