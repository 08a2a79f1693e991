"""``unbraid leaderboard`` and ``unbraid compare`` as users type them."""

import shutil
from pathlib import Path

import pytest

from tests.harness.helpers.command_line import Capture, complaint, printed, snapshot
from tests.reports.helpers.reading_html import undrawn

pytestmark = pytest.mark.usefixtures("workplace")


@pytest.fixture
def run(finished_run: Path, tmp_path: Path) -> Path:
    """A run directory of one trial."""
    return Path(shutil.copytree(finished_run, tmp_path / "run"))


def test_a_leaderboard_is_written_where_it_says(run: Path, capsys: Capture) -> None:
    before = snapshot(run)
    (said,) = printed(capsys, "leaderboard", str(run), "--out", "pages/board.html")
    assert Path(said) == (Path.cwd() / "pages/board.html").resolve()
    html = Path(said).read_text(encoding="utf-8")
    assert html.startswith("<!DOCTYPE html>")
    assert 'id="method-vae"' in html
    assert snapshot(run) == before
    with undrawn():
        (said,) = printed(capsys, "leaderboard", str(run), str(run))  # the same twice is one
    assert Path(said).name == "leaderboard.html"


def test_a_dry_run_of_a_method_to_add_draws_nothing(capsys: Capture, tmp_path: Path) -> None:
    (tmp_path / "grid.yaml").write_text("{title: t, fixed: {dataset: digits, scale: smoke}}")
    words = ["--add", "vae", "--like", str(tmp_path / "grid.yaml"), "--with", "dry_run=true"]
    lines = printed(capsys, "leaderboard", *words, "--out", str(tmp_path / "board.html"))
    assert lines[-1] == "dry_run=true: nothing was started, and no results were written."
    assert not (tmp_path / "board.html").exists()


def test_two_runs_are_compared_as_text_and_as_a_page(run: Path, capsys: Capture) -> None:
    lines = printed(capsys, "compare", str(run), str(run), "--out", "changes.html")
    assert lines[:2] == [f"A: {run}", f"B: {run}"]
    (head,) = [line for line in lines if line.startswith("B is")]
    rows = [line for line in lines if line.startswith("too few seeds")]
    assert rows
    assert all(row.index("vae") == head.index("entry") for row in rows)
    assert any(f"{len(rows)} too few seeds." in line for line in lines)
    assert Path(lines[-1]) == (Path.cwd() / "changes.html").resolve()
    assert "What changed" in Path(lines[-1]).read_text(encoding="utf-8")


def test_mistakes_are_named_before_anything_is_drawn(run: Path, capsys: Capture) -> None:
    said = complaint(capsys, "leaderboard", str(run), "--out", "board.pdf")
    assert "name board.html rather than board.pdf" in said
    assert "Name a run directory" in complaint(capsys, "leaderboard")
    for option, word in (("--with", "scale=small"), ("--like", "leaderboard")):
        said = complaint(capsys, "leaderboard", str(run), option, word)
        assert f"{option} needs --add" in said
    said = complaint(capsys, "leaderboard", str(run), "nowhere", "elsewhere")
    assert "nowhere" in said
    assert "elsewhere" in said
    assert "nowhere" in complaint(capsys, "compare", str(run), "nowhere")
    shutil.rmtree(run / "trials")
    said = complaint(capsys, "leaderboard", str(run))
    assert f"None of the trials of {run} has finished" in said
    assert f"unbraid resume {run}" in said
