"""U-VITAE and C-VITAE: the forward passes written out, and what tells them from each other."""

import dataclasses
import math

import pytest
import torch
from torch import Tensor
from torch.distributions import Bernoulli, Independent, Normal, kl_divergence
from torch.nn import functional as F

from models.choices import TransformName
from models.declaration import DataSpec
from models.hyperparameters import describe
from models.method import Noise
from models.transformers.affine import AFFINE_TRANSFORMERS
from models.vae.hyperparameters import VAEHyperparameters, VITAEHyperparameters
from models.vae.vae import VAE
from models.vae.vitae import CVITAE, UVITAE, VITAE

MNIST = DataSpec((1, 28, 28), n_train=60_000)
SMALL = DataSpec((2, 6, 9), n_train=10)
BOTH = pytest.mark.parametrize("method", [UVITAE, CVITAE])
WIDTHS = [
    field.name for field in dataclasses.fields(VITAEHyperparameters) if "widths" in field.name
]


def build(method: type[VITAE], data: DataSpec = SMALL, **options: object) -> VITAE:
    torch.manual_seed(0)
    return method(VITAEHyperparameters(**options), data).double().requires_grad_(False)


def images(n: int = 4, seed: int = 0) -> Tensor:
    generator = torch.Generator().manual_seed(seed)
    return torch.rand((n, *SMALL.image_shape), generator=generator, dtype=torch.float64)


def noise(method: VITAE, n: int = 4, seed: int = 0) -> Noise:
    drawn = method.draw(n, torch.Generator().manual_seed(seed))
    return {name: tensor.double() for name, tensor in drawn.items()}


def silence(network: torch.nn.Sequential, bias: float = 0.0) -> None:
    """Make a network's output the same number for every input."""
    network[-1].weight.zero_()
    network[-1].bias.fill_(bias)


@BOTH
def test_number_of_parameters_for_mnist(method: type[VITAE]) -> None:
    parts = method(VITAEHyperparameters(), MNIST).named_children()
    counts = {name: sum(p.numel() for p in part.parameters()) for name, part in parts}
    assert counts == {
        "transformer": 0,
        "appearance_encoder": 104_772,
        "appearance_decoder": 27_024,
        "pose_encoder": 104_772,
        "pose_decoder": 1_350,
    }
    assert sum(counts.values()) == 237_918


def test_widths_are_marked_as_a_proposal() -> None:
    described = describe(VITAEHyperparameters)
    assert len(WIDTHS) == 4
    assert all("proposal" in described[name].source for name in WIDTHS)


@BOTH
def test_forward_pass_written_out_with_torch_alone(method: type[VITAE]) -> None:
    """Section 1 of the supplement, by ``torch.distributions``, ``affine_grid`` and ``expm``."""
    vitae, x = build(method), images()
    eps = noise(vitae)

    def posterior(encoder: torch.nn.Module, image: Tensor) -> Independent:
        flat = image.reshape(len(image), -1)
        variance = F.softplus(encoder.variance(flat)) + 1e-5
        return Independent(Normal(encoder.mean(flat), variance.sqrt()), 1)

    def warp(image: Tensor, gamma: Tensor) -> Tensor:
        velocity = torch.zeros(len(gamma), 3, 3, dtype=gamma.dtype)
        velocity[:, :2] = gamma.reshape(-1, 2, 3)
        matrix = torch.matrix_exp(velocity)[:, :2]
        grid = F.affine_grid(matrix, list(image.shape), align_corners=True)
        return F.grid_sample(image, grid, align_corners=True)

    q_p = posterior(vitae.pose_encoder, x)
    z_p = q_p.base_dist.loc + q_p.base_dist.scale * eps["z_pose"]
    gamma = vitae.pose_decoder(z_p)
    seen = warp(x, -gamma) if method is CVITAE else x
    q_a = posterior(vitae.appearance_encoder, seen)
    z_a = q_a.base_dist.loc + q_a.base_dist.scale * eps["z_appearance"]
    appearance = vitae.appearance_decoder(z_a)
    mean = warp(appearance, gamma).clamp(1e-5, 1 - 1e-5)
    prior = Independent(Normal(torch.zeros_like(z_a), torch.ones_like(z_a)), 1)
    bound = vitae.elbo({"image": x}, eps)
    log_likelihood = Bernoulli(mean, validate_args=False).log_prob(x).sum((1, 2, 3))
    torch.testing.assert_close(bound["log_likelihood"], log_likelihood)
    torch.testing.assert_close(bound["kl_appearance"], kl_divergence(q_a, prior))
    torch.testing.assert_close(bound["kl_pose"], kl_divergence(q_p, prior))
    kl = bound["kl_appearance"] + bound["kl_pose"]
    torch.testing.assert_close(bound["elbo"], bound["log_likelihood"] - kl)


