"""Data and run directories that are not what a command needs: it says so and writes nothing."""

import errno
import os
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

from harness.cli import main
from harness.datasets.mnist.dataset import TRAIN_FILES
from harness.errors import UserError
from harness.results.storage import Storage
from tests.harness.datasets.helpers.idx_files import idx_bytes, write, write_mnist
from tests.harness.helpers.command_line import Capture, complaint, snapshot


def test_missing_data_files_are_each_named(workplace: Path, capsys: Capture) -> None:
    write_mnist(workplace / "data")
    missing = ("train-labels-idx1-ubyte", "t10k-images-idx3-ubyte")
    for name in missing:
        (workplace / "data" / name).unlink()
    said = complaint(capsys, "sweep", "dataset=mnist", "data_root=data", "run_dir=run")
    assert f"Files of the dataset 'mnist' are missing: {', '.join(missing)} (" in said
    assert "put into FOLDER/mnist the files train-images-idx3-ubyte, " in said
    assert not (workplace / "run").exists()


@pytest.mark.parametrize("command", ["sweep", "train"])
def test_damaged_data_files(workplace: Path, capsys: Capture, command: str) -> None:
    path = workplace / "data" / "t10k-images-idx3-ubyte"
    run = [command, "dataset=mnist", "data_root=data", "run_dir=run"]
    write_mnist(path.parent)
    content = path.read_bytes()
    write(path, content[:-1], zipped=False)
    assert "t10k-images-idx3-ubyte is truncated" in complaint(capsys, *run)
    write(path, b"\x00\x00\x08\x01" + content[4:], zipped=False)
    said = complaint(capsys, *run)
    assert "should be an IDX file of images (magic number 2051) but is one of labels" in said
    assert not (workplace / "run").exists()


@pytest.mark.parametrize(
    ("shape", "said"),
    [
        ((0, 28, 28), "declares 0 x 28 x 28 images: it holds nothing"),
        ((30, 28, 0), "declares 30 x 28 x 0 images: it holds nothing"),
        ((30, 1, 1), "has training images of 1 x 1 pixels"),
        ((1, 28, 28), "has 1 training images: it takes at least 2"),
    ],
)
def test_files_without_images(
    workplace: Path, capsys: Capture, shape: tuple[int, ...], said: str
) -> None:
    write_mnist(workplace / "data")
    for name, array in zip(
        TRAIN_FILES, (np.zeros(shape, np.uint8), np.zeros(shape[0], np.uint8)), strict=True
    ):
        write(workplace / "data" / name, idx_bytes(array), zipped=False)
    for command in ("sweep", "train"):
        assert said in complaint(capsys, command, "dataset=mnist", "data_root=data", "run_dir=run")
    assert not (workplace / "run").exists()


def test_other_data_under_the_same_names_are_not_the_same_trial(
    workplace: Path, capsys: Capture
) -> None:
    for seed, root in enumerate(("A", "B")):
        write_mnist(workplace / root, n_train=60, seed=seed)
    train = ["train", "method=vae", "dataset=mnist", "scale=smoke", "scale.epochs=1", "run_dir=q"]
    assert main([*train, "data_root=A"]) == 0
    before = snapshot(workplace / "q")
    capsys.readouterr()
    said = complaint(capsys, *train, "data_root=B")
    assert "q holds results on other data: the dataset mnist " in said
    assert "was read from A then and is read from B now" in said
    assert snapshot(workplace / "q") == before
    (workplace / "A").rename(workplace / "C")
    assert main([*train, "data_root=C"]) == 0, "the same content elsewhere"
    assert "holds this trial already" in capsys.readouterr().out


@pytest.fixture
def occupied(workplace: Path) -> Iterator[None]:
    """A working directory with files of the user's, to which none are added."""
    (workplace / "file").write_text("mine")
    (workplace / "papers").mkdir()
    (workplace / "papers" / "draft.tex").write_text("mine")
    yield
    assert sorted(path.name for path in workplace.rglob("*")) == ["draft.tex", "file", "papers"]


@pytest.mark.usefixtures("occupied")
@pytest.mark.parametrize("command", ["sweep", "train"])
def test_run_directory_that_cannot_be(capsys: Capture, command: str) -> None:
    for place, message in {
        "file": "file is a file; a run directory must be a directory",
        "file/run": "Check the permissions or choose another run directory",
        "papers": "holds no run but other files: draft.tex. Choose a new or empty directory",
    }.items():
        assert message in complaint(capsys, command, "scale=smoke", f"run_dir={place}")


