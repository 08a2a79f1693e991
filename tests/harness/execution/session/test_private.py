"""What a local sweep keeps Tune from doing."""

from typing import Any

import pytest
from ray.tune.execution import class_cache

from harness.execution.session.private import inheriting


class Worker:
    """What Tune would make a worker of."""


def test_tune_hands_on_no_keys(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "planted")
    handed: list[Any] = []
    monkeypatch.setattr(
        class_cache.ray, "remote", lambda **options: handed.append(options) or (lambda cls: cls)
    )
    class_cache._ActorClassCache().get(Worker)
    assert "planted" in str(handed.pop()), "it does so by itself"
    with inheriting():
        class_cache._ActorClassCache().get(Worker)
    assert handed
    assert "planted" not in str(handed)
    assert "AWS_SECRET_ACCESS_KEY" in class_cache.ENV_VARS_TO_PROPAGATE, "as it was"
