"""Hyperparameters of a method's spatial transformer. Importing this is cheap: it needs no torch."""

from dataclasses import dataclass
from typing import Annotated

from annotated_types import Ge

from models.choices import ExponentialName, InverseMode, TransformName
from models.hyperparameters import Added, Structure


@dataclass(frozen=True)
class TransformerHyperparameters:
    """The family of transformations and its options."""

    transform: Annotated[
        TransformName, Structure("T_γ", "family of spatial transformations", "equations (1)-(3)")
    ] = "affine_diffeo"
    inverse: Annotated[
        InverseMode,
        Structure(
            "T_γ⁻¹",
            "exact; published, the released code's (inexact); or released, with its slips as well",
            "released code, spatial_transformer.py",
        ),
    ] = "exact"
    exponential: Annotated[
        ExponentialName,
        Structure(
            "expm",
            "affine_diffeo: torch's series, or a closed form by cases",
            "released code, expm.py; in use there in one commit (7e83595), then a Padé series",
        ),
        Added(before="series"),
    ] = "series"
    identity_offset: Annotated[
        bool, Structure("", "let γ = 0 be the identity; the paper does not", "ablation of ours")
    ] = False
    tessellation: Annotated[
        tuple[Annotated[int, Ge(1)], Annotated[int, Ge(1)]],
        Structure("", "CPAB's cells along width and height", "[2, 4] for SMPL, [4, 4] for CelebA"),
    ] = (2, 4)
    zero_boundary: Annotated[
        bool, Structure("", "CPAB: nothing crosses the image's border", "released code")
    ] = True
    volume_preserving: Annotated[
        bool, Structure("", "CPAB: areas stay as they are", "libcpab; off in the paper")
    ] = False
    published_axes: Annotated[
        bool,
        Structure("", "CPAB: count the cells along height and width instead", "libcpab's axes"),
    ] = False
    steps: Annotated[
        Annotated[int, Ge(1)] | None,
        Structure("", "CPAB: integrate every point in so many steps", "50 in the released code"),
    ] = None
