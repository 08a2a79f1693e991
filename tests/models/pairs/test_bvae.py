"""The beta-VAE of pairs against its equation."""

import torch

from models.pairs.bvae import BVAE
from tests.models.helpers.pairs import tiny_case


def test_loss_is_the_error_and_the_weighted_divergence() -> None:
    case = tiny_case("bvae")
    method = case.build()
    assert isinstance(method, BVAE)
    batch, noise = case.batch(), case.noise(method)
    loss, stats = method("objective", batch, noise, {**case.values(method), "beta": 3.0})
    posterior = method.posterior(batch["image"])["pose"]
    z = posterior.sample(noise["pose"])
    decoded = method.decoder(torch.cat([z, method.appearance_encoder(batch["same"])], 1))
    error = ((decoded - (2 * batch["image"] - 1)) ** 2).sum() / len(z)
    torch.testing.assert_close(loss, error + 3 * posterior.kl().mean())
    torch.testing.assert_close(stats["rec"], error.detach())
