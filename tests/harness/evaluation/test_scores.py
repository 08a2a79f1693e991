"""Scores of a method on the test split: closed forms, and what they must not depend on."""

import dataclasses

import numpy as np
import pytest
import torch
from torch import Tensor

from harness.data.dataset import Dataset, Split
from harness.errors import UserError
from harness.evaluation.artifacts import arrays_of
from harness.evaluation.scores import evaluate, require_scorable, scorable
from harness.methods import METHODS
from harness.metrics.data import EvaluationData, images_at_once
from harness.metrics.disentanglement import boosting
from harness.metrics.registry import METRIC_PATHS, METRICS, check_metrics, metric_keys
from models.declaration import HIDDEN
from models.distributions.diagonal_gaussian import DiagonalGaussian
from models.distributions.full_gaussian import FullGaussian
from models.method import Batch, Noise, Stats
from models.protocols import Enlarges, Restores, SkipsUpdates
from models.registry import METHOD_PATHS
from tests.harness.helpers import toys
from tests.harness.helpers.toys import KnownBound, MeanImage, build
from tests.models.helpers.labelled import labelled_case
from tests.models.helpers.restoring import restoring_case

N = 37
SIZES = (1, 5, 16, 36, 37)
"""Sizes of a test batch; most leave a smaller one at the end."""


def data(size: int, n: int = N) -> EvaluationData:
    """The toy dataset, evaluated ``size`` images at a time."""
    return EvaluationData(toys.dataset(n), torch.device("cpu"), 5, test_batch_size=size)


def pixels() -> np.ndarray:
    """The test images in [0, 1], float64, by numpy alone."""
    return toys.dataset(N).test.images / np.float64(255)


@pytest.mark.parametrize(("side", "at_once"), [(28, 1000), (64, 1000), (256, 62), (4096, 2)])
def test_fewer_large_images_are_evaluated_at_once(side: int, at_once: int) -> None:
    """62 images of 256 x 256 in colour are 48.8 MB in float32; 64 would be 50.3 MB."""
    images = np.broadcast_to(np.uint8(0), (3, 3, side, side))
    split = Split(images)
    assert images_at_once(Dataset("toy", "procedural", split, split)) == at_once


@pytest.mark.parametrize("size", SIZES)
def test_scores_are_the_closed_forms(size: int) -> None:
    """Float32 pixels are within 2^-24 of the numpy ones, so sums over 36 of them within 1e-6."""
    method = build(KnownBound)
    scores = evaluate(method, data(size), ["elbo", "mse"], seed=0)
    assert list(scores) == ["elbo", "log_likelihood", "kl", "mse"]
    sums = pixels().reshape(N, -1).sum(1)
    assert scores["log_likelihood"] == pytest.approx(-sums.mean(), rel=1e-6)
    assert scores["elbo"] == pytest.approx(scores["log_likelihood"] - scores["kl"], rel=1e-6)
    assert scores["mse"] == pytest.approx(((1 - 2 * pixels()) ** 2).mean(), rel=1e-6)
    # kl is the mean of 37 chi-square variables of 2 degrees of freedom: mean 2, deviation 2 / 37^.5
    assert abs(scores["kl"] - 2) < 5 * 2 / N**0.5


def test_mse_is_the_mean_over_pixels_and_images() -> None:
    method = build(METHODS.load("vae"))
    with torch.no_grad():
        given = torch.from_numpy(pixels()).float()
        errors = [
            (float(a) - float(b)) ** 2
            for a, b in zip(method.reconstruct(given).flatten(), given.flatten(), strict=True)
        ]
    # One batch of the same images: the same float32 numbers, so only the order of summing differs.
    scores = evaluate(method, data(N), ["mse"], seed=0)
    assert scores["mse"] == pytest.approx(sum(errors) / len(errors), rel=1e-7)


@pytest.mark.parametrize("name", METHOD_PATHS)
def test_scores_do_not_depend_on_the_batch_size(name: str) -> None:
    """The noise is that of the image; a matrix product sums in another order for another shape.

    That moves float32 activations by some 1e-7 of their size; 1e-5 leaves room for the layers.
    """
    names = ["elbo", "mse"]
    if METHODS.load(name).recalls or HIDDEN in METHODS.load(name).needs:
        names = ["inpainting", "super_resolution"]
        method, dataset = restoring_case(name).build().float(), with_hidden(toys.hands(N))
    elif METHODS.load(name).needs or METHODS.load(name).tables:
        method, dataset = labelled_case(name).build().float(), toys.hands(N)
    else:
        method, dataset = build(METHODS.load(name)), toys.dataset(N)

    def scores(size: int) -> dict[str, float]:
        given = EvaluationData(dataset, torch.device("cpu"), 5, test_batch_size=size)
        return evaluate(method, given, names, seed=0)

    for size in SIZES:
        assert scores(size) == pytest.approx(scores(N), rel=1e-5), size


def with_hidden(dataset: Dataset) -> Dataset:
    """The dataset with a box of four pixels hidden in each test image."""
    boxes = np.tile(np.float32([3, 5, 4, 4]), (len(dataset.test), 1))
    test = dataclasses.replace(dataset.test, modalities={HIDDEN: boxes})
    return dataclasses.replace(dataset, test=test)


def test_every_evaluation_of_a_trial_draws_the_same_noise_and_none_of_torchs_own() -> None:
    method = build(KnownBound)
    state = torch.get_rng_state()
    first = evaluate(method, data(5), ["elbo"], seed=0)
    assert evaluate(method, data(5), ["mse", "elbo"], seed=0) | first == (
        evaluate(method, data(5), ["mse", "elbo"], seed=0)
    )
    assert evaluate(method, data(5), ["elbo"], seed=1)["kl"] != first["kl"]
    assert torch.equal(torch.get_rng_state(), state)


