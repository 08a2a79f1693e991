"""Metrics of 3D poses, on methods that read the truth off the image."""

import dataclasses
from typing import ClassVar

import numpy as np
import pytest
import torch
from scipy.spatial.transform import Rotation
from torch import Tensor

from harness.config.sweep import resolve
from harness.data.dataset import Dataset, Split
from harness.errors import UserError
from harness.evaluation.scores import evaluate
from harness.metrics.data import EvaluationData
from harness.metrics.hands.joints import areas
from harness.metrics.hands.pose_drift import STEPS, WALKS
from harness.metrics.hands.regress_out import regressed
from models.method import Batch
from tests.harness.helpers.toys import MeanImage

N, JOINTS = 400, 21


def hands() -> Dataset:
    """Random poses; the first two pixels of an image say which of them it shows."""
    rng = np.random.default_rng(0)
    images = rng.integers(0, 256, (N, 1, 6, 6), np.uint8)
    images[:, 0, 0, :2] = np.stack(np.divmod(np.arange(N), 256), 1)
    cpose = rng.normal(size=(N, JOINTS, 3)).astype(np.float32)
    viewpoint = Rotation.random(N, random_state=0).as_matrix().astype(np.float32)
    right = np.arange(N) % 3 == 0
    shown = np.where(right[:, None, None], cpose * [1, 1, -1], cpose)
    names = tuple(f"joint{i}" for i in range(JOINTS))
    factors = {f"visible_{name}": (rng.random(N) < 0.7).astype(np.int64) for name in names}
    factors |= {"bone_mm": rng.uniform(20, 40, N).astype(np.float32), "right": right.astype(int)}
    modalities = {"pose": (shown @ viewpoint).astype(np.float32), "cpose": cpose}
    split = Split(images, factors, {**modalities, "viewpoint": viewpoint})
    return Dataset("hands", "procedural", split, split, keypoints=names)


DATA = EvaluationData(hands(), torch.device("cpu"), 32, test_batch_size=150)
TEST = DATA.dataset.test
MM = TEST.factors["bone_mm"]
SEEN = np.stack([TEST.factors[f"visible_{name}"] for name in DATA.dataset.keypoints], 1) == 1


def scores(cls: type[MeanImage], *names: str, dataset: Dataset = DATA.dataset) -> dict[str, float]:
    data = dataclasses.replace(DATA, dataset=dataset)
    return evaluate(cls(cls.Hyperparameters(), dataset.spec), data, names, 0)


def which(image: Tensor) -> Tensor:
    high, low = (image.flatten(1)[:, :2] * 255).round().long().unbind(1)
    return 256 * high + low


class Oracle(MeanImage):
    """Every code is its label."""

    known: ClassVar[dict[str, Tensor]] = {k: torch.tensor(v) for k, v in TEST.modalities.items()}
    finds: ClassVar[tuple[str, ...]] = ("cpose", "viewpoint")

    def predict(self, image: Tensor) -> dict[str, Tensor]:
        return {name: self.known[name][which(image)] for name in self.finds}

    def encode(self, image: Tensor) -> dict[str, Tensor]:
        rows = which(image)
        return self.encode_modalities({name: known[rows] for name, known in self.known.items()})

    def encode_modalities(self, batch: Batch) -> dict[str, Tensor]:
        pose, viewpoint = batch["cpose"].flatten(1), batch["viewpoint"].flatten(1)
        return {"pose": pose, "viewpoint": viewpoint}


class OfThePose(Oracle):
    finds = ("pose",)


def test_an_oracle_makes_no_error() -> None:
    """Rounding of float32 poses in units of some 30 mm."""
    found = scores(Oracle, "pose_error", "viewpoint_error")
    for pose in ("pose", "cpose"):
        assert found[f"{pose}_error"] == pytest.approx(0, abs=1e-4)
        assert found[f"{pose}_pck_20"] == found[f"{pose}_pck_50"] == 1
        assert found[f"{pose}_auc_20_50"] == 1
    assert found["cpose_auc_0_50"] == 1, "an error of 0 is within 0 mm"
    assert found["viewpoint_sum_9"] == 0
    assert found["viewpoint_degrees"] == pytest.approx(0, abs=1e-4)


