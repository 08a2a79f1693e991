"""The tasks of dVAE: image synthesis, pose estimation (Yang and Yao, 2019), and known factors.

A task says which labels y1 and y2 are. The first two are of hands; dVAE and the cross-modal VAE are
each trained for both.
"""

from models.labelled.labelled_vae import TAG, LabelledVAE


class Synthesis(LabelledVAE):
    """Image synthesis: y1 is the 3D pose, y2 another image of the same content, the tag image."""

    labels = "pose", TAG


class PoseEstimation(LabelledVAE):
    """Pose estimation: y1 is the pose in a frame of its own, y2 the viewpoint, a rotation."""

    labels = "cpose", "viewpoint"


class KnownFactors(LabelledVAE):
    """Known factors, of any dataset that has them: y1 are those of the pose, y2 of the appearance.

    Each is a vector, as the datasets give it. This task is ours.
    """

    labels = "pose_factors", "appearance_factors"
