"""dVAE: what each part of the code reaches, what each step leaves alone, and its losses."""

import pytest
import torch
from torch import Tensor

from harness.training.loop import Updater
from models.labelled.dvae import DVAE, DVAESynthesis
from models.method import Batch
from tests.models.helpers.labelled import labelled_case
from tests.models.helpers.method_case import BATCH, Case
from tests.models.helpers.pairs import reached

TASKS = ["dvae_synthesis", "dvae_pose"]
FIRST, SECOND = 0.25, 0.75


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
@pytest.mark.parametrize("name", TASKS)
@torch.no_grad()
def test_a_label_is_decoded_from_its_own_part_alone(name: str, d_u: int) -> None:
    """Exactly: y1 from z_y1, y2 from z_y2; the image, and Table 3's pose, from all."""
    case = labelled_case(name, d_u=d_u)
    method = case.build().eval()
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
@pytest.mark.parametrize("name", TASKS)
def test_embedding_changes_the_images_encoder_and_not_a_bit_else(name: str, d_u: int) -> None:
    """Weights and BatchNorm's buffers; the decoders' and the label encoders' stay."""
    case = labelled_case(name, d_u=d_u)
    method = case.build()
    step(method, case, FIRST)  # so that running statistics are not what they began as
    changed = step(method, case, SECOND)
    expected = {name for name in method.state_dict() if name.startswith("image_encoder.")}
    assert changed == expected
    assert any("running_mean" in name for name in changed)
    assert method.training
    assert all(module.training for module in method.modules())


@pytest.mark.parametrize("name", TASKS)
def test_disentangling_leaves_the_images_encoder_alone(name: str) -> None:
    case = labelled_case(name)
    method = case.build()
    changed = step(method, case, FIRST)
    everything = set(method.state_dict())
    assert changed == {name for name in everything if not name.startswith("image_encoder.")}


def test_with_a_rest_disentangling_trains_the_encoder_it_comes_from() -> None:
    case = labelled_case("dvae_synthesis", d_u=3)
    method = case.build()
    assert step(method, case, FIRST) == set(method.state_dict())


@pytest.mark.parametrize("progress", [FIRST, SECOND])
def test_joint_training_takes_both_steps_all_along(progress: float) -> None:
    case = labelled_case("dvae_synthesis", joint=True)
    method = case.build()
    assert step(method, case, progress) == set(method.state_dict())


def test_joint_embedding_moves_no_decoder() -> None:
    """With the disentangling step at rest, only the image's encoder is left to move."""
    case = labelled_case("dvae_pose", joint=True)
    method = case.build()
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
    method = case.build()
    updater, ran = Updater(method), []
    for i in range(10):
        values = {**case.values(method), "progress": i / 10}
        stats = updater.step(case.batch(), case.noise(method), values)
        ran.append({key.partition("/")[0] for key in stats})
    first = round(10 * share)
    assert ran == [{"disentangling"}] * first + [{"embedding"}] * (10 - first)


@pytest.mark.parametrize("name", TASKS)
def test_gradients_reach_what_a_code_is_made_of(name: str) -> None:
    case = labelled_case(name)
    decoders = {"image_decoder", "label_decoders"}
    assert reached(case.build(), case, "disentangling") == {"label_encoders", *decoders}
    assert reached(case.build(), case, "embedding") == {"image_encoder", *decoders}
    with_rest = labelled_case(name, d_u=3)
    everything = {"label_encoders", "image_encoder", "pose_branch", *decoders}
    assert reached(with_rest.build(), with_rest, "disentangling") == everything


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


@pytest.mark.parametrize("name", TASKS)
def test_disentangling_loss_is_equation_4(name: str) -> None:
    case = labelled_case(name, w_x=0.5, w_y1=3.0, w_y2=7.0)
    method, batch = case.build(), case.batch()
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


