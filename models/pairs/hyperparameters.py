"""Hyperparameters of the methods of pairs but RoDi. Importing this is cheap: it needs no torch."""

from dataclasses import dataclass
from typing import Annotated, ClassVar, Literal

from annotated_types import Ge, Gt, Interval

from models.choices import NetworkSize
from models.declaration import Declaration
from models.hyperparameters import AtScale, Structure, Value

_OURS = "ours: the paper compares in Figure 7 and prints no settings"
_JHA = "Jha et al., 2018, authors' code"
_HADAD = "Hadad et al., 2018, authors' code"
_DENTON = "Denton & Birodkar, 2017, authors' code"


@dataclass(frozen=True)
class PairHyperparameters:
    """Learning rate, dimensions of the two codes, and size of the networks."""

    lr: Annotated[
        float, Value("η", "Adam's learning rate", "Esser et al., 2019, authors' code"), Gt(0)
    ] = 2e-4
    d_appearance: Annotated[
        int, Structure("dim α", "dimension of the appearance code", "authors' code"), Ge(1)
    ] = 256
    d_pose: Annotated[
        int, Structure("dim π", "dimension of the pose code", "authors' code"), Ge(1)
    ] = 256
    network: Annotated[
        NetworkSize,
        Structure("", "size of all networks", "paper: authors' code, sprites; the others are ours"),
    ] = "paper"


@dataclass(frozen=True)
class CycleVAEHyperparameters(PairHyperparameters):
    """Weights of the losses of the two cycles."""

    lr: Annotated[float, Value("η", "Adam's learning rate", _JHA), Gt(0)] = 1e-4
    rec_weight: Annotated[float, Value("", "weight of the mean squared error", _JHA), Ge(0)] = 2.0
    kl_coefficient: Annotated[
        float, Value("", "weight of the KL terms, per value of the image", _JHA), Ge(0)
    ] = 3.0
    reverse_weight: Annotated[float, Value("", "weight of the reverse cycle", _JHA), Ge(0)] = 10.0


@dataclass(frozen=True)
class ATSDMHyperparameters(PairHyperparameters):
    """Learning rates, weights of the losses, and the share of each step of the training."""

    lr: Annotated[float, Value("η", "Adam's learning rate", _HADAD), Gt(0)] = 1e-4
    adversary_lr: Annotated[
        float,
        Value("", "Adam's learning rate of the adversary", "ours: SGD with 0.01 there"),
        Gt(0),
    ] = 4e-4
    rec_weight: Annotated[float, Value("", "weight of the mean squared error", _HADAD), Ge(0)] = 5.0
    adv_weight: Annotated[
        float, Value("", "weight of the adversary's cross-entropy", _HADAD), Ge(0)
    ] = 1.0
    first_share: Annotated[
        float,
        Value("", "share of the training that is the first step", "ours: there, two trainings"),
        Interval(ge=0, le=1),
    ] = 0.3
    generator_every: Annotated[
        int,
        Structure("", "steps from one update of encoder and decoder to the next", _HADAD),
        Ge(1),
    ] = 4
    width: Annotated[
        int, Structure("", "hidden width of classifier and adversary", "ours"), Ge(1)
    ] = 256


@dataclass(frozen=True)
class DrNetHyperparameters(PairHyperparameters):
    """Weights of the losses, and the dimensions of the codes, smaller than RoDi's."""

    lr: Annotated[float, Value("η", "Adam's learning rate", _DENTON), Gt(0)] = 2e-3
    d_appearance: Annotated[
        int, Structure("", "dimension of the content code", f"{_DENTON}: 64 to 128"), Ge(1)
    ] = 64
    d_pose: Annotated[
        int, Structure("", "dimension of the pose code", f"{_DENTON}: 5 to 16"), Ge(1)
    ] = 16
    adv_weight: Annotated[
        float, Value("", "weight of the adversarial loss", f"ours: sweep it; 0 in {_DENTON}"), Ge(0)
    ] = 0.1
    content_weight: Annotated[
        float, Value("", "weight of the distance of the content codes", _DENTON), Ge(0)
    ] = 1.0
    width: Annotated[
        int, Structure("", "hidden width of the scene discriminator", _DENTON), Ge(1)
    ] = 100


@dataclass(frozen=True)
class BVAEHyperparameters(PairHyperparameters):
    """Those of all methods of pairs, and the weight of the KL term."""

    beta: Annotated[float, Value("β", "weight of the KL term of the pose", _OURS), Ge(0)] = 1.0


class PairDeclaration(Declaration):
    """Declaration of a method that learns from pairs, with smaller networks at smaller scales."""

    Hyperparameters = PairHyperparameters
    consumes: ClassVar[Literal["images", "pairs"]] = "pairs"
    may_round = True
    at_scale: ClassVar[AtScale] = {
        "smoke": {"network": "tiny", "lr": 1e-3},
        "small": {"network": "small", "lr": 1e-3},
    }


class BVAEDeclaration(PairDeclaration):
    """Declaration of the beta-VAE of pairs."""

    Hyperparameters = BVAEHyperparameters


class CycleVAEDeclaration(PairDeclaration):
    """Declaration of the cycle-consistent VAE."""

    Hyperparameters = CycleVAEHyperparameters


class ATSDMDeclaration(PairDeclaration):
    """Declaration of two-step disentanglement."""

    Hyperparameters = ATSDMHyperparameters


class DrNetDeclaration(PairDeclaration):
    """Declaration of DrNet."""

    Hyperparameters = DrNetHyperparameters
    at_scale: ClassVar[AtScale] = {"smoke": {"network": "tiny"}, "small": {"network": "small"}}
