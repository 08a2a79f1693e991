"""A dataset of which everything is known, and methods that know all of it, half, or nothing.

Images are of 10 identities in 16 frames, each identity in each frame: a grey of the identity, a
white point where the frame has its keypoint, and noise. A method recognises the images themselves,
so that whatever it returns of them is known in closed form.
"""

import math
import re
from dataclasses import dataclass, replace
from functools import cache

import numpy as np
import torch
from torch import Tensor

from harness.data.dataset import Dataset, Split
from harness.evaluation.scores import evaluate
from harness.metrics.data import EvaluationData
from harness.metrics.disentanglement.scores import Scores
from models.declaration import DataSpec
from models.distributions.diagonal_gaussian import DiagonalGaussian
from models.method import Batch, Method, Noise, Stats
from models.renderers.images import average_pool, visible_outside
from tests.harness.helpers.toys import ToyHyperparameters

IDENTITIES, FRAMES, JOINTS, SIDE = 10, 16, 2, 8
BODY_JOINTS = 5


def dataset() -> Dataset:
    """Every identity in every frame, in the training and in the test split."""
    return Dataset(
        "known",
        "procedural",
        _split(0),
        _split(1),
        appearance_factors=("label", "z_appearance_0"),
        pose_factors=("angle", "z_pose_0"),
        identity_factor="label",
        frame_factor="frame",
        camera_factor="camera",
        keypoints=("nose",),
    )


def data(of: Dataset | None = None) -> EvaluationData:
    """What the metrics are computed on, ten images at a time."""
    return EvaluationData(of or dataset(), torch.device("cpu"), 5, test_batch_size=10)


def shuffled() -> Dataset:
    """The dataset with its test images in another order."""
    of = dataset()
    order = np.random.default_rng(2).permutation(len(of.test))
    test = Split(
        of.test.images[order],
        {name: known[order] for name, known in of.test.factors.items()},
        {name: known[order] for name, known in of.test.modalities.items()},
    )
    return replace(of, test=test)


