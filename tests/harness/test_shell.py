"""Printed commands are read by a shell as they were meant."""

import shlex
import subprocess

import pytest

from harness.shell import command_line, quoted

WORDS = [
    "run_dir=runs/a b",
    "search.constraints=['kl <= 20']",
    "method.lr=choice(1e-4,1e-3)",
    "it's",
    "both ' and \"",
    "$HOME's `date` \\ !!",
    "",
    "plain=1",
    "π=é",
]


@pytest.mark.parametrize("word", WORDS)
def test_a_shell_reads_the_same_word(word: str) -> None:
    printed = subprocess.run(
        ["sh", "-c", f"printf %s {quoted(word)}"], check=True, capture_output=True, text=True
    )
    assert printed.stdout == word
    assert shlex.split(quoted(word)) == [word]


def test_quotes_stay_legible() -> None:
    assert quoted("search.constraints=['kl <= 20']") == "\"search.constraints=['kl <= 20']\""
    assert command_line(["unbraid", "resume", "runs/a b"]) == "unbraid resume 'runs/a b'"
    assert command_line(["unbraid", "report", "runs/a"]) == "unbraid report runs/a"
