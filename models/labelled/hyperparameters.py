"""Hyperparameters of dVAE and of the cross-modal VAE it is compared with.

Importing this is cheap: it needs no torch.
"""

from dataclasses import dataclass
from typing import Annotated, Literal

from annotated_types import Ge, Gt, Interval, MultipleOf

from models.choices import NetworkSize
from models.hyperparameters import Added, Structure, Value

_UNWEIGHTED = "ours: the paper's terms have weight 1"


@dataclass(frozen=True)
class LabelledHyperparameters:
    """Weights of the objective, dimension of the code, and size of the networks."""

    lr: Annotated[
        float, Value("η", "Adam's learning rate", "ours: the paper prints none"), Gt(0)
    ] = 1e-4
    beta: Annotated[
        float, Value("β", "weight of the KL terms", "C: 0.01 for poses, 100 for images"), Ge(0)
    ] = 0.01
    beta_at_d: Annotated[
        int,
        Structure(
            "",
            "β is that of a code of so many numbers, and β · beta_at_d / d of one of d; 0 is β "
            "whatever the size",
            "β_norm of Higgins et al. 2017; this paper does not say it",
        ),
        Ge(0),
        Added(before=0),
    ] = 0
    w_x: Annotated[float, Value("", "weight of the image's error", _UNWEIGHTED), Gt(0)] = 1.0
    w_y1: Annotated[float, Value("", "weight of the error of y1", _UNWEIGHTED), Ge(0)] = 1.0
    w_y2: Annotated[float, Value("", "weight of the error of y2", _UNWEIGHTED), Ge(0)] = 1.0
    d: Annotated[
        int,
        Structure("d", "dimension of the code of y1 and y2, half for each", "Appendix C"),
        Ge(2),
        MultipleOf(2),
    ] = 64
    network: Annotated[
        NetworkSize,
        Structure("", "size of all networks", "paper: Tables 1-3; the others are ours"),
    ] = "paper"
    widening: Annotated[
        int,
        Structure("", "how many times as wide as those of that size all layers are", "ours"),
        Ge(1),
        Added(before=1),
    ] = 1
    feature_layer: Annotated[
        bool,
        Structure("", "Table 2's last layer comes before the head, instead of being it", "ours"),
    ] = True
    encoder_weights: Annotated[
        str,
        Structure(
            "",
            "file of torchvision's weights to start ResNet-18 from; '' is none",
            "ours",
            initial=True,
        ),
    ] = ""


@dataclass(frozen=True)
class TwoStepHyperparameters(LabelledHyperparameters):
    """Those of the two training steps and of z_u, the part of the code without a label."""

    d_u: Annotated[
        int,
        Structure("d_u", "dimension of z_u, which no label determines; 0 is none", "Table 3; ours"),
        Ge(0),
    ] = 0
    joint: Annotated[
        bool, Structure("", "both steps in every step of the training", "equation 6")
    ] = False
    embedding_statistics: Annotated[
        Literal["running", "batch"],
        Structure(
            "",
            "what the decoders' BatchNorm layers normalise by in the embedding step",
            "ours: the paper, whose decoders are fixed then, does not say it",
        ),
        Added(before="running"),
    ] = "running"
    first_share: Annotated[
        float,
        Structure("", "share of the training that disentangles, if not joint", "ours"),
        Interval(gt=0, lt=1),
    ] = 0.5


@dataclass(frozen=True)
class DVAEHyperparameters(TwoStepHyperparameters):
    """Those of dVAE for hands, whose image decoder has a branch for the whole pose with z_u."""

    pose_branch_pool: Annotated[
        bool,
        Structure("", "maps averaged to 8 x 8 before Table 3's pose branch", "ours"),
    ] = False


@dataclass(frozen=True)
class DVAEFactorsHyperparameters(TwoStepHyperparameters):
    """Defaults of dVAE of two vectors of factors."""

    d_u: Annotated[
        int,
        Structure("d_u", "dimension of z_u, which no label determines; 0 is none", "ours"),
        Ge(0),
    ] = 8


@dataclass(frozen=True)
class SynthesisHyperparameters(LabelledHyperparameters):
    """Defaults of image synthesis."""

    beta: Annotated[float, Value("β", "weight of the KL terms", "Appendix C"), Ge(0)] = 100.0


@dataclass(frozen=True)
class DVAESynthesisHyperparameters(SynthesisHyperparameters, DVAEHyperparameters):
    """Hyperparameters of dVAE for image synthesis."""


@dataclass(frozen=True)
class LiftingHyperparameters:
    """Those of a detector of joints in the image, and of the perceptron that lifts them."""

    lr: Annotated[float, Value("η", "Adam's learning rate", "Martinez et al. 2017"), Gt(0)] = 1e-3
    dropout: Annotated[
        float,
        Value("", "share of a layer's numbers that are dropped", "Martinez et al. 2017"),
        Interval(ge=0, lt=1),
    ] = 0.5
    width: Annotated[int, Structure("", "of the layers", "Martinez et al. 2017"), Ge(1)] = 1024
    blocks: Annotated[
        int, Structure("", "residual blocks of two layers each", "Martinez et al. 2017"), Ge(0)
    ] = 2
    network: Annotated[
        NetworkSize,
        Structure("", "size of the detector: ResNet-50, or ours", "ours"),
    ] = "paper"
    joint_unit: Annotated[
        float,
        Structure("", "what of the joints' unit (metres) is 1 inside the networks", "ours"),
        Gt(0),
    ] = 0.25
