"""The database in which optuna-dashboard shows a study: it is written, and never read for advice.

What a study suggests comes from the run directory alone, so that a search with a database goes on
as one without: after a kill, with more seeds, with a trial that is lost or runs again. What ended
is entered whole, in one step. An entry that a later one replaces stays, as Optuna deletes none.
"""

import sys
import warnings
from typing import Any

import optuna
from optuna.trial import FrozenTrial

from harness.errors import UserError
from harness.results.remote.address import without_password


class StudyDatabase:
    """One study's ended configurations in a database.

    Args:
        url: of the database.
        name: the study's name in it.
        directions: of the objectives, ``minimize`` or ``maximize``.

    Raises:
        UserError: it cannot be used, or holds a study of this name with other objectives.
    """

    def __init__(self, url: str, name: str, directions: list[Any]) -> None:
        self._shown = without_password(url)
        try:
            self._study = optuna.create_study(
                storage=url, study_name=name, directions=directions, load_if_exists=True
            )
            self._entered = {_content(trial) for trial in self._study.get_trials(deepcopy=False)}
        except Exception as error:  # whatever the database's driver raises
            raise UserError(_unusable(url, error)) from None
        if [direction.name.lower() for direction in self._study.directions] != directions:
            raise UserError(
                f"search.storage={self._shown} holds a study '{name}' with other objectives. "
                "Choose another run_dir or storage."
            )

    def enter(self, trial: FrozenTrial) -> None:
        """Enter a configuration that ended, unless the database has it.

        A database that fails meanwhile costs no results: it is said, and the next session enters
        what is missing.
        """
        if _content(trial) in self._entered:
            return
        try:
            with warnings.catch_warnings():
                warnings.simplefilter("ignore", optuna.exceptions.ExperimentalWarning)
                self._study.add_trial(trial)
        except Exception as error:  # whatever the database's driver raises
            print(f"not in search.storage={self._shown}: {_reason(error)}", file=sys.stderr)
            return
        self._entered.add(_content(trial))


def check_storage(url: str) -> None:
    """Connect to the database that is to hold a study.

    Raises:
        UserError: it cannot be reached.
    """
    try:
        optuna.get_all_study_names(url)
    except Exception as error:  # whatever the database's driver raises
        raise UserError(_unusable(url, error)) from None


def _content(trial: FrozenTrial) -> tuple[Any, ...]:
    """Return what tells one entry from another: which configuration, and how it ended."""
    attributes = trial.user_attrs
    values = tuple(trial.values or ())
    return attributes.get("assignment"), attributes.get("status"), values


def _unusable(url: str, error: Exception) -> str:
    shown = without_password(url)
    again = "" if shown == url else " Its password is kept nowhere: give it in each command."
    return (
        f"search.storage={shown} cannot be used ({_reason(error)}). Give the URL of a database "
        f"that can be reached, for example sqlite:///study.db.{again}"
    )


def _reason(error: Exception) -> str:
    lines = str(error).strip().splitlines() or [type(error).__name__]
    return without_password(lines[0])
