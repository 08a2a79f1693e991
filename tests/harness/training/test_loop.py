"""The one training loop, against loops written by hand for the method at hand."""

import itertools
from dataclasses import replace
from typing import Any

import pytest
import torch
from torch import Tensor

from harness import seeding
from harness.training.loop import Updater, kl_weight
from models.method import Batch, Method, Noise, Phase, Stats, Values
from models.vae.vae import VAE
from tests.harness.helpers import toys
from tests.harness.helpers.toys import (
    BATCH,
    EPOCHS,
    N_TRAIN,
    STEPS,
    MeanImage,
    build,
    run_epochs,
    training,
)
from tests.models.helpers.toy_adversarial import ToyAdversarial, ToyHyperparameters


def images() -> Tensor:
    return torch.from_numpy(toys.dataset().train.images).float() / 255


def batches_by_hand() -> list[list[Tensor]]:
    """The minibatches of each epoch."""
    order = seeding.generator(0, "order")
    shuffled = [images()[torch.randperm(N_TRAIN, generator=order)] for _ in range(EPOCHS)]
    return [list(epoch.split(BATCH)) for epoch in shuffled]


def assert_same_state(method: Method, other: Method) -> None:
    expected = other.state_dict()
    assert expected.keys() == method.state_dict().keys()
    for name, tensor in method.state_dict().items():
        assert torch.equal(tensor, expected[name]), name


def test_vae_equals_a_loop_by_hand_to_the_bit() -> None:
    method, by_hand = build(VAE), build(VAE)
    epochs = training(method)
    adam = torch.optim.Adam(by_hand.parameters(), lr=1e-4, fused=True)
    noise = seeding.generator(0, "noise")
    for epoch, weight, batches in zip(epochs, (1 / 1.5, 1.0, 1.0), batches_by_hand(), strict=True):
        losses = []
        for image in batches:
            bound = by_hand.elbo(
                {"image": image}, {"z": torch.randn(len(image), 4, generator=noise)}
            )
            loss = (weight * bound["kl"] - bound["log_likelihood"]).mean()
            adam.zero_grad()
            loss.backward()
            adam.step()
            losses.append(loss.item() * len(image))
        assert epoch.train["loss"] == pytest.approx(sum(losses) / N_TRAIN, rel=1e-12)
    assert_same_state(method, by_hand)
    assert [epoch.step for epoch in epochs] == [STEPS, 2 * STEPS, 3 * STEPS]


class EagerCritic(ToyAdversarial):
    """Its gate closes whenever the critic is right more than half of the time."""

    def critic_is_behind(self, stats: Stats) -> Tensor:
        return stats["critic/correct"] <= 0.5


def test_alternating_phases_equal_a_loop_by_hand_to_the_bit() -> None:
    """Each phase updates its own parameters, in order; ``every`` and ``gate`` skip updates."""
    hyperparameters = ToyHyperparameters(lr=1e-2, critic_lr=3e-2)
    method, by_hand = build(EagerCritic, hyperparameters), build(EagerCritic, hyperparameters)
    epochs = training(method)
    critics = list(by_hand.critic.parameters())
    others = [p for n, p in by_hand.named_parameters() if not n.startswith("critic.")]
    adam = torch.optim.Adam(others, lr=1e-2, fused=True)
    critics_adam = torch.optim.Adam(critics, lr=3e-2, betas=(0.5, 0.9), fused=True)
    noise, step, gates = seeding.generator(0, "noise"), 0, []
    for image in itertools.chain(*batches_by_hand()):
        given = {"image": image}, {"prior": torch.randn(len(image), 3, generator=noise)}
        loss, _ = by_hand.reconstruction(*given, {"weight": 0.1})
        for parameter, gradient in zip(others, torch.autograd.grad(loss, others), strict=True):
            parameter.grad = gradient
        adam.step()
        if step % 2 == 0:
            loss, stats = by_hand.judgement(*given, {})
            gates.append(bool(stats["correct"] <= 0.5))
            if gates[-1]:
                for parameter, gradient in zip(
                    critics, torch.autograd.grad(loss, critics), strict=True
                ):
                    parameter.grad = gradient
                critics_adam.step()
        step += 1
    assert True in gates
    assert False in gates
    assert_same_state(method, by_hand)
    assert epochs[-1].step == step == EPOCHS * STEPS


