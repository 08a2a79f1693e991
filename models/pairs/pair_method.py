"""Base of the methods that learn appearance and pose from pairs of images of one identity."""

import torch
from torch import Tensor

from models.declaration import DataSpec
from models.method import Method, Noise
from models.networks.residual import ImageDecoder
from models.pairs.hyperparameters import PairDeclaration, PairHyperparameters
from models.pictures import to_unit_interval


class PairMethod(PairDeclaration, Method):
    """A method with an appearance code, a pose code, and one decoder of both.

    Subclasses build their encoders and define both codes of an image. They train on pairs (see
    :class:`models.method.Method`), appearance and pose of an image decoded from different images;
    afterwards each code can be that of any image. They have no bound on the likelihood of an image
    (``Bounds``): the appearance code is a function of the image, without a prior.
    """

    def __init__(self, hyperparameters: PairHyperparameters, data: DataSpec) -> None:
        super().__init__(hyperparameters, data)
        hp = hyperparameters
        self.decoder = ImageDecoder(hp.network, data.image_shape, hp.d_pose + hp.d_appearance)

    def appearance_code(self, image: Tensor) -> Tensor:
        """Return the appearance of images ``[B, C, H, W]``, ``[B, d_appearance]``."""
        raise NotImplementedError

    def pose_code(self, image: Tensor) -> Tensor:
        """Return the pose of images ``[B, C, H, W]``, ``[B, d_pose]``, without sampling."""
        raise NotImplementedError

    def draw_poses(self, names: tuple[str, ...], size: int, generator: torch.Generator) -> Noise:
        """Draw standard normal ``[B, d_pose]`` under each of the names."""
        shape = size, self.hyperparameters.d_pose
        return {
            name: torch.randn(shape, generator=generator, device=generator.device) for name in names
        }

    def compose(self, pose: Tensor, appearance: Tensor) -> Tensor:
        """Decode ``[B, d_pose]`` and ``[B, d_appearance]`` to images on the scale ``[-1, 1]``."""
        image: Tensor = self.decoder(torch.cat([pose, appearance], 1))
        return image

    def encode(self, image: Tensor) -> dict[str, Tensor]:
        """Return ``appearance`` ``[B, d_appearance]`` and ``pose`` ``[B, d_pose]``."""
        return {"appearance": self.appearance_code(image), "pose": self.pose_code(image)}

    def reconstruct(self, image: Tensor) -> Tensor:
        """Return ``[B, C, H, W]`` in ``[0, 1]``, decoded from both codes of one image."""
        return self.swap(image, image)

    def swap(self, appearance_from: Tensor, pose_from: Tensor) -> Tensor:
        """Return ``[B, C, H, W]`` in ``[0, 1]``: appearances of the first, poses of the second."""
        pose, appearance = self.pose_code(pose_from), self.appearance_code(appearance_from)
        return to_unit_interval(self.compose(pose, appearance))