@pytest.mark.parametrize("name", TASKS)
def test_embedding_loss_is_equation_5(name: str) -> None:
    """Of a sample of q(z|x), with decoders as in evaluation."""
    case = labelled_case(name)
    method, batch = case.build(), case.batch()
    noise, values = case.noise(method), case.values(method)
    loss, _ = method("embedding", batch, noise, values)
    posteriors = method.posterior(batch["image"])
    codes = {group: of.sample(noise[f"image_{group}"]) for group, of in posteriors.items()}
    method.eval()
    errors = by_hand(method, batch, codes, labels_of(case, method, batch))
    kl = torch.stack([of.kl() for of in posteriors.values()]).sum() / BATCH
    torch.testing.assert_close(loss, sum(errors) + values["beta"] * kl)


def test_the_branch_of_table_3_makes_the_pose_as_the_image_shows_it() -> None:
    """In pose estimation that is the canonical pose, turned back by the viewpoint."""
    case = labelled_case("dvae_pose", d_u=3)
    method, batch, noise = case.build(), case.batch(), case.noise(case.build())
    _, stats = method("embedding", batch, noise, case.values(method))
    posteriors = method.posterior(batch["image"])
    codes = {group: of.sample(noise[f"image_{group}"]) for group, of in posteriors.items()}
    made = method.eval().decode_modalities(codes)["whole_pose"]
    shown = torch.einsum("bji,bik->bjk", batch["cpose"], batch["viewpoint"])
    torch.testing.assert_close(stats["rec_pose"], (made - shown).pow(2).sum() / BATCH)


@torch.no_grad()
def test_swap_takes_the_pose_alone_from_the_image_of_the_pose() -> None:
    case = labelled_case("dvae_synthesis", d_u=3)
    method = case.build().eval()
    assert isinstance(method, DVAESynthesis)
    one, other = case.batch()["image"], case.batch(seed=1)["image"]
    codes = method.encode(one)
    codes["pose"] = method.encode(other)["pose"]
    made = method.image_decoder(torch.cat([codes[g] for g in ("pose", "appearance", "rest")], 1))
    torch.testing.assert_close(method.swap(one, other), (made + 1) / 2)


@torch.no_grad()
def test_codes_of_labels_are_those_of_the_tag_image_or_of_the_image_without_one() -> None:
    case = labelled_case("dvae_synthesis", d_u=3)
    method, batch = case.build().eval(), case.batch()
    codes = method.encode_modalities(batch)
    assert codes.keys() == {"pose", "appearance"}, "nothing but an image tells the rest"
    moved = method.encode_modalities({**batch, "pose": batch["pose"] + 1})
    assert torch.equal(moved["appearance"], codes["appearance"])
    assert not torch.equal(moved["pose"], codes["pose"])
    own = method.encode_modalities({**batch, "same": batch["image"]})
    alone = {name: batch[name] for name in ("image", "pose")}
    assert torch.equal(method.encode_modalities(alone)["appearance"], own["appearance"])
    assert not torch.equal(own["appearance"], codes["appearance"])


@torch.no_grad()
def test_known_factors_have_parts_of_their_own_and_a_rest_that_the_image_alone_tells() -> None:
    case = labelled_case("dvae")
    method = case.build().eval()
    assert method.sizes() == {"pose": 2, "appearance": 2, "rest": 8}
    assert not hasattr(method, "pose_branch")
    codes, other = codes_of(method), codes_of(method, seed=1)
    made = method.decode_all(codes)
    assert made.keys() == {"image", "pose_factors", "appearance_factors"}
    for group in method.sizes():
        changed = method.decode_all({**codes, group: other[group]})
        for label in ("pose", "appearance"):
            same = torch.equal(changed[f"{label}_factors"], made[f"{label}_factors"])
            assert same == (label != group)
        assert not torch.equal(changed["image"], made["image"])


def test_known_factors_are_learnt_in_the_two_steps_with_the_rest_from_the_first() -> None:
    case = labelled_case("dvae")
    method = case.build()
    assert step(method, case, FIRST) == set(method.state_dict())
    moved = step(method, case, SECOND)
    assert moved == {name for name in method.state_dict() if name.startswith("image_encoder.")}
