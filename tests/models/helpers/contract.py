"""What every method promises, as checks that any method can be put through, ours or another's."""

import copy
import dataclasses
import io
from collections.abc import Iterator, Mapping
from typing import Any

import torch
from torch import Tensor
from torch.func import functional_call, grad, stack_module_state, vmap

from harness.config.compose import options_of
from harness.training.loop import Updater
from models import protocols
from models.hyperparameters import Value, describe, values_of
from models.method import Batch, Method, Noise, Phase, Values
from tests.models.helpers.method_case import BATCH, Case

MEMBERS = 3


def phase_parameters(method: Method, phase: Phase) -> dict[str, Tensor]:
    return {
        name: parameter
        for name, parameter in method.named_parameters()
        if name.startswith(phase.trains)
    }


def check_hyperparameters(case: Case) -> None:
    """All described, and frozen; ``values()`` are those described as values; scales exist."""
    described = describe(case.method.Hyperparameters)
    assert all(info.meaning and info.source for info in described.values())
    defaults = case.method.Hyperparameters()
    assert defaults.__dataclass_params__.frozen
    numbers = {name for name, info in described.items() if isinstance(info, Value)}
    assert case.build().values().keys() == numbers == values_of(defaults).keys()
    for scale, values in case.method.at_scale.items():
        assert scale in options_of("scale")
        assert values.keys() <= described.keys()


class _Recorded(Mapping[str, float]):
    """Values that remember which of them were read."""

    def __init__(self, values: Mapping[str, float]) -> None:
        self._values, self.read = values, set[str]()

    def __getitem__(self, name: str) -> float:
        self.read.add(name)
        return self._values[name]

    def __iter__(self) -> Iterator[str]:
        return iter(self._values)

    def __len__(self) -> int:
        return len(self._values)


def check_values_are_consumed(case: Case) -> None:
    """No number can be swept that nothing reads, but those the case names."""
    method = case.build()
    values = _Recorded(case.values(method))
    for phase in method.phases():
        method(phase.objective, case.batch(), case.noise(method), values)
    used = values.read | {phase.lr for phase in method.phases()}
    assert method.values().keys() - used == case.idle


def check_phases(case: Case) -> None:
    """Names are unique and exist; every parameter is trained; what two phases share is declared."""
    method = case.build()
    phases = method.phases()
    assert len({phase.name for phase in phases}) == len(phases)
    for phase in phases:
        assert callable(getattr(method, phase.objective))
        assert phase.gate is None or callable(getattr(method, phase.gate))
        assert phase.lr in method.values()
        for prefix in phase.trains:
            assert any(name.startswith(prefix) for name, _ in method.named_parameters()), prefix
    trained = [phase_parameters(method, phase).keys() for phase in phases]
    assert set().union(*trained) == dict(method.named_parameters()).keys()
    for i, first in enumerate(phases):
        for j, second in enumerate(phases[:i]):
            common = [prefix for prefix in first.trains if prefix in second.trains]
            declared = {name for name in trained[i] if name.startswith(tuple(common))}
            assert trained[i] & trained[j] <= declared, (first.name, second.name)


def check_every_parameter_gets_a_gradient(case: Case) -> None:
    """In some phase that trains it."""
    method = case.build()
    reached = set()
    for phase in method.phases():
        parameters = phase_parameters(method, phase)
        loss, _ = method(
            phase.objective, case.batch(size=64), case.noise(method, size=64), case.values(method)
        )
        gradients = torch.autograd.grad(loss, list(parameters.values()), allow_unused=True)
        pairs = zip(parameters, gradients, strict=True)
        reached |= {name for name, g in pairs if g is not None and g.abs().max() > 0}
    assert reached == dict(method.named_parameters()).keys()


def check_vmap_equals_solo(case: Case) -> None:
    """Three members stacked give each the loss, statistics, gradients and buffers it has alone."""
    members = [case.build(seed) for seed in range(MEMBERS)]
    batches = [case.batch(seed) for seed in range(MEMBERS)]
    noises = [case.noise(m, seed) for seed, m in enumerate(members)]
    values = [case.values(m, seed) for seed, m in enumerate(members)]
    for phase in members[0].phases():
        parameters, buffers = stack_module_state(members)
        base = copy.deepcopy(members[0]).to("meta")

        def objective(
            params: dict[str, Tensor],
            bufs: dict[str, Tensor],
            batch: Batch,
            noise: Noise,
            vals: Values,
            base: Method = base,
            name: str = phase.objective,
        ) -> Any:
            loss, stats = functional_call(base, (params, bufs), (name, batch, noise, vals))
            return loss, {"loss": loss, **stats}

        stacked_values = {
            name: torch.tensor([v[name] for v in values], dtype=torch.float64) for name in values[0]
        }
        gradients, stats = vmap(grad(objective, has_aux=True))(
            parameters, buffers, _stack(batches), _stack(noises), stacked_values
        )
        for i, member in enumerate(members):
            _check_member(member, phase, (batches[i], noises[i], values[i]), i, gradients, stats)
            for name, buffer in member.named_buffers():
                torch.testing.assert_close(buffers[name][i], buffer)


