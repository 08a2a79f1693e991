"""Unsupervised robust disentangling (Esser, Haux & Ommer, 2019), with the ablations of its Table 1.

The pose code of one image and the appearance code of another of the same identity are decoded into
the first. Their mutual information is kept below ``epsilon`` by a classifier T that the pose
encoder is trained against. A second classifier T', which the encoder does not see, shows by how
much it deceives T, and a variational bound is weighted by that.
"""

from dataclasses import replace

import torch
from torch import Tensor, nn

from models.declaration import DataSpec
from models.distributions.diagonal_gaussian import DiagonalGaussian, gaussian_of
from models.distributions.full_gaussian import FullGaussian, full_gaussian_of, full_gaussian_size
from models.method import Batch, Noise, Phase, Stats, Values
from models.networks.residual import ImageDecoder, ImageEncoder
from models.networks.vgg19 import PerceptualLoss
from models.pairs.pair_method import PairMethod
from models.pairs.rodi.adaptive_weight import (
    AdaptiveWeight,
    RunningMean,
    excess,
    gap,
    released_gap,
)
from models.pairs.rodi.augmented_lagrangian import Multiplier, penalty
from models.pairs.rodi.hyperparameters import VARIANTS, RodiDeclaration, RodiHyperparameters
from models.pairs.rodi.mutual_information import PairClassifier, classifier_loss, reordered
from models.pictures import squared_error, to_unit_interval


class PoseEncoder(nn.Module):
    """Maps images to the Gaussian of their pose code, with a diagonal or a full covariance."""

    def __init__(self, hp: RodiHyperparameters, image_shape: tuple[int, int, int]) -> None:
        super().__init__()
        self.d, self.full = hp.d_pose, hp.pose_covariance == "full"
        numbers = full_gaussian_size(self.d) if self.full else 2 * self.d
        self.encoder = ImageEncoder(hp.network, image_shape, numbers, pooled=self.full)

    def forward(self, image: Tensor) -> DiagonalGaussian | FullGaussian:
        """Map ``[B, C, H, W]`` in ``[0, 1]`` to a Gaussian over ``[B, d]``."""
        numbers = self.encoder(image)
        return full_gaussian_of(numbers, self.d) if self.full else gaussian_of(numbers)


