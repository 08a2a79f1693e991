"""A dry run times each kind of trial once, and remembers it."""

import json
import subprocess
import sys
from datetime import date
from pathlib import Path

import pytest

from harness.config.search_spaces import space_files
from harness.config.sweep import Sweep, resolve
from harness.errors import UserError
from harness.execution.cost import estimate as estimates
from harness.execution.cost import known_times, step_time
from models.method import Phase

PLAN = ("method=vae", "dataset=digits", "scale=smoke", "seeds=2", "method.lr=choice(1e-4,1e-3)")


@pytest.fixture(autouse=True)
def cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("UNBRAID_CACHE", str(tmp_path))
    return tmp_path / known_times.FILE


@pytest.fixture
def timed(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The methods that were timed; a trial of each takes 30 s."""
    methods: list[str] = []

    def training_seconds(trial: object, _: object) -> float:
        methods.append(trial.method)  # type: ignore[attr-defined]
        return 30.0

    monkeypatch.setattr(step_time, "training_seconds", training_seconds)
    return methods


def plan(*arguments: str) -> Sweep:
    return resolve([*PLAN, "ray.num_cpus=2", *arguments])


def test_a_kind_is_timed_once(timed: list[str]) -> None:
    first, second = estimates.estimate(plan()), estimates.estimate(plan("seeds=4"))
    assert timed == ["vae"]  # a learning rate changes no step's time
    assert "1:00 min with 2 trials at a time on this machine (2:00 min in all)" in first
    assert "(4:00 min in all)" in second
    assert first.endswith("from a few steps of the only kind of trial, timed today")


@pytest.mark.parametrize(
    "change",
    ["method.d=8", "scale.epochs=9", "dataset=glyphs", "ray.cpus_per_trial=2", "device=cpu"],
)
def test_another_kind_is_timed_too(timed: list[str], change: str) -> None:
    estimates.estimate(plan())
    arguments = [a for a in PLAN if a.partition("=")[0] != change.partition("=")[0]]
    estimates.estimate(resolve([*arguments, "ray.num_cpus=2", change]))
    assert timed == ["vae", "vae"]


def test_the_day_is_said(timed: list[str], cache: Path) -> None:
    estimates.estimate(plan())
    known = json.loads(cache.read_text())
    assert [each["timed"] for each in known.values()] == [date.today().isoformat()]
    cache.write_text(
        json.dumps({kind: {**each, "timed": "2020-01-31"} for kind, each in known.items()})
    )
    assert estimates.estimate(plan()).endswith("timed on 2020-01-31")
    assert timed == ["vae"]


@pytest.mark.parametrize("damage", ["", "[1]", '{"a": 1}', "\x00", '{"a": {"seconds": "x"}}'])
def test_a_damaged_memory_is_forgotten(timed: list[str], cache: Path, damage: str) -> None:
    estimates.estimate(plan())
    cache.write_text(damage)
    estimates.estimate(plan())
    estimates.estimate(plan())
    assert timed == ["vae", "vae"]


def test_a_folder_that_cannot_be_written_to_costs_only_time(
    timed: list[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "file").touch()
    monkeypatch.setenv("UNBRAID_CACHE", str(tmp_path / "file"))
    estimates.estimate(plan())
    estimates.estimate(plan())
    assert timed == ["vae", "vae"]


def test_anothers_method_is_timed_every_time(timed: list[str]) -> None:
    arguments = ["method._target_=models.vae.vae.VAE", "dataset=digits", "scale=smoke"]
    estimates.estimate(resolve(arguments))
    estimates.estimate(resolve(arguments))
    assert len(timed) == 2


def test_what_cannot_be_trained_is_said(monkeypatch: pytest.MonkeyPatch) -> None:
    phases = (Phase("train", "objective", trains=("no such parameter",)),)
    monkeypatch.setattr("models.vae.vae.VAE.phases", lambda self: phases)
    with pytest.raises(UserError, match="A trial of method=vae dataset=digits cannot be trained: "):
        estimates.estimate(plan())


def test_no_plan_needs_torch() -> None:
    """Of no search space: its import takes longer than all the rest."""
    plans = (
        "import sys; from harness.deferred import defer; defer('torch')\n"
        "from harness.config.sweep import resolve\n"
        "from harness.execution.cost import estimate\n"
        f"for space in {sorted(space_files())}:\n"
        "    resolve([f'space={space}', 'scale=smoke'])\n"
        "    if 'torch._C' in sys.modules: sys.exit(space)\n"
        "print([name for name in ('ray', 'pandas', 'torch._C') if name in sys.modules])"
    )
    done = subprocess.run(
        [sys.executable, "-c", plans], check=False, capture_output=True, text=True
    )
    assert done.stdout == "[]\n", done.stderr[-2000:]
