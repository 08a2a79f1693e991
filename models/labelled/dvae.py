"""dVAE: a code of one part for each label of an image (Yang and Yao, 2019)."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any, ClassVar

import torch
from torch import Tensor, nn

from models.labelled.hyperparameters import DVAEHyperparameters, DVAESynthesisHyperparameters
from models.labelled.labelled_vae import IMAGE, TAG, WHOLE_POSE, ModalVAE, Posteriors
from models.labelled.uses import (
    BETA_AT_64,
    W_X_AT_64,
    PoseEstimation,
    Synthesis,
    smaller,
)
from models.method import Batch, DataSpec, Noise, Phase, Stats, Values
from models.networks.dvae import pose_branch
from models.pictures import to_unit_interval

REST = "rest"
"""The latent group z_u, of what no label tells."""


class DVAE(ModalVAE):
    """Two steps: labels say what each part of the code is, then an encoder learns to fill it.

    Each label is encoded in, and decoded from, a part of its own, and the image is decoded from all
    of them. The disentangling step learns that from labels. The embedding step learns the image's
    encoder for the decoders as they are: they have no update, and their BatchNorm keeps to its
    running statistics. With z_u the image's encoder fills that part in the first step already, and
    the image's decoder has a second branch that makes the whole 3D pose (Table 3).
    """

    Hyperparameters = DVAEHyperparameters
    at_scale = smaller(ModalVAE, pose_branch_pool=True)
    groups: ClassVar[tuple[str, str]]
    """Names of the parts of y1 and y2."""

    def __init__(self, hyperparameters: Any, data: DataSpec) -> None:
        super().__init__(hyperparameters, data)
        hp, trunk = hyperparameters, self.image_decoder.trunk_shape
        if hp.d_u:
            shape = data.modalities[self.labels[0]]
            self.pose_branch = pose_branch(hp.network, trunk, shape, hp.pose_branch_pool)

    def sizes(self) -> dict[str, int]:
        """Return half of ``d`` for each label's part, and ``d_u`` for the rest, if there is one."""
        hp = self.hyperparameters
        parts = dict.fromkeys(self.groups, hp.d // 2)
        return {**parts, REST: hp.d_u} if hp.d_u else parts

    def group_of(self, label: str) -> str:
        """Return the part of a label."""
        return dict(zip(self.labels, self.groups, strict=True))[label]

    def phases(self) -> tuple[Phase, ...]:
        """Return the two steps: one after the other, or both at every step (equation 6)."""
        hp = self.hyperparameters
        first, second = ((0.0, hp.first_share), (hp.first_share, 1.0))
        if hp.joint:
            first = second = (0.0, 1.0)
        of_rest = ("pose_branch.", "image_encoder.") if hp.d_u else ()
        learners = ("image_decoder.", "label_encoders.", "label_decoders.", *of_rest)
        return (
            Phase("disentangling", "disentangling", learners, during=first),
            Phase("embedding", "embedding", ("image_encoder.",), during=second),
        )

    def draw(self, batch_size: int, generator: torch.Generator) -> Noise:
        """Draw standard normal ``labels_<group>`` and ``image_<group>`` ``[B, d]``."""
        return {
            **self.noise_of("labels", batch_size, generator),
            **self.noise_of("image", batch_size, generator),
        }

    def disentangling(self, batch: Batch, noise: Noise, values: Values) -> tuple[Tensor, Stats]:
        """Return the negative bound of the codes of labels (equation 4), its KL term weighted."""
        posteriors = {
            self.group_of(label): self.label_posterior(batch, label) for label in self.labels
        }
        if self.hyperparameters.d_u:
            posteriors[REST] = self.posterior(batch[IMAGE])[REST]
        return self._bound(batch, posteriors, "labels", noise, values)

    def embedding(self, batch: Batch, noise: Noise, values: Values) -> tuple[Tensor, Stats]:
        """Return the negative bound of the code of the image (equation 5), its KL term weighted."""
        posteriors = self.posterior(batch[IMAGE])
        with held(self.image_decoder, self.label_decoders):
            return self._bound(batch, posteriors, "image", noise, values)

    def decoded(self, codes: Mapping[str, Tensor]) -> dict[str, Tensor]:
        """Return what every decoder makes of a code, pictures in [-1, 1]."""
        if not self.hyperparameters.d_u:
            return super().decoded(codes)
        maps = self.image_decoder.trunk(self.whole(codes))
        made = {IMAGE: self.image_decoder.image(maps), WHOLE_POSE: self.pose_branch(maps)}
        return {**made, **{name: self._label(codes, name) for name in self.labels}}

    def decode_modalities(self, codes: Mapping[str, Tensor]) -> dict[str, Tensor]:
        """Return the needed modalities of a code, each decoded from its part.

        With z_u also ``whole_pose`` ``[B, 21, 3]``, what the branch beside the image makes of all.
        """
        made = super().decode_modalities(codes)
        if self.hyperparameters.d_u:
            made[WHOLE_POSE] = self.pose_branch(self.image_decoder.trunk(self.whole(codes)))
        return made

    def encode_modalities(self, batch: Batch) -> dict[str, Tensor]:
        """Return the mean of each label's part, ``[B, d]``, encoded from the label.

        Where a batch has no tag image, an image is its own.
        """
        known = {TAG: batch[IMAGE], **batch}
        return {self.group_of(name): self.label_posterior(known, name).mean for name in self.labels}

    def _bound(
        self, batch: Batch, posteriors: Posteriors, source: str, noise: Noise, values: Values
    ) -> tuple[Tensor, Stats]:
        codes = {group: of.sample(noise[f"{source}_{group}"]) for group, of in posteriors.items()}
        return self.weighed(batch, posteriors, self.decoded(codes), values)


class DVAESynthesis(Synthesis, DVAE):
    """dVAE for image synthesis: pose and content of images of hands (Yang and Yao, 2019)."""

    Hyperparameters = DVAESynthesisHyperparameters
    at_scale = smaller(DVAE, beta=BETA_AT_64)
    groups = "pose", "appearance"

    def swap(self, appearance_from: Tensor, pose_from: Tensor) -> Tensor:
        """Return ``[B, C, H, W]`` in ``[0, 1]``: pose i of one, all else of the other."""
        pose = self.encode(pose_from)["pose"]
        return self.decode({**self.encode(appearance_from), "pose": pose})

    def appearance(self, image: Tensor) -> Tensor:
        """Return ``[B, C, H, W]`` in ``[0, 1]``: what the tag image's decoder makes of an image."""
        return to_unit_interval(self._label(self.encode(image), TAG))


class DVAEPose(PoseEstimation, DVAE):
    """dVAE for pose estimation: canonical pose and viewpoint (Yang and Yao, 2019)."""

    at_scale = smaller(DVAE, w_x=W_X_AT_64)
    groups = "pose", "viewpoint"


@contextmanager
def held(*modules: nn.Module) -> Iterator[None]:
    """Let BatchNorm use its running statistics and keep them, as in evaluation."""
    training = [module.training for module in modules]
    for module in modules:
        module.eval()
    try:
        yield
    finally:
        for module, was_training in zip(modules, training, strict=True):
            module.train(was_training)
