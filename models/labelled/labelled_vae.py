"""Base of the variational autoencoders of an image x and two labels y1 and y2 of it.

Yang and Yao, *Disentangling Latent Hands* (2019), train them for two tasks: for image synthesis y1
is a 3D pose and y2 a second image of the same content; for pose estimation y1 is the pose in a
frame of its own and y2 the viewpoint. All likelihoods are Gaussian: errors are sums of squares,
those of images on the scale [-1, 1] of a tanh.
"""

from collections.abc import Mapping
from typing import ClassVar

import torch
from torch import Tensor, nn

from models.declaration import DataSpec
from models.distributions.diagonal_gaussian import DiagonalGaussian, gaussian_of
from models.labelled.declarations import LabelledDeclaration
from models.labelled.hyperparameters import LabelledHyperparameters
from models.labelled.image_vae import IMAGE, ImageVAE, Posteriors
from models.method import Batch, Stats, Values
from models.networks.dvae import (
    DVAEImageDecoder,
    image_encoder,
    vector_decoder,
    vector_encoder,
)
from models.pictures import from_unit_interval

TAG = "same"
"""Key of a batch: the tag image, another image of the same content."""

WHOLE_POSE = "whole_pose"
"""The 3D pose as the image shows it, decoded from the whole code beside the image.

With the labels ``cpose`` and ``viewpoint``, which mirror right hands, it is that of the mirrored
hand.
"""


class LabelledVAE(LabelledDeclaration, ImageVAE):
    """Encoders and decoders of an image and its two labels, and all that evaluation asks of them.

    Subclasses define the latent groups, the group of each label, and the objectives. The loop's
    ``kl_weight`` is not used: the paper has no warm-up.
    """

    labels: ClassVar[tuple[str, str]]
    """Names of y1 and y2 in the batch."""
    image_decoder: DVAEImageDecoder

    def __init__(self, hyperparameters: LabelledHyperparameters, data: DataSpec) -> None:
        super().__init__(hyperparameters, data)
        hp, shape, total = hyperparameters, data.image_shape, sum(self.sizes().values())
        self.image_encoder = self._image_encoder(2 * total)
        self.image_decoder = DVAEImageDecoder(hp.network, total, shape, hp.widening)
        self.label_encoders = nn.ModuleDict({name: self._encoder(name) for name in self.labels})
        self.label_decoders = nn.ModuleDict({name: self._decoder(name) for name in self.labels})

    @property
    def w_pixel(self) -> float:
        """Weight of the squared error of a pixel on the scale [-1, 1]."""
        w_x: float = self.hyperparameters.w_x
        return w_x

    def group_of(self, label: str) -> str:
        """Return the latent group that a label is encoded in and decoded from."""
        raise NotImplementedError

    def observed(self, batch: Batch, name: str) -> Tensor:
        """Return x or a label on the scale of the networks: images ``[B, C, H, W]`` in [-1, 1]."""
        if name == WHOLE_POSE:
            return batch["pose"] if "pose" in self.needs else batch["cpose"] @ batch["viewpoint"]
        return from_unit_interval(batch[name]) if name in (IMAGE, TAG) else batch[name]

    def label_posterior(self, batch: Batch, label: str) -> DiagonalGaussian:
        """Return the posterior of a label's group given the label, over ``[B, d]``."""
        return gaussian_of(self.label_encoders[label](self.observed(batch, label)))

    def decode_all(self, codes: Mapping[str, Tensor]) -> dict[str, Tensor]:
        """Return the output of every decoder by name, images in [-1, 1]."""
        image = self.image_decoder(self.whole_code(codes))
        return {IMAGE: image, **{name: self._decode_label(codes, name) for name in self.labels}}

    def weighted_loss(
        self, batch: Batch, posteriors: Posteriors, decoded: Mapping[str, Tensor], values: Values
    ) -> tuple[Tensor, Stats]:
        """Return ``rec + beta KL``, a mean over the batch, and its terms without their weights.

        Each error is a sum over all values of an output, the KL divergence one over all groups,
        whose β may depend on the size of the code (``beta_at_d``).
        """
        terms = {
            IMAGE: ("rec_x", "w_x"),
            self.labels[0]: ("rec_y1", "w_y1"),
            self.labels[1]: ("rec_y2", "w_y2"),
            WHOLE_POSE: ("rec_pose", "w_y1"),
        }
        kls = {f"kl_{group}": posterior.kl().mean() for group, posterior in posteriors.items()}
        kl = torch.stack(list(kls.values())).sum()
        stats = {name: term.detach() for name, term in kls.items()}
        stats["kl"], loss = kl.detach(), self._kl_weight(values["beta"]) * kl
        for name, output in decoded.items():
            error = (output - self.observed(batch, name)).square().flatten(1).sum(1).mean()
            term, weight = terms[name]
            stats[term], loss = error.detach(), loss + values[weight] * error
        return loss, stats

    def _kl_weight(self, beta: float | Tensor) -> float | Tensor:
        """Return the weight of every KL term: β, or the share that ``beta_at_d`` leaves of it."""
        at: int = self.hyperparameters.beta_at_d
        return beta * (at / sum(self.sizes().values())) if at else beta

    def predict(self, image: Tensor) -> dict[str, Tensor]:
        """Return the needed modalities ``[B, ...]``, decoded from the image's posterior means."""
        codes = self.encode(image)
        return {name: self._decode_label(codes, name) for name in self.needs}

    def decode_modalities(self, codes: Mapping[str, Tensor]) -> dict[str, Tensor]:
        """Return the needed modalities ``[B, ...]`` of codes ``[B, d]`` of every group."""
        return {name: self._decode_label(codes, name) for name in self.needs}

    def _decode_label(self, codes: Mapping[str, Tensor], label: str) -> Tensor:
        output: Tensor = self.label_decoders[label](codes[self.group_of(label)])
        return output

    def _encoder(self, label: str) -> nn.Module:
        hp, d = self.hyperparameters, self.sizes()[self.group_of(label)]
        if label == TAG:
            return self._image_encoder(2 * d)
        shape = self.data.modalities[label]
        return vector_encoder(hp.network, shape, 2 * d, hp.feature_layer, hp.widening)

    def _image_encoder(self, n_outputs: int) -> nn.Module:
        hp, shape = self.hyperparameters, self.data.image_shape
        return image_encoder(hp.network, shape, n_outputs, hp.encoder_weights, hp.widening)

    def _decoder(self, label: str) -> nn.Module:
        hp, d = self.hyperparameters, self.sizes()[self.group_of(label)]
        if label == TAG:
            return DVAEImageDecoder(hp.network, d, self.data.image_shape, hp.widening)
        return vector_decoder(hp.network, d, self.data.modalities[label], hp.widening)
