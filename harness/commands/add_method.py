"""``unbraid leaderboard --add``: a method run through the protocol of a leaderboard."""

import re
import shlex
from collections.abc import Sequence
from pathlib import Path

from harness.commands import sweep
from harness.config.per_method import collect, split
from harness.config.search_spaces import load_space, space_files
from harness.config.sweep import resolve
from harness.errors import UserError, did_you_mean
from harness.methods import METHODS, declaration
from harness.results import RunDirectory

AROUND = 10.0
"""Where nothing else is said, a learning rate is searched so many times up and down."""

_NOT_PROTOCOL = (
    "run_dir",
    "keep",
    "dry_run",
    "retry_failed",
    "mix_code",
    "log",
    "log_dir",
    "method",
)
"""Settings of a sweep that a method added to it does not share."""

_NAMES_A_KEY = re.compile(r"\b[a-z_]+(\.[a-z_]+)*=")


def run(method: str, like: str, further: Sequence[str]) -> tuple[int, list[str]]:
    """Tune, choose and confirm a method as another sweep did its own, and go on if it was begun.

    Args:
        method: its name, or the dotted path of a class outside Unbraid.
        like: a run directory, or a search space; the run directory of a space's name is looked for
            where ``unbraid sweep`` puts it.
        further: overrides of this sweep, ``key=value``.

    Returns:
        The exit code, and the run directories to draw: the one that is like it, if there is one,
        and the method's own; none where nothing was to be run (``dry_run=true``).

    Raises:
        UserError: whatever is wrong with these, before anything starts.
    """
    try:
        return _run(method, like, further)
    except UserError as error:  # its remedies are those of `unbraid sweep`
        if not _NAMES_A_KEY.search(str(error)):
            raise
        raise UserError(f"{error} (`leaderboard --add` takes key=value behind --with.)") from error


def _run(method: str, like: str, further: Sequence[str]) -> tuple[int, list[str]]:
    location, arguments = _protocol(like)
    mine = [argument for argument in arguments if _key(argument) not in _NOT_PROTOCOL]
    mine.append(f"method={method}" if method in METHODS.paths() else f"method._target_={method}")
    if _is_search([*mine, *further]) and not _searched(method, [*mine, *further]):
        mine += _around_default(method)
    if not any(_key(argument) == "run_dir" for argument in further):
        mine.append(f"run_dir={location or Path('runs') / Path(like).stem}-{method}")
    overrides = [*mine, *further]
    resolved = resolve(overrides)
    code = sweep.start(resolved, ["sweep", *overrides], drawn_next=True)
    if resolved.settings.dry_run:
        return code, []
    return code, [*([location] if location else []), resolved.location]


def _protocol(like: str) -> tuple[str | None, list[str]]:
    """Return the run directory to be like, if there is one, and the overrides of its sweep."""
    known = space_files()
    is_space = like in known or like.endswith((".yaml", ".yml"))
    location = str(Path("runs") / Path(like).stem) if is_space else like
    directory = RunDirectory(location)
    if directory.holds_run():
        command = shlex.split(str(directory.sweep()["command"]))
        if command[1:2] != ["sweep"]:
            raise UserError(f"--like {like}: {location} was not written by `unbraid sweep`.")
        return location, command[2:]
    if not is_space:
        raise UserError(
            f"--like {like}: there is no such run directory or search space."
            f"{did_you_mean(like, known)} Search spaces: {', '.join(known)}."
        )
    load_space(like)
    return None, [f"space={like}"]


def _key(argument: str) -> str:
    return argument.partition("=")[0].removesuffix("._target_")


def _is_search(arguments: Sequence[str]) -> bool:
    """Say whether these overrides search; a grid runs the default, with its seeds."""
    given, space = split(arguments)
    asked = collect(space.arguments() if space else [], given)
    return bool(asked.fixed.get("search", "grid") != "grid")


def _searched(method: str, arguments: Sequence[str]) -> bool:
    """Say whether the command, or its space for this method, says what to search."""
    spaces = [argument.partition("=")[2] for argument in arguments if _key(argument) == "space"]
    if spaces and load_space(spaces[-1]).each.get(method):
        return True
    return any(
        _key(argument).startswith("method.") and ("choice(" in argument or "interval(" in argument)
        for argument in arguments
    )


def _around_default(method: str) -> list[str]:
    lr = getattr(declaration(method).Hyperparameters(), "lr", None)
    if not isinstance(lr, float) or lr <= 0:
        return []
    return [f"method.lr=tag(log,interval({lr / AROUND:g},{lr * AROUND:g}))"]
