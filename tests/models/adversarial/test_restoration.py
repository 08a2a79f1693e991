"""AIGN's image tasks: what is compared with what, on which scale, and whom a memory reaches."""

import pytest
import torch

from models.pictures import from_unit_interval
from models.reference.declarations import ImageGuessHyperparameters
from models.reference.images import BlurredHole
from models.renderers.images import average_pool
from models.renderers.resampling import bicubic, shrunk
from tests.models.helpers.restoring import restoring_case

NAMES = ("aign_digits", "aign_sr", "aign_sr_paired", "aign_sr_cycle", "aign_inpaint")


def built(name: str, **changed: object):
    case = restoring_case(name, **changed)
    return case, case.build(), case.batch()


def loss(case, method, batch, **values: float) -> torch.Tensor:
    given = {**case.values(method), **values}
    return method.generation(batch, case.noise(method), given)[0]


@pytest.mark.parametrize("name", NAMES)
def test_the_generators_loss_is_reconstruction_and_a_weighted_game(name: str) -> None:
    case, method, batch = built(name)
    method.eval()
    restored = method.restored(method.seen(batch), batch)
    fooled = torch.nn.functional.softplus(-method.discriminator(restored)).mean()
    rec = loss(case, method, batch, w_adv=0.0)
    torch.testing.assert_close(loss(case, method, batch, w_adv=0.3), rec + 0.3 * fooled)


def test_renderer_and_input_agree_for_the_true_image() -> None:
    """So that a perfect generator has no reconstruction error but the renderer's own."""
    for name in ("aign_digits", "aign_inpaint"):
        _, method, batch = built(name)
        true = method.scaled(batch["image"])
        assert torch.equal(method.rendered(true, batch), method.seen(batch))
    _, method, batch = built("aign_sr")
    true = method.scaled(batch["image"])
    small = from_unit_interval(shrunk(batch["image"]))
    assert torch.equal(method.seen(batch), small)
    assert torch.equal(method.rendered(true, batch), average_pool(true))
    assert 0 < float((average_pool(true) - small).square().mean()) < 0.01


def test_the_parametric_decoder_alone_can_undo_a_wrong_encoding() -> None:
    """Its loss is of what the decoder makes: the whole digit need not have the visible pixels."""
    case, method, batch = built("aign_digits", decoder="parametric")
    restored = method.restored(method.seen(batch), batch)
    decoded = method.generator["decoder"](restored)
    expected = (decoded - method.seen(batch)).square().mean()
    torch.testing.assert_close(loss(case, method, batch, w_adv=0.0), expected)
    _, masked, _ = built("aign_digits")
    assert "decoder" not in masked.generator


def test_with_pairs_the_target_is_the_true_image() -> None:
    case, method, batch = built("aign_sr_paired")
    method.eval()
    restored = method.restored(method.seen(batch), batch)
    expected = (restored - from_unit_interval(batch["image"])).square().mean()
    torch.testing.assert_close(loss(case, method, batch, w_adv=0.0), expected)


@pytest.mark.parametrize("name", ["aign_sr", "aign_sr_paired", "aign_sr_cycle"])
def test_a_generator_that_adds_to_the_enlarged_image_begins_close_to_it(name: str) -> None:
    """With weights of 0 it is the bicubic enlargement, cut to the scale; without a skip it is 0."""
    for skip in (True, False):
        _, method, batch = built(name, skip=skip)
        for parameter in method.generator.parameters():
            parameter.data.zero_()
        small = from_unit_interval(shrunk(batch["image"]))
        enlarged = bicubic(small, *batch["image"].shape[-2:]).clamp(-1, 1)
        expected = enlarged if skip else torch.zeros_like(enlarged)
        torch.testing.assert_close(method.restored(method.seen(batch), batch), expected)


@pytest.mark.parametrize("skip", [True, False])
def test_a_generator_that_adds_to_a_filled_hole_begins_close_to_it(skip: bool) -> None:
    _, method, batch = built("aign_inpaint", skip=skip)
    for parameter in method.generator.parameters():
        parameter.data.zero_()
    guess = BlurredHole(ImageGuessHyperparameters(), method.data).restore(batch)
    expected = guess if skip else torch.full_like(guess, 0.5)
    torch.testing.assert_close(method.restore(batch), expected)


def test_grey_copies_weigh_as_asked() -> None:
    case, method, batch = built("aign_sr")
    method.eval()
    seen = method.seen(batch)
    difference = average_pool(method.restored(seen, batch)) - seen
    grey = difference.mean(1).square().mean()
    plain = loss(case, method, batch, w_adv=0.0, w_grey=0.0)
    torch.testing.assert_close(plain, difference.square().mean())
    torch.testing.assert_close(loss(case, method, batch, w_adv=0.0, w_grey=2.0), plain + 2 * grey)


def test_the_cycle_baseline_compares_with_the_enlarged_image() -> None:
    _, method, batch = built("aign_sr_cycle")
    assert method.seen(batch).shape == batch["image"].shape
    there = method.restored(method.seen(batch), batch)
    assert torch.equal(method.rendered(there, batch), method.generator["back"](there))


@pytest.mark.parametrize("name", NAMES)
def test_the_memory_reaches_the_discriminator_alone(name: str) -> None:
    """D's real examples are the memory; what is restored depends on the input alone."""
    case, method, batch = built(name)
    other = {**batch, "memory": batch["memory"].flip(0) * 0.5}
    (real, fake), (real2, fake2) = (method.eval().answers(each)[0] for each in (batch, other))
    assert not torch.equal(real, real2)
    assert torch.equal(fake, fake2)
    assert torch.equal(loss(case, method, batch), loss(case, method, other))
    torch.testing.assert_close(real, method.discriminator(method.scaled(batch["memory"])))


def test_inpainting_takes_two_steps_of_the_generator_for_one() -> None:
    _, method, _ = built("aign_inpaint")
    assert [phase.repeats for phase in method.phases()] == [1, 2]
    assert [phase.repeats for phase in built("aign_sr")[1].phases()] == [1, 1]
