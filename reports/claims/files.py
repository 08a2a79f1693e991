"""YAML files that declare what papers say, each read as one dataclass."""

from pathlib import Path
from typing import Any, TypeVar

import pydantic
import yaml

from harness.errors import UserError
from harness.spaces.axes import number_or
from harness.yaml_text import read_yaml, told_by_yaml

Declared = TypeVar("Declared")


def read_folder(folder: Path, kind: type[Declared]) -> dict[str, Declared]:
    """Return what every YAML file of a folder declares, by the name of the file.

    Raises:
        UserError: as of :func:`read_file`.
    """
    return {path.stem: read_file(path, kind) for path in sorted(folder.glob("*.yaml"))}


def read_file(path: Path, kind: type[Declared]) -> Declared:
    """Return what a file declares.

    Raises:
        UserError: it is not of the format; the message names the file and the key.
    """
    try:
        return pydantic.TypeAdapter(kind).validate_python(_with_numbers(content_of(path)))
    except pydantic.ValidationError as error:
        raise UserError(f"{path}: {'; '.join(_mistakes(error))}.") from error


def content_of(path: Path) -> Any:
    """Return what a YAML file holds.

    Raises:
        UserError: it cannot be read as YAML.
    """
    try:
        return read_yaml(path.read_text(encoding="utf-8"))
    except (yaml.YAMLError, UnicodeDecodeError) as error:
        raise UserError(f"{path} is not YAML: {told_by_yaml(error)}.") from error


def _mistakes(error: pydantic.ValidationError) -> list[str]:
    """Return each mistake with its key: ``measure.at_leest: unexpected keyword argument``."""
    told = []
    for each in error.errors():
        key = ".".join(map(str, each["loc"]))
        what = each["msg"].removeprefix("Value error, ")
        told.append(f"{key}: {what}" if key else what)
    return told


def _with_numbers(content: Any) -> Any:
    """Return content in which values of a configuration, ``method.lr: 1e-4``, are numbers.

    YAML takes that for text. No trial has it, so that a statement of such trials would be of none.
    """
    if isinstance(content, list):
        return [_with_numbers(each) for each in content]
    if not isinstance(content, dict):
        return content
    return {
        key: number_or(value) if "." in str(key) else _with_numbers(value)
        for key, value in content.items()
    }
