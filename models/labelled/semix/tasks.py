"""The two tasks of SemiX: 3D poses of people in images, and sketches of photographs.

A task says what the target is, builds the networks, and may add a loss.
"""

from collections.abc import Mapping

from torch import Tensor, nn

from models.declaration import LABELLED
from models.labelled.semix.declarations import (
    LABELLED_2D,
    SemiXPoseDeclaration,
    SemiXSketchDeclaration,
    SupPoseDeclaration,
    SupSketchDeclaration,
)
from models.labelled.semix.method import SemiX
from models.labelled.semix.supervised import POSE, Translation
from models.method import Batch, Stats, Values
from models.networks import semix as networks
from models.networks.resnet import ResNet
from models.networks.semix import ConvEncoder
from models.pictures import from_unit_interval

JOINTS, JOINTS_2D, CAMERA = "joints_3d", "joints_2d", "weak_camera"


class OfPoses(Translation):
    """Images of people to joints in space ``[B, J, 3]``, with a weak camera ``(s, tx, ty)``.

    The camera sees a joint at ``s * (x, y) + (tx, ty)`` in the image. Where it is known where the
    joints are in the image, the loss has the sum of their absolute errors, also for images without
    joints in space.
    """

    target = JOINTS

    def build(self) -> None:
        """Build the networks, with the layer that gives the camera."""
        super().build()
        if JOINTS_2D in self.data.modalities and self.hyperparameters.w_2d > 0:
            self.camera = nn.Linear(self.image_encoder.fc.in_features, 3)

    def encoder_of_images(self, n_outputs: int) -> ResNet | ConvEncoder:
        """Return ResNet-50, or ours."""
        hp = self.hyperparameters
        shape = self.data.image_shape
        return networks.person_encoder(hp.network, shape, n_outputs, hp.encoder_weights)

    def decoder_of_images(self, d: int) -> nn.Module:
        """Return the decoder of people."""
        return networks.person_decoder(self.hyperparameters.network, d, self.data.image_shape)

    def encoder_of_targets(self, n_outputs: int) -> nn.Module:
        """Return the perceptron of joints."""
        shape = self.data.modalities[JOINTS]
        return networks.joints_encoder(self.hyperparameters.network, shape, n_outputs)

    def decoder_of_targets(self, d: int) -> nn.Module:
        """Return the perceptron to joints."""
        shape = self.data.modalities[JOINTS]
        return networks.joints_decoder(self.hyperparameters.network, d, shape)

    def scaled(self, target: Tensor) -> Tensor:
        """Return joints in ``joint_unit``."""
        unit: float = self.hyperparameters.joint_unit
        return target / unit

    def further(
        self, batch: Batch, decoded: Tensor, features: Tensor, values: Values
    ) -> tuple[Tensor, Stats]:
        """Return the weighted error of the joints in the image, ``rec_2d``."""
        if not hasattr(self, "camera"):
            return super().further(batch, decoded, features, values)
        marks = batch[LABELLED_2D if LABELLED_2D in batch else LABELLED]
        places = self.predicted(decoded, features)[JOINTS_2D]
        off = (places - batch[JOINTS_2D]).abs().flatten(1).sum(1)
        error = (off * marks).sum() / marks.sum().clamp(min=1)
        return values["w_2d"] * error, {"rec_2d": error}

    def predicted(self, decoded: Tensor, features: Tensor) -> dict[str, Tensor]:
        """Return ``joints_3d``, and with a camera ``weak_camera`` and ``joints_2d``."""
        joints = decoded * self.hyperparameters.joint_unit
        if not hasattr(self, "camera"):
            return {JOINTS: joints}
        camera = self.camera(features)
        return {JOINTS: joints, CAMERA: camera, JOINTS_2D: projected(joints, camera)}

    def decode_modalities(self, codes: Mapping[str, Tensor]) -> dict[str, Tensor]:
        """Return ``joints_3d`` of codes, ``[B, J, 3]``."""
        decoded: Tensor = self.target_decoder(codes[POSE])
        return {JOINTS: decoded * self.hyperparameters.joint_unit}


class OfSketches(Translation):
    """Photographs to sketches ``[B, 1, H, W]`` in [0, 1], maps of the distance to a stroke."""

    target = "sketch"

    def encoder_of_images(self, n_outputs: int) -> ResNet | ConvEncoder:
        """Return ResNet-18, or ours."""
        hp = self.hyperparameters
        shape = self.data.image_shape
        return networks.picture_encoder(hp.network, shape, n_outputs, hp.encoder_weights)

    def decoder_of_images(self, d: int) -> nn.Module:
        """Return the decoder of photographs."""
        hp, shape = self.hyperparameters, self.data.image_shape
        return networks.picture_decoder(hp.network, d, shape, nn.Tanh())

    def encoder_of_targets(self, n_outputs: int) -> nn.Module:
        """Return a network as that of photographs, which reads a sketch as three equal channels."""
        hp, (_, height, width) = self.hyperparameters, self.data.modalities[self.target]
        return networks.picture_encoder(hp.network, (3, height, width), n_outputs)

    def decoder_of_targets(self, d: int) -> nn.Module:
        """Return the decoder of sketches."""
        _, height, width = self.data.modalities[self.target]
        shape = 1, height, width
        return networks.picture_decoder(self.hyperparameters.network, d, shape, nn.Sigmoid())

    def scaled(self, target: Tensor) -> Tensor:
        """Return sketches as they are, in [0, 1]."""
        return target

    def encoder_input(self, target: Tensor) -> Tensor:
        """Return sketches in [-1, 1], in three equal channels."""
        return from_unit_interval(target).expand(-1, 3, -1, -1)

    def target_weight(self, values: Values) -> float | Tensor:
        """Return the weight of the sum over a sketch's pixels: ``w_y`` times 100 over them."""
        _, height, width = self.data.modalities[self.target]
        return values["w_y"] * (100 / (height * width))

    def predicted(self, decoded: Tensor, features: Tensor) -> dict[str, Tensor]:
        """Return ``sketch``, ``[B, 1, H, W]`` in [0, 1]."""
        del features
        return {self.target: decoded}

    def decode_modalities(self, codes: Mapping[str, Tensor]) -> dict[str, Tensor]:
        """Return ``sketch`` of codes, ``[B, 1, H, W]`` in [0, 1]."""
        return {self.target: self.target_decoder(codes[POSE])}


class SemiXPose(SemiXPoseDeclaration, OfPoses, SemiX):
    """SemiX for 3D poses: images of people, and their joints in space (Liu et al., 2020)."""


class SemiXSketch(SemiXSketchDeclaration, OfSketches, SemiX):
    """SemiX for sketches: photographs, and sketches of what they show (Liu et al., 2020)."""


class SupPose(SupPoseDeclaration, OfPoses):
    """Baseline of SemiX for 3D poses: L_sup and the joints in the image alone (Table 3)."""


class SupSketch(SupSketchDeclaration, OfSketches):
    """Baseline of SemiX for sketches: L_sup alone."""


def projected(joints: Tensor, camera: Tensor) -> Tensor:
    """Return where weak cameras ``(s, tx, ty)`` ``[B, 3]`` see joints, ``[B, J, 2]``."""
    return camera[:, None, :1] * joints[..., :2] + camera[:, None, 1:]
