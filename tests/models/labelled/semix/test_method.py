"""SemiX: its four losses and their sum, which parts each reaches, and its steps on targets."""

import itertools

import pytest
import torch
from torch import Tensor

from harness.training.loop import Updater
from models.distributions.diagonal_gaussian import DiagonalGaussian
from models.labelled.semix.method import filled, inner_steps
from tests.models.helpers.labelled import labelled_case
from tests.models.helpers.method_case import Case

LOSSES = ("vae_x", "vae_y", "cross", "sup")


def step(case: Case, **values: float) -> dict[str, Tensor]:
    """The loss and the statistics of the step on pairs, of one method on one batch."""
    method = case.build()
    given = case.batch(), case.noise(method), {**method.values(), **values}
    loss, stats = method.pairs(*given)
    return {"loss": loss, **stats}


@pytest.mark.parametrize(
    ("targets", "pairs", "m"),
    [(5000, 180, 27), (180, 5000, 0), (180, 180, 1), (359, 180, 1), (360, 180, 2)],
)
def test_steps_on_targets(targets: int, pairs: int, m: int) -> None:
    assert inner_steps(targets, pairs) == m
    assert inner_steps(targets, pairs, 3) == min(m, 3)
    assert inner_steps(targets, pairs, 0) == 0


def test_steps_on_targets_follow_from_the_data() -> None:
    case = labelled_case("semix")
    assert (case.data.n_train, case.data.n_labelled) == (64, 25)
    steps = [phase.repeats for phase in case.build().phases()]
    assert steps == [1, 2]
    for without in ({"use_targets": False}, {"m_max": 0}, {"w_vae_y": 0.0}):
        assert len(labelled_case("semix", **without).build().phases()) == 1, without


def test_without_any_loss_there_is_nothing_to_learn() -> None:
    weights = {f"w_{name}": 0.0 for name in LOSSES}
    with pytest.raises(ValueError, match=r"w_vae_x, w_vae_y, w_cross and w_sup are all 0"):
        labelled_case("semix", **weights).build()


@pytest.mark.parametrize("name", ["semix", "semix_sketch"])
def test_the_loss_is_the_sum_of_the_four(name: str) -> None:
    """Equation 7, with the joints in the image beside it where there are any."""
    found = step(labelled_case(name))
    total = sum(found[f"loss_{each}"] for each in LOSSES) + found.get("rec_2d", 0)
    torch.testing.assert_close(found["loss"], total)
    weights = {"w_vae_x": 2.0, "w_vae_y": 3.0, "w_cross": 5.0, "w_sup": 7.0}
    weighted = sum(weights[f"w_{each}"] * found[f"loss_{each}"] for each in LOSSES)
    torch.testing.assert_close(
        step(labelled_case(name), **weights)["loss"], weighted + found.get("rec_2d", 0)
    )


@pytest.mark.parametrize(("once", "times"), [(False, 2), (True, 1)])
def test_each_divergence_counts_twice_or_once(once: bool, times: int) -> None:
    """Coefficients on pairs: 2 β_x of z_t and z_s, 2 β_y of w_t; the loss is linear in each β."""
    case = labelled_case("semix", kl_once=once)
    found = step(case, beta_x=0.0, beta_y=0.0)
    for beta, of in (("beta_x", ("kl_t", "kl_s")), ("beta_y", ("kl_w",))):
        more = step(case, **{"beta_x": 0.0, "beta_y": 0.0, beta: 0.5})
        expected = times * 0.5 * sum(found[kl] for kl in of)
        torch.testing.assert_close(more["loss"] - found["loss"], expected)
    assert len({float(found[kl].detach()) for kl in ("kl_t", "kl_s", "kl_w")}) == 3
    method = case.build()
    alone = method.targets(*_targets(case, method, 0), {**method.values(), "beta_y": 0.0})
    with_kl = method.targets(*_targets(case, method, 0), {**method.values(), "beta_y": 0.5})
    torch.testing.assert_close(with_kl[0] - alone[0], 0.5 * alone[1]["kl_w"])


def _targets(case: Case, method: object, run: int) -> tuple[dict[str, Tensor], dict[str, Tensor]]:
    batch, noise = case.batch(), case.noise(method)
    name = case.method.unpaired[0]
    return {name: batch[name][:, run]}, {"unpaired_target": noise["unpaired_target"][:, run]}


