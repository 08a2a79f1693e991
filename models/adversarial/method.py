"""The game that adversarial methods share: an update of D, then of G, each with a gate."""

from abc import abstractmethod
from typing import ClassVar

import torch
from torch import Tensor

from models.adversarial.gate import UpdateGate
from models.adversarial.hyperparameters import AdversarialHyperparameters
from models.adversarial.losses import Answers, discriminator_loss, flipped, generator_loss
from models.declaration import DataSpec
from models.method import Batch, Method, Noise, Phase, Stats, Values


class AdversarialMethod(Method):
    """Base of the methods of a generator against one discriminator or more.

    A subclass builds its discriminators as ``self.discriminator`` (more than one in a
    ``ModuleDict``), names the parameters of the generator in ``generates``, and has :meth:`answers`
    and the generator's objective, :meth:`generation`. Whether a step updates D and G is decided by
    the losses of the step before (:mod:`models.adversarial.gate`).

    Attributes:
        generates: prefixes of the parameters that the generator's phase trains.
        over: what in a batch is of unpaired examples (see :class:`models.method.Phase`).
    """

    generates: ClassVar[tuple[str, ...]] = ("generator.",)
    over: ClassVar[tuple[str, ...]] = ()
    hyperparameters: AdversarialHyperparameters

    def __init__(self, hyperparameters: AdversarialHyperparameters, data: DataSpec) -> None:
        super().__init__(hyperparameters, data)
        self.gate = UpdateGate(hyperparameters.gate)

    def phases(self) -> tuple[Phase, ...]:
        """Return the update of the discriminator, then that of the generator."""
        betas = self.hyperparameters.beta1, 0.999
        return (
            Phase(
                "discriminator",
                "discrimination",
                ("discriminator.",),
                over=self.over,
                gate="discriminator_is_due",
                lr="d_lr",
                betas=betas,
            ),
            Phase("generator", "generation", self.generates, gate="generator_is_due", betas=betas),
        )

    def discriminator_is_due(self, stats: Stats) -> Tensor:
        """Return whether the gate lets this step update D, bool ``[]``."""
        return stats["discriminator/d_skipped"] == 0

    def generator_is_due(self, stats: Stats) -> Tensor:
        """Return whether the gate lets this step update G, bool ``[]``."""
        return stats["discriminator/g_skipped"] == 0

    def draw(self, batch_size: int, generator: torch.Generator) -> Noise:
        """Draw ``flip``, ``[B]`` uniform in [0, 1): its first number decides for the batch."""
        return {"flip": torch.rand(batch_size, generator=generator, device=generator.device)}

    @abstractmethod
    def answers(self, batch: Batch) -> list[Answers]:
        """Return the logits of each discriminator for real examples and for generated ones.

        Called without gradient to the generator (under ``no_grad`` for what it makes): the
        discriminators' parameters alone are trained on them.
        """

    @abstractmethod
    def generation(self, batch: Batch, noise: Noise, values: Values) -> tuple[Tensor, Stats]:
        """Return the generator's loss and its statistics."""

    def discrimination(self, batch: Batch, noise: Noise, values: Values) -> tuple[Tensor, Stats]:
        """Return the loss of the discriminators, in nats; decide which updates are skipped."""
        skipped = self.gate.decide(values)
        answers = self.answers(batch)
        flip = flipped(noise["flip"][0], values["label_flip"])
        mean_of_two = discriminator_loss(answers, flip)
        fooled = generator_loss([fake.detach() for _, fake in answers])
        self.gate.note(mean_of_two, fooled)
        loss = 2 * mean_of_two if self.hyperparameters.d_loss == "sum" else mean_of_two
        told = {"l_d": mean_of_two, "fooled": fooled, "correct": _correct(answers)}
        return loss, {**skipped, **told}

    def skipped_updates(self) -> dict[str, float]:
        """Return the share of updates of ``d`` and of ``g`` that the gate skipped in training."""
        return self.gate.skipped()


def _correct(answers: list[Answers]) -> Tensor:
    """Return the share of answers that are right, the mean over real and generated ones, ``[]``."""
    parts = [part for real, fake in answers for part in (real > 0, fake < 0)]
    return torch.stack([part.to(answers[0][0].dtype).mean() for part in parts]).mean()
