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
  keep=all                                        keep every trained model, or best, or none
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

_FORMATS = """\
formats (docs/export.md says what each of them holds):
  csv, parquet   one row a trial with all its columns; with --curves one row a point
  latex          a booktabs table a dataset: mean ± spread over seeds, the best in bold
  tensorboard    event files: learning curves and hyperparameters of each trial
  mlflow         a file store, or a server with --out http://...: one run a trial
  wandb          offline runs that `wandb sync` uploads
Without --out the export goes into the run directory. What exists is replaced only with --force.
"""

_COMMANDS = {
    "list": (
        "name what there is to choose from, one line each",
        "examples:\n  unbraid list methods\n  unbraid list methods c_vitae\n"
        "  unbraid list metrics elbo\n  unbraid list scales smoke\n  unbraid list kinds\n",
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
    "config": (
        "print the resolved configuration of a sweep as YAML, with the source of each value",
        "examples:\n"
        "  unbraid config method=vae method.lr=3e-4 scale=smoke\n"
        "  unbraid config space=rodi_ablation scale=paper\n",
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
    "leaderboard": (
        "put every method of one or several run directories side by side, as one HTML file",
        "examples:\n"
        "  unbraid leaderboard runs/board\n"
        "  unbraid leaderboard runs/board s3://bucket/board --out board.html\n"
        "  unbraid leaderboard --add my_method.MyMethod --like runs/board\n"
        "trials that several run directories hold count once; what differs in budget, data or\n"
        "versions is marked and never averaged; docs/leaderboard.md says how to read the page\n",
    ),
    "compare": (
        "say what got better, worse or neither from one run directory to another",
        "examples:\n"
        "  unbraid compare runs/before runs/after\n"
        "  unbraid compare runs/before runs/after --out changes.html\n",
    ),
    "evaluate": (
        "compute further metrics of a sweep's kept models, without training again",
        "examples:\n"
        "  unbraid evaluate runs/stability metrics=[log_px]\n"
        "  unbraid evaluate runs/stability metrics=[log_px,my_metrics.sharpness] device=cuda\n"
        "models that have values already are left as they are; `unbraid list metrics` names what\n"
        "there is; the report then shows the new columns\n",
    ),
    "encode": (
        "write the codes of images by a kept model into a Parquet file",
        "examples:\n"
        "  unbraid encode runs/stability --out codes.parquet\n"
        "  unbraid encode runs/stability 0b1c2d3e4f50 --data dataset=glyphs --out codes.parquet\n"
        "without --data the images are those of the model's own dataset; NAME:PATH is short for\n"
        "dataset=NAME dataset.path=PATH; columns: split, index, GROUP.0 ... of each latent group,\n"
        "factor.NAME where known\n",
    ),
    "export": (
        "write a sweep's results in the format of another program",
        _FORMATS + "\nexamples:\n"
        "  unbraid export runs/stability --format csv\n"
        "  unbraid export runs/stability --format csv --curves\n"
        "  unbraid export runs/six --format latex --metrics elbo,mse --out paper/six.tex\n"
        "  unbraid export runs/stability --format tensorboard --out boards/stability\n",
    ),
    "cluster": (
        "say before money is spent whether a cluster's file is right, and what it costs an hour",
        "examples:\n"
        "  unbraid cluster check cluster.yaml\n"
        "  unbraid cluster check docs/clusters/local.yaml\n"
        "looks at the schema, at what is still to be set, at keys, machines, image, roles and\n"
        "bucket (on AWS), and at prices in a dated table; exit code 1 says that something is bad;\n"
        "docs/cluster.md explains the file\n",
    ),
    "submit": (
        "run a sweep on a cluster, from a machine that may then be switched off",
        "examples:\n"
        "  unbraid submit cluster.yaml sweep space=vitae_stability scale=paper dataset=mnist \\\n"
        "      run_dir=s3://BUCKET/stability\n"
        "  unbraid submit cluster.yaml resume s3://BUCKET/stability\n"
        "CLUSTER is the file that `ray up` was given, or the address of the cluster's dashboard.\n"
        "The folder you stand in is copied to the cluster, without what .gitignore names; Ctrl-C\n"
        "leaves the job running; the exit code is the job's\n",
    ),
    "jobs": ("list a cluster's jobs", "example:\n  unbraid jobs cluster.yaml\n"),
    "logs": (
        "print what a job on a cluster prints, until it ends",
        "examples:\n  unbraid logs cluster.yaml\n  unbraid logs cluster.yaml raysubmit_Xy1\n",
    ),
    "stop": (
        "end a job on a cluster; what it has finished is kept",
        "examples:\n  unbraid stop cluster.yaml\n  unbraid stop cluster.yaml raysubmit_Xy1\n",
    ),
    "doctor": (
        "check this machine (versions, processors, data, disk, Ray), or every file of a run",
        "examples:\n"
        "  unbraid doctor\n"
        "  unbraid doctor runs/stability\n"
        "  unbraid doctor s3://bucket/stability --repair\n"
        "of a run every row, curve, array and model is read and compared with its checksum and\n"
        "the plan; exit code 1 says that something is damaged; --repair moves that to corrupt/\n"
        "and deletes nothing; `unbraid resume` then runs what is missing\n",
    ),
    "watch": (
        "show how a running sweep gets on, from anywhere",
        "examples:\n"
        "  unbraid watch runs/stability\n"
        "  unbraid watch s3://bucket/stability --every 30\n"
        "reads the run directory alone; ends with the sweep or with Ctrl-C, with the exit code\n"
        "of `unbraid status`\n",
    ),
}


_ON_A_CLUSTER = ("submit", "jobs", "logs", "stop")
"""Commands whose modules have a room of their own."""


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
        takes_overrides = name in ("train", "sweep", "config")
        parsers[name] = commands.add_parser(
            name,
            help=summary,
            description=f"{summary[0].upper()}{summary[1:]}.",
            epilog=(_OVERRIDES + "\n" if takes_overrides else "") + examples + "\n" + _EXIT_CODES,
            formatter_class=raw,
        )
        if takes_overrides:
            parsers[name].add_argument("overrides", nargs="*", metavar="key=value")
    parsers["list"].add_argument(
        "what",
        choices=("methods", "datasets", "spaces", "metrics", "scales", "searches", "kinds"),
        help="kinds are those of reports",
    )
    parsers["list"].add_argument(
        "name",
        nargs="?",
        help="list the hyperparameters of this method, the options of this dataset, the numbers "
        "of this metric, the settings of this scale or search",
    )
    for name in ("status", "watch", "resume", "report", "evaluate", "encode", "export"):
        parsers[name].add_argument("run_dir", help="a folder or URI that a sweep wrote")
    parsers["resume"].add_argument(
        "overrides",
        nargs="*",
        metavar="key=value",
        help="ray.*, device, data_root, keep, retry_failed",
    )
    parsers["evaluate"].add_argument(
        "overrides", nargs="*", metavar="key=value", help="metrics=[NAME,...], device, data_root"
    )
    _add_encode(parsers["encode"])
    _add_jobs(parsers)
    parsers["report"].add_argument("--out", type=Path, help="the HTML file (default: in run_dir)")
    parsers["report"].add_argument("--kind", help=_KINDS)
    parsers["leaderboard"].add_argument(
        "run_dirs", nargs="*", metavar="run_dir", help="a folder or URI that a sweep wrote"
    )
    parsers["leaderboard"].add_argument(
        "--add", metavar="METHOD", help="run this method, such as my_method.MyMethod, and add it"
    )
    parsers["leaderboard"].add_argument(
        "--like",
        default="leaderboard",
        help="the run directory or search space whose protocol it goes through",
    )
    parsers["leaderboard"].add_argument(
        "--with",
        dest="further",
        nargs="+",
        default=[],
        metavar="key=value",
        help="what else its sweep is to be told: scale=small, 'method.d=choice(4,8)'",
    )
    parsers["leaderboard"].add_argument(
        "--out",
        type=Path,
        default=Path("leaderboard.html"),
        help="the HTML file (default: leaderboard.html)",
    )
    parsers["compare"].add_argument("before", metavar="run_a", help="a folder or URI, called A")
    parsers["compare"].add_argument("after", metavar="run_b", help="another, called B")
    parsers["compare"].add_argument("--out", type=Path, help="an HTML file to write as well")
    _add_export_options(parsers["export"])
    parsers["doctor"].add_argument(
        "run_dir", nargs="?", help="a folder or URI that a sweep wrote (default: this machine)"
    )
    parsers["doctor"].add_argument(
        "--repair", action="store_true", help="move what is damaged in RUN_DIR to corrupt/"
    )
    parsers["watch"].add_argument(
        "--every", type=float, default=5.0, help="seconds between two looks (default: 5)"
    )
    parsers["doctor"].add_argument(
        "--data-root", help="folder with real data (default: UNBRAID_DATA)"
    )
    parsers["doctor"].add_argument(
        "--md5", action="store_true", help="compare data files with the published MD5 sums"
    )
    return top


def _add_jobs(parsers: dict[str, argparse.ArgumentParser]) -> None:
    parsers["cluster"].add_argument("what", choices=("check",), help="look at its file")
    parsers["cluster"].add_argument("file", help="the YAML file that `ray up` is given")
    for name in _ON_A_CLUSTER:
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


def _add_export_options(export: argparse.ArgumentParser) -> None:
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


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command; return its exit code."""
    arguments = list(sys.argv[1:] if arguments is None else arguments)
    options = parser().parse_args(arguments)
    options.arguments = arguments
    if options.command not in (
        "report",
        "export",
        "leaderboard",
        "compare",
    ):  # scipy would look at it and so load it
        defer("torch")  # its import takes more than a second
    if str(Path.cwd()) not in sys.path:  # methods of the user's lie in the working directory
        sys.path.insert(0, str(Path.cwd()))
    interruption.listen()
    try:
        name = options.command
        if name in _ON_A_CLUSTER:
            name = f"cluster.{name}"
        elif name == "cluster":
            name = f"cluster.{options.what}"
        module = importlib.import_module(f"harness.commands.{name}")
        return int(module.run(options))
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