@pytest.mark.parametrize("still", ["lr", "critic_lr"])
def test_a_phase_updates_its_own_parameters_alone(still: str) -> None:
    """The autoencoder's loss has gradients for the critic; they must not move it."""
    method = build(ToyAdversarial, ToyHyperparameters(**{still: 0.0}))
    before = {name: parameter.clone() for name, parameter in method.named_parameters()}
    updater = Updater(method)
    noise = method.draw(BATCH, torch.Generator().manual_seed(0))
    updater.step({"image": images()[:BATCH]}, noise, updater.values)
    moved = {n for n, p in method.named_parameters() if not torch.equal(p, before[n])}
    critic = {name for name in before if name.startswith("critic.")}
    assert moved == (critic if still == "lr" else set(before) - critic)


def test_a_closed_gate_skips_the_update_but_not_the_statistics() -> None:
    method = build(ToyAdversarial)
    method.critic_is_behind = lambda stats: torch.tensor(False)
    before = [parameter.clone() for parameter in method.critic.parameters()]
    updater = Updater(method)
    noise = method.draw(BATCH, torch.Generator().manual_seed(0))
    first = updater.step({"image": images()[:BATCH]}, noise, updater.values)
    assert all(map(torch.equal, before, method.critic.parameters()))
    phases = {"autoencoder/error", "autoencoder/loss", "critic/correct", "critic/loss"}
    assert first.keys() == phases
    second = updater.step({"image": images()[:BATCH]}, noise, updater.values)
    assert second.keys() == {"autoencoder/error", "autoencoder/loss"}, "every second step"
    assert not any(value.requires_grad for value in first.values())


class Repeats(MeanImage):
    """Records what each run is given."""

    def phases(self) -> tuple[Phase, ...]:
        return (Phase("runs", "objective", repeats=3, over=("target", "draw")),)

    def objective(self, batch: Batch, noise: Noise, values: Values) -> tuple[Tensor, Stats]:
        self.given.append((batch["target"].tolist(), noise["draw"].tolist(), len(batch["image"])))
        return (self.mean - batch["image"]).square().mean(), {}


def test_each_run_of_a_phase_that_repeats_is_given_its_own_slice() -> None:
    method = build(Repeats)
    method.given = []
    target, draw = torch.arange(6.0).reshape(2, 3), torch.arange(6.0, 12.0).reshape(2, 3)
    updater = Updater(method)
    updater.step({"image": images()[:2], "target": target}, {"draw": draw}, updater.values)
    assert method.given == [([i, i + 3], [i + 6, i + 9], 2) for i in range(3)]
    (adam,) = updater.adams
    assert {float(state["step"]) for state in adam.state.values()} == {3}


def test_a_phase_may_train_nothing_if_it_says_so() -> None:
    class Looks(MeanImage):
        def phases(self) -> tuple[Phase, ...]:
            return (Phase("looks", "look", ()),)

        def look(self, batch: Batch, noise: Noise, values: Values) -> tuple[Tensor, Stats]:
            return (self.mean - batch["image"]).square().mean(), {}

    method = build(Looks)
    before = [parameter.clone() for parameter in method.parameters()]
    updater = Updater(method)
    stats = updater.step({"image": images()[:2]}, {}, updater.values)
    assert "loss" in stats
    assert not updater.adams
    assert all(map(torch.equal, before, method.parameters()))


def test_a_phase_that_trains_nothing_is_refused() -> None:
    class Misspelt(MeanImage):
        def phases(self) -> tuple[Phase, ...]:
            return (Phase("decoder", "objective", trains=("decodr.",)),)

    with pytest.raises(ValueError, match=r"phase 'decoder' trains no parameter.*decodr"):
        Updater(build(Misspelt))


@pytest.mark.parametrize("epochs", [2, 10, 2000])
def test_kl_weight_rises_over_the_first_half(epochs: int) -> None:
    """1/warmup at epoch 1, 1 from epoch = warmup on (VITAE, supplement, section 2)."""
    warmup = epochs // 2
    weights = [kl_weight(epoch, epochs, 0.5) for epoch in range(1, epochs + 1)]
    assert weights[0] == 1 / warmup
    assert weights[warmup - 1 :] == [1.0] * (epochs - warmup + 1)
    assert all(w < 1 for w in weights[: warmup - 1])
    assert weights[:warmup] == pytest.approx([(i + 1) / warmup for i in range(warmup)])


