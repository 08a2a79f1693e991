"""The formats that results are exported to, and which options each of them takes."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from harness.errors import UserError, did_you_mean


@dataclass(frozen=True)
class Format:
    """A format.

    Attributes:
        name: as ``--format`` has it.
        makes: what it is, in a few words.
        target: file or folder within the run directory that it goes to unless told otherwise.
        options: the options that it takes beside those of every format.
    """

    name: str
    makes: str
    target: str
    options: tuple[str, ...] = ()

    @property
    def suffix(self) -> str:
        """What its file's name ends with; empty where it is a folder."""
        return f".{self.target.rpartition('.')[2]}" if "." in self.target else ""


FORMATS: Mapping[str, Format] = {
    each.name: each
    for each in (
        Format("csv", "a table as text, one row a trial", "trials.csv", ("curves",)),
        Format("parquet", "the same with its types", "trials.parquet", ("curves",)),
        Format(
            "latex",
            "a paper's table, mean ± spread over seeds",
            "table.tex",
            ("kind", "metrics", "spread", "decimals"),
        ),
        Format("tensorboard", "event files, one folder a trial", "tensorboard"),
        Format("mlflow", "a file store, one run a trial", "mlruns"),
        Format("wandb", "offline runs for `wandb sync`", "wandb"),
    )
}


def find_format(name: str) -> Format:
    """Return a format by its name.

    Raises:
        UserError: there is none of this name.
    """
    if name not in FORMATS:
        raise UserError(
            f"There is no format '{name}'.{did_you_mean(name, FORMATS)} Known: "
            f"{', '.join(FORMATS)}."
        )
    return FORMATS[name]


def check_options(chosen: Format, given: Mapping[str, Any]) -> None:
    """Refuse options that a format has no use for.

    Args:
        chosen: the format.
        given: options by name; one that was not given is None or False.

    Raises:
        UserError: names the first of them, and the formats that take it.
    """
    for name, value in given.items():
        if value is None or value is False or name in chosen.options:
            continue
        takers = [each.name for each in FORMATS.values() if name in each.options]
        raise UserError(
            f"--{name} says nothing to --format {chosen.name}; it belongs to "
            f"{' and '.join(takers)}. Leave it out."
        )