class Watched(KnownBound):
    """Remembers how it was asked, and fails where told to."""

    fails = False

    def elbo(self, batch: Batch, noise: Noise) -> Stats:
        self.asked = self.training, torch.is_grad_enabled()
        if self.fails:
            raise RuntimeError("the boiler burst")
        return super().elbo(batch, noise)

    def sample(self, n: int, generator: torch.Generator) -> Tensor:
        self.asked = self.training, torch.is_grad_enabled()
        return torch.rand((n, *self.data.image_shape), generator=generator)


@pytest.mark.parametrize("training", [True, False])
def test_evaluation_restores_the_mode_it_found(training: bool) -> None:
    method = build(Watched).train(training)
    evaluate(method, data(5), ["elbo"], seed=0)
    assert (method.asked, method.training) == ((False, False), training)
    arrays_of(method, data(N), seed=0)
    assert (method.asked, method.training) == ((False, False), training)
    method.fails = True
    with pytest.raises(RuntimeError, match="the boiler burst"):
        evaluate(method, data(5), ["elbo"], seed=0)
    assert method.training == training


def test_metrics_are_left_out_where_the_method_lacks_their_protocol() -> None:
    assert evaluate(build(MeanImage), data(5), ["elbo", "mse", "log_px"], seed=0) == {}


def test_every_metric_reports_what_it_declares(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(boosting, "STAGES", 2)

    class Estimating(METHODS.load("c_vitae")):
        """Has what C-VITAE lacks."""

        def posterior(self, image: Tensor) -> dict[str, DiagonalGaussian | FullGaussian]:
            found = super().posterior(image)
            return {**found, "viewpoint": found["pose"], "rest": found["pose"]}

        def encode(self, image: Tensor) -> dict[str, Tensor]:
            found = super().encode(image)
            return {**found, "viewpoint": found["pose"], "rest": found["pose"]}

        def encode_modalities(self, batch: Batch) -> dict[str, Tensor]:
            return {"pose": batch["pose"].flatten(1), "viewpoint": batch["viewpoint"].flatten(1)}

        def decode_modalities(self, codes: dict[str, Tensor]) -> dict[str, Tensor]:
            n = len(codes["pose"])
            poses = {name: torch.zeros(n, 2, 3) for name in ("pose", "cpose")}
            return {**poses, "viewpoint": torch.eye(3).expand(n, 3, 3)}

        def predict(self, image: Tensor) -> dict[str, Tensor]:
            return self.decode_modalities({"pose": image})

        def information(self, batch: Batch, noise: Noise) -> dict[str, Tensor]:
            zero = torch.zeros(len(batch["same"]))
            return {"i_t": zero, "i_t_prime": zero, "i_eval": zero}

    method = build(Estimating)
    known = set(known_data().dataset.test.modalities)
    for name in METRIC_PATHS:
        metric = METRICS.load(name)
        elsewhere = name in ("recombination", "spread") or "crosses_views" in metric.of_options
        elsewhere |= metric.needs in (Restores, Enlarges, SkipsUpdates)
        if elsewhere or not known.issuperset(metric.of_modalities):
            continue  # of people, sketches, frames, crossed views, restored images: beside them
        found = evaluate(method, known_data(), [name], seed=0)
        assert sorted([*found, *found.reasons]) == sorted(metric_keys([name]))


def known_data() -> EvaluationData:
    """The toy dataset with a factor of every kind."""
    plain = toys.dataset(N)

    def known(split: Split) -> Split:
        values = np.arange(len(split), dtype=np.float32)
        factors = {"label": np.arange(len(split)) % 3, "angle": values, "z_appearance_0": values}
        factors |= {"z_pose_0": values, "frame": np.arange(len(split)) // 3}
        factors |= {"camera": np.arange(len(split)) % 2, "nose_x": values % 6, "nose_y": values % 5}
        factors["bone_mm"] = values + 20
        pose = np.stack([values, values % 7] * 3, 1).reshape(-1, 2, 3)
        viewpoint = np.broadcast_to(np.eye(3, dtype=np.float32), (len(split), 3, 3)).copy()
        modalities = {"pose": pose, "cpose": pose, "viewpoint": viewpoint}
        return Split(split.images, factors, modalities)

    dataset = dataclasses.replace(
        plain,
        train=known(plain.train),
        test=known(plain.test),
        appearance_factors=("label", "z_appearance_0"),
        pose_factors=("angle", "z_pose_0"),
        identity_factor="label",
        frame_factor="frame",
        camera_factor="camera",
        keypoints=("nose",),
    )
    return EvaluationData(dataset, torch.device("cpu"), 5)


def test_metrics_are_left_out_where_the_images_lack_their_factors() -> None:
    method = build(METHODS.load("c_vitae"))
    factored = [name for name in METRIC_PATHS if METRICS.load(name).of_factors]
    assert len(factored) == 32
    assert evaluate(method, data(5), factored, seed=0) == {}
    bare = dataclasses.replace(known_data().dataset, test=toys.dataset(N).test)
    assert scorable(method, factored, bare) == []


def test_registry_asks_for_known_metrics() -> None:
    assert check_metrics(["mse", "elbo"]) == ("mse", "elbo")


def test_a_method_that_no_metric_can_score_is_refused() -> None:
    require_scorable([("rodi", ("elbo", "mse")), ("vae", ("elbo",))])
    with pytest.raises(UserError, match=r"'rodi' cannot be scored on elbo: .* metrics=\[mse\]"):
        require_scorable([("rodi", ("elbo",))])
