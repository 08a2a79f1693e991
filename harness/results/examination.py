"""A run directory examined, file by file, without changing anything in it."""

import json
from collections import Counter
from dataclasses import dataclass, field

from harness.errors import CorruptFileError
from harness.results.seen.code import CODE
from harness.results.seen.data import DATA
from harness.results.storage import Storage
from harness.results.stored_plan import SWEEP, damaged_plan, own_command, read_plan, require_run
from harness.results.trial_files import Pair, is_compact
from harness.results.verification import (
    Damage,
    damaged_arrays,
    damaged_checkpoints,
    damaged_models,
    damaged_trials,
)


@dataclass
class Examination:
    """What was found.

    Attributes:
        planned: planned trials; 0 where the plan cannot be read.
        finished: planned trials with a whole row and its curves.
        files: how many files of each folder are whole.
        twice: trials that are in two files, as a killed merge leaves them; readers take one.
        without_curves: finished trials without a point of a curve: some methods do not train.
        damages: what is torn, altered or does not belong here.
    """

    planned: int = 0
    finished: int = 0
    files: dict[str, int] = field(default_factory=dict)
    twice: int = 0
    without_curves: int = 0
    damages: list[Damage] = field(default_factory=list)


def examine(storage: Storage) -> Examination:
    """Read every file of a run directory and compare it with its checksum and with the plan.

    Raises:
        UserError: there is no run, it cannot be read, or a newer version of this program wrote it.
    """
    require_run(storage)
    found = Examination()
    found.damages += _damaged_notes(storage)
    try:
        plan = read_plan(storage)
    except (CorruptFileError, FileNotFoundError) as error:
        command = own_command(storage)
        again = "the sweep's own command makes it anew and keeps what has finished"
        again += f": {command}" if command else f", as you gave it ({SWEEP} does not tell it)"
        # Without a plan nobody knows what the rows should be.
        found.damages.append(Damage(damaged_plan(storage), str(error), again))
        return found
    planned = set(plan.trial_ids)
    rows: Counter[str] = Counter()
    with_curves: set[str] = set()
    strangers: list[Damage] = []

    def whole(pair: Pair) -> None:
        rows.update(pair.trial_ids)
        with_curves.update(pair.curves["trial_id"].unique().to_pylist())
        if not (planned & set(pair.trial_ids)) and not is_compact(pair.name):
            text = f"trials/{pair.name}: is of no planned trial"
            files = (f"trials/{pair.name}", f"curves/{pair.name}")
            strangers.append(Damage(files, text, "the run lacks nothing"))

    tables = list(damaged_trials(storage, plan.trials_schema, whole))
    arrays, models = list(damaged_arrays(storage)), list(damaged_models(storage))
    found.damages += [*tables, *strangers, *arrays, *models, *damaged_checkpoints(storage)]
    found.planned = max(len(planned), plan.sweep.get("trials", 0))
    found.finished = len(planned & rows.keys())
    found.twice = sum(n > 1 for n in rows.values())
    found.without_curves = len((planned & rows.keys()) - with_curves)
    for folder, damages in (("trials", tables), ("artifacts", arrays), ("models", models)):
        found.files[folder] = len(storage.names(folder)) - len(damages)
    return found


def _damaged_notes(storage: Storage) -> list[Damage]:
    damages = []
    for name, what in ((DATA, "data the finished trials have seen"), (CODE, "code they have run")):
        try:
            json.loads(storage.read(name))
        except FileNotFoundError:
            continue
        except ValueError as error:
            lost = f"which {what} is no longer known"
            damages.append(Damage((name,), f"{name}: torn or altered ({error})", lost))
    return damages
