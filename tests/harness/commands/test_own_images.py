"""Images of a user's own from the command line: trained on, told apart, refused."""

import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from harness.cli import main
from harness.commands import list as list_command
from harness.results import load
from tests.harness.datasets.helpers.own_files import BESIDE, IMAGES, write_arrays, write_pictures
from tests.harness.helpers.command_line import Capture, complaint, printed, snapshot

TRAIN = ("train", "method=vae", "scale=smoke", "scale.epochs=1", "run_dir=run")
ARRAYS = ("dataset=arrays", "dataset.path=a.npz")


def write_mixed(folder: Path, n: int = 12) -> None:
    """Write images of every mode and of many sizes into subfolders."""
    random = np.random.default_rng(0)
    for i in range(n):
        mode = ("L", "RGB", "RGBA", "P", "1", "CMYK")[i % 6]
        pixels = random.integers(0, 256, (*random.integers(8, 90, 2), 3), np.uint8)
        path = folder / "ab"[i % 2] / f"{i}.{'jpg' if mode == 'CMYK' else 'png'}"
        path.parent.mkdir(parents=True, exist_ok=True)
        Image.fromarray(pixels).convert(mode).save(path)
    Image.fromarray(random.integers(0, 65536, (20, 30), np.uint16)).save(folder / "a" / "deep.tif")


def test_a_folder_of_mixed_images_is_trained_on(workplace: Path, capsys: Capture) -> None:
    write_mixed(workplace / "pictures")
    said = printed(capsys, *TRAIN, "dataset=folder", "dataset.path=pictures", "dataset.size=16")
    assert said[0].startswith("folder: 13 image files, 13 sizes from ")
    assert "folder: label: 0 a, 1 b" in said
    (row,) = load("run").trials.to_dict("records")
    assert (row["status"], row["dataset"], row["data_source"]) == ("ok", "folder", "real")
    assert len(row["param.dataset.content"]) == len(row["env.data_fingerprint"]) == 16


def test_arrays_are_trained_on_by_methods_of_pairs(workplace: Path, capsys: Capture) -> None:
    write_arrays(workplace / "a.npz", **BESIDE)
    said = printed(capsys, *TRAIN, *ARRAYS, "method=bvae", "scale.batch_size=8")
    assert "arrays: label: 0 cat, 1 dog, 2 eel" in said
    assert load("run").trials["param.dataset.identity_factor"].tolist() == ["identity"]


@pytest.mark.parametrize("command", ["train", "sweep"])
def test_methods_of_pairs_need_identities(workplace: Path, capsys: Capture, command: str) -> None:
    write_arrays(workplace / "a.npz")
    said = complaint(capsys, command, *ARRAYS, "method=bvae", "run_dir=run")
    assert "Name the column that says it, dataset.identity_factor=NAME, or choose one of" in said


def test_other_data_are_other_trials(workplace: Path, capsys: Capture) -> None:
    ids = []
    for folder, images in (("one", IMAGES), ("two", 255 - IMAGES), ("three", IMAGES)):
        write_arrays(workplace / folder / "a.npz", images)
        with pytest.MonkeyPatch.context() as patch:
            patch.chdir(workplace / folder)
            assert main([*TRAIN, *ARRAYS]) == 0
            ids += load("run").trials["trial_id"].tolist()
    assert ids[0] != ids[1]
    assert ids[0] == ids[2], "the same content under the same name"


def test_files_that_changed_are_refused(workplace: Path, capsys: Capture) -> None:
    write_arrays(workplace / "a.npz")
    assert main([*TRAIN, *ARRAYS]) == 0
    before = snapshot(workplace / "run")
    (planned,) = load("run").trials["param.dataset.content"]
    write_arrays(workplace / "a.npz", 255 - IMAGES)
    said = complaint(capsys, "resume", "run")
    assert f"dataset.content={planned} was planned, and what is in " in said
    assert "Put the files of then back, or start another sweep in another run_dir" in said
    said = complaint(capsys, *TRAIN, *ARRAYS)
    assert f"param.dataset.content: {planned} only there, " in said
    said = complaint(capsys, *TRAIN, *ARRAYS, f"dataset.content={planned}")
    assert f"dataset.content={planned} was planned" in said
    assert snapshot(workplace / "run") == before
    write_arrays(workplace / "a.npz")
    capsys.readouterr()
    assert main([*TRAIN, *ARRAYS]) == 0
    assert "holds this trial already" in capsys.readouterr().out


@pytest.mark.parametrize("command", ["train", "sweep"])
def test_damage_in_the_pixels_ends_before_ray(
    workplace: Path, capsys: Capture, command: str
) -> None:
    images = (IMAGES / 255).astype(np.float32)
    images[5] = np.nan
    write_arrays(workplace / "a.npz", images)
    assert main([command, "method=vae", "scale=smoke", *ARRAYS, "run_dir=run"]) == 2
    said = capsys.readouterr().err
    assert f"{workplace / 'a.npz'}: the array 'images' has NaN or infinity" in said
    path = write_pictures(workplace / "pictures", 8)[0]
    path.write_bytes(path.read_bytes()[:150])
    options = ("dataset=folder", "dataset.path=pictures", "run_dir=run2")
    assert main([command, "method=vae", "scale=smoke", *options]) == 2
    assert f"  {path}: " in capsys.readouterr().err


def test_a_path_may_be_below_the_data_root(workplace: Path, capsys: Capture) -> None:
    write_arrays(workplace / "data" / "a.npz")
    said = complaint(capsys, *TRAIN, *ARRAYS)
    assert "dataset.path=a.npz: there is no a.npz (working directory " in said
    assert "data_root=FOLDER or the environment variable UNBRAID_DATA" in said
    assert main([*TRAIN, *ARRAYS, "data_root=data"]) == 0


@pytest.mark.usefixtures("workplace")
@pytest.mark.parametrize("name", ["arrays", "folder"])
def test_what_to_name_is_listed_and_said(capsys: Capture, name: str) -> None:
    said = "\n".join(printed(capsys, "list", "datasets", name))
    for option in ("path", "test_path", "table", "identity_factor", "split", "test_fraction"):
        assert f"dataset.{option}=" in said
    assert f"The dataset '{name}' is images of your own: give dataset.path=PATH" in complaint(
        capsys, "sweep", f"dataset={name}"
    )
    assert list_command._options(name)


PLAN = """
import sys
from harness.cli import main

main(["sweep", "method=vae", "scale=smoke", "dataset=arrays", "dataset.path=a.npz", "run_dir=r",
      "ray.address=somewhere", "dry_run=true"])
print(any(name.startswith("torch.") for name in sys.modules), "ray" in sys.modules)
"""


def test_a_plan_of_them_needs_no_torch(workplace: Path) -> None:
    write_arrays(workplace / "a.npz")
    done = subprocess.run([sys.executable, "-c", PLAN], check=True, capture_output=True, text=True)
    assert done.stdout.splitlines()[-1] == "False False", done.stdout


def test_pixels_that_were_wrong_do_not_stand_in_the_way_of_right_ones(
    workplace: Path, capsys: Capture
) -> None:
    """Pixels are read when the run directory is there already; it must not keep that plan."""
    images = IMAGES / 255
    images[7, 0, 0] = np.nan
    write_arrays(workplace / "a.npz", images)
    arguments = [*TRAIN, *ARRAYS, "dataset.range=[0,1]", "scale.batch_size=8"]
    assert main(arguments) == 2
    assert "NaN" in capsys.readouterr().err
    assert not (workplace / "run" / "plan.parquet").exists()
    write_arrays(workplace / "a.npz", IMAGES / 255)
    assert main(arguments) == 0