def test_a_method_is_scored_on_what_it_finds() -> None:
    found = scores(OfThePose, "pose_error", "viewpoint_error")
    assert set(found) == {f"pose_{k}" for k in ("error", "pck_20", "pck_50", *AUCS)}
    assert found["pose_error"] == 0


AUCS = ("auc_0_50", "auc_20_50")


class AMetreOff(OfThePose):
    def predict(self, image: Tensor) -> dict[str, Tensor]:
        found, mm = super().predict(image), torch.from_numpy(MM)[which(image)]
        shift = torch.stack([torch.zeros_like(mm), 600 / mm, 800 / mm], 1)
        return {"pose": found["pose"] + shift[:, None]}


def test_a_metre_off() -> None:
    found = scores(AMetreOff, "pose_error")
    assert found["pose_error"] == pytest.approx(1000, rel=1e-6)
    assert {found[f"pose_{name}"] for name in AUCS} == {0}


class HiddenJointsAreWrong(OfThePose):
    def predict(self, image: Tensor) -> dict[str, Tensor]:
        hidden = torch.from_numpy(~SEEN)[which(image)][:, :, None]
        return {"pose": super().predict(image)["pose"] + 100 * hidden}


def test_hidden_joints_do_not_count() -> None:
    assert scores(HiddenJointsAreWrong, "pose_error")["pose_error"] == 0
    unknown = dataclasses.replace(DATA.dataset, keypoints=())
    everything = scores(HiddenJointsAreWrong, "pose_error", dataset=unknown)
    off = 100 * np.sqrt(3) * (MM[:, None] * ~SEEN)
    assert everything["pose_error"] == pytest.approx(off.mean(), rel=1e-5), "if not known, all do"
    nothing = {name: np.zeros(N, np.int64) for name in TEST.factors if name.startswith("visible_")}
    blind = Split(TEST.images, {**TEST.factors, **nothing}, TEST.modalities)
    with pytest.raises(UserError, match="no joint is visible in any of the 400 test images"):
        scores(OfThePose, "pose_error", dataset=dataclasses.replace(DATA.dataset, test=blind))


class Stretches(Oracle):
    """A viewpoint that is no rotation, but nearest to the true one."""

    def predict(self, image: Tensor) -> dict[str, Tensor]:
        found = super().predict(image)
        return {**found, "viewpoint": 1.1 * found["viewpoint"]}


def test_the_viewpoint_is_made_a_rotation_for_the_pose_alone() -> None:
    found = scores(Stretches, "pose_error", "viewpoint_error")
    assert found["pose_error"] == pytest.approx(0, abs=1e-4)
    assert found["viewpoint_sum_9"] == pytest.approx(0.1**2 * 3, rel=1e-5)
    assert found["viewpoint_degrees"] == pytest.approx(0, abs=1e-4)


CODES = ("pose", "pose_labels", "viewpoint", "viewpoint_labels", "all", "noise")


class ReadsNoise(Oracle):
    """Codes of the image are pixels that show nothing; those of labels are dead."""

    def encode(self, image: Tensor) -> dict[str, Tensor]:
        pixels = image.flatten(1)
        return {"pose": pixels[:, 10:20], "viewpoint": pixels[:, 20:30]}

    def encode_modalities(self, batch: Batch) -> dict[str, Tensor]:
        return {k: torch.zeros_like(v) for k, v in super().encode_modalities(batch).items()}


def of_the_mean() -> tuple[float, float]:
    """What predicting the mean label scores: AUC from 20 to 50 mm, and the labels' variance."""
    cpose, viewpoint = TEST.modalities["cpose"][:300], TEST.modalities["viewpoint"][:300]
    errors = np.linalg.norm(cpose - cpose.mean(0), axis=2) * MM[:300, None]
    return areas(errors, SEEN[:300])["20_50"], float(9 * viewpoint.var(0).mean())