def _split(which: int) -> Split:
    rng = np.random.default_rng(which)
    label, frame = (index.ravel() for index in np.indices((IDENTITIES, FRAMES)))
    n, by_identity = len(label), np.random.default_rng(7)
    nose_x, nose_y = frame % 4 + 2, frame // 4 + 2
    images = 20 * label[:, None, None, None] + rng.integers(0, 30, (n, 3, SIDE, SIDE))
    images[np.arange(n), :, nose_y, nose_x] = 255
    latents = by_identity.normal(size=(2, max(IDENTITIES, FRAMES))).astype(np.float32)
    cpose = by_identity.normal(size=(FRAMES, JOINTS, 3)).astype(np.float32)[frame // 4]
    turns = np.linalg.qr(by_identity.normal(size=(FRAMES, 3, 3)))[0]
    turns *= np.sign(np.linalg.det(turns))[:, None, None]
    viewpoint = turns.astype(np.float32)[frame % 4]
    body = by_identity.normal(size=(FRAMES, BODY_JOINTS, 3)).astype(np.float32)[frame]
    camera = by_identity.uniform(0.1, 0.5, (FRAMES, 3)).astype(np.float32)[frame]
    return Split(
        images.astype(np.uint8),
        {
            "label": label,
            "frame": frame,
            "camera": frame % 2,
            "canonical_pose": frame // 4,
            "view": frame % 4,
            "angle": (frame / FRAMES).astype(np.float32),
            "z_appearance_0": latents[0][label],
            "z_pose_0": latents[1][frame],
            "nose_x": nose_x.astype(np.float32),
            "nose_y": nose_y.astype(np.float32),
            "bone_mm": np.full(n, 25, np.float32),
            "wanted": (label > 4).astype(np.int64),
        },
        {
            "pose": cpose @ viewpoint,
            "cpose": cpose,
            "viewpoint": viewpoint,
            "joints_3d": body,
            "joints_2d": camera[:, None, :1] * body[..., :2] + camera[:, None, 1:],
            "weak_camera": camera,
            "sketch": _distances(nose_x, nose_y),
            "hidden": np.tile(np.float32([2, 2, 4, 4]), (n, 1)),
            **_scenes(frame, viewpoint),
        },
    )


def _scenes(frame: np.ndarray, viewpoint: np.ndarray) -> dict[str, np.ndarray]:
    """Depth, flow and motion of each frame, as if an image were two frames."""
    drawn = np.random.default_rng(9)
    depth = drawn.uniform(2, 40, (FRAMES, 1, SIDE, SIDE))
    flow, step = drawn.normal(size=(FRAMES, 2, SIDE, SIDE)), drawn.normal(size=(FRAMES, 3))
    motion = np.concatenate([viewpoint.reshape(-1, 9), step[frame]], axis=1)
    made = {"depth": depth[frame], "flow": flow[frame], "motion": motion}
    visible = np.ones((len(frame), 1, SIDE, SIDE))
    return {name: of.astype(np.float32) for name, of in {**made, "visible": visible}.items()}


def _distances(x: np.ndarray, y: np.ndarray) -> np.ndarray:
    """The distance maps of sketches of one pixel, clipped at 4 pixels, ``[N, 1, SIDE, SIDE]``."""
    rows, columns = np.indices((SIDE, SIDE))
    far = np.hypot(rows - y[:, None, None], columns - x[:, None, None]) / 4
    return np.minimum(far, 1).astype(np.float32)[:, None]


class Oracle(Method):
    """Knows identity, frame, pose and viewpoint of every image, and every image by these."""

    Hyperparameters = ToyHyperparameters

    def __init__(self, known: Dataset) -> None:
        super().__init__(ToyHyperparameters(), DataSpec((3, SIDE, SIDE), len(known.train)))
        self.known = known
        both = known.train, known.test
        self.images = torch.from_numpy(np.concatenate([s.images for s in both])).float() / 255
        of = {k: np.concatenate([s.factors[k] for s in both]) for k in known.test.factors}
        self.factors = {name: torch.from_numpy(np.asarray(values)) for name, values in of.items()}
        self.modalities = {
            name: torch.from_numpy(np.concatenate([s.modalities[name] for s in both]))
            for name in known.test.modalities
        }
        self.codes = self.tables()
        self.scale = torch.nn.Parameter(torch.ones(()))

    def tables(self) -> dict[str, Tensor]:
        """Return the code of every image by group, ``[N, d]``."""
        one_hot = torch.nn.functional.one_hot
        identity, frame = self.factors["label"], self.factors["frame"]
        latent = {name: self.factors[f"z_{name}_0"][:, None] for name in ("appearance", "pose")}
        pose = self.modalities["cpose"].flatten(1)
        turn = 2 * math.pi * frame[:, None] / FRAMES
        circle = 5.0 * torch.cat([turn.cos(), turn.sin()], 1)  # a frame is not its pose alone
        return {
            "appearance": torch.cat([5.0 * one_hot(identity), latent["appearance"]], 1),
            "pose": torch.cat([pose, latent["pose"], circle], 1),
            "viewpoint": self.modalities["viewpoint"].flatten(1),
            "rest": torch.arange(len(identity))[:, None].float(),
        }

    def places(self, image: Tensor) -> Tensor:
        """Return which image each is, ``[B]``."""
        return torch.cdist(image.flatten(1), self.images.flatten(1)).argmin(1)

    def picture(self, identity: Tensor, frame: Tensor) -> Tensor:
        """Return the test image of each identity in each frame."""
        test = len(self.known.train)
        same = (self.factors["label"][test:] == identity[:, None]) & (
            self.factors["frame"][test:] == frame[:, None]
        )
        return self.images[test + same.int().argmax(1)]

    def draw(self, batch_size: int, generator: torch.Generator) -> Noise:
        return {"z": torch.randn((batch_size, 1), generator=generator)}

    def objective(self, batch: Batch, noise: Noise, values: object) -> tuple[Tensor, Stats]:
        return self.scale.square(), {}

    def encode(self, image: Tensor) -> dict[str, Tensor]:
        return {name: table[self.places(image)] for name, table in self.codes.items()}

    def posterior(self, image: Tensor) -> dict[str, DiagonalGaussian]:
        codes = self.encode(image)
        return {n: DiagonalGaussian(c, torch.full_like(c, 0.5)) for n, c in codes.items()}

    def encode_modalities(self, batch: Batch) -> dict[str, Tensor]:
        codes = self.encode(batch["image"])
        return {name: codes[name] for name in ("pose", "viewpoint")}

    def decode(self, codes: dict[str, Tensor]) -> Tensor:
        identity = torch.cdist(codes["appearance"], self.codes["appearance"]).argmin(1)
        frame = torch.cdist(codes["pose"], self.codes["pose"]).argmin(1)
        return self.picture(self.factors["label"][identity], self.factors["frame"][frame])

    def decode_modalities(self, codes: dict[str, Tensor]) -> dict[str, Tensor]:
        return self.predict(self.decode(codes))

    def predict(self, image: Tensor) -> dict[str, Tensor]:
        rows = self.places(image)
        return {name: known[rows] for name, known in self.modalities.items()}

    def reconstruct(self, image: Tensor) -> Tensor:
        return image

    def swap(self, appearance_from: Tensor, pose_from: Tensor) -> Tensor:
        identity = self.factors["label"][self.places(appearance_from)]
        return self.picture(identity, self.factors["frame"][self.places(pose_from)])

    def elbo(self, batch: Batch, noise: Noise) -> Stats:
        bits = torch.full((len(batch["image"]),), -1.0)
        return {"elbo": bits - 0.25, "log_likelihood": bits, "kl": 0 * bits + 0.25}

    def log_weight(self, batch: Batch, noise: Noise) -> Tensor:
        return torch.full((len(batch["image"]),), -1.0)

    def observe(self, batch: Batch) -> Tensor:
        return batch["image"] * self.visible(batch)

    def restore(self, batch: Batch) -> Tensor:
        return self.reconstruct(batch["image"])

    def recover(self, batch: Batch) -> Tensor:
        return self.restore(batch) * self.visible(batch)

    def visible(self, batch: Batch) -> Tensor:
        return visible_outside(batch["hidden"], SIDE, SIDE)

    def small(self, batch: Batch) -> Tensor:
        return average_pool(batch["image"], 4)

    def skipped_updates(self) -> dict[str, float]:
        return {"d": 0.25, "g": 0.5}

    def information(self, batch: Batch, noise: Noise) -> dict[str, Tensor]:
        zero = torch.zeros(len(batch["image"]))
        return {"i_t": zero, "i_t_prime": zero, "i_eval": zero}


class Dead(Oracle):
    """Answers the same whatever it is shown: a grey image, codes of zero, one pose."""

    def tables(self) -> dict[str, Tensor]:
        return {name: torch.zeros_like(table) for name, table in super().tables().items()}

    def posterior(self, image: Tensor) -> dict[str, DiagonalGaussian]:
        codes = self.encode(image)
        return {n: DiagonalGaussian(c, torch.ones_like(c)) for n, c in codes.items()}

    def predict(self, image: Tensor) -> dict[str, Tensor]:
        n = len(image)
        pose = torch.zeros(n, JOINTS, 3)
        return {
            "pose": pose,
            "cpose": pose,
            "viewpoint": torch.eye(3).expand(n, 3, 3),
            "joints_3d": torch.zeros(n, BODY_JOINTS, 3),
            "joints_2d": torch.zeros(n, BODY_JOINTS, 2),
            "weak_camera": torch.zeros(n, 3),
            "sketch": torch.ones(n, 1, SIDE, SIDE),
            "hidden": torch.zeros(n, 4),
            "depth": torch.ones(n, 1, SIDE, SIDE),
            "flow": torch.zeros(n, 2, SIDE, SIDE),
            "visible": torch.ones(n, 1, SIDE, SIDE),
            "motion": torch.zeros(n, 12),
        }

    def reconstruct(self, image: Tensor) -> Tensor:
        return torch.full_like(image, 0.5)

    def swap(self, appearance_from: Tensor, pose_from: Tensor) -> Tensor:
        return torch.full_like(pose_from, 0.5)

    def elbo(self, batch: Batch, noise: Noise) -> Stats:
        return {name: 10 * value for name, value in super().elbo(batch, noise).items()}

    def log_weight(self, batch: Batch, noise: Noise) -> Tensor:
        return 10 * super().log_weight(batch, noise)

    def information(self, batch: Batch, noise: Noise) -> dict[str, Tensor]:
        return {name: value + 0.5 for name, value in super().information(batch, noise).items()}


class Half(Oracle):
    """Answers for half of the images as the oracle does, and as the dead method for the rest."""

    def __init__(self, known: Dataset) -> None:
        super().__init__(known)
        self.dead = Dead(known)

    def tables(self) -> dict[str, Tensor]:
        return {
            name: table * self.knows(torch.arange(len(table)))[:, None]
            for name, table in super().tables().items()
        }

    def knows(self, places: Tensor) -> Tensor:
        """Return whether it answers as the oracle, ``[B]`` bool, drawn once and for all."""
        return (torch.rand(len(self.images), generator=torch.Generator().manual_seed(5)) < 0.5)[
            places
        ]

    def mixed(self, image: Tensor, best: Tensor, worst: Tensor) -> Tensor:
        """Return rows of the one or of the other, by the image."""
        knows = self.knows(self.places(image))
        return torch.where(knows.reshape(-1, *[1] * (best.ndim - 1)), best, worst)

    def predict(self, image: Tensor) -> dict[str, Tensor]:
        best, worst = super().predict(image), self.dead.predict(image)
        return {name: self.mixed(image, best[name], worst[name]) for name in best}

    def reconstruct(self, image: Tensor) -> Tensor:
        return self.mixed(image, super().reconstruct(image), self.dead.reconstruct(image))

    def swap(self, appearance_from: Tensor, pose_from: Tensor) -> Tensor:
        best, worst = (each.swap(appearance_from, pose_from) for each in (super(), self.dead))
        return self.mixed(pose_from, best, worst)

    def elbo(self, batch: Batch, noise: Noise) -> Stats:
        best, worst = super().elbo(batch, noise), self.dead.elbo(batch, noise)
        return {name: self.mixed(batch["image"], best[name], worst[name]) for name in best}

    def log_weight(self, batch: Batch, noise: Noise) -> Tensor:
        best, worst = super().log_weight(batch, noise), self.dead.log_weight(batch, noise)
        return self.mixed(batch["image"], best, worst)


class Random(Dead):
    """Codes, images and poses that have nothing to do with what it is shown."""

    def another(self, image: Tensor) -> Tensor:
        """Return for each image the place of one drawn at random, always the same, ``[B]``."""
        order = torch.randperm(len(self.images), generator=torch.Generator().manual_seed(4))
        return order[self.places(image)]

    def tables(self) -> dict[str, Tensor]:
        generator = torch.Generator().manual_seed(3)
        return {
            name: torch.randn(table.shape, generator=generator)
            for name, table in super().tables().items()
        }

    def predict(self, image: Tensor) -> dict[str, Tensor]:
        rows = self.another(image)
        return {name: known[rows] for name, known in self.modalities.items()}

    def reconstruct(self, image: Tensor) -> Tensor:
        return self.images[self.another(image)]

    def swap(self, appearance_from: Tensor, pose_from: Tensor) -> Tensor:
        return self.reconstruct(pose_from)


@cache
def scores(method: type[Oracle], name: str, seed: int = 0) -> Scores:
    """Return what one of these methods scores on a metric."""
    return evaluate(method(dataset()), data(), [name], seed)


@dataclass(frozen=True)
class Interval:
    """The values that a metric says it can have."""

    low: float
    high: float
    open_low: bool
    open_high: bool

    def __contains__(self, value: float) -> bool:
        above = value > self.low if self.open_low else value >= self.low - 1e-6
        below = value < self.high if self.open_high else value <= self.high + 1e-6
        return above and below


def interval(text: str) -> Interval:
    """Read the interval that a metric's range begins with; ``d`` is the size of the codes."""
    found = re.match(r"([\[(])([^,]+), ([^\])]+)([\])])", text)
    assert found, f"the range '{text}' is no interval"
    ends = [math.inf if end == "d" else float(end) for end in found.group(2, 3)]
    return Interval(ends[0], ends[1], found[1] == "(", found[4] == ")")
