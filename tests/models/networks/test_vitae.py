"""Networks: layers, slopes, shapes, published sizes, and a variance that stays positive."""

import pytest
import torch
from torch import nn

from models.declaration import DataSpec
from models.networks.vitae import (
    VARIANCE_FLOOR,
    GaussianEncoder,
    conv_decoder,
    conv_encoder,
    image_decoder,
    mlp,
)
from models.vae.hyperparameters import VAEHyperparameters, VITAEHyperparameters
from models.vae.vae import VAE
from models.vae.vitae import CVITAE


def test_mlp_is_linear_layers_with_leaky_rectifiers_between() -> None:
    network = mlp(3, (5, 4), 2)
    assert [type(layer) for layer in network] == [nn.Linear, nn.LeakyReLU] * 2 + [nn.Linear]
    assert [tuple(layer.weight.shape) for layer in network[::2]] == [(5, 3), (4, 5), (2, 4)]
    assert network[1](torch.tensor(-1.0)).item() == torch.tensor(-0.1).item()
    assert [tuple(layer.weight.shape) for layer in mlp(3, (), 2)] == [(2, 3)]


def test_encoder_has_separate_networks_for_mean_and_variance() -> None:
    encoder = GaussianEncoder("mlp", (3, 2, 2), (5,), 2)
    gaussian = encoder(torch.rand(7, 3, 2, 2))
    assert gaussian.mean.shape == gaussian.variance.shape == (7, 2)
    names = {name for name, _ in encoder.named_parameters()}
    assert {name.split(".")[0] for name in names} == {"mean", "variance"}
    gradients = torch.autograd.grad(
        gaussian.mean.sum(), list(encoder.variance.parameters()), allow_unused=True
    )
    assert gradients == (None,) * 4


def test_variance_has_a_floor_where_softplus_underflows() -> None:
    encoder = GaussianEncoder("mlp", (1, 2, 2), (), 2)
    with torch.no_grad():
        encoder.variance[-1].bias.fill_(-1000.0)
    gaussian = encoder(torch.zeros(1, 1, 2, 2))
    assert gaussian.variance.tolist() == torch.full((1, 2), VARIANCE_FLOOR).tolist()
    gradient = torch.autograd.grad(
        (gaussian.kl() + gaussian.sample(torch.ones(1, 2)).sum()).sum(),
        encoder.variance[-1].bias,
    )
    assert gradient[0].isfinite().all()


def test_decoder_gives_images_in_the_unit_interval() -> None:
    images = image_decoder("mlp", 2, (5,), (3, 4, 6), squash=True)(100 * torch.randn(8, 2))
    assert images.shape == (8, 3, 4, 6)
    assert images.min() >= 0
    assert images.max() <= 1


def test_decoder_of_normal_pixels_is_linear() -> None:
    decoder = image_decoder("mlp", 2, (5,), (1, 4, 6), squash=False)
    assert decoder(1000 * torch.randn(8, 2)).abs().max() > 1


def count(module: nn.Module) -> int:
    return sum(parameter.numel() for parameter in module.parameters())


def test_numbers_of_parameters_of_the_papers_tables() -> None:
    """Counted by hand from the layers of Tables 1, 3 and 4."""
    mnist, smpl, celeba = (1, 28, 28), (1, 400, 200), (3, 128, 128)
    vae, vitae = VAEHyperparameters(), VITAEHyperparameters()
    assert count(VAE(vae, DataSpec(mnist, 1))) == 273_432
    assert count(CVITAE(vitae, DataSpec(mnist, 1))) == 237_918
    with torch.device("meta"):  # counting needs no memory
        bodies = VAEHyperparameters(
            encoder_widths=(256, 128), decoder_widths=(128, 256), likelihood="gaussian"
        )
        assert count(VAE(bodies, DataSpec(smpl, 1))) == 61_621_000
    encoder, decoder = conv_encoder(celeba, 2), conv_decoder(2, celeba)
    assert count(encoder) == 13_020 + 20_482
    assert count(decoder) == 35_103


@pytest.mark.parametrize("shape", [(3, 128, 128), (1, 32, 48)])
def test_convolutions_keep_the_images_shape(shape: tuple[int, int, int]) -> None:
    encoder = GaussianEncoder("conv", shape, (), 3)
    images = image_decoder("conv", 3, (), shape, squash=False)(torch.randn(2, 3))
    assert images.shape == (2, *shape)
    assert encoder(images).mean.shape == (2, 3)
    assert images.min() >= 0, "Table 4 ends in a sigmoid"


def test_sides_that_cannot_be_halved_are_a_clear_error() -> None:
    with pytest.raises(ValueError, match=r"divisible by 8; these are 28 x 28. Use network=mlp"):
        conv_encoder((1, 28, 28), 2)
    with pytest.raises(ValueError, match="divisible by 16; these are 32 x 40"):
        conv_decoder(2, (1, 32, 40))


def test_an_encoder_may_begin_with_batchnorm_and_has_the_slope_it_is_given() -> None:
    """VITAE's released perceptrons: BatchNorm over the pixels of each network, slope 0.01."""
    encoder = GaussianEncoder("mlp", (1, 2, 3), (5, 4), 2, slope=0.01, normalise=True)
    for network in (encoder.mean, encoder.variance):
        kinds = [nn.Flatten, nn.BatchNorm1d, nn.Linear, nn.LeakyReLU]
        assert all(isinstance(layer, kind) for layer, kind in zip(network, kinds, strict=False))
        assert network[1].num_features == 6
        assert network[3](torch.tensor(-1.0)).item() == torch.tensor(-0.01).item()
    assert encoder.mean[1] is not encoder.variance[1]
    pixels = encoder.mean[:2](3 + 5 * torch.rand(200, 1, 2, 3))
    assert pixels.mean(0).abs().max() < 1e-5
    assert (pixels.var(0, correction=0) - 1).abs().max() < 1e-4
    encoder(torch.rand(1, 1, 2, 3))  # the last batch of an epoch may be one image


def test_convolutions_may_begin_with_batchnorm_over_channels() -> None:
    encoder = GaussianEncoder("conv", (3, 16, 16), (), 2, normalise=True)
    assert isinstance(encoder.mean[0], nn.BatchNorm2d)
    assert encoder(torch.rand(4, 3, 16, 16)).mean.shape == (4, 2)


def test_normalising_changes_no_other_weight_of_a_new_network() -> None:
    torch.manual_seed(0)
    plain = GaussianEncoder("mlp", (1, 4, 4), (5,), 2)
    torch.manual_seed(0)
    normalised = GaussianEncoder("mlp", (1, 4, 4), (5,), 2, normalise=True)
    assert torch.equal(plain.mean[-1].weight, normalised.mean[-1].weight)
    assert torch.equal(plain.variance[1].weight, normalised.variance[2].weight)
