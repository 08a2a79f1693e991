"""Whether a dataset knows what the metrics asked for are computed from."""

from collections.abc import Iterable
from functools import partial

from harness.config.schema import TrialConfig
from harness.data.options import DatasetOptions
from harness.datasets.registry import datasets_that
from harness.errors import UserError
from harness.metrics.registry import METRICS, Metric

_WHAT = {
    "identity_factor": "identities",
    "camera_factor": "cameras",
    "keypoints": "keypoints",
}


def check_scores(trials: Iterable[TrialConfig]) -> None:
    """Refuse trials that ask for a metric of what their dataset does not know.

    Raises:
        UserError: it does not know the identities, cameras or keypoints of its images, or
            gives no such poses beside them.
    """
    for options, name in dict.fromkeys((t.dataset, name) for t in trials for name in t.metrics):
        metric = METRICS[name]
        missing = _missing(metric, options)
        if missing:
            source = getattr(options, "source", "")
            of = f"'{options.name}'" + (f" with source={source}" if source else "")
            needed = [*(_WHAT[field] for field in metric.of_options), *metric.of_modalities]
            known = datasets_that(partial(_suffices, metric))
            remedy = f", or choose dataset={', dataset='.join(known)}" if known else ""
            raise UserError(
                f"The metric '{name}' needs images whose {_and(needed)} are known, and the dataset "
                f"{of} does not know their {_and(missing)}. Leave '{name}' out of metrics{remedy}."
            )


def _suffices(metric: Metric, options: type[DatasetOptions]) -> bool:
    return not _missing(metric, options())


def _missing(metric: Metric, options: DatasetOptions) -> list[str]:
    fields = [_WHAT[field] for field in metric.of_options if not getattr(options, field)]
    return fields + [name for name in metric.of_modalities if name not in options.modalities]


def _and(words: Iterable[str]) -> str:
    return " and ".join(words)
