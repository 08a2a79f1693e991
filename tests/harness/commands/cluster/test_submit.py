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
def test_a_dry_run_says_gpu_hours_and_the_largest_bill(
    capsys: pytest.CaptureFixture[str],
) -> None:
    assert main(["submit", FILE, *SWEEP, "ray.gpus_per_trial=0.5", "dry_run=true"]) == 0
    said = capsys.readouterr().out
    assert "0.5 GPU hours if a trial trains there as fast as here, timed by hand" in said
    (usd,) = re.findall(r"at most ([\d.]+) USD", said)
    bill = hourly(read(FILE)).largest_bill(0.5)
    assert bill is not None
    assert float(usd) == pytest.approx(bill, abs=0.005)


@pytest.mark.usefixtures("timed")
def test_of_an_address_no_bill_is_known(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["submit", NOBODY, *SWEEP, "dry_run=true"]) == 0
    assert "1 GPU hours" in capsys.readouterr().out
