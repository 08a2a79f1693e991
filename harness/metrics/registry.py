"""The metrics by name, one line each; the file of a metric is imported when it is asked for."""

from collections import Counter
from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Any

from harness.errors import UserError
from harness.plugins import Plugins

if TYPE_CHECKING:
    from harness.metrics.metric import Metric, MetricKey

METRIC_PATHS: Mapping[str, str] = {
    "elbo": "harness.metrics.likelihood.elbo.elbo",
    "bits_per_dimension": "harness.metrics.likelihood.bits_per_dimension.bits_per_dimension",
    "mse": "harness.metrics.likelihood.mse.mse",
    "log_px": "harness.metrics.likelihood.log_px.log_px",
    "latents": "harness.metrics.likelihood.latents.latents",
    "appearance_knn": "harness.metrics.codes.appearance_knn.appearance_knn",
    "factor_scores": "harness.metrics.codes.factor_scores.factor_scores",
    "latent_recovery": "harness.metrics.codes.latent_recovery.latent_recovery",
    "information": "harness.metrics.swaps.information.information",
    "pairs": "harness.metrics.swaps.pairs.pairs",
    "triplets": "harness.metrics.swaps.triplets.triplets",
    "probes": "harness.metrics.codes.probes.probes",
    "reid": "harness.metrics.people.reid.reid",
    "repose": "harness.metrics.people.repose.repose",
    "beta_vae_pairs": "harness.metrics.codes.beta_vae_pairs.beta_vae_pairs",
    "pose_error": "harness.metrics.hands.pose_error.pose_error",
    "viewpoint_error": "harness.metrics.hands.viewpoint_error.viewpoint_error",
    "joint_error": "harness.metrics.poses.joint_error.joint_error",
    "joint_error_gap": "harness.metrics.poses.joint_error_gap.joint_error_gap",
    "joint_guesses": "harness.metrics.poses.joint_guesses.joint_guesses",
    "reprojection": "harness.metrics.poses.reprojection.reprojection",
    "beta_vae_poses": "harness.metrics.codes.beta_vae_poses.beta_vae_poses",
    "sketch_error": "harness.metrics.sketches.sketch_error.sketch_error",
    "sketch_error_gap": "harness.metrics.sketches.sketch_error_gap.sketch_error_gap",
    "sketch_guesses": "harness.metrics.sketches.sketch_guesses.sketch_guesses",
    "recombination": "harness.metrics.swaps.recombination.recombination",
    "appearance_probe": "harness.metrics.codes.appearance_probe.appearance_probe",
    "beta_vae_labels": "harness.metrics.codes.beta_vae_labels.beta_vae_labels",
    "regress_out": "harness.metrics.hands.regress_out.regress_out",
    "pose_drift": "harness.metrics.hands.pose_drift.pose_drift",
    "beta_vae_score": "harness.metrics.factors.beta_vae_score.beta_vae_score",
    "factor_vae_score": "harness.metrics.factors.factor_vae_score.factor_vae_score",
    "mig": "harness.metrics.factors.mig.mig",
    "dci": "harness.metrics.factors.dci.dci",
    "dci_linear": "harness.metrics.factors.dci_linear.dci_linear",
    "sap": "harness.metrics.factors.sap.sap",
    "sap_continuous": "harness.metrics.factors.sap_continuous.sap_continuous",
    "modularity_explicitness": "harness.metrics.factors.modularity.modularity_explicitness",
    "irs": "harness.metrics.factors.irs.irs",
    "unsupervised": "harness.metrics.factors.unsupervised.unsupervised",
    "infomec": "harness.metrics.factors.infomec.infomec",
    "downstream": "harness.metrics.factors.downstream.downstream",
    "udr": "harness.metrics.codes.udr.udr",
    "inpainting": "harness.metrics.restoration.inpainting.inpainting",
    "super_resolution": "harness.metrics.restoration.super_resolution.super_resolution",
    "class_change": "harness.metrics.restoration.class_change.class_change",
    "realism": "harness.metrics.restoration.realism.realism",
    "attribute_rate": "harness.metrics.restoration.attribute_rate.attribute_rate",
    "depth_error": "harness.metrics.scenes.depth_error.depth_error",
    "motion_error": "harness.metrics.scenes.motion_error.motion_error",
    "flow_error": "harness.metrics.scenes.flow_error.flow_error",
    "spread": "harness.metrics.adversarial.spread.spread",
    "skipped_updates": "harness.metrics.adversarial.skipped_updates.skipped_updates",
    "seconds": "harness.metrics.seconds.seconds",
}
"""Dotted path of each metric of this distribution."""


