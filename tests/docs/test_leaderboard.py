"""The commands of docs/leaderboard.md run as they stand."""

from pathlib import Path

import pytest

from tests.docs.helpers.examples import blocks, run

DOCUMENT = "docs/leaderboard.md"


@pytest.mark.slow
@pytest.mark.timeout(900)
@pytest.mark.xdist_group("ray")
def test_commands(tmp_path: Path) -> None:
    (commands,) = blocks("Commands", "bash", DOCUMENT)
    said = run(tmp_path, commands)
    for page in ("board.html", "leaderboard.html", "changes.html"):
        assert str(tmp_path / page) in said
        assert (tmp_path / page).stat().st_size > 100_000 or page == "changes.html"
    assert "beta_vae on glyphs" in said  # only in A
    assert "B against A" in said
