"""Merging and forgetting, undisturbed; ``test_kills.py`` disturbs them."""

from collections.abc import Callable
from pathlib import Path

import pandas as pd
import pytest

from harness.results import RunDirectory, load
from tests.harness.results.helpers import synthetic


def names(run: RunDirectory, kind: str) -> list[str]:
    return sorted(path.name for path in (Path(run.location) / kind).iterdir())


def test_parts_become_one_file_of_each_kind(tmp_path: Path) -> None:
    run = synthetic.create(tmp_path / "run", 12)
    for index in range(9):
        run.write(synthetic.record(index, points=8))
    before = load(run.location)
    assert run.compact(min_parts=10) == 0
    assert len(names(run, "trials")) == 9
    assert run.compact(min_parts=9) == 9
    assert names(run, "trials") == names(run, "curves") == ["compact-000001.parquet"]
    after = load(run.location)
    pd.testing.assert_frame_equal(after.trials, before.trials)
    pd.testing.assert_frame_equal(after.curves, before.curves)
    assert run.finished() == set(before.trials["trial_id"])
    assert run.compact(min_parts=1) == 0


@pytest.mark.parametrize("healer", [RunDirectory.verify, RunDirectory.compact])
def test_merged_curves_without_rows_are_deleted_at_once(
    tmp_path: Path, healer: Callable[[RunDirectory], object]
) -> None:
    run = synthetic.create(tmp_path / "run", 3)
    run.write(synthetic.record(1))
    run.compact(min_parts=1)
    whole = load(run.location)
    merged = tmp_path / "run/curves/compact-000001.parquet"
    merged.with_name("compact-000002.parquet").write_bytes(merged.read_bytes())
    pd.testing.assert_frame_equal(load(run.location).curves, whole.curves)
    healer(run)
    assert names(run, "curves") == ["compact-000001.parquet"]


def test_files_stay_few_and_rows_are_seldom_rewritten(tmp_path: Path) -> None:
    """Merging what is no larger gives about log2 n files and log2 n copies of a row."""
    run = synthetic.create(tmp_path / "run", 24)
    merged = 0
    for index in range(24):
        run.write(synthetic.record(index, points=2))
        merged += run.compact(min_parts=1)
        assert len(names(run, "trials")) <= 5
    assert merged <= 24 * 5
    assert load(run.location).counts["finished"] == 24


@pytest.mark.parametrize("compacted", [False, True])
def test_removed_trials_run_again(tmp_path: Path, compacted: bool) -> None:
    run = synthetic.create(tmp_path / "run", 21)
    for index in range(21):
        run.write(synthetic.record(index, points=8))
    if compacted:
        run.compact(min_parts=1)
    before = load(run.location)
    failed = before.trials.loc[before.trials["status"] == "failed", "trial_id"].tolist()
    assert len(failed) == 3
    run.remove(failed)
    assert run.finished() == set(before.trials["trial_id"]) - set(failed)
    assert set(load(run.location).trials["status"]) == {"ok", "diverged"}
    again = synthetic.record(10, points=8)
    again.status = "ok"
    run.write(again)
    assert load(run.location).counts["ok"] == before.counts["ok"] + 1
    assert run.verify() == []


def test_removing_all_leaves_no_files(tmp_path: Path) -> None:
    run = synthetic.create(tmp_path / "run", 4)
    for index in range(4):
        run.write(synthetic.record(index))
    run.compact(min_parts=1)
    run.remove(run.finished())
    assert names(run, "trials") == names(run, "curves") == names(run, "artifacts") == []
