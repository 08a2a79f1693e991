"""Making, opening and extending a run directory; writing trials into it."""

from pathlib import Path

import duckdb
import pandas as pd
import pyarrow.dataset as ds
import pytest
import yaml

from harness.errors import CorruptFileError, UserError
from harness.results import Columns, RunDirectory, load
from tests.harness.results.helpers import synthetic


def finish(run: RunDirectory, *indices: int) -> None:
    for index in indices:
        run.write(synthetic.record(index))


def ids(*indices: int) -> set[str]:
    return {synthetic.trial_id(index) for index in indices}


def test_finished_trials_count_and_others_do_not(tmp_path: Path) -> None:
    run = synthetic.create(tmp_path / "run", 5)
    assert run.finished() == set()
    finish(run, 0, 3)
    assert run.finished() == ids(0, 3)
    assert RunDirectory(tmp_path / "run").open().finished() == ids(0, 3)
    assert load(tmp_path / "run").counts == {
        **{"planned": 5, "finished": 2, "missing": 3},
        **{"ok": 1, "diverged": 0, "pruned": 0, "failed": 1},
    }


def test_the_same_sweep_opens_and_changes_nothing(tmp_path: Path) -> None:
    run = synthetic.create(tmp_path / "run", 5)
    finish(run, 0)
    before = {p: (p.stat().st_mtime_ns, p.read_bytes()) for p in tmp_path.rglob("*") if p.is_file()}
    assert synthetic.create(tmp_path / "run", 5).finished() == ids(0)
    shuffled = synthetic.plan(5).iloc[::-1]
    RunDirectory(tmp_path / "run").create(synthetic.SWEEP, shuffled, synthetic.COLUMNS)
    after = {p: (p.stat().st_mtime_ns, p.read_bytes()) for p in tmp_path.rglob("*") if p.is_file()}
    assert before == after


def test_sweep_yaml_is_readable_and_versioned(tmp_path: Path) -> None:
    synthetic.create(tmp_path / "run", 1)
    text = yaml.safe_load((tmp_path / "run/sweep.yaml").read_text())
    assert text == {"schema_version": 1, **synthetic.SWEEP}
    assert load(tmp_path / "run").sweep == synthetic.SWEEP


def test_more_trials_extend_a_run(tmp_path: Path) -> None:
    run = synthetic.create(tmp_path / "run", 5)
    finish(run, 0, 3)
    synthetic.create(tmp_path / "run", 8)
    assert run.finished() == ids(0, 3)
    finish(run, 7)  # a worker that has opened the smaller plan sees the larger one
    results = load(tmp_path / "run")
    assert len(results.plan) == 8
    assert results.trials["seed"].tolist() == [0, 3, 7]


def test_an_extension_may_widen_columns(tmp_path: Path) -> None:
    plan = synthetic.plan(4)
    plan["param.method.lr"] = pd.Series([1, 2, 0.5, None], dtype=object)
    run = RunDirectory(tmp_path / "run").create({}, plan.head(2), Columns(["elbo"]))
    for index in (0, 1):
        record = synthetic.record(index, points=4)
        record.metrics, record.times, record.env = {"elbo": 1.0}, {}, {}
        record.params["method.lr"] = index + 1
        run.write(record)
    run.create({}, plan, Columns(["mig"], ["train"]))
    record = synthetic.record(2, points=4)
    record.metrics, record.times, record.env = {"mig": 0.5}, {"train": 1.0}, {}
    record.params["method.lr"] = 0.5
    run.write(record)
    before = load(tmp_path / "run")
    assert before.trials["param.method.lr"].tolist() == [1.0, 2.0, 0.5]
    assert before.trials["metric.mig"].tolist()[2:] == [0.5]
    assert before.trials["metric.elbo"].tolist()[:2] == [1.0, 1.0]
    assert run.verify() == []
    pd.testing.assert_frame_equal(load(tmp_path / "run").trials, before.trials)
    schemas = {
        f.physical_schema.to_string() for f in ds.dataset(tmp_path / "run/trials").get_fragments()
    }
    assert len(schemas) == 1


