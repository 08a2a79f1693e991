"""``unbraid export``: a run directory's results in the formats of other programs."""

import argparse
import sys
from pathlib import Path

from harness.commands.report import with_labelled_metrics
from harness.errors import UserError
from harness.export.formats import Format, check_options, find_format
from harness.export.target import (
    find_target,
    make_folder,
    require_free,
    require_not_of_run,
    write_file,
)
from harness.results import load
from harness.results.loading import Stored, read_tables
from harness.shell import command_line
from harness.tracking.registry import MODULES, open_tracker, project_of, require_installed

OPTIONS = ("curves", "kind", "metrics", "spread", "decimals")
"""Options that not every format takes."""

MOST_DECIMALS = 12


def run(options: argparse.Namespace) -> int:
    """Write the results and print where they are."""
    chosen = find_format(options.format)
    check_options(chosen, {name: getattr(options, name) for name in OPTIONS})
    if chosen.name in MODULES:
        require_installed(chosen.name, f"--format {chosen.name}")
    if chosen.name == "mlflow" and "://" in (options.out or ""):  # a server, or a database
        _track(chosen, _finished(options.run_dir), Path(), uri=options.out)
        print(options.out)
        return 0
    name = f"curves{chosen.suffix}" if options.curves else chosen.target
    target = find_target(options.run_dir, options.out, chosen, name)
    require_not_of_run(options.run_dir, target)
    require_free(target, force=options.force)
    stored = _finished(options.run_dir)
    if chosen.name in MODULES:
        make_folder(target)
        _track(chosen, stored, target)
    elif chosen.name == "latex":
        write_file(target, _latex(options).encode())
    else:
        write_file(target, _table(chosen, stored, curves=options.curves))
    print(target.resolve())
    return 0


def _finished(run_dir: str) -> Stored:
    """Return the tables of a run directory, if any trial has finished."""
    stored = read_tables(run_dir)
    for problem in stored.problems:
        print(f"problem: {problem}", file=sys.stderr)
    if not stored.trials.num_rows:
        again = command_line(["unbraid", "resume", run_dir])
        raise UserError(
            f"{run_dir}: none of {len(stored.plan.trial_ids)} trials has finished, so there is "
            f"nothing to export. Run them: {again}"
        )
    return stored


def _table(chosen: Format, stored: Stored, *, curves: bool) -> bytes:
    from harness.export.tables import as_csv, as_parquet, in_order

    encode = as_csv if chosen.name == "csv" else as_parquet
    return encode(in_order(stored) if curves else stored.trials)


def _latex(options: argparse.Namespace) -> str:
    from reports.latex.document import SPREADS, Style, document

    spread = options.spread or "sd"
    if spread not in SPREADS:
        raise UserError(f"--spread {spread}: write {' or '.join(SPREADS)}.")
    if options.decimals is not None and not 0 <= options.decimals <= MOST_DECIMALS:
        raise UserError(f"--decimals {options.decimals}: write 0 to {MOST_DECIMALS}.")
    metrics = tuple(options.metrics.split(",")) if options.metrics else None
    style = Style(options.kind, metrics, SPREADS[spread], options.decimals)
    return document(with_labelled_metrics(load(options.run_dir)), style)


def _track(chosen: Format, stored: Stored, folder: Path, *, uri: str = "") -> None:
    from harness.export.replay import replay

    try:
        replay(stored, open_tracker(chosen.name, folder, project_of(stored.location), uri=uri))
    except Exception as error:  # whatever a package that is not ours raises
        raise UserError(
            f"--format {chosen.name} failed: {type(error).__name__}: {error}. What was written "
            "until then is there. See where with unbraid --debug export ..."
        ) from error
