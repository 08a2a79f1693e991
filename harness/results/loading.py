"""Reading a run directory into data frames; changes nothing in it."""

from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from harness.errors import CorruptFileError
from harness.results.records import Results
from harness.results.seen.code import mixed_code
from harness.results.storage import Storage
from harness.results.stored_plan import Plan, read_plan, require_run
from harness.results.trial_files import Pair, in_precedence, is_compact, merge, read_pairs

_NULLABLE = {pa.int64(): pd.Int64Dtype(), pa.bool_(): pd.BooleanDtype()}


@dataclass(frozen=True)
class Stored:
    """A run directory's tables.

    Attributes:
        trials: one row a finished trial, in the order of the plan.
        curves: one row a point of a learning curve (``CURVES_SCHEMA``), in no order of trials.
        plan: what was planned.
        problems: one line for each file that was torn, truncated or left out.
        location: the run directory, as given.
    """

    trials: pa.Table
    curves: pa.Table
    plan: Plan
    problems: list[str]
    location: str


def load(location: str | Path) -> Results:
    """Read a run directory: finished, running, or killed.

    Args:
        location: a path or a URI (``s3://bucket/run``).

    Returns:
        The finished trials, each once, in the order of the plan. What is torn, altered or not in
        the plan is left out and named in ``problems``, and so is what makes results doubtful.

    Raises:
        UserError: there is no run, its plan is torn, or a newer version of this program wrote it.
    """
    stored = read_tables(location)
    planned = pa.array(stored.plan.trial_ids, pa.string())
    trials = _frame(stored.trials)
    return Results(
        trials=trials,
        curves=_curves_frame(stored.curves, planned),
        plan=_frame(stored.plan.table),
        sweep=stored.plan.sweep,
        problems=[*stored.problems, *mixed_code(trials)],
        location=stored.location,
    )


def read_tables(location: str | Path) -> Stored:
    """Read a run directory's tables with the types that they are stored in; see ``load``."""
    storage = Storage(location)
    require_run(storage)
    outcomes = _read_settled(storage)
    plan = read_plan(storage)  # after the trials: the plan may grow meanwhile, but never shrinks
    pairs, problems = [], []
    for name in in_precedence(outcomes):
        try:
            outcome = outcomes[name]
            if isinstance(outcome, CorruptFileError):
                raise outcome
            pairs.append(outcome.conformed(plan.trials_schema))
        except CorruptFileError as error:
            problems.append(f"{error}; left out")
    merged = merge(pairs, plan.trials_schema, "all")
    strangers = set(merged.trial_ids) - set(plan.trial_ids)
    problems += [f"trial {trial}: not in the plan; left out" for trial in sorted(strangers)]
    planned = pa.array(plan.trial_ids, pa.string())
    return Stored(_in_order(merged.trials, planned), merged.curves, plan, problems, str(location))


def _read_settled(storage: Storage) -> dict[str, Pair | CorruptFileError]:
    """Read all pairs, and those again that a merge has made or taken away meanwhile.

    A listing made while a merge deletes parts can miss both the parts and the file that has
    replaced them. So it is made again until there is nothing in it that was not read; trials that
    finish meanwhile are no reason to go on.
    """
    outcomes: dict[str, Pair | CorruptFileError] = {}
    vanished = False
    while True:
        listed = storage.names("trials", ".parquet")
        unread = [name for name in listed if name not in outcomes]
        if not unread or (outcomes and not vanished and not any(map(is_compact, unread))):
            return outcomes
        read = dict(read_pairs(storage, unread))
        vanished = None in read.values()
        outcomes.update({name: pair for name, pair in read.items() if pair is not None})


def _in_order(trials: pa.Table, planned: pa.Array) -> pa.Table:
    position = pc.index_in(trials["trial_id"], value_set=planned)
    trials = trials.append_column("position", position).filter(pc.is_valid(position))
    return trials.sort_by("position").drop_columns("position")


def _curves_frame(curves: pa.Table, planned: pa.Array) -> pd.DataFrame:
    position = pc.index_in(curves["trial_id"].cast(pa.string()), value_set=planned)
    curves, position = curves.filter(pc.is_valid(position)), position.drop_null()
    codes = position.to_numpy()
    order = np.argsort(codes, kind="stable")
    frame = pd.DataFrame(
        {
            "trial_id": pd.Categorical.from_codes(codes, categories=planned.to_pandas()),
            "epoch": curves["epoch"].to_numpy(),
            "step": curves["step"].to_numpy(),
            "split": _names(curves["split"]),
            "metric": _names(curves["metric"]),
            "value": curves["value"].to_numpy(),
        }
    )
    return frame.iloc[order].reset_index(drop=True)


def _names(column: pa.ChunkedArray) -> pd.Categorical:
    """Return a categorical whose categories are sorted, whatever order the files came in."""
    names = pd.Categorical(column.to_pandas())
    return names.set_categories(sorted(names.categories))


def _frame(table: pa.Table) -> pd.DataFrame:
    """Return a data frame in which integers and booleans with gaps keep their type."""
    return pd.DataFrame(
        {
            name: column.to_pandas(types_mapper=_NULLABLE.get if column.null_count else None)
            for name, column in zip(table.column_names, table.columns, strict=True)
        }
    )
