"""The networks of SemiX: numbers of parameters, shapes, and what their layers do."""

import pytest
import torch
from torch import nn

from models.networks import semix

PERSON, SKETCH = (3, 224, 224), (1, 224, 224)


@pytest.mark.parametrize(
    ("make", "parameters"),
    [
        (lambda: semix.picture_encoder("paper", PERSON, 2 * 128), 11_307_840),
        (lambda: semix.picture_decoder("paper", 128, PERSON, nn.Tanh()), 4_814_691),
        (lambda: semix.picture_encoder("paper", PERSON, 2 * 64), 11_242_176),
        (lambda: semix.picture_decoder("paper", 64, SKETCH, nn.Sigmoid()), 3_208_481),
        (lambda: semix.person_encoder("paper", PERSON, 2 * 128), 24_032_576),
        (lambda: semix.person_decoder("paper", 128, PERSON), 7_451_907),
        (lambda: semix.joints_encoder("paper", (17, 3), 2 * 64), 2_289_792),
        (lambda: semix.joints_decoder("paper", 64, (17, 3)), 2_224_179),
    ],
)
def test_numbers_of_parameters(make: object, parameters: int) -> None:
    """Counted by hand, layer by layer, for images of 224 x 224 and codes of 64 numbers."""
    with torch.device("meta"):
        network = make()  # type: ignore[operator]
    assert sum(parameter.numel() for parameter in network.parameters()) == parameters


@pytest.mark.parametrize("size", ["tiny", "small"])
@torch.no_grad()
def test_shapes(size: str) -> None:
    for side in (16, 64):
        shape = 3, side, side
        image = torch.rand(2, *shape)
        for encoder in (semix.person_encoder, semix.picture_encoder):
            network = encoder(size, shape, 6)
            assert torch.equal(network.fc(network.features(image)), network(image))
            assert network(image).shape == (2, 6)
        assert semix.person_decoder(size, 6, shape)(torch.randn(2, 6)).shape == image.shape
    joints = semix.joints_decoder(size, 6, (17, 3))(torch.randn(2, 6))
    assert joints.shape == (2, 17, 3)
    assert semix.joints_encoder(size, (17, 3), 8)(joints).shape == (2, 8)


def test_a_batch_of_one_row_can_be_trained_on() -> None:
    network = semix.joints_encoder("tiny", (17, 3), 8).train()
    joints = torch.randn(1, 17, 3)
    made = network(joints)
    torch.testing.assert_close(made, network.eval()(joints))


@pytest.mark.parametrize("encoder", [semix.person_encoder, semix.picture_encoder])
def test_weights_are_of_the_published_networks_alone(encoder: object) -> None:
    with pytest.raises(ValueError, match=r"resnet\.pth holds weights of a ResNet.*network=paper"):
        encoder("small", (3, 64, 64), 8, "resnet.pth")  # type: ignore[operator]
    with pytest.raises(ValueError, match=r"cannot be read.*resnet\.pth"):
        encoder("paper", (3, 64, 64), 8, "resnet.pth")  # type: ignore[operator]
