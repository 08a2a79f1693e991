"""A generator of numbers against a discriminator: the least adversarial method."""

from dataclasses import dataclass
from typing import Annotated

import torch
from annotated_types import Gt
from torch import Tensor, nn

from models.adversarial.hyperparameters import AdversarialHyperparameters
from models.adversarial.losses import Answers, generator_loss
from models.adversarial.method import AdversarialMethod
from models.declaration import DataSpec
from models.hyperparameters import Value
from models.method import Batch, Noise, Stats, Values


@dataclass(frozen=True)
class GameHyperparameters(AdversarialHyperparameters):
    lr: Annotated[float, Value("", "of the generator", "tests"), Gt(0)] = 1e-2
    d_lr: Annotated[float, Value("", "of the discriminator", "tests"), Gt(0)] = 1e-2


class ToyGame(AdversarialMethod):
    """Copies images through a linear layer; the images of the batch are the real ones."""

    Hyperparameters = GameHyperparameters

    def __init__(self, hyperparameters: GameHyperparameters, data: DataSpec) -> None:
        super().__init__(hyperparameters, data)
        self.generator = nn.Linear(data.n_pixels, data.n_pixels)
        self.discriminator = nn.Sequential(
            nn.Linear(data.n_pixels, 8), nn.LeakyReLU(0.2), nn.Linear(8, 1)
        )

    def answers(self, batch: Batch) -> list[Answers]:
        image = batch["image"].flatten(1)
        with torch.no_grad():
            fake = self.generator(image)
        return [(self.discriminator(image), self.discriminator(fake))]

    def generation(self, batch: Batch, noise: Noise, values: Values) -> tuple[Tensor, Stats]:
        image = batch["image"].flatten(1)
        fake = self.generator(image)
        rec = (fake - image).square().mean()
        fooled = generator_loss([self.discriminator(fake)])
        return rec + values["w_adv"] * fooled, {"rec": rec.detach(), "fooled": fooled.detach()}