def test_with_gamma_zero_all_three_are_the_vae() -> None:
    """The identity for a transformation and the prior for q(z_P): nothing but a VAE is left."""
    u, c = build(UVITAE), build(CVITAE)
    widths = {"encoder_widths": (64, 32), "decoder_widths": (32, 32)}
    vae = VAE(VAEHyperparameters(d=2, **widths), SMALL).double()
    for vitae in (u, c):
        silence(vitae.pose_decoder)
        silence(vitae.pose_encoder.mean)
        # softplus and the floor together give a variance of 1
        silence(vitae.pose_encoder.variance, math.log(math.expm1(1 - 1e-5)))
    vae.encoder.load_state_dict(u.appearance_encoder.state_dict())
    vae.decoder.load_state_dict(u.appearance_decoder.state_dict())
    x, eps = images(), noise(u)
    reference = vae.elbo({"image": x}, {"z": eps["z_appearance"]})
    for vitae in (u, c):
        bound = vitae.elbo({"image": x}, eps)
        for name, value in reference.items():
            torch.testing.assert_close(bound[name], value)
        torch.testing.assert_close(vitae.reconstruct(x), vae.reconstruct(x))
        torch.testing.assert_close(vitae.appearance(x), vae.reconstruct(x))


def test_otherwise_the_two_differ() -> None:
    u, c = build(UVITAE), build(CVITAE)
    c.load_state_dict(u.state_dict())
    x, eps = images(), noise(u)
    unconditional, conditional = u.elbo({"image": x}, eps), c.elbo({"image": x}, eps)
    torch.testing.assert_close(unconditional["kl_pose"], conditional["kl_pose"])
    for name in ("log_likelihood", "kl_appearance"):
        assert (unconditional[name] - conditional[name]).abs().min() > 1e-9


@pytest.mark.parametrize(("method", "depends"), [(UVITAE, False), (CVITAE, True)])
def test_appearance_term_depends_on_the_sampled_pose(method: type[VITAE], depends: bool) -> None:
    vitae, x = build(method), images()
    one = noise(vitae)
    other = {**one, "z_pose": one["z_pose"] + 1}
    first, second = vitae.elbo({"image": x}, one), vitae.elbo({"image": x}, other)
    changed = (first["kl_appearance"] != second["kl_appearance"]).all()
    assert bool(changed) == depends
    assert torch.equal(first["kl_pose"], second["kl_pose"])
    assert (first["log_likelihood"] != second["log_likelihood"]).all()


@BOTH
def test_swap_takes_appearance_of_one_and_pose_of_the_other(method: type[VITAE]) -> None:
    vitae, one, other = build(method), images(), images(seed=1)
    pose = vitae.encode(other)["pose"]
    expected = vitae.transformer.warp(vitae.appearance(one), vitae.pose_decoder(pose))
    torch.testing.assert_close(vitae.swap(one, other), expected)
    back = vitae.swap(appearance_from=other, pose_from=one)
    assert (vitae.swap(one, other) - back).abs().max() > 1e-6


def test_code_of_c_vitae_is_that_of_the_unwarped_image() -> None:
    vitae, x = build(CVITAE), images()
    code = vitae.encode(x)
    gamma = vitae.pose_decoder(code["pose"])
    upright = vitae.transformer.warp(x, gamma, inverse=True)
    torch.testing.assert_close(code["appearance"], vitae.appearance_encoder(upright).mean)


