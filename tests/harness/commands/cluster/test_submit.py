"""What ``unbraid submit`` refuses before anything is sent, and what a dry run says of the bill."""

import re
from pathlib import Path

import pytest

from harness.cli import main
from harness.cluster.file import read
from harness.cluster.prices import hourly

ROOT = Path(__file__).parents[4]
FILE = str(ROOT / "cluster.yaml")
NOBODY = "http://127.0.0.1:1"
SWEEP = ("sweep", "method=vae", "dataset=digits", "scale=smoke", "seeds=2")
TIMED = (3600.0, "timed by hand")


@pytest.mark.parametrize(
    ("words", "said"),
    [
        ((FILE, *SWEEP), "needs run_dir=..., a place that all its nodes share"),
        ((FILE, *SWEEP, "run_dir=runs/x"), "run_dir=runs/x would be a folder of one machine"),
        (
            (FILE, *SWEEP, "run_dir=runs/x", "dry_run=true"),
            "run_dir=runs/x would be a folder of one machine",
        ),
        ((FILE, *SWEEP, "run_dir=s3://b/x", "method.lrr=1"), "Did you mean 'method.lr'?"),
        ((FILE, "resume", "runs/x"), "run_dir=runs/x would be a folder of one machine"),
        ((FILE, "resume"), "needs a run directory"),
        ((FILE, "report", "s3://b/x"), "`unbraid report` is not for a cluster"),
        (("none.yaml", *SWEEP, "run_dir=/mnt/x"), "There is no file none.yaml"),
    ],
)
def test_a_mistake_is_said_before_anything_is_sent(
    words: tuple[str, ...], said: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["submit", *words]) == 2
    assert said in capsys.readouterr().err


@pytest.mark.parametrize("command", [["jobs"], ["logs"], ["stop"]])
def test_a_cluster_that_is_not_there(
    command: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    assert main([*command, NOBODY]) == 2
    assert NOBODY in capsys.readouterr().err


@pytest.fixture
def timed(monkeypatch: pytest.MonkeyPatch) -> None:
    name = "harness.commands.cluster.submit.seconds_in_all"
    monkeypatch.setattr(name, lambda sweep: TIMED)


@pytest.mark.usefixtures("timed")
def test_a_dry_run_says_an_estimate_and_what_an_hour_costs_at_the_most(
    capsys: pytest.CaptureFixture[str],
) -> None:
    assert main(["submit", FILE, *SWEEP, "ray.gpus_per_trial=0.5", "dry_run=true"]) == 0
    said = capsys.readouterr().out
    (estimate,) = [line for line in said.splitlines() if "estimate" in line]
    (bound,) = [line for line in said.splitlines() if "at most" in line]
    assert estimate.startswith("estimate: 0.5 GPU hours and ")
    assert estimate.endswith("if a trial trains there as fast as here, timed by hand")
    costs = hourly(read(FILE))
    assert costs.most is not None
    usd = [float(each) for each in re.findall(r"([\d.]+) USD", f"{estimate} {bound}")]
    expected = [costs.bill(0.5), costs.most, 24 * costs.most, costs.idle]
    assert usd == pytest.approx(expected, abs=0.005)


@pytest.mark.usefixtures("timed")
def test_of_an_address_no_bill_is_known(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["submit", NOBODY, *SWEEP, "dry_run=true"]) == 0
    said = capsys.readouterr().out
    assert "estimate: 1 GPU hours, if" in said
    assert "no prices: they are known with a cluster's YAML file" in said


def test_a_dry_run_needs_no_data_here(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.delenv("UNBRAID_DATA", raising=False)
    monkeypatch.setenv("UNBRAID_CACHE", str(tmp_path))  # in which nothing was timed
    words = ["method=vae", "dataset=mnist", "run_dir=s3://b/x", "dry_run=true"]
    assert main(["submit", FILE, "sweep", *words]) == 0
    said = capsys.readouterr().out
    assert "no estimate: the files of mnist are not on this machine\nat most " in said
    assert said.endswith("dry_run=true: nothing was started, and no results were written.\n")
