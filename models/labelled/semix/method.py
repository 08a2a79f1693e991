"""SemiX: the autoencoders of an image and of its target share a part of their codes."""

from collections.abc import Mapping

import torch
from torch import Tensor, nn

from models.declaration import LABELLED
from models.distributions.diagonal_gaussian import DiagonalGaussian, gaussian_of
from models.labelled.image_vae import IMAGE, ImageVAE, sample_posteriors
from models.labelled.semix.supervised import POSE, Translation, mean_of_pairs
from models.method import Batch, Noise, Phase, Stats, Values
from models.pictures import squared_error

APPEARANCE = "appearance"
"""Latent group of z_s, what the target does not say of the image."""

TARGET, INNER = "target", "unpaired_target"
"""Names of the draws for w_t of a pair and of unpaired targets."""

_VAE_X, _VAE_Y, _CROSS, _SUP = "vae_x", "vae_y", "cross", "sup"
_ENCODES_TARGETS, _DECODES_IMAGES = (_VAE_Y, _CROSS), (_VAE_X, _CROSS)


def inner_steps(n_targets: int, n_pairs: int, most: int = -1) -> int:
    """Return m of Algorithm 1, the steps on unpaired targets after one on pairs.

    Args:
        n_targets: M, the number of unpaired targets.
        n_pairs: N, the number of pairs.
        most: bound of m; -1 is none.
    """
    m = n_targets // n_pairs
    return m if most < 0 else min(m, most)


