"""Made-up results of SemiX's sweep of labels: errors fall with the share of labels."""

from collections.abc import Mapping

import numpy as np

from harness.metrics.registry import describe_keys
from harness.results import Results
from tests.reports.helpers.ablations import factorial

FRACTIONS = (1.0, 0.5, 0.25, 0.1, 0.05)
BASE = 60.0
GUESSES = {"mean": 110.0, "nearest": 90.0}


def supervision(helps: float = 5.0, fades: bool = True, seeds: int = 3, **sweep: object) -> Results:
    """SemiX with and without unpaired targets, and its baseline, which is 10 mm worse everywhere.

    Args:
        helps: what unpaired targets gain at the least share of labels, mm.
        fades: whether they gain nothing where all images are labelled, or as much everywhere.
        seeds: number of seeds; each has an effect of its own, the same in every variant.
        sweep: what else ``sweep.yaml`` tells.
    """

    def value(
        method: str, label_fraction: float, use_targets: bool | None, seed: int
    ) -> Mapping[str, float]:
        scarce = np.log(label_fraction) / np.log(FRACTIONS[-1])
        error = BASE + 30 * scarce
        if method == "semix_sup":
            error += 10
        elif not use_targets:
            error += helps * (scarce if fades else 1)
        of = [seed, round(100 * label_fraction), len(method), int(use_targets is True)]
        noise = np.random.default_rng(of).normal(0, 0.2) + 3 * seed
        errors = {"pa_mpjpe": error + noise, "mpjpe": 1.4 * error + noise}
        gaps = {f"{name}_gap": 0.2 * e * scarce for name, e in errors.items()}
        guessed = {f"{name}_of_{guess}": v for name in errors for guess, v in GUESSES.items()}
        return {**errors, **gaps, **guessed}

    told = {
        "space": "semix_supervision",
        "metrics": describe_keys(["joint_error", "joint_error_gap", "joint_guesses"]),
        "baseline": {"method": "semix", "method.use_targets": True},
        "scale": "small",
    }
    return factorial(
        {
            "method": ["semix", "semix_sup"],
            "dataset.label_fraction": FRACTIONS,
            "method.use_targets": [True, False, None],
        },
        value,  # type: ignore[arg-type]
        seeds,
        lambda method, label_fraction, use_targets: (
            (use_targets is None) == (method == "semix_sup")
        ),
        **{**told, **sweep},
    )
