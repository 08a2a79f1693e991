"""Run directories that a command names, before anything reads them."""

from pathlib import Path

import pytest

from harness.commands.running.locations import require_there
from harness.errors import UserError


def test_a_home_folder_is_found_and_stores_are_not_looked_at(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HOME", str(tmp_path))
    (tmp_path / "run").mkdir()
    require_there(["~/run", tmp_path / "run", "s3://bucket/run"])
    with pytest.raises(UserError, match=r"^~/other does not exist"):
        require_there(["~/run", "~/other", "~/other"])
