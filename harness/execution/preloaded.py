"""What a worker that Ray starts in advance imports, and its sign that it has (``prestarted``)."""

import os
from pathlib import Path

import harness.execution.worker  # noqa: F401
from harness.execution.session.prestarted import SIGNS

if folder := os.environ.get(SIGNS):
    Path(folder, str(os.getpid())).touch()
