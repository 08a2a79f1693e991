"""The perceptual loss of RoDi's people model, on a VGG-19 of random weights."""

from pathlib import Path

import pytest
import torch
from torch import Tensor, nn

from models.declaration import DataSpec
from models.networks.vgg19 import PerceptualLoss
from models.pairs.rodi.hyperparameters import RodiHyperparameters
from models.pairs.rodi.method import Rodi
from tests.models.helpers.method_case import Case
from tests.models.helpers.pairs import TINY

COMPARED = {"features.2", "features.7", "features.12", "features.21", "features.30"}
"""conv1_2, conv2_2, conv3_2, conv4_2 and conv5_2, as torchvision numbers them."""


def vgg19() -> nn.Sequential:
    """The layers up to conv5_2 as torchvision lays them out (configuration E)."""
    torch.manual_seed(0)
    layers: list[nn.Module] = []
    before = 3
    for width, n in ((64, 2), (128, 2), (256, 4), (512, 4), (512, 2)):
        for _ in range(n):
            layers += [nn.Conv2d(before, width, 3, padding=1), nn.ReLU()]
            before = width
        layers.append(nn.MaxPool2d(2))
    return nn.Sequential(*layers[:-1])


@pytest.fixture(scope="module")
def weights(tmp_path_factory: pytest.TempPathFactory) -> str:
    path = tmp_path_factory.mktemp("vgg") / "vgg19.pth"
    torch.save({f"features.{k}": v for k, v in vgg19().state_dict().items()}, path)
    return str(path)


def expected(first: Tensor, second: Tensor) -> Tensor:
    """Layer by layer: edflow's sum of mean absolute differences, of the outputs of the ReLUs."""
    mean = torch.tensor([103.939, 116.779, 123.68]).view(1, 3, 1, 1)
    first, second = (255 * image[:, [2, 1, 0]] - mean for image in (first, second))
    total = (first - second).abs().mean((1, 2, 3))
    for i, layer in enumerate(vgg19()):
        first, second = layer(first), layer(second)
        if f"features.{i - 1}" in COMPARED:
            total = total + (first - second).abs().mean((1, 2, 3))
    return 1e-3 * 0.5 * (3 * 32 * 16) * total


def test_it_is_the_sum_over_the_images_and_five_layers(weights: str) -> None:
    first, second = torch.rand(2, 2, 3, 32, 16)
    with torch.no_grad():
        found = PerceptualLoss(weights)(first, second)
        torch.testing.assert_close(found, expected(first, second))
        assert PerceptualLoss(weights)(first, first).tolist() == [0, 0]


def test_its_weights_are_neither_trained_nor_kept(weights: str) -> None:
    loss = PerceptualLoss(weights)
    assert not [*loss.parameters()]
    assert not loss.state_dict()


def test_rodi_learns_from_it_where_a_file_is_given(weights: str) -> None:
    hyperparameters = RodiHyperparameters(**{**TINY, "perceptual_weights": weights})
    case = Case(Rodi, hyperparameters, DataSpec((3, 32, 16), n_train=64, n_identities=3))
    method, batch = case.build(), case.batch()
    assert isinstance(method, Rodi)
    noise = case.noise(method)
    loss, stats = method("composition", batch, noise, case.values(method))
    with torch.no_grad():
        pose = method.pose_encoder(batch["image"]).sample(noise["pose_decoder"])
        decoded = method.compose(pose, method.appearance_encoder(batch["same"]))
        pair = ((decoded + 1) / 2).float(), batch["image"].float()
        torch.testing.assert_close(stats["rec"].float(), expected(*pair).mean(), rtol=1e-3, atol=0)
    loss.backward()
    assert any(p.grad is not None for p in method.decoder.parameters())
    assert "perceptual" not in " ".join(method.state_dict())
    with pytest.raises(ValueError, match="three channels"):
        Case(Rodi, hyperparameters).build()


@pytest.mark.parametrize("content", [{"features.0.weight": torch.ones(64, 3, 3, 3)}, [1, 2]])
def test_a_file_of_something_else_is_refused(tmp_path: Path, content: object) -> None:
    torch.save(content, tmp_path / "other.pth")
    with pytest.raises(ValueError, match=r"other\.pth"):
        PerceptualLoss(str(tmp_path / "other.pth"))
    with pytest.raises(ValueError, match="cannot be read"):
        PerceptualLoss(str(tmp_path / "none.pth"))
