"""A digest of the source code that makes an array, so that an edit of it makes the array again.

What counts is the module of the function that makes the array and everything this module imports,
directly or through others: Unbraid's own code and the code of the package or folder that the
function is in. Other distributions are left out, and so are modules that change no pixels.
"""

import ast
import functools
import hashlib
import sys
import sysconfig
from collections.abc import Callable, Iterable, Iterator
from importlib.util import find_spec, resolve_name
from pathlib import Path
from typing import Any

_OURS = ("harness", "models")
_NO_PIXELS = (
    "harness.data.cache",
    "harness.data.dataset",
    "harness.data.options",
    "harness.errors",
    "harness.metrics.data",
    "harness.metrics.metric",
)
"""Modules and packages that declare, store or report; what they import does not count either."""

_INSTALLED = {sysconfig.get_path(name) for name in ("purelib", "platlib", "stdlib", "platstdlib")}


def digest_of(makers: Iterable[Callable[..., Any]]) -> str:
    """Return a digest of the source code that the results of some functions depend on."""
    return _digest(_modules_of(makers))


def digests_of(makers: Iterable[Callable[..., Any]]) -> dict[str, str]:
    """Return a digest of each module that some functions or classes depend on, by its name."""
    return {name: _read(name)[0][:16] for name in _behind(_modules_of(makers))}


def modules_behind(module: str) -> set[str]:
    """Return a module and the counted modules that it imports, directly or through others.

    Args:
        module: its dotted name. Neither it nor what it imports is executed: imports within
            functions count, those for type checkers alone do not.
    """
    root, folder = module.partition(".")[0], _folder(module)
    modules, waiting = set(), [module]
    while waiting:
        name = waiting.pop()
        if name not in modules and (name == module or _counts(name, root, folder)):
            modules.add(name)
            waiting += _read(name)[1]
    return modules


@functools.cache
def _digest(modules: tuple[str, ...]) -> str:
    described = "\n".join(f"{name} {_read(name)[0]}" for name in _behind(modules))
    return hashlib.sha256(described.encode()).hexdigest()


def _behind(modules: Iterable[str]) -> list[str]:
    return sorted(set().union(*map(modules_behind, modules)))


def _modules_of(makers: Iterable[Callable[..., Any]]) -> tuple[str, ...]:
    return tuple(sorted({_module_of(maker) for maker in makers}))


def _module_of(maker: Callable[..., Any]) -> str:
    while isinstance(maker, functools.partial):
        maker = maker.func
    return str(getattr(maker, "__module__", None) or type(maker).__module__)


def _counts(name: str, root: str, folder: Path | None) -> bool:
    if any(f"{name}.".startswith(f"{left_out}.") for left_out in _NO_PIXELS):
        return False
    first = name.partition(".")[0]
    return first in (*_OURS, root) or (folder is not None and _folder(name) == folder)


@functools.cache
def _folder(module: str) -> Path | None:
    """Return the folder of a module's top-level package, unless distributions are installed there.

    Files beside one another in a folder of a user's import each other without a package.
    """
    file = _file(module.partition(".")[0])
    if file is None:
        return None
    folder = file.parent.parent if file.name == "__init__.py" else file.parent
    return None if str(folder) in _INSTALLED or folder.name == "lib-dynload" else folder


@functools.cache
def _read(module: str) -> tuple[str, tuple[str, ...]]:
    """Return the digest of a module's source and the names of the modules that it imports."""
    file = _file(module)
    if file is None:
        return "", ()
    source = file.read_bytes()
    package = module if file.name == "__init__.py" else module.rpartition(".")[0]
    imported = {name for node in _imports(ast.parse(source).body) for name in _named(node, package)}
    return hashlib.sha256(source).hexdigest(), tuple(sorted(imported))


def _imports(body: Iterable[ast.AST]) -> Iterator[ast.Import | ast.ImportFrom]:
    """Yield the import statements below some statements; expressions hold none."""
    for node in body:
        if isinstance(node, ast.Import | ast.ImportFrom):
            yield node
        elif isinstance(node, ast.If) and "TYPE_CHECKING" in ast.unparse(node.test):
            yield from _imports(node.orelse)
        else:
            for part in ("body", "orelse", "finalbody", "handlers", "cases"):
                yield from _imports(
                    below if isinstance(below := getattr(node, part, ()), list) else ()
                )


def _named(node: ast.Import | ast.ImportFrom, package: str) -> Iterator[str]:
    """Yield the modules that an import statement names and that have a source file."""
    if isinstance(node, ast.Import):
        yield from (alias.name for alias in node.names if _file(alias.name))
        return
    base = resolve_name("." * node.level + (node.module or ""), package)
    below = [f"{base}.{alias.name}" for alias in node.names]
    modules = [name for name in below if _file(name)]
    yield from modules
    if len(modules) < len(below) and _file(base):
        yield base


@functools.cache
def _file(module: str) -> Path | None:
    """Return a module's source file; None for one without, such as an extension module."""
    there = sys.modules.get(module)
    # What is deferred (``harness.deferred``) has no file yet; to ask it for one would load it.
    loaded = vars(there).get("__file__") if there is not None else None
    if loaded:
        return Path(loaded) if loaded.endswith(".py") else None
    first, *rest = module.split(".")
    try:
        spec = find_spec(first)
    except (ImportError, ValueError):
        return None
    if spec is None:
        return None
    if not rest:
        return Path(spec.origin) if spec.origin and spec.origin.endswith(".py") else None
    stems = [Path(folder, *rest) for folder in spec.submodule_search_locations or ()]
    files = [
        file for stem in stems for file in (stem.with_name(f"{stem.name}.py"), stem / "__init__.py")
    ]
    return next((file for file in files if file.is_file()), None)
