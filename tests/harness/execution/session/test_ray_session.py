"""How many trials a machine takes, and what is said where Ray does not start."""

import dataclasses

import pytest
import ray

from harness.config.schema import RaySettings
from harness.errors import UserError
from harness.execution.session.ray_session import ray_session, slots

SETTINGS = RaySettings(None, 1, 0, cpus_per_trial=1, gpus_per_trial=0, max_retries=2)


def taken(cpus: float, gpus: float, monkeypatch: pytest.MonkeyPatch) -> int | None:
    monkeypatch.setattr(ray, "cluster_resources", lambda: {"CPU": 8.0, "GPU": 2.0})
    return slots(dataclasses.replace(SETTINGS, cpus_per_trial=cpus, gpus_per_trial=gpus))


@pytest.mark.parametrize(
    ("cpus", "gpus", "n"),
    [
        (1, 0, 8),
        (3, 0, 2),
        (0.5, 0, 16),
        (0.1, 0, 80),  # 8 // 0.1 is 79
        (1, 0.5, 4),
        (1, 0.4, 4),  # two on each: nobody's share is of both
        (0.1, 0.1, 20),
        (1, 1, 2),
        (1, 2, 1),
        (5, 0.5, 1),
    ],
)
def test_trials_at_once(cpus: float, gpus: float, n: int, monkeypatch: pytest.MonkeyPatch) -> None:
    assert taken(cpus, gpus, monkeypatch) == n


def test_more_than_there_is_is_refused_with_its_remedy(monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(UserError, match=r"asks for 3 GPU, but Ray has 2 .*ray.gpus_per_trial"):
        taken(1, 3, monkeypatch)


@pytest.mark.parametrize(("cpus", "threads"), [(0.5, 1), (1, 1), (1.9, 1), (4, 4)])
def test_torch_gets_a_trials_whole_cpus(cpus: float, threads: int) -> None:
    assert dataclasses.replace(SETTINGS, cpus_per_trial=cpus).threads == threads


def fails_with(error: Exception, monkeypatch: pytest.MonkeyPatch) -> None:
    def init(*_: object, **__: object) -> None:
        raise error

    monkeypatch.setattr(ray, "init", init)


def test_a_machine_that_is_too_busy(monkeypatch: pytest.MonkeyPatch) -> None:
    fails_with(Exception("The current node timed out during startup. This could"), monkeypatch)
    with (
        pytest.raises(UserError, match=r"node timed out.*overloaded.*same command again"),
        ray_session(SETTINGS),
    ):
        pass
