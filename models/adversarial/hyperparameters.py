"""Hyperparameters that all adversarial methods have. Importing this is cheap: it needs no torch."""

from dataclasses import dataclass
from typing import Annotated

from annotated_types import Ge, Gt, Interval

from models.choices import DiscriminatorLoss, GateRule
from models.hyperparameters import Structure, Value

TUNG = "Tung et al., 2017, supplement"
FACES_CODE = "Tung et al., 2017, code for faces"


@dataclass(frozen=True)
class AdversarialHyperparameters:
    """Learning rates, weight of the adversarial loss, label flips, and the update gate."""

    lr: Annotated[float, Value("η", "learning rate of the generator", TUNG), Gt(0)] = 1e-4
    d_lr: Annotated[
        float,
        Value("", "learning rate of the discriminator", f"{TUNG}: that of the generator"),
        Gt(0),
    ] = 1e-4
    w_adv: Annotated[
        float, Value("w_adv", "weight of the adversarial loss; 0 is none", FACES_CODE), Ge(0)
    ] = 1e-3
    label_flip: Annotated[
        float,
        Value("", "probability that the labels of a batch are flipped for D", FACES_CODE),
        Interval(ge=0, le=1),
    ] = 0.0
    d_loss: Annotated[
        DiscriminatorLoss,
        Structure("", "L_D: mean or sum of its halves", f"mean: {TUNG}; sum: code for faces"),
    ] = "mean_of_two"
    gate: Annotated[
        GateRule, Structure("", "when D and G are updated", f"{TUNG}, section 2.2; faces: its code")
    ] = "none"
    theta_d: Annotated[
        float, Value("θ_d", "G is updated where L_D is at most this", f"{TUNG}, section 2.2"), Gt(0)
    ] = 0.695
    theta_g: Annotated[
        float,
        Value("θ_g", "D waits where L_G is above this and L_D not above θ_d", f"{TUNG}; our table"),
        Gt(0),
    ] = 0.75
    beta1: Annotated[
        float,
        Structure("β₁", "Adam's decay of the mean gradient, of D and of G", FACES_CODE),
        Interval(ge=0, lt=1),
    ] = 0.9
    init_std: Annotated[
        float,
        Structure("", "standard deviation of the first weights", f"{TUNG}: 'variance'"),
        Gt(0),
    ] = 0.02
