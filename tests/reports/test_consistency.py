"""A page never contradicts itself: one pair of groups in one metric has one p and one verdict.

Every kind of report that compares groups is drawn of many made-up runs, and what its text, its
tables and its statements say of a pair is collected and held against one another.
"""

import html
import re
from collections import defaultdict
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from harness.results import Results
from reports.page.text import p_value
from reports.stats.estimates import ALPHA
from tests.reports.helpers.ablations import PUBLISHED, factorial, rodi
from tests.reports.helpers.datasets import on_two_datasets
from tests.reports.helpers.methods import METHODS, made_up
from tests.reports.helpers.reading_html import Document, undrawn_report
from tests.reports.helpers.searches import BOUND, search, two
from tests.reports.helpers.synthetic import TRANSFORMS, Sweep, results, without

TIES = dict.fromkeys(TRANSFORMS, -150.0)
NAMES = {*TRANSFORMS, *METHODS, *PUBLISHED}


def changed(made: Results, change: Callable[[Results], None]) -> Results:
    change(made)
    return made


def all_diverged(made: Results) -> None:
    made.trials["status"] = "diverged"
    metrics = [c for c in made.trials if c.startswith("metric.")]
    made.trials[metrics] = np.nan


def some_nan(made: Results) -> None:
    made.trials.loc[made.trials.index % 4 == 1, "metric.elbo"] = np.nan


RUNS = {
    **{f"stability, {n} seeds": lambda n=n: results(Sweep(seeds=n)) for n in (1, 2, 3, 5, 10)},
    "stability, noisy": lambda: results(Sweep(seeds=4, seed_sd=9)),
    "stability, ties": lambda: results(Sweep(final=TIES, seeds=4)),
    "stability, one level": lambda: results(Sweep(rates=(1e-3,))),
    "stability, all diverged": lambda: changed(results(), all_diverged),
    "stability, missing seeds": lambda: without(
        results(), sorted(results().trials["trial_id"])[::7]
    ),
    "stability, some NaN": lambda: changed(results(), some_nan),
    **{f"methods, {n} seeds": lambda n=n: made_up(seeds=n) for n in (1, 2, 3, 5, 10)},
    "methods, a small gap": lambda: made_up(gap=0.02, seeds=4),
    "methods, ties": lambda: made_up(gap=0.0),
    "methods, some NaN": lambda: changed(made_up(), some_nan),
    **{f"variants, {n} seeds": lambda n=n: rodi(seeds=n) for n in (1, 2, 3, 5, 10)},
    "variants, noisy": lambda: rodi(sd=0.02, seeds=4),
    "variants, ties": lambda: rodi(dict.fromkeys("abcde", (0.125, 0.145, 0.035)), sd=0.01),
    "methods, two datasets": on_two_datasets,
    "stability, one trial": lambda: without(results(), sorted(results().trials["trial_id"])[1:]),
    "search": lambda: search(12),
    "search, constrained": lambda: search(12, constraints=BOUND),
    "search, one seed": lambda: search(8, seeds=1),
    "search, two objectives": two,
    "search, nothing finished": lambda: without(search(6), search(6).plan["trial_id"].tolist()),
    "factors": lambda: factorial(
        {"method.beta": (1.0, 4.0), "method.d": (2, 4)}, lambda **v: -150.0
    ),
}
KINDS = {
    "stability": "stability",
    "methods": "comparison",
    "variants": "ablation",
    "factors": "ablation",
    "search": "tuning",
}
LEAST = {"stability, 5 seeds": 3, "methods, 5 seeds": 3, "variants, 5 seeds": 4}
"""What is said twice at least: otherwise nothing would be compared."""


@pytest.mark.parametrize("run", RUNS)
def test_a_page_does_not_contradict_itself(run: str, tmp_path: Path) -> None:
    kind = KINDS.get(run.partition(",")[0], "ablation")
    document = undrawn_report(RUNS[run](), tmp_path, kind)
    assert not in_text_alone(document.html)
    in_tables = tables(document)
    said = [*texts(document), *statements(document)]
    for key, words in said:
        assert words == in_tables.get(key, words), key
    assert not contradictions(document)
    assert sum(key in in_tables for key, _ in said) >= LEAST.get(run, 0)


def test_numbers_are_read_from_text() -> None:
    """Otherwise the test above would find none."""
    text = "<p>A &lt; B (−1,234.5 [+0.10, 2.0] nats, p = 0.013, x.y 3 of 4)</p>"
    assert decimals(text) == ["1234.5", "0.10", "2.0", "0.013"]


