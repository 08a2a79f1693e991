"""UDR of kept models: how far the seeds of one configuration agree on their codes."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace

import numpy as np
import torch

from harness.data.dataset import Dataset
from harness.data.options import DatasetOptions
from harness.evaluation.scores import evaluating
from harness.kept.evaluation import Task
from harness.kept.loading import read_model
from harness.metrics.disentanglement.scores import Scores
from harness.metrics.disentanglement.udr import udr
from harness.results import Results
from harness.trial.scoring import evaluation_data
from models.method import device_of
from models.protocols import Encodes, Infers

NAME = "udr"
"""The metric."""

IMAGES = 1000
"""Test images whose codes are compared (Duan et al., 2020), the first ones."""


def alone(task: Task) -> Task | None:
    """Return a task without this metric; None where nothing else is to be computed."""
    others = tuple(name for name in task.metrics if name != NAME)
    return replace(task, metrics=others) if others else None


def agreement(
    results: Results,
    tasks: Sequence[Task],
    datasets: Mapping[DatasetOptions, Dataset],
    device: str,
) -> Iterator[tuple[str, Scores]]:
    """Yield ``udr`` of each model whose configuration has a model that lacks it, by trial id.

    Args:
        results: of the run directory that keeps the models.
        tasks: of all kept models.
        datasets: of their trials, by options.
        device: ``auto``, ``cpu`` or ``cuda``.

    Raises:
        CorruptFileError: a model's file is torn or altered.
        UserError: it cannot be loaded.
    """
    seeds: dict[str, list[Task]] = {}
    for task in tasks:
        seeds.setdefault(task.trial.configuration, []).append(task)
    for members in seeds.values():
        if not any(NAME in task.metrics for task in members):
            continue
        encoded = [_encoded(results, task, datasets, device) for task in members]
        scores = udr([codes for codes, _ in encoded], [kl for _, kl in encoded])
        for i, task in enumerate(members):
            key = f"udr_{i}"
            why = {NAME: scores.reasons[key]} if key in scores.reasons else {}
            yield task.model.trial_id, Scores({NAME: scores[key]}, why).known


def _encoded(
    results: Results, task: Task, datasets: Mapping[DatasetOptions, Dataset], device: str
) -> tuple[np.ndarray, np.ndarray]:
    """Return a model's codes of the test images ``[N, D]``, and their divergences ``[D]``.

    A code without a posterior diverges from a prior without end.
    """
    _, method = read_model(results, task.model.trial_id, device)
    assert isinstance(method, Encodes)
    where = device_of(method)
    data = evaluation_data(task.trial, datasets[task.trial.dataset], where)
    parts: list[torch.Tensor] = []
    divergences: list[torch.Tensor] = []
    with torch.no_grad(), evaluating(method):
        for batch in data.test_batches(IMAGES):
            codes = method.encode(batch["image"])
            posteriors = method.posterior(batch["image"]) if isinstance(method, Infers) else {}
            parts.append(torch.cat(list(codes.values()), 1))
            divergences.append(
                torch.cat(
                    [
                        posteriors[group].kl_by_dimension()
                        if group in posteriors
                        else torch.full_like(code, torch.inf)
                        for group, code in codes.items()
                    ],
                    1,
                )
            )
    return (
        torch.cat(parts).double().cpu().numpy(),
        torch.cat(divergences).double().mean(0).cpu().numpy(),
    )
