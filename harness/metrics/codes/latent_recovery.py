"""Whether a method finds the latents again that its images were generated from."""

import numpy as np
import torch

from harness.metrics.codes.encoding import of_images
from harness.metrics.codes.neighbours import r_squared
from harness.metrics.data import EvaluationData
from models.method import Method
from models.protocols import Encodes


def compute(
    method: Method,
    data: EvaluationData,
    generator: torch.Generator,  # noqa: ARG001 - every metric is given one
) -> dict[str, float]:
    """Return ``recovery_appearance`` and ``recovery_pose``, each in [0, 1].

    For each group the share of the known latents' variance that the best linear map of the
    inferred codes of the same group explains on the test images (all codes, for a method without
    such groups), mean over the group's latents. A method may turn and scale its latents freely.
    """
    assert isinstance(method, Encodes)
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
    inputs = np.column_stack([codes, np.ones(len(codes))])
    solution: np.ndarray = np.linalg.lstsq(inputs, values.astype(np.float64), rcond=None)[0]
    fitted: np.ndarray = inputs @ solution
    return fitted