def test_an_oracle_gives_its_own_factor_and_no_other() -> None:
    """The other one is as from noise: predicted by a mean of 240, whose error adds 1/240."""
    found, (auc, variance) = scores(Oracle, "regress_out"), of_the_mean()
    assert list(found) == [f"{what}_from_{code}" for code in CODES for what in REGRESSED]
    for code in ("pose", "pose_labels", "all"):
        assert found[f"cpose_auc_20_50_from_{code}"] == pytest.approx(1, abs=1e-3)
    for code in ("viewpoint", "viewpoint_labels", "all"):
        assert found[f"viewpoint_sum_9_from_{code}"] == pytest.approx(0, abs=1e-3)
    for code in ("pose", "pose_labels", "noise"):
        assert found[f"viewpoint_sum_9_from_{code}"] == pytest.approx(variance, rel=0.03)
    for code in ("viewpoint", "viewpoint_labels", "noise"):
        assert found[f"cpose_auc_20_50_from_{code}"] == pytest.approx(auc, abs=0.01)


REGRESSED = ("cpose_auc_0_50", "cpose_auc_20_50", "viewpoint_sum_9")


def test_dead_codes_and_noise_give_the_variance() -> None:
    found, (auc, variance) = scores(ReadsNoise, "regress_out"), of_the_mean()
    for code in CODES:
        assert found[f"viewpoint_sum_9_from_{code}"] == pytest.approx(variance, rel=0.03)
        assert found[f"cpose_auc_20_50_from_{code}"] == pytest.approx(auc, abs=0.01)


class OneCode(Oracle):
    """Like a cross-modal VAE's: nothing is known of its parts."""

    encode_modalities = None

    def encode(self, image: Tensor) -> dict[str, Tensor]:
        return {"latent": self.known["cpose"][which(image)].flatten(1)}


def test_of_a_single_code_all_of_it_is_scored() -> None:
    found = scores(OneCode, "regress_out")
    assert {name.rpartition("_")[2] for name in found} == {"all", "noise"}
    assert found["cpose_auc_20_50_from_all"] == pytest.approx(1, abs=1e-3)


def test_predictions_are_of_images_not_learned_from() -> None:
    """As many numbers as images would predict anything of what they had learned."""
    rng = np.random.default_rng(0)
    codes, targets = rng.normal(size=(60, 60)), rng.normal(size=(60, 2))
    assert np.square(regressed(codes, targets) - targets).mean() > targets.var()


def test_no_pose_is_met_twice() -> None:
    """Forty poses, each in ten images: the viewpoint's code would tell which of them it is."""
    frame = np.arange(N) % 40
    repeated = {name: known[frame] for name, known in TEST.modalities.items()}
    test = Split(TEST.images, {**TEST.factors, "frame": frame}, repeated)
    known = dataclasses.replace(DATA.dataset, test=test, frame_factor="frame")

    class Repeats(Oracle):
        known: ClassVar = {name: torch.tensor(of) for name, of in repeated.items()}

    once, again = (
        scores(Repeats, "regress_out", dataset=of)["cpose_auc_20_50_from_viewpoint"]
        for of in (known, dataclasses.replace(known, frame_factor=""))
    )
    # The viewpoint's nine numbers of forty poses hold a quarter of what differs between them.
    assert again > once + 0.02
    assert once == pytest.approx(of_the_mean()[0], abs=0.02)


def test_too_few_poses_are_refused() -> None:
    few = dataclasses.replace(DATA.dataset, test=TEST.first(9))
    with pytest.raises(UserError, match="needs 10 test images in different poses and has 9"):
        scores(Oracle, "regress_out", dataset=few)


class HalfDead(Oracle):
    def encode_modalities(self, batch: Batch) -> dict[str, Tensor]:
        codes = super().encode_modalities(batch)
        return {**codes, "pose": torch.zeros_like(codes["pose"])}


