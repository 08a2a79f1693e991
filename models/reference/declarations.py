"""Declarations of the references. Importing this is cheap: it needs no torch."""

from dataclasses import dataclass
from typing import Annotated, ClassVar, Literal

from annotated_types import Ge

from models.declaration import HIDDEN, LABELLED, Declaration, Supervision
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


@dataclass(frozen=True)
class MeanPoseHyperparameters:
    """The mean pose has none."""


@dataclass(frozen=True)
class NearestPoseHyperparameters:
    """How images are compared."""

    side: Annotated[
        int, Structure("", "pixels along a side of the images that are compared", "ours"), Ge(1)
    ] = 16


@dataclass(frozen=True)
class MeanSceneHyperparameters:
    """What is guessed of motion."""

    motion: Annotated[
        Literal["mean", "none"],
        Structure(
            "", "mean: motion and flow of the training images; none: the camera rests", "ours"
        ),
    ] = "mean"


class MeanSceneDeclaration(Declaration):
    """Declaration of the mean depth, flow and motion."""

    Hyperparameters = MeanSceneHyperparameters
    needs = ("depth", "flow", "motion")


class _OfPoses(Declaration):
    """A guess of joints in space, which learns from the images that have them."""

    needs = ("joints_3d", LABELLED)
    only_where = (LABELLED,)


class MeanPoseDeclaration(_OfPoses):
    """Declaration of the mean pose."""

    Hyperparameters = MeanPoseHyperparameters


class NearestPoseDeclaration(_OfPoses):
    """Declaration of the nearest neighbour's pose."""

    Hyperparameters = NearestPoseHyperparameters


@dataclass(frozen=True)
class ImageGuessHyperparameters:
    """The guesses of images have none."""


class BicubicDeclaration(Declaration):
    """Declaration of enlarged small images."""

    Hyperparameters = ImageGuessHyperparameters


class MeanHoleDeclaration(Declaration):
    """Declaration of the mean image in hidden boxes."""

    Hyperparameters = ImageGuessHyperparameters
    needs = (HIDDEN,)
    supervision: ClassVar[Supervision] = "none"


class BlurredHoleDeclaration(MeanHoleDeclaration):
    """Declaration of blurred surroundings in hidden boxes."""
