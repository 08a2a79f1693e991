"""VITAE: appearance and perspective in separate latent spaces, joined by a spatial transformer.

Explicit Disentanglement of Appearance and Perspective in Generative Models (Detlefsen & Hauberg,
2019). Generative model: decode an appearance image from ``z_A`` and the parameters ``gamma`` of a
transformation from ``z_P``, both standard normal, and warp the one by the other. The two methods
differ in one line, what the appearance encoder sees. The perspective group is ``pose`` to the
house's metrics.
"""

from dataclasses import dataclass
from typing import Annotated

import torch
from annotated_types import Ge
from torch import Tensor

from models.gaussian import DiagonalGaussian
from models.hyperparameters import Structure
from models.likelihoods import bernoulli_log_likelihood
from models.method import Batch, DataSpec, Noise, Stats
from models.networks import GaussianEncoder, ImageDecoder, Widths, mlp
from models.transformers import TransformerHyperparameters, build_transformer
from models.variational import VariationalHyperparameters, VariationalMethod

HALF = "proposal for 'approximately half the neurons' of Table 1; the paper gives no numbers"


@dataclass(frozen=True)
class VITAEHyperparameters(TransformerHyperparameters, VariationalHyperparameters):
    """The transformer and the four networks of a VITAE (VITAE, supplement, Section 2)."""

    d: Annotated[int, Structure("d", "dimension of each of the two spaces", "Table 1"), Ge(1)] = 2
    appearance_encoder_widths: Annotated[
        Widths, Structure("", "hidden widths of the appearance encoders", HALF)
    ] = (64, 32)
    appearance_decoder_widths: Annotated[
        Widths, Structure("", "hidden widths of the appearance decoder", HALF)
    ] = (32, 32)
    perspective_encoder_widths: Annotated[
        Widths, Structure("", "hidden widths of the perspective encoders", HALF)
    ] = (64, 32)
    perspective_decoder_widths: Annotated[
        Widths, Structure("", "hidden widths of the decoder of γ", HALF)
    ] = (32, 32)


class VITAE(VariationalMethod):
    """What U-VITAE and C-VITAE share; a subclass says what the appearance encoder sees."""

    Hyperparameters = VITAEHyperparameters

    def __init__(self, hyperparameters: VITAEHyperparameters, data: DataSpec) -> None:
        super().__init__(hyperparameters, data)
        hp, pixels = hyperparameters, data.n_pixels
        self.transformer = build_transformer(hp)
        self.appearance_encoder = GaussianEncoder(pixels, hp.appearance_encoder_widths, hp.d)
        self.appearance_decoder = ImageDecoder(hp.d, hp.appearance_decoder_widths, data.image_shape)
        self.perspective_encoder = GaussianEncoder(pixels, hp.perspective_encoder_widths, hp.d)
        self.perspective_decoder = mlp(hp.d, hp.perspective_decoder_widths, self.transformer.dim)

    def infer_appearance(self, image: Tensor, gamma: Tensor) -> DiagonalGaussian:
        """Return the posterior of ``z_A`` for images ``[B, C, H, W]`` seen from ``gamma``."""
        raise NotImplementedError

    def draw(self, batch_size: int, generator: torch.Generator) -> Noise:
        """Draw ``z_appearance`` and ``z_perspective``, each ``[B, d]`` standard normal."""
        shape = batch_size, self.hyperparameters.d
        return {
            name: torch.randn(shape, generator=generator, device=generator.device)
            for name in ("z_appearance", "z_perspective")
        }

    def elbo(self, batch: Batch, noise: Noise) -> Stats:
        """Return the bound and its parts, each ``[B]`` in nats per image.

        ``elbo``, ``log_likelihood``, ``kl`` and the two terms of the last, ``kl_appearance`` and
        ``kl_perspective``. One sample of each latent; the first term of the two is that of the
        sampled ``z_P`` (supplement, Section 1).
        """
        image = batch["image"]
        perspective = self.perspective_encoder(image)
        gamma = self.perspective_decoder(perspective.sample(noise["z_perspective"]))
        appearance = self.infer_appearance(image, gamma)
        upright = self.appearance_decoder(appearance.sample(noise["z_appearance"]))
        mean = self.transformer.warp(upright, gamma)
        log_likelihood = bernoulli_log_likelihood(image, mean)
        kl_appearance, kl_perspective = appearance.kl(), perspective.kl()
        kl = kl_appearance + kl_perspective
        return {
            "elbo": log_likelihood - kl,
            "log_likelihood": log_likelihood,
            "kl": kl,
            "kl_appearance": kl_appearance,
            "kl_perspective": kl_perspective,
        }

    def encode(self, image: Tensor) -> dict[str, Tensor]:
        """Return the posterior means ``appearance`` and ``pose``, each ``[B, d]``."""
        pose = self.perspective_encoder(image).mean
        appearance = self.infer_appearance(image, self.perspective_decoder(pose)).mean
        return {"appearance": appearance, "pose": pose}

    def appearance(self, image: Tensor) -> Tensor:
        """Return the decoded appearance before warping, ``[B, C, H, W]`` in ``[0, 1]``."""
        appearance: Tensor = self.appearance_decoder(self.encode(image)["appearance"])
        return appearance

    def swap(self, appearance_from: Tensor, pose_from: Tensor) -> Tensor:
        """Return ``[B, C, H, W]`` in ``[0, 1]``: appearance i of one, warped as i of the other."""
        pose = self.perspective_encoder(pose_from).mean
        gamma = self.perspective_decoder(pose)
        return self.transformer.warp(self.appearance(appearance_from), gamma)

    def reconstruct(self, image: Tensor) -> Tensor:
        """Return ``[B, C, H, W]`` in ``[0, 1]``, decoded from the posterior means."""
        return self.swap(appearance_from=image, pose_from=image)

    def sample(self, n: int, generator: torch.Generator) -> Tensor:
        """Return ``n`` images ``[n, C, H, W]`` in ``[0, 1]``, both latents from the prior."""
        z = self.draw(n, generator)
        gamma = self.perspective_decoder(z["z_perspective"])
        return self.transformer.warp(self.appearance_decoder(z["z_appearance"]), gamma)


class UVITAE(VITAE):
    """U-VITAE: appearance and perspective inferred independently, q(z_A|x) q(z_P|x)."""

    def infer_appearance(self, image: Tensor, gamma: Tensor) -> DiagonalGaussian:  # noqa: ARG002
        """Return ``q(z_A | x)``: the encoder sees the image as it is."""
        posterior: DiagonalGaussian = self.appearance_encoder(image)
        return posterior


class CVITAE(VITAE):
    """C-VITAE: appearance inferred after undoing the perspective, q(z_A|x,z_P) q(z_P|x)."""

    def infer_appearance(self, image: Tensor, gamma: Tensor) -> DiagonalGaussian:
        """Return ``q(z_A | x, z_P)``: the encoder sees the image un-warped by ``gamma``."""
        upright = self.transformer.warp(image, gamma, inverse=True)
        posterior: DiagonalGaussian = self.appearance_encoder(upright)
        return posterior
