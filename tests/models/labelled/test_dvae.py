"""dVAE: what each part of the code reaches, what each step leaves alone, and its losses."""

import pytest
import torch
from torch import Tensor

from harness.training.loop import Updater
from models.distributions.diagonal_gaussian import DiagonalGaussian
from models.labelled.dvae import DVAE, DVAEPose, DVAESynthesis
from models.method import Batch, Method, Noise, Values
from tests.models.helpers.labelled import labelled_case
from tests.models.helpers.method_case import BATCH, Case
from tests.models.helpers.pairs import reached

USES = ["dvae_synthesis", "dvae_pose"]
FIRST, SECOND = 0.25, 0.75


def built(case: Case) -> DVAE:
    method = case.build()
    assert isinstance(method, DVAE)
    return method


def codes_of(method: DVAE, seed: int = 0) -> dict[str, Tensor]:
    drawn = method.draw(BATCH, torch.Generator().manual_seed(seed))
    return {group: drawn[f"image_{group}"].double() for group in method.sizes()}


def step(method: DVAE, case: Case, progress: float, times: int = 3) -> set[str]:
    """Take steps at one time of the training; return which parameters and buffers they changed."""
    before = {name: tensor.clone() for name, tensor in method.state_dict().items()}
    updater = Updater(method)
    for i in range(times):
        values = {**case.values(method), "progress": progress}
        updater.step(case.batch(i), case.noise(method, i), values)
    after = method.state_dict()
    return {name for name, tensor in before.items() if not torch.equal(tensor, after[name])}


@pytest.mark.parametrize("d_u", [0, 3])
@pytest.mark.parametrize("name", USES)
@torch.no_grad()
def test_a_label_is_decoded_from_its_own_part_alone(name: str, d_u: int) -> None:
    """Exactly: y1 from z_y1, y2 from z_y2; the image, and Table 3's pose, from all."""
    case = labelled_case(name, d_u=d_u)
    method = built(case).eval()
    codes, other = codes_of(method), codes_of(method, seed=1)
    made = method.decode_all(codes)
    for group in method.sizes():
        changed = method.decode_all({**codes, group: other[group]})
        for label, of in zip(method.labels, method.groups, strict=True):
            assert torch.equal(changed[label], made[label]) == (of != group), (label, group)
        assert not torch.equal(changed["image"], made["image"])
        assert "whole_pose" not in made or not torch.equal(
            changed["whole_pose"], made["whole_pose"]
        )
    assert ("whole_pose" in made) == bool(d_u)


@pytest.mark.parametrize("d_u", [0, 3])
@pytest.mark.parametrize("name", USES)
def test_embedding_changes_the_images_encoder_and_not_a_bit_else(name: str, d_u: int) -> None:
    """Weights and BatchNorm's buffers; the decoders' and the label encoders' stay."""
    case = labelled_case(name, d_u=d_u)
    method = built(case)
    step(method, case, FIRST)  # so that running statistics are not what they began as
    changed = step(method, case, SECOND)
    expected = {name for name in method.state_dict() if name.startswith("image_encoder.")}
    assert changed == expected
    assert any("running_mean" in name for name in changed)
    assert method.training
    assert all(module.training for module in method.modules())


@pytest.mark.parametrize("name", USES)
def test_disentangling_leaves_the_images_encoder_alone(name: str) -> None:
    case = labelled_case(name)
    method = built(case)
    changed = step(method, case, FIRST)
    everything = set(method.state_dict())
    assert changed == {name for name in everything if not name.startswith("image_encoder.")}


def test_with_a_rest_disentangling_trains_the_encoder_it_comes_from() -> None:
    case = labelled_case("dvae_synthesis", d_u=3)
    method = built(case)
    assert step(method, case, FIRST) == set(method.state_dict())


@pytest.mark.parametrize("progress", [FIRST, SECOND])
def test_joint_training_takes_both_steps_all_along(progress: float) -> None:
    case = labelled_case("dvae_synthesis", joint=True)
    method = built(case)
    assert step(method, case, progress) == set(method.state_dict())


def test_joint_embedding_moves_no_decoder() -> None:
    """With the disentangling step at rest, only the image's encoder is left to move."""
    case = labelled_case("dvae_pose", joint=True)
    method = built(case)
    before = {name: tensor.clone() for name, tensor in method.state_dict().items()}
    updater = Updater(method)
    updater.phases = updater.phases[1:]
    updater.step(case.batch(), case.noise(method), case.values(method))
    after = method.state_dict()
    moved = {name for name, tensor in before.items() if not torch.equal(tensor, after[name])}
    assert moved == {name for name in before if name.startswith("image_encoder.")}


