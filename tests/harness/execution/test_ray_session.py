"""What is said where Ray does not start."""

import pytest
import ray
from ray._private import services

from harness.errors import UserError
from harness.execution import ray_private
from harness.execution.ray_private import patient_start
from harness.execution.ray_session import ray_session
from tests.harness.execution.helpers.alone import SETTINGS


def fails_with(error: Exception, monkeypatch: pytest.MonkeyPatch) -> None:
    def init(*_: object, **__: object) -> None:
        raise error

    monkeypatch.setattr(ray, "init", init)


def test_a_machine_that_is_too_busy(monkeypatch: pytest.MonkeyPatch) -> None:
    fails_with(Exception("The current node timed out during startup. This could"), monkeypatch)
    with pytest.raises(UserError, match=r"busy.*same command again"), ray_session(SETTINGS):
        pass


def test_other_errors_stay_what_they_are(monkeypatch: pytest.MonkeyPatch) -> None:
    fails_with(Exception("The disk has gone"), monkeypatch)
    with pytest.raises(Exception, match=r"^The disk has gone$"), ray_session(SETTINGS):
        pass


def test_a_start_may_take_longer_than_ray_waits(monkeypatch: pytest.MonkeyPatch) -> None:
    asked = []

    def get_node(address: str) -> str:
        asked.append(address)
        if len(asked) < 3:
            raise RuntimeError("GCS cannot find the node")
        return "found"

    monkeypatch.setattr(services, "get_node", get_node)
    with patient_start():
        assert services.get_node("here") == "found"
    assert asked == ["here"] * 3
    assert services.get_node is get_node


def test_a_start_is_given_up_in_the_end(monkeypatch: pytest.MonkeyPatch) -> None:
    def get_node() -> None:
        raise RuntimeError("GCS cannot find the node")

    monkeypatch.setattr(services, "get_node", get_node)
    monkeypatch.setattr(ray_private, "START_S", 0.2)
    with patient_start(), pytest.raises(RuntimeError, match="cannot find"):
        services.get_node()
