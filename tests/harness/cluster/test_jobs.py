"""Sweeps as jobs of a real head on this machine's loopback: the whole way, without SSH."""

import os
import secrets
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

import psutil
import pytest

from harness.cluster.head import free_port
from harness.results import load

ROOT = Path(__file__).parents[3]
SWEEP = ("method=vae", "dataset=digits", "scale=smoke", "ray.gpus_per_trial=0")
PATIENCE_S = 240


class Head:
    """A head with a token of its own, and commands of somebody who has it."""

    def __init__(self, folder: Path) -> None:
        token = folder / ".ray" / "auth_token"
        token.parent.mkdir()
        token.write_text(secrets.token_hex(32))
        token.chmod(0o600)
        self.folder = folder
        self.environment = {
            **{k: v for k, v in os.environ.items() if not k.startswith("RAY_")},
            "HOME": str(folder),
            "TMPDIR": str(folder),
            "PYTHONPATH": str(ROOT),
            "PATH": f"{Path(sys.executable).parent}:{os.environ['PATH']}",
        }
        port = free_port()
        self.address = f"http://127.0.0.1:{port}"
        ports = {
            "port": free_port(),
            "dashboard-port": port,
            "dashboard-agent-listen-port": free_port(),
            "dashboard-agent-grpc-port": free_port(),
            "metrics-export-port": free_port(),
            "ray-client-server-port": free_port(),
        }
        with (folder / "head.log").open("w") as log:
            self.process = psutil.Popen(
                [sys.executable, "-m", "ray.scripts.scripts", "start", "--head", "--block"]
                + [f"--{name}={number}" for name, number in ports.items()]
                + ["--node-ip-address=127.0.0.1", "--dashboard-host=127.0.0.1", "--num-cpus=2"]
                + [f"--temp-dir={folder / 'r'}"],
                env={**self.environment, "RAY_AUTH_MODE": "token"},
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                start_new_session=True,
            )

    def start(self, *words: str) -> "subprocess.Popen[str]":
        return subprocess.Popen(
            [sys.executable, "-m", "harness", words[0], self.address, *words[1:]],
            cwd=ROOT,
            env=self.environment,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            start_new_session=True,
        )

    def run(self, *words: str) -> tuple[int, str]:
        command = self.start(*words)
        output, _ = command.communicate(timeout=PATIENCE_S)
        return command.returncode, output

    def end(self) -> None:
        family = [self.process, *self.process.children(recursive=True)]
        for process in family:
            if process.is_running():
                process.kill()
        psutil.wait_procs(family, timeout=10)


@pytest.fixture(scope="module")
def head() -> Iterator[Head]:
    with tempfile.TemporaryDirectory(prefix="uj-", ignore_cleanup_errors=True) as folder:
        head = Head(Path(folder))
        try:
            deadline = time.monotonic() + PATIENCE_S
            while head.run("jobs")[0]:
                assert time.monotonic() < deadline, (Path(folder) / "head.log").read_text()
                time.sleep(1)
            yield head
        finally:
            head.end()


@pytest.mark.slow  # a head, and sweeps on it
@pytest.mark.timeout(900)
def test_a_sweep_is_submitted_followed_left_alone_and_stopped(head: Head) -> None:
    done = head.folder / "done"
    code, output = head.run("submit", "sweep", *SWEEP, "seeds=2", f"run_dir={done}")
    assert code == 0, output
    assert "2 of 2 trials finished: 2 ok" in output
    commits = load(done).trials["env.git_commit"]
    assert commits.notna().all(), "what was sent has no checkout, and says of which it is a copy"

    left = head.folder / "left"
    long = ("scale.epochs=200", "seeds=40", f"run_dir={left}")
    command = head.start("submit", "sweep", *SWEEP, *long)
    assert command.stdout
    for line in command.stdout:
        if "trials to run" in line:
            break
    os.killpg(command.pid, signal.SIGINT)
    assert "goes on without this terminal" in command.stdout.read()
    assert command.wait() == 130
    code, output = head.run("jobs")
    assert [line.split()[1] for line in output.splitlines()] == ["succeeded", "running"]
    code, output = head.run("stop")
    assert code == 0
    assert "has stopped" in output
    code, output = head.run("logs")
    assert code == 130
    assert "trials are finished and kept" in output
    assert load(left).counts["planned"] == 40

    code, output = head.run("submit", "resume", str(head.folder / "none"))
    assert code == 2, "the job's own"
    head.environment["HOME"] = str(head.folder / "stranger")
    code, output = head.run("jobs")
    assert code == 2, output
    assert "token" in output