def test_kl_weight_without_and_with_nothing_but_warmup() -> None:
    assert [kl_weight(epoch, 3, 0.0) for epoch in (1, 2, 3)] == [1.0] * 3
    assert [kl_weight(epoch, 4, 1.0) for epoch in (1, 2, 3, 4)] == [0.25, 0.5, 0.75, 1.0]
    assert kl_weight(1, 1, 0.5) == 1.0
    assert kl_weight(1, 3, 0.5) == pytest.approx(2 / 3)


def test_the_loop_passes_the_kl_weight_of_the_epoch() -> None:
    told = [epoch.train["kl_weight"] for epoch in training(build(MeanImage), warmup_fraction=1.0)]
    assert told == pytest.approx([1 / 3, 2 / 3, 1])


def test_epoch_means_are_weighted_by_batch_size() -> None:
    first, second, _ = training(build(MeanImage))
    sizes = [5, 5, 5, 5, 3]
    assert first.train["size"] == pytest.approx(sum(s * s for s in sizes) / N_TRAIN)
    means = [sum(s * (offset + i) for i, s in enumerate(sizes, 1)) / N_TRAIN for offset in (0, 5)]
    assert [first.train["step"], second.train["step"]] == pytest.approx(means)


def test_means_of_a_phase_are_over_the_steps_it_ran_in() -> None:
    method = build(ToyAdversarial)
    updater, seen = Updater(method), []
    step = updater.step

    def watched(batch: dict[str, Tensor], *rest: Any) -> Stats:
        seen.append((len(batch["image"]), step(batch, *rest)))
        return seen[-1][1]

    updater.step = watched
    (epoch,) = run_epochs(updater, epochs=1)
    for key, mean in epoch.train.items():
        told = [(size, float(stats[key])) for size, stats in seen if key in stats]
        assert len(told) == (3 if key.startswith("critic/") else 5)
        assert mean == pytest.approx(sum(s * v for s, v in told) / sum(s for s, _ in told))


def test_two_methods_in_one_process_do_not_influence_each_other() -> None:
    alone = {}
    for cls in (VAE, ToyAdversarial):
        alone[cls] = build(cls)
        training(alone[cls])
    together = {cls: build(cls) for cls in alone}
    loops = [run_epochs(Updater(method)) for method in together.values()]
    assert len(list(zip(*loops, strict=True))) == EPOCHS
    for cls, method in together.items():
        assert_same_state(method, alone[cls])


class InTwoSteps(ToyAdversarial):
    """The critic learns in the second half of the training alone."""

    def phases(self) -> tuple[Phase, ...]:
        autoencoder, critic = super().phases()
        return replace(autoencoder, during=(0.0, 0.5)), replace(critic, during=(0.5, 1.0), every=1)


class InTwoStepsThenExplodes(InTwoSteps):
    """From its second epoch on the critic's loss is a thousand times as large."""

    def judgement(self, batch: Batch, noise: Noise, values: Values) -> tuple[Tensor, Stats]:
        loss, stats = super().judgement(batch, noise, values)
        return loss * (1000.0 if values["progress"] >= 0.75 else 1.0), stats


def test_a_phase_runs_in_its_part_of_the_training() -> None:
    method = build(InTwoSteps)
    first: dict[str, Tensor] = {}
    for epoch in run_epochs(Updater(method), epochs=4):
        keys = {key.partition("/")[0] for key in epoch.train}
        assert keys == ({"autoencoder"} if epoch.number <= 2 else {"critic"})
        assert epoch.diverged is None
        if epoch.number == 2:
            first = {n: p.clone() for n, p in method.named_parameters()}
    after = dict(method.named_parameters())
    moved = {name for name in after if not torch.equal(after[name], first[name])}
    assert moved == {name for name in after if name.startswith("critic.")}


def test_a_loss_that_begins_later_is_measured_by_its_own_first_value() -> None:
    epochs = list(run_epochs(Updater(build(InTwoStepsThenExplodes)), epochs=4))
    assert [epoch.diverged is None for epoch in epochs] == [True, True, True, False]
    assert "critic/loss" in str(epochs[-1].diverged)
