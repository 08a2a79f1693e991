"""The command line: ``unbraid COMMAND ...``."""

import argparse
import importlib
import sys
from collections.abc import Sequence
from pathlib import Path

from harness import __version__, interruption
from harness.deferred import defer
from harness.errors import UserError

_OVERRIDES = """\
what to run, as key=value in Hydra's grammar:
  method=c_vitae dataset=digits scale=smoke       choose from a group (`unbraid list`)
  method.lr=1e-3 scale.epochs=20 seed=7           set a value
  method.lr=choice(1e-4,1e-3)                     sweep it (quote it: shells read brackets)
  search=optuna trials=9 method.d=interval(2,16)  let a search choose from it, or search=random
  scheduler=asha                                  stop early what falls behind the others
  ray.num_cpus=2 ray.address=auto                 what Ray may use, or a running cluster
scales: smoke (seconds a trial), small (minutes a sweep on a laptop), paper (the published setting)
"""

_EXIT_CODES = """\
exit codes: 0 all is done and nothing failed; 1 some trial failed or is missing;
2 a mistake in the command or its files, found before work starts; 130 interrupted
"""

_KINDS = """\
ablation, comparison, stability, timing, tuning, or the dotted path of one of yours (default: the
search space's own, or what follows from what was swept)"""

_COMMANDS = {
    "list": (
        "name the methods, datasets, search spaces or metrics, one line each",
        "examples:\n  unbraid list methods\n  unbraid list methods c_vitae\n"
        "  unbraid list metrics elbo\n",
    ),
    "train": (
        "run one trial in this process, without Ray",
        "example:\n  unbraid train method=c_vitae dataset=digits method.lr=1e-3 scale=smoke\n",
    ),
    "sweep": (
        "run every trial of a search space through Ray, or what is missing of it",
        "examples:\n"
        "  unbraid sweep space=vitae_stability scale=small run_dir=runs/stability\n"
        "  unbraid sweep space=vitae_stability seeds=5 dry_run=true\n"
        "  unbraid sweep space=tune_vitae trials=40 scale=smoke run_dir=runs/tune\n"
        "  unbraid sweep method=vae dataset=digits 'method.lr=choice(1e-4,1e-3)'\n",
    ),
    "status": ("say what of a sweep is done", "example:\n  unbraid status runs/stability\n"),
    "resume": (
        "run what is missing of a sweep",
        "examples:\n"
        "  unbraid resume runs/stability\n"
        "  unbraid resume runs/stability retry_failed=true ray.num_cpus=4\n",
    ),
    "report": (
        "draw a sweep's results into one HTML file",
        "example:\n  unbraid report runs/stability --out stability.html\n",
    ),
    "doctor": (
        "check versions, processors, data, disk and Ray on this machine",
        "example:\n  unbraid doctor\n",
    ),
}


def parser() -> argparse.ArgumentParser:
    """Return the parser of all commands."""
    raw = argparse.RawDescriptionHelpFormatter
    top = argparse.ArgumentParser(
        prog="unbraid",
        description="Sweeps and benchmarks for methods that disentangle images into factors.",
        epilog="`unbraid COMMAND --help` explains each command.\n\n" + _EXIT_CODES,
        formatter_class=raw,
    )
    top.add_argument("--version", action="version", version=f"unbraid {__version__}")
    top.add_argument("--debug", action="store_true", help="show the traceback of an error")
    commands = top.add_subparsers(dest="command", metavar="COMMAND", required=True)
    parsers = {}
    for name, (summary, examples) in _COMMANDS.items():
        takes_overrides = name in ("train", "sweep")
        parsers[name] = commands.add_parser(
            name,
            help=summary,
            description=f"{summary[0].upper()}{summary[1:]}.",
            epilog=(_OVERRIDES + "\n" if takes_overrides else "") + examples + "\n" + _EXIT_CODES,
            formatter_class=raw,
        )
        if takes_overrides:
            parsers[name].add_argument("overrides", nargs="*", metavar="key=value")
    parsers["list"].add_argument("what", choices=("methods", "datasets", "spaces", "metrics"))
    parsers["list"].add_argument(
        "name",
        nargs="?",
        help="list the hyperparameters of this method, the options of this dataset or the "
        "numbers of this metric",
    )
    for name in ("status", "resume", "report"):
        parsers[name].add_argument("run_dir", help="a folder or URI that a sweep wrote")
    parsers["resume"].add_argument(
        "overrides", nargs="*", metavar="key=value", help="ray.*, device, data_root, retry_failed"
    )
    parsers["report"].add_argument("--out", type=Path, help="the HTML file (default: in run_dir)")
    parsers["report"].add_argument("--kind", help=_KINDS)
    parsers["doctor"].add_argument(
        "--data-root", help="folder with real data (default: UNBRAID_DATA)"
    )
    parsers["doctor"].add_argument(
        "--md5", action="store_true", help="compare data files with the published MD5 sums"
    )
    return top


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command; return its exit code."""
    arguments = list(sys.argv[1:] if arguments is None else arguments)
    options = parser().parse_args(arguments)
    options.arguments = arguments
    defer("torch")  # its import takes more than a second
    if str(Path.cwd()) not in sys.path:  # methods of the user's lie in the working directory
        sys.path.insert(0, str(Path.cwd()))
    interruption.listen()
    try:
        return int(importlib.import_module(f"harness.commands.{options.command}").run(options))
    except UserError as error:
        if options.debug:
            raise
        print(f"unbraid {options.command}: {error}", file=sys.stderr)
        return 2
    except KeyboardInterrupt:
        print(f"\nunbraid {options.command}: interrupted", file=sys.stderr)
        return 130
    except BrokenPipeError:  # `unbraid list methods | head`
        sys.stderr.close()
        return 1
