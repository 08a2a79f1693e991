"""``unbraid export``: a run directory's results in the formats of other programs."""

import argparse
import sys
from pathlib import Path

from harness.commands.report import with_labelled_metrics
from harness.errors import UserError
from harness.export.formats import Format, check_options, find_format
from harness.export.target import find_target, require_free, write_file
from harness.results import Results, load
from harness.shell import command_line

OPTIONS = ("curves", "kind", "metrics", "spread", "decimals")
"""Options that not every format takes."""

MOST_DECIMALS = 12


def run(options: argparse.Namespace) -> int:
    """Write the results and print where they are."""
    chosen = find_format(options.format)
    check_options(chosen, {name: getattr(options, name) for name in OPTIONS})
    name = f"curves{chosen.suffix}" if options.curves else chosen.target
    target = find_target(options.run_dir, options.out, chosen, name)
    require_free(target, force=options.force)
    results = load(options.run_dir)
    require_finished(results)
    for problem in results.problems:
        print(f"problem: {problem}", file=sys.stderr)
    _write(chosen, results, target, options)
    print(target.resolve())
    return 0


def require_finished(results: Results) -> None:
    """Refuse a run directory in which no trial has finished.

    Raises:
        UserError: says how to go on.
    """
    if len(results.trials):
        return
    again = command_line(["unbraid", "resume", results.location])
    raise UserError(
        f"{results.location}: none of {results.counts['planned']} trials has finished, so there is "
        f"nothing to export. Run them: {again}"
    )


def _write(chosen: Format, results: Results, target: Path, options: argparse.Namespace) -> None:
    if chosen.name in ("csv", "parquet"):
        from harness.export import tables

        read = tables.curves_table if options.curves else tables.trials_table
        encode = tables.as_csv if chosen.name == "csv" else tables.as_parquet
        write_file(target, encode(read(options.run_dir)))
    elif chosen.name == "latex":
        write_file(target, _latex(results, options).encode())


def _latex(results: Results, options: argparse.Namespace) -> str:
    from reports.latex.document import SPREADS, Style, document

    spread = options.spread or "sd"
    if spread not in SPREADS:
        raise UserError(f"--spread {spread}: write sd or interval.")
    if options.decimals is not None and not 0 <= options.decimals <= MOST_DECIMALS:
        raise UserError(f"--decimals {options.decimals}: write 0 to {MOST_DECIMALS}.")
    metrics = tuple(options.metrics.split(",")) if options.metrics else None
    style = Style(options.kind, metrics, SPREADS[spread], options.decimals)
    return document(with_labelled_metrics(results), style)
