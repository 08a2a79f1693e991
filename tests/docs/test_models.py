"""The examples of docs/models.md, run as they are written there, one section after another."""

from pathlib import Path

import pandas as pd
import pytest

from harness.results import load
from tests.docs.helpers.examples import blocks, run

DOCUMENT = "docs/models.md"


@pytest.mark.slow  # two sweeps and nine other commands
def test_every_command_and_example(tmp_path: Path) -> None:
    run(tmp_path, *blocks("Keep", "bash", DOCUMENT))
    assert [len(load(tmp_path / name).kept()) for name in ("run", "two", "both")] == [1, 2, 2]

    script = "\n".join(blocks("Load", "python", DOCUMENT))
    checks = "\nassert codes.shape == (8, 4) and again.shape == images.shape == (8, 1, 28, 28)"
    (tmp_path / "script.py").write_text(f"{script}{checks}\nassert len(swapped) == 4\n")
    assert "VAEHyperparameters(" in run(tmp_path, "python script.py")

    printed = run(tmp_path, *blocks("Evaluate", "bash", DOCUMENT))
    assert "two: 2 kept models, 2 to score on latents" in printed
    assert load(tmp_path / "run").trials["metric.d_score"].notna().all()
    assert load(tmp_path / "two").trials["metric.active_units"].notna().sum() == 2

    bash, python = (blocks("Encode", language, DOCUMENT) for language in ("bash", "python"))
    run(tmp_path, *bash)
    sizes = {path.stem: len(pd.read_parquet(path)) for path in tmp_path.glob("*.parquet")}
    assert sizes == {"codes": 1797, "glyphs": 60, "upright": 355}
    (tmp_path / "read.py").write_text("\n".join(python))
    assert len(run(tmp_path, "python read.py").splitlines()) > 10
