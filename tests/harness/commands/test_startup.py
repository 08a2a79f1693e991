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


WITHOUT_TORCH = """
import sys
from harness.cli import main

run = sys.argv[1]
assert main(["export", run, "--format", "latex", "--out", "table.tex"]) == 0
print("torch" in sys.modules)
assert main(["leaderboard", run, "--out", "board.html"]) == 0
print("torch" in sys.modules)
"""


MISTAKES = """
import sys
from harness.cli import main

for words in (["leaderboard"], ["leaderboard", "nowhere"], ["compare", "nowhere", "elsewhere"]):
    assert main(words) == 2
    print({"pandas", "torch", "scipy", "reports"} & set(sys.modules))
"""


def test_a_mistake_in_a_leaderboards_arguments_waits_for_no_import(tmp_path: Path) -> None:
    command = [sys.executable, "-c", MISTAKES]
    done = subprocess.run(command, check=False, capture_output=True, text=True, cwd=tmp_path)
    assert done.stdout.split("\n") == [*3 * ["set()"], ""], done.stderr


def test_a_latex_table_and_a_leaderboard_do_not_import_torch(
    finished_run: Path, tmp_path: Path
) -> None:
    command = [sys.executable, "-c", WITHOUT_TORCH, str(finished_run)]
    done = subprocess.run(command, check=False, capture_output=True, text=True, cwd=tmp_path)
    assert [line for line in done.stdout.split() if line in ("True", "False")] == 2 * ["False"], (
        done.stderr
    )
    assert done.stdout.index("table.tex") < done.stdout.index("board.html")


REFUSED = """
import sys
from harness.cli import main

for words in (["leaderboard"], ["leaderboard", "nowhere"], ["report", "nowhere"],
              ["compare", "nowhere", "."]):
    print(main(words), [m for m in ("pandas", "scipy", "matplotlib") if m in sys.modules])
"""


def test_a_mistake_in_the_arguments_of_what_draws_waits_for_no_imports(tmp_path: Path) -> None:
    command = [sys.executable, "-c", REFUSED]
    done = subprocess.run(command, check=False, capture_output=True, text=True, cwd=tmp_path)
    assert done.stdout.splitlines() == 4 * ["2 []"], done.stderr
    assert done.stderr.count("nowhere does not exist or is empty") == 3


def test_a_trial_does_not_import_torchs_compiler() -> None:
    done = subprocess.run(
        [sys.executable, "-c", TRIAL], check=False, capture_output=True, text=True
    )
    assert done.stdout == "False\n", done.stderr
