"""How far restored images are, as a whole, from true ones: the Fréchet distance of features."""

import numpy as np
import torch

from harness.metrics.data import EvaluationData
from harness.metrics.metric import MetricKey, metric
from harness.metrics.restoration.judging import attribute_judge
from harness.metrics.restoration.shown import shown
from models.protocols import Restores


@metric(
    needs=Restores,
    of_factors=("known_attributes",),
    keys=[MetricKey("frechet_distance", "Fréchet distance", "lower", "", "[0, inf)", "0")],
)
def realism(method: Restores, data: EvaluationData) -> dict[str, float]:
    """Fréchet distance of the restored test images from the true ones (Heusel et al., 2017).

    It is that of two Gaussians with the means and covariances of 256 features, of a network that is
    trained on the attributes of the training images, in place of Inception's. A mean squared error
    is least for the mean of all images that agree with what is seen, which is blurred; this is
    least for images that look like the true ones, whichever they are (Blau and Michaeli, 2018).
    The scale is that of the network: numbers compare on one dataset in one size alone.
    """
    train = data.dataset.train
    names = data.dataset.known_attributes
    judge = attribute_judge(data, np.stack([train.factors[name] for name in names], axis=1))
    pairs = [
        [judge.features(2 * images - 1).double().cpu() for images in both]
        for both in ((batch["image"], shown(method, batch)) for batch in data.test_batches())
    ]
    true, made = (torch.cat(part).numpy() for part in zip(*pairs, strict=True))
    return {"frechet_distance": frechet_distance(true, made)}


def frechet_distance(one: np.ndarray, other: np.ndarray) -> float:
    """Return the squared Fréchet distance of Gaussians fitted to two samples of features.

    ``|m - m'|² + tr(S + S' - 2 (S S')^½)``, where the trace of the root is the sum of the singular
    values of ``A A'ᵀ``, for ``S = Aᵀ A`` and ``S' = A'ᵀ A'``, so that no root of a matrix is taken.

    Args:
        one: ``[N, d]``.
        other: ``[M, d]``.
    """
    (mean, root), (mean_other, root_other) = map(_gaussian, (one, other))
    traces = (root**2).sum() + (root_other**2).sum()
    joint = np.linalg.norm(root @ root_other.T, "nuc")
    return max(0.0, float(((mean - mean_other) ** 2).sum() + traces - 2 * joint))


def _gaussian(features: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Return the mean ``[d]`` and a triangular A with ``Aᵀ A`` the covariance."""
    mean = features.mean(0)
    centred = (features - mean) / np.sqrt(len(features))
    return mean, np.asarray(np.linalg.qr(centred, mode="r"))
