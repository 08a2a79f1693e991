"""The leaderboard's commands in README.md and docs/leaderboard.md, run as they stand."""

from pathlib import Path

import pytest

from harness.results import load
from tests.docs.helpers.examples import blocks, run

(MODULE,) = blocks("A method of your own", "python", "README.md")

pytestmark = [pytest.mark.slow, pytest.mark.timeout(1200)]  # many trials


def test_the_commands_of_the_readme(tmp_path: Path) -> None:
    (tmp_path / "my_method.py").write_text(MODULE)
    (commands,) = blocks("The leaderboard", "bash", "README.md")
    run(tmp_path, commands)
    results = load(tmp_path / "runs" / "board")
    assert results.counts["missing"] == results.counts["failed"] == 0
    mine = load(tmp_path / "runs" / "board-my_method.TinyAutoencoder")
    assert set(mine.trials["dataset"]) == {"mannequin", "dsprites"}
    page = (tmp_path / "leaderboard.html").read_text()
    assert "my_method.TinyAutoencoder" in page
    assert "oracle_codes" in page


def test_the_commands_of_the_document(tmp_path: Path) -> None:
    (commands,) = blocks("Drawing", "bash", "docs/leaderboard.md")
    said = run(tmp_path, commands)
    for page in ("board.html", "leaderboard.html", "changes.html"):
        assert str(tmp_path / page) in said
        assert (tmp_path / page).stat().st_size > 100_000 or page == "changes.html"
    assert "beta_vae on glyphs" in said  # only in A
    assert "B against A" in said