def test_a_plan_may_start_empty_and_grow(tmp_path: Path) -> None:
    run = RunDirectory(tmp_path / "run").create({}, synthetic.plan(0), synthetic.COLUMNS)
    assert len(load(tmp_path / "run").plan) == 0
    for n in (1, 2, 3):
        run.create({}, synthetic.plan(n), synthetic.COLUMNS)
        finish(run, n - 1)
    results = load(tmp_path / "run")
    assert results.trials["param.method.beta"].tolist() == [0.5, 1.0, 1.0]
    assert results.problems == []


def test_another_sweep_is_refused_and_the_difference_named(tmp_path: Path) -> None:
    synthetic.create(tmp_path / "run", 4)
    other = synthetic.plan(4)
    other["trial_id"] = ["a", "b", "c", "d"]
    other["param.method.lr"] = [1e-4, 1e-3, 1e-2, 0.5]
    other["param.method.width"] = 3
    sweep = {**synthetic.SWEEP, "space": "dvae_beta_d"}
    with pytest.raises(UserError) as caught:
        RunDirectory(tmp_path / "run").create(sweep, other, synthetic.COLUMNS)
    message = str(caught.value)
    assert "holds a different sweep: 4 of its 4 trials" in message
    assert "space: 'vitae_stability' there, 'dvae_beta_d' here" in message
    assert "param.method.lr: 0.1 only there, 0.5 only here" in message
    assert "param.method.width: nothing only there, 3 only here" in message
    assert "param.method.d:" not in message
    assert "Choose another run directory" in message
    assert len(load(tmp_path / "run").plan) == 4


def test_fewer_trials_are_a_part_of_the_larger_sweep(tmp_path: Path) -> None:
    synthetic.create(tmp_path / "run", 4)
    with pytest.raises(UserError, match="a larger sweep, 4 trials, of which these 2 are a part"):
        synthetic.create(tmp_path / "run", 2)


def test_locations_that_cannot_be_a_run(tmp_path: Path) -> None:
    file = tmp_path / "file"
    file.write_text("x")
    with pytest.raises(UserError, match="file is a file"):
        synthetic.create(file, 1)
    with pytest.raises(UserError, match=r"cannot write .*Check the permissions"):
        synthetic.create(file / "run", 1)
    with pytest.raises(UserError, match="cannot write /proc/unbraid/run"):
        synthetic.create("/proc/unbraid/run", 1)
    with pytest.raises(UserError, match=r"holds no run but other files: file\..*new or empty"):
        synthetic.create(tmp_path, 1)
    with pytest.raises(UserError, match="other files"), RunDirectory(tmp_path).lock():
        pass
    assert [path.name for path in tmp_path.iterdir()] == ["file"]


def test_not_a_run_says_what_was_expected(tmp_path: Path) -> None:
    synthetic.create(tmp_path / "sweeps/one", 1)
    with pytest.raises(UserError, match=r"holds no run: .*plan.parquet.* contains runs: one; name"):
        load(tmp_path / "sweeps")
    with pytest.raises(UserError, match=r"nothing does not exist or is empty: expected plan\.parq"):
        RunDirectory(tmp_path / "nothing").open()
    (tmp_path / "file").write_text("x")
    with pytest.raises(UserError, match="file is a file; expected a run"):
        load(tmp_path / "file")
    with pytest.raises(UserError, match="holds no run"):
        RunDirectory(tmp_path).write(synthetic.record(0))


def test_a_creation_that_was_cut_short_is_repeated(tmp_path: Path) -> None:
    synthetic.create(tmp_path / "run", 3)
    (tmp_path / "run/plan.parquet").unlink()
    assert synthetic.create(tmp_path / "run", 3).finished() == set()


