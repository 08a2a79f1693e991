"""What the variational autoencoders share that learn an image x and two labels y1 and y2 of it.

Yang and Yao, *Disentangling Latent Hands* (2019), use them in two ways: for image synthesis y1 is a
3D pose and y2 the image's content, shown by a second image; for pose estimation y1 is the pose in a
frame of its own and y2 the viewpoint. All likelihoods are Gaussian: errors are sums of squares,
those of pictures on the scale [-1, 1] of a tanh.
"""

from collections.abc import Mapping
from typing import Any, ClassVar

import torch
from torch import Tensor, nn

from models.distributions.diagonal_gaussian import DiagonalGaussian, gaussian_of
from models.distributions.likelihoods import gaussian_log_likelihood
from models.labelled.hyperparameters import ModalHyperparameters
from models.method import Batch, DataSpec, Method, Noise, Stats, Values
from models.networks.dvae import (
    ModalImageDecoder,
    image_encoder,
    vector_decoder,
    vector_encoder,
)
from models.pictures import to_unit_interval

IMAGE, TAG = "image", "same"
"""The batch's pictures: x, and another of the same content."""

WHOLE_POSE = "whole_pose"
"""The 3D pose as an image shows it, made beside the image; of ``cpose`` and ``viewpoint``, which
mirror right hands, it is that of the mirrored hand."""

Posteriors = dict[str, DiagonalGaussian]


