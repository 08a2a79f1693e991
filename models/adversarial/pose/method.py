"""AIGN for poses: heatmaps of joints to a body and a camera, rendered back to joints."""

import math
from dataclasses import replace

import torch
import torch.nn.functional as F
from torch import Tensor

from models.adversarial.losses import Answers, generator_loss
from models.adversarial.method import AdversarialMethod
from models.adversarial.pose.declarations import BASIS, MEMORY, PoseDeclaration, PoseHyperparameters
from models.declaration import LABELLED, DataSpec
from models.method import Batch, Noise, Phase, Stats, Values
from models.networks.aign.layers import initialise
from models.networks.aign.pose import SIZES, HeatmapEncoder, judge
from models.networks.semix import person_encoder
from models.pictures import from_unit_interval
from models.renderers.perspective import before_camera, bodies, heatmaps, projected, weights_of
from models.renderers.rotations import rotation_of_six
from models.renderers.se3 import motion_of_numbers

JOINTS, JOINTS_2D = "joints_3d", "joints_2d"
NEAREST = 1.0
"""Metres; a body is farther than that from its camera."""

_SIX, _CAMERA = 6, 4  # numbers of a rotation; of a translation and a focal length
_DEPTH, _FOCAL = 4.0, 6.0
"""What the softplus of depth and of focal length is given at first, about: metres, half images."""


class AIGNPose(PoseDeclaration, AdversarialMethod):
    """Bodies and cameras of joints in the image, kept likely by an adversary (Tung et al., 2017).

    A generator reads heatmaps of the joints in the image, and gives weights of a basis of bodies, a
    rotation, a translation and a focal length; a renderer without parameters projects the body. Its
    loss is the error of the projected joints and, by a discriminator, whether body and camera look
    like those of a memory that belongs to no image. Where the paper takes joints that a detector
    found, a network learns here to find them in the image; it trains beside the rest, which is
    trained on true places.
    """

    over = MEMORY
    hyperparameters: PoseHyperparameters
    basis: Tensor
    away: Tensor
    first: Tensor

    def __init__(self, hyperparameters: PoseHyperparameters, data: DataSpec) -> None:
        super().__init__(hyperparameters, data)
        hp = hyperparameters
        sizes = SIZES[hp.network]
        self.places = data.modalities[JOINTS_2D]
        whole = torch.from_numpy(data.tables[BASIS].copy())
        self.register_buffer("basis", whole[: 1 + hp.pca_k])
        self.register_buffer("away", torch.tensor([1.0, 1.0, -1.0]))
        self.register_buffer("first", torch.tensor([1.0, 0.0, 0.0, 0.0, 1.0, 0.0]))
        self.detector = person_encoder(hp.network, data.image_shape, math.prod(self.places))
        n_joints = self.places[0]
        self.generator = HeatmapEncoder(hp.network, n_joints, hp.pca_k + _SIX + _CAMERA)
        initialise(self.generator, hp.init_std, truncated=False)
        if self.adversarial:
            self.discriminator = judge(hp.pca_k + 9 + _CAMERA, sizes.judge)
            initialise(self.discriminator, hp.init_std, truncated=False)

    @property
    def adversarial(self) -> bool:
        """Whether there is a discriminator."""
        return self.hyperparameters.arm == "adversarial"

    def phases(self) -> tuple[Phase, ...]:
        """Return the updates of the game, or of the generator alone, and that of the detector."""
        optimizer = self.hyperparameters.optimizer
        detecting = Phase("detector", "detection", ("detector.",))
        alone = (Phase("generator", "generation", self.generates),)
        game = super().phases() if self.adversarial else alone
        return *(replace(phase, optimizer=optimizer) for phase in game), detecting

    def detection(self, batch: Batch, noise: Noise, values: Values) -> tuple[Tensor, Stats]:
        """Return the squared error of the places that the detector finds, in half images."""
        del noise, values
        off = self.detect(batch["image"]) - batch[JOINTS_2D]
        return off.square().flatten(1).sum(1).mean(), {}

    def generation(self, batch: Batch, noise: Noise, values: Values) -> tuple[Tensor, Stats]:
        """Return the generator's loss: of projected joints, and of the adversary or of the joints.

        ``rec`` is the mean squared error of a coordinate in the image, in half images; ``sup`` that
        of one in space, in metres.
        """
        del noise
        body, camera = self.factors(batch[JOINTS_2D])
        rec = (self.rendered(body, camera) - batch[JOINTS_2D]).square().mean()
        stats = {"rec": rec}
        if self.adversarial:
            adv = generator_loss([self.discriminator(torch.cat([body, camera], 1))])
            return rec + values["w_adv"] * adv, {**stats, "adv": adv}
        if self.hyperparameters.arm == "reconstruction":
            return rec, stats
        off = self.turned(body, camera) * self.away - batch[JOINTS]
        marks = batch[LABELLED]
        sup = (off.square().flatten(1).mean(1) * marks).sum() / marks.sum().clamp(min=1)
        return rec + sup, {**stats, "sup": sup}

    def answers(self, batch: Batch) -> list[Answers]:
        """Return the logits for bodies and cameras of the memory, and for generated ones."""
        own, cameras = (batch[name] for name in MEMORY)
        real = torch.cat([weights_of(self.basis, own * self.away), cameras], dim=1)
        made = torch.cat(self.factors(batch[JOINTS_2D]), dim=1).detach()
        return [(self.discriminator(real), self.discriminator(made))]

    def factors(self, places: Tensor) -> tuple[Tensor, Tensor]:
        """Return what the generator makes of places in the image ``[B, J, 2]``.

        Returns:
            Weights of the basis ``[B, K]``, and cameras ``[B, 13]``: a rotation by rows, a
            translation, a focal length.
        """
        hp = self.hyperparameters
        maps = heatmaps(places, SIZES[hp.network].maps, hp.heatmap_sigma)
        sizes = hp.pca_k, _SIX, 2, 1, 1
        body, six, aside, far, focal = self.generator(maps).split(sizes, dim=1)
        turn = rotation_of_six(six + self.first).flatten(1)
        away = NEAREST + F.softplus(far + _DEPTH)
        return body, torch.cat([turn, aside, away, F.softplus(focal + _FOCAL)], dim=1)

    def turned(self, body: Tensor, camera: Tensor) -> Tensor:
        """Return bodies as cameras see them, relative to the pelvis, ``[B, J, 3]``: z is away."""
        turn, _ = motion_of_numbers(camera)
        return before_camera(bodies(self.basis, body), turn, torch.zeros_like(camera[:, :3]))

    def rendered(self, body: Tensor, camera: Tensor) -> Tensor:
        """Return where cameras see the joints of bodies, ``[B, J, 2]``."""
        turn, move = motion_of_numbers(camera)
        return projected(before_camera(bodies(self.basis, body), turn, move), camera[:, 12])

    def detect(self, image: Tensor) -> Tensor:
        """Return where the joints are in images ``[B, C, H, W]``, ``[B, J, 2]``."""
        places: Tensor = self.detector(from_unit_interval(image)).reshape(-1, *self.places)
        return places

    def predict(self, image: Tensor) -> dict[str, Tensor]:
        """Return ``joints_3d``, ``joints_2d`` (rendered) and ``pinhole`` of places found."""
        body, camera = self.factors(self.detect(image))
        return {
            JOINTS: self.turned(body, camera) * self.away,
            JOINTS_2D: self.rendered(body, camera),
            "pinhole": camera,
        }
