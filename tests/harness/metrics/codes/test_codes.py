"""Metrics on methods whose codes, likelihoods and pictures are known in closed form."""

import dataclasses
import math
import time

import numpy as np
import pytest
import torch
from torch import Tensor

from harness.data.dataset import Dataset, Split
from harness.evaluation.scores import evaluate
from harness.metrics import seconds
from harness.metrics.data import EvaluationData
from harness.metrics.likelihood.latents import divergences
from models.distributions.diagonal_gaussian import DiagonalGaussian
from models.method import Batch, Noise
from tests.harness.helpers.toys import MeanImage

N = 600


def known_dataset() -> Dataset:
    """Images whose first four pixels are two labels' and two angles' values, in 256 steps."""
    rng = np.random.default_rng(0)

    def split() -> Split:
        images = rng.integers(0, 256, (N, 1, 6, 6), dtype=np.uint8)
        label = rng.integers(0, 4, N)
        images[:, 0, 0, 0] = 60 * label
        z = images.reshape(N, -1)[:, :4].astype(np.float32) / 255
        factors = {"label": label, "angle": z[:, 2], "z_appearance_0": z[:, 1], "z_pose_0": z[:, 3]}
        return Split(images, factors)

    return Dataset(
        "known",
        "procedural",
        split(),
        split(),
        appearance_factors=("label", "z_appearance_0"),
        pose_factors=("angle", "z_pose_0"),
    )


DATA = EvaluationData(known_dataset(), torch.device("cpu"), 32, test_batch_size=250)


def built(cls: type[MeanImage]) -> MeanImage:
    return cls(cls.Hyperparameters(), DATA.dataset.spec)


class Oracle(MeanImage):
    """Appearance and pose are the factors themselves."""

    def encode(self, image: Tensor) -> dict[str, Tensor]:
        z = image.flatten(1)
        return {"appearance": z[:, :2] * torch.tensor([10.0, 1.0]), "pose": z[:, 2:4]}


class Swapped(Oracle):
    def encode(self, image: Tensor) -> dict[str, Tensor]:
        codes = super().encode(image)
        return {"appearance": codes["pose"], "pose": codes["appearance"]}


class Noise2(MeanImage):
    """Codes of pixels that no factor describes."""

    def encode(self, image: Tensor) -> dict[str, Tensor]:
        z = image.flatten(1)
        return {"appearance": z[:, 10:12], "pose": z[:, 12:14]}


class OneGroup(Oracle):
    """The oracle's dimensions in one group, in another order."""

    def encode(self, image: Tensor) -> dict[str, Tensor]:
        return {"latent": torch.cat(list(super().encode(image).values()), 1)[:, [2, 0, 3, 1]]}


def scores(cls: type[MeanImage]) -> dict[str, float]:
    return evaluate(built(cls), DATA, ["factor_scores"], seed=0)


def test_oracle_scores_high_noise_nothing_and_swapped_groups_the_reverse() -> None:
    """The label takes a quarter by chance from the pose codes; neighbours in two dimensions among
    300 images explain some 0.98 of a uniform factor."""
    oracle, swapped, noise = scores(Oracle), scores(Swapped), scores(Noise2)
    assert oracle["appearance_score"] == pytest.approx(1 - 0.25 / 2, abs=0.08)
    assert oracle["pose_score"] > 0.9
    assert oracle["d_score"] == (oracle["appearance_score"] + oracle["pose_score"]) / 2
    assert all(abs(value) < 0.1 for value in noise.values())
    for key, value in oracle.items():
        assert swapped[key] == pytest.approx(-value)


def test_one_group_is_halved_in_the_best_way() -> None:
    assert scores(OneGroup) == pytest.approx(scores(Oracle))


class Interleaved(Oracle):
    """Eight dimensions in one group, each of pose beside one of appearance."""

    def encode(self, image: Tensor) -> dict[str, Tensor]:
        codes = list(super().encode(image).values())
        return {"latent": torch.cat([torch.stack(codes, 2).flatten(1)] * 2, 1)}


