"""Guesses of images: what is seen stays, and the rest is what each says it is."""

import numpy as np
import torch
from PIL import Image

from models.declaration import DataSpec
from models.reference.declarations import ImageGuessHyperparameters
from models.reference.images import Bicubic, BlurredHole, MeanHole

SPEC = DataSpec((3, 12, 12), 40, modalities={"hidden": (4,)})


def batch(seed: int = 0) -> dict[str, torch.Tensor]:
    image = torch.rand((5, 3, 12, 12), generator=torch.Generator().manual_seed(seed))
    return {"image": image, "hidden": torch.tensor([[2.0, 3.0, 6.0, 5.0]]).expand(5, 4)}


def test_the_mean_hole_is_the_mean_of_all_images_it_has_met() -> None:
    method = MeanHole(ImageGuessHyperparameters(), SPEC)
    for seed in (0, 1):
        method.look(batch(seed), {}, {})
    given = batch(2)
    made, visible = method.restore(given), method.visible(given).expand_as(given["image"]) == 1
    mean = torch.cat([batch(0)["image"], batch(1)["image"]]).mean(0).expand_as(made)
    assert torch.equal(made[visible], given["image"][visible])
    torch.testing.assert_close(made[~visible], mean[~visible])


def test_a_blurred_hole_continues_what_is_around_it() -> None:
    """A flat picture stays flat; a slope is filled between the values at its border."""
    method = BlurredHole(ImageGuessHyperparameters(), SPEC)
    given = batch()
    flat = {**given, "image": torch.full_like(given["image"], 0.4)}
    torch.testing.assert_close(method.restore(flat), flat["image"])
    slope = {**given, "image": torch.linspace(0, 1, 12).expand(5, 3, 12, 12).clone()}
    made = method.restore(slope)
    assert (made - slope["image"]).abs().max() < 0.15
    other = {**given, "image": given["image"] * method.visible(given)}
    assert torch.equal(method.restore(other), method.restore(given))


def test_bicubic_is_pillows_there_and_back() -> None:
    method = Bicubic(ImageGuessHyperparameters(), SPEC)
    image = batch()["image"]
    one = Image.fromarray(image[0, 0].numpy())
    small = np.asarray(one.resize((3, 3), Image.Resampling.BICUBIC)).clip(0, 1)
    large = Image.fromarray(small).resize((12, 12), Image.Resampling.BICUBIC)
    expected = np.asarray(large).clip(0, 1)
    np.testing.assert_allclose(method.restore({"image": image})[0, 0].numpy(), expected, atol=1e-5)
