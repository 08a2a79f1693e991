"""VITAE: appearance and pose in separate latent spaces, joined by a spatial transformer.

Explicit Disentanglement of Appearance and Perspective in Generative Models (Detlefsen & Hauberg,
2019); its perspective ``z_P`` is the latent group ``pose`` here. Generative model: decode an
appearance image from ``z_A`` and the parameters ``gamma`` of a transformation from ``z_P``, both
standard normal, and warp the one by the other. U-VITAE and C-VITAE differ in the input of the
appearance encoder alone.
"""

from collections.abc import Mapping
from typing import Any

import torch
from torch import Tensor

from models.declaration import DataSpec
from models.distributions.diagonal_gaussian import DiagonalGaussian
from models.method import Noise
from models.networks.vitae import GaussianEncoder, image_decoder, mlp
from models.transformers.base import pixel_centres
from models.transformers.choice import build_transformer
from models.vae.hyperparameters import VITAEDeclaration, VITAEHyperparameters
from models.vae.variational import Inference, VariationalMethod


class VITAE(VITAEDeclaration, VariationalMethod):
    """Base of U-VITAE and C-VITAE; a subclass gives the input of the appearance encoder."""

    def __init__(self, hyperparameters: VITAEHyperparameters, data: DataSpec) -> None:
        super().__init__(hyperparameters, data)
        hp, shape, network = hyperparameters, data.image_shape, hyperparameters.network
        squash = hp.likelihood == "bernoulli"
        self.transformer = build_transformer(hp)
        widths = hp.appearance_encoder_widths
        options: Any = {"slope": hp.leaky_slope, "normalise": hp.normalise_input}
        self.appearance_encoder = GaussianEncoder(network, shape, widths, hp.d, **options)
        widths = hp.appearance_decoder_widths
        self.appearance_decoder = image_decoder(
            network, hp.d, widths, shape, squash, slope=hp.leaky_slope
        )
        widths = hp.perspective_encoder_widths
        self.pose_encoder = GaussianEncoder(network, shape, widths, hp.d, **options)
        widths = hp.perspective_decoder_widths
        self.pose_decoder = mlp(hp.d, widths, self.transformer.dim, hp.leaky_slope)

    def appearance_input(self, image: Tensor, gamma: Tensor) -> Tensor:
        """Return the input ``[B, C, H, W]`` of the appearance encoder for images of pose gamma."""
        raise NotImplementedError

    def input_and_points(self, image: Tensor, gamma: Tensor) -> tuple[Tensor, Tensor]:
        """Return :meth:`appearance_input` and the pixels mapped by T_gamma, ``[B, H * W, 2]``."""
        points = self.transformer.points(gamma, pixel_centres(image))
        return self.appearance_input(image, gamma), points

    def draw(self, batch_size: int, generator: torch.Generator) -> Noise:
        """Draw ``z_appearance`` and ``z_pose``, each ``[B, d]`` standard normal."""
        shape = batch_size, self.hyperparameters.d
        return {
            name: torch.randn(shape, generator=generator, device=generator.device)
            for name in ("z_appearance", "z_pose")
        }

    def infer(self, image: Tensor, noise: Noise) -> Inference:
        """Sample ``pose``, then ``appearance``, for images ``[B, C, H, W]``; decode and warp."""
        pose = self.pose_encoder(image)
        z_pose = pose.sample(noise["z_pose"])
        gamma = self.pose_decoder(z_pose)
        appearance_input, points = self.input_and_points(image, gamma)
        appearance = self.appearance_encoder(appearance_input)
        z_appearance = appearance.sample(noise["z_appearance"])
        # The fixed variance of normal pixels is not warped: outside the image it would become 0.
        mean = self.transformer.pull_back(self.appearance_decoder(z_appearance), points)
        return Inference(
            {"appearance": appearance, "pose": pose},
            {"appearance": z_appearance, "pose": z_pose},
            mean,
        )

    def posterior(self, image: Tensor) -> dict[str, DiagonalGaussian]:
        """Return the posteriors of ``appearance``, given the mean of ``pose``, and of ``pose``."""
        pose = self.pose_encoder(image)
        gamma = self.pose_decoder(pose.mean)
        appearance = self.appearance_encoder(self.appearance_input(image, gamma))
        return {"appearance": appearance, "pose": pose}

    def encode(self, image: Tensor) -> dict[str, Tensor]:
        """Return the posterior means ``appearance`` and ``pose``, each ``[B, d]``."""
        return {group: posterior.mean for group, posterior in self.posterior(image).items()}

    def decode(self, codes: Mapping[str, Tensor]) -> Tensor:
        """Return ``[B, C, H, W]`` in ``[0, 1]`` for codes ``appearance`` and ``pose``."""
        gamma = self.forward_parameters(self.pose_decoder(codes["pose"]))
        return self.transformer.warp(self._decode_appearance(codes["appearance"]), gamma)

    def forward_parameters(self, gamma: Tensor) -> Tensor:
        """Return the parameters ``[B, dim]`` by which appearances of pose gamma are warped."""
        return gamma

    def appearance(self, image: Tensor) -> Tensor:
        """Return the decoded appearance before warping, ``[B, C, H, W]`` in ``[0, 1]``."""
        return self._decode_appearance(self.encode(image)["appearance"])

    def swap(self, appearance_from: Tensor, pose_from: Tensor) -> Tensor:
        """Return ``[B, C, H, W]`` in ``[0, 1]``: appearances of the first, warped as the second."""
        appearance = self.encode(appearance_from)["appearance"]
        return self.decode({"appearance": appearance, "pose": self.encode(pose_from)["pose"]})

    def reconstruct(self, image: Tensor) -> Tensor:
        """Return ``[B, C, H, W]`` in ``[0, 1]``, decoded from the posterior means."""
        return self.decode(self.encode(image))

    def sample(self, n: int, generator: torch.Generator) -> Tensor:
        """Return ``n`` images ``[n, C, H, W]`` in ``[0, 1]``, both latents from the prior."""
        z = self.draw(n, generator)
        return self.decode({"appearance": z["z_appearance"], "pose": z["z_pose"]})

    def _decode_appearance(self, z_appearance: Tensor) -> Tensor:
        images: Tensor = self.appearance_decoder(z_appearance)
        return images.clamp(0, 1)


class UVITAE(VITAE):
    """U-VITAE: appearance and pose inferred independently, q(z_A|x) q(z_P|x)."""

    def appearance_input(self, image: Tensor, gamma: Tensor) -> Tensor:  # noqa: ARG002
        """Return the images ``[B, C, H, W]`` as they are."""
        return image


class CVITAE(VITAE):
    """C-VITAE: appearance inferred after undoing the pose, q(z_A|x,z_P) q(z_P|x)."""

    def appearance_input(self, image: Tensor, gamma: Tensor) -> Tensor:
        """Return the images ``[B, C, H, W]`` warped by the inverse of ``T_gamma``."""
        return self.transformer.warp(image, gamma, inverse=True)

    def input_and_points(self, image: Tensor, gamma: Tensor) -> tuple[Tensor, Tensor]:
        """Return both, for CPAB at less than the cost of two flows."""
        points, back = self.transformer.both_points(gamma, pixel_centres(image))
        return self.transformer.pull_back(image, back), points

    def forward_parameters(self, gamma: Tensor) -> Tensor:
        """Return gamma ``[B, dim]``, or what an inverse taken in place has left of it.

        So decoding, and sampling, is that of the model that is trained. The released code samples
        without an inverse before it, and so from another model where that inverse is in place.
        """
        return self.transformer.after_inverse(gamma)