@pytest.mark.parametrize("left_out", [False, True])
def test_without_cross_no_image_reaches_the_targets_encoder(left_out: bool) -> None:
    """With the loss left out, or with a weight of 0 beside it; with it, the image does."""
    weights = {"w_vae_y": 0.0, "w_sup": 0.0, "w_2d": 0.0}
    without = {"w_cross": 0.0} if left_out else {}
    for on in (True, False):
        case = labelled_case("semix", **(without if not on else {}))
        method = case.build()
        values = {**method.values(), **weights, "w_cross": float(on), "beta_y": 0.0}
        loss, _ = method.pairs(case.batch(), case.noise(method), values)
        parameters = list(method.target_encoder.parameters())
        found = torch.autograd.grad(loss, parameters, allow_unused=True)
        reached = any(each is not None and each.abs().max() > 0 for each in found)
        assert reached == on


def test_of_one_code_cross_is_the_images_own_reconstruction() -> None:
    """Oracle: with q(z_t|x) = q(w_t|y) and one draw, both errors are the same."""
    case = labelled_case("semix")
    method = case.build()
    batch, noise = case.batch(), case.noise(method)
    found = method.pairs(batch, noise, method.values())[1]
    assert not torch.isclose(found["rec_x"], found["rec_cross"])
    of_image = method.posterior(batch["image"])["pose"]
    method.target_posterior = lambda target: DiagonalGaussian(of_image.mean, of_image.variance)
    found = method.pairs(batch, {**noise, "target": noise["image_pose"]}, method.values())[1]
    torch.testing.assert_close(found["rec_x"], found["rec_cross"])
    torch.testing.assert_close(found["rec_y"], found["rec_sup"])
    torch.testing.assert_close(found["kl_w"], found["kl_t"])


def test_steps_on_targets_leave_the_images_autoencoder_alone_to_the_bit() -> None:
    case = labelled_case("semix")
    method = case.build()
    updater = Updater(method)
    pairs, targets = updater.phases
    values = case.values(method)
    pairs.runs(case.batch(), case.noise(method), values, {}, "")
    before = {name: tensor.clone() for name, tensor in method.state_dict().items()}
    targets.runs(case.batch(), case.noise(method), values, {}, "")
    for name, tensor in method.state_dict().items():
        of_target = name.startswith(("target_encoder.", "target_decoder."))
        assert torch.equal(tensor, before[name]) != of_target, name


def test_both_kinds_of_steps_share_the_targets_adam() -> None:
    case = labelled_case("semix")
    method = case.build()
    updater = Updater(method)
    assert len(updater.adams) == 2
    shared = updater.phases[1].adams[0]
    assert shared is updater.phases[0].adams[1]
    ours = {*method.target_encoder.parameters(), *method.target_decoder.parameters()}
    assert set(shared.parameters) == ours
    for n in (1, 2):
        updater.step(case.batch(), case.noise(method), case.values(method))
        assert {float(s["step"]) for s in shared.state.values()} == {n * (1 + method.m)}
        assert {float(s["step"]) for s in updater.adams[0].state.values()} == {n}


@pytest.mark.parametrize("name", ["semix", "semix_sketch", "semix_sup"])
def test_images_without_their_target_do_not_count(name: str) -> None:
    """Whatever stands in the place of their targets, and however many of them there are."""
    case = labelled_case(name)
    method = case.build().eval()
    batch, noise = case.batch(), case.noise(method)
    marks = batch["labelled"] > 0
    assert 0 < marks.sum() < len(marks)
    objective = method.phases()[0].objective
    marked = {key: value[marks] for key, value in batch.items()}
    noise_of_marked = {key: value[marks] for key, value in noise.items()}
    other = {name: value.clone() for name, value in batch.items()}
    other["image"][~marks], other[method.target][~marks] = 0.3, 0.0
    values = {**method.values(), "w_2d": 0.0}
    losses = [
        method(objective, *given, values)[0]
        for given in ((batch, noise), (other, noise), (marked, noise_of_marked))
    ]
    for one, two in itertools.pairwise(losses):
        torch.testing.assert_close(one, two)


def test_an_image_without_its_target_lends_the_encoder_anothers() -> None:
    target = torch.arange(5.0)[:, None]
    for marks, expected in (
        ([0, 1, 0, 1, 0], [1, 1, 1, 3, 1]),
        ([1, 1, 1, 1, 1], [0, 1, 2, 3, 4]),
        ([0, 0, 1, 0, 0], [2, 2, 2, 2, 2]),
    ):
        batch = {"target": target, "labelled": torch.tensor(marks, dtype=torch.float)}
        assert filled(batch, "target")[:, 0].tolist() == expected
