"""A guess of depth, flow and motion that a method of structure from motion must beat: the mean."""

import torch
from torch import Tensor

from models.declaration import DataSpec
from models.method import Batch, Method, Noise, Phase, Stats, Values
from models.reference.declarations import MeanSceneDeclaration, MeanSceneHyperparameters
from models.renderers.rotations import rotation_of_six, six_of_rotation


class MeanScene(MeanSceneDeclaration, Method):
    """Reference: the mean depth and flow of each pixel, and the mean motion or none.

    It has no networks, and is trained and scored as any method is: a pass over the training images
    fills its buffers. Depths are averaged as logarithms.
    """

    log_depth: Tensor
    flow: Tensor
    motion: Tensor
    count: Tensor

    def __init__(self, hyperparameters: MeanSceneHyperparameters, data: DataSpec) -> None:
        super().__init__(hyperparameters, data)
        for buffer, name in (("log_depth", "depth"), ("flow", "flow"), ("motion", "motion")):
            self.register_buffer(buffer, torch.zeros(data.modalities[name]))
        self.register_buffer("count", torch.zeros(()))

    def phases(self) -> tuple[Phase, ...]:
        """Return the phase that looks at the batches; it trains nothing."""
        return (Phase("look", "look", ()),)

    def draw(self, batch_size: int, generator: torch.Generator) -> Noise:  # noqa: ARG002
        """Draw nothing."""
        return {}

    def look(self, batch: Batch, noise: Noise, values: Values) -> tuple[Tensor, Stats]:
        """Add a batch; return the mean squared error of the log-depth of all so far."""
        del noise, values
        logs = batch["depth"].clamp(min=1e-3).log()
        self.log_depth += logs.sum(0)
        self.flow += batch["flow"].sum(0)
        self.motion += batch["motion"].sum(0)
        self.count += len(logs)
        return (logs - self.log_depth / self.count).square().mean(), {}

    def predict(self, image: Tensor) -> dict[str, Tensor]:
        """Return ``depth``, ``flow`` and ``motion``, the same for every image."""
        seen, n = self.count.clamp(min=1), len(image)
        turn = (self.motion[:9] / seen).reshape(3, 3)
        turn = rotation_of_six(six_of_rotation(turn))
        motion = torch.cat([turn.flatten(), self.motion[9:] / seen])
        flow = self.flow / seen
        if self.hyperparameters.motion == "none":
            still = torch.eye(3, dtype=motion.dtype, device=motion.device).flatten()
            motion, flow = torch.cat([still, torch.zeros_like(motion[9:])]), torch.zeros_like(flow)
        of_one = {"depth": (self.log_depth / seen).exp(), "flow": flow, "motion": motion}
        return {name: one.expand(n, *one.shape) for name, one in of_one.items()}
