"""How often Python looks for garbage: seldom where a process imports, as usual where it trains.

torch, Ray, Tune and pandas are a million objects that stay. By default the collector goes through
all there are each time they have become a quarter more, which is a quarter of what imports take.
"""

import gc

SELDOM = 50_000
"""New objects after which the young ones are looked through while a process starts."""

_USUAL = gc.get_threshold()


def collect_seldom() -> None:
    """Look for garbage seldom from here on: for a process that begins to import."""
    gc.set_threshold(SELDOM, *_USUAL[1:])


def collect_as_usual() -> None:
    """Look for garbage as Python does by default: a cycle may hold tensors of any size."""
    gc.set_threshold(*_USUAL)
