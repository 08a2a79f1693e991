"""Where tests find real data; it is never part of the repository."""

import os
from pathlib import Path

import pytest

DATA = os.environ.get("UNBRAID_DATA")
"""The folder named when the tests began; ``tests/conftest.py`` hides it from the code."""


def real_data(folder: str) -> Path:
    """Return ``UNBRAID_DATA`` if it holds ``folder``; skip the test that asks otherwise."""
    if not DATA:
        pytest.skip("needs real data: the environment variable UNBRAID_DATA is not set")
    if not (Path(DATA) / folder).is_dir():
        pytest.skip(f"needs real data: UNBRAID_DATA={DATA} holds no folder {folder!r}")
    return Path(DATA)
