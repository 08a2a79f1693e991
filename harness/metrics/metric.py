"""What a metric says of itself."""

import importlib
from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

_MODULES = {
    "appearance_knn": "harness.metrics.codes.appearance_knn",
    "beta_vae_labels": "harness.metrics.codes.beta_vae_labels",
    "beta_vae_score": "harness.metrics.codes.beta_vae_score",
    "elbo": "harness.metrics.likelihood.elbo",
    "factor_scores": "harness.metrics.codes.factor_scores",
    "information": "harness.metrics.swaps.information",
    "latent_recovery": "harness.metrics.codes.latent_recovery",
    "latents": "harness.metrics.likelihood.latents",
    "log_px": "harness.metrics.likelihood.log_px",
    "metric": "harness.metrics.metric",
    "mse": "harness.metrics.likelihood.mse",
    "pairs": "harness.metrics.swaps.pairs",
    "pose_drift": "harness.metrics.hands.pose_drift",
    "pose_error": "harness.metrics.hands.pose_error",
    "probes": "harness.metrics.codes.probes",
    "regress_out": "harness.metrics.hands.regress_out",
    "reid": "harness.metrics.people.reid",
    "repose": "harness.metrics.people.repose",
    "seconds": "harness.metrics.seconds",
    "triplets": "harness.metrics.swaps.triplets",
    "viewpoint_error": "harness.metrics.hands.viewpoint_error",
}


@dataclass(frozen=True)
class MetricKey:
    """One number that a metric reports; column ``metric.<name>`` of the results.

    Attributes:
        name: the column.
        direction: whether more or less is better; ``none`` for a number that only informs.
        unit: unit of the number.
        range: its possible values.
        oracle: what a perfect method scores.
    """

    name: str
    direction: Literal["higher", "lower", "none"]
    unit: str
    range: str
    oracle: str


@dataclass(frozen=True)
class Metric:
    """A metric of the final evaluation.

    Attributes:
        name: the name in ``metrics=[...]``.
        summary: one line for ``unbraid list metrics``.
        needs: name of the protocol of :mod:`models.method` a method must implement; "" for none.
        keys: the numbers it reports.
        of_factors: fields of ``Dataset`` that must name known factors of the images, such as
            ``known_appearance``.
        of_options: fields of ``DatasetOptions`` that must say something; a trial of a dataset that
            does not know such things is refused before it starts.
        of_modalities: what the dataset must give beside the images; else a trial is refused too.
    """

    name: str
    summary: str
    needs: str
    keys: tuple[MetricKey, ...]
    of_factors: tuple[str, ...] = ()
    of_options: tuple[str, ...] = ()
    of_modalities: tuple[str, ...] = ()

    @property
    def compute(self) -> Callable[..., dict[str, float]]:
        """The function ``(method, data, generator) -> {key: value}``; data is EvaluationData."""
        module = importlib.import_module(_MODULES[self.name])
        function: Callable[..., dict[str, float]] = module.compute
        return function
