"""The help teaches: its examples run as they stand."""

import re
import shlex
import subprocess
import sys
from pathlib import Path

import pytest

from harness.cli import main, parser
from harness.commands.resume import changed
from harness.config.sweep import resolve

COMMANDS = (
    *("list", "train", "sweep", "config", "status", "resume", "report"),
    *("leaderboard", "compare", "evaluate", "encode", "export", "doctor"),
)
STORED = {
    "seed": 0,
    "seeds": 3,
    "device": "auto",
    "run_dir": None,
    "data_root": None,
    "dry_run": False,
    "retry_failed": False,
    "mix_code": False,
    "ray": {
        "address": None,
        "num_cpus": None,
        "num_gpus": None,
        "cpus_per_trial": 1,
        "gpus_per_trial": 0.0,
        "max_retries": 2,
    },
}
"""The settings as a run directory keeps them."""


def help_of(command: str) -> str:
    subparsers = next(a for a in parser()._actions if a.dest == "command")
    return str(subparsers.choices[command].format_help())


def examples(command: str) -> list[str]:
    return re.findall(r"^  (unbraid .*)$", help_of(command), re.MULTILINE)


def documented(document: str) -> list[str]:
    """Return the `unbraid` commands of a file, those in comments and for a cluster's shell too."""
    text = (Path(__file__).parents[3] / document).read_text()
    joined = re.sub(r"\\\n#? *", "", text).replace("=~/", "=/home/ubuntu/")
    before, behind = r"(?:^(?:# +)?|'cd ~/unbraid && )", r"(?:'?$| {3,}| *#)"
    return re.findall(rf"{before}(unbraid [^#\n]+?){behind}", joined, re.MULTILINE)


def check_example(example: str) -> None:
    """Parse an example as the command line would, and resolve its overrides."""
    program, *arguments = shlex.split(example)
    assert program == "unbraid"
    options = parser().parse_args(arguments)
    if options.command in ("train", "sweep"):
        assert resolve(options.overrides, single=options.command == "train").trials
    elif options.command == "submit" and options.job_command == "sweep":
        assert resolve(options.words).trials
    elif options.command == "resume":
        changed(STORED, options.overrides)


@pytest.mark.parametrize("command", COMMANDS)
def test_examples_of_each_command_resolve(command: str) -> None:
    assert examples(command), "every command shows an example"
    for example in examples(command):
        assert example.startswith(f"unbraid {command}")
        check_example(example)


def test_overrides_that_the_help_explains_resolve() -> None:
    explained = re.findall(r"^  (\S+=.*?)  ", help_of("sweep"), re.MULTILINE)
    assert len(explained) == 7
    for overrides in explained:
        assert resolve(overrides.split()).trials


def test_list_examples_run(capsys: pytest.CaptureFixture[str]) -> None:
    for example in examples("list"):
        assert main(shlex.split(example)[1:]) == 0
    assert "c_vitae" in capsys.readouterr().out


def test_every_command_says_what_it_does_and_how_it_ends() -> None:
    top = parser().format_help()
    for command in COMMANDS:
        text = help_of(command)
        assert "exit codes: 0 all is done" in text
        (summary,) = re.findall(rf"^    {command}\s+(.*)", top, re.MULTILINE)
        assert len(summary.split()) > 3


@pytest.mark.parametrize(
    "document", ["README.md", "cluster.yaml", "docs/cluster.md", "docs/models.md"]
)
def test_documented_commands_resolve(document: str) -> None:
    found = documented(document)
    assert found
    for example in found:
        if not re.search(r"_target_|dataset.path", example):  # they need files of the reader's
            check_example(example)


def test_python_m_harness_is_unbraid() -> None:
    def run(*command: str) -> str:
        return subprocess.run(command, capture_output=True, text=True, check=True).stdout

    installed = run(str(Path(sys.executable).with_name("unbraid")), "--help")
    as_module = run(sys.executable, "-m", "harness", "--help")
    assert installed == as_module
    assert installed.startswith("usage: unbraid ")
