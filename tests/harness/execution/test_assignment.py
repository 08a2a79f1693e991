"""A trial that two workers finish, as where one was cut off: the first counts."""

from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from harness.execution.assignment import write
from harness.results import RunDirectory, TrialRecord, load
from tests.harness.results.helpers import synthetic

OK = 1
"""A made-up trial that ends well."""


@pytest.fixture
def run(tmp_path: Path) -> RunDirectory:
    columns = replace(synthetic.COLUMNS, times=("train", "evaluate", "total"))
    return RunDirectory(tmp_path / "run").create(synthetic.SWEEP, synthetic.plan(5), columns)


def worker(host: str, index: int, status: str = "ok") -> TrialRecord:
    record = synthetic.record(index)
    record.times["total"] = 2.0
    record.status, record.env = status, {**record.env, "commit": host}  # type: ignore[assignment]
    return record


def written(run: RunDirectory, record: TrialRecord) -> dict[str, Any]:
    ended: list[str] = []
    told = write(run, record, SimpleNamespace(end=ended.append))  # type: ignore[arg-type]
    assert ended == [record.trial_id], "its checkpoint is of no more use"
    return told


def hosts(run: RunDirectory) -> list[str]:
    return load(run.location).trials["env.commit"].tolist()


def test_the_first_of_two_counts_and_the_second_is_told_as_finished(run: RunDirectory) -> None:
    first, second = (written(run, worker(host, OK)) for host in ("one", "two"))
    assert hosts(run) == ["one"]
    assert first == second
    assert first["status"] == "ok"


def test_one_that_was_given_up_gives_way(run: RunDirectory) -> None:
    run.write(worker("driver", OK, "failed"))
    written(run, worker("one", OK))
    assert hosts(run) == ["one"]
    assert load(run.location).trials["status"].tolist() == ["ok"]


def test_a_torn_file_gives_way(run: RunDirectory) -> None:
    written(run, worker("one", OK))
    (part,) = (Path(run.location) / "trials").glob("part-*.parquet")
    part.write_bytes(part.read_bytes()[:-1])
    written(run, worker("two", OK))
    assert hosts(run) == ["two"]
