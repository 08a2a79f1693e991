"""What metrics of 3D poses are called in a sentence."""

_POSES = {"pose": "pose", "cpose": "CPose"}
_SHARES = {
    "pck_20": "PCK at 20 mm",
    "pck_50": "PCK at 50 mm",
    "auc_0_50": "AUC 0–50 mm",
    "auc_20_50": "AUC 20–50 mm",
}
_CODES = {
    "pose": "z_y1 of x",
    "pose_labels": "z_y1 of y1",
    "viewpoint": "z_y2 of x",
    "viewpoint_labels": "z_y2 of y2",
    "all": "all of z",
    "noise": "noise",
}

POSE_LABELS = {
    "viewpoint_sum_9": "viewpoint error",
    "viewpoint_degrees": "viewpoint angle",
    "pose_drift": "pose drift",
    "pose_drift_seen": "pose drift in images",
    "rest_change": "change by z_u",
}
for _name, _label in _POSES.items():
    POSE_LABELS[f"{_name}_error"] = f"{_label} error"
    POSE_LABELS |= {f"{_name}_{key}": f"{_label} {share}" for key, share in _SHARES.items()}
for _name, _label in _CODES.items():
    for _area in ("auc_0_50", "auc_20_50"):
        POSE_LABELS[f"cpose_{_area}_from_{_name}"] = f"CPose {_SHARES[_area]} from {_label}"
    POSE_LABELS[f"viewpoint_sum_9_from_{_name}"] = f"viewpoint error from {_label}"
