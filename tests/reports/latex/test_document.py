"""A LaTeX table has the report's numbers and verdicts, and LaTeX can read it."""

import re
import shlex
import shutil
import subprocess
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from pylatexenc.latexwalker import LatexWalker

from harness.errors import UserError
from harness.results import Results
from reports.kinds import comparison
from reports.kinds.shared.score_tables import leader
from reports.latex.document import Style, document
from tests.reports.helpers.ablations import factorial
from tests.reports.helpers.methods import METHODS, made_up
from tests.reports.helpers.synthetic import Sweep, results, without


def tables(latex: str) -> list[list[list[str]]]:
    """Return the rows of every tabular, cell by cell; every row has as many as its columns."""
    LatexWalker(latex, tolerant_parsing=False).get_latex_nodes()  # raises where it does not close
    found = []
    for columns, body in re.findall(
        r"\\begin\{tabular\}\{([lr]+)\}(.*?)\\end\{tabular\}", latex, re.DOTALL
    ):
        lines = [line.strip() for line in body.splitlines() if line.strip()]
        rules = [line for line in lines if line.startswith("\\") and line.endswith("rule")]
        assert rules == [r"\toprule", r"\midrule", r"\bottomrule"]
        rows = [line.removesuffix(r" \\") for line in lines if line not in rules]
        cells = [re.split(r"(?<!\\)&", row) for row in rows]
        assert {len(row) for row in cells} == {len(columns)}
        found.append([[cell.strip() for cell in row] for row in cells])
    return found


def bold(latex: str) -> set[tuple[str, str]]:
    """Return the metric and the group of every cell in bold."""
    return {
        (head, row[0])
        for heads, _, *rows in tables(latex)
        for row in rows
        for head, cell in zip(heads, row, strict=True)
        if r"\mathbf" in cell
    }


def test_the_command_that_shows_its_numbers_can_be_copied_into_a_shell() -> None:
    latex = document(replace(made_up(), location="runs/odd <b>dir"), Style(kind="ablation"))
    (line,) = re.findall(r"% The numbers of: (.*)", latex)
    assert shlex.split(line) == ["unbraid", "report", "runs/odd <b>dir", "--kind", "ablation"]


def test_rows_are_methods_and_columns_metrics_with_unit_and_direction() -> None:
    first, second = tables(document(made_up(), Style()))
    assert first[0] == ["method", "ELBO", "KL", "MSE", r"D\_score"]
    assert first[1] == ["", r"(nats) $\uparrow$", "(nats)", r"$\downarrow$", r"$\uparrow$"]
    assert second[0] == ["method", "training step"]  # further metrics stand below
    assert second[1] == ["", r"(s) $\downarrow$"]
    assert [row[0] for row in first[2:]] == [name.replace("_", r"\_") for name in METHODS]


def test_a_cell_is_mean_and_standard_deviation() -> None:
    made = made_up()
    (table,) = tables(document(made, Style(metrics=("elbo",), decimals=3)))
    for row, method in zip(table[2:], METHODS, strict=True):
        values = made.trials.loc[made.trials["method"] == method, "metric.elbo"]
        found = re.findall(r"-?[\d.]+", row[1])
        assert found == [f"{values.mean():.3f}", f"{values.std(ddof=1):.3f}"]


def test_an_interval_is_that_of_the_report() -> None:
    made = made_up()
    (table,) = tables(document(made, Style(metrics=("mse",), spread="interval", decimals=2)))
    (score,) = [s for s in comparison.numbers_of(made).scores if s.outcome.name == "mse"]
    for row, method in zip(table[2:], METHODS, strict=True):
        mean = score.mean(method)
        found = re.findall(r"-?[\d.]+", row[1].replace(r"\,", ""))
        assert found == [f"{v:.2f}" for v in (mean.value, mean.low, mean.high)]


def test_bold_is_what_the_reports_verdict_shows_and_nothing_else() -> None:
    # Of the made-up methods the last has the best ELBO and d score, and the first the least MSE.
    assert bold(document(made_up(), Style())) == {
        ("ELBO", r"c\_vitae"),
        (r"D\_score", r"c\_vitae"),
        ("MSE", "vae"),
        ("training step", "vae"),
    }
    for made, expected in (
        (made_up(gap=0.0), {("training step", "vae")}),
        (made_up(seeds=2), set()),
        (made_up(gap=0.02, seeds=4), None),
    ):
        numbers = comparison.numbers_of(made)
        shown = {
            (score.outcome.label, best.replace("_", r"\_"))
            for score in numbers.scores
            if (best := leader(score, numbers.families[score.outcome.name]))
        }
        assert bold(document(made, Style())) == shown
        assert expected in (shown, None)


def test_swept_levels_are_rows_with_a_column_a_factor() -> None:
    made = factorial({"method.beta": (1.0, 4.0), "method.d": (2, 4)}, lambda **v: -150.0)
    (table,) = tables(document(made, Style()))
    assert table[0][:2] == [r"\ensuremath{\beta}", "d"]
    assert [row[:2] for row in table[2:]] == [["1", "2"], ["1", "4"], ["4", "2"], ["4", "4"]]


