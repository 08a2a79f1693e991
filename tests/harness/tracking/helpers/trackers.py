"""Trackers that remember, fail or hang, and a trial to tell them of."""

import threading
from dataclasses import dataclass, field

from harness.results import Curves
from harness.tracking.tracker import Ending, Tracked

TRIAL = Tracked(
    trial_id="0123456789ab",
    method="c_vitae",
    dataset="digits",
    seed=3,
    params={"method.lr": 1e-3, "method.widths": [4, 2], "method.beta": None, "scale.name": "smoke"},
    swept=("method.lr", "method.beta", "method"),
)
ENDING = Ending("diverged", {"elbo": -140.25, "kl": float("nan"), "mse": float("inf")})


def curves(epochs: int = 3) -> Curves:
    """Return curves whose every value is its step, or a hundred more on the test split."""
    made = Curves()
    for epoch in range(1, epochs + 1):
        made.add(epoch, 8 * epoch, "train", {"loss": 8.0 * epoch})
        if epoch % 2:
            made.add(epoch, 8 * epoch, "test", {"elbo": 100 + 8.0 * epoch, "kl": float("nan")})
    return made


@dataclass
class Remembering:
    """Remembers what it is told."""

    told: list[tuple[object, ...]] = field(default_factory=list)

    def start(self, trial: Tracked) -> None:
        self.told.append(("start", trial.trial_id))

    def points(self, trial_id: str, curves: Curves) -> None:
        self.told.append(("points", trial_id, list(curves.value)))

    def end(self, trial_id: str, ending: Ending) -> None:
        self.told.append(("end", trial_id, ending.status, dict(ending.metrics)))

    def close(self) -> None:
        self.told.append(("close",))


class Failing(Remembering):
    """Has no room for points."""

    def points(self, trial_id: str, curves: Curves) -> None:
        raise OSError(28, "No space left on device")


@dataclass
class Hanging(Remembering):
    """Waits for a network that is not there."""

    network: threading.Event = field(default_factory=threading.Event)

    def points(self, trial_id: str, curves: Curves) -> None:
        self.network.wait(60)
