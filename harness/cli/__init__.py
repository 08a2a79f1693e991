"""The command line: ``unbraid COMMAND ...``."""

import importlib
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from harness import interruption
from harness.cli.parser import ON_A_CLUSTER, parser
from harness.deferred import defer
from harness.errors import UserError
from harness.garbage import collect_as_usual, collect_seldom

_WITH_SCIPY = ("report", "export", "leaderboard", "compare")
"""Commands for which torch is not deferred: scipy would look at it and so load it."""

_WITH_WORKERS = ("sweep", "resume")
_WITHOUT_WORKERS = ("dry_run=", "ray.address=")
"""Begin the arguments by which these run nothing on this machine."""


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command; return its exit code."""
    arguments = list(sys.argv[1:] if arguments is None else arguments)
    options = parser().parse_args(arguments)
    options.arguments = arguments
    if options.command not in _WITH_SCIPY:
        defer("torch")  # its import takes more than a second
    if str(Path.cwd()) not in sys.path:  # methods of the user's lie in the working directory
        sys.path.insert(0, str(Path.cwd()))
    interruption.listen()
    sys.unraisablehook = interruption.tell_unraisable
    collect_seldom()
    try:
        name = options.command
        if name in ON_A_CLUSTER:
            name = f"cluster.{name}"
        elif name == "cluster":
            name = f"cluster.{options.what}"
        with _workers_ahead(options.command, arguments):
            module = importlib.import_module(f"harness.commands.{name}")
            return _heard_out(int(module.run(options)))
    except UserError as error:
        if options.debug:
            raise
        print(f"unbraid {options.command}: {error}", file=sys.stderr)
        return 2
    except KeyboardInterrupt:
        interruption.end_deaf()
        print(f"\nunbraid {options.command}: interrupted", file=sys.stderr)
        return interruption.EXIT_CODE
    except BrokenPipeError:  # `unbraid list methods | head`
        sys.stderr.close()
        return 1
    finally:
        collect_as_usual()


@contextmanager
def _workers_ahead(command: str, arguments: Sequence[str]) -> Iterator[None]:
    """Let workers of this machine import what they need while a sweep is planned, if it has any."""
    elsewhere = any(each.startswith(_WITHOUT_WORKERS) for each in arguments)
    if command not in _WITH_WORKERS or elsewhere:
        yield
        return
    from harness.execution.session.forking import starting

    starting.start()
    try:
        yield
    finally:
        starting.stop()


def _heard_out(code: int) -> int:
    """Hear no further signals after a command that was interrupted."""
    if code == interruption.EXIT_CODE:
        interruption.end_deaf()
    return code