RENAMED: Mapping[str, str] = {"beta_vae_score": "beta_vae_pairs"}
"""Columns of older run directories by another name than their metric's of now."""


def check_metric(thing: object, path: str) -> "Metric":
    """Return the metric that a dotted path led to.

    Raises:
        TypeError: it is not a metric (see ``harness.metrics.metric.metric``).
    """
    from harness.metrics.metric import Metric, MetricKey

    if not isinstance(thing, Metric):
        raise TypeError(
            f"'{path}' is not a metric: decorate its function with harness.metrics.metric.metric"
        )
    for key in thing.keys:
        if not isinstance(key, MetricKey) or key.direction not in ("higher", "lower", "none"):
            raise TypeError(f"'{path}': a key must be a MetricKey, higher, lower or none: {key!r}")
        if not (isinstance(key.name, str) and key.name.isidentifier()):
            raise TypeError(f"'{path}': '{key.name}' cannot name a column: letters, digits and _")
    if len({key.name for key in thing.keys}) < len(thing.keys):
        raise TypeError(f"'{path}' declares a key twice")
    named: list[Any] = [thing.of_modalities, thing.of_factors, thing.of_options]
    if any(isinstance(names, str) for names in named):
        raise TypeError(f"'{path}': of_factors, of_options and of_modalities are tuples")
    return thing


METRICS: "Plugins[Metric]" = Plugins(
    "metric", "unbraid.metrics", METRIC_PATHS, check_metric, "my_metrics.sharpness"
)
"""Every metric: ours, those of other distributions, and any by its dotted path."""


def check_metrics(names: Any) -> tuple[str, ...]:
    """Return names of metrics as a tuple.

    Raises:
        UserError: not a list, an empty one, an unknown metric, or two that report the same key.
    """
    if isinstance(names, str):
        raise UserError(f"metrics={names}: write a list, metrics=[{names}].")
    if not isinstance(names, list | tuple) or not names:
        raise UserError(
            f"metrics={names}: write a list of {', '.join(METRIC_PATHS)}: metrics=[elbo]."
        )
    asked = tuple(dict.fromkeys(map(str, names)))
    for key, n in Counter(metric_keys(asked)).items():
        if n > 1:
            both = [name for name in asked if key in metric_keys([name])]
            raise UserError(
                f"metrics: {' and '.join(both)} both report '{key}', which is one column of the "
                "results. Leave one of them out."
            )
    return tuple(map(str, names))


def metric_keys(names: Iterable[str]) -> list[str]:
    """Return the columns that these metrics fill, in order."""
    return [key.name for name in names for key in METRICS.load(name).keys]


def metric_columns(name: str) -> list[str]:
    """Return the columns of a run directory's trials that a metric fills, in order."""
    return [f"metric.{key}" for key in metric_keys([name])]


def known_keys() -> "dict[str, MetricKey]":
    """Return the keys of all metrics of this distribution, by name."""
    return {key.name: key for name in METRIC_PATHS for key in METRICS.load(name).keys}


def describe_keys(names: Iterable[str]) -> list[dict[str, str]]:
    """Return the keys of these metrics as ``sweep.yaml`` stores them, in order."""
    return [
        {
            "name": key.name,
            "label": key.label,
            "direction": key.direction,
            "unit": key.unit,
            "range": key.range,
            "meaning": METRICS.load(name).summary,
        }
        for name in names
        for key in METRICS.load(name).keys
    ]


def with_labels(entries: Iterable[Any]) -> list[Any]:
    """Return the metrics of a ``sweep.yaml`` with the labels and ranges that older versions lack.

    Metrics that this distribution does not have stay as they are.
    """
    stored = list(entries)
    lacking = [e for e in stored if isinstance(e, Mapping) and "name" in e and "label" not in e]
    if not lacking:
        return stored
    known = known_keys()
    known |= {old: known[new] for old, new in RENAMED.items()}
    added = {
        name: {"label": known[name].label, "range": known[name].range}
        for name in (entry["name"] for entry in lacking)
        if name in known
    }
    return [{**added[e["name"]], **e} if e in lacking and e["name"] in added else e for e in stored]
