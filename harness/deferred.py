"""Lets ``import torch`` wait until something of torch is used: planning a sweep uses nothing.

``importlib.util.LazyLoader`` is meant for this, but before Python 3.12 the second ``import`` of a
module that it has deferred already loads it.
"""

import importlib
import importlib.util
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from threading import Thread
from types import ModuleType
from typing import Any


class _Deferred(ModuleType):
    """Stands for a module until an attribute of it is asked for, and is then filled with its own.

    Whoever imported it before keeps this object, whoever comes later gets the module itself.
    """

    def __getattr__(self, attribute: str) -> Any:
        return getattr(_loaded(self), attribute)


def _loaded(deferred: _Deferred) -> ModuleType:
    """Return the module that a deferred one stands for, and fill that with its attributes."""
    if sys.modules.get(deferred.__name__) is deferred:
        sys.modules.pop(deferred.__name__, None)  # another thread may do the same
    module = importlib.import_module(deferred.__name__)
    deferred.__dict__.update(vars(module))
    deferred.__class__ = ModuleType  # type: ignore[assignment]
    return module


def defer(name: str) -> None:
    """Make ``import <name>`` cheap in this process; the first use of the module really imports it.

    ``import torch`` then waits, ``from torch import Tensor`` does not. Nothing changes where the
    module is imported already, or is not installed.
    """
    spec = importlib.util.find_spec(name) if name not in sys.modules else None
    if spec is not None:
        sys.modules[name] = _Deferred(name)
        sys.modules[name].__spec__ = spec


@contextmanager
def importing(name: str) -> Iterator[None]:
    """Really import a module meanwhile, in a thread; at the end it is there.

    For while this process waits for others. No signal may raise anything in the main thread then
    (``harness.interruption.held_back``).
    """
    thread = Thread(target=_import, args=[name])
    thread.start()
    try:
        yield
    finally:
        thread.join()


def _import(name: str) -> None:
    with suppress(Exception):  # who needs it gets the same again
        module = importlib.import_module(name)
        if isinstance(module, _Deferred):
            _loaded(module)
