"""What a process must not import: each of these costs every worker a second."""

import subprocess
import sys
from pathlib import Path

TRIAL = """
import sys
from tests.harness.helpers import toys

_, record = toys.run(toys.trial(toys.KnownBound, epochs=1), toys.dataset())
assert record.status == "ok", record.error
print("torch._dynamo" in sys.modules)
"""


EXPORT = """
import sys
from harness.cli import main

assert main(["export", sys.argv[1], "--format", "latex", "--out", sys.argv[2]]) == 0
print("torch" in sys.modules)
"""


def test_a_latex_table_does_not_import_torch(finished_run: Path, tmp_path: Path) -> None:
    command = [sys.executable, "-c", EXPORT, str(finished_run), str(tmp_path / "table.tex")]
    done = subprocess.run(command, check=False, capture_output=True, text=True)
    assert done.stdout.endswith("table.tex\nFalse\n"), done.stderr


def test_a_trial_does_not_import_torchs_compiler() -> None:
    done = subprocess.run(
        [sys.executable, "-c", TRIAL], check=False, capture_output=True, text=True
    )
    assert done.stdout == "False\n", done.stderr
