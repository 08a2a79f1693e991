"""Pose and viewpoint regressed from each code, which should hold its own factor and no other."""

from __future__ import annotations

import numpy as np
import torch

from harness.data.dataset import Dataset
from harness.errors import UserError
from harness.metrics.codes.encoding import encode_images, encode_labels
from harness.metrics.data import EvaluationData
from harness.metrics.hands.joints import AREA_LABELS, areas, distances, sum_9
from harness.metrics.hands.poses import unit_mm, visible_joints
from harness.metrics.metric import MetricKey, metric
from models.protocols import Encodes, EncodesModalities

MOST_IMAGES = {"fast": 300, "study": 3000}
"""Most test images, each in another pose; dVAE's Table 4 is of 300."""

FOLDS = 5
ALPHAS = np.logspace(-6, 6, 13)
"""Penalties that ridge regression chooses from; the largest leaves the mean."""

PARTS = ("pose", "pose_labels", "viewpoint", "viewpoint_labels")
"""Codes of a part of the label: z_y1 and z_y2, each of the image and of its own label."""

_LABELS = {
    "pose": "z_y1 of x",
    "pose_labels": "z_y1 of y1",
    "viewpoint": "z_y2 of x",
    "viewpoint_labels": "z_y2 of y2",
    "all": "all of z",
    "noise": "noise",
}


def _keys(code: str) -> list[MetricKey]:
    """Return the keys of one code; they have no direction, for that depends on the code."""
    return [
        *(
            MetricKey(
                f"cpose_{area}_from_{code}",
                f"CPose {label} from {_LABELS[code]}",
                "none",
                "",
                "[0, 1]",
                "1 from its own code",
            )
            for area, label in AREA_LABELS.items()
        ),
        MetricKey(
            f"viewpoint_sum_9_from_{code}",
            f"viewpoint error from {_LABELS[code]}",
            "none",
            "",
            "[0, inf)",
            "0 from its own code",
        ),
    ]


@metric(
    needs=Encodes,
    of_factors=("known_unit",),
    of_modalities=("cpose", "viewpoint"),
    keys=[key for code in (*PARTS, "all", "noise") for key in _keys(code)],
)
def regress_out(
    method: Encodes, data: EvaluationData, generator: torch.Generator
) -> dict[str, float]:
    """Canonical pose and viewpoint regressed from each code and from noise (dVAE, Table 4).

    ``cpose_auc_0_50_from_<code>`` and ``cpose_auc_20_50_from_<code>`` are areas under the PCK curve
    of the regressed canonical pose, ``viewpoint_sum_9_from_<code>`` the squared error of the
    regressed viewpoint. ``<code>`` is each of dVAE's z_y1 and z_y2, named as in :data:`PARTS`;
    ``all``, the image's codes concatenated (z_cross, for a method with one code); and ``noise``,
    N(0, I) of the size of the pose code. Codes that a method lacks are left out.

    Ridge regression on standardised codes, its penalty chosen by leave-one-out; five folds, each
    image predicted from the other four. No two images share a pose: the code of the viewpoint could
    else identify images of one pose.

    Raises:
        UserError: fewer than ten poses.
    """
    images = encode_images(method, data)
    labels = encode_labels(method, data) if isinstance(method, EncodesModalities) else {}
    named = {**images, **{f"{group}_labels": code for group, code in labels.items()}}
    codes = {name: named[name] for name in PARTS if name in named}
    codes["all"] = np.concatenate(list(images.values()), 1)
    like = images.get("pose", codes["all"])
    noise = torch.randn(like.shape, generator=generator, device=generator.device)
    codes["noise"] = noise.double().cpu().numpy()

    rows = distinct_poses(data.dataset)[: MOST_IMAGES[data.budget]]
    if len(rows) < 2 * FOLDS:
        raise UserError(
            f"The metric regress_out needs {2 * FOLDS} test images in different poses and has "
            f"{len(rows)}. Use more of them: scale.test_limit, dataset.n_test."
        )
    scores: dict[str, float] = {}
    for name, code in codes.items():
        of_code = _scores(code[rows], data.dataset, rows)
        scores |= {f"{factor}_from_{name}": value for factor, value in of_code.items()}
    return scores


def distinct_poses(dataset: Dataset) -> np.ndarray:
    """Return the indices of the first test image of each frame; all where frames are unknown."""
    if not dataset.known_frame:
        return np.arange(len(dataset.test))
    return np.sort(np.unique(dataset.test.factors[dataset.known_frame], return_index=True)[1])


def regressed(codes: np.ndarray, targets: np.ndarray) -> np.ndarray:
    """Return predictions of targets ``[N, ...]``, each by a regression on other images.

    Args:
        codes: ``[N, D]``, of at least two images.
        targets: ``[N, ...]``.
    """
    from sklearn.linear_model import RidgeCV
    from sklearn.model_selection import KFold, cross_val_predict
    from sklearn.pipeline import make_pipeline
    from sklearn.preprocessing import StandardScaler

    folds = KFold(min(FOLDS, len(codes)), shuffle=True, random_state=0)
    ridge = make_pipeline(StandardScaler(), RidgeCV(ALPHAS))
    flat = targets.reshape(len(targets), -1).astype(np.float64)
    predicted: np.ndarray = cross_val_predict(ridge, codes, flat, cv=folds)
    return predicted.reshape(targets.shape)


def _scores(codes: np.ndarray, dataset: Dataset, rows: np.ndarray) -> dict[str, float]:
    cpose, viewpoint = (dataset.test.modalities[name][rows] for name in ("cpose", "viewpoint"))
    errors = distances(regressed(codes, cpose), cpose, unit_mm(dataset)[rows])
    auc = areas(errors, visible_joints(dataset)[rows])
    return {
        **{f"cpose_auc_{name}": area for name, area in auc.items()},
        "viewpoint_sum_9": sum_9(regressed(codes, viewpoint), viewpoint),
    }