class ModalVAE(Method):
    """Encoders and decoders of an image and its two labels, and what can be done with them.

    Subclasses say how they train, and which latent groups a label is encoded in. The bound of
    ``Bounds`` is that of the image alone: ``q(z|x)`` sees nothing else, and a
    squared error of weight ``w_x`` in [-1, 1] is a normal pixel of variance ``1 / (8 w_x)`` in
    [0, 1]. The loop's ``kl_weight`` is not used: the paper warms nothing up.
    """

    Hyperparameters = ModalHyperparameters
    at_scale: ClassVar[Mapping[str, Mapping[str, Any]]] = {
        "smoke": {"network": "tiny", "lr": 1e-3},
        "small": {"network": "small", "lr": 1e-3},
    }
    labels: ClassVar[tuple[str, str]]
    """Names of y1 and y2 in the batch."""

    def __init__(self, hyperparameters: Any, data: DataSpec) -> None:
        super().__init__(hyperparameters, data)
        hp, shape, total = hyperparameters, data.image_shape, sum(self.sizes().values())
        self.image_encoder = image_encoder(hp.network, shape, 2 * total, hp.encoder_weights)
        self.image_decoder = ModalImageDecoder(hp.network, total, shape)
        self.label_encoders = nn.ModuleDict({name: self._encoder(name) for name in self.labels})
        self.label_decoders = nn.ModuleDict({name: self._decoder(name) for name in self.labels})

    def sizes(self) -> dict[str, int]:
        """Return the dimension of each latent group, in the order of the whole code."""
        raise NotImplementedError

    def group_of(self, label: str) -> str:
        """Return the latent group that a label is encoded in and decoded from."""
        raise NotImplementedError

    def noise_of(self, source: str, size: int, generator: torch.Generator) -> Noise:
        """Draw standard normal ``<source>_<group>`` ``[B, d]`` for each latent group."""
        return {
            f"{source}_{group}": torch.randn(
                (size, d), generator=generator, device=generator.device
            )
            for group, d in self.sizes().items()
        }

    def observed(self, batch: Batch, name: str) -> Tensor:
        """Return x or a label as networks see and make it: pictures ``[B, C, H, W]`` in [-1, 1]."""
        if name == WHOLE_POSE:
            return batch["pose"] if "pose" in self.needs else batch["cpose"] @ batch["viewpoint"]
        return 2 * batch[name] - 1 if name in (IMAGE, TAG) else batch[name]

    def label_posterior(self, batch: Batch, label: str) -> DiagonalGaussian:
        """Return what a label tells of its group, ``[B, d]``."""
        return gaussian_of(self.label_encoders[label](self.observed(batch, label)))

    def decoded(self, codes: Mapping[str, Tensor]) -> dict[str, Tensor]:
        """Return what every decoder makes of a code, pictures in [-1, 1]."""
        image = self.image_decoder(self.whole(codes))
        return {IMAGE: image, **{name: self._label(codes, name) for name in self.labels}}

    def whole(self, codes: Mapping[str, Tensor]) -> Tensor:
        """Return all groups side by side, ``[B, sum of d]``."""
        return torch.cat([codes[group] for group in self.sizes()], 1)

    def weighed(
        self, batch: Batch, posteriors: Posteriors, decoded: Mapping[str, Tensor], values: Values
    ) -> tuple[Tensor, Stats]:
        """Return ``rec + beta KL`` of a batch, a mean over it, and its parts unweighted.

        Every error is a sum over all values of what is decoded, the divergence one over all groups.
        """
        terms = {
            IMAGE: ("rec_x", "w_x"),
            self.labels[0]: ("rec_y1", "w_y1"),
            self.labels[1]: ("rec_y2", "w_y2"),
            WHOLE_POSE: ("rec_pose", "w_y1"),
        }
        divergences = {group: found.kl().mean() for group, found in posteriors.items()}
        kl = torch.stack(list(divergences.values())).sum()
        stats = {f"kl_{group}": found.detach() for group, found in divergences.items()}
        stats["kl"], loss = kl.detach(), values["beta"] * kl
        for name, made in decoded.items():
            error = (made - self.observed(batch, name)).square().flatten(1).sum(1).mean()
            term, weight = terms[name]
            stats[term], loss = error.detach(), loss + values[weight] * error
        return loss, stats

    def posterior(self, image: Tensor) -> Posteriors:
        """Return that of every latent group, over ``[B, d]`` each."""
        sizes = self.sizes()
        numbers = gaussian_of(self.image_encoder(2 * image - 1))
        parts = (
            torch.split(of, list(sizes.values()), 1) for of in (numbers.mean, numbers.variance)
        )
        return {
            group: DiagonalGaussian(mean, variance)
            for group, mean, variance in zip(sizes, *parts, strict=True)
        }

    def encode(self, image: Tensor) -> dict[str, Tensor]:
        """Return the posterior mean of every latent group, ``[B, d]``."""
        return {group: found.mean for group, found in self.posterior(image).items()}

    def decode(self, codes: Mapping[str, Tensor]) -> Tensor:
        """Return ``[B, C, H, W]`` in ``[0, 1]`` for ``[B, d]`` of every latent group."""
        return to_unit_interval(self.image_decoder(self.whole(codes)))

    def reconstruct(self, image: Tensor) -> Tensor:
        """Return ``[B, C, H, W]`` in ``[0, 1]``, decoded from the posterior means."""
        return self.decode(self.encode(image))

    def sample(self, n: int, generator: torch.Generator) -> Tensor:
        """Return ``n`` images ``[n, C, H, W]`` in ``[0, 1]``, decoded from the prior."""
        drawn = self.noise_of("prior", n, generator)
        return self.decode({group: drawn[f"prior_{group}"] for group in self.sizes()})

    def predict(self, image: Tensor) -> dict[str, Tensor]:
        """Return the needed modalities ``[B, ...]``, decoded from the image's posterior means."""
        codes = self.encode(image)
        return {name: self._label(codes, name) for name in self.needs}

    def decode_modalities(self, codes: Mapping[str, Tensor]) -> dict[str, Tensor]:
        """Return the needed modalities ``[B, ...]`` of codes ``[B, d]`` of every group."""
        return {name: self._label(codes, name) for name in self.needs}

    def elbo(self, batch: Batch, noise: Noise) -> Stats:
        """Return ``elbo``, ``log_likelihood``, ``kl`` and ``kl_<group>``, ``[B]`` in nats."""
        found = self.posterior(batch[IMAGE])
        codes = {group: of.sample(noise[f"image_{group}"]) for group, of in found.items()}
        variance = 1 / (8 * self.hyperparameters.w_x)
        likelihood = gaussian_log_likelihood(batch[IMAGE], self.decode(codes), variance)
        kls = {f"kl_{group}": of.kl() for group, of in found.items()}
        kl = torch.stack(list(kls.values())).sum(0)
        return {"elbo": likelihood - kl, "log_likelihood": likelihood, "kl": kl, **kls}

    def _label(self, codes: Mapping[str, Tensor], name: str) -> Tensor:
        made: Tensor = self.label_decoders[name](codes[self.group_of(name)])
        return made

    def _encoder(self, label: str) -> nn.Module:
        hp, d = self.hyperparameters, self.sizes()[self.group_of(label)]
        if label == TAG:
            return image_encoder(hp.network, self.data.image_shape, 2 * d, hp.encoder_weights)
        return vector_encoder(hp.network, self.data.modalities[label], 2 * d, hp.feature_layer)

    def _decoder(self, label: str) -> nn.Module:
        hp, d = self.hyperparameters, self.sizes()[self.group_of(label)]
        if label == TAG:
            return ModalImageDecoder(hp.network, d, self.data.image_shape)
        return vector_decoder(hp.network, d, self.data.modalities[label])
