"""The log of running trials that the settings ask for, for a sweep as for a single trial."""

from collections.abc import Callable, Iterable
from pathlib import Path

from harness.config.schema import Settings
from harness.config.trials import trial_from_dict
from harness.results import RunDirectory
from harness.tracking.live import LiveLog
from harness.tracking.registry import log_folder
from harness.tracking.tracker import Tracked


def open_log(
    run: RunDirectory, settings: Settings, swept: Iterable[str], say: Callable[[str], None]
) -> LiveLog:
    """Return the log of a run directory's trials; it tells nobody where ``log=`` names nobody.

    Args:
        run: where the trials are planned.
        settings: who is told, and where they write.
        swept: the paths whose values name a trial.
        say: prints a line where a tracker fails.
    """
    paths = tuple(swept)

    def find(trial_id: str) -> Tracked:
        trial = trial_from_dict(run.config(trial_id))
        params = trial.params()
        return Tracked(trial_id, trial.method, trial.dataset.name, trial.seed, params, paths)

    folder = log_folder(run.location, settings.log_dir) if settings.log else Path()
    return LiveLog(settings.log, folder, run.location, find, say)
