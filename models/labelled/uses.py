"""The two uses of hands: which labels, from which batches, and what their errors weigh."""

from typing import Any, ClassVar, Literal

from models.labelled.hyperparameters import SynthesisHyperparameters
from models.labelled.labelled_vae import TAG, ModalVAE


class Synthesis(ModalVAE):
    """Image synthesis: y1 is the 3D pose, y2 another image of the same content, the tag image."""

    Hyperparameters: ClassVar[type[Any]] = SynthesisHyperparameters
    labels = "pose", TAG
    needs = ("pose",)
    consumes: ClassVar[Literal["images", "pairs"]] = "pairs"


class PoseEstimation(ModalVAE):
    """Pose estimation: y1 is the pose in a frame of its own, y2 the viewpoint, a rotation."""

    labels = "cpose", "viewpoint"
    needs = ("cpose", "viewpoint")


BETA_AT_64 = 100 * (64 / 256) ** 2
"""The published weight for images of 64 x 64, whose error is a sum of a sixteenth of the terms."""

W_X_AT_64 = 0.01
"""Weight of images in pose estimation at the smaller scales (ours).

With 1 the error of 12,288 pixels, whose content no label tells, outweighs that of 72 numbers, and
the image's encoder spends the labels' parts on it.
"""


def smaller(method: type[ModalVAE], **values: Any) -> dict[str, dict[str, Any]]:
    """Return a method's ``at_scale`` with further values at each of these scales."""
    return {scale: {**held, **values} for scale, held in method.at_scale.items()}
