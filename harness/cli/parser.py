"""The command line's grammar: commands, their arguments and options."""

import argparse
from pathlib import Path

from harness import __version__
from harness.cli.texts import COMMANDS, EXIT_CODES, OVERRIDES

ON_A_CLUSTER = ("submit", "jobs", "logs", "stop")
"""Commands that speak to a running cluster."""


def parser() -> argparse.ArgumentParser:
    """Return the parser of all commands."""
    raw = argparse.RawDescriptionHelpFormatter
    top = argparse.ArgumentParser(
        prog="unbraid",
        description="Sweeps and benchmarks for methods that disentangle images into factors.",
        epilog="`unbraid COMMAND --help` explains each command.\n\n" + EXIT_CODES,
        formatter_class=raw,
    )
    top.add_argument("--version", action="version", version=f"unbraid {__version__}")
    top.add_argument("--debug", action="store_true", help="show the traceback of an error")
    commands = top.add_subparsers(dest="command", metavar="COMMAND", required=True)
    parsers = {}
    for name, (summary, examples) in COMMANDS.items():
        takes_overrides = name in ("train", "sweep", "config")
        parsers[name] = commands.add_parser(
            name,
            help=summary,
            description=f"{summary[0].upper()}{summary[1:]}.",
            epilog=(OVERRIDES + "\n" if takes_overrides else "") + examples + "\n" + EXIT_CODES,
            formatter_class=raw,
        )
        if takes_overrides:
            parsers[name].add_argument("overrides", nargs="*", metavar="key=value")
    _add_list(parsers["list"])
    _add_runs(parsers)
    _add_encode(parsers["encode"])
    _add_clusters(parsers)
    _add_leaderboard(parsers["leaderboard"])
    _add_compare(parsers["compare"])
    _add_export(parsers["export"])
    _add_doctor(parsers["doctor"])
    return top


def _add_list(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "what",
        choices=("methods", "datasets", "spaces", "metrics", "scales", "searches", "kinds"),
        help="kinds are those of reports",
    )
    parser.add_argument(
        "name",
        nargs="?",
        help="list the hyperparameters of this method, the options of this dataset, the numbers "
        "of this metric, the settings of this scale or search",
    )


def _add_runs(parsers: dict[str, argparse.ArgumentParser]) -> None:
    """Add what the commands take that read one run directory."""
    for name in ("status", "watch", "resume", "report", "evaluate", "encode", "export"):
        parsers[name].add_argument("run_dir", help="a folder or URI that a sweep wrote")
    parsers["resume"].add_argument(
        "overrides",
        nargs="*",
        metavar="key=value",
        help="ray.*, device, data_root, keep, retry_failed, mix_code",
    )
    parsers["evaluate"].add_argument(
        "overrides",
        nargs="*",
        metavar="key=value",
        help="metrics=[NAME,...], device, data_root, mix_code",
    )
    parsers["report"].add_argument(
        "further",
        nargs="*",
        metavar="run_dir",
        help="more of them, for --kind differences, which reads them as one",
    )
    parsers["report"].add_argument("--out", type=Path, help="the HTML file (default: in run_dir)")
    parsers["report"].add_argument(
        "--kind",
        help="ablation, comparison, differences, stability, timing, tuning, or the dotted path of "
        "one of yours (default: the search space's own, or what follows from what was swept)",
    )
    parsers["watch"].add_argument(
        "--every", type=float, default=5.0, help="seconds between two looks (default: 5)"
    )


def _add_leaderboard(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "run_dirs", nargs="*", metavar="run_dir", help="a folder or URI that a sweep wrote"
    )
    parser.add_argument(
        "--add", metavar="METHOD", help="run this method, such as my_method.MyMethod, and add it"
    )
    parser.add_argument(
        "--like",
        help="the run directory or search space whose protocol it goes through (default: the "
        "search space leaderboard)",
    )
    parser.add_argument(
        "--with",
        dest="further",
        nargs="+",
        default=[],
        metavar="key=value",
        help="what else its sweep is to be told: scale=small, 'method.d=choice(4,8)'",
    )
    parser.add_argument(
        "--out",
        type=Path,
        default=Path("leaderboard.html"),
        help="the HTML file (default: leaderboard.html)",
    )


def _add_compare(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("before", metavar="run_a", help="a folder or URI, called A")
    parser.add_argument("after", metavar="run_b", help="another, called B")
    parser.add_argument("--out", type=Path, help="an HTML file to write as well")


def _add_doctor(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "run_dir", nargs="?", help="a folder or URI that a sweep wrote (default: this machine)"
    )
    parser.add_argument(
        "--repair", action="store_true", help="move what is damaged in RUN_DIR to corrupt/"
    )
    parser.add_argument("--data-root", help="folder with real data (default: UNBRAID_DATA)")
    parser.add_argument(
        "--md5", action="store_true", help="compare data files with the published MD5 sums"
    )


def _add_clusters(parsers: dict[str, argparse.ArgumentParser]) -> None:
    parsers["cluster"].add_argument("what", choices=("check",), help="look at its file")
    parsers["cluster"].add_argument("file", help="the YAML file that `ray up` is given")
    for name in ON_A_CLUSTER:
        parsers[name].add_argument(
            "cluster", help="the YAML file that `ray up` was given, or http://HOST:PORT"
        )
    for name in ("logs", "stop"):
        parsers[name].add_argument(
            "job", nargs="?", help="its id, or the beginning of it (default: the newest)"
        )
    submit = parsers["submit"]
    submit.add_argument("--detach", action="store_true", help="do not follow what the job prints")
    submit.add_argument("job_command", metavar="COMMAND", help="sweep, resume or evaluate")
    submit.add_argument("words", nargs="*", metavar="WORD", help="as behind `unbraid COMMAND`")


def _add_encode(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "trial", nargs="?", help="whose model (default: the only one, or the best by the outcome)"
    )
    parser.add_argument(
        "--data",
        nargs="+",
        metavar="WORD",
        help="NAME:PATH, or dataset=NAME, and options dataset.KEY=VALUE (default: the model's own)",
    )
    parser.add_argument("--split", choices=("train", "test", "all"), default="all")
    parser.add_argument("--out", required=True, help="the Parquet file, a path or a URI")
    parser.add_argument("--force", action="store_true", help="replace the file if it is there")
    parser.add_argument(
        "--device", default="auto", help="auto, cpu, cuda or cuda:1 (default: auto)"
    )
    parser.add_argument("--data-root", help="folder with real data (default: as in the sweep)")


def _add_export(export: argparse.ArgumentParser) -> None:
    add = export.add_argument
    add("--format", required=True, help="csv, parquet, latex, tensorboard, mlflow or wandb")
    add("--out", help="file or folder to write (default: in run_dir)")
    add("--force", action="store_true", help="replace what an export has written there before")
    add("--curves", action="store_true", help="csv, parquet: the learning curves")
    add("--kind", help="latex: comparison or ablation, whose numbers the table has (default: auto)")
    add("--metrics", help="latex: the columns, elbo,mse (default: every metric)")
    add(
        "--spread", help="latex: sd (standard deviation) or interval (Student's 95 %%; default: sd)"
    )
    add("--decimals", type=int, help="latex: of every number (default: by the spread of a metric)")
