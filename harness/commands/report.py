"""``unbraid report``: draw the results of a run directory, or of several, into one HTML file."""

import argparse
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from harness.commands.running.locations import require_there
from harness.errors import UserError
from harness.plugins import names_of_a_run

if TYPE_CHECKING:  # pandas, and what draws, are not imported to refuse a misspelt name
    from harness.results import Results


def run(options: argparse.Namespace) -> int:
    """Write the report and print its path."""
    path, why = draw(options.run_dir, options.kind, options.out, further=options.further)
    if why:
        print(f"kind of report: {why}", file=sys.stderr)
    print(path)
    return 0


def draw(
    run_dir: str | Path,
    kind: str | None,
    out: str | Path | None,
    *,
    further: Sequence[str | Path] = (),
) -> tuple[Path, str]:
    """Write a report.

    Args:
        run_dir: where the results are.
        further: run directories whose trials are read with them, by a kind that is of several.
        kind: its kind; None for what follows from what was swept.
        out: the file; None for ``report.html`` in the run directory.

    Returns:
        its path, and which kind was chosen and why; "" where it was asked for.

    Raises:
        UserError: there is no run, no such kind, or nowhere to write; or the kind draws one run.
    """
    runs = list(dict.fromkeys([run_dir, *further]))
    require_there(runs)
    import reports

    if kind and kind != reports.LEADERBOARD:
        reports.KINDS.load(kind)  # the user's own word: it may be a dotted path
    with names_of_a_run():
        return _draw(runs, kind, out)


def _draw(runs: Sequence[str | Path], kind: str | None, out: str | Path | None) -> tuple[Path, str]:
    import reports

    run_dir = runs[0]
    results = reports.merge([_read(each) for each in runs])
    if "://" in str(run_dir) and out is None:
        raise UserError("The run directory is not on this machine: say where to write, --out FILE.")
    chosen, why = (kind, "") if kind else reports.default_kind(results.sweep)
    if chosen not in (reports.LEADERBOARD, *reports.KINDS.paths()) and not kind:
        known = ", ".join(reports.KINDS.paths())
        raise UserError(
            f"The run names a kind of report that is code from elsewhere: {chosen}. If you trust "
            f"it, name it yourself, --kind {chosen}; or take one of {known}."
        )
    if len(runs) > 1 and chosen not in reports.OF_SEVERAL:
        raise UserError(
            f"The report '{chosen}' is of one run directory, and these are {len(runs)}. Kinds that "
            f"read several as one: {', '.join(reports.OF_SEVERAL)}; `unbraid leaderboard` has the "
            "methods of several side by side."
        )
    file = Path(out or Path(run_dir) / "report.html")
    if chosen == reports.LEADERBOARD:
        from harness.methods import supervision_in
        from reports import leaderboard

        reports.require_html(file)
        path = leaderboard.draw([results], supervision_in([results.sweep]), file).resolve()
    else:
        path = reports.build(results, chosen, file).resolve()
    if why:
        others = ", ".join(name for name in reports.KINDS.paths() if name != chosen)
        why = f"{chosen}, {why} (others with --kind: {others})"
    return path, why


def _read(run_dir: str | Path) -> "Results":
    from harness.results import load
    from harness.results.arrays.lost import lost_pictures

    results = with_labelled_metrics(load(run_dir))
    results.problems.extend(lost_pictures(results))
    return results


def with_labelled_metrics(results: "Results") -> "Results":
    """Return results whose metrics have the labels that older versions did not store."""
    from harness.metrics.registry import with_labels

    if isinstance(entries := results.sweep.get("metrics"), list):
        results.sweep["metrics"] = with_labels(entries)
    return results
