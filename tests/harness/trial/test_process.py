"""What a process sets for itself before it trains."""

import os
import subprocess
import sys

import pytest

STEPS = """
import resource, sys, torch
from harness.trial.process import prepare_process

def step():
    x = torch.ones(3 << 20)
    y = x * 2
    results = [y * k for k in range(6)]

def faults():
    return resource.getrusage(resource.RUSAGE_SELF).ru_minflt

if sys.argv[1] == "prepared":
    prepare_process(threads=1)
for _ in range(5):
    step()
before = faults()
for _ in range(15):
    step()
print(faults() - before, torch.get_num_threads())
"""


def run(how: str) -> tuple[int, int]:
    """Pages that the system had to clear for fifteen steps of 96 MiB, and torch's threads."""
    done = subprocess.run(
        [sys.executable, "-c", STEPS, how], capture_output=True, text=True, check=True, timeout=120
    )
    pages, threads = done.stdout.split()
    return int(pages), int(threads)


@pytest.mark.skipif(sys.platform != "linux", reason="only glibc is told to keep freed memory")
def test_freed_memory_stays_with_a_prepared_process() -> None:
    """Measured: up to 6,144 pages with, 15,000 to 250,000 without for every ten steps.

    Now and then glibc keeps the memory of a plain process too: of three one is as measured.
    """
    pages, threads = run("prepared")
    assert threads == 1
    assert pages < 8_000
    assert any(pages < 0.5 * run("plain")[0] for _ in range(3))


LIBRARIES = """
import numpy as np, threadpoolctl
from harness.trial.process import prepare_process

prepare_process(threads=1)
np.ones((9, 9)) @ np.ones((9, 9))
import scipy.linalg, sklearn.linear_model  # loaded later, as metrics do
print(sorted({pool["num_threads"] for pool in threadpoolctl.threadpool_info()}))
print(len(threadpoolctl.threadpool_info()))
"""


def test_libraries_below_the_metrics_keep_to_a_trial_s_share() -> None:
    environment = {**os.environ, "OMP_NUM_THREADS": "2"}
    done = subprocess.run(
        [sys.executable, "-c", LIBRARIES],
        capture_output=True,
        text=True,
        check=True,
        timeout=120,
        env=environment,
    )
    threads, pools = done.stdout.split("\n")[:2]
    assert int(pools) >= 3, "NumPy's, SciPy's and scikit-learn's"
    assert threads == "[1]"
