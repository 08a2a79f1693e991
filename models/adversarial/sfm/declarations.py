"""What a plan must know of AIGN for structure from motion. Importing this needs no torch."""

from dataclasses import dataclass
from typing import Annotated, Any, ClassVar, Literal

from annotated_types import Ge

from models.adversarial.hyperparameters import TUNG, AdversarialHyperparameters
from models.choices import GateRule, NetworkSize
from models.declaration import Declaration, Supervision
from models.hyperparameters import AtScale, Structure, Value

INTRINSICS = "intrinsics"
"""Table ``[4]``: ``fx, fy, cx, cy`` in pixels."""
MEMORY = ("unpaired_depth", "unpaired_motion")
"""Depth maps and camera motions, which belong to no image."""

Priors = Literal["none", "depth", "motion", "both"]

_OURS = "ours: the paper prints no loss for this task"


@dataclass(frozen=True)
class SfmHyperparameters(AdversarialHyperparameters):
    """Those of structure from motion."""

    w_adv: Annotated[
        float, Value("w_adv", "weight of the adversarial loss; 0 is none", "ours"), Ge(0)
    ] = 0.01
    gate: Annotated[GateRule, Structure("", "when D and G are updated", f"{TUNG}, section 2.2")] = (
        "theta"
    )
    priors: Annotated[
        Priors,
        Structure("", "what adversaries judge: depths, motions, both or none", "section 2.2"),
    ] = "both"
    w_rigid: Annotated[
        float, Value("", "weight of the absolute error of colours by the rigid flow", _OURS), Ge(0)
    ] = 1.0
    w_flow: Annotated[float, Value("", "weight of that by the predicted flow", _OURS), Ge(0)] = 1.0
    w_same: Annotated[
        float, Value("", "weight of the distance of both flows, widths", _OURS), Ge(0)
    ] = 1.0
    network: Annotated[
        NetworkSize,
        Structure("", "size of all networks", f"paper: {TUNG}, Figure 4; the others are ours"),
    ] = "paper"


class SfmDeclaration(Declaration):
    """Declaration of AIGN for structure from motion."""

    Hyperparameters: ClassVar[type[Any]] = SfmHyperparameters
    unpaired = MEMORY
    tables = (INTRINSICS,)
    supervision: ClassVar[Supervision] = "none"
    at_scale: ClassVar[AtScale] = {
        "smoke": {"network": "tiny", "lr": 1e-3, "d_lr": 1e-3},
        "small": {"network": "small", "lr": 1e-3, "d_lr": 1e-3},
    }
