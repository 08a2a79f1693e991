"""What dVAE's paper may have had otherwise: options that are off, and what each does on."""

from typing import Any

import pytest
import torch
from torch import Tensor

from harness.config.schema import TrialConfig
from harness.config.sweep import resolve
from harness.training.loop import Updater
from models.labelled.declarations import DVAESynthesisDeclaration
from models.labelled.dvae import DVAESynthesis, frozen_batch_norm
from models.labelled.hyperparameters import DVAESynthesisHyperparameters
from models.labelled.image_vae import IMAGE, Posteriors, sample_posteriors
from models.method import Batch, Noise, Stats, Values
from models.networks.dvae import DVAEImageDecoder, image_encoder, vector_decoder, vector_encoder
from tests.models.helpers.labelled import labelled_case
from tests.models.helpers.method_case import Case

FIRST, SECOND = 0.25, 0.75
TASKS = ["dvae", "dvae_synthesis", "dvae_pose", "cross_vae"]
OFF: dict[str, Any] = {"widening": 1, "beta_at_d": 0}


class Before(DVAESynthesis):
    """The losses as they were before there were options."""

    def embedding(self, batch: Batch, noise: Noise, values: Values) -> tuple[Tensor, Stats]:
        posteriors = self.posterior(batch[IMAGE])
        with frozen_batch_norm(self.image_decoder, self.label_decoders):
            codes = sample_posteriors(posteriors, "image", noise)
            return self.weighted_loss(batch, posteriors, self.decode_all(codes), values)

    def weighted_loss(
        self, batch: Batch, posteriors: Posteriors, decoded: Any, values: Values
    ) -> tuple[Tensor, Stats]:
        kl = torch.stack([posterior.kl().mean() for posterior in posteriors.values()]).sum()
        loss = values["beta"] * kl
        for name, output in decoded.items():
            error = (output - self.observed(batch, name)).square().flatten(1).sum(1).mean()
            loss = loss + 1.0 * error
        return torch.as_tensor(loss), {}


def trained(case: Case) -> dict[str, Tensor]:
    """Return all numbers after two steps of each kind."""
    method = case.build()
    updater = Updater(method)
    for i, progress in enumerate((FIRST, FIRST, SECOND, SECOND)):
        values = {**case.values(method), "progress": progress}
        updater.step(case.batch(i), case.noise(method, i), values)
    return method.state_dict()


def test_without_options_training_is_to_the_bit_what_it_was() -> None:
    case = labelled_case("dvae_synthesis")
    now = trained(case)
    before = trained(Case(Before, case.hyperparameters, case.data))
    assert now.keys() == before.keys()
    assert all(torch.equal(tensor, before[name]) for name, tensor in now.items())


@pytest.mark.parametrize("name", TASKS)
def test_options_are_off_by_default(name: str) -> None:
    off = OFF if name == "cross_vae" else {**OFF, "embedding_statistics": "running"}
    default, spelt_out = trained(labelled_case(name)), trained(labelled_case(name, **off))
    assert all(torch.equal(tensor, spelt_out[key]) for key, tensor in default.items())


@pytest.mark.parametrize(
    ("scale", "expected"),
    [("smoke", "d998d6fb469c"), ("small", "a98a0682a03f"), ("paper", "6ffa2d684cc8")],
)
def test_trials_that_have_them_off_have_the_ids_of_before(scale: str, expected: str) -> None:
    """Golden: what was run earlier goes on, and is found."""
    trials: list[TrialConfig] = resolve(["space=dvae_beta_d", f"scale={scale}", "seeds=1"]).trials
    assert trials[0].trial_id == expected


@pytest.mark.parametrize("d_u", [0, 4])
@pytest.mark.parametrize("objective", ["disentangling", "embedding"])
def test_beta_is_that_of_a_code_of_so_many_numbers(objective: str, d_u: int) -> None:
    """Of ``d`` = 4 with β of 64, the KL terms weigh 16 β; of all numbers with z_u, 8 β."""
    losses = []
    for at in (0, 64):
        case = labelled_case("dvae_synthesis", d_u=d_u, beta_at_d=at, beta=3.0)
        method = case.build()
        batch, noise, values = case.batch(), case.noise(method), case.values(method)
        loss, stats = method(objective, batch, noise, values)
        losses.append((loss, stats["kl"]))
    (plain, kl), (scaled, _) = losses
    times = 64 / (4 + d_u)
    torch.testing.assert_close(scaled - plain, 3.0 * (times - 1) * kl)


