"""Plain values to typed, validated dataclasses, with errors that name the key and the remedy."""

import dataclasses
import functools
import math
from collections.abc import Mapping
from typing import Any, Literal, TypeVar, get_origin, get_type_hints

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
        alike: dict[str, list[Any]] = {}  # of what may be of one of several types, all of them
        for one in error.errors():
            alike.setdefault(str(one["loc"][:1]), []).append(one)
        lines = [_explain(cls, prefix, ones) for ones in alike.values()]
        raise UserError("\n".join(lines)) from None
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


def _explain(cls: type[Any], prefix: str, errors: list[Any]) -> str:
    error = errors[0]
    if not error["loc"]:  # raised by the dataclass itself: an impossible combination
        message = str(error["msg"]).removeprefix("Value error, ")
        return f"{prefix.rstrip('.')}: {message}" if prefix else message
    key = str(error["loc"][0])
    if error["type"] == "missing":
        return f"'{prefix}{key}' is missing."
    given = str(error["input"]).lower() if isinstance(error["input"], bool) else error["input"]
    message = ", or ".join(each["msg"].replace("Input should", "must") for each in errors)
    suggestion = ""
    if any(each["type"] == "literal_error" for each in errors) and isinstance(given, str):
        suggestion = did_you_mean(given, _names(get_type_hints(cls)[key]))
    return f"{prefix}{key}={given} is not allowed: {key} {message}.{suggestion}"


def _names(hint: Any) -> list[str]:
    """Return the names that a literal allows, also one of several types."""
    arguments = getattr(hint, "__args__", ())
    if get_origin(hint) is Literal:
        return [str(name) for name in arguments]
    return [name for each in arguments for name in _names(each)]