def test_each_group_stands_at_its_best_level_and_the_caption_says_so() -> None:
    latex = document(results(), Style())
    (table,) = tables(latex)
    assert [row[0] for row in table[2:]] == ["affine", r"affine\_decomp", r"affine\_diffeo"]
    assert "at its best learning rate, chosen by ELBO on the same trials" in latex
    assert re.search(r"Of 60 trials \d+ diverged; they are left out", latex)


def test_a_dataset_is_a_table() -> None:
    made = made_up(seeds=3)
    other = made_up(seeds=3)
    for frame in (other.trials, other.plan):
        frame["trial_id"] = frame["trial_id"] + "x"
    other.trials["dataset"] = "glyphs"
    other.trials["data_source"] = "procedural"
    other.plan["config"] = other.plan["config"].str.replace("digits", "glyphs")
    import pandas as pd

    both = replace(
        made,
        trials=pd.concat([made.trials, other.trials], ignore_index=True),
        plan=pd.concat([made.plan, other.plan], ignore_index=True),
        location="runs/two sets",
        sweep={**made.sweep, "swept": {"method": [*METHODS], "dataset": ["digits", "glyphs"]}},
    )
    latex = document(both, Style(metrics=("elbo",)))
    one, two = tables(latex)
    assert one[2:] == two[2:]
    assert r"\label{tab:two-sets-digits}" in latex
    assert r"\label{tab:two-sets-glyphs}" in latex
    assert latex.count("Procedural images") == 1
    assert "on digits (real images)" in latex
    assert "on glyphs (procedural images)" in latex


def test_the_caption_says_what_a_reader_must_know() -> None:
    made = made_up(seeds=4)
    latex = document(replace(made, sweep={**made.sweep, "scale": "smoke"}), Style())
    for said in (
        r"mean \ensuremath{\pm} standard deviation over seeds (n = 4)",
        "Bold: the best, where its difference to every other, paired by seed, is significant at 5",
        "A smoke test: so few steps teach a method nothing.",
    ):
        assert said in latex
    latex = document(without(made, ["vae0", "vae1"]), Style(spread="interval"))
    assert r"(n = 4; where it differs, the cell says so)" in latex
    assert "Of 24 trials 2 are not finished; they are left out." in latex
    assert latex.count("^{n=2}") == 5
    assert r"Student's 95 \% interval" in latex


def infinite(made: Results) -> Results:
    made.trials.loc[made.trials["method"] == "vae", "metric.elbo"] = np.inf
    return made


def odd_names(made: Results) -> Results:
    made.sweep["title"] = r"50 % of $x_1$ & {β ≤ 2} ~ #1 \today ^"
    made.sweep["metrics"][0] |= {"label": "I_T′ & ŷ²", "unit": "% of α"}
    return made


AWKWARD: dict[str, Callable[[], Results]] = {
    "one seed": lambda: made_up(seeds=1),
    "all equal": lambda: made_up(gap=0.0, seeds=1),
    "a method without a value": lambda: infinite(made_up()),
    "odd names": lambda: odd_names(made_up()),
    "one level": lambda: results(Sweep(rates=(1e-3,))),
    "small numbers": lambda: scaled(1e-9),
    "large numbers": lambda: scaled(1e9),
}


def scaled(by: float) -> Results:
    made = made_up()
    made.trials["metric.mse"] *= by
    return made


@pytest.mark.parametrize("name", AWKWARD)
def test_awkward_results_are_tables_as_well(name: str) -> None:
    assert tables(document(AWKWARD[name](), Style(spread="interval")))


def test_numbers_far_from_one_share_a_power_of_ten() -> None:
    for by, power in ((1e-9, -8), (1e9, 10)):
        (table,) = tables(document(scaled(by), Style(metrics=("mse",))))
        assert table[1][1] == rf"($10^{{{power}}}$) $\downarrow$"
        assert re.match(r"^\$\\mathbf\{[23]\.\d+\} \\pm 0\.\d+\$$", table[2][1])


def test_what_cannot_be_a_table_is_named() -> None:
    made = made_up()
    with pytest.raises(UserError, match=r"--metrics ebo: no trial has .* Did you mean 'elbo'"):
        document(made, Style(metrics=("ebo",)))
    with pytest.raises(UserError, match=r"--kind timing: .* comparison or ablation"):
        document(made, Style(kind="timing"))
    made.trials["status"] = "diverged"
    with pytest.raises(UserError, match="nothing to put into a table"):
        document(made, Style())


@pytest.mark.skipif(not shutil.which("pdflatex"), reason="needs pdflatex and booktabs (TeX Live)")
def test_latex_compiles_all_of_them(tmp_path: Path) -> None:
    made = [
        document(make(), Style(spread=s)) for make in AWKWARD.values() for s in ("sd", "interval")
    ]
    head = "\\documentclass{article}\n\\usepackage{booktabs}\n\\begin{document}\n"
    body = "\n\\clearpage\n".join([*made, document(results(), Style())])
    (tmp_path / "all.tex").write_text(f"{head}{body}\n\\end{{document}}\n")
    ran = subprocess.run(
        ["pdflatex", "-interaction=nonstopmode", "-halt-on-error", "all.tex"],
        cwd=tmp_path,
        capture_output=True,
        check=False,
    )
    assert ran.returncode == 0, ran.stdout.decode(errors="replace")[-2000:]