def _check_member(
    member: Method,
    phase: Phase,
    arguments: tuple[Batch, Noise, Values],
    i: int,
    gradients: dict[str, Tensor],
    stats: dict[str, Tensor],
) -> None:
    loss, solo_stats = member(phase.objective, *arguments)
    assert stats.keys() == {"loss", *solo_stats}
    for name, value in {"loss": loss, **solo_stats}.items():
        torch.testing.assert_close(stats[name][i], value)
    parameters = dict(member.named_parameters())
    solo = torch.autograd.grad(loss, list(parameters.values()), allow_unused=True)
    for (name, parameter), gradient in zip(parameters.items(), solo, strict=True):
        expected = torch.zeros_like(parameter) if gradient is None else gradient
        torch.testing.assert_close(gradients[name][i], expected, rtol=1e-7, atol=1e-9)


def _stack(members: list[Any]) -> dict[str, Tensor]:
    return {name: torch.stack([member[name] for member in members]) for name in members[0]}


def check_pure(case: Case) -> None:
    """Drawing and objectives repeat to the bit and leave torch's global generator alone."""
    before = torch.random.get_rng_state()
    method, twin = case.build(), case.build()
    noise = case.noise(method)
    for name, tensor in case.noise(twin).items():
        assert torch.equal(noise[name], tensor)
    for phase in method.phases():
        arguments = (phase.objective, case.batch(), noise, case.values(method))
        loss, stats = method(*arguments)
        again, stats_again = twin(*arguments)
        assert torch.equal(loss, again)
        assert all(torch.equal(stats[name], stats_again[name]) for name in stats)
    assert torch.equal(torch.random.get_rng_state(), before)


def check_checkpoint(case: Case) -> None:
    """Saved and loaded into a fresh method, training goes on the same to the bit."""
    method = case.build()
    updater = Updater(method)
    _train(case, updater, range(2))
    file = io.BytesIO()
    adams = [update.adam.state_dict() for update in updater.phases]
    torch.save({"method": method.state_dict(), "adams": adams, "steps": updater.steps}, file)
    file.seek(0)
    state = torch.load(file, weights_only=True)
    resumed = Updater(case.build(seed=1))
    resumed.method.load_state_dict(state["method"])
    for update, adam in zip(resumed.phases, state["adams"], strict=True):
        update.adam.load_state_dict(adam)
    resumed.steps = state["steps"]
    _train(case, updater, range(2, 4))
    _train(case, resumed, range(2, 4))
    for name, tensor in method.state_dict().items():
        assert torch.equal(tensor, resumed.method.state_dict()[name]), name


def check_loss_falls(case: Case) -> None:
    """By a tenth at least, in 150 steps on 64 images, for the first phase's loss."""
    faster = dataclasses.replace(case.hyperparameters, lr=1e-2)
    updater = Updater(dataclasses.replace(case, hyperparameters=faster).build())
    losses = _train(case, updater, range(150), size=64)
    assert sum(losses[-10:]) < 0.9 * sum(losses[:10])


def _train(case: Case, updater: Updater, steps: range, size: int = BATCH) -> list[float]:
    """Take steps on one batch with fresh noise; return the first loss of each step."""
    losses = []
    for step in steps:
        noise = case.noise(updater.method, step, size)
        stats = updater.step(case.batch(size=size), noise, case.values(updater.method))
        losses.append(float(next(value for key, value in stats.items() if key.endswith("loss"))))
    return losses


