"""The settings of a command, from plain values."""

import dataclasses
from collections.abc import Mapping
from typing import Any

from harness.config.build import build
from harness.config.schema import RaySettings, Settings
from harness.config.searched.settings import build_scheduler, build_search
from harness.tracking.registry import check_trackers


def build_settings(values: Mapping[str, Any]) -> Settings:
    """Return the settings of a composed configuration, or of those that a ``sweep.yaml`` keeps.

    Keys that are no settings are left alone. Older sweeps name neither search nor scheduler: theirs
    was a grid that ran every trial to its end.

    Raises:
        UserError: a wrong key, type or range; the message names the key.
    """
    parts = {
        "ray": build(RaySettings, values["ray"], "ray"),
        "search": build_search(values.get("search", {"name": "grid"})),
        "scheduler": build_scheduler(values.get("scheduler", {"name": "none"})),
        "log": check_trackers(values.get("log", ())),
    }
    names = [field.name for field in dataclasses.fields(Settings) if field.name not in parts]
    return build(
        Settings, {**{name: values[name] for name in names if name in values}, **parts}, ""
    )
