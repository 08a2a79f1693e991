"""A forked worker has what Ray would have given one, and without the parent Ray's way is taken."""

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from harness.execution.session.forking import ask, starting

pytestmark = pytest.mark.skipif(not starting.POSSIBLE, reason="workers are forked on Linux alone")

WORKER = """
import json, os, resource, signal, sys
from pathlib import Path

names = ("Mine", "UNBRAID_FORKS")
said = {
    "arguments": sys.argv[1:],
    "environment": {name: os.environ.get(name) for name in names},
    "folder": os.getcwd(),
    "blocked": [int(each) for each in signal.pthread_sigmask(signal.SIG_BLOCK, [])],
    "children": signal.getsignal(signal.SIGCHLD) == signal.SIG_DFL,
    "files": resource.getrlimit(resource.RLIMIT_NOFILE),
    "oom": Path("/proc/self/oom_score_adj").read_text(),
    "leads": os.getpgrp() == os.getpid(),
    "first path": sys.path[0],
    "main": __name__,
}
about = {"ray": "ray" in sys.modules, "torch": "torch" in sys.modules, "parent": os.getppid()}
print("said", flush=True)
file = Path(sys.argv[1] + ".writing")
file.write_text(json.dumps([said, about]))
file.rename(sys.argv[1])
"""

SETUP = "import os, sys; os.execv(sys.executable, [sys.executable, *sys.argv[1:-1]])\n"
"""What Ray's own script comes to: the last argument is the language, and not for the worker."""


@pytest.fixture
def scripts(tmp_path: Path) -> Path:
    (tmp_path / "default_worker.py").write_text(WORKER)
    (tmp_path / "setup_worker.py").write_text(SETUP)
    return tmp_path


@pytest.fixture
def parent() -> Iterator[int]:
    """A parent; its process id."""
    starting.start()
    try:
        yield starting._servers[0].process.pid
    finally:
        starting.stop()


def started(scripts: Path, name: str, *further: str, script: str = ask.__file__) -> Any:
    """Run a script as Ray's scheduler does and return what the worker says, and about it."""
    file, (reading, writing) = scripts / name, os.pipe()
    command = [sys.executable, script, str(scripts / "default_worker.py"), str(file), *further]
    folder = scripts / "folder"
    folder.mkdir(exist_ok=True)

    def inherit() -> None:
        os.setpgid(0, 0)
        signal.pthread_sigmask(signal.SIG_BLOCK, [signal.SIGINT, signal.SIGUSR1])
        Path("/proc/self/oom_score_adj").write_text("7")

    with subprocess.Popen(
        [*command, "--language=PYTHON"],
        stdout=subprocess.PIPE,
        preexec_fn=inherit,  # noqa: PLW1509 - as Ray's scheduler, which has no other way
        cwd=folder,
        pass_fds=[writing],
        env={**os.environ, "Mine": "1"},
    ) as asked:
        os.close(writing)
        assert asked.stdout is not None
        printed = asked.stdout.read()
    assert os.read(reading, 1) == b""  # it is closed when the worker has ended, not the script
    os.close(reading)
    assert asked.returncode == 0
    assert printed == b"said\n"
    said, about = json.loads(file.read_text())
    said["arguments"].remove(str(file))
    return said, about


def test_a_worker_has_what_ray_gives_one(scripts: Path, parent: int) -> None:
    said, about = started(scripts, "forked", "--worker-id=1")
    setup = str(scripts / "setup_worker.py")
    expected, by_ray = started(scripts, "ray's", "--worker-id=1", script=setup)
    assert said == expected
    assert said["leads"]
    assert said["blocked"] == [signal.SIGINT, signal.SIGUSR1]
    assert about == {"ray": False, "torch": True, "parent": parent}
    assert by_ray == {"ray": False, "torch": False, "parent": os.getpid()}


def test_each_worker_is_a_process_of_its_own(scripts: Path, parent: int) -> None:
    for i in range(3):
        _, about = started(scripts, str(i))
        assert about["parent"] == parent
    until = time.monotonic() + 60
    while Path(
        f"/proc/{parent}/task/{parent}/children"
    ).read_text():  # one is left to be waited for
        assert time.monotonic() < until
        time.sleep(0.05)


