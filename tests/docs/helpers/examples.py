"""The examples of the documents, and an ``unbraid`` that runs this repository on them."""

import os
import re
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[3]


def blocks(title: str, language: str, document: str = "docs/adding.md") -> list[str]:
    """Return the code blocks of one language in the section of a document with this heading."""
    text = (ROOT / document).read_text()
    (section,) = re.findall(rf"^##+ {title}\n(.*?)(?=^##|\Z)", text, re.DOTALL | re.MULTILINE)
    return re.findall(rf"^```{language}\n(.*?)^```", section, re.DOTALL | re.MULTILINE)


def run(folder: Path, commands: str) -> str:
    """Run commands in a folder, where ``unbraid`` and ``python`` are this repository's.

    Returns:
        What they print on standard output.
    """
    command = folder / "bin" / "unbraid"
    command.parent.mkdir(exist_ok=True)
    command.write_text(f'#!/bin/sh\nexec {sys.executable} -m harness "$@"\n')
    command.chmod(0o755)
    path = [str(command.parent), str(Path(sys.executable).parent), os.environ["PATH"]]
    ran = subprocess.run(
        ["bash", "-ec", commands],
        cwd=folder,
        env={
            **os.environ,
            "PATH": os.pathsep.join(path),
            "PYTHONPATH": str(ROOT),
            "CLONE": str(ROOT),
            "UNBRAID_CACHE": str(folder / "cache"),
        },
        capture_output=True,
        text=True,
        check=False,
    )
    assert ran.returncode == 0, ran.stdout + ran.stderr
    return ran.stdout
