"""Where tests find real data; it is never part of the repository."""

import os
from pathlib import Path

import pytest


def real_data(folder: str) -> Path:
    """Return ``UNBRAID_DATA`` if it holds ``folder``; skip the test that asks otherwise."""
    root = os.environ.get("UNBRAID_DATA")
    if not root:
        pytest.skip("needs real data: the environment variable UNBRAID_DATA is not set")
    if not (Path(root) / folder).is_dir():
        pytest.skip(f"needs real data: UNBRAID_DATA={root} holds no folder {folder!r}")
    return Path(root)
