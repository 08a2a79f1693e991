"""Sweeps, single trials and reports from Python, with the words of the command line.

Nothing heavy is imported before it is needed, as on the command line.
"""

import argparse
import importlib
import signal
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

from harness import interruption
from harness.errors import UserError
from harness.shell import hydra_value

if TYPE_CHECKING:
    from harness.results import Results

_LISTS = ("metrics", "log")
"""Settings that are lists themselves: a list of these is one value and no sweep."""


def sweep(*overrides: str | Mapping[str, Any], **values: Any) -> "Results":
    """Run a sweep, or what is missing of it, and return its results.

    ``sweep("space=vitae_stability", scale="smoke", run_dir="runs/nb")`` does what
    ``unbraid sweep space=vitae_stability scale=smoke run_dir=runs/nb`` does, progress included.
    A list of values is swept: ``sweep({"method.lr": [1e-4, 1e-3]}, method=["vae", "c_vitae"])``.

    Args:
        overrides: ``key=value`` as on the command line, or mappings of keys to values.
        values: the same for keys that are Python names.

    Returns:
        ``trials``, ``curves`` and ``plan`` are data frames; ``location`` is the run directory.
        Trials that failed are rows with their traceback in ``error``.

    Raises:
        UserError: what would make the command exit with 2.
        KeyboardInterrupt: it was interrupted; what is finished is kept, and the same call goes on.
    """
    return _run("sweep", overrides, values)


def train(*overrides: str | Mapping[str, Any], **values: Any) -> "Results":
    """Train one trial in this process, without Ray, and return its results, one row.

    The trained method is ``load_model(results.location)``. For arguments and errors see
    :func:`sweep`; nothing can be swept here.
    """
    return _run("train", overrides, values)


def load(run_dir: str | Path) -> "Results":
    """Return the results of a run directory: finished, running, or killed.

    Raises:
        UserError: there is no run, its plan is torn, or a newer version of this program wrote it.
    """
    results: Results = importlib.import_module("harness.results").load(run_dir)
    return results


def report(
    run: "str | Path | Results", *, kind: str | None = None, out: str | Path | None = None
) -> Path:
    """Draw the report of a run and return the path of its HTML file.

    In a notebook ``IPython.display.IFrame(path, "100%", 600)`` shows it.

    Args:
        run: a run directory, or its results.
        kind: the kind of report; None for the one that follows from what was swept.
        out: the file; None for ``report.html`` in the run directory.

    Raises:
        UserError: there is no run, no such kind, or the file cannot be written.
    """
    location = run if isinstance(run, str | Path) else run.location
    drawn: Path = importlib.import_module("harness.commands.report").draw(location, kind, out)[0]
    return drawn


def _run(command: str, overrides: tuple[Any, ...], values: Mapping[str, Any]) -> "Results":
    words = [word for each in (*overrides, values) for word in _as_words(each)]
    module = importlib.import_module(f"harness.commands.{command}")
    location = module.location_of(words)
    with _interruptible():
        code = module.run(argparse.Namespace(overrides=words, arguments=[command, *words]))
    if code == interruption.EXIT_CODE:
        raise KeyboardInterrupt
    return load(location)


def _as_words(given: str | Mapping[str, Any]) -> list[str]:
    """Return overrides as the command line has them.

    Raises:
        UserError: a plan was asked for, which has no results.
    """
    words = [given] if isinstance(given, str) else [_word(k, v) for k, v in given.items()]
    if any(word.partition("=")[0] == "dry_run" for word in words):
        raise UserError("dry_run prints a plan and has no results: use `unbraid sweep` for it.")
    return words


def _word(key: str, value: Any) -> str:
    value = str(value) if isinstance(value, Path) else value
    if isinstance(value, list) and key not in _LISTS:
        return f"{key}=choice({','.join(map(hydra_value, value))})"
    return f"{key}={hydra_value(value)}"


@contextmanager
def _interruptible() -> Iterator[None]:
    """Let signals interrupt what runs, and afterwards do what they did before.

    Raises:
        UserError: this is not the main thread, which alone hears signals.
    """
    if threading.current_thread() is not threading.main_thread():
        raise UserError("Trials run in the main thread only, which alone can be interrupted.")
    handlers = [signal.getsignal(number) for number in interruption.SIGNALS]
    interruption.listen()
    try:
        yield
    finally:
        for number, handler in zip(interruption.SIGNALS, handlers, strict=True):
            signal.signal(number, handler)
