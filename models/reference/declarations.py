"""Declarations of the references. Importing this is cheap: it needs no torch."""

from dataclasses import dataclass
from typing import Annotated

from annotated_types import Ge

from models.declaration import Declaration
from models.hyperparameters import Structure


@dataclass(frozen=True)
class OracleHyperparameters:
    """The oracle has none."""


@dataclass(frozen=True)
class RandomHyperparameters:
    """How many codes there are."""

    d: Annotated[
        int, Structure("d", "number of codes", "10, as in the large study's models"), Ge(1)
    ] = 10


class OracleDeclaration(Declaration):
    """Declaration of the oracle."""

    Hyperparameters = OracleHyperparameters


class RandomDeclaration(Declaration):
    """Declaration of the random codes."""

    Hyperparameters = RandomHyperparameters


class UntrainedDeclaration(RandomDeclaration):
    """Declaration of the codes of an untrained network."""
