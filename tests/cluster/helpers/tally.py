"""What a soak has shown so far: how many kills, in how many sweeps, and what became of these."""

import time
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field


@dataclass
class Tally:
    """What the sweeps of one place have been through, each of them verified.

    Attributes:
        name: of the place.
        trials: of every sweep.
        say: receives a line.
        kills: by what was killed.
        sweeps: how many ended.
        lost: trials without a row.
        twice: trials whose row was written more than once.
    """

    name: str
    trials: int
    say: Callable[[str], None]
    kills: Counter[str] = field(default_factory=Counter)
    sweeps: int = 0
    lost: int = 0
    twice: int = 0
    _since: float = field(default_factory=time.monotonic)

    def add(self, kills: Counter[str], gone: int, twice: int, begun: int) -> None:
        """Count a sweep, and say how things stand."""
        self.kills += kills
        self.sweeps += 1
        self.lost += gone
        self.twice += twice
        kinds = ", ".join(f"{n} {kind}" for kind, n in sorted(self.kills.items()))
        minutes = (time.monotonic() - self._since) / 60
        self.say(
            f"{self.name}: {self.kills.total()} kills ({kinds}) in {self.sweeps} sweeps of "
            f"{self.trials} trials, {minutes:.1f} min: {self.lost} lost, "
            f"{self.twice} written twice, 0 differ from the control, doctor finds nothing; "
            f"{begun - self.sweeps * self.trials} trials begun again"
        )