def in_text_alone(page: str) -> list[str]:
    """Return the numbers with decimals in sentences that no cell of a table holds."""
    body = page[page.index("<main>") : page.index("</main>")]
    in_cells = [float(n) for cell in CELL.findall(body) for n in decimals(cell)]
    said = [n for text in PARAGRAPH.findall(NOT_PROSE.sub("", body)) for n in decimals(text)]
    return [
        n
        for n in said
        if not any(abs(x - float(n)) <= 0.5001 * 10.0 ** -len(n.split(".")[1]) for x in in_cells)
    ]


CELL = re.compile(r"<t[dh][ >].*?</t[dh]>", re.DOTALL)
PARAGRAPH = re.compile(r"<p[ >].*?</p>", re.DOTALL)
NOT_PROSE = re.compile(r"<(table|figure|pre)[ >].*?</\1>", re.DOTALL)


def decimals(markup: str) -> list[str]:
    """Return the numbers with decimals of some HTML, without sign and thousands' commas."""
    words = html.unescape(re.sub("<[^>]+>", " ", markup))
    return [n.replace(",", "") for n in re.findall(r"(?<![\w.·])\d[\d,]*\.\d+(?![\w⁻])", words)]


def tables(document: Document) -> dict[tuple[str, frozenset[str]], str]:
    """Return the adjusted p-value in words of each metric and pair; two tables must agree."""
    found: dict[tuple[str, frozenset[str]], set[str]] = defaultdict(set)
    names = {name.removesuffix(".csv") for name in document.downloads}
    if "comparisons" in names:
        for row in document.csv("comparisons").to_dict("records"):
            found["outcome", frozenset((row["a"], row["b"]))].add(p_value(row["at_best_p_holm"]))
    if "differences" in names:
        frame = document.csv("differences")
        (base,) = set(re.findall(r"Differences to (.+?), paired by seed", document.words))
        for row in frame.to_dict("records"):
            key = row["metric"], frozenset((str(row["group"]), base))
            found[key].add(p_value(row["p_holm"]))
    if "variants" in names and "p_holm" in document.csv("variants"):
        first = document.csv("differences")["metric"].iloc[0] if "differences" in names else ""
        base = re.findall(r"baseline \(bold, ([^)]+)\)", document.words)
        for row in document.csv("variants").to_dict("records"):
            if base and not np.isnan(row["p_holm"]):
                found[first, frozenset((str(row["variant"]), base[0]))].add(p_value(row["p_holm"]))
    assert all(len(values) == 1 for values in found.values()), found
    return {key: values.pop() for key, values in found.items()}


def texts(document: Document) -> list[tuple[tuple[str, frozenset[str]], str]]:
    """Return what sentences say: ``(a − b = ..., n = 5 pairs, Holm p = 0.053``."""
    sentence = r"\((\S+) − (\S+) = [^()]*? n = \d+ pairs?, Holm (p [=<] [\d.]+)"
    outcome = "outcome" if "comparisons.csv" in document.downloads else "elbo"
    return [((outcome, frozenset((a, b))), p) for a, b, p in re.findall(sentence, document.words)]


def statements(document: Document) -> list[tuple[tuple[str, frozenset[str]], str]]:
    """Return what the statements' table says: ``pair MSE of b < a: a − b = ..., Holm p = 0.1``."""
    part = r"(\S+) − (\S+) = \S+ \[[^\]]*\](?: [^,]*)?, n = \d+, Holm (p [=<] [\d.]+)"
    if "statements.csv" not in document.downloads:
        return []
    found = []
    for numbers in document.csv("statements")["numbers"]:
        for each in str(numbers).split("; "):
            metric = next((n for n, label in LABELS.items() if each.startswith(label)), "")
            for a, b, p in re.findall(part, each):
                if metric and {a, b} <= NAMES:
                    found.append(((metric, frozenset((a, b))), p))
    return found


LABELS = {"pair_mse": "pair MSE of", "elbo": "ELBO of", "d_score": "D_score of"}


def contradictions(document: Document) -> list[str]:
    """Return rows that are read against their p-value, and sentences against their interval."""
    wrong = []
    if "differences.csv" in document.downloads:
        for row in document.csv("differences").to_dict("records"):
            if row["n"] < 3 and row["p_holm"] < ALPHA:
                continue
            significant = row["p_holm"] < ALPHA
            if significant and row["low"] <= 0 <= row["high"]:
                wrong.append(f"p < {ALPHA} beside an interval with 0: {row}")
    pattern = r"No significant difference between[^.]*?\[([^,\]]+), ([^\]]+)\][^)]*\)"
    for match in re.finditer(pattern, document.words):
        low, high = (float(end.replace("−", "-").replace(",", "")) for end in match.groups())
        explained = "only p is adjusted" in match[0]
        if (low > 0 or high < 0) and not explained:
            wrong.append(match[0])
    return wrong
