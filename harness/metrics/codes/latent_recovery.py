"""How much of the latents that generated the images can be recovered from the codes."""

import numpy as np

from harness.metrics.codes.encoding import encode_images
from harness.metrics.codes.neighbours import r_squared
from harness.metrics.data import EvaluationData
from harness.metrics.metric import MetricKey, metric
from models.protocols import Encodes


@metric(
    needs=Encodes,
    of_codes=True,
    of_factors=("known_latents",),
    keys=[
        MetricKey("recovery_appearance", "recovery appearance", "higher", "", "[0, 1]", "1"),
        MetricKey("recovery_pose", "recovery pose", "higher", "", "[0, 1]", "1"),
    ],
)
def latent_recovery(method: Encodes, data: EvaluationData) -> dict[str, float]:
    """Variance of the generating latents that a linear map of the inferred ones explains.

    ``recovery_appearance`` and ``recovery_pose`` are each the R² of the best linear map from the
    codes of one group to the latents of that group that generated the test images, mean over these
    latents. A method without such groups is scored on all of its codes. Rotating or scaling the
    codes changes nothing.
    """
    from sklearn.linear_model import LinearRegression

    codes = encode_images(method, data)
    everything = np.concatenate(list(codes.values()), 1)
    scores = {}
    for group in ("appearance", "pose"):
        inferred = codes.get(group, everything)
        true = [
            data.dataset.test.factors[name].astype(np.float64)
            for name in data.dataset.known_latents
            if name.startswith(f"z_{group}")
        ]
        fitted = [LinearRegression().fit(inferred, z).predict(inferred) for z in true]
        scores[f"recovery_{group}"] = float(np.mean(list(map(r_squared, true, fitted))))
    return scores
