"""A dataset of the user's own: a module in the working directory, never installed."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from harness.cli import main
from harness.config.sweep import resolve
from harness.config.trials import trial_from_dict
from harness.errors import UserError
from harness.results import load

MODULE = '''
"""A dataset from outside: squares of a grey level."""
from dataclasses import dataclass
from typing import Annotated, ClassVar, Literal

import numpy as np
from annotated_types import Ge

from harness import keyed_random
from harness.data.options import ProceduralOptions

@dataclass(frozen=True)
class Squares(ProceduralOptions):
    """Squares on black.

    Attributes:
        side: of an image, pixels.
        kind: how they are filled.
    """
    published_epochs: ClassVar[int] = 7
    published_batch_size: ClassVar[int] = 5
    identity_factor: ClassVar[str] = "half"
    appearance_factors: ClassVar[tuple[str, ...]] = ("half",)
    pose_factors: ClassVar[tuple[str, ...]] = ("grey",)

    side: Annotated[int, Ge(2)] = 8
    kind: Literal["plain", "odd"] = "plain"

    @property
    def image_shape(self):
        return 1, self.side, self.side

    def draw_factors(self, split, n):
        u = keyed_random.uniforms(f"squares/{split}/{self.seed}", n, 2).T
        return {"half": (2 * u[0]).astype(np.int64), "grey": u[1].astype(np.float32)}

    def draw(self, factors):
        images = np.zeros((len(factors["half"]), *self.image_shape), np.uint8)
        for image, half, grey in zip(images, factors["half"], factors["grey"]):
            image[0, :, half * self.side // 2 :][:, : self.side // 2] = 255 * grey
        return images
'''
CHOSEN = "dataset._target_=data_of_the_tests.Squares"
SMALL = ["scale=smoke", "scale.epochs=1", "dataset.n_train=40", "dataset.n_test=20"]
MSE = "metrics=[mse]"


@pytest.fixture
def outside(workplace: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    (workplace / "data_of_the_tests.py").write_text(MODULE)
    monkeypatch.syspath_prepend(workplace)
    return workplace


@pytest.mark.usefixtures("outside")
@pytest.mark.parametrize("key", ["dataset", "dataset._target_"])
def test_it_is_swept_like_ours(key: str) -> None:
    chosen = f"{key}=data_of_the_tests.Squares"
    sweep = resolve([chosen, "method=vae", "dataset.side=choice(4,6)", "seeds=1", "scale=paper"])
    for trial, side in zip(sweep.trials, (4, 6), strict=True):
        assert trial.dataset.name == "data_of_the_tests.Squares"
        assert trial.dataset.side == side  # type: ignore[attr-defined]
        assert (trial.scale.epochs, trial.scale.batch_size) == (7, 5)
        assert trial_from_dict(json.loads(json.dumps(trial.as_dict()))) == trial
    both = resolve([f"{key}=choice(glyphs,data_of_the_tests.Squares)", "seeds=1"]).trials
    assert [trial.dataset.name for trial in both] == ["glyphs", "data_of_the_tests.Squares"]
    assert both[0].trial_id == resolve(["dataset=glyphs", "seeds=1"]).trials[0].trial_id


@pytest.mark.usefixtures("outside")
@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ([CHOSEN, "dataset.side=1"], r"dataset\.side=1 is not allowed: side must be greater than"),
        ([CHOSEN, "dataset.kind=od"], r"'plain' or 'odd'\. Did you mean 'odd'\?"),
        ([CHOSEN, "dataset.sides=3"], r"'dataset\.sides' of .* Did you mean 'dataset\.side'\?"),
        (["dataset=data_of_the_tests.Square"], "has no 'Square'"),
        (["dataset=no_such_data.Squares"], "there is no module 'no_such_data'"),
        (["dataset=pathlib.Path"], "'pathlib.Path' is not a dataset"),
        (["dataset=Squares"], "There is no dataset 'Squares'.*like my_data.MyOptions"),
        (
            [CHOSEN, "method=dvae_pose", "metrics=[mse]"],
            r"'data_of_the_tests\.Squares' has no .*Datasets that have: hands, .*rhd, stb",
        ),
        ([CHOSEN, "metrics=[reid]", "method=rodi"], "does not know their"),
    ],
)
def test_it_is_checked_like_ours(arguments: list[str], message: str) -> None:
    with pytest.raises(UserError, match=message):
        resolve(arguments)


def test_it_is_trained_on(outside: Path) -> None:
    arguments = [CHOSEN, "method=vae", *SMALL, MSE]
    assert main(["train", *arguments, "run_dir=run"]) == 0
    (row,) = load(outside / "run").trials.to_dict("records")
    assert (row["status"], row["dataset"]) == ("ok", "data_of_the_tests.Squares")
    assert 0 < row["metric.mse"] < 1


def test_it_is_listed(outside: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["list", "datasets", "data_of_the_tests.Squares"]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert lines[-2].split(maxsplit=1) == ["dataset.side=8", "of an image, pixels."]
    assert lines[-1].split(maxsplit=1) == ["dataset.kind=plain", "how they are filled."]


@pytest.mark.slow
def test_workers_and_resume_find_it(outside: Path) -> None:
    """In processes of their own, which know of it only what the run directory says."""
    environment = {**os.environ, "PYTHONPATH": str(Path(__file__).parents[3])}

    def unbraid(*arguments: str) -> str:
        command = [sys.executable, "-m", "harness", *arguments]
        done = subprocess.run(
            command, cwd=outside, env=environment, capture_output=True, text=True, check=False
        )
        assert done.returncode == 0, done.stderr
        return done.stdout

    unbraid("sweep", CHOSEN, "method=vae", *SMALL, MSE, "seeds=2", "run_dir=run", "ray.num_cpus=2")
    trials = load(outside / "run").trials
    assert trials["status"].tolist() == ["ok", "ok"]
    (part,) = (outside / "run" / "trials").glob(f"*{trials['trial_id'][1]}*")
    part.unlink()
    unbraid("resume", "run")
    again = load(outside / "run").trials
    assert again["metric.mse"].tolist() == trials["metric.mse"].tolist()
