"""What ``load`` returns: content, types and order."""

import json
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from harness.errors import CorruptFileError
from harness.results import load
from tests.harness.results.helpers import synthetic


@pytest.mark.parametrize("compacted", [False, True])
def test_every_value_comes_back(tmp_path: Path, compacted: bool) -> None:
    run = synthetic.create(tmp_path / "run", 12)
    records = [synthetic.record(index, points=10) for index in (11, 3, 0, 7)]
    for record in records:
        run.write(record)
    if compacted:
        assert run.compact(min_parts=1) == 4
    results = load(tmp_path / "run")
    rows = results.trials.set_index("trial_id")
    for record in records:
        row = rows.loc[record.trial_id]
        assert row[["status", "method", "dataset", "data_source", "seed"]].tolist() == [
            *(record.status, record.method, record.dataset, record.data_source, record.seed)
        ]
        for name, value in record.params.items():
            stored = row[f"param.{name}"]
            if value is None:
                assert pd.isna(stored)
            else:
                assert stored == (json.dumps(value) if isinstance(value, list) else value)
        for name in synthetic.COLUMNS.metrics:
            np.testing.assert_equal(row[f"metric.{name}"], record.metrics.get(name, np.nan))
        assert row["env.torch"] == "2.13.0"
        assert (row["error"] == record.error) if record.error else pd.isna(row["error"])
        curves = results.curves[results.curves["trial_id"] == record.trial_id]
        for name in ("epoch", "step", "split", "metric", "value"):
            assert curves[name].tolist() == getattr(record.curves, name)
        arrays = results.artifact(record.trial_id)
        assert arrays.keys() == record.arrays.keys()
        for name, array in record.arrays.items():
            np.testing.assert_array_equal(arrays[name], array)


def test_types(tmp_path: Path) -> None:
    synthetic.build(tmp_path / "run", 30, points=10)
    results = load(tmp_path / "run")
    trials, types = results.trials, results.trials.dtypes.astype(str)
    expected = {
        "seed": "int64",
        "param.method.lr": "float64",
        "param.method.beta": "float64",  # 1 and 0.5
        "param.method.d": "int64",
        "param.method.batch_norm": "bool",
        "param.method.warmup": "Int64",  # with gaps
        "metric.elbo": "float64",
        "time.train": "float64",
        "env.dirty": "bool",
        "env.cpus": "int64",
    }
    assert types[list(expected)].to_dict() == expected
    for name in ("trial_id", "status", "param.method.transform", "param.method.tess", "error"):
        assert pd.api.types.is_string_dtype(trials[name].dropna())
    assert results.curves.dtypes.astype(str).to_dict() == {
        **{"trial_id": "category", "epoch": "int64", "step": "int64"},
        **{"split": "category", "metric": "category", "value": "float64"},
    }
    assert results.plan.dtypes.astype(str)[["seed", "param.method.warmup"]].tolist() == [
        *("int64", "Int64")
    ]


def test_an_empty_run_has_all_columns(tmp_path: Path) -> None:
    synthetic.create(tmp_path / "run", 3)
    results = load(tmp_path / "run")
    assert len(results.trials) == len(results.curves) == 0
    assert "metric.elbo" in results.trials
    assert list(results.curves) == ["trial_id", "epoch", "step", "split", "metric", "value"]
    assert results.counts["missing"] == 3


def test_order_is_that_of_the_plan_whatever_the_files(tmp_path: Path) -> None:
    run = synthetic.create(tmp_path / "run", 12)
    for index in (9, 2, 11, 1, 5):
        run.write(synthetic.record(index, points=6))
    parts = load(tmp_path / "run")
    assert parts.trials["seed"].tolist() == [1, 2, 5, 9, 11]
    assert parts.curves["trial_id"].drop_duplicates().tolist() == parts.trials["trial_id"].tolist()
    run.compact(min_parts=1)
    compacted = load(tmp_path / "run")
    pd.testing.assert_frame_equal(compacted.trials, parts.trials)
    pd.testing.assert_frame_equal(compacted.curves, parts.curves)


def test_non_finite_numbers_survive(tmp_path: Path) -> None:
    run = synthetic.create(tmp_path / "run", 2)
    record = synthetic.record(1)
    record.metrics |= {"elbo": -np.inf, "score_0": np.nan}
    record.curves.value[0] = np.inf
    run.write(record)
    results = load(tmp_path / "run")
    assert results.trials["metric.elbo"].tolist() == [-np.inf]
    assert np.isnan(results.trials["metric.score_0"]).all()
    assert results.curves["value"][0] == np.inf


def test_bad_files_are_told_and_left_out_and_nothing_is_touched(tmp_path: Path) -> None:
    run = synthetic.create(tmp_path / "run", 6)
    for index in range(1, 6):
        run.write(synthetic.record(index, points=6))
    trials, curves = (sorted((tmp_path / "run" / kind).iterdir()) for kind in ("trials", "curves"))
    trials[0].write_bytes(b"")
    curves[1].write_bytes(curves[1].read_bytes()[:-1])
    curves[2].unlink()
    foreign = trials[3].with_name("part-ffff.parquet")
    foreign.write_bytes(trials[3].read_bytes())
    (tmp_path / "run/curves/part-ffff.parquet").write_bytes(curves[3].read_bytes())
    before = {path: path.read_bytes() for path in tmp_path.rglob("*") if path.is_file()}
    results = load(tmp_path / "run")
    left = [path.stem.removeprefix("part-") for path in trials[3:]]
    assert sorted(results.trials["trial_id"]) == left
    assert set(results.curves["trial_id"]) == set(left)
    told = "\n".join(sorted(results.problems))
    assert len(results.problems) == 4
    assert f"trials/{trials[0].name}: empty file; left out" in told
    assert f"curves/{curves[1].name}: torn or altered" in told
    assert f"trials/{curves[2].name}: its curves are missing" in told
    assert "trials/part-ffff.parquet: holds another trial than its name says" in told
    assert before == {path: path.read_bytes() for path in tmp_path.rglob("*") if path.is_file()}


@pytest.mark.parametrize("search", ["search: 3", "searches: optuna", "searches: [3]"])
def test_a_search_that_is_none_is_told_with_its_file(tmp_path: Path, search: str) -> None:
    synthetic.create(tmp_path / "run", 3)
    file = tmp_path / "run" / "sweep.yaml"
    file.write_text(f"{file.read_text()}\n{search}\n")
    with pytest.raises(CorruptFileError, match=r"sweep.yaml: torn or altered \(`search"):
        load(tmp_path / "run")


def test_trials_that_are_not_planned_are_told_and_left_out(tmp_path: Path) -> None:
    run, other = synthetic.create(tmp_path / "run", 2), synthetic.create(tmp_path / "other", 3)
    run.write(synthetic.record(1))
    other.write(synthetic.record(2))
    name = f"part-{synthetic.trial_id(2)}.parquet"
    for kind in ("trials", "curves"):
        (tmp_path / "run" / kind / name).write_bytes(
            (tmp_path / "other" / kind / name).read_bytes()
        )
    results = load(tmp_path / "run")
    assert results.problems == [f"trial {synthetic.trial_id(2)}: not in the plan; left out"]
    assert results.counts["finished"] == 1
    assert set(results.curves["trial_id"]) == {synthetic.trial_id(1)}


def test_a_large_run_is_whole(tmp_path: Path) -> None:
    synthetic.build(tmp_path / "run", 3000, points=100, parts=50)
    results = load(tmp_path / "run")
    assert results.trials["seed"].tolist() == list(range(3000))
    assert len(results.curves) == 3000 * 100 * 9 // 10
    assert results.problems == []
