"""``unbraid submit``: run a command on a cluster, from a laptop that may then be closed."""

import argparse
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from harness.cluster import jobs
from harness.cluster.file import read
from harness.cluster.head import jobs_client
from harness.cluster.prices import Hourly, hourly
from harness.commands.running import preview
from harness.config.overrides import parse
from harness.config.sweep import Sweep, resolve
from harness.datasets.registry import check_available
from harness.errors import UserError
from harness.execution.cost.estimate import seconds_in_all
from harness.shell import command_line

if TYPE_CHECKING:
    from ray.job_submission import JobSubmissionClient

COMMANDS = ("sweep", "resume", "evaluate")
"""What runs on a cluster; the other commands read the run directory from anywhere."""


def run(options: argparse.Namespace) -> int:
    """Check a command here, start it there, and follow what it prints."""
    if options.job_command not in COMMANDS:
        raise UserError(
            f"`unbraid {options.job_command}` is not for a cluster: {', '.join(COMMANDS)} are. "
            "The others read the run directory from here."
        )
    words = list(options.words)
    if options.job_command == "sweep":
        words = with_cluster(words)
        sweep = checked_sweep(words)
        if sweep.settings.dry_run:
            return preview.show_plan(sweep, lambda planned: bill(planned, options.cluster))
    elif not words:
        raise UserError(f"`unbraid submit CLUSTER {options.job_command}` needs a run directory.")
    else:
        require_shared(words[0])
    with jobs_client(options.cluster) as client:
        job = jobs.start(client, [options.job_command, *words], Path.cwd())
        print(f"job {job} on {options.cluster}", flush=True)
        if options.detach:
            _say_what_next(options.cluster, job)
            return 0
        return followed(client, options.cluster, job)


def followed(client: "JobSubmissionClient", cluster: str, job: str) -> int:
    """Print a job's output until it ends; on Ctrl-C say that it goes on."""
    try:
        return jobs.follow(client, job)
    except KeyboardInterrupt:
        print(f"\n{job} goes on without this terminal.", file=sys.stderr)
        _say_what_next(cluster, job)
        return 130


def with_cluster(words: Sequence[str]) -> list[str]:
    """Return the words of a sweep with ``ray=cluster``, unless they choose another group."""
    chosen = any(override.key_or_group == "ray" for override in parse(words))
    return [*words] if chosen else [*words, "ray=cluster"]


def checked_sweep(words: Sequence[str]) -> Sweep:
    """Return the sweep that some words describe, planned here as it will be there.

    Raises:
        UserError: whatever is wrong with them; data is looked for on the cluster alone.
    """
    sweep = resolve(words)
    if not sweep.settings.run_dir:
        if sweep.settings.dry_run:
            return sweep
        raise UserError(
            "A sweep on a cluster needs run_dir=..., a place that all its nodes share, such as "
            "run_dir=s3://YOUR-BUCKET/NAME."
        )
    require_shared(sweep.settings.run_dir)
    return sweep


def require_shared(run_dir: str) -> None:
    """Refuse a run directory that would lie in the job's own folder, which goes with the job.

    Raises:
        UserError: names what would do.
    """
    if "://" in run_dir or Path(run_dir).is_absolute() or run_dir.startswith("~"):
        return
    raise UserError(
        f"run_dir={run_dir} would be a folder of one machine of the cluster and be lost with it. "
        "Give a place that all its nodes share: s3://BUCKET/NAME, or the absolute path of a "
        "folder of a network file system."
    )


def bill(sweep: Sweep, cluster: str) -> str:
    """Return lines on what a sweep would cost: an estimate, and what an hour costs at the most.

    The training is timed here, where a step takes longer than on a GPU in all but tiny networks.
    How long the trials really take there is not known, and so no bill of a sweep is the largest;
    that of an hour is.
    """
    costs = None if cluster.startswith(("http://", "https://")) else hourly(read(cluster))
    try:
        estimated = _estimate(sweep, costs)
    except UserError:
        lacking = _lacking(sweep)
        if not lacking:
            raise
        estimated = f"no estimate: the files of {' and '.join(lacking)} are not on this machine"
    return "\n".join([estimated, *_bound(costs, cluster)])


def _estimate(sweep: Sweep, costs: Hourly | None) -> str:
    seconds, source = seconds_in_all(sweep)
    hours = seconds / 3600 * (sweep.settings.ray.gpus_per_trial or 1)
    what = "GPU hours" if sweep.settings.ray.gpus_per_trial else "hours of a worker"
    usd = costs.bill(hours) if costs else None
    price = "" if usd is None else f" and {usd:,.2f} USD on the dearest worker and the head"
    return f"estimate: {hours:.2g} {what}{price}, if a trial trains there as fast as here, {source}"


def _lacking(sweep: Sweep) -> list[str]:
    """Return the datasets whose files are not on this machine."""
    lacking: dict[str, None] = {}
    for options in dict.fromkeys(trial.dataset for trial in sweep.trials):
        try:
            check_available(options, sweep.settings.data_folder)
        except UserError:
            lacking[options.name] = None
    return list(lacking)


def _bound(costs: Hourly | None, cluster: str) -> list[str]:
    if costs is None:
        return ["no prices: they are known with a cluster's YAML file"]
    if costs.most is None:
        return [f"no prices: machines of {cluster} are not in the table of them, or your own"]
    return [
        f"at most {costs.most:,.2f} USD an hour and {24 * costs.most:,.2f} USD a day with all "
        f"workers, however long the trials take, and {costs.idle:,.2f} USD an hour while the "
        f"cluster is idle: list prices of {costs.as_of}, without storage and traffic"
    ]


def _say_what_next(cluster: str, job: str) -> None:
    for what, command in (("To follow it", "logs"), ("To stop it", "stop")):
        print(f"{what}: " + command_line(["unbraid", command, cluster, job]), file=sys.stderr)
