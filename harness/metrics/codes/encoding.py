"""Codes of the test split as arrays: of its images, and of their labels."""

from __future__ import annotations

import numpy as np
import torch

from harness.metrics.data import EvaluationData
from models.protocols import Encodes, EncodesModalities


def encode_images(
    method: Encodes, data: EvaluationData, limit: int | None = None
) -> dict[str, np.ndarray]:
    """Return the codes of the (first ``limit``) test images by latent group, ``[N, d]`` float64."""
    return _concatenated([method.encode(batch["image"]) for batch in data.test_batches(limit)])


def encode_labels(method: EncodesModalities, data: EvaluationData) -> dict[str, np.ndarray]:
    """Return the codes of the test images' labels by latent group, ``[N, d]`` float64."""
    return _concatenated([method.encode_modalities(batch) for batch in data.test_batches()])


def _concatenated(parts: list[dict[str, torch.Tensor]]) -> dict[str, np.ndarray]:
    return {
        group: torch.cat([part[group] for part in parts]).double().cpu().numpy()
        for group in parts[0]
    }
