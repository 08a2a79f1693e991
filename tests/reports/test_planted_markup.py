"""Texts of others in a page of every kind stay texts: no planted tag or attribute arises."""

from dataclasses import replace
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

import reports
from harness.metrics.registry import with_labels
from harness.results import Results, load
from reports import leaderboard
from reports.latex.document import SPREADS, Style, document
from tests.reports.helpers import boards, differences
from tests.reports.helpers.reading_html import Document
from tests.reports.helpers.supervision import supervision

FIXTURES = Path(__file__).parents[1] / "fixtures" / "schema_1"
EVIL = """<planted a="b">"'><script>planted()</script></title></style>&lt;planted&gt;$\\frac{$"""
NOT_TEXTS = {"trial_id", "status", "data_source", "config", "split", "metric"}
NAMES = ("method", "dataset")


def planted(made: Results) -> Results:
    """Return results with markup in every text that the run's author chooses, and errors."""

    def evil(value: Any) -> Any:
        return f"{value}{EVIL}" if isinstance(value, str) else value

    def frame(table: pd.DataFrame) -> pd.DataFrame:
        texts = [c for c in table if c not in NOT_TEXTS and table[c].map(type).eq(str).any()]
        return table.assign(**{column: table[column].map(evil) for column in texts})

    trials = frame(made.trials)
    trials.loc[trials.index[:1], ["status", "error"]] = ["failed", f"Traceback\n{EVIL}"]
    metrics = [
        {**entry, "label": evil(entry.get("label") or entry["name"]), "unit": evil("unit")}
        for entry in with_labels(made.sweep["metrics"])
    ]
    told = {key: evil(value) for key, value in made.sweep.items() if key != "created"}
    sweep = made.sweep | told | {"metrics": metrics, "report": made.sweep.get("report")}
    return replace(made, trials=trials, plan=frame(made.plan), sweep=sweep, problems=[EVIL])


def require_harmless(html: str) -> None:
    page = Document(html)  # it is strict about what closes what
    assert "planted()" in page.words, "the texts are shown"
    assert "planted" not in {tag for tag, _ in page.elements}
    assert [attributes for _, attributes in page.elements if "a" in attributes] == []
    for tag, text in page.raw:
        assert "<planted" not in text, tag
        assert not text.strip().startswith("planted()")


def test_a_report_of_differences(tmp_path: Path) -> None:
    """Its search space, switches and levels are ours; a run that names others is refused."""
    made = differences.results(lambda *_: 1e-2, seeds=2)
    texts = {**planted(made).sweep, "space": made.sweep["space"]}
    evil = replace(made, sweep=texts, problems=[EVIL])
    page = reports.build(evil, "differences", tmp_path / "report.html")
    require_harmless(page.read_text(encoding="utf-8"))


@pytest.mark.parametrize("kind", [kind for kind in reports.KIND_PATHS if kind != "differences"])
def test_a_report(kind: str, tmp_path: Path) -> None:
    stored = FIXTURES / kind
    made = planted(load(stored) if stored.exists() else supervision())
    html = reports.build(made, kind, tmp_path / "report.html").read_text(encoding="utf-8")
    require_harmless(html)


def two_runs() -> tuple[Results, Results]:
    def made(location: str) -> Results:
        trials = [
            boards.trial(method, seed, mig=0.3 + 0.1 * seed + 0.2 * place)
            for place, method in enumerate(("vae", "mine"))
            for seed in range(3)
        ]
        return replace(planted(boards.run(trials)), location=f"{location}{EVIL}")

    return made("one"), made("two")


def test_a_leaderboard_and_a_comparison(tmp_path: Path) -> None:
    one, two = two_runs()
    page = leaderboard.draw([one, two], lambda *_: "none", tmp_path / "board.html")
    require_harmless(page.read_text(encoding="utf-8"))
    leaderboard.compare(one, two, lambda *_: "none", tmp_path / "changes.html")
    require_harmless((tmp_path / "changes.html").read_text(encoding="utf-8"))


def test_latex_reads_texts_as_texts() -> None:
    evil = r"\input{/etc/passwd}%$^#_&~{}"
    made = load(FIXTURES / "comparison")
    for table in (made.trials, made.plan):
        if "method" in table:
            table["method"] = table["method"] + evil
    made.sweep["title"] = evil
    text = document(made, Style("comparison", None, SPREADS["sd"], None))
    assert "passwd" in text, "the names are shown"
    assert "\\input" not in text
    assert "{/etc" not in text.replace("\\{/etc", "")
