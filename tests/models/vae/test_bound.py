"""The bounds of VAE, U-VITAE and C-VITAE against log p(x), which a small latent space lets one
integrate, and against importance weighting.
"""

import math

import pytest
import torch
from torch import Tensor

from models.declaration import DataSpec
from models.distributions.diagonal_gaussian import DiagonalGaussian
from models.distributions.likelihoods import bernoulli_log_likelihood
from models.method import Method
from models.vae.hyperparameters import VAEHyperparameters, VITAEHyperparameters
from models.vae.vae import VAE
from models.vae.vitae import CVITAE, UVITAE, VITAE

DATA = DataSpec((1, 6, 6), n_train=10)
DRAWS = 2**16


def build(method: type[Method]) -> Method:
    torch.manual_seed(0)
    hyperparameters = VAEHyperparameters(d=1) if method is VAE else VITAEHyperparameters(d=1)
    built = method(hyperparameters, DATA).double().requires_grad_(False)
    for name, parameter in built.named_parameters():
        if name.startswith(("decoder", "appearance_decoder")):
            parameter.mul_(2)  # so that the code matters to the image, as it does after training
    return built


def image() -> Tensor:
    """A blob on black: smooth in both latents, so that a coarse rule integrates it."""
    x, y = torch.meshgrid(*[torch.linspace(-1, 1, 6, dtype=torch.float64)] * 2, indexing="xy")
    return torch.exp(-((x - 0.1).square() + (y + 0.1).square()) / 0.2)[None, None]


def log_prior(z: Tensor) -> Tensor:
    return DiagonalGaussian(torch.zeros_like(z), torch.ones_like(z)).log_density(z)


def log_evidence(method: Method, x: Tensor) -> float:
    """log p(x) by the trapezoidal rule over [-6, 6] in each latent."""
    axis = torch.linspace(-6, 6, 121, dtype=torch.float64)
    if isinstance(method, VITAE):
        z_a, z_p = torch.cartesian_prod(axis, axis)[:, :, None].unbind(1)
        decoded = method.appearance_decoder(z_a)
        mean = method.transformer.warp(decoded, method.pose_decoder(z_p))
        log_joint = bernoulli_log_likelihood(x, mean) + log_prior(z_a) + log_prior(z_p)
        cell = (axis[1] - axis[0]).square()
    else:
        z = axis[:, None]
        log_joint = bernoulli_log_likelihood(x, method.decoder(z)) + log_prior(z)
        cell = axis[1] - axis[0]
    return float(log_joint.logsumexp(0) + cell.log())


def log_weights(method: Method, x: Tensor) -> Tensor:
    """log p(x, z) - log q(z | x) of ``DRAWS`` samples."""
    noise = {
        name: tensor.double()
        for name, tensor in method.draw(DRAWS, torch.Generator().manual_seed(2)).items()
    }
    x = x.expand(DRAWS, -1, -1, -1)
    log_likelihood = method.elbo({"image": x}, noise)["log_likelihood"]
    if isinstance(method, VITAE):
        pose = method.pose_encoder(x)
        z_p = pose.sample(noise["z_pose"])
        unwarped = method.appearance_input(x, method.pose_decoder(z_p))
        appearance = method.appearance_encoder(unwarped)
        pairs = [(pose, z_p), (appearance, appearance.sample(noise["z_appearance"]))]
    else:
        posterior = method.encoder(x)
        pairs = [(posterior, posterior.sample(noise["z"]))]
    return log_likelihood + sum(log_prior(z) - q.log_density(z) for q, z in pairs)


def importance_weighted(log_w: Tensor, k: int) -> tuple[float, float]:
    """The bound with k importance samples, and its standard error."""
    groups = log_w.reshape(-1, k).logsumexp(1) - math.log(k)
    return float(groups.mean()), float(groups.std()) / math.sqrt(len(groups))


@pytest.fixture(params=[VAE, UVITAE, CVITAE], ids=lambda method: method.__name__)
def method(request: pytest.FixtureRequest) -> Method:
    return build(request.param)


def test_elbo_is_below_log_evidence_and_importance_weighting_closes_the_gap(
    method: Method,
) -> None:
    x, log_w = image(), log_weights(method, image())
    truth = log_evidence(method, x)
    bounds = [importance_weighted(log_w, k) for k in (1, 32, 1024)]
    values = [value for value, _ in bounds]
    assert values == sorted(values)
    assert truth - values[0] > 0.05, "no gap to close: the example is too easy"
    # Four standard errors; the bias at k = 1024 is Var(w) / (2 k p(x)^2) to first order.
    relative = (log_w - truth).exp()
    bias = float(relative.var()) / (2 * 1024)
    assert values[-1] == pytest.approx(truth, abs=4 * bounds[-1][1] + bias)
    assert float(relative.mean()) == pytest.approx(1, abs=4 * float(relative.std()) / DRAWS**0.5)


def test_closed_form_kl_has_the_mean_of_the_sampled_one(method: Method) -> None:
    x = image()
    noise = {
        name: tensor.double()
        for name, tensor in method.draw(DRAWS, torch.Generator().manual_seed(2)).items()
    }
    elbo = method.elbo({"image": x.expand(DRAWS, -1, -1, -1)}, noise)["elbo"]
    sampled, error = importance_weighted(log_weights(method, x), 1)
    # Both average over the same draws of the likelihood; four standard errors of the noisier one.
    assert float(elbo.mean()) == pytest.approx(sampled, abs=4 * error)


@pytest.mark.parametrize("weights", [(1.0, 1.0), (0.25, 4.0), (0.5, 0.0)])
def test_objective_weighs_the_kl(method: Method, weights: tuple[float, float]) -> None:
    kl_weight, beta = weights
    batch = {"image": image().expand(5, -1, -1, -1)}
    noise = {
        name: tensor.double()
        for name, tensor in method.draw(5, torch.Generator().manual_seed(0)).items()
    }
    bound = method.elbo(batch, noise)
    values = {"lr": 1e-4, "beta": beta, "kl_weight": kl_weight}
    loss, stats = method("objective", batch, noise, values)
    expected = -(bound["log_likelihood"] - kl_weight * beta * bound["kl"]).mean()
    torch.testing.assert_close(loss, expected)
    assert stats.keys() == bound.keys()
    torch.testing.assert_close(stats["elbo"], (bound["log_likelihood"] - bound["kl"]).mean())
