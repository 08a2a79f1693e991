"""An alternating adversarial method with buffers: what the interface must carry beyond a VAE."""

from dataclasses import dataclass
from typing import Annotated

import torch
from annotated_types import Gt
from torch import Tensor, nn

from models.declaration import DataSpec
from models.hyperparameters import Structure, Value
from models.method import Batch, Method, Noise, Phase, Stats, Values


@dataclass(frozen=True)
class ToyHyperparameters:
    lr: Annotated[float, Value("λ", "learning rate of the autoencoder", "tests"), Gt(0)] = 1e-2
    critic_lr: Annotated[float, Value("λ_c", "learning rate of the critic", "tests"), Gt(0)] = 1e-3
    weight: Annotated[float, Value("w", "weight of the critic's judgement", "tests"), Gt(0)] = 0.1
    d: Annotated[int, Structure("d", "dimension of the code", "tests"), Gt(0)] = 3


class ToyAdversarial(Method):
    """An adversarial autoencoder: a critic tells codes from the prior, gated while it is ahead."""

    Hyperparameters = ToyHyperparameters
    mean_error: Tensor

    def __init__(self, hyperparameters: ToyHyperparameters, data: DataSpec) -> None:
        super().__init__(hyperparameters, data)
        d = hyperparameters.d
        self.encoder = nn.Sequential(nn.Linear(data.n_pixels, 16), nn.Tanh(), nn.Linear(16, d))
        self.normalise = nn.BatchNorm1d(d)
        self.decoder = nn.Linear(d, data.n_pixels)
        self.critic = nn.Sequential(nn.Linear(d, 8), nn.Tanh(), nn.Linear(8, 1))
        self.register_buffer("mean_error", torch.zeros(()))

    def phases(self) -> tuple[Phase, ...]:
        autoencoder = ("encoder.", "normalise.", "decoder.")
        return (
            Phase("autoencoder", "reconstruction", trains=autoencoder),
            Phase(
                "critic",
                "judgement",
                trains=("critic.",),
                every=2,
                gate="critic_is_behind",
                lr="critic_lr",
                betas=(0.5, 0.9),
            ),
        )

    def draw(self, batch_size: int, generator: torch.Generator) -> Noise:
        shape = batch_size, self.hyperparameters.d
        return {"prior": torch.randn(shape, generator=generator, device=generator.device)}

    def _code(self, batch: Batch) -> Tensor:
        code: Tensor = self.normalise(self.encoder(batch["image"].flatten(1)))
        return code

    def reconstruction(self, batch: Batch, noise: Noise, values: Values) -> tuple[Tensor, Stats]:
        code = self._code(batch)
        error = (self.decoder(code) - batch["image"].flatten(1)).square().sum(1).mean()
        self.mean_error.mul_(0.9).add_(0.1 * error.detach())
        fooled = nn.functional.softplus(-self.critic(code)).mean()
        return error + values["weight"] * fooled, {"error": error.detach()}

    def judgement(self, batch: Batch, noise: Noise, values: Values) -> tuple[Tensor, Stats]:
        real, fake = self.critic(noise["prior"]), self.critic(self._code(batch).detach())
        loss = nn.functional.softplus(-real).mean() + nn.functional.softplus(fake).mean()
        return loss, {"correct": ((real > 0).double().mean() + (fake < 0).double().mean()) / 2}

    def critic_is_behind(self, stats: Stats) -> Tensor:
        return stats["critic/correct"] < 0.9
