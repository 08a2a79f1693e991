"""Running a command in this process, and looking at what it said and wrote."""

from pathlib import Path

import pytest

from harness.cli import main

Capture = pytest.CaptureFixture[str]


def printed(capture: Capture, *arguments: str) -> list[str]:
    """Return the lines of a command that succeeds and complains of nothing."""
    capture.readouterr()
    assert main(arguments) == 0
    said = capture.readouterr()
    assert said.err == ""
    return said.out.splitlines()


def complaint(capture: Capture, *arguments: str) -> str:
    """Return what a command that must be refused says; it says it on stderr alone."""
    capture.readouterr()
    assert main(arguments) == 2
    said = capture.readouterr()
    assert said.out == ""
    assert said.err.startswith(f"unbraid {arguments[0]}: ")
    assert "Traceback" not in said.err
    return said.err


def snapshot(folder: Path) -> dict[str, bytes]:
    """Return the content of every file below a folder."""
    return {str(path): path.read_bytes() for path in folder.rglob("*") if path.is_file()}
