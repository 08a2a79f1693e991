"""Squared error of reconstructions."""

from harness.metrics.data import EvaluationData
from harness.metrics.metric import MetricKey, metric
from models.protocols import Reconstructs


@metric(
    needs=Reconstructs,
    keys=[MetricKey("mse", "MSE", "lower", "squared intensity", "[0, 1]", "0")],
)
def mse(method: Reconstructs, data: EvaluationData) -> dict[str, float]:
    """Squared error of reconstructed test images, mean over pixels and images."""
    total, count = 0.0, 0
    for batch in data.test_batches():
        error = (method.reconstruct(batch["image"]) - batch["image"]).square()
        total += float(error.double().sum())
        count += error.numel()
    return {"mse": total / count}
