"""The two steps of ATSDM: what each trains, when, and by which loss."""

import dataclasses

import pytest
import torch
import torch.nn.functional as F

from harness.training.loop import Updater
from models.pairs.atsdm import ATSDM
from tests.models.helpers.method_case import DATA
from tests.models.helpers.pairs import reached, tiny_case

CASE = tiny_case("atsdm", first_share=0.3)


def built() -> ATSDM:
    method = CASE.build()
    assert isinstance(method, ATSDM)
    return method


def moved(updater: Updater, progress: float) -> set[str]:
    """Return the modules that a step at this share of the training changes."""
    method = updater.method
    before = {name: parameter.clone() for name, parameter in method.named_parameters()}
    values = {**CASE.values(method), "progress": progress}
    updater.step(CASE.batch(), CASE.noise(method), values)
    return {
        name.partition(".")[0]
        for name, parameter in method.named_parameters()
        if not torch.equal(parameter, before[name])
    }


def test_first_step_learns_the_appearance_the_second_all_but_it() -> None:
    updater = Updater(built())
    first = [moved(updater, progress) for progress in (0.0, 0.1, 0.2, 0.29)]
    assert first == [{"appearance_encoder", "classifier"}] * 4
    second = [moved(updater, progress) for progress in (0.3, 0.5, 0.7, 0.9, 0.99)]
    generator = {"adversary", "pose_encoder", "decoder"}
    assert second == [generator, {"adversary"}, {"adversary"}, {"adversary"}, generator]


def test_each_loss_reaches_its_own_networks() -> None:
    method = built()
    assert reached(method, CASE, "classification") == {"appearance_encoder", "classifier"}
    assert reached(method, CASE, "accusation") == {"adversary"}
    # The adversary is no parameter of that phase, but its gradient goes through it.
    assert reached(method, CASE, "generation") == {"adversary", "pose_encoder", "decoder"}
    assert method.phases()[2].trains == ("pose_encoder.", "decoder.")


def test_generator_reconstructs_and_hides_the_identity() -> None:
    method = built()
    batch, values = CASE.batch(), CASE.values(method)
    loss, _ = method("generation", batch, {}, {**values, "rec_weight": 5.0, "adv_weight": 2.0})
    pose, appearance = (
        method.pose_encoder(batch["image"]),
        method.appearance_encoder(batch["image"]),
    )
    decoded = method.decoder(torch.cat([pose, appearance], 1))
    error = (decoded - (2 * batch["image"] - 1)).square().mean()
    told = F.cross_entropy(method.adversary(pose), batch["identity"])
    torch.testing.assert_close(loss, 5 * error - 2 * told)


def test_data_without_identities_are_refused() -> None:
    unknown = dataclasses.replace(CASE, data=dataclasses.replace(DATA, n_identities=0))
    with pytest.raises(ValueError, match="learns from labels of identities"):
        unknown.build()
