"""A sweep on a cluster of two nodes, one of which dies."""

import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import psutil
import pytest

from tests.harness.execution.conftest import Start
from tests.harness.execution.helpers.sweeps import (
    ROOT,
    SWEEP,
    TRIALS,
    finished,
    is_worker,
    same_results,
)


@pytest.fixture
def cluster(short_folder: Path) -> Iterator["psutil.Popen"]:
    """The process whose children are the nodes; its first line of output is the address."""
    process = psutil.Popen(
        [sys.executable, "-m", "tests.harness.execution.helpers.two_nodes"],
        cwd=ROOT,
        env={**os.environ, "TMPDIR": str(short_folder)},
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
        start_new_session=True,
    )
    yield process
    family = process.children(recursive=True)
    process.stdin.close()
    process.wait(60)
    for left in (member for member in family if member.is_running()):
        left.kill()
    process.stdout.close()


@pytest.mark.slow  # two nodes on one machine
@pytest.mark.timeout(600)
def test_a_sweep_uses_both_nodes_and_outlives_one(
    start: Start, cluster: "psutil.Popen", control: Path, tmp_path: Path
) -> None:
    address = cluster.stdout.readline().strip()
    nodes = [child for child in cluster.children() if child.name() == "raylet"]
    head, other = sorted(nodes, key=psutil.Process.create_time)
    run = tmp_path / "run"
    sweep = start(*SWEEP, f"ray.address={address}", f"run_dir={run}")

    def both_at_work() -> bool:
        return all(any(map(is_worker, node.children())) for node in (head, other))

    sweep.until(both_at_work)  # one CPU each: a trial runs on each of them
    sweep.until(lambda: len(finished(run)) > 1)
    other.kill()
    assert sweep.wait() == 0, sweep.err
    assert f"{TRIALS} of {TRIALS} trials finished: {TRIALS} ok" in sweep.out
    same_results(run, control)


@pytest.mark.slow  # two nodes on one machine
@pytest.mark.timeout(600)
def test_a_node_is_let_go_while_the_last_trial_runs_on_the_other(
    start: Start, cluster: "psutil.Popen", tmp_path: Path
) -> None:
    address = cluster.stdout.readline().strip()
    nodes = [child for child in cluster.children() if child.name() == "raylet"]
    run = tmp_path / "run"
    long = (
        "sweep",
        "method=vae",
        "dataset=digits",
        "scale=smoke",
        "seeds=1",
        "scale.epochs=choice(1,2,2000)",
    )
    sweep = start(*long, f"ray.address={address}", f"run_dir={run}")
    sweep.until(lambda: len(finished(run)) == 2)

    def at_work() -> int:
        return sum(any(map(is_worker, node.children())) for node in nodes)

    # Ray's autoscaler ends nodes on which nothing runs: a worker that waits would hold one.
    sweep.until(lambda: at_work() == 1)
    assert len(finished(run)) == 2
    sweep.process.send_signal(signal.SIGINT)
    assert sweep.wait() == 130


@pytest.mark.timeout(300)
def test_a_cluster_that_is_not_there_is_named_at_once(start: Start, tmp_path: Path) -> None:
    addresses = ("127.0.0.1:1", "auto", "no address")
    sweeps = [
        start(*SWEEP, f"ray.address={address}", f"run_dir={tmp_path / str(n)}")
        for n, address in enumerate(addresses)
    ]
    for sweep, address in zip(sweeps, addresses, strict=True):
        assert sweep.wait(patience=60) == 2  # Ray alone tries for minutes
        assert f"There is no Ray cluster at ray.address={address} (" in sweep.err