class SemiX(Translation, ImageVAE):
    """Base of SemiX for both tasks: z_t of an image, z_s of the image alone, w_t of its target.

    A training step is one on pairs with all four losses (equation 7), then ``m`` steps on unpaired
    targets with L_VAEy alone. The parameters of the target's autoencoder have one Adam for both. A
    loss whose weight is 0 when the method is built is left out altogether: else BatchNorm would
    take statistics of codes that nothing trains. Images without their target have no part in these
    losses; the paper uses none.

    Raises:
        ValueError: all weights are 0.
    """

    def build(self) -> None:
        """Build the networks of both autoencoders."""
        super().build()
        hp = self.hyperparameters
        weights = {_VAE_X: hp.w_vae_x, _VAE_Y: hp.w_vae_y, _CROSS: hp.w_cross, _SUP: hp.w_sup}
        self.losses = tuple(name for name, weight in weights.items() if weight > 0)
        if not self.losses:
            raise ValueError("nothing is learnt: w_vae_x, w_vae_y, w_cross and w_sup are all 0")
        self.image_decoder = self.decoder_of_images(sum(self.sizes().values()))
        self.target_encoder = self.encoder_of_targets(2 * hp.d_t)
        self.m = 0
        if hp.use_targets and _VAE_Y in self.losses and self.unpaired[0] in self.data.modalities:
            n = self.data.n_train
            self.m = inner_steps(n, self.data.n_labelled or n, hp.m_max)

    def decoder_of_images(self, d: int) -> nn.Module:
        """Return the network from the whole code ``[B, d]`` to images in [-1, 1]."""
        raise NotImplementedError

    def encoder_of_targets(self, n_outputs: int) -> nn.Module:
        """Return the network from targets on the networks' scale to ``[B, n_outputs]``."""
        raise NotImplementedError

    def encoder_input(self, target: Tensor) -> Tensor:
        """Return targets ``[B, ...]`` as the target's encoder reads them."""
        return self.scaled(target)

    @property
    def w_pixel(self) -> float:
        """Weight of the squared error of a pixel on the scale [-1, 1]."""
        w_x: float = self.hyperparameters.w_x
        return w_x * self.per_pixel

    @property
    def per_pixel(self) -> float:
        """What the error of a picture is multiplied by: 100 over its pixels."""
        _, height, width = self.data.image_shape
        return 100 / (height * width)

    def sizes(self) -> dict[str, int]:
        """Return ``d_t`` for ``pose`` and ``d_s`` for ``appearance``."""
        return {POSE: self.hyperparameters.d_t, APPEARANCE: self.hyperparameters.d_s}

    def phases(self) -> tuple[Phase, ...]:
        """Return the step on pairs and, if there are any, the ``m`` steps on unpaired targets."""
        ours = ("target_encoder.", "target_decoder.")
        of_images = [f"{name}." for name, _ in self.named_children() if f"{name}." not in ours]
        pairs = Phase("pairs", "pairs", (*of_images, *ours), shares=ours)
        if not self.m:
            return (pairs,)
        over = (*self.unpaired, INNER)
        return pairs, Phase("targets", "targets", ours, repeats=self.m, over=over, shares=ours)

    def draw(self, batch_size: int, generator: torch.Generator) -> Noise:
        """Draw standard normal numbers for z_t and z_s, ``[B, d]``, and for w_t.

        Of w_t there are ``target``, ``[B, d_t]``, and ``unpaired_target``, ``[B, m, d_t]``.
        """
        of_target = (batch_size, 1 + self.m, self.hyperparameters.d_t)
        drawn = torch.randn(of_target, generator=generator, device=generator.device)
        of_image = self.draw_groups(IMAGE, batch_size, generator)
        inner = {INNER: drawn[:, 1:]} if self.m else {}
        return {**of_image, TARGET: drawn[:, 0], **inner}

    def pairs(self, batch: Batch, noise: Noise, values: Values) -> tuple[Tensor, Stats]:
        """Return the negative sum of equation 7's four bounds, and what the task adds to it.

        The statistics are the terms without their weights; ``loss_<name>`` are the four losses,
        each with the β of its own.
        """
        posteriors, features = self.read(batch)
        of_target = self.target_posterior(filled(batch, self.target))
        z = sample_posteriors(posteriors, IMAGE, noise)
        w = {**z, POSE: of_target.sample(noise[TARGET])}
        kls = {
            "kl_t": mean_of_pairs(posteriors[POSE].kl(), batch),
            "kl_s": mean_of_pairs(posteriors[APPEARANCE].kl(), batch),
            "kl_w": mean_of_pairs(of_target.kl(), batch),
        }
        errors, losses, more = dict[str, Tensor](), dict[str, Tensor](), features.new_zeros(())
        further: Stats = {}
        if _VAE_X in self.losses:
            errors["rec_x"] = self._image_error(batch, z)
            losses[_VAE_X] = values["w_x"] * self.per_pixel * errors["rec_x"]
        if _VAE_Y in self.losses:
            errors["rec_y"] = self.target_error(batch, self.target_decoder(w[POSE]))
            losses[_VAE_Y] = self.target_weight(values) * errors["rec_y"]
        if _CROSS in self.losses:
            errors["rec_cross"] = self._image_error(batch, w)
            losses[_CROSS] = values["w_x"] * self.per_pixel * errors["rec_cross"]
        if _SUP in self.losses:
            decoded = self.target_decoder(z[POSE])
            errors["rec_sup"] = self.target_error(batch, decoded)
            losses[_SUP] = self.target_weight(values) * errors["rec_sup"]
            more, further = self.further(batch, decoded, features, values)
        for name, term in self._divergences(kls, values).items():
            losses[name] = losses[name] + term
        loss = more + torch.stack([values[f"w_{n}"] * each for n, each in losses.items()]).sum()
        named = {f"loss_{name}": each for name, each in losses.items()}
        return loss, {**named, **errors, **kls, **further}

    def _divergences(self, kls: Mapping[str, Tensor], values: Values) -> dict[str, Tensor]:
        """Return the weighted KL terms of each loss.

        As published, each divergence is in two of the losses, and so counts twice.
        """
        of = {
            _VAE_X: (("kl_t", "beta_x"), ("kl_s", "beta_x")),
            _VAE_Y: (("kl_w", "beta_y"),),
            _CROSS: (("kl_w", "beta_y"), ("kl_s", "beta_x")),
            _SUP: (("kl_t", "beta_x"),),
        }
        terms = {}
        for name in self.losses:
            parts = []
            for kl, beta in of[name]:
                times = sum(kl in dict(of[other]) for other in self.losses)
                share = 1 / times if self.hyperparameters.kl_once else 1.0
                parts.append(share * values[beta] * kls[kl])
            terms[name] = torch.stack(parts).sum()
        return terms

    def targets(self, batch: Batch, noise: Noise, values: Values) -> tuple[Tensor, Stats]:
        """Return the negative L_VAEy of unpaired targets (equation 3)."""
        target = batch[self.unpaired[0]]
        posterior = self.target_posterior(target)
        decoded = self.target_decoder(posterior.sample(noise[INNER]))
        error = (decoded - self.scaled(target)).square().flatten(1).sum(1).mean()
        kl = posterior.kl().mean()
        loss = self.target_weight(values) * error + values["beta_y"] * kl
        return values["w_vae_y"] * loss, {"rec_y": error, "kl_w": kl}

    def target_posterior(self, target: Tensor) -> DiagonalGaussian:
        """Return the posterior of w_t given targets as the dataset gives them."""
        return gaussian_of(self.target_encoder(self.encoder_input(target)))

    def encode_modalities(self, batch: Batch) -> dict[str, Tensor]:
        """Return the posterior mean of w_t, ``[B, d_t]``, as the group that it shares with z_t."""
        return {POSE: self.target_posterior(batch[self.target]).mean}

    def swap(self, appearance_from: Tensor, pose_from: Tensor) -> Tensor:
        """Return ``[B, C, H, W]`` in ``[0, 1]``: z_s of the first images, z_t of the second."""
        pose = self.encode(pose_from)[POSE]
        return self.decode({**self.encode(appearance_from), POSE: pose})

    def _image_error(self, batch: Batch, codes: Mapping[str, Tensor]) -> Tensor:
        decoded = self.image_decoder(self.whole_code(codes))
        return mean_of_pairs(squared_error(decoded, batch[IMAGE]), batch)


def filled(batch: Batch, name: str) -> Tensor:
    """Return targets ``[B, ...]`` in which images that have none have that of another image.

    So the target's encoder sees no empty target, whose statistics BatchNorm would take.
    """
    target, marks = batch[name], batch[LABELLED] > 0
    rows = torch.arange(len(marks), device=marks.device)
    order = marks.to(target.dtype).argsort(descending=True, stable=True)
    other = order[rows % marks.sum().clamp(min=1)]
    return target[torch.where(marks, rows, other)]
