"""What the command line leans on that Hydra does not promise: how it makes plain values.

``Override.value()`` turns what the grammar parsed, quoted strings and nested lists, into plain
Python, but only of an override with one value; for the elements of ``choice(...)`` the conversion
it applies is ``Override._convert_value``. Should that go, :func:`plain_value` raises AttributeError
and every test of sweeps fails: parse ``key=<element>`` for each element with the public
``OverridesParser.parse_override`` and take its ``value()``, which is slower.
"""

from typing import Any

from hydra.core.override_parser.types import Override


def plain_value(element: Any) -> Any:
    """Return one element of a sweep as ``Override.value()`` would return it alone."""
    return Override._convert_value(element)
