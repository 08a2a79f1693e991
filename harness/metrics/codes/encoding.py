"""Codes of the test split as arrays: of its images, and of their labels."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import torch

from harness.data.dataset import Dataset
from harness.metrics.data import EvaluationData
from models.protocols import Encodes, EncodesKnown, EncodesModalities


def encode_images(
    method: Encodes | EncodesKnown, data: EvaluationData, limit: int | None = None
) -> dict[str, np.ndarray]:
    """Return the codes of the (first ``limit``) test images by latent group, ``[N, d]`` float64.

    In one evaluation each image is encoded once, whatever the metrics ask for, and always among the
    same others: a matrix product of another shape would move the last bits of its code.
    """
    known: _Codes = data.once("codes of images", lambda: _Codes(method, data))
    return known.first(len(data.dataset.test) if limit is None else limit)


def all_codes(method: Encodes | EncodesKnown, data: EvaluationData) -> np.ndarray:
    """Return the codes of the test images, ``[N, D]`` float64: those of all groups, in order."""
    return np.concatenate(list(encode_images(method, data).values()), 1)


def encode_labels(method: EncodesModalities, data: EvaluationData) -> dict[str, np.ndarray]:
    """Return the codes of the test images' labels by latent group, ``[N, d]`` float64."""

    def encode() -> dict[str, np.ndarray]:
        return _concatenated([method.encode_modalities(batch) for batch in data.test_batches()])

    return data.once("codes of labels", encode)


class _Codes:
    """Codes of the test images, batch by batch as far as they are needed."""

    def __init__(self, method: Encodes | EncodesKnown, data: EvaluationData) -> None:
        self._coming = _encoded(method, data)
        self._parts: list[dict[str, np.ndarray]] = []
        self._n = 0

    def first(self, n: int) -> dict[str, np.ndarray]:
        """Return the codes of the first ``n`` images."""
        while self._n < n and (part := next(self._coming, None)) is not None:
            self._parts.append(part)
            self._n += len(next(iter(part.values())))
        self._parts = [
            {group: np.concatenate([p[group] for p in self._parts]) for group in self._parts[0]}
        ]
        return {group: codes[:n] for group, codes in self._parts[0].items()}


def _encoded(
    method: Encodes | EncodesKnown, data: EvaluationData
) -> Iterator[dict[str, np.ndarray]]:
    if isinstance(method, EncodesKnown):
        factors = scaled_factors(data.dataset)
        for rows in torch.split(torch.arange(len(data.dataset.test)), data.test_batch_size):
            given = {group: values[rows].to(data.device) for group, values in factors.items()}
            yield _arrays(method.encode_known(rows.to(data.device), given))
        return
    for batch in data.test_batches():
        yield _arrays(method.encode(batch["image"]))


def scaled_factors(dataset: Dataset) -> dict[str, torch.Tensor]:
    """Return the known factors of the test images as :class:`EncodesKnown` is given them."""
    names = {"appearance": dataset.known_appearance, "pose": dataset.known_pose}
    return {
        group: torch.from_numpy(np.stack([_scaled(dataset.test.factors[n]) for n in known], 1))
        for group, known in names.items()
        if known
    }


def _scaled(values: np.ndarray) -> np.ndarray:
    low, spread = float(values.min()), float(np.ptp(values))
    return (values.astype(np.float64) - low) / (spread or 1)


def _concatenated(parts: list[dict[str, torch.Tensor]]) -> dict[str, np.ndarray]:
    found = [_arrays(part) for part in parts]
    return {group: np.concatenate([part[group] for part in found]) for group in found[0]}


def _arrays(codes: dict[str, torch.Tensor]) -> dict[str, np.ndarray]:
    return {group: code.double().cpu().numpy() for group, code in codes.items()}
