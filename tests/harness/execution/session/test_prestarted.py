"""When workers prepare themselves in advance."""

import dataclasses
import os

import pytest

from harness.config.schema import RaySettings
from harness.execution.session.prestarted import SIGNS, preloading, wait_until_ready

SETTINGS = RaySettings(None, 4, 0, cpus_per_trial=1, gpus_per_trial=0, max_retries=2)


@pytest.mark.parametrize(
    ("trials", "cpus", "gpus", "prepared"),
    [
        (100, 1, 0, True),
        (2, 1, 0, True),
        (1, 1, 0, False),  # three of four would import torch for nothing
        (100, 2, 0, True),
        (100, 4, 0, False),
        (100, 0.5, 0, True),
        (100, 1, 0.5, False),  # as many as there are shares of GPUs, which nobody knows yet
    ],
)
def test_they_do_where_most_get_a_trial(
    trials: int, cpus: float, gpus: float, *, prepared: bool
) -> None:
    settings = dataclasses.replace(SETTINGS, cpus_per_trial=cpus, gpus_per_trial=gpus)
    with preloading(settings, trials):
        assert (SIGNS in os.environ) == prepared
    assert SIGNS not in os.environ


def test_nobody_waits_for_those_that_do_not() -> None:
    wait_until_ready(100)