@pytest.mark.parametrize("transform", ["affine", "affine_decomp"])
@pytest.mark.parametrize(("method", "changes"), [(UVITAE, False), (CVITAE, True)])
def test_inverse_matters_to_c_vitae_alone(
    method: type[VITAE], changes: bool, transform: TransformName
) -> None:
    exact = build(method, transform=transform, inverse="exact", identity_offset=True)
    published = build(method, transform=transform, inverse="published", identity_offset=True)
    x, eps = images(), noise(exact)
    first, second = exact.elbo({"image": x}, eps), published.elbo({"image": x}, eps)
    assert bool((first["elbo"] != second["elbo"]).any()) == changes


@BOTH
@pytest.mark.parametrize("transform", AFFINE_TRANSFORMERS)
def test_a_new_method_has_a_finite_loss_and_gradient(
    method: type[VITAE], transform: TransformName
) -> None:
    """Also where training starts close to singular maps, without identity offset, in float32."""
    for seed in range(5):
        torch.manual_seed(seed)
        vitae = method(VITAEHyperparameters(transform=transform), SMALL)
        values = {**vitae.values(), "kl_weight": 1.0}
        eps = vitae.draw(256, torch.Generator().manual_seed(seed))
        loss, _ = vitae("objective", {"image": images(256).float()}, eps, values)
        gradients = torch.autograd.grad(loss, list(vitae.parameters()))
        assert loss.isfinite()
        assert all(gradient.isfinite().all() for gradient in gradients)


def test_an_exactly_singular_map_makes_the_loss_of_c_vitae_nan() -> None:
    """So that the trial ends as diverged, and does not train on pictures of nothing."""
    for method, finite in ((UVITAE, True), (CVITAE, False)):
        vitae = build(method, transform="affine")
        silence(vitae.pose_decoder)
        values = {**vitae.values(), "kl_weight": 1.0}
        loss, _ = vitae("objective", {"image": images()}, noise(vitae), values)
        assert bool(loss.isfinite()) == finite


def test_the_released_decomposition_warps_the_decoded_image_by_what_the_inverse_left() -> None:
    """One map for both: nothing is undone before the appearance is encoded."""
    options = {"transform": "affine_decomp", "identity_offset": True}
    vitae = build(CVITAE, inverse="released", **options)
    x, eps = images(), noise(vitae)
    gamma = vitae.pose_decoder(vitae.pose_encoder(x).sample(eps["z_pose"]))
    left = vitae.transformer.after_inverse(gamma)
    inferred = vitae.infer(x, eps)
    decoded = vitae.appearance_decoder(inferred.samples["appearance"])
    torch.testing.assert_close(inferred.mean, vitae.transformer.warp(decoded, left))
    torch.testing.assert_close(
        vitae.appearance_input(x, gamma), vitae.transformer.warp(x, left), msg="the same map"
    )
    code = vitae.encode(x)
    left = vitae.transformer.after_inverse(vitae.pose_decoder(code["pose"]))
    expected = vitae.transformer.warp(vitae.appearance(x), left)
    torch.testing.assert_close(vitae.reconstruct(x), expected)
    published = build(CVITAE, inverse="published", **options)
    assert (published.infer(x, eps).mean - inferred.mean).abs().max() > 1e-6
    same = published.elbo({"image": x}, eps)["kl_appearance"]
    torch.testing.assert_close(same, vitae.elbo({"image": x}, eps)["kl_appearance"])


def test_u_vitae_inverts_nothing_and_so_has_no_inverse_in_place() -> None:
    x = images()
    exact, released = (
        build(UVITAE, transform="affine_decomp", inverse=mode) for mode in ("exact", "released")
    )
    assert torch.equal(exact.reconstruct(x), released.reconstruct(x))
    first, second = (m.elbo({"image": x}, noise(m))["elbo"] for m in (exact, released))
    assert torch.equal(first, second)


def test_options_of_the_released_code_are_off() -> None:
    hp = VITAEHyperparameters()
    assert (hp.inverse, hp.exponential) == ("exact", "series")
    assert (hp.leaky_slope, hp.normalise_input) == (0.1, False)
    spelt_out = build(CVITAE, exponential="series", leaky_slope=0.1, normalise_input=False)
    x, default = images(), build(CVITAE)
    assert default.state_dict().keys() == spelt_out.state_dict().keys()
    assert not list(default.buffers())[1:], "but the transformer's offset"
    assert torch.equal(default.reconstruct(x), spelt_out.reconstruct(x))
