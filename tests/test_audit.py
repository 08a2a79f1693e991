"""``.ci/audit`` fails on what is not allowed, and says when nothing was checked."""

import datetime
import importlib.machinery
import importlib.util
import json
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

PATH = Path(__file__).parent.parent / ".ci" / "audit"
TODAY = datetime.date(2026, 6, 1)


@pytest.fixture(scope="module")
def audit() -> ModuleType:
    loader = importlib.machinery.SourceFileLoader("audit", str(PATH))
    spec = importlib.util.spec_from_loader("audit", loader)
    assert spec
    module = importlib.util.module_from_spec(spec)
    loader.exec_module(module)
    return module


def answer(*vulns: dict[str, Any]) -> str:
    packages = [
        {"name": "Pkg", "version": "1.0", "vulns": list(vulns)},
        {"name": "elsewhere", "skip_reason": "not found on PyPI"},
    ]
    return json.dumps({"dependencies": packages, "fixes": []})


FINDING = {"id": "PYSEC-1", "aliases": ["CVE-1"], "fix_versions": ["1.1"]}


@pytest.mark.parametrize(
    ("entry", "well"),
    [
        ("", False),
        ("pkg PYSEC-1 2026-06-01 not reachable", True),
        ("pkg CVE-1 2027-01-01 not reachable", True),
        ("pkg CVE-1 2026-05-31 not reachable", False),
        ("other CVE-1 2027-01-01 not reachable", False),
        ("pkg CVE-2 2027-01-01 not reachable", False),
    ],
)
def test_a_finding_needs_an_entry_with_a_day_to_come(
    audit: ModuleType, entry: str, well: bool
) -> None:
    found, said = audit.judged(answer(FINDING), audit.allowed(f"# list\n{entry}\n"), TODAY)
    assert found is well
    assert any("PYSEC-1" in line for line in said) is not well
    assert any("not checked" in line and "elsewhere" in line for line in said)


def test_no_finding_is_well(audit: ModuleType) -> None:
    assert audit.judged(answer(), {}, TODAY)[0]


@pytest.mark.parametrize(
    "said",
    ["", "Traceback", json.dumps({"dependencies": [{"name": "a", "skip_reason": "not found"}]})],
)
def test_without_access_nothing_is_called_safe(audit: ModuleType, said: str) -> None:
    well, lines = audit.judged(said, {}, TODAY)
    assert well
    assert lines == ["audit: not checked: no access to the vulnerability service"]


def test_an_entry_needs_a_reason(audit: ModuleType) -> None:
    with pytest.raises(SystemExit, match="REASON"):
        audit.allowed("pkg CVE-1 2027-01-01")
