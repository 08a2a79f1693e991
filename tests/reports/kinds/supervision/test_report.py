"""The report of supervision: its lines, its guesses, what it says of them, and its statements."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from harness.results import Results
from reports import build
from reports.claims.published import published
from reports.claims.settings import contrast_in_words
from reports.claims.variants import variants_tested
from reports.kinds.shared.printed_table import printed_table
from reports.kinds.supervision.lines import supervised
from reports.kinds.supervision.reading import reading
from reports.kinds.supervision.report import page
from reports.kinds.supervision.tables import errors_table, gains, gains_table
from reports.layout.scores import all_scores
from tests.reports.helpers.ablations import factorial
from tests.reports.helpers.findings import findings_of
from tests.reports.helpers.reading_html import Document, undrawn
from tests.reports.helpers.supervision import BASE, FRACTIONS, GUESSES, supervision

KNOWN = published("semix_supervision")


def verdicts(results: Results) -> list[str]:
    return list(variants_tested(KNOWN, findings_of(results, KNOWN)).data["verdict"])


def test_there_is_a_line_for_each_setting_and_a_panel_for_each_error() -> None:
    curves = supervised(supervision())
    assert [curve.outcome.name for curve in curves] == [
        "mpjpe",
        "pa_mpjpe",
        "mpjpe_gap",
        "pa_mpjpe_gap",
    ]
    lines = [line.label for line in curves[1].lines]
    assert lines == ["semix, with unpaired targets", "semix, without unpaired targets", "semix_sup"]
    assert curves[1].along.levels == tuple(sorted(FRACTIONS))
    means = [marginal.mean.value for marginal in curves[1].lines[0].marginals]
    assert means[-1] == pytest.approx(BASE + 3, abs=0.5)
    assert means == sorted(means, reverse=True)
    for called, guess in (("mean of the labels", "mean"), ("nearest neighbour", "nearest")):
        assert [m.mean.value for m in curves[1].chance[called]] == [GUESSES[guess]] * 5
    assert not curves[2].chance


def test_a_gap_of_two_errors_that_differ_by_rounding_alone_is_0() -> None:
    results = supervision()
    results.trials["metric.mpjpe_gap"] = 1.42e-14 * np.sign(results.trials["seed"] - 0.5)
    results.trials["metric.pa_mpjpe_gap"] = 1e-9
    of = {curve.outcome.name: curve for curve in supervised(results)}
    for name, value in (("mpjpe_gap", 0.0), ("pa_mpjpe_gap", 1e-9)):
        means = [m.mean.value for line in of[name].lines for m in line.marginals]
        assert means == [pytest.approx(value, rel=1e-9, abs=0)] * len(means)


def test_what_is_lost_without_is_paired_by_seed() -> None:
    curve = supervised(supervision(helps=5))[1]
    least = {line.label: gap for place, line, gap, _ in gains(curve) if place == 0}
    assert least["semix, without unpaired targets"].value == pytest.approx(5, abs=0.5)
    assert least["semix_sup"].value == pytest.approx(10, abs=0.5)
    assert least["semix_sup"].high - least["semix_sup"].low < 3, "a seed's own effect cancels"
    table = gains_table(curve)
    assert table is not None
    assert table.n_rows == 2 * len(FRACTIONS)
    errors = errors_table(curve)
    assert [column.group for column in errors.columns][-2:] == ["guessed", "guessed"]


def test_the_text_says_what_is_better_than_chance_and_what_is_lost() -> None:
    said = str(reading(supervised(supervision())[1:2]))
    assert "is not better than every guess" in said  # 93 mm, and the neighbour's 90
    assert "At share of labels 0.05, semix, without unpaired targets is worse than" in said
    assert "At share of labels 1, semix, without unpaired targets is not shown to differ" in said


def test_statements_of_what_is_switched_on_and_off_are_sentences() -> None:
    first, second = (each.dwindling for each in published("semix_sketch").statements)
    ends = "is higher without unpaired targets than with unpaired targets"
    assert contrast_in_words("SSE", first["sketch_sse"]) == f"SSE {ends}"
    gap = contrast_in_words("SSE, test minus training", second["sketch_sse_gap"])
    assert gap == f"SSE, test minus training, {ends}"


@pytest.mark.parametrize(
    ("helps", "fades", "expected"),
    [
        (5.0, True, ["holds", "holds"]),
        (5.0, False, ["undecided", "holds"]),
        (0.0, True, ["undecided", "holds"]),
        (-5.0, True, ["does not hold", "holds"]),
    ],
)
def test_unpaired_targets_help_most_where_pairs_are_few(
    helps: float, fades: bool, expected: list[str]
) -> None:
    assert verdicts(supervision(helps, fades)) == expected


def test_what_decides_has_its_interval() -> None:
    numbers = variants_tested(KNOWN, findings_of(supervision(), KNOWN)).data["numbers"][0]
    assert "at share of labels 0.05" in numbers
    assert "mm, n = 3" in numbers
    assert numbers.count("[") == 2


def test_fewer_than_three_seeds_show_nothing() -> None:
    assert verdicts(supervision(seeds=2)) == ["undecided"] * 2


def test_a_run_of_something_else_says_what_it_lacks() -> None:
    other = factorial(
        {"method.beta": [1, 2]},
        lambda beta, seed: {"pa_mpjpe": beta + seed},
        metrics=[{"name": "pa_mpjpe", "direction": "lower", "unit": "mm"}],
    )
    table = variants_tested(KNOWN, findings_of(other, KNOWN))
    assert table.data["numbers"].tolist()[1] == "this run does not vary method"
    without = supervision()
    trials = without.trials.drop(columns=["metric.pa_mpjpe"])
    lacking = replace(without, trials=trials)
    assert (
        "no trial has pa_mpjpe"
        in variants_tested(KNOWN, findings_of(lacking, KNOWN)).data["numbers"][0]
    )


def test_the_seven_methods_of_table_1_stand_beside_ours() -> None:
    table = printed_table(KNOWN, all_scores(supervision(), axis=False), "A note.")
    rows = table.data.set_index("variant")
    assert len(rows) == 8
    assert rows.loc["Martinez et al.", "pa_mpjpe_published"] == 47.7
    assert np.isnan(rows.loc["Martinez et al.", "pa_mpjpe_here"])
    for name, published_here in (("SemiX (10 %)", 49.7), ("SemiX", 49.2)):
        assert rows.loc[name, "pa_mpjpe_published"] == published_here
        assert rows.loc[name, "pa_mpjpe_here"] > BASE
    assert [c.title for c in table.columns].count("published") == 2


@undrawn()
def test_it_is_the_report_of_its_space_and_statements_are_not_tested_at_smoke(
    tmp_path: Path,
) -> None:
    small = build(supervision(report="supervision"), None, tmp_path / "small.html")
    document = Document(small.read_text())
    assert "Over-fitting" in document.text
    assert any("holds" in text for text in document.text)
    smoke = page(supervision(scale="smoke"))
    tables = [part for section in smoke.sections for part in section.parts]
    statements = next(part for part in tables if getattr(part, "name", "") == "statements")
    assert set(statements.data["verdict"]) == {"not tested at this scale"}


@pytest.mark.parametrize("run", ["nothing swept", "nothing finished"])
def test_it_says_so_where_there_is_nothing_to_draw(run: str, tmp_path: Path) -> None:
    made = supervision()
    if run == "nothing swept":
        made = factorial({"method": ["semix", "semix_sup"]}, lambda method, seed: 1.0 + seed)
    else:
        made = replace(made, trials=made.trials.iloc[:0])
    Document(build(made, "supervision", tmp_path / "page.html").read_text())
