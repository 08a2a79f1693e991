"""A worker that starts more slowly than trials end still gets to work."""

from pathlib import Path

from tests.harness.execution.conftest import Start

METHOD = '''
import os, time
from pathlib import Path

from models.vae.vae import VAE

HERE = Path(__file__).parent


def trained():
    return sum(len(file.read_text()) for file in HERE.glob("trained-*"))


before = len(list(HERE.glob("imported-*")))
(HERE / f"imported-{os.getpid()}").touch()
while before == 2 and trained() < 3:  # the driver and one worker were there before this worker
    time.sleep(0.01)


class Noted(VAE):
    """A VAE that notes which process trains it."""

    def __init__(self, hyperparameters, data):
        super().__init__(hyperparameters, data)
        with (HERE / f"trained-{os.getpid()}").open("a") as file:
            file.write(".")
'''


def test_a_worker_that_is_starting_is_kept(start: Start, tmp_path: Path) -> None:
    # Tune's own order gives the second trial to the first worker as soon as that is idle, and
    # kills the second worker.
    (tmp_path / "noted.py").write_text(METHOD)
    command = start(
        *("sweep", "method=noted.Noted", "dataset=digits", "scale=smoke", "scale.epochs=1"),
        *("scale.train_limit=32", "scale.test_limit=16", "seeds=80", "ray.num_cpus=2"),
        f"run_dir={tmp_path / 'run'}",
        cwd=tmp_path,
    )
    assert command.wait() == 0, command.err
    assert len(list(tmp_path.glob("trained-*"))) == 2