def test_many_dimensions_need_not_stand_beside_others_of_their_kind() -> None:
    found = scores(Interleaved)
    assert found == pytest.approx(scores(Oracle), abs=0.02)
    assert found["d_score"] > 0.8


def test_recovery_is_that_of_a_linear_map() -> None:
    for cls, expected in ((Oracle, 1.0), (OneGroup, 1.0), (Swapped, 0.0), (Noise2, 0.0)):
        found = evaluate(built(cls), DATA, ["latent_recovery"], seed=0)
        # Two useless regressors explain 2 / 600 of the variance.
        assert found["recovery_appearance"] == pytest.approx(expected, abs=0.02)
        assert found["recovery_pose"] == pytest.approx(expected, abs=0.02)


class ShowsTheLabel(MeanImage):
    """The un-warped picture shows the label alone, the reconstruction nothing."""

    def reconstruct(self, image: Tensor) -> Tensor:
        return torch.zeros_like(image)

    def appearance(self, image: Tensor) -> Tensor:
        return image[:, :, :1, :1].expand_as(image)


class ShowsNothing(MeanImage):
    def reconstruct(self, image: Tensor) -> Tensor:
        return image.flatten(1).roll(-20, 1).view_as(image)[:, :, :2, :2].repeat(1, 1, 3, 3)


def test_label_is_read_from_the_decoded_appearance() -> None:
    assert evaluate(built(ShowsTheLabel), DATA, ["appearance_knn"], 0) == {"appearance_knn": 1.0}
    # Chance is a quarter, with a deviation of 0.018 at 600 images.
    assert evaluate(built(ShowsNothing), DATA, ["appearance_knn"], 0)[
        "appearance_knn"
    ] == pytest.approx(0.25, abs=0.08)


class TwoOfThree(MeanImage):
    """Two dimensions that follow the image, one that does not."""

    def encode(self, image: Tensor) -> dict[str, Tensor]:
        return {group: found.mean for group, found in self.posterior(image).items()}

    def posterior(self, image: Tensor) -> dict[str, DiagonalGaussian]:
        mean = image.flatten(1)[:, :3] * torch.tensor([1.0, 1.0, 1e-3])
        return {
            "appearance": DiagonalGaussian(mean[:, :1], torch.ones(len(mean), 1)),
            "pose": DiagonalGaussian(mean[:, 1:], torch.ones(len(mean), 2)),
        }


def test_active_units_and_the_divergence_of_each_group() -> None:
    """At variance 1 the divergence of N(mean, 1) from N(0, 1) is mean² / 2."""
    squared = (DATA.dataset.test.images.reshape(N, -1)[:, :3] / 255.0) ** 2 / 2
    appearance, pose = squared[:, 0].mean(), (squared[:, 1] + 1e-6 * squared[:, 2]).mean()
    scores = evaluate(built(TwoOfThree), DATA, ["latents"], 0)
    assert scores.pop("active_units") == 2.0
    parts = {"kl_appearance": appearance, "kl_pose": pose}
    assert scores == pytest.approx({"kl_total": appearance + pose, **parts}, rel=1e-6)


class OtherGroups(TwoOfThree):
    names = ("viewpoint", "rest")

    def posterior(self, image: Tensor) -> dict[str, DiagonalGaussian]:
        return dict(zip(self.names, super().posterior(image).values(), strict=True))


class GroupsOfItsOwn(OtherGroups):
    names = ("latent", "other")


def test_the_divergence_of_any_groups() -> None:
    found, others, own = (
        evaluate(built(cls), DATA, ["latents"], 0)
        for cls in (TwoOfThree, OtherGroups, GroupsOfItsOwn)
    )
    assert list(others) == ["active_units", "kl_total", "kl_viewpoint", "kl_rest"]
    assert list(others.values()) == list(found.values())
    assert own == {name: found[name] for name in ("active_units", "kl_total")}


