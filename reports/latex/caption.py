"""What a LaTeX table says of itself: what its numbers are, over how many seeds, on which data."""

from collections.abc import Mapping

from harness.results import Results
from reports.kinds.shared.numbers import Numbers
from reports.latex.numbers import Spread
from reports.latex.text import escaped
from reports.page.text import count, words

_SPREADS: Mapping[Spread, str] = {
    "sd": "mean ± standard deviation over seeds",
    "interval": "mean over seeds with Student's 95 % interval",
}


def caption(
    results: Results,
    numbers: Numbers,
    *,
    spread: Spread,
    decimals: int | None,
    sizes: Mapping[int, int],
    bold: bool,
) -> str:
    """Return a caption in LaTeX.

    Args:
        results: the trials on one dataset.
        numbers: their numbers.
        spread: what stands beside each mean.
        decimals: as the user asked for; None if the spread decides.
        sizes: how often each number of seeds occurs among the cells.
        bold: whether anything is in bold.
    """
    title = str(results.sweep.get("title") or "").strip()
    sentences = [
        f"{title}." if title else "",
        f"Test scores on {_datasets(results)}: {_SPREADS[spread]} ({_seeds(sizes)}).",
        _precision(decimals),
        _levels(numbers),
        _bold(bold),
        _lacking(numbers),
        *_cautions(results),
    ]
    return escaped(" ".join(filter(None, sentences)))


def _datasets(results: Results) -> str:
    pairs = results.trials[["dataset", "data_source"]].astype(object).drop_duplicates()
    sources = {"procedural": "procedural images", "real": "real images"}
    return words(
        [
            f"{name} ({sources[source]})" if source in sources else str(name)
            for name, source in pairs.itertuples(index=False)
        ]
    )


def _seeds(sizes: Mapping[int, int]) -> str:
    usual = max(sizes, key=lambda n: sizes[n])
    others = "; where it differs, the cell says so" if len(sizes) > 1 else ""
    return f"n = {usual}{others}"


def _precision(decimals: int | None) -> str:
    if decimals is None:
        return "Each column is rounded to two digits of its median spread."
    return f"Numbers are rounded to {count(decimals, 'decimal')}."


def _levels(numbers: Numbers) -> str:
    if len(numbers.grid.levels) < 2:
        return ""
    return (
        f"Each {numbers.grid.group_name} at its best {numbers.grid.axis_name}, chosen by "
        f"{numbers.grid.outcome.label} on the same trials."
    )


def _bold(bold: bool) -> str:
    if not bold:
        return "Nothing is in bold: in no metric is one better than every other (5 %, Holm)."
    return (
        "Bold: the best, where its difference to every other, paired by seed, is significant at "
        "5 % by Holm's method."
    )


def _lacking(numbers: Numbers) -> str:
    """Say which trials the numbers leave out: those that are not ok."""
    counts = numbers.grid.counts
    left_out = [
        f"{counts[status]:,} {said}"
        for status, said in (
            ("diverged", "diverged"),
            ("pruned", "were stopped early"),
            ("failed", "failed"),
            ("missing", "are not finished"),
        )
        if counts[status]
    ]
    if not left_out:
        return ""
    return f"Of {count(counts['planned'], 'trial')} {words(left_out)}; they are left out."


def _cautions(results: Results) -> list[str]:
    said = []
    if (results.trials["data_source"] == "procedural").any():
        said.append("Procedural images are rendered, not those of a published set.")
    if results.smoke:
        said.append("A smoke test: so few steps teach a method nothing.")
    return said
