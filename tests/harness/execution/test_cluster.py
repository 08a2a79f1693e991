"""Sweeps on clusters that lose a node, that gain some, and that are not there."""

import os
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
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
def cluster(short_folder: Path, request: pytest.FixtureRequest) -> Iterator["psutil.Popen"]:
    """The process below which the nodes are; its first line of output is the address."""
    kind = getattr(request, "param", "two_nodes")
    process = psutil.Popen(
        [sys.executable, "-m", f"tests.harness.execution.helpers.{kind}"],
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


SEARCH = (
    *("sweep", "method=vae", "dataset=digits", "scale=smoke", "scale.epochs=40", "seeds=1"),
    *("search=optuna", "trials=8", "method.lr=tag(log,interval(1e-4,1e-2))"),
)


@pytest.mark.slow  # nodes that come and go
@pytest.mark.timeout(1200)
@pytest.mark.parametrize("cluster", ["growing_cluster"], indirect=True)
def test_a_search_gets_the_nodes_that_it_can_use_and_leaves_them(
    start: Start, cluster: "psutil.Popen", tmp_path: Path
) -> None:
    address = cluster.stdout.readline().strip()
    run = tmp_path / "run"
    host, _, port = address.partition(":")

    def nodes() -> list[psutil.Process]:
        below = cluster.children(recursive=True)
        return [child for child in below if child.name() == "raylet"]

    def listens() -> bool:
        with socket.socket() as probe:
            return probe.connect_ex((host, int(port))) == 0

    wait_for(lambda: listens() and len(nodes()) == 1)
    sweep = start(*SEARCH, f"ray.address={address}", f"run_dir={run}")
    sweep.until(lambda: sum(any(map(is_worker, node.children())) for node in nodes()) == 2)
    assert sweep.wait(patience=600) == 0, sweep.err
    assert "8 of 8 trials finished: 8 ok" in sweep.out
    wait_for(lambda: len(nodes()) == 1)


def wait_for(reached: Callable[[], bool], patience: float = 300) -> None:
    deadline = time.monotonic() + patience
    while not reached():
        assert time.monotonic() < deadline
        time.sleep(0.2)


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
