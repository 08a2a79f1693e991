"""A dataset chosen by words of a command: ``folder:PATH``, or ``dataset=glyphs`` and options."""

import re
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from harness.config.build import build
from harness.config.compose import compose_config
from harness.config.overrides import parse
from harness.data.options import DatasetOptions
from harness.datasets.registry import DATASETS
from harness.errors import UserError

_SHORT = re.compile(r"(?P<name>[\w.]+):(?P<path>.+)")

GRAMMAR = "Write NAME:PATH, or dataset=NAME, and options as dataset.KEY=VALUE."
"""What words are understood, for messages."""


def chosen_dataset(words: Sequence[str]) -> DatasetOptions:
    """Return the dataset that some words choose.

    Args:
        words: ``NAME:PATH`` is short for ``dataset=NAME dataset.path=PATH``, whatever signs the
            path has; other words are ``dataset=NAME`` and ``dataset.KEY=VALUE`` in Hydra's grammar.

    Raises:
        UserError: no dataset or two, an unknown one or option, or a value that is not allowed.
    """
    choices: dict[str, Any] = {}
    values: dict[str, Any] = {}
    for word in words:
        if short := _SHORT.fullmatch(word):
            path = short["path"]
            values["dataset.path"] = str(Path(path).expanduser()) if path[0] == "~" else path
            key, value = "dataset", short["name"]
        else:
            (override,) = parse([word])
            key = override.key_or_group.removesuffix("._target_")
            if override.is_sweep_override():
                raise UserError(f"'{word}': give it one value. {GRAMMAR}")
            value = override.value()
        if key == "dataset":
            if key in choices:
                raise UserError(f"'{word}': one dataset is enough. {GRAMMAR}")
            choices[key] = value
        elif key.startswith("dataset."):
            values[key] = value
        else:
            raise UserError(f"'{word}' chooses no data. {GRAMMAR}")
    if not choices:
        raise UserError(f"{' '.join(words)} names no dataset. {GRAMMAR}")
    config = dict(compose_config(choices, values)["dataset"])
    return build(DATASETS.load(config.pop("name")), config, "dataset")
