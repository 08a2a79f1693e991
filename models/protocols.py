"""What a method may be able to do, each ability a protocol of one or two functions.

Metrics, figures and walks ask for a protocol, never for a class. Importing this is cheap: torch is
needed by type checkers alone.
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


class Draws(Protocol):
    """A method; it says which random numbers a step needs (see ``Method.draw``)."""

    def draw(self, batch_size: int, generator: torch.Generator) -> Noise:
        """Draw the random numbers of one step for ``batch_size`` examples."""
        ...


@runtime_checkable
class Bounds(Draws, Protocol):
    """A method with a lower bound on the log-likelihood of an image."""

    def elbo(self, batch: Batch, noise: Noise) -> Stats:
        """Return ``elbo``, ``log_likelihood`` and ``kl``, each ``[B]`` in nats per image.

        The KL term has weight 1 here, whatever weight it has in training.
        """
        ...


@runtime_checkable
class Weighs(Draws, Protocol):
    """A method whose likelihood of an image can be estimated by importance sampling."""

    def log_weight(self, batch: Batch, noise: Noise) -> Tensor:
        """Return ``log p(x, z) - log q(z | x)`` of one posterior sample ``z`` an image, ``[B]``.

        Its mean is the bound; ``logsumexp`` over K samples, less ``log K``, tends to ``log p(x)``
        (Burda et al., 2016).
        """
        ...


@runtime_checkable
class Infers(Protocol):
    """A method with a Gaussian posterior over named groups of latents."""

    def posterior(self, image: Tensor) -> Mapping[str, DiagonalGaussian | FullGaussian]:
        """Return the posterior of each group of :class:`Encodes` that has one, ``[B, d]`` each.

        A group that depends on another one is given that one's posterior mean; one whose code is a
        function of the image has no posterior.
        """
        ...


@runtime_checkable
class Decodes(Protocol):
    """A method that makes an image of a code; for walks through the latent space."""

    def decode(self, codes: Mapping[str, Tensor]) -> Tensor:
        """Return ``[B, C, H, W]`` in ``[0, 1]`` for ``[B, d]`` of every group of ``Encodes``."""
        ...


@runtime_checkable
class Encodes(Protocol):
    """A method that maps images to named groups of latents."""

    def encode(self, image: Tensor) -> dict[str, Tensor]:
        """Return the posterior mean ``[B, d]`` of each latent group (no sampling)."""
        ...


@runtime_checkable
class Reconstructs(Protocol):
    """A method that reproduces an image from its code."""

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
        """Return ``[B, C, H, W]`` in ``[0, 1]``: row i has appearance i of one, pose i of other."""
        ...


@runtime_checkable
class DecodesGroups(Protocol):
    """A method with a decoder for each code alone, which shows what that code holds."""

    def decode_groups(self, image: Tensor) -> dict[str, Tensor]:
        """Return ``appearance`` and ``pose``: ``[B, C, H, W]`` in ``[0, 1]`` each."""
        ...


@runtime_checkable
class EstimatesInformation(Draws, Protocol):
    """A method that estimates the mutual information of its pose and appearance codes."""

    def information(self, batch: Batch, noise: Noise) -> dict[str, Tensor]:
        """Return ``i_t``, ``i_t_prime`` and ``i_eval`` of pairs, each ``[B]`` in nats.

        The estimate of the classifier whose gradient the encoder sees, of the one it does not see,
        and of a third that only measures.
        """
        ...


@runtime_checkable
class DecodesAppearance(Protocol):
    """A method that shows what an image looks like apart from its pose."""

    def appearance(self, image: Tensor) -> Tensor:
        """Return ``[B, C, H, W]`` in ``[0, 1]``: appearance decoded, not transformed."""
        ...


@runtime_checkable
class Predicts(Protocol):
    """A method that finds the modalities it learns from in an image alone."""

    def predict(self, image: Tensor) -> dict[str, Tensor]:
        """Return each of the method's ``needs`` by name, ``[B, ...]``, from posterior means."""
        ...


@runtime_checkable
class EncodesModalities(Protocol):
    """A method that also encodes what is given beside the images."""

    def encode_modalities(self, batch: Batch) -> dict[str, Tensor]:
        """Return the posterior mean ``[B, d]`` of each group from the modality it is the code of.

        The groups are those of :class:`Encodes`, less any that only an image has.
        """
        ...


@runtime_checkable
class DecodesModalities(Protocol):
    """A method that makes the modalities it learns from of a code; for walks and skeletons."""

    def decode_modalities(self, codes: Mapping[str, Tensor]) -> dict[str, Tensor]:
        """Return each of the method's ``needs`` by name, ``[B, ...]``, and perhaps more.

        Args:
            codes: ``[B, d]`` of every group of ``Encodes``.
        """
        ...
