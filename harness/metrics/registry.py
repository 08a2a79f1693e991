"""Metrics by name: what each reports, what it needs of a method, and where it is computed.

Importing this module is cheap; the computation is imported when a trial is evaluated.
"""

from collections.abc import Iterable
from typing import Any

from harness.errors import UserError, did_you_mean
from harness.metrics.metric import Metric, MetricKey
from harness.metrics.registry_poses import POSE_METRICS
from harness.training.scale import Budget

__all__ = ["METRICS", "Budget", "Metric", "MetricKey", "check_metrics", "metric_keys"]

METRICS = {
    metric.name: metric
    for metric in (
        Metric(
            "elbo",
            "evidence lower bound of the test images and its two terms, nats per image",
            needs="Bounds",
            keys=(
                MetricKey("elbo", "higher", "nats", "(-inf, 0] for binary images", "-H(x)"),
                MetricKey("log_likelihood", "higher", "nats", "(-inf, 0]", "-H(x)"),
                MetricKey("kl", "none", "nats", "[0, inf)", "depends on the data"),
            ),
        ),
        Metric(
            "mse",
            "squared error of reconstructed test images, mean over pixels",
            needs="Reconstructs",
            keys=(MetricKey("mse", "lower", "squared intensity", "[0, 1]", "0"),),
        ),
        Metric(
            "log_px",
            "importance-weighted estimate of log p(x): 100 samples (budget fast) or 1000 (study)",
            needs="Weighs",
            keys=(MetricKey("log_px", "higher", "nats", "(-inf, 0] for binary images", "-H(x)"),),
        ),
        Metric(
            "latents",
            "latent dimensions that vary over the test images (Burda et al.); KL, of groups too",
            needs="Infers",
            keys=(
                MetricKey("active_units", "none", "dimensions", "[0, d]", "depends"),
                MetricKey("kl_total", "none", "nats", "[0, inf)", "depends on the data"),
                MetricKey("kl_appearance", "none", "nats", "[0, inf)", "depends on the data"),
                MetricKey("kl_pose", "none", "nats", "[0, inf)", "depends on the data"),
                MetricKey("kl_viewpoint", "none", "nats", "[0, inf)", "depends on the data"),
                MetricKey("kl_rest", "none", "nats", "[0, inf)", "depends on the data"),
            ),
        ),
        Metric(
            "appearance_knn",
            "label found by 5 nearest neighbours among decoded appearances (VITAE's released code)",
            needs="Reconstructs",
            of_factors=("known_appearance",),
            keys=(MetricKey("appearance_knn", "higher", "", "[0, 1]", "1"),),
        ),
        Metric(
            "factor_scores",
            "what each latent group tells of appearance and of pose factors; stands for D_score",
            needs="Encodes",
            of_factors=("known_appearance", "known_pose"),
            keys=(
                MetricKey("appearance_score", "higher", "", "[-1, 1]", "1 - chance"),
                MetricKey("pose_score", "higher", "", "[-1, 1]", "1"),
                MetricKey("d_score", "higher", "", "[-1, 1]", "1 - chance / 2"),
            ),
        ),
        Metric(
            "latent_recovery",
            "variance of known latents that a linear map of the inferred ones explains",
            needs="Encodes",
            of_factors=("known_latents",),
            keys=(
                MetricKey("recovery_appearance", "higher", "", "[0, 1]", "1"),
                MetricKey("recovery_pose", "higher", "", "[0, 1]", "1"),
            ),
        ),
        Metric(
            "information",
            "mutual information of pose and appearance codes, by three classifiers (RoDi, eq. 12)",
            needs="EstimatesInformation",
            of_factors=("known_identity",),
            keys=(
                MetricKey("i_t", "none", "nats", "(-inf, inf)", "0"),
                MetricKey("i_t_prime", "lower", "nats", "(-inf, inf)", "0"),
                MetricKey("i_eval", "lower", "nats", "(-inf, inf)", "0"),
            ),
        ),
        Metric(
            "pairs",
            "squared error of an image from its pose and another's appearance (L_rec of RoDi)",
            needs="Swaps",
            of_factors=("known_identity",),
            keys=(MetricKey("pair_mse", "lower", "squared intensity in [-1, 1]", "[0, 4]", "0"),),
        ),
        Metric(
            "triplets",
            "squared error of swaps whose truth is known: 1,000 (budget fast) or 8,000 triplets",
            needs="Swaps",
            of_factors=("known_identity", "known_frame"),
            keys=(
                MetricKey("triplet_mse", "lower", "squared intensity in [-1, 1]", "[0, 4]", "0"),
                MetricKey("triplet_mse_std", "none", "squared intensity in [-1, 1]", "[0, 4]", "0"),
                MetricKey(
                    "triplet_mse_q25", "lower", "squared intensity in [-1, 1]", "[0, 4]", "0"
                ),
                MetricKey(
                    "triplet_mse_median", "lower", "squared intensity in [-1, 1]", "[0, 4]", "0"
                ),
                MetricKey(
                    "triplet_mse_q75", "lower", "squared intensity in [-1, 1]", "[0, 4]", "0"
                ),
            ),
        ),
        Metric(
            "probes",
            "accuracy of linear probes: identity and frame, from each of the two codes",
            needs="Encodes",
            of_factors=("known_identity", "known_frame"),
            keys=(
                MetricKey("identity_from_pose", "lower", "", "[0, 1]", "chance"),
                MetricKey("identity_from_appearance", "higher", "", "[0, 1]", "1"),
                MetricKey("frame_from_pose", "higher", "", "[0, 1]", "1"),
                MetricKey("frame_from_appearance", "lower", "", "[0, 1]", "chance"),
            ),
        ),
        Metric(
            "reid",
            "re-identification of generated persons, mean average precision (RoDi, Table 2)",
            needs="Swaps",
            of_factors=("known_identity", "known_camera"),
            of_options=("identity_factor", "camera_factor"),
            keys=(
                MetricKey("reid_reconstruction", "higher", "%", "[0, 100]", "reid_real"),
                MetricKey("reid_transfer", "higher", "%", "[0, 100]", "reid_real"),
                MetricKey("reid_real", "none", "%", "[0, 100]", "100"),
            ),
        ),
        Metric(
            "repose",
            "distance of a generated person's keypoints from the pose asked for (RoDi, Table 2)",
            needs="Swaps",
            of_factors=("known_identity", "known_keypoints"),
            of_options=("identity_factor", "keypoints"),
            keys=(
                MetricKey("repose_reconstruction", "lower", "% of width", "[0, inf)", "the floor"),
                MetricKey("repose_reconstruction_std", "none", "% of width", "[0, inf)", "depends"),
                MetricKey("repose_transfer", "lower", "% of width", "[0, inf)", "the floor"),
                MetricKey("repose_transfer_std", "none", "% of width", "[0, inf)", "depends"),
                MetricKey("repose_floor", "none", "% of width", "[0, inf)", "0"),
            ),
        ),
        Metric(
            "beta_vae_score",
            "which of two factors pairs share, told from their codes (Higgins et al., 2017)",
            needs="Encodes",
            of_factors=("known_identity", "known_frame"),
            keys=(MetricKey("beta_vae_score", "higher", "", "[0, 1]", "1"),),
        ),
        *POSE_METRICS,
        Metric(
            "seconds",
            "seconds of a forward pass and of a training step at batch 1024 (VITAE's Table 5)",
            needs="",
            keys=(
                MetricKey("seconds_forward", "lower", "s", "(0, inf)", "none"),
                MetricKey("seconds_step", "lower", "s", "(0, inf)", "none"),
            ),
        ),
    )
}


def check_metrics(names: Any) -> tuple[str, ...]:
    """Return the names as a tuple.

    Raises:
        UserError: not a list, an empty one, or an unknown metric.
    """
    if isinstance(names, str):
        raise UserError(f"metrics={names}: write a list, metrics=[{names}].")
    if not isinstance(names, list | tuple) or not names:
        raise UserError(f"metrics={names}: write a list of {', '.join(METRICS)}: metrics=[elbo].")
    for name in names:
        if name not in METRICS:
            raise UserError(
                f"There is no metric '{name}'.{did_you_mean(str(name), METRICS)} "
                f"Known: {', '.join(METRICS)}."
            )
    return tuple(names)


def metric_keys(names: Iterable[str]) -> list[str]:
    """Return the columns that these metrics fill, in order."""
    return [key.name for name in names for key in METRICS[name].keys]
