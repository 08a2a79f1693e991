"""Files of older schema versions are read, those of newer ones refused."""

from pathlib import Path

import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from harness.errors import UserError
from harness.results import Columns, RunDirectory, load, versions
from tests.harness.results.helpers import synthetic


def rename(kind: versions.Kind, table: pa.Table) -> pa.Table:
    """Version 2 calls ``metric.elbo`` ``metric.bound``, and adds ``env.site``."""
    if kind != "trials":
        return table
    names = ["metric.bound" if name == "metric.elbo" else name for name in table.column_names]
    return table.rename_columns(names).append_column(
        pa.field("env.site", pa.string()), pa.nulls(len(table), pa.string())
    )


@pytest.fixture
def run(tmp_path: Path) -> RunDirectory:
    """Return a run that version 1 wrote, partly merged."""
    made = synthetic.create(tmp_path / "run", 6)
    for index in range(5):
        if index == 3:
            made.compact(min_parts=1)
        made.write(synthetic.record(index, points=4))
    return made


def test_every_file_says_its_version(run: RunDirectory) -> None:
    for path in Path(run.location).rglob("*.parquet"):
        assert pq.read_metadata(path).metadata[versions.VERSION_KEY] == b"1"


def test_older_files_are_migrated(run: RunDirectory, monkeypatch: pytest.MonkeyPatch) -> None:
    old = load(run.location)
    monkeypatch.setattr(versions, "SCHEMA_VERSION", 2)
    monkeypatch.setitem(versions.MIGRATIONS, 1, rename)
    read = load(run.location)
    assert read.problems == []
    assert read.trials["metric.bound"].equals(old.trials["metric.elbo"].rename("metric.bound"))
    assert "metric.elbo" not in read.trials
    assert read.trials["env.site"].isna().all()
    pd.testing.assert_frame_equal(read.curves, old.curves)

    newer = RunDirectory(run.location).open()  # version 2 goes on with the run of version 1
    record = synthetic.record(5, points=4)
    record.metrics["bound"] = record.metrics.pop("elbo")
    record.env["site"] = "lab"
    newer.write(record)
    mixed = load(run.location)
    assert mixed.problems == []
    assert mixed.trials["env.site"].dropna().tolist() == ["lab"]
    assert mixed.trials["metric.bound"].notna().tolist() == [False] + [True] * 5
    assert newer.verify() == []
    newer.compact(min_parts=1)
    pd.testing.assert_frame_equal(load(run.location).trials, mixed.trials)


@pytest.mark.parametrize("kind", ["trials", "curves", "plan"])
def test_newer_files_are_refused(
    tmp_path: Path, kind: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    run = synthetic.create(tmp_path / "run", 2)
    monkeypatch.setattr(versions, "SCHEMA_VERSION", 2)
    monkeypatch.setitem(versions.MIGRATIONS, 1, rename)
    if kind == "plan":
        run = RunDirectory(tmp_path / "new").create({}, synthetic.plan(2), Columns())
    else:
        record = synthetic.record(1)
        record.metrics["bound"] = record.metrics.pop("elbo")
        run.write(record)
    monkeypatch.setattr(versions, "SCHEMA_VERSION", 1)
    with pytest.raises(UserError, match=r"newer unbraid \(schema version 2.*Update unbraid"):
        load(run.location)
