"""The examples of docs/adding.md, run as they are written there."""

import re
from pathlib import Path

import pytest
import yaml

from harness.results import load
from reports.claims.published import read
from tests.docs.helpers.examples import ROOT, blocks, run

TEXT = (ROOT / "docs" / "adding.md").read_text()


@pytest.mark.slow  # commands that each start anew
def test_a_metric(tmp_path: Path) -> None:
    (module,) = blocks("A metric", "python")
    (tmp_path / "my_metrics.py").write_text(module)
    printed = run(tmp_path, *blocks("A metric", "bash"))
    assert "sharpness: higher is better, in [0, 1]; a perfect method scores 1" in printed
    (row,) = load(str(tmp_path / "run")).trials.to_dict("records")
    assert row["status"] == "ok"
    assert 0 < row["metric.sharpness"] <= 1
    assert "sharpness" in (tmp_path / "scores.html").read_text()


@pytest.mark.slow  # commands that each start anew
def test_a_search_space(tmp_path: Path) -> None:
    (space,) = blocks("A search space", "yaml")
    (tmp_path / "my_space.yaml").write_text(space)
    printed = run(tmp_path, *blocks("A search space", "bash"))
    assert "8 trials: beta-VAE, strength × size of the code" in printed


def test_published_statements(tmp_path: Path) -> None:
    (text,) = blocks("Published statements", "yaml")
    (tmp_path / "somebody.yaml").write_text(text)
    known = read(tmp_path / "somebody.yaml")
    assert set(known.spaces) == {"my_space"}
    (space,) = blocks("A search space", "yaml")
    assert known.factor in yaml.safe_load(space)["sweep"]


@pytest.mark.slow  # commands that each start anew
def test_a_kind_of_report(tmp_path: Path) -> None:
    (module,) = blocks("A kind of report", "python")
    (tmp_path / "my_report.py").write_text(module)
    run(tmp_path, *blocks("A kind of report", "bash"))
    html = (tmp_path / "ranking.html").read_text()
    assert "<h1>Ranking</h1>" in html
    assert "Every trial by its ELBO." in html


@pytest.mark.parametrize("anchor", re.findall(r"\]\(#([\w-]+)\)", TEXT))
def test_the_table_leads_to_sections(anchor: str) -> None:
    titles = re.findall(r"^## (.+)$", TEXT, re.MULTILINE)
    assert anchor in {title.lower().replace(" ", "-") for title in titles}
