"""What ended a process is read from what Ray 2.60 and Python say of it, word for word."""

import subprocess
import sys
from pathlib import Path
from types import SimpleNamespace

import pytest
from ray.exceptions import WorkerCrashedError

from harness.config.sweep import resolve
from harness.execution.ends import deaths
from harness.execution.ends.endings import given_up_record
from harness.execution.session.private import local_output
from harness.heartbeat import HUNG
from harness.results.records import last_line

DEAD = """The actor died unexpectedly before finishing this task.
\tclass_name: TrialWorker
\tactor_id: 7db68ca488aa39c89f895bfc01000000
\tpid: 11622
\tnamespace: 431c6bb7-71ae-42dc-97c9-3a7386cedbf8
\tip: 127.0.0.1
The actor is dead because its worker process has died. Worker exit type: SYSTEM_ERROR Worker exit \
detail: """
BROKEN = DEAD + (
    "Worker unexpectedly exits with a connection error code 2. End of file. Some common causes "
    "include: (1) the process was killed by the OOM killer due to high memory usage, (2) ray stop "
    "--force was called, or (3) the worker crashed unexpectedly due to SIGSEGV or another "
    "unexpected error."
)
LEFT = DEAD + "Worker exits unexpectedly. Worker exits with an exit code 3."
ENDED = LEFT.replace("code 3.", "code 1. The process receives a SIGTERM.")
LOW = DEAD.replace("SYSTEM_ERROR", "NODE_OUT_OF_MEMORY") + (
    "Task was killed due to the node running low on memory."
)
TASK = str(WorkerCrashedError())
FREE = "SIGKILL, or os._exit in its own code: no other end is without a word"


@pytest.mark.parametrize(
    ("error", "printed", "kills", "said"),
    [
        (BROKEN, "", 0, FREE),
        (BROKEN, "", 2, "SIGKILL: out of memory, the kernel has ended a process of its machine"),
        (
            BROKEN,
            ":job_id:01\nTimeout (0:16:40)!\nThread",
            0,
            "no sign of life, with Python's lock held",
        ),
        (LEFT, "", 1, "exit code 3"),
        (ENDED, "", 0, "SIGTERM"),
        (LOW, "", 0, "out of memory: Ray ended it, as its machine ran low on memory"),
        ("The actor died because its node has died.", "", 1, ""),
        ("Traceback (most recent call last):\nValueError: lr", "", 1, ""),
    ],
)
def test_causes(error: str, printed: str, kills: int, said: str) -> None:
    assert deaths.cause(error, printed, kills) == said


FAULTS = {
    "faulthandler._sigsegv()": "SIGSEGV (segmentation fault)",
    "faulthandler._sigabrt()": "SIGABRT (aborted)",
    "faulthandler._sigfpe()": "SIGFPE (floating point exception)",
    "os.kill(os.getpid(), signal.SIGBUS)": "SIGBUS (bus error)",
    "os.kill(os.getpid(), signal.SIGILL)": "SIGILL (illegal instruction)",
}


@pytest.mark.parametrize("code", FAULTS)
def test_faults_are_named_as_this_python_tells_them(
    code: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    lines = f"import faulthandler, os, signal\nfaulthandler.enable(all_threads=False)\n{code}"
    command = [sys.executable, "-c", lines]
    fault = subprocess.run(command, check=False, capture_output=True, text=True)
    assert fault.returncode < 0
    printed = f":job_id:01\n{fault.stderr}\n\nExtension modules: numpy (total: 1)\n"
    monkeypatch.setattr(deaths, "local_output", lambda error: printed)
    told = deaths.Deaths(alone=True).told(BROKEN)
    said, _, stack = told.partition("\n\n")
    assert said.replace("-", " ") == f"died: {FAULTS[code]}"  # spelt so or so by Python
    assert stack.startswith("Fatal Python error: ")
    assert 'File "<string>", line 3 in <module>' in told
    assert "Extension modules" not in told
    assert told.endswith(BROKEN)


def test_each_kill_for_want_of_memory_is_told_of_one_death_on_this_machine(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    kernel, by_kernel = [5], "SIGKILL: out of memory"
    here = [True]
    monkeypatch.setattr(deaths, "memory_kills", lambda: kernel[0])
    monkeypatch.setattr(deaths, "local_output", lambda error: "" if here[0] else None)
    of = deaths.Deaths(alone=True)

    def told(error: str = BROKEN, n: int = 1) -> list[str]:
        firsts = [of.told(error).partition("\n")[0] for _ in range(n)]
        return [first.removeprefix("died: ").partition(",")[0] for first in firsts]

    assert told() == ["SIGKILL"]
    kernel[0] = 7  # two at once
    assert told(n=3) == [by_kernel, by_kernel, "SIGKILL"]
    kernel[0] = 8
    assert told(LEFT) == ["exit code 3"], "it was another that the kernel has ended"
    here[0] = False
    assert told() == ["SIGKILL"]
    assert told(TASK, 2) == [by_kernel, TASK], "all of a sweep on this machine runs on it"
    kernel[0] = 9
    of = deaths.Deaths(alone=False)
    kernel[0] = 10
    assert told(TASK) == [TASK]


def test_memory_kills_are_counted() -> None:
    assert deaths.memory_kills() >= 0


def test_the_output_of_the_dead_worker_is_found(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from ray._private import worker

    (tmp_path / "logs").mkdir()
    (tmp_path / "logs" / "worker-ab-01000000-11622.err").write_text("its last words")
    (tmp_path / "logs" / "worker-cd-01000000-622.err").write_text("another's")
    node = SimpleNamespace(node_ip_address="127.0.0.1", get_session_dir_path=lambda: str(tmp_path))
    monkeypatch.setattr(worker, "_global_node", node)
    assert local_output(BROKEN) == "its last words"
    assert local_output(BROKEN.replace("11622", "11623")) is None
    assert local_output("ValueError") is None
    node.node_ip_address = "10.0.0.7"
    assert local_output(BROKEN) is None


@pytest.mark.parametrize("began", [deaths.DIED, HUNG])
def test_the_cause_stands_in_the_line_that_status_shows(began: str) -> None:
    (trial,) = resolve(["method=vae", "dataset=digits", "scale=smoke", "seeds=1"]).trials
    reason = f"{began}SIGSEGV (segmentation fault)\n\nFatal Python error\n\n{BROKEN}"
    error = given_up_record(trial, "procedural", {}, 3, reason).error
    assert error
    assert last_line(error) == (
        f"No worker process finished this trial in 3 attempts; the last {began}SIGSEGV "
        "(segmentation fault)."
    )
    longest = f"{last_line(error).partition(';')[0]}; the last died: {FREE}."
    assert last_line(longest) == longest