@pytest.mark.skipif(
    not Path("/proc/self").exists(), reason="nobody, not even root, writes to /proc"
)
def test_unwritable_run_directory(workplace: Path, capsys: Capture) -> None:
    said = complaint(capsys, "sweep", "scale=smoke", "run_dir=/proc/unbraid")
    assert "cannot write /proc/unbraid" in said
    assert "Check the permissions or choose another run directory" in said


def test_a_folder_that_cannot_be_written_is_named_and_no_file_in_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refused(path: Path, mode: str = "r") -> None:
        raise PermissionError(errno.EACCES, os.strerror(errno.EACCES), str(path))

    storage = Storage(tmp_path)
    monkeypatch.setattr(Path, "open", refused)
    with pytest.raises(UserError) as caught:
        storage.require_writable()
    assert str(caught.value).startswith(f"cannot write in {tmp_path} (Permission denied). Check")


@pytest.mark.usefixtures("workplace")
def test_run_directory_of_a_different_sweep(finished_run: Path, capsys: Capture) -> None:
    before = snapshot(finished_run)
    data = ["dataset=mnist", f"data_root={finished_run.parent / 'data'}", "scale=smoke"]
    different = [*data, f"run_dir={finished_run}", "method=vae", "method.lr=1e-2"]
    for command in ("sweep", "train"):
        said = complaint(capsys, command, *different)
        assert f"{finished_run} holds a different sweep" in said
        assert "param.method.lr: 0.0001 only there, 0.01 only here" in said
        assert "Choose another run directory for this sweep" in said
    assert snapshot(finished_run) == before


@pytest.mark.usefixtures("occupied")
@pytest.mark.parametrize("command", ["report", "status", "resume"])
def test_what_is_no_run(capsys: Capture, command: str) -> None:
    for place, message in {
        "nowhere": "nowhere does not exist or is empty: expected plan.parquet in it.",
        "file": "file is a file; expected a run directory (with plan.parquet)",
        "papers": "papers holds no run: expected plan.parquet in it.",
        "nowhere://x": "A run directory is a path or a URI",
    }.items():
        assert message in complaint(capsys, command, place)


@pytest.mark.usefixtures("workplace")
@pytest.mark.parametrize("command", ["report", "status", "resume"])
def test_runs_below_are_named(finished_run: Path, capsys: Capture, command: str) -> None:
    said = complaint(capsys, command, str(finished_run.parent))
    assert "It contains runs: run; name one of them." in said


@pytest.mark.usefixtures("workplace")
@pytest.mark.parametrize(
    ("argument", "message"),
    [
        ("method.lr=1e-4", "resume runs the plan as it stands; only ray.*, device, data_root,"),
        ("method.lr=choice(1e-4,1e-3)", "For other trials start another sweep."),
        ("seeds=4", "resume runs the plan as it stands"),
        ("scale=paper", "resume runs the plan as it stands"),
        ("run_dir=elsewhere", "resume runs the plan as it stands"),
        ("device=choice(cpu,cuda)", "'device=choice(cpu,cuda)': this cannot be swept"),
        ("device=gpu", "device=gpu: write auto, cpu, cuda, or cuda:1"),
        ("ray.nu_cpus=1", "Unknown key 'ray.nu_cpus'. Did you mean 'num_cpus'?"),
        ("ray.num_cpus=0", "ray.num_cpus=0 is not allowed"),
        ("data_root=nowhere", "Files of the dataset 'mnist' are missing"),
    ],
)
def test_resume_changes_no_plan(
    finished_run: Path, capsys: Capture, argument: str, message: str
) -> None:
    before = snapshot(finished_run)
    assert message in complaint(capsys, "resume", str(finished_run), argument)
    assert snapshot(finished_run) == before


def test_report_of_no_known_kind_or_to_no_place(
    workplace: Path, finished_run: Path, capsys: Capture
) -> None:
    (workplace / "file").write_text("mine")
    run = str(finished_run)
    said = complaint(capsys, "report", run, "--kind", "stabilty")
    assert "There is no report 'stabilty'. Did you mean 'stability'? Known: " in said
    said = complaint(capsys, "report", run, "--out", "file/report.html")
    assert "The report cannot be written to file/report.html" in said
    assert "Name another file with --out FILE." in said
    assert [path.name for path in workplace.rglob("*")] == ["file"]


def test_a_run_directory_beside_a_folder_that_is_not_there(workplace: Path) -> None:
    train = ["train", "method=vae", "dataset=digits", "scale=smoke", "scale.epochs=1"]
    assert main([*train, "run_dir=rel/../r1"]) == 0
    assert [path.name for path in workplace.iterdir()] == ["r1"]
