"""What the variational autoencoders share: the annealed, beta-weighted bound as the objective."""

from dataclasses import dataclass
from typing import Annotated

from annotated_types import Ge, Gt
from torch import Tensor

from models.hyperparameters import Value
from models.method import Batch, Method, Noise, Stats, Values


@dataclass(frozen=True)
class VariationalHyperparameters:
    """The numbers of the objective and its optimiser, common to all."""

    lr: Annotated[
        float,
        Value("λ", "Adam's learning rate", "VITAE, supplement, Section 2; swept in Figure 1"),
        Gt(0),
    ] = 1e-4
    beta: Annotated[
        float,
        Value("β", "weight of the KL term", "beta-VAE (Higgins et al., 2017); 1 is the ELBO"),
        Ge(0),
    ] = 1.0


class VariationalMethod(Method):
    """A method trained on a bound: subclasses give ``draw`` and ``elbo``."""

    def elbo(self, batch: Batch, noise: Noise) -> Stats:
        """Return ``elbo``, ``log_likelihood``, ``kl`` and any parts of it, each ``[B]`` in nats."""
        raise NotImplementedError

    def objective(self, batch: Batch, noise: Noise, values: Values) -> tuple[Tensor, Stats]:
        """Return ``kl_weight * beta * KL - E[log p(x|z)]``, mean over the batch, and the bound.

        ``values["kl_weight"]`` is the warm-up ``w`` of the epoch (VITAE, supplement, Section 2).
        The statistics are those of ``elbo``, averaged: always with both weights at 1.
        """
        bound = self.elbo(batch, noise)
        weight = values["kl_weight"] * values["beta"]
        loss = (weight * bound["kl"] - bound["log_likelihood"]).mean()
        return loss, {name: value.detach().mean() for name, value in bound.items()}