def test_a_damaged_plan_says_how_to_go_on(tmp_path: Path) -> None:
    finish(synthetic.create(tmp_path / "run", 3), 1)
    file = tmp_path / "run/plan.parquet"
    file.write_bytes(file.read_bytes()[:-20])
    with pytest.raises(CorruptFileError, match=r"plan\.parquet: torn.*Delete that file and run"):
        load(tmp_path / "run")
    file.unlink()
    with pytest.raises(UserError, match=r"another sweep, whose plan\.parquet is lost"):
        RunDirectory(tmp_path / "run").create({}, synthetic.plan(1), synthetic.COLUMNS)
    assert synthetic.create(tmp_path / "run", 3).finished() == ids(1)
    (tmp_path / "run/sweep.yaml").write_text("[")
    with pytest.raises(CorruptFileError, match=r"sweep\.yaml: torn"):
        load(tmp_path / "run")


def test_plans_that_make_no_sense(tmp_path: Path) -> None:
    plan = synthetic.plan(3)
    run = RunDirectory(tmp_path / "run")
    with pytest.raises(ValueError, match="a plan has"):
        run.create({}, plan.drop(columns="seed"), Columns())
    with pytest.raises(ValueError, match=f"planned twice.*{synthetic.trial_id(0)}"):
        run.create({}, pd.concat([plan, plan.head(1)]), Columns())
    assert not (tmp_path / "run").exists()


def test_records_must_fit_the_plan(tmp_path: Path) -> None:
    run = synthetic.create(tmp_path / "run", 3)
    record = synthetic.record(1)
    record.metrics["elbow"] = 1.0
    with pytest.raises(
        ValueError, match=r"no column 'metric\.elbow'\. Did you mean 'metric\.elbo'"
    ):
        run.write(record)
    record = synthetic.record(1)
    record.params["method.lr"] = "fast"
    with pytest.raises(ValueError, match=r"param\.method\.lr = 'fast' is not double"):
        run.write(record)
    record = synthetic.record(1)
    record.curves.value.pop()
    with pytest.raises(ValueError, match="expected length"):
        run.write(record)
    record = synthetic.record(1)
    record.status = "done"  # type: ignore[assignment]
    with pytest.raises(ValueError, match="unknown status 'done'"):
        run.write(record)
    with pytest.raises(ValueError, match="not in the plan"):
        run.write(synthetic.record(3))
    assert run.finished() == set()
    assert run.verify() == []


def test_other_programs_read_the_folder_as_it_is(tmp_path: Path) -> None:
    """Parts beside compact files, the first file a failed trial without metrics and curves."""
    run = synthetic.create(tmp_path / "run", 30)
    finish(run, 0)
    run.compact(min_parts=1)
    finish(run, 1, 2, 3, 10, 20)
    expected = load(tmp_path / "run")
    assert expected.trials["status"][0] == "failed"
    trials = ds.dataset(tmp_path / "run/trials").to_table().to_pandas()
    assert set(trials["trial_id"]) == run.finished()
    query = f"read_parquet('{tmp_path}/run/trials/*.parquet')"
    sums = duckdb.sql(f'select count(*), sum("metric.elbo"), sum("param.method.lr") from {query}')
    ((count, elbo, lr),) = sums.fetchall()
    assert count == len(expected.trials) == len(trials)
    assert elbo == pytest.approx(expected.trials["metric.elbo"].sum(), rel=1e-12)
    assert lr == pytest.approx(expected.trials["param.method.lr"].sum(), rel=1e-12)
    schemas = {str(f.physical_schema) for f in ds.dataset(tmp_path / "run/trials").get_fragments()}
    assert len(schemas) == 1
    points = duckdb.sql(
        f"select metric, count(*) from read_parquet('{tmp_path}/run/curves/*.parquet') group by 1"
    ).fetchall()
    assert dict(points) == expected.curves["metric"].value_counts().to_dict()