def test_each_dimension_has_its_part_of_the_divergence() -> None:
    found = divergences(built(TwoOfThree), DATA)
    squared = (DATA.dataset.test.images.reshape(N, -1)[:, :2] / 255.0) ** 2 / 2
    assert found["kl_appearance"].tolist() == pytest.approx([squared[:, 0].mean()], rel=1e-6)
    assert found["kl_pose"][0].item() == pytest.approx(squared[:, 1].mean(), rel=1e-6)
    assert found["kl_pose"].shape == (2,)


class LinearGaussian(MeanImage):
    """``x_0 ~ N(z, 1)``, ``z ~ N(0, 1)``, and a posterior that is not the true one."""

    def draw(self, batch_size: int, generator: torch.Generator) -> dict[str, Tensor]:
        return {"z": torch.randn(batch_size, 1, generator=generator)}

    def log_weight(self, batch: Batch, noise: Noise) -> Tensor:
        x = batch["image"].flatten(1)[:, :1]
        posterior = DiagonalGaussian(0.3 * x, torch.ones_like(x))
        z = posterior.sample(noise["z"])
        standard = DiagonalGaussian(torch.zeros_like(x), torch.ones_like(x))
        likelihood = DiagonalGaussian(z, torch.ones_like(x))
        return likelihood.log_density(x) + standard.log_density(z) - posterior.log_density(z)


def test_log_px_is_that_of_the_model() -> None:
    """Exact: ``x_0 ~ N(0, 2)``. 256 images with 100 samples each: the estimate of an image has a
    standard error of about 0.06, so that of the mean is 0.004."""
    x = DATA.dataset.test.images[:256].reshape(256, -1)[:, 0] / 255
    truth = float(np.mean(-0.5 * (x**2 / 2 + math.log(2 * math.pi * 2))))
    found = evaluate(built(LinearGaussian), DATA, ["log_px"], seed=0)
    assert found["log_px"] == pytest.approx(truth, abs=0.02)


def test_log_px_does_not_depend_on_the_batches() -> None:
    expected = evaluate(built(LinearGaussian), DATA, ["log_px"], seed=0)
    for size in (7, 256, 600):
        other = dataclasses.replace(DATA, test_batch_size=size)
        assert evaluate(built(LinearGaussian), other, ["log_px"], seed=0) == pytest.approx(
            expected, abs=0.02
        )


class Sleeps(MeanImage):
    def objective(self, batch: Batch, noise: Noise, values: dict) -> tuple[Tensor, dict]:
        assert len(batch["image"]) == seconds.BATCH
        time.sleep(0.02)
        return super().objective(batch, noise, values)


def test_seconds_are_those_of_one_pass_and_training_goes_on_untouched() -> None:
    method = built(Sleeps)
    before = {name: tensor.clone() for name, tensor in method.state_dict().items()}
    found = evaluate(method, DATA, ["seconds"], seed=0)
    assert found["seconds_forward"] >= 0.02
    assert found["seconds_step"] >= 0.02
    for name, tensor in method.state_dict().items():
        assert torch.equal(tensor, before[name])


class OfKnownBound(MeanImage):
    def elbo(self, batch: Batch, noise: Noise) -> dict[str, Tensor]:
        whole = -batch["image"].flatten(1).sum(1)
        return {"elbo": whole, "log_likelihood": whole, "kl": 0 * whole}


def test_bits_a_dimension_are_the_bound_over_the_values_of_an_image() -> None:
    found = evaluate(built(OfKnownBound), DATA, ["elbo", "bits_per_dimension"], seed=0)
    assert found["bits_per_dimension"] == pytest.approx(-found["elbo"] / (36 * math.log(2)))
    mean = float(DATA.dataset.test.images.mean()) / 255
    assert found["bits_per_dimension"] == pytest.approx(mean / math.log(2), rel=1e-5)
