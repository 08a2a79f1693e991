"""What a plan must know of AIGN's tasks on images. Importing this is cheap: it needs no torch."""

from dataclasses import dataclass
from typing import Annotated, Any, ClassVar, Literal

from annotated_types import Ge, Interval

from models.adversarial.hyperparameters import FACES_CODE, TUNG, AdversarialHyperparameters
from models.choices import NetworkSize, Widths
from models.declaration import HIDDEN, OBSERVED, REMEMBERED, Declaration, Supervision
from models.hyperparameters import AtScale, Structure, Value


@dataclass(frozen=True)
class DigitsHyperparameters(AdversarialHyperparameters):
    """Those of inpainting digits by linear layers (Figure 1)."""

    w_adv: Annotated[
        float, Value("w_adv", "weight of the adversarial loss; 0 is none", "ours: sweep it"), Ge(0)
    ] = 0.1
    decoder: Annotated[
        Literal["render", "parametric"],
        Structure("", "what makes the input of the prediction: masking, or a network", "Figure 1"),
    ] = "render"
    widths: Annotated[
        Widths, Structure("", "hidden widths of encoder and of parametric decoder", "ours")
    ] = (512, 256, 512)
    d_widths: Annotated[Widths, Structure("", "hidden widths of the discriminator", "ours")] = (
        512,
        256,
    )


@dataclass(frozen=True)
class FaceHyperparameters(AdversarialHyperparameters):
    """Those of both tasks on faces."""

    network: Annotated[
        NetworkSize,
        Structure("", "size of all networks", "paper: Figure 6 and the code; the others are ours"),
    ] = "paper"
    d_hidden: Annotated[
        int,
        Structure("", "width of a linear layer of D before its last; 0 is none", "code: 1024"),
        Ge(0),
    ] = 0
    skip: Annotated[
        bool,
        Structure(
            "",
            "G adds to a guess: bicubic enlargement, or the hole filled from its border",
            "ours, as of Kim et al. 2016 (VDSR); Figure 6 of AIGN has none",
        ),
    ] = False


@dataclass(frozen=True)
class SuperResolutionHyperparameters(FaceHyperparameters):
    """Those of super-resolution without pairs."""

    w_adv: Annotated[
        float, Value("w_adv", "weight of the adversarial loss; 0 is none", FACES_CODE), Ge(0)
    ] = 0.01
    label_flip: Annotated[
        float,
        Value("", "probability that the labels of a batch are flipped for D", FACES_CODE),
        Interval(ge=0, le=1),
    ] = 0.05


@dataclass(frozen=True)
class UnpairedHyperparameters(SuperResolutionHyperparameters):
    """Those of super-resolution by a renderer."""

    w_grey: Annotated[
        float,
        Value("", "weight of the error of grey images", f"{FACES_CODE}: 1 for young and blond"),
        Ge(0),
    ] = 0.0


@dataclass(frozen=True)
class PairedHyperparameters(SuperResolutionHyperparameters):
    """Those of super-resolution with pairs."""

    w_adv: Annotated[
        float, Value("w_adv", "weight of the adversarial loss; 0 is none", FACES_CODE), Ge(0)
    ] = 0.001


@dataclass(frozen=True)
class InpaintingHyperparameters(FaceHyperparameters):
    """Those of inpainting faces."""

    g_steps: Annotated[
        int, Structure("", "updates of the generator in a step", f"{FACES_CODE}: 2"), Ge(1)
    ] = 2
    deconvolutions: Annotated[
        Literal[2, 3],
        Structure("", "transposed convolutions of the generator", f"3: {TUNG}; 2: code for faces"),
    ] = 3


class RestorationDeclaration(Declaration):
    """Declaration of a method that restores images, told nothing but unpaired real ones."""

    Hyperparameters: ClassVar[type[Any]]
    only_where = (OBSERVED,)
    recalls = (REMEMBERED,)
    supervision: ClassVar[Supervision] = "none"
    may_round = True


class DigitsDeclaration(RestorationDeclaration):
    """Declaration of inpainting by linear layers."""

    Hyperparameters = DigitsHyperparameters
    needs = (HIDDEN,)
    at_scale: ClassVar[AtScale] = {
        "smoke": {"lr": 1e-3, "d_lr": 1e-4, "widths": (64, 32, 64), "d_widths": (64, 32)},
        "small": {"lr": 1e-3, "d_lr": 1e-4, "init_std": 0.05},
    }


_FACES: AtScale = {
    "smoke": {"network": "tiny", "skip": True, "lr": 1e-3, "d_lr": 1e-4},
    "small": {"network": "small", "skip": True, "lr": 1e-3, "d_lr": 2e-5},
}


class UnpairedDeclaration(RestorationDeclaration):
    """Declaration of super-resolution by a renderer."""

    Hyperparameters = UnpairedHyperparameters
    at_scale = _FACES


class PairedDeclaration(RestorationDeclaration):
    """Declaration of super-resolution with the image of high resolution as target."""

    Hyperparameters = PairedHyperparameters
    supervision: ClassVar[Supervision] = "labels"
    at_scale = _FACES


class CycleDeclaration(RestorationDeclaration):
    """Declaration of the cycle baseline of super-resolution."""

    Hyperparameters = SuperResolutionHyperparameters
    at_scale = _FACES


class InpaintingDeclaration(RestorationDeclaration):
    """Declaration of inpainting faces."""

    Hyperparameters = InpaintingHyperparameters
    needs = (HIDDEN,)
    at_scale = _FACES
