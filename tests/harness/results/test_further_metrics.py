"""Metrics that come after the end: their columns are filled, and nothing else changes."""

from pathlib import Path

import numpy as np
import pandas as pd
import pyarrow.dataset as ds
import pytest

from harness.results import Results, RunDirectory, load
from tests.harness.results.helpers import processes, synthetic

NEW = ["metric.mig", "metric.dci", "env.unscored"]


@pytest.fixture
def run(tmp_path: Path) -> RunDirectory:
    """Six trials, the first three of them in one file."""
    made = synthetic.create(tmp_path / "run", 8)
    for index in range(1, 7):
        if index == 4:
            made.compact(min_parts=1)
        made.write(synthetic.record(index, points=6))
    return made


def values(results: Results, metric: str) -> dict[str, float]:
    column = results.trials.set_index("trial_id")[f"metric.{metric}"]
    return {str(trial_id): float(value) for trial_id, value in column.dropna().items()}


def same_but_for_them(one: Results, other: Results) -> None:
    drop = [name for name in NEW if name in other.trials]
    pd.testing.assert_frame_equal(one.trials, other.trials.drop(columns=drop), check_exact=True)
    pd.testing.assert_frame_equal(one.curves, other.curves, check_exact=True)
    assert other.problems == []


def test_values_come_into_parts_and_merged_files_alike(run: RunDirectory) -> None:
    before = load(run.location)
    synthetic.measure(run, (2, 3, 5))
    after = load(run.location)
    same_but_for_them(before, after)
    expected = {synthetic.trial_id(index): index / 8 for index in (2, 3, 5)}
    assert values(after, "mig") == expected
    assert values(after, "dci") == {trial: -value for trial, value in expected.items()}
    assert after.sweep["metrics"] == synthetic.FURTHER
    assert run.finished() == set(before.trials["trial_id"])


def test_why_there_is_no_value_is_joined_to_what_the_row_says(run: RunDirectory) -> None:
    synthetic.measure(run, (2,))
    trial = synthetic.trial_id(2)
    for said in ("infoc: only one code is active", "infom: a; infoc: only one code is active"):
        run.set_metrics(trial, {}, said)
    rows = load(run.location).trials.set_index("trial_id")["env.unscored"]
    assert rows[trial] == "infoc: only one code is active; infom: a"
    assert rows.drop(trial).isna().all()


def test_other_readers_find_one_schema_after_verification(run: RunDirectory) -> None:
    synthetic.measure(run, (2, 5))
    assert run.verify() == []
    table = ds.dataset(Path(run.location) / "trials").to_table()
    assert table.num_rows == 6
    assert table["metric.mig"].null_count == 4
    assert set(values(load(run.location), "mig")) == {synthetic.trial_id(i) for i in (2, 5)}


def test_a_value_can_be_replaced_and_need_not_be_finite(run: RunDirectory) -> None:
    synthetic.measure(run, (2,))
    run.set_metrics(synthetic.trial_id(2), {"mig": np.inf})
    results = load(run.location)
    assert values(results, "mig") == {synthetic.trial_id(2): np.inf}
    assert values(results, "dci") == {synthetic.trial_id(2): -0.25}


def test_a_trial_without_a_row_takes_none(run: RunDirectory) -> None:
    run.add_metrics(synthetic.FURTHER)
    with pytest.raises(FileNotFoundError, match=synthetic.trial_id(7)):
        run.set_metrics(synthetic.trial_id(7), {"mig": 1.0})


def test_trials_that_end_later_and_a_larger_plan_keep_the_columns(run: RunDirectory) -> None:
    synthetic.measure(run, (2,))
    run.write(synthetic.record(7))
    wider = RunDirectory(run.location)
    wider.create(synthetic.SWEEP | {"metrics": []}, synthetic.plan(10), synthetic.COLUMNS)
    wider.write(synthetic.record(8))
    results = load(run.location)
    assert results.counts["finished"] == 8
    assert values(results, "mig") == {synthetic.trial_id(2): 0.25}
    assert results.sweep["metrics"] == synthetic.FURTHER, "reports still know what it is"


def test_killed_anywhere_every_row_is_as_it_was_or_has_both_values(
    run: RunDirectory, tmp_path: Path
) -> None:
    before = load(run.location)
    *killed, _ = processes.output("kill_everywhere", "measure", run.location, tmp_path / "copies")
    assert set(killed) == {"-9"}
    counts = set()
    for number in range(len(killed) + 1):
        copy = RunDirectory(tmp_path / "copies" / str(number))
        results = load(copy.location)
        same_but_for_them(before, results)
        if "metric.mig" in results.trials:
            assert values(results, "mig").keys() == values(results, "dci").keys()
            counts.add(len(values(results, "mig")))
        synthetic.measure(copy, (3, 5))  # the command, given again
        assert copy.verify(stale_after=0) == []
        assert len(values(load(copy.location), "mig")) == 2
    assert counts == {0, 1, 2}