@torch.no_grad()
def check_protocols(case: Case) -> None:
    """What the method claims to do it does, with the promised shapes and ranges."""
    method = case.build().eval()
    image, other = case.batch()["image"], case.batch(seed=1)["image"]
    before = torch.random.get_rng_state()
    if isinstance(method, protocols.Bounds):
        bound = method.elbo({"image": image}, case.noise(method))
        assert {"elbo", "log_likelihood", "kl"} <= bound.keys()
        assert all(term.shape == (BATCH,) for term in bound.values())
        torch.testing.assert_close(bound["elbo"], bound["log_likelihood"] - bound["kl"])
        assert bound["kl"].min() >= 0
    if isinstance(method, protocols.Encodes):
        for group, code in method.encode(image).items():
            assert code.ndim == 2
            assert len(code) == BATCH
            # A code is of one image: it must not depend on the others in the batch.
            torch.testing.assert_close(method.encode(image[:2])[group], code[:2])
    if isinstance(method, protocols.Weighs):
        assert method.log_weight({"image": image}, case.noise(method)).shape == (BATCH,)
    if isinstance(method, protocols.Infers):
        assert isinstance(method, protocols.Encodes)
        codes = method.encode(image)
        assert method.posterior(image).keys() <= codes.keys()
        for group, found in method.posterior(image).items():
            torch.testing.assert_close(found.mean, codes[group])
            assert found.variance.min() > 0
            torch.testing.assert_close(found.kl(), found.kl_by_dimension().sum(1))
    if isinstance(method, protocols.Decodes):
        assert isinstance(method, protocols.Encodes)
        decoded = method.decode(method.encode(image))
        _check_images(decoded, image)
        if isinstance(method, protocols.Reconstructs):
            torch.testing.assert_close(decoded, method.reconstruct(image))
    if isinstance(method, protocols.Reconstructs):
        _check_images(method.reconstruct(image), image)
    if isinstance(method, protocols.DecodesAppearance):
        _check_images(method.appearance(image), image)
    if isinstance(method, protocols.Swaps):
        _check_images(method.swap(image, other), image)
        assert isinstance(method, protocols.Reconstructs)
        torch.testing.assert_close(method.swap(image, image), method.reconstruct(image))
    if isinstance(method, protocols.DecodesGroups):
        decoded_alone = method.decode_groups(image)
        assert decoded_alone.keys() == {"appearance", "pose"}
        for alone in decoded_alone.values():
            _check_images(alone, image)
    if isinstance(method, protocols.EstimatesInformation):
        estimates = method.information(case.batch(), case.noise(method))
        assert estimates.keys() == {"i_t", "i_t_prime", "i_eval"}
        assert all(estimate.shape == (BATCH,) for estimate in estimates.values())
    _check_modalities(method, case)
    if isinstance(method, protocols.Samples):
        float_method = copy.deepcopy(method).float()
        images = [
            float_method.sample(BATCH, torch.Generator().manual_seed(seed)) for seed in (0, 0, 1)
        ]
        _check_images(images[0], image)
        assert torch.equal(images[0], images[1])
        assert not torch.equal(images[0], images[2])
    assert torch.equal(torch.random.get_rng_state(), before)


def _check_modalities(method: Method, case: Case) -> None:
    batch = case.batch()
    image = batch["image"]
    if isinstance(method, protocols.Predicts):
        predicted = method.predict(image)
        assert predicted.keys() == set(method.needs)
        assert all(predicted[name].shape == batch[name].shape for name in predicted)
    if isinstance(method, protocols.DecodesModalities):
        assert isinstance(method, protocols.Encodes)
        made = method.decode_modalities(method.encode(image))
        assert set(method.needs) <= made.keys()
        if isinstance(method, protocols.Predicts):
            for name in method.needs:
                torch.testing.assert_close(made[name], predicted[name])
    if isinstance(method, protocols.EncodesModalities):
        assert isinstance(method, protocols.Encodes)
        codes, of_image = method.encode_modalities(batch), method.encode(image)
        assert codes.keys() <= of_image.keys()
        assert all(code.shape == of_image[group].shape for group, code in codes.items())
        without_pairs = {name: batch[name] for name in ("image", *method.needs)}
        assert method.encode_modalities(without_pairs).keys() == codes.keys()


def _check_images(images: Tensor, like: Tensor) -> None:
    assert images.shape == like.shape
    # Bilinear weights of a pixel add up to 1 to rounding.
    assert images.min() >= 0
    assert images.max() <= 1 + 1e-6


CHECKS = (
    check_hyperparameters,
    check_values_are_consumed,
    check_phases,
    check_every_parameter_gets_a_gradient,
    check_vmap_equals_solo,
    check_pure,
    check_checkpoint,
    check_loss_falls,
    check_protocols,
)
