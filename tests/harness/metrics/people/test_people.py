"""Re-identification and keypoints, on methods that copy the one image or the other."""

import dataclasses
from functools import cache
from pathlib import Path

import numpy as np
import pytest
import torch
from sklearn.metrics import average_precision_score
from torch import Tensor

from harness.config.sweep import resolve
from harness.data.dataset import Dataset, Split
from harness.data.images import Images
from harness.datasets.people.dataset import PeopleOptions
from harness.errors import UserError
from harness.evaluation.scores import evaluate
from harness.metrics.data import EvaluationData
from harness.metrics.people import judge_network, reid, repose
from harness.metrics.people.partners import draw_other, draw_same, draw_some
from tests.harness.datasets.helpers.people_files import write_market
from tests.harness.helpers.toys import MeanImage


@cache
def people() -> Dataset:
    options = PeopleOptions(square=False, downscale=4, n_train=400, n_test=200)
    return options.load(None)


def data(dataset: Dataset | None = None) -> EvaluationData:
    return EvaluationData(dataset or people(), torch.device("cpu"), 32, test_batch_size=64)


class CopiesAppearance(MeanImage):
    def swap(self, appearance_from: Tensor, pose_from: Tensor) -> Tensor:
        return appearance_from


class CopiesPose(MeanImage):
    def swap(self, appearance_from: Tensor, pose_from: Tensor) -> Tensor:
        return pose_from


def scores(cls: type[MeanImage], name: str, dataset: Dataset | None = None) -> dict[str, float]:
    of = data(dataset)
    return evaluate(cls(cls.Hyperparameters(), of.dataset.spec), of, [name], 0)


def test_a_copied_appearance_is_recognised_as_the_real_image() -> None:
    found = scores(CopiesAppearance, "reid")
    assert found["reid_swapped"] == found["reid_true"]
    assert found["reid_true"] > 60
    assert found["reid_reconstruction"] > 60


def test_a_copied_pose_is_recognised_as_the_other_person() -> None:
    found = scores(CopiesPose, "reid")
    assert found["reid_swapped"] < 25  # the chance of ten people is about a tenth
    assert found["reid_reconstruction"] > 60, "the pose image is of the person sought"


def test_market_rule_against_brute_force() -> None:
    """Embeddings are pixels; every query is ranked by scikit-learn among what counts for it."""
    rng = np.random.default_rng(0)
    images = rng.integers(0, 256, (90, 1, 6, 6), np.uint8)
    who, by, asks = rng.integers(-1, 8, 90), rng.integers(0, 3, 90), rng.integers(0, 2, 90)
    split = Split(images, {"who": who, "by": by, "query": asks})
    names = {"identity_factor": "who", "camera_factor": "by"}
    noise = Dataset("noise", "procedural", split, split, **names)  # type: ignore[arg-type]
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(reid, "embedding", lambda _: Pixels((1, 6, 6), 36))
        found = scores(CopiesAppearance, "reid", noise)
    x1 = np.flatnonzero((asks == 1) & (who != reid.JUNK))
    pixels = images.reshape(90, -1) / 255.0
    scored = []
    for q, other in zip(x1, draw_same(who, x1), strict=True):
        own = (who == who[q]) & ((by == by[q]) | (by == by[other]))
        kept = (asks == 0) & (who != reid.JUNK) & ~own
        if (who[kept] == who[q]).any():
            distance = np.linalg.norm(pixels[kept] - pixels[q], axis=1)
            scored.append(average_precision_score(who[kept] == who[q], -distance))
    for name in ("true", "swapped", "reconstruction"):  # the same images are sought in each
        assert found[f"reid_{name}"] == pytest.approx(100 * np.mean(scored), rel=1e-5), name


class Pixels(judge_network.Judge):
    def forward(self, image: Tensor) -> Tensor:
        return image.flatten(1)


def test_a_copied_pose_is_at_the_floor_and_a_copied_appearance_far_from_it() -> None:
    pose, appearance = scores(CopiesPose, "repose"), scores(CopiesAppearance, "repose")
    for name in ("repose_reconstruction", "repose_transfer"):
        assert pose[name] == pytest.approx(pose["repose_floor"], rel=1e-6)
        assert appearance[name] > 1.25 * pose["repose_floor"]
    assert appearance["repose_floor"] == pose["repose_floor"]


def test_the_error_is_in_percent_of_the_width() -> None:
    """Against a judge that finds the true places of images shifted by three pixels."""

    class Shifted(judge_network.Judge):
        def forward(self, image: Tensor) -> Tensor:
            return true[: len(image)] + torch.tensor([3 / 16, 4 / 16]).repeat(17)

    one = dataclasses.replace(people(), test=people().test.first(64))
    with pytest.MonkeyPatch.context() as patch:
        true = torch.from_numpy(repose.places(one, one.test))
        patch.setattr(repose, "regressor", lambda _: Shifted((3, 32, 16), 34))
        found = scores(CopiesPose, "repose", one)
    assert found["repose_floor"] == pytest.approx(100 * 5 / 16, rel=1e-5)
    assert found["repose_transfer_std"] == pytest.approx(0, abs=1e-3)