def test_codes_of_labels_tell_which_label_is_shared() -> None:
    assert scores(Oracle, "beta_vae_labels") == {"beta_vae_labels": 1.0}
    assert scores(HalfDead, "beta_vae_labels") == {"beta_vae_labels": 1.0}, "one is enough"
    assert scores(ReadsNoise, "beta_vae_labels") == {"beta_vae_labels": 0.5}
    assert scores(OneCode, "beta_vae_labels") == {}


class Walks(Oracle):
    """The rest is the third pixel; the pose moves along x by ``leak`` times it, in its unit."""

    leak = 0.5

    def encode(self, image: Tensor) -> dict[str, Tensor]:
        return {"rest": image.flatten(1)[:, 2:3], "which": which(image)[:, None].float()}

    def decode(self, codes: dict[str, Tensor]) -> Tensor:
        high, low = codes["which"] // 256 / 255, codes["which"] % 256 / 255
        rest = codes["rest"].expand(-1, 34)
        return torch.unflatten(torch.cat([high, low, rest], 1), 1, (1, 6, 6))

    def decode_modalities(self, codes: dict[str, Tensor]) -> dict[str, Tensor]:
        pose = self.known["pose"][codes["which"][:, 0].long()].clone()
        pose[:, :, 0] += self.leak * codes["rest"]
        return {"whole_pose": pose}


class WalksWithoutLeak(Walks):
    leak = 0.0


def test_drift_along_a_walk() -> None:
    """Steps 1 to 9 of 9 lie 5/9 of the way on average; poses are read again without the leak."""
    found = scores(Walks, "pose_drift")
    order = np.random.default_rng(0).permutation(N)
    starts, ends = order[: WALKS["fast"]], np.roll(order, 1)[: WALKS["fast"]]
    pixel = TEST.images.reshape(N, -1)[:, 2] / 255
    way = np.abs(pixel[ends] - pixel[starts])
    assert STEPS == 10
    assert found["pose_drift"] == pytest.approx(5 / 9 * np.mean(0.5 * way * MM[starts]), rel=1e-4)
    assert found["rest_change"] == pytest.approx(34 / 36 * np.mean(way**2), rel=1e-5)
    assert found["pose_drift_seen"] == 0
    assert scores(WalksWithoutLeak, "pose_drift")["pose_drift"] == 0


def test_drift_does_not_depend_on_how_many_walks_are_made_at_once() -> None:
    fewer = dataclasses.replace(DATA, test_batch_size=7)
    method = Walks(Walks.Hyperparameters(), DATA.dataset.spec)
    once, often = (evaluate(method, data, ["pose_drift"], seed=0) for data in (DATA, fewer))
    assert often == pytest.approx(once, rel=1e-6)


class NothingIsLeft(Walks):
    def encode(self, image: Tensor) -> dict[str, Tensor]:
        return {"which": which(image)[:, None].float()}


def test_without_a_code_of_the_rest_there_is_no_walk() -> None:
    assert scores(NothingIsLeft, "pose_drift") == {}


def test_images_without_poses_are_not_scored() -> None:
    names = ("pose_error", "viewpoint_error", "regress_out", "beta_vae_labels", "pose_drift")
    bare = dataclasses.replace(DATA.dataset, test=Split(TEST.images, TEST.factors))
    assert scores(Walks, *names, dataset=bare) == {}
    unscaled = dataclasses.replace(DATA.dataset, test=Split(TEST.images, {}, TEST.modalities))
    assert set(scores(Oracle, *names, dataset=unscaled)) == {
        "viewpoint_sum_9",
        "viewpoint_degrees",
        "beta_vae_labels",
    }


def test_a_dataset_without_poses_is_refused_before_it_starts() -> None:
    said = "'regress_out' needs images whose cpose and viewpoint are known.*'digits'.*Leave 'regre"
    with pytest.raises(UserError, match=said):
        resolve(["method=vae", "dataset=digits", "metrics=[regress_out]"])