@pytest.mark.parametrize("share", [0.5, 0.2])
def test_the_first_step_has_its_share_of_the_training(share: float) -> None:
    case = labelled_case("dvae_pose", first_share=share)
    method = built(case)
    updater, ran = Updater(method), []
    for i in range(10):
        values = {**case.values(method), "progress": i / 10}
        stats = updater.step(case.batch(), case.noise(method), values)
        ran.append({key.partition("/")[0] for key in stats})
    first = round(10 * share)
    assert ran == [{"disentangling"}] * first + [{"embedding"}] * (10 - first)


@pytest.mark.parametrize("name", USES)
def test_gradients_reach_what_a_code_is_made_of(name: str) -> None:
    case = labelled_case(name)
    decoders = {"image_decoder", "label_decoders"}
    assert reached(built(case), case, "disentangling") == {"label_encoders", *decoders}
    assert reached(built(case), case, "embedding") == {"image_encoder", *decoders}
    with_rest = labelled_case(name, d_u=3)
    everything = {"label_encoders", "image_encoder", "pose_branch", *decoders}
    assert reached(built(with_rest), with_rest, "disentangling") == everything


def test_divergence_of_the_whole_code_is_the_sum_of_its_parts() -> None:
    case = labelled_case("dvae_synthesis", d_u=3)
    method = built(case)
    parts = method.posterior(case.batch()["image"])
    assert {group: found.mean.shape[1] for group, found in parts.items()} == method.sizes()
    whole = DiagonalGaussian(
        torch.cat([part.mean for part in parts.values()], 1),
        torch.cat([part.variance for part in parts.values()], 1),
    )
    torch.testing.assert_close(whole.kl(), sum(part.kl() for part in parts.values()))


def labels_of(case: Case, method: DVAE, batch: Batch) -> tuple[Tensor, Tensor]:
    y1, y2 = (batch[name] for name in method.labels)
    return y1, 2 * y2 - 1 if method.labels[1] == "same" else y2


def by_hand(
    method: DVAE, batch: Batch, codes: dict[str, Tensor], targets: tuple[Tensor, Tensor]
) -> tuple[Tensor, Tensor, Tensor]:
    """Sums of squares of image, y1 and y2, means over the batch (equation 4)."""
    of_y1, of_y2 = (codes[group] for group in method.groups)
    decode_y1, decode_y2 = method.label_decoders.values()
    made = method.image_decoder(torch.cat(list(codes.values()), 1))
    errors = made - (2 * batch["image"] - 1), decode_y1(of_y1) - targets[0]
    errors_of_all = (*errors, decode_y2(of_y2) - targets[1])
    x, y1, y2 = (e.pow(2).sum() / len(e) for e in errors_of_all)
    return x, y1, y2


@pytest.mark.parametrize("name", USES)
def test_disentangling_loss_is_equation_4(name: str) -> None:
    case = labelled_case(name, w_x=0.5, w_y1=3.0, w_y2=7.0)
    method, batch = built(case), case.batch()
    noise, values = case.noise(method), case.values(method)
    targets = labels_of(case, method, batch)
    codes, kl = {}, torch.zeros((), dtype=torch.float64)
    for group, y, encode in zip(
        method.groups, targets, method.label_encoders.values(), strict=True
    ):
        mean, log_variance = encode(y).chunk(2, 1)
        codes[group] = mean + (0.5 * log_variance).exp() * noise[f"labels_{group}"]
        kl = kl + 0.5 * (mean**2 + log_variance.exp() - 1 - log_variance).sum() / BATCH
    x, y1, y2 = by_hand(method, batch, codes, targets)
    loss, stats = method("disentangling", batch, noise, values)
    torch.testing.assert_close(loss, 0.5 * x + 3 * y1 + 7 * y2 + values["beta"] * kl)
    expected = {"rec_x": x, "rec_y1": y1, "rec_y2": y2, "kl": kl}
    for key, value in expected.items():
        torch.testing.assert_close(stats[key], value.detach())


@pytest.mark.parametrize("name", USES)
def test_embedding_loss_is_equation_5(name: str) -> None:
    """Of a sample of q(z|x), with decoders as in evaluation."""
    case = labelled_case(name)
    method, batch = built(case), case.batch()
    noise, values = case.noise(method), case.values(method)
    loss, _ = method("embedding", batch, noise, values)
    posteriors = method.posterior(batch["image"])
    codes = {group: of.sample(noise[f"image_{group}"]) for group, of in posteriors.items()}
    method.eval()
    errors = by_hand(method, batch, codes, labels_of(case, method, batch))
    kl = torch.stack([of.kl() for of in posteriors.values()]).sum() / BATCH
    torch.testing.assert_close(loss, sum(errors) + values["beta"] * kl)


