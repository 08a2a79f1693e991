"""Commands of ours as jobs of a cluster: started, followed, listed and stopped.

A job is ``python -m harness COMMAND`` on the head, in a copy of the folder that the user stands in.
It runs whether or not anybody follows it.
"""

import asyncio
import shlex
import sys
import time
from collections.abc import Sequence
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from harness.errors import UserError
from harness.provenance import COMMIT, DIRTY, code_version

if TYPE_CHECKING:
    from ray.job_submission import JobSubmissionClient

EXCLUDED = [".git", ".venv", "runs", "__pycache__", "*.pyc", ".*_cache", "*.egg-info"]
"""What is not sent to the cluster, beside what ``.gitignore`` names (in its grammar)."""

COMMAND = "unbraid"
"""Key of a job's metadata that holds the command as it was given."""

AGAIN_S = 2.0
"""Seconds until a lost connection is tried again."""
_TRIES = 30


def start(client: "JobSubmissionClient", words: Sequence[str], folder: Path) -> str:
    """Send a folder to the cluster and start a command in it; return the job's id.

    Args:
        client: see ``harness.cluster.head``.
        words: the command, such as ``["sweep", "method=vae", ...]``.
        folder: copied to the head, and from there to the nodes that run trials; at most 512 MiB.

    Raises:
        UserError: the folder is too large, or the cluster refuses the job.
    """
    known = {COMMIT: code_version()["git_commit"], DIRTY: code_version()["git_dirty"]}
    variables = {name: str(value) for name, value in known.items() if value is not None}
    try:
        return str(
            client.submit_job(
                entrypoint=shlex.join(["python", "-m", "harness", *words]),
                runtime_env={
                    "working_dir": str(folder),
                    "excludes": EXCLUDED,
                    "env_vars": {**variables, "PYTHONUNBUFFERED": "1"},
                },
                metadata={COMMAND: shlex.join(["unbraid", *words])},
            )
        )
    except (RuntimeError, ValueError, ConnectionError) as error:
        text = str(error)
        if "exceeds" in text or "Package size" in text:
            raise UserError(
                f"{folder} is too large to be sent to the cluster ({text.splitlines()[0]}). Name "
                "what is not needed there in .gitignore, or keep data and results elsewhere."
            ) from None
        raise UserError(f"The cluster does not take the job: {text.splitlines()[0]}") from None


def follow(client: "JobSubmissionClient", job: str) -> int:
    """Print a job's output until it ends; return its exit code.

    A connection that is lost is made again, and goes on behind what was printed.

    Raises:
        KeyboardInterrupt: on Ctrl-C, which leaves the job running.
        UserError: the cluster does not answer any more.
    """
    printed, failures = 0, 0
    while True:
        try:
            printed, more = asyncio.run(_print_from(client, job, printed))
            failures = 0 if more else failures
            details = client.get_job_info(job)
        except (RuntimeError, OSError) as error:
            failures += 1
            if failures > _TRIES:
                raise UserError(
                    f"The cluster does not answer ({error}). The job {job} goes on."
                ) from None
            time.sleep(AGAIN_S)
            continue
        if details.status.is_terminal():
            return _exit_code(details)
        time.sleep(0 if more else AGAIN_S / 4)


async def _print_from(client: "JobSubmissionClient", job: str, printed: int) -> tuple[int, bool]:
    """Print what is new of a job's output; return how much there has been, and if some was new."""
    so_far = 0
    async for text in client.tail_job_logs(job):
        new = text[max(0, printed - so_far) :]
        so_far += len(text)
        sys.stdout.write(new)
        sys.stdout.flush()
    return max(printed, so_far), so_far > printed


def _exit_code(details: Any) -> int:
    if str(details.status) == "SUCCEEDED":
        return 0
    if str(details.status) == "STOPPED":
        return 130
    if details.driver_exit_code is None and details.message:  # it never began
        print(details.message, file=sys.stderr)
    return int(details.driver_exit_code or 1)


def listed(client: "JobSubmissionClient") -> list[Any]:
    """Return the cluster's jobs that were submitted to it, the newest last."""
    jobs = [job for job in client.list_jobs() if job.submission_id]
    return sorted(jobs, key=lambda job: job.start_time or 0)


def chosen(client: "JobSubmissionClient", job: str | None, *, running: bool = False) -> str:
    """Return a job's id: the one that was named, or the newest.

    Args:
        client: see ``harness.cluster.head``.
        job: its id, or the beginning of it; None for the newest.
        running: take only what has not ended.

    Raises:
        UserError: there is none.
    """
    jobs = listed(client)
    if job:
        jobs = [each for each in jobs if each.submission_id.startswith(job)]
    elif running:
        jobs = [each for each in jobs if not each.status.is_terminal()]
    if not jobs:
        which = f" {job}" if job else " that runs" if running else ""
        raise UserError(f"The cluster has no job{which}; `unbraid jobs CLUSTER` lists them.")
    return str(jobs[-1].submission_id)


def stop(client: "JobSubmissionClient", job: str, patience_s: float = 60.0) -> bool:
    """Ask a job to end and wait until it has; return whether it was running.

    Raises:
        UserError: it does not end.
    """
    try:
        if not client.stop_job(job):
            return False
    except RuntimeError as error:
        raise UserError(str(error).splitlines()[0]) from None
    deadline = time.monotonic() + patience_s
    while not client.get_job_status(job).is_terminal():
        if time.monotonic() > deadline:
            raise UserError(f"{job} was asked to stop and has not ended within {patience_s:g} s.")
        time.sleep(AGAIN_S / 4)
    return True


def line(job: Any) -> str:
    """Return a job as a line of a list: id, status, when it began, what it runs."""
    began = job.start_time and datetime.fromtimestamp(job.start_time / 1000)
    when = f"{began:%Y-%m-%d %H:%M}" if began else "-"
    what = (job.metadata or {}).get(COMMAND, job.entrypoint)
    return f"{job.submission_id:<28} {str(job.status).lower():<10} {when:<16} {what}"
