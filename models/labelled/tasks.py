"""The two tasks of the models of hands: image synthesis and pose estimation (Yang and Yao, 2019).

A task says which labels y1 and y2 are; dVAE and the cross-modal VAE are each trained for both.
"""

from models.labelled.labelled_vae import TAG, LabelledVAE


class Synthesis(LabelledVAE):
    """Image synthesis: y1 is the 3D pose, y2 another image of the same content, the tag image."""

    labels = "pose", TAG


class PoseEstimation(LabelledVAE):
    """Pose estimation: y1 is the pose in a frame of its own, y2 the viewpoint, a rotation."""

    labels = "cpose", "viewpoint"
