"""Large datasets are no part of Ray's object store: each worker maps their files."""

from contextlib import suppress
from pathlib import Path

import numpy as np
import psutil
import pytest

from harness.data.cache import entry_file
from harness.datasets.smpl.dataset import SmplOptions
from harness.execution.dataset_transport import received, shared
from harness.results import load
from tests.harness.execution.conftest import Start


def write_smpl(root: Path, n_train: int) -> Path:
    (root / "smpl").mkdir(parents=True)
    for name, n in (("training", n_train), ("testing", 8)):
        images = np.zeros((n, 400, 200), np.uint8)
        images[:, ::2] = np.arange(n)[:, None, None] % 256
        np.savez_compressed(root / "smpl" / f"{name}.npz", data=images, labels=np.arange(n))
    return root


def test_a_large_dataset_is_not_put_into_the_store_but_read_by_its_user(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("UNBRAID_CACHE", str(tmp_path / "cache"))
    root, options = write_smpl(tmp_path / "data", 20), SmplOptions()
    dataset = options.load(root)
    monkeypatch.setattr(entry_file, "LARGE", dataset.nbytes - 1)
    references = shared({options: dataset})  # without Ray, which nothing has started
    assert references == {}
    again = received(options, references, root)
    np.testing.assert_array_equal(again.train.images, dataset.train.images)
    np.testing.assert_array_equal(again.test.factors["label"], dataset.test.factors["label"])


def store_bytes(family: set[psutil.Process]) -> int:
    """Return what is in the object store, which Ray's processes map."""
    most = 0
    for process in family:
        with suppress(psutil.Error):
            stored = (m.rss for m in process.memory_maps(grouped=False) if "plasma" in m.path)
            most = max(most, *stored, 0)
    return most


@pytest.mark.slow
@pytest.mark.skipif(not Path("/proc/self/smaps").exists(), reason="needs Linux's /proc")
def test_a_sweep_on_a_large_dataset_leaves_the_store_empty(
    start: Start, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("UNBRAID_CACHE", str(tmp_path / "cache"))
    write_smpl(tmp_path / "data", entry_file.LARGE // 80_000 + 1)
    command = start(
        *("sweep", "method=vae", "dataset=smpl", "method.likelihood=gaussian", "seeds=2"),
        *("scale=smoke", "scale.epochs=3", "scale.train_limit=64", "scale.test_limit=8"),
        *("data_root=data", "ray.num_cpus=1", "run_dir=run"),
        cwd=tmp_path,
    )
    most = 0

    def ended() -> bool:
        nonlocal most
        most = max(most, store_bytes({command.process, *command.family}))
        return command.process.poll() is not None

    command.until(ended)
    assert command.wait() == 0, command.err
    assert list(load(tmp_path / "run").trials["status"]) == ["ok", "ok"]
    assert 0 < most < entry_file.LARGE / 10
