"""A loaded method takes images as people have them, and refuses what are none."""

import copy

import numpy as np
import pytest
import torch

from harness.errors import UserError
from harness.kept.accepting import OF_IMAGES, accepting_images
from harness.methods import METHODS
from models import protocols
from models.method import Method
from models.registry import METHOD_PATHS
from tests.harness.helpers import toys


@pytest.fixture
def vitae() -> Method:
    return accepting_images(toys.build(METHODS.load("c_vitae")).eval())


IMAGES = toys.dataset().test.images


def test_bytes_and_floats_of_numpy_and_torch_give_the_same_bits(vitae: Method) -> None:
    plain = toys.build(METHODS.load("c_vitae")).eval()
    floats = torch.from_numpy(IMAGES).float() / 255
    with torch.no_grad():
        expected = plain.reconstruct(floats), plain.swap(floats, floats.flip(0))
    double = IMAGES / 255
    for images in (IMAGES, torch.from_numpy(IMAGES), floats, floats.numpy(), double, IMAGES[::1]):
        again = images.flip(0) if isinstance(images, torch.Tensor) else images[::-1]
        assert torch.equal(vitae.reconstruct(images), expected[0])
        assert torch.equal(vitae.swap(images, pose_from=again), expected[1])
    code = vitae.encode(IMAGES)["pose"].numpy()  # without detach(): it asks for no gradient
    assert code.dtype == np.float32


@pytest.mark.parametrize(
    ("images", "says"),
    [
        (IMAGES[0], r"The images are \[1, 6, 6\]; the method was trained on \[N, 1, 6, 6\]"),
        (IMAGES[..., :5], r"\[17, 1, 6, 5\]"),
        (IMAGES.astype(np.int64), "int64: give uint8, or floats"),
        (IMAGES.astype(np.float32), "floats from 0 to 255: they must lie in .0, 1.. Give uint8"),
        (IMAGES / 255 - 1, "floats from -1 to 0"),
        (np.full(IMAGES.shape, np.nan), "floats from nan to nan"),
    ],
)
def test_what_is_no_image_is_refused(vitae: Method, images: np.ndarray, says: str) -> None:
    with pytest.raises(UserError, match=says):
        vitae.reconstruct(images)


def test_a_copy_stands_on_its_own(vitae: Method) -> None:
    other = copy.deepcopy(vitae)
    with torch.no_grad():
        for parameter in vitae.parameters():
            parameter.zero_()
    assert not torch.equal(other.reconstruct(IMAGES), vitae.reconstruct(IMAGES))


@pytest.mark.parametrize("name", METHOD_PATHS)
def test_every_method_stays_what_it_is(name: str) -> None:
    cls = METHODS.load(name)
    abilities = [p for p in vars(protocols).values() if getattr(p, "_is_protocol", False)]
    checked = [p for p in abilities if getattr(p, "_is_runtime_protocol", False)]
    accepting = type("Empty", (cls,), {"__init__": torch.nn.Module.__init__})()
    plain = {p.__name__ for p in checked if isinstance(accepting, p)}
    given = accepting_images(accepting)
    assert isinstance(given, cls)
    assert {p.__name__ for p in checked if isinstance(given, p)} == plain
    own = [function for function in OF_IMAGES if hasattr(cls, function)]
    assert all(getattr(type(given), function).__wrapped__ for function in own)