def test_a_code_of_the_size_that_beta_is_of_has_beta_itself() -> None:
    same, plain = (trained(labelled_case("dvae", beta_at_d=at)) for at in (4 + 8, 0))
    assert all(torch.equal(tensor, plain[name]) for name, tensor in same.items())


@pytest.mark.parametrize("name", ["dvae_synthesis", "dvae_pose"])
def test_the_batchs_statistics_normalise_the_decoders_and_are_kept(name: str) -> None:
    case = labelled_case(name, embedding_statistics="batch")
    method = case.build()
    batch, noise, values = case.batch(), case.noise(method), case.values(method)
    before = {key: tensor.clone() for key, tensor in method.state_dict().items()}
    _, stats = method("embedding", batch, noise, values)
    posteriors = case.build().posterior(batch[IMAGE])
    codes = sample_posteriors(posteriors, "image", noise)
    reference = case.build().train()
    made = reference.image_decoder(reference.whole_code(codes)) - (2 * batch[IMAGE] - 1)
    torch.testing.assert_close(stats["rec_x"], made.square().flatten(1).sum(1).mean().detach())
    layer = next(n for n in before if n.startswith("image_decoder") and "running_mean" in n)
    after = method.state_dict()
    entering = reference.image_decoder.trunk[:2](reference.whole_code(codes))
    expected = 0.9 * before[layer] + 0.1 * entering.mean((0, 2, 3))
    torch.testing.assert_close(after[layer], expected.detach())


@pytest.mark.parametrize("name", ["dvae_synthesis", "dvae_pose"])
def test_with_the_batchs_statistics_no_decoder_gets_an_update_all_the_same(name: str) -> None:
    case = labelled_case(name, embedding_statistics="batch")
    method = case.build()
    before = {key: tensor.clone() for key, tensor in method.state_dict().items()}
    Updater(method).step(
        case.batch(), case.noise(method), {**case.values(method), "progress": SECOND}
    )
    changed = {k for k, v in method.state_dict().items() if not torch.equal(v, before[k])}
    buffers = {key for key, _ in method.named_buffers()}
    decoders = {key for key in changed if not key.startswith("image_encoder.")}
    assert decoders, "their running statistics"
    assert decoders <= buffers


def test_wider_networks_have_twice_the_channels_and_widths() -> None:
    """And with the small ones those of Tables 1 and 2, as far as they are that deep."""
    decoder = DVAEImageDecoder("small", 16, (3, 64, 64), widening=2)
    assert decoder.trunk_shape[0] == 2 * DVAEImageDecoder("small", 16, (3, 64, 64)).trunk_shape[0]
    assert decoder.trunk[0].out_features == 8192, "FC-(N8192)"
    encoder = image_encoder("small", (3, 64, 64), 10, widening=2)
    assert (encoder.conv1.out_channels, encoder.fc.in_features) == (32, 256)
    assert vector_encoder("small", (21, 3), 10, True, widening=2)[1].out_features == 512
    assert vector_decoder("small", 8, (21, 3), widening=2)[0].out_features == 512


def test_a_wider_method_is_wider_in_all_its_networks() -> None:
    once, twice = (labelled_case("dvae_synthesis", d_u=3, widening=w).build() for w in (1, 2))
    parts = (
        *("image_encoder", "image_decoder", "pose_branch"),
        *("label_encoders.pose", "label_encoders.same"),
        *("label_decoders.pose", "label_decoders.same"),
    )
    for part in parts:
        few, many = (
            sum(p.numel() for p in method.get_submodule(part).parameters())
            for method in (once, twice)
        )
        assert many > 1.4 * few, part
    assert once.sizes() == twice.sizes(), "but the code is as large"


def test_a_file_of_weights_is_refused_for_wider_networks() -> None:
    hp = DVAESynthesisHyperparameters(encoder_weights="resnet18.pth", widening=2)
    fault = DVAESynthesisDeclaration.fault(hp, {})
    assert "method.widening=2 has wider ones" in fault
    assert "Give method.widening=1, or leave method.encoder_weights out." in fault
