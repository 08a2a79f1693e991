"""The two tasks of the models of hands: image synthesis and pose estimation (Yang and Yao, 2019).

A task says which labels y1 and y2 are, and what batches it needs; dVAE and the cross-modal VAE
are each trained for both.
"""

from typing import Any, ClassVar, Literal

from models.labelled.hyperparameters import SynthesisHyperparameters
from models.labelled.labelled_vae import TAG, LabelledVAE

BETA_AT_64 = 100 * (64 / 256) ** 2
"""Synthesis: the published β for images of 64 x 64, a sixteenth of the published pixels.

Errors are sums over pixels, so the KL terms weigh as much beside them as in the paper.
"""

W_X_AT_64 = 0.01
"""Pose estimation: weight of the image's error at the smaller scales (ours).

With 1 the error of 12,288 pixels, whose content no label determines, outweighs that of 72 numbers,
and the image's encoder spends the parts of the labels on it.
"""


class Synthesis(LabelledVAE):
    """Image synthesis: y1 is the 3D pose, y2 another image of the same content, the tag image."""

    Hyperparameters: ClassVar[type[Any]] = SynthesisHyperparameters
    labels = "pose", TAG
    needs = ("pose",)
    consumes: ClassVar[Literal["images", "pairs"]] = "pairs"


class PoseEstimation(LabelledVAE):
    """Pose estimation: y1 is the pose in a frame of its own, y2 the viewpoint, a rotation."""

    labels = "cpose", "viewpoint"
    needs = ("cpose", "viewpoint")
