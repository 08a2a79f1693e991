"""dVAE: a VAE with a part of the code for each label of an image (Yang and Yao, 2019)."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import ClassVar

import torch
from torch import Tensor, nn

from models.declaration import DataSpec
from models.labelled.declarations import (
    DVAEFactorsDeclaration,
    DVAEPoseDeclaration,
    DVAESynthesisDeclaration,
)
from models.labelled.hyperparameters import TwoStepHyperparameters
from models.labelled.image_vae import IMAGE, Posteriors, sample_posteriors
from models.labelled.labelled_vae import TAG, WHOLE_POSE, LabelledVAE
from models.labelled.tasks import KnownFactors, PoseEstimation, Synthesis
from models.method import Batch, Noise, Phase, Stats, Values
from models.networks.dvae import pose_branch
from models.pictures import to_unit_interval
from models.protocols import REST


class DVAE(LabelledVAE):
    """Base of all dVAEs, trained in two steps: codes from labels, then codes from images.

    Each label is encoded in, and decoded from, a part of the code, and the image is decoded from
    all of them. The disentangling step trains these networks on codes of labels. The embedding step
    trains the image's encoder alone: the decoders get no update, and their BatchNorm layers use
    their running statistics; with ``embedding_statistics=batch`` they use those of the batch, and
    keep a running mean of them. With z_u the image's encoder gives that part in the first step
    already, and where the labels have a 3D pose the image's decoder has a second branch for all of
    it (Table 3).
    """

    groups: ClassVar[tuple[str, str]]
    """Latent groups of y1 and y2."""
    of_poses: ClassVar[bool] = True
    """Whether the labels have a 3D pose."""

    def __init__(self, hyperparameters: TwoStepHyperparameters, data: DataSpec) -> None:
        super().__init__(hyperparameters, data)
        hp, trunk = self.hyperparameters, self.image_decoder.trunk_shape
        if self._branches:
            shape = data.modalities[self.labels[0]]
            pooled = hp.pose_branch_pool
            self.pose_branch = pose_branch(hp.network, trunk, shape, pooled, hp.widening)

    @property
    def _branches(self) -> bool:
        """Whether the image's decoder has Table 3's branch for the whole pose."""
        return self.of_poses and self.hyperparameters.d_u > 0

    def sizes(self) -> dict[str, int]:
        """Return ``d / 2`` for the group of each label, and ``d_u`` for ``rest`` unless it is 0."""
        hp = self.hyperparameters
        parts = dict.fromkeys(self.groups, hp.d // 2)
        return {**parts, REST: hp.d_u} if hp.d_u else parts

    def group_of(self, label: str) -> str:
        """Return the latent group of a label."""
        return dict(zip(self.labels, self.groups, strict=True))[label]

    def phases(self) -> tuple[Phase, ...]:
        """Return the updates of the two steps: one after the other, or both always (equation 6)."""
        hp = self.hyperparameters
        first, second = ((0.0, hp.first_share), (hp.first_share, 1.0))
        if hp.joint:
            first = second = (0.0, 1.0)
        with_rest = ("image_encoder.",) if hp.d_u else ()
        branch = ("pose_branch.",) if self._branches else ()
        learners = ("image_decoder.", "label_encoders.", "label_decoders.", *branch, *with_rest)
        return (
            Phase("disentangling", "disentangling", learners, during=first),
            Phase("embedding", "embedding", ("image_encoder.",), during=second),
        )

    def draw(self, batch_size: int, generator: torch.Generator) -> Noise:
        """Draw standard normal ``labels_<group>`` and ``image_<group>`` ``[B, d]``."""
        return {
            **self.draw_groups("labels", batch_size, generator),
            **self.draw_groups("image", batch_size, generator),
        }

    def disentangling(self, batch: Batch, noise: Noise, values: Values) -> tuple[Tensor, Stats]:
        """Return the weighted negative bound for codes of the labels (equation 4)."""
        posteriors = {
            self.group_of(label): self.label_posterior(batch, label) for label in self.labels
        }
        if self.hyperparameters.d_u:
            posteriors[REST] = self.posterior(batch[IMAGE])[REST]
        return self._bound(batch, posteriors, "labels", noise, values)

    def embedding(self, batch: Batch, noise: Noise, values: Values) -> tuple[Tensor, Stats]:
        """Return the weighted negative bound for the code of the image (equation 5)."""
        posteriors = self.posterior(batch[IMAGE])
        at_rest = [self.image_decoder, self.label_decoders]
        if self.hyperparameters.embedding_statistics == "batch":
            at_rest = []
        with frozen_batch_norm(*at_rest):
            return self._bound(batch, posteriors, "image", noise, values)

    def decode_all(self, codes: Mapping[str, Tensor]) -> dict[str, Tensor]:
        """Return the output of every decoder by name, images in [-1, 1]."""
        if not self._branches:
            return super().decode_all(codes)
        maps = self.image_decoder.trunk(self.whole_code(codes))
        outputs = {IMAGE: self.image_decoder.image(maps), WHOLE_POSE: self.pose_branch(maps)}
        return {**outputs, **{name: self._decode_label(codes, name) for name in self.labels}}

    def decode_modalities(self, codes: Mapping[str, Tensor]) -> dict[str, Tensor]:
        """Return the needed modalities of a code, each decoded from its group.

        With Table 3's branch also its output for all groups, ``whole_pose`` ``[B, 21, 3]``.
        """
        outputs = super().decode_modalities(codes)
        if self._branches:
            maps = self.image_decoder.trunk(self.whole_code(codes))
            outputs[WHOLE_POSE] = self.pose_branch(maps)
        return outputs

    def encode_modalities(self, batch: Batch) -> dict[str, Tensor]:
        """Return the posterior mean ``[B, d]`` of each label's group, given the label.

        In a batch without tag images, each image is its own tag image.
        """
        tagged = {TAG: batch[IMAGE], **batch}
        return {
            self.group_of(label): self.label_posterior(tagged, label).mean for label in self.labels
        }

    def _bound(
        self, batch: Batch, posteriors: Posteriors, source: str, noise: Noise, values: Values
    ) -> tuple[Tensor, Stats]:
        codes = sample_posteriors(posteriors, source, noise)
        return self.weighted_loss(batch, posteriors, self.decode_all(codes), values)


class OfPoseAndAppearance(DVAE):
    """Base of the dVAEs whose labels are the pose and the appearance."""

    groups = "pose", "appearance"

    def swap(self, appearance_from: Tensor, pose_from: Tensor) -> Tensor:
        """Return ``[B, C, H, W]`` in ``[0, 1]``: poses of the second, all else of the first."""
        pose = self.encode(pose_from)["pose"]
        return self.decode({**self.encode(appearance_from), "pose": pose})


class DVAESynthesis(DVAESynthesisDeclaration, Synthesis, OfPoseAndAppearance):
    """dVAE for image synthesis: pose and content of images of hands (Yang and Yao, 2019)."""

    def appearance(self, image: Tensor) -> Tensor:
        """Return the decoded tag image of the appearance code, ``[B, C, H, W]`` in ``[0, 1]``."""
        return to_unit_interval(self._decode_label(self.encode(image), TAG))


class DVAEPose(DVAEPoseDeclaration, PoseEstimation, DVAE):
    """dVAE for pose estimation: canonical pose and viewpoint (Yang and Yao, 2019)."""

    groups = "pose", "viewpoint"


class DVAEFactors(DVAEFactorsDeclaration, KnownFactors, OfPoseAndAppearance):
    """dVAE of known factors of pose and appearance: a part of the code for each, and a rest.

    From Yang and Yao (2019) are the parts of the code, each encoded from and decoded to its label
    alone; the two steps of training and their losses (equations 4 to 6); the networks of Tables 1
    and 2, with ResNet-18 for images; and ``d`` = 64 in equal halves. Ours are the labels, the
    factors of pose (y1) and of appearance (y2) as vectors, in place of a hand's 3D pose, tag image
    or viewpoint, so that it learns wherever factors are known; that z_u, ``rest``, is there by
    default; and the weights beside these labels. The paper reports no results for them.
    """

    of_poses = False


@contextmanager
def frozen_batch_norm(*modules: nn.Module) -> Iterator[None]:
    """Let the BatchNorm layers use their running statistics without updating them."""
    training = [module.training for module in modules]
    for module in modules:
        module.eval()
    try:
        yield
    finally:
        for module, was_training in zip(modules, training, strict=True):
            module.train(was_training)
