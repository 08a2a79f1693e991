"""Attributes of Ray's modules that are others for a while."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any


@contextmanager
def replacing(module: Any, **instead: Any) -> Iterator[None]:
    """Replace attributes of a module; those that it has not, in some version, it does not get."""
    before = {name: getattr(module, name) for name in instead if hasattr(module, name)}
    try:
        for name in before:
            setattr(module, name, instead[name])
        yield
    finally:
        for name, original in before.items():
            setattr(module, name, original)
