"""YAML files that declare what papers say, each read as one dataclass."""

from pathlib import Path
from typing import TypeVar

import pydantic
import yaml

Declared = TypeVar("Declared")


def read_folder(folder: Path, kind: type[Declared]) -> dict[str, Declared]:
    """Return what every YAML file of a folder declares, by the name of the file.

    Raises:
        ValueError: as of :func:`read_file`.
    """
    return {path.stem: read_file(path, kind) for path in sorted(folder.glob("*.yaml"))}


def read_file(path: Path, kind: type[Declared]) -> Declared:
    """Return what a file declares.

    Raises:
        ValueError: it is not of the format; the message names the file and the key.
    """
    try:
        content = yaml.safe_load(path.read_text(encoding="utf-8"))
        return pydantic.TypeAdapter(kind).validate_python(content)
    except (yaml.YAMLError, pydantic.ValidationError) as error:
        raise ValueError(f"{path.name}: {error}") from error
