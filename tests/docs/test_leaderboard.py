"""The leaderboard of README.md and docs/leaderboard.md, run as it is written there."""

from pathlib import Path

import pytest

from harness.results import load
from tests.docs.helpers.examples import blocks, run

(MODULE,) = blocks("A method of your own", "python", "README.md")
(COMMANDS,) = blocks("The leaderboard", "bash", "README.md")


@pytest.mark.slow  # fourteen methods on two datasets, and one more
@pytest.mark.xdist_group("ray")
def test_the_commands_of_the_readme(tmp_path: Path) -> None:
    (tmp_path / "my_method.py").write_text(MODULE)
    printed = run(tmp_path, COMMANDS)
    assert "Only in B:" in printed
    results = load(tmp_path / "runs" / "board")
    assert results.counts["missing"] == results.counts["failed"] == 0
    mine = load(tmp_path / "runs" / "board-my_method.TinyAutoencoder")
    assert set(mine.trials["dataset"]) == {"mannequin", "dsprites"}
    page = (tmp_path / "leaderboard.html").read_text()
    assert "my_method.TinyAutoencoder" in page
    assert "oracle_codes" in page