@pytest.mark.usefixtures("parent")
def test_an_environment_of_its_own_is_rays_to_make(scripts: Path) -> None:
    own = '--serialized-runtime-env-context={"env_vars": {"A": "1"}}'
    assert started(scripts, "one", own)[1]["parent"] == os.getpid()


def test_without_a_parent_ray_starts_it(scripts: Path) -> None:
    assert ask.SOCKET not in os.environ
    assert not started(scripts, "one")[1]["torch"]


def test_with_a_dead_parent_ray_starts_it(scripts: Path, parent: int) -> None:
    os.kill(parent, signal.SIGKILL)
    starting._servers[0].process.wait()
    assert not started(scripts, "one")[1]["torch"]


def test_a_parent_that_hangs_is_not_waited_for_long(scripts: Path, parent: int) -> None:
    """Nor does it start the worker a second time when it goes on."""
    impatient = scripts / "impatient.py"
    impatient.write_text(Path(ask.__file__).read_text().replace("MOST_S = 20.0", "MOST_S = 1.0"))
    started(scripts, "first")  # it has imported everything
    os.kill(parent, signal.SIGSTOP)
    worker, file = str(scripts / "default_worker.py"), scripts / "one"
    command = [sys.executable, str(impatient), worker, str(file), "--language=PYTHON"]
    subprocess.run(command, check=True, stdout=subprocess.DEVNULL)
    assert not json.loads(file.read_text())[1]["torch"]
    file.unlink()
    os.kill(parent, signal.SIGCONT)
    assert started(scripts, "other")[1]["parent"] == parent
    assert not (scripts / "one").exists()


def test_a_parent_that_hangs_ends(parent: int) -> None:
    os.kill(parent, signal.SIGSTOP)
    starting.stop()
    assert not Path(f"/proc/{parent}").exists()


def test_what_says_half_of_it_gets_nothing(scripts: Path, parent: int) -> None:
    import socket

    with socket.socket(socket.AF_UNIX) as connection:
        connection.connect(os.environ[ask.SOCKET])
        connection.sendall(b"f{")
    assert started(scripts, "one")[1]["parent"] == parent


def test_the_parent_ends_with_the_process_that_started_it() -> None:
    code = (
        "import os; from harness.execution.session.forking import starting; starting.start();"
        "print(starting._servers[0].process.pid, flush=True); os.kill(os.getpid(), 9)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, check=False)
    assert done.returncode == -signal.SIGKILL
    process = Path("/proc", done.stdout.decode().strip())
    until = time.monotonic() + 60
    while process.exists() and "Z" not in (process / "stat").read_text().split()[2]:
        assert time.monotonic() < until
        time.sleep(0.05)


def test_the_socket_is_open_to_its_user_alone(parent: int) -> None:
    folder = Path(os.environ[ask.SOCKET]).parent
    assert folder.stat().st_mode & 0o777 == 0o700
    starting.stop()
    assert not folder.exists()
    assert ask.SOCKET not in os.environ


def test_where_a_path_is_too_long_for_a_socket_ray_starts_workers(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    long = tmp_path / ("long" * 30)
    long.mkdir()
    monkeypatch.setattr("tempfile.tempdir", str(long))
    starting.start()
    assert ask.SOCKET not in os.environ
    assert not list(long.iterdir())


def test_what_is_imported_once_leaves_ray_to_the_workers() -> None:
    """Ray reads the settings that a worker gets when it is imported; and few threads survive."""
    code = (
        "import sys; from harness.execution.session.forking import parent; parent.import_all();"
        "import os; names = [open(f'/proc/self/task/{t}/comm').read().strip() for t in"
        " os.listdir('/proc/self/task')];"
        "print('ray' in sys.modules, 'torch' in sys.modules, sorted(names))"
    )
    done = subprocess.run(
        [sys.executable, "-c", code],
        capture_output=True,
        check=True,
        text=True,
        env={**os.environ, "OPENBLAS_NUM_THREADS": "1"},
    )
    assert done.stdout.strip() == "False True ['jemalloc_bg_thd', 'python']"
