"""Things of one kind by name: ours, those of installed distributions, and anybody's by dotted path.

Methods, datasets, metrics and kinds of report are all found this way. Nothing is imported before it
is asked for, so a table of names costs nothing.
"""

import ast
import functools
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from importlib import import_module
from importlib.machinery import ModuleSpec
from importlib.metadata import entry_points
from importlib.util import find_spec
from pathlib import Path
from typing import Generic, TypeVar

from harness.errors import UserError, did_you_mean

T = TypeVar("T")

_reading_a_run = False
"""Whether names come from a run directory. Of the whole process: threads may help to draw."""


@contextmanager
def names_of_a_run() -> Iterator[None]:
    """Load nothing meanwhile by a dotted path: a run directory is data, and may be a stranger's.

    What is known by name is loaded, and what the user has named in this process already.
    """
    global _reading_a_run  # noqa: PLW0603 - as wide as the imports it forbids
    before, _reading_a_run = _reading_a_run, True
    try:
        yield
    finally:
        _reading_a_run = before


@dataclass(frozen=True, eq=False)
class Plugins(Generic[T]):
    """The things of one kind.

    Attributes:
        kind: what one is called in messages: ``method``.
        group: entry point group in which other distributions name theirs: ``unbraid.methods``.
        ours: dotted path (``package.module.Name``) of each of this distribution, by name.
        check: returns what a path led to, or raises TypeError with the reason why it is none.
        example: a dotted path to show to who misspelt a name.
    """

    kind: str
    group: str
    ours: Mapping[str, str]
    check: Callable[[object, str], T]
    example: str
    _checked: dict[str, tuple[object, T]] = field(default_factory=dict, init=False, repr=False)

    def paths(self) -> dict[str, str]:
        """Return the dotted path of everything known by name; a name of ours cannot be taken."""
        return {**_installed(self.group), **self.ours}

    def load(self, name: str) -> T:
        """Return what has this name, or lies at this dotted path.

        Raises:
            UserError: no such name, module or attribute, it cannot be imported, or it is something
                else; the message says which. Or a run directory alone names its path
                (:func:`names_of_a_run`).
        """
        path = self.ours.get(name) or _installed(self.group).get(name, name)
        if _reading_a_run and name not in self.paths() and path not in self._checked:
            raise UserError(
                f"{self.kind} '{name}' is code that only the run directory names, and drawing a "
                "run runs no code that it names."
            )
        if "." not in path or not all(path.split(".")):
            raise UserError(
                f"There is no {self.kind} '{name}'.{did_you_mean(name, self.paths())} Known: "
                f"{', '.join(sorted(self.paths()))}. One of your own goes by its dotted path, like "
                f"{self.example}."
            )
        thing = self._import(path)
        # Every trial of a plan loads its method and metrics, so that each is checked only once.
        if path not in self._checked or self._checked[path][0] is not thing:
            try:
                self._checked[path] = thing, self.check(thing, path)
            except Exception as error:  # whatever a stranger's class raises when it is looked at
                if isinstance(error, TypeError) and path in str(error):  # the check's own words
                    raise UserError(f"{self.kind} {error}.") from error
                raise UserError(
                    f"{self.kind} '{path}' cannot be used: {type(error).__name__}: {error}."
                ) from error
        return self._checked[path][1]

    def summary(self, name: str) -> str:
        """Return the first line of the docstring, read from the source without importing it.

        One of another distribution that cannot be read says so, and spoils no list.
        """
        module, _, attribute = self.paths()[name].rpartition(".")
        try:
            spec = _spec(module)
            if spec is None or not spec.origin or not spec.origin.endswith(".py"):
                return (getattr(self.load(name), "__doc__", "") or "").strip().partition("\n")[0]
            source = ast.parse(Path(spec.origin).read_text(encoding="utf-8"))
        except UserError as error:
            return f"(cannot be read: {error})"
        except Exception as error:  # whatever is wrong with a stranger's file
            return f"(cannot be read: {type(error).__name__}: {error})"
        for node in source.body:
            if isinstance(node, ast.ClassDef | ast.FunctionDef) and node.name == attribute:
                return (ast.get_docstring(node) or "(no docstring)").partition("\n")[0]
        return "(not found in its module)"

    def _import(self, path: str) -> object:
        owner, _, attribute = path.rpartition(".")
        try:
            return _attribute(owner, attribute)
        except _NotThereError:
            raise UserError(f"{self.kind} '{path}': '{owner}' has no '{attribute}'.") from None
        except ModuleNotFoundError as error:
            # A module that is there but lacks one of its own imports is another mistake.
            if error.name is None or not f"{owner}.".startswith(f"{error.name}."):
                raise UserError(
                    f"{self.kind} '{path}': its module cannot be imported, for it needs "
                    f"'{error.name or error}', which is not installed."
                ) from error
            raise UserError(
                f"{self.kind} '{path}': there is no module '{error.name}' on this Python's path."
            ) from error
        except (Exception, SystemExit) as error:  # whatever a stranger's module raises
            raise UserError(
                f"{self.kind} '{path}': importing its module failed: "
                f"{type(error).__name__}: {error}."
            ) from error


def _spec(module: str) -> ModuleSpec | None:
    """Return where a module is; None for a class, in which another is nested."""
    try:
        return find_spec(module)
    except ModuleNotFoundError:
        return None


class _NotThereError(Exception):
    """A module or class has no such attribute."""


def _attribute(owner: str, name: str) -> object:
    """Return an attribute of a module, or of a class in one, by the owner's dotted path."""
    try:
        holder: object = import_module(owner)
    except ModuleNotFoundError as error:
        # ``module.Outer`` of a nested class is no module, but an attribute of one.
        if error.name != owner or "." not in owner:
            raise
        parent, _, outer = owner.rpartition(".")
        try:
            holder = _attribute(parent, outer)
        except _NotThereError:
            raise error from None
    if not hasattr(holder, name):
        raise _NotThereError
    return getattr(holder, name)


@functools.cache  # looking through what is installed takes 2 ms, and a plan has 10,000 trials
def _installed(group: str) -> dict[str, str]:
    return {each.name: f"{each.module}.{each.attr}" for each in entry_points(group=group)}
