"""Whether a dataset knows what the metrics asked for are computed from."""

from collections.abc import Iterable

from harness.config.schema import TrialConfig
from harness.errors import UserError
from harness.metrics import METRICS

_WHAT = {
    "identity_factor": "identities",
    "camera_factor": "cameras",
    "keypoints": "keypoints",
}


def check_scores(trials: Iterable[TrialConfig]) -> None:
    """Refuse trials that ask for a metric of what their dataset does not know.

    Raises:
        UserError: it does not know the identities, cameras or keypoints of its images.
    """
    for options, name in dict.fromkeys((t.dataset, name) for t in trials for name in t.metrics):
        needed = METRICS[name].of_options
        missing = [_WHAT[field] for field in needed if not getattr(options, field)]
        if missing:
            source = getattr(options, "source", "")
            of = f"'{options.name}'" + (f" with source={source}" if source else "")
            raise UserError(
                f"The metric '{name}' needs images whose {_and(_WHAT[f] for f in needed)} are "
                f"known, and the dataset {of} does not know their {_and(missing)}. Leave '{name}' "
                "out of metrics, or choose dataset=people, whose procedural images have them."
            )


def _and(words: Iterable[str]) -> str:
    return " and ".join(words)
