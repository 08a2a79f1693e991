"""The baseline of SemiX: an image is encoded, its target decoded, and L_sup is all (Table 3)."""

from typing import ClassVar

import torch
from torch import Tensor, nn

from models.declaration import LABELLED, DataSpec
from models.labelled.image_vae import IMAGE, ImageEncoding, Posteriors
from models.method import Batch, Noise, Stats, Values
from models.networks.resnet import ResNet
from models.networks.semix import ConvEncoder
from models.pictures import from_unit_interval

POSE = "pose"
"""Latent group of z_t and w_t, what the target says of the image: a pose, the shape of a sketch."""


class Translation(ImageEncoding):
    """Base of what translates images to targets: an encoder of z_t, a decoder of the target.

    Tasks (``tasks.py``) build the networks and say what a target is; subclasses have the objective.
    The loop's ``kl_weight`` is not used: the paper has no warm-up.
    """

    target: ClassVar[str]
    """Name of the target among the modalities."""
    image_encoder: ResNet | ConvEncoder
    target_decoder: nn.Module

    def __init__(self, hyperparameters: object, data: DataSpec) -> None:
        super().__init__(hyperparameters, data)
        self.build()

    def build(self) -> None:
        """Build the networks."""
        d_t = self.hyperparameters.d_t
        self.image_encoder = self.encoder_of_images(2 * sum(self.sizes().values()))
        self.target_decoder = self.decoder_of_targets(d_t)

    def encoder_of_images(self, n_outputs: int) -> ResNet | ConvEncoder:
        """Return the network from images in [-1, 1] to ``[B, n_outputs]``."""
        raise NotImplementedError

    def decoder_of_targets(self, d: int) -> nn.Module:
        """Return the network from codes ``[B, d]`` to targets on the networks' scale."""
        raise NotImplementedError

    def scaled(self, target: Tensor) -> Tensor:
        """Return targets ``[B, ...]`` as the dataset gives them on the networks' scale."""
        raise NotImplementedError

    def predicted(self, decoded: Tensor, features: Tensor) -> dict[str, Tensor]:
        """Return the target, and what follows from it, by name, as the dataset gives them.

        Args:
            decoded: ``[B, ...]``, the target decoder's output.
            features: ``[B, n]`` of the image, that the last layer of the encoder reads.
        """
        raise NotImplementedError

    def further(
        self, batch: Batch, decoded: Tensor, features: Tensor, values: Values
    ) -> tuple[Tensor, Stats]:
        """Return what a task adds to the loss for the target decoded from z_t: nothing."""
        del batch, features, values
        return decoded.new_zeros(()), {}

    def target_weight(self, values: Values) -> float | Tensor:
        """Return the weight of the sum of squares of a target's error."""
        return values["w_y"]

    def sizes(self) -> dict[str, int]:
        """Return ``d_t`` for the only group, ``pose``."""
        return {POSE: self.hyperparameters.d_t}

    def draw(self, batch_size: int, generator: torch.Generator) -> Noise:
        """Draw standard normal ``image_<group>`` ``[B, d]``."""
        return self.draw_groups(IMAGE, batch_size, generator)

    def read(self, batch: Batch) -> tuple[Posteriors, Tensor]:
        """Return the posteriors of a batch's images, and the features that they are made of."""
        features = self.image_encoder.features(from_unit_interval(batch[IMAGE]))
        return self.posteriors_of(self.image_encoder.fc(features)), features

    def target_error(self, batch: Batch, decoded: Tensor) -> Tensor:
        """Return the squared error of targets summed over each, mean of the pairs, ``[]``."""
        error = (decoded - self.scaled(batch[self.target])).square().flatten(1).sum(1)
        return mean_of_pairs(error, batch)

    def objective(self, batch: Batch, noise: Noise, values: Values) -> tuple[Tensor, Stats]:
        """Return the negative L_sup (equation 6), and what the task adds."""
        posteriors, features = self.read(batch)
        decoded = self.target_decoder(posteriors[POSE].sample(noise[f"{IMAGE}_{POSE}"]))
        error = self.target_error(batch, decoded)
        kl = mean_of_pairs(posteriors[POSE].kl(), batch)
        more, stats = self.further(batch, decoded, features, values)
        loss = self.target_weight(values) * error + values["beta_x"] * kl + more
        return loss, {"rec_sup": error, "kl_t": kl, **stats}

    def predict(self, image: Tensor) -> dict[str, Tensor]:
        """Return the target of an image and what follows from it, from the mean of z_t."""
        posteriors, features = self.read({IMAGE: image})
        return self.predicted(self.target_decoder(posteriors[POSE].mean), features)


def mean_of_pairs(values: Tensor, batch: Batch) -> Tensor:
    """Return the mean of ``[B]`` over the images that have their target; 0 if none has."""
    marks = batch[LABELLED]
    return (values * marks).sum() / marks.sum().clamp(min=1)
