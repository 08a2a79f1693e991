"""Training seconds of kinds of trials on this machine, kept from one sweep to the next.

They are in a file of the cache folder. What a few steps took is replaced by what whole trials took.
"""

import contextlib
import dataclasses
import hashlib
import json
import os
from dataclasses import dataclass
from pathlib import Path

from harness.config.schema import Settings, TrialConfig
from harness.data.cache.arrays import cache_folder
from harness.errors import UserError
from harness.provenance import machine
from models.hyperparameters import Structure, describe

FILE = "training_times.json"
"""File of the cache folder that keeps them."""

STEPS, TRIALS = "a few steps", "earlier trials"
"""What was timed."""


@dataclass(frozen=True)
class Timed:
    """How long a trial of a kind trains.

    Attributes:
        seconds: of its training, without evaluation.
        timed: the day, as ``2026-01-31``.
        by: what was timed: :data:`STEPS` or :data:`TRIALS`.
    """

    seconds: float
    timed: str
    by: str


def kind_of(trial: TrialConfig, settings: Settings) -> str:
    """Return a digest of all that decides how long a step takes, and how many there are."""
    described = describe(type(trial.hyperparameters))
    decisive = [
        trial.method,
        {
            name: getattr(trial.hyperparameters, name)
            for name, info in described.items()
            if isinstance(info, Structure)
        },
        trial.as_dict()["dataset"],
        str(settings.data_folder or os.environ.get("UNBRAID_DATA")),
        dataclasses.asdict(trial.scale),
        settings.device,
        os.environ.get("CUDA_VISIBLE_DEVICES"),
        settings.ray.threads,
        machine(),
    ]
    return hashlib.sha256(json.dumps(decisive).encode()).hexdigest()[:16]


def remembered() -> dict[str, Timed]:
    """Return what is known of earlier sweeps; a file that cannot be read is none."""
    try:
        known = json.loads((cache_folder() / FILE).read_text(encoding="utf-8"))
        return {
            kind: Timed(float(each["seconds"]), str(each["timed"]), str(each["by"]))
            for kind, each in known.items()
        }
    except (OSError, UserError, ValueError, TypeError, KeyError, AttributeError):
        return {}


def remember(timed: dict[str, Timed]) -> None:
    """Keep times for later; a folder that cannot be written to only means to time them again."""
    with contextlib.suppress(OSError, UserError):
        path: Path = cache_folder() / FILE
        path.parent.mkdir(parents=True, exist_ok=True)
        written = path.with_name(f"{FILE}.{os.getpid()}")
        described = {kind: dataclasses.asdict(each) for kind, each in timed.items()}
        written.write_text(json.dumps(described), encoding="utf-8")
        written.replace(path)
