"""Scores of a trained method on the test split."""

from collections.abc import Iterable, Iterator
from contextlib import contextmanager

import torch

from harness import seeding
from harness.data.dataset import Dataset
from harness.errors import UserError
from harness.heartbeat import beat
from harness.methods import METHODS
from harness.metrics.data import EvaluationData
from harness.metrics.disentanglement.scores import Scores
from harness.metrics.registry import METRIC_PATHS, METRICS
from models.method import Method


@torch.no_grad()
def evaluate(method: Method, data: EvaluationData, names: Iterable[str], seed: int) -> Scores:
    """Return the scores of the metrics that apply to this method and dataset.

    Where a metric could not compute a number it is left out, and the reason is there instead.
    Codes are computed once for all metrics; a score is the same computed alone or with others.

    Every evaluation of a trial draws the same noise, so that epochs differ by training alone.

    Args:
        method: the trained method.
        data: what to score it on.
        names: metrics asked for; those that do not apply are left out.
        seed: the trial's seed.
    """
    scores, data = Scores({}), data.remembering()
    with evaluating(method):
        for name in scorable(method, names, data.dataset):
            metric = METRICS.load(name)
            beat(f"evaluate: {name}")
            draws = [seeding.generator(seed, f"metric {name}", data.device)] if metric.draws else []
            scores.add(metric.scores(method, data, *draws))
    return scores


def scorable(method: Method, names: Iterable[str], dataset: Dataset) -> list[str]:
    """Return the metrics that apply to this method and dataset (``Metric.applies_to``)."""
    return [name for name in names if METRICS.load(name).applies_to(method, dataset)]


def require_scorable(asked_of: Iterable[tuple[str, tuple[str, ...]]]) -> None:
    """Refuse methods that none of the metrics asked for can score.

    Args:
        asked_of: each method, and the names of the metrics asked for.

    Raises:
        UserError: names the method, and metrics that can.
    """
    for name, asked in asked_of:
        method = METHODS.load(name)
        if any(METRICS.load(metric).can_score(method) for metric in asked):
            continue
        able = [m for m in METRIC_PATHS if METRICS.load(m).can_score(method)]
        raise UserError(
            f"The method '{name}' cannot be scored on {', '.join(asked)}: it lacks what these need "
            f"(see models/protocols.py). It can be on {', '.join(able)}, where the dataset has the "
            f"labels: metrics=[{able[0]}]."
        )


@contextmanager
def evaluating(method: Method) -> Iterator[None]:
    """Hold a method in evaluation mode (BatchNorm uses, and keeps, its running statistics)."""
    was_training = method.training
    method.eval()
    try:
        yield
    finally:
        method.train(was_training)
