"""What a trial's method is scored on, and its final evaluation."""

import math

import torch

from harness.config.schema import TrialConfig
from harness.data.dataset import Dataset
from harness.data.validation import with_validation
from harness.evaluation.artifacts import arrays_of
from harness.evaluation.scores import evaluate
from harness.heartbeat import beat
from harness.metrics.data import EvaluationData, images_at_once
from harness.results.records import TrialRecord
from harness.trial.method import as_asked
from harness.trial.weights import encode_model
from models.method import Method


def score(
    method: Method, data: EvaluationData, trial: TrialConfig, record: TrialRecord, *, keep: bool
) -> str | None:
    """Put what a trained method is worth into the record; return what of it is not finite.

    Its arrays for figures and, with ``keep``, its model go into the record, too.
    """
    final = evaluate(method, data, trial.metrics, trial.seed)
    record.metrics, record.env["unscored"] = dict(final), final.why_not
    reason = not_finite(record.metrics, trial.scale.scored_on)
    beat("make the arrays for figures")
    record.arrays = arrays_of(method, data, trial.seed)
    record.env["arrays"] = len(record.arrays)
    record.model = encode_model(method, trial) if keep and not reason else None
    return reason


def evaluation_data(trial: TrialConfig, dataset: Dataset, device: torch.device) -> EvaluationData:
    """Return what a trial's method is scored on: its dataset within the scale's limits."""
    scale, dataset = trial.scale, as_asked(trial, dataset)
    if scale.scored_on == "validation":
        dataset = with_validation(dataset, scale.train_limit, scale.test_limit)
    used = dataset.limited(scale.train_limit, scale.test_limit)
    return EvaluationData(used, device, scale.batch_size, scale.budget, images_at_once(used))


def not_finite(scores: dict[str, float], split: str) -> str | None:
    """Return which scores on a split are not finite, in words; None where all are."""
    bad = [f"{key} is {value}" for key, value in scores.items() if not math.isfinite(value)]
    return f"on the {split} split {', '.join(bad)}" if bad else None
