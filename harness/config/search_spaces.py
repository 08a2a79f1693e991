"""Search spaces: the YAML files of ``search_spaces/``, and files of the user's own."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import yaml

import search_spaces
from harness.config.build import build
from harness.errors import UserError, did_you_mean
from harness.spaces.axes import number_or
from harness.yaml_text import read_yaml, told_by_yaml


@dataclass(frozen=True)
class SearchSpace:
    """What is swept for one table, figure or tuning task.

    Attributes:
        name: the file's name without ``.yaml``.
        title: what the sweep shows, in a line.
        source: the table or figure of the paper it stands for.
        report: kind of report that ``unbraid report`` draws; "" for what follows from the sweep.
        paper: which published statements the report sets beside the results.
        fixed: configuration paths or groups and their values.
        sweep: configuration paths or groups and their sweeps, in Hydra's grammar.
        each: further values or sweeps for one method of several, by its name.
        at_scale: further values or sweeps at one scale, by its name: smaller images for a quick
            look; and under ``baseline`` what of the baseline is another there.
        variants: further values that go together, by a name for them: all that is swept is run with
            each. They are for settings of which not every combination is to be run, such as one
            switch at a time.
        baseline: values of swept keys that name what an ablation report compares with; a key that
            is left out takes its first value.
        constraints: what an ablation report shows as met or broken, ``"i_t_prime <=
            method.epsilon + 0.02"``: a metric, a number or a hyperparameter, and a tolerance.
        effects_on: metrics beside the outcome of which an ablation report shows what each factor
            does to them.
    """

    name: str
    title: str
    source: str = ""
    report: str = ""
    paper: str = ""
    fixed: dict[str, Any] = field(default_factory=dict)
    sweep: dict[str, str] = field(default_factory=dict)
    each: dict[str, dict[str, Any]] = field(default_factory=dict)
    at_scale: dict[str, dict[str, Any]] = field(default_factory=dict)
    variants: dict[str, dict[str, Any]] = field(default_factory=dict)
    baseline: dict[str, Any] = field(default_factory=dict)
    constraints: tuple[str, ...] = ()
    effects_on: tuple[str, ...] = ()

    def arguments(
        self, method: str | None = None, scale: str | None = None, variant: str | None = None
    ) -> list[str]:
        """Return the space as command-line overrides, for a method, scale and variant of its own.

        What a variant says goes before the rest.
        """
        parts = (
            self.fixed,
            self.sweep,
            self.each.get(method or "", {}),
            self.at_scale.get(scale or "", {}),
            self.variants.get(variant or "", {}),
        )
        return [
            f"{key}={'null' if value is None else value}"
            for part in parts
            for key, value in part.items()
            if key != "baseline"
        ]

    @property
    def varied(self) -> list[str]:
        """The paths that any variant sets."""
        return list(dict.fromkeys(path for part in self.variants.values() for path in part))

    def distinct(self, given: Mapping[str, str]) -> tuple["SearchSpace", dict[str, str]]:
        """Return the space without variants that others are already, and why, by variant.

        Args:
            given: what the command line says for all variants, by path.
        """
        kept: dict[str, dict[str, Any]] = {}
        why: dict[str, str] = {}
        for name, values in self.variants.items():
            rest = {path: value for path, value in values.items() if path not in given}
            same = next((other for other, its in kept.items() if its == rest), None)
            if same is None:
                kept[name] = rest
            else:
                of_both = {**self.variants[same], **values}
                told = [given[path] for path in of_both if path in given]
                having = f"with {' and '.join(told)} " if told else ""
                why[f"the variant '{name}'"] = f"{having}it is '{same}' over again"
        return replace(self, variants={name: self.variants[name] for name in kept}), why

    def baseline_at(self, scale: str) -> dict[str, Any]:
        """Return the baseline at one scale.

        Raises:
            UserError: what the scale says of it is not keys and values.
        """
        here = self.at_scale.get(scale, {}).get("baseline", {})
        if not isinstance(here, dict):
            raise UserError(
                f"at_scale of the search space '{self.name}': write the baseline of '{scale}' as "
                "keys and values, {method.beta: 4}."
            )
        return {key: number_or(value) for key, value in {**self.baseline, **here}.items()}


def space_files() -> dict[str, Path]:
    """Return the search spaces that come with Unbraid, by name."""
    folder = Path(search_spaces.__path__[0])
    return {path.stem: path for path in sorted(folder.glob("*.yaml"))}


def load_space(name: str) -> SearchSpace:
    """Read a search space by name, or from a ``.yaml`` file of the user's.

    Raises:
        UserError: no such space or file, or a file that is no search space.
    """
    known = space_files()
    path = Path(name) if name.endswith((".yaml", ".yml")) else known.get(name)
    if path is None or not path.is_file():
        raise UserError(
            f"There is no search space '{name}'.{did_you_mean(name, known)} "
            f"Known: {', '.join(known)}; or give the path of a .yaml file."
        )
    try:
        content = read_yaml(path.read_text())
    except (yaml.YAMLError, UnicodeDecodeError) as error:
        raise UserError(f"{path} is not valid YAML: {told_by_yaml(error)}") from None
    if not isinstance(content, dict):
        raise UserError(f"{path} is no search space: it needs title, fixed and sweep.")
    return build(SearchSpace, {"name": path.stem, **content}, f"space {path.stem}")