def test_beta_is_of_the_use_and_the_loops_warm_up_is_not_used() -> None:
    assert labelled_case("dvae_synthesis").build().values()["beta"] == 100.0
    assert DVAESynthesis.at_scale["small"]["beta"] == 6.25, "of 64 x 64 pixels, not 256 x 256"
    assert DVAEPose.at_scale["small"].keys() == {"network", "lr", "pose_branch_pool", "w_x"}
    case = labelled_case("dvae_pose")
    method = built(case)
    assert method.values()["beta"] == 0.01

    def loss(kl_weight: float, **changed: float) -> Tensor:
        values: Values = {**case.values(method), "kl_weight": kl_weight, **changed}
        found: Tensor = method("embedding", case.batch(), case.noise(method), values)[0]
        return found

    assert torch.equal(loss(0.0), loss(1.0))
    assert not torch.equal(loss(1.0), loss(1.0, beta=5.0))


def test_the_branch_of_table_3_makes_the_pose_as_the_image_shows_it() -> None:
    """In pose estimation that is the canonical pose, turned back by the viewpoint."""
    case = labelled_case("dvae_pose", d_u=3)
    method, batch, noise = built(case), case.batch(), case.noise(case.build())
    _, stats = method("embedding", batch, noise, case.values(method))
    posteriors = method.posterior(batch["image"])
    codes = {group: of.sample(noise[f"image_{group}"]) for group, of in posteriors.items()}
    made = method.eval().decode_modalities(codes)["whole_pose"]
    shown = torch.einsum("bji,bik->bjk", batch["cpose"], batch["viewpoint"])
    torch.testing.assert_close(stats["rec_pose"], (made - shown).pow(2).sum() / BATCH)


@torch.no_grad()
def test_swap_takes_the_pose_alone_from_the_image_of_the_pose() -> None:
    case = labelled_case("dvae_synthesis", d_u=3)
    method = built(case).eval()
    assert isinstance(method, DVAESynthesis)
    one, other = case.batch()["image"], case.batch(seed=1)["image"]
    codes = method.encode(one)
    codes["pose"] = method.encode(other)["pose"]
    made = method.image_decoder(torch.cat([codes[g] for g in ("pose", "appearance", "rest")], 1))
    torch.testing.assert_close(method.swap(one, other), (made + 1) / 2)


@pytest.mark.parametrize("name", USES)
@torch.no_grad()
def test_labels_are_predicted_from_the_posterior_means(name: str) -> None:
    case = labelled_case(name)
    method = built(case).eval()
    image = case.batch()["image"]
    predicted, codes = method.predict(image), method.encode(image)
    group = dict(zip(method.labels, method.groups, strict=True))
    for label in method.needs:
        assert torch.equal(predicted[label], method.label_decoders[label](codes[group[label]]))


@torch.no_grad()
def test_codes_of_labels_are_those_of_the_tag_image_or_of_the_image_without_one() -> None:
    case = labelled_case("dvae_synthesis", d_u=3)
    method, batch = built(case).eval(), case.batch()
    codes = method.encode_modalities(batch)
    assert codes.keys() == {"pose", "appearance"}, "nothing but an image tells the rest"
    moved = method.encode_modalities({**batch, "pose": batch["pose"] + 1})
    assert torch.equal(moved["appearance"], codes["appearance"])
    assert not torch.equal(moved["pose"], codes["pose"])
    own = method.encode_modalities({**batch, "same": batch["image"]})
    alone = {name: batch[name] for name in ("image", "pose")}
    assert torch.equal(method.encode_modalities(alone)["appearance"], own["appearance"])
    assert not torch.equal(own["appearance"], codes["appearance"])


@pytest.mark.parametrize("w_x", [1.0, 0.25])
@torch.no_grad()
def test_the_bound_is_of_the_likelihood_that_the_loss_implies(w_x: float) -> None:
    """Normal pixels: a change of the code changes ``log p(x|z)`` by that of ``-w_x rec_x``."""
    case = labelled_case("dvae_pose", w_x=w_x)
    method = built(case).eval()
    image = case.batch()["image"]

    def both(noise: Noise) -> tuple[Tensor, Tensor]:
        posteriors = method.posterior(image)
        codes = {group: of.sample(noise[f"image_{group}"]) for group, of in posteriors.items()}
        made = method.decode_all(codes)["image"] - (2 * image - 1)
        return method.elbo({"image": image}, noise)["log_likelihood"], made.pow(2).sum((1, 2, 3))

    (log_likelihood, error), (other, other_error) = (both(case.noise(method, i)) for i in (0, 1))
    torch.testing.assert_close(log_likelihood - other, -w_x * (error - other_error))
    normal = torch.distributions.Normal(0.0, (1 / (8 * w_x)) ** 0.5)
    at_its_best = normal.log_prob(torch.zeros(())) * image[0].numel()
    torch.testing.assert_close(log_likelihood, at_its_best - w_x * error, check_dtype=False)


def test_what_a_use_does_not_have_it_does_not_promise() -> None:
    pose: type[Method] = DVAEPose
    assert not hasattr(pose, "swap")
    assert not hasattr(pose, "appearance")
