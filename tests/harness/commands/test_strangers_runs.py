"""A stranger's run directory is data: to draw, list or export it imports nothing that it names."""

import json
import sys
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
import yaml

from harness.cli import main
from harness.results.encoding import encode_table
from tests.harness.helpers.command_line import Capture
from tests.reports.helpers.reading_html import undrawn

RUN = Path(__file__).parents[2] / "fixtures" / "schema_1" / "comparison"
MODULE = "planted_by_a_stranger"
EVIL = f"{MODULE}.Evil"
COMMANDS = {
    "report": ["report", "RUN", "--out", "OUT.html"],
    "leaderboard": ["leaderboard", "RUN", "--out", "OUT.html"],
    "leaderboard as a report": ["report", "RUN", "--kind", "leaderboard", "--out", "OUT.html"],
    "compare": ["compare", "RUN", "RUN", "--out", "OUT.html"],
    "status": ["status", "RUN"],
    "csv": ["export", "RUN", "--format", "csv", "--out", "OUT.csv"],
    "latex": ["export", "RUN", "--format", "latex", "--out", "OUT.tex"],
}


@pytest.fixture
def marker(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A file that is there once the planted module has been imported."""
    marker = tmp_path / "imported"
    (tmp_path / "path").mkdir()
    (tmp_path / "path" / f"{MODULE}.py").write_text(
        f"open({str(marker)!r}, 'w').close()\ndef Evil(*_): raise SystemExit\n"
    )
    monkeypatch.syspath_prepend(str(tmp_path / "path"))
    monkeypatch.delitem(sys.modules, MODULE, raising=False)
    return marker


@pytest.fixture
def run(tmp_path: Path) -> Path:
    """A run whose method, dataset, metrics and kind of report are the planted module's."""
    run = tmp_path / "run"
    for path in sorted(RUN.rglob("*")):
        to = run / path.relative_to(RUN)
        to.parent.mkdir(parents=True, exist_ok=True)
        if path.suffix == ".parquet":
            to.write_bytes(planted(path.read_bytes()))
        elif path.is_file():
            to.write_bytes(path.read_bytes())
    sweep = yaml.safe_load((run / "sweep.yaml").read_text())
    sweep["swept"] = {"method": [EVIL, "vae"]}
    sweep["metrics"] += [{"name": EVIL}]
    (run / "sweep.yaml").write_text(yaml.safe_dump(sweep))
    return run


def planted(data: bytes) -> bytes:
    """Return a table of a run with the method's and the dataset's name replaced."""
    table = pq.read_table(pa.BufferReader(data))
    for name in ("method", "dataset"):
        if name in table.column_names:
            column = pa.array([EVIL] * len(table), pa.string())
            table = table.set_column(table.column_names.index(name), name, column)
    if "config" in table.column_names:
        configs = [json.loads(text) for text in table["config"].to_pylist()]
        for config in configs:
            config["method"] = {"name": EVIL, "_target_": EVIL}
            config["dataset"]["name"] = EVIL
        column = pa.array([json.dumps(config) for config in configs], pa.string())
        table = table.set_column(table.column_names.index("config"), "config", column)
    kept = {
        key: value
        for key, value in (table.schema.metadata or {}).items()
        if key.startswith(b"unbraid.") and key != b"unbraid.crc32"
    }
    return encode_table(table, kept)


@pytest.mark.parametrize("name", COMMANDS)
@undrawn()
def test_nothing_is_imported(
    name: str, run: Path, marker: Path, tmp_path: Path, capsys: Capture
) -> None:
    named = {"RUN": str(run), "OUT.html": str(tmp_path / "out.html")}
    command = [named.get(x, x).replace("OUT", str(tmp_path / "out")) for x in COMMANDS[name]]
    assert main(command) == 0, capsys.readouterr().err
    assert not marker.exists()
    assert MODULE not in sys.modules


@pytest.mark.parametrize("kind", [EVIL, "os.system", "shutil.rmtree"])
def test_a_stored_kind_of_report_is_not_called(
    kind: str, run: Path, marker: Path, tmp_path: Path, capsys: Capture
) -> None:
    sweep = yaml.safe_load((run / "sweep.yaml").read_text())
    (run / "sweep.yaml").write_text(yaml.safe_dump(sweep | {"report": kind}))
    out = tmp_path / "out.html"
    assert main(["report", str(run), "--out", str(out)]) == 2
    assert f"--kind {kind}" in capsys.readouterr().err
    assert not marker.exists()
    assert not out.exists()
