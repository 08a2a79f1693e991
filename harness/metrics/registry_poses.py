"""Metrics of 3D poses and viewpoints (dVAE), as they are declared."""

from harness.metrics.metric import Metric, MetricKey

PARTS = ("pose", "pose_labels", "viewpoint", "viewpoint_labels")
"""Codes of a part of the label: z_y1 and z_y2, each of the image and of its own label."""


def _of_pose(pose: str) -> tuple[MetricKey, ...]:
    shares = ("pck_20", "pck_50", "auc_0_50", "auc_20_50")
    return (
        MetricKey(f"{pose}_error", "lower", "mm", "[0, inf)", "0"),
        *(MetricKey(f"{pose}_{name}", "higher", "", "[0, 1]", "1") for name in shares),
    )


def _regressed(code: str) -> tuple[MetricKey, ...]:
    """What is regressed from one code; neither way is better without saying which code it is."""
    return (
        MetricKey(f"cpose_auc_0_50_from_{code}", "none", "", "[0, 1]", "1 from its own code"),
        MetricKey(f"cpose_auc_20_50_from_{code}", "none", "", "[0, 1]", "1 from its own code"),
        MetricKey(f"viewpoint_sum_9_from_{code}", "none", "", "[0, inf)", "0 from its own code"),
    )


POSE_METRICS = (
    Metric(
        "pose_error",
        "3D pose found in an image: mean error in mm, correct keypoints, area under their curve",
        needs="Predicts",
        of_factors=("known_unit",),
        of_modalities=("pose",),
        keys=(*_of_pose("pose"), *_of_pose("cpose")),
    ),
    Metric(
        "viewpoint_error",
        "viewpoint found in an image: squared error summed over nine entries, and degrees",
        needs="Predicts",
        of_modalities=("viewpoint",),
        keys=(
            MetricKey("viewpoint_sum_9", "lower", "", "[0, inf)", "0"),
            MetricKey("viewpoint_degrees", "lower", "°", "[0, 180]", "0"),
        ),
    ),
    Metric(
        "beta_vae_labels",
        "which of two factors pairs share, told from the codes of their labels (dVAE, section E)",
        needs="EncodesModalities",
        of_modalities=("pose",),
        keys=(MetricKey("beta_vae_labels", "higher", "", "[0, 1]", "1"),),
    ),
    Metric(
        "regress_out",
        "canonical pose and viewpoint regressed from each code and from noise (dVAE, Table 4)",
        needs="Encodes",
        of_factors=("known_unit",),
        of_modalities=("cpose", "viewpoint"),
        keys=tuple(key for code in (*PARTS, "all", "noise") for key in _regressed(code)),
    ),
    Metric(
        "pose_drift",
        "how far the pose moves in mm when the code of the rest is walked through (dVAE, Fig. 3)",
        needs="DecodesModalities",
        of_factors=("known_unit",),
        of_modalities=("pose",),
        keys=(
            MetricKey("pose_drift", "lower", "mm", "[0, inf)", "0"),
            MetricKey("pose_drift_seen", "lower", "mm", "[0, inf)", "0"),
            MetricKey("rest_change", "none", "squared intensity", "[0, 1]", "depends"),
        ),
    ),
)
