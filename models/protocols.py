"""The abilities of methods beyond training, each a protocol of one or two functions.

Metrics, pictures and latent walks are for every method that has the protocol they need, whatever
its class. Importing this is cheap: torch is imported for type checkers alone.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Protocol, runtime_checkable

if TYPE_CHECKING:
    import torch
    from torch import Tensor

    from models.distributions.diagonal_gaussian import DiagonalGaussian
    from models.distributions.full_gaussian import FullGaussian
    from models.method import Batch, Noise, Stats

REST = "rest"
"""Name of the latent group of what no label determines (dVAE's z_u), in :class:`Encodes`."""


class Draws(Protocol):
    """A method, as far as its random numbers go (see ``Method.draw``)."""

    def draw(self, batch_size: int, generator: torch.Generator) -> Noise:
        """Draw the random numbers of one step for ``batch_size`` examples."""
        ...


@runtime_checkable
class Bounds(Draws, Protocol):
    """A method with a lower bound on the log-likelihood of an image."""

    def elbo(self, batch: Batch, noise: Noise) -> Stats:
        """Return ``elbo``, ``log_likelihood`` and ``kl``, each ``[B]`` in nats per image.

        The KL term has weight 1, whatever its weight in training.
        """
        ...


@runtime_checkable
class Weighs(Draws, Protocol):
    """A method whose likelihood of an image can be estimated by importance sampling."""

    def log_weight(self, batch: Batch, noise: Noise) -> Tensor:
        """Return ``log p(x, z) - log q(z | x)`` for one posterior sample of each image, ``[B]``.

        Its mean is the bound; ``logsumexp`` over K samples, minus ``log K``, tends to ``log p(x)``
        (Burda et al., 2016).
        """
        ...


@runtime_checkable
class Infers(Protocol):
    """A method with a Gaussian posterior over named groups of latents."""

    def posterior(self, image: Tensor) -> Mapping[str, DiagonalGaussian | FullGaussian]:
        """Return the posterior of each group of :class:`Encodes` that has one, over ``[B, d]``.

        The posterior of a group that depends on another is given the other's posterior mean. A
        group whose code is a deterministic function of the image has none.
        """
        ...


@runtime_checkable
class Decodes(Protocol):
    """A method that decodes images from codes; for walks through the latent space."""

    def decode(self, codes: Mapping[str, Tensor]) -> Tensor:
        """Return ``[B, C, H, W]`` in ``[0, 1]`` for ``[B, d]`` of every group of ``Encodes``."""
        ...


@runtime_checkable
class Encodes(Protocol):
    """A method that maps images to named groups of latents."""

    def encode(self, image: Tensor) -> dict[str, Tensor]:
        """Return the code ``[B, d]`` of each latent group: the posterior mean, if it has one."""
        ...


@runtime_checkable
class EncodesKnown(Protocol):
    """A reference whose codes are not of images but of what is known of them."""

    def encode_known(self, rows: Tensor, factors: Mapping[str, Tensor]) -> dict[str, Tensor]:
        """Return the code ``[B, d]`` of each latent group.

        Args:
            rows: int64 ``[B]``, which images of the test split.
            factors: ``appearance`` and ``pose``, as far as they are known: ``[B, F]`` factors of
                these images, each in [0, 1] by its range over the split.
        """
        ...


@runtime_checkable
class Reconstructs(Protocol):
    """A method that reconstructs an image from its code."""

    def reconstruct(self, image: Tensor) -> Tensor:
        """Return ``[B, C, H, W]`` in ``[0, 1]``, decoded from the posterior means."""
        ...


@runtime_checkable
class Samples(Protocol):
    """A method that generates images from its prior."""

    def sample(self, n: int, generator: torch.Generator) -> Tensor:
        """Return ``n`` images ``[n, C, H, W]`` in ``[0, 1]``."""
        ...


@runtime_checkable
class Swaps(Protocol):
    """A method that combines the appearance of one image with the pose of another."""

    def swap(self, appearance_from: Tensor, pose_from: Tensor) -> Tensor:
        """Return ``[B, C, H, W]`` in ``[0, 1]``: appearances of the first, poses of the second."""
        ...


@runtime_checkable
class DecodesGroups(Protocol):
    """A method with a decoder for each code alone, which shows what is in that code."""

    def decode_groups(self, image: Tensor) -> dict[str, Tensor]:
        """Return ``appearance`` and ``pose``: ``[B, C, H, W]`` in ``[0, 1]`` each."""
        ...


@runtime_checkable
class EstimatesInformation(Draws, Protocol):
    """A method that estimates the mutual information of its pose and appearance codes."""

    def information(self, batch: Batch, noise: Noise) -> dict[str, Tensor]:
        """Return ``i_t``, ``i_t_prime`` and ``i_eval`` of pairs, each ``[B]`` in nats.

        They are the estimates of the classifier that the encoder is trained against, of a second
        one that it is not, and of a third that has no part in training.
        """
        ...


@runtime_checkable
class DecodesAppearance(Protocol):
    """A method that decodes the appearance of an image without its pose."""

    def appearance(self, image: Tensor) -> Tensor:
        """Return the decoded appearance, ``[B, C, H, W]`` in ``[0, 1]``, not transformed."""
        ...


@runtime_checkable
class Predicts(Protocol):
    """A method that predicts the modalities it is trained on from an image alone."""

    def predict(self, image: Tensor) -> dict[str, Tensor]:
        """Return each of the method's ``needs`` but ``labelled`` by name, and possibly others.

        They are ``[B, ...]``, from posterior means.
        """
        ...


@runtime_checkable
class EncodesModalities(Protocol):
    """A method that also encodes the modalities given beside the images."""

    def encode_modalities(self, batch: Batch) -> dict[str, Tensor]:
        """Return the posterior mean ``[B, d]`` of each group, given the modality it encodes.

        The groups are those of :class:`Encodes`, without any that only an image is encoded in.
        """
        ...


@runtime_checkable
class DecodesModalities(Protocol):
    """A method that decodes the modalities it is trained on from codes; for skeletons of walks."""

    def decode_modalities(self, codes: Mapping[str, Tensor]) -> dict[str, Tensor]:
        """Return each of the method's ``needs`` but ``labelled``, and possibly others.

        They are ``[B, ...]`` each, by name.

        Args:
            codes: ``[B, d]`` of every group of ``Encodes``.
        """
        ...


@runtime_checkable
class Restores(Protocol):
    """A method that restores whole images of which it sees a part, such as all but a box."""

    def observe(self, batch: Batch) -> Tensor:
        """Return what it sees of a batch's images, ``[B, C, h, w]`` in ``[0, 1]``."""
        ...

    def restore(self, batch: Batch) -> Tensor:
        """Return the images, ``[B, C, H, W]`` in ``[0, 1]``, made of what it sees alone."""
        ...

    def recover(self, batch: Batch) -> Tensor:
        """Return what would be seen of the restored images, as :meth:`observe` has it."""
        ...


@runtime_checkable
class Inpaints(Restores, Protocol):
    """A method that restores images with a hidden box, the modality ``hidden``."""

    def visible(self, batch: Batch) -> Tensor:
        """Return which pixels it sees, ``[B, 1, H, W]``, 1 or 0."""
        ...


@runtime_checkable
class Enlarges(Restores, Protocol):
    """A method that restores images of which it sees a small copy."""

    def small(self, batch: Batch) -> Tensor:
        """Return the small copies, ``[B, C, h, w]`` in ``[0, 1]``."""
        ...


@runtime_checkable
class SkipsUpdates(Protocol):
    """A method whose discriminator and generator are not updated in every step."""

    def skipped_updates(self) -> dict[str, float]:
        """Return the share of updates of ``d`` and of ``g`` that were skipped, in [0, 1]."""
        ...
