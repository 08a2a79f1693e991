"""What a plan must know of AIGN for poses. Importing this is cheap: it needs no torch."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Annotated, Any, ClassVar, Literal

from annotated_types import Ge, Gt

from models.adversarial.hyperparameters import TUNG, AdversarialHyperparameters
from models.choices import NetworkSize, OptimizerName
from models.declaration import LABELLED, Declaration
from models.hyperparameters import AtScale, Structure, Value

BASIS = "pose_basis"
"""Table ``[1 + D, D]``: a mean body and components of bodies, D coordinates each."""
MEMORY = ("unpaired_cpose", "unpaired_pinhole")
"""Bodies in their own frames, and cameras, which belong to no image."""

Arm = Literal["adversarial", "reconstruction", "supervised"]


@dataclass(frozen=True)
class PoseHyperparameters(AdversarialHyperparameters):
    """Those of poses."""

    w_adv: Annotated[
        float, Value("w_adv", "weight of the adversarial loss; 0 is none", "ours"), Ge(0)
    ] = 1e-3
    arm: Annotated[
        Arm,
        Structure(
            "",
            "adversarial: both losses; reconstruction: without the adversary; supervised: with "
            "joints in space in its place",
            "the last two are ours",
        ),
    ] = "adversarial"
    pca_k: Annotated[
        int, Structure("K", "components of the basis of bodies", f"{TUNG}: 60 of 96"), Ge(1)
    ] = 60
    heatmap_sigma: Annotated[
        float, Structure("σ", "standard deviation of heatmaps, cells", f"{TUNG}: 'variance'"), Gt(0)
    ] = 0.25
    optimizer: Annotated[
        OptimizerName, Structure("", "what updates the parameters", f"{TUNG}: gradient descent")
    ] = "sgd"
    network: Annotated[
        NetworkSize,
        Structure("", "size of all networks", f"paper: {TUNG}, Figure 2; the others are ours"),
    ] = "paper"


class PoseDeclaration(Declaration):
    """Declaration of AIGN for poses."""

    Hyperparameters: ClassVar[type[Any]] = PoseHyperparameters
    needs = ("joints_2d", LABELLED)
    uses = ("joints_3d",)
    only_where = (LABELLED, "labelled_2d")
    unpaired = MEMORY
    tables = (BASIS,)
    at_scale: ClassVar[AtScale] = {
        "smoke": {
            "network": "tiny",
            "optimizer": "adam",
            "lr": 1e-3,
            "d_lr": 1e-3,
            "heatmap_sigma": 1.0,
            "pca_k": 20,
        },
        "small": {
            "network": "small",
            "optimizer": "adam",
            "lr": 1e-3,
            "d_lr": 1e-4,
            "w_adv": 0.01,
            "beta1": 0.5,
            "heatmap_sigma": 1.0,
            "pca_k": 16,
        },
    }

    @classmethod
    def fault(cls, hyperparameters: Any, tables: Mapping[str, tuple[int, ...]]) -> str:
        """Refuse more components than bodies have coordinates."""
        coordinates = tables[BASIS][1]
        if hyperparameters.pca_k <= coordinates:
            return ""
        joints = coordinates // 3
        more = " or take the 32 joints of Human3.6M (dataset.joints=32)" if joints < 32 else ""
        return (
            f"method.pca_k={hyperparameters.pca_k} components do not exist: bodies of {joints} "
            f"joints have {coordinates} coordinates. Give method.pca_k={coordinates} or less{more}."
        )
