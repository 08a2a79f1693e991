"""What is said where Ray does not start."""

import pytest
import ray

from harness.errors import UserError
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
