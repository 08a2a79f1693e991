"""The page on Python, run as it is written there, from its first block to its last."""

import sys
from pathlib import Path

import pytest

from tests.docs.helpers.examples import run

PAGE = Path(__file__).parents[2] / "docs" / "python.md"


@pytest.mark.slow  # a sweep, a training and a report
def test_the_page_runs_from_top_to_bottom(tmp_path: Path) -> None:
    blocks = [part.partition("```")[0] for part in PAGE.read_text().split("```python\n")[1:]]
    checks = """
assert list(table.index) == ["c_vitae", "vae"] and table.shape == (2, 2)
assert {group: code.shape[0] for group, code in codes.items()} == {"pose": 4, "appearance": 4}
assert path.is_file() and one.counts["ok"] == 1
"""
    (tmp_path / "page.py").write_text("".join(blocks) + checks)
    printed = run(tmp_path, f"{sys.executable} page.py")
    assert "[8/8] ok" in printed
    assert (tmp_path / "elbo.png").is_file()
