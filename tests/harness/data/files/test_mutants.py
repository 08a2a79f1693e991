"""No file can do more than be refused: no signal, no traceback, no gigabyte of memory."""

import subprocess
import sys
from pathlib import Path

import pytest

from tests.harness.data.files.helpers.mutants import READERS


def findings(folder: Path, name: str, n: int, first: int = 0) -> str:
    """Return what was found in some mutants of a kind of file; nothing where each was well."""
    module = "tests.harness.data.files.helpers.mutants"
    command = [sys.executable, "-m", module, str(folder), name, str(n), str(first)]
    done = subprocess.run(command, capture_output=True, text=True, timeout=900, check=False)
    found = "\n".join(line for line in done.stdout.splitlines() if line.startswith("FOUND"))
    if done.returncode or "READ ALL" not in done.stdout:
        last = done.stdout.split()[-1:] or ["none"]
        found += f"\nended with {done.returncode} at {name} {last[0]}\n{done.stderr[-800:]}"
    return found


@pytest.mark.parametrize("name", ["pickle", "npy"])
def test_a_few_mutants(tmp_path: Path, name: str) -> None:
    assert findings(tmp_path, name, 150) == ""


@pytest.mark.slow
@pytest.mark.timeout(1000)
@pytest.mark.parametrize("name", READERS)
def test_many_mutants(tmp_path: Path, name: str) -> None:
    assert findings(tmp_path, name, 3000) == ""
