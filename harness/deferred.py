"""Lets ``import torch`` wait until something of torch is used: planning a sweep uses nothing.

``importlib.util.LazyLoader`` is meant for this, but before Python 3.12 the second ``import`` of a
module that it has deferred already loads it.
"""

import importlib
import importlib.util
import sys
from types import ModuleType
from typing import Any


class _Deferred(ModuleType):
    """Stands for a module until an attribute of it is asked for, and is then filled with its own.

    Whoever imported it before keeps this object, whoever comes later gets the module itself.
    """

    def __getattr__(self, attribute: str) -> Any:
        if sys.modules.get(self.__name__) is self:
            del sys.modules[self.__name__]
        module = importlib.import_module(self.__name__)
        self.__dict__.update(vars(module))
        self.__class__ = ModuleType  # type: ignore[assignment]
        return getattr(module, attribute)


def defer(name: str) -> None:
    """Make ``import <name>`` cheap in this process; the first use of the module really imports it.

    ``import torch`` then waits, ``from torch import Tensor`` does not. Nothing changes where the
    module is imported already, or is not installed.
    """
    spec = importlib.util.find_spec(name) if name not in sys.modules else None
    if spec is not None:
        sys.modules[name] = _Deferred(name)
        sys.modules[name].__spec__ = spec
