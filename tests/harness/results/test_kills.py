"""Processes that use the store are killed with SIGKILL, at every point and at random times."""

from pathlib import Path

import numpy as np
import pandas as pd
import pyarrow.dataset as ds
import pytest

from harness.results import Results, RunDirectory, load
from tests.harness.results.helpers import processes, synthetic

KILLED = "-9"


def half_merged(location: Path) -> RunDirectory:
    """Return a run with a compact file of 4 trials and 6 parts."""
    run = synthetic.create(location, 12)
    for index in range(10):
        if index == 4:
            run.compact(min_parts=1)
        run.write(synthetic.record(index, points=6))
    return run


def killed_everywhere(action: str, run: RunDirectory, tmp_path: Path) -> list[RunDirectory]:
    """Return copies of a run, each after the action was killed one operation later."""
    *killed, last = processes.output("kill_everywhere", action, run.location, tmp_path / "copies")
    assert set(killed) == {KILLED}
    assert last == "0"
    return [RunDirectory(tmp_path / "copies" / str(number)) for number in range(len(killed) + 1)]


def same(one: Results, other: Results) -> None:
    pd.testing.assert_frame_equal(one.trials, other.trials)
    pd.testing.assert_frame_equal(one.curves, other.curves)
    for trial in one.trials["trial_id"]:
        np.testing.assert_equal(one.artifact(trial), other.artifact(trial))


def clean(run: RunDirectory, trials: int) -> None:
    """Fail unless a run has no trace of a kill: no trial twice, no file without its partner."""
    root = Path(run.location)
    assert not list(root.rglob("*.tmp"))
    assert ds.dataset(root / "trials").count_rows() == trials
    assert {p.name for p in (root / "trials").iterdir()} == {
        p.name for p in (root / "curves").iterdir()
    }


def test_a_killed_merge_loses_nothing_and_counts_nothing_twice(tmp_path: Path) -> None:
    run = half_merged(tmp_path / "run")
    whole = load(run.location)
    for number, killed in enumerate(killed_everywhere("compact", run, tmp_path)):
        results = load(killed.location)
        same(results, whole)
        assert results.problems == []
        assert killed.finished() == run.finished()
        if number % 2:  # the next merge heals as the next verification does
            killed.compact(min_parts=1)
        assert killed.verify(stale_after=0) == []
        clean(killed, 10)
        same(load(killed.location), whole)
        killed.compact(min_parts=1)
        assert not list((Path(killed.location) / "artifacts").glob("*.npz"))
        same(load(killed.location), whole)


def test_a_killed_verification_or_repair_is_repeated(tmp_path: Path) -> None:
    run = half_merged(tmp_path / "run")
    (broken,) = (Path(run.location) / "curves").glob(f"part-{synthetic.trial_id(8)}*")
    broken.write_bytes(broken.read_bytes()[:-1])
    (Path(run.location) / "curves/compact-000007.parquet").write_bytes(b"of a killed merge")
    (Path(run.location) / "trials/.part-a.parquet.0.tmp").write_bytes(b"of a killed writer")
    archive = Path(run.location) / "artifacts/compact-000001.zip"
    data = bytearray(archive.read_bytes())
    data[data.index(synthetic.trial_id(2).encode()) + 100] ^= 1
    archive.write_bytes(data)
    for killed in killed_everywhere("mend", run, tmp_path):
        processes.mend(killed)
        assert killed.finished() == run.finished() - {synthetic.trial_id(8)}
        assert killed.verify() == []
        assert (Path(killed.location) / "corrupt").exists()
        results = load(killed.location)
        whole = [index for index in range(1, 10) if results.artifact(synthetic.trial_id(index))]
        assert whole == [1, 3, 4, 5, 6, 7, 8, 9]


def test_a_killed_removal_leaves_each_trial_whole_or_forgotten(tmp_path: Path) -> None:
    run = half_merged(tmp_path / "run")
    whole = load(run.location)
    gone = {synthetic.trial_id(index) for index in (0, 1, 5)}
    partly = set()
    for killed in killed_everywhere("remove", run, tmp_path):
        results = load(killed.location)
        assert results.problems == []
        left = set(results.trials["trial_id"])
        assert whole.trials["trial_id"].isin(left | gone).all()
        partly.add(len(left & gone))
        expected = whole.curves[whole.curves["trial_id"].isin(left)].reset_index(drop=True)
        pd.testing.assert_frame_equal(results.curves, expected)
        killed.write(synthetic.record(1, points=6))  # runs again before the removal is repeated
        assert load(killed.location).counts["finished"] == len(left | {synthetic.trial_id(1)})
        killed.remove(gone)
        assert killed.finished() == run.finished() - gone
        assert killed.verify(stale_after=0) == []
        clean(killed, 7)
        for trial in gone:
            assert load(killed.location).artifact(trial) == {}
    assert {0, 3} < partly, "no kill met the removal half-way"


def test_a_killed_write_leaves_a_trial_or_none(tmp_path: Path) -> None:
    run = synthetic.create(tmp_path / "run", 3)
    run.write(synthetic.record(2))
    counts = set()
    for killed in killed_everywhere("write", run, tmp_path):
        results = load(killed.location)
        assert results.problems == []
        counts.add(len(results.trials))
        killed.verify(stale_after=0)
        if len(results.trials) == 1:
            killed.write(synthetic.record(1))
        final = load(killed.location)
        assert len(final.curves) == 200
        assert final.artifact(synthetic.trial_id(1)).keys() == {"walk"}
    assert counts == {1, 2}


@pytest.mark.parametrize("planned", [0, 2])
def test_a_killed_creation_or_extension_is_repeated(tmp_path: Path, planned: int) -> None:
    run = RunDirectory(tmp_path / "run")
    Path(run.location).mkdir()
    if planned:
        synthetic.create(run.location, planned).write(synthetic.record(1))
    sizes = set()
    for killed in killed_everywhere("create", run, tmp_path):
        if planned:
            sizes.add(load(killed.location).counts["planned"])
        assert synthetic.create(killed.location, 3).finished() == run.finished()
        results = load(killed.location)
        assert (results.counts["planned"], results.sweep) == (3, synthetic.SWEEP)
    assert sizes == ({2, 3} if planned else set())


def test_writers_and_driver_killed_at_random_end_with_the_same_results(tmp_path: Path) -> None:
    control = synthetic.create(tmp_path / "control", 60)
    for index in range(60):
        control.write(synthetic.record(index, points=20))
    run = synthetic.create(tmp_path / "run", 60)
    (kills,) = processes.output("rounds", run.location, 60, 0)
    assert int(kills) >= 3
    same(load(run.location), load(control.location))
    assert run.verify(stale_after=0) == []
    run.compact(min_parts=1)
    clean(run, 60)
    same(load(run.location), load(control.location))
