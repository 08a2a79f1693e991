"""What a process must not import: each of these costs every worker a second."""

import subprocess
import sys

TRIAL = """
import sys
import torch
from harness.trial import run_trial
from tests.harness import toys
from tests.harness.toys import KnownBound

running = run_trial(toys.trial(KnownBound, epochs=1), toys.dataset(), torch.device("cpu"), {})
try:
    while True:
        next(running)
except StopIteration as finished:
    assert finished.value.status == "ok", finished.value.error
print("torch._dynamo" in sys.modules)
"""


def test_a_trial_does_not_import_torchs_compiler() -> None:
    done = subprocess.run(
        [sys.executable, "-c", TRIAL], check=False, capture_output=True, text=True
    )
    assert done.stdout == "False\n", done.stderr
