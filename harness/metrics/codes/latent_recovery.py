"""Whether a method finds the latents again that its images were generated from."""

import numpy as np

from harness.metrics.codes.encoding import of_images
from harness.metrics.codes.neighbours import r_squared
from harness.metrics.data import EvaluationData
from harness.metrics.metric import MetricKey, metric
from models.protocols import Encodes


@metric(
    needs=Encodes,
    of_factors=("known_latents",),
    keys=[
        MetricKey("recovery_appearance", "recovery appearance", "higher", "", "[0, 1]", "1"),
        MetricKey("recovery_pose", "recovery pose", "higher", "", "[0, 1]", "1"),
    ],
)
def latent_recovery(method: Encodes, data: EvaluationData) -> dict[str, float]:
    """Variance of known latents that a linear map of the inferred ones explains.

    Return ``recovery_appearance`` and ``recovery_pose``, each in [0, 1].

    For each group the share of the known latents' variance that the best linear map of the
    inferred codes of the same group explains on the test images (all codes, for a method without
    such groups), mean over the group's latents. A method may turn and scale its latents freely.
    """
    codes = of_images(method, data)
    everything = np.concatenate(list(codes.values()), 1)
    scores = {}
    for group in ("appearance", "pose"):
        inferred = codes.get(group, everything)
        known = [
            data.dataset.test.factors[name]
            for name in data.dataset.known_latents
            if name.startswith(f"z_{group}")
        ]
        explained = [r_squared(values, _fitted(inferred, values)) for values in known]
        scores[f"recovery_{group}"] = float(np.mean(explained))
    return scores


def _fitted(codes: np.ndarray, values: np.ndarray) -> np.ndarray:
    from sklearn.linear_model import LinearRegression

    values = values.astype(np.float64)
    fitted: np.ndarray = LinearRegression().fit(codes, values).predict(codes)
    return fitted
