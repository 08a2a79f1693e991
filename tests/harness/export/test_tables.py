"""CSV and Parquet hold what the run directory holds, to the bit, and pandas reads both."""

import io
from pathlib import Path

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from harness.export.tables import as_csv, as_parquet, in_order
from harness.results import RunDirectory, load
from harness.results.loading import Stored, read_tables
from tests.harness.results.helpers import synthetic

N = 23


@pytest.fixture(scope="module")
def run(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Trials written in another order than planned, with every number that is none."""
    folder = tmp_path_factory.mktemp("run")
    directory: RunDirectory = synthetic.create(folder, N)
    for index in reversed(range(N)):
        record = synthetic.record(index, points=8)
        if index == 3:
            record.metrics = {"elbo": float("nan"), "log_likelihood": float("-inf")}
        if index == 4:
            record.metrics["elbo"] = 0.1 + 0.2
            record.error = 'a "quoted", comma\nand a second line'
        directory.write(record)
    return folder


@pytest.fixture(scope="module")
def stored(run: Path) -> Stored:
    return read_tables(run)


def read(text: bytes) -> pd.DataFrame:
    """Read as docs/export.md says: an empty field is null, and nothing else."""
    return pd.read_csv(io.BytesIO(text), keep_default_na=False, na_values={"error": []}, dtype=str)


def test_a_row_is_a_trial_in_the_order_of_the_plan(stored: Stored) -> None:
    frame = pd.read_csv(io.BytesIO(as_csv(stored.trials)))
    assert frame["trial_id"].tolist() == [synthetic.trial_id(i) for i in range(N)]
    assert frame["seed"].tolist() == list(range(N))
    assert list(frame.columns) == stored.trials.column_names


def test_csv_tells_null_from_nan_and_infinity(stored: Stored) -> None:
    text = read(as_csv(stored.trials))
    assert text.loc[3, "metric.elbo"] == "nan"
    assert text.loc[3, "metric.log_likelihood"] == "-inf"
    assert text.loc[3, "metric.score_0"] == ""  # it never came out
    assert text.loc[10, "metric.elbo"] == ""  # failed
    frame = pd.read_csv(io.BytesIO(as_csv(stored.trials)))
    assert np.isnan(frame.loc[3, "metric.elbo"])
    assert frame.loc[3, "metric.log_likelihood"] == -np.inf


def test_csv_keeps_every_digit_and_every_text(stored: Stored, run: Path) -> None:
    frame, true = pd.read_csv(io.BytesIO(as_csv(stored.trials))), load(run).trials
    assert frame.loc[4, "metric.elbo"] == 0.1 + 0.2
    assert frame.loc[4, "error"] == 'a "quoted", comma\nand a second line'
    metrics = [name for name in true if name.startswith("metric.")]
    pd.testing.assert_frame_equal(frame[metrics], true[metrics], check_exact=True)
    assert frame["param.method.batch_norm"].tolist() == true["param.method.batch_norm"].tolist()
    assert frame["param.method.tess"].tolist() == ["[2, 4]"] * N


def test_parquet_is_the_stored_table(stored: Stored) -> None:
    again = pq.read_table(io.BytesIO(as_parquet(stored.trials)))
    assert again.schema.equals(stored.trials.schema)
    assert again["param.method.warmup"].type == pa.int64()  # integers with gaps stay integers
    for one, other in zip(again.to_pylist(), stored.trials.to_pylist(), strict=True):
        assert repr(one) == repr(other)  # NaN is NaN, null is None


def test_curves_are_those_of_the_results(stored: Stored, run: Path) -> None:
    frame, true = pd.read_csv(io.BytesIO(as_csv(in_order(stored)))), load(run).curves
    for name in true:
        assert frame[name].tolist() == true[name].tolist(), name
    parquet = pd.read_parquet(io.BytesIO(as_parquet(in_order(stored))))
    assert parquet["value"].tolist() == true["value"].tolist()
    assert parquet["trial_id"].dtype == "category"


def test_a_torn_file_is_left_out_and_named(run: Path, tmp_path: Path) -> None:
    import shutil

    copy = Path(shutil.copytree(run, tmp_path / "copy"))
    part = copy / "trials" / f"part-{synthetic.trial_id(5)}.parquet"
    part.write_bytes(part.read_bytes()[:-10])
    torn = read_tables(copy)
    assert len(torn.problems) == 1
    assert len(torn.trials) == N - 1
    assert synthetic.trial_id(5) not in in_order(torn)["trial_id"].to_pylist()
