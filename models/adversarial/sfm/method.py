"""AIGN for structure from motion: depth, flow and egomotion, rendered to the next frame."""

import math

import torch
from torch import Tensor, nn

from models.adversarial.losses import Answers, generator_loss
from models.adversarial.method import AdversarialMethod
from models.adversarial.sfm.declarations import (
    INTRINSICS,
    MEMORY,
    SfmDeclaration,
    SfmHyperparameters,
)
from models.declaration import DataSpec
from models.method import Batch, Noise, Phase, Stats, Values
from models.networks.aign.layers import initialise
from models.networks.aign.pose import judge
from models.networks.aign.sfm import SIZES, SkipNetwork, patch_judge
from models.pictures import from_unit_interval
from models.renderers.rigid import angle_field, rigid_flow, warped
from models.renderers.se3 import motion_of_numbers, motion_of_twist

NEAREST, FARTHEST = 0.1, 200.0
"""Metres, between which depths are kept."""

_FIRST_DEPTH = 10.0
"""Metres, which a network that says 0 means."""
_TURN = 0.05
"""Radians of a rotation that a network calls 1; of a translation that is a metre."""
_TINY = 1e-6


class AIGNSfm(SfmDeclaration, AdversarialMethod):
    """Depth, flow and motion of two frames, kept likely by adversaries (Tung et al., 2017).

    An image has six channels: red, green and blue of the first frame, then of the second. Three
    encoder-decoders give the flow from both frames, the depth from the first, and the motion from
    the first, the flow and the angles under which pixels see. Depth and motion are rendered to a
    rigid flow without parameters. The loss is the error of the colours that either flow brings back
    from the second frame, the distance of both flows, and, by a discriminator each, whether depths
    and motions look like those of a memory that belongs to no image.
    """

    over = MEMORY
    hyperparameters: SfmHyperparameters
    intrinsics: Tensor
    angles: Tensor

    def __init__(self, hyperparameters: SfmHyperparameters, data: DataSpec) -> None:
        super().__init__(hyperparameters, data)
        hp = hyperparameters
        channels, height, width = data.image_shape
        if channels != 6:
            raise ValueError(f"images have {channels} channels: two frames of three have 6")
        camera = torch.from_numpy(data.tables[INTRINSICS].copy())
        self.register_buffer("intrinsics", camera)
        self.register_buffer("angles", angle_field(camera, height, width))
        size, shape = hp.network, (height, width)
        self.generator = nn.ModuleDict(
            {
                "flow": SkipNetwork(size, shape, 6, 2),
                "depth": SkipNetwork(size, shape, 3, 1),
                "motion": SkipNetwork(size, shape, 7, 6),
            }
        )
        judges: dict[str, nn.Module] = {}
        if hp.priors in ("depth", "both"):
            judges["depth"] = patch_judge(SIZES[size].patches)
        if hp.priors in ("motion", "both"):
            judges["motion"] = judge(12, SIZES[size].motion)
        if judges:
            self.discriminator = nn.ModuleDict(judges)
        initialise(self, hp.init_std)

    def phases(self) -> tuple[Phase, ...]:
        """Return the updates of the game, or of the generator alone."""
        if self.hyperparameters.priors != "none":
            return super().phases()
        return (Phase("generator", "generation", self.generates),)

    def generation(self, batch: Batch, noise: Noise, values: Values) -> tuple[Tensor, Stats]:
        """Return the loss of flow, depth and motion.

        ``rigid`` and ``flow`` are mean absolute errors of colours on the scale [0, 1] where a flow
        leads into the second frame, ``same`` the mean distance of both flows, in widths.
        """
        del noise
        first, second = batch["image"][:, :3], batch["image"][:, 3:]
        flow, log_depth, motion = self.factors(batch["image"])
        rigid = rigid_flow(log_depth.exp(), *motion_of_numbers(motion), self.intrinsics)
        off = (flow - rigid).square().sum(1) + _TINY
        parts = {
            "rigid": _colours_off(first, second, rigid),
            "flow": _colours_off(first, second, flow),
            "same": off.sqrt().mean() / flow.shape[-1],
        }
        rec = torch.stack([values[f"w_{name}"] * part for name, part in parts.items()]).sum()
        stats = {**parts, "rec": rec}
        fakes = self._judged(log_depth, motion)
        if not fakes:
            return rec, stats
        adv = generator_loss(fakes)
        return rec + values["w_adv"] * adv, {**stats, "adv": adv}

    def answers(self, batch: Batch) -> list[Answers]:
        """Return each discriminator's logits for depths and motions of the memory, and for ours."""
        _, log_depth, motion = (made.detach() for made in self.factors(batch["image"]))
        depth, known = (batch[name] for name in MEMORY)
        real = self._judged(depth.clamp(NEAREST, FARTHEST).log(), known)
        return list(zip(real, self._judged(log_depth, motion), strict=True))

    def factors(self, image: Tensor) -> tuple[Tensor, Tensor, Tensor]:
        """Return flow ``[B, 2, H, W]`` in pixels, log-depth ``[B, 1, H, W]``, motion ``[B, 12]``.

        A motion is a rotation by rows and a translation in metres.
        """
        frames = from_unit_interval(image)
        first = frames[:, :3]
        flow = self.generator["flow"](frames)
        said = self.generator["depth"](first) + math.log(_FIRST_DEPTH)
        log_depth = said.clamp(math.log(NEAREST), math.log(FARTHEST))
        angles = self.angles.expand(len(image), -1, -1, -1)
        seen = torch.cat([first, flow, angles], dim=1)
        said = self.generator["motion"](seen).mean((2, 3))
        turn, move = motion_of_twist(torch.cat([said[:, :3], _TURN * said[:, 3:]], dim=1))
        return flow, log_depth, torch.cat([turn.flatten(1), move], dim=1)

    def predict(self, image: Tensor) -> dict[str, Tensor]:
        """Return ``depth`` in metres, ``flow`` in pixels and ``motion``."""
        flow, log_depth, motion = self.factors(image)
        return {"depth": log_depth.exp(), "flow": flow, "motion": motion}

    def _judged(self, log_depth: Tensor, motion: Tensor) -> list[Tensor]:
        """Return the logits of the discriminators there are."""
        if self.hyperparameters.priors == "none":
            return []
        given = {"depth": log_depth - math.log(_FIRST_DEPTH), "motion": motion}
        return [network(given[name]) for name, network in self.discriminator.items()]


def _colours_off(first: Tensor, second: Tensor, flow: Tensor) -> Tensor:
    """Return how far the colours are off that a flow brings back, where it leads into the frame."""
    seen, inside = warped(second, flow)
    off = (seen - first).abs().mean(1, keepdim=True) * inside
    return off.sum() / inside.sum().clamp(min=1)
