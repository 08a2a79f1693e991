"""Hyperparameters of SemiX and of its baseline that learns from the pairs alone.

Importing this is cheap: it needs no torch.
"""

from dataclasses import dataclass
from typing import Annotated

from annotated_types import Ge, Gt

from models.choices import NetworkSize
from models.hyperparameters import Structure, Value

_UNWEIGHTED = "equation 7: every term has weight 1; 0 leaves it out"
_BETA = "ours: the paper prints none"


@dataclass(frozen=True)
class TranslationHyperparameters:
    """Those of an image's encoder and the target's decoder, which L_sup trains."""

    lr: Annotated[float, Value("η", "Adam's learning rate", "section 4"), Gt(0)] = 1e-4
    beta_x: Annotated[
        float, Value("β_x", "weight of the KL terms of z_t and z_s", _BETA), Ge(0)
    ] = 0.01
    w_y: Annotated[
        float,
        Value("", "weight of the target's error; of a sketch it is divided by H W / 100", "ours"),
        Gt(0),
    ] = 1.0
    d_t: Annotated[
        int, Structure("", "dimension of z_t and w_t, the code that both share", "section 4"), Ge(1)
    ] = 64
    network: Annotated[
        NetworkSize,
        Structure("", "size of all networks", "paper: section 4; widths and other sizes are ours"),
    ] = "paper"
    encoder_weights: Annotated[
        str,
        Structure(
            "",
            "file of torchvision's weights to start the image's ResNet from; '' is none",
            "ours",
            initial=True,
        ),
    ] = ""


@dataclass(frozen=True)
class SemiXHyperparameters(TranslationHyperparameters):
    """Those of both autoencoders, of the losses between them, and of the unpaired targets."""

    beta_y: Annotated[float, Value("β_y", "weight of the KL terms of w_t", _BETA), Ge(0)] = 0.01
    w_vae_x: Annotated[
        float, Value("", "weight of L_VAEx, the image from its own code", _UNWEIGHTED), Ge(0)
    ] = 1.0
    w_vae_y: Annotated[
        float, Value("", "weight of L_VAEy, the target from its own code", _UNWEIGHTED), Ge(0)
    ] = 1.0
    w_cross: Annotated[
        float, Value("", "weight of L_cross, the image from w_t and z_s", _UNWEIGHTED), Ge(0)
    ] = 1.0
    w_sup: Annotated[
        float, Value("", "weight of L_sup, the target from z_t", _UNWEIGHTED), Ge(0)
    ] = 1.0
    w_x: Annotated[
        float,
        Value("", "weight of the image's error, which is divided by H W / 100", "ours"),
        Gt(0),
    ] = 1.0
    d_s: Annotated[
        int, Structure("", "dimension of z_s, of what the target does not say", "section 4"), Ge(1)
    ] = 64
    use_targets: Annotated[
        bool, Structure("", "train on unpaired targets between the pairs", "Algorithm 1")
    ] = True
    m_max: Annotated[
        int,
        Structure("", "most steps on unpaired targets after one on pairs; -1: no limit", "ours"),
        Ge(-1),
    ] = -1
    kl_once: Annotated[
        bool, Structure("", "each KL term counts once, not once in each loss that has it", "ours")
    ] = False


@dataclass(frozen=True)
class OfPoses:
    """What pose estimation adds."""

    w_2d: Annotated[
        float,
        Value("", "weight of the error of the joints in the image; 0 leaves it out", "ours"),
        Ge(0),
    ] = 1.0
    joint_unit: Annotated[
        float,
        Structure("", "what of the joints' unit (metres) is 1 inside the networks", "ours"),
        Gt(0),
    ] = 0.25


@dataclass(frozen=True)
class SupPoseHyperparameters(OfPoses, TranslationHyperparameters):
    """Hyperparameters of the baseline for poses."""


@dataclass(frozen=True)
class SemiXPoseHyperparameters(OfPoses, SemiXHyperparameters):
    """Hyperparameters of SemiX for poses."""
