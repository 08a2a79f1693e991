"""Lifting: neither network learns from the other, and dropout is of training alone."""

import torch

from harness.training.loop import Updater
from tests.models.helpers.labelled import labelled_case


def test_the_lifting_learns_from_true_places_alone() -> None:
    case = labelled_case("lifting")
    method = case.build()
    batch, noise = case.batch(), case.noise(method)
    loss, _ = method.lifting(batch, noise, method.values())
    gradients = torch.autograd.grad(loss, list(method.detector.parameters()), allow_unused=True)
    assert all(gradient is None for gradient in gradients)
    again, _ = method.lifting({**batch, "image": 0 * batch["image"]}, noise, method.values())
    assert torch.equal(loss, again)


@torch.no_grad()
def test_what_is_found_in_an_image_is_lifted() -> None:
    case = labelled_case("lifting")
    method = case.build().eval()
    found = method.predict(case.batch()["image"])
    torch.testing.assert_close(method.lift(found["joints_2d"]), found["joints_3d"])


@torch.no_grad()
def test_dropped_numbers_are_made_up_for() -> None:
    """With p = 1/2 what is kept counts twice; with p = 0 all is kept, as in evaluation."""
    case = labelled_case("lifting", blocks=0)
    method = case.build().eval()
    batch, noise = case.batch(), case.noise(method)
    places = batch["joints_2d"].flatten(1)
    hidden = method.layers[0](places)
    kept = 2 * (noise["kept"][:, 0] >= 0.5)
    off = method.last(hidden * kept) * 1 - (batch["joints_3d"] / 0.25).flatten(1)
    marks = batch["labelled"]
    expected = (off.square().sum(1) * marks).sum() / marks.sum()
    loss, _ = method.lifting(batch, noise, {"dropout": 0.5})
    torch.testing.assert_close(loss, expected)
    whole, _ = method.lifting(batch, noise, {"dropout": 0.0})
    off = (method.lift(batch["joints_2d"]) - batch["joints_3d"]) / 0.25
    torch.testing.assert_close(whole, (off.square().sum((1, 2)) * marks).sum() / marks.sum())


def test_a_block_adds_to_what_it_is_given() -> None:
    method = labelled_case("lifting").build().eval()
    with torch.no_grad():
        for layer in method.layers[1:]:
            layer[0].weight.zero_()
            layer[0].bias.fill_(-1.0)  # their ReLU gives 0
    places = labelled_case("lifting").batch()["joints_2d"]
    first = method.last(method.layers[0](places.flatten(1))) * 0.25
    torch.testing.assert_close(method.lift(places).flatten(1), first)


def test_both_networks_are_trained() -> None:
    case = labelled_case("lifting")
    method = case.build()
    before = {name: p.clone() for name, p in method.named_parameters()}
    Updater(method).step(case.batch(), case.noise(method), case.values(method))
    assert all(not torch.equal(p, before[name]) for name, p in method.named_parameters())