class Rodi(RodiDeclaration, PairMethod):
    """RoDi: mutual information of pose and appearance bounded by two classifiers and a KL term.

    The pose encoder is trained by all terms, the appearance encoder and the decoder by the
    reconstruction alone. Two more decoders, each of a single code, show what is in that code; they
    train no encoder.
    """

    def __init__(self, hyperparameters: RodiHyperparameters, data: DataSpec) -> None:
        super().__init__(hyperparameters, data)
        hp, shape = hyperparameters, data.image_shape
        self.variant = VARIANTS[hp.variant]
        self.appearance_encoder = ImageEncoder(hp.network, shape, hp.d_appearance)
        self.pose_encoder = PoseEncoder(hp, shape)
        self.appearance_decoder = ImageDecoder(hp.network, shape, hp.d_appearance)
        self.pose_decoder = ImageDecoder(hp.network, shape, hp.d_pose)
        self.t = PairClassifier(hp.network, hp.d_pose, hp.d_appearance)
        self.t_prime = PairClassifier(hp.network, hp.d_pose, hp.d_appearance)
        self.t_eval = PairClassifier(hp.network, hp.d_pose, hp.d_appearance)
        self.perceptual = PerceptualLoss(hp.perceptual_weights) if hp.perceptual_weights else None
        if self.perceptual and shape[0] != 3:
            raise ValueError("method.perceptual_weights needs images of three channels: VGG-19's")
        self.multiplier = Multiplier()
        self.weight = AdaptiveWeight()
        self.mean_i_t = RunningMean()
        self.mean_i_t_prime = RunningMean()

    def phases(self) -> tuple[Phase, ...]:
        """Return the updates of the model, the classifiers and the decoders of a single code."""
        model = "appearance_encoder.", "pose_encoder.", "decoder."
        classifiers, betas = ("t.", "t_prime.", "t_eval."), (0.5, 0.9)
        visible = "appearance_decoder.", "pose_decoder."
        every, more = self.hyperparameters.visible_every, self.hyperparameters.t_updates - 1
        last = Phase("classifiers", "estimation", classifiers, lr="t_lr", betas=betas)
        last = replace(last, shares=classifiers if more else ())
        before = replace(
            last, name="more", objective="estimation_alone", repeats=more, over=("pose_more",)
        )
        return (
            Phase("model", "composition", model, betas=betas),
            *([before] if more else []),
            last,
            Phase("visible", "visualisation", visible, every=every, betas=betas),
        )

    def draw(self, batch_size: int, generator: torch.Generator) -> Noise:
        """Draw standard normal ``[B, d_pose]`` for each use of a pose code."""
        names = "pose_decoder", "pose_penalty", "pose_classifiers", "pose_visible"
        noise = self.draw_poses(names, batch_size, generator)
        if more := self.hyperparameters.t_updates - 1:
            shape = batch_size, more, self.hyperparameters.d_pose
            drawn = torch.randn(shape, generator=generator, device=generator.device)
            return {**noise, "pose_more": drawn}
        return noise

    def composition(self, batch: Batch, noise: Noise, values: Values) -> tuple[Tensor, Stats]:
        """Return the loss of encoders and decoder (equation 19); its terms are the statistics."""
        appearance = self.appearance_encoder(batch["same"])
        posterior = self.pose_encoder(batch["image"])
        decoded = self.compose(self._pose(posterior, noise["pose_decoder"]), appearance)
        loss = self.reconstruction_loss(decoded, batch["image"])
        stats = {"rec": loss.detach()}
        if self.variant.bound != "none":
            kl = posterior.kl().mean()
            loss = loss + self._gamma(values) * kl
            stats["kl"] = kl.detach()
        if self.variant.adversarial:
            pose = self._pose(posterior, noise["pose_penalty"])
            i_t = self.t(pose, appearance.detach()).mean()
            term = penalty(i_t, self.multiplier.value, values["epsilon"], values["mu"])
            loss = loss + _after_warmup(values) * term
            stats["mi_penalty"] = term.detach()
        return loss, stats

    def reconstruction_loss(self, decoded: Tensor, image: Tensor) -> Tensor:
        """Return ``L_rec``: a mean over the batch of squared errors, or the perceptual loss.

        Args:
            decoded: ``[B, C, H, W]`` on the scale ``[-1, 1]``.
            image: ``[B, C, H, W]`` in ``[0, 1]``.
        """
        if self.perceptual is None:
            return squared_error(decoded, image).mean()
        errors: Tensor = self.perceptual((decoded + 1) / 2, image)
        return errors.mean()

    def estimation(self, batch: Batch, noise: Noise, values: Values) -> tuple[Tensor, Stats]:
        """Return the sum of the classifiers' losses (10), and update lambda and gamma."""
        loss, stats = self._estimates(batch, noise["pose_classifiers"])
        self._adapt(stats["i_t"], stats["i_t_prime"], values)
        if self.variant.adversarial:
            stats["lambda"] = self.multiplier.value.clone()
        if self.variant.bound != "none":
            stats["gamma"] = self._gamma(values) + torch.zeros_like(loss)
        return loss, stats

    def estimation_alone(self, batch: Batch, noise: Noise, values: Values) -> tuple[Tensor, Stats]:
        """Return the sum of the classifiers' losses (10); lambda and gamma stay."""
        del values
        return self._estimates(batch, noise["pose_more"])

    def _estimates(self, batch: Batch, noise: Tensor) -> tuple[Tensor, Stats]:
        """Return the sum of the classifiers' losses, and their estimates by name."""
        pose, appearance = self._codes(batch, noise)
        other = reordered(appearance, self.hyperparameters.marginal)
        loss, stats = pose.new_zeros(()), {}
        for name, classifier in self._classifiers().items():
            joint = classifier(pose, appearance)
            loss = loss + classifier_loss(joint, classifier(pose, other))
            stats[name] = joint.detach().mean()
        return loss, stats

    def visualisation(self, batch: Batch, noise: Noise, values: Values) -> tuple[Tensor, Stats]:
        """Return the squared errors of the two decoders of a single code (section 4.2).

        They are trained on samples of the pose: what its noise hides, they cannot show.
        """
        del values
        pose, appearance = self._codes(batch, noise["pose_visible"])
        image = batch["image"]
        appearance_error = squared_error(self.appearance_decoder(appearance), image).mean()
        pose_error = squared_error(self.pose_decoder(pose), image).mean()
        stats = {"appearance": appearance_error.detach(), "pose": pose_error.detach()}
        return appearance_error + pose_error, stats

    def appearance_code(self, image: Tensor) -> Tensor:
        """Return the appearance of images ``[B, C, H, W]``, ``[B, d_appearance]``."""
        code: Tensor = self.appearance_encoder(image)
        return code

    def pose_code(self, image: Tensor) -> Tensor:
        """Return the mean of the pose of images ``[B, C, H, W]``, ``[B, d_pose]``."""
        mean: Tensor = self.pose_encoder(image).mean
        return mean

    def posterior(self, image: Tensor) -> dict[str, DiagonalGaussian | FullGaussian]:
        """Return the posterior of ``pose``, over ``[B, d_pose]``; none if it is not sampled."""
        if self.variant.bound == "none":
            return {}
        posterior: DiagonalGaussian | FullGaussian = self.pose_encoder(image)
        return {"pose": posterior}

    def decode_groups(self, image: Tensor) -> dict[str, Tensor]:
        """Return each code decoded alone, ``[B, C, H, W]`` in ``[0, 1]``."""
        return {
            "appearance": to_unit_interval(self.appearance_decoder(self.appearance_code(image))),
            "pose": to_unit_interval(self.pose_decoder(self.pose_code(image))),
        }

    def information(self, batch: Batch, noise: Noise) -> dict[str, Tensor]:
        """Return the logits of T, T' and the third classifier for joint pairs, each ``[B]``."""
        codes = self._codes(batch, noise["pose_classifiers"])
        return {name: classifier(*codes) for name, classifier in self._classifiers().items()}

    def _classifiers(self) -> dict[str, nn.Module]:
        return {"i_t": self.t, "i_t_prime": self.t_prime, "i_eval": self.t_eval}

    def _pose(self, posterior: DiagonalGaussian | FullGaussian, noise: Tensor) -> Tensor:
        return posterior.mean if self.variant.bound == "none" else posterior.sample(noise)

    @torch.no_grad()
    def _codes(self, batch: Batch, noise: Tensor) -> tuple[Tensor, Tensor]:
        """Return a sample of the pose, and the appearance, both without gradient."""
        pose = self._pose(self.pose_encoder(batch["image"]), noise)
        return pose, self.appearance_code(batch["same"])

    def _gamma(self, values: Values) -> float | Tensor:
        if self.variant.bound == "fixed":
            return values["gamma"] if "gamma" in values else values["gamma0"]
        return self.weight.value(values["gamma0"])

    def _adapt(self, i_t: Tensor, i_t_prime: Tensor, values: Values) -> None:
        """Update lambda by the estimate of the batch, gamma by running means."""
        active, epsilon = _after_warmup(values), values["epsilon"]
        if self.variant.adversarial:
            self.multiplier.update(i_t, epsilon, values["mu"], active)
        mean, mean_prime = self.mean_i_t.update(i_t), self.mean_i_t_prime.update(i_t_prime)
        released = self.hyperparameters.gamma_rule == "released"
        if self.variant.bound == "excess":
            change = excess(mean_prime.clamp(min=0) if released else mean_prime, epsilon)
        elif self.variant.bound == "gap":
            rule = released_gap if released else gap
            change = rule(mean, mean_prime, values["b_gamma"] if self.variant.biased else 0.0)
        else:
            return
        self.weight.update(change, values["l_gamma"], values["gamma0"], values["gamma_max"], active)


def _after_warmup(values: Values) -> float | Tensor:
    """Return 0 during the warm-up, 1 after it."""
    return 1.0 * (values["progress"] >= values["warmup"])
