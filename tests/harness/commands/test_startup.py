"""What a process must not import: each of these costs every worker a second."""

import subprocess
import sys

TRIAL = """
import sys
from tests.harness.helpers import toys

_, record = toys.run(toys.trial(toys.KnownBound, epochs=1), toys.dataset())
assert record.status == "ok", record.error
print("torch._dynamo" in sys.modules)
"""


def test_a_trial_does_not_import_torchs_compiler() -> None:
    done = subprocess.run(
        [sys.executable, "-c", TRIAL], check=False, capture_output=True, text=True
    )
    assert done.stdout == "False\n", done.stderr
