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
from models.distributions.likelihoods import gaussian_log_likelihood
from models.labelled.declarations import LabelledDeclaration
from models.labelled.hyperparameters import LabelledHyperparameters
from models.method import Batch, Method, Noise, Stats, Values
from models.networks.dvae import (
    DVAEImageDecoder,
    image_encoder,
    vector_decoder,
    vector_encoder,
)
from models.pictures import from_unit_interval, to_unit_interval

IMAGE, TAG = "image", "same"
"""Keys of a batch: the image x, and the tag image, another one of the same content."""

WHOLE_POSE = "whole_pose"
"""The 3D pose as the image shows it, decoded from the whole code beside the image.

With the labels ``cpose`` and ``viewpoint``, which mirror right hands, it is that of the mirrored
hand.
"""

Posteriors = dict[str, DiagonalGaussian]
"""The posterior of each latent group, over ``[B, d]``."""


class LabelledVAE(LabelledDeclaration, Method):
    """Encoders and decoders of an image and its two labels, and all that evaluation asks of them.

    Subclasses define the latent groups, the group of each label, and the objectives. The bound
    (``Bounds``) is that of the image alone: ``q(z|x)`` is given nothing else, and a squared error
    of weight ``w_x`` in [-1, 1] is a normal pixel of variance ``1 / (8 w_x)`` in [0, 1]. The loop's
    ``kl_weight`` is not used: the paper has no warm-up.
    """

    labels: ClassVar[tuple[str, str]]
    """Names of y1 and y2 in the batch."""

    def __init__(self, hyperparameters: LabelledHyperparameters, data: DataSpec) -> None:
        super().__init__(hyperparameters, data)
        hp, shape, total = hyperparameters, data.image_shape, sum(self.sizes().values())
        self.image_encoder = image_encoder(hp.network, shape, 2 * total, hp.encoder_weights)
        self.image_decoder = DVAEImageDecoder(hp.network, total, shape)
        self.label_encoders = nn.ModuleDict({name: self._encoder(name) for name in self.labels})
        self.label_decoders = nn.ModuleDict({name: self._decoder(name) for name in self.labels})

    def sizes(self) -> dict[str, int]:
        """Return the dimension of each latent group, in the order of the whole code."""
        raise NotImplementedError

    def group_of(self, label: str) -> str:
        """Return the latent group that a label is encoded in and decoded from."""
        raise NotImplementedError

    def draw_groups(self, source: str, size: int, generator: torch.Generator) -> Noise:
        """Draw standard normal ``<source>_<group>`` ``[B, d]`` for each latent group."""
        return {
            f"{source}_{group}": torch.randn(
                (size, d), generator=generator, device=generator.device
            )
            for group, d in self.sizes().items()
        }

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

    def whole_code(self, codes: Mapping[str, Tensor]) -> Tensor:
        """Return the codes of all groups concatenated, ``[B, sum of d]``."""
        return torch.cat([codes[group] for group in self.sizes()], 1)

    def weighted_loss(
        self, batch: Batch, posteriors: Posteriors, decoded: Mapping[str, Tensor], values: Values
    ) -> tuple[Tensor, Stats]:
        """Return ``rec + beta KL``, a mean over the batch, and its terms without their weights.

        Each error is a sum over all values of an output, the KL divergence one over all groups.
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
        stats["kl"], loss = kl.detach(), values["beta"] * kl
        for name, output in decoded.items():
            error = (output - self.observed(batch, name)).square().flatten(1).sum(1).mean()
            term, weight = terms[name]
            stats[term], loss = error.detach(), loss + values[weight] * error
        return loss, stats

    def posterior(self, image: Tensor) -> Posteriors:
        """Return the posterior of every latent group given the image, over ``[B, d]`` each."""
        sizes = self.sizes()
        whole = gaussian_of(self.image_encoder(from_unit_interval(image)))
        parts = (
            torch.split(numbers, list(sizes.values()), 1)
            for numbers in (whole.mean, whole.variance)
        )
        return {
            group: DiagonalGaussian(mean, variance)
            for group, mean, variance in zip(sizes, *parts, strict=True)
        }

    def encode(self, image: Tensor) -> dict[str, Tensor]:
        """Return the posterior mean of every latent group, ``[B, d]``."""
        return {group: posterior.mean for group, posterior in self.posterior(image).items()}

    def decode(self, codes: Mapping[str, Tensor]) -> Tensor:
        """Return ``[B, C, H, W]`` in ``[0, 1]`` for ``[B, d]`` of every latent group."""
        return to_unit_interval(self.image_decoder(self.whole_code(codes)))

    def reconstruct(self, image: Tensor) -> Tensor:
        """Return ``[B, C, H, W]`` in ``[0, 1]``, decoded from the posterior means."""
        return self.decode(self.encode(image))

    def sample(self, n: int, generator: torch.Generator) -> Tensor:
        """Return ``n`` images ``[n, C, H, W]`` in ``[0, 1]``, decoded from the prior."""
        drawn = self.draw_groups("prior", n, generator)
        return self.decode({group: drawn[f"prior_{group}"] for group in self.sizes()})

    def predict(self, image: Tensor) -> dict[str, Tensor]:
        """Return the needed modalities ``[B, ...]``, decoded from the image's posterior means."""
        codes = self.encode(image)
        return {name: self._decode_label(codes, name) for name in self.needs}

    def decode_modalities(self, codes: Mapping[str, Tensor]) -> dict[str, Tensor]:
        """Return the needed modalities ``[B, ...]`` of codes ``[B, d]`` of every group."""
        return {name: self._decode_label(codes, name) for name in self.needs}

    def elbo(self, batch: Batch, noise: Noise) -> Stats:
        """Return ``elbo``, ``log_likelihood``, ``kl`` and ``kl_<group>``, ``[B]`` in nats."""
        posteriors = self.posterior(batch[IMAGE])
        codes = sample_posteriors(posteriors, IMAGE, noise)
        variance = 1 / (8 * self.hyperparameters.w_x)
        likelihood = gaussian_log_likelihood(batch[IMAGE], self.decode(codes), variance)
        kls = {f"kl_{group}": posterior.kl() for group, posterior in posteriors.items()}
        kl = torch.stack(list(kls.values())).sum(0)
        return {"elbo": likelihood - kl, "log_likelihood": likelihood, "kl": kl, **kls}

    def _decode_label(self, codes: Mapping[str, Tensor], label: str) -> Tensor:
        output: Tensor = self.label_decoders[label](codes[self.group_of(label)])
        return output

    def _encoder(self, label: str) -> nn.Module:
        hp, d = self.hyperparameters, self.sizes()[self.group_of(label)]
        if label == TAG:
            return image_encoder(hp.network, self.data.image_shape, 2 * d, hp.encoder_weights)
        return vector_encoder(hp.network, self.data.modalities[label], 2 * d, hp.feature_layer)

    def _decoder(self, label: str) -> nn.Module:
        hp, d = self.hyperparameters, self.sizes()[self.group_of(label)]
        if label == TAG:
            return DVAEImageDecoder(hp.network, d, self.data.image_shape)
        return vector_decoder(hp.network, d, self.data.modalities[label])


def sample_posteriors(posteriors: Posteriors, source: str, noise: Noise) -> dict[str, Tensor]:
    """Return a sample ``[B, d]`` of each group's posterior, by the draws ``<source>_<group>``."""
    return {
        group: posterior.sample(noise[f"{source}_{group}"])
        for group, posterior in posteriors.items()
    }