def test_a_mirrored_image_has_its_left_on_the_right() -> None:
    names = ("pelvis", "right_hip", "left_hip", "left_toe")
    swapped = repose._mirrored_order(names)
    assert swapped == [0, 2, 1, 3], "a keypoint without a counterpart keeps its place"
    true = torch.tensor([[0.5, 0.1, 0.2, 0.3, 0.9, 0.4, 0.6, 0.5]]).repeat(2, 1)
    images = Images(np.arange(24, dtype=np.uint8).reshape(2, 1, 3, 4), "cpu")
    flips = torch.tensor([[True, False]])
    ((shown, wanted),) = repose._mirrored(images, true, [torch.arange(2)], flips, swapped)
    torch.testing.assert_close(wanted[0], torch.tensor([0.5, 0.1, 0.1, 0.4, 0.8, 0.3, 0.4, 0.5]))
    assert torch.equal(wanted[1], true[1])
    rows = torch.arange(12.0).reshape(3, 4) / 255
    torch.testing.assert_close(shown[0, 0], rows.flip(1))
    torch.testing.assert_close(shown[1, 0], rows + 12 / 255)


def test_files_of_market_can_be_scored(tmp_path: Path) -> None:
    write_market(tmp_path)
    real = PeopleOptions(source="real", downscale=4).load(tmp_path)
    found = scores(CopiesAppearance, "reid", real)
    # Each person sought was seen by one other camera: 1 or 2 images, among 4 of other people.
    assert found["reid_swapped"] == found["reid_true"]
    assert 0 < found["reid_true"] <= 100
    assert scores(CopiesAppearance, "repose", real) == {}


def test_a_judge_is_trained_once_and_is_the_same_for_every_trial(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    first = reid.embedding(data())
    before = torch.get_rng_state()
    capsys.readouterr()
    torch.manual_seed(5)
    state = torch.get_rng_state()
    again = reid.embedding(data())
    assert torch.equal(torch.get_rng_state(), state), "a trial's random numbers stay its own"
    assert "learns" not in capsys.readouterr().err
    for one, other in zip(first.state_dict().values(), again.state_dict().values(), strict=True):
        assert torch.equal(one, other)
    torch.set_rng_state(before)
    few = dataclasses.replace(people(), train=people().train.first(60))
    monkeypatch.setattr(reid, "_PASSES", 1)
    reid.embedding(data(few))
    assert "reid: its network learns from 60 images" in capsys.readouterr().err


def test_training_a_judge_again_gives_the_same(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    few = dataclasses.replace(people(), train=people().train.first(80))
    kept = [judged(few) for judged in (reid_of, repose_of)]
    monkeypatch.setenv("UNBRAID_CACHE", str(tmp_path))
    torch.manual_seed(99)
    for one, other in zip(kept, [judged(few) for judged in (reid_of, repose_of)], strict=True):
        for a, b in zip(one.state_dict().values(), other.state_dict().values(), strict=True):
            assert torch.equal(a, b)


def reid_of(dataset: Dataset) -> judge_network.Judge:
    return reid.embedding(data(dataset))


def repose_of(dataset: Dataset) -> judge_network.Judge:
    return repose.regressor(data(dataset))


def test_batch_hard_against_loops() -> None:
    generator = torch.Generator().manual_seed(0)
    embedded = torch.randn(12, 3, generator=generator, dtype=torch.float64)
    labels = torch.arange(12) % 4
    total = 0.0
    for i in range(12):
        far = [float((embedded[i] - embedded[j]).norm()) for j in range(12)]
        positive = max(far[j] for j in range(12) if labels[j] == labels[i])
        negative = min(far[j] for j in range(12) if labels[j] != labels[i])
        total += np.log1p(np.exp(positive - negative))
    assert float(reid.batch_hard(embedded, labels)) == pytest.approx(total / 12, rel=1e-9)
    same = torch.zeros(4, 2, requires_grad=True)
    loss = reid.batch_hard(same, torch.tensor([0, 0, 1, 1]))
    loss.backward()  # type: ignore[no-untyped-call]
    assert loss.item() == pytest.approx(np.log(2), rel=1e-6)
    assert torch.isfinite(same.grad).all()  # type: ignore[arg-type]


def test_partners() -> None:
    identity = np.array([7, 7, 7, 2, 2, 5])
    rows = np.arange(6).repeat(200)
    same, other = draw_same(identity, rows), draw_other(identity, rows)
    assert (identity[same] == identity[rows]).all()
    assert ((same != rows) | (identity[rows] == 5)).all(), "who has one image alone is its partner"
    assert (identity[other] != identity[rows]).all()
    for row, partners in ((0, {1, 2}), (3, {4})):
        assert set(same[rows == row]) == partners
        assert set(other[rows == row]) == set(np.flatnonzero(identity != identity[row]))
    assert draw_some(identity == 7, None).tolist() == [0, 1, 2]
    assert len(set(draw_some(np.ones(50, bool), 10))) == 10


REFUSED = [
    (["dataset=digits", "metrics=[reid]"], "'reid' needs .* not know their cameras"),
    (["dataset=bodies", "metrics=[repose]"], "'bodies' does not know their identities and keypo"),
    (
        ["dataset=people", "dataset.source=real", "metrics=[mse,repose]"],
        r"'people' with source=real does not know their keypoints.*\(metrics=\[mse\]\), or give "
        "dataset.source=procedural",
    ),
]


@pytest.mark.parametrize(("arguments", "said"), REFUSED, ids=["cameras", "both", "real"])
def test_what_a_dataset_does_not_know_is_refused_beforehand(
    arguments: list[str], said: str
) -> None:
    with pytest.raises(UserError, match=said):
        resolve(["method=c_vitae", *arguments])
    assert resolve(["method=c_vitae", "dataset=people", "metrics=[reid,repose]"]).trials
    assert resolve(["method=c_vitae", "dataset=people", "dataset.source=real", "metrics=[reid]"])
