"""Plain values to typed, validated dataclasses, with errors that name the key and the remedy."""

import dataclasses
import functools
import math
from collections.abc import Mapping
from typing import Any, TypeVar, get_type_hints

import pydantic

from harness.errors import UserError, did_you_mean

T = TypeVar("T")


def build(cls: type[T], values: Mapping[str, Any], where: str) -> T:
    """Return an instance of the dataclass ``cls`` made of ``values``.

    Args:
        cls: a dataclass; ``Annotated`` ranges and ``Literal`` names are enforced.
        values: plain values by field name.
        where: the configuration path of these values, e.g. ``method``; empty at the top.

    Raises:
        UserError: an unknown key, a wrong type, a value out of range.
    """
    prefix = f"{where}." if where else ""
    known = [field.name for field in dataclasses.fields(cls)]  # type: ignore[arg-type]
    for key in values:
        if key not in known:
            raise UserError(
                f"Unknown key '{prefix}{key}'.{did_you_mean(key, known)} Known: {', '.join(known)}."
            )
    for key, value in values.items():
        if isinstance(value, float) and not math.isfinite(value):
            raise UserError(f"{prefix}{key}={value} is not a finite number.")
    try:
        built: T = _adapter(cls).validate_python(dict(values))  # type: ignore[arg-type]
    except pydantic.ValidationError as error:
        raise UserError("\n".join(_explain(cls, prefix, e) for e in error.errors())) from None
    for key, value in values.items():
        _require_same_truth(f"{prefix}{key}", value, getattr(built, key))
    return built


def _require_same_truth(path: str, given: Any, understood: Any) -> None:
    """Refuse a boolean that was taken for a number, or a number for a boolean, in lists too."""
    if isinstance(given, list | tuple) and isinstance(understood, list | tuple):
        for one, other in zip(given, understood, strict=False):
            _require_same_truth(path, one, other)
    elif isinstance(given, bool) and not isinstance(understood, bool):
        written = str(given).lower()
        raise UserError(f"{path}={written} is not allowed: write a number, not {written}.")
    elif isinstance(understood, bool) and not isinstance(given, bool):
        raise UserError(f"{path}={given} is not allowed: write true or false.")


@functools.cache  # building a validator takes longer than using it many times
def _adapter(cls: Any) -> pydantic.TypeAdapter[Any]:
    return pydantic.TypeAdapter(cls)


def _explain(cls: type[Any], prefix: str, error: Any) -> str:
    if not error["loc"]:  # raised by the dataclass itself: an impossible combination
        message = str(error["msg"]).removeprefix("Value error, ")
        return f"{prefix.rstrip('.')}: {message}" if prefix else message
    key = str(error["loc"][0])
    if error["type"] == "missing":
        return f"'{prefix}{key}' is missing."
    given = str(error["input"]).lower() if isinstance(error["input"], bool) else error["input"]
    message = error["msg"].replace("Input should", "must")
    suggestion = ""
    if error["type"] == "literal_error" and isinstance(given, str):
        hint = get_type_hints(cls)[key]
        suggestion = did_you_mean(given, [str(name) for name in getattr(hint, "__args__", ())])
    return f"{prefix}{key}={given} is not allowed: {key} {message}.{suggestion}"
