"""The multilayer perceptrons: layers, slopes, shapes, and a variance that stays positive."""

import torch
from torch import nn

from models.networks import VARIANCE_FLOOR, GaussianEncoder, ImageDecoder, mlp


def test_mlp_is_linear_layers_with_leaky_rectifiers_between() -> None:
    network = mlp(3, (5, 4), 2)
    assert [type(layer) for layer in network] == [nn.Linear, nn.LeakyReLU] * 2 + [nn.Linear]
    assert [tuple(layer.weight.shape) for layer in network[::2]] == [(5, 3), (4, 5), (2, 4)]
    assert network[1](torch.tensor(-1.0)).item() == torch.tensor(-0.1).item()
    assert [tuple(layer.weight.shape) for layer in mlp(3, (), 2)] == [(2, 3)]


def test_encoder_has_separate_networks_for_mean_and_variance() -> None:
    encoder = GaussianEncoder(12, (5,), 2)
    gaussian = encoder(torch.rand(7, 3, 2, 2))
    assert gaussian.mean.shape == gaussian.variance.shape == (7, 2)
    names = {name for name, _ in encoder.named_parameters()}
    assert {name.split(".")[0] for name in names} == {"mean", "variance"}
    gradients = torch.autograd.grad(
        gaussian.mean.sum(), list(encoder.variance.parameters()), allow_unused=True
    )
    assert gradients == (None,) * 4


def test_variance_has_a_floor_where_softplus_underflows() -> None:
    encoder = GaussianEncoder(4, (), 2)
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
    images = ImageDecoder(2, (5,), (3, 4, 6))(100 * torch.randn(8, 2))
    assert images.shape == (8, 3, 4, 6)
    assert images.min() >= 0
    assert images.max() <= 1
